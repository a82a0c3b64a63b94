"""Exports of a few rows, cleaned: each row says only how it differs from a usual one."""

import csv
from pathlib import Path

import pandas as pd

from analysis.dossiers.stage import Cleaning, clean_exports
from analysis.reference.tables import load_reference
from support.folders import write_reference
from support.in_process import cleaning_in_this_process

UNITS = [
    {"unit_code": code, "unit_name": name, "tier": tier, "parent_code": parent, "aliases": aliases}
    for code, name, tier, parent, aliases in [
        ("H45.18", "Sở Xây dựng", "province", "", "SXD"),
        ("H45.19", "Sở Y tế", "province", "", ""),
        ("H45.22", "Huyện Đồng Xuân", "district", "", "UBND huyện Đồng Xuân"),
        ("H45.22.01", "Xã Xuân Lãnh", "commune", "H45.22", "Phường 1"),
        ("H45.22.02", "Xã Đa Lộc", "commune", "H45.22", "Phường 1"),
    ]
]
CATALOGUE = [
    {
        "procedure_code": code,
        "procedure_name": name,
        "field": "x",
        "tier": tier,
        "unit_code": unit,
        "level": level,
        "valid_from": first,
        "valid_to": end,
    }
    for code, name, tier, unit, level, first, end in [
        ("1.001190.000.00.00.H45", "Cấp giấy phép", "province", "H45.18", "3", "2019-01-01", "2020-07-01"),
        ("1.001190.000.00.00.H45", "Cấp giấy phép", "province", "H45.18", "4", "2020-07-01", ""),
        ("1.000002.000.00.00.H45", "Trùng tên", "province", "H45.18", "2", "2019-01-01", ""),
        ("1.000003.000.00.00.H45", "Trùng tên", "province", "H45.19", "2", "2019-01-01", ""),
        ("1.000004.000.00.00.H45", "Khai sinh", "commune", "", "3", "2020-03-01", ""),
    ]
]
ROW = {
    "Mã hồ sơ": "h1",
    "Mã TTHC": "1.001190",
    "Tên thủ tục": "",
    "Đơn vị": "Sở Xây dựng",
    "Hình thức nộp": "Trực tuyến",
    "Ngày tiếp nhận": "10/06/2020",
    "Ngày hẹn trả": "",
    "Ngày trả kết quả": "",
    "Trạng thái": "Đang xử lý",
    "Mức độ": "",
    "Đối tượng": "",
    "Nguồn": "",
}


def clean(folder: Path, **exports: list[dict[str, str]]) -> tuple[Cleaning, pd.DataFrame]:
    """Clean CSV exports of rows that differ from ``ROW`` as given; the ledger and the dossiers."""
    reference = load_reference(write_reference(folder / "reference", UNITS, CATALOGUE))
    (folder / "raw").mkdir()
    for name, rows in exports.items():
        write_rows(folder / "raw" / f"{name.replace('_', '-')}.csv", rows)
    with cleaning_in_this_process():
        cleaning = clean_exports(folder / "raw", reference, folder / "processed", jobs=1)
    return cleaning, pd.read_parquet(folder / "processed" / "dossiers.parquet")


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """A CSV export of rows that differ from ``ROW`` as given."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(ROW))
        writer.writeheader()
        writer.writerows(ROW | row for row in rows)
