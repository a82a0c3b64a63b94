"""Band probabilities against exact enumeration, and what must hold of them."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy import stats
from support.criteria_cases import PASS_FAIL, PROPORTIONAL, component, criteria, standing, steps

from analysis.criteria.certainty import PRIOR, certainty, drawn_counts
from analysis.criteria.rating import Standing
from analysis.criteria.scoring import bands, scores

DRAWS = 40_000
# Four standard errors of a probability of one half.
NEAR = 4 * 0.5 / np.sqrt(DRAWS)
TWO = criteria(
    component(PROPORTIONAL, "1/2", 60, name="a"), component(steps(("0.3", "0.5"), ("0.8", "1")), "4/5", 40, name="b")
)
CASES = [
    standing(criteria(component(minimum="3/5")), [[(2, 4)], [(0, 3)], [(5, 5)]]),
    standing(criteria(component(PASS_FAIL, "1/1")), [[(6, 6)], [(5, 6)]]),
    standing(TWO, [[(2, 5), (3, 4)], [(0, 2), (4, 4)], [(4, 4), (0, 0)]]),
]


def enumerated(case: Standing, unit: int) -> np.ndarray:
    """The probability of each band: every possible count, weighted by its beta-binomial probability."""
    over, under = case.numerators[unit].astype(int), case.denominators[unit].astype(int)
    laws = [stats.betabinom(n, k + PRIOR, n - k + PRIOR) for k, n in zip(over, under, strict=True)]
    found = np.zeros(len(case.criteria.bands))
    for counts in product(*(range(n + 1) for n in under)):
        total = scores(case.criteria, np.array([counts], float), under[None].astype(float)).total
        chance = np.prod([law.pmf(count) for law, count in zip(laws, counts, strict=True)])
        found[bands(case.criteria, total)[0]] += chance
    return found


@pytest.mark.parametrize("case", CASES)
def test_probabilities_agree_with_exact_enumeration(case: Standing) -> None:
    found = certainty(case, DRAWS)
    for unit in range(len(case.codes)):
        exact = enumerated(case, unit)
        assert exact.sum() == pytest.approx(1)
        np.testing.assert_allclose(found.probability[unit], exact, atol=NEAR)
        assert found.held[unit] == pytest.approx(exact[case.bands[unit]], abs=NEAR)


def test_the_cap_goes_by_what_others_draw() -> None:
    """Two units, one place in the best band: by enumeration of both together."""
    drafted = criteria(component(PASS_FAIL, "1/2"), cap=Fraction(1, 2))
    pair = standing(drafted, [[(2, 2)], [(1, 1)]])
    laws = [stats.betabinom(2, 2.5, 0.5), stats.betabinom(1, 1.5, 0.5)]
    passed = [laws[0].pmf(1) + laws[0].pmf(2), laws[1].pmf(1)]
    found = certainty(pair, DRAWS)
    # Both pass: a tie for one place, so neither has it.
    assert found.probability[0, 0] == pytest.approx(passed[0] * (1 - passed[1]), abs=NEAR)
    assert found.probability[1, 0] == pytest.approx(passed[1] * (1 - passed[0]), abs=NEAR)
    assert found.probability[0, 1] == pytest.approx(passed[0] * passed[1], abs=NEAR)


def test_probabilities_of_a_unit_sum_to_one_and_of_one_without_score_are_missing() -> None:
    found = certainty(standing(criteria(component()), [[(1, 4)], [(0, 0)]]), 500)
    assert found.probability[0].sum() == pytest.approx(1)
    for table in (found.probability[1], found.held[1:], found.lower[1:], found.upper[1:]):
        assert np.isnan(table).all()


def test_more_dossiers_make_it_surer() -> None:
    few, many = (standing(criteria(component(minimum="1/2")), [[(4 * n, 10 * n)]]) for n in (1, 500))  # 80 points
    assert certainty(few).held[0] < certainty(many).held[0]
    assert certainty(many).held[0] > 0.99
    assert certainty(many).lower[0] > certainty(few).lower[0]


def test_the_same_seed_draws_the_same_and_denominators_are_kept() -> None:
    case = CASES[2]
    np.testing.assert_array_equal(drawn_counts(case, 50, 7), drawn_counts(case, 50, 7))
    assert (drawn_counts(case, 50, 7) != drawn_counts(case, 50, 8)).any()
    assert (drawn_counts(case, 500, 7) <= case.denominators).all()
