"""Process behaviour charts: when each rule speaks, when it keeps silent, and how often it cries wolf."""

from itertools import permutations, product
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from support.examples import relaxed

from analysis.statistics.control import (
    COMMON_CAUSE,
    HIT_OR_MISS,
    IMPROVING,
    MEETS,
    MISSES,
    WORSENING,
    Chart,
    assurance,
    control_chart,
    outer_third,
    outside_limits,
    run_of_seven,
    trend_of_seven,
    two_of_three,
    variation,
)
from analysis.statistics.shares import p_limits, xmr_limits

# Multiples of 1/64 and limits at quarters: their mirror images in 0.5 are exact.
shares = st.lists(st.integers(0, 64).map(lambda part: part / 64), min_size=1, max_size=20)


def _chart(values: list[float], mean: float = 0.5, reach: float = 0.25) -> Chart:
    """A chart whose mean and limits are given, not taken from its values."""
    return Chart("xmr", np.array(values, dtype=float), mean, np.full(len(values), reach))


# --- Each rule speaks, and with one point fewer does not --------------------------------------------


def test_a_point_beyond_a_limit_is_outside_and_one_on_it_is_not() -> None:
    chart = _chart([0.75, 0.76, 0.25, 0.24])
    assert outside_limits(chart.values, chart.lower, chart.upper).tolist() == [0, 1, 0, -1]


def test_seven_on_one_side_are_a_run_and_six_are_not() -> None:
    assert run_of_seven(np.array([1] * 7)).tolist() == [1] * 7
    assert run_of_seven(np.array([1] * 6)).tolist() == [0] * 6


def test_a_run_holds_every_point_of_it_and_none_before_or_after() -> None:
    assert run_of_seven(np.array([-1, *[1] * 8, -1, 1])).tolist() == [0, *[1] * 8, 0, 0]


@pytest.mark.parametrize("between", [0, -1])
def test_a_point_on_the_mean_or_beyond_it_ends_a_run(between: int) -> None:
    assert not run_of_seven(np.array([1, 1, 1, 1, between, 1, 1, 1, 1])).any()


def test_seven_rising_are_a_trend_and_six_are_not() -> None:
    assert trend_of_seven(np.arange(7.0)).tolist() == [1] * 7
    assert trend_of_seven(np.arange(6.0)).tolist() == [0] * 6


def test_a_standstill_ends_a_trend() -> None:
    assert not trend_of_seven(np.array([1.0, 2, 3, 4, 4, 5, 6, 7])).any()


def test_a_trend_begins_with_the_point_that_it_rises_from() -> None:
    assert trend_of_seven(np.array([5.0, 0, 1, 2, 3, 4, 5, 6, 6])).tolist() == [0, *[1] * 7, 0]


def test_two_trends_share_their_turning_point() -> None:
    signs = trend_of_seven(np.array([0.0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0]))
    assert np.delete(signs, 6).tolist() == [1] * 6 + [-1] * 6
    assert signs[6] != 0


def test_the_outer_third_begins_two_thirds_of_the_way_to_a_limit() -> None:
    # 0.5 ± 2/3 of 0.25: above 0.6667 or below 0.3333.
    assert outer_third(_chart([0.66, 0.67, 0.34, 0.33, 0.9, 0.1])).tolist() == [0, 1, 0, -1, 1, -1]


def test_a_limit_held_at_0_or_1_does_not_bring_the_outer_third_nearer() -> None:
    # Limits at 0.9 ± 0.3: thirds end at 0.7, and at 1.1, where no share can be.
    chart = _chart([1, 0.71, 0.69], mean=0.9, reach=0.3)
    assert (chart.upper[0], outer_third(chart).tolist()) == (1, [0, 0, -1])


def test_two_outer_points_of_three_are_a_signal_and_one_is_not() -> None:
    assert two_of_three(np.array([1, 0, 1])).tolist() == [1, 0, 1]
    assert two_of_three(np.array([0, 0, 1])).tolist() == [0, 0, 0]


def test_two_outer_points_four_apart_or_on_opposite_sides_are_no_signal() -> None:
    assert not two_of_three(np.array([1, 0, 0, 1])).any()
    assert not two_of_three(np.array([1, -1, 0])).any()


@given(shares)
@relaxed
def test_mirrored_values_mirror_every_signal(values: list[float]) -> None:
    one, other = _chart(values), _chart([1 - value for value in values])
    for signals in (
        lambda chart: outside_limits(chart.values, chart.lower, chart.upper),
        lambda chart: run_of_seven(np.sign(chart.values - chart.mean).astype(np.int64)),
        lambda chart: two_of_three(outer_third(chart)),
    ):
        assert signals(other).tolist() == (-signals(one)).tolist()


@given(st.lists(st.integers(0, 64), min_size=1, max_size=20, unique=True))
@relaxed
def test_a_mirrored_trend_turns_round(values: list[int]) -> None:
    signs, mirrored = trend_of_seven(np.array(values) / 64), trend_of_seven(-np.array(values) / 64)
    turning = (signs != 0) & (mirrored == signs)  # the turning point of two trends belongs to the falling one
    assert mirrored[~turning].tolist() == (-signs)[~turning].tolist()
    assert turning.sum() <= 2


@given(shares)
@relaxed
def test_mirrored_values_mirror_the_verdict(values: list[float]) -> None:
    opposite = {IMPROVING: WORSENING, WORSENING: IMPROVING, COMMON_CAUSE: COMMON_CAUSE}
    one, other = variation(_chart(values)), variation(_chart([1 - value for value in values]))
    assert other == (opposite[one.verdict], one.rules)


# --- How often a rule cries wolf --------------------------------------------------------------------


def test_of_normal_points_27_in_ten_thousand_lie_beyond_three_sigma() -> None:
    # The quantiles of the normal distribution, in even steps: 2 · Φ(−3) = 0.0027 of them.
    points = special.ndtri((np.arange(100_000) + 0.5) / 100_000)
    outside = outside_limits(points, np.full(100_000, -3.0), np.full(100_000, 3.0))
    assert abs(outside).sum() == 270
    assert outside.sum() == 0


def test_two_of_the_128_ways_of_seven_sides_are_a_run() -> None:
    signs = [run_of_seven(np.array(sides)) for sides in product((-1, 1), repeat=7)]
    assert sorted(int(sign.sum()) for sign in signs if sign.any()) == [-7, 7]


def test_a_fair_series_of_ten_has_a_run_as_often_as_coins_do() -> None:
    # Of 2^10 series, those with seven heads or more in a row, or tails: 2 · (2^3 + 3 · 2^2) = 40.
    assert sum(run_of_seven(np.array(sides)).any() for sides in product((-1, 1), repeat=10)) == 40


def test_two_of_the_5040_orders_of_seven_values_are_a_trend() -> None:
    values = np.arange(7.0)
    signs = [trend_of_seven(values[list(order)]) for order in permutations(range(7))]
    assert len(signs) == factorial(7)
    assert sorted(int(sign.sum()) for sign in signs if sign.any()) == [-7, 7]


def test_three_normal_points_have_two_outer_ones_three_times_in_a_thousand() -> None:
    # Φ(−2) = 0.02275 lies beyond two of three sigmas: 2 · (3 q² (1 − q) + q³) = 0.0031.
    q = float(special.ndtr(-2))
    chance = {-1: q, 0: 1 - 2 * q, 1: q}
    found = sum(
        chance[a] * chance[b] * chance[c]
        for a, b, c in product(chance, repeat=3)
        if two_of_three(np.array([a, b, c])).any()
    )
    assert found == pytest.approx(2 * (3 * q**2 * (1 - q) + q**3))
    assert round(found, 4) == 0.0031


def _false_alarms(share: float, series: int = 800) -> float:
    """How many series of twelve months of 20 dossiers, all with the same chance, end in a signal."""
    counts = np.random.default_rng(766).binomial(20, share, (series, 12))
    totals = np.full(12, 20)
    return sum(variation(control_chart(row, totals)).verdict != COMMON_CAUSE for row in counts) / series


def test_a_unit_that_stays_as_it_is_seldom_has_a_signal() -> None:
    assert _false_alarms(0.5) < 0.03


def test_a_unit_that_stays_near_all_seldom_has_a_signal() -> None:
    assert _false_alarms(0.97) < 0.1


# --- Which chart ------------------------------------------------------------------------------------


def test_like_totals_make_an_xmr_chart() -> None:
    successes, totals = np.array([40, 60, 50, 55]), np.array([75, 125, 100, 100])  # 25 % from their mean at most
    chart = control_chart(successes, totals)
    mean, lower, upper = xmr_limits(successes / totals)
    assert (chart.kind, chart.mean) == ("xmr", mean)
    assert chart.lower == pytest.approx(np.full(4, max(lower, 0)))
    assert chart.upper == pytest.approx(np.full(4, min(upper, 1)))


def test_unlike_totals_make_a_p_chart() -> None:
    successes, totals = np.array([40, 60, 50, 55]), np.array([74, 126, 100, 100])
    chart = control_chart(successes, totals)
    centre, (lower, upper) = p_limits(successes, totals)
    assert (chart.kind, chart.mean) == ("p", centre)
    assert chart.lower.tolist() == lower.tolist()
    assert chart.upper.tolist() == upper.tolist()


@given(st.lists(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2))
@relaxed
def test_a_chart_shows_shares_inside_limits_that_are_shares(pairs: list[tuple[int, int]]) -> None:
    successes, totals = (np.array(part) for part in zip(*pairs, strict=True))
    chart = control_chart(successes, totals)
    assert chart.values.tolist() == (successes / totals).tolist()
    for limits in (chart.lower, chart.upper):
        assert limits.shape == totals.shape
        assert ((limits >= 0) & (limits <= 1)).all()


# --- Verdicts ---------------------------------------------------------------------------------------


def test_a_point_within_the_limits_alone_is_common_cause() -> None:
    assert variation(_chart([0.5, 0.6, 0.4, 0.55])) == (COMMON_CAUSE, ())


def test_a_point_above_the_limits_is_improving_and_one_below_worsening() -> None:
    assert variation(_chart([0.5, 0.5, 0.8])) == (IMPROVING, ("outside",))
    assert variation(_chart([0.5, 0.5, 0.2])) == (WORSENING, ("outside",))


def test_a_signal_that_is_over_says_nothing() -> None:
    assert variation(_chart([0.8, *[0.6] * 8, 0.5, 0.5])) == (COMMON_CAUSE, ())


def test_seven_months_above_the_mean_are_improving() -> None:
    assert variation(_chart([0.6] * 7)) == (IMPROVING, ("run",))
    assert variation(_chart([0.6] * 6)) == (COMMON_CAUSE, ())


def test_two_outer_months_are_improving() -> None:
    assert variation(_chart([0.7, 0.5, 0.7])) == (IMPROVING, ("outer",))


def test_a_rise_wins_over_the_side_on_which_it_happens() -> None:
    below = [0.35, 0.36, 0.37, 0.38, 0.39, 0.40, 0.41]
    assert variation(_chart(below)) == (IMPROVING, ("run", "trend"))
    assert variation(_chart([1 - value for value in below])) == (WORSENING, ("run", "trend"))


def test_every_rule_that_speaks_is_named() -> None:
    assert variation(_chart([0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85])) == (
        IMPROVING,
        ("outside", "run", "trend", "outer"),
    )


@given(st.integers(6, 24), st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@relaxed
def test_a_constant_share_of_unlike_totals_is_common_cause(months: int, share: tuple[int, int]) -> None:
    sizes = np.arange(months) % 3 + 1
    chart = control_chart(share[0] * sizes, share[1] * sizes)
    assert (chart.kind, variation(chart)) == ("p", (COMMON_CAUSE, ()))


@given(st.integers(6, 24), st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@relaxed
def test_a_constant_share_of_like_totals_is_common_cause(months: int, share: tuple[int, int]) -> None:
    chart = control_chart(np.full(months, share[0]), np.full(months, share[1]))
    assert (chart.kind, variation(chart)) == ("xmr", (COMMON_CAUSE, ()))


@pytest.mark.parametrize(
    ("minimum", "verdict"),
    [(0.2, MEETS), (0.25, MEETS), (0.26, HIT_OR_MISS), (0.5, HIT_OR_MISS), (0.75, HIT_OR_MISS), (0.76, MISSES)],
)
def test_a_process_meets_a_minimum_below_its_limits_and_misses_one_above(minimum: float, verdict: str) -> None:
    assert assurance(_chart([0.5, 0.5]), minimum) == verdict


def test_assurance_goes_by_the_limits_of_the_last_point() -> None:
    chart = Chart("p", np.array([0.5, 0.5]), 0.5, np.array([0.4, 0.125]))
    assert assurance(chart, 0.375) == MEETS
    assert assurance(chart, 0.626) == MISSES


def test_all_of_every_month_meets_a_minimum_of_all() -> None:
    assert assurance(control_chart(np.full(8, 30), np.full(8, 30)), 1.0) == MEETS
