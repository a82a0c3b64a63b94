"""The gap and the pace: verdicts that are certain are so for every future, the others go by the best month."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.small_history import ONE, Batch, attained, row, standing

from analysis.outlook.arrivals import remaining, working_days_left
from analysis.outlook.gap import IMPOSSIBLE, NOTHING, OPEN, SECURED, gaps, verdicts
from analysis.reference.decision import Target

HALF_YEAR = date(2020, 6, 30)
YEAR_END = date(2020, 12, 31)


def target(minimum: str) -> Target:
    return Target.model_construct(minimum=Fraction(minimum))


@given(
    counts=st.tuples(*[st.integers(0, 30)] * 3),
    most=st.integers(0, 25),
    minimum=st.sampled_from(["0.5", "0.6", "0.9", "1.00"]),
)
def test_a_certain_verdict_holds_in_every_future(counts: tuple[int, int, int], most: int, minimum: str) -> None:
    """Every number of dossiers still to arise, and of online ones among them, is tried."""
    counted, pending, offline = counts
    whole = counted + pending + offline
    (verdict,) = verdicts(*(np.array([part]) for part in (counted, pending, whole, most)), target(minimum))
    shares = {
        Fraction(counted + extra, whole + more)
        for more in range(most + 1)
        for extra in range(pending + more + 1)
        if whole + more
    }
    if not whole:
        assert verdict == NOTHING
    elif all(share >= Fraction(minimum) for share in shares):
        assert verdict == SECURED
    elif all(share < Fraction(minimum) for share in shares):
        assert verdict == IMPOSSIBLE
    else:
        assert verdict == ""


def test_the_year_ended_leaves_only_certain_verdicts(tmp_path: Path) -> None:
    rows, known = attained(tmp_path, [Batch(ONE, 1, 3, 6, 4), Batch("H45.23", 1, 3, 4, 6)], YEAR_END)
    table = gaps(standing(rows), known)
    assert row(table, "l3-dossiers").verdict == SECURED
    assert row(table, "l3-dossiers", "H45.23").verdict == IMPOSSIBLE
    assert row(table, "l3-dossiers", "H45.24").verdict == NOTHING
    assert row(table, "l3-procedures").verdict == IMPOSSIBLE
    assert set(table["days_left"]) == {0}
    assert (table["remaining"].dropna() == 0).all()


def test_what_is_needed_is_measured_by_the_best_month(tmp_path: Path) -> None:
    """Ten a month, of which one unit has had four online at best, the other eight: both must make up for the rest."""
    months = range(1, 7)
    slow = [Batch(ONE, 1, month, 4 if month == 2 else 3, 6 if month == 2 else 7) for month in months]
    able = [Batch("H45.23", 1, month, 8 if month == 2 else 3, 2 if month == 2 else 7) for month in months]
    rows, known = attained(tmp_path, slow + able, HALF_YEAR)
    table = gaps(standing(rows), known)
    one, other = row(table, "l3-dossiers"), row(table, "l3-dossiers", "H45.23")
    assert (one.verdict, other.verdict) == (OPEN, OPEN)
    assert (one.best_month, one.best, other.best) == ("2020-02", 0.4, 0.8)
    assert one.remaining_lower < one.remaining < one.remaining_upper
    assert one.needed == -(-(60 + one.remaining) // 2) - 19
    assert one.needed_share == pytest.approx(one.needed / one.remaining)
    assert (one.shortfall, one.days_left) == (11, 184)


def test_what_waits_for_a_result_is_not_asked_for_again(tmp_path: Path) -> None:
    rows, known = attained(tmp_path, [Batch(ONE, 1, month, 5, 5, waiting=2) for month in range(1, 7)], HALF_YEAR)
    found = row(gaps(standing(rows), known), "l3-dossiers")
    assert (found.numerator, found.pending_online, found.denominator) == (18, 12, 60)
    assert found.needed == -(-(60 + found.remaining) // 2) - 30


def test_procedures_are_counted_with_those_that_receive_dossiers(tmp_path: Path) -> None:
    """Of eight procedures two are hit, three more receive dossiers, three none: five are needed, three are in reach."""
    hit = [Batch(ONE, 1, 1, 2, 0), Batch(ONE, 2, 4, 1, 1)]
    used = [Batch(ONE, procedure, 2, 0, 4) for procedure in (3, 4, 5)]
    found = row(gaps(*_of(tmp_path, hit + used)), "l3-procedures")
    assert (found.needed, found.untouched, found.untouched_with_dossiers) == (3, 6, 3)
    assert (found.best_month, found.best) == ("2020-04", 1)
    assert found.verdict == OPEN
    fewer = row(gaps(*_of(tmp_path / "fewer", hit + used[:2])), "l3-procedures")
    assert (fewer.untouched_with_dossiers, fewer.verdict) == (2, OPEN)


def _of(folder: Path, batches: list[Batch]) -> tuple:
    folder.mkdir(exist_ok=True)
    rows, known = attained(folder, batches, HALF_YEAR)
    return standing(rows), known


def test_a_steady_stream_goes_on(tmp_path: Path) -> None:
    """Twenty dossiers a month for half a year: about 120 in the other half, and the interval holds that."""
    _, known = attained(tmp_path, [Batch(ONE, 1, month, 10, 10) for month in range(1, 7)], HALF_YEAR)
    expected = remaining(known, known.counts(known.of_dossiers[0]).arising)
    place = list(known.names["unit_code"]).index(ONE)
    assert expected.mean[place] == pytest.approx(120, rel=0.05)
    assert expected.quantile(0.1)[place] < 120 < expected.quantile(0.9)[place]
    assert (np.diff([expected.quantile(share)[place] for share in (0.01, 0.1, 0.5, 0.9, 0.995)]) > 0).all()
    assert working_days_left(known) == 132  # Mondays to Fridays from 1 July to 31 December 2020
