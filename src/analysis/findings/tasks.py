"""What a unit or group has still to do for each target that it misses, and which of them is told first."""

from dataclasses import dataclass
from fractions import Fraction

from analysis.findings.figures import Figure, largest_shortfalls
from analysis.findings.finding import Finding, of_unit
from analysis.findings.report import Report
from analysis.findings.subject import Subject
from analysis.outlook.comparison import LEAST_RANKED
from analysis.outlook.conclusions import UNLIKELY, WAITING
from analysis.reference.decision import NOT_ATTAINED

MOST_NAMED = 3  # members of a group that miss most


@dataclass(frozen=True)
class Task:
    """A target that is missed, with its finding; ``where``: the members of a group that miss most of it."""

    finding: Finding
    where: list[Figure]


def nearest(shown: list[Finding]) -> Figure | None:
    """Of the targets that are missed the one most probable if what is asked is done, unless all are improbable even
    then; after the period one that waits for results.
    """
    missed = [found for found in shown if found.figure.status == NOT_ATTAINED]
    missed = [found for found in missed if _within_reach(found) >= UNLIKELY or found.finality == WAITING]
    best = max(missed, key=lambda found: (_within_reach(found), found.figure.gap or 0), default=None)
    return best.figure if best else None


def leading(shown: list[Finding]) -> Finding | None:
    """The one that is told first and of which a letter asks something: the ``nearest``, or else the widest gap of those
    on a denominator large enough to be ranked, if there are any; None where nothing is missed.
    """
    closest = nearest(shown)
    missed = [found for found in shown if found.figure.status == NOT_ATTAINED]
    if closest:
        return next(found for found in missed if found.figure == closest)
    return max(missed, key=_width, default=None)


def _width(found: Finding) -> tuple[bool, Fraction]:
    return found.figure.denominator >= LEAST_RANKED, -(found.figure.gap or Fraction(0))


def _within_reach(found: Finding) -> float:
    """How probable it is that the target is attained if what is asked is done."""
    return max(found.probability or 0.0, (found.ask.probability or 0.0) if found.ask else 0.0)


def tasks(report: Report, subject: Subject) -> list[Task]:
    """One for each target that is not attained."""
    members = subject.members if subject.is_group else ()
    return [
        Task(found, largest_shortfalls(report, found.figure.target, members, MOST_NAMED))
        for found in of_unit(report, subject.code)
        if found.figure.status == NOT_ATTAINED
    ]
