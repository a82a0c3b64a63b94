"""An independent count of hanging dossiers, in plain Python, from looking at single dossiers.

A dossier is a dict as ``support.independent`` has it, with ``due_at``, and ``exported``: the day of its export.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from support.independent import arises, groups, resolved

Dossier = dict[str, Any]
AGES = ((0, 5), (6, 15), (16, 30), (31, 60), (61, None))
STAGES = ("not_accepted", "processing", "supplement", "unstated")
FIRST, LAST, OLD = date(2020, 1, 1), date(2020, 12, 31), timedelta(days=31)


def count_waiting(dossiers: list[Dossier], units: list[dict[str, str]], as_of: date) -> dict[str, dict[str, Any]]:
    """What ``waiting.csv`` says of every unit and group, by code; None where it is blank."""
    own: dict[str, list[Dossier]] = {unit["unit_code"]: [] for unit in units}
    for dossier in dossiers:
        own[dossier["unit_code"]].append(dossier)
    return {
        code: count_some([dossier for unit in members for dossier in own[unit["unit_code"]]], as_of)
        for code, members in groups(units).items()
    }


def count_some(dossiers: list[Dossier], as_of: date) -> dict[str, Any]:
    """The figures of some dossiers together."""
    hanging = [one for one in dossiers if is_open(one, as_of)]
    ages = [age for one in hanging if (age := age_of(one, as_of)) is not None]
    accepted = [one for one in hanging if stage_of(one) != "not_accepted" and one["due_at"]]
    late = [one for one in accepted if _day(one["due_at"]) < as_of]
    past = [(as_of - _day(one["due_at"])).days for one in late]
    return {
        "open": len(hanging),
        **{stage: sum(stage_of(one) == stage for one in hanging) for stage in STAGES},
        "without_age": len(hanging) - len(ages),
        "unseen": sum(one["exported"] + OLD < as_of for one in hanging),
        "age_half": middle(ages),
        "age_longest": max(ages, default=None),
        "with_due": len(accepted),
        "past_due": len(late),
        "past_due_supplement": sum(one["status"] == "supplement" for one in late),
        "past_due_half": middle(past),
        "past_due_longest": max(past, default=None),
        **count_results(dossiers, as_of),
    }


def count_results(dossiers: list[Dossier], as_of: date) -> dict[str, Any]:
    """How many days results take, and how many were promised, of what arose to date."""
    arose = [one for one in dossiers if arises(one) and FIRST <= _day(one["received_at"]) <= min(as_of, LAST)]
    waits, undated = [], 0
    for one in arose:
        done = one["completed_at"] and _day(one["completed_at"])
        if not done and resolved(one, as_of):
            undated += 1
        else:
            ended = bool(done and done <= as_of)
            waits.append((((done if ended else as_of) - _day(one["received_at"])).days, ended))
    promised = [(_day(one["due_at"]) - _day(one["received_at"])).days for one in arose if one["due_at"]]
    told = len(waits) >= 20 and 10 * len(waits) >= 9 * len(arose)
    return {
        "results": len(waits),
        "results_undated": undated,
        "half_within": until(waits, Fraction(1, 2)) if told else None,
        "nine_of_ten_within": until(waits, Fraction(9, 10)) if told else None,
        "with_promise": len(promised),
        "promised_half": middle(promised) if len(promised) >= 20 else None,
    }


def count_ages(dossiers: list[Dossier], as_of: date) -> dict[tuple[str, int | None, int | None], int]:
    """Open dossiers by stage and band of age; None and None for an age that nobody knows."""
    hanging = [(stage_of(one), age_of(one, as_of)) for one in dossiers if is_open(one, as_of)]
    found = {
        (stage, first, last): sum(
            mine == stage and age is not None and first <= age <= (last or age) for mine, age in hanging
        )
        for stage in STAGES
        for first, last in AGES
    }
    return found | {(stage, None, None): hanging.count((stage, None)) for stage in STAGES}


def is_open(one: Dossier, as_of: date) -> bool:
    """Whether it waits on the as-of day, as was known then."""
    known = not one["received_at"] or _day(one["received_at"]) <= as_of
    return known and one["status"] != "withdrawn" and not resolved(one, as_of)


def stage_of(one: Dossier) -> str:
    """Where an open dossier stands."""
    if not one["status"]:
        return "unstated"
    return one["status"] if one["status"] in STAGES else "processing"


def age_of(one: Dossier, as_of: date) -> int | None:
    """Days since its receipt."""
    return (as_of - _day(one["received_at"])).days if one["received_at"] else None


def middle(days: Iterable[int]) -> int | None:
    """The fewest that half have at most."""
    ordered = sorted(days)
    return ordered[(len(ordered) - 1) // 2] if ordered else None


def until(waits: list[tuple[int, bool]], share: Fraction) -> int | None:
    """Kaplan and Meier, by the product over the days, in fractions."""
    still = Fraction(1)
    for day in sorted({day for day, ended in waits if ended}):
        at_risk = sum(waited >= day for waited, _ in waits)
        still *= 1 - Fraction(waits.count((day, True)), at_risk)
        if still <= 1 - share:
            return day
    return None


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
