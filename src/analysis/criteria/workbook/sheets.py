"""A sheet of the scoring workbook while it is written: words, inputs, formulas that bring their first value along."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analysis.criteria.workbook.layout import Layout
from analysis.documents.office import plain
from analysis.documents.spreadsheet import LONGEST_TEXT, Look
from analysis.language.texts import N_, Language

Allowed = Literal["share", "points", "positive", "whole", "count"]
# What a cell may hold, as the spreadsheet checks it, and what it says of anything else.
_ALLOWED: dict[Allowed, tuple[dict[str, Any], str]] = {
    "share": (
        {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1},
        N_("Write a share from 0 % to 100 %."),
    ),
    "points": ({"validate": "decimal", "criteria": ">=", "value": 0}, N_("Write a number that is 0 or more.")),
    "positive": ({"validate": "decimal", "criteria": ">", "value": 0}, N_("Write a number above 0.")),
    "whole": ({"validate": "integer", "criteria": ">=", "value": 1}, N_("Write a whole number from 1 on.")),
    "count": ({"validate": "integer", "criteria": ">=", "value": 0}, N_("Write a whole number from 0 on.")),
}
_CELL = {"border": 1, "border_color": "#CBD2D9", "valign": "top"}
_INPUT = {**_CELL, "bg_color": "#FFF6CC"}


@dataclass(frozen=True)
class Page:
    """A sheet with what is needed to write on it."""

    sheet: Worksheet
    layout: Layout
    language: Language
    look: Look

    @property
    def beside(self) -> Format:
        """Words beside a number: a little off it."""
        return self.look.format(**_CELL, text_wrap=True, align="left", indent=1)

    @property
    def term(self) -> Format:
        """What the words beside it explain."""
        return self.look.format(**_CELL, text_wrap=True, bold=True)

    def centred(self, pattern: str) -> Format:
        """Numbers that are no quantities to be summed: ranks, places."""
        return self.look.format(**_CELL, num_format=pattern, align="center")

    def text(self, template: str, **details: Any) -> str:
        """A text in the reader's language."""
        return self.language.text(template, **details)

    def words(self, row: int, column: int, words: str, style: Format | None = None) -> None:
        """Text that stays text, whatever it looks like."""
        self.sheet.write_string(row, column, plain(words)[:LONGEST_TEXT], style or self.look.long)

    def heads(self, row: int, titles: list[str]) -> None:
        """Headings from the first column on."""
        for column, title in enumerate(titles):
            self.words(row, column, title, self.look.head)

    def span(self, row: int, left: int, right: int, title: str) -> None:
        """A heading over several columns."""
        if right > left:
            self.sheet.merge_range(row, left, row, right, "", self.look.head)
        self.words(row, left, title, self.look.head)

    def blank(self, row: int, column: int) -> None:
        """A cell with nothing in it."""
        self.sheet.write_blank(row, column, None, self.look.long)

    def formula(self, row: int, column: int, formula: str, first: float | str, style: Format) -> None:
        """A formula with its first value, which programs show that do not compute; NaN is nothing."""
        shown = plain(first)[:LONGEST_TEXT] if isinstance(first, str) else "" if first != first else float(first)
        self.sheet.write_formula(row, column, formula, style, shown)

    def enter(self, row: int, column: int, value: Fraction | float | None, pattern: str, allowed: Allowed) -> None:
        """A cell that the reader may change; it lets in only what is ``allowed``. Blank for None and NaN."""
        self._admit(row, column, allowed)
        style = self.look.format(**_INPUT, num_format=pattern)
        if value is None or value != value:
            self.sheet.write_blank(row, column, None, style)
        else:
            self.sheet.write_number(row, column, float(value), style)

    def mark_wrong(self, first: int, left: int, last: int, right: int) -> None:
        """Colour what a check finds wrong; ✗ says it without colour."""
        rule = {"type": "text", "criteria": "begins with", "value": "✗", "format": self.look.bad}
        self.sheet.conditional_format(first, left, last, right, rule)

    def _admit(self, row: int, column: int, allowed: Allowed) -> None:
        rule, message = _ALLOWED[allowed]
        title = self.text(N_("This cannot stand here"))
        options = {**rule, "error_title": title, "error_message": self.text(message)}
        self.sheet.data_validation(row, column, row, column, options)


def share_format(value: Fraction | None) -> str:
    """A number format with one decimal of per cent, or as many more as the value has."""
    share = (value or Fraction(0)) * 100
    digits = next(number for number in range(1, 7) if (share * 10**number).denominator == 1 or number == 6)
    return f"0.{'0' * digits}%"
