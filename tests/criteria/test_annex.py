"""The draft annex of criteria says what the criteria and the standing say, and takes no proposal for a rule."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import docx
import numpy as np
import pandas as pd
import pytest
from support.libreoffice import convert
from support.small_report import AREA, DEPARTMENT, HOSTILE, IDLE, SHOWN, small_report

from analysis.criteria import words
from analysis.criteria.annex import write_criteria_annex
from analysis.criteria.rating import Evidence, Standing
from analysis.findings.report import Report
from analysis.language.problems import ReferenceProblem
from analysis.language.texts import Language
from analysis.measures.history import History
from analysis.reference.criteria import Component, Criteria
from analysis.reference.forms import load_criteria_form
from analysis.reference.toml_files import Words

VI = Language("vi")
OTHER_AREA = "AREA:H45.23"  # its name is hostile
BEST, CLOSE, MIDDLE, POOR = 2.0, 0.8998, 0.75, 0.2  # shares of every criterion's minimum
MARK = "(đề xuất)"

Draft = Callable[..., "docx.document.Document"]


@pytest.fixture(scope="module")
def report() -> Report:
    return small_report(as_of=date(2020, 9, 30))


def evidence_of(report: Report) -> Evidence:
    known = History(pd.DataFrame(), report.reference, report.decision, report.as_of)
    return Evidence(report, known, report.month)


def standing_of(criteria: Criteria, results: dict[str, float | None]) -> Standing:
    """Every unit with a share of each minimum; None: a single dossier or procedure, too little for any criterion."""
    minima = np.array([float(component.minimum) for component in criteria.components])
    over, under = [], []
    for share in results.values():
        over.append(np.zeros(len(minima)) if share is None else np.round(np.minimum(share * minima, 1) * 10_000))
        under.append(np.full(len(minima), 1.0 if share is None else 10_000.0))
    groups = tuple("areas" if code.startswith("AREA") else "province" for code in results)
    return Standing(criteria, tuple(results), groups, np.array(over), np.array(under))


RESULTS = {
    "giam-doc-so": {DEPARTMENT: CLOSE, IDLE: None},
    "chu-tich-huyen": {AREA: POOR, OTHER_AREA: MIDDLE},
    "thi-dua": {DEPARTMENT: BEST, IDLE: None, AREA: POOR, OTHER_AREA: MIDDLE},
    "thi-dua-chong-hinh-thuc": {DEPARTMENT: BEST, IDLE: None, AREA: POOR, OTHER_AREA: MIDDLE},
}


@pytest.fixture
def draft(report: Report, tmp_path: Path) -> Draft:
    """The annex of a set of criteria, as python-docx reads it."""

    def write(name: str, of: Report = report, criteria: Criteria | None = None) -> "docx.document.Document":
        standing = standing_of(criteria or of.reference.criteria[name], RESULTS[name])
        write_criteria_annex(tmp_path / f"{name}.docx", evidence_of(of), standing)
        return docx.Document(str(tmp_path / f"{name}.docx"))

    return write


def tables(document: "docx.document.Document") -> dict[str, list[list[str]]]:
    """Rows of the numbered tables by a word of their heads; head and signature have no numbers."""
    found = {}
    for table in document.tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        key = {"Cách tính điểm": "criteria", "Số tiêu chí được chấm": "units", "Tử số/mẫu số": "example"}
        heads = " ".join(rows[0])
        name = next((name for word, name in key.items() if word in heads), "")
        name = name or ("tally" if rows[-1][0] == "Cộng" else "bands" if "Mức xếp loại" in heads else "")
        if name:
            found[name] = rows
    return found


def text_of(document: "docx.document.Document") -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells]).replace("\u00a0", " ")


def _defined(part: Component) -> str:
    whole = words.definition(part, VI)
    return words.proposed(whole, VI) if part.substance else whole


def test_an_annex_says_with_which_decision_it_goes_and_has_no_letterhead_nor_signatures(draft: Draft) -> None:
    """Nghị định 30/2020/NĐ-CP: what it is, its title, in italics the text that it goes with."""
    document = draft("giam-doc-so")
    kind, title, annexed = [paragraph for paragraph in document.paragraphs if paragraph.text.strip()][:3]
    assert kind.text == "PHỤ LỤC"
    assert title.text.startswith("Tiêu chí")
    assert annexed.text == (
        "(Kèm theo Quyết định số ……/QĐ-UBND ngày …… tháng …… năm …… của Ủy ban nhân dân tỉnh Phú Yên)"
    )
    assert all(run.italic for run in annexed.runs)
    text = text_of(document)
    for alien in ("CỘNG HÒA XÃ HỘI", "Độc lập", "Kính gửi", "Nơi nhận", "GIÁM ĐỐC", "Số: …", "SỞ NỘI VỤ"):
        assert alien not in text


@pytest.mark.parametrize("name", RESULTS)
def test_the_points_of_every_criterion_stand_there_and_sum_to_the_maximum(
    draft: Draft, report: Report, name: str
) -> None:
    criteria = report.reference.criteria[name]
    head, *rows, total = tables(draft(name))["criteria"]
    assert [row[1] for row in rows] == [part.target.title.vi for part in criteria.components]
    told = [row[2].replace("\u00a0", " ") for row in rows]
    assert told == [_defined(part) for part in criteria.components]
    assert [row[3].replace("\u00a0", " ") for row in rows] == [words.formula(part, VI) for part in criteria.components]
    assert sum(Fraction(row[-1].replace(",", ".")) for row in rows) == criteria.maximum == Fraction(total[-1])
    assert all(row[4] for row in rows)
    assert MARK in head[3]
    assert MARK in head[-1]


@pytest.mark.parametrize("name", RESULTS)
def test_every_band_stands_there_with_its_points_and_the_best_with_its_cap(
    draft: Draft, report: Report, name: str
) -> None:
    criteria = report.reference.criteria[name]
    head, *rows = tables(draft(name))["bands"]
    assert [row[1:3] for row in rows] == [
        [band.title.vi, words.band_range(criteria, place, VI)] for place, band in enumerate(criteria.bands)
    ]
    assert all(MARK in cell for cell in head[2:])
    assert len(head) == (4 if criteria.bands[0].cap else 3)
    if criteria.bands[0].cap:
        assert rows[0][3].replace("\u00a0", " ") == words.cap(criteria, VI)


@pytest.mark.parametrize("name", RESULTS)
def test_every_rated_unit_stands_once_in_the_trial_and_the_tally_counts_it(
    draft: Draft, report: Report, name: str
) -> None:
    found = tables(draft(name))
    head, *rows = found["units"]
    expected = sorted(report.names[code].replace(HOSTILE, SHOWN) for code in RESULTS[name])
    numbered = [row for row in rows if row[0].isdigit()]
    assert sorted(row[1] for row in numbered) == expected
    assert [int(row[0]) for row in numbered] == list(range(1, len(expected) + 1))
    assert all(MARK in cell for cell in head[3:])
    _, *counts, total = found["tally"]
    assert sum(int(cell) for row in counts for cell in row[1:]) == len(expected) == sum(map(int, total[1:]))


def test_a_score_just_under_a_band_is_not_rounded_into_it(draft: Draft) -> None:
    rows = {row[1]: row[2:] for row in tables(draft("giam-doc-so"))["units"]}
    assert rows["Sở Xây dựng"] == ["7/7", "89,98", "Hoàn thành tốt nhiệm vụ"]
    assert rows["Sở Ngoại vụ"] == ["0/7", "–", "–"]


def test_a_unit_without_a_score_stands_there_with_the_reason(draft: Draft) -> None:
    text = text_of(draft("giam-doc-so"))
    assert "Không chấm, Sở Ngoại vụ: tiêu chí 1: mẫu số 1, cần từ 3 trở lên; tiêu chí 2: mẫu số 1, cần từ 10" in text


def test_the_example_is_the_unit_in_the_middle_and_its_points_add_up(draft: Draft) -> None:
    document = draft("thi-dua")
    text = text_of(document)
    assert f"Địa bàn huyện {SHOWN}, đơn vị đứng giữa về điểm trong 3 đơn vị được chấm." in text
    _, *rows, total = tables(document)["example"]
    points = [Fraction(row[-1].replace(",", ".")) for row in rows]
    assert points == [Fraction(row[-2].replace(",", ".")) for row in rows]  # nothing to spread: all are scored
    assert abs(sum(points) - Fraction(total[-1].replace(",", "."))) < Fraction(4, 100)
    assert rows[1][2] == "3.750/10.000"
    assert rows[1][3].replace("\u00a0", " ") == "37,5 %"


def test_whoever_the_cap_keeps_out_of_the_best_band_is_named(draft: Draft) -> None:
    # of one scored department a fifth is none
    text = text_of(draft("thi-dua"))
    assert "Xuống mức kế tiếp do giới hạn của mức cao nhất: Sở Xây dựng." in text


def test_numbers_of_the_criteria_are_proposals_wherever_they_stand(draft: Draft, report: Report) -> None:
    document = draft("thi-dua-chong-hinh-thuc")
    said = [paragraph.text.replace("\u00a0", " ") for paragraph in document.paragraphs]
    criteria = report.reference.criteria["thi-dua-chong-hinh-thuc"]
    assert any("Mọi con số của tiêu chí" in line and "là đề xuất" in line for line in said)
    assert any(line.endswith(f"Điểm tối đa: 100 điểm {MARK}.") for line in said)
    for rule in {words.not_scored(part, VI) for part in criteria.components}:
        assert [line.endswith(f"{MARK}.") for line in said if rule.removesuffix(".") in line] == [True]
    for row in tables(document)["criteria"][1:]:
        if "Chặt hơn chỉ tiêu" in row[2]:
            assert row[2].endswith(f"{MARK}.")
    assert any("tính thử theo các con số đề xuất" in line for line in said)
    assert any("phương án để so sánh" in line for line in said)
    assert MARK in tables(document)["example"][0][4]
    assert any(line.startswith("Tổng ") and MARK in line for line in said)


def test_a_number_that_is_not_known_is_a_blank_to_fill_in(draft: Draft) -> None:
    text = text_of(draft("giam-doc-so"))
    assert set(re.findall(r"\S+/Q[ĐC]-[A-Za-z]+", text)) == {"766/QĐ-UBND", "766/QĐ-TTg", "……/QĐ-UBND"}
    assert text.count("số, ký hiệu, ngày ban hành: Sở Nội vụ điền") == 2  # subject and basis
    assert (
        "trong Quy định về đánh giá người đứng đầu sở, ban, ngành, kèm theo dự thảo sửa đổi, bổ sung văn bản này (số, "
        in text
    )
    assert "[" not in text
    for known in ("34/2017", "13/2018", "32/2020", "31/2020"):
        assert known not in text


def test_the_texts_amended_stand_as_the_criteria_give_them(draft: Draft) -> None:
    assert (
        text_of(draft("chu-tich-huyen")).count("Quyết định 34/2017/QĐ-UBND ngày 08 tháng 9 năm 2017 (đã được sửa đổi")
        == 2
    )
    assert "Quyết định 13/2018/QĐ-UBND ngày 27 tháng 4 năm 2018" in text_of(draft("thi-dua"))


def test_the_decree_is_cited_for_its_own_names_of_bands_alone(draft: Draft, report: Report) -> None:
    assert "Tên các mức xếp loại theo Nghị định 90/2020/NĐ-CP ngày 13/8/2020" in text_of(draft("giam-doc-so"))
    criteria = report.reference.criteria["giam-doc-so"]
    named = replace(criteria.bands[0], title=Words(vi="Loại A", en="Class A"))
    other = replace(criteria, bands=(named, *criteria.bands[1:]))
    assert "90/2020/NĐ-CP" not in text_of(draft("giam-doc-so", criteria=other))


def test_home_affairs_drafts_it(draft: Draft) -> None:
    document = draft("giam-doc-so")
    assert document.core_properties.author == "Sở Nội vụ"
    assert document.sections[0].first_page_header.paragraphs[0].text == "DỰ THẢO"
    assert [p.text for p in document.paragraphs if p.style.name == "Title"] == ["PHỤ LỤC"]
    assert "giao Sở Nội vụ phối hợp các cơ quan liên quan tham mưu" in text_of(document)


def test_made_up_data_are_called_so_and_real_ones_are_not(draft: Draft, report: Report) -> None:
    assert "Tính thử trên dữ liệu mô phỏng" in text_of(draft("giam-doc-so"))
    real = replace(report, synthetic=False)
    assert "mô phỏng" not in text_of(draft("giam-doc-so", of=real))


def test_a_year_that_is_not_over_is_provisional(draft: Draft) -> None:
    assert "chỉ là tạm tính" in text_of(draft("giam-doc-so"))
    assert "chỉ là tạm tính" not in text_of(draft("chu-tich-huyen"))  # its quarter ended on the as-of day


def test_hostile_names_are_text_and_long_titles_do_no_harm(draft: Draft, report: Report) -> None:
    criteria = report.reference.criteria["thi-dua"]
    evil = f"=1+1 {HOSTILE}\x07\n" + "x" * 5_000
    amends = replace(criteria.amends, title=Words(vi=evil, en=evil))
    document = draft("thi-dua", criteria=replace(criteria, amends=amends))
    text = text_of(document)
    assert SHOWN in text
    assert "\u202e" not in text
    assert "\x07" not in text
    assert not document.element.xpath("//*[local-name()='script']")


def test_without_a_single_score_there_is_no_example(report: Report, tmp_path: Path) -> None:
    standing = standing_of(report.reference.criteria["giam-doc-so"], {IDLE: None})
    write_criteria_annex(tmp_path / "none.docx", evidence_of(report), standing)
    document = docx.Document(str(tmp_path / "none.docx"))
    assert "VÍ DỤ" not in text_of(document)
    assert "example" not in tables(document)


def test_the_same_criteria_and_figures_give_the_same_bytes(report: Report, tmp_path: Path) -> None:
    for name in ("a", "b"):
        standing = standing_of(report.reference.criteria["thi-dua"], RESULTS["thi-dua"])
        write_criteria_annex(tmp_path / f"{name}.docx", evidence_of(report), standing)
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


def test_in_english_nothing_is_marked_in_vietnamese(report: Report, draft: Draft) -> None:
    document = draft("thi-dua", of=replace(report, language=Language("en")))
    text = text_of(document)
    assert "(proposed)" in text
    assert "đề xuất" not in text
    assert "Annexed to Decision No. ……" in text
    assert document.sections[0].first_page_header.paragraphs[0].text == "DRAFT"


def test_the_form_is_the_folders_own_or_the_projects(report: Report, tmp_path: Path) -> None:
    assert load_criteria_form(report.reference.folder).issuer_name.vi == "Sở Nội vụ"
    (tmp_path / "criteria-form.toml").write_text("superior = 1\n", encoding="utf-8")
    with pytest.raises(ReferenceProblem, match=r"criteria-form\.toml"):
        load_criteria_form(tmp_path)


@pytest.mark.slow
def test_libreoffice_opens_it(draft: Draft, tmp_path: Path) -> None:
    draft("thi-dua")
    pages = convert(tmp_path / "thi-dua.docx", "pdf", tmp_path)
    assert pages.read_bytes().startswith(b"%PDF")
    assert pages.stat().st_size > 10_000
