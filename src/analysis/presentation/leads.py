"""What a page says before anything else: how many targets, why not more, how sure that is, and what comes first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.findings.finding import Finding, of_unit
from analysis.findings.ledger import doubtful_rows
from analysis.findings.report import Report
from analysis.findings.subject import Subject
from analysis.findings.tasks import leading, most_missing
from analysis.language.texts import N_, Language
from analysis.outlook.conclusions import FINAL
from analysis.presentation.narrative import headline, headline_of, inside
from analysis.presentation.numbers import minimum, missing, percent
from analysis.presentation.statements import ask_sentence, outlook_word
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED
from analysis.reference.groups import PROVINCE
from analysis.storage.places import QUALITY_PAGE, READINGS_PAGE, WHO_PAGE

_NAMED = 2  # missed targets that are named before the others are counted
_FIRST = 3  # places


@dataclass(frozen=True)
class Lead:
    """Four sentences; "" for one that there is nothing to say for."""

    verdict: str
    cause: str
    certainty: str
    ask: str


def lead_of_province(report: Report) -> Lead:
    """The province's, from its findings and from who comes first."""
    found, language = of_unit(report, PROVINCE), report.language
    return Lead(headline(report), why(found, language), certainty(found, language), _first_places(report))


def lead_of(report: Report, subject: Subject) -> Lead:
    """That of a unit or group."""
    found, language = of_unit(report, subject.code), report.language
    verdict = headline_of(found, report.within(subject.code), report)
    idle = sum(one.figure.status == NOT_APPLICABLE for one in found)
    if 0 < idle < len(found):
        verdict += " " + language.text(N_("{count} have nothing to count."), count=language.number(idle))
    return Lead(verdict, why(found, language), certainty(found, language), _ask(report, subject, found))


def why(found: Sequence[Finding], language: Language) -> str:
    """Which targets are missed, and at which part where one part has most of the gap; then the widest gaps."""
    missed = [one for one in found if one.figure.status == NOT_ATTAINED]
    by_part: dict[str, list[Finding]] = {}
    for one in missed:
        by_part.setdefault(one.cause.name if one.cause else "", []).append(one)
    told = [_at_part(part, some, len(missed), language) for part, some in by_part.items() if part]
    others = sorted(by_part.get("", []), key=lambda one: one.figure.gap or 0)
    if others:
        listed = [_missed(one, language) for one in others[:_NAMED]]
        if len(others) > _NAMED:
            listed.append(language.text(N_("{count} other targets"), count=language.number(len(others) - _NAMED)))
        words = N_("Also missed: {targets}.") if told else N_("Missed: {targets}.")
        told.append(language.text(words, targets=language.listed(listed)))
    return " ".join(told)


def _at_part(part: str, found: list[Finding], missed: int, language: Language) -> str:
    """Of how many of the targets ``missed`` one part has most of the gap, and what they and it reach."""
    return language.text(
        N_("Mostly for want of {part} ({count} of {of} targets missed): {targets}."),
        part=part,
        count=language.number(len(found)),
        of=language.number(missed),
        targets=language.listed([_missed(one, language) for one in found]),
    )


def _missed(found: Finding, language: Language) -> str:
    """``hồ sơ mức độ 3 … 45,4 % (cần 50 %)``; where one part is the cause ``(cần 50 %, riêng ở đó 29,3 %)``."""
    words = N_("{target} {value} ({minimum} needed)")
    if found.cause:
        words = N_("{target} {value} ({minimum} needed, {share} there)")
        if found.cause.value > float(found.figure.value or 0):  # it has much of what is missing, not the lowest share
            words = N_("{target} {value} ({minimum} needed, {share} there, too)")
    return language.text(
        words,
        target=inside(_title(found, language)),
        value=percent(found.figure, language),
        minimum=minimum(found.figure.target, language),
        share=language.percent(found.cause.value if found.cause else None),
    )


def certainty(found: Sequence[Finding], language: Language) -> str:
    """How the targets stand with the end, and how many verdicts another reading would turn."""
    judged = [one for one in found if one.figure.status != NOT_APPLICABLE]
    words = Counter(outlook_word(one) for one in judged)
    stands = [
        f"{sign} {language.text(N_('{word}: {count} targets'), word=language.text(word), count=language.number(count))}"
        for (sign, word), count in words.items()
    ]
    told = ["; ".join(stands) + "."] if stands else []
    if stands and all(one.finality == FINAL for one in judged):
        told.append(language.text(N_("What still waits for a result cannot turn a verdict.")))
    flipped = [one for one in judged if one.flips]
    if flipped:
        attained = sum(one.figure.status == ATTAINED for one in flipped)
        missed = len(flipped) - attained
        turned = N_(
            "But if the decision is read otherwise, {attained} targets attained now may count as missed, {missed} "
            "missed as attained."
        )
        if not attained:
            turned = N_("But if the decision is read otherwise, {missed} targets missed now may count as attained.")
        elif not missed:
            turned = N_("But if the decision is read otherwise, {attained} targets attained now may count as missed.")
        told.append(language.text(turned, attained=language.number(attained), missed=language.number(missed)))
    return " ".join(told)


def leaders_tasks(report: Report) -> Iterator[tuple[str, str]]:
    """What is for the head of the province alone, with the page that has more: agree on a reading, turn to the first
    places, have sources stated.
    """
    language = report.language
    flipped = sum(bool(one.flips) for one in of_unit(report, PROVINCE))
    if flipped:
        words = N_("Settle how the decision is read: {count} of {of} verdicts change with it.")
        told = language.text(words, count=language.number(flipped), of=language.number(len(report.decision.targets)))
        yield told, READINGS_PAGE
    places = _first_places(report)
    if places:
        yield places, WHO_PAGE
    unknown = doubtful_rows(report).get("source_unknown", 0)
    if unknown:
        words = N_(
            "Have the source of every dossier stated: {count} do not say it, and the target on the portal leaves "
            "them out."
        )
        yield language.text(words, count=language.number(unknown)), QUALITY_PAGE


def _first_places(report: Report) -> str:
    first = report.outlook["priorities"].sort_values("rank").head(_FIRST)
    if first.empty:
        return ""
    words = (
        N_("Learn first from {places}: there the largest part of what all units miss lies.")
        if report.ended
        else N_("Turn first to {places}: there the largest part of what can still be made up lies.")
    )
    names = [report.within(code) for code in first["unit_code"]]
    return report.language.text(words, places=report.language.listed(names))


def _ask(report: Report, subject: Subject, shown: Sequence[Finding]) -> str:
    """The one thing to do: for a unit the ask of the target that leads, for a group where most of it is missing."""
    language = report.language
    found = leading(shown)
    if found is None:
        return ""
    if subject.is_group:
        where = most_missing(report, subject, found)
        units = [f"{report.within(one.unit_code)} ({missing(one, language)})" for one in where]
        words = N_("{target}: most is missing at {units}.")
        return language.text(words, target=_title(found, language), units=language.listed(units)) if units else ""
    asked = ask_sentence(found, language)
    return f"{_title(found, language)}: {asked}" if asked else ""


def _title(found: Finding, language: Language) -> str:
    return found.figure.target.title[language.code]
