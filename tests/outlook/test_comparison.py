"""Units are compared fairly: by more than chance, with how sure a rank is, and for the mix that they have."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.small_history import ONE, Batch, attained, row, standing

from analysis.outlook.comparison import _against_target, adjusted_limits, comparison

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
    assert (low.rank, high.rank, low.ranked_units) == (1, 2, 2)
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


def test_the_scatter_between_units_widens_the_limits() -> None:
    """Without it they are the normal ones: 0.5 ± 3.0902 · √(0.25/100), the 99.9 % point of the normal tables."""
    lower, upper = adjusted_limits(0.5, np.array([100]), 0.0)
    assert (lower[0], upper[0]) == pytest.approx((0.5 - 3.0902 * 0.05, 0.5 + 3.0902 * 0.05), abs=1e-5)
    wider = adjusted_limits(0.5, np.array([100, 0]), 0.01)
    assert wider.lower[0] < lower[0]
    assert wider.upper[0] > upper[0]
    assert np.isnan(wider.lower[1])


def test_all_online_is_never_called_above_by_chance_and_one_less_than_all_is_below(tmp_path: Path) -> None:
    """20 of 20 come about once in eight where the truth is 90 %; a target of 100 % leaves no room at all."""
    batches = [Batch(ONE, 1, 2, 20, 0), Batch("H45.23", 1, 2, 20, 0)]
    rows, known = attained(tmp_path, batches, DAY)
    # As if they were the targets of 100 % and of 90 %.
    targets = {target.id: target for target in known.decision.targets}
    some = standing(rows)
    some = some[some["target_id"] == "l3-dossiers"]
    for target, numerator, verdict in (
        ("l4-interagency", 20, "as_expected"),
        ("l3-interagency", 20, "as_expected"),
        ("l3-interagency", 19, "below"),
    ):
        found = _against_target(some.assign(numerator=numerator, value=numerator / 20, denominator=20), targets[target])
        assert set(found["against_target"]) == {verdict}
