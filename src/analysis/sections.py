"""The sections of a report as pieces of HTML: a notebook shows them, the page is made of them.

Everything that comes from data is escaped by the templates; words come from the catalogue of texts.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis import __version__, advice, charts, figures
from analysis.advice import Ask
from analysis.attainment import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED
from analysis.closing import PEERS
from analysis.control import COMMON_CAUSE, HIT_OR_MISS, IMPROVING, MEETS, MISSES, NOT_COMPARABLE, TOO_FEW, WORSENING
from analysis.decision import Target
from analysis.errors import N_
from analysis.evidence import backtest
from analysis.figures import Figure, Report
from analysis.language import Language
from analysis.pace import IMPOSSIBLE, NEEDS_CHANGE, NOTHING, REACHABLE, SECURED
from analysis.places import page_name, target_page, unit_page
from analysis.run_facts import REJECTED_LIMIT
from analysis.standing import rank_from_top
from analysis.worker import code_version
from analysis.writing import undirected

VERDICTS = {ATTAINED: N_("Attained"), NOT_ATTAINED: N_("Not attained"), NOT_APPLICABLE: N_("Nothing to count")}
ICONS = {ATTAINED: "✓", NOT_ATTAINED: "✗", NOT_APPLICABLE: "–"}  # beside the words, so that colour is not needed
MEASURES = {
    "procedures_online": N_("procedures with online dossiers"),
    "dossiers_online": N_("dossiers resolved online"),
    "dossiers_via_portal": N_("dossiers through the portal"),
}
TIER_WORDS = {"province": N_("Department"), "district": N_("District"), "commune": N_("Commune")}
REASONS = {
    "missing_dossier_id": N_("no dossier code"),
    "unknown_procedure": N_("procedure not known"),
    "unknown_unit": N_("unit not known"),
    "unknown_channel": N_("channel not known"),
    "bad_received_date": N_("day of receipt absent or unreadable"),
    "bad_date": N_("another date unreadable"),
    "completed_before_received": N_("result before receipt"),
    "unknown_value": N_("a value that the vocabulary does not know"),
}
CHECKS = {
    "blank_channel": N_("channel blank: counted as counter"),
    "level_disagreement": N_("level differs from the catalogue: the catalogue counts"),
    "level_unknown": N_("level neither in the catalogue nor in the export"),
    "procedure_not_in_catalogue": N_("procedure not in the catalogue, level from the export"),
    "applicant_unknown": N_("applicant not stated: not counted as inter-agency"),
    "source_unknown": N_("source not stated: left out of the portal target"),
    "resolved_without_date": N_("resolved, but no date of the result"),
    "online_below_level_3": N_("filed online although below level 3"),
    "received_after_export": N_("received after the day of export"),
    "completed_after_export": N_("resolved after the day of export"),
}


VARIATIONS = {
    IMPROVING: ("▲", N_("Improving")),
    WORSENING: ("▼", N_("Worsening")),
    COMMON_CAUSE: ("≈", N_("No clear change")),
    TOO_FEW: ("·", N_("Too few months")),
}
ASSURANCES = {
    MEETS: ("✓", N_("Will keep meeting it")),
    MISSES: ("✗", N_("Will keep missing it")),
    HIT_OR_MISS: ("?", N_("Now hit, now miss")),
    NOT_COMPARABLE: ("", N_("A month alone does not compare")),
    TOO_FEW: ("·", N_("Too few months")),
}
PACES = {
    SECURED: ("✓", N_("Secured")),
    REACHABLE: ("→", N_("Within reach")),
    NEEDS_CHANGE: ("!", N_("Needs a change")),
    IMPOSSIBLE: ("✗", N_("Not possible any more")),
    NOTHING: ("–", N_("Nothing to count")),
}
KINDS = {"dossiers": N_("Targets on dossiers"), "procedures": N_("Targets on procedures")}


@dataclass(frozen=True)
class Section:
    """A piece of HTML that shows itself in a notebook."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def style() -> Section:
    """The look of the sections, for a notebook; the page brings it by itself."""
    return Section(f"<style>{stylesheet()}</style>")


@cache
def stylesheet() -> str:
    """The CSS of pages and sections."""
    return (files("analysis") / "templates" / "report.css").read_text(encoding="utf-8")


def heading(report: Report) -> Section:
    """The decision, the as-of day, what must be known before any figure is read, and the headline."""
    return render("heading", report, headline=headline(report), **cautions(report))


def cautions(report: Report) -> dict[str, Any]:
    """What a heading warns of: an illustrative catalogue, files quarantined, too many rows rejected."""
    read, rejected = report.totals["read"], report.totals["rejected"]
    return {
        "illustrative": report.reference.illustrative,
        "quarantined": len(report.quarantined),
        "rejected": rejected / read if read and rejected > REJECTED_LIMIT * read else None,
    }


def headline(report: Report) -> str:
    """How many targets the province attains, of those that have anything to count."""
    shown = [figure for figure in figures.tiles(report) if figure.status != NOT_APPLICABLE]
    return report.language.text(
        N_("To {day}, the province attains {attained} of {of} targets."),
        day=report.language.date(report.as_of),
        attained=sum(figure.status == ATTAINED for figure in shown),
        of=len(shown),
    )


def tiles(report: Report) -> Section:
    """The seven targets of the whole province."""
    return render("tiles", report, figures=figures.tiles(report))


def tiers(report: Report) -> Section:
    """Targets by tier and by district with its communes."""
    groups = figures.TIER_GROUPS
    by_tier = sorted(figures.matrix(report, groups), key=lambda row: groups.index(_any(row[1]).unit_code))
    return render("tiers", report, tiers=by_tier, areas=figures.matrix(report, figures.areas(report)))


def units(report: Report) -> Section:
    """Every unit beside every target, the worst first."""
    by_tier = {tier: figures.matrix(report, figures.tier_units(report, tier)) for tier in ("province", "district")}
    communes = figures.matrix(report, figures.tier_units(report, "commune"))
    return render("units", report, by_tier=by_tier, communes=communes)


def lowest(report: Report, count: int = 8) -> Section:
    """Charts of the departments and districts furthest below each target."""
    some = figures.tier_units(report, "province") + figures.tier_units(report, "district")
    ranked = [(target, figures.lowest(report, target, some, count)) for target in report.decision.targets]
    return render("lowest", report, charts=charts.lowest(ranked, report.language))


def trends(report: Report) -> Section:
    """Each target by month and to date against its minimum."""
    series = [(target, figures.trend(report, target)) for target in report.decision.targets]
    return render("trends", report, charts=charts.trends(series, report.language))


def readings(report: Report) -> Section:
    """What the other readings of the decision would say, side by side."""
    results = [(target, figures.readings(report, target)) for target in report.decision.targets]
    return render("readings", report, results=results)


def gaps(report: Report, count: int = 5) -> Section:
    """Where most dossiers or procedures are missing."""
    some = list(report.reference.units["unit_code"])
    rows = [(target, figures.largest_shortfalls(report, target, some, count)) for target in report.decision.targets]
    return render("gaps", report, rows=rows)


def calls(report: Report) -> Section:
    """Whom to call first, and what to ask of them."""
    return render("calls", report, ended=report.as_of >= report.decision.valid_to, calls=advice.calls(report))


def outlook(report: Report) -> Section:
    """The province's trend, pace and projection by target, and how many units each verdict holds for."""
    return render(
        "outlook",
        report,
        ended=report.as_of >= report.decision.valid_to,
        rows=advice.outlook(report, figures.PROVINCE),
        counts=advice.verdict_counts(report).to_dict("index"),
    )


def signals(report: Report) -> Section:
    """Trend verdicts of the groups, then of departments and districts."""
    groups = [figures.PROVINCE, *figures.TIER_GROUPS]
    some = figures.tier_units(report, "province") + figures.tier_units(report, "district")
    return render("signals", report, groups=advice.signals(report, groups), units=advice.signals(report, some))


def closers(report: Report) -> Section:
    """What would close each gap of departments and districts, as sentences."""
    tiers = {tier: advice.asks(report, tier) for tier in ("province", "district")}
    return render("closers", report, tiers=tiers)


def comparison(report: Report) -> Section:
    """Funnels against the target and the tier, and the lowest ranks with their intervals."""
    panels = advice.funnels(report)
    ranks = [(target, advice.lowest_ranked(report, target, "province")) for target in report.decision.targets]
    drawn = charts.funnels(panels, report.language) if panels else None
    whole = report.outlook["comparison"]
    rows = [
        (target, [(row, rank_from_top(whole, row)) for row in found.itertuples(index=False)])
        for target, found in ranks
        if len(found)
    ]
    return render("comparison", report, charts=drawn, ranks=rows)


def proof(report: Report) -> Section:
    """How the projection fared where the end is known."""
    table = backtest()
    scores = table[table["table"] == "score"].set_index("group")
    reliability = table[table["table"] == "reliability"]
    return render(
        "proof",
        report,
        overall=scores.loc["all"],
        kinds=[(words, scores.loc[kind]) for kind, words in KINDS.items()],
        months=[(int(month), row) for month, row in scores.iterrows() if str(month).isdigit()],
        bands=list(reliability.itertuples(index=False)),
    )


def quality(report: Report) -> Section:
    """The ledger of files and rows, and what is doubtful in accepted rows."""
    return render(
        "quality",
        report,
        totals=report.totals,
        files=len(report.files),
        quarantined=report.quarantined.to_dict("records"),
        reasons=[(REASONS[reason], count) for reason, count in rejected_rows(report).items()],
        checks=[(CHECKS[check], count) for check, count in doubtful_rows(report).items()],
    )


def rejected_rows(report: Report) -> dict[str, int]:
    """How many rows were rejected for each of ``REASONS``, in their order."""
    counts = report.rejects["reason"].value_counts()
    return {reason: int(counts.get(reason, 0)) for reason in REASONS}


def doubtful_rows(report: Report) -> dict[str, int]:
    """How many accepted rows each of ``CHECKS`` found doubtful, in their order; those that the run made."""
    counts = dict(zip(report.quality["check"], report.quality["count"], strict=True))
    return {check: int(counts[check]) for check in CHECKS if check in counts}


def definitions(report: Report) -> Section:
    """Each target's clause, default reading and other readings."""
    return render("definitions", report, targets=report.decision.targets)


def sources(report: Report) -> Section:
    """The files with their hashes and rows, the as-of day, the code."""
    return render(
        "sources", report, files=report.files.to_dict("records"), version=__version__, code=code_version()[:16]
    )


def _any(of_target: dict[str, Figure]) -> Figure:
    return next(iter(of_target.values()))


def render(name: str, report: Report, base: str = "", **values: Any) -> Section:
    """A section by its template; ``base`` leads from its page to the month's folder: "" or "../"."""
    template = _environment(report.language).get_template(f"{name}.html.j2")
    return Section(template.render(report=report, decision=report.decision, base=base, **values))


def _printed(value: Any) -> Any:
    """What a template prints of a value: text from data keeps to its own direction (sections are done already)."""
    return undirected(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("analysis", f"templates/{place}") for place in ("sections", "site")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols"],
        finalize=_printed,
    )
    environment.globals |= {"t": language.text, "lang": language.code}
    environment.globals |= {"verdicts": VERDICTS, "icons": ICONS}
    environment.globals |= {"target_page": target_page, "unit_page": unit_page, "page_name": page_name}
    environment.globals |= {"variations": VARIATIONS, "assurances": ASSURANCES, "paces": PACES}
    environment.filters |= {
        "number": language.number,
        "date": language.date,
        "month": language.month,
        "share": language.percent,
        "percent": lambda figure: percent(figure, language),
        "gap": lambda figure: gap(figure, language),
        "minimum": lambda target: minimum(target, language),
        "fraction": lambda figure: fraction(figure, language),
        "ask": lambda ask: ask_sentence(ask, language),
        "points": language.points,
        "chance": lambda probability: chance(probability, language),
        "decimal": language.decimal,
        "missing": lambda figure: missing(figure, language),
        "whole": lambda figure: whole(figure, language),
    }
    return environment


def percent(figure: Figure, language: Language) -> str:
    """``18,9 %``; with more decimals where one would put the value on the wrong side of the minimum."""
    return language.percent(figure.value, figure.digits())


def gap(figure: Figure, language: Language) -> str:
    """``−41,1``: percentage points to the minimum."""
    return language.points(figure.gap, figure.digits())


def minimum(target: Target, language: Language) -> str:
    """``60 %``, or with as many decimals as the minimum has."""
    return language.percent(target.minimum, minimum_digits(target))


def minimum_digits(target: Target) -> int:
    """Decimals that the minimum has as a percentage."""
    return next(digits for digits in range(7) if (target.minimum * 100 * 10**digits).denominator == 1 or digits == 6)


def chance(probability: float, language: Language) -> str:
    """A probability as per cent; near 0 and 1 a model cannot tell more than a limit."""
    if probability < 0.01:
        return language.text(N_("under {share}"), share=language.percent(0.01, 0))
    if probability > 0.99:
        return language.text(N_("over {share}"), share=language.percent(0.99, 0))
    return language.percent(probability, 0)


def fraction(figure: Figure, language: Language) -> str:
    """``126/548``."""
    return f"{language.number(figure.numerator)}/{language.number(figure.denominator)}"


def missing(figure: Figure, language: Language) -> str:
    """``1.234 hồ sơ``: how many are missing at least."""
    return f"{language.number(figure.shortfall)} {_counted(figure.target, language)}"


def whole(figure: Figure, language: Language) -> str:
    """``26.899 hồ sơ``: all that are in question."""
    return f"{language.number(figure.denominator)} {_counted(figure.target, language)}"


def ask_sentence(ask: Ask, language: Language) -> str:
    """``Đưa 3 thủ tục lên trực tuyến là đủ: …``; procedures with few dossiers are counted, not named."""
    if not ask.closes:
        template = N_("All {count} procedures that receive dossiers would not suffice; begin with {names}.")
    elif ask.method == PEERS:
        template = N_("Reaching at {count} procedures what other units reach is enough: {names}.")
    else:
        template = N_("Bringing {count} procedures online is enough: {names}.")
    named = [
        language.text(N_("“{name}” ({dossiers} dossiers)"), name=name, dossiers=language.number(dossiers))
        for name, dossiers in ask.procedures
    ]
    if ask.others:
        others = N_("{count} more") if named else N_("{count} procedures with few dossiers")
        named.append(language.text(others, count=language.number(ask.others)))
    return language.text(template, count=language.number(ask.count), names=", ".join(named))


def _counted(target: Target, language: Language) -> str:
    return language.text(N_("procedures") if target.measure == "procedures_online" else N_("dossiers"))
