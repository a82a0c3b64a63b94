"""The workbook of annexes (``phu-luc-<month>.xlsx``): the sheets of ``annex_tables`` as a spreadsheet to file.

Shares are written as numbers with all their digits, not as live formulas over numerator and denominator: a
program that opens the file without recalculating would show nothing, one that recalculates could show another
value than was published, and a workbook that is known to hold no formula needs no trust.
"""

import re
from pathlib import Path
from textwrap import fill
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from analysis.annex_tables import Column, Rounded, Sheet, Table, notice, sheets
from analysis.errors import N_
from analysis.figures import Report
from analysis.language import Language
from analysis.office import noon, plain
from analysis.writing import write_whole

_LONGEST_NAME = 31  # letters of a sheet's name
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
LONGEST_TEXT = 32_000  # letters of a cell, a little under Excel's limit
_A4 = 9
_LINE, _HIGHEST = 15.0, 400.0  # points: of one line of text, of a row
_NARROW = 1.12  # widths are in digits, of which letters are a little narrower
_INK, _GOOD, _BAD, _HEAD = "#1F2933", "#DCEBF5", "#FBE3D6", "#E4E7EB"
# Text stays text: a name that begins with = + - @ or looks like an address is a name.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(path: Path, report: Report) -> None:
    """Write the workbook, whole or not at all; the same report gives the same bytes."""
    write_whole(path, lambda temporary: _write(temporary, report))


def sheet_names(wanted: list[str]) -> list[str]:
    """The names as Excel takes them: at most 31 letters, none of ``[]:*?/\\``, no two alike in any case."""
    names: list[str] = []
    for name in wanted:
        clean = _FORBIDDEN.sub("-", plain(name)).strip(" '") or "-"
        cut = clean if len(clean) <= _LONGEST_NAME else clean[: _LONGEST_NAME - 1].rstrip(" '") + "…"
        number, taken = 2, {known.casefold() for known in names}
        base = cut
        while cut.casefold() in taken or cut.casefold() == "history":  # a name that Excel keeps for itself
            cut = f"{base[: _LONGEST_NAME - 5]} ({number})"
            number += 1
        names.append(cut)
    return names


def row_height(wrapped: list[tuple[str, int]]) -> float:
    """Points that a row needs for texts that wrap in columns so many letters wide: not every program finds out."""
    lines = max(
        (len(fill(plain(text)[:LONGEST_TEXT], int(width * _NARROW)).splitlines()) for text, width in wrapped if text),
        default=1,
    )
    return min(_LINE * max(lines, 1), _HIGHEST)


def set_up_page(page: Worksheet, language: Language) -> None:
    """Print on A4 across, as wide as the sheet, with a footer that says that it is a draft."""
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.set_footer(f"&L{language.text(N_('DRAFT'))}&C&A&R&P/&N")


class Look:
    """The workbook's formats, each made once: Excel limits their number."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}
        self.notice = self.format(bold=True, font_color="#8A3B00")
        self.title = self.format(bold=True, font_size=13)
        self.head = self.format(bold=True, bg_color=_HEAD, border=1, text_wrap=True, align="center", valign="vcenter")
        self.text = self.format(valign="top", border=1, border_color="#CBD2D9")
        self.long = self.format(valign="top", border=1, border_color="#CBD2D9", text_wrap=True)
        self.verdict = self.format(valign="top", border=1, border_color="#CBD2D9", indent=1)
        self.good = book.add_format({"bg_color": _GOOD})
        self.bad = book.add_format({"bg_color": _BAD, "bold": True})
        self.changed = book.add_format({"bold": True, "italic": True, "font_color": "#8A3B00"})

    def number(self, pattern: str) -> Format:
        """A bordered cell with a number format; the reader's program puts its own separators in."""
        return self.format(num_format=pattern, valign="top", border=1, border_color="#CBD2D9")

    def format(self, **properties: Any) -> Format:
        """The workbook's letters with these properties besides."""
        key = repr(properties)
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": "Times New Roman", "font_color": _INK, **properties})
        return self._made[key]


def _write(path: Path, report: Report) -> None:
    content = sheets(report)
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        book.set_properties({"title": report.decision.title[report.language.code], "created": noon(report.as_of)})
        look = Look(book)
        for name, sheet in zip(sheet_names([sheet.name for sheet in content]), content, strict=True):
            _write_sheet(book.add_worksheet(name), sheet, notice(report, report.language), report, look)


def _write_sheet(page: Worksheet, sheet: Sheet, first_line: str, report: Report, look: Look) -> None:
    page.write_string(0, 0, first_line, look.notice)
    row = 1
    for number, table in enumerate(sheet.tables):
        start = row
        row = _write_table(page, table, row, look)
        if number == 0:
            heads = start + 1 + bool(table.spans)
            page.freeze_panes(heads + 1, table.names)
            for place, column in enumerate(table.columns):
                page.set_column(place, place, column.width)
            if len(sheet.tables) == 1:  # the headings of one table must not stand over another's rows
                page.repeat_rows(start + 1, heads)
                page.autofilter(heads, 0, max(row - 1, heads), len(table.columns) - 1)
        row += 1
    set_up_page(page, report.language)


def _write_table(page: Worksheet, table: Table, row: int, look: Look) -> int:
    """Title, headings and rows from ``row`` on; returns the first row below."""
    page.write_string(row, 0, plain(table.title), look.title)
    row += 1
    if table.spans:
        _write_spans(page, table, row, look)
        row += 1
    page.set_row(row, row_height([(column.title, column.width - 2) for column in table.columns]))
    for place, column in enumerate(table.columns):
        page.write_string(row, place, plain(column.title), look.head)
    first = row + 1
    for number, cells in enumerate(table.rows):
        wrapped = [
            (str(cell or ""), column.width)
            for column, cell in zip(table.columns, cells, strict=True)
            if column.kind == "long"
        ]
        page.set_row(first + number, row_height(wrapped))
        for place, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
            _write_cell(page, first + number, place, column, cell, look)
    last = first + len(table.rows) - 1
    if table.rows:
        _mark(page, table, first, last, look)
    return last + 1


def _write_spans(page: Worksheet, table: Table, row: int, look: Look) -> None:
    place = 0
    page.set_row(row, 3 * _LINE)
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
    for place, column in enumerate(table.columns):
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
