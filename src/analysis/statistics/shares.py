"""Statistics of shares and of short series: intervals, trends, control limits, funnels, over-dispersion.

Plain functions over NumPy arrays or Series. A missing value (NaN) stays missing in the result where
values are taken one by one, and is left out where they are taken together. ``ValueError`` says what
cannot be. What scipy and statsmodels have is theirs; the rest is short and names its source.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats
from statsmodels.stats.proportion import proportion_confint

Numbers = NDArray[np.float64]
_XMR_FACTOR = 2.66  # 3 / d₂ for ranges of two, d₂ = 1.128 (Wheeler, Understanding Variation, 1993)


class Interval(NamedTuple):
    """Lower and upper limits, of the shape of what they belong to."""

    lower: Numbers
    upper: Numbers


class Slope(NamedTuple):
    """A line through a series: change per step, value at the first step, limits of the slope."""

    slope: float
    intercept: float
    lower: float
    upper: float


class Trend(NamedTuple):
    """A test for monotonic trend: tau-b, two-sided p, the score S and its variance."""

    tau: float
    p_value: float
    s: float
    var_s: float


class Limits(NamedTuple):
    """The centre line of a chart with its lower and upper limit."""

    mean: float
    lower: float
    upper: float


class Dispersion(NamedTuple):
    """How much more units differ than chance allows: the ratio phi and the variance between units tau²."""

    phi: float
    tau2: float


def wilson_interval(successes: ArrayLike, totals: ArrayLike, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of shares ``successes / totals``; NaN where a total is 0 or missing.

    Source: Wilson (1927), JASA 22:209–212; recommended by Newcombe (1998), Statistics in Medicine 17:857–872.

    >>> lower, upper = wilson_interval(81, 263)
    >>> round(float(lower), 4), round(float(upper), 4)
    (0.2553, 0.3662)
    """
    _check_confidence(confidence)
    counts, sizes = np.broadcast_arrays(_numbers(successes, "successes"), _numbers(totals, "totals"))
    if np.any(counts < 0) or np.any(counts > sizes):
        raise ValueError("successes must lie between 0 and their totals")
    known = (sizes > 0) & ~np.isnan(counts)
    lower, upper = proportion_confint(
        np.where(known, counts, 0.0), np.where(known, sizes, 1.0), alpha=1 - confidence, method="wilson"
    )
    return Interval(*(np.where(known, np.clip(limit, 0, 1), np.nan) for limit in (lower, upper)))


def theil_sen(values: ArrayLike, confidence: float = 0.95) -> Slope:
    """The median of all pairwise slopes per step, with its interval; NaN under two values.

    Missing values keep their place: the steps on either side of them are counted. The intercept is
    the median value less the slope times the median step (Conover's), steps counted from 0.
    Source: Theil (1950); Sen (1968), JASA 63:1379–1389, also for the interval.
    """
    _check_confidence(confidence)
    series = _series(values)
    steps = np.flatnonzero(~np.isnan(series))
    if len(steps) < 2:
        return Slope(np.nan, np.nan, np.nan, np.nan)
    return Slope(*(float(part) for part in stats.theilslopes(series[steps], steps, confidence)))


def mann_kendall(values: ArrayLike) -> Trend:
    """The Mann–Kendall test for a monotonic trend, two-sided; missing values are left out.

    ``s`` counts rising less falling pairs. ``var_s`` is corrected for ties, the normal deviate for
    continuity, and ``tau`` (tau-b) for ties too. A series that does not vary has p 1 and no tau.
    Source: Mann (1945); Kendall, Rank Correlation Methods (1975); Gilbert (1987), section 16.4.
    """
    series = _series(values)
    series = series[~np.isnan(series)]
    n = len(series)
    if n < 2:
        return Trend(np.nan, np.nan, np.nan, np.nan)
    later, earlier = np.tril_indices(n, -1)
    s = float(np.sign(series[later] - series[earlier]).sum())
    ties = np.unique(series, return_counts=True)[1]
    var_s = float(n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    if var_s == 0:
        return Trend(np.nan, 1.0, s, var_s)
    z = (s - np.sign(s)) / np.sqrt(var_s)
    pairs, tied = n * (n - 1) / 2, float((ties * (ties - 1)).sum()) / 2
    tau = s / np.sqrt(pairs * (pairs - tied))  # as scipy's kendalltau, which takes ten times as long
    return Trend(float(tau), float(2 * special.ndtr(-abs(z))), s, var_s)


def xmr_limits(values: ArrayLike) -> Limits:
    """Mean and natural process limits of an individuals (XmR) chart: mean ± 2.66 × mean moving range.

    Missing values are left out, with the moving ranges that they would be part of closed over them;
    NaN limits under two values. Source: Wheeler, Understanding Variation (1993); as NHS England's
    Making Data Count uses it.
    """
    series = _series(values)
    series = series[~np.isnan(series)]
    if not len(series):
        return Limits(np.nan, np.nan, np.nan)
    mean = float(series.mean())
    if len(series) < 2:
        return Limits(mean, np.nan, np.nan)
    reach = _XMR_FACTOR * float(np.abs(np.diff(series)).mean())
    return Limits(mean, mean - reach, mean + reach)


def p_limits(successes: ArrayLike, totals: ArrayLike) -> tuple[float, Interval]:
    """Centre and three-sigma limits of a p′-chart for shares whose totals vary from point to point.

    NaN where a total is 0. Limits are held inside [0, 1].
    Source: Laney (2002), Improved control charts for attributes, Quality Engineering 14:531–537.
    """
    centre, reach = p_reach(successes, totals)
    return centre, Interval(np.maximum(centre - reach, 0), np.minimum(centre + reach, 1))


def p_reach(successes: ArrayLike, totals: ArrayLike) -> tuple[float, Numbers]:
    """Centre of a p′-chart, and how far its limits lie from it before they are held inside [0, 1].

    The centre is the share of the sums. Sigma is the binomial one times Laney's ratio: the moving range
    of the deviates over 1.128, so that large totals do not cry wolf; it is never taken below 1, which a
    short series could suggest by chance.
    """
    counts, sizes = _series(successes), _series(totals)
    if len(counts) != len(sizes):
        raise ValueError("successes and totals must be of one length")
    if np.any(counts < 0) or np.any(counts > sizes):
        raise ValueError("successes must lie between 0 and their totals")
    known = (sizes > 0) & ~np.isnan(counts)
    if not known.any():
        return np.nan, np.full(len(counts), np.nan)
    centre = float(counts[known].sum() / sizes[known].sum())
    sigma = np.sqrt(centre * (1 - centre) / np.where(known, sizes, np.nan))
    if centre in (0.0, 1.0):
        return centre, sigma
    deviates = (counts[known] / sizes[known] - centre) / sigma[known]
    ratio = float(np.abs(np.diff(deviates)).mean()) / 1.128 if len(deviates) > 1 else 1.0
    return centre, 3 * max(ratio, 1.0) * sigma


def funnel_limits(centre: ArrayLike, totals: ArrayLike, confidence: float) -> Interval:
    """Exact binomial limits of a funnel plot around ``centre`` for shares with these ``totals``.

    For tail probability p, r is the smallest count with P(R ≤ r) ≥ p, moved by the share of its own
    probability that p leaves over: limit = (r − a) / n with a = (P(R ≤ r) − p) / P(R = r), held inside
    [0, 1]. NaN where a total is 0 or missing.
    The interpolation makes the upper limit up to one dossier lower than the mirrored lower one would be.
    Source: Spiegelhalter (2005), Statistics in Medicine 24:1185–1202, appendix A.1.1.
    """
    _check_confidence(confidence)
    theta, sizes = np.broadcast_arrays(_numbers(centre, "centre"), _numbers(totals, "totals"))
    if np.any((theta < 0) | (theta > 1)):
        raise ValueError("the centre must be a share between 0 and 1")
    if np.any(sizes < 0) or np.any(np.modf(sizes)[0] > 0):
        raise ValueError("totals must be whole numbers, 0 or more")
    known = (sizes > 0) & ~np.isnan(theta)
    n, share = np.where(known, sizes, 1.0), np.where(known, theta, 0.5)
    tail = (1 - confidence) / 2
    return Interval(*(np.where(known, _binomial_limit(n, share, p), np.nan) for p in (tail, 1 - tail)))


def overdispersion(deviations: ArrayLike, standard_errors: ArrayLike, winsorise: float = 0.1) -> Dispersion:
    """How over-dispersed units are around a centre: phi, the mean squared z, and tau² between units.

    z = deviation / standard error; the lowest and the highest share ``winsorise`` of z are set to the
    quantiles there, so that a few odd units do not excuse themselves. Units with a missing value are
    left out; NaN under two units. Source: Spiegelhalter (2005), section 4.2; tau² is DerSimonian and
    Laird's (1986), Controlled Clinical Trials 7:177–188.
    """
    if not 0 <= winsorise < 0.5:
        raise ValueError("winsorise must be a share from 0 to below 0.5")
    distances, errors = _series(deviations), _series(standard_errors)
    if len(distances) != len(errors):
        raise ValueError("deviations and standard errors must be of one length")
    if np.any(errors <= 0):
        raise ValueError("standard errors must be above 0")
    known = ~np.isnan(distances) & ~np.isnan(errors)
    distances, errors = distances[known], errors[known]
    count = len(distances)
    if count < 2:
        return Dispersion(np.nan, np.nan)
    z = distances / errors
    z = np.clip(z, *np.quantile(z, [winsorise, 1 - winsorise]))
    phi = float((z**2).mean())
    weights = errors**-2.0
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    return Dispersion(phi, max(0.0, float((count * phi - (count - 1)) / scale)))


def _binomial_limit(n: Numbers, theta: Numbers, p: float) -> Numbers:
    # Where theta is 0 or 1 all probability sits on one count.
    r = np.maximum(stats.binom.ppf(p, n, theta), 0)
    reached, own = stats.binom.cdf(r, n, theta), stats.binom.pmf(r, n, theta)
    over = np.divide(reached - p, own, out=np.zeros_like(own), where=own > 0)
    return np.clip((r - over) / n, 0, 1)


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError("confidence must lie between 0 and 1, such as 0.95")


def _numbers(values: ArrayLike, name: str) -> Numbers:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers") from None
    if np.any(np.isinf(numbers)):
        raise ValueError(f"{name} must be finite")
    return numbers


def _series(values: ArrayLike) -> Numbers:
    series = _numbers(values, "values")
    if series.ndim != 1:
        raise ValueError("a series of one dimension is wanted")
    return series
