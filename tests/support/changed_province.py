"""A made-up province of 2020 that renames two units, merges ten, divides one and loses a tier in mid-year; and an
independent count of its attainment, in plain loops over dossiers.
"""

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from support.folders import write_reference
from support.independent import (
    WINDOWS,
    Dossier,
    Figure,
    Key,
    Offers,
    Row,
    arises,
    judge,
    months,
    readings,
    window_days,
)

COLUMNS = ("unit_code", "unit_name", "tier", "parent_code", "aliases", "valid_from", "valid_to")
MERGED_DAY, TIER_DAY, DIVIDED_DAY = "2020-04-15", "2020-07-01", "2020-09-01"
TEN = [f"H45.31.{number:02}" for number in range(1, 11)]
_LINES = [
    ("H45.01", "Sở Kế hoạch", "province", "", "", MERGED_DAY),  # renamed
    ("H45.02", "Sở Kế hoạch và Đầu tư", "province", "", MERGED_DAY, ""),
    ("H45.03", "Sở Y tế", "province", "", "", ""),
    ("H45.31", "Huyện Một", "district", "", "", TIER_DAY),
    ("H45.32", "Huyện Hai", "district", "", "", TIER_DAY),
    *((code, f"Xã Cũ {code[-2:]}", "commune", "H45.31", "", TIER_DAY) for code in TEN),  # merged
    ("H45.41", "Xã Mười", "commune", "", TIER_DAY, ""),
    ("H45.32.01", "Xã Tên Cũ", "commune", "H45.32", "", MERGED_DAY),  # renamed, then merged in the year
    ("H45.32.02", "Xã Tên Mới", "commune", "H45.32", MERGED_DAY, TIER_DAY),
    ("H45.42", "Phường Hai", "commune", "", TIER_DAY, DIVIDED_DAY),  # divided
    ("H45.32.03", "Xã Ba", "commune", "H45.32", "", DIVIDED_DAY),  # goes whole to where a part of another goes
    ("H45.43", "Xã Phần Một", "commune", "", DIVIDED_DAY, ""),
    ("H45.44", "Xã Phần Hai", "commune", "", DIVIDED_DAY, ""),
    ("H45.32.04", "Xã Yên", "commune", "H45.32", "", ""),
    ("H45.45", "Xã Giải thể", "commune", "", "", "2020-03-10"),  # ended, nobody's
    ("H45.46", "Xã Xưa", "commune", "", "", "2019-06-01"),  # ended before the period
]
UNITS: list[dict[str, str]] = [
    dict(zip(COLUMNS, (code, name, tier, parent, "", first, end), strict=True))
    for code, name, tier, parent, first, end in _LINES
]
SUCCESSORS = [
    ("H45.01", "H45.02", MERGED_DAY, "1"),
    *((code, "H45.41", TIER_DAY, "1") for code in TEN),
    ("H45.32.01", "H45.32.02", MERGED_DAY, "1.0"),
    ("H45.32.02", "H45.42", TIER_DAY, "1"),
    ("H45.42", "H45.43", DIVIDED_DAY, "0.6"),
    ("H45.42", "H45.44", DIVIDED_DAY, "2/5"),
    ("H45.32.03", "H45.44", DIVIDED_DAY, "1"),
]


def _offer(number: int, tier: str, unit: str, level: int, first: str = "2019-01-01", end: str = "") -> dict[str, str]:
    return {
        **{"procedure_code": code_of(number), "procedure_name": f"Thủ tục {number}", "field": "Thử nghiệm"},
        **{"tier": tier, "unit_code": unit, "level": str(level), "valid_from": first, "valid_to": end},
    }


def code_of(number: int) -> str:
    return f"1.{number:06d}.000.00.00.H45"


CATALOGUE = [
    _offer(1, "province", "H45.01", 3, end=MERGED_DAY),
    _offer(1, "province", "H45.02", 3, MERGED_DAY),
    _offer(2, "province", "H45.01", 4, end=MERGED_DAY),
    _offer(2, "province", "H45.02", 4, MERGED_DAY),
    _offer(3, "province", "H45.03", 3),
    _offer(4, "district", "", 3),
    _offer(5, "district", "", 4),
    _offer(6, "commune", "", 3),
    _offer(7, "commune", "", 4, "2020-08-01"),
    _offer(8, "commune", "", 3, end="2020-08-01"),
    _offer(8, "commune", "", 4, "2020-08-01"),
    _offer(9, "commune", "", 3),
    _offer(10, "commune", "", 3),
]
_PROCEDURES = {"province": (1, 2, 3), "district": (4, 5), "commune": (6, 7, 8, 9, 10)}


def write_changed(folder: Path) -> Path:
    """The reference folder of the province."""
    write_reference(folder, UNITS, CATALOGUE)
    with (folder / "successors.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("old_code", "new_code", "from", "share"), *SUCCESSORS])
    return folder


def made_dossiers(count: int, seed: int) -> list[Dossier]:
    """Dossiers under every name on every day, also where the unit was no more or was not yet."""
    drawn = random.Random(seed)
    found = []
    for number in range(count):
        unit = drawn.choice(UNITS)
        received = datetime(2020, 1, 1, 8) + timedelta(days=drawn.randrange(-40, 380), hours=drawn.randrange(10))
        done = received + timedelta(days=drawn.randrange(60)) if drawn.random() < 0.7 else None
        found.append(
            {
                **{"dossier_id": str(number), "unit_code": unit["unit_code"]},
                "procedure_code": code_of(drawn.choice(_PROCEDURES[unit["tier"]])),
                **{"level": drawn.choice([3, 3, 4, None]), "channel": drawn.choice(["online", "online", "counter"])},
                **{"applicant": drawn.choice(["citizen", "citizen", "agency"]), "received_at": received},
                **{"source": drawn.choice(["provincial_portal", "national_portal", "paper", None])},
                **{"status": drawn.choice(["resolved", "processing", "refused", "withdrawn"]), "completed_at": done},
            }
        )
    return found


def count_changed(
    dossiers: list[Dossier], targets: list[Row], period: tuple[date, date], as_of: date
) -> dict[Key, Figure]:
    """Every figure of ``attainment.csv``, each dossier followed by itself through what became of its unit."""
    day = min(as_of, period[1])
    counted = [{**d, "unit_code": whose(d["unit_code"], d["received_at"].date(), day)} for d in dossiers if arises(d)]
    offers: Any = _OffersOfTheDay(day)
    figures: dict[Key, Figure] = {}
    for group, codes in groups_on(day, period[0]).items():
        of_group = [dossier for dossier in counted if dossier["unit_code"] in codes]
        members = [{"unit_code": code} for code in codes]
        for month in months(period, as_of):
            for window in WINDOWS:
                first, last = window_days(window, month, period, as_of)
                inside = [dossier for dossier in of_group if first <= dossier["received_at"].date() <= last]
                for target in targets:
                    is_group = group == "ALL" or ":" in group
                    for reading, (over, under) in readings(target, inside, members, is_group, offers, last, as_of):
                        key = (target["id"], reading, group, window, f"{month:%Y-%m}")
                        figures[key] = judge(over, under, Fraction(target["minimum"]))
    return figures


def whose(unit: str, received: date, day: date, lines: Sequence[tuple[str, ...]] = tuple(SUCCESSORS)) -> str:
    """The unit whose series a dossier is of, as of a day: step by step through the successors."""
    known = [line for line in lines if line[2] <= day.isoformat()]
    while True:
        heirs = [line for line in known if line[0] == unit]
        if len(heirs) != 1:
            return unit  # it is there, ended without an heir, or was divided
        _, heir, since, _ = heirs[0]
        begins_anew = any(line[1] == heir and Fraction(line[3]) != 1 for line in known)
        if begins_anew and received.isoformat() < since:
            return unit
        unit = heir


def groups_on(day: date, first: date) -> dict[str, set[str]]:
    """The codes of each unit and group that has rows: those of the day, and what ended in the period."""
    there = {unit["unit_code"] for unit in UNITS if is_there(unit, day)}
    ended = {
        unit["unit_code"]
        for unit in UNITS
        if unit["valid_to"] and first.isoformat() < unit["valid_to"] <= day.isoformat()
        if whose(unit["unit_code"], date(2019, 1, 1), day) == unit["unit_code"]
    }
    every = {unit["unit_code"] for unit in UNITS}
    found = {code: {code} for code in there | ended} | {"ALL": every}
    for tier in ("province", "district", "commune"):
        found[f"TIER:{tier}"] = {unit["unit_code"] for unit in UNITS if unit["tier"] == tier}
    for district in (unit for unit in UNITS if unit["tier"] == "district" and unit["unit_code"] in there):
        own = district["unit_code"]
        found[f"AREA:{own}"] = {own} | {unit["unit_code"] for unit in UNITS if unit["parent_code"] == own}
    return found


def is_there(unit: Row, day: date) -> bool:
    """Whether the unit is there on a day, its own last one being the day before ``valid_to``."""
    text = day.isoformat()
    return bool(unit["valid_from"] <= text and (not unit["valid_to"] or text < unit["valid_to"]))


class _OffersOfTheDay:
    """What the catalogue gives to a series: what it gives to the units of the day whose dossiers are of it."""

    def __init__(self, day: date) -> None:
        self._day, self._plain = day, Offers(CATALOGUE)

    def to(self, series: Row, level: int, last: date) -> frozenset[str]:
        given: set[str] = set()
        for unit in self._bearers(series["unit_code"], last):
            given |= self._plain.to(unit, level, last)
        return frozenset(given)

    def _bearers(self, series: str, last: date) -> Iterable[Row]:
        for unit in UNITS:
            if is_there(unit, last) and whose(unit["unit_code"], last, self._day) == series:
                yield unit
