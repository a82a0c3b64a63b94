"""The draft report (``bao-cao-<month>.docx``): what a director reads, in that order, in four to seven pages.

Results, causes, what to do, other duties, difficulties, proposals, signature; then the annex with the tables that run
over. What is longer stands in the workbook.
"""

from collections.abc import Iterator
from pathlib import Path

from analysis.documents.changes_part import write_changes
from analysis.documents.official_document import OfficialDocument
from analysis.findings import advice, figures
from analysis.findings.advice import Call
from analysis.findings.figures import Figure
from analysis.findings.finding import Finding, of_unit
from analysis.findings.ledger import cautions
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.outlook.conclusions import WAITING
from analysis.presentation import charts, duties, narrative, obstacles, statements
from analysis.presentation.narrative import headline
from analysis.presentation.numbers import at_least, fraction, gap, percent
from analysis.presentation.tiers import tier_words
from analysis.presentation.words import GROUPS_IN_REPORT, ICONS, TIER_BODIES, verdict
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED
from analysis.reference.forms import load_report_form
from analysis.reference.groups import PROVINCE, answering
from analysis.storage.places import annexes

_DOTS = 150  # an inch: sharp in print, a draft of some hundred kilobytes
_WIDE, _NARROW = 158, 104  # millimetres of pictures: as wide as the text; letters at 8 points
_RESULTS, _COURSE = (6.6, 1.6), (4.6, 1.9)  # inches
_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")  # tiers, and areas
_WIDTHS = [66, 22, 34, 38]  # of the table by tier, for the usual three
_STATED = 4  # of the units' statements: the report is read, the page has more


def write_draft_report(path: Path, report: Report) -> None:
    """Write the draft, whole or not at all; the same report gives the same bytes."""
    folder = report.reference.folder
    form = load_report_form(folder)
    document = OfficialDocument(folder, form, report.language, report.as_of, narrative.subject(report))
    calls = advice.calls(report, concerns=1)
    found = of_unit(report, PROVINCE)
    _opening(document, report)
    _results(document, report)
    write_changes(document, report)
    _causes(document, report, found)
    _to_do(document, report, calls)
    _duties(document, report)
    _obstacles(document, report)
    _proposals(document, report, calls)
    document.closing()
    _annex(document, report)
    document.save(path)


def _opening(document: OfficialDocument, report: Report) -> None:
    """On what the report rests, in two paragraphs."""
    text, lang, decision = report.language.text, report.language, report.decision
    made_up = " ".join(narrative.made_up(report))
    if made_up:
        document.notice(made_up)
    document.paragraph(
        text(
            N_("Carrying out Decision {number} of {issued} of {authority} ({title}), {issuer} reports the results."),
            number=decision.number,
            issued=lang.written_date(decision.issued),
            authority=decision.authority[lang.code],
            title=decision.title[lang.code],
            issuer=document.form.issuer_name[lang.code],
        )
    )
    period = text(
        N_("Period: dossiers received from {first} to {last}; results up to {day} count."),
        first=lang.written_date(decision.valid_from),
        last=lang.written_date(min(report.as_of, decision.valid_to)),
        day=lang.written_date(report.as_of),
    )
    before = N_("Looking back: the decision was made after the as-of day; the figures say how things stood before it.")
    early = [text(before)] if cautions(report)["early"] else []
    document.paragraph(" ".join([period, *early]))


def _results(document: OfficialDocument, report: Report) -> None:
    text, lang = report.language.text, report.language
    document.heading(text(N_("I. RESULTS")))
    document.paragraph(headline(report, lang.written_date(report.as_of)))
    tiles = figures.tiles(report)
    document.table(
        text(N_("Targets of the whole province, to date")),
        [
            *(text(N_("No.")), text(N_("Target")), text(N_("Aim")), text(N_("Fraction"))),
            *(text(N_("Share (gap)")), text(N_("Short")), text(N_("Verdict"))),
        ],
        [
            [f"({place})", figure.target.title[lang.code], at_least(figure.target, lang), *_cells(figure, report)]
            for place, figure in enumerate(tiles, start=1)
        ],
        [7, 57, 14, 25, 26, 11, 20],
        left=(1,),
        below=text(N_("Gap: percentage points from the target.")),
    )
    picture = charts.picture(charts.draw_results, tiles, lang, dots=_DOTS, size=_RESULTS)
    title = text(N_("Results beside their targets, to date (the mark is the target)"))
    document.picture(picture, title, charts.results_words(tiles, lang), _WIDE)


def _cells(figure: Figure, report: Report) -> list[str]:
    lang = report.language
    waits = "\u00a0…" if (figure.target.id, figure.unit_code) in _waiting(report) else ""
    return [
        *(fraction(figure, lang), "–" if figure.gap is None else f"{percent(figure, lang)} ({gap(figure, lang)})"),
        *(lang.number(figure.shortfall), f"{verdict(figure.status, lang)}{waits}"),
    ]


def _causes(document: OfficialDocument, report: Report, found: list[Finding]) -> None:
    text, lang = report.language.text, report.language
    document.heading(text(N_("II. CAUSES, COURSE AND OUTLOOK")))
    for one in found:
        told = [statements.outlook(one, lang), statements.cause(one, lang), statements.flips(one, lang)]
        course = statements.signal(one, lang)
        if one.figure.status == NOT_ATTAINED and course:
            told += [f"{statements.signal_word(one, lang)[1]}.", course]
        document.item(" ".join(filter(None, told)), f"{one.figure.target.title[lang.code]}:")
    worst = figures.furthest(one.figure for one in found)
    if worst:
        series = figures.trend(report, worst.target)
        picture = charts.picture(charts.draw_trend, worst.target, series, lang, dots=_DOTS, size=_COURSE)
        title = text(N_("The target furthest from its minimum: {target}"), target=worst.target.title[lang.code])
        document.picture(picture, title, charts.trend_words(worst.target, series, lang), _NARROW)
        document.note(_legend(report))


def _legend(report: Report) -> str:
    year = report.month[:4]
    return report.language.text(
        N_("Whole province. Dots: the month by itself; line: to date; dashed: the target. Months of {year}."), year=year
    )


def _to_do(document: OfficialDocument, report: Report, calls: list[Call]) -> None:
    text, lang = report.language.text, report.language
    document.heading(text(N_("III. WHERE MOST IS MISSING") if report.ended else N_("III. WHAT TO DO")))
    if not calls:
        document.paragraph(text(N_("No unit has a gap that can still be closed.")))
    for call in calls:
        for concern in call.concerns:
            document.item(narrative.concern(concern, lang), f"{call.name}:")


def _duties(document: OfficialDocument, report: Report) -> None:
    document.heading(report.language.text(N_("IV. THE DECISION'S OTHER DUTIES")))
    for about, words in duties.told(report):
        document.item(words, f"{about}:")
    if missing := duties.untold(report):
        document.item(missing)


def _obstacles(document: OfficialDocument, report: Report) -> None:
    text = report.language.text
    document.heading(text(N_("V. DIFFICULTIES AND OBSTACLES")))
    document.heading(text(N_("1. What the units report")), 2)
    statements, others = obstacles.quoted(report, _STATED)
    for who, what in statements:
        document.item(what, who)
    if others:
        document.item(text(N_("{count} more statements of earlier months."), count=report.language.number(others)))
    if not statements:
        document.paragraph(text(N_("No unit has sent a report of difficulties.")))
    document.heading(text(N_("2. What the data show, and what they lack")), 2)
    weighed = obstacles.weighed(report, report.reference.units["unit_code"])
    for sentence in (*weighed[:1], *obstacles.shown_by_data(report), *narrative.data_quality(report)):
        document.item(sentence)


def _proposals(document: OfficialDocument, report: Report, calls: list[Call]) -> None:
    text = report.language.text
    document.heading(text(N_("VI. PROPOSALS")))
    document.paragraph(
        text(
            N_(
                "The following are proposals that the program derives from the figures, for the drafting "
                "office to consider, choose from and complete."
            )
        )
    )
    if any(one.running and one.ask for call in calls for concern in call.concerns for one in concern.where):
        document.item(text(N_("The units named in part III: do what is said of them there.")))
    for sentence in narrative.proposals(report):
        document.item(sentence)


def _annex(document: OfficialDocument, report: Report) -> None:
    text, lang = report.language.text, report.language
    document.annex(text(N_("RESULTS BY UNIT, AND HOW THE FIGURES ARE COMPUTED")))
    _by_tier(document, report)
    _by_unit(document, report)
    document.table(
        text(N_("What is counted; the clauses stand in the workbook")),
        [text(N_("Target")), text(N_("Definition"))],
        [
            [f"{target.title[lang.code]} ({at_least(target, lang)})", target.definition[lang.code]]
            for target in report.decision.targets
        ],
        [50, 110],
        left=(0, 1),
        below=" ".join(_computed(report)),
    )
    _other_readings(document, report)


def _computed(report: Report) -> Iterator[str]:
    """From what and how, for a reader who knows the targets."""
    text, lang = report.language.text, report.language
    yield narrative.rows_read(report)
    yield text(
        N_(
            "A dossier arises in the period of its receipt unless it was withdrawn or never accepted. "
            "It is resolved when it has a result on or before the as-of day. A blank channel counts as"
            " counter. The level is the catalogue's on the day of receipt. “Missing” is the smallest "
            "whole number that would reach the target with the same denominator."
        )
    )
    yield narrative.caution(report.decision, lang, lang.written_date(report.decision.issued))


def _by_tier(document: OfficialDocument, report: Report) -> None:
    text, lang = report.language.text, report.language
    tiers = tier_words(report, TIER_BODIES)
    counts = {tier: narrative.standing(report, tier) for tier in tiers}
    document.table(
        text(N_("Units that attain / do not attain / have nothing to count, to date")),
        [
            text(N_("Target")),
            *(f"{words} ({_size(report, tier)})" for tier, words in tiers.items()),
        ],
        [
            [target.title[lang.code], *(_tally(counts[tier][target.id]) for tier in tiers)]
            for target in report.decision.targets
        ],
        _WIDTHS if len(_WIDTHS) == len(tiers) + 1 else [66 + 94 % len(tiers), *[94 // len(tiers)] * len(tiers)],
    )


def _size(report: Report, tier: str) -> str:
    return report.language.number(len(figures.tier_units(report, tier)))


def _tally(counts: dict[str, int]) -> str:
    return " / ".join(str(counts.get(status, 0)) for status in (ATTAINED, NOT_ATTAINED, NOT_APPLICABLE))


def _by_unit(document: OfficialDocument, report: Report) -> None:
    text, lang, targets = report.language.text, report.language, report.decision.targets
    document.table(
        text(N_("Results by unit, to date, in per cent")),
        [text(N_("Unit")), *(f"({place})\n{at_least(target, lang)}" for place, target in enumerate(targets, 1))],
        _unit_rows(report),
        [160 - 15 * len(targets), *[15] * len(targets)],
        below=text(
            N_(
                "The columns are the targets of table 1; ✓ attained, ✗ not attained, – nothing to count. "
                "In each group the unit with most targets missed and the widest gaps comes first; denominators under "
                "ten do not count for that. After the period … marks what results that are awaited can still turn."
            )
        ),
    )


def _unit_rows(report: Report) -> list[list[str]]:
    text = report.language.text
    units_of = {tier: figures.tier_units(report, tier) for tier in answering(report.reference)}
    heads = tier_words(report, GROUPS_IN_REPORT) | {"areas": text(GROUPS_IN_REPORT["areas"])}
    units_of["areas"] = figures.areas(report)
    waiting = _waiting(report)
    rows: list[list[str]] = []
    for place, (group, units) in enumerate(units_of.items()):
        if units:
            rows.append([f"{_NUMERALS[place]}. {heads[group]}"])
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
        cells.append(
            "–" if figure.value is None else f"{sign}\u00a0{report.language.share(figure.value, figure.digits())}"
        )
    return [name, *cells]


def _other_readings(document: OfficialDocument, report: Report) -> None:
    """Those under which the province has another verdict; the workbook has them all."""
    text, lang = report.language.text, report.language
    rows = [
        [
            figure.target.title[lang.code],
            found.reading.title[lang.code],
            *(fraction(figure, lang), percent(figure, lang), verdict(figure.status, lang)),
        ]
        for target in report.decision.targets
        for found in figures.readings(report, target)
        if found.changes_verdict and (figure := found.figure)
    ]
    workbook, _ = annexes(report.month)
    whole = text(N_("All readings, every unit and what the data lack in full: the workbook {file}."), file=workbook)
    if not rows:
        document.note(whole)
        return
    heads = [text(head) for head in (N_("Target"), N_("Reading"), N_("Fraction"), N_("Share"), N_("Verdict"))]
    title = text(N_("Readings under which the province has another verdict"))
    document.table(title, heads, rows, [58, 38, 24, 13, 27], left=(0, 1), below=whole)
