"""Small trends and colours of the overview: points in their drawing space, shades on the right side."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from support.folders import REFERENCE

from analysis.findings.figures import Figure
from analysis.language.folding import plain
from analysis.language.texts import Language
from analysis.pages.overview import SHADES, shade, short_title, trend_of
from analysis.reference.decision import load_decision

NOTHING = float("nan")
DECISION = load_decision(Path(REFERENCE) / "decisions/766-qd-ubnd-2020.toml")


def figure(numerator: int, denominator: int, target: int = 1) -> Figure:
    chosen: Any = DECISION.targets[target]  # the minimum of the second is 50 %
    return Figure(chosen, "H45.18", "Sở Xây dựng", numerator, denominator, 0, "")


def test_a_trend_runs_from_the_left_to_the_right_and_higher_is_further_up() -> None:
    trend = trend_of([0.0, 0.5, 1.0])
    assert trend is not None
    assert trend.points == "1,15 24,8 47,1"
    assert (trend.first, trend.last) == (0.0, 1.0)


def test_months_with_nothing_to_count_are_left_out_and_a_single_one_is_a_dot() -> None:
    assert trend_of([NOTHING, NOTHING]) is None
    dot = trend_of([NOTHING, NOTHING, 1.0])
    assert dot is not None
    assert dot.points == "47,1 47,1"
    assert trend_of([0.25]) is not None


@pytest.mark.parametrize(
    ("numerator", "words"),
    [
        *((0, "far-below"), (19, "far-below"), (20, "below"), (39, "below"), (40, "near-below"), (49, "near-below")),
        *((50, "near-above"), (59, "near-above"), (60, "above"), (79, "above"), (80, "far-above"), (100, "far-above")),
    ],
)
def test_the_shade_tells_the_gap_and_never_crosses_the_minimum(numerator: int, words: str) -> None:
    assert shade(figure(numerator, 100)) == words


def test_the_smallest_gap_is_still_below() -> None:
    assert SHADES.index(shade(figure(499_999, 1_000_000))) == 2
    assert figure(499_999, 1_000_000).gap == Fraction(-1, 1_000_000)
    assert shade(figure(0, 0)) == ""


def test_short_titles_tell_the_seven_targets_apart() -> None:
    for language in (Language("vi"), Language("en")):
        assert len({short_title(target, language) for target in DECISION.targets}) == 7


def test_names_are_found_without_their_marks() -> None:
    assert plain("  Huyện ĐỒNG  Xuân ") == "huyen dong xuan"
    assert plain("Hoà") == plain("Hòa") == "hoa"
    assert plain("H45.22") == "h45.22"
