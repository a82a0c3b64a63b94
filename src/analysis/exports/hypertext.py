"""HTML pages that portals call .xls: their tables, and the lines around them, as rows of cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analysis.exports.sheets import MIB, Limits, Sheet, cells_of, check_extent
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    Row = list[str | None]

_UNSEEN = frozenset({"script", "style", "head", "title", "xml", "template", "colgroup", "col"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset"}
    | {"footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol"}
    | {"p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_CELLS, _SECTIONS = frozenset({"td", "th"}), frozenset({"thead", "tbody", "tfoot"})
_TABULAR = 3  # cells in a row of a table that is more than layout
_HEAD = 65_536  # bytes in which a page shows itself
_MAX_COLSPAN, _MAX_ROWSPAN = 1000, 65_534  # as browsers cap them (HTML Living Standard, 4.9.11)
# Possessive, so that a head of comments is read once and not in every way that it could be cut into comments.
_START = re.compile(
    rb"\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html|head|body|table|meta|style|div|p|h\d|center|font)\b",
    re.IGNORECASE | re.DOTALL,
)
_TABLE = [re.compile(tag, re.IGNORECASE) for tag in (rb"<table[\s>]", rb"<tr[\s>]", rb"<t[dh][\s>]")]
_OPEN, _CLOSED = re.compile(rb"<table[\s>]", re.IGNORECASE), re.compile(rb"</table\s*>", re.IGNORECASE)


def is_hypertext(text: bytes) -> bool:
    """Whether a text is an HTML page: it begins as one, or a table with cells stands near its beginning."""
    return bool(_START.match(text, 0, _HEAD)) or _has_table(text)


def _has_table(text: bytes) -> bool:
    """One tag is looked for after the other: each byte is looked at once."""
    place = 0
    for tag in _TABLE:
        found = tag.search(text, place, _HEAD)
        if not found:
            return False
        place = found.end()
    return True


def read_hypertext(text: bytes, limits: Limits) -> Sheet:
    """The cells of a page in UTF-8, in document order.

    Every row of a table is a row, its spanned cells filled at the top left only; ``merges`` has those that span several
    rows. A table within a cell belongs to that cell, unless it has rows of several cells: then the outer one is mere
    layout. Each line of text around the tables is a row of one cell.
    Raises ExportProblem where the page is cut off, too large, or nested too deeply.
    """
    if len(text) > limits.html_bytes:
        raise ExportProblem(
            N_("too large: an HTML page may have {most} MB. Save it as .xlsx."), most=limits.html_bytes // MIB
        )
    if len(_OPEN.findall(text)) > len(_CLOSED.findall(text)):
        raise ExportProblem(N_("truncated: the page ends within its table. Export it again."))
    page = _Page(limits)
    page.read(_parsed(text))
    page.end_line()
    return Sheet("", cells_of(page.rows, limits), tuple(page.merges))


def _parsed(text: bytes) -> _Element:
    from lxml import etree

    # No network, no entities but HTML's own; huge_tree=False bounds depth (255) and the length of a text (10 MB).
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.LxmlError:
        root = None
    if root is None or any(error.level_name == "FATAL" for error in parser.error_log):
        raise ExportProblem(N_("damaged: the page has no content, or is nested too deeply. Save it as .xlsx."))
    return root


class _Page:
    """The rows read so far, and the line of text outside tables that is being read."""

    def __init__(self, limits: Limits) -> None:
        self.rows: list[Row] = []
        self.merges: list[tuple[int, int, int]] = []
        self._line: list[str] = []
        self._limits = limits

    def read(self, element: _Element) -> None:
        """Take in an element that stands in no table, and what it holds."""
        tag = element.tag
        if tag in _UNSEEN:
            return
        if tag == "table" and not _is_layout(element):
            self.end_line()
            self._read_table(element)
            return
        if tag in _BLOCKS:
            self.end_line()
        self._line.append(element.text or "")
        for child in element:
            self.read(child)
            self._line.append(child.tail or "")
        if tag in _BLOCKS:
            self.end_line()

    def end_line(self) -> None:
        """What stood in the line becomes a row of one cell."""
        if words := _words("".join(self._line)):
            self.rows.append([words])
        self._line.clear()

    def _read_table(self, table: _Element) -> None:
        covered: dict[int, int] = {}  # column → how many further rows a cell above covers there
        for row in _table_rows(table):
            before = covered
            cells, covered = _spread(row, covered, self._limits)
            top = len(self.rows)
            begun = {column: rows for column, rows in covered.items() if rows != before.get(column, 0) - 1}
            self.merges += [(column, top, top + rows) for column, rows in begun.items() if column < len(cells)]
            self.rows.append(cells)
            check_extent(len(self.rows), len(cells), self._limits)


def _is_layout(table: _Element) -> bool:
    """Whether a table holds another whose rows have several cells, and has none itself: it lays out a page."""
    return not _is_tabular(table) and any(map(_is_tabular, table.iterdescendants("table")))


def _is_tabular(table: _Element) -> bool:
    """Whether several of a table's own rows have several cells."""
    rows = (row for row in table.iterdescendants("tr") if next(row.iterancestors("table")) is table)
    return sum(len(list(_row_cells(row))) >= _TABULAR for row in rows) > 1


def _table_rows(element: _Element) -> Iterator[list[_Element] | str]:
    """The rows of a table as their cells, and as text what stands between rows (a caption, strays)."""
    loose: list[_Element] = []  # cells in no row, which browsers put into one
    if words := _words(element.text):
        yield words
    for child in element:
        if child.tag in _CELLS:
            loose.append(child)
        elif child.tag not in _UNSEEN:
            if loose:
                yield loose
                loose = []
            if child.tag == "tr":
                yield list(_row_cells(child))
                child.clear(keep_tail=True)  # a parsed page takes twelve times its size; read rows need not stay
            elif child.tag in _SECTIONS or child.find(".//tr") is not None:
                yield from _table_rows(child)
            elif words := _words(_text(child)):
                yield words
        if words := _words(child.tail):
            yield words
    if loose:
        yield loose


def _row_cells(row: _Element) -> Iterator[_Element]:
    """The cells of a row, also those within a wrapper such as a form."""
    for child in row:
        if child.tag in _CELLS:
            yield child
        elif child.tag not in _UNSEEN and child.tag != "table":
            yield from _row_cells(child)


def _spread(cells: list[_Element] | str, covered: dict[int, int], limits: Limits) -> tuple[Row, dict[int, int]]:
    """A row on the grid: each cell at its first free column; and the columns that it covers in later rows."""
    if isinstance(cells, str):
        return [cells], covered
    row: Row = []
    below = {column: rows - 1 for column, rows in covered.items() if rows > 1}
    for cell in cells:
        while len(row) in covered:
            row.append(None)
        column = len(row)
        width, height = _span(cell, "colspan", _MAX_COLSPAN), _span(cell, "rowspan", _MAX_ROWSPAN)
        row.append(_words(_text(cell) if len(cell) else cell.text))
        if width > 1:
            row.extend([None] * (width - 1))
            check_extent(1, len(row), limits)
        if height > 1:
            below.update(dict.fromkeys(range(column, column + width), height - 1))
    return row, below


def _span(cell: _Element, name: str, most: int) -> int:
    """How many columns or rows a cell spans; 0, which HTML reads as "all that are left", only for rows."""
    written = cell.get(name)
    if written is None:
        return 1
    number = re.match(r"\s*\+?(\d{1,9})", written)
    span = int(number[1]) if number else 1
    return min(span, most) or (most if name == "rowspan" else 1)


def _text(element: _Element) -> str:
    """All text that is seen in an element; a line break or a block's edge counts as white space."""
    if element.tag in _UNSEEN:
        return ""
    inside = (element.text or "") + "".join(_text(child) + (child.tail or "") for child in element)
    return f" {inside} " if element.tag in _BLOCKS else inside


def _words(text: str | None) -> str:
    """Text with its white space collapsed, as a browser shows it."""
    return " ".join(text.split()) if text else ""
