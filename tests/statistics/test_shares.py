"""Statistics of shares and series: published values to their digits, and what must hold whatever the numbers."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats
from support.examples import relaxed

from analysis.statistics.control import normal_scores
from analysis.statistics.shares import (
    mann_kendall,
    midp_interval,
    overdispersion,
    theil_sen,
    wilson_interval,
)

NAN = np.nan
SLACK = 1e-9  # what rounding in the last digits may take from an inequality


shares_of = st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))
confidences = st.floats(0.01, 0.999)
series = st.lists(st.integers(-1000, 1000), min_size=2, max_size=15)
or_missing = st.integers(-1000, 1000) | st.just(NAN)
with_gaps = st.lists(or_missing, min_size=2, max_size=15)
centres = st.floats(0.001, 0.999)


# --- The mid-p interval ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("successes", "total", "lower", "upper"),
    [(81, 263, 0.2544, 0.3658), (15, 148, 0.0601, 0.1581), (0, 20, 0.0000, 0.1391), (1, 29, 0.0017, 0.1585)],
)
def test_midp_interval_is_that_of_newcombe(successes: int, total: int, lower: float, upper: float) -> None:
    # Newcombe (1998), Statistics in Medicine 17:857-872, Table I, method 6 (mid-p).
    found = midp_interval(successes, total)
    assert (round(float(found.lower), 4), round(float(found.upper), 4)) == (lower, upper)


@given(shares_of, st.floats(0.5, 0.9999))
@relaxed
def test_midp_interval_holds_what_the_test_does_not_refuse(pair: tuple[int, int], confidence: float) -> None:
    count, total = pair
    found = midp_interval(count, total, confidence)
    assert 0 <= found.lower <= count / total <= found.upper <= 1
    mirrored = midp_interval(total - count, total, confidence)
    assert [float(1 - mirrored.upper), float(1 - mirrored.lower)] == pytest.approx([*map(float, found)], abs=1e-9)
    if count > 0:
        score = normal_scores(np.array([count]), np.array([total]), float(found.lower))
        assert 2 * special.ndtr(-abs(score[0])) == pytest.approx(1 - confidence, rel=1e-3)


def test_of_nothing_there_is_no_midp_interval() -> None:
    assert np.isnan(midp_interval(0, 0)).all()


# --- Wilson's interval ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("successes", "total", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_is_that_of_newcombe(successes: int, total: int, lower: float, upper: float) -> None:
    # Newcombe (1998), Statistics in Medicine 17:857-872, Table I, method 3 (score, no continuity correction).
    found = wilson_interval(successes, total)
    assert (round(float(found.lower), 4), round(float(found.upper), 4)) == (lower, upper)


@given(shares_of, confidences)
@relaxed
def test_wilson_interval_holds_the_share_and_stays_a_share(share: tuple[int, int], confidence: float) -> None:
    successes, total = share
    lower, upper = wilson_interval(successes, total, confidence)
    assert 0 <= lower <= successes / total + SLACK
    assert successes / total - SLACK <= upper <= 1


@given(shares_of, confidences)
@relaxed
def test_wilson_interval_of_failures_mirrors_that_of_successes(share: tuple[int, int], confidence: float) -> None:
    successes, total = share
    one = wilson_interval(successes, total, confidence)
    other = wilson_interval(total - successes, total, confidence)
    assert np.allclose((one.lower, one.upper), (1 - other.upper, 1 - other.lower))


@given(shares_of, confidences, confidences)
@relaxed
def test_more_confidence_never_narrows_a_wilson_interval(share: tuple[int, int], one: float, other: float) -> None:
    less, more = (wilson_interval(*share, confidence) for confidence in sorted((one, other)))
    assert more.lower <= less.lower + SLACK
    assert less.upper <= more.upper + SLACK


@given(shares_of, st.integers(2, 9))
@relaxed
def test_more_dossiers_narrow_a_wilson_interval(share: tuple[int, int], times: int) -> None:
    few, many = wilson_interval(*share), wilson_interval(share[0] * times, share[1] * times)
    assert many.upper - many.lower < few.upper - few.lower


def test_a_share_of_nothing_or_of_the_unknown_has_no_wilson_interval() -> None:
    lower, upper = wilson_interval([0, NAN, 1, 1], [0, 4, NAN, 4])
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [True, True, True, False]


# --- Theil and Sen's slope --------------------------------------------------------------------------


def test_slope_and_its_limits_are_those_of_sen() -> None:
    # Sen (1968), JASA 63:1379-1389, section 6: slope 4, 93 % limits 3.71 and 4.38. Also in scipy's tests.
    values = np.full(18, NAN)
    values[np.array([1, 2, 3, 4, 10, 12, 18]) - 1] = [9, 15, 19, 20, 45, 55, 78]
    found = theil_sen(values, 0.93)
    assert (found.slope, round(found.lower, 2), round(found.upper, 2)) == (4, 3.71, 4.38)


@pytest.mark.parametrize(("values", "slope", "intercept"), [([0, 1, 1], 1 / 2, 1 / 2), ([0, 1, NAN, 1], 1 / 3, 2 / 3)])
def test_slope_and_intercept_are_those_of_scipy(values: list[float], slope: float, intercept: float) -> None:
    # scipy 1.17, scipy/stats/tests/test_mstats_basic.py, test_theilslopes.
    assert theil_sen(values)[:2] == pytest.approx((slope, intercept))


@given(with_gaps, st.integers(1, 50), st.integers(-1000, 1000))
@relaxed
def test_slope_follows_the_unit_of_measurement(values: list[float], scale: int, shift: int) -> None:
    one, other = theil_sen(values), theil_sen(np.array(values) * scale + shift)
    assert other == pytest.approx(
        (one.slope * scale, one.intercept * scale + shift, one.lower * scale, one.upper * scale), nan_ok=True
    )


@given(with_gaps)
@relaxed
def test_a_slope_read_backwards_changes_its_sign(values: list[float]) -> None:
    one, other = theil_sen(values), theil_sen(values[::-1])
    assert (other.slope, other.lower, other.upper) == pytest.approx((-one.slope, -one.upper, -one.lower), nan_ok=True)


@given(series)
@relaxed
def test_a_slope_lies_inside_its_limits(values: list[int]) -> None:
    found = theil_sen(values)
    assert found.lower <= found.slope <= found.upper


@given(st.integers(-20, 20), st.integers(-100, 100), st.sets(st.integers(0, 30), min_size=2))
@relaxed
def test_gaps_leave_the_slope_of_a_straight_line_as_it_is(slope: int, first: int, known: set[int]) -> None:
    values = [first + slope * step if step in known else NAN for step in range(31)]
    assert theil_sen(values) == (slope, first, slope, slope)


@given(with_gaps)
@relaxed
def test_slope_and_its_limits_are_those_of_scipy(values: list[float]) -> None:
    known = np.flatnonzero(~np.isnan(values))
    if len(known) > 1:
        assert theil_sen(values, 0.9) == pytest.approx(stats.theilslopes(np.array(values)[known], known, 0.9))


@given(st.integers(0, 9).flatmap(lambda n: st.lists(st.lists(or_missing, min_size=n, max_size=n), min_size=1)))
@relaxed
def test_several_series_are_judged_as_each_alone(several: list[list[float]]) -> None:
    for judge in (theil_sen, mann_kendall):
        for together, alone in zip(zip(*judge(several), strict=True), map(judge, several), strict=True):
            assert together == pytest.approx(alone, nan_ok=True)


@pytest.mark.parametrize("values", [[], [1.0], [NAN, 1.0, NAN]])
def test_under_two_values_there_is_no_slope(values: list[float]) -> None:
    assert np.isnan(theil_sen(values)).all()


# --- Mann and Kendall's test ------------------------------------------------------------------------


def test_a_rising_series_has_the_published_score() -> None:
    # MannKendall.jl, test/runtests.jl: 1 to 100 gives s 4950, var_s 112750, z 14.73869998208331, tau 1.
    found = mann_kendall(np.arange(1, 101))
    assert (found.tau, found.s, found.var_s) == (1, 4950, 112750)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(14.73869998208331), rel=1e-9)


def test_a_rising_series_of_360_has_the_published_score() -> None:
    # pyMannKendall, tests/test_pymannkendall.py (TrendData): s 64620, tau 1, p 0 to the last digit of a double.
    tau, p_value, s, _ = mann_kendall(np.arange(360))
    assert (tau, s) == (1, 64620)
    assert p_value == pytest.approx(0, abs=1e-16)


def test_a_series_that_does_not_vary_has_no_trend() -> None:
    # pyMannKendall, tests/test_pymannkendall.py (NoTrendData): p 1, s 0, var_s 0. Its tau is 0; ours is unknown.
    assert mann_kendall(np.full(360, 7.0)) == pytest.approx((NAN, 1, 0, 0), nan_ok=True)


@pytest.mark.parametrize("values", [[1, 2, 3, 4, 5, 6, 7], [1, 1, 2, 3, 3, 3, 4], [0, 0, 0, 0, 0, 1, 1]])
def test_variance_of_the_score_is_that_over_all_orders(values: list[int]) -> None:
    scores = [mann_kendall(order).s for order in permutations(values)]
    assert sum(scores) == 0
    assert np.mean(np.square(scores)) == pytest.approx(mann_kendall(values).var_s)


@given(st.lists(st.integers(0, 6), min_size=2, max_size=15))
@relaxed
def test_tau_is_that_of_scipy(values: list[int]) -> None:
    wanted = stats.kendalltau(range(len(values)), values).statistic
    assert mann_kendall(values).tau == pytest.approx(wanted, nan_ok=True)


@given(st.lists(st.integers(0, 6), min_size=2, max_size=15))
@relaxed
def test_p_value_follows_from_score_and_variance(values: list[int]) -> None:
    _, p_value, s, var_s = mann_kendall(values)
    z = max(abs(s) - 1, 0) / np.sqrt(var_s) if var_s else 0
    assert p_value == pytest.approx(2 * stats.norm.sf(z))


@given(with_gaps)
@relaxed
def test_a_trend_reversed_or_negated_changes_its_sign_alone(values: list[float]) -> None:
    tau, p_value, s, var_s = mann_kendall(values)
    for other in (values[::-1], [-value for value in values]):
        assert mann_kendall(other) == pytest.approx((-tau, p_value, -s, var_s), nan_ok=True)


@given(with_gaps)
@relaxed
def test_only_the_order_of_values_matters_to_a_trend(values: list[float]) -> None:
    assert mann_kendall(np.array(values) ** 3) == pytest.approx(mann_kendall(values), nan_ok=True)


@given(with_gaps)
@relaxed
def test_missing_values_are_left_out_of_a_trend(values: list[float]) -> None:
    known = [value for value in values if not np.isnan(value)]
    assert mann_kendall(values) == pytest.approx(mann_kendall(known), nan_ok=True)


# --- Over-dispersion --------------------------------------------------------------------------------

# Trials of the BCG vaccine against tuberculosis (Colditz et al. 1994; `dat.bcg` of the R package metadat):
# vaccinated with and without the disease, then those not vaccinated.
BCG = np.array(
    [
        *[(4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761)],
        *[(180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232)],
        *[(17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825)],
    ]
)


def test_heterogeneity_of_the_bcg_trials_is_that_of_metafor() -> None:
    # metafor (Viechtbauer 2010), log risk ratios: Q = 152.2330 (its test_misc_metan_vs_rma.uni_with_dat.bcg.r)
    # and, with method = "DL", tau² = 0.3088.
    ill, well, ill_without, well_without = BCG.T
    treated, others = ill + well, ill_without + well_without
    effects = np.log(ill / treated) - np.log(ill_without / others)
    variances = 1 / ill - 1 / treated + 1 / ill_without - 1 / others
    fixed = np.average(effects, weights=1 / variances)
    found = overdispersion(effects - fixed, np.sqrt(variances), winsorise=0)
    assert (round(len(BCG) * found.phi, 4), round(found.tau2, 4)) == (152.2330, 0.3088)


def test_odd_units_do_not_excuse_themselves() -> None:
    # By hand: z of 0 … 10 and 1000; a tenth at either end is set to 1 and 9 (eleven values: the quantiles are values).
    z = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1000]
    phi = (1 + 1 + 4 + 9 + 16 + 25 + 36 + 49 + 64 + 81 + 81) / 11
    # With equal weights of 1/4 the scale is 11/4 − 1/4.
    assert overdispersion(np.multiply(z, 2), [2] * 11) == pytest.approx((phi, (11 * phi - 10) / (10 / 4)))


def test_units_that_scatter_less_than_chance_have_no_variance_between_them() -> None:
    assert overdispersion([0.1, -0.1, 0.1, -0.1], [1, 1, 1, 1], winsorise=0) == pytest.approx((0.01, 0))


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 50)), min_size=2, max_size=12),
    st.randoms(use_true_random=False),
    st.floats(0, 0.49),
)
@relaxed
def test_the_order_of_units_does_not_matter(units: list[tuple[int, int]], seed: object, winsorise: float) -> None:
    shuffled = seed.sample(units, len(units))  # type: ignore[attr-defined]
    one, other = (overdispersion(*zip(*part, strict=True), winsorise) for part in (units, shuffled))
    assert one == pytest.approx(other)


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 50)), min_size=2, max_size=12), st.integers(1, 9))
@relaxed
def test_overdispersion_follows_the_unit_of_measurement(units: list[tuple[int, int]], scale: int) -> None:
    deviations, errors = (np.array(part) for part in zip(*units, strict=True))
    phi, tau2 = overdispersion(deviations, errors)
    assert overdispersion(deviations * scale, errors * scale) == pytest.approx((phi, tau2 * scale**2))


def test_units_with_a_missing_value_are_left_out() -> None:
    assert overdispersion([1, NAN, 3, 5], [1, 1, 2, NAN]) == overdispersion([1, 3], [1, 2])
    assert np.isnan(overdispersion([1, NAN], [1, 1])).all()


# --- What cannot be ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: wilson_interval(5, 4), "successes must lie between 0 and their totals"),
        (lambda: wilson_interval(-1, 4), "successes must lie between 0 and their totals"),
        (lambda: wilson_interval(0, -4), "successes must lie between 0 and their totals"),
        (lambda: overdispersion([1, 2], [1, 1], winsorise=0.5), "winsorise must be a share from 0 to below 0.5"),
        (lambda: overdispersion([1, 2], [1, 1], winsorise=-0.1), "winsorise must be a share from 0 to below 0.5"),
        (lambda: overdispersion([1, 2], [1, 0]), "standard errors must be above 0"),
        (lambda: overdispersion([1, 2], [1]), "must be of one length"),
        (lambda: overdispersion([[1, 2], [3, 4]], [1, 1]), "a series of one dimension is wanted"),
        (lambda: mann_kendall(3), "a series of one dimension is wanted"),
        (lambda: theil_sen([1, np.inf]), "must be finite"),
        (lambda: mann_kendall(["một", "hai"]), "must be numbers"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(call: Callable[[], object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        call()


@pytest.mark.parametrize("confidence", [0, 1, 2, -0.5, 95, NAN])
def test_confidence_is_a_share_between_none_and_all(confidence: float) -> None:
    for call in (
        lambda: wilson_interval(1, 4, confidence),
        lambda: theil_sen([1, 2], confidence),
    ):
        with pytest.raises(ValueError, match="confidence must lie between 0 and 1"):
            call()
