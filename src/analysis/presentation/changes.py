"""What changed since the last published month, in sentences."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

from analysis.findings.changes import Change, Changes, changes
from analysis.findings.report import Report
from analysis.language.texts import N_, Language
from analysis.outlook.changes import CATALOGUE, DONE, KINDS, LATE, NOT_DONE, PARTLY, READING, REAL, ROWS
from analysis.outlook.closers import FINISH
from analysis.presentation.numbers import fraction, percent
from analysis.reference.decision import ATTAINED, NOT_ATTAINED

CAUSES = {
    REAL: N_("dossiers filed since then"),
    LATE: N_("dossiers of then that have a result only now"),
    ROWS: N_("rows of then that came, went or were corrected"),
    CATALOGUE: N_("the catalogue of procedures, which changed"),
    READING: N_("the way of counting, which changed"),
}
_SEEN = Fraction(5, 10_000)  # a part that rounds to nothing is not told


def changed(report: Report) -> str:
    """What changed, in two sentences; "" where there is no month to compare with."""
    found = changes(report)
    return f"{since(found, report.language)} {turned_count(found.turned, report.language)}" if found else ""


def since(found: Changes, language: Language) -> str:
    """What the comparison is with."""
    words = N_("Compared with {month} as it was published, with figures to {day}.")
    return language.text(words, month=language.month(found.month), day=language.date(found.as_of))


def turned_count(found: list[Change], language: Language) -> str:
    """How many verdicts turned, and which way."""
    if not found:
        return language.text(N_("No verdict turned."))
    gained = sum(one.figure.status == ATTAINED for one in found)
    words = N_("Verdicts that turned: {count}, of these {gained} attained now, {lost} attained no more.")
    counts = {"count": len(found), "gained": gained, "lost": len(found) - gained}
    return language.text(words, **{name: language.number(count) for name, count in counts.items()})


def states(one: Change, language: Language) -> list[tuple[str, str, str]]:
    """Verdict, share and fraction, as they were and as they are."""
    numerator, denominator = one.then
    reached = denominator and Fraction(numerator, denominator) >= one.figure.target.minimum
    # Rounded so that it stays on its side of the minimum of now.
    side = ATTAINED if reached else NOT_ATTAINED
    then = replace(one.figure, numerator=numerator, denominator=denominator, status=side)
    known = [(one.then_status, then), (one.figure.status, one.figure)]
    return [(status, percent(figure, language), fraction(figure, language)) for status, figure in known]


def course(one: Change, language: Language) -> str:
    """A target and what became of its share, in a sentence: ``… tăng từ 48,0 % (12/25) lên 52,3 % (23/44).``"""
    words = N_("{target} stays at {now} ({of_now}).")
    if one.size:
        words = N_("{target} rose from {then} ({of_then}) to {now} ({of_now}).")
        if one.size < 0:
            words = N_("{target} fell from {then} ({of_then}) to {now} ({of_now}).")
    (_, then, of_then), (status, now, of_now) = states(one, language)
    told = {"then": then, "of_then": of_then, "now": now, "of_now": of_now}
    sentence = language.text(words, target=one.figure.target.title[language.code], **told)
    if not one.turned:
        return sentence
    turn = N_("It is attained now.") if status == ATTAINED else N_("It is attained no more.")
    return f"{sentence} {language.text(turn)}"


def why(one: Change, language: Language) -> str:
    """By how much it changed and what of it came from where; "" where it did not."""
    if not one.cause:
        return ""
    if not one.size:
        return language.text(N_("Because of {cause}."), cause=language.text(CAUSES[one.cause]))
    others = [
        f"{language.text(CAUSES[kind])} {language.points(one.parts[kind])}"
        for kind in KINDS
        if kind != one.cause and abs(one.parts[kind]) >= _SEEN
    ]
    words = N_("{points} percentage points, because of {cause}.")
    if others:
        words = N_("{points} percentage points, most of it ({part}) because of {cause}; besides: {others}.")
    return language.text(
        words,
        points=language.points(one.size),
        part=language.points(one.parts[one.cause]),
        cause=language.text(CAUSES[one.cause]),
        others="; ".join(others),
    )


def outcome(one: Change, language: Language) -> str:
    """What became of what was asked then; "" where nothing was."""
    if not one.outcome:
        return ""
    if one.outcome == DONE:
        return language.text(N_("The target is attained now."))
    if one.wanted is None or one.done is None:
        words = N_("Fewer are missing than then.") if one.outcome == PARTLY else N_("No fewer are missing than then.")
        return language.text(words)
    words = N_("More dossiers filed online since at {done} of {wanted} procedures named.")
    if one.ask == FINISH:
        words = N_("Result given since: {done} of {wanted} dossiers to be finished.")
    return language.text(words, wanted=language.number(one.wanted), done=language.number(one.done))


def outcomes(counts: Counter[str], language: Language) -> str:
    """What became of so many asks."""
    words = N_(
        "Of {asked} units asked {done} attain the target now, {partly} have done a part, {not_done} nothing yet."
    )
    told = {"asked": counts.total(), "done": counts[DONE], "partly": counts[PARTLY], "not_done": counts[NOT_DONE]}
    return language.text(words, **{name: language.number(count) for name, count in told.items()})
