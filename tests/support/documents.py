"""A month's documents: where they stand, what they hold, and how numbers are written in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import docx
from docx.oxml.ns import qn

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "<script>alert(1)</script>&amp;",
    "\u202eSở ngược\u200f",
    "http://example.org/",
    "\x07Sở \x1b[31m đỏ\tmột\ndòng",
    "0123",
    "x" * 5_000,
]


@dataclass(frozen=True)
class Documents:
    """The workbook of annexes, the draft report and the open data of a month."""

    folder: Path
    month: str

    @property
    def workbook(self) -> Path:
        return self.folder / f"phu-luc-{self.month}.xlsx"

    @property
    def draft(self) -> Path:
        return self.folder / f"bao-cao-{self.month}.docx"

    @property
    def open_data(self) -> Path:
        return self.folder / "open-data"


def texts(document: docx.document.Document) -> Iterator[str]:
    """Every paragraph's text, in tables too, with plain spaces."""
    for paragraph in document.element.body.iter(qn("w:p")):
        yield "".join(text.text or "" for text in paragraph.iter(qn("w:t"))).replace("\u00a0", " ")


def table_of(document: docx.document.Document, *words: str) -> list[list[str]]:
    """The rows of the table whose heading row holds each of ``words``."""
    for table in document.tables:
        lines = [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows]
        if all(any(word in cell for cell in lines[0]) for word in words):
            return lines
    raise AssertionError(words)


def grouped(number: str | int) -> str:
    return f"{int(number):,}".replace(",", ".")


def percent(row: dict[str, str]) -> str:
    """The share as the report rounds it, half up, from the whole numbers; "–" for nothing."""
    if row["denominator"] == "0":
        return "–"
    share = Decimal(row["numerator"]) / Decimal(row["denominator"]) * 100
    return f"{share.quantize(Decimal('0.1'), ROUND_HALF_UP)} %".replace(".", ",")
