"""What the outlook's tables say to a reader: whom to call first, what to ask of them, and what to expect."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from analysis.findings.figures import Figure, figures, tier_units
from analysis.findings.offered import last_day
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.outlook.comparison import CONFIDENCES, LEAST_RANKED, adjusted_limits
from analysis.outlook.gap import IMPOSSIBLE
from analysis.reference.decision import PROCEDURES, Target
from analysis.statistics.shares import Interval, funnel_limits

_NAMED = 3  # procedures that a sentence names; the others are counted


@dataclass(frozen=True)
class Ask:
    """What would close one gap: ``procedures`` (name, dossiers) to name, ``others`` to count; their ``gain``.

    ``dossiers`` are those that are told of the procedure, None where those of the as-of day are not.
    """

    method: str
    closes: bool
    procedures: list[tuple[str, int | None]]
    others: int
    gain: int

    @property
    def count(self) -> int:
        """How many procedures in all."""
        return len(self.procedures) + self.others


@dataclass(frozen=True)
class Concern:
    """One target that a unit misses: the figure, its part of all units' shortfall, trend, verdict and what to ask."""

    figure: Figure
    part: Fraction
    variation: str
    verdict: str
    ask: Ask | None


@dataclass(frozen=True)
class Call:
    """One unit to call, with its weightiest concerns first."""

    unit_name: str
    concerns: list[Concern]
    weight: Fraction


@dataclass(frozen=True)
class Funnel:
    """One panel: rows (unit_name, denominator, value, verdict above, below or as_expected) and limits to draw.

    ``limits``: denominator, then pairs of lower and upper, the inner first. ``about`` is what the centre is.
    """

    target: Target
    rows: pd.DataFrame
    centre: float
    limits: pd.DataFrame
    about: str


def calls(report: Report, count: int = 3, concerns: int = 2) -> list[Call]:
    """The departments and districts with the largest parts of what is missing, over all targets.

    A unit's part of a target is its shortfall over that of all units; its weight is the sum of its parts. While
    the period lasts, what is impossible is nobody's task any more; small denominators are not weighed as if
    large. Communes answer to their district and are not called by the province.
    """
    units = list(report.reference.units["unit_code"])
    verdicts, variations = (
        _by_key(report.outlook[name], of) for name, of in (("gap", "verdict"), ("trends", "variation"))
    )
    ended = report.as_of >= report.decision.valid_to
    missing = [figure for figure in figures(report, units) if figure.shortfall > 0]
    whole: dict[str, int] = {}
    for figure in missing:
        whole[figure.target.id] = whole.get(figure.target.id, 0) + figure.shortfall
    called = set(tier_units(report, "province") + tier_units(report, "district"))
    by_unit: dict[str, list[Figure]] = {}
    for figure in missing:
        open_ = ended or verdicts[figure.target.id, figure.unit_code] != IMPOSSIBLE
        if figure.unit_code in called and open_ and figure.denominator >= LEAST_RANKED:
            by_unit.setdefault(figure.unit_code, []).append(figure)

    def part(figure: Figure) -> Fraction:
        return Fraction(figure.shortfall, whole[figure.target.id])

    weights = {unit: sum(map(part, of_unit), Fraction(0)) for unit, of_unit in by_unit.items()}
    first = sorted(by_unit, key=lambda unit: (-weights[unit], unit))[:count]
    asked = asks_of(report, first)
    found = []
    for unit in first:
        ordered = sorted(by_unit[unit], key=lambda figure: (-part(figure), figure.target.id))[:concerns]
        keys = [(figure.target.id, unit) for figure in ordered]
        listed = [
            Concern(figure, part(figure), variations[key], verdicts[key], asked.get(key))
            for figure, key in zip(ordered, keys, strict=True)
        ]
        found.append(Call(ordered[0].unit_name, listed, weights[unit]))
    return found


def asks(report: Report, tier: str) -> list[tuple[Figure, Ask]]:
    """What closes each gap of a tier's units, by unit and target."""
    units = tier_units(report, tier)
    known = asks_of(report, units)
    rows = figures(report, units)
    order = {target.id: place for place, target in enumerate(report.decision.targets)}
    rows = sorted(rows, key=lambda figure: (figure.unit_code, order[figure.target.id]))
    found = [(figure, known.get((figure.target.id, figure.unit_code))) for figure in rows if figure.shortfall]
    return [(figure, ask) for figure, ask in found if ask is not None]


def asks_of(report: Report, units: list[str]) -> dict[tuple[str, str], Ask]:
    """What closes each gap of some units, by target and unit."""
    rows = report.outlook["closers"]
    rows = rows[rows["unit_code"].isin(units)].sort_values(["target_id", "unit_code", "rank"])
    own = ["unit_code", "procedure_key"]
    rows = rows.merge(report.outlook["procedures"][[*own, "told", "told_online", "told_on"]], "left", own)
    last = last_day(report).isoformat()
    return {key: _ask(of_key, last) for key, of_key in rows.groupby(["target_id", "unit_code"])}


def outlook(report: Report, unit: str) -> list[tuple[Target, Any, Any, Any]]:
    """Target, then the unit's (or group's) row of trends, gap and projection, in the decision's order."""
    tables = [
        {row.target_id: row for row in table[table["unit_code"] == unit].itertuples(index=False)}
        for table in (report.outlook["trends"], report.outlook["gap"], report.outlook["projection"])
    ]
    return [(target, *(table[target.id] for table in tables)) for target in report.decision.targets]


def signals(report: Report, units: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """(name, row of trends by target) of units or groups, in the given order."""
    trends = report.outlook["trends"]
    rows = {(row.unit_code, row.target_id): row for row in trends.itertuples(index=False)}
    return [
        (report.names[unit], {target.id: rows[unit, target.id] for target in report.decision.targets}) for unit in units
    ]


def verdict_counts(report: Report) -> pd.DataFrame:
    """Units by target (rows) and pace verdict (columns)."""
    gap = report.outlook["gap"]
    units = gap[gap["unit_code"].isin(report.reference.units["unit_code"])]
    return units.groupby(["target_id", "verdict"]).size().unstack(fill_value=0)


def lowest_ranked(report: Report, target: Target, tier: str, count: int = 5) -> pd.DataFrame:
    """The lowest ranked units of a tier for a target, as rows of comparison.csv."""
    rows = report.outlook["comparison"]
    rows = rows[(rows["target_id"] == target.id) & (rows["tier"] == tier) & rows["ranked"]]
    return rows.sort_values(["rank", "unit_code"]).head(count)


def funnels(report: Report) -> list[Funnel]:
    """Panels for targets on all dossiers that leave room for chance: departments and districts against the target
    and, each tier apart, against its own share with the scatter between its units allowed for.
    """
    panels = []
    rows = report.outlook["comparison"]
    rows = rows[rows["denominator"] > 0]
    for target in report.decision.targets:
        if target.measure == PROCEDURES or target.scope != "all" or target.minimum == 1:
            continue
        some = rows[(rows["target_id"] == target.id) & rows["tier"].isin(["province", "district"])]
        if some.empty:
            continue
        about = report.language.text(N_("departments and districts against the target"))
        sizes = _sizes(some)
        edges = [funnel_limits(float(target.minimum), sizes, confidence) for confidence in CONFIDENCES]
        shown = some.assign(verdict=some["against_target"])
        panels.append(Funnel(target, shown, float(target.minimum), _edges(sizes, edges), about))
        own = some[some["tier"] == "province"]
        if own["tau2"].notna().any():
            sizes, centre = _sizes(own), float(own["tier_share"].iloc[0])
            edges = [funnel_limits(centre, sizes, CONFIDENCES[-1]), adjusted_limits(centre, sizes, own["tau2"].iloc[0])]
            about = report.language.text(N_("departments against all departments, their scatter allowed for"))
            shown = own.assign(verdict=own["against_tier"])
            panels.append(Funnel(target, shown, centre, _edges(sizes, edges), about))
    return panels


def _sizes(rows: pd.DataFrame) -> np.ndarray:
    """Denominators at which a funnel's edges are drawn: up to the largest, evenly on a logarithmic axis."""
    return np.unique(np.geomspace(1, rows["denominator"].max(), 80).round())


def _edges(sizes: np.ndarray, limits: list[Interval]) -> pd.DataFrame:
    named = {f"{side}{number}": edge for number, pair in enumerate(limits) for side, edge in pair._asdict().items()}
    return pd.DataFrame({"denominator": sizes, **named})


def _by_key(table: pd.DataFrame, column: str) -> dict[tuple[str, str], Any]:
    """A column's values by target and unit."""
    return dict(zip(zip(table["target_id"], table["unit_code"], strict=True), table[column], strict=True))


def _ask(rows: pd.DataFrame, last: str) -> Ask:
    """Procedures of which it is not told how many dossiers are online are counted, never named: who filed could be
    known by name. Counts are those of the ``last`` day.
    """
    named = rows[rows["told_online"].notna() & (rows["procedure_name"] != "")].head(_NAMED)
    first = rows.iloc[0]
    return Ask(
        first["method"],
        bool(first["closes"]),
        [(row.procedure_name, int(row.told) if row.told_on == last else None) for row in named.itertuples(index=False)],
        len(rows) - len(named),
        int(rows["gain"].sum()),
    )
