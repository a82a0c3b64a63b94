"""Of the targets that a unit or group misses: which is told first, and where most is missing."""

from collections.abc import Sequence
from fractions import Fraction

from analysis.findings.figures import Figure, largest_shortfalls
from analysis.findings.finding import Finding
from analysis.findings.report import Report
from analysis.findings.subject import Subject
from analysis.outlook.comparison import LEAST_RANKED
from analysis.outlook.conclusions import UNLIKELY, WAITING
from analysis.reference.decision import NOT_ATTAINED

MOST_NAMED = 3  # members of a group that miss most


def nearest(shown: Sequence[Finding]) -> Figure | None:
    """Of the targets that are missed the one most probable if what is asked is done, unless all are improbable even
    then; after the period one that waits for results.
    """
    missed = [found for found in shown if found.figure.status == NOT_ATTAINED]
    missed = [found for found in missed if _within_reach(found) >= UNLIKELY or found.finality == WAITING]
    best = max(missed, key=lambda found: (_within_reach(found), found.figure.gap or 0), default=None)
    return best.figure if best else None


def leading(shown: Sequence[Finding]) -> Finding | None:
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


def most_missing(report: Report, subject: Subject, found: Finding) -> list[Figure]:
    """The members of a group that miss most of a target that it misses."""
    if not subject.is_group or found.figure.status != NOT_ATTAINED:
        return []
    return largest_shortfalls(report, found.figure.target, subject.members, MOST_NAMED)
