"""Criteria in the reader's words: how points are earned, what is counted, whom they rate, from when to when.

Page, document and workbook say the same of them. Every number of criteria is a proposal: see ``proposed``.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from babel.numbers import format_decimal

from analysis.criteria.scoring import DECIMALS
from analysis.language.texts import N_, Language
from analysis.presentation.words import GROUPS_RATED
from analysis.reference.criteria import Component, Criteria
from analysis.reference.criteria_form import Bonus, PassFail, Steps
from analysis.reference.decision import DEFAULT, PROCEDURES

_MOST_DIGITS = 4  # of points and shares that are written as they are
_PERIODS = {
    "quarter": N_("each quarter by itself"),
    "year": N_("the whole year, from {first} to {last}"),
    "to_date": N_("from {first} to the as-of day, {last} at the latest"),
}


def points(value: Fraction | float | None, language: Language, digits: int | None = None) -> str:
    """Points with ``digits`` decimals, by default as many as they have: ``15``, ``12,5``; NaN → ``–``."""
    if value is None or value != value:
        return "–"
    wanted = _MOST_DIGITS if digits is None else digits
    rounded = _decimal(value).quantize(Decimal(1).scaleb(-wanted), rounding=ROUND_HALF_UP)
    pattern = "#,##0." + ("#" if digits is None else "0") * wanted if wanted else "#,##0"
    return format_decimal(rounded, format=pattern, locale=language.code)


def score(value: float, criteria: Criteria, language: Language) -> str:
    """A score with one decimal, or as many more as keep the rounded one in the band of the exact one."""
    if value != value:
        return "–"
    exact = _decimal(value)
    thresholds = [_decimal(band.at_least) for band in criteria.bands]
    for digits in range(1, DECIMALS):
        shown = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
        if all((shown >= threshold) == (exact >= threshold) for threshold in thresholds):
            return points(value, language, digits)
    return points(value, language, DECIMALS)


def proposed(text: str, language: Language) -> str:
    """``text`` marked as a proposal; a full stop stays at the end."""
    stop = "." if text.endswith(".") else ""
    return language.text(N_("{text} (proposed)"), text=text.removesuffix(".")) + stop


def formula(component: Component, language: Language) -> str:
    """How the points of a criterion are earned, with its numbers."""
    scoring, weight = component.scoring, points(component.weight, language)
    if isinstance(scoring, Steps):
        return _steps(component, scoring, language)
    if isinstance(scoring, Bonus):
        return _bonus(component, scoring, language)
    if isinstance(scoring, PassFail):
        template = N_("Points: {weight} from {minimum} on, 0 below it.")
    elif component.minimum == 0:
        return language.text(N_("Points: {weight}, whatever the share."), weight=weight)
    else:
        template = N_("Points = {weight} × share ÷ {minimum}, at most {weight}.")
    return language.text(template, weight=weight, minimum=_share(component.minimum, language))


def definition(component: Component, language: Language) -> str:
    """What is counted: the target's definition, a reading that is not the default, the rule of substance."""
    parts = [component.target.definition[language.code]]
    if component.reading.id != DEFAULT:
        parts.append(
            language.text(
                N_("Read otherwise here: {definition}"), definition=component.reading.definition[language.code]
            )
        )
    return " ".join([*parts, substance(component, language)]).strip()


def substance(component: Component, language: Language) -> str:
    """The rule that what is done for form's sake does not count; "" where there is none."""
    rule = component.substance
    if rule is None:
        return ""
    if rule.online_share is None:
        template = N_(
            "Stricter than the target: only dossiers of procedures with at least {least} dossiers in the period, "
            "through any channel, are counted."
        )
    else:
        template = N_(
            "Stricter than the target: only procedures with at least {least} dossiers in the period, through any "
            "channel, are counted; such a procedure attains when at least {share} of these dossiers, not a single "
            "one, were filed online."
        )
    return language.text(template, least=rule.least_dossiers, share=_share(rule.online_share or Fraction(0), language))


def not_scored(component: Component, language: Language) -> str:
    """Below which denominator a criterion is not scored, and what happens then."""
    then = {
        "reweight": N_("{when}: not scored; its points are spread over the other criteria in proportion to theirs."),
        "neutral": N_("{when}: {points} points, which is {share} of the criterion's, whatever the result."),
        "full": N_("{when}: the criterion's full {weight} points."),
    }
    return language.text(
        then[component.without],
        when=_too_few(component, language),
        weight=points(component.weight, language),
        points=points(component.weight * component.neutral, language),
        share=_share(component.neutral, language),
    )


def rated(criteria: Criteria, language: Language) -> str:
    """Whom the criteria rate."""
    return "; ".join(language.text(GROUPS_RATED[group]) for group in criteria.rates)


def period(criteria: Criteria, language: Language) -> str:
    """Of which days the dossiers count: those of a quarter, or of the decision's whole period up to the last."""
    decision = criteria.decision
    first, last = language.date(decision.valid_from), language.date(decision.valid_to)
    return language.text(_PERIODS[criteria.period], first=first, last=last)


def amended(criteria: Criteria, language: Language) -> str:
    """The text that the criteria would become part of, exactly as far as it is known."""
    text = criteria.amends
    if not text.number:
        blank = N_("{title} (number, symbol and day of issue: for the Department of Home Affairs to fill in)")
        return language.text(blank, title=text.title[language.code])
    whole = _legal_text(text.number, text.issued, language)
    if not text.last_amended:
        return whole
    latest = _legal_text(text.last_amended, text.last_amended_on, language)
    return language.text(N_("{text} (amended by {latest})"), text=whole, latest=latest)


def band_range(criteria: Criteria, place: int, language: Language) -> str:
    """The points of a band by its place, 0 the best."""
    bands = criteria.bands
    if place == 0:
        return language.text(N_("from {low} points up"), low=points(bands[0].at_least, language))
    above = points(bands[place - 1].at_least, language)
    if place == len(bands) - 1:
        return language.text(N_("below {above} points"), above=above)
    low = points(bands[place].at_least, language)
    return language.text(N_("from {low} to below {above} points"), low=low, above=above)


def cap(criteria: Criteria, language: Language) -> str:
    """How many units may have the best band; "" where there is no limit."""
    largest = criteria.bands[0].cap
    if largest is None:
        return ""
    template = N_(
        "at most {share} of the scored units of each group, the highest scores first; of units with one score all or "
        "none; the others have the next band"
    )
    return language.text(template, share=_share(largest, language))


def legal_date(day: date, language: Language) -> str:
    """A day as legal texts write it: a 0 before days below 10 and the months 1 and 2 alone (30/2020/NĐ-CP)."""
    if language.code != "vi":
        return language.date(day)
    return f"{day.day:02d} tháng {day.month:0{2 if day.month < 3 else 1}d} năm {day.year}"


def _steps(component: Component, scoring: Steps, language: Language) -> str:
    steps = "; ".join(
        language.text(
            N_("from {share}: {points}"),
            share=_share(step.at_least, language),
            points=points(component.weight * step.earns, language),
        )
        for step in scoring.steps
    )
    lowest = scoring.steps[0].at_least
    if lowest == 0:
        return language.text(N_("Points: {steps}."), steps=steps)
    return language.text(N_("Points: {steps}; below {lowest}: 0."), steps=steps, lowest=_share(lowest, language))


def _bonus(component: Component, scoring: Bonus, language: Language) -> str:
    above = N_(
        "Up to the target: points = {part} × share ÷ {minimum}. Above it: evenly from {part} points at {minimum} to "
        "{weight} at {full_at} and more."
    )
    evenly = N_("Points: evenly from {part} at {minimum} to {weight} at {full_at} and more.")
    return language.text(
        above if component.minimum > 0 else evenly,
        part=points(component.weight * scoring.at_target, language),
        weight=points(component.weight, language),
        minimum=_share(component.minimum, language),
        full_at=_share(scoring.full_at, language),
    )


def _too_few(component: Component, language: Language) -> str:
    of_procedures = component.target.measure == PROCEDURES
    if component.least <= 1:
        none = N_("Without any procedure to count") if of_procedures else N_("Without any dossier to count")
        return language.text(none)
    few = N_("Fewer than {least} procedures to count") if of_procedures else N_("Fewer than {least} dossiers to count")
    return language.text(few, least=language.number(component.least))


def _legal_text(number: str, day: date | None, language: Language) -> str:
    named = language.text(N_("Decision {number}"), number=number) if "/QĐ-" in number else number
    if day is None:
        return named
    return language.text(N_("{text} of {day}"), text=named, day=legal_date(day, language))


def _share(value: Fraction, language: Language) -> str:
    """A share as per cent with the decimals that it has."""
    digits = next(n for n in range(_MOST_DIGITS + 1) if n == _MOST_DIGITS or value * 100 * 10**n % 1 == 0)
    return language.percent(value, digits)


def _decimal(value: Fraction | float) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(repr(float(value)))
