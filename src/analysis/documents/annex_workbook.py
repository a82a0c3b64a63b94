"""The workbook of annexes (``phu-luc-<month>.xlsx``): the sheets of ``annex_tables`` as a spreadsheet to file.

Shares are written as numbers with all their digits, not as live formulas over numerator and denominator: a
program that opens the file without recalculating would show nothing, one that recalculates could show another
value than was published, and a workbook that is known to hold no formula needs no trust.
"""

from itertools import accumulate
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from analysis.documents.annex_tables import notice, sheets
from analysis.documents.office import noon, plain
from analysis.documents.sheet import Column, Rounded, Sheet, Table
from analysis.documents.spreadsheet import LINE, LONGEST_TEXT, OPTIONS, Look, row_height, set_up_page, sheet_names
from analysis.documents.workbook_charts import Place, write_charts
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.storage.writing import write_whole


def write_workbook(path: Path, report: Report) -> None:
    """Write the workbook, whole or not at all; the same report gives the same bytes."""
    write_whole(path, lambda temporary: _write(temporary, report))


def _write(path: Path, report: Report) -> None:
    content = sheets(report)
    first, *others = sheet_names([*(sheet.name for sheet in content), report.language.text(N_("Charts"))])
    first_line = notice(report, report.language)
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        book.set_properties({"title": report.decision.title[report.language.code], "created": noon(report.as_of)})
        look = Look(book)
        named = {name: book.add_worksheet(name) for name in (first, others[-1], *others[:-1])}
        tops = {}
        for name, sheet in zip((first, *others[:-1]), content, strict=True):
            tops[sheet.name] = Place(name, _write_sheet(named[name], sheet, first_line, report, look))
        drawn = named[others[-1]]
        drawn.write_string(0, 0, first_line, look.notice)
        drawn.freeze_panes(1, 0)
        set_up_page(drawn, report.language, pages=1)
        write_charts(book, drawn, content, tops, report)


def _write_sheet(page: Worksheet, sheet: Sheet, first_line: str, report: Report, look: Look) -> int:
    """Returns the first row of the first table's cells."""
    page.write_string(0, 0, first_line, look.notice)
    row = top = 1
    if sheet.headline:
        page.set_row(row, 2 * LINE)
        page.write_string(row, 0, plain(sheet.headline), look.headline)
        row += 1
    for number, table in enumerate(sheet.tables):
        start = row
        row = _write_table(page, table, row, look)
        if number == 0:
            heads = start + 1 + bool(table.spans)
            top = heads + 1
            page.freeze_panes(top, table.names)
            for place, column in enumerate(table.columns):
                page.set_column(place, place, column.width)
            if len(sheet.tables) == 1:  # the headings of one table must not stand over another's rows
                page.repeat_rows(start + 1, heads)
                page.autofilter(heads, 0, max(row - 1, heads), len(table.columns) - 1)
        row += 1
    set_up_page(page, report.language, pages=1 if sheet.headline else 0)
    return top


def _write_table(page: Worksheet, table: Table, row: int, look: Look) -> int:
    """Title, headings and rows from ``row`` on; returns the first row below."""
    page.write_string(row, 0, plain(table.title), look.title)
    row += 1
    if table.spans:
        _write_spans(page, table, row, look)
        row += 1
    page.set_row(row, row_height([(column.title, column.width - 2) for column in table.columns]))
    places = _places(table)
    for place, column in zip(places, table.columns, strict=True):
        _merge(page, row, place, column, look)
        page.write_string(row, place, plain(column.title), look.head)
    first = row + 1
    for number, cells in enumerate(table.rows):
        wrapped = [
            (str(cell or ""), column.width)
            for column, cell in zip(table.columns, cells, strict=True)
            if column.kind == "long"
        ]
        page.set_row(first + number, row_height(wrapped))
        for place, column, cell in zip(places, table.columns, cells, strict=True):
            _merge(page, first + number, place, column, look)
            _write_cell(page, first + number, place, column, cell, look)
    last = first + len(table.rows) - 1
    if table.rows:
        _mark(page, table, first, last, look)
    return last + 1


def _places(table: Table) -> list[int]:
    """The sheet's columns in which the table's begin."""
    return list(accumulate((column.over for column in table.columns[:-1]), initial=0))


def _merge(page: Worksheet, row: int, place: int, column: Column, look: Look) -> None:
    if column.over > 1:
        page.merge_range(row, place, row, place + column.over - 1, "", look.long)


def _write_spans(page: Worksheet, table: Table, row: int, look: Look) -> None:
    place = 0
    page.set_row(row, 3 * LINE)
    for title, width in table.spans:
        if title and width > 1:
            page.merge_range(row, place, row, place + width - 1, "", look.head)
        for column in range(place, place + (1 if title else width)):
            page.write_string(row, column, plain(title), look.head)
        place += width


def _write_cell(page: Worksheet, row: int, place: int, column: Column, cell: Any, look: Look) -> None:
    if cell is None:
        page.write_blank(row, place, None, look.text)
    elif isinstance(cell, str):
        style = {"long": look.long, "verdict": look.verdict}.get(column.kind, look.text)
        page.write_string(row, place, plain(cell)[:LONGEST_TEXT], style)
    elif isinstance(cell, Rounded):
        page.write_number(row, place, cell.value, look.number(_pattern(column, cell.digits)))
    else:
        page.write_number(row, place, int(cell), look.number("#,##0"))


def _pattern(column: Column, digits: int) -> str:
    decimals = "0" + ("." + "0" * digits if digits else "")
    return f"{decimals}%" if column.kind == "share" else f"+{decimals};−{decimals};{decimals}"


def _mark(page: Worksheet, table: Table, first: int, last: int, look: Look) -> None:
    """Colour verdicts and gaps; the words and signs say the same without it."""
    for place, column in zip(_places(table), table.columns, strict=True):
        area = (first, place, last, place)
        if column.kind == "verdict":
            for sign, style in (("✓", look.good), ("✗", look.bad)):
                rule = {"type": "text", "criteria": "begins with", "value": sign, "format": style}
                page.conditional_format(*area, rule)
        elif column.kind == "points":
            blank = {"type": "blanks", "stop_if_true": True}
            page.conditional_format(*area, blank)
            page.conditional_format(*area, {"type": "cell", "criteria": "<", "value": 0, "format": look.bad})
            page.conditional_format(*area, {"type": "cell", "criteria": ">=", "value": 0, "format": look.good})
