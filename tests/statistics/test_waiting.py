"""How long until nine of ten are done, against published examples and against plain counting."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics.waiting import days_until

# Weeks in remission of 21 patients on 6-MP and 21 on placebo; False: still in remission when last seen. Freireich et
# al. (1963), Blood 21:699–716; the estimates stand in Klein and Moeschberger, Survival Analysis (2003), section 4.2.
DRUG = [
    *((6, True), (6, True), (6, True), (6, False), (7, True), (9, False), (10, True), (10, False), (11, False)),
    *((13, True), (16, True), (17, False), (19, False), (20, False), (22, True), (23, True), (25, False)),
    *((32, False), (32, False), (34, False), (35, False)),
]
PLACEBO = [(week, True) for week in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)]
# Kaplan and Meier (1958), section 2: deaths at 0.8, 3.1, 5.4 and 9.2 months, losses at 1.0, 2.7, 7.0 and 12.1; here in
# tenths of a month. The survival after each death is 7/8, 7/10, 21/40 and 21/80.
SECTION_2 = [(8, True), (10, False), (27, False), (31, True), (54, True), (70, False), (92, True), (121, False)]


def until(share: float, seen: list[tuple[int, bool]]) -> int | None:
    days, done = zip(*seen, strict=True)
    return days_until(share, days, done, [1] * len(seen))


@pytest.mark.parametrize(
    ("share", "seen", "expected"),
    [
        *((0.14, DRUG, 6), (0.15, DRUG, 7), (0.24, DRUG, 10), (0.30, DRUG, 13), (0.31, DRUG, 16), (0.50, DRUG, 23)),
        *((0.55, DRUG, 23), (0.56, DRUG, None), (0.9, DRUG, None), (0.5, PLACEBO, 8), (0.9, PLACEBO, 17)),
        *((0.125, SECTION_2, 8), (0.3, SECTION_2, 31), (0.475, SECTION_2, 54), (0.48, SECTION_2, 92)),
        *((0.7375, SECTION_2, 92), (0.74, SECTION_2, None)),
    ],
)
def test_it_is_the_published_estimate(share: float, seen: list[tuple[int, bool]], expected: int | None) -> None:
    assert until(share, seen) == expected


def test_nine_of_ten_exactly_is_nine_of_ten() -> None:
    """18 of 20 done by day 2: a fraction that no binary number holds must not cost a day."""
    assert days_until(0.9, [1, 2, 7], [True, True, True], [10, 8, 2]) == 2
    assert days_until(0.9, [1, 2, 7], [True, True, True], [10, 7, 3]) == 7


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_where_nobody_waits_it_is_plain_counting(days: list[int]) -> None:
    needed = math.ceil(len(days) * 9 / 10)
    assert until(0.9, [(day, True) for day in days]) == sorted(days)[needed - 1]


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(1, 5)), min_size=1, max_size=12))
def test_a_count_is_so_many_alike(seen: list[tuple[int, bool, int]]) -> None:
    days, done, counts = zip(*seen, strict=True)
    alike = [(day, was) for day, was, count in seen for _ in range(count)]
    assert days_until(0.9, days, done, counts) == until(0.9, alike)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=30), st.integers(0, 20))
def test_who_still_waits_never_makes_it_look_faster(seen: list[tuple[int, bool]], day: int) -> None:
    before, after = until(0.9, seen), until(0.9, [*seen, (day, False)])
    assert after is None or (before is not None and after >= before)
