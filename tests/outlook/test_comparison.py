"""Units are compared fairly: by more than chance, with how sure a rank is, and for the mix that they have."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.small_history import ONE, Batch, attained, row, standing

from analysis.outlook.comparison import beside, comparison, limits_beside, scatter, verdicts

DAY = date(2020, 9, 30)


def _compared(folder: Path, batches: list[Batch], units: int = 3) -> pd.DataFrame:
    rows, known = attained(folder, batches, DAY, units=units)
    return comparison(standing(rows), known)


def test_only_what_chance_does_not_explain_is_called_below(tmp_path: Path) -> None:
    """40 % of ten dossiers may be chance, 40 % of a thousand is not."""
    table = _compared(
        tmp_path, [Batch(ONE, 1, 2, 4, 6), Batch("H45.23", 1, 2, 400, 600), Batch("H45.24", 1, 2, 600, 400)]
    )
    verdicts = [row(table, "l3-dossiers", unit).against_target for unit in (ONE, "H45.23", "H45.24")]
    assert verdicts == ["as_expected", "below", "above"]


def test_few_dossiers_are_shown_and_never_ranked(tmp_path: Path) -> None:
    table = _compared(tmp_path, [Batch(ONE, 1, 2, 0, 9), Batch("H45.23", 1, 2, 3, 7), Batch("H45.24", 1, 2, 8, 2)])
    small = row(table, "l3-dossiers")
    assert (small.value, small.ranked) == (0, False)
    assert np.isnan([small.rank, small.rank_lower, small.worst_probability]).all()
    low, high = row(table, "l3-dossiers", "H45.23"), row(table, "l3-dossiers", "H45.24")
    assert (low.rank, high.rank, low.ranked_units) == (2, 1, 2)
    assert low.worst_probability + high.worst_probability == pytest.approx(1)
    assert low.worst_probability > 0.95


def test_units_alike_have_ranks_that_say_nothing(tmp_path: Path) -> None:
    batches = [Batch(f"H45.{22 + number}", 1, 2, 10, 10) for number in range(10)]
    table = _compared(tmp_path, batches, units=10)
    some = table[table["target_id"] == "l3-dossiers"]
    assert (some["rank"] == 1).all()
    assert (some["rank_lower"] <= 2).all()
    assert (some["rank_upper"] >= 9).all()
    assert some["worst_probability"].between(0.03, 0.2).all()


def test_a_unit_is_not_blamed_for_its_mix(tmp_path: Path) -> None:
    """By hand: procedure 1 is easy (90 % everywhere), 2 is hard (10 %). The unit has mostly hard ones."""
    batches = [
        *(Batch(ONE, 1, 2, 9, 1), Batch(ONE, 2, 2, 9, 81)),
        *(Batch("H45.23", 1, 2, 81, 9), Batch("H45.23", 2, 2, 1, 9)),
    ]
    table = _compared(tmp_path, batches)
    one = row(table, "l3-dossiers")
    assert one.value == pytest.approx(0.18)
    assert one.expected == pytest.approx(10 * 0.9 + 90 * 0.1)
    assert one.ratio == pytest.approx(1.0)
    assert one.ratio_lower < 1 < one.ratio_upper
    assert one.comparable == 1
    assert one.against_target == "below"


def test_procedures_that_nobody_else_has_are_not_compared(tmp_path: Path) -> None:
    table = _compared(tmp_path, [Batch(ONE, 1, 2, 5, 5), Batch("H45.23", 2, 2, 5, 5), Batch("H45.23", 3, 2, 0, 10)])
    one = row(table, "l3-dossiers")
    assert one.comparable == 0
    assert np.isnan([one.expected, one.ratio, one.ratio_lower]).all()


def test_the_interval_that_is_drawn_is_the_one_that_decides(tmp_path: Path) -> None:
    """It excludes the target just where the unit is above or below it."""
    rng = np.random.default_rng(766)
    batches = [
        Batch(f"H45.{22 + number}", 1, 2, online, whole - online)
        for number, whole in enumerate([3, 10, 30, 100, 300, 1000, 3000, 40, 40, 40])
        for online in [int(rng.binomial(whole, (0.3, 0.5, 0.7)[number % 3]))]
    ]
    table = _compared(tmp_path, batches, units=10)
    some = table[(table["denominator"] > 0) & (table["minimum"] < 1)]
    outside = np.select(
        [some["interval_lower"] > some["minimum"], some["interval_upper"] < some["minimum"]],
        ["above", "below"],
        "as_expected",
    )
    assert (some["against_target"] == outside).all()
    assert set(outside) == {"above", "below", "as_expected"}
    tested = some[some["against_tier"] != ""]
    beyond = np.select(
        [tested["value"] > tested["tier_upper"] + 1e-9, tested["value"] < tested["tier_lower"] - 1e-9],
        ["above", "below"],
        "as_expected",
    )
    assert (tested["against_tier"] == beyond).all()


def test_against_a_target_of_all_there_is_no_test(tmp_path: Path) -> None:
    """One less than all is short of it, whatever chance does; all is no more than it."""
    table = _compared(tmp_path, [Batch(ONE, 1, 2, 4, 6), Batch("H45.23", 1, 2, 9, 1)])
    assert set(table.loc[table["minimum"] == 1, "against_target"]) == {""}


def test_none_of_one_beside_a_tier_of_nearly_all_is_nothing(tmp_path: Path) -> None:
    table = _compared(tmp_path, [Batch(ONE, 1, 2, 0, 1), Batch("H45.23", 1, 2, 950, 50), Batch("H45.24", 1, 2, 0, 30)])
    one, other = row(table, "l3-dossiers"), row(table, "l3-dossiers", "H45.24")
    assert (one.against_target, one.against_tier, one.ranked) == ("as_expected", "", False)
    assert (other.against_target, other.rank) == ("below", 2)


def test_without_room_for_chance_there_is_no_score() -> None:
    assert np.isnan(beside(0.95, np.array([0]), np.array([0]), 0.0)).all()
    assert np.isnan(beside(1.0, np.array([5]), np.array([5]), 0.0)).all()


def test_the_scatter_between_units_widens_the_limits() -> None:
    """On the arcsine scale 0.5 ± reach · √(1/4n + τ²): by hand with n = 100, τ² = 0.0025 and 1.96 deviations."""
    angle = 1.959964 * np.sqrt(0.0025 + 0.0025)
    lower, upper = limits_beside(0.5, np.array([100, 0]), 0.0025, 0.05)
    assert (lower[0], upper[0]) == pytest.approx((0.5 - np.sin(2 * angle) / 2, 0.5 + np.sin(2 * angle) / 2), abs=1e-6)
    assert np.isnan(lower[1])
    exact = limits_beside(0.5, np.array([100]), 0.0, 0.05)
    assert lower[0] < exact.lower[0] < 0.5 < exact.upper[0] < upper[0]


def test_units_that_scatter_by_chance_alone_have_no_variance_between_them() -> None:
    rng = np.random.default_rng(766)
    whole = np.full(200, 50)
    phi, tau2 = scatter(0.5, rng.binomial(whole, 0.5) / whole, whole)
    assert phi == pytest.approx(1, abs=0.35)
    assert tau2 < 0.002
    assert scatter(0.5, rng.binomial(whole, rng.choice([0.3, 0.7], 200)) / whole, whole)[1] > 0.02


def test_of_what_is_found_in_a_quiet_tier_hardly_anything_is_told() -> None:
    """A thousand units with the target's own chance: by 95 % limits fifty would be called out."""
    rng = np.random.default_rng(766)
    whole = rng.integers(1, 400, 1000)
    told, tail = verdicts(beside(0.5, rng.binomial(whole, 0.5), whole, 0.0))
    assert (told != "as_expected").sum() <= 1
    assert tail == pytest.approx(0.05 / 1000)
