"""A letter says what the findings say of its unit, asks one thing, and leaves room for an answer that can be read."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from support.small_report import COMMUNE, DEPARTMENT, DISTRICT, HIDDEN, HOSTILE, IDLE, OTHER, small_report

from analysis.dossiers.sights import REASONS
from analysis.dossiers.superseding import ALL_CHECKS
from analysis.findings.finding import of_unit
from analysis.findings.report import Report
from analysis.findings.tasks import leading, nearest
from analysis.language.folding import fold
from analysis.language.texts import Language
from analysis.presentation import quality
from analysis.presentation.letter import Letter, letters
from analysis.presentation.quality import SEVERITIES, records
from analysis.presentation.statements import ask_sentence
from analysis.reference.decision import ATTAINED


@pytest.fixture(scope="module")
def report() -> Report:
    return small_report()


def letter(report: Report, code: str) -> Letter:
    (found,) = letters(report, [code])
    return found


def attaining(report: Report) -> Report:
    """The same, but all is attained."""
    return replace(report, attainment=report.attainment.assign(status=ATTAINED, shortfall=0))


def told(found: Letter) -> str:
    return " ".join(fault for _, faults in found.faults for fault in faults)


@pytest.mark.parametrize("code", [DEPARTMENT, DISTRICT, OTHER])
def test_the_one_ask_is_that_of_the_nearest_target_or_of_the_widest_gap(report: Report, code: str) -> None:
    found = of_unit(report, code)
    missed = [one for one in found if one.figure.status == "not_attained"]
    asked, closest = leading(found), nearest(found)
    assert missed
    assert asked in missed
    if closest:
        assert asked.figure == closest
    else:
        ranked = [one for one in missed if one.figure.denominator >= 10] or missed
        assert asked.figure.gap == min(one.figure.gap for one in ranked)
    words = letter(report, code).ask
    assert words.startswith(f"{asked.figure.target.title['vi']}: ")
    assert asked.ask.method == "nothing" or ask_sentence(asked, report.language) in words
    others = [one.figure.target.title["vi"] for one in missed if one != asked]
    assert not any(f"{title}:" in words for title in others)


def test_a_unit_that_attains_all_is_thanked_and_one_without_anything_asked_for_nothing(report: Report) -> None:
    thanked = letter(attaining(report), DEPARTMENT)
    assert thanked.ask == "Quý cơ quan đạt mọi chỉ tiêu có phát sinh; Sở Thông tin và Truyền thông trân trọng cảm ơn."
    assert {row[-1] for row in thanked.results} == {"–"}
    idle = report.attainment.assign(status="not_applicable", numerator=0, denominator=0, shortfall=0)
    assert "không có việc cần làm" in letter(replace(report, attainment=idle), IDLE).ask


def test_an_ask_too_long_for_the_page_leaves_out_what_is_to_be_expected_and_then_the_names(report: Report) -> None:
    asked = leading(of_unit(report, DEPARTMENT))
    closers = report.outlook["closers"]
    method, key = asked.ask.method, report.outlook["procedures"]["procedure_key"].iloc[0]
    own = (closers["unit_code"] == DEPARTMENT) & (closers["target_id"] == asked.figure.target.id)
    named = closers[own].head(1).assign(method="peers", procedure_key=key)
    seen = []
    for letters_of_name in (10, 150, 500):
        known = pd.concat([closers[~own], named.assign(procedure_name="x" * letters_of_name)])
        words = letter(replace(report, outlook={**report.outlook, "closers": known}), DEPARTMENT).ask
        seen.append(("“x" in words, "8 trên 10 lần" in words))
        assert len(words) < 480
    assert seen == [(True, True), (True, False), (False, False)], method


def test_after_the_period_it_is_a_lesson() -> None:
    ended = small_report(date(2020, 12, 31))
    found = leading(of_unit(ended, DEPARTMENT))
    assert not found.running
    assert letter(ended, DEPARTMENT).ask.endswith("Kết quả đã chốt.")


def test_faults_come_by_severity_with_file_and_row(report: Report) -> None:
    found = letter(attaining(report), DEPARTMENT)
    assert found.records == "Số dòng được nhận: 83; bị loại: 10."
    assert [severity for severity, _ in found.faults] == ["Sửa ngay"]
    [(_, faults)] = found.faults
    assert len(faults) == 3
    blank, procedure, day = faults
    assert blank == f"Hình thức tiếp nhận để trống: tính là nộp trực tiếp (12 dòng): {HOSTILE}.csv, dòng 30, 31, 32."
    assert procedure.endswith(f" (6 dòng): {HOSTILE}.csv, dòng 14, 15, 16.")
    assert day.endswith(f" (4 dòng): {HOSTILE}.csv, dòng 10, 11, 12.")
    assert str(HIDDEN) not in told(found)
    assert letter(report, COMMUNE).records.endswith("Không có dòng nào sai, thiếu.")


def test_every_reason_and_check_has_its_severity() -> None:
    assert set(quality._SEVERITY) == set(REASONS) | set(ALL_CHECKS)
    assert set(quality._SEVERITY.values()) == set(range(len(SEVERITIES)))


def test_of_very_many_faults_the_gravest_are_shown_and_the_others_counted(report: Report) -> None:
    kinds = [("rejected", reason, 3) for reason in REASONS] + [("check", check, 900) for check in ALL_CHECKS]
    rows = [(DEPARTMENT, kind, code, count) for kind, code, count in kinds]
    many = replace(report, quality_by_unit=pd.DataFrame(rows, columns=["unit_code", "kind", "code", "count"]))
    found = letter(many, DEPARTMENT)
    shown = sum(len(faults) for _, faults in found.faults)
    assert 1 <= shown < len(kinds)
    assert found.records.endswith(f"Loại lỗi khác: {len(kinds) - shown}.")
    order = [flaw.severity for flaw in records(many, [DEPARTMENT]).gravest_first]
    assert order == sorted(order)
    assert [severity for severity, _ in found.faults] == ["Sửa ngay"]


def test_names_keep_to_themselves_and_say_to_whom(report: Report) -> None:
    found = letter(report, OTHER)
    assert found.form.addressee["vi"] == f"UBND huyện {HOSTILE}"
    assert letter(report, COMMUNE).form.addressee["vi"] == "UBND xã Xuân Lãnh"
    assert letter(report, DEPARTMENT).form.addressee["vi"] == "Sở Xây dựng"
    assert found.form.number["vi"] == "Số:        /STTTT"


def test_the_answer_has_headings_that_the_reader_knows(report: Report) -> None:
    known = report.reference.vocabulary.difficulties
    for language in (Language("vi"), Language("en")):
        found = letter(replace(report, language=language), DISTRICT)
        assert [known[fold(head)][0] for head in found.heads] == ["unit", "month", "category", "text"]
        assert {tuple(row) for row in found.answers} == {(DISTRICT, "09/2020", "", "")}


def test_english_speaks_english(report: Report) -> None:
    found = letter(replace(report, language=Language("en")), DEPARTMENT)
    assert found.about == "Re: results of online public services, September 2020"
    assert [severity for severity, _ in found.faults] == ["At once"]
    assert "Synthetic data:" in found.notice
