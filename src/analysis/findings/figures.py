"""What a report shows, taken from the files of a run: small frames and figures that know their fraction."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from operator import itemgetter
from typing import Any

import pandas as pd

from analysis.findings.report import Report
from analysis.outlook.comparison import LEAST_RANKED
from analysis.reference.decision import ATTAINED, DEFAULT, NOT_ATTAINED, Reading, Target
from analysis.reference.groups import PROVINCE, answering, past_names
from analysis.reference.tiers import DEPARTMENTS, DISTRICTS

_MOST_DIGITS = 6
_COLUMNS = ["target_id", "unit_code", "numerator", "denominator", "shortfall", "status"]


@dataclass(frozen=True)
class Figure:
    """One value of one unit or group beside its target, as a row of ``attainment.csv`` holds it."""

    target: Target
    unit_code: str
    unit_name: str
    numerator: int
    denominator: int
    shortfall: int
    status: str

    @property
    def value(self) -> Fraction | None:
        """The exact share; None where there is nothing to count."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def gap(self) -> Fraction | None:
        """Value − minimum, exact."""
        return None if self.value is None else self.value - self.target.minimum

    def digits(self) -> int:
        """Decimals of the percentage, one or as many more as keep the rounded value on its side of the minimum."""
        for digits in range(1, _MOST_DIGITS):
            shown = Fraction(floor((self.value or 0) * 100 * 10**digits + Fraction(1, 2)), 10**digits)
            if (shown >= self.target.minimum * 100) == (self.status == ATTAINED):
                return digits
        return _MOST_DIGITS


def figures(report: Report, units: Iterable[str], reading: str = DEFAULT) -> list[Figure]:
    """The figures to date of ``units`` (codes of units or groups) for every target that the reading touches."""
    of_unit = report.once(("figures", reading), lambda: _placed_rows(report, reading))
    found = sorted((placed for code in set(units) for placed in of_unit.get(code, ())), key=itemgetter(0))
    targets = {target.id: target for target in report.decision.targets}
    return [_figure(targets[row.target_id], row, report.names) for _, row in found]


def _placed_rows(report: Report, reading: str) -> dict[str, list[tuple[int, Any]]]:
    """The rows of a reading to date by unit, each with its place in the table."""
    rows = to_date(report)
    of_unit: dict[str, list[tuple[int, Any]]] = {}
    for place, row in enumerate(rows.loc[rows["reading"] == reading, _COLUMNS].itertuples(index=False)):
        of_unit.setdefault(row.unit_code, []).append((place, row))
    return of_unit


def to_date(report: Report) -> pd.DataFrame:
    """The rows of the whole period up to the report's month."""

    def find() -> pd.DataFrame:
        rows = report.attainment
        return rows[(rows["window"] == "to_date") & (rows["month"] == report.month)]

    return report.once("to_date", find)


def tiles(report: Report, code: str = PROVINCE) -> list[Figure]:
    """The figure of the province, a unit or a group for each target, in the decision's order."""
    of_target = {figure.target.id: figure for figure in figures(report, [code])}
    return [of_target[target.id] for target in report.decision.targets]


def matrix(report: Report, units: Iterable[str]) -> list[tuple[str, dict[str, Figure]]]:
    """(name, figure by target) of each unit, the worst first: the largest part of its targets not attained, then the
    widest gap on average; targets on denominators too small to be ranked do not count here.
    """
    by_unit: dict[str, dict[str, Figure]] = {}
    for figure in figures(report, units):
        by_unit.setdefault(figure.unit_code, {})[figure.target.id] = figure

    def badness(of_target: dict[str, Figure]) -> tuple[Fraction, Fraction]:
        judged = [figure for figure in of_target.values() if figure.denominator >= LEAST_RANKED]
        gaps = [figure.gap for figure in judged if figure.gap is not None and figure.gap < 0]
        whole = max(len(judged), 1)
        return -Fraction(len(gaps), whole), sum(gaps, Fraction(0)) / whole

    ordered = sorted(by_unit.items(), key=lambda item: (*badness(item[1]), item[0]))
    return [(next(iter(of_target.values())).unit_name, of_target) for _, of_target in ordered]


def tier_units(report: Report, tier: str) -> list[str]:
    """The codes of a tier's units."""
    units = report.reference.units
    return list(units.loc[units["tier"] == tier, "unit_code"])


def answering_units(report: Report) -> list[str]:
    """The codes of the units that answer to the province itself, tier by tier."""
    return [code for tier in answering(report.reference) for code in tier_units(report, tier)]


def lower_units(report: Report) -> list[str]:
    """The codes of the units that are neither departments nor districts."""
    units = report.reference.units
    return list(units.loc[~units["tier"].isin([DEPARTMENTS, DISTRICTS]), "unit_code"])


def ended_units(report: Report) -> list[str]:
    """The codes of the units and tiers that ended in the time of the figures and have some of their own."""
    return list(past_names(report.reference)["unit_code"])


def areas(report: Report) -> list[str]:
    """The groups of each district with its communes."""
    return [f"AREA:{code}" for code in tier_units(report, "district")]


def furthest(shown: Iterable[Figure]) -> Figure | None:
    """The one furthest below its minimum, the first of several; None where all are attained."""
    missed = [(figure.gap, figure) for figure in shown if figure.status == NOT_ATTAINED and figure.gap is not None]
    return min(missed, key=lambda pair: pair[0])[1] if missed else None


def lowest(report: Report, target: Target, units: Iterable[str], count: int) -> list[Figure]:
    """The ``count`` lowest values for a target, the lowest first, of the units with enough to be ranked."""
    ranked = [f for f in figures(report, units) if f.target.id == target.id and f.denominator >= LEAST_RANKED]
    return sorted(ranked, key=lambda figure: (figure.value, -figure.denominator, figure.unit_code))[:count]


def largest_shortfalls(report: Report, target: Target, units: Iterable[str], count: int) -> list[Figure]:
    """The ``count`` units that miss most dossiers or procedures, the largest shortfall first."""
    missing = [f for f in figures(report, units) if f.target.id == target.id and f.shortfall > 0]
    return sorted(missing, key=lambda figure: (-figure.shortfall, figure.unit_code))[:count]


@dataclass(frozen=True)
class ReadingResult:
    """A target under another reading: the province's figure, and how many units' verdicts differ from the default."""

    reading: Reading
    figure: Figure
    changes_verdict: bool
    units_changed: int


def readings(report: Report, target: Target) -> list[ReadingResult]:
    """What each reading says of a target, the default first."""
    return [*report.once(("readings", target.id), lambda: _readings(report, target))]


def _readings(report: Report, target: Target) -> list[ReadingResult]:
    rows = to_date(report)
    rows = rows[rows["target_id"] == target.id]
    status = rows.pivot(index="unit_code", columns="reading", values="status")
    units = status.loc[status.index.isin(report.reference.units["unit_code"])]
    province = {row.reading: row for row in rows[rows["unit_code"] == PROVINCE].itertuples(index=False)}
    found = []
    for reading in report.decision.readings_of(target):
        judged = units[[reading.id, DEFAULT]].isin([ATTAINED, NOT_ATTAINED]).all(axis=1)
        changed = judged & (units[reading.id] != units[DEFAULT])
        figure = _figure(target, province[reading.id], report.names)
        differs = figure.status != province[DEFAULT].status
        found.append(ReadingResult(reading, figure, differs, int(changed.sum())))
    return found


def trend(report: Report, target: Target, unit: str = PROVINCE) -> pd.DataFrame:
    """Columns month, window (month, to_date), numerator, denominator, value (share, NaN for nothing), status."""
    rows = report.attainment
    rows = rows[(rows["target_id"] == target.id) & (rows["reading"] == DEFAULT) & (rows["unit_code"] == unit)]
    return rows[rows["window"] != "quarter"][["month", "window", "numerator", "denominator", "value", "status"]]


def _figure(target: Target, row: Any, names: dict[str, str]) -> Figure:
    name = names[row.unit_code]
    return Figure(target, row.unit_code, name, row.numerator, row.denominator, row.shortfall, row.status)
