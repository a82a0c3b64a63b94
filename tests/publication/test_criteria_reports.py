"""Which criteria are published: those that apply in the month and have somebody to rate."""

from dataclasses import replace

import pytest
from support.small_report import AREA, DEPARTMENT, small_report

from analysis.findings.report import Report
from analysis.publication.criteria_reports import criteria_for_nobody, criteria_in_force


@pytest.fixture(scope="module")
def report() -> Report:
    return small_report()


def only(report: Report, *tiers: str) -> Report:
    """The report where these tiers alone have units."""
    units = report.reference.units
    return replace(report, reference=replace(report.reference, units=units[units["tier"].isin(tiers)]))


def test_with_every_tier_all_are_in_force(report: Report) -> None:
    assert {criteria.regulation for criteria in criteria_in_force(report)} >= {"giam-doc-so", "chu-tich-huyen"}
    assert criteria_for_nobody(report) == []
    assert {DEPARTMENT, AREA} <= set(report.attainment["unit_code"])


@pytest.mark.parametrize(
    ("tiers", "without"), [(("province",), "chu-tich-huyen"), (("district", "commune"), "giam-doc-so")]
)
def test_those_that_would_rate_nobody_are_left_out_and_named(
    report: Report, tiers: tuple[str, ...], without: str
) -> None:
    """A province's units.csv may hold departments alone, or one district: its run ended with a KeyError."""
    some = only(report, *tiers)
    made, left_out = [criteria.id for criteria in criteria_in_force(some)], criteria_for_nobody(some)
    assert left_out
    assert all(name.startswith(without) for name in left_out)
    assert not set(made) & set(left_out)
    assert made
