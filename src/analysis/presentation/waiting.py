"""Sentences on what hangs: past due, where most is, what takes longer than promised, what exports do not tell."""

from collections.abc import Iterator
from typing import Any

from analysis.duties.opened import NOT_ACCEPTED, PROCESSING, SUPPLEMENT, UNSTATED
from analysis.findings.report import Report
from analysis.findings.waiting import Lacking, compared, lacking, singles_out, spots, standing
from analysis.language.texts import N_, Language
from analysis.reference.groups import PROVINCE
from analysis.statistics.disclosure import LEAST

STAGE_WORDS = {
    NOT_ACCEPTED: N_("Not accepted"),
    PROCESSING: N_("Being processed"),
    SUPPLEMENT: N_("Waiting for a supplement"),
    UNSTATED: N_("Stage not stated"),
}
_LACKING = {  # by the fields of ``Lacking``
    "without_due": N_(
        "Without a due day: {count} accepted and open dossiers; nobody can tell whether they are past it."
    ),
    "undated": N_("Done on a day that is nowhere: {count} dossiers; nobody can tell how long they took."),
    "unstated": N_("With neither a state nor a day of the result: {count} open dossiers; they may be done by now."),
    "unseen": N_("Last seen in an export more than {days} days old: {count} open dossiers; they may be done by now."),
    "without_age": N_("Without a day of receipt: {count} open dossiers; their age is not known."),
    "not_accepted": N_(
        "Exports have one state for what waits to be accepted and for what was refused entry: of the {count} dossiers "
        "not accepted not all need be waiting."
    ),
}
_LACKING_AT = {
    "no_due_at": N_("Hardly any dossier has a due day (column Ngày hẹn trả) at {units}."),
    "no_result_at": N_("Too many results have no day (column Ngày trả kết quả) at {units}."),
}
_MOST_NAMED = 3  # places where most hang
_MOST_LACKING = 5  # units that a line on what is missing names


def decides(report: Report, code: str = PROVINCE) -> list[str]:
    """What decides: past due, where most hang, what takes much longer than promised."""
    past_due = [_past_due(report, code), *_whose(report, code), *_where(report, code)]
    return [*past_due, _longer(report, code)]


def besides(report: Report, code: str = PROVINCE) -> list[str]:
    """How many are open and for how long, and how long a result takes."""
    language, row = report.language, standing(report, code)
    words = N_("Open in all: {open} dossiers.")
    if row.age_half is not None and not singles_out(code, [row.open]):
        words = N_("Open in all: {open} dossiers; half of them for {half} days or less, the longest for {longest}.")
    days = {name: language.number(getattr(row, f"age_{name}") or 0) for name in ("half", "longest")}
    return [language.text(words, open=_told(row.open, code, language), **days), *_days(row, language)]


def missing(report: Report, code: str = PROVINCE) -> list[str]:
    """What the exports do not tell, a line each."""
    return list(_missing(lacking(report, code), code, report.language))


def band(first: int | None, last: int | None, language: Language) -> str:
    """A band of age: ``0–5 days``, ``over 60 days``."""
    if first is None:
        return language.text(N_("age not known"))
    if last is None:
        return language.text(N_("over {days} days"), days=language.number(first - 1))
    return language.text(N_("{first}–{last} days"), first=language.number(first), last=language.number(last))


def named(units: list[str], language: Language) -> str:
    """Some of the units, and how many more."""
    shown = units[:_MOST_LACKING]
    more = len(units) - len(shown)
    if more:
        shown = [*shown, language.text(N_("{count} further units"), count=language.number(more))]
    return language.listed(shown)


def _past_due(report: Report, code: str) -> str:
    language, row = report.language, standing(report, code)
    counts = {"count": _told(row.past_due, code, language), "whole": _told(row.with_due, code, language)}
    days = {name: language.number(getattr(row, f"past_due_{name}") or 0) for name in ("half", "longest")}
    words = N_(
        "Past due on {day}: {count} of the {whole} accepted and open dossiers with a due day; half of them by "
        "{half} days or less, the longest by {longest}."
    )
    if not row.with_due:
        words = N_("On {day} no dossier that is accepted and open has a due day.")
    elif not row.past_due:
        words = N_("On {day} none of the {whole} accepted and open dossiers with a due day is past it.")
    elif singles_out(code, [row.past_due]):
        words = N_("Past due on {day}: {count} dossiers.")
    return language.text(words, day=language.date(report.as_of), **counts, **days)


def _whose(report: Report, code: str) -> Iterator[str]:
    """How many of those past due wait for whom."""
    language, row = report.language, standing(report, code)
    parts = row.past_due_supplement, row.past_due - row.past_due_supplement
    if parts[0] and not singles_out(code, parts):
        words = N_(
            "Of these {count} wait for the applicant to supplement them, {others} for the unit; time spent waiting "
            "for a supplement is not subtracted, because exports do not tell it."
        )
        yield language.text(words, count=language.number(parts[0]), others=language.number(parts[1]))


def _where(report: Report, code: str) -> Iterator[str]:
    found, language = spots(report, code), report.language
    if len(found) > 1:
        named = [f"{report.within(row.unit_code)} ({language.number(row.past_due)})" for row in found[:_MOST_NAMED]]
        yield language.text(N_("Most are past due at {units}."), units=language.listed(named))


def _longer(report: Report, code: str) -> str:
    found, language = compared(report, code), report.language
    judged, count = language.number(found.judged), language.number(len(found.slow))
    if not found.judged:
        return language.text(
            N_("No procedure has enough dossiers with a due day and a day of the result to be compared.")
        )
    if not found.slow:
        words = N_("Of {judged} procedures that can be compared none takes much longer than promised.")
        return language.text(words, judged=judged)
    words = N_(
        "Of {judged} procedures that can be compared {count} take much longer than promised; the furthest from it: "
        "“{procedure}” at {unit}, {days} days where {promised} were promised."
    )
    first = found.slow[0]
    days, promised = language.number(first.promised + first.excess), language.number(first.promised)
    told = {"procedure": first.procedure, "unit": report.within(first.unit_code), "days": days, "promised": promised}
    return language.text(words, judged=judged, count=count, **told)


def _days(row: Any, language: Language) -> Iterator[str]:
    """How long results take, beside the promise where it is known."""
    if row.half_within is None:
        return
    known = {"half": language.number(row.half_within)}
    words = N_("Half of the dossiers have their result within {half} days; nine of ten do not have it yet.")
    if row.nine_of_ten_within is not None:
        words = N_("Half of the dossiers have their result within {half} days, nine of ten within {nine}.")
        known["nine"] = language.number(row.nine_of_ten_within)
    promise = N_("Half were promised it within {days} days.")
    told = row.promised_half is not None
    further = [language.text(promise, days=language.number(row.promised_half))] if told else []
    yield " ".join([language.text(words, **known), *further])


def _missing(found: Lacking, code: str, language: Language) -> Iterator[str]:
    for name, words in _LACKING.items():
        count = getattr(found, name)
        if count:
            told = {"count": _told(count, code, language), "days": language.number(found.unseen_after)}
            yield language.text(words, **told)
    for name, words in _LACKING_AT.items():
        units = getattr(found, name)
        if units:
            yield language.text(words, units=named(units, language))


def _told(count: int, code: str, language: Language) -> str:
    """A count; of a unit's own no handful."""
    if singles_out(code, [count]):
        return language.text(N_("fewer than {least}"), least=language.number(LEAST))
    return language.number(count)
