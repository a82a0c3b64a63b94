"""Dossiers as an office would count them, in plain Python: lines of counts by unit, month and what else is asked."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from support.independent import Dossier, arises, resolved
from support.wider_decision import punctual

WORDS = {"online": "Trực tuyến", "counter": "Trực tiếp", "post": "Bưu chính", None: ""}
WORDS |= {"agency": "Cơ quan nhà nước", "citizen": "Cá nhân", "business": "Doanh nghiệp", "organisation": "Tổ chức"}
WORDS |= {"provincial_portal": "Cổng DVC tỉnh", "national_portal": "Cổng DVC quốc gia", "one_stop": "Một cửa điện tử"}
WORDS |= {"ministry_system": "Phần mềm bộ ngành", "paper": "Sổ giấy"}
HEADINGS = {
    "unit_code": "Đơn vị",
    "procedure_code": "Mã TTHC",
    "level": "Mức độ",
    "channel": "Hình thức nộp",
    "applicant": "Đối tượng",
    "source": "Nguồn",
    "month": "Tháng",
    "received": "Số hồ sơ phát sinh",
    "resolved": "Đã giải quyết",
    "on_time": "Đúng hạn",
    "late": "Trễ hạn",
}
PARTS = ("procedure_code", "level", "channel", "applicant", "source")
FIGURES = ("received", "resolved", "on_time", "late")
Line = dict[str, Any]


def count_lines(dossiers: list[Dossier], as_of: date, parts: Sequence[str] = PARTS) -> list[Line]:
    """One line per unit, month and value of the ``parts``, counted dossier by dossier."""
    found: dict[tuple[Any, ...], Line] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    for dossier in dossiers:
        if not arises(dossier) or dossier["received_at"].date() > as_of:
            continue
        key = (dossier["unit_code"], f"{dossier['received_at']:%Y-%m}", *(dossier[name] for name in parts))
        line = found[key]
        line["received"] += 1
        line["resolved"] += resolved(dossier, as_of)
        in_time = punctual({"due_at": None} | dossier, as_of)
        line["on_time"] += in_time is True
        line["late"] += in_time is False
    names = ("unit_code", "month", *parts)
    return [dict(zip(names, key, strict=True)) | line for key, line in found.items()]


def write_counts(path: Path, lines: list[Line], columns: Sequence[str] = tuple(HEADINGS)) -> Path:
    """A CSV of the lines with these columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([HEADINGS[name] for name in columns])
        writer.writerows([[WORDS.get(line[name], line[name]) for name in columns] for line in lines])
    return path
