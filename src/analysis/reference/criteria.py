"""Evaluation criteria (bộ tiêu chí đánh giá): drafts that turn the targets into points and bands, as data.

One file each in ``data/reference/criteria/``. A rival (``rival_of``) states only what it changes of the draft that it
competes with. ``criteria_file`` has the file's form and its checks.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from analysis.reference.criteria_form import Bonus, Group, PassFail, Period, Proportional, Steps, Substance, Without
from analysis.reference.decision import Decision, Reading, Target
from analysis.reference.toml_files import Words

Scoring = Proportional | Steps | Bonus | PassFail


@dataclass(frozen=True)
class Amended:
    """The text that the criteria would become part of; "" and None where the number is not known."""

    title: Words
    number: str
    issued: date | None
    last_amended: str
    last_amended_on: date | None


@dataclass(frozen=True)
class Component:
    """One criterion (tiêu chí) of a set: a target under a reading, its points and how they are earned.

    A unit whose denominator is 0 or below ``least`` is not scored on it: see ``without``; ``neutral`` is the share
    of the points that it then gets where that is ``neutral``. With ``substance`` a procedure counts by the share of
    its dossiers that came online, not by a single one.
    """

    target: Target
    reading: Reading
    weight: Fraction
    scoring: Scoring
    least: int
    without: Without
    neutral: Fraction
    substance: Substance | None
    source: Words | None

    @property
    def minimum(self) -> Fraction:
        """The target's minimum, a share of one."""
        return self.target.minimum


@dataclass(frozen=True)
class Band:
    """A category (mức xếp loại) from ``at_least`` points on; ``cap``: the largest share of units that may have it."""

    title: Words
    at_least: Fraction
    cap: Fraction | None


@dataclass(frozen=True)
class Criteria:
    """A set of criteria (bộ tiêu chí); ``components`` in the order of the decision's targets, ``bands`` best first.

    ``regulation`` is the id of the draft that it is or competes with: what may be compared side by side; ``label`` a
    few words that tell them apart.
    """

    id: str
    regulation: str
    title: Words
    label: Words
    purpose: Words
    amends: Amended
    decision: Decision
    applies_from: date
    applies_to: date
    rates: tuple[Group, ...]
    period: Period
    maximum: Fraction
    components: tuple[Component, ...]
    bands: tuple[Band, ...]

    @property
    def is_rival(self) -> bool:
        """Whether it was written to be compared with a draft, not to be signed."""
        return self.id != self.regulation

    @cached_property
    def is_hardened(self) -> bool:
        """Whether it asks of procedures more than a single online dossier."""
        return any(component.substance for component in self.components)

    @cached_property
    def thresholds(self) -> tuple[float, ...]:
        """The points from which the bands begin, best first; the last is 0."""
        return tuple(float(band.at_least) for band in self.bands)

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """The points of the components."""
        return tuple(float(component.weight) for component in self.components)
