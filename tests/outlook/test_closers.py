"""The smallest set of procedures that closes a gap is the smallest, and says what it brings."""

from datetime import date
from itertools import combinations
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from support.small_history import ONE, Batch, attained, standing

from analysis.outlook.closers import ALL_ONLINE, PEERS, UNTOUCHED, closers, smallest_set

DAY = date(2020, 9, 30)
OTHER = "H45.23"


@given(st.lists(st.integers(1, 12), min_size=1, max_size=9), st.integers(1, 60))
def test_no_smaller_set_closes_the_gap(gains: list[int], shortfall: int) -> None:
    """By brute force: every set of procedures is tried."""
    frame = pd.DataFrame(
        {"unit_code": "U", "procedure_key": [str(n) for n in range(len(gains))], "gain": gains, "order": 0}
    )
    chosen = smallest_set(frame, pd.Series({"U": shortfall}))
    enough = [
        size for size in range(1, len(gains) + 1) for subset in combinations(gains, size) if sum(subset) >= shortfall
    ]
    assert chosen["closes"].eq(bool(enough)).all()
    assert len(chosen) == (min(enough) if enough else len(gains))
    assert list(chosen["rank"]) == list(range(1, len(chosen) + 1))
    assert chosen["gain_cumulated"].iloc[-1] == chosen["gain"].sum()


def _closers(folder: Path, batches: list[Batch]) -> pd.DataFrame:
    rows, known = attained(folder, batches, DAY)
    return closers(standing(rows), known)


def test_untouched_procedures_with_most_dossiers_come_first(tmp_path: Path) -> None:
    """Eight offered, two hit: three more are needed, the busiest of the four that receive dossiers."""
    batches = [Batch(ONE, 1, 2, 1, 0), Batch(ONE, 2, 2, 1, 0)]
    batches += [Batch(ONE, procedure, 3, 0, size) for procedure, size in ((3, 2), (4, 9), (5, 5), (6, 7))]
    table = _closers(tmp_path, batches)
    found = table[(table["target_id"] == "l3-procedures") & (table["unit_code"] == ONE)]
    assert list(found["procedure_name"]) == ["Thủ tục 4", "Thủ tục 6", "Thủ tục 5"]
    assert set(found["method"]) == {UNTOUCHED}
    assert found["closes"].all()
    assert list(found["denominator"]) == [9, 7, 5]
    assert list(found["level"]) == [3, 3, 3]


def test_what_peers_reach_closes_a_gap_of_dossiers(tmp_path: Path) -> None:
    """The neighbour files 90 % of procedure 1 online; at that share the unit gains 7 of 10, and 3 are missing."""
    batches = [Batch(ONE, 1, 2, 2, 8), Batch(ONE, 2, 2, 5, 5), Batch(OTHER, 1, 2, 18, 2), Batch(OTHER, 2, 2, 5, 5)]
    table = _closers(tmp_path, batches)
    (found,) = table[(table["target_id"] == "l3-dossiers") & (table["unit_code"] == ONE)].itertuples(index=False)
    assert (found.method, found.procedure_name, found.gain, found.closes) == (PEERS, "Thủ tục 1", 7, True)
    assert (found.shortfall, found.numerator, found.denominator, found.peer_share) == (3, 2, 10, 0.9)


def test_where_nobody_else_reaches_more_all_online_is_said(tmp_path: Path) -> None:
    table = _closers(tmp_path, [Batch(ONE, 1, 2, 2, 8), Batch(ONE, 2, 2, 1, 2)])
    (found,) = table[(table["target_id"] == "l3-dossiers") & (table["unit_code"] == ONE)].itertuples(index=False)
    assert (found.method, found.procedure_name, found.gain, found.closes) == (ALL_ONLINE, "Thủ tục 1", 8, True)


def test_a_target_that_is_attained_needs_nothing(tmp_path: Path) -> None:
    table = _closers(tmp_path, [Batch(ONE, 1, 2, 8, 2)])
    assert not ((table["target_id"] == "l3-dossiers") & (table["unit_code"] == ONE)).any()
