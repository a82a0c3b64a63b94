"""A made-up decision whose targets count levels together, at any level, on time, paid online and digitised, and an
independent count of it.

Plain loops over single dossiers, as ``support.independent``; dossiers have ``due_at``, ``payment`` and
``digitised`` too.
"""

import random
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from analysis.measures.attainment import attain
from analysis.reference.tables import Reference
from support.independent import WINDOWS, Dossier, Row, arises, effective_level, groups, months, resolved, window_days
from support.worked_example import CATALOGUE, P1, P2, P3, UNITS

ID = "2-qd-ubnd-2020"
_TARGET = """
[[targets]]
id = "{id}"
measure = "{measure}"
{levels}
minimum = "{minimum}"
title = {{ vi = "Chỉ tiêu {id}", en = "Target {id}" }}
clause = {{ vi = "Khoản {id}", en = "Clause {id}" }}
definition = {{ vi = "Định nghĩa {id}.", en = "Definition {id}." }}
"""
_READING = """
[[readings]]
id = "{id}"
measure = "{measure}"
{rule}
title = {{ vi = "Cách {id}", en = "Reading {id}" }}
definition = {{ vi = "Cách hiểu {id}.", en = "Reading {id}." }}
"""
TARGETS = {  # measure, what stands for the levels, the levels that count (None: all), minimum
    "any-dossiers": ("dossiers_online", 'levels = "any"', None, "0.5"),
    "any-procedures": ("procedures_online", 'levels = "any"', None, "0.5"),
    "both-dossiers": ("dossiers_online", 'levels = ["mot-phan", "toan-trinh"]', (3, 4), "0.5"),
    "both-procedures": ("procedures_online", "levels = [3, 4]", (3, 4), "0.6"),
    "digitised": ("digitised", "", None, "0.8"),
    "four-digitised": ("digitised", "level = 4", (4,), "0.8"),
    "four-on-time": ("on_time", "level = 4", (4,), "0.9"),
    "on-time": ("on_time", "", None, "0.9"),
    "paid-online": ("paid_online", 'levels = "any"', None, "1/3"),
    "part-dossiers": ("dossiers_online", 'levels = ["mot-phan"]', (3,), "0.5"),
    "portal": ("dossiers_via_portal", "", None, "1"),
}
_PORTALS = ["provincial_portal", "national_portal", "one_stop"]
READINGS = {
    ("default", "dossiers_online"): 'numerator = { channel = ["online"], resolved = [true] }\ndenominator = {}\n'
    'columns = [["completed_at", "status"]]',
    ("default", "procedures_online"): 'numerator = { channel = ["online"] }\ndenominator = "offered"\n'
    'count = "procedures"',
    ("pairs", "procedures_online"): 'count = "pairs"',
    ("default", "on_time"): "numerator = { on_time = [true] }\ndenominator = { on_time = [true, false] }\n"
    'columns = ["due_at", "completed_at"]',
    ("due", "on_time"): 'day = "due"',
    ("default", "paid_online"): 'numerator = { payment = ["online"] }\n'
    'denominator = { payment = ["online", "otherwise"] }\ncolumns = ["payment"]',
    ("every", "paid_online"): "denominator = {}",
    ("default", "digitised"): 'numerator = { digitised = [true] }\ndenominator = {}\ncolumns = ["digitised"]',
    ("told", "digitised"): "denominator = { digitised = [true, false] }",
    ("default", "dossiers_via_portal"): f"numerator = {{ source = {_PORTALS} }}\n"
    f'denominator = {{ source = {[*_PORTALS, "ministry_system", "paper"]} }}\ncolumns = ["source"]',
}
INDEX = """
[[index]]
id = "chi-so"
order = "all"
title = { vi = "Chỉ số thử", en = "An index to try" }
definition = { vi = "Hai nhóm.", en = "Two groups." }

[[index.groups]]
id = "truc-tuyen"
title = { vi = "Trực tuyến", en = "Online" }
weight = "18"
members = [{ target = "both-dossiers", weight = "2", full_at = "0.8" }, { target = "both-procedures" }]

[[index.groups]]
id = "dung-han"
title = { vi = "Đúng hạn", en = "On time" }
weight = "12"
cap = "10"
members = [{ target = "on-time", rule = "threshold" }]
"""
COMMUNE = {**UNITS[1], "unit_code": "H45.22.01", "unit_name": "Xã Đa Lộc", "tier": "commune", "parent_code": "H45.22"}
ALL_UNITS = [*UNITS, COMMUNE]
P5 = "2.000002.000.00.00.H45"
# P3 has level 3 at the district and 4 at the commune; P1 changes from 3 to 4 on 1 July; there is one of level 2.
ALL_PROCEDURES = [
    *CATALOGUE,
    {**CATALOGUE[3], "tier": "commune", "level": "4"},
    {**CATALOGUE[2], "procedure_code": P5, "level": "2"},
]
AS_OF = date(2020, 7, 31)
COLUMNS = {
    **dict.fromkeys(("unit_code", "procedure_code", "channel", "applicant", "source", "status"), "string"),
    **{"payment": "string", "digitised": "boolean"},
    **{"level": "int8", "received_at": "timestamp(6)", "due_at": "timestamp(6)", "completed_at": "timestamp(6)"},
}
PERIOD = (date(2020, 1, 1), date(2020, 12, 31))


def write_decision(reference: Path, more: str = "", names: Collection[str] = tuple(TARGETS)) -> str:
    """The decision's id; it stands beside those that the reference folder has."""
    text = f"""
number = "2/QĐ-UBND"
issued = 2020-03-02
valid_from = {PERIOD[0]}
valid_to = {PERIOD[1]}
title = {{ vi = "Quyết định giả định", en = "A made-up decision" }}
authority = {{ vi = "UBND tỉnh", en = "The province" }}

[level_groups]
mot-phan = {{ levels = [3], title = {{ vi = "Một phần", en = "Partly online" }} }}
toan-trinh = {{ levels = [4], title = {{ vi = "Toàn trình", en = "Wholly online" }} }}
"""
    chosen = {name: TARGETS[name] for name in names}
    for name, (measure, levels, _, minimum) in chosen.items():
        text += _TARGET.format(id=name, measure=measure, levels=levels, minimum=minimum)
    measures = {measure for measure, *_ in chosen.values()}
    for (name, measure), rule in READINGS.items():
        if measure in measures:
            text += _READING.format(id=name, measure=measure, rule=rule)
    (reference / "decisions" / f"{ID}.toml").write_text(text + more, encoding="utf-8")
    return ID


def count_wider(
    dossiers: list[Dossier], units: list[Row], catalogue: list[Row], as_of: date
) -> dict[tuple[str, ...], tuple[int, int]]:
    """Numerator and denominator by target, reading, unit or group, window and month."""
    found = {}
    for group, members in groups(units).items():
        codes = {unit["unit_code"] for unit in members}
        own = [one for one in dossiers if one["unit_code"] in codes and arises(one)]
        for month in months(PERIOD, as_of):
            for window in WINDOWS:
                first, last = window_days(window, month, PERIOD, as_of)
                for target, (measure, _, levels, _) in TARGETS.items():
                    for reading, figure in _figures(measure, levels, own, members, catalogue, first, last, as_of):
                        if reading != "pairs" or group not in codes:
                            found[target, reading, group, window, f"{month:%Y-%m}"] = figure
    return found


def punctual(dossier: Dossier, as_of: date) -> bool | None:
    """Whether it was on time; None where that is not known."""
    if dossier["due_at"] is None:
        return None
    due = dossier["due_at"].date()
    if resolved(dossier, as_of):
        return dossier["completed_at"] is None or dossier["completed_at"].date() <= due
    return False if due < as_of else None


def _figures(
    measure: str,
    levels: tuple[int, ...] | None,
    own: list[Dossier],
    members: list[Row],
    catalogue: list[Row],
    first: date,
    last: date,
    as_of: date,
) -> Iterator[tuple[str, tuple[int, int]]]:
    received = [one for one in own if first <= one["received_at"].date() <= last]
    if measure == "procedures_online":
        yield from _procedures(levels, received, members, catalogue, last)
        return
    counting = [one for one in received if levels is None or one["level"] in levels]
    if measure == "dossiers_online":
        done = [one for one in counting if one["channel"] == "online" and resolved(one, as_of)]
        yield "default", (len(done), len(counting))
    elif measure == "dossiers_via_portal":
        known = [one for one in counting if one["source"]]
        yield "default", (sum(one["source"] in _PORTALS for one in known), len(known))
    elif measure == "paid_online":
        paid = [one["payment"] for one in counting]
        yield "default", (paid.count("online"), paid.count("online") + paid.count("otherwise"))
        yield "every", (paid.count("online"), len(counting))
    elif measure == "digitised":
        done = [one for one in counting if one["digitised"]]
        yield "default", (len(done), len(counting))
        yield "told", (len(done), sum(one["digitised"] is not None for one in counting))
    else:
        due = [one for one in own if one["due_at"] and first <= one["due_at"].date() <= last]
        due = [one for one in due if one["received_at"].date() <= as_of and (levels is None or one["level"] in levels)]
        for reading, rows in (("default", counting), ("due", due)):
            told = [punctual(one, as_of) for one in rows]
            yield reading, (told.count(True), told.count(True) + told.count(False))


def _procedures(
    levels: tuple[int, ...] | None, received: list[Dossier], members: list[Row], catalogue: list[Row], last: date
) -> Iterator[tuple[str, tuple[int, int]]]:
    pairs = set()
    for unit in members:
        for row in catalogue:
            mine = row["unit_code"] == unit["unit_code"] if unit["tier"] == "province" else row["tier"] == unit["tier"]
            valid = row["valid_from"] <= last.isoformat() and not "" < row["valid_to"] <= last.isoformat()
            if mine and valid and (levels is None or int(row["level"]) in levels):
                pairs.add((unit["unit_code"], _short(row["procedure_code"])))
    hit = {(one["unit_code"], _short(one["procedure_code"])) for one in received if one["channel"] == "online"}
    once = {code for _, code in pairs}
    yield "default", (len(once & {code for _, code in hit}), len(once))
    yield "pairs", (len(pairs & hit), len(pairs))


def _short(code: str) -> str:
    return ".".join(code.split(".")[:2])


def dossier(
    unit: str,
    code: str,
    level: int | None,
    channel: str,
    received: str,
    due: str = "",
    done: str = "",
    **more: Any,
) -> dict[str, Any]:
    """Days as ``07-31`` of 2020."""
    days = {"received_at": received, "due_at": due, "completed_at": done}
    moments = {name: datetime.fromisoformat(f"2020-{day}T09:00") if day else None for name, day in days.items()}
    plain = {"applicant": "citizen", "source": "provincial_portal", "status": "resolved" if done else "processing"}
    plain |= dict.fromkeys(("payment", "digitised"))
    return {"unit_code": unit, "procedure_code": code, "level": level, "channel": channel, **moments, **plain, **more}


# By the unit, what happened by 31 July: each line says what it is about.
MADE = [
    # Level 3 in June, 4 from July; on time.
    dossier("H45.18", P1, 3, "online", "06-10", "06-20", "06-20", payment="online", digitised=True),
    dossier("H45.18", P1, 4, "online", "07-02", "07-10", "07-11", payment="otherwise", digitised=False),  # a day late
    dossier("H45.18", P2, 3, "counter", "07-03", "07-20", payment="none"),  # open and past due
    dossier("H45.18", P5, 2, "online", "07-04", "07-31", digitised=True),  # due on the as-of day: not known yet
    dossier("H45.18", P2, None, "post", "07-05", "08-05", "07-06"),  # no level: in none but any; due after July
    dossier("H45.22", P3, 3, "counter", "05-30", "07-01", "07-01"),  # received before July, due in it
    dossier("H45.22", P3, 3, "online", "07-07", "", "07-08", payment="online"),  # no due day
    dossier("H45.22.01", P3, 4, "online", "07-08", "07-09", "", status="resolved"),  # resolved, nobody knows when
    dossier("H45.22.01", P3, 4, "counter", "07-09", "07-10", "08-02"),  # its result came after the as-of day
    dossier("H45.22.01", P3, 4, "online", "07-10", "07-12", "07-12", status="withdrawn"),  # arises nowhere
]


def attained(reference: Reference, dossiers: list[dict[str, Any]], as_of: date) -> pd.DataFrame:
    table = ibis.duckdb.connect().create_table("dossiers", schema=ibis.schema(COLUMNS), temp=True)
    if dossiers:
        table.get_backend().insert("dossiers", pd.DataFrame(dossiers, dtype=object)[list(COLUMNS)])
    return attain(table, reference, reference.decision(ID), as_of)


def at_random(seed: random.Random, count: int) -> list[dict[str, Any]]:
    """Dossiers of the year and around its ends, with unknown values and days among them."""
    made = []
    for _ in range(count):
        unit, code = seed.choice(ALL_UNITS), seed.choice([P1, P2, P3, P5, "9.999999"])
        received = datetime(2019, 12, 1) + timedelta(minutes=seed.randrange(400 * 24 * 60))
        completed = received + timedelta(days=seed.choice([0, 1, 5, 40])) if seed.random() < 0.6 else None
        due = received + timedelta(days=seed.choice([-1, 0, 1, 5, 10, 90])) if seed.random() < 0.8 else None
        own = seed.choice([None, 2, 3, 4])
        level, _ = effective_level(ALL_PROCEDURES, code, unit, received.date(), own)
        made.append(
            {
                **{"unit_code": unit["unit_code"], "procedure_code": code, "level": level},
                **{"received_at": received, "due_at": due, "completed_at": completed},
                "channel": seed.choice(["online", "counter", "post"]),
                "payment": seed.choice(["online", "otherwise", "none", None]),
                "digitised": seed.choice([True, False, None]),
                "applicant": seed.choice(["citizen", "agency", None]),
                "source": seed.choice(["provincial_portal", "paper", None]),
                "status": seed.choice(["not_accepted", "processing", "supplement", "resolved", "withdrawn", None]),
            }
        )
    return made
