"""One record per unit or group and target: all that is said of it, everywhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import pandas as pd

from analysis.findings.figures import Figure, figures
from analysis.findings.offered import last_day
from analysis.findings.report import Report
from analysis.measures.unmeasured import ANY_OF
from analysis.outlook.conclusions import LOST, RUNNING, UNLIKELY
from analysis.reference.decision import SATISFACTION
from analysis.reference.satisfaction_words import load_satisfaction_words

_NAMED = 3  # procedures that a sentence names; the others are counted


@dataclass(frozen=True)
class Ask:
    """What to do, or what should have been done: ``procedures`` (name, dossiers) to name, their ``keys``, ``others`` to
    count.

    ``gain`` is what it brings, ``probability`` that of attaining if it is done (None after the period). ``dossiers``
    are those that are told of the procedure, None where those of the as-of day are not.
    """

    method: str
    closes: bool
    procedures: list[tuple[str, int | None]]
    others: int
    gain: float
    probability: float | None
    keys: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many procedures in all."""
        return len(self.procedures) + self.others


@dataclass(frozen=True)
class Cause:
    """The part of a group that makes up most of its gap: its ``name`` inside a sentence, its share, and the group's if
    the part attained.
    """

    name: str
    value: float
    then: float


@dataclass(frozen=True)
class Step:
    """That a share lies elsewhere from a ``month`` on than ``before``."""

    month: str
    before: float
    after: float


@dataclass(frozen=True)
class Finding:
    """The figure with all that is concluded of it; numbers that do not apply are None.

    ``lacking`` are the headings of columns that no export has, without which it cannot be measured: of each group any
    one would be enough.
    """

    figure: Figure
    finality: str
    pending: int | None
    remaining: int | None
    needed: int | None
    coming: float | None
    lower: float | None
    upper: float | None
    probability: float | None
    band: str
    signal: str
    correlated: bool
    slope: float | None
    step: Step | None
    cause: Cause | None
    members: int | None
    members_attained: int | None
    members_attained_few: int | None
    ask: Ask | None
    flips: tuple[str, ...]
    lacking: tuple[tuple[str, ...], ...] = ()

    @property
    def running(self) -> bool:
        """Whether the period lasts."""
        return self.finality == RUNNING

    @property
    def outlook(self) -> str:
        """The band while the period lasts, after it the finality."""
        return self.band if self.running else self.finality

    @property
    def hopeless(self) -> bool:
        """Whether the target will hardly be attained, whatever is done while the period lasts."""
        unlikely = self.ask is not None and self.ask.probability is not None and self.ask.probability < UNLIKELY
        return self.running and (self.band == LOST or unlikely)


def findings(report: Report, codes: Iterable[str]) -> dict[tuple[str, str], Finding]:
    """By target and unit or group, in the decision's order of targets."""
    wanted = list(dict.fromkeys(codes))
    known: dict[tuple[str, str], Finding] = report.once("findings", dict)
    first = report.decision.targets[0].id
    if new := [code for code in wanted if (first, code) not in known]:
        known.update(_findings(report, new))
    order = [(target.id, code) for target in report.decision.targets for code in wanted]
    return {key: known[key] for key in order if key in known}


def _findings(report: Report, wanted: list[str]) -> dict[tuple[str, str], Finding]:
    shown = {(figure.target.id, figure.unit_code): figure for figure in figures(report, wanted)}
    rows = report.outlook["conclusions"]
    by_key = {
        (row.target_id, row.unit_code): row for row in rows[rows["unit_code"].isin(wanted)].itertuples(index=False)
    }
    asked = asks(report, wanted)
    return {key: _finding(figure, by_key[key], asked.get(key), report) for key, figure in shown.items()}


def of_unit(report: Report, code: str) -> list[Finding]:
    """A unit's or group's findings, in the decision's order of targets."""
    return list(findings(report, [code]).values())


def asks(report: Report, codes: Iterable[str]) -> dict[tuple[str, str], Ask]:
    """What is asked of units, by target and unit."""
    rows = report.outlook["closers"]
    rows = rows[rows["unit_code"].isin([*codes])].sort_values(["target_id", "unit_code", "rank"])
    own = ["unit_code", "procedure_key"]
    rows = rows.merge(report.outlook["procedures"][[*own, "told", "told_online", "told_on"]], "left", own)
    last = last_day(report).isoformat()
    by_key = groupby(rows.itertuples(index=False), key=attrgetter("target_id", "unit_code"))
    return {key: _ask(list(of_key), last) for key, of_key in by_key}


def _finding(figure: Figure, row: Any, ask: Ask | None, report: Report) -> Finding:
    cause = None
    if isinstance(row.cause, str) and row.cause:
        cause = Cause(report.within(row.cause), row.cause_value, row.cause_then)
    return Finding(
        figure=figure,
        finality=_text(row.finality),
        pending=_whole(row.pending_online),
        remaining=_whole(row.remaining),
        needed=_whole(row.needed),
        coming=_known(row.coming),
        lower=_known(row.lower),
        upper=_known(row.upper),
        probability=_known(row.probability),
        band=_text(row.band),
        signal=row.signal,
        correlated=bool(row.correlated),
        slope=_known(row.slope),
        step=None if pd.isna(row.before) else Step(row.since, row.before, row.mean),
        cause=cause,
        members=_whole(row.members),
        members_attained=_whole(row.members_attained),
        members_attained_few=_whole(row.members_attained_few),
        ask=ask,
        flips=tuple(flip for flip in _text(row.flips).split("|") if flip),
        lacking=_lacking(figure, report),
    )


def _lacking(figure: Figure, report: Report) -> tuple[tuple[str, ...], ...]:
    columns = report.unmeasured.get((figure.target.id, figure.unit_code), "")
    spelled = report.reference.vocabulary.spelled
    if SATISFACTION in columns:
        spelled = spelled | {SATISFACTION: load_satisfaction_words(report.reference.folder).spelled}
    return tuple(tuple(spelled[name] for name in any_of.split(ANY_OF)) for any_of in columns.split(", ") if any_of)


def _ask(rows: list[Any], last: str) -> Ask:
    """Procedures of which it is not told how many dossiers are online are counted, never named: who filed could be
    known by name. Counts are those of the ``last`` day, and of dossiers that all count for the target.
    """
    with_procedure = [row for row in rows if _text(row.procedure_key)]
    named = [row for row in with_procedure if pd.notna(row.told_online) and _text(row.procedure_name)][:_NAMED]
    return Ask(
        rows[0].method,
        bool(rows[0].closes),
        [(row.procedure_name, _dossiers(row, last)) for row in named],
        len(with_procedure) - len(named),
        sum(row.gain for row in rows if pd.notna(row.gain)),
        _known(rows[0].probability),
        tuple(row.procedure_key for row in named),
    )


def _dossiers(row: Any, last: str) -> int | None:
    return int(row.told) if row.told_on == last and row.told == row.denominator else None


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
