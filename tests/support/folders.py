"""Writes small reference folders and exports for tests, by hand and without the package under test."""

import csv
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[2] / "data/reference"

HEADINGS = (
    "Mã hồ sơ",
    "Họ tên người nộp",
    "Mã TTHC",
    "Cơ quan giải quyết",
    "Hình thức tiếp nhận",
    "Đối tượng",
    "Nguồn tiếp nhận",
    "Ngày tiếp nhận",
    "Ngày trả kết quả",
    "Trạng thái",
)
WORDS = {
    "online": "Trực tuyến",
    "counter": "Trực tiếp",
    "post": "Bưu chính công ích",
    "citizen": "Cá nhân",
    "agency": "Cơ quan nhà nước",
    "provincial_portal": "Cổng DVC tỉnh",
    "one_stop": "Một cửa điện tử",
    "paper": "Sổ giấy",
    "resolved": "Đã trả kết quả",
    "processing": "Đang xử lý",
    "withdrawn": "Rút hồ sơ",
    None: "",
}


def write_reference(folder: Path, units: list[dict[str, str]], catalogue: list[dict[str, str]]) -> Path:
    """A reference folder with these units and procedures, and the project's own decision and vocabulary."""
    (folder / "decisions").mkdir(parents=True)
    _write_csv(folder / "units.csv", [list(units[0]), *(list(unit.values()) for unit in units)])
    _write_csv(folder / "catalogue.csv", [list(catalogue[0]), *(list(row.values()) for row in catalogue)])
    shutil.copy(REFERENCE / "vocabulary.toml", folder)
    shutil.copy(REFERENCE / "decisions/766-qd-ubnd-2020.toml", folder / "decisions")
    return folder


def write_few_units(folder: Path, codes: Collection[str]) -> Path:
    """The project's reference folder with these units alone, and of the catalogue what they offer."""
    shutil.copytree(REFERENCE, folder)
    units = [unit for unit in read_csv(REFERENCE / "units.csv") if unit["unit_code"] in codes]
    assert len(units) == len(codes)
    offered = [row for row in read_csv(REFERENCE / "catalogue.csv") if row["unit_code"] in {"", *codes}]
    for name, rows in (("units.csv", units), ("catalogue.csv", offered)):
        _write_csv(folder / name, [list(rows[0]), *(list(row.values()) for row in rows)])
    return folder


def write_export(path: Path, dossiers: list[dict[str, Any]]) -> Path:
    """A plain CSV export of dossiers as ``support/independent.py`` takes them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_csv(path, [list(HEADINGS), *(export_line(number, dossier) for number, dossier in enumerate(dossiers))])
    return path


def export_line(number: int, dossier: dict[str, Any]) -> list[str]:
    """One dossier as a line under ``HEADINGS``; ``dossier_id`` may be given, else the number makes one."""
    return [
        dossier.get("dossier_id", f"H45-200701-{number:05}"),
        "Nguyễn Thị Thử Nghiệm",
        dossier["procedure_code"],
        dossier["unit_code"],
        *(WORDS[dossier[column]] for column in ("channel", "applicant", "source")),
        _moment(dossier["received_at"]),
        _moment(dossier["completed_at"]),
        WORDS[dossier["status"]],
    ]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _moment(moment: datetime | None) -> str:
    return f"{moment:%d/%m/%Y %H:%M}" if moment else ""


def _write_csv(path: Path, lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
