"""The table of a unit's procedures: true counts, and beside them what may be told after what has been told."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest
from support.folders import write_reference

from analysis.language.problems import RunProblem
from analysis.outlook import procedures as outlook
from analysis.outlook.procedures import TOLD_COLUMNS, procedures
from analysis.outlook.stage import read_told
from analysis.reference.tables import load_reference
from analysis.statistics.successive import told

UNIT = {"unit_code": "H45.18", "unit_name": "Sở Xây dựng", "tier": "province", "parent_code": "", "aliases": ""}


def _code(number: int) -> str:
    return f"1.{number:06d}.000.00.00.H45"


def _offer(number: int, level: int, first: str = "2019-01-01", end: str = "") -> dict[str, str]:
    return {
        **{"procedure_code": _code(number), "procedure_name": f"Thủ tục {number}", "field": "x"},
        **{"tier": "province", "unit_code": "H45.18", "level": str(level), "valid_from": first, "valid_to": end},
    }


def _dossiers(count: int, code: str, level: int | None, channel: str = "counter", **other: Any) -> list[dict[str, Any]]:
    row = {"unit_code": "H45.18", "procedure_code": code, "level": level, "channel": channel, "status": "processing"}
    return [row | {"received_at": datetime(2020, 3, 5), "completed_at": None} | other for _ in range(count)]


def _table(
    folder: Path, rows: list[dict[str, Any]], as_of: date = date(2020, 9, 30), told: pd.DataFrame | None = None
) -> pd.DataFrame:
    catalogue = [
        *(_offer(1, 3, end="2020-07-01"), _offer(1, 4, "2020-07-01"), _offer(2, 3), _offer(3, 2), _offer(4, 4)),
        *(_offer(5, 3, end="2020-08-01"), *(_offer(number, 3) for number in (6, 7, 8, 9))),
    ]
    reference = load_reference(write_reference(folder / "reference", [UNIT], catalogue))
    types = {"level": "Int64", "received_at": "datetime64[us]", "completed_at": "datetime64[us]"}
    table = ibis.memtable(pd.DataFrame(rows).astype(types))
    found = procedures(table, reference, reference.decision(""), as_of, told)
    return found.set_index(found["procedure_key"].rename(None))


def test_the_table_has_what_received_dossiers_and_what_is_offered_online(tmp_path: Path) -> None:
    rows = [
        *_dossiers(7, _code(1), 3, "online"),
        *_dossiers(6, _code(1), 4, received_at=datetime(2020, 7, 3)),
        *_dossiers(5, _code(1), 4, received_at=datetime(2020, 10, 1)),
        *_dossiers(5, _code(1), 3, status="withdrawn"),
        *_dossiers(8, _code(3), 2),
        *_dossiers(9, "=9.999999", 4, "online"),
        *_dossiers(5, _code(5), 3),
    ]
    table = _table(tmp_path, rows)
    assert table[["dossiers", "online"]].to_dict("index") == {
        "1.000001": {"dossiers": 13, "online": 7},
        "1.000002": {"dossiers": 0, "online": 0},
        "1.000003": {"dossiers": 8, "online": 0},
        "1.000004": {"dossiers": 0, "online": 0},
        "1.000005": {"dossiers": 5, "online": 0},
        **{f"1.00000{number}": {"dossiers": 0, "online": 0} for number in (6, 7, 8, 9)},
        "'=9.999999": {"dossiers": 9, "online": 9},
    }
    levels = {"1.000001": 4, "1.000002": 3, "1.000003": 2, "1.000004": 4, "1.000005": 0, "'=9.999999": 0}
    assert table["level"].fillna(0).to_dict() == {
        **levels,
        **dict.fromkeys([f"1.00000{number}" for number in (6, 7, 8, 9)], 3),
    }
    assert table.loc["1.000002", "procedure_name"] == "Thủ tục 2"
    assert table.loc["'=9.999999", "procedure_name"] == ""


def test_the_catalogue_says_in_which_months_a_procedure_could_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Level 3 until June and 4 from July on; level 3 until July, then none. What arose all the same was possible."""
    seen = []
    monkeypatch.setattr(outlook, "told", lambda *args: (seen.append(args[3]), told(*args))[1])
    late = _dossiers(1, _code(5), 3, received_at=datetime(2020, 9, 2))
    _table(tmp_path, [*_dossiers(6, _code(1), 3), *_dossiers(6, _code(1), 4), *_dossiers(9, "9.999999", 4), *late])
    rows = seen[0].itertuples(index=False)
    assert {(row.procedure_key, row.group, row.slot) for row in rows} == {
        *(("1.000001", 3, slot) for slot in range(6, 12)),
        *(("1.000001", 4, slot) for slot in (0, 1, 3, 4, 5)),
        *(("1.000005", 3, slot) for slot in (7, 9, 10, 11)),
    }


def _busy(month: int, *counts: int) -> list[dict[str, Any]]:
    """Dossiers of the procedures 2 and 6 to 9 in a month, as many online as otherwise."""
    received = datetime(2020, month, 5)
    return [
        row
        for number, count in zip((2, 6, 7, 8, 9), counts, strict=True)
        for channel in ("online", "counter")
        for row in _dossiers(count, _code(number), 3, channel, received_at=received)
    ]


def test_what_was_told_stands_with_its_day_until_it_has_grown(tmp_path: Path) -> None:
    march = [*_busy(2, 9, 8, 7, 6, 9), *_busy(3, 9, 8, 7, 6, 9)]
    first = _table(tmp_path / "1", march, date(2020, 3, 31))
    assert first.loc["1.000002", ["told", "told_online", "told_on"]].tolist() == [36, 18, "2020-03-31"]
    april = [*march, *_busy(4, 1, 9, 8, 7, 9)]
    second = _table(tmp_path / "2", april, date(2020, 4, 30), first)
    assert second.loc["1.000002", ["dossiers", "told", "told_on"]].tolist() == [38, 36, "2020-03-31"]
    assert second.loc["1.000006", ["dossiers", "told", "told_on"]].tolist() == [50, 50, "2020-04-30"]
    again = _table(tmp_path / "3", april, date(2020, 4, 30), pd.concat([first, second]))
    pd.testing.assert_frame_equal(again, second)
    may = _table(tmp_path / "4", [*april, *_busy(5, 6, 6, 6, 6, 9)], date(2020, 5, 31), pd.concat([first, second]))
    assert may.loc["1.000002", ["dossiers", "told", "told_on"]].tolist() == [50, 50, "2020-05-31"]


def test_without_what_was_told_before_the_same_count_is_told_at_once(tmp_path: Path) -> None:
    rows = [*_busy(2, 9, 8, 7, 6, 9), *_busy(3, 9, 8, 7, 6, 9), *_busy(4, 1, 9, 8, 7, 9)]
    assert _table(tmp_path, rows, date(2020, 4, 30)).loc["1.000002", "told"] == 38


def test_what_another_decision_told_does_not_count(tmp_path: Path) -> None:
    rows = [*_busy(2, 9, 8, 7, 6, 9), *_busy(3, 9, 8, 7, 6, 9)]
    first = _table(tmp_path / "1", rows, date(2020, 3, 31))
    other = first.assign(told=35, decision="khác")
    pd.testing.assert_frame_equal(_table(tmp_path / "2", rows, date(2020, 3, 31), other), first)


def test_a_published_file_that_is_altered_stops_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "2020-03" / "open-data"
    folder.mkdir(parents=True)
    assert read_told(tmp_path) is None
    (folder / "procedure_counts.csv").write_text("decision,unit_code\n1,2\n", encoding="utf-8")
    with pytest.raises(RunProblem, match=r"procedure_counts\.csv is not as the run left it"):
        read_told(tmp_path)
    (folder / "procedure_counts.csv").write_text(f"{','.join(TOLD_COLUMNS)}\na,b,c,9,,2020-03-31\n", "utf-8-sig")
    told = read_told(tmp_path)
    assert told is not None
    assert told[["told", "told_on"]].values.tolist() == [[9, "2020-03-31"]]
