"""The draft report says what the tables say, has the form of an official report, and opens in an office program."""

import re
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from support.documents import Documents, grouped, percent, table_of, texts

from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.publication.month import write_annexes

pytestmark = pytest.mark.slow


def test_the_draft_s_tables_are_those_of_the_run(
    documents: Documents, report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    document = docx.Document(str(documents.draft))
    whole = table_of(document, "Chênh lệch")[1:]
    for line, target in zip(whole, report.decision.targets, strict=True):
        row = rows[target.id, "default", "ALL"]
        assert line[1] == target.title["vi"]
        assert line[3] == f"{grouped(row['numerator'])}/{grouped(row['denominator'])}"
        assert line[4] == percent(row)
        assert line[6] == grouped(row["shortfall"])
        assert ("Chưa" in line[7]) == (row["status"] == "not_attained")
    names = {row["unit_name"]: row["unit_code"] for row in rows.values()}
    matrix = [line for line in table_of(document, "(1)")[1:] if len(set(line)) > 1]
    assert len(matrix) == 19 + 9 + 9 + 1
    signs = {"attained": "✓ ", "not_attained": "✗ ", "not_applicable": ""}
    for name, *cells in matrix:
        for cell, target in zip(cells, report.decision.targets, strict=True):
            row = rows[target.id, "default", names[name]]
            assert cell == signs[row["status"]] + percent(row)
    of_readings = [line for line in table_of(document, "Tử số/mẫu số", "Cách hiểu")[1:] if len(set(line)) > 1]
    fractions = {
        f"{grouped(row['numerator'])}/{grouped(row['denominator'])}"
        for row in rows.values()
        if row["unit_code"] == "ALL"
    }
    assert {line[1] for line in of_readings} == fractions
    assert len(of_readings) == sum(row["unit_code"] == "ALL" for row in rows.values())
    rejected = table_of(document, "Lý do")
    assert rejected[-1][1] == grouped(str(report.totals["rejected"]))


def test_the_draft_s_sentences_say_the_figures_of_the_run(
    documents: Documents, report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    words = "\n".join(texts(docx.Document(str(documents.draft))))
    for target in report.decision.targets:
        row = rows[target.id, "default", "ALL"]
        counted = "thủ tục" if target.measure == "procedures_online" else "hồ sơ"
        whole = f"{grouped(row['numerator'])} trên {grouped(row['denominator'])} {counted}, đạt tỷ lệ {percent(row)}"
        assert f"{target.title['vi']}: {whole}" in words
        if row["status"] == "not_attained":
            points = f"{abs(float(row['gap'])) * 100:.1f}".replace(".", ",")
            assert f"là {points} điểm phần trăm; còn thiếu ít nhất {grouped(row['shortfall'])} {counted}." in words
    ahead = report.outlook["gap"]
    needed = ahead[(ahead["unit_code"] == "ALL") & ahead["verdict"].isin(["reachable", "needs_change"])]
    for row in needed.itertuples(index=False):
        assert f"{grouped(str(row.needed))} " in words
    assert "xác suất đạt:" in words


def test_the_draft_says_what_stands_in_the_way(documents: Documents, report: Report) -> None:
    words = "\n".join(texts(docx.Document(str(documents.draft))))
    late = report.outlook["delays"].query("indicator == 'late'")[["numerator", "denominator"]].sum()
    assert f"Hồ sơ trễ hạn: {grouped(late['numerator'])} trên {grouped(late['denominator'])} hồ sơ" in words
    stated = report.difficulties
    assert stated["month"].max() > documents.month, "some are of later months"
    for row in stated.itertuples(index=False):
        assert (row.text in words) == (row.month <= documents.month)


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
    assert [heading.split()[0] for heading in headings] == ["I.", "II.", "III.", "IV.", "V.", "PHỤ"]
    assert section.different_first_page_header_footer
    assert "PAGE" in "".join(node.text or "" for node in section.header._element.iter(qn("w:instrText")))
    assert {node.get(qn("w:val")) for node in document.styles.element.iter(qn("w:lang"))} == {"vi-VN"}
    for table in document.tables[1:-1]:
        if table.style.name == "Table Grid":
            assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
            assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    pictures = list(document.element.body.iter(qn("wp:docPr")))
    assert len(pictures) == 7
    assert all("chỉ tiêu" in picture.get("descr") for picture in pictures)
    pdf = opened["draft.pdf"].read_bytes()
    assert 8 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 20


def test_hostile_names_stay_text(hostile: Documents, opened: dict[str, Path]) -> None:
    words = "\n".join(texts(docx.Document(str(hostile.draft))))
    assert "<script>alert(1)</script>&amp;" in words
    assert "\u202e" not in words
    assert opened["hostile-draft.pdf"].read_bytes().startswith(b"%PDF")


def test_english_speaks_english(documents: Documents, report: Report, tmp_path: Path) -> None:
    write_annexes(tmp_path, replace(report, language=Language("en")))
    words = "\n".join(texts(docx.Document(str(Documents(tmp_path, documents.month).draft))))
    assert "DRAFT" in words
    assert "percentage points" in words
    for vietnamese in ("DỰ THẢO", "Chưa đạt", "điểm phần trăm", "Toàn tỉnh", "hồ sơ trực tuyến"):
        assert vietnamese not in words
    assert "Summary" in openpyxl.load_workbook(Documents(tmp_path, documents.month).workbook).sheetnames


def test_the_same_data_give_the_same_bytes(documents: Documents, report: Report, tmp_path: Path) -> None:
    names = write_annexes(tmp_path, report)
    assert len(names) == 2 + 15
    for name in names:
        assert (tmp_path / name).read_bytes() == (documents.folder / name).read_bytes(), name
