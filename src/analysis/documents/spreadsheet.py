"""How every workbook looks: formats, heights of rows, names of sheets, the printed page."""

import re
from textwrap import fill
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from analysis.documents.office import plain
from analysis.language.texts import N_, Language

_A4 = 9
LINE, _HIGHEST = 15.0, 400.0  # points: of one line of text, of a row
_INK, _GOOD, _BAD, _HEAD = "#1F2933", "#DCEBF5", "#FBE3D6", "#E4E7EB"
_LONGEST_NAME = 31  # letters of a sheet's name
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
LONGEST_TEXT = 32_000  # letters of a cell, a little under Excel's limit
_NARROW = 1.12  # widths are in digits, of which letters are a little narrower
# Text stays text: a name that begins with = + - @ or looks like an address is a name.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


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
    return min(LINE * max(lines, 1), _HIGHEST)


def set_up_page(page: Worksheet, language: Language, pages: int = 0) -> None:
    """Print on A4 across, as wide as the sheet, with a footer that says that it is a draft; on so many ``pages``, 0 for
    as many as it takes.
    """
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, pages)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.set_footer(f"&L{language.text(N_('DRAFT'))}&C&A&R&P/&N")


class Look:
    """The workbook's formats, each made once: Excel limits their number."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}
        self.notice = self.format(bold=True, font_color="#8A3B00")
        self.headline = self.format(bold=True, font_size=16)
        self.title = self.format(bold=True, font_size=13)
        self.head = self.format(bold=True, bg_color=_HEAD, border=1, text_wrap=True, align="center", valign="vcenter")
        self.text = self.format(valign="top", border=1, border_color="#CBD2D9")
        self.long = self.format(valign="top", border=1, border_color="#CBD2D9", text_wrap=True, align="left", indent=1)
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
