"""What a unit or group has still to do for each target that it misses, and which of the others are not yet safe."""

from dataclasses import dataclass
from typing import Any

from analysis import advice
from analysis.advice import Ask
from analysis.attainment import ATTAINED, NOT_ATTAINED
from analysis.figures import Figure, Report, figures
from analysis.pace import SECURED
from analysis.subject import Subject


@dataclass(frozen=True)
class Task:
    """A target that is missed: its figure, its row of gap.csv, and what would make up the gap.

    ``where``: the members of a group that miss most of it.
    """

    figure: Figure
    gap: Any
    ask: Ask | None
    where: list[Figure]


def unit_tiles(report: Report, code: str) -> list[Figure]:
    """The figure of a unit or group for each target, in the decision's order."""
    of_target = {figure.target.id: figure for figure in figures(report, [code])}
    return [of_target[target.id] for target in report.decision.targets]


def nearest(shown: list[Figure]) -> Figure | None:
    """Of the targets that are missed, the one with the smallest gap."""
    missed = [figure for figure in shown if figure.status == NOT_ATTAINED]
    return max(missed, key=lambda figure: figure.gap or 0, default=None)


def tasks(report: Report, subject: Subject, shown: list[Figure]) -> list[Task]:
    """One for each target of ``shown``, the subject's figures, that is not attained."""
    gaps = _gaps(report, subject.code)
    asked = advice.asks_of(report, [subject.code])
    members = figures(report, subject.members) if subject.is_group else []
    return [
        Task(figure, gaps[target_id], asked.get((target_id, subject.code)), _most_missing(members, target_id))
        for figure in shown
        if figure.status == NOT_ATTAINED and (target_id := figure.target.id)
    ]


def unsafe(report: Report, subject: Subject, shown: list[Figure]) -> list[Figure]:
    """The targets attained so far that dossiers still to come could undo."""
    gaps = _gaps(report, subject.code)
    return [figure for figure in shown if figure.status == ATTAINED and gaps[figure.target.id].verdict != SECURED]


def _gaps(report: Report, code: str) -> dict[str, Any]:
    """The rows of gap.csv of a unit or group by target."""
    rows = report.outlook["gap"]
    return {row.target_id: row for row in rows[rows["unit_code"] == code].itertuples(index=False)}


def _most_missing(members: list[Figure], target_id: str, count: int = 3) -> list[Figure]:
    missing = [figure for figure in members if figure.target.id == target_id and figure.shortfall]
    return sorted(missing, key=lambda figure: (-figure.shortfall, figure.unit_code))[:count]
