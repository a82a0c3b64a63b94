"""Months published one by one give away no count of 1 to 4 of a procedure, for who keeps and reckons with them all."""

import os

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from support.attacker import Cell, Counts, Told, recovered

from analysis.statistics import successive
from analysis.statistics.exchanges import Exchanges
from analysis.statistics.successive import BARRED, CELLS, LINES, told

YEAR = 12 * 2020
TIMES = int(os.environ.get("DVCTT_CAMPAIGN", "1"))  # more units, as tests/whole/test_campaign.py


def published(counts: Counts, rule: bool = True, possible: NDArray[np.bool_] | None = None) -> list[Told]:
    """The different lines of a unit that publishes every month; without the ``rule`` every count of five at least.

    ``possible``: procedures × months, whether the catalogue gives the procedure the level then.
    """
    barred = None if possible is None else _barred(possible)
    lines = pd.DataFrame(columns=LINES).astype(dict.fromkeys(["dossiers", "online", "slot"], "Int64"))
    for month in range(counts.shape[1]):
        cells = _cells(counts, month)
        now = told(cells, lines, range(YEAR, YEAR + month + 1), barred) if rule else _all_of_five(cells, month)
        lines = pd.concat([lines, now[now["dossiers"].notna()]]).drop_duplicates()
    return [
        Told(int(row.procedure_key), int(row.slot), int(row.dossiers), None if pd.isna(row.online) else int(row.online))
        for row in lines.itertuples()
    ]


def _cells(counts: Counts, month: int) -> pd.DataFrame:
    rows = [
        ("U", f"{procedure:02}", 3, slot, int(counts[procedure, slot].sum()), int(counts[procedure, slot, 0]))
        for procedure in range(len(counts))
        for slot in range(month + 1)
    ]
    return pd.DataFrame(rows, columns=CELLS)


def _barred(possible: NDArray[np.bool_]) -> pd.DataFrame:
    rows = [("U", f"{procedure:02}", 3, slot) for procedure, slot in zip(*np.nonzero(~possible), strict=True)]
    return pd.DataFrame(rows, columns=BARRED)


def _all_of_five(cells: pd.DataFrame, month: int) -> pd.DataFrame:
    sums = cells.groupby(["unit_code", "procedure_key"], as_index=False)[["dossiers", "online"]].sum()
    return sums[sums["dossiers"] >= 5].assign(slot=month).astype({"dossiers": "Int64", "online": "Int64"})


def unit(seed: int, months: int) -> Counts:
    """A made-up unit of five to ten procedures, busy and idle ones, online and not."""
    chance = np.random.default_rng(seed)
    procedures = chance.integers(5, 11)
    busy = chance.choice([0.2, 1, 3, 8], size=procedures)
    online = chance.choice([0.1, 0.5, 0.9], size=procedures)
    dossiers = chance.poisson(busy[:, None], (procedures, months))
    filed = chance.binomial(dossiers, online[:, None])
    return np.stack([filed, dossiers - filed], axis=-1)


def test_twelve_months_published_one_by_one_give_away_nothing() -> None:
    told_lines = 0
    for seed in range(TIMES):
        counts = unit(seed, 12)
        lines = published(counts)
        told_lines += len(lines)
        assert recovered(counts, lines) == set(), seed
    assert told_lines > 5 * TIMES, "something is told"


def test_nor_do_many_small_units() -> None:
    for seed in range(100, 100 + 6 * TIMES):
        counts = unit(seed, 5)
        assert recovered(counts, published(counts)) == set(), seed


def begun(seed: int, months: int) -> tuple[Counts, NDArray[np.bool_]]:
    """A made-up unit of which half of the procedures are offered from a later month on alone."""
    counts = unit(seed, months)
    first = np.random.default_rng(seed).choice([0, 0, 2, 3], size=len(counts))
    possible = np.arange(months) >= first[:, None]
    return counts * possible[:, :, None], possible


def test_nor_does_who_knows_from_the_catalogue_since_when_what_is_offered() -> None:
    for seed in range(378, 378 + 4 * TIMES):
        counts, possible = begun(seed, 5)
        assert recovered(counts, published(counts, possible=possible), possible) == set(), seed


@pytest.mark.parametrize("seed", [380, 381])
def test_the_catalogue_would_give_away_what_is_told_without_heeding_it(seed: int) -> None:
    counts, possible = begun(seed, 5)
    assert recovered(counts, published(counts), possible)


@pytest.mark.parametrize("seed", range(3))
def test_the_attacker_succeeds_where_every_count_of_five_is_told(seed: int) -> None:
    counts = unit(seed, 5)
    assert recovered(counts, published(counts, rule=False))


def test_two_months_do_not_subtract_to_few() -> None:
    counts = np.full((6, 2, 2), 9)
    counts[:3, 1] = [[1, 0], [9, 9], [8, 7]]
    naive = published(counts, rule=False)
    assert Cell(0, 1, 1, 0) in recovered(counts, naive)
    lines = published(counts)
    assert [line.dossiers for line in lines if line.procedure == 0] == [18], "it stands as it was told"
    assert recovered(counts, lines) == set()


def _lines(*rows: tuple[str, int, int | None, int]) -> pd.DataFrame:
    lines = pd.DataFrame([("U", *row) for row in rows], columns=LINES)
    return lines.astype(dict.fromkeys(["dossiers", "online", "slot"], "Int64"))


BUSY: NDArray[np.int64] = np.full((6, 3, 2), 9)


def now(counts: Counts, lines: pd.DataFrame) -> dict[str, tuple[int, int | None, int]]:
    """The lines that may be told after ``lines``, by procedure."""
    found = told(_cells(counts, counts.shape[1] - 1), lines, range(YEAR, YEAR + counts.shape[1]))
    found = found[found["dossiers"].notna()]
    return {
        row.procedure_key: (row.dossiers, None if pd.isna(row.online) else row.online, row.slot)
        for row in found.itertuples()
    }


def test_a_line_follows_where_each_part_grew_by_five_or_not_at_all() -> None:
    assert now(BUSY, _lines())["00"] == (54, 27, 2)
    assert now(BUSY, _lines(("00", 49, 27, 1)))["00"] == (54, 27, 2)
    assert now(BUSY, _lines(("00", 50, 27, 1)))["00"] == (50, 27, 1), "four more otherwise"
    assert now(BUSY, _lines(("00", 44, 23, 1)))["00"] == (44, 23, 1), "four more online"
    assert now(BUSY, _lines(("00", 58, 27, 1)))["00"] == (58, 27, 1), "four fewer"


def test_every_line_that_was_ever_told_counts_also_later_ones() -> None:
    assert now(BUSY, _lines(("00", 18, 9, 0), ("00", 52, 27, 1)))["00"] == (52, 27, 1)
    assert "00" not in now(BUSY, _lines(("00", 56, 28, 3))), "a later month told two more"
    assert now(BUSY, _lines(("00", 90, 45, 3)))["00"] == (54, 27, 2)


def test_nothing_is_told_where_but_a_few_procedures_have_dossiers_online_or_otherwise() -> None:
    assert now(BUSY[:5], _lines())
    assert now(BUSY[:4], _lines()) == {}
    counts = np.array(BUSY)
    counts[:3, :, 0] = 0
    assert now(counts, _lines()) == {}, "three online"
    counts[:, :, 0] = 0
    assert now(counts, _lines())["00"] == (27, 0, 2)


def test_busy_lines_are_withheld_where_they_would_leave_a_few_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of six procedures five are told: the months of the sixth, few, would be what is left of the totals."""
    counts = np.array(BUSY)
    counts[5] = [[1, 0], [2, 0], [0, 2]]
    lines = [Told(int(key), slot, dossiers, online) for key, (dossiers, online, slot) in now(counts, _lines()).items()]
    assert recovered(counts, lines) == set()
    monkeypatch.setattr(Exchanges, "protected", lambda *_: np.True_)
    monkeypatch.setattr(successive, "disclosed", _everything)
    lines = [Told(int(key), slot, dossiers, online) for key, (dossiers, online, slot) in now(counts, _lines()).items()]
    assert recovered(counts, lines), "the rule is what protects it"


def _everything(parts: pd.DataFrame) -> pd.DataFrame:
    rows = parts[["unit_code", "procedure_key"]].drop_duplicates()
    return rows.assign(shown=True, split_shown=True)


def test_a_procedure_whose_level_changes_is_never_told() -> None:
    """Its line would say how much of it is of which level, and since when it was online at all."""
    both = pd.concat([_cells(BUSY, 2), _cells(BUSY[:1], 2).assign(group=4)])
    found = told(both, _lines(), range(YEAR, YEAR + 3)).set_index("procedure_key")
    assert pd.isna(found.loc["00", "dossiers"])
    assert found.loc["01", "dossiers"] == 54
    later = pd.DataFrame([("U", "01", 3, 9)], columns=BARRED)
    found = told(_cells(BUSY, 2), _lines(), range(YEAR, YEAR + 3), later).set_index("procedure_key")
    assert pd.isna(found.loc["01", "dossiers"]), "it will change, as the catalogue says already"


def test_units_do_not_mix() -> None:
    both = pd.concat([_cells(BUSY, 2), _cells(BUSY, 2).assign(unit_code="V")])
    lines = _lines(("00", 53, 27, 1))
    found = told(both, lines, range(YEAR, YEAR + 3)).set_index(["unit_code", "procedure_key"])
    assert found.loc[("U", "00"), "dossiers"] == 53
    assert found.loc[("V", "00"), "dossiers"] == 54


def test_without_cells_nothing_is_told() -> None:
    assert told(_cells(BUSY, 2).iloc[:0], _lines(), range(YEAR, YEAR + 3)).empty
