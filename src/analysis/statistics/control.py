"""Process behaviour charts as in NHS England's "Making Data Count": each rule a function over a series.

A rule gives +1 for a point that is part of a signal upwards, −1 downwards, 0 for none. Source: NHS
England, Making Data Count; Provost and Murray, The Health Care Data Guide (2011). The rules are those of
the R package NHSRplotthedots, but that two of three outer points need no third on their side, as Western
Electric's handbook (1956) has it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.shares import p_reach, xmr_limits

_ROUNDING = 1e-12  # a mean of equal shares may lie beside them in the last digit
RUN = 7  # points in a run or a trend
OUTER = 2 / 3  # of the way from the mean to a limit: where the outer third begins
_LIKE = 0.25  # totals within this share of their mean make one pair of limits do (Provost and Murray, chapter 5)
IMPROVING, WORSENING, COMMON_CAUSE, TOO_FEW = "improving", "worsening", "common_cause", "too_few"
MEETS, MISSES, HIT_OR_MISS, NOT_COMPARABLE = "meets", "misses", "hit_or_miss", "not_comparable"
Signs = NDArray[np.int64]


class Variation(NamedTuple):
    """What the last point says (improving, worsening, common_cause) and by which rules."""

    verdict: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """Shares by point, with the mean and each point's limits; ``kind`` is ``xmr`` or ``p``.

    ``reach`` is how far a limit lies from the mean before it is held inside [0, 1]: thirds are thirds of it. A
    limit held at 0 would otherwise make every month without an online dossier an outer point.
    """

    kind: str
    values: NDArray[np.float64]
    mean: float
    reach: NDArray[np.float64]

    @property
    def lower(self) -> NDArray[np.float64]:
        """Lower limits, 0 or more."""
        return np.maximum(self.mean - self.reach, 0)

    @property
    def upper(self) -> NDArray[np.float64]:
        """Upper limits, at most 1."""
        return np.minimum(self.mean + self.reach, 1)


def control_chart(successes: NDArray[np.int64], totals: NDArray[np.int64]) -> Chart:
    """The chart of a series of shares, totals above 0: XmR where the totals are alike, else p′."""
    values = successes / totals
    if np.all(np.abs(totals - totals.mean()) <= _LIKE * totals.mean()):
        mean, _, upper = xmr_limits(values)
        return Chart("xmr", values, mean, np.full(len(values), upper - mean))
    return Chart("p", values, *p_reach(successes, totals))


def variation(chart: Chart) -> Variation:
    """Whether the last point is part of a signal; higher is better.

    A run, an outlier or outer points speak for the side of the mean on which they lie; a trend of seven
    speaks for its direction and wins, being the latest movement.
    """
    sides = np.sign(np.round(chart.values - chart.mean, 12)).astype(np.int64)
    found = {
        "outside": outside_limits(chart.values, chart.lower, chart.upper)[-1],
        "run": run_of_seven(sides)[-1],
        "trend": trend_of_seven(chart.values)[-1],
        "outer": two_of_three(outer_third(chart))[-1],
    }
    rules = tuple(name for name, sign in found.items() if sign)
    sign = found["trend"] or next((found[name] for name in rules), 0)
    return Variation({1: IMPROVING, -1: WORSENING, 0: COMMON_CAUSE}[int(sign)], rules)


def assurance(chart: Chart, minimum: float) -> str:
    """Whether a process that goes on like this will meet the minimum: by its limits at the last point."""
    if chart.lower[-1] >= minimum - _ROUNDING:
        return MEETS
    return MISSES if chart.upper[-1] < minimum - _ROUNDING else HIT_OR_MISS


def outside_limits(values: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64]) -> Signs:
    """Points outside the limits."""
    return (values > upper + _ROUNDING).astype(np.int64) - (values < lower - _ROUNDING)


def run_of_seven(sides: Signs) -> Signs:
    """Points that are part of seven or more in a row on one side of the mean."""
    return _part_of(sides, RUN)


def trend_of_seven(values: NDArray[np.float64]) -> Signs:
    """Points that are part of seven or more in a row, each above (below) the one before."""
    steps = np.sign(np.diff(values)).astype(np.int64)
    rising = _part_of(steps, RUN - 1)
    signs = np.zeros(len(values), dtype=np.int64)
    for sign in (1, -1):
        at = np.flatnonzero(rising == sign)
        signs[at] = signs[at + 1] = sign
    return signs


def outer_third(chart: Chart) -> Signs:
    """Points nearer to a limit than a third of its distance from the mean, or beyond it."""
    distance = chart.values - chart.mean
    outer = np.abs(distance) > OUTER * chart.reach + _ROUNDING
    return np.where(outer, np.sign(distance), 0).astype(np.int64)


def two_of_three(outer: Signs) -> Signs:
    """Points in the outer third of which there are two in some three consecutive points, on one side."""
    signs = np.zeros(len(outer), dtype=np.int64)
    for sign in (1, -1):
        here = outer == sign
        for start in range(len(outer) - 2):
            if here[start : start + 3].sum() >= 2:
                at = start + np.flatnonzero(here[start : start + 3])
                signs[at] = sign
    return signs


def _part_of(signs: Signs, length: int) -> Signs:
    """Signs that stand in a row of at least ``length`` of the same sign; 0 elsewhere."""
    kept = np.zeros(len(signs), dtype=np.int64)
    start = 0
    for end in range(1, len(signs) + 1):
        if end == len(signs) or signs[end] != signs[start]:
            if end - start >= length:
                kept[start:end] = signs[start]
            start = end
    return kept
