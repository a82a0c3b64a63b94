"""What a unit would report of a period, counted in plain Python, dossier by dossier, in the own way or by a rule.

A dossier is a dict as ``support.independent`` has it, with ``due_at`` and ``submitted_at``. A rule is a table of
explanations.toml as tomllib gives it, or several of them merged by ``merged``; {} is the province's own way.
"""

import random
from datetime import date, datetime, timedelta
from typing import Any

Dossier = dict[str, Any]
CELLS = (
    *("received_total", "received_new", "received_online", "received_offline", "received_counter", "received_post"),
    *("carried_over", "settled_total", "settled_early", "settled_on_time", "settled_in_time", "settled_late"),
    *("open_total", "open_in_time", "open_late"),
)
SUMS = {  # of the form 06/VPCP
    "received_total": ("received_online", "received_offline", "carried_over"),
    "settled_total": ("settled_early", "settled_on_time", "settled_late"),
    "open_total": ("open_in_time", "open_late"),
}
FORM = tuple(cell for whole, parts in SUMS.items() for cell in (whole, *parts))


def count_cells(
    dossiers: list[Dossier], units: list[dict[str, str]], code: str, first: date, last: date, rule: dict[str, Any]
) -> dict[str, int]:
    """Every cell of one unit's report of one period."""
    members = {code}
    if rule.get("communes"):
        members |= {unit["unit_code"] for unit in units if unit["parent_code"] == code}
    if begins := rule.get("first_day"):
        first = (first.replace(day=1) - timedelta(days=1)).replace(day=begins)
        last = last.replace(day=begins - 1)
    found = dict.fromkeys(CELLS, 0)
    for dossier in dossiers:
        if dossier["unit_code"] in members and _counts(dossier, rule):
            for cell in _cells_of(dossier, first, last, rule):
                found[cell] += 1
    return found


def merged(*rules: dict[str, Any]) -> dict[str, Any]:
    """Several rules at once."""
    whole: dict[str, Any] = {}
    for rule in rules:
        for key, value in rule.items():
            if key in ("counted", "on_time"):
                whole[key] = [*whole.get(key, []), *value]
            elif key == "without":
                before = whole.get(key, {})
                whole[key] = {name: [*before.get(name, []), *value.get(name, [])] for name in {**before, **value}}
            else:
                whole[key] = value
    return whole


def made_up_dossiers(chance: random.Random, units: list[dict[str, str]], count: int) -> list[Dossier]:
    """Dossiers of a year with every state, channel and source, some without a day or a due day."""
    statuses = ["not_accepted", "processing", "supplement", "resolved", "resolved", "resolved", "refused", "withdrawn"]
    sources = ["provincial_portal", "national_portal", "one_stop", "ministry_system", "paper", None]
    found = []
    for _ in range(count):
        submitted = datetime(2020, 1, 1, 8) + timedelta(minutes=chance.randrange(366 * 24 * 60))
        received = submitted + timedelta(days=chance.choice([0, 0, 1, 2, 4]))
        status = chance.choice(statuses)
        due = received + timedelta(days=chance.choice([3, 7, 15, 30]))
        done = due + timedelta(days=chance.choice([-2, -1, 0, 0, 1, 5])) if status in ("resolved", "refused") else None
        found.append(
            {
                "unit_code": chance.choice(units)["unit_code"],
                "status": status if chance.random() < 0.98 else None,
                "channel": chance.choices(["online", "counter", "post"], [5, 4, 1])[0],
                "source": chance.choice(sources),
                "level": chance.choice([2, 3, 3, 4, None]),
                "applicant": "citizen",
                "submitted_at": submitted if chance.random() < 0.95 else None,
                "received_at": received if status != "not_accepted" or chance.random() < 0.7 else None,
                "due_at": due if chance.random() < 0.9 else None,
                "completed_at": done and max(done, received) if chance.random() < 0.97 else None,
            }
        )
    return found


def _counts(dossier: Dossier, rule: dict[str, Any]) -> bool:
    if dossier["status"] in ("withdrawn", "not_accepted") and dossier["status"] not in rule.get("counted", []):
        return False
    if any(dossier[name] in values for name, values in rule.get("without", {}).items()):
        return False
    return all(dossier[name] in values for name, values in rule.get("only", {}).items())


def _cells_of(dossier: Dossier, first: date, last: date, rule: dict[str, Any]) -> list[str]:
    day = _day((rule.get("received_by") and dossier["submitted_at"]) or dossier["received_at"])
    done = _day(dossier["completed_at"])
    if done is None and dossier["status"] in ("resolved", "refused", "withdrawn"):
        done = _day(dossier["received_at"])
    if day is None or day > last or (day < first and done is not None and done < first):
        return []
    return [*_received(dossier, day < first, rule), *_settled_or_open(dossier, done, last, rule)]


def _received(dossier: Dossier, before: bool, rule: dict[str, Any]) -> list[str]:
    if before and rule.get("carried_over") == "left_out":
        return []
    if before and rule.get("carried_over") != "received":
        return ["received_total", "carried_over"]
    by_channel = {
        "online": ["received_online"],
        "post": ["received_offline", "received_post"],
        "counter": ["received_offline", "received_counter"],
    }
    return ["received_total", "received_new", *by_channel[dossier["channel"] or "counter"]]


def _settled_or_open(dossier: Dossier, done: date | None, last: date, rule: dict[str, Any]) -> list[str]:
    due, dated = _day(dossier["due_at"]), dossier["completed_at"] is not None
    if done is not None and done <= last:
        if dated and due is not None and done > due:
            return ["settled_total", "settled_late"]
        if dated and due is not None and (done < due or (done == due and rule.get("due_day"))):
            return ["settled_total", "settled_in_time", "settled_early"]
        return ["settled_total", "settled_in_time", "settled_on_time"]
    if dossier["status"] in rule.get("on_time", []):
        return ["settled_total", "settled_in_time", "settled_on_time"]
    return ["open_total", "open_late" if due is not None and due < last else "open_in_time"]


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def planted_reports(
    chance: random.Random,
    dossiers: list[Dossier],
    units: list[dict[str, str]],
    rules: dict[str, dict[str, Any]],
    count: int,
) -> list[dict[str, Any]]:
    """The cells of ``count`` reports: unit, period, cell, reported, what was ``planted`` there (rules, "typing", "").

    Three of five reports follow one rule, one two at once; in one of three a cell is mistyped, in half of these with
    the total that a spreadsheet makes of it.
    """
    months = [(date(2020, month, 1), date(2020, month + 1, 1) - timedelta(days=1)) for month in range(2, 12)]
    places = chance.sample([(unit["unit_code"], *month) for unit in units for month in months], count)
    found = []
    for code, first, last in places:
        named = tuple(chance.sample(sorted(rules), chance.choices([0, 1, 2], [1, 3, 1])[0]))
        rule = merged(*(rules[name] for name in named))
        own, told = (count_cells(dossiers, units, code, first, last, way) for way in ({}, rule))
        cells = {cell: (told[cell], "+".join(named) if told[cell] != own[cell] else "") for cell in FORM}
        if chance.random() < 1 / 3:
            _mistype(chance, cells)
        found += [
            {"unit_code": code, "period_start": first, "period_end": last, "cell": cell, "reported": reported}
            | {"planted": planted if reported != own[cell] or planted == "typing" else ""}
            for cell, (reported, planted) in cells.items()
        ]
    return found


def _mistype(chance: random.Random, cells: dict[str, tuple[int, str]]) -> None:
    """One digit of one cell wrong, or two swapped; at times its total follows."""
    cell = chance.choice(FORM)
    before = cells[cell][0]
    digits = list(str(before))
    place = chance.randrange(len(digits))
    if len(digits) > 1 and chance.random() < 0.5:
        place = min(place, len(digits) - 2)
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
    else:
        digits[place] = chance.choice([digit for digit in "123456789" if digit != digits[place]])
    after = int("".join(digits))
    if after == before:
        return
    cells[cell] = (after, "typing")
    whole = next((whole for whole, parts in SUMS.items() if cell in parts), "")
    if whole and chance.random() < 0.5:
        cells[whole] = (cells[whole][0] + after - before, "typing")
