"""An independent count of the attainment by the made-up decision of 2025, in plain loops over single dossiers.

Every dossier is followed by itself to the series that holds it; nothing of the package is used.
"""

import csv
from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

from support.changed_province import whose
from support.independent import WINDOWS, Dossier, Figure, Key, Row, arises, judge, months, resolved, window_days
from support.wider_decision import punctual

PERIOD = (date(2025, 1, 1), date(2025, 12, 31))
MINIMA = {
    **{"toan-trinh": "0.70", "truc-tuyen": "0.70", "moi-ho-so": "0.60"},
    **{"thu-tuc": "0.50", "dung-han": "0.95", "cong-quoc-gia": "0.50"},
    "so-hoa": "0.75",
}
LEVELS = {"toan-trinh": {4}, "truc-tuyen": {3, 4}, "moi-ho-so": {2, 3, 4}}


class Province:
    """What the reference folder says, read as text, as of a day."""

    def __init__(self, folder: Path, as_of: date) -> None:
        self.units, self.catalogue = _read(folder / "units.csv"), _read(folder / "catalogue.csv")
        self.lines = [tuple(line.values()) for line in _read(folder / "successors.csv")]
        self.day = min(as_of, PERIOD[1])
        self._series: dict[tuple[str, date], str] = {}
        self._offers: dict[date, dict[str, set[str]]] = {}

    def series(self, unit: str, received: date) -> str:
        if (unit, received) not in self._series:
            self._series[unit, received] = whose(unit, received, self.day, self.lines)
        return self._series[unit, received]

    def groups(self) -> dict[str, set[str]]:
        """The codes of each unit and group that has rows: those of the day, and what ended in the period."""
        there = [unit for unit in self.units if is_there(unit, self.day)]
        ended = [
            unit
            for unit in self.units
            if PERIOD[0].isoformat() < unit["valid_to"] <= self.day.isoformat()
            if self.series(unit["unit_code"], PERIOD[0]) == unit["unit_code"]
        ]
        found = {unit["unit_code"]: {unit["unit_code"]} for unit in [*there, *ended]}
        found["ALL"] = {unit["unit_code"] for unit in self.units}
        for tier in ("province", "district", "commune"):
            found[f"TIER:{tier}"] = {unit["unit_code"] for unit in self.units if unit["tier"] == tier}
        for unit in there:
            if unit["tier"] == "district":
                own = unit["unit_code"]
                found[f"AREA:{own}"] = {own} | {one["unit_code"] for one in self.units if one["parent_code"] == own}
        return found

    def offered(self, series: str, last: date) -> set[str]:
        """The procedures of the levels 3 and 4 that the units of a series offer on a day."""
        if last not in self._offers:
            found: dict[str, set[str]] = defaultdict(set)
            lines = [row for row in self.catalogue if is_there(row, last) and row["level"] in "34"]
            for unit in (unit for unit in self.units if is_there(unit, last)):
                owner = unit["unit_code"] if unit["tier"] == "province" else ""
                given = (row for row in lines if (row["tier"], row["unit_code"]) == (unit["tier"], owner))
                found[self.series(unit["unit_code"], last)] |= {_short(row["procedure_code"]) for row in given}
            self._offers[last] = found
        return self._offers[last].get(series, set())


def count_scheme(dossiers: list[Dossier], folder: Path, as_of: date) -> dict[Key, Figure]:
    """Every figure of ``attainment.csv``."""
    province, of_series = Province(folder, as_of), defaultdict(list)
    for dossier in dossiers:
        if arises(dossier) and dossier["received_at"].date() <= as_of:
            of_series[province.series(dossier["unit_code"], dossier["received_at"].date())].append(dossier)
    figures = {}
    for group, members in province.groups().items():
        own = [(series, dossier) for series in members for dossier in of_series[series]]
        for month in months(PERIOD, as_of):
            for window in WINDOWS:
                first, last = window_days(window, month, PERIOD, as_of)
                for target, reading, over, under in _counted(own, members, province, first, last, as_of):
                    key = (target, reading, group, window, f"{month:%Y-%m}")
                    figures[key] = judge(over, under, Fraction(MINIMA[target]))
    return figures


def _counted(
    own: list[tuple[str, Dossier]], members: set[str], province: Province, first: date, last: date, as_of: date
) -> list[tuple[str, str, int, int]]:
    inside = [(series, one) for series, one in own if first <= one["received_at"].date() <= last]
    online = [(series, one) for series, one in inside if one["channel"] == "online"]
    found = []
    for target, levels in LEVELS.items():
        whole = sum(one["level"] in levels for _, one in inside)
        filed = [one for _, one in online if one["level"] in levels]
        found.append((target, "default", len(filed), whole))
        found.append((target, "resolved", sum(resolved(one, as_of) for one in filed), whole))
    given = set().union(*(province.offered(series, last) for series in members))
    hit = {_short(one["procedure_code"]) for _, one in online}
    found.append(("thu-tuc", "default", len(given & hit), len(given)))
    due = [one for _, one in own if one["due_at"] and first <= one["due_at"].date() <= last]
    for reading, rows in (("default", [one for _, one in inside]), ("due", due)):
        told = [punctual(one, as_of) for one in rows]
        found.append(("dung-han", reading, told.count(True), told.count(True) + told.count(False)))
    told = [one["digitised"] for _, one in inside if one["digitised"]]
    found.append(("so-hoa", "default", told.count("yes"), len(told)))
    known = [one for _, one in online if one["source"]]
    gateway = sum(one["source"] == "national_portal" for one in known)
    return [*found, ("cong-quoc-gia", "default", gateway, len(known))]


def is_there(line: Row, day: date) -> bool:
    """Whether a unit, or a line of the catalogue, holds on a day."""
    text = day.isoformat()
    return line["valid_from"] <= text and (not line["valid_to"] or text < line["valid_to"])


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _short(code: str) -> str:
    return ".".join(code.split(".")[:2])
