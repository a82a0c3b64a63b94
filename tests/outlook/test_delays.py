"""What is late, supplemented and refused, by cases small enough to check by eye; and which units stand out."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from support.folders import write_reference

from analysis.outlook.delays import DELAYS_COLUMNS, delays
from analysis.reference.tables import load_reference

DAY = date(2020, 9, 30)
OFFER = {
    **{"procedure_code": "1.000001.000.00.00.H45", "procedure_name": "Một", "field": "x", "tier": "district"},
    **{"unit_code": "", "level": "3", "valid_from": "2019-01-01", "valid_to": ""},
}


def _table(folder: Path, rows: list[dict[str, Any]], as_of: date = DAY, units: int = 2) -> pd.DataFrame:
    codes = [f"H45.{22 + number}" for number in range(units)]
    named = [
        {"unit_code": c, "unit_name": f"Huyện {c}", "tier": "district", "parent_code": "", "aliases": ""} for c in codes
    ]
    reference = load_reference(write_reference(folder / "reference", named, [OFFER]))
    blank = {"unit_code": "H45.22", "received_at": datetime(2020, 9, 1), "due_at": None, "completed_at": None}
    whole = pd.DataFrame([blank | {"status": "processing"} | row for row in rows])
    days = ["received_at", "due_at", "completed_at"]
    dossiers = ibis.memtable(whole.astype(dict.fromkeys(days, "datetime64[us]")))
    table = delays(dossiers, reference, reference.decision(""), as_of)
    assert list(table) == DELAYS_COLUMNS
    return table.set_index(["unit_code", "indicator"])


def _late(folder: Path, as_of: date = DAY, **cells: Any) -> tuple[int, int]:
    table = _table(folder, [cells], as_of)
    numerator, denominator = table.loc[("H45.22", "late"), ["numerator", "denominator"]]
    return int(numerator), int(denominator)


@pytest.mark.parametrize(
    ("due", "completed", "status", "expected"),
    [
        (datetime(2020, 9, 10, 8), datetime(2020, 9, 10, 17), "resolved", (0, 1)),  # on the due day is on time
        (datetime(2020, 9, 10, 17), datetime(2020, 9, 11, 8), "resolved", (1, 1)),
        (datetime(2020, 9, 10), None, "processing", (1, 1)),
        (datetime(2020, 9, 30, 8), None, "processing", (0, 1)),  # it may still make it
        (datetime(2020, 9, 29), None, "supplement", (1, 1)),
        (datetime(2020, 10, 5), None, "processing", (0, 1)),
        (datetime(2020, 9, 10), datetime(2020, 10, 2), "resolved", (1, 1)),  # not resolved yet on the as-of day
        (datetime(2020, 10, 1), datetime(2020, 10, 2), "resolved", (0, 1)),
        (datetime(2020, 9, 10), None, "resolved", (0, 1)),  # nobody knows on which day
        (datetime(2020, 9, 10), datetime(2020, 9, 12), "processing", (1, 1)),  # a result is a result
        (None, datetime(2020, 9, 12), "resolved", (0, 0)),
        (None, None, None, (0, 0)),
        (datetime(2020, 9, 10), None, "withdrawn", (0, 0)),
        (datetime(2020, 9, 10), None, "not_accepted", (0, 0)),
    ],
)
def test_late_is_after_the_due_day_or_open_past_it(
    tmp_path: Path, due: datetime | None, completed: datetime | None, status: str | None, expected: tuple[int, int]
) -> None:
    assert _late(tmp_path, due_at=due, completed_at=completed, status=status) == expected


def test_only_what_arose_in_the_period_and_was_known_counts(tmp_path: Path) -> None:
    due = datetime(2020, 1, 1)
    rows = [{"received_at": datetime(*day, 23), "due_at": due} for day in ((2019, 12, 31), (2020, 1, 1), (2020, 10, 1))]
    assert _table(tmp_path, rows).loc[("H45.22", "late"), "denominator"] == 1


def test_supplements_and_refusals_are_of_all_that_arose(tmp_path: Path) -> None:
    rows = [
        *({"status": "supplement"}, {"status": "supplement"}, {"status": None}),
        *({"status": "refused"}, {"status": "refused", "completed_at": datetime(2020, 9, 30, 9)}),
        *({"status": "refused", "completed_at": datetime(2020, 10, 1)}, {"status": "withdrawn"}),
    ]
    table = _table(tmp_path, rows)
    assert table.loc[("H45.22", "supplement"), ["numerator", "denominator"]].tolist() == [2, 6]
    assert table.loc[("H45.22", "refused"), ["numerator", "denominator"]].tolist() == [2, 6]


def test_every_unit_has_its_three_rows_without_dossiers_too(tmp_path: Path) -> None:
    table = _table(tmp_path, [{}])
    other = table.loc["H45.23"]
    assert other.index.tolist() == ["late", "supplement", "refused"]
    assert (other["denominator"] == 0).all()
    assert other["value"].isna().all()
    assert (other["verdict"] == "").all()
    assert (table["as_of"] == "2020-09-30").all()


def _refusals(unit: str, refused: int, others: int) -> list[dict[str, Any]]:
    return [{"unit_code": unit, "status": "refused"}] * refused + [{"unit_code": unit}] * others


def test_only_what_chance_does_not_explain_is_called_above_or_below(tmp_path: Path) -> None:
    rows = [
        *(*_refusals("H45.22", 3, 7), *_refusals("H45.23", 300, 700)),
        *(*_refusals("H45.24", 50, 950), *_refusals("H45.25", 9, 0)),
    ]
    table = _table(tmp_path, rows, units=5).xs("refused", level="indicator")
    assert table["verdict"].to_dict() == {
        **{"H45.22": "as_expected", "H45.23": "above", "H45.24": "below"},
        **{"H45.25": "", "H45.26": ""},
    }
    assert table["tier_share"].unique() == pytest.approx([362 / 2019])
    judged = table[table["verdict"] == "as_expected"]
    assert ((judged["lower"] <= judged["value"]) & (judged["value"] <= judged["upper"])).all()
    assert table.loc["H45.25", "value"] == 1
    assert np.isnan(table.loc["H45.26", "lower"])


def test_where_nobody_refuses_there_is_no_verdict(tmp_path: Path) -> None:
    assert (_table(tmp_path, [{}] * 20)["verdict"] == "").all()
