"""Sentences of an official report, made of a run's figures: what was attained, where it is heading, what to propose."""

from collections.abc import Iterator

from analysis.dossiers.sights import REASONS
from analysis.findings import figures
from analysis.findings.advice import Concern
from analysis.findings.finding import Finding, of_unit
from analysis.findings.ledger import doubtful_rows
from analysis.findings.report import Report
from analysis.findings.tasks import nearest
from analysis.language.texts import N_, Language
from analysis.outlook.conclusions import LOST
from analysis.presentation.numbers import counted, missing, percent, whole
from analysis.presentation.statements import ask_sentence
from analysis.presentation.words import CHECKS
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED, Decision
from analysis.reference.groups import PROVINCE


def made_up(report: Report, brief: bool = False) -> list[str]:
    """What a document must say first of data or a catalogue that are made up; empty for real ones. A ``brief`` one
    names the kind of catalogue alone.
    """
    text, found = report.language.text, []
    if report.synthetic:
        found.append(text(N_("Synthetic data: these exports were made up; no figure says anything about a real unit.")))
    if report.reference.illustrative:
        words = text(N_("Names, codes and levels of the procedures are made up after the real number of procedures."))
        found.append(text(N_("Illustrative catalogue.")) + f" {words}" * (not brief))
    if report.reference.drafted:
        words = text(
            N_("It holds the procedures that had dossiers in the exports alone: shares of procedures may be too high.")
        )
        found.append(text(N_("Drafted catalogue.")) + f" {words}" * (not brief))
    return found


def subject(report: Report) -> str:
    """What the report is about (trích yếu)."""
    return report.language.text(
        N_("Results of online public services under Decision {number} of {issued} (figures to {day})"),
        number=report.decision.number,
        issued=report.language.written_date(report.decision.issued),
        day=report.language.written_date(report.as_of),
    )


def caution(decision: Decision, language: Language, day: str = "") -> str:
    """What readers must know of the decision's text, "" for nothing; ``day`` is that of issue, as they write it."""
    told = decision.caution[language.code] if decision.caution else ""
    return told.replace("{day}", day or language.date(decision.issued))


def standing(report: Report, tier: str) -> dict[str, dict[str, int]]:
    """How many units of a tier have each verdict, by target."""
    counts: dict[str, dict[str, int]] = {target.id: {} for target in report.decision.targets}
    for figure in figures.figures(report, figures.tier_units(report, tier)):
        of_target = counts[figure.target.id]
        of_target[figure.status] = of_target.get(figure.status, 0) + 1
    return counts


def concern(found: Concern, language: Language) -> str:
    """One target that a place misses, where most of it is missing, and what to ask there."""
    figure = found.finding.figure
    title = figure.target.title[language.code]
    if found.of_units:
        return f"{title}: {lacking(found, language)} {most_at(found, language)}"
    words = language.text(
        N_("{target}: {share} ({numerator} of {whole})."),
        target=title,
        share=percent(figure, language),
        numerator=language.number(figure.numerator),
        whole=whole(figure, language),
    )
    return " ".join(filter(None, [words, lacking(found, language), ask_sentence(found.where[0], language)]))


def lacking(found: Concern, language: Language) -> str:
    """How much a place's units miss, how much of that can still be made up, and which part of what all units miss."""
    target = found.finding.figure.target
    words = N_("Missing: {whole}, {part} of what all units miss.")
    if found.of_units and found.where[0].running:
        words = N_(
            "Its units, each by itself, miss {whole}; {missing} can still be made up, {part} of what all units miss."
        )
    elif found.of_units:
        words = N_("Its units, each by itself, miss {missing}, {part} of what all units miss.")
    known = {"whole": found.whole, "missing": found.missing}
    counts = {name: counted(count, target, language) for name, count in known.items()}
    told = language.text(words, part=language.percent(found.part), **counts)
    if found.of_units and found.finding.figure.status == ATTAINED:
        told += " " + language.text(N_("Taken together the place attains it."))
    return told


def most_at(found: Concern, language: Language) -> str:
    """The units that miss most, with what to ask of the first of them that can still attain."""
    where = found.where
    names = "; ".join(f"{one.figure.unit_name} ({missing(one.figure, language)})" for one in where)
    if found.alike:
        names += "; " + language.text(N_("{count} others miss as much"), count=language.number(found.alike))
    words = N_("Most that can still be made up: {units}.") if where[0].running else N_("Most at: {units}.")
    told = language.text(words, units=names)
    asked = next((one for one in where if one.ask and not one.hopeless), where[0])
    ask = ask_sentence(asked, language)
    return f"{told} {asked.figure.unit_name}: {ask}" if ask else told


def rows_read(report: Report) -> str:
    """From what the figures are: that no row is lost."""
    language, totals = report.language, report.totals
    return language.text(
        N_(
            "{files} files, rows of every day in them counted. Rows read: {read} = accepted {accepted} + rejected "
            "{rejected} + superseded {superseded}."
        ),
        files=language.number(len(report.files)),
        **{name: language.number(number) for name, number in totals.items() if name != "skipped_lines"},
    )


def data_quality(report: Report) -> Iterator[str]:
    """What is wrong with the exports, the most frequent first."""
    language = report.language
    if len(report.quarantined):
        yield language.text(N_("Files quarantined: {count}."), count=language.number(len(report.quarantined)))
    reasons = report.rejects["reason"].value_counts()
    if len(reasons):
        listed = [
            f"{language.text(REASONS[reason])} ({language.number(reasons[reason])})" for reason in reasons.index[:3]
        ]
        yield language.text(N_("Rows are rejected most often for: {reasons}."), reasons="; ".join(listed))
    checks = doubtful_rows(report)
    doubtful = sorted((name for name in CHECKS if checks.get(name)), key=lambda name: -checks[name])[:4]
    if doubtful:
        listed = [f"{language.text(CHECKS[name])} ({language.number(checks[name])})" for name in doubtful]
        yield language.text(N_("Among the accepted rows: {checks}."), checks="; ".join(listed))


def proposals(report: Report) -> Iterator[str]:
    """What might be proposed of the whole province; each follows from findings that the report shows."""
    language = report.language
    own = of_unit(report, PROVINCE)
    yield from filter(None, (where_to_begin(one, language) for one in own))
    lost = [one.figure.target for one in own if one.band == LOST]
    if lost:
        yield language.text(
            N_("Take the targets that cannot be attained any more into account when the next ones are set: {targets}."),
            targets="; ".join(target.title[language.code] for target in lost),
        )
    checks = doubtful_rows(report)
    if checks.get("applicant_unknown") or checks.get("source_unknown"):
        yield language.text(
            N_(
                "All units: state the applicant and the source of every dossier; {applicants} rows lack the one, "
                "{sources} the other, and are not counted in the targets that need them."
            ),
            applicants=language.number(checks.get("applicant_unknown", 0)),
            sources=language.number(checks.get("source_unknown", 0)),
        )
    changed = [one.figure.target for one in own if one.flips]
    if changed:
        yield language.text(
            N_(
                "{authority}: state one way of computing these targets, whose verdict changes with the "
                "reading: {targets}."
            ),
            authority=report.decision.authority[language.code],
            targets="; ".join(target.title[language.code] for target in changed),
        )


def where_to_begin(one: Finding, language: Language) -> str:
    """At which part of the province a missed target is to be worked on; "" where none makes up most of the gap."""
    if one.figure.status != NOT_ATTAINED or not one.cause or one.band == LOST:
        return ""
    words = N_("In the next period, on the target “{target}”, begin at {part}, which reached {value}.")
    if one.running:
        words = N_("On the target “{target}”, begin at {part}, which has reached {value}.")
    known = {"target": one.figure.target.title[language.code], "part": one.cause.name}
    return language.text(words, value=language.percent(one.cause.value), **known)


def headline(report: Report, day: str = "") -> str:
    """How many targets the province attains, of those that have anything to count; ``day`` is the as-of day, as they
    write it.
    """
    shown = [figure for figure in figures.tiles(report) if figure.status != NOT_APPLICABLE]
    return report.language.text(
        N_("To {day}, the province attains {attained} of {of} targets."),
        day=day or report.language.date(report.as_of),
        attained=sum(figure.status == ATTAINED for figure in shown),
        of=len(shown),
    )


def headline_of(found: list[Finding], name: str, report: Report) -> str:
    """How many targets ``name`` attains by its findings, of those that have anything to count, and which of the others
    is nearest.
    """
    shown = [one for one in found if one.figure.status != NOT_APPLICABLE]
    attained = sum(one.figure.status == ATTAINED for one in shown)
    day, text = report.language.date(report.as_of), report.language.text
    if not shown:
        return text(N_("To {day}, {unit} has nothing to count for any target."), day=day, unit=name)
    if attained == len(shown):
        return text(N_("To {day}, {unit} attains all {of} targets."), day=day, unit=name, of=len(shown))
    closest = nearest(shown)
    if closest is None:
        words = N_("To {day}, {unit} attains {attained} of {of} targets.")
        if any(one.running for one in shown):
            words = N_(
                "To {day}, {unit} attains {attained} of {of} targets; what it misses will hardly be attained in time."
            )
        return text(words, day=day, unit=name, attained=attained, of=len(shown))
    return text(
        N_("To {day}, {unit} attains {attained} of {of} targets; most within reach: {target}, {missing} short."),
        day=day,
        unit=name,
        attained=attained,
        of=len(shown),
        target=inside(closest.target.title[report.language.code]),
        missing=missing(closest, report.language),
    )


def inside(title: str) -> str:
    """A title or name inside a sentence: ``Hồ sơ mức độ 3`` → ``hồ sơ mức độ 3``."""
    return title[:1].lower() + title[1:]
