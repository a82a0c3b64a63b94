"""Difficulties and obstacles (khó khăn, vướng mắc): what units state, and what their dossiers show of it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from analysis.findings.report import Report
from analysis.outlook.comparison import ABOVE


@dataclass(frozen=True)
class Stated:
    """A difficulty that a unit stated for a month, in its own words."""

    unit_code: str
    unit_name: str
    month: str
    category: str
    text: str


def stated(report: Report, units: Collection[str]) -> list[Stated]:
    """What some units stated up to the report's month, the newest first, then by unit and category."""
    rows = report.difficulties
    rows = rows[rows["unit_code"].isin(units) & (rows["month"] <= report.month)]
    ordered = rows.sort_values(["unit_code", "category"], kind="stable")
    ordered = ordered.sort_values("month", ascending=False, kind="stable")
    return [
        Stated(row.unit_code, report.names[row.unit_code], row.month, row.category, row.text)
        for row in ordered.itertuples(index=False)
    ]


def delays(report: Report, units: Collection[str]) -> list[Any]:
    """The rows of delays.csv of some units that have anything to count: late, supplements, refusals."""
    rows = report.outlook["delays"]
    return list(rows[rows["unit_code"].isin(units) & (rows["denominator"] > 0)].itertuples(index=False))


def burdened(report: Report, units: Collection[str]) -> list[list[Any]]:
    """By unit, the delays that lie above its tier by more than chance; the unit with most of them first."""
    by_unit: dict[str, list[Any]] = {}
    for row in delays(report, units):
        if row.verdict == ABOVE:
            by_unit.setdefault(row.unit_code, []).append(row)
    return sorted(by_unit.values(), key=lambda rows: (-len(rows), -max(row.value for row in rows), rows[0].unit_code))
