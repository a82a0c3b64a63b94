"""Writes laid-out sheets as the files that portals hand out; the same sheets always give the same bytes."""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import xlsxwriter

from analysis.sample.layout import Line, Sheet

_STREAMED_FROM = 20_000  # rows from which a workbook is written line by line, in constant memory


@dataclass(frozen=True)
class Format:
    """A kind of file: its ending, what it really is, for text its encoding, and how many rows a sheet may have."""

    suffix: str
    name: str
    write: Callable[[Path, list[Sheet]], None]
    encoding: str = ""
    most_rows: int = 1_000_000
    sheets: bool = False


def write_xlsx(path: Path, sheets: list[Sheet]) -> None:
    """An Office Open XML workbook; real dates are numbers with a date format."""
    streamed = max(len(sheet.rows) for sheet in sheets) >= _STREAMED_FROM
    content = io.BytesIO()
    target = path if streamed else content
    book = xlsxwriter.Workbook(
        target, {"constant_memory": streamed, "strings_to_urls": False, "in_memory": not streamed}
    )
    book.set_properties({"created": datetime(2020, 12, 31)})
    date_format = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        text, number = page.write_string, page.write_number
        for row, line in enumerate(sheet.lines()):
            for column, cell in enumerate(line):
                if cell is None:
                    continue
                if isinstance(cell, str):
                    text(row, column, cell)
                elif column in sheet.date_columns and isinstance(cell, float):
                    number(row, column, cell, date_format)
                else:
                    number(row, column, cell)
        if not streamed:
            _merge(page, sheet)
    book.close()
    if not streamed:
        _pack_tightly(content, path)


def _pack_tightly(content: io.BytesIO, path: Path) -> None:
    """The same workbook a little smaller, because samples are committed."""
    with zipfile.ZipFile(content) as loose, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as tight:
        for entry in loose.infolist():
            tight.writestr(entry, loose.read(entry), compresslevel=9)


def _merge(page: Any, sheet: Sheet) -> None:
    lines = sheet.head
    for top, left, bottom, right in sheet.merges:
        if (top, left) != (bottom, right):
            page.merge_range(top, left, bottom, right, lines[top][left] if left < len(lines[top]) else "")


def write_xls(path: Path, sheets: list[Sheet]) -> None:
    """A real BIFF8 workbook, as Excel 97–2003 wrote it; at most 65,536 rows a sheet."""
    import xlwt  # which nobody maintains any more: there for tests, in no report's environment

    book = xlwt.Workbook(encoding="utf-8")
    date_format = xlwt.easyxf(num_format_str="dd/mm/yyyy hh:mm")
    general = xlwt.easyxf()
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        merged = {(top, left): (bottom, right) for top, left, bottom, right in sheet.merges}
        for row, line in enumerate(sheet.lines()):
            for column, cell in enumerate(line):
                if cell is None:
                    continue
                is_date = column in sheet.date_columns and isinstance(cell, float)
                if (row, column) in merged and row < len(sheet.head):
                    bottom, right = merged[row, column]
                    page.write_merge(row, bottom, column, right, cell)
                else:
                    page.write(row, column, cell, date_format if is_date else general)
    book.save(str(path))


def write_html(path: Path, sheets: list[Sheet]) -> None:
    """An HTML table that calls itself .xls, the cheapest "Excel" of a web portal."""
    parts = [
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>\n'
    ]
    for sheet in sheets:
        width = len(sheet.columns)
        parts.append("<table border=1>\n")
        for row, line in enumerate(sheet.lines()):
            filled = [cell for cell in line if cell is not None]
            if row != len(sheet.head) - 1 and len(filled) == 1 and line[0] is not None:
                parts.append(f"<tr><td colspan={width}><b>{escape(str(line[0]))}</b></td></tr>\n")
            else:
                tag = "th" if row == len(sheet.head) - 1 else "td"
                parts.append("<tr>" + "".join(f"<{tag}>{_html(cell)}</{tag}>" for cell in line) + "</tr>\n")
        parts.append("</table>\n")
    parts.append("</body></html>\n")
    path.write_text("".join(parts), encoding="utf-8", newline="\n")


def _html(cell: Any) -> str:
    return "&nbsp;" if cell is None else escape(str(cell)).replace("\n", "<br>")


def _csv_writer(encoding: str, separator: str) -> Callable[[Path, list[Sheet]], None]:
    def write(path: Path, sheets: list[Sheet]) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
        for sheet in sheets:
            writer.writerows(map(_csv_line, sheet.lines()))
        path.write_bytes(encode(text.getvalue(), encoding))

    return write


def _csv_line(line: Line) -> Line:
    # A lone empty field would be written as "", which is no blank line any more.
    return [] if all(cell is None for cell in line) else line


def encode(text: str, encoding: str) -> bytes:
    """Bytes as old programs wrote them: UTF-16 with its mark, Windows-1258 with the tones as letters of their own."""
    if encoding == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le")
    if encoding == "cp1258":
        return unicodedata.normalize("NFC", text).translate(_CP1258).encode("cp1258")
    return text.encode(encoding)


def _cp1258_spelling(letter: str) -> str:
    """Windows-1258 has ê and ơ but few letters with a tone: ``ế`` is ``ê`` and a combining acute there."""
    try:
        letter.encode("cp1258")
        return letter
    except UnicodeEncodeError:
        bare, *marks = list(unicodedata.normalize("NFD", letter))
        tone = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
        shape = [mark for mark in marks if mark not in tone]
        return unicodedata.normalize("NFC", bare + "".join(shape)) + "".join(tone)


_LETTERS = [chr(code) for code in (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA))]
_CP1258 = str.maketrans(
    {letter: _cp1258_spelling(letter) for letter in _LETTERS if unicodedata.normalize("NFD", letter) != letter}
)

BIFF = "xls"
FORMATS = {
    "xlsx": Format(".xlsx", "xlsx", write_xlsx, sheets=True),
    BIFF: Format(".xls", "xls", write_xls, most_rows=60_000, sheets=True),
    "html": Format(".xls", "html", write_html, "utf-8"),
    "csv": Format(".csv", "csv", _csv_writer("utf-8-sig", ","), "utf-8-sig"),
    "csv-plain": Format(".txt", "csv", _csv_writer("utf-8", "|"), "utf-8"),
    "csv-1258": Format(".csv", "csv", _csv_writer("cp1258", ";"), "windows-1258"),
    "csv-utf16": Format(".csv", "csv", _csv_writer("utf-16", "\t"), "utf-16"),
    "csv-xls": Format(".xls", "csv", _csv_writer("utf-16", "\t"), "utf-16"),
}


def writable() -> list[str]:
    """The formats that can be written here: BIFF alone needs a package that is not installed with this one."""
    return [name for name in FORMATS if name != BIFF or find_spec("xlwt")]
