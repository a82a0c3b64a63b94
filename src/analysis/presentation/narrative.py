"""Sentences of an official report, made of a run's figures: what was attained, where it is heading, what to propose."""

from collections.abc import Iterator
from typing import Any

from analysis.findings import figures
from analysis.findings.advice import Ask, Call, Concern
from analysis.findings.figures import Figure
from analysis.findings.ledger import doubtful_rows
from analysis.findings.report import Report
from analysis.findings.subject import Subject
from analysis.findings.tasks import nearest
from analysis.language.texts import N_, Language
from analysis.outlook.closers import PEERS
from analysis.outlook.gap import IMPOSSIBLE, NEEDS_CHANGE, REACHABLE
from analysis.presentation.numbers import chance, minimum, missing, percent, whole
from analysis.presentation.words import CHECKS, PACES, REASONS, VARIATIONS
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED, PROCEDURES, Decision, Target
from analysis.reference.groups import PROVINCE
from analysis.reference.tables import TIERS


def made_up(report: Report) -> list[str]:
    """What a document must say first of data or a catalogue that are made up; empty for real ones."""
    text, found = report.language.text, []
    if report.synthetic:
        found.append(text(N_("Synthetic data: these exports were made up; no figure says anything about a real unit.")))
    if report.reference.illustrative:
        words = text(N_("Names, codes and levels of the procedures are made up after the real number of procedures."))
        found.append(f"{text(N_('Illustrative catalogue.'))} {words}")
    if report.reference.drafted:
        words = text(
            N_("It holds the procedures that had dossiers in the exports alone: shares of procedures may be too high.")
        )
        found.append(f"{text(N_('Drafted catalogue.'))} {words}")
    return found


def subject(report: Report) -> str:
    """What the report is about (trích yếu)."""
    return report.language.text(
        N_("Results of carrying out Decision {number} of {issued}: {title} (figures to {day})"),
        number=report.decision.number,
        issued=report.language.date(report.decision.issued),
        title=report.decision.title[report.language.code],
        day=report.language.date(report.as_of),
    )


def caution(decision: Decision, language: Language, day: str = "") -> str:
    """What readers must know of the decision's text, "" for nothing; ``day`` is that of issue, as they write it."""
    told = decision.caution[language.code] if decision.caution else ""
    return told.replace("{day}", day or language.date(decision.issued))


def scope(report: Report) -> str:
    """Which units the figures cover."""
    counts = {tier: len(figures.tier_units(report, tier)) for tier in TIERS}
    return report.language.text(
        N_("Scope: {province} departments and agencies, {district} districts, {commune} communes."),
        **{tier: report.language.number(number) for tier, number in counts.items()},
    )


def result(figure: Figure, language: Language) -> str:
    """One figure beside its target, as a sentence without its subject."""
    if figure.value is None or figure.gap is None:
        return language.text(N_("nothing arose."))
    if figure.gap == 0:
        template = N_("{numerator} of {whole}, which is {share}, just the target.")
    elif figure.gap > 0:
        template = N_(
            "{numerator} of {whole}, which is {share}, {points} percentage points above the target of {minimum}."
        )
    else:
        template = N_(
            "{numerator} of {whole}, which is {share}, {points} percentage points below the target of {minimum}; "
            "at least {missing} are missing."
        )
    return language.text(
        template,
        numerator=language.number(figure.numerator),
        whole=whole(figure, language),
        share=percent(figure, language),
        points=language.points(abs(figure.gap), figure.digits()).lstrip("+"),
        minimum=minimum(figure.target, language),
        missing=missing(figure, language),
    )


def standing(report: Report, tier: str) -> dict[str, dict[str, int]]:
    """How many units of a tier have each verdict, by target."""
    counts: dict[str, dict[str, int]] = {target.id: {} for target in report.decision.targets}
    for figure in figures.figures(report, figures.tier_units(report, tier)):
        of_target = counts[figure.target.id]
        of_target[figure.status] = of_target.get(figure.status, 0) + 1
    return counts


def course(trend: Any, language: Language) -> str:
    """Where a target's months are heading."""
    words = language.text(VARIATIONS[trend.variation][1])
    if trend.slope != trend.slope:
        return f"{words}."
    return language.text(
        N_("{verdict}; {slope} percentage points a month (95 % interval: {lower} to {upper}; months up to {month})."),
        verdict=words,
        **{name: language.points(value / 100) for name, value in _slopes(trend)},
        month=language.month(trend.judged_until),
    )


def prospect(target: Target, gap: Any, projection: Any, language: Language) -> str:
    """What it would take, and how probable it is that the target is attained by the period's end."""
    parts = [f"{language.text(PACES[gap.verdict][1])}."]
    if gap.verdict in (REACHABLE, NEEDS_CHANGE):
        if target.measure == PROCEDURES:
            parts.append(
                language.text(
                    N_(
                        "{needed} more procedures must have an online dossier; {waiting} of those without "
                        "one receive dossiers."
                    ),
                    needed=language.number(gap.needed),
                    waiting=language.number(gap.untouched_with_dossiers),
                )
            )
        else:
            parts.append(
                language.text(
                    N_(
                        "Of about {remaining} dossiers to come ({lower} to {upper}), {needed} must be "
                        "filed online and resolved."
                    ),
                    needed=language.number(gap.needed),
                    remaining=language.number(gap.remaining),
                    lower=language.number(gap.remaining_lower),
                    upper=language.number(gap.remaining_upper),
                )
            )
    if projection.probability == projection.probability:
        parts.append(
            language.text(
                N_("Value at the end, 8 times in 10: {lower} to {upper}; probability of attaining: {chance}."),
                lower=language.percent(projection.lower),
                upper=language.percent(projection.upper),
                chance=chance(projection.probability, language),
            )
        )
    return " ".join(parts)


def concern(found: Concern, language: Language) -> str:
    """One target that a unit misses, and what would close the gap."""
    figure = found.figure
    words = language.text(
        N_("{target}: {share} ({numerator} of {whole}), {missing} missing, {part} of what all units miss."),
        target=figure.target.title[language.code],
        share=percent(figure, language),
        numerator=language.number(figure.numerator),
        whole=whole(figure, language),
        missing=missing(figure, language),
        part=language.percent(found.part),
    )
    return f"{words} {ask_sentence(found.ask, language)}" if found.ask else words


def data_quality(report: Report) -> Iterator[str]:
    """What is wrong with the exports, the most frequent first."""
    language, totals = report.language, report.totals
    yield language.text(
        N_("{files} files. Rows read: {read} = accepted {accepted} + rejected {rejected} + superseded {superseded}."),
        files=language.number(len(report.files)),
        **{name: language.number(number) for name, number in totals.items() if name != "skipped_lines"},
    )
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


def proposals(report: Report, calls: list[Call]) -> Iterator[str]:
    """What might be proposed; each follows from figures that the report shows."""
    language = report.language
    for call in calls:
        for found in call.concerns[:1]:
            if found.ask:
                yield language.text(
                    N_("{unit}, on the target “{target}”: {ask}"),
                    unit=call.unit_name,
                    target=found.figure.target.title[language.code],
                    ask=ask_sentence(found.ask, language),
                )
    lost = _lost(report)
    units = figures.tier_units(report, "province") + figures.tier_units(report, "district")
    for figure in figures.tiles(report):
        most = figures.largest_shortfalls(report, figure.target, units, 3)
        if figure.status == NOT_ATTAINED and figure.target not in lost and most:
            yield language.text(
                N_("For the target “{target}”, set the tasks of {units}, which miss most, month by month."),
                target=figure.target.title[language.code],
                units="; ".join(f"{one.unit_name} ({missing(one, language)})" for one in most),
            )
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
    changed = [
        target for target in report.decision.targets if any(r.changes_verdict for r in figures.readings(report, target))
    ]
    if changed:
        yield language.text(
            N_(
                "{authority}: state one way of computing these targets, whose verdict changes with the "
                "reading: {targets}."
            ),
            authority=report.decision.authority[language.code],
            targets="; ".join(target.title[language.code] for target in changed),
        )


def headline(report: Report) -> str:
    """How many targets the province attains, of those that have anything to count."""
    shown = [figure for figure in figures.tiles(report) if figure.status != NOT_APPLICABLE]
    return report.language.text(
        N_("To {day}, the province attains {attained} of {of} targets."),
        day=report.language.date(report.as_of),
        attained=sum(figure.status == ATTAINED for figure in shown),
        of=len(shown),
    )


def unit_headline(report: Report, unit: Subject) -> str:
    """How many targets it attains, of those that have anything to count, and which of the others is nearest."""
    shown = [figure for figure in figures.tiles(report, unit.code) if figure.status != NOT_APPLICABLE]
    day, text = report.language.date(report.as_of), report.language.text
    if not shown:
        return text(N_("To {day}, {unit} has nothing to count for any target."), day=day, unit=unit.name)
    closest = nearest(shown)
    if closest is None:
        return text(N_("To {day}, {unit} attains all {of} targets."), day=day, unit=unit.name, of=len(shown))
    return text(
        N_("To {day}, {unit} attains {attained} of {of} targets; nearest of the others: {target}, {missing} short."),
        day=day,
        unit=unit.name,
        attained=sum(figure.status == ATTAINED for figure in shown),
        of=len(shown),
        target=_inside(closest.target.title[report.language.code]),
        missing=missing(closest, report.language),
    )


def ask_sentence(ask: Ask, language: Language) -> str:
    """``Đưa 3 thủ tục lên trực tuyến là đủ: …``; procedures whose dossiers are not told are counted, not named."""
    if not ask.closes:
        template, alone = (
            N_("All {count} procedures that receive dossiers would not suffice; begin with {names}."),
            N_("All {count} procedures that receive dossiers would not suffice."),
        )
    elif ask.method == PEERS:
        template, alone = (
            N_("Reaching at {count} procedures what other units reach is enough: {names}."),
            N_("Reaching at {count} procedures what other units reach is enough."),
        )
    else:
        template, alone = (
            N_("Bringing {count} procedures online is enough: {names}."),
            N_("Bringing {count} procedures online is enough."),
        )
    named = [
        language.text(N_("“{name}”"), name=name)
        if dossiers is None
        else language.text(N_("“{name}” ({dossiers} dossiers)"), name=name, dossiers=language.number(dossiers))
        for name, dossiers in ask.procedures
    ]
    if not named:
        return language.text(alone, count=language.number(ask.count))
    if ask.others:
        named.append(language.text(N_("{count} more"), count=language.number(ask.others)))
    return language.text(template, count=language.number(ask.count), names=", ".join(named))


def _inside(title: str) -> str:
    """A title inside a sentence: ``Hồ sơ mức độ 3`` → ``hồ sơ mức độ 3``."""
    return title[0].lower() + title[1:]


def _lost(report: Report) -> list[Target]:
    """Targets that the province cannot attain any more while the period lasts."""
    if report.as_of >= report.decision.valid_to:
        return []
    gap = report.outlook["gap"]
    verdicts = gap[gap["unit_code"] == PROVINCE].set_index("target_id")["verdict"]
    return [target for target in report.decision.targets if verdicts[target.id] == IMPOSSIBLE]


def _slopes(trend: Any) -> list[tuple[str, float]]:
    return [("slope", trend.slope), ("lower", trend.slope_lower), ("upper", trend.slope_upper)]
