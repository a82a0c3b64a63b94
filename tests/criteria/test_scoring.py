"""Scores and bands: worked by hand, against a plain scorer in exact fractions, and properties that always hold."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.criteria_cases import PASS_FAIL, PROPORTIONAL, component, criteria, steps

from analysis.criteria.scoring import NO_BAND, allowed, bands, scores, share_earned
from analysis.reference.criteria import Component, Criteria, Scoring
from analysis.reference.criteria_form import Bonus, Step, Steps, Without

NAN = float("nan")
BONUS = Bonus(kind="bonus", at_target="4/5", full_at="9/10")  # type: ignore[arg-type]
STEPS = steps(("0.3", "0.5"), ("0.6", "1"))
patient = hypothesis_settings(deadline=None)
thorough = hypothesis_settings(deadline=None, max_examples=300)


# By hand


@pytest.mark.parametrize(
    ("scoring", "earned"),
    [
        # minimum 0.6; values 0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1
        (PROPORTIONAL, [0, 0.25, 0.5, 0.75, 1, 1, 1, 1]),  # value ÷ 0.6, at most 1
        (PASS_FAIL, [0, 0, 0, 0, 1, 1, 1, 1]),
        (STEPS, [0, 0, 0.5, 0.5, 1, 1, 1, 1]),  # half from 0.3, all from 0.6
        (BONUS, [0, 0.2, 0.4, 0.6, 0.8, 0.9, 1, 1]),  # 0.8 × value ÷ 0.6, then 0.2 more on the way to 0.9
    ],
    ids=["proportional", "pass_fail", "steps", "bonus"],
)
def test_what_a_value_earns(scoring: Scoring, earned: list[float]) -> None:
    found = share_earned(component(scoring), [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1])
    np.testing.assert_allclose(found, earned, atol=1e-12)


@pytest.mark.parametrize("scoring", [PROPORTIONAL, PASS_FAIL, STEPS, BONUS])
def test_nothing_to_count_earns_nothing_known(scoring: Scoring) -> None:
    assert np.isnan(share_earned(component(scoring), [NAN, 0.5])).tolist() == [True, False]


def test_a_target_of_nothing_is_always_met() -> None:
    for scoring in (PROPORTIONAL, PASS_FAIL):
        assert share_earned(component(scoring, minimum="0"), [0, 0.5]).tolist() == [1, 1]


def test_a_table_of_three_units() -> None:
    """Proportional to 0.6 for 60 points, pass or fail at 0.5 for 30, steps (0.3: half, 0.6: all) for 10."""
    rule = criteria(component(weight=60), component(PASS_FAIL, "1/2", 30), component(STEPS, weight=10))
    found = scores(rule, [[3, 5, 4], [6, 4, 6], [0, 0, 2]], [[10, 10, 10], [10, 10, 10], [10, 10, 10]])
    # 3/10 is half of 0.6; 5/10 passes; 4/10 reaches the first step.
    # 6/10 is all of 0.6; 4/10 fails; 6/10 reaches the second step.
    assert found.earned.tolist() == [[0.5, 1, 0.5], [1, 0, 1], [0, 0, 0]]
    assert found.points.tolist() == [[30, 30, 5], [60, 0, 10], [0, 0, 0]]
    assert found.total.tolist() == [65, 70, 0]
    assert bands(rule, found.total).tolist() == [2, 1, 3]


@pytest.mark.parametrize(
    ("without", "neutral", "points", "total"),
    [
        ("reweight", "0", [50, NAN], 50),  # 60 × 0.5, over the 60 that count: 50 of 100
        ("neutral", "3/4", [30, 30], 60),  # 60 × 0.5 + 40 × 0.75
        ("full", "0", [30, 40], 70),  # 60 × 0.5 + 40
    ],
)
@pytest.mark.parametrize(("over", "under"), [(0, 0), (4, 4)])  # nothing arose; fewer than least = 5 arose
def test_a_unit_without_enough_to_count(
    without: Without, neutral: str, points: list[float], total: float, over: int, under: int
) -> None:
    rule = criteria(component(weight=60), component(weight=40, least=5, without=without, neutral=neutral))
    found = scores(rule, [[3, over]], [[10, under]])
    np.testing.assert_allclose(found.points, [points])
    assert found.total.tolist() == [total]


def test_the_weight_of_what_is_left_out_goes_to_the_others_in_proportion() -> None:
    rule = criteria(component(weight=50), component(PASS_FAIL, weight=30), component(PASS_FAIL, weight=20))
    found = scores(rule, [[0, 6, 3]], [[0, 10, 10]])
    # 30 and 20 become 60 and 40; the first passes, the second fails.
    assert found.points[0, 1:].tolist() == [60, 0]
    assert np.isnan(found.points[0, 0])
    assert found.total.tolist() == [60]


def test_the_least_denominator_itself_is_enough() -> None:
    rule = criteria(component(PASS_FAIL, least=5))
    assert scores(rule, [[5], [4]], [[5], [4]]).total.tolist()[0] == 100
    assert np.isnan(scores(rule, [[5], [4]], [[5], [4]]).total[1])
    assert scores(rule, [[4]], [[4]], least=[4]).total.tolist() == [100]  # another least, asked for
    free = criteria(component(PASS_FAIL, without="full"))
    assert scores(free, [[0]], [[0]], least=[0]).total.tolist() == [100]  # nothing is nothing, whatever is asked for


def test_a_unit_on_which_nothing_can_be_scored_has_no_score_and_no_band() -> None:
    rule = criteria(component(weight=60), component(weight=40, least=5))
    found = scores(rule, [[0, 4], [6, 6]], [[0, 4], [10, 10]])
    assert np.isnan(found.total).tolist() == [True, False]
    assert np.isnan(found.points[0]).all()
    assert bands(rule, found.total).tolist() == [NO_BAND, 0]
    assert np.isnan(scores(rule, [[6, 6]], [[10, 10]], weights=[0, 0]).total[0])


def test_other_weights_are_scaled_to_the_maximum() -> None:
    rule = criteria(component(PASS_FAIL, weight=60), component(PASS_FAIL, weight=40))
    assert scores(rule, [[6, 0]], [[10, 10]], weights=[1, 3]).total.tolist() == [25]


def test_a_band_begins_with_its_threshold() -> None:
    rule = criteria(component())
    totals = [100, 90, 89.999999999, 70, 69.9, 50, 49.9, 0, NAN]
    assert bands(rule, totals).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, NO_BAND]
    assert bands(rule, [60, 40], thresholds=[60, 50, 40, 0]).tolist() == [0, 2]


def test_exactly_seventy_is_seventy_however_it_is_summed() -> None:
    """Every pair of fractions with denominators to 30, under weights of a third and two thirds of 100 points: floating
    numbers alone would put 7/10 and 7/10 below 70.
    """
    rule = criteria(component(weight=Fraction(100, 3), minimum="1"), component(weight=Fraction(200, 3), minimum="1"))
    shares = sorted({Fraction(over, under) for under in range(1, 31) for over in range(under + 1)})
    exact = [(a, b) for a, b in product(shares, repeat=2) if Fraction(1, 3) * a + Fraction(2, 3) * b == Fraction(7, 10)]
    assert (Fraction(7, 10), Fraction(7, 10)) in exact
    assert len(exact) > 20
    found = scores(
        rule, [[a.numerator, b.numerator] for a, b in exact], [[a.denominator, b.denominator] for a, b in exact]
    )
    assert set(found.total) == {70.0}
    assert set(bands(rule, found.total)) == {1}


def test_just_below_a_threshold_is_below() -> None:
    rule = criteria(component(minimum="1"))
    assert bands(rule, scores(rule, [[699_999], [700_000]], [[1_000_000], [1_000_000]]).total).tolist() == [2, 1]


@pytest.mark.parametrize(
    ("totals", "cap", "places"),
    [
        ([95, 92, 91, 90, 60], "1/5", [0, 1, 1, 1, 2]),  # one of five
        ([95, 92, 91, 90], "1/5", [1, 1, 1, 1]),  # a fifth of four is none
        ([95, 95, 91, 90, 60], "1/5", [1, 1, 1, 1, 2]),  # a tie for the one place: nobody has it
        ([95, 92, 92, 90, 60], "2/5", [0, 1, 1, 1, 2]),  # two places, but two tie for the second
        ([95, 92, 92, 90, 60], "3/5", [0, 0, 0, 1, 2]),
        ([95, 60, 60, 60, 60], "3/5", [0, 2, 2, 2, 2]),  # a place that nobody deserves stays empty
        ([95, 92, NAN, NAN, 60], "2/5", [0, 1, NO_BAND, NO_BAND, 2]),  # two fifths of three scored: one
        ([95, 92], "0", [1, 1]),
        ([95, 92], "1", [0, 0]),
    ],
)
def test_the_cap_on_the_best_band(totals: list[float], cap: str, places: list[int]) -> None:
    assert bands(criteria(component(), cap=Fraction(cap)), totals).tolist() == places


def test_the_cap_holds_in_each_group_by_itself() -> None:
    rule = criteria(component(), cap=Fraction(1, 2))
    totals, groups = [99, 98, 97, 93, 92, 91], ["a", "a", "a", "b", "a", "b"]
    # Of a four two, 99 and 98; of b two one, 93.
    assert bands(rule, totals, groups).tolist() == [0, 0, 1, 0, 1, 1]


def test_the_cap_counts_exactly() -> None:
    assert allowed(Fraction("0.29"), 100) == 29  # floating numbers make it 28.999…
    assert allowed(Fraction(1, 3), [2, 3, 5, 6]).tolist() == [0, 1, 1, 2]


# A plain scorer in exact fractions, written after the words of the criteria file's form


def plainly_earned(part: Component, value: Fraction) -> Fraction:
    minimum, scoring = part.target.minimum, part.scoring
    if scoring.kind == "pass_fail":
        return Fraction(value >= minimum)
    if scoring.kind == "steps":
        return max((step.earns for step in scoring.steps if value >= step.at_least), default=Fraction(0))
    in_proportion = min(value / minimum, Fraction(1))
    if scoring.kind == "proportional":
        return in_proportion
    if value < minimum:
        return scoring.at_target * in_proportion
    return scoring.at_target + (1 - scoring.at_target) * min((value - minimum) / (scoring.full_at - minimum), 1)


def plain_total(rule: Criteria, counts: Sequence[tuple[int, int]]) -> Fraction | None:
    brought, counted = Fraction(0), Fraction(0)
    for part, (over, under) in zip(rule.components, counts, strict=True):
        if under >= part.least:
            share = plainly_earned(part, Fraction(over, under))
        elif part.without == "reweight":
            continue
        else:
            share = part.neutral if part.without == "neutral" else Fraction(1)
        brought += part.weight * share
        counted += part.weight
    return rule.maximum * brought / counted if counted else None


def plain_bands(rule: Criteria, totals: Sequence[Fraction | None], groups: Sequence[str]) -> list[int]:
    found = []
    for total, group in zip(totals, groups, strict=True):
        if total is None:
            found.append(NO_BAND)
            continue
        place = next(place for place, band in enumerate(rule.bands) if total >= band.at_least)
        peers = [other for other, label in zip(totals, groups, strict=True) if label == group and other is not None]
        cap = rule.bands[0].cap
        if place == 0 and cap is not None and sum(other >= total for other in peers) > floor(cap * len(peers)):
            place = 1
        found.append(place)
    return found


# What hypothesis tries

shares = st.sampled_from([Fraction(part, 20) for part in range(21)])
above_zero = st.sampled_from([Fraction(part, 20) for part in range(1, 21)])
counts = st.integers(0, 20).flatmap(lambda under: st.tuples(st.integers(0, under), st.just(under)))


@st.composite
def scorings(draw: st.DrawFn, minimum: Fraction, full_at_target: bool = False) -> Scoring:
    kinds = ["proportional", "pass_fail", "steps"]
    kind = draw(st.sampled_from(kinds if full_at_target or minimum == 1 else [*kinds, "bonus"]))
    if kind == "bonus":
        above = draw(shares.filter(lambda share: share > minimum))
        return Bonus(kind="bonus", at_target=draw(shares), full_at=above)
    if kind == "steps":
        starts = sorted(draw(st.sets(shares, min_size=1, max_size=4)))
        if full_at_target:
            starts = sorted({start for start in starts if start < minimum} | {minimum})
        earns = sorted(draw(st.lists(shares, min_size=len(starts), max_size=len(starts))))
        if full_at_target:
            earns[-1] = Fraction(1)
        return Steps(kind="steps", steps=tuple(Step(at_least=a, earns=e) for a, e in zip(starts, earns, strict=True)))
    return PROPORTIONAL if kind == "proportional" else PASS_FAIL


@st.composite
def components(draw: st.DrawFn, full_at_target: bool = False) -> Component:
    minimum = draw(above_zero)
    return component(
        draw(scorings(minimum, full_at_target)),
        str(minimum),
        draw(st.integers(1, 10)),
        draw(st.integers(1, 6)),
        draw(st.sampled_from(["reweight", "full"] if full_at_target else ["reweight", "neutral", "full"])),
        str(draw(shares)),
    )


@st.composite
def rules(draw: st.DrawFn, full_at_target: bool = False) -> Criteria:
    parts = draw(st.lists(components(full_at_target), min_size=1, max_size=4))
    steps = sorted(draw(st.sets(st.integers(1, 100), min_size=1, max_size=3)), reverse=True)
    return criteria(*parts, edges=(*steps, 0), cap=draw(st.none() | shares))


@st.composite
def rules_with_counts(draw: st.DrawFn, most: int = 6) -> tuple[Criteria, np.ndarray, np.ndarray]:
    rule = draw(rules())
    row = st.lists(counts, min_size=len(rule.components), max_size=len(rule.components))
    table = np.array(draw(st.lists(row, min_size=1, max_size=most)))
    return rule, table[..., 0], table[..., 1]


def group_labels(count: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from("ab"), min_size=count, max_size=count)


@given(rules_with_counts(), st.data())
@thorough
def test_scores_and_bands_are_those_of_the_plain_scorer(
    tried: tuple[Criteria, np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    rule, over, under = tried
    groups = data.draw(group_labels(len(over)))
    expected = [
        plain_total(rule, list(zip(a, b, strict=True))) for a, b in zip(over.tolist(), under.tolist(), strict=True)
    ]
    found = scores(rule, over, under)
    np.testing.assert_allclose(found.total, [NAN if total is None else float(total) for total in expected], atol=1e-8)
    np.testing.assert_allclose(np.nansum(found.points, -1), np.nan_to_num(found.total), atol=1e-8)
    assert bands(rule, found.total, groups).tolist() == plain_bands(rule, expected, groups)


@given(components(), st.lists(st.floats(0, 1), min_size=2, max_size=20))
@thorough
def test_a_higher_value_never_earns_less_and_all_earn_between_nothing_and_all(
    part: Component, values: list[float]
) -> None:
    marks = [float(part.minimum), np.nextafter(float(part.minimum), 0), *np.linspace(0, 1, 21)]
    found = share_earned(part, sorted([*values, *marks]))
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) >= -1e-15).all()


@given(rules_with_counts(), st.data())
@patient
def test_more_in_the_numerator_never_lowers_the_total(
    tried: tuple[Criteria, np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    rule, over, under = tried
    more = np.array(
        [[data.draw(st.integers(a, b)) for a, b in zip(*row, strict=True)] for row in zip(over, under, strict=True)]
    )
    before, after = scores(rule, over, under).total, scores(rule, more, under).total
    assert (np.isnan(before) == np.isnan(after)).all()
    known = ~np.isnan(before)
    assert (after[known] >= before[known]).all()
    assert ((before[known] >= 0) & (after[known] <= float(rule.maximum))).all()


@given(rules(full_at_target=True), st.data())
@patient
def test_with_everything_at_target_the_total_is_the_maximum_whatever_is_left_out(
    rule: Criteria, data: st.DataObject
) -> None:
    under = [data.draw(st.integers(0, 20)) for _ in rule.components]
    over = [ceil(part.minimum * count) for part, count in zip(rule.components, under, strict=True)]
    found = scores(rule, [over], [under])
    scored = any(
        count >= part.least or part.without == "full" for part, count in zip(rule.components, under, strict=True)
    )
    assert found.total.tolist() == [100.0] if scored else np.isnan(found.total).all()


@given(rules_with_counts(), st.data())
@patient
def test_the_order_of_the_components_does_not_matter(
    tried: tuple[Criteria, np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    rule, over, under = tried
    order = data.draw(st.permutations(range(len(rule.components))))
    other = replace(rule, components=tuple(rule.components[place] for place in order))
    found = scores(other, over[:, order], under[:, order])
    before = scores(rule, over, under)
    np.testing.assert_array_equal(found.earned, before.earned[:, order])
    np.testing.assert_allclose(found.points, before.points[:, order])
    np.testing.assert_allclose(found.total, before.total, atol=2e-9)


@given(rules_with_counts(), st.sampled_from([Fraction(1, 100), Fraction(1, 3), Fraction(7), Fraction(1000)]))
@patient
def test_a_common_factor_of_the_weights_changes_nothing(
    tried: tuple[Criteria, np.ndarray, np.ndarray], factor: Fraction
) -> None:
    rule, over, under = tried
    parts = tuple(replace(part, weight=part.weight * factor) for part in rule.components)
    before, as_argument = scores(rule, over, under), np.array(rule.weights) * float(factor)
    for found in (
        scores(replace(rule, components=parts), over, under),
        scores(rule, over, under, weights=as_argument),
    ):
        np.testing.assert_allclose(found.points, before.points)
        np.testing.assert_allclose(found.total, before.total, atol=2e-9)


@given(rules_with_counts(), st.integers(1, 3), st.data())
@patient
def test_the_scores_of_a_stack_are_the_stack_of_the_scores(
    tried: tuple[Criteria, np.ndarray, np.ndarray], deep: int, data: st.DataObject
) -> None:
    rule, over, under = tried
    groups = data.draw(group_labels(len(over)))
    fewer = np.stack([np.maximum(over - layer, 0) for layer in range(deep)])[:, None]
    weights = np.stack([np.array(rule.weights) + layer for layer in range(deep)])
    stacked = scores(rule, fewer, under, weights=weights[:, None])
    for layer in range(deep):
        single = scores(rule, fewer[layer, 0], under, weights=weights[layer])
        np.testing.assert_array_equal(stacked.earned[layer, 0], single.earned)
        np.testing.assert_array_equal(stacked.points[layer, 0], single.points)
        np.testing.assert_array_equal(stacked.total[layer, 0], single.total)
        np.testing.assert_array_equal(bands(rule, stacked.total, groups)[layer, 0], bands(rule, single.total, groups))


totals_of_units = st.lists(st.sampled_from([0.0, 49.5, 50.0, 70.0, 89.5, 90.0, 93.0, 95.0, 100.0, NAN]), max_size=12)


@given(totals_of_units)
@patient
def test_without_a_cap_a_higher_total_never_has_a_worse_band(totals: list[float]) -> None:
    known = sorted(total for total in totals if total == total)
    places = bands(criteria(component()), known)
    assert (np.diff(places) <= 0).all()
    assert set(places.tolist()) <= {0, 1, 2, 3}


@given(totals_of_units, shares, st.data())
@thorough
def test_a_cap_admits_no_more_than_it_says_and_nobody_before_a_better_one(
    totals: list[float], cap: Fraction, data: st.DataObject
) -> None:
    groups = data.draw(group_labels(len(totals)))
    rule = criteria(component(), cap=cap)
    places, free = bands(rule, totals, groups), bands(replace(rule, bands=criteria(component()).bands), totals)
    for label in "ab":
        own = [(total, place) for total, place, of in zip(totals, places, groups, strict=True) if of == label]
        scored = [(total, place) for total, place in own if total == total]
        assert sum(place == 0 for _, place in scored) <= allowed(cap, len(scored))
        for (one, its), (other, others) in product(scored, repeat=2):
            assert not (one > other and its > others)
            assert not (one == other and its != others)
    changed = places != free
    assert (free[changed] == 0).all()
    assert (places[changed] == 1).all()
