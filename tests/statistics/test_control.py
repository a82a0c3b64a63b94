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
    autocorrelation,
    changed,
    control_chart,
    dispersion_ratio,
    normal_scores,
    outside,
    run_of_seven,
    trend_of_seven,
    two_of_three,
    variation,
)

counted = st.lists(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2)


def _chart(percent: list[int], mean: float = 0.5, ratio: float = 1.0, of: int = 100) -> Chart:
    """A chart of so many dossiers a month whose mean and scatter are given, not taken from its values."""
    totals = np.full(len(percent), of)
    return Chart(np.array(percent) * of // 100, totals, mean, ratio)


# --- Each rule speaks, and with one point fewer does not --------------------------------------------


def test_a_point_beyond_a_limit_is_outside_and_one_on_it_is_not() -> None:
    assert outside(np.array([3.0, 3.1, -3.0, -3.1]), 3).tolist() == [0, 1, 0, -1]


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


def test_two_outer_points_of_three_are_a_signal_and_one_is_not() -> None:
    assert two_of_three(np.array([1, 0, 1])).tolist() == [1, 0, 1]
    assert two_of_three(np.array([0, 0, 1])).tolist() == [0, 0, 0]


def test_two_outer_points_four_apart_or_on_opposite_sides_are_no_signal() -> None:
    assert not two_of_three(np.array([1, 0, 0, 1])).any()
    assert not two_of_three(np.array([1, -1, 0])).any()


@given(st.lists(st.integers(0, 64), min_size=1, max_size=20, unique=True))
@relaxed
def test_a_mirrored_trend_turns_round(values: list[int]) -> None:
    signs, mirrored = trend_of_seven(np.array(values) / 64), trend_of_seven(-np.array(values) / 64)
    turning = (signs != 0) & (mirrored == signs)  # the turning point of two trends belongs to the falling one
    assert mirrored[~turning].tolist() == (-signs)[~turning].tolist()
    assert turning.sum() <= 2


@given(counted)
@relaxed
def test_what_is_not_online_tells_the_opposite(pairs: list[tuple[int, int]]) -> None:
    successes, totals = (np.array(part) for part in zip(*pairs, strict=True))
    one, other = (control_chart(counts, totals) for counts in (successes, totals - successes))
    opposite = {IMPROVING: WORSENING, WORSENING: IMPROVING, COMMON_CAUSE: COMMON_CAUSE}
    told, mirrored = variation(one), variation(other)
    assert (mirrored.verdict, mirrored.rules) == (opposite[told.verdict], told.rules)
    assert mirrored.p_value == pytest.approx(told.p_value, abs=1e-6)
    assert other.limits[0] == pytest.approx(1 - one.limits[1])


# --- How often a rule cries wolf --------------------------------------------------------------------


def test_of_normal_points_27_in_ten_thousand_lie_beyond_three_sigma() -> None:
    # The quantiles of the normal distribution, in even steps: 2 · Φ(−3) = 0.0027 of them.
    found = outside(special.ndtri((np.arange(100_000) + 0.5) / 100_000), 3)
    assert abs(found).sum() == 270
    assert found.sum() == 0


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


def _false_alarms(share: float, series: int = 800, of: int = 20) -> tuple[float, float]:
    """How many series of twelve months, all with the same chance, end in a signal, and in one of 5 %."""
    counts = np.random.default_rng(766).binomial(of, share, (series, 12))
    found = [variation(control_chart(row, np.full(12, of))) for row in counts]
    return sum(one.verdict != COMMON_CAUSE for one in found) / series, sum(
        one.p_value <= 0.05 for one in found
    ) / series


@pytest.mark.parametrize("of", [1, 3, 20, 500])
@pytest.mark.parametrize("share", [0.03, 0.5, 0.9, 0.97])
def test_a_unit_that_stays_as_it_is_seldom_has_a_signal(share: float, of: int) -> None:
    """By the normal distribution 3 in a hundred would: a point outside, a run, a trend, outer points."""
    told, sure = _false_alarms(share, of=of)
    assert told < 0.03
    assert sure <= told


# --- The chart --------------------------------------------------------------------------------------

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.2: 30 wafers of 50 chips, p̄ = 0.2313, sample 15 and sample 23
# out of control.
WAFERS = [*(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6)]


def test_the_wafers_of_nist_are_outside_that_nist_names() -> None:
    wafers, chips = np.array(WAFERS), np.full(30, 50)
    chart = Chart(wafers, chips, wafers.sum() / chips.sum(), 1.0)
    assert round(chart.mean, 4) == 0.2313
    assert (np.flatnonzero(outside(chart.deviates, 3)) + 1).tolist() == [15, 23]
    # NIST's limits are 2.6 and 20.5 of 50 by the normal distribution; the binomial one is skewed upwards.
    lower, upper = (limit[0] * 50 for limit in chart.limits)
    assert (lower, upper) == pytest.approx((4, 21))


def test_with_many_dossiers_the_scores_are_the_normal_ones() -> None:
    """By hand: around 0.5, 520 of 1,000 lie 20 / √250 = 1.265 standard deviations above, 4,800 of 10,000 four below."""
    found = normal_scores(np.array([520, 4_800]), np.array([1_000, 10_000]), 0.5)
    assert found == pytest.approx([1.265, -4.0], abs=0.02)


def test_few_have_the_tails_of_the_binomial() -> None:
    """By hand: none of 3 where nine in ten are online has the chance 0.001, half of which is left of it."""
    assert normal_scores(np.array([0]), np.array([3]), 0.9) == pytest.approx(special.ndtri(0.0005))
    assert normal_scores(np.array([5, 0]), np.array([5, 7]), 1.0)[0] == 0


def test_scatter_beyond_chance_widens_the_limits() -> None:
    """By hand: 0.1, 0.2, … of 100 around 0.15 lie 1.4 standard deviations off; ranges of 2.8 over 1.128."""
    chart = control_chart(np.array([10, 20] * 4) * 10, np.full(8, 1_000))
    assert chart.mean == pytest.approx(0.15)
    assert chart.ratio == pytest.approx(2 * 0.05 / np.sqrt(0.15 * 0.85 / 1_000) / 1.128, rel=0.02)


def test_scatter_below_chance_never_narrows_them() -> None:
    assert control_chart(np.array([50, 200, 50, 200]), np.array([100, 400, 100, 400])).ratio == 1


def test_one_great_step_does_not_widen_them() -> None:
    """A range above 3.267 times their mean is left out (NHSRplotthedots): here one of eleven."""
    steady = [500, 510, 495, 505, 500, 490]
    counts = np.array([*steady, *[900, 905, 895, 900, 905, 900]])
    alone = np.abs(np.diff(normal_scores(counts, np.full(12, 1_000), counts.mean() / 1_000)))
    assert dispersion_ratio(normal_scores(counts, np.full(12, 1_000), counts.mean() / 1_000)) == pytest.approx(
        max(np.delete(alone, 5).mean() / 1.128, 1)
    )


@given(counted)
@relaxed
def test_a_point_is_outside_just_when_it_lies_beyond_its_limits(pairs: list[tuple[int, int]]) -> None:
    successes, totals = (np.array(part) for part in zip(*pairs, strict=True))
    chart = control_chart(successes, totals)
    lower, upper = chart.limits
    assert ((lower >= 0) & (upper <= 1) & (lower <= chart.mean + 1e-9) & (upper >= chart.mean - 1e-9)).all()
    beyond = (chart.values > upper + 1e-9).astype(int) - (chart.values < lower - 1e-9)
    assert outside(chart.deviates, 3).tolist() == beyond.tolist()


@pytest.mark.parametrize(("successes", "totals"), [([5], [4]), ([-1], [4]), ([0], [0])])
def test_counts_that_cannot_be_are_refused(successes: list[int], totals: list[int]) -> None:
    with pytest.raises(ValueError, match="totals"):
        control_chart(np.array(successes), np.array(totals))


def test_a_step_at_a_known_day_is_told_from_scatter() -> None:
    totals = np.full(12, 100)
    assert changed(np.array([50] * 6 + [70] * 6), totals, 6, 1.0)
    assert not changed(np.array([50] * 6 + [55] * 6), totals, 6, 1.0)
    assert not changed(np.array([50] * 6 + [70] * 6), totals, 6, 3.0)


def test_autocorrelation_by_hand() -> None:
    """1, 2, 3, 4: deviations −1.5, −0.5, 0.5, 1.5; products 0.75, −0.25, 0.75 over squares of 5."""
    assert autocorrelation(np.array([1.0, 2, 3, 4])) == pytest.approx(1.25 / 5)
    assert autocorrelation(np.array([2.0, 2, 2])) == 0


@given(st.integers(2, 15), st.integers(0, 2**32 - 1))
@relaxed
def test_several_series_are_judged_as_each_alone(points: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    totals = rng.integers(1, rng.choice([2, 9, 400]), (6, points), endpoint=True)
    counts = rng.binomial(totals, rng.choice([0.0, 0.1, 0.5, 0.97, 1.0], (6, 1)))
    counts = np.where(rng.random((6, 1)) < 0.3, np.sort(counts, axis=1).clip(max=totals), counts)
    together = control_chart(counts, totals)
    for number, alone in enumerate(map(control_chart, counts, totals)):
        assert (together.mean[number], together.ratio[number]) == pytest.approx((alone.mean, alone.ratio))
        told, one = variation(together), variation(alone)
        assert (told.verdict[number], told.rules[number]) == (one.verdict, one.rules)
        assert told.p_value[number] == pytest.approx(one.p_value)
        assert assurance(together, 0.5)[number] == assurance(alone, 0.5)
        assert autocorrelation(together.deviates)[number] == pytest.approx(autocorrelation(alone.deviates))
        both = (
            changed(counts, totals, 1, together.ratio)[number],
            changed(counts[number], totals[number], 1, alone.ratio),
        )
        assert both[0] == both[1]


# --- Verdicts ---------------------------------------------------------------------------------------


def _told(chart: Chart) -> tuple[str, tuple[str, ...]]:
    found = variation(chart)
    return found.verdict, found.rules


def test_a_point_within_the_limits_alone_is_common_cause() -> None:
    assert _told(_chart([50, 60, 40, 55])) == (COMMON_CAUSE, ())


def test_a_point_above_the_limits_is_improving_and_one_below_worsening() -> None:
    assert _told(_chart([50, 50, 80])) == (IMPROVING, ("outside",))
    assert _told(_chart([50, 50, 20])) == (WORSENING, ("outside",))


def test_a_signal_that_is_over_says_nothing() -> None:
    assert _told(_chart([80, *[56] * 8, 50, 50])) == (COMMON_CAUSE, ())


def test_seven_months_above_the_mean_are_improving() -> None:
    assert _told(_chart([55] * 7)) == (IMPROVING, ("run",))
    assert _told(_chart([55] * 6)) == (COMMON_CAUSE, ())


def test_seven_months_on_the_side_where_most_lie_are_nothing() -> None:
    """Of 10 dossiers with a share of 0.99, nine months in ten have all."""
    assert _told(control_chart(np.array([10, 9, *[10] * 8]), np.full(10, 10))) == (COMMON_CAUSE, ())


def test_two_outer_months_are_improving() -> None:
    assert _told(_chart([62, 50, 62])) == (IMPROVING, ("outer",))


def test_a_rise_wins_over_the_side_on_which_it_happens() -> None:
    below = [*range(41, 48)]
    assert _told(_chart(below)) == (IMPROVING, ("run", "trend"))
    assert _told(_chart([100 - value for value in below])) == (WORSENING, ("run", "trend"))


def test_every_rule_that_speaks_is_named() -> None:
    assert _told(_chart([55, 57, 59, 60, 62, 64, 70])) == (IMPROVING, ("outside", "run", "trend", "outer"))


def test_how_improbable_a_signal_is() -> None:
    """By hand: seven rising of 5,040 orders, falling too; a point three deviations out, on either side; four rules."""
    assert variation(_chart([*range(46, 53)])).p_value == pytest.approx(4 * 2 / factorial(7))
    point = _chart([50, 50, 50, 65], of=10_000)
    assert variation(point).p_value == pytest.approx(4 * 2 * special.ndtr(-abs(point.deviates[-1])))
    assert variation(_chart([50, 51, 49])).p_value == 1


@given(st.integers(6, 24), st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@relaxed
def test_a_constant_share_is_common_cause(months: int, share: tuple[int, int]) -> None:
    sizes = np.arange(months) % 3 + 1
    for scale in (sizes, np.ones(months, int)):
        assert _told(control_chart(share[0] * scale, share[1] * scale)) == (COMMON_CAUSE, ())


@pytest.mark.parametrize(
    ("minimum", "verdict"),
    [(0.2, MEETS), (0.36, MEETS), (0.37, HIT_OR_MISS), (0.5, HIT_OR_MISS), (0.64, HIT_OR_MISS), (0.65, MISSES)],
)
def test_a_process_meets_a_minimum_below_its_limits_and_misses_one_above(minimum: float, verdict: str) -> None:
    """By the binomial table, 36 and 64 are the last of 100 within three deviations around 50."""
    assert assurance(_chart([50, 50]), minimum) == verdict


def test_assurance_goes_by_the_limits_of_the_last_point() -> None:
    chart = Chart(np.array([2, 200]), np.array([4, 400]), 0.5, 1.0)
    assert assurance(chart, 0.42) == MEETS
    assert assurance(chart, 0.58) == MISSES


def test_without_scatter_the_rule_of_three_judges() -> None:
    """Six months of one dossier say little, eight of thirty that nine in ten will be online; never that all will."""
    assert assurance(control_chart(np.ones(6, int), np.ones(6, int)), 0.5) == HIT_OR_MISS
    many = control_chart(np.full(8, 30), np.full(8, 30))
    assert assurance(many, 0.8) == MEETS
    assert assurance(many, 1.0) == HIT_OR_MISS
    assert assurance(control_chart(np.zeros(8, int), np.full(8, 30)), 0.5) == MISSES
