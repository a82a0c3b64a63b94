"""A trial (tính thử) of criteria on a run's figures, for the draft annex: all scores and bands, one worked out."""

import numpy as np

from analysis.criteria import words
from analysis.criteria.rating import Evidence, Standing
from analysis.criteria.scoring import NO_BAND
from analysis.documents.official_document import OfficialDocument
from analysis.findings.figures import Figure
from analysis.language.texts import N_, Language
from analysis.presentation.numbers import fraction, percent
from analysis.presentation.words import GROUP_BODIES
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED

_DIGITS = 2  # of points in the worked example


def write_trial(document: OfficialDocument, evidence: Evidence, standing: Standing) -> None:
    """The section with the scores and bands of all units, the highest score first."""
    report, criteria = evidence.report, standing.criteria
    text, language = report.language.text, report.language
    document.annex(text(N_("ENCLOSED, NOT TO BE ISSUED: A TRIAL ON THE PERIOD'S FIGURES")))
    if report.synthetic:
        document.notice(text(N_("A trial on synthetic data: no score or band says anything about a real unit.")))
    first, last = evidence.span(criteria.period)
    period = N_("Period: dossiers received from {first} to {last}; results up to {day} count.")
    days = {
        name: words.legal_date(day, language) for name, day in (("first", first), ("last", last), ("day", report.as_of))
    }
    document.item(text(period, **days))
    if evidence.provisional(criteria.period):
        document.item(text(N_("The period is not over: scores and bands are provisional.")))
    _tally(document, standing, language)
    document.table(
        text(N_("Scores and bands of the units, a trial with the proposed numbers")),
        [
            *(text(N_("No.")), text(N_("Unit")), text(N_("Criteria scored"))),
            *(words.proposed(text(N_("Score")), language), words.proposed(text(N_("Band")), language)),
        ],
        _unit_rows(evidence, standing),
        [10, 58, 22, 20, 50],
        left=(1,),
    )
    _moved(document, evidence, standing)
    _unscored(document, evidence, standing)


def write_example(document: OfficialDocument, evidence: Evidence, standing: Standing) -> None:
    """The annex with one unit worked out, that in the middle by score; nothing where no unit has a score."""
    scored = np.flatnonzero(standing.scored)
    if not len(scored):
        return
    order = sorted(scored, key=lambda place: (standing.scores.total[place], standing.codes[place]))
    unit = int(order[(len(order) - 1) // 2])
    report = evidence.report
    text, language = report.language.text, report.language
    name = report.names[standing.codes[unit]]
    document.heading(text(N_("A WORKED EXAMPLE")))
    document.paragraph(
        text(
            N_("{unit}, in the middle of the {count} scored units by score."),
            unit=name,
            count=language.number(len(scored)),
        )
    )
    document.table(
        text(N_("How the score comes about, a trial with the proposed numbers")),
        [
            *(text(N_("No.")), text(N_("Criterion")), text(N_("Fraction")), text(N_("Share"))),
            words.proposed(text(N_("Points at most")), language),
            *(text(N_("Points earned")), text(N_("Points counted"))),
        ],
        _example_rows(standing, unit, name, language),
        [8, 52, 24, 20, 20, 18, 18],
        left=(1,),
    )
    document.note(
        text(
            N_(
                "Counted: the points earned, after the points of criteria that are not scored were spread over the "
                "others; –: not scored. Computed with all decimals; {digits} are shown."
            ),
            digits=_DIGITS,
        )
    )
    document.paragraph(_outcome(standing, unit, language))


def _unit_rows(evidence: Evidence, standing: Standing) -> list[list[str]]:
    """A heading for each group where there are several, then its units, those without a score last."""
    report, criteria = evidence.report, standing.criteria
    rows: list[list[str]] = []
    number = 0
    for group in criteria.rates:
        units = [place for place, own in enumerate(standing.groups) if own == group]
        if units and len(criteria.rates) > 1:
            rows.append([report.language.text(GROUP_BODIES[group])])
        for unit in sorted(units, key=lambda place: _rank(standing, place)):
            number += 1
            rows.append(
                [str(number), report.names[standing.codes[unit]], *_outcome_cells(standing, unit, report.language)]
            )
    return rows


def _rank(standing: Standing, unit: int) -> tuple[bool, float, str]:
    total = float(standing.scores.total[unit])
    return (not standing.scored[unit], -total if standing.scored[unit] else 0.0, standing.codes[unit])


def _outcome_cells(standing: Standing, unit: int, language: Language) -> list[str]:
    criteria, place = standing.criteria, int(standing.bands[unit])
    counted = int((~np.isnan(standing.scores.earned[unit])).sum())
    band = "–" if place == NO_BAND else criteria.bands[place].title[language.code]
    return [
        f"{counted}/{len(criteria.components)}",
        words.score(float(standing.scores.total[unit]), criteria, language),
        band,
    ]


def _moved(document: OfficialDocument, evidence: Evidence, standing: Standing) -> None:
    """Which units the cap of the best band keeps out of it."""
    above = standing.scored & (standing.bands > 0) & (standing.scores.total >= standing.criteria.thresholds[0])
    if above.any():
        units = ", ".join(evidence.report.names[standing.codes[place]] for place in np.flatnonzero(above))
        template = N_("In the next band because of the limit of the best: {units}.")
        document.note(evidence.report.language.text(template, units=units))


def _tally(document: OfficialDocument, standing: Standing, language: Language) -> None:
    text, criteria = language.text, standing.criteria
    titles = {place: band.title[language.code] for place, band in enumerate(criteria.bands)}
    if not standing.scored.all():
        titles[NO_BAND] = text(N_("No score"))
    found = np.asarray(standing.groups)
    rows = [
        [
            title,
            *(language.number(int(((standing.bands == place) & (found == group)).sum())) for group in criteria.rates),
        ]
        for place, title in titles.items()
    ]
    total = [f"**{text(N_('Total'))}", *(language.number(int((found == group).sum())) for group in criteria.rates)]
    width = 100 / len(criteria.rates)
    document.table(
        text(N_("Number of units by band, a trial with the proposed numbers")),
        [words.proposed(text(N_("Band")), language), *(text(GROUP_BODIES[group]) for group in criteria.rates)],
        [*rows, total],
        [60, *[width] * len(criteria.rates)],
    )


def _unscored(document: OfficialDocument, evidence: Evidence, standing: Standing) -> None:
    """Which units have no score, and what each had to count."""
    language, names = evidence.report.language, evidence.report.names
    for unit in np.flatnonzero(~standing.scored):
        lead = language.text(N_("No score, {unit}:"), unit=names[standing.codes[unit]])
        document.item(_too_little(standing, int(unit), language), lead)


def _too_little(standing: Standing, unit: int, language: Language) -> str:
    some = [
        language.text(
            N_("criterion {place}: {found}, at least {least} are needed"),
            place=place,
            found=language.number(int(under)),
            least=language.number(component.least),
        )
        for place, (component, under) in enumerate(
            zip(standing.criteria.components, standing.denominators[unit], strict=True), start=1
        )
        if under > 0
    ]
    if not some:
        return language.text(N_("nothing to count for any criterion."))
    if len(some) == len(standing.criteria.components):
        return "; ".join(some) + "."
    return "; ".join([*some, language.text(N_("other criteria: nothing to count"))]) + "."


def _example_rows(standing: Standing, unit: int, name: str, language: Language) -> list[list[str]]:
    criteria, found = standing.criteria, standing.scores
    weights, earned = np.asarray(criteria.weights), found.earned[unit]
    rows = []
    for place, component in enumerate(criteria.components):
        figure = _figure(standing, unit, place, name)
        points = (weights[place], weights[place] * earned[place], found.points[unit, place])
        rows.append(
            [
                *(str(place + 1), component.target.title[language.code]),
                *(fraction(figure, language), percent(figure, language)),
                words.points(component.weight, language),
                *(words.points(float(value), language, _DIGITS) for value in points[1:]),
            ]
        )
    sums = [float(np.nansum(weights * earned)), float(found.total[unit])]
    shown = [words.points(criteria.maximum, language), *(words.points(value, language, _DIGITS) for value in sums)]
    return [*rows, ["**", language.text(N_("Total")), "", "", *shown]]


def _figure(standing: Standing, unit: int, place: int, name: str) -> Figure:
    """One count as a figure, which knows how many decimals keep it on its side of the target."""
    target = standing.criteria.components[place].target
    over, under = int(standing.numerators[unit, place]), int(standing.denominators[unit, place])
    reached = over * target.minimum.denominator >= target.minimum.numerator * under
    status = NOT_APPLICABLE if not under else ATTAINED if reached else NOT_ATTAINED
    return Figure(target, standing.codes[unit], name, over, under, 0, status)


def _outcome(standing: Standing, unit: int, language: Language) -> str:
    """The score of a unit, the band that it falls in, and the one that it has where a cap moved it."""
    criteria, total = standing.criteria, float(standing.scores.total[unit])
    by_points = int(sum(total < threshold for threshold in criteria.thresholds))
    place = int(standing.bands[unit])
    template = N_("{score} points in all, {range}: {band}.")
    reached = language.text(
        template,
        score=words.score(total, criteria, language),
        range=words.proposed(words.band_range(criteria, by_points, language), language),
        band=criteria.bands[by_points].title[language.code],
    )
    if place == by_points:
        return reached
    moved = N_("The limit of the best band moves the unit to: {band}.")
    return f"{reached} {language.text(moved, band=criteria.bands[place].title[language.code])}"
