"""Process behaviour charts of monthly shares, exact where counts are small: what the last point says, and how surely.

A point's place is its mid-p normal score under the binomial distribution around the series' mean, divided by Laney's
ratio: with large counts that is a p′-chart (Laney, 2002, Quality Engineering 14:531–537), with small ones the tails are
the binomial's own, as they must be near 0 and near 1. The rules are those of NHS England's Making Data Count (Provost
and Murray, The Health Care Data Guide, 2011) as the R package NHSRplotthedots has them, its screening of moving ranges
too, but that two of three outer points need no third on their side, as Western Electric's handbook (1956) has it, and
that a run counts only if six fair coins would not fall alike more easily: where nine in ten points lie above the mean,
seven of them above it are nothing.
A rule gives +1 for a point that is part of a signal upwards, −1 downwards, 0 for none.

Points lie along the last axis: what is one series' is asked for many of one length at once just as well.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from math import factorial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

RUN = 7  # points in a run or a trend
LIMIT, OUTER = 3.0, 2.0  # standard deviations at which the limits and the outer thirds lie
IMPROVING, WORSENING, COMMON_CAUSE, TOO_FEW, PAST = "improving", "worsening", "common_cause", "too_few", "past"
MEETS, MISSES, HIT_OR_MISS, NOT_COMPARABLE = "meets", "misses", "hit_or_miss", "not_comparable"
RULES = ("outside", "run", "trend", "outer")
_RANGE = 1.128  # mean of a range of two normal deviates, in standard deviations
_SCREEN = 3.267  # of the mean moving range: larger ones are left out, once (Wheeler; NHSRplotthedots)
_FARTHEST = 37.0  # a normal score beyond which nothing differs
_ROUNDING = 1e-9
# The rules that speak, by the sum of their powers of two.
_SPEAKING = np.empty(2 ** len(RULES), object)
_SPEAKING[:] = [tuple(name for bit, name in enumerate(RULES) if code >> bit & 1) for code in range(2 ** len(RULES))]
Signs = NDArray[np.int64]
Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]


class Variation(NamedTuple):
    """What the last point of each series says (improving, worsening, common_cause), by which rules, and how probable a
    signal at least as strong is where nothing changes: the smallest of the rules' chances, times the number of rules.
    """

    verdict: Any
    rules: Any
    p_value: Any


@dataclass(frozen=True)
class Chart:
    """Counts by point with the share around which they lie and how much more than chance they scatter (1 or more); of
    several series, one for each.
    """

    successes: Counts
    totals: Counts
    mean: float | Numbers
    ratio: float | Numbers

    @property
    def values(self) -> Numbers:
        """Shares of one."""
        return np.asarray(self.successes / self.totals)

    @cached_property
    def deviates(self) -> Numbers:
        """How far each point lies from the mean, in standard deviations."""
        return normal_scores(self.successes, self.totals, _each(self.mean)) / _each(self.ratio)

    @cached_property
    def outer(self) -> Signs:
        """Points in the outer thirds and beyond."""
        return outside(self.deviates, OUTER)

    @cached_property
    def sides(self) -> Signs:
        """On which side of the mean each point lies; 0 on it."""
        return np.sign(np.round(self.successes - _each(self.mean) * self.totals, 9)).astype(np.int64)

    @property
    def limits(self) -> tuple[Numbers, Numbers]:
        """The smallest and the largest share of each point that are not outside."""
        return exact_limits(_each(self.mean), self.totals, LIMIT * _each(self.ratio))

    @property
    def last_limits(self) -> tuple[Numbers, Numbers]:
        """Those of the last point alone."""
        return exact_limits(self.mean, self.totals[..., -1], LIMIT * np.asarray(self.ratio))


def control_chart(successes: Counts, totals: Counts) -> Chart:
    """The chart of a series of shares, or of several, totals above 0."""
    if np.any(totals <= 0) or np.any(successes < 0) or np.any(successes > totals):
        raise ValueError("totals must be above 0 and successes between 0 and their totals")
    mean = successes.sum(axis=-1) / totals.sum(axis=-1)
    return Chart(successes, totals, mean, dispersion_ratio(normal_scores(successes, totals, _each(mean))))


def normal_scores(successes: Counts, totals: Counts, mean: float | Numbers) -> Numbers:
    """Each count's place in the binomial distribution around ``mean`` as a normal deviate, by mid-p: Φ⁻¹(P(X < x) +
    ½ P(X = x)). 0 where all chance sits on the count.
    """
    below = (_at_most(successes, totals, mean) + _at_most(successes - 1, totals, mean)) / 2
    above = (_at_most(totals - successes, totals, 1 - mean) + _at_most(totals - successes - 1, totals, 1 - mean)) / 2
    scores = np.where(below < above, special.ndtri(below), -special.ndtri(above))
    return np.asarray(np.clip(scores, -_FARTHEST, _FARTHEST))


def dispersion_ratio(deviates: Numbers) -> Any:
    """Laney's ratio: the mean moving range over that of chance alone, the larger ranges screened once; 1 at least.

    A short series could suggest less than chance by chance.
    """
    ranges = np.abs(np.diff(deviates, axis=-1))
    if not ranges.shape[-1]:
        return np.ones(ranges.shape[:-1])[()]
    kept = ranges <= _SCREEN * ranges.mean(axis=-1, keepdims=True) + _ROUNDING
    return np.maximum(np.where(kept, ranges, 0).sum(axis=-1) / kept.sum(axis=-1) / _RANGE, 1.0)


def exact_limits(mean: float | Numbers, totals: Counts, reach: float | Numbers) -> tuple[Numbers, Numbers]:
    """The smallest and the largest share of each total whose normal score lies within ``reach``."""
    return _lowest(mean, totals, reach) / totals, 1 - _lowest(1 - mean, totals, reach) / totals


def _lowest(mean: float | Numbers, totals: Counts, reach: float | Numbers) -> Counts:
    count = _quantile(special.ndtr(-reach), totals, mean)
    return np.asarray(count + (normal_scores(count, totals, mean) < -reach - _ROUNDING))


def _quantile(chance: float | Numbers, totals: Counts, mean: float | Numbers) -> Counts:
    """The smallest count of which P(X ≤ count) is ``chance`` at least: as ``scipy.stats.binom.ppf``, which takes a
    millisecond to look at its arguments, and is asked thousands of times.
    """
    found = np.nan_to_num(special.bdtrik(chance, totals, mean), nan=0)  # it has none below P(X ≤ 0)
    count = np.maximum(np.ceil(found), 0).astype(np.int64)
    count = np.where(_at_most(count - 1, totals, mean) >= chance, np.maximum(count - 1, 0), count)
    return np.asarray(np.where(np.less(0, mean) & np.less(mean, 1), count, np.where(np.less(0, mean), totals, 0)))


def variation(chart: Chart) -> Variation:
    """Whether the last point is part of a signal; higher is better.

    A run, an outlier or outer points speak for the side of the mean on which they lie; a trend of seven speaks for its
    direction and wins, being the latest movement.
    """
    found = {name: signs[..., -1] for name, signs in signals(chart).items()}
    speaks = [found[name] != 0 for name in RULES]
    sign = np.select([found["trend"] != 0, *speaks], [found[name] for name in ("trend", *RULES)], 0)
    chances = np.where(speaks, [_chance(rule, chart) for rule in RULES], 1.0)
    verdict = np.select([sign > 0, sign < 0], [IMPROVING, WORSENING], COMMON_CAUSE)
    rules = _SPEAKING[sum(two.astype(np.int64) << bit for bit, two in enumerate(speaks))]
    return Variation(verdict[()], rules, np.minimum(len(RULES) * chances.min(axis=0), 1.0))


def signals(chart: Chart) -> dict[str, Signs]:
    """What each rule gives every point."""
    return {
        "outside": outside(chart.deviates, LIMIT),
        "run": telling_run(chart),
        "trend": trend_of_seven(chart.values),
        "outer": two_of_three(chart.outer),
    }


def _chance(rule: str, chart: Chart) -> Numbers:
    """How probable what the rule saw at the last point is where nothing changes, upwards or downwards."""
    if rule == "outside":
        return np.asarray(2 * special.ndtr(-np.abs(chart.deviates[..., -1])))
    if rule == "run":
        return _chance_of_run(chart)
    if rule == "trend":
        orders = np.array([float(factorial(length + 1)) for length in range(chart.totals.shape[-1])])
        return np.asarray(2 / orders[_length(_steps(chart.values))])
    return _chance_of_outer(chart)


def assurance(chart: Chart, minimum: float) -> Any:
    """Whether a process that goes on like this will meet the minimum: by its limits at the last point.

    Where all points have all, or none, there is no scatter to judge by: the limits are then those of the share that
    three further cases of the other kind would make (the rule of three: Hanley and Lippman-Hand, 1983, JAMA
    249:1743–1745).
    """
    three = 3 / chart.totals.sum(axis=-1)
    none, all_ = np.equal(chart.mean, 0.0), np.equal(chart.mean, 1.0)
    mean = np.select([none, all_], [np.minimum(three, 0.5), np.maximum(1 - three, 0.5)], chart.mean)
    lower, upper = replace(chart, mean=mean).last_limits
    return np.select([lower >= minimum - _ROUNDING, upper < minimum - _ROUNDING], [MEETS, MISSES], HIT_OR_MISS)[()]


def outside(deviates: Numbers, reach: float) -> Signs:
    """Points farther from the mean than so many standard deviations."""
    return (deviates > reach + _ROUNDING).astype(np.int64) - (deviates < -reach - _ROUNDING)


def telling_run(chart: Chart) -> Signs:
    """Points of a run of seven or more, if six coins would not fall alike more easily."""
    signs = run_of_seven(chart.sides)
    mirrored = Chart(chart.totals - chart.successes, chart.totals, 1 - chart.mean, 1)
    chances = np.where(signs > 0, _above(chart), _above(mirrored))
    begins = _begins(signs).ravel()
    together = np.multiply.reduceat(chances.ravel(), np.flatnonzero(begins))[np.cumsum(begins) - 1]
    return np.where(together.reshape(signs.shape) > 0.5 ** (RUN - 1) + _ROUNDING, 0, signs)


def run_of_seven(sides: Signs) -> Signs:
    """Points that are part of seven or more in a row on one side of the mean."""
    return _part_of(sides, RUN)


def trend_of_seven(values: Numbers) -> Signs:
    """Points that are part of seven or more in a row, each above (below) the one before."""
    rising = _part_of(_steps(values), RUN - 1)
    signs = np.zeros(values.shape, dtype=np.int64)
    for sign in (1, -1):
        here = rising == sign
        signs[..., :-1][here] = sign
        signs[..., 1:][here] = sign
    return signs


def two_of_three(outer: Signs) -> Signs:
    """Points in the outer third of which there are two in some three consecutive points, on one side."""
    signs = np.zeros(outer.shape, dtype=np.int64)
    for sign in (1, -1):
        here = (outer == sign).astype(np.int64)
        several = here[..., :-2] + here[..., 1:-1] + here[..., 2:] >= 2
        near = np.zeros(outer.shape, dtype=bool)
        for first in range(3):
            near[..., first : first + several.shape[-1]] |= several
        signs[near & (outer == sign)] = sign
    return signs


def changed(successes: Counts, totals: Counts, first: int, ratio: float | Numbers) -> Any:
    """Whether the points from ``first`` on lie elsewhere than those before, by three standard deviations."""
    before, after = totals[..., :first].sum(axis=-1), totals[..., first:].sum(axis=-1)
    mean = successes.sum(axis=-1) / totals.sum(axis=-1)
    error = ratio * np.sqrt(mean * (1 - mean) * (1 / before + 1 / after))
    moved = successes[..., first:].sum(axis=-1) / after - successes[..., :first].sum(axis=-1) / before
    return (error > 0) & (np.abs(moved) > LIMIT * error)


def autocorrelation(deviates: Numbers) -> Any:
    """The correlation of each point with the one before it; 0 for a series that does not vary."""
    centred = deviates - deviates.mean(axis=-1, keepdims=True)
    scale = (centred**2).sum(axis=-1)
    varies = scale > _ROUNDING
    return np.where(varies, (centred[..., 1:] * centred[..., :-1]).sum(axis=-1) / np.where(varies, scale, 1), 0.0)[()]


def _each(of_series: Any) -> Any:
    """One number of each series, to be laid beside its points."""
    return np.asarray(of_series)[..., None]


def _chance_of_run(chart: Chart) -> Numbers:
    """Of the last run: how probable it is that its points lie so far from the mean of all, whenever it began."""
    length, count = _length(chart.sides), chart.totals.shape[-1]
    of_run = np.arange(count) >= count - _each(length)
    off = np.abs(np.where(of_run, chart.deviates, 0).sum(axis=-1))
    score = off / np.sqrt(length * (1 - np.minimum(length, count - 1) / count))
    chance = np.minimum(2 * special.ndtr(-score) * (count - RUN + 1), 1.0)
    return np.where(length == count, 2 * 0.5 ** length.astype(float), chance)


def _chance_of_outer(chart: Chart) -> Numbers:
    """Of the outer points among the last three: that two of three lie as far out, on one side."""
    alike = chart.outer[..., -3:] == chart.outer[..., -1:]
    far = np.sort(np.where(alike, np.abs(chart.deviates[..., -3:]), 0.0), axis=-1)
    tail = special.ndtr(-far[..., -2:].min(axis=-1))
    return np.asarray(2 * (3 * tail**2 - 2 * tail**3))


def _above(chart: Chart) -> Numbers:
    """By point: how probable a count above the mean is."""
    mean = _each(chart.mean)
    return 1 - _at_most(np.floor(mean * chart.totals + _ROUNDING).astype(np.int64), chart.totals, mean)


def _at_most(counts: Counts, totals: Counts, mean: float | Numbers) -> Numbers:
    """P(X ≤ count) of a binomial count; 0 below none."""
    return np.where(counts < 0, 0.0, special.bdtr(np.maximum(counts, 0).astype(float), totals, mean))


def _steps(values: Numbers) -> Signs:
    """From each point to the next: whether it rises (1) or falls (−1)."""
    return np.sign(np.diff(values, axis=-1)).astype(np.int64)


def _length(signs: Signs) -> Signs:
    """How many of the last signs are alike."""
    size = signs.shape[-1]
    return size - np.where(_begins(signs), np.arange(size), 0).max(axis=-1, initial=0)


def _part_of(signs: Signs, length: int) -> Signs:
    """Signs that stand in a row of at least ``length`` of the same sign; 0 elsewhere."""
    begins = _begins(signs).ravel()
    row = np.cumsum(begins) - 1
    return np.where(np.bincount(row)[row].reshape(signs.shape) >= length, signs, 0)


def _begins(signs: Signs) -> NDArray[np.bool_]:
    """Where a row of like signs begins."""
    begins = np.ones(signs.shape, dtype=bool)
    begins[..., 1:] = np.diff(signs, axis=-1) != 0
    return begins
