"""The months of a chart are the table's, their limits those on which the record's signal rests."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.small_report import DEPARTMENT, DISTRICT, small_report

from analysis.findings.course import courses
from analysis.findings.report import Report
from analysis.outlook.trends import LEAST_MONTHS
from analysis.statistics.control import control_chart


@pytest.fixture(scope="module")
def report() -> Report:
    return small_report()


def _with(report: Report, counts: list[tuple[int, int]], **record: object) -> pd.DataFrame:
    """The course of a series whose months are ``counts`` and of whose trend is known ``record``."""
    own = (report.attainment["unit_code"] == DEPARTMENT) & (report.attainment["target_id"] == "l3-dossiers")
    own &= report.attainment["reading"] == "default"
    rows = report.attainment[own].copy()
    months = rows["window"] == "month"
    rows.loc[months, "numerator"], rows.loc[months, "denominator"] = np.transpose(counts)
    rows.loc[months, "value"] = [part / whole if whole else np.nan for part, whole in counts]
    trends = report.outlook["trends"].copy()
    of_record = (trends["unit_code"] == DEPARTMENT) & (trends["target_id"] == "l3-dossiers")
    for name, value in record.items():
        trends.loc[of_record, name] = value
    changed = replace(report, attainment=rows, outlook=report.outlook | {"trends": trends})
    return courses(changed, DEPARTMENT)["l3-dossiers"]


def test_the_months_are_those_of_the_table(report: Report) -> None:
    rows = report.attainment
    rows = rows[(rows["unit_code"] == DISTRICT) & (rows["reading"] == "default")]
    found = courses(report, DISTRICT)
    assert list(found) == ["l3-procedures", "l3-dossiers", "portal"]
    for target, months in found.items():
        own = rows[rows["target_id"] == target]
        single = own[own["window"] == "month"]
        for name in ("month", "numerator", "denominator"):
            assert months[name].tolist() == single[name].tolist()
        to_date = own[own["window"] == "to_date"]["value"]
        assert np.array_equal(months["to_date"], to_date, equal_nan=True)


def test_too_few_months_have_no_limits(report: Report) -> None:
    found = courses(report, DEPARTMENT).values()
    short = [months for months in found if (months["denominator"] > 0).sum() < LEAST_MONTHS]
    assert short
    for months in short:
        assert months[["mean", "lower", "upper"]].isna().all(axis=None)
        assert not months["signal"].any()


COUNTS = [(5, 10), (4, 10), (6, 10), (0, 0), (5, 10), (4, 10), (5, 10), (30, 30), (9, 10)]


def test_the_limits_are_those_of_the_judged_months_alone(report: Report) -> None:
    found = _with(report, COUNTS, since="2020-01", judged_until="2020-08", variation="improving", rules="outside")
    judged = found["mean"].notna()
    assert found.loc[judged, "month"].tolist() == [f"2020-0{month}" for month in (1, 2, 3, 5, 6, 7, 8)]
    some = [COUNTS[place] for place in (0, 1, 2, 4, 5, 6, 7)]
    chart = control_chart(*np.transpose(some))
    assert np.allclose(found.loc[judged, "lower"], chart.limits[0])
    assert np.allclose(found.loc[judged, "upper"], chart.limits[1])
    assert found.loc[judged, "mean"].unique().tolist() == [chart.mean]


def test_only_the_months_of_the_signal_that_is_told_are_marked(report: Report) -> None:
    told = {"since": "2020-01", "judged_until": "2020-08", "rules": "outside"}
    assert _with(report, COUNTS, **told, variation="improving")["signal"].tolist() == [0] * 7 + [1, 0]
    # The record tells no signal: among so many units chance makes some.
    assert not _with(report, COUNTS, **told, variation="common_cause")["signal"].any()
