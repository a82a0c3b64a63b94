"""What is said beside an order or a comparison: what it cannot count, and how much of it may be chance."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from support.small_report import COMMUNE, DEPARTMENT, DISTRICT, small_report

from analysis.findings import advice, figures
from analysis.findings.report import Report
from analysis.findings.subject import find_subject
from analysis.pages import sections, unit_sections
from analysis.presentation.narrative import most_at


@pytest.fixture(scope="module")
def report() -> Report:
    return small_report()


def _without_sources(report: Report, unit: str) -> Report:
    """As if hardly a dossier of the unit said where it came from, and the portal target had nothing to count."""
    rows = [(unit, "accepted", "dossiers", 40), (unit, "check", "source_unknown", 38)]
    quality = pd.DataFrame(rows, columns=["unit_code", "kind", "code", "count"])
    attainment = report.attainment.copy()
    attainment.loc[
        (attainment["unit_code"] == unit) & (attainment["target_id"] == "portal"), ["numerator", "denominator"]
    ] = 0
    return replace(report, attainment=attainment, quality_by_unit=quality)


def test_an_order_says_whose_portal_target_it_cannot_count(report: Report) -> None:
    assert advice.unsourced(report) == []
    blind = _without_sources(report, DEPARTMENT)
    assert advice.unsourced(blind) == [("Sở Xây dựng", 1)]
    page = unit_sections.heading(blind, find_subject(blind, DEPARTMENT))
    assert "Chỉ 2 trong 40 hồ sơ ghi nguồn tiếp nhận" in str(page)
    assert "ghi nguồn" not in str(unit_sections.heading(blind, find_subject(blind, DISTRICT)))
    (area,) = advice.unsourced(_without_sources(report, COMMUNE))
    assert (area[0].startswith("Địa bàn huyện Đồng Xuân"), area[1]) == (True, 1)
    shown = str(sections.calls(_without_sources(report, DEPARTMENT)))
    assert "tệp không ghi nguồn tiếp nhận: Sở Xây dựng." in shown


def test_who_differs_is_told_with_how_many_of_these_may_be_chance(report: Report) -> None:
    found, of = advice.differing(report)
    rows = report.outlook["comparison"]
    assert found == rows["against_target"].isin(["above", "below"]).sum() > 0
    assert of == 20
    assert f"So với chỉ tiêu, {found} cặp cơ quan và chỉ tiêu khác nhiều hơn ngẫu nhiên" in str(
        sections.comparison(report)
    )


def test_units_that_miss_as_much_as_the_last_named_are_counted(report: Report) -> None:
    (call, *_) = advice.calls(report)
    (concern, *_) = call.concerns
    assert concern.alike == 0
    told = most_at(replace(concern, alike=2), report.language)
    assert "; 2 nơi khác cũng thiếu như nơi vừa nêu." in told


def test_a_day_before_the_decision_is_told_as_looking_back(report: Report) -> None:
    assert "Nhìn lại" not in str(sections.strip(report))
    early = small_report(date(2020, 3, 31))
    assert "Nhìn lại: quyết định ban hành sau ngày chốt số liệu" in str(sections.strip(early))


def test_after_the_period_nothing_is_foretold(report: Report) -> None:
    assert "Dự báo từ cuối tháng thứ 9" in str(sections.proof(report))
    over = str(sections.proof(small_report(date(2020, 12, 31))))
    assert "Dự báo từ cuối tháng thứ" not in over
    assert "Đã hết kỳ nên báo cáo này không dự báo gì nữa" in over


def test_the_worst_come_first_by_the_part_of_their_targets_that_they_miss(report: Report) -> None:
    """A unit of which one target less can be counted is not the better for it."""
    codes = [DEPARTMENT, DISTRICT]
    before = [name for name, _ in figures.matrix(report, codes)]
    worst = next(code for code in codes if report.names[code] == before[0])
    assert [name for name, _ in figures.matrix(_without_sources(report, worst), codes)] == before


def test_what_loses_its_base_has_not_another_verdict(report: Report) -> None:
    rows = report.attainment.copy()
    other = (rows["reading"] == "online_base") & (rows["unit_code"] == DEPARTMENT)
    assert other.any()
    rows.loc[other, "status"] = "not_applicable"
    target = next(one for one in report.decision.targets if one.id == "l3-dossiers")
    changed = {one.reading.id: one.units_changed for one in figures.readings(replace(report, attainment=rows), target)}
    whole = {one.reading.id: one.units_changed for one in figures.readings(report, target)}
    assert changed["online_base"] <= whole["online_base"]
