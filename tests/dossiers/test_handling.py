"""How a dossier was handled: who took it in, how it was paid for, whether it was digitised; all else unchanged."""

import csv
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from support.folders import REFERENCE, read_csv, write_reference
from support.in_process import cleaning_in_this_process
from support.small_exports import CATALOGUE, ROW, UNITS

from analysis.dossiers.stage import clean_exports
from analysis.exports.handling import NOT_KNOWN, coded
from analysis.language.folding import fold
from analysis.reference.tables import load_reference
from analysis.reference.vocabulary import load_vocabulary

NAME = "Nguyễn Thị Riêng"
OTHER = UNITS[1]


def cleaned(folder: Path, *rows: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """dossiers.parquet, and what handling.parquet tells of each; the export's columns are those that its rows have."""
    reference = load_reference(write_reference(folder / "reference", UNITS, CATALOGUE))
    (folder / "raw").mkdir(parents=True)
    whole = [ROW | {"Mã hồ sơ": f"H45-{place}"} | line for place, line in enumerate(rows)]
    with (folder / "raw/xuat_20200930.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(whole[0]))
        writer.writeheader()
        writer.writerows(whole)
    with cleaning_in_this_process():
        clean_exports(folder / "raw", reference, folder / "processed", jobs=1)
    dossiers = pd.read_parquet(folder / "processed/dossiers.parquet").sort_values("row", ignore_index=True)
    told = pd.read_parquet(folder / "processed/handling.parquet").set_index("dossier_key")
    return dossiers, told.reindex(dossiers["dossier_key"])


def known(column: pd.Series) -> list[object]:
    return [None if pd.isna(value) else value for value in column]


@pytest.mark.parametrize(
    ("heading", "cells", "codes"),
    [
        (
            "Hình thức thanh toán",
            ["Trực tuyến", "Tiền mặt", "Miễn phí", None, "1"],
            ["online", "otherwise", "none", None, "?"],
        ),
        ("DuocThanhToanTrucTuyen", ["1", "2", "0", None, "1.0"], ["online", "online", "otherwise", None, "online"]),
        ("THANH TOÁN TRỰC TUYẾN", ["x", None, "X"], ["online", "otherwise", "online"]),
        ("Phương thức thanh toán", [NAME, "Chuyển khoản", "PayGov"], ["?", "otherwise", "online"]),
        ("Số hoá hồ sơ", ["Đã số hóa", "Chưa số hóa", "Có", None, "khác"], ["yes", "no", "yes", None, "?"]),
        ("HoSoCoThanhPhanSoHoa", ["1", "0", "1", None], ["yes", "no", "yes", None]),
        ("Đã số hóa", ["x", None, "x"], ["yes", "no", "yes"]),
        ("Được số hóa", ["x", None, "có"], ["?", None, "yes"]),
        ("Số hóa hồ sơ", [None, None], [None, None]),
    ],
)
def test_what_a_cell_says(heading: str, cells: list[str | None], codes: list[str | None]) -> None:
    words = load_vocabulary(REFERENCE / "vocabulary.toml")
    name, _ = words.filing[fold(heading)]
    found = coded(name, pa.array(cells, pa.string()), words.handled[name], words.mark).to_pylist()
    assert ["?" if one == NOT_KNOWN else one for one in found] == codes


def test_payment_is_told_by_either_column(tmp_path: Path) -> None:
    cells = [("Tiền mặt", "1", "Có"), ("", "1", "Không"), ("", "0", ""), ("", "", "Có")]
    headings = ("Hình thức thanh toán", "Thanh toán trực tuyến", "Số hóa hồ sơ")
    _, told = cleaned(tmp_path, *(dict(zip(headings, row, strict=True)) for row in cells))
    assert known(told["payment"]) == ["otherwise", "online", "otherwise", None]
    assert known(told["digitised"]) == [True, False, None, True]


def test_the_unit_that_took_it_in_is_not_the_one_that_resolves_it(tmp_path: Path) -> None:
    cells = [OTHER["unit_name"], OTHER["unit_code"], "Bộ phận một cửa", "", OTHER["unit_name"].upper()]
    dossiers, told = cleaned(tmp_path, *({"Cơ quan tiếp nhận": cell} for cell in cells))
    assert set(dossiers["unit_code"]) == {"H45.18"}
    assert known(told["received_by"]) == [OTHER["unit_code"], OTHER["unit_code"], None, None, OTHER["unit_code"]]


def test_it_is_no_column_of_units(tmp_path: Path) -> None:
    """An export that says who took its dossiers in and not who resolves them is none that can be counted."""
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))
    (line := dict(ROW)).pop("Đơn vị")
    line |= {"Mã hồ sơ": "H45-1", "Đơn vị tiếp nhận": OTHER["unit_name"]}
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/a.csv").write_text(",".join(line) + "\n" + ",".join(line.values()) + "\n", encoding="utf-8")
    with cleaning_in_this_process():
        clean_exports(tmp_path / "raw", reference, tmp_path / "processed", jobs=1)
    assert [row["status"] for row in read_csv(tmp_path / "processed/files.csv")] == ["quarantined"]


def test_the_ledger_has_what_was_understood_and_what_was_not(tmp_path: Path) -> None:
    cells = [("Trực tuyến", OTHER["unit_name"]), ("bằng gạo", NAME), ("", ""), ("Tiền mặt", "Tổ dân phố 3")]
    cleaned(tmp_path, *({"Hình thức thanh toán": way, "Nơi nộp hồ sơ": place} for way, place in cells))
    rows = read_csv(tmp_path / "processed/handling_files.csv")
    assert [(row["column"], row["told"], row["unread"]) for row in rows] == [
        ("payment", "2", "1"),
        ("received_by", "1", "2"),
    ]
    doubts = json.loads((tmp_path / "processed/clean.json").read_text(encoding="utf-8"))["doubts"]
    told = [one["details"] for one in doubts if one["kind"] == "handling_not_understood"]
    assert told == [["payment"], ["received_by"]]
    for path in (tmp_path / "processed").parent.rglob("*"):
        if path.is_file() and "raw" not in path.parts:
            assert NAME.encode() not in path.read_bytes(), path


def test_no_such_column_changes_a_dossier_or_the_ledger(tmp_path: Path) -> None:
    rows = [{}, {"Trạng thái": "Hỏng"}, {"Mã TTHC": "", "Đơn vị": ""}]
    further = {"Cơ quan tiếp nhận": OTHER["unit_name"], "Số hóa hồ sơ": "Có", "Hình thức thanh toán": "Tiền mặt"}
    plain, nothing = cleaned(tmp_path / "without", *rows)
    told_of, told = cleaned(tmp_path / "with", *(row | further for row in rows))
    names = [name for name in plain if name != "dossier_key"]
    pd.testing.assert_frame_equal(plain[names], told_of[names])
    assert nothing.isna().all(axis=None)
    assert told.notna().all(axis=None)
    ledgers = [read_csv(tmp_path / name / "processed/files.csv") for name in ("without", "with")]
    assert [{**row, "sha256": ""} for row in ledgers[0]] == [{**row, "sha256": ""} for row in ledgers[1]]
    for name in ("rejects.csv", "quality.csv", "filings.parquet"):
        one, other = (tmp_path / side / "processed" / name for side in ("without", "with"))
        assert one.read_bytes() == other.read_bytes(), name
