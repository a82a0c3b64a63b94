"""What the outlook's tables say to a reader: whom to turn to first, who differs by more than chance."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from analysis.findings.finding import Finding, findings
from analysis.findings.ledger import sources_stated
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.outlook.comparison import ABOVE, AS_EXPECTED, BELOW, LEAST_RANKED, limits_beside
from analysis.outlook.conclusions import RUNNING
from analysis.outlook.discoveries import FALSE_SHARE
from analysis.outlook.priorities import FIRST
from analysis.reference.decision import ATTAINED, PROCEDURES, Target
from analysis.reference.groups import answering, answering_words, places
from analysis.statistics.control import COMMON_CAUSE, IMPROVING, WORSENING
from analysis.statistics.shares import Interval

_ALONE = 0.05  # the chance outside a funnel's inner limits, for who looks at one unit alone
_WHERE = 3  # units of an area that miss most
_ONE_OF = round(1 / FALSE_SHARE)


@dataclass(frozen=True)
class Concern:
    """One target that a place misses: its own finding, how many its units miss, each by itself, how many of these count
    by the rule of priorities.csv, which part of what all units miss these are, the units where it is most, the place
    itself if it is one, and how many others miss as much as the last of these.
    """

    finding: Finding
    whole: int
    missing: int
    part: Fraction
    where: list[Finding]
    alike: int

    @property
    def of_units(self) -> bool:
        """Whether the place is a group, so that its units miss what is missing, not itself."""
        return self.where[0].figure.unit_code != self.finding.figure.unit_code


@dataclass(frozen=True)
class Call:
    """One place to turn to, with its weightiest concerns first, and how often it stays among the first three."""

    name: str
    concerns: list[Concern]
    among_first: float


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


def calls(report: Report, count: int = FIRST, concerns: int = 2) -> list[Call]:
    """The first departments and areas of priorities.csv, each with the targets of which it misses most."""
    found = []
    for place, own in _concerns(report, count):
        told = sorted(own.values(), key=lambda one: (-one.part, one.finding.figure.target.id))
        found.append(Call(report.names[place.unit_code], told[:concerns], place.among_first))
    return found


def missing(report: Report, count: int) -> list[tuple[str, dict[str, int]]]:
    """The first places of priorities.csv, each with how much that still counts its units miss, by id of the target."""
    return [
        (report.names[place.unit_code], {target: concern.missing for target, concern in own.items()})
        for place, own in _concerns(report, count)
    ]


def unsourced(report: Report) -> list[tuple[str, int]]:
    """Departments and areas with units most of whose dossiers do not say where they came from, and how many such units:
    what these miss of the portal target hardly anybody knows, and so no order can count it.
    """
    sources = sources_stated(report)
    blind = set(sources.index[2 * sources["known"] < sources["whole"]])
    place_of = zip(report.reference.units["unit_code"], places(report.reference), strict=True)
    found = Counter(place for unit, place in place_of if unit in blind)
    return [(report.names[place], number) for place, number in sorted(found.items())]


def _concerns(report: Report, count: int) -> list[tuple[Any, dict[str, Concern]]]:
    """The first rows of priorities.csv, each with its concerns by id of the target."""
    first = report.outlook["priorities"].sort_values("rank").head(count)
    members = {code: report.members[code] for code in first["unit_code"]}
    units = list(report.reference.units["unit_code"])
    known = findings(report, [*members, *units])
    targets = [target.id for target in report.decision.targets]
    whole = {target: sum(known[target, unit].figure.shortfall for unit in units) for target in targets}
    found = []
    for place in first.itertuples(index=False):
        own = {
            target.id: _concern(known, place.unit_code, members[place.unit_code], target, whole[target.id])
            for target in report.decision.targets
        }
        found.append((place, {target: concern for target, concern in own.items() if concern}))
    return found


def _concern(
    known: dict[tuple[str, str], Finding], place: str, units: tuple[str, ...], target: Target, whole: int
) -> Concern | None:
    """None where nothing is missing that still weighs: see priorities.csv."""
    own = [known[target.id, unit] for unit in units]
    missed = [one for one in own if _counts(one)]
    missing = sum(one.figure.shortfall for one in missed)
    if not missing:
        return None
    most = sorted(missed, key=lambda one: (-one.figure.shortfall, one.figure.unit_code))
    where, others = most[:_WHERE], most[_WHERE:]
    alike = sum(one.figure.shortfall == where[-1].figure.shortfall for one in others)
    every = sum(one.figure.shortfall for one in own)
    return Concern(known[target.id, place], every, missing, Fraction(missing, whole), where, alike)


def _counts(found: Finding) -> int:
    """How much of what is missing counts, by the rule of priorities.csv."""
    return found.figure.shortfall if found.figure.denominator >= LEAST_RANKED and not found.hopeless else 0


def signals(report: Report, units: list[str]) -> list[tuple[str, dict[str, Finding]]]:
    """(name, finding by target) of units or groups, in the given order."""
    known = findings(report, units)
    return [
        (report.names[unit], {target.id: known[target.id, unit] for target in report.decision.targets})
        for unit in units
    ]


def attained_by_none(report: Report, codes: list[str]) -> list[Finding]:
    """What groups attain, of whose units none does."""
    found = findings(report, codes).values()
    return [one for one in found if one.figure.status == ATTAINED and one.members and not one.members_attained]


def band_counts(report: Report) -> pd.DataFrame:
    """Units by target (rows) and outlook, after the period by finality (columns)."""
    rows = report.outlook["conclusions"]
    units = rows[rows["unit_code"].isin(report.reference.units["unit_code"]) & (rows["denominator"] > 0)]
    told = units["band"].fillna("").where(units["finality"] == RUNNING, units["finality"])
    return units.assign(told=told).groupby(["target_id", "told"]).size().unstack(fill_value=0)


def false_signals(report: Report) -> tuple[int, int, int]:
    """How many units' months signal a change, of how many such signals one at most is expected to be false, and how
    many have lain elsewhere since the decision.
    """
    rows = report.outlook["conclusions"]
    rows = rows[rows["unit_code"].isin(report.reference.units["unit_code"])]
    changed = rows["before"].notna() & (rows["signal"] == COMMON_CAUSE)
    return int(rows["signal"].isin([IMPROVING, WORSENING]).sum()), _ONE_OF, int(changed.sum())


def differing(report: Report) -> tuple[int, int]:
    """How many pairs of unit and target lie further from the target than chance allows, and of how many such findings
    one at most is expected to be chance.
    """
    return int(report.outlook["comparison"]["against_target"].isin([ABOVE, BELOW]).sum()), _ONE_OF


def lowest_ranked(report: Report, target: Target, tier: str, count: int = 5) -> pd.DataFrame:
    """The lowest ranked units of a tier for a target, as rows of comparison.csv."""
    rows = report.outlook["comparison"]
    rows = rows[(rows["target_id"] == target.id) & (rows["tier"] == tier) & rows["ranked"]]
    rows = rows[2 * rows["rank"] > rows["ranked_units"]]  # the upper half is not low
    return rows.sort_values(["rank", "unit_code"], ascending=[False, True]).head(count)


def funnels(report: Report) -> list[Funnel]:
    """Panels for targets on all dossiers that leave room for chance: who answers to the province against it and,
    each tier apart, against its own share with the scatter between its units allowed for.
    """
    panels = []
    rows = report.outlook["comparison"]
    rows = rows[rows["denominator"] > 0]
    for target in report.decision.targets:
        if target.measure == PROCEDURES or target.scope != "all" or target.minimum == 1:
            continue
        some = rows[(rows["target_id"] == target.id) & rows["tier"].isin(answering(report.reference))]
        if some.empty:
            continue
        about = report.language.text(
            N_("{units} against the target"), units=answering_words(report.reference, report.language)
        )
        sizes = _sizes(some)
        tails = (_ALONE, 1 - some["confidence"].iloc[0])
        edges = [limits_beside(float(target.minimum), sizes, 0.0, tail) for tail in tails]
        shown = some.assign(verdict=some["against_target"])
        panels.append(Funnel(target, shown, float(target.minimum), _edges(sizes, edges), about))
        own = some[some["tier"] == "province"]
        if own["tau2"].notna().any():
            sizes, centre = _sizes(own), float(own["tier_share"].iloc[0])
            tail = 1 - own["tier_confidence"].iloc[0]
            edges = [limits_beside(centre, sizes, tau2, tail) for tau2 in (0.0, own["tau2"].iloc[0])]
            about = report.language.text(N_("departments against all departments, their scatter allowed for"))
            shown = own.assign(verdict=own["against_tier"].replace("", AS_EXPECTED))
            panels.append(Funnel(target, shown, centre, _edges(sizes, edges), about))
    return panels


def _sizes(rows: pd.DataFrame) -> np.ndarray:
    """Denominators at which a funnel's edges are drawn: up to the largest, evenly on a logarithmic axis."""
    return np.unique(np.geomspace(1, rows["denominator"].max(), 80).round()).astype(np.int64)


def _edges(sizes: np.ndarray, limits: list[Interval]) -> pd.DataFrame:
    named = {f"{side}{number}": edge for number, pair in enumerate(limits) for side, edge in pair._asdict().items()}
    return pd.DataFrame({"denominator": sizes, **named})
