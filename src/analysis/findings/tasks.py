"""What a unit or group has still to do for each target that it misses, and which of the others are not yet safe."""

from dataclasses import dataclass
from typing import Any

from analysis.findings import advice
from analysis.findings.advice import Ask
from analysis.findings.figures import Figure, largest_shortfalls
from analysis.findings.report import Report
from analysis.findings.subject import Subject
from analysis.outlook.gap import SECURED
from analysis.reference.decision import ATTAINED, NOT_ATTAINED

MOST_NAMED = 3  # members of a group that miss most


@dataclass(frozen=True)
class Task:
    """A target that is missed: its figure, its row of gap.csv, and what would make up the gap.

    ``where``: the members of a group that miss most of it.
    """

    figure: Figure
    gap: Any
    ask: Ask | None
    where: list[Figure]


def nearest(shown: list[Figure]) -> Figure | None:
    """Of the targets that are missed, the one with the smallest gap."""
    missed = [figure for figure in shown if figure.status == NOT_ATTAINED]
    return max(missed, key=lambda figure: figure.gap or 0, default=None)


def tasks(report: Report, subject: Subject, shown: list[Figure]) -> list[Task]:
    """One for each target of ``shown``, the subject's figures, that is not attained."""
    gaps = _gaps(report, subject.code)
    asked = advice.asks_of(report, [subject.code])
    members = subject.members if subject.is_group else ()
    return [
        Task(
            figure,
            gaps[figure.target.id],
            asked.get((figure.target.id, subject.code)),
            largest_shortfalls(report, figure.target, members, MOST_NAMED),
        )
        for figure in shown
        if figure.status == NOT_ATTAINED
    ]


def unsafe(report: Report, subject: Subject, shown: list[Figure]) -> list[Figure]:
    """The targets attained so far that dossiers still to come could undo."""
    gaps = _gaps(report, subject.code)
    return [figure for figure in shown if figure.status == ATTAINED and gaps[figure.target.id].verdict != SECURED]


def _gaps(report: Report, code: str) -> dict[str, Any]:
    """The rows of gap.csv of a unit or group by target."""
    rows = report.outlook["gap"]
    return {row.target_id: row for row in rows[rows["unit_code"] == code].itertuples(index=False)}
