"""What stands first on a page is the records', in a few sentences, each on its own kind."""

from dataclasses import replace
from datetime import date

import pytest
from support.small_report import AREA, DEPARTMENT, IDLE, small_report

from analysis.findings.finding import Cause, Finding, of_unit
from analysis.findings.report import Report
from analysis.findings.subject import find_subject
from analysis.language.texts import Language
from analysis.presentation.leads import certainty, lead_of, lead_of_province, leaders_tasks, why
from analysis.presentation.statements import ask_sentence

VI = Language("vi")


@pytest.fixture(scope="module")
def report() -> Report:
    return small_report()


@pytest.fixture(scope="module")
def ended() -> Report:
    return small_report(as_of=date(2020, 12, 31))


def _missed(report: Report) -> list[Finding]:
    """Three targets as one that it misses."""
    missed = next(one for one in of_unit(report, DEPARTMENT) if one.figure.status == "not_attained")
    targets = report.decision.targets[:3]
    return [replace(missed, cause=None, figure=replace(missed.figure, target=target)) for target in targets]


def test_targets_that_one_part_misses_are_told_together(report: Report) -> None:
    first, second = _missed(report)[:2]
    part = Cause("cấp xã", 0.293, 0.526)
    told = why([replace(first, cause=part), replace(second, cause=replace(part, value=0.1))], VI)
    own = f"{VI.percent(first.figure.value)} (cần "
    assert told.count(own) == 2, "the group's own shares, each beside what is needed"
    assert told.startswith("Chủ yếu do cấp xã (2 trên 2 chỉ tiêu chưa đạt): ")
    assert ", riêng ở đó 29,3 %) và " in told
    assert told.endswith(", riêng ở đó 10,0 %).")
    assert why([replace(first, cause=part), second], VI).partition(". ")[2].startswith("Còn chưa đạt: ")


def test_of_many_missed_targets_two_are_named_and_the_others_counted(report: Report) -> None:
    told = why(_missed(report), VI)
    assert told.startswith("Các chỉ tiêu chưa đạt, xếp theo mức còn thiếu từ cao xuống thấp: ")
    assert told.count("(cần ") == 2
    assert told.endswith(" và 1 chỉ tiêu khác.")


def test_where_all_is_attained_nothing_is_explained(report: Report) -> None:
    assert why([one for one in of_unit(report, DEPARTMENT) if one.figure.status == "attained"], VI) == ""


def test_certainty_counts_each_word_once_and_the_readings_that_turn(report: Report, ended: Report) -> None:
    found = of_unit(ended, DEPARTMENT)
    judged = [one for one in found if one.figure.denominator]
    said = certainty(found, VI)
    assert said.startswith(f"■ Đã chốt: {len(judged)}")
    for status, words in (
        ("attained", "đang đạt có thể thành chưa đạt"),
        ("not_attained", "chưa đạt có thể thành đạt"),
    ):
        flipped = sum(bool(one.flips) for one in judged if one.figure.status == status)
        assert (f"{flipped} chỉ tiêu {words}" in said) == bool(flipped)
    assert certainty([one for one in of_unit(report, IDLE) if not one.figure.denominator], VI) == ""


def test_a_unit_is_asked_what_the_record_of_its_leading_target_asks(report: Report) -> None:
    lead = lead_of(report, find_subject(report, DEPARTMENT))
    asks = {ask_sentence(one, VI) for one in of_unit(report, DEPARTMENT)} - {""}
    assert lead.ask.partition(": ")[2] in asks
    assert lead.verdict.startswith("Đến 30/09/2020, Sở Xây dựng đạt ")


def test_a_group_is_told_where_most_is_missing_and_written_as_a_place_is(report: Report) -> None:
    lead = lead_of(report, find_subject(report, AREA))
    assert "thiếu nhiều nhất ở " in lead.ask
    assert "địa bàn huyện Đồng Xuân" in lead.verdict


def test_the_head_of_the_province_is_told_where_each_task_is_explained(report: Report, ended: Report) -> None:
    pages = [page for _, page in leaders_tasks(report)]
    assert pages == [page for page in ("readings.html", "who.html", "quality.html") if page in pages]
    assert lead_of_province(report).ask.startswith("Đến trước với ")
    assert lead_of_province(ended).ask.startswith("Trước hết cần rà soát, rút kinh nghiệm tại ")
