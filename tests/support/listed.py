"""A small province whose lists of procedures are made up with the truth known, written as portals write them; and what
is to be found in them, counted by plain loops over that truth, without the package under test.
"""

import csv
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

DAY, AS_OF = date(2020, 9, 28), date(2020, 9, 30)
NUMBER = "1234/QĐ-UBND"
UNITS = [
    {"unit_code": code, "unit_name": name, "tier": tier, "parent_code": parent, "aliases": ""}
    for code, name, tier, parent in [
        ("H45.18", "Sở Xây dựng", "province", ""),
        ("H45.19", "Sở Y tế", "province", ""),
        ("H45.20", "Sở Tư pháp", "province", ""),
        ("H45.22", "Huyện Đồng Xuân", "district", ""),
        ("H45.26", "Huyện Sông Hinh", "district", ""),
        ("H45.22.01", "Xã Xuân Lãnh", "commune", "H45.22"),
        ("H45.22.02", "Xã Đa Lộc", "commune", "H45.22"),
        ("H45.26.01", "Xã Ea Bar", "commune", "H45.26"),
    ]
]
_TIERS = {unit["unit_code"]: unit["tier"] for unit in UNITS}
_NAMES = {unit["unit_code"]: unit["unit_name"] for unit in UNITS}
_SAID = {"province": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
_HEAD = [
    *("STT", "Mã TTHC", "Tên TTHC", "Cấp thực hiện", "Cơ quan thực hiện"),
    *("Mức độ 2", "Mức độ 3", "Mức độ 4", "Tình trạng"),
]


@dataclass(frozen=True)
class Line:
    """One line of the portal's list: ``units`` that it names (none: every unit of the tier), several levels or one."""

    code: str
    tier: str
    units: tuple[str, ...]
    levels: tuple[int, ...]
    closed: bool = False


@dataclass
class Province:
    """``catalogue`` as the file has it, the portal's ``lines``, codes that are ``repealed``, and dossiers."""

    catalogue: list[dict[str, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    repealed: list[tuple[str, str]] = field(default_factory=list)  # code and tier
    dossiers: list[dict[str, Any]] = field(default_factory=list)
    bad_codes: int = 0


def make_province(seed: int, procedures: int = 120) -> Province:
    """Procedures of all tiers; most are on the portal, some at another level, twice, closed, or not at all."""
    chance, made = random.Random(seed), Province(bad_codes=3)
    for number in range(procedures):
        code = f"{chance.choice('12')}.{chance.randrange(1000):03d}{number:03d}"
        tier = chance.choice([*_SAID])
        owner = chance.choice([one for one, own in _TIERS.items() if own == tier]) if tier == "province" else ""
        level = chance.choice([2, 3, 3, 4, 4])
        _assign(made, chance, code, tier, owner, level)
        _offer(made, chance, code, tier, owner, level)
    for number in range(300):
        row = chance.choice(made.catalogue)
        units = [row["unit_code"]] if row["unit_code"] else [one for one in _TIERS if _TIERS[one] == row["tier"]]
        made.dossiers.append(_dossier(chance, row["procedure_code"], chance.choice(units), number))
    return made


def _assign(made: Province, chance: random.Random, code: str, tier: str, owner: str, level: int) -> None:
    """In the catalogue now with a step of levels, not yet, no longer, or never."""
    fate = chance.random()
    spans = [("2020-01-01", "", level)]
    if fate < 0.15 and level > 2:
        spans = [("2020-01-01", "2020-06-01", level - 1), ("2020-06-01", "", level)]
    elif fate < 0.3:
        spans = [("2020-01-01", "2020-08-01", level)]
    elif fate < 0.4:
        spans = [("2020-09-29", "", level)]
    for first, end, of_span in spans:
        made.catalogue.append(
            {
                **{"procedure_code": f"{code}.000.00.00.H45", "procedure_name": f"Thủ tục {code[-3:]}", "field": "x"},
                **{"tier": tier, "unit_code": owner, "level": str(of_span), "valid_from": first, "valid_to": end},
            }
        )


def _offer(made: Province, chance: random.Random, code: str, tier: str, owner: str, level: int) -> None:
    fate, units = chance.random(), (owner,) if owner else ()
    if not owner and chance.random() < 0.3:
        units = (chance.choice([one for one, own in _TIERS.items() if own == tier]),)
    if fate < 0.5:
        made.lines.append(Line(code, tier, units, (level,)))
    elif fate < 0.65:
        made.lines.append(Line(code, tier, units, (max(level - 1, 2),)))
    elif fate < 0.72:
        made.lines.append(Line(code, tier, units, ()))
    elif fate < 0.78:
        made.lines += [Line(code, tier, units, (3,)), Line(code, tier, units, (4,))]
    elif fate < 0.84:
        made.lines.append(Line(code, tier, units, (3, 4)))
    elif fate < 0.9:
        made.lines.append(Line(code, tier, units, (level,), closed=True))
    if chance.random() < 0.15:
        made.repealed.append((code, tier))


def _dossier(chance: random.Random, code: str, unit: str, number: int) -> dict[str, Any]:
    received = datetime(2020, chance.randrange(1, 10), chance.randrange(1, 29), 9)
    return {
        **{"dossier_id": str(number), "unit_code": unit, "procedure_code": code, "tier": _TIERS[unit], "level": 3},
        **{"received_at": received, "completed_at": received, "channel": chance.choice(["online", "counter"])},
        **{"applicant": "citizen", "source": "provincial_portal"},
        "status": chance.choice(["resolved", "resolved", "withdrawn"]),
    }


def write_portal(made: Province, path: Path, seed: int) -> None:
    """The portal's list with title lines, a line of numbers, groups, codes as people mangle them, and marks."""
    chance = random.Random(seed)
    rows: list[list[str]] = [["ỦY BAN NHÂN DÂN TỈNH"], ["Danh sách thủ tục trên Cổng dịch vụ công"]]
    rows += [[f"Tính đến ngày {DAY:%d/%m/%Y}"], [], _HEAD, [f"({number})" for number in range(1, len(_HEAD) + 1)]]
    for number, line in enumerate(made.lines, 1):
        if number % 9 == 1:
            rows.append([f"{number}. Lĩnh vực Đất đai"])
        marks = ["x" if level in line.levels else "" for level in (2, 3, 4)]
        units = "; ".join(_NAMES[unit] for unit in line.units)
        state = chance.choice(["Không công khai", "Hết hiệu lực"]) if line.closed else "Công khai"
        rows.append([str(number), _mangled(line.code, chance), "Tên", _SAID[line.tier], units, *marks, state])
    bad = [[str(n), f"2.{n}", "Tên", "Cấp xã", "", "", "x", "", "Công khai"] for n in range(made.bad_codes)]
    _write(path, [*rows, *[[*row[:1], "không rõ", *row[2:]] for row in bad], ["Tổng cộng"]])


def write_publication(made: Province, path: Path) -> None:
    """A decision's list: what stands first, then under a line of its own what is repealed."""
    rows = [["DANH MỤC THỦ TỤC HÀNH CHÍNH"], [f"(Kèm theo Quyết định số {NUMBER} ngày 10/8/2020)"]]
    rows += [["STT", "Mã TTHC", "Tên TTHC", "Cấp thực hiện"], ["B. Thủ tục hành chính bị bãi bỏ"]]
    rows += [[str(number), code, "Tên", _SAID[tier]] for number, (code, tier) in enumerate(made.repealed, 1)]
    _write(path, rows)


def _mangled(code: str, chance: random.Random) -> str:
    forms = [code, f"{code}.000.00.00.H45", code.replace(".", ""), f"{code[:5]}.{code[5:]}", f" {code}\n"]
    return chance.choice(forms)


def _write(path: Path, rows: list[list[str]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Bìa").write(0, 0, "Kính gửi")
        sheet = book.add_worksheet("Danh sách")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        sheet.merge_range(0, 0, 0, 4, rows[0][0])


def counted(made: Province) -> dict[str, dict[str, int]]:
    """Per unit: the counts of ``catalogue_on_portal``."""
    found = {}
    for unit, tier in _TIERS.items():
        given = _given(made, unit, DAY)
        there: dict[str, set[int]] = defaultdict(set)
        unclear, covered = set(), False
        for line in made.lines:
            if len(line.levels) > 1 and not line.closed:
                unclear.add(line.code)  # nobody can say whose
                continue
            if line.tier != tier or (line.units and unit not in line.units):
                continue
            covered = True
            if not line.closed:
                there[line.code] |= {*line.levels}
        aside = {code for code, levels in there.items() if len(levels) > 1} | (unclear & _ever(made, unit))
        repealed = {code for code, of_tier in made.repealed if of_tier == tier and _owned(made, unit, code)}
        if covered:
            found[unit] = _tally(given, there, aside, repealed) | {"filed_not_offered": _filed(made, unit)}
    return found


def _tally(given: dict[str, int], there: dict[str, set[int]], aside: set[str], repealed: set[str]) -> dict[str, int]:
    a, p = {*given} - aside, {*there} - aside
    return {
        **{"assigned": len(a), "on_portal": len(p), "both": len(a & p), "missing": len(a - p), "extra": len(p - a)},
        "wrong_level": sum(bool(there[code]) and max(there[code]) < given[code] for code in a & p),
        "unlevelled": sum(not there[code] for code in a & p),
        **{"repealed_open": len(p & repealed), "aside": len(aside)},
        "right": sum(bool(there[code]) and max(there[code]) >= given[code] for code in a & p),
    }


def _given(made: Province, unit: str, day: date) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in made.catalogue:
        mine = row["unit_code"] == unit or (not row["unit_code"] and row["tier"] == _TIERS[unit])
        if mine and row["valid_from"] <= day.isoformat() and (not row["valid_to"] or day.isoformat() < row["valid_to"]):
            found[row["procedure_code"][:8]] = int(row["level"])
    return found


def _ever(made: Province, unit: str) -> set[str]:
    """What the catalogue gives to a unit on any day."""
    return {
        row["procedure_code"][:8]
        for row in made.catalogue
        if row["unit_code"] == unit or (not row["unit_code"] and row["tier"] == _TIERS[unit])
    }


def _owned(made: Province, unit: str, code: str) -> bool:
    """Whether a decision's line of the unit's tier is the unit's: of departments by the catalogue."""
    return _TIERS[unit] != "province" or code in _ever(made, unit)


def _filed(made: Province, unit: str) -> int:
    return sum(
        dossier["unit_code"] == unit
        and dossier["status"] != "withdrawn"
        and dossier["procedure_code"][:8] not in _given(made, unit, dossier["received_at"].date())
        for dossier in made.dossiers
    )
