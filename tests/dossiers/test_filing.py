"""How a dossier was filed: its moment apart from the receipt, the proxy as a mere yes or no, all else unchanged."""

import csv
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from support.folders import write_reference
from support.in_process import cleaning_in_this_process
from support.small_exports import CATALOGUE, ROW, UNITS

from analysis.dossiers.stage import clean_exports
from analysis.exports.filing import code_gaps
from analysis.reference.tables import load_reference

NAME = "Nguyễn Thị Riêng"


def cleaned(folder: Path, *rows: dict[str, str], **others: list[dict[str, str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """dossiers.parquet and filings.parquet of exports whose columns are those that their rows have."""
    reference = load_reference(write_reference(folder / "reference", UNITS, CATALOGUE))
    (folder / "raw").mkdir()
    for name, lines in {"xuat_20200930": [*rows], **others}.items():
        whole = [ROW | {"Mã hồ sơ": f"H45-{place}"} | line for place, line in enumerate(lines)]
        with (folder / "raw" / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(whole[0]))
            writer.writeheader()
            writer.writerows(whole)
    with cleaning_in_this_process():
        clean_exports(folder / "raw", reference, folder / "processed", jobs=1)
    made = folder / "processed"
    return pd.read_parquet(made / "dossiers.parquet"), pd.read_parquet(made / "filings.parquet")


def test_the_day_of_filing_stands_apart_from_that_of_receipt(tmp_path: Path) -> None:
    dossiers, filings = cleaned(
        tmp_path,
        {"Ngày tiếp nhận": "10/06/2020 08:30", "Ngày nộp": "09/06/2020 21:15"},
        {"Ngày tiếp nhận": "10/06/2020 08:30", "Ngày nộp": "hôm qua"},
        {"Ngày tiếp nhận": "10/06/2020 08:30", "Ngày nộp": ""},
    )
    assert (dossiers["received_at"] == pd.Timestamp(2020, 6, 10, 8, 30)).all()
    told = filings.set_index("dossier_key").reindex(dossiers["dossier_key"])
    assert told["submitted_at"].tolist() == [pd.Timestamp(2020, 6, 9, 21, 15), pd.NaT, pd.NaT]
    assert told["submitted_unread"].tolist()[:2] == [False, True]
    assert len(filings) == 2  # what tells nothing has no row


def test_where_it_alone_is_told_it_is_the_day_of_receipt(tmp_path: Path) -> None:
    row = {"Ngày nộp": "09/06/2020 21:15"}
    (only := dict(ROW)).pop("Ngày tiếp nhận")
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))
    (tmp_path / "raw").mkdir()
    line = only | row
    text = ",".join(line) + "\n" + ",".join(line.values()) + "\n"
    (tmp_path / "raw/a.csv").write_text(text, encoding="utf-8")
    with cleaning_in_this_process():
        clean_exports(tmp_path / "raw", reference, tmp_path / "processed", jobs=1)
    assert pd.read_parquet(tmp_path / "processed/dossiers.parquet")["received_at"].tolist() == [
        pd.Timestamp(2020, 6, 9, 21, 15)
    ]
    assert pd.read_parquet(tmp_path / "processed/filings.parquet").empty


@pytest.mark.parametrize("heading", ["Nộp thay", "Người nộp thay", "UỶ QUYỀN", "Người được ủy quyền"])
def test_whoever_filed_for_another_is_a_mere_yes(tmp_path: Path, heading: str) -> None:
    dossiers, filings = cleaned(tmp_path, *({heading: cell} for cell in (NAME, "x", "Không", "", "0", "-", "1")))
    told = filings.set_index("dossier_key").reindex(dossiers["dossier_key"])["by_proxy"]
    assert told.tolist() == [True, True, False, False, False, False, True]
    for path in (tmp_path / "processed").parent.rglob("*"):
        if path.is_file() and "raw" not in path.parts:
            assert NAME.encode() not in path.read_bytes(), path


def test_neither_column_changes_a_dossier_or_the_ledger(tmp_path: Path) -> None:
    rows = [{}, {"Trạng thái": "Hỏng"}, {"Mã TTHC": "", "Đơn vị": ""}]
    for name in ("without", "with"):
        (tmp_path / name).mkdir()
    plain, nothing = cleaned(tmp_path / "without", *rows)
    further = {"Người nộp thay": NAME, "Thời gian nộp": "09/06/2020 10:00"}
    other, told = cleaned(tmp_path / "with", *(row | further for row in rows))
    assert nothing.empty
    assert len(told) == len(plain)
    pd.testing.assert_frame_equal(plain.drop(columns="dossier_key"), other.drop(columns="dossier_key"))
    for name in ("rejects.csv", "quality.csv", "unit_quality.csv", "flaws.csv"):
        assert (tmp_path / "with/processed" / name).read_bytes() == (tmp_path / "without/processed" / name).read_bytes()
    ledgers = [
        pd.read_csv(tmp_path / name / "processed/files.csv").drop(columns="sha256") for name in ("with", "without")
    ]
    pd.testing.assert_frame_equal(*ledgers)


def test_the_last_sight_tells_how_a_dossier_was_filed(tmp_path: Path) -> None:
    first = {"Mã hồ sơ": "H45-1", "Ngày nộp": "09/06/2020 10:00", "Nộp thay": "x"}
    later = first | {"Ngày nộp": "09/06/2020 11:00", "Nộp thay": ""}
    _, filings = cleaned(tmp_path, first, xuat_20201031=[later])
    assert filings[["submitted_at", "by_proxy"]].to_numpy().tolist() == [[pd.Timestamp(2020, 6, 9, 11), False]]


def test_codes_tell_which_dossier_was_filed_just_before() -> None:
    codes = ["H45-200609-0009", "H45-200609-0010", "H45-200609-0012", "H45-200610-0011", "X", "H45-200609-0011", None]
    times = ["08:00:00", "08:00:40", "08:00:50", "08:00:55", "08:01", None, "08:02"]
    moments = pd.to_datetime([f"2020-06-09 {time}" if time else None for time in times], format="mixed")
    found = code_gaps(pa.array(codes), pa.array(["a"] * 7), pa.array(moments).cast(pa.timestamp("us")))
    assert found.to_pylist() == [None, 40, None, None, None, None, None]
    days = pa.array([pd.Timestamp(2020, 6, 9)] * 7).cast(pa.timestamp("us"))
    assert code_gaps(pa.array(codes), pa.array(["a"] * 7), days).null_count == 7
