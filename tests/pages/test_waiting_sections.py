"""What a page says of hanging dossiers: what decides first, no procedure of few, and what exports do not tell."""

import html
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import pandas as pd
import pytest
from support.small_report import AREA, COMMUNE, DEPARTMENT, DISTRICT, HOSTILE, OTHER, SHOWN, code_of, small_report

from analysis.duties.hanging import hanging
from analysis.findings.report import Report
from analysis.findings.subject import find_subject
from analysis.findings.waiting import compared, lacking, spots
from analysis.language.texts import Language
from analysis.pages import unit_sections, waiting_sections

RECEIVED = datetime(2020, 3, 2, 8)
# unit, procedure, how many, days promised, days until the result, state
CASES = (
    (DEPARTMENT, 1, 40, 5, 20, "resolved"),  # of those that may be told of
    (DEPARTMENT, 2, 40, 5, 20, "resolved"),  # of which ten are told
    (DEPARTMENT, 3, 30, 5, 20, "resolved"),  # of which nothing is
    (DISTRICT, 4, 30, 5, 5, "resolved"),
    (DISTRICT, 4, 6, 5, None, "processing"),
    (DISTRICT, 4, 7, 5, None, "supplement"),
    (COMMUNE, 6, 3, 5, None, "processing"),
    (OTHER, 4, 25, None, 3, "resolved"),
    (OTHER, 4, 2, None, None, "processing"),
    (OTHER, 4, 1, None, None, None),
    (DISTRICT, 4, 9, None, None, "not_accepted"),
)
MISSING = ("Không có ngày hẹn trả: 3 ", "Không có trạng thái", "trong 9 hồ sơ chưa được tiếp nhận")


def hung(cases: tuple[tuple[Any, ...], ...] = CASES, language: Language = Language()) -> Report:
    report = small_report(date(2020, 9, 30), language)
    rows = [
        {
            **{
                "unit_code": unit,
                "procedure_code": code_of(procedure),
                "status": status,
                "file": report.files["file"][0],
            },
            "received_at": RECEIVED,
            "due_at": None if promised is None else RECEIVED + timedelta(days=promised),
            "completed_at": None if taken is None else RECEIVED + timedelta(days=taken),
        }
        for unit, procedure, count, promised, taken, status in cases
        for _ in range(count)
    ]
    days = dict.fromkeys(("received_at", "due_at", "completed_at"), "datetime64[us]")
    dossiers = ibis.memtable(pd.DataFrame(rows).astype(days | {"status": "str"}))
    tables = hanging(dossiers, report.files, report.reference, report.decision, report.as_of)
    return replace(report, duties=report.duties | tables)


@pytest.fixture(scope="module")
def report() -> Report:
    return hung()


def words(section: waiting_sections.Section) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", section.html)))


def test_what_decides_stands_first(report: Report) -> None:
    told = words(waiting_sections.standing(report))
    assert told.index("Quá hạn đến 30/09/2020: 16 trong 16 hồ sơ") < told.index(
        "7 hồ sơ chờ người nộp bổ sung, 9 hồ sơ chờ"
    )
    assert "một nửa số ấy quá hạn không quá 207 ngày, lâu nhất 207 ngày" in told
    assert "1 thủ tục lâu hơn hẹn nhiều" in told
    assert "ở Sở Xây dựng, 20 ngày, trong khi hẹn 5 ngày" in told
    assert told.index("chờ cơ quan") < told.index("Tất cả chưa có kết quả: 28 hồ sơ") < told.index("Điều tệp kết xuất")


def test_a_units_page_says_what_decides_there_and_nothing_where_none_is_open(report: Report) -> None:
    district, department = (
        unit_sections.waiting(report, find_subject(report, code)) for code in (DISTRICT, DEPARTMENT)
    )
    assert "Quá hạn đến 30/09/2020: 13 trong 13 hồ sơ" in words(district)
    assert "../waiting.html" in district.html
    assert department.html == ""


def test_only_procedures_whose_dossiers_may_be_told_are_named(report: Report) -> None:
    """Of the three that take four times as long one has twenty dossiers that are told."""
    found = compared(report)
    assert [(one.unit_code, one.procedure, one.half, one.nine_of_ten, one.promised) for one in found.slow] == [
        (DEPARTMENT, f"Cấp phép {HOSTILE}", 20, 20, 5)
    ]
    assert found.judged == 2
    shown = waiting_sections.procedures(report).html
    assert "<script" not in shown
    assert html.escape(SHOWN, quote=False).replace('"', "&#34;") in shown
    assert "Gia hạn" not in shown
    assert "Thu hồi" not in shown


def test_a_unit_with_a_handful_past_due_is_not_listed(report: Report) -> None:
    assert [(one.unit_code, one.past_due, one.supplement) for one in spots(report)] == [(DISTRICT, 13, 7)]
    shown = words(waiting_sections.places(report))
    assert "Huyện Đồng Xuân 13 7 13 207 207" in shown
    assert "Xã Xuân Lãnh" not in shown


def test_of_a_unit_no_handful_is_told(report: Report) -> None:
    told = words(waiting_sections.standing(report, COMMUNE))
    assert "Quá hạn đến 30/09/2020: dưới 5 hồ sơ. Không thủ tục" in told
    assert "Tất cả chưa có kết quả: dưới 5 hồ sơ." in told
    assert "207" not in told


@pytest.mark.parametrize(("code", "told"), [("ALL", True), (AREA, True), (DISTRICT, True), (COMMUNE, False)])
def test_ages_of_a_few_of_one_unit_are_not_told(report: Report, code: str, told: bool) -> None:
    assert ("trên 60 ngày" in words(waiting_sections.by_age(report, code))) == told


def test_what_is_missing_is_told_in_a_line_each(report: Report) -> None:
    told = words(waiting_sections.standing(report))
    assert all(line in told for line in MISSING)
    assert SHOWN in told, "the district that has no due days"
    found = lacking(report)
    assert (found.undated, found.unseen, found.without_age, found.no_result_at) == (0, 0, 0, [])


def test_without_due_days_nobody_is_said_to_be_in_time() -> None:
    """And where nothing is lacking no line says that something is."""
    none = hung(tuple((unit, number, n, None, *rest) for unit, number, n, _, *rest in CASES))
    assert "không hồ sơ đã tiếp nhận và chưa có kết quả nào có ngày hẹn trả" in words(waiting_sections.standing(none))
    assert "Không thủ tục nào so được với ngày hẹn" in words(waiting_sections.procedures(none))
    assert "Không cơ quan nào có từ năm hồ sơ quá hạn" in words(waiting_sections.places(none))
    whole = hung(CASES[:4], Language("en"))
    told = words(waiting_sections.standing(whole))
    assert "What the exports do not tell" not in told
    assert "Open in all: 0 dossiers." in told
    assert "no open dossiers" in words(waiting_sections.by_age(whole))
