"""An independent count of the attainment, in plain Python, straight from contract §5.

It shares no code with ``analysis`` and is meant to be obviously right: every figure comes from
looking at single dossiers. Tests hold the real measures against it, row for row.

A dossier is a dict: unit_code, procedure_code, level (the effective one: a number or None), channel,
applicant, source, status (a code, or None or "" where unknown), received_at and completed_at (datetime,
date or None). Units, catalogue and targets are the rows of the reference files as csv and tomllib
give them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import count
from typing import Any

Dossier = dict[str, Any]
Row = dict[str, Any]
Key = tuple[str, str, str, str, str]  # target, reading, unit or group, window, month
Figure = tuple[int, int, int, str]  # numerator, denominator, shortfall, status

WINDOWS = ("month", "quarter", "to_date")
THROUGH_THE_PORTAL = ("provincial_portal", "national_portal", "one_stop")


def count_attainment(
    dossiers: list[Dossier],
    units: list[Row],
    catalogue: list[Row],
    targets: list[Row],
    period: tuple[date, date],
    as_of: date,
) -> dict[Key, Figure]:
    """Every figure of ``attainment.csv`` for the decision's ``targets`` and ``period`` (both days inclusive)."""
    arising = sorted((d for d in dossiers if arises(d)), key=_received)
    offers = Offers(catalogue)
    minimums = {target["id"]: Fraction(target["minimum"]) for target in targets}
    figures: dict[Key, Figure] = {}
    for group, members in groups(units).items():
        codes = {unit["unit_code"] for unit in members}
        of_group = [dossier for dossier in arising if dossier["unit_code"] in codes]
        days = [_received(dossier) for dossier in of_group]
        for month in months(period, as_of):
            for window in WINDOWS:
                first, last = window_days(window, month, period, as_of)
                inside = of_group[bisect_left(days, first) : bisect_right(days, last)]
                is_group = group not in codes
                for target in targets:
                    for reading, (numerator, denominator) in readings(
                        target, inside, members, is_group, offers, last, as_of
                    ):
                        key = (target["id"], reading, group, window, f"{month:%Y-%m}")
                        figures[key] = judge(numerator, denominator, minimums[target["id"]])
    return figures


def effective_level(
    catalogue: list[Row], procedure_code: str, unit: Row, day: date, own_level: int | None
) -> tuple[int | None, str | None]:
    """A dossier's level and where it comes from: the catalogue on the day of receipt, else the export's row."""
    rows = [row for row in catalogue if _same(row["procedure_code"], procedure_code)]
    of_unit = [row for row in rows if _gives(row, unit)]
    for row in of_unit or rows:
        if _valid(row, day):
            return int(row["level"]), "catalogue"
    return own_level, None if own_level is None else "export"


def groups(units: list[Row]) -> dict[str, list[Row]]:
    """Every unit by itself, and the groups ALL, TIER:* and AREA:* (a district with its communes)."""
    members = {unit["unit_code"]: [unit] for unit in units}
    members["ALL"] = list(units)
    for tier in ("province", "district", "commune"):
        members[f"TIER:{tier}"] = [unit for unit in units if unit["tier"] == tier]
    for district in units:
        if district["tier"] == "district":
            code = district["unit_code"]
            members[f"AREA:{code}"] = [district] + [unit for unit in units if unit["parent_code"] == code]
    return members


def months(period: tuple[date, date], as_of: date) -> list[date]:
    """The first days of all months from the decision's first to that of the as-of day, inside the period."""
    listed = []
    month = period[0].replace(day=1)
    while month <= min(as_of, period[1]):
        listed.append(month)
        month = _next_month(month)
    return listed


def window_days(window: str, month: date, period: tuple[date, date], as_of: date) -> tuple[date, date]:
    """First and last day of a window (both inclusive)."""
    last = min(_next_month(month) - timedelta(days=1), as_of, period[1])
    if window == "month":
        return month, last
    if window == "quarter":
        return month.replace(month=(month.month - 1) // 3 * 3 + 1), last
    return period[0], last


def arises(dossier: Dossier) -> bool:
    """Whether a dossier counts as arisen on the day of its receipt."""
    return dossier["status"] not in ("withdrawn", "not_accepted")


def resolved(dossier: Dossier, as_of: date) -> bool:
    """Whether a dossier is resolved, as far as is known on the as-of day."""
    if dossier["completed_at"]:
        return _day(dossier["completed_at"]) <= as_of
    return dossier["status"] in ("resolved", "refused")


def judge(numerator: int, denominator: int, minimum: Fraction) -> Figure:
    """Numerator and denominator with the shortfall, tried one by one, and the verdict."""
    if denominator == 0:
        return numerator, denominator, 0, "not_applicable"
    # Fraction(numerator + k, denominator) >= minimum, multiplied out so that the search is quick.
    part, whole = minimum.as_integer_ratio()
    needed = next(
        k
        for k in count(max(0, part * denominator // whole - numerator - 1))
        if (numerator + k) * whole >= part * denominator
    )
    return numerator, denominator, needed, "not_attained" if needed else "attained"


def readings(
    target: Row, inside: list[Dossier], members: list[Row], is_group: bool, offers: "Offers", last: date, as_of: date
) -> Iterable[tuple[str, tuple[int, int]]]:
    """Each reading that touches a target's measure, with its numerator and denominator."""
    if target["measure"] == "dossiers_online":
        return _dossiers_online(target, inside, as_of).items()
    if target["measure"] == "procedures_online":
        return _procedures_online(target["level"], inside, members, is_group, offers, last).items()
    return _dossiers_via_portal(inside).items()


def _dossiers_online(target: Row, inside: list[Dossier], as_of: date) -> dict[str, tuple[int, int]]:
    base = [dossier for dossier in inside if dossier["level"] == target["level"]]
    if target.get("scope") == "agency":
        base = [dossier for dossier in base if dossier["applicant"] == "agency"]
    online = [dossier for dossier in base if dossier["channel"] == "online"]
    done = sum(resolved(dossier, as_of) for dossier in online)
    by_post = sum(dossier["channel"] == "post" for dossier in base)
    return {
        "default": (done, len(base)),
        "received": (len(online), len(base)),
        "online_base": (done, len(online)),
        "no_post": (done, len(base) - by_post),
    }


def _procedures_online(
    level: int, inside: list[Dossier], members: list[Row], is_group: bool, offers: "Offers", last: date
) -> dict[str, tuple[int, int]]:
    given = {unit["unit_code"]: offers.to(unit, level, last) for unit in members}
    once = set().union(*given.values())
    pairs = {(code, procedure) for code, procedures in given.items() for procedure in procedures}
    any_channel = {(dossier["unit_code"], _short(dossier["procedure_code"])) for dossier in inside}
    online = {
        (dossier["unit_code"], _short(dossier["procedure_code"]))
        for dossier in inside
        if dossier["channel"] == "online"
    }
    active_procedures = once & {procedure for _, procedure in any_channel}
    online_procedures = once & {procedure for _, procedure in online}
    figures = {
        "default": (len(online_procedures), len(once)),
        "active_base": (len(online_procedures), len(active_procedures)),
        "any_channel": (len(active_procedures), len(once)),
    }
    if is_group:
        figures["pairs"] = (len(pairs & online), len(pairs))
    return figures


def _dossiers_via_portal(inside: list[Dossier]) -> dict[str, tuple[int, int]]:
    sources = [dossier["source"] for dossier in inside if dossier["source"]]
    through = sum(source in THROUGH_THE_PORTAL for source in sources)
    provincial = sum(source == "provincial_portal" for source in sources)
    return {"default": (through, len(sources)), "provincial_only": (provincial, len(sources))}


class Offers:
    """Which procedures the catalogue gives to a unit at a level on a day; remembers its answers."""

    def __init__(self, catalogue: list[Row]) -> None:
        self._catalogue = catalogue
        self._known: dict[tuple[Any, ...], frozenset[str]] = {}

    def to(self, unit: Row, level: int, day: date) -> frozenset[str]:
        # Districts (and communes) all have the same procedures; only a department's are its own.
        own = unit["unit_code"] if unit["tier"] == "province" else ""
        return self._once((unit["tier"], own, level, day), lambda row: _gives(row, unit))

    def _once(self, key: tuple[Any, ...], gives: Callable[[Row], bool]) -> frozenset[str]:
        if key not in self._known:
            _, _, level, day = key
            self._known[key] = frozenset(
                _short(row["procedure_code"])
                for row in self._catalogue
                if row["level"] == str(level) and gives(row) and _valid(row, day)
            )
        return self._known[key]


def _gives(row: Row, unit: Row) -> bool:
    """Whether a catalogue row is a unit's: the department's own, or its whole tier's."""
    if unit["tier"] == "province":
        return bool(row["unit_code"] == unit["unit_code"])
    return bool(row["tier"] == unit["tier"])


def _valid(row: Row, day: date) -> bool:
    """Half-open validity; ISO days compare as text."""
    return bool(row["valid_from"] <= day.isoformat() and (row["valid_to"] == "" or day.isoformat() < row["valid_to"]))


@cache
def _short(code: str) -> str:
    """The first two groups of a procedure code, by which codes match."""
    return ".".join(code.split(".")[:2])


def _same(one: str, other: str) -> bool:
    return _short(one) == _short(other)


def _received(dossier: Dossier) -> date:
    return _day(dossier["received_at"])


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)
