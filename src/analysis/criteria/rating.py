"""Ratings (xếp loại): what each set of criteria makes of the counts of a run, for a period up to a month.

The counts are those of ``attainment.csv``; where a component asks for substance they are made of the dossiers by unit
and procedure, which stand beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.criteria.scoring import NO_BAND, Numbers, Scores, bands, scores
from analysis.findings import figures
from analysis.findings.report import Report
from analysis.language.problems import UsageProblem
from analysis.language.texts import N_
from analysis.measures.counted import read_counted
from analysis.measures.expressions import month_number, windows
from analysis.measures.history import History, history
from analysis.measures.offers import offers_by_month
from analysis.reference.criteria import Component, Criteria
from analysis.reference.decision import PROCEDURES
from analysis.storage.backends import connect

_WINDOWS = {"quarter": "quarter", "year": "to_date", "to_date": "to_date"}
AREAS = "areas"


@dataclass(frozen=True, eq=False)
class Evidence:
    """A run's figures up to ``month``, and the dossiers by unit, procedure and month."""

    report: Report
    history: History
    month: str

    def procedures(self, period: str) -> pd.DataFrame:
        """Per unit or group and procedure in the window of ``period``: unit_code, procedure_key, level (offered on
        its last day; missing for none), online, dossiers, and ``<target>:resolved`` and ``:arising``.
        """
        return _procedures(self, period)

    def span(self, period: str) -> tuple[date, date]:
        """The first and the last day of the window of ``period``; it ends with the as-of day at the latest."""
        spans = windows(self.history.decision, self.history.as_of)
        year, month = (int(part) for part in self.month.split("-"))
        row = spans[(spans["month"] == 12 * year + month - 1) & (spans["window"] == _WINDOWS[period])].iloc[0]
        first = max(date(row["first"] // 12, row["first"] % 12 + 1, 1), self.history.decision.valid_from)
        return first, row["last_day"]

    def provisional(self, period: str) -> bool:
        """Whether the quarter or year that is scored is not over on the last day that is counted."""
        last = self.span(period)[1]
        if last >= self.history.decision.valid_to:
            return False
        tomorrow = last + timedelta(days=1)
        return period == "year" or (period == "quarter" and (tomorrow.day, tomorrow.month % 3) != (1, 1))


@dataclass(frozen=True)
class Standing:
    """The counts of the units that a set of criteria rates, units × components, and what it makes of them.

    ``groups`` holds for each unit the one of ``criteria.rates`` to which it belongs.
    """

    criteria: Criteria
    codes: tuple[str, ...]
    groups: tuple[str, ...]
    numerators: Numbers
    denominators: Numbers

    @cached_property
    def scores(self) -> Scores:
        """The scores under the criteria as they are drafted."""
        return scores(self.criteria, self.numerators, self.denominators)

    @cached_property
    def bands(self) -> np.ndarray:
        """The place of each unit's band; ``NO_BAND`` for none."""
        return bands(self.criteria, self.scores.total, self.groups)

    @cached_property
    def kept_out(self) -> np.ndarray:
        """Which units reach the best band's threshold and lose it to the cap."""
        return (self.bands == 1) & (self.scores.total >= self.criteria.thresholds[0])

    @cached_property
    def possible(self) -> Numbers:
        """The points that each component could bring, once those of what is not scored went to it; NaN where it is not
        scored itself.
        """
        counted = np.where(np.isnan(self.scores.earned), np.nan, np.asarray(self.criteria.weights))
        whole = np.nansum(counted, axis=1, keepdims=True)
        return float(self.criteria.maximum) * counted / np.where(whole > 0, whole, np.nan)

    @property
    def scored(self) -> np.ndarray:
        """Which units have a score."""
        return self.bands != NO_BAND

    @cached_property
    def values(self) -> Numbers:
        """Shares of one; NaN where nothing is to be counted."""
        under = self.denominators
        return np.divide(self.numerators, under, out=np.full(under.shape, np.nan), where=under > 0)

    def rebanded(self, totals: Numbers) -> np.ndarray:
        """The bands of other totals of the same units."""
        return bands(self.criteria, totals, self.groups)


def gather(report: Report, processed: Path | str, period: str = "") -> Evidence:
    """What criteria need of a finished run. ``period``: ``2020-09``, ``2020-Q3`` or ``2020``; "": the latest month.

    Raises UsageProblem for a period that is none or of which the run has no figures.
    """
    with connect() as backend:
        dossiers = read_counted(backend, Path(processed), report.decision)
        known = history(dossiers, report.reference, report.decision, report.as_of)
    return Evidence(report, known, last_month(period, sorted(report.attainment["month"].unique())))


def last_month(period: str, months: Sequence[str]) -> str:
    """The month with which ``period`` ends, the latest of ``months`` in it."""
    period = str(period)
    if not period:
        return months[-1]
    year, _, rest = period.upper().partition("-")
    wanted = {period}
    if not rest:
        wanted = {month for month in months if month[:4] == year}
    elif rest in ("Q1", "Q2", "Q3", "Q4"):
        wanted = {f"{year}-{3 * int(rest[1]) - past:02d}" for past in range(3)}
    found = [month for month in months if month in wanted]
    if not found:
        raise UsageProblem(
            N_("period = «{period}» lies outside the figures, {first} to {last}. Write 2020, 2020-Q3 or 2020-09."),
            period=period,
            first=months[0],
            last=months[-1],
        )
    return found[-1]


def chosen(report: Report, wanted: str) -> list[Criteria]:
    """The criteria of the report's decision that ``wanted`` names: ids with commas, or a draft's id alone for it and
    its rivals; "" for the first draft and its rivals. Raises UsageProblem for an id that is none.
    """
    known = {
        name: found for name, found in report.reference.criteria.items() if found.decision.id == report.decision.id
    }
    names = list(dict.fromkeys(name.strip() for name in wanted.split(",") if name.strip())) or list(known)[:1]
    for name in names:
        if name not in known:
            raise UsageProblem(
                N_("There are no criteria {wanted}. Known: {known}. Criteria are files in {folder}."),
                wanted=name,
                known=", ".join(known) or "–",
                folder=report.reference.folder / "criteria",
            )
    if len(names) == 1 and not known[names[0]].is_rival:
        names = [name for name, found in known.items() if found.regulation == names[0]]
    picked = [known[name] for name in names]
    if len({criteria.rates for criteria in picked}) > 1:
        raise UsageProblem(
            N_(
                "These criteria rate different units and cannot stand side by side: {names}. Choose those of one draft."
            ),
            names=", ".join(names),
        )
    return sorted(picked, key=lambda criteria: criteria.is_rival)


def standing(evidence: Evidence, criteria: Criteria) -> Standing:
    """The counts of every unit that the criteria rate. Raises UsageProblem where they do not apply in the period."""
    first, last = evidence.span(criteria.period)
    if last < criteria.applies_from or first > criteria.applies_to:
        raise UsageProblem(
            N_("{criteria} applies from {first} to {last}, not in {month}. Choose another period."),
            criteria=criteria.id,
            first=criteria.applies_from.isoformat(),
            last=criteria.applies_to.isoformat(),
            month=evidence.month,
        )
    rated = rated_units(evidence.report, criteria)
    codes = [code for code, _ in rated]
    columns = [_counts(evidence, criteria, component, codes) for component in criteria.components]
    over, under = (np.stack([column[side] for column in columns], -1).astype(float) for side in (0, 1))
    return Standing(criteria, tuple(codes), tuple(group for _, group in rated), over, under)


def rated_units(report: Report, criteria: Criteria) -> list[tuple[str, str]]:
    """Whom the criteria rate: (code, the one of ``criteria.rates`` to which it belongs); may be nobody."""
    return [(code, group) for group in criteria.rates for code in _units(report, group)]


def substance_counts(component: Component, table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """(numerator, denominator) by unit_code of a component with substance, from a table of procedures."""
    rule = component.substance
    assert rule is not None
    some = table[table["dossiers"] >= rule.least_dossiers]
    if component.target.measure == PROCEDURES:
        some = some[component.target.admits(some["level"])].drop_duplicates(["unit_code", "procedure_key"])
        assert rule.online_share is not None
        p, q = rule.online_share.numerator, rule.online_share.denominator
        hit = some["online"] * q >= p * some["dossiers"]
        return hit.groupby(some["unit_code"]).sum(), some.groupby("unit_code").size()
    some = some.drop_duplicates(["unit_code", "procedure_key"])  # a line for each level that a group offers it at
    sums = some.groupby("unit_code")[[f"{component.target.id}:resolved", f"{component.target.id}:arising"]].sum()
    return sums.iloc[:, 0], sums.iloc[:, 1]


def under_reading(criteria: Criteria, measure: str, reading: str) -> Criteria:
    """The criteria with every component of a measure under another reading; those that ask for substance stay."""
    components = tuple(
        replace(part, reading=next(r for r in criteria.decision.readings_of(part.target) if r.id == reading))
        if part.target.measure == measure and part.substance is None
        else part
        for part in criteria.components
    )
    return replace(criteria, components=components)


@lru_cache(maxsize=4)
def _procedures(evidence: Evidence, period: str) -> pd.DataFrame:
    known = evidence.history
    first, last = (month_number(day) for day in evidence.span(period))
    rows = known.table
    rows = rows[rows["month"].between(first, last)].drop(columns="month")
    keys = ["unit_code", "procedure_key"]
    grouped = rows.merge(known.members, on="unit_code").drop(columns="unit_code")
    grouped = grouped.rename(columns={"group_code": "unit_code", "hits": "online"})
    counted = grouped.groupby(keys, as_index=False).sum()
    spans = windows(known.decision, known.as_of)
    offers = offers_by_month(known.reference, spans[spans["month"] == last]).merge(known.members, on="unit_code")
    offered = offers[["group_code", "procedure_key", "level"]].drop_duplicates()
    whole = counted.merge(offered.rename(columns={"group_code": "unit_code"}), how="outer", on=keys)
    numbers = [name for name in whole.columns if name not in (*keys, "level")]
    return whole.fillna(dict.fromkeys(numbers, 0)).astype(dict.fromkeys(numbers, "int64"))


def _units(report: Report, group: str) -> list[str]:
    return figures.areas(report) if group == AREAS else figures.tier_units(report, group)


def _counts(
    evidence: Evidence, criteria: Criteria, component: Component, codes: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    if component.substance:
        found = substance_counts(component, evidence.procedures(criteria.period))
        return tuple(side.reindex(codes, fill_value=0).to_numpy() for side in found)  # type: ignore[return-value]
    report, window = evidence.report, _WINDOWS[criteria.period]
    known = report.once(("counts", window, evidence.month), lambda: _by_reading(report, window, evidence.month))
    some = known[component.target.id, component.reading.id].reindex(codes)
    return some["numerator"].to_numpy(), some["denominator"].to_numpy()


def _by_reading(report: Report, window: str, month: str) -> dict[Any, pd.DataFrame]:
    """The rows of a window by target and reading, each by unit_code."""
    rows = report.attainment
    rows = rows[(rows["window"] == window) & (rows["month"] == month)].set_index("unit_code")
    return dict(iter(rows.groupby(["target_id", "reading"])[["numerator", "denominator"]]))
