"""The as-of day that is found in the data: no single row may rule a run (contract §6)."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from support.folders import write_reference
from support.small_exports import CATALOGUE, UNITS

from analysis.dossiers.stage import clean_exports
from analysis.dossiers.superseding import latest_of
from analysis.reference.tables import load_reference

FIRST = date(2020, 1, 1)


def by_day(*counts: tuple[int, int, int]) -> pd.DataFrame:
    """Days after the first of 2020, with how many receipts and results and how many of them known."""
    days = [FIRST + timedelta(days=day) for day, _, _ in counts]
    return pd.DataFrame(counts, columns=["day", "count", "known"]).assign(day=days)


@pytest.mark.parametrize(
    ("counts", "latest"),
    [
        ([(0, 1, 1), (20, 1, 1)], 20),
        ([(0, 1, 1), (300, 1, 1)], 300),  # one of two is not stray
        ([(0, 500, 500), (31, 1, 1)], 31),  # as far as may be
        ([(0, 500, 500), (32, 1, 1)], 0),
        ([(0, 500, 500), (32, 3, 3), (33, 3, 3)], 33),  # more than one in a hundred
        ([(0, 500, 500), (32, 1, 1), (90, 2, 2)], 0),
        ([(0, 5, 5), (20, 5, 0)], 0),  # later than their file
        ([(0, 5, 0), (20, 5, 0)], 20),  # all are: then the file is wrong
    ],
)
def test_the_latest_day_is_one_that_others_bear_out(counts: list[tuple[int, int, int]], latest: int) -> None:
    assert latest_of(by_day(*counts)) == FIRST + timedelta(days=latest)


def test_without_a_day_there_is_none() -> None:
    assert latest_of(by_day()) is None


@pytest.mark.parametrize("day", ["01/01/2202", "15/03/2029"])
def test_a_day_that_cannot_be_moves_nothing_and_is_told(tmp_path: Path, day: str) -> None:
    """A result in 2202 ended the charts; in 2029 it moved the whole report."""
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))
    (tmp_path / "raw").mkdir()
    rows = [f"h{number},1.001190,H45.18,Online,10/06/2020,12/06/2020" for number in range(9)]
    head = "Mã hồ sơ,Mã TTHC,Đơn vị,Hình thức nộp,Ngày nhận,Ngày trả"
    lines = [head, *rows, f"x,1.001190,H45.18,Online,10/06/2020,{day}"]
    (tmp_path / "raw/xuat-20200630.csv").write_text("\n".join(lines), encoding="utf-8")
    cleaning = clean_exports(tmp_path / "raw", reference, tmp_path / "processed", jobs=1)
    assert cleaning.latest_day == date(2020, 6, 12)
    assert cleaning.files["read"].item() == 10
    told = cleaning.left_out.astype(str).to_dict("records")
    assert [(one["file"], one["row"], one["column"]) for one in told] == [("xuat-20200630.csv", "11", "completed_at")]
