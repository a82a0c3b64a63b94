"""The sections of a unit's or group's report; those that do not apply show nothing, not even their heading."""

from pathlib import Path
from typing import Any

from analysis.findings import figures
from analysis.findings.advice import attained_by_none
from analysis.findings.course import to_date_of
from analysis.findings.finding import of_unit
from analysis.findings.ledger import cautions, sources_stated
from analysis.findings.obstacles import delays, stated
from analysis.findings.offered import offer
from analysis.findings.provenance import dossiers_by_file, source_files
from analysis.findings.report import Report
from analysis.findings.standing import standings
from analysis.findings.subject import Subject
from analysis.findings.tasks import leading, most_missing
from analysis.findings.waiting import standing as hanging
from analysis.language.texts import N_
from analysis.outlook.comparison import LEAST_RANKED
from analysis.outlook.evidence import held, level_of, tried_month
from analysis.pages.difficulty_sections import difficulties_of_group
from analysis.pages.rendering import Section, render
from analysis.pages.sections import TargetRow, course_plots
from analysis.presentation import catalogue, receiving
from analysis.presentation.leads import lead_of
from analysis.presentation.multiples import multiples
from analysis.presentation.obstacles import borne_out
from analysis.presentation.quality import records
from analysis.presentation.succession import series_note
from analysis.presentation.tiers import tier_words
from analysis.presentation.waiting import decides
from analysis.presentation.words import AGAINST, AGAINST_TIER, DELAYS, FORECAST_LEVELS, MIXES, QUESTIONS, TIER_WORDS
from analysis.reference.tiers import DISTRICTS
from analysis.storage.places import CATALOGUE_PAGE, OVERVIEW, WAITING_PAGE, letter_page

_MOST_MEMBERS = 40  # of a tier; all of them stand in the overview
TEMPLATES = ("unit_*", "targets", "difficulties")  # what the sections are made by
BASE = "../"  # from a unit's page to the month's folder


def heading(report: Report, subject: Subject) -> Section:
    """Who it is, what must be known before any figure is read, and what stands first."""
    values = {
        "lead": lead_of(report, subject),
        "parent_name": report.names.get(subject.parent, ""),
        "area_name": report.names.get(subject.area, ""),
        "kind": _kind(report, subject),
        "held": series_note(report, subject.code),
        "sources": _few_sources(report, subject),
        **cautions(report),
    }
    return _render("unit_heading", report, subject, **values)


def targets(report: Report, subject: Subject) -> Section:
    """Its targets, a row each: the result beside target and tier, what is missing and what to do, how sure that is."""
    rows_of = {} if subject.is_group else {one.row.target_id: one.row for one in standings(report, subject.code)}
    rows = [
        TargetRow(one, rows_of.get(one.figure.target.id), most_missing(report, subject, one))
        for one in of_unit(report, subject.code)
    ]
    legend = ""
    if rows_of:
        words = N_(
            "Dot: the value; band: what chance alone would make of it; dashed: the target; thin: the tier's units "
            "together."
        )
        legend = report.language.text(words)
    return _render("targets", report, subject, rows=rows, legend=legend)


def communes(report: Report, subject: Subject) -> Section:
    """A district's communes side by side, for the target that leads in its area; nothing for whoever has none."""
    members = [code for code in subject.members if report.directory.at[code, "tier"] != DISTRICTS]
    first = leading(of_unit(report, subject.area or subject.code))
    drawn = None
    if members and first and not subject.code.startswith("TIER:"):
        target = first.figure.target
        own = [one for one in figures.figures(report, members) if one.target.id == target.id]
        drawn = multiples(subject.code, own, to_date_of(report, target.id, members), report.language)
    return _render("unit_communes", report, subject, drawn=drawn)


def standing(report: Report, subject: Subject) -> Section:
    """A unit's shares, ranks and differences beside its tier's; for a group its members, the worst first."""
    if subject.is_group:
        return _members(report, subject)
    words = {"against": AGAINST, "against_tier": AGAINST_TIER, "mixes": MIXES, "least": LEAST_RANKED}
    return _render("unit_standing", report, subject, standings=standings(report, subject.code), **words)


def trend(report: Report, subject: Subject) -> Section:
    """The months of each target that has anything to count, what they signal; the target that leads comes first."""
    found = of_unit(report, subject.code)
    first = leading(found)
    drawn = course_plots(report, found)
    drawn.sort(key=lambda plot: plot.target != (first.figure.target.id if first else ""))
    level, month = level_of(subject.code, subject.tier), tried_month(report.decision, report.as_of)
    foretold = None
    if level in FORECAST_LEVELS and any(one.running for one in found):
        foretold = {"level": FORECAST_LEVELS[level], "month": month, "held": held(level, month)}
    note = series_note(report, subject.code)
    return _render("unit_trend", report, subject, plots=drawn, tried=foretold, held=note)


def procedures(report: Report, subject: Subject) -> Section:
    """A unit's procedures, the closers of its gaps first; nothing for a group."""
    titles = {target.id: target.title[report.language.code] for target in report.decision.targets}
    shown = None if subject.is_group else offer(report, subject.code)
    return _render("unit_procedures", report, subject, offer=shown, titles=titles)


def waiting(report: Report, subject: Subject) -> Section:
    """What decides of its open dossiers, what the portal lacks of its catalogue, who took in for whom; nothing where
    nothing is told.
    """
    told = decides(report, subject.code) if hanging(report, subject.code).open else []
    told += [*catalogue.of_unit(report, subject.code), *receiving.of_unit(report, subject.code)]
    pages = {WAITING_PAGE: QUESTIONS[WAITING_PAGE], CATALOGUE_PAGE: QUESTIONS[CATALOGUE_PAGE]}
    return _render("unit_waiting", report, subject, decides=told, pages=pages)


def quality(report: Report, subject: Subject, processed: Path) -> Section:
    """Accepted, rejected and doubtful rows with how to mend them, and the files that the dossiers came from."""
    files = source_files(report.reference.by_holder(dossiers_by_file(processed)), report.sources, subject.units)
    values = {"records": records(report, subject.units), "files": files.to_dict("records")}
    return _render("unit_quality", report, subject, **values)


def obstacles(report: Report, subject: Subject) -> Section:
    """A unit's stated difficulties and what its dossiers show; for a group those of its members."""
    if subject.is_group:
        return difficulties_of_group(report, subject.units, BASE)
    told = [(one, borne_out(one, report.language)) for one in stated(report, subject.units)]
    found = {"stated": told, "delays": delays(report, subject.units)}
    return _render("unit_difficulties", report, subject, **found, against=AGAINST, indicators=DELAYS)


def members(report: Report, subject: Subject) -> Section:
    """A district's communes beside all targets, and a district or a commune beside its area; else nothing."""
    return Section("") if subject.is_group else _members(report, subject)


def links(report: Report, subject: Subject) -> Section:
    """Where to read on: the province, all units, the tier, the district and its area."""
    tier = "" if subject.is_group else f"TIER:{subject.tier}"
    district = subject.code.partition(":")[2] if subject.code.startswith("AREA:") else subject.parent
    linked = [(code, report.names[code]) for code in (district, subject.area, tier) if code]
    letter = "" if subject.is_group else letter_page(subject.code)
    return _render("unit_links", report, subject, linked=linked, overview=OVERVIEW, letter=letter)


def _few_sources(report: Report, subject: Subject) -> tuple[int, int] | None:
    """How many of its dossiers say where they came from, where that is less than half of them; of how many."""
    known, whole = sources_stated(report).reindex(list(subject.units)).sum()
    return (int(known), int(whole)) if 2 * known < whole else None


def _members(report: Report, subject: Subject) -> Section:
    beside = [code for code in (subject.code, subject.parent, subject.area) if code] if subject.area else []
    rows = figures.matrix(report, beside)
    area = sorted(rows, key=lambda row: beside.index(next(iter(row[1].values())).unit_code))
    by_none = attained_by_none(report, [subject.code]) if subject.is_group else []
    members = figures.matrix(report, subject.members)
    shown = {"members": members[:_MOST_MEMBERS], "more": len(members[_MOST_MEMBERS:])}
    return _render("unit_members", report, subject, area=area, **shown, by_none=by_none, overview=OVERVIEW)


def _render(name: str, report: Report, subject: Subject, **values: Any) -> Section:
    return render(name, report, base=BASE, subject=subject, **values)


def _kind(report: Report, subject: Subject) -> str:
    if subject.code.startswith("AREA:"):
        return N_("A district with its communes")
    return N_("Group of units") if subject.is_group else tier_words(report, TIER_WORDS)[subject.tier]
