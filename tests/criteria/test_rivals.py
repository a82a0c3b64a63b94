"""Rival criteria: who changes band, whether ranks agree, whether anybody is told apart, who stands at an edge."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from support.criteria_cases import PASS_FAIL, PROPORTIONAL, component, criteria, standing

from analysis.criteria.rating import Standing
from analysis.criteria.rivals import DOWN, UP, agreement, band_changes, band_sizes, cliffs, discrimination
from analysis.criteria.scoring import NO_BAND, bands, scores

HALF = component(minimum="1/2")


def shares(*values: int, scoring: object = PROPORTIONAL) -> Standing:
    """Units with these of 100 dossiers online; target 50 %."""
    return standing(criteria(replace(HALF, scoring=scoring)), [[(value, 100)] for value in values])  # type: ignore[arg-type]


def test_only_units_whose_bands_differ_are_told() -> None:
    draft, rival = shares(50, 40, 10), replace(shares(50, 40, 10, scoring=PASS_FAIL))
    rival = replace(rival, criteria=replace(rival.criteria, id="khac"))
    changed = band_changes([draft, rival])
    # 40/100 of a target of 50 %: 80 points, the second band; failed: 0 points, the last.
    assert changed.to_dict("records") == [{"unit_code": "U1", "thu": 1, "khac": 3}]


def test_ranks_agree_as_published() -> None:
    """Hollander and Wolfe (1973), p. 187: Hunter L measure and panel score of nine lots of tuna, tau = 0.444."""
    hunter = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
    panel = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
    whole = criteria(component(minimum="1/1"))
    one = standing(whole, [[(round(10 * value), 1000)] for value in hunter])
    other = standing(whole, [[(round(100 * value), 1000)] for value in panel])
    [pair] = agreement([one, other]).to_dict("records")
    assert pair["tau"] == pytest.approx(4 / 9)  # (26 − 10) of 36 pairs
    assert pair["units"] == 9


def test_ties_are_taken_as_tau_b_takes_them() -> None:
    one, other = shares(10, 10, 20, 30), shares(1, 2, 3, 3)
    tau = agreement([one, other])["tau"].iloc[0]
    assert tau == pytest.approx(4 / np.sqrt(5 * 5))  # 4 concordant, one tied on each side: 4 / √((6−1)(6−1))
    assert np.isnan(agreement([shares(10), shares(10)])["tau"].iloc[0]), "of a single unit nothing can be said"


def test_units_without_a_score_are_left_out_of_the_agreement() -> None:
    few = standing(criteria(HALF), [[(1, 2)], [(0, 0)], [(0, 2)]])
    [pair] = agreement([few, few]).to_dict("records")
    assert (pair["units"], pair["tau"]) == (2, 1.0)


def test_whether_anybody_is_told_apart() -> None:
    found = discrimination(shares(50, 60, 40, 10))  # 100, 100, 80, 20 points: bands 0, 0, 1, 3
    assert (found["units"], found["unscored"], found["full"], found["distinct"]) == (4, 0, 2, 3)
    assert (found["lowest"], found["median"], found["highest"]) == (20, 90, 100)
    assert found["told_apart"] == pytest.approx(5 / 6), "of six pairs one is of one band"
    assert found["largest"] == 0.5
    assert band_sizes(shares(50, 60, 40, 10)) == [2, 1, 0, 1]
    assert discrimination(standing(criteria(HALF), [[(0, 0)]])) == {"units": 0, "unscored": 1}


def test_everybody_with_full_points_is_nobody_told_apart() -> None:
    found = discrimination(shares(60, 70, 80))
    assert (found["full"], found["distinct"], found["told_apart"], found["largest"]) == (3, 1, 0, 1)


def test_an_edge_is_told_with_the_fewest_dossiers() -> None:
    # Target 50 % of 100: 2 points a dossier. 44 → 88 points, one dossier short of 90; 36 → 72, two above 70.
    found = cliffs(shares(44, 36, 20), 3).to_dict("records")
    assert found == [
        {"unit_code": "U0", "direction": UP, "target_id": "t", "count": 1, "score": 90.0, "band": 0},
        {"unit_code": "U1", "direction": DOWN, "target_id": "t", "count": 2, "score": 68.0, "band": 2},
    ]
    assert cliffs(shares(20), 3).empty


def test_who_lost_the_best_band_to_the_cap_falls_no_further_by_its_threshold() -> None:
    """46/100 of 50 % are 92 points: one fewer is 90, two 88, and a tie for one place leaves both in the second band."""
    drafted = criteria(HALF, cap=Fraction(1, 2))
    tied = standing(drafted, [[(46, 100)], [(46, 100)]])
    assert tied.bands.tolist() == [1, 1]
    assert tied.kept_out.tolist() == [True, True]
    assert cliffs(tied, 3).empty
    alone = standing(drafted, [[(46, 100)], [(20, 100)]])
    assert alone.kept_out.tolist() == [False, False]
    assert cliffs(alone, 3)[["unit_code", "direction", "count"]].to_numpy().tolist() == [["U0", DOWN, 2]]


def test_no_edge_beyond_what_is_there() -> None:
    # 2 of 2 dossiers: no third; 0 of 2: none to lose.
    full = standing(criteria(component(minimum="1/1")), [[(2, 2)], [(0, 2)]])
    found = cliffs(full, 5)
    assert set(found["direction"]) == {UP, DOWN}
    assert found["count"].max() <= 2


counts = st.lists(
    st.tuples(*[st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: (min(pair), max(pair)))] * 2),
    min_size=1,
    max_size=4,
)


@settings(deadline=None)
@given(counts)
def test_an_edge_is_what_trying_every_number_finds(pairs: list[tuple[tuple[int, int], ...]]) -> None:
    drafted = criteria(component(minimum="1/2", weight=60, name="a"), component(PASS_FAIL, "3/4", 40, name="b"))
    found = cliffs(standing(drafted, pairs), 4)
    told = {(row.unit_code, row.direction): row.count for row in found.itertuples(index=False)}
    for unit, pair in enumerate(pairs):
        over, under = (np.array([side[at] for side in pair], dtype=float) for at in (0, 1))
        own = bands(drafted, scores(drafted, over[None], under[None]).total)[0]
        for direction, sign in ((UP, 1), (DOWN, -1)):
            needed = [
                step
                for step, part in product(range(1, 5), range(2))
                if 0 <= over[part] + sign * step <= under[part]
                and own != NO_BAND
                and _band_after(drafted, over, under, part, sign * step) * sign < own * sign
            ]
            assert told.get((f"U{unit}", direction)) == (min(needed) if needed else None)


def _band_after(drafted: object, over: np.ndarray, under: np.ndarray, part: int, step: int) -> int:
    moved = over.copy()
    moved[part] += step
    return int(bands(drafted, scores(drafted, moved[None], under[None]).total)[0])  # type: ignore[arg-type]


def test_taus_are_scipys() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.integers(0, 50, 30), rng.integers(0, 50, 30)
    tau = agreement([shares(*one), shares(*other)])["tau"].iloc[0]
    assert tau == pytest.approx(stats.kendalltau(one, other).statistic)
