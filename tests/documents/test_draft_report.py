"""The draft report says what the tables say, has the form of an official report, and opens in an office program."""

import re
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from support.documents import Documents, grouped, percent, table_of, texts

from analysis.documents.draft_report import write_draft_report
from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.publication.month import write_annexes
from analysis.storage.shelf import Shelf

pytestmark = pytest.mark.slow


def test_the_draft_s_tables_are_those_of_the_run(
    documents: Documents, report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    document = docx.Document(str(documents.draft))
    whole = table_of(document, "chênh lệch")[1:]
    for line, target in zip(whole, report.decision.targets, strict=True):
        row = rows[target.id, "default", "ALL"]
        assert line[1] == target.title["vi"]
        assert line[3] == f"{grouped(row['numerator'])}/{grouped(row['denominator'])}"
        points = f"{abs(float(row['gap'])) * 100:.1f}".replace(".", ",")
        assert line[4] == f"{percent(row)} ({'−' if row['status'] == 'not_attained' else '+'}{points})"
        assert line[5] == grouped(row["shortfall"])
        assert ("Chưa" in line[6]) == (row["status"] == "not_attained")
    names = {row["unit_name"]: row["unit_code"] for row in rows.values()}
    matrix = [line for line in table_of(document, "(1)")[1:] if len(set(line)) > 1]
    assert len(matrix) == 19 + 9 + 9 + 1
    signs = {"attained": "✓ ", "not_attained": "✗ ", "not_applicable": ""}
    for name, *cells in matrix:
        for cell, target in zip(cells, report.decision.targets, strict=True):
            row = rows[target.id, "default", names[name]]
            assert cell == signs[row["status"]] + percent(row).removesuffix(" %")
    flipped = {
        (report.names["ALL"], f"{grouped(row['numerator'])}/{grouped(row['denominator'])}", percent(row))
        for (target_id, _, unit), row in rows.items()
        if unit == "ALL" and row["status"] != rows[target_id, "default", "ALL"]["status"]
    }
    shown = {(report.names["ALL"], line[2], line[3]) for line in table_of(document, "Cách hiểu")[1:]}
    assert shown == flipped != set()
    for tier, column in (("province", 1), ("district", 2), ("commune", 3)):
        for line, target in zip(table_of(document, "UBND xã")[1:], report.decision.targets, strict=True):
            statuses = [
                row["status"]
                for (target_id, reading, unit), row in rows.items()
                if (target_id, reading, row["tier"]) == (target.id, "default", tier) and ":" not in unit
            ]
            told = [str(statuses.count(status)) for status in ("attained", "not_attained", "not_applicable")]
            assert line[column] == " / ".join(told)


def test_the_draft_s_sentences_say_the_figures_of_the_run(documents: Documents, report: Report) -> None:
    words = "\n".join(texts(docx.Document(str(documents.draft))))
    ahead = report.outlook["gap"]
    needed = ahead[(ahead["unit_code"] == "ALL") & ahead["verdict"].isin(["reachable", "needs_change"])]
    for row in needed.itertuples(index=False):
        assert f"{grouped(str(row.needed))} " in words
    assert "xác suất đạt:" in words
    totals = report.totals
    read = " + ".join(
        f"{name} {grouped(totals[part])}"
        for name, part in (("nhận", "accepted"), ("loại", "rejected"), ("bị thay thế", "superseded"))
    )
    assert f"Số dòng đọc: {grouped(totals['read'])} = {read}." in words


def test_dates_in_sentences_are_in_words(documents: Documents, report: Report, tmp_path: Path) -> None:
    document = docx.Document(str(documents.draft))
    for paragraph in document.paragraphs:
        assert not re.search(r"\d{1,2}/\d{1,2}/\d{4}", paragraph.text), paragraph.text
    words = "\n".join(texts(document))
    assert "766/QĐ-UBND ngày 14 tháng 5 năm 2020" in words
    assert "từ ngày 01 tháng 01 năm 2020 đến ngày 20 tháng 9 năm 2020" in words
    write_draft_report(tmp_path / "draft.docx", replace(report, language=Language("en")))
    assert "received from 1 January 2020 to 20 September 2020" in "\n".join(
        texts(docx.Document(str(tmp_path / "draft.docx")))
    )


def test_the_draft_says_what_stands_in_the_way(documents: Documents, report: Report) -> None:
    words = "\n".join(texts(docx.Document(str(documents.draft))))
    late = report.outlook["delays"].query("indicator == 'late'")[["numerator", "denominator"]].sum()
    assert f"Hồ sơ trễ hạn: {grouped(late['numerator'])} trên {grouped(late['denominator'])} hồ sơ" in words
    stated = report.difficulties
    assert stated["month"].max() > documents.month, "some are of later months"
    shown = [row for row in stated.itertuples(index=False) if row.text in words]
    until = stated[stated["month"] <= documents.month]
    assert len(shown) == 4
    assert sorted(row.month for row in shown) == sorted(until["month"])[-4:]
    assert f"{len(until) - 4} phản ánh khác" in words


def test_the_draft_has_the_form_of_an_official_report(documents: Documents, opened: dict[str, Path]) -> None:
    document = docx.Document(str(documents.draft))
    words = list(texts(document))
    for line in ("UBND TỈNH PHÚ YÊN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "DỰ THẢO"):
        assert line in words
    for line in ("BÁO CÁO", "Kính gửi: UBND tỉnh Phú Yên", "Nơi nhận:", "GIÁM ĐỐC"):
        assert line in words
    section = document.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    assert [round(side.mm) for side in (section.left_margin, section.right_margin, section.top_margin)] == [30, 20, 20]
    assert document.styles["Normal"].font.name == "Times New Roman"
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    parts = ("KẾT QUẢ", "NGUYÊN NHÂN", "VIỆC CẦN LÀM", "THỰC HIỆN CÁC NHIỆM VỤ", "KHÓ KHĂN", "KIẾN NGHỊ")
    for heading, numeral, part in zip(headings, ("I", "II", "III", "IV", "V", "VI"), parts, strict=False):
        assert heading.startswith(f"{numeral}. {part}")
    annex = headings[6:]
    assert [heading.split("\n")[0] for heading in annex] == ["Phụ lục"]
    assert words.index(next(line for line in words if line.startswith("(Kèm theo Báo cáo số"))) > words.index(
        "GIÁM ĐỐC"
    )
    assert words.count("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") == 1, "the annex has no letterhead of its own"
    assert section.different_first_page_header_footer
    assert "PAGE" in "".join(node.text or "" for node in section.header._element.iter(qn("w:instrText")))
    assert {node.get(qn("w:val")) for node in document.styles.element.iter(qn("w:lang"))} == {"vi-VN"}
    for table in document.tables[1:-1]:
        if table.style.name == "Table Grid":
            assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
            assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    pictures = list(document.element.body.iter(qn("wp:docPr")))
    assert len(pictures) == 2
    assert all("chỉ tiêu" in picture.get("descr") for picture in pictures)
    pdf = opened["draft.pdf"].read_bytes()
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 7


def test_the_pictures_say_in_words_what_they_show(
    documents: Documents, report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    results, course = docx.Document(str(documents.draft)).element.body.iter(qn("wp:docPr"))
    own = [(target, rows[target.id, "default", "ALL"]) for target in report.decision.targets]
    told = results.get("descr").replace("\u00a0", " ")
    for target, row in own:
        assert f"{target.title['vi']}: {percent(row)}, chỉ tiêu {float(row['minimum']) * 100:.0f} %." in told
    worst, _ = min(own, key=lambda pair: float(pair[1]["gap"]))
    assert course.get("descr").startswith(f"{worst.title['vi']}: ")


def test_hostile_names_stay_text(hostile: Documents, opened: dict[str, Path]) -> None:
    words = "\n".join(texts(docx.Document(str(hostile.draft))))
    assert "<script>alert(1)</script>&amp;" in words
    assert "\u202e" not in words
    assert opened["hostile-draft.pdf"].read_bytes().startswith(b"%PDF")


def test_english_speaks_english(documents: Documents, report: Report, tmp_path: Path) -> None:
    write_annexes(tmp_path, replace(report, language=Language("en")), Shelf(tmp_path / "shelf"), "")
    words = "\n".join(texts(docx.Document(str(Documents(tmp_path, documents.month).draft))))
    assert "DRAFT" in words
    assert "percentage points" in words
    for vietnamese in ("DỰ THẢO", "Chưa đạt", "điểm phần trăm", "Toàn tỉnh", "hồ sơ trực tuyến"):
        assert vietnamese not in words
    assert "Summary" in openpyxl.load_workbook(Documents(tmp_path, documents.month).workbook).sheetnames


def test_the_same_data_give_the_same_bytes(documents: Documents, report: Report, tmp_path: Path) -> None:
    names = write_annexes(tmp_path, report, Shelf(tmp_path / "shelf"), "")
    assert len(names) == 2 + 10 + 7 + 2 + 4
    for name in names:
        assert (tmp_path / name).read_bytes() == (documents.folder / name).read_bytes(), name
