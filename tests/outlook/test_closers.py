"""What is asked: about what is still to come, as little as brings most, and never in vain."""

from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from support.examples import relaxed
from support.small_history import ONE, Batch, attained, standing

from analysis.measures.history import History
from analysis.outlook.closers import (
    ALL_ONLINE,
    CLOSERS_COLUMNS,
    EVEN,
    FINISH,
    KEEP,
    MATTERS,
    MOST_ASKED,
    NOTHING,
    PEERS,
    UNFED,
    UNTOUCHED,
    WORTH_ASKING,
    _at_least,
    closers,
    largest_gains,
    smallest_set,
)
from analysis.outlook.projection import projections

DAY, YEAR_END = date(2020, 9, 30), date(2020, 12, 31)
OTHER = "H45.23"
L3 = "l3-dossiers"


def _gains(gains: list[int]) -> pd.DataFrame:
    keys = [str(number) for number in range(len(gains))]
    return pd.DataFrame({"unit_code": "U", "procedure_key": keys, "gain": gains, "order": 0})


@given(st.lists(st.integers(1, 12), min_size=1, max_size=9), st.integers(1, 60))
@relaxed
def test_no_smaller_set_closes_the_gap(gains: list[int], shortfall: int) -> None:
    """By brute force: every set of procedures is tried."""
    chosen = smallest_set(_gains(gains), pd.Series({"U": shortfall}))
    enough = [
        size for size in range(1, len(gains) + 1) for subset in combinations(gains, size) if sum(subset) >= shortfall
    ]
    assert chosen["closes"].eq(bool(enough)).all()
    assert len(chosen) == (min(enough) if enough else len(gains))
    assert list(chosen["rank"]) == list(range(1, len(chosen) + 1))
    assert chosen["gain_cumulated"].iloc[-1] == chosen["gain"].sum()


@given(st.lists(st.integers(1, 12), min_size=1, max_size=9))
@relaxed
def test_no_other_three_procedures_bring_more(gains: list[int]) -> None:
    """By brute force: every set of at most three is tried."""
    most = max(sum(some) for size in range(1, MOST_ASKED + 1) for some in combinations(gains, min(size, len(gains))))
    assert largest_gains(_gains(gains), MOST_ASKED)["gain"].sum() == most


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(0, 9))
@relaxed
def test_how_probable_so_many_of_different_events_are(chances: list[float], wanted: int) -> None:
    """By brute force over all ways in which they can fall; alike events are binomial."""
    found = 0.0
    for happens in np.ndindex(*[2] * len(chances)):
        if sum(happens) >= wanted:
            found += np.prod([p if one else 1 - p for one, p in zip(happens, chances, strict=True)])
    assert _at_least(wanted, np.array(chances)) == pytest.approx(found, abs=1e-9)
    assert _at_least(3, np.full(5, 0.4)) == pytest.approx(stats.binom.sf(2, 5, 0.4))


def _closers(folder: Path, batches: list[Batch], day: date = DAY) -> pd.DataFrame:
    rows, known = attained(folder, batches, day)
    return _asked(rows, known)


def _asked(rows: pd.DataFrame, known: History) -> pd.DataFrame:
    last = standing(rows)
    table = closers(last, known, projections(last, known))
    assert list(table.columns) == CLOSERS_COLUMNS
    return table


def _of(table: pd.DataFrame, target: str = L3, unit: str = ONE) -> pd.DataFrame:
    return table[(table["target_id"] == target) & (table["unit_code"] == unit)]


def _months(unit: str, procedure: int, online: int, counter: int, last: int = 9, waiting: int = 0) -> list[Batch]:
    return [Batch(unit, procedure, month, online, counter, waiting=waiting) for month in range(1, last + 1)]


# --- While the period lasts -------------------------------------------------------------------------


def test_peers_show_what_the_dossiers_to_come_can_bring(tmp_path: Path) -> None:
    """Four of ten a month are online, nine of ten at the neighbour: thirty to come bring fifteen more."""
    batches = [*_months(ONE, 1, 4, 6), *_months(OTHER, 1, 18, 2)]
    (found,) = _of(_closers(tmp_path, batches)).itertuples(index=False)
    assert (found.method, found.procedure_name, found.closes) == (PEERS, "Thủ tục 1", True)
    assert (found.numerator, found.denominator, found.peer_share) == (36, 90, pytest.approx(0.9))
    assert found.to_come == pytest.approx(30, rel=0.1)
    assert found.gain == pytest.approx(found.to_come * 0.5, rel=0.05)
    assert found.probability > 0.6


def test_at_most_three_procedures_are_asked_for_those_that_bring_most(tmp_path: Path) -> None:
    batches = [batch for procedure in range(1, 7) for batch in _months(ONE, procedure, procedure, 4)]
    batches += [batch for procedure in range(1, 7) for batch in _months(OTHER, procedure, 19, 1)]
    found = _of(_closers(tmp_path, batches))
    assert len(found) == MOST_ASKED
    assert list(found["rank"]) == [1, 2, 3]
    assert found["gain"].is_monotonic_decreasing
    assert found["probability"].nunique() == 1


def test_where_three_are_too_few_everything_is_asked_for_and_none_is_named(tmp_path: Path) -> None:
    """360 of 900 online; of 300 to come three procedures bring 54 more, all of them 180, and 120 are needed."""
    batches = [batch for procedure in range(1, 11) for batch in _months(ONE, procedure, 4, 6)]
    (found,) = _of(_closers(tmp_path, batches)).itertuples(index=False)
    assert (found.method, found.procedure_key, found.procedure_name) == (ALL_ONLINE, "", "")
    assert found.gain == pytest.approx(180, rel=0.1)
    assert found.probability > 0.9


def test_procedures_are_not_asked_for_that_cannot_suffice(tmp_path: Path) -> None:
    """Eight offered, two hit, one more receives dossiers, and three are missing."""
    batches = [Batch(ONE, 1, 2, 1, 0), Batch(ONE, 2, 2, 1, 0), *_months(ONE, 3, 0, 9)]
    found = _of(_closers(tmp_path, batches), "l3-procedures")
    assert found["method"].tolist() == [NOTHING]


def test_what_waits_is_finished_before_anything_else_is_asked(tmp_path: Path) -> None:
    """Three are missing and 41 online dossiers wait: finish three."""
    batches = [*_months(ONE, 1, 6, 4, last=8), Batch(ONE, 1, 9, 50, 8, waiting=41)]
    rows, known = attained(tmp_path, batches, DAY)
    (figure,) = (
        standing(rows).query("target_id == @L3 and unit_code == @ONE and reading == 'default'").itertuples(index=False)
    )
    (found,) = _of(_asked(rows, known)).itertuples(index=False)
    assert (found.method, found.gain, found.procedure_key) == (FINISH, figure.shortfall, "")
    assert figure.shortfall < 41
    assert found.probability > 0.5


def test_nothing_is_asked_in_vain(tmp_path: Path) -> None:
    """One online in a hundred for eleven months: nothing that comes in December could make up for it."""
    found = _of(_closers(tmp_path, _months(ONE, 1, 1, 99, last=11), date(2020, 11, 30)))
    assert found["method"].tolist() == [NOTHING]
    assert not found["closes"].any()
    assert found["gain"].isna().all()


def test_whatever_is_asked_is_worth_asking_and_never_worse_than_going_on(tmp_path: Path) -> None:
    rng = np.random.default_rng(766)
    batches = [
        Batch(f"H45.{22 + unit}", procedure, month, int(rng.binomial(9, share)), int(rng.integers(1, 9)))
        for unit, share in enumerate((0.1, 0.4, 0.5, 0.6))
        for procedure in range(1, 5)
        for month in range(1, 10)
    ]
    rows, known = attained(tmp_path, batches, DAY, units=5)
    table = _asked(rows, known)
    last = standing(rows)
    now = projections(last, known).set_index(["target_id", "unit_code"])["probability"]
    for row in table.itertuples(index=False):
        base = now[row.target_id, row.unit_code]
        assert (row.method == NOTHING) == (row.probability < WORTH_ASKING)
        if row.method in (KEEP, UNFED, NOTHING):
            assert row.probability == base
        else:
            assert row.probability - base >= MATTERS or (row.method == FINISH and row.probability >= EVEN)
    missed = last[(last["reading"] == "default") & (last["status"] == "not_attained")]
    units = missed[missed["unit_code"].isin(known.reference.units["unit_code"])]
    asked = set(zip(table["target_id"], table["unit_code"], strict=True))
    assert asked == set(zip(units["target_id"], units["unit_code"], strict=True)), (
        "who misses a target is told something"
    )


def test_procedures_that_receive_dossiers_are_asked_for_as_few_as_suffice(tmp_path: Path) -> None:
    """Eight offered, two hit: three more are needed, the busiest of the four that receive dossiers."""
    batches = [Batch(ONE, 1, 2, 1, 0), Batch(ONE, 2, 2, 1, 0)]
    batches += [
        Batch(ONE, procedure, month, 0, size)
        for procedure, size in ((3, 2), (4, 9), (5, 5), (6, 7))
        for month in range(1, 10)
    ]
    found = _of(_closers(tmp_path, batches), "l3-procedures")
    assert list(found["procedure_name"]) == ["Thủ tục 4", "Thủ tục 6", "Thủ tục 5"]
    assert set(found["method"]) == {UNTOUCHED}
    assert found["closes"].all()
    assert list(found["denominator"]) == [81, 63, 45]
    assert list(found["level"]) == [3, 3, 3]
    assert (found["probability"] > 0.9).all()


def test_a_target_that_is_attained_needs_nothing(tmp_path: Path) -> None:
    assert _of(_closers(tmp_path, [Batch(ONE, 1, 2, 8, 2)])).empty


# --- After it, a lesson -----------------------------------------------------------------------------


def test_what_peers_reached_would_have_closed_the_gap(tmp_path: Path) -> None:
    """The neighbour files 90 % of procedure 1 online; at that share the unit gains 7 of 10, and 3 are missing."""
    batches = [Batch(ONE, 1, 2, 2, 8), Batch(ONE, 2, 2, 5, 5), Batch(OTHER, 1, 2, 18, 2), Batch(OTHER, 2, 2, 5, 5)]
    (found,) = _of(_closers(tmp_path, batches, YEAR_END)).itertuples(index=False)
    assert (found.method, found.procedure_name, found.gain, found.closes) == (PEERS, "Thủ tục 1", 7, True)
    assert (found.shortfall, found.numerator, found.denominator, found.peer_share) == (3, 2, 10, 0.9)
    assert np.isnan(found.probability)


def test_where_nobody_else_reached_more_all_online_is_said(tmp_path: Path) -> None:
    (found,) = _of(_closers(tmp_path, [Batch(ONE, 1, 2, 2, 8), Batch(ONE, 2, 2, 1, 2)], YEAR_END)).itertuples(
        index=False
    )
    assert (found.method, found.procedure_name, found.gain, found.closes) == (ALL_ONLINE, "Thủ tục 1", 8, True)


def test_results_that_still_come_may_be_enough(tmp_path: Path) -> None:
    (found,) = _of(_closers(tmp_path, [Batch(ONE, 1, 12, 6, 4, waiting=3)], YEAR_END)).itertuples(index=False)
    assert (found.method, found.gain, found.shortfall) == (FINISH, 2, 2)
