"""The catalogue against the portal: how much is open, where something is wrong, procedure by procedure what to mend,
and what another base would make of the targets.

That dossiers came for what was not assigned is told of the province alone, and only of so many as may be told.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.duties.catalogue_lines import FILED, PROBLEMS
from analysis.duties.catalogue_timeliness import LATE, UNKNOWN
from analysis.duties.catalogue_verdicts import BASES
from analysis.findings.report import Report
from analysis.reference.decision import Target
from analysis.reference.groups import PROVINCE, is_group, tier_groups
from analysis.statistics.disclosure import LEAST

_WRONG = ["missing", "wrong_level", "repealed_open", "extra"]


@dataclass(frozen=True)
class Mend:
    """A procedure and what is wrong with it at ``units``; levels and the decision's number where they are known."""

    problem: str
    procedure_code: str
    procedure_name: str
    units: tuple[str, ...]
    assigned: int | None
    portal: int | None
    decision: str


@dataclass(frozen=True)
class Place:
    """``units`` of a tier that have the same counts, and the ``row`` of the first in catalogue_on_portal.csv."""

    units: tuple[str, ...]
    row: Any


@dataclass(frozen=True)
class Based:
    """The province's figure of a target by one base after the other, and at how many units the verdict turns."""

    target: Target
    figures: dict[str, Any]
    turned: int

    @property
    def turns(self) -> bool:
        """Whether the province's verdict is another with another base."""
        return len({row.status for row in self.figures.values()}) > 1


def is_listed(report: Report) -> bool:
    """Whether a list of the portal's can be compared."""
    return not report.duties["catalogue_on_portal"].empty


def standing(report: Report, code: str = PROVINCE) -> Any:
    """The row of a unit or group of catalogue_on_portal.csv; None where no list names it."""
    rows = report.duties["catalogue_on_portal"]
    return next(rows[rows["unit_code"] == code].itertuples(index=False), None)


def filed(report: Report) -> int | None:
    """The province's dossiers of what was not assigned on their day; None where they are too few to be told."""
    row = standing(report)
    return int(row.filed_not_offered) if row and row.filed_not_offered >= LEAST else None


def tiers(report: Report) -> list[Place]:
    """The tiers that the lists name, each as a place."""
    return [Place((code,), row) for code in tier_groups(report.reference) if (row := standing(report, code))]


def places(report: Report) -> list[Place]:
    """Where something is wrong, most first; units of a tier that are alike, as where a list tells of the whole tier,
    are one place.
    """
    rows = report.duties["catalogue_on_portal"]
    own = rows[~rows["unit_code"].map(is_group).astype(bool)]
    own = own.assign(wrong=own[_WRONG].sum(axis=1))
    alike = own[own["wrong"] > 0].groupby(["wrong", "tier", "assigned", *_WRONG], sort=False)
    found = [Place(tuple(same["unit_code"]), next(same.itertuples(index=False))) for _, same in alike]
    return sorted(found, key=lambda place: (-place.row.wrong, place.units))


def mends(report: Report, code: str = PROVINCE) -> list[Mend]:
    """What is to be mended at a unit or group, one line for each procedure; that dossiers came is none."""
    lines = report.duties["catalogue_lines"].fillna({"unit_code": ""})
    wanted = {*report.members[code]} | ({""} if code == PROVINCE else set())
    lines = lines[lines["unit_code"].isin(wanted) & (lines["problem"] != FILED)]
    keys = ["problem", "procedure_code", "procedure_name", "level_assigned", "level_portal", "decision"]
    found = [
        Mend(problem, procedure, name, _units(own), _whole(assigned), _whole(portal), _text(decision))
        for (problem, procedure, name, assigned, portal, decision), own in lines.groupby(keys, dropna=False)[
            "unit_code"
        ]
    ]
    return sorted(found, key=lambda one: (PROBLEMS.index(one.problem), -len(one.units), one.procedure_code))


def by_base(report: Report) -> list[Based]:
    """Each target on procedures with each base."""
    rows = report.duties["catalogue_verdicts"]
    return [
        _based(target, rows[rows["target_id"] == target.id])
        for target in report.decision.targets
        if (rows["target_id"] == target.id).any()
    ]


def lateness(report: Report) -> tuple[int, int, int]:
    """How many procedures dated decisions published, how many of them late, of how many it is not known."""
    verdicts = report.duties["catalogue_timeliness"]["verdict"]
    return len(verdicts), int((verdicts == LATE).sum()), int((verdicts == UNKNOWN).sum())


def levels(report: Report) -> list[tuple[str, dict[str, tuple[int, int]]]]:
    """month, and by source how many procedures were raised and lowered then, all tiers together."""
    rows = report.duties["catalogue_levels"]
    sums = rows.groupby(["month", "source"])[["raised", "lowered"]].sum()
    return [
        (month, {source: (int(own.raised), int(own.lowered)) for (_, source), own in of_month.iterrows()})
        for month, of_month in sums.groupby(level="month")
    ]


def _based(target: Target, rows: pd.DataFrame) -> Based:
    whole = {row.base: row for row in rows[rows["unit_code"] == PROVINCE].itertuples(index=False)}
    units = rows[~rows["unit_code"].map(is_group).astype(bool)]
    turned = units.groupby("unit_code")["status"].nunique()
    return Based(target, {base: whole[base] for base in BASES if base in whole}, int((turned > 1).sum()))


def _units(codes: pd.Series) -> tuple[str, ...]:
    return tuple(code for code in sorted(codes) if code)


def _whole(level: Any) -> int | None:
    return None if pd.isna(level) else int(level)


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)
