"""What changed since the last published month: verdicts that turned, the biggest movers, what became of the asks."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.findings.figures import Figure, figures
from analysis.findings.finding import asks
from analysis.findings.report import Report
from analysis.outlook.changes import parts, steps_of
from analysis.outlook.closers import FINISH
from analysis.outlook.comparison import LEAST_RANKED
from analysis.outlook.conclusions import RUNNING
from analysis.reference.decision import NOT_APPLICABLE, Target
from analysis.reference.groups import PROVINCE, answering, is_group, tier_groups
from analysis.storage.writing import undirected

MOVERS = 5
STANDING_COLUMNS = [
    *("decision", "target_id", "unit_code", "unit_name", "tier", "month", "as_of"),
    *("numerator", "denominator", "shortfall", "status", "ask", "ask_named"),
]


@dataclass(frozen=True)
class Change:
    """One figure as it was published ``then`` (numerator, denominator) and as it is now.

    ``parts``: what each kind contributes, shares of one that sum to ``size``; empty where there was or is nothing to
    count. ``cause``: the kind of the largest part that way, "" where nothing changed. ``ask``, ``outcome``, "" for
    none: what was asked then and what became of it; of ``wanted`` things asked ``done`` are done, None where that
    cannot be told.
    """

    figure: Figure
    then: tuple[int, int]
    then_status: str
    parts: dict[str, Fraction]
    cause: str
    ask: str
    wanted: int | None
    done: int | None
    outcome: str

    @property
    def size(self) -> Fraction:
        """How much the share changed; 0 where it cannot be told."""
        return sum(self.parts.values(), Fraction(0))

    @property
    def turned(self) -> bool:
        """Whether the verdict is another; what had nothing to count had none."""
        both = (self.figure.status, self.then_status)
        return NOT_APPLICABLE not in both and self.figure.status != self.then_status


@dataclass(frozen=True)
class Changes:
    """Since which ``month``, known up to which day. ``asked``: what became of the asks of each target, counted;
    ``answers``: of units that answer to the province one by one; ``renamed``: (name then, name now) of units.
    """

    month: str
    as_of: date
    turned: list[Change]
    movers: list[Change]
    asked: list[tuple[Target, Counter[str]]]
    answers: list[Change]
    renamed: list[tuple[str, str]]


def changes(report: Report, codes: Collection[str] = ()) -> Changes | None:
    """What changed since the last published month for the units or groups with ``codes``, without any for all; None
    where there is no month to compare with.
    """
    rows = report.outlook["changes"]
    if rows.empty:
        return None
    first = rows.iloc[0]
    rows = rows[rows["unit_code"].isin(codes)] if codes else rows
    found = changes_of(report, rows["unit_code"].unique())
    units = [one for one in found if not is_group(one.figure.unit_code)]
    asked = [one for one in units if one.outcome]
    tier = report.directory["tier"]
    return Changes(
        month=first["then_month"],
        as_of=date.fromisoformat(first["then_as_of"]),
        turned=sorted((one for one in found if one.turned), key=lambda one: _rank(report, one)),
        movers=_movers(units),
        asked=[(target, counts) for target in report.decision.targets if (counts := _outcomes(asked, target))],
        answers=[one for one in asked if codes or tier[one.figure.unit_code] in ("", *answering(report.reference))],
        renamed=_renamed(rows),
    )


def changes_of(report: Report, codes: Collection[str]) -> list[Change]:
    """The changes of units or groups, by target in the decision's order; whoever is new has none."""
    rows = report.outlook["changes"]
    rows = rows[rows["unit_code"].isin(codes)]
    shown = {(figure.target.id, figure.unit_code): figure for figure in figures(report, codes)}
    known = {(row["target_id"], row["unit_code"]): row for row in rows.to_dict("records")}
    return [
        _change(shown[target.id, code], known[target.id, code])
        for target in report.decision.targets
        for code in codes
        if (target.id, code) in known
    ]


def standing(report: Report) -> pd.DataFrame:
    """What a month says, for the next to be compared with (``standing.csv`` of the open data): per target and unit or
    group its figure, and what is asked, with the procedures that are named.
    """
    rows = report.outlook["conclusions"]
    named = {key: "|".join(ask.keys) for key, ask in asks(report, report.names).items()}
    asked = (rows["finality"] == RUNNING) | (rows["ask"] == FINISH)  # the others are lessons
    keys = zip(rows["target_id"], rows["unit_code"], strict=True)
    rows = rows.assign(ask_named=[named.get(key, "") for key in keys], month=report.month)
    rows = rows.assign(**{name: rows[name].fillna("").where(asked, "") for name in ("ask", "ask_named")})
    return rows.fillna({"tier": ""})[STANDING_COLUMNS]


def _change(figure: Figure, row: dict[str, Any]) -> Change:
    steps = steps_of(row)
    text = {name: row[name] if isinstance(row[name], str) else "" for name in ("cause", "ask", "ask_outcome")}
    counts = {name: None if pd.isna(row[f"ask_{name}"]) else int(row[f"ask_{name}"]) for name in ("wanted", "done")}
    return Change(
        figure,
        steps[0],
        row["then_status"],
        parts(steps, figure.target.measure),
        text["cause"],
        text["ask"],
        counts["wanted"],
        counts["done"],
        text["ask_outcome"],
    )


def _outcomes(asked: list[Change], target: Target) -> Counter[str]:
    return Counter(one.outcome for one in asked if one.figure.target == target)


def _movers(units: list[Change]) -> list[Change]:
    """The units whose share changed most, of those with enough to be ranked then and now."""
    enough = [one for one in units if min(one.then[1], one.figure.denominator) >= LEAST_RANKED]
    moved = [one for one in enough if one.size]
    return sorted(moved, key=lambda one: (-abs(one.size), one.figure.target.id, one.figure.unit_code))[:MOVERS]


def _rank(report: Report, one: Change) -> tuple[int, int, str, int]:
    """The province first, then tiers and areas, then units by tier."""
    code, tier = one.figure.unit_code, report.directory["tier"][one.figure.unit_code]
    groups, tiers = (PROVINCE, *tier_groups(report.reference)), [*report.reference.tiers]
    place = groups.index(code) if code in groups else len(groups) + (not is_group(code))
    return place, tiers.index(tier) if tier else 0, code, report.decision.targets.index(one.figure.target)


def _renamed(rows: pd.DataFrame) -> list[tuple[str, str]]:
    units = rows[~rows["unit_code"].map(is_group)].drop_duplicates("unit_code")
    pairs = zip(units["then_name"], units["unit_name"].map(undirected), strict=True)
    return [(then, now) for then, now in pairs if then != now]
