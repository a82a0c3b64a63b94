"""CSV and its kin: text whose cells are separated by commas, semicolons, tabs or bars.

pyarrow parses the lines that are as wide as most; the ragged ones (titles, totals, signatures) come
back from it with their numbers, are parsed by Python's csv and put back at their places. What pyarrow
refuses is parsed by Python's csv altogether. Both count rows as a spreadsheet does: a blank line is a
row, a line break within quotes is none.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

from analysis.exports.sheets import Limits, cells_of, check_extent
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    import pyarrow as pa

DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(rb'"?sep=([,;\t|])"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
_SAMPLE_BYTES, _SAMPLE_ROWS = 2**20, 200
HEADING_ROWS = 30  # the heading row stands among the first 30 rows (contract §3)
_BLOCK = 2**20  # bytes; a row longer than one is left to Python's csv
_RAGGED = 50  # above one ragged row in so many, mending costs more than parsing anew
# Added as a last row: when an open quotation mark swallows it, the text ends within a cell.
# as_utf8() refuses text with zero bytes, so no export has this row.
_END = "\0"


def read_delimited(text: bytes, limits: Limits, headings: Container[str] = frozenset()) -> pa.Table:
    """The cells of a delimited text in UTF-8, separated by what cuts its first lines into known ``headings``, or into
    equally many cells.

    Blanks between a separator and a quotation mark are no part of a cell. Excel's line ``sep=;`` names the separator
    and is no row, as Excel does not show it either.
    Raises ExportProblem where the text ends within quotation marks.
    """
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    named = _SEPARATOR_LINE.match(text)
    text = text[named.end() :] if named else text
    delimiter, width = _layout(text, named[1].decode() if named else DELIMITERS, headings)
    lines = 1 + max(text.count(b"\n"), text.count(b"\r"))
    check_extent(lines, width, limits)
    ended = text + (b"" if text.endswith((b"\n", b"\r")) else b"\n") + _END.encode()
    sign = re.escape(delimiter.encode())
    blanks = b" +" if delimiter == "\t" else rb"[ \t]+"
    if re.search(sign + blanks + b'"[^"]|"' + blanks + sign, text[:_SAMPLE_BYTES]):
        ended = re.sub(sign + blanks + b'"', delimiter.encode() + b'"', ended)
        ended = re.sub(b'"' + blanks + b"(?=" + sign + rb"|[\r\n])", b'"', ended)
    table = _fast(ended, delimiter, width, limits)
    table = _slow(ended, delimiter, limits) if table is None else table
    _check_quotes(table, delimiter, width)
    return table


def _check_quotes(table: pa.Table, delimiter: str, width: int) -> None:
    """Raise ExportProblem where a cell has swallowed rows: two stray quotation marks make of all between them one.

    Text of several lines may have separators too, but not as many as a row, and with a blank after them.
    """
    import pyarrow.compute as pc

    from analysis.exports.glances import has_byte

    separator = re.compile(re.escape(delimiter) + (r"(?![ \u00a0])" if delimiter == "," else ""))
    for column in table.columns:
        if not any(has_byte(chunk, sign) for chunk in column.chunks for sign in b"\r\n"):
            continue
        broken = pc.fill_null(pc.match_substring_regex(column, r"[\r\n]"), False)
        for row in pc.indices_nonzero(broken).to_pylist():
            if len(separator.findall(column[row].as_py())) >= max(2, width - 1):
                raise ExportProblem(
                    N_("damaged: a cell of row {row} holds whole rows, by a stray quotation mark. Export it again."),
                    row=row + 1,
                )


def _layout(text: bytes, delimiters: str, headings: Container[str]) -> tuple[str, int]:
    """The separator that cuts a line into most known headings, or else most of the first rows into equally many cells,
    and how many.
    """
    sample = text[:_SAMPLE_BYTES].decode(errors="ignore")
    best = (0, 0, delimiters[0], 1)
    for delimiter in delimiters:
        records = list(islice(_records(sample, delimiter), _SAMPLE_ROWS))
        if len(text) > _SAMPLE_BYTES and 1 < len(records) < _SAMPLE_ROWS:
            records.pop()  # cut off in its middle
        widths = Counter(len(record) for record in records if len(record) > 1)
        width, rows = widths.most_common(1)[0] if widths else (1, 0)
        known = max((sum(fold(cell) in headings for cell in record) for record in records[:HEADING_ROWS]), default=0)
        known = known if known > 1 else 0
        if (known, rows * (width - 1)) > best[:2]:
            best = (known, rows * (width - 1), delimiter, width)
    return best[2:]


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)


def _fast(text: bytes, delimiter: str, width: int, limits: Limits) -> pa.Table | None:
    """The cells by pyarrow, one thread (files are read in parallel already); None where it refuses."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    names = [f"c{n}" for n in range(width)]
    ragged: list[Any] = []

    def keep(row: Any) -> str:
        ragged.append(row)
        return "skip"

    try:
        table = pa_csv.read_csv(
            pa.BufferReader(text),
            pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
            pa_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
            ),
            pa_csv.ConvertOptions(
                check_utf8=False,  # as_utf8() made sure
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if len(ragged) * _RAGGED > len(table) + 1000:
        return None
    return _mended(table, {row.number - 1: row.text for row in ragged}, delimiter, limits)


def _mended(table: pa.Table, ragged: dict[int, str], delimiter: str, limits: Limits) -> pa.Table | None:
    """The table with the ragged rows, keyed by row number from 0, back at their places."""
    import pyarrow as pa

    records = {row: _trimmed(next(_records(text, delimiter), [])) for row, text in ragged.items()}
    total = len(table) + len(records)
    if table.num_columns == 1:  # here the end row is no ragged one
        _check_end([table.column(0)[-1].as_py()] if len(table) else [], total)
        table = table.slice(0, len(table) - 1)
    else:
        _check_end(records.pop(total - 1, []), total)
    width = max(table.num_columns, *map(len, records.values()), 0)
    check_extent(total - 1, width, limits)
    for n in range(table.num_columns, width):
        table = table.append_column(f"c{n}", pa.nulls(len(table), pa.string()))
    pieces, done = [], 0
    for place, (row, record) in enumerate(sorted(records.items())):
        pieces.append(table.slice(done, row - place - done))
        pieces.append(cells_of([record + [""] * (width - len(record))], limits))
        done = row - place
    return pa.concat_tables([*pieces, table.slice(done)])


def _slow(text: bytes, delimiter: str, limits: Limits) -> pa.Table:
    """The cells by Python's csv, after a look at how much room they would take."""
    lines = 1 + max(text.count(b"\n"), text.count(b"\r"))
    check_extent(lines, -(-text.count(delimiter.encode()) // lines), limits)
    records = [_trimmed(record) for record in _records(text.decode(), delimiter)]
    _check_end(records.pop() if records else [], len(records) + 1)
    return cells_of(records, limits)


def _trimmed(record: list[str]) -> list[str]:
    """Without the empty cells at its end, which would widen the whole table."""
    while record and not record[-1]:
        record.pop()
    return record


def _check_end(record: list[str], row: int) -> None:
    if record != [_END]:
        raise ExportProblem(
            N_("truncated or damaged: a quotation mark is opened in row {row} and never closed. Export it again."),
            row=row,
        )
