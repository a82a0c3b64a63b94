"""The draft annex of criteria (phụ lục tiêu chí) that the Department of Home Affairs goes on with in Word.

Sections I to V say the criteria; what is enclosed tries them on a run's figures and works one unit out (``trial``).
"""

from pathlib import Path

from analysis.criteria import trial, words
from analysis.criteria.rating import Evidence, Standing
from analysis.documents.official_document import OfficialDocument
from analysis.language.texts import N_, Language
from analysis.presentation import narrative
from analysis.reference.criteria import Component, Criteria
from analysis.reference.decision import DIGITISED, ON_TIME, PAID_ONLINE, PROCEDURES, SATISFACTION
from analysis.reference.forms import CriteriaForm, load_criteria_form

_PORTAL = "dossiers_via_portal"


def write_criteria_annex(path: Path, evidence: Evidence, standing: Standing) -> None:
    """Write the draft of the standing's criteria, whole or not at all; the same figures give the same bytes."""
    report, criteria = evidence.report, standing.criteria
    language = report.language
    folder = report.reference.folder
    form = load_criteria_form(folder)
    document = OfficialDocument(folder, form, language, report.as_of, subject(criteria, language))
    _basis(document, form, evidence, criteria)
    _scope(document, criteria, language)
    _components(document, criteria, language)
    _not_scored(document, criteria, language)
    _bands(document, form, criteria, language)
    trial.write_trial(document, evidence, standing)
    trial.write_example(document, evidence, standing)
    document.save(path)


def subject(criteria: Criteria, language: Language) -> str:
    """What the annex is about and which draft it goes with."""
    title = criteria.amends.title[language.code]
    if not criteria.amends.number:
        blank = N_(
            "Criteria on the results of online public services in: {title}, with the draft that amends it (number, "
            "symbol and day of issue: for the Department of Home Affairs to fill in)"
        )
        return language.text(blank, title=title)
    template = N_("Criteria on the results of online public services in: {title}, with the draft that amends {amended}")
    return language.text(template, title=title, amended=words.amended(criteria, language))


def _basis(document: OfficialDocument, form: CriteriaForm, evidence: Evidence, criteria: Criteria) -> None:
    report, language = evidence.report, evidence.report.language
    text, lang, decision = language.text, language.code, criteria.decision
    document.heading(text(N_("I. BASIS")))
    for notice in narrative.made_up(report):
        document.notice(notice)
    document.notice(
        text(
            N_(
                "Every number of these criteria (points, steps, smallest denominators, bands, caps) is proposed for "
                "consideration; none is a rule in force."
            )
        )
    )
    if criteria.is_rival:
        document.notice(text(N_("This is an alternative, written to be compared with the draft, not to be signed.")))
    named = text(
        N_("Decision {number} of {day} of {authority} ({title})"),
        number=decision.number,
        day=words.legal_date(decision.issued, language),
        authority=decision.authority[lang],
        title=decision.title[lang],
    )
    charge = form.charges.get(decision.id)
    if charge:
        document.item(f"{named} {charge[lang]}.")
    else:
        document.item(f"{named}.")
    document.item(f"{_amended(criteria, language)}.", text(N_("The text to be amended:")))
    caution = narrative.caution(decision, language, words.legal_date(decision.issued, language))
    if caution:
        document.note(caution)


def _amended(criteria: Criteria, language: Language) -> str:
    """The text amended with its title, which stands in it already where there is no number."""
    whole = words.amended(criteria, language)
    return f"{criteria.amends.title[language.code]}: {whole}" if criteria.amends.number else whole


def _scope(document: OfficialDocument, criteria: Criteria, language: Language) -> None:
    text, lang = language.text, language.code
    document.heading(text(N_("II. WHOM IT RATES, PERIOD AND MAXIMUM")))
    document.item(f"{criteria.title[lang]}. {criteria.purpose[lang]}", text(N_("Alternative:")))
    document.item(f"{words.rated(criteria, language)}.", text(N_("Rated:")))
    document.item(f"{words.period(criteria, language)}.", text(N_("Period:")))
    document.item(f"{_applies(criteria, language)}.", text(N_("Applies:")))
    part = N_("one part of the whole evaluation: … % (for the Department of Home Affairs to fill in).")
    document.item(text(part), text(N_("Place in the evaluation:")))
    maximum = text(N_("{points} points"), points=words.points(criteria.maximum, language))
    document.item(f"{words.proposed(maximum, language)}.", text(N_("Maximum:")))


def _applies(criteria: Criteria, language: Language) -> str:
    """From when to when, where the file says so; a text that looks back is nobody's to propose by default."""
    decision = criteria.decision
    if (criteria.applies_from, criteria.applies_to) == (decision.valid_from, decision.valid_to):
        return language.text(N_("from … (for the Department of Home Affairs to fill in)"))
    first, last = (words.legal_date(day, language) for day in (criteria.applies_from, criteria.applies_to))
    return language.text(N_("for results from {first} to {last}"), first=first, last=last)


def _components(document: OfficialDocument, criteria: Criteria, language: Language) -> None:
    text, lang = language.text, language.code
    document.heading(text(N_("III. CRITERIA")))
    rows = [
        [
            *(str(place), component.target.title[lang], _definition(component, language)),
            *(words.formula(component, language), _source(component, language)),
            words.points(component.weight, language),
        ]
        for place, component in enumerate(criteria.components, start=1)
    ]
    total = [
        "**",
        text(N_("Total")),
        "",
        "",
        "",
        words.points(sum(part.weight for part in criteria.components), language),
    ]
    document.table(
        text(N_("Criteria and their points")),
        [
            *(text(N_("No.")), text(N_("Criterion")), text(N_("Definition"))),
            words.proposed(text(N_("How points are earned")), language),
            *(text(N_("Data source")), words.proposed(text(N_("Points")), language)),
        ],
        [*rows, total],
        [8, 25, 43, 33, 32, 19],
        left=(1, 2, 3, 4),
    )
    parts = list(enumerate(criteria.components, start=1))
    lang = language.code
    names = "; ".join(f"({place}) {part.target.title[lang]}" for place, part in parts if not part.substance)
    published = N_("Shares are those that the monthly report publishes: {names}.")
    document.note(text(published, names=names or "–"))
    strict = ", ".join(f"({place})" for place, part in parts if part.substance)
    if strict:
        anew = N_(
            "Criteria {numbers} are counted anew from the dossiers, under the stricter rule in their definition; "
            "the monthly report does not have them."
        )
        document.note(text(anew, numbers=strict))


def _definition(component: Component, language: Language) -> str:
    whole = words.definition(component, language)
    return words.proposed(whole, language) if component.substance else whole


def _source(component: Component, language: Language) -> str:
    """Where the figures come from and how they are counted, for officials."""
    if component.target.measure == PROCEDURES:
        counted = N_("The portals' exports, cleaned, and the catalogue: procedures, each counted once")
        active = N_("The portals' exports, cleaned, by unit and procedure: procedures, each counted once")
        return language.text(active if component.substance else counted)
    if component.target.measure == _PORTAL:
        return language.text(N_("The portals' exports, cleaned: dossiers by the system of receipt"))
    if component.target.measure == ON_TIME:
        return language.text(N_("The portals' exports, cleaned: dossiers by due day and result"))
    if component.target.measure == PAID_ONLINE:
        return language.text(N_("The portals' exports, cleaned: dossiers by the way in which fees were paid"))
    if component.target.measure == SATISFACTION:
        return language.text(N_("Units' tables on how content people were: people asked, by unit and month"))
    if component.target.measure == DIGITISED:
        return language.text(N_("The portals' exports, cleaned: dossiers by whether their papers were digitised"))
    if component.substance:
        return language.text(N_("The portals' exports, cleaned, by unit and procedure: dossiers by channel and result"))
    return language.text(N_("The portals' exports, cleaned: dossiers by channel and result"))


def _not_scored(document: OfficialDocument, criteria: Criteria, language: Language) -> None:
    text = language.text
    document.heading(text(N_("IV. WHAT IS NOT SCORED")))
    alike: dict[str, list[str]] = {}
    for place, component in enumerate(criteria.components, start=1):
        alike.setdefault(words.not_scored(component, language), []).append(str(place))
    for rule, places in alike.items():
        lead = N_("Criterion {places}:") if len(places) == 1 else N_("Criteria {places}:")
        document.item(words.proposed(rule, language), text(lead, places=", ".join(places)))
    document.item(text(N_("A unit of which no criterion is scored has neither points nor a band.")))


def _bands(document: OfficialDocument, form: CriteriaForm, criteria: Criteria, language: Language) -> None:
    text = language.text
    document.heading(text(N_("V. BANDS")))
    heads = [text(N_("No.")), text(N_("Band")), words.proposed(text(N_("Points")), language)]
    rows = [
        [str(place + 1), band.title[language.code], words.band_range(criteria, place, language)]
        for place, band in enumerate(criteria.bands)
    ]
    widths = [10.0, 85.0, 65.0]
    limit = words.cap(criteria, language)
    if limit:
        heads.append(words.proposed(text(N_("Limit")), language))
        rows = [[*row, limit if place == 0 else "–"] for place, row in enumerate(rows)]
        widths = [10.0, 50.0, 45.0, 55.0]
    document.table(text(N_("Bands by points")), heads, rows, widths, left=(1, 3))
    if tuple(band.title["vi"] for band in criteria.bands) == form.band_names.titles:
        named = N_("The names of the bands are those of {source}; the points are proposed.")
        document.note(text(named, source=form.band_names.source[language.code]))
