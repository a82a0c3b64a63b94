"""The sections of a report as pieces of HTML: a notebook shows them, the page is made of them.

Everything that comes from data is escaped by the templates; words come from the catalogue of texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis import __version__
from analysis.dossiers.doubts import words
from analysis.dossiers.sights import REASONS
from analysis.findings import advice, figures
from analysis.findings.course import courses
from analysis.findings.figures import Figure
from analysis.findings.finding import Finding, findings, of_unit
from analysis.findings.indices import standings
from analysis.findings.ledger import cautions, doubtful_rows, rejected_of_units, rejected_rows
from analysis.findings.report import Report
from analysis.findings.standing import rank_of
from analysis.language.texts import N_
from analysis.outlook.evidence import backtest, excess, tried_month
from analysis.pages.rendering import Section, render, stylesheet
from analysis.presentation.changes import changed
from analysis.presentation.leads import lead_of_province, leaders_tasks
from analysis.presentation.narrative import caution
from analysis.presentation.plots import Plot, course_plot, funnel_plot, lowest_bars
from analysis.presentation.succession import series_note
from analysis.presentation.tiers import tier_words
from analysis.presentation.words import BANDS, CHECKS, FINALITIES, FORECAST_LEVELS, GROUPS, KINDS, QUESTIONS
from analysis.reference.decision import NOT_ATTAINED
from analysis.reference.groups import PROVINCE, answering, answering_words, tier_groups
from analysis.storage.places import CHANGES_PAGE, OVERVIEW
from analysis.storage.version import code_version


@dataclass(frozen=True)
class TargetRow:
    """One target in the table that decides: ``interval`` is a unit's row of comparison.csv, ``where`` members of a
    group that miss most, ``turned`` the readings under which the verdict is another.
    """

    finding: Finding
    interval: Any = None
    where: Sequence[Figure] = ()
    turned: Sequence[figures.ReadingResult] = ()


def style() -> Section:
    """The look of the sections, for a notebook; the page brings it by itself."""
    return Section(f"<style>{stylesheet()}</style>")


def strip(report: Report) -> Section:
    """What must be known before any figure is read."""
    return render("strip", report, **cautions(report))


def heading(report: Report) -> Section:
    """How many targets, why not more, how sure that is, and what comes first; with what must be known before."""
    return render("heading", report, lead=lead_of_province(report), **cautions(report))


def targets(report: Report) -> Section:
    """The province's targets, a row each: result, where the gap is, how sure that is; below them its indices."""
    rows = [
        TargetRow(one, turned=[other for other in figures.readings(report, one.figure.target) if other.changes_verdict])
        for one in of_unit(report, PROVINCE)
    ]
    table = render("targets", report, rows=rows, legend="")
    return Section(table.html + indices(report).html)


def indices(report: Report) -> Section:
    """The decision's composite indices, each with its own heading; nothing where it has none."""
    return render("indices", report, standings=standings(report)) if report.decision.index else Section("")


def leading(report: Report) -> Section:
    """What is for the head of the province, and where each question is answered."""
    return render(
        "leading",
        report,
        tasks=list(leaders_tasks(report)),
        changed=changed(report),
        changes_page=CHANGES_PAGE,
        pages=QUESTIONS,
        overview=OVERVIEW,
    )


def tiers(report: Report) -> Section:
    """Targets by tier and by district with its communes."""
    groups = tier_groups(report.reference)
    by_tier = sorted(figures.matrix(report, groups), key=lambda row: groups.index(_any(row[1]).unit_code))
    areas = figures.areas(report)
    by_none = advice.attained_by_none(report, [*groups, *areas])
    return render("tiers", report, tiers=by_tier, areas=figures.matrix(report, areas), by_none=by_none)


def units(report: Report) -> Section:
    """Every unit beside every target, the worst first."""
    by_tier = {tier: figures.matrix(report, figures.tier_units(report, tier)) for tier in ("province", "district")}
    communes = figures.matrix(report, figures.lower_units(report))
    ended = figures.matrix(report, figures.ended_units(report))
    return render("units", report, by_tier=by_tier, communes=communes, ended=ended, lost=rejected_of_units(report))


def lowest(report: Report, count: int = 8) -> Section:
    """Charts of the units that answer to the province and are furthest below each target."""
    some = figures.answering_units(report)
    ranked = [(target, figures.lowest(report, target, some, count)) for target in report.decision.targets]
    bars = [lowest_bars(found, report.language) for _, found in ranked if found]
    return render("lowest", report, bars=bars)


def trends(report: Report) -> Section:
    """Each target by month and to date against its minimum."""
    held = series_note(report, PROVINCE)
    return render("trends", report, plots=course_plots(report, of_unit(report, PROVINCE)), held=held)


def readings(report: Report) -> Section:
    """What the other readings of the decision would say, side by side."""
    results = [(target, figures.readings(report, target)) for target in report.decision.targets]
    return render("readings", report, results=results)


def gaps(report: Report, count: int = 10) -> Section:
    """Where most dossiers or procedures are missing, in the order of who comes first."""
    return render("gaps", report, rows=advice.missing(report, count))


def calls(report: Report) -> Section:
    """Whom to turn to first, and what to ask of them."""
    return render(
        "calls", report, calls=advice.calls(report), unsourced=advice.unsourced(report), areas=figures.areas(report)
    )


def outlook(report: Report) -> Section:
    """What the province's months say by target, where the gap lies, what is still to come, and how the units stand."""
    words = {**BANDS, **FINALITIES}
    counts = advice.band_counts(report).to_dict("index")
    tallies = {
        key: [(words[code], code, of_target[code]) for code in words if of_target.get(code)]
        for key, of_target in counts.items()
    }
    return render("outlook", report, findings=of_unit(report, PROVINCE), tallies=tallies)


def signals(report: Report) -> Section:
    """Trend verdicts of the groups and areas, then of the units that answer to the province."""
    groups = [PROVINCE, *tier_groups(report.reference)]
    told, of, changed = advice.false_signals(report)
    text = report.language.text
    tables = {
        text(N_("Province and tiers")): advice.signals(report, groups),
        text(N_("Districts with their communes")): advice.signals(report, figures.areas(report)),
        text(N_("Single {units}"), units=answering_words(report.reference, report.language)): advice.signals(
            report, figures.answering_units(report)
        ),
    }
    return render("signals", report, tables=tables, told=told, of=of, changed=changed)


def closers(report: Report) -> Section:
    """What to ask of each unit that answers to the province and misses a target, as sentences."""
    tiers, heads = {}, tier_words(report, GROUPS)
    for tier in answering(report.reference):
        found = findings(report, figures.tier_units(report, tier)).values()
        missed = [one for one in found if one.figure.status == NOT_ATTAINED and one.ask]
        tiers[heads[tier]] = sorted(missed, key=lambda one: one.figure.unit_code)
    return render("closers", report, tiers=tiers)


def comparison(report: Report) -> Section:
    """Funnels against the target and the tier, and the lowest ranks with their intervals."""
    drawn = [funnel_plot(panel, report.language) for panel in advice.funnels(report)]
    ranks = [(target, advice.lowest_ranked(report, target, "province")) for target in report.decision.targets]
    rows = [
        (target, [(row, rank_of(row)) for row in found.itertuples(index=False)])
        for target, found in ranks
        if len(found)
    ]
    differing, of = advice.differing(report)
    return render("comparison", report, plots=drawn, ranks=rows, differing=differing, of=of)


def proof(report: Report) -> Section:
    """How the projection fared where the end is known."""
    tables = dict(tuple(backtest().groupby("table")))
    scores = tables["score"].set_index("group")
    month = tried_month(report.decision, report.as_of)
    of_month = tables["level"][tables["level"]["within"] == str(month)].set_index("group")
    bands = tables["reliability"]
    return render(
        "proof",
        report,
        overall=scores.loc["all"],
        courses=tables["generator"]["group"].nunique(),
        month=month,
        levels=[(words, of_month.loc[level]) for level, words in FORECAST_LEVELS.items()],
        kinds=[(words, scores.loc[kind]) for kind, words in KINDS.items()],
        months=[(int(number), row) for number, row in scores.iterrows() if str(number).isdigit()],
        bands=list(bands.itertuples(index=False)),
        excess=excess(bands),
        real=list(tables["real"].itertuples(index=False)),
    )


def quality(report: Report) -> Section:
    """The ledger of files and rows, and what is doubtful in accepted rows."""
    return render(
        "quality",
        report,
        totals=report.totals,
        later=bool((report.files["export_date"].fillna("") > report.as_of.isoformat()).any()),
        files=len(report.files),
        quarantined=report.quarantined.to_dict("records"),
        doubts=[words(doubt, report.language) for doubt in report.doubts],
        reasons=[(REASONS[reason], count) for reason, count in rejected_rows(report).items()],
        checks=[(CHECKS[check], count) for check, count in doubtful_rows(report).items()],
    )


def definitions(report: Report) -> Section:
    """Each target's clause, default reading and other readings."""
    told = caution(report.decision, report.language)
    return render("definitions", report, targets=report.decision.targets, caution=told)


def glossary(report: Report) -> Section:
    """The words of the trade in plain words."""
    return render("glossary", report, terms=report.reference.glossary.terms)


def sources(report: Report) -> Section:
    """The files with their hashes and rows, the as-of day, the code."""
    return render(
        "sources", report, files=report.files.to_dict("records"), version=__version__, code=code_version()[:16]
    )


def course_plots(report: Report, found: Sequence[Finding]) -> list[Plot]:
    """A chart for each target of a unit or group, by its findings, that has anything to count."""
    months = courses(report, found[0].figure.unit_code)
    by_target = {one.figure.target.id: one for one in found}
    return [course_plot(by_target[target], of_target, report.language) for target, of_target in months.items()]


def _any(of_target: dict[str, Figure]) -> Figure:
    return next(iter(of_target.values()))
