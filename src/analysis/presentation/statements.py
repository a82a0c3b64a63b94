"""Findings in sentences: the only place that puts a conclusion into words, for pages, documents and notebooks alike."""

from analysis.findings.finding import Ask, Finding
from analysis.language.texts import N_, Language
from analysis.outlook.closers import (
    ALL_ONLINE,
    FINISH,
    KEEP,
    NOTHING,
    PEERS,
    UNFED,
    UNTOUCHED,
    VIA_PORTAL,
    WORTH_ASKING,
)
from analysis.outlook.comparison import LEAST_RANKED
from analysis.outlook.conclusions import LOST, RUNNING, WAITING
from analysis.presentation.numbers import chance, minimum, percent
from analysis.presentation.words import BANDS, FINALITIES, UNFORETOLD, UNMEASURED, VARIATIONS, VERDICTS
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED, PORTAL, PROCEDURES
from analysis.reference.groups import PROVINCE
from analysis.statistics.control import COMMON_CAUSE, IMPROVING, WORSENING

_WHILE = {
    PEERS: (
        N_("Have applicants file online as many as at other units: {names}."),
        N_("Have applicants file online as many as at other units, at {count} procedures."),
    ),
    ALL_ONLINE: (
        N_("Have all applicants file online: {names}."),
        N_("Have all applicants file online at {count} procedures."),
        N_("Have all applicants file online at every procedure until the period ends, and finish what waits."),
    ),
    VIA_PORTAL: (
        N_("Take the dossiers in through the portal: {names}."),
        N_("Take the dossiers of {count} procedures in through the portal."),
        N_("Take every dossier in through the portal until the period ends."),
    ),
    UNTOUCHED: (
        N_("Have the dossiers to come of {count} procedures filed online that had none so: {names}."),
        N_("Have the dossiers to come of {count} procedures filed online that had none so."),
    ),
}
_LESSONS = {
    PEERS: (
        N_("Had applicants filed online as many as at other units from the beginning, {names} would have been enough."),
        N_("Had applicants filed online as many as at other units at {count} procedures, it would have been enough."),
    ),
    ALL_ONLINE: (
        N_("Had all applicants filed online from the beginning, {names} would have been enough."),
        N_("Had all applicants filed online at {count} procedures, it would have been enough."),
    ),
    VIA_PORTAL: (
        N_("Had the dossiers come in through the portal from the beginning, {names} would have been enough."),
        N_("Had the dossiers of {count} procedures come in through the portal, it would have been enough."),
    ),
    UNTOUCHED: (
        N_("One dossier online at each of {count} procedures would have been enough: {names}."),
        N_("One dossier online at each of {count} procedures would have been enough."),
    ),
}
_ROUNDED = 5  # what several procedures bring together is told in steps that give no single count away


def outlook_word(found: Finding) -> tuple[str, str]:
    """Sign and word: the outlook while the period lasts, after it whether the verdict is final."""
    if found.figure.status == NOT_APPLICABLE:
        return UNMEASURED if found.lacking else BANDS[""]
    if not found.outlook:
        return UNFORETOLD
    return (BANDS if found.running else FINALITIES)[found.outlook]


def outlook(found: Finding, language: Language) -> str:
    """``outlook_word`` and ``prospect`` as one text: after the period the prospect begins with whether it is final."""
    told = prospect(found, language)
    if told and not found.running:
        return told
    return f"{language.text(outlook_word(found)[1])}. {told}".strip()


def finality(found: Finding, language: Language) -> str:
    """After the period: whether the verdict may still turn, and by what; "" while it lasts."""
    if found.finality in (RUNNING, "") or found.figure.status == NOT_APPLICABLE:
        return ""
    if found.finality == WAITING:
        words = N_(
            "Not final: {pending} online dossiers still wait for a result; with {shortfall} of them it is attained."
        )
        return language.text(
            words, pending=language.number(found.pending or 0), shortfall=language.number(found.figure.shortfall)
        )
    if found.pending and found.figure.status == NOT_ATTAINED:
        words = N_("Final: not even the results of the {pending} online dossiers that still wait would change it.")
        return language.text(words, pending=language.number(found.pending))
    return language.text(N_("Final."))


def prospect(found: Finding, language: Language) -> str:
    """While the period lasts: what it would take, what is expected, how probable it is; then whether it is final.

    It stands beside ``outlook_word``.
    """
    if found.figure.status == NOT_APPLICABLE:
        return uncounted(found, language) if found.lacking else ""
    if not found.running:
        return finality(found, language)
    parts = []
    if found.needed and found.figure.status == NOT_ATTAINED and found.band != LOST:
        counts = {"needed": found.needed, "remaining": found.remaining or 0, "coming": round(found.coming or 0)}
        counts["pending"] = found.pending or 0
        told = {name: language.number(count) for name, count in counts.items()}
        parts.append(language.text(_what_it_takes(found), **told))
    if found.probability is not None and found.lower is not None and found.upper is not None:
        words = N_("Value at the end, 8 times in 10: {lower} to {upper}; probability of attaining: {chance}.")
        limits = {"lower": language.percent(found.lower), "upper": language.percent(found.upper)}
        parts.append(language.text(words, chance=chance(found.probability, language), **limits))
    return " ".join(parts)


def uncounted(found: Finding, language: Language) -> str:
    """Why there is no value: which column no export has, or that nothing arose."""
    if not found.lacking:
        return language.text(N_("No dossier or procedure to count in this period."))
    names = [" / ".join(f"«{name}»" for name in any_of) for any_of in found.lacking]
    words = N_("Cannot be measured: no export has the column {columns}.")
    return language.text(words, columns=language.listed(names))


def _what_it_takes(found: Finding) -> str:
    measure = found.figure.target.measure
    if measure == PROCEDURES:
        return N_(
            "By the catalogue of the period's last day {needed} more procedures must have an online dossier; about "
            "{coming} are expected to."
        )
    if (found.needed or 0) > (found.remaining or 0):
        return N_("It would take {needed} more that count, but only about {remaining} dossiers are expected to come.")
    if found.pending and measure != PORTAL:
        return N_(
            "Besides the {pending} online dossiers that wait, of about {remaining} dossiers to come {needed} must be "
            "filed online and resolved; about {coming} are expected to be."
        )
    if measure == PORTAL:
        return N_(
            "Of about {remaining} dossiers to come, {needed} must come in through the portal; about {coming} are "
            "expected to."
        )
    return N_(
        "Of about {remaining} dossiers to come, {needed} must be filed online and resolved; about {coming} are "
        "expected to be."
    )


def signal_word(found: Finding, language: Language) -> tuple[str, str]:
    """Sign and word for what the months say; a share that has stood elsewhere since a month has changed."""
    sign, words = VARIATIONS[found.signal]
    if found.step is None or found.signal != COMMON_CAUSE:
        return sign, language.text(words)
    changed = N_("Changed from {month} on, no further change found")
    return "↱", language.text(changed, month=language.month(found.step.month))


def signal(found: Finding, language: Language) -> str:
    """By how much where the months signal a change, whether to trust that, and where the share has lain since the
    decision; "" for neither. It stands beside ``signal_word``.
    """
    told = []
    if found.signal in (IMPROVING, WORSENING) and found.slope is not None:
        slope = language.points(found.slope / 100)
        told.append(language.text(N_("{slope} percentage points a month."), slope=slope))
    told.append(doubt(found, language))
    if found.step is not None:
        words = N_("Since {month} the months, each by itself, lie around {after}, before they lay around {before}.")
        shares = {"after": language.percent(found.step.after), "before": language.percent(found.step.before)}
        told.append(language.text(words, month=language.month(found.step.month), **shares))
    return " ".join(filter(None, told))


def chart_title(found: Finding, language: Language) -> str:
    """What a chart of the months shows, in at most ten words: the value, the verdict, what the months say."""
    _, said = VARIATIONS[found.signal]
    months = language.text(said)
    if found.step is not None and found.signal == COMMON_CAUSE:
        changed = N_("higher from {month} on") if found.step.after > found.step.before else N_("lower from {month} on")
        months = language.text(changed, month=language.month(found.step.month))
    value, verdict = percent(found.figure, language), language.text(VERDICTS[found.figure.status])
    return f"{value}, {verdict[:1].lower()}{verdict[1:]}; {months[:1].lower()}{months[1:]}"


def doubt(found: Finding, language: Language) -> str:
    """Why a signal may be none; "" where nothing speaks against it."""
    if not (found.correlated and found.signal in (IMPROVING, WORSENING)):
        return ""
    return language.text(N_("Each month so resembles the one before it that this may be a false alarm."))


def cause(found: Finding, language: Language) -> str:
    """Where a group's gap comes from, or how its members fare; "" for a unit."""
    parts = []
    name = _subject(found, language)
    if found.cause and found.figure.status == NOT_ATTAINED:
        words = N_(
            "Most of the gap is at {part}, which reaches {value}. If {part} attained {minimum}, {group} would reach "
            "{then}."
        )
        known = {"part": found.cause.name, "group": name, "minimum": minimum(found.figure.target, language)}
        shares = {"value": language.percent(found.cause.value), "then": language.percent(found.cause.then)}
        parts.append(language.text(words, **known, **shares))
    if found.members:
        counts = {"attained": found.members_attained or 0, "members": found.members}
        told = {key: language.number(count) for key, count in counts.items()}
        parts.append(language.text(N_("{attained} of {members} units attain."), **told))
        if found.members_attained_few:
            few = {"few": language.number(found.members_attained_few), "least": language.number(LEAST_RANKED)}
            every = found.members_attained_few == found.members_attained
            words = (
                N_("All of these on a denominator under {least}.")
                if every
                else N_("{few} of these on a denominator under {least}.")
            )
            parts.append(language.text(words, **few))
        rare = 2 * (found.members_attained or 0) < found.members
        if rare and found.figure.status == ATTAINED and found.figure.target.measure == PROCEDURES:
            why = N_(
                "The group counts a procedure once, whichever unit has the dossier: so it can attain where few or "
                "none do."
            )
            parts.append(language.text(why))
    return " ".join(parts)


def ask_sentence(found: Finding, language: Language) -> str:
    """What to do and how probable the target then is; after the period what would have been enough; "" for nothing."""
    if found.ask is None or found.figure.status != NOT_ATTAINED:
        return ""
    if found.ask.method == FINISH:
        return _finish(found, language)
    if found.ask.method == NOTHING:
        return _too_late(found, language)
    if found.ask.method == UNFED:
        words = N_("What receives dossiers is not enough: it is attained if other procedures receive some, online.")
        return language.text(words)
    if found.ask.method == KEEP:
        return language.text(N_("To go on as now: nothing in particular would raise the probability of attaining."))
    return _running(found, found.ask, language) if found.running else _lesson(found.ask, language)


def flips(found: Finding, language: Language) -> str:
    """Under how many other readings the verdict is another; "" for none."""
    if not found.flips:
        return ""
    return language.text(N_("Another verdict under {count} other readings."), count=language.number(len(found.flips)))


def _finish(found: Finding, language: Language) -> str:
    words = N_("Finishing {count} of the {pending} online dossiers that wait is enough.")
    counts = {"count": found.figure.shortfall, "pending": found.pending or 0}
    told = {name: language.number(count) for name, count in counts.items()}
    if found.ask is None or found.ask.probability is None:
        return language.text(words, **told)
    words = N_(
        "With {count} of the {pending} online dossiers that wait finished it is attained as of now; with all of them "
        "the probability of attaining at the end is {chance}."
    )
    return language.text(words, chance=chance(found.ask.probability, language), **told)


def _too_late(found: Finding, language: Language) -> str:
    """The truth, and what the next period would ask: impossible, or hardly possible whatever is done."""
    target = found.figure.target
    if found.band == LOST:
        truth = N_("It cannot be reached in this period any more.")
    elif target.measure == PROCEDURES:
        truth = N_("It will hardly be reached in this period: too few procedures are expected to receive dossiers.")
    else:
        truth = N_("It will hardly be reached in this period: whatever is done, the probability stays under {least}.")
    told = language.text(truth, least=language.percent(WORTH_ASKING, 0))
    if target.measure == PROCEDURES:
        words = N_("To attain it in the next, begin with the procedures that receive dossiers now.")
    elif target.measure == PORTAL:
        words = N_(
            "To attain it in the next, {minimum} of the dossiers must come in through the portal from the first day."
        )
    elif target.minimum == 1:
        words = N_("To attain it in the next, every dossier must be filed online and resolved from the first day.")
    else:
        words = N_(
            "To attain it in the next, at least {minimum} of the dossiers must be filed online and resolved from the "
            "first day."
        )
    return f"{told} {language.text(words, minimum=minimum(target, language))}"


def _running(found: Finding, ask: Ask, language: Language) -> str:
    told = _named(_WHILE[ask.method], ask, language)
    if ask.method != UNTOUCHED:
        gain = _ROUNDED * int(ask.gain // _ROUNDED)  # down: never more than what comes
        words = (
            N_("That is about {gain} more that count.") if gain else N_("That is fewer than {gain} more that count.")
        )
        told += " " + language.text(words, gain=language.number(gain or _ROUNDED))
    if (found.needed or 0) > (found.remaining or 0) and found.figure.target.measure != PROCEDURES:
        told += " " + language.text(N_("It is enough only if more dossiers come than are expected."))
    if ask.probability is None:
        return told
    words = N_("If it is done, the probability of attaining is {chance}.")
    if ask.method == UNTOUCHED:
        words = N_(
            "The probability of attaining is then {chance}: whether they receive another dossier is not certain."
        )
    return f"{told} {language.text(words, chance=chance(ask.probability, language))}"


def _lesson(ask: Ask, language: Language) -> str:
    if not ask.closes:
        names = _names(ask, language)
        if names:
            return language.text(
                N_("Not even all its procedures would have been enough; begin with {names}."), names=names
            )
        return language.text(N_("Not even all its procedures would have been enough."))
    return _named(_LESSONS[ask.method], ask, language)


def _named(templates: tuple[str, ...], ask: Ask, language: Language) -> str:
    """With the procedures' names; counted where none may be named, since their dossiers are not told; else of all."""
    names = _names(ask, language)
    words = templates[0 if names else 1 if ask.count else 2]
    return language.text(words, count=language.number(ask.count), names=names)


def _names(ask: Ask, language: Language) -> str:
    named = [
        language.text(N_("“{name}”"), name=name)
        if dossiers is None
        else language.text(N_("“{name}” ({dossiers} dossiers)"), name=name, dossiers=language.number(dossiers))
        for name, dossiers in ask.procedures
    ]
    if named and ask.others:
        named.append(language.text(N_("{count} more"), count=language.number(ask.others)))
    return language.listed(named)


def _subject(found: Finding, language: Language) -> str:
    return language.text(N_("the province")) if found.figure.unit_code == PROVINCE else found.figure.unit_name
