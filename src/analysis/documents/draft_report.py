"""The draft report (``bao-cao-<month>.docx``): its sections I to V and the annex, filled from a run's figures."""

from pathlib import Path
from typing import Any

from analysis.documents.changes_part import write_changes
from analysis.documents.official_document import OfficialDocument
from analysis.dossiers.cleaning import REASONS
from analysis.findings import advice, figures
from analysis.findings.figures import Figure
from analysis.findings.finding import of_unit
from analysis.findings.ledger import cautions, doubtful_rows, rejected_rows
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.outlook.conclusions import WAITING
from analysis.presentation import charts, narrative, obstacles, statements
from analysis.presentation.narrative import headline
from analysis.presentation.numbers import fraction, gap, minimum, percent
from analysis.presentation.words import CHECKS, GROUPS_IN_REPORT, ICONS, TIER_BODIES, verdict
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED
from analysis.reference.forms import load_report_form
from analysis.reference.groups import PROVINCE
from analysis.reference.tables import TIERS

_DOTS = 150  # an inch: sharp in print, a draft of some hundred kilobytes
_CHART_WIDTH = 104  # millimetres: four pictures on a page, their letters at 8 points


def write_draft_report(path: Path, report: Report) -> None:
    """Write the draft, whole or not at all; the same report gives the same bytes."""
    folder = report.reference.folder
    form = load_report_form(folder)
    document = OfficialDocument(folder, form, report.language, report.as_of, narrative.subject(report))
    calls = advice.calls(report)
    _basis(document, report)
    _results(document, report)
    _outlook(document, report, calls)
    _obstacles(document, report)
    _proposals(document, report, calls)
    document.closing()
    _annex(document, report)
    document.save(path)


def _basis(document: OfficialDocument, report: Report) -> None:
    text, lang, decision = report.language.text, report.language, report.decision
    document.heading(text(N_("I. BASIS, SCOPE, PERIOD AND SOURCES")))
    for notice in narrative.made_up(report):
        document.notice(notice)
    document.paragraph(
        text(
            N_("Carrying out Decision {number} of {issued} of {authority} ({title}), {issuer} reports the results."),
            number=decision.number,
            issued=lang.date(decision.issued),
            authority=decision.authority[lang.code],
            title=decision.title[lang.code],
            issuer=document.form.issuer_name[lang.code],
        )
    )
    document.item(narrative.scope(report))
    first, last = lang.date(decision.valid_from), lang.date(min(report.as_of, decision.valid_to))
    document.item(
        text(
            N_("Period: dossiers received from {first} to {last}; results up to {day} count."),
            first=first,
            last=last,
            day=lang.date(report.as_of),
        )
    )
    if cautions(report)["early"]:
        document.item(
            text(
                N_(
                    "Looking back: the decision was made after the as-of day; the figures say how things stood before "
                    "it."
                )
            )
        )
    document.item(
        text(
            N_(
                "Source: {files} exports of the portals; {accepted} dossiers after cleaning, those of other days in "
                "them included. How each figure is computed and what the data lack stands in the annex."
            ),
            files=lang.number(len(report.files)),
            accepted=lang.number(report.totals["accepted"]),
        )
    )


def _results(document: OfficialDocument, report: Report) -> None:
    text, lang = report.language.text, report.language
    document.heading(text(N_("II. RESULTS")))
    document.heading(text(N_("1. The whole province")), 2)
    document.paragraph(headline(report))
    tiles = figures.tiles(report)
    for figure in tiles:
        document.item(narrative.result(figure, lang), f"{figure.target.title[lang.code]}:")
    document.table(
        text(N_("Targets of the whole province, to date")),
        [
            *(text(N_("No.")), text(N_("Target")), text(N_("Minimum")), text(N_("Fraction")), text(N_("Share"))),
            *(text(N_("Gap, percentage points")), text(N_("Missing")), text(N_("Verdict"))),
        ],
        [
            [f"({place})", figure.target.title[lang.code], f"≥ {minimum(figure.target, lang)}", *_cells(figure, report)]
            for place, figure in enumerate(tiles, start=1)
        ],
        [8, 39, 18, 26, 15, 19, 14, 21],
        left=(1,),
    )
    document.heading(text(N_("2. By tier")), 2)
    document.paragraph(text(N_("Each cell counts the units that attain the target / do not / have nothing to count.")))
    counts = {tier: narrative.standing(report, tier) for tier in TIERS}
    document.table(
        text(N_("Units by verdict, to date")),
        [text(N_("Target")), *(f"{text(TIER_BODIES[tier])} ({_size(report, tier)})" for tier in TIERS)],
        [
            [target.title[lang.code], *(_tally(counts[tier][target.id]) for tier in TIERS)]
            for target in report.decision.targets
        ],
        [64, 32, 32, 32],
    )
    document.heading(text(N_("3. By unit")), 2)
    document.paragraph(
        text(
            N_(
                "The columns are the targets of table 1; ✓ attained, ✗ not attained, – nothing to count. "
                "In each group the unit with most targets missed and the widest gaps comes first; denominators under "
                "ten do not count for that. After the period … marks what results that are awaited can still turn."
            )
        )
    )
    document.table(
        text(N_("Results by unit, to date")),
        [
            text(N_("Unit")),
            *(f"({place})\n≥ {minimum(target, lang)}" for place, target in enumerate(report.decision.targets, 1)),
        ],
        _by_unit(report),
        [34, *[126 / len(report.decision.targets)] * len(report.decision.targets)],
    )
    write_changes(document, report, 4)


def _cells(figure: Figure, report: Report) -> list[str]:
    lang = report.language
    waits = " …" if (figure.target.id, figure.unit_code) in _waiting(report) else ""
    return [
        *(fraction(figure, lang), percent(figure, lang), gap(figure, lang)),
        *(lang.number(figure.shortfall), f"{verdict(figure.status, lang)}{waits}".replace(" ", "\u00a0")),
    ]


def _size(report: Report, tier: str) -> str:
    return report.language.number(len(figures.tier_units(report, tier)))


def _tally(counts: dict[str, int]) -> str:
    return " / ".join(str(counts.get(status, 0)) for status in (ATTAINED, NOT_ATTAINED, NOT_APPLICABLE))


def _by_unit(report: Report) -> list[list[str]]:
    text = report.language.text
    units_of = {tier: figures.tier_units(report, tier) for tier in ("province", "district")}
    units_of["areas"] = figures.areas(report)
    waiting = _waiting(report)
    rows: list[list[str]] = []
    for numeral, (group, units) in zip(("I", "II", "III"), units_of.items(), strict=True):
        if units:
            rows.append([f"{numeral}. {text(GROUPS_IN_REPORT[group])}"])
            rows += [_unit_row(report, waiting, *row) for row in figures.matrix(report, units)]
    [(name, whole)] = figures.matrix(report, [PROVINCE])
    return [*rows, _unit_row(report, waiting, f"**{name}", whole)]


def _waiting(report: Report) -> set[tuple[str, str]]:
    """Targets and units or groups whose verdict awaited results can still turn, after the period."""
    rows = report.outlook["conclusions"]
    rows = rows[rows["finality"] == WAITING]
    return set(zip(rows["target_id"], rows["unit_code"], strict=True))


def _unit_row(report: Report, waiting: set[tuple[str, str]], name: str, of_target: dict[str, Figure]) -> list[str]:
    cells = []
    for target in report.decision.targets:
        figure = of_target[target.id]
        sign = "…" if (target.id, figure.unit_code) in waiting else ICONS[figure.status]
        shown = "–" if figure.value is None else f"{sign} {percent(figure, report.language)}"
        cells.append(shown)
    return [name, *cells]


def _outlook(document: OfficialDocument, report: Report, calls: list[Any]) -> None:
    text, lang = report.language.text, report.language
    document.heading(text(N_("III. TRENDS AND THE GAP TO THE TARGETS")))
    document.heading(text(N_("1. Trends")), 2)
    document.paragraph(
        text(
            N_(
                "Verdicts on single months of the whole province; a month is judged when hardly a dossier "
                "of it waits for a result."
            )
        )
    )
    found = of_unit(report, PROVINCE)
    for one in found:
        word = f"{statements.signal_word(one, lang)[1]}."
        document.item(f"{word} {statements.signal(one, lang)}".strip(), f"{one.figure.target.title[lang.code]}:")
    for target in report.decision.targets:
        series = figures.trend(report, target)
        picture = charts.picture(charts.draw_trend, target, series, lang, dots=_DOTS)
        words = charts.trend_words(target, series, lang)
        document.picture(picture, target.title[lang.code], words, _CHART_WIDTH)
    document.note(_legend(report))
    document.heading(text(N_("2. The gap and the outlook")), 2)
    for one in found:
        prospect = statements.prospect(one, lang)
        # After the period the prospect begins with whether it is final.
        word = f"{text(statements.outlook_word(one)[1])}." if one.running or not prospect else ""
        told = " ".join(filter(None, [word, prospect, statements.cause(one, lang)]))
        document.item(told, f"{one.figure.target.title[lang.code]}:")
    document.heading(text(N_("3. Where most is missing") if report.ended else N_("3. Units to work with first")), 2)
    if not calls:
        document.paragraph(text(N_("No unit has a gap that can still be closed.")))
    for call in calls:
        document.item("", f"{call.name}:")
        for concern in call.concerns:
            document.item(narrative.concern(concern, lang), sign="+")


def _legend(report: Report) -> str:
    year = report.month[:4]
    return report.language.text(
        N_("Whole province. Dots: the month by itself; line: to date; dashed: the target. Months of {year}."), year=year
    )


def _obstacles(document: OfficialDocument, report: Report) -> None:
    text = report.language.text
    document.heading(text(N_("IV. DIFFICULTIES, OBSTACLES AND THEIR CAUSES")))
    document.heading(text(N_("1. What the units report")), 2)
    statements, others = obstacles.quoted(report)
    for who, what in statements:
        document.item(what, who)
    if others:
        document.item(text(N_("{count} more statements of earlier months."), count=report.language.number(others)))
    if not statements:
        document.paragraph(text(N_("No unit has sent a report of difficulties.")))
    document.heading(text(N_("2. What dates and results show")), 2)
    for sentence in obstacles.shown_by_data(report):
        document.item(sentence)
    document.heading(text(N_("3. What the data lack")), 2)
    for sentence in narrative.data_quality(report):
        document.item(sentence)


def _proposals(document: OfficialDocument, report: Report, calls: list[Any]) -> None:
    text = report.language.text
    document.heading(text(N_("V. PROPOSALS")))
    document.paragraph(
        text(
            N_(
                "The following are proposals that the program derives from the figures, for the drafting "
                "office to consider, choose from and complete."
            )
        )
    )
    for sentence in narrative.proposals(report, calls):
        document.item(sentence)


def _annex(document: OfficialDocument, report: Report) -> None:
    text, lang, decision = report.language.text, report.language, report.decision
    document.annex(text(N_("ANNEX: HOW THE FIGURES ARE COMPUTED, AND THE QUALITY OF THE DATA")))
    document.heading(text(N_("1. How the figures are computed")), 2)
    document.paragraph(
        text(
            N_(
                "A dossier arises in the period of its receipt unless it was withdrawn or never accepted. "
                "It is resolved when it has a result on or before the as-of day. A blank channel counts as"
                " counter. The level is the catalogue's on the day of receipt. “Missing” is the smallest "
                "whole number that would reach the target with the same denominator."
            )
        )
    )
    document.table(
        text(N_("What is counted, and on which clause it rests")),
        [text(N_("Target")), text(N_("Clause")), text(N_("Definition"))],
        [
            [
                f"{target.title[lang.code]} (≥ {minimum(target, lang)})",
                target.clause[lang.code],
                target.definition[lang.code],
            ]
            for target in decision.targets
        ],
        [42, 45, 73],
        left=(0, 1, 2),
    )
    caution = narrative.caution(decision, lang)
    if caution:
        document.note(caution)
    document.heading(text(N_("2. Other readings of the targets")), 2)
    document.table(
        text(N_("The province to date under each reading")),
        [text(N_("Reading")), text(N_("Fraction")), text(N_("Share")), text(N_("Verdict"))],
        _reading_rows(report),
        [82, 32, 20, 26],
    )
    document.heading(text(N_("3. Quality of the data")), 2)
    document.table(
        text(N_("Rejected rows by reason")),
        [text(N_("Reason")), text(N_("Rows"))],
        [
            *([text(REASONS[reason]), lang.number(count)] for reason, count in rejected_rows(report).items()),
            [f"**{text(N_('Total'))}", lang.number(report.totals["rejected"])],
        ],
        [120, 40],
    )
    document.table(
        text(N_("Accepted rows that are doubtful")),
        [text(N_("What is doubtful")), text(N_("Rows"))],
        [[text(CHECKS[check]), lang.number(count)] for check, count in doubtful_rows(report).items()],
        [120, 40],
    )


def _reading_rows(report: Report) -> list[list[str]]:
    lang = report.language
    rows: list[list[str]] = []
    for target in report.decision.targets:
        rows.append([f"{target.title[lang.code]} (≥ {minimum(target, lang)})"])
        for found in figures.readings(report, target):
            figure = found.figure
            shown = [fraction(figure, lang), percent(figure, lang), verdict(figure.status, lang)]
            rows.append([f"{found.reading.title[lang.code]}. {found.reading.definition[lang.code]}", *shown])
    return rows
