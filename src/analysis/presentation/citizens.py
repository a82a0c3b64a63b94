"""Plain words on a place's facts, for whoever lives there: short sentences, no term of the trade."""

from dataclasses import dataclass

from analysis.findings.citizens import (
    ABOUT,
    FEW,
    NEARLY,
    NEVER,
    NONE,
    TOO_FEW,
    UNDER,
    WITHIN,
    Facts,
    OfTen,
    Waiting,
)
from analysis.language.texts import N_, Language

_TOO_FEW = N_("There are too few applications yet to say.")
_ONLINE = {
    TOO_FEW: _TOO_FEW,
    NONE: N_("Nobody has filed online yet."),
    FEW: N_("Fewer than 5 applications were filed online."),
    UNDER: N_("Of 10 applications, fewer than 1 was filed online."),
    ABOUT: N_("Of 10 applications, about {number} were filed online."),
    NEARLY: N_("Almost every application was filed online."),
}
_PAPERS = {
    TOO_FEW: _TOO_FEW,
    NONE: N_("No application is waiting for more papers."),
    FEW: N_("Fewer than 5 applications are waiting for more papers."),
    UNDER: N_("Of 10 applications, fewer than 1 is waiting for more papers."),
    ABOUT: N_("Of 10 applications, about {number} are waiting for more papers."),
    NEARLY: N_("Almost every application is waiting for more papers."),
}
_BIG = {
    TOO_FEW: N_("not known yet"),
    NONE: N_("none"),
    FEW: N_("fewer than 5"),
    UNDER: N_("fewer than 1 of 10"),
    ABOUT: N_("{number} of 10"),
    NEARLY: N_("nearly all"),
}
# By the number of days, two standing for more.
_DAYS = (N_("on the day"), N_("1 day"), N_("{days} days"))
_DONE = (
    N_("Of 10 applications, 9 have their result on the same day."),
    N_("Of 10 applications, 9 have their result within 1 day."),
    N_("Of 10 applications, 9 have their result within {days} days."),
)
_NEVER = N_("Many applications are still open. When 9 of 10 are done cannot be said yet.")


@dataclass(frozen=True)
class Answer:
    """To a ``question``: ``big`` in a few words, a ``sentence``, a ``note`` on what is behind it; ``ten``: how many of
    ten to draw, None for no drawing.
    """

    question: str
    big: str
    sentence: str
    note: str
    ten: int | None = None


def answers(facts: Facts, day: str, language: Language) -> list[Answer]:
    """How many file online, how long it takes, and, where the files say, how many wait for papers on ``day``."""
    found = [_online(facts.online, language), _waiting(facts.waiting, language)]
    return [*found, _papers(facts.papers, day, language)] if facts.papers else found


def _online(found: OfTen, language: Language) -> Answer:
    question = language.text(N_("How many file online?"))
    note = f"{_counts(found, language)} {language.text(N_('Only what can be filed online is counted.'))}".strip()
    return _of_ten(found, question, language.text(_ONLINE[found.kind], number=found.number), note, language)


def _papers(found: OfTen, day: str, language: Language) -> Answer:
    question = language.text(N_("How many wait for more papers?"))
    note = f"{_counts(found, language)} {language.text(N_('As it was on {day}.'), day=day)}".strip()
    return _of_ten(found, question, language.text(_PAPERS[found.kind], number=found.number), note, language)


def _of_ten(found: OfTen, question: str, sentence: str, note: str, language: Language) -> Answer:
    big = language.text(_BIG[found.kind], number=found.number)
    if found.kind == TOO_FEW:
        return Answer(question, big, sentence, "")
    return Answer(question, big, sentence, note, {ABOUT: found.number, NONE: 0}.get(found.kind))


def _counts(found: OfTen, language: Language) -> str:
    if not found.told:
        return ""
    count, whole = language.number(found.count), language.number(found.whole)
    return language.text(N_("{count} of {whole} applications."), count=count, whole=whole)


def _waiting(found: Waiting, language: Language) -> Answer:
    question, text = language.text(N_("Within how long are 9 of 10 done?")), language.text
    unknown = text(_BIG[TOO_FEW])
    if found.kind == TOO_FEW:
        return Answer(question, unknown, text(_TOO_FEW), "")
    note = text(
        N_("{whole} applications were counted, open ones too. Days off count."), whole=language.number(found.whole)
    )
    if found.kind == NEVER:
        return Answer(question, unknown, text(_NEVER), note)
    assert found.kind == WITHIN
    days, place = language.number(found.days), min(found.days, 2)
    return Answer(question, text(_DAYS[place], days=days), text(_DONE[place], days=days), note)
