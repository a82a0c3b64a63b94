"""The scoring workbook: a set of criteria as live formulas, so that the one who decides on its numbers can try others.

Its first values are those of ``scoring``, for programs that show without computing; from the first change on the
spreadsheet reckons by the same rules.
"""

from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from analysis.criteria.rating import Evidence, Standing
from analysis.criteria.words import proposed
from analysis.criteria.workbook.formulas import share
from analysis.criteria.workbook.layout import AS_DRAFTED, FIRST_UNIT, NAME, NUMBERS, TOP, Layout
from analysis.criteria.workbook.parameters import component_title, write_parameters
from analysis.criteria.workbook.readme import write_readme
from analysis.criteria.workbook.scores import band_title, write_scores
from analysis.criteria.workbook.sheets import Page
from analysis.documents.annex_tables import notice
from analysis.documents.office import noon, plain
from analysis.documents.spreadsheet import OPTIONS, Look, row_height, set_up_page, sheet_names
from analysis.language.texts import N_
from analysis.presentation.words import GROUPS
from analysis.storage.writing import write_whole

_CODES, _NAMES, _GROUPS, _NUMBER = 13, 34, 28, 8  # letters of the columns
_LONGEST_PROPERTY = 255


def write_scoring_workbook(path: Path, evidence: Evidence, standing: Standing) -> None:
    """Write the workbook, whole or not at all; the same evidence and standing give the same bytes."""
    write_whole(path, lambda temporary: _write(temporary, evidence, standing))


def _write(path: Path, evidence: Evidence, standing: Standing) -> None:
    report, criteria = evidence.report, standing.criteria
    wanted = [N_("Scores"), N_("Parameters"), N_("Counts"), N_("Read me")]
    names = sheet_names([report.language.text(name) for name in wanted])
    layout = Layout(criteria, len(standing.codes), *names[:3])
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        title = plain(criteria.title[report.language.code])[:_LONGEST_PROPERTY]
        book.set_properties({"title": title, "created": noon(report.as_of)})
        look = Look(book)
        pages = [Page(book.add_worksheet(name), layout, report.language, look) for name in names]
        for page in pages:
            _write_top(page, evidence, standing)
            set_up_page(page.sheet, report.language)
        write_scores(pages[0], report.names, standing)
        write_parameters(pages[1], standing)
        _write_counts(pages[2], report.names, standing)
        write_readme(pages[3])


def _write_top(page: Page, evidence: Evidence, standing: Standing) -> None:
    """What must be known before any score is read."""
    criteria, language = standing.criteria, page.language
    first, last = (language.date(day) for day in evidence.span(criteria.period))
    period = page.text(N_("Period scored: {first} to {last}"), first=first, last=last)
    if evidence.provisional(criteria.period):
        period += " · " + page.text(N_("The period is not over: scores and bands are provisional."))
    title = proposed(criteria.title[language.code], language)
    page.words(0, 0, notice(evidence.report, language), page.look.notice)
    page.words(1, 0, period, page.look.format(bold=True))
    page.words(2, 0, title, page.look.title)


def _write_counts(page: Page, names: dict[str, str], standing: Standing) -> None:
    """Numerators and denominators, which may be changed, and their shares."""
    _write_count_heads(page)
    for at, code in enumerate(standing.codes):
        row, group = FIRST_UNIT + at, page.text(GROUPS[standing.groups[at]])
        drafted = band_title(page, int(standing.bands[at]))
        for column, words in enumerate((code, names[code], group, drafted)):
            page.words(row, column, words)
        wrapped = [(code, _CODES), (names[code], _NAMES), (group, _GROUPS), (drafted, _GROUPS)]
        page.sheet.set_row(row, row_height(wrapped))
        for number in range(page.layout.components):
            _write_count(page, row, NUMBERS + 3 * number, standing, at, number)
    page.sheet.freeze_panes(FIRST_UNIT, NAME + 1)
    page.sheet.repeat_rows(TOP + 1, TOP + 2)


def _write_count(page: Page, row: int, column: int, standing: Standing, at: int, number: int) -> None:
    page.enter(row, column, standing.numerators[at, number], "#,##0", "count")
    page.enter(row, column + 1, standing.denominators[at, number], "#,##0", "count")
    over, under = (xl_rowcol_to_cell(row, column + side) for side in (0, 1))
    page.formula(row, column + 2, share(over, under), standing.values[at, number], page.look.number("0.0%"))


def _write_count_heads(page: Page) -> None:
    text, sheet, components = page.text, page.sheet, page.layout.criteria.components
    hint = N_("Yellow cells may be changed. Units may be sorted here: scores follow their order.")
    page.words(TOP, 0, text(hint), page.look.format(italic=True))
    parts = [N_("Numerator"), N_("Denominator"), N_("Share")]
    heads = [N_("Code"), N_("Unit"), N_("Group"), N_("Band as first written"), *parts * len(components)]
    page.heads(TOP + 2, [text(head) for head in heads])
    titles = [component_title(component, page.language) for component in components]
    sheet.set_row(TOP + 1, row_height([(title, 3 * _NUMBER - 3) for title in titles]))
    sheet.set_row(TOP + 2, row_height([(text(head), _NUMBER - 2) for head in parts]))
    widths = [_CODES, _NAMES, _GROUPS, _GROUPS, *[_NUMBER] * 3 * len(components)]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    page.span(TOP + 1, 0, AS_DRAFTED, "")
    for number, title in enumerate(titles):
        page.span(TOP + 1, NUMBERS + 3 * number, NUMBERS + 3 * number + 2, title)
