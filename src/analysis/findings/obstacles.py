"""Difficulties and obstacles (khó khăn, vướng mắc): what units state, and what their dossiers show of it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from analysis.duties.difficulty_evidence import NOT_SHOWN, SHOWN, UNKNOWN
from analysis.findings.report import Report
from analysis.outlook.comparison import ABOVE
from analysis.reference.difficulties import load_kinds


@dataclass(frozen=True)
class Stated:
    """A difficulty that a unit stated for a month, in its own words; ``evidence``: the rows of difficulty_evidence.csv
    on its kind for that unit.
    """

    unit_code: str
    unit_name: str
    month: str
    category: str
    text: str
    evidence: tuple[Any, ...]

    @property
    def verdict(self) -> str:
        """``SHOWN`` where one indicator shows it, ``NOT_SHOWN`` where those that are known do not, else ``UNKNOWN``."""
        found = {row.verdict for row in self.evidence}
        return next((verdict for verdict in (SHOWN, NOT_SHOWN) if verdict in found), UNKNOWN)


def stated(report: Report, units: Collection[str]) -> list[Stated]:
    """What some units stated up to the report's month, the newest first, then by unit and category."""
    rows, kinds = report.difficulties, load_kinds(report.reference.folder)
    rows = rows[rows["unit_code"].isin(units) & (rows["month"] <= report.month)]
    ordered = rows.sort_values(["unit_code", "category"], kind="stable")
    ordered = ordered.sort_values("month", ascending=False, kind="stable")
    evidence = _evidence(report, units)
    return [
        Stated(
            **{"unit_code": row.unit_code, "unit_name": report.names[row.unit_code], "month": row.month},
            **{"category": row.category, "text": row.text},
            evidence=tuple(evidence.get((row.unit_code, kinds.of(row.category, row.text)), ())),
        )
        for row in ordered.itertuples(index=False)
    ]


def unstated(report: Report, units: Collection[str]) -> dict[str, list[str]]:
    """By indicator the names of the units of which the data show what none of their statements says."""
    rows = report.duties["difficulty_evidence"]
    rows = rows[rows["unit_code"].isin(units) & (rows["stated"] == 0)]
    return {str(indicator): list(own["unit_name"]) for indicator, own in rows.groupby("indicator")}


def _evidence(report: Report, units: Collection[str]) -> dict[tuple[str, str], list[Any]]:
    """By unit and kind the rows on what is stated."""
    rows = report.duties["difficulty_evidence"]
    rows = rows[rows["unit_code"].isin(units) & (rows["stated"] > 0)]
    found: dict[tuple[str, str], list[Any]] = {}
    for row in rows.itertuples(index=False):
        found.setdefault((row.unit_code, row.kind), []).append(row)
    return found


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
