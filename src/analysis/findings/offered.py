"""What a unit offers and what comes in: its procedures with their dossiers, those that close its gaps first.

A count is told only as the run says that it may be (``told``, ``told_online``, of the day ``told_on``): who filed one
of a handful of dossiers could be known by name. What may not be told is pooled, and of the pool only its size is told.
That a procedure closes a gap says something of how many of its dossiers are online: it is told where these are.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analysis.findings.report import Report

MOST_LISTED = 40
MOST_MARKED = 10  # procedures that close one gap: a larger set points at nothing and is not marked


@dataclass(frozen=True)
class Procedure:
    """``online`` and ``offline``: None where they may not be told; ``until``: the day of the counts where it is an
    earlier one; ``closes``: ids of targets whose gap it closes.
    """

    name: str
    level: int | None
    dossiers: int
    online: int | None
    offline: int | None
    until: date | None
    closes: tuple[str, ...]


@dataclass(frozen=True)
class Offer:
    """The ``listed`` procedures, and of the others only how many: ``more`` to list, ``untold``, ``idle`` without."""

    listed: list[Procedure]
    more: int
    untold: int
    idle: int


def offer(report: Report, code: str, most: int = MOST_LISTED) -> Offer:
    """A unit's procedures: closers of its gaps first, then the busiest; at most ``most`` are listed."""
    rows = report.outlook["procedures"]
    rows = rows[rows["unit_code"] == code]
    used = rows[rows["dossiers"] > 0]
    closers = _closers(report, code)
    last = last_day(report)
    told = [_procedure(row, closers, last) for row in used[used["told"].notna()].itertuples(index=False)]
    told.sort(key=lambda procedure: (not procedure.closes, -procedure.dossiers, procedure.name))
    return Offer(told[:most], len(told[most:]), int(used["told"].isna().sum()), _idle(rows))


def last_day(report: Report) -> date:
    """The day up to which dossiers are counted to date."""
    return min(report.as_of, report.decision.valid_to)


def _procedure(row: Any, closers: dict[str, tuple[str, ...]], last: date) -> Procedure:
    split = pd.notna(row.told_online)
    online = int(row.told_online) if split else None
    offline = int(row.told - row.told_online) if split else None
    level = None if pd.isna(row.level) else int(row.level)
    told_on = date.fromisoformat(row.told_on)
    closes = closers.get(row.procedure_key, ()) if split else ()
    name = row.procedure_name or row.procedure_key
    return Procedure(name, level, int(row.told), online, offline, told_on if told_on < last else None, closes)


def _closers(report: Report, code: str) -> dict[str, tuple[str, ...]]:
    """Ids of the targets whose gap each procedure helps to close, in the decision's order."""
    rows = report.outlook["closers"]
    rows = rows[rows["unit_code"] == code]
    rows = rows[rows.groupby("target_id")["rank"].transform("size") <= MOST_MARKED]
    order = [target.id for target in report.decision.targets]
    return {
        key: tuple(sorted(set(of_key["target_id"]), key=order.index)) for key, of_key in rows.groupby("procedure_key")
    }


def _idle(rows: pd.DataFrame) -> int:
    """Procedures of level 3 or 4 on offer that no dossier came in for."""
    return int(((rows["dossiers"] == 0) & (rows["level"] >= 3)).sum())
