"""Finds the table in a sheet of an export and keeps its named columns; everything else stays behind.

This is the gate of personal data: a column that the vocabulary does not name never leaves this
module, and no message made here quotes a cell from one.
"""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.exports.quoting import quoted
from analysis.exports.reading import Export, Sheet
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.reference.vocabulary import Vocabulary

HEADING_ROWS = 30  # the heading row stands among the first 30 rows (contract §3)
DATA_CELLS = 3  # a data row fills at least three of the named columns (contract §4)
# White space of every kind, and the zero-width characters that web pages leave behind.
_BLANKS = " \t\r\n\f\v\u00a0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200E)))
REQUIRED = ("dossier_id", "procedure_code", "unit", "channel", "received_at")
_DAY = r"\s*:?\s*(?:(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{2})-(\d{2}))"


@dataclass(frozen=True)
class Table:
    """The data rows of one sheet: ``cells`` holds the named columns as text (null where blank).

    ``rows`` are the 1-based spreadsheet rows; ``headings`` the texts over the named columns.
    """

    sheet: str
    cells: pa.Table
    rows: np.ndarray
    headings: dict[str, str]
    skipped_lines: int


@dataclass(frozen=True)
class Tables:
    """All tables of an export, with what its title lines say of the whole."""

    tables: tuple[Table, ...]
    export_date: date | None
    period_end: date | None
    synthetic: bool


@dataclass(frozen=True)
class _Head:
    """Where a sheet's headings are: the last heading row (0-based), columns by name, texts seen."""

    row: int
    columns: dict[str, int]
    texts: dict[str, str]
    seen: tuple[str, ...]
    missing: tuple[str, ...]


def read_tables(
    export: Export,
    vocabulary: Vocabulary,
    group_unit: Callable[[str], str | None] = str,
    words: Container[str] = frozenset(),
) -> Tables:
    """The tables of every sheet that has the required headings.

    ``group_unit`` gives the unit that a line with one filled cell names, None for one that names none; of the headings
    that it does not know a message quotes those that consist of ``words``.
    Raises ExportProblem, naming the missing and the found headings, when no sheet has them.
    """
    lines = [_lines(sheet, HEADING_ROWS) for sheet in export.sheets]
    heads = [_find_head(sheet_lines, vocabulary) for sheet_lines in lines]
    titles = [sheet_lines[: head.row] for sheet_lines, head in zip(lines, heads, strict=True)]
    tables, missing = [], []
    for sheet, head, title in zip(export.sheets, heads, titles, strict=True):
        table = None if head.missing else _cut_table(sheet, head, title, vocabulary, group_unit)
        tables.append(table)
        missing.append(head.missing or (() if table else ("unit",)))
    if not any(tables):
        raise _no_table(heads, missing, vocabulary, words)
    used = [title for table, title in zip(tables, titles, strict=True) if table]
    text_lines = [fold(" ".join(filter(None, line))) for title in used for line in title]
    return Tables(
        tables=tuple(table for table in tables if table),
        export_date=_last_day(text_lines, vocabulary.export_date),
        period_end=_last_day(text_lines, vocabulary.period_end),
        synthetic=any(words in line for line in text_lines for words in vocabulary.synthetic),
    )


def _lines(sheet: Sheet, count: int) -> list[list[str]]:
    """The first lines of a sheet as lists of trimmed cells, "" where blank."""
    columns = [[(cell or "").strip() for cell in column.slice(0, count).to_pylist()] for column in sheet.cells.columns]
    return [list(line) for line in zip(*columns, strict=True)]


def _find_head(lines: list[list[str]], vocabulary: Vocabulary) -> _Head:
    """The line that names most columns; where its own cell is blank, a merged cell above names the column."""
    best = _Head(0, {}, {}, (), REQUIRED)
    for number, line in enumerate(lines):
        if not any(fold(cell) in vocabulary.headings for cell in line):
            continue
        texts = [_heading_at(lines, number, column, vocabulary) for column in range(len(line))]
        head = _head_of(number, texts, vocabulary)
        if (not head.missing, len(head.columns)) > (not best.missing and bool(best.columns), len(best.columns)):
            best = head
    return best


def _heading_at(lines: list[list[str]], number: int, column: int, vocabulary: Vocabulary) -> str:
    if lines[number][column]:
        return lines[number][column]
    above = [lines[upper][column] for upper in range(max(0, number - 2), number)]
    return next((text for text in reversed(above) if fold(text) in vocabulary.headings), "")


def _head_of(number: int, texts: list[str], vocabulary: Vocabulary) -> _Head:
    ranked: dict[str, tuple[int, int]] = {}
    for column, text in enumerate(texts):
        if named := vocabulary.headings.get(fold(text)):
            name, rank = named
            ranked[name] = min(ranked.get(name, (rank, column)), (rank, column))
    columns = {name: column for name, (_, column) in ranked.items()}
    missing = tuple(
        name
        for name in REQUIRED
        if name not in columns and name != "unit" and not (name == "procedure_code" and "procedure_name" in columns)
    )
    return _Head(number, columns, {name: texts[c] for name, c in columns.items()}, tuple(filter(None, texts)), missing)


def _no_table(
    heads: list[_Head], missing: list[tuple[str, ...]], vocabulary: Vocabulary, words: Container[str]
) -> ExportProblem:
    best = max(range(len(heads)), key=lambda index: len(heads[index].columns), default=None)
    if best is None or not heads[best].columns:
        return ExportProblem(
            N_("no heading row among the first {rows} rows. Missing: {missing}. Add headings to vocabulary.toml."),
            rows=HEADING_ROWS,
            missing=", ".join(f"«{vocabulary.spelled[name]}»" for name in REQUIRED),
        )
    return ExportProblem(
        N_("no column {missing}. Columns found: {found}. Add the column's heading to vocabulary.toml."),
        missing=", ".join(f"«{vocabulary.spelled[name]}»" for name in missing[best]),
        found=", ".join(_quotable(heads[best], vocabulary, words)),
    )


def _quotable(head: _Head, vocabulary: Vocabulary, words: Container[str]) -> list[str]:
    """Headings for a message; a line of data may have been taken for them, so of unknown ones the shape alone."""
    texts = (" ".join(text.split())[:40] for text in head.seen)
    return [text if fold(text) in vocabulary.headings else quoted("", text, words) for text in texts]


def _cut_table(
    sheet: Sheet,
    head: _Head,
    title: list[list[str]],
    vocabulary: Vocabulary,
    group_unit: Callable[[str], str | None],
) -> Table | None:
    """The data rows under a head; None when no unit column, group line or title names a unit."""
    body = sheet.cells.slice(head.row + 1)
    everything = [_cleared(column, vocabulary) for column in body.columns]
    named = {name: everything[column] for name, column in head.columns.items()}
    filled = sum((_filled(column).astype(np.int16) for column in named.values()), np.zeros(len(body), np.int16))
    first = pc.coalesce(*everything) if everything else pa.array([], pa.string())
    totals = _total_lines(first, named["dossier_id"], vocabulary)
    is_data = (filled >= DATA_CELLS) & ~totals
    is_data &= ~_repeated_heads(named, is_data, vocabulary)
    if "unit" not in named:
        titled = _title_unit(title, vocabulary)
        groups = _group_lines(everything, first, is_data | totals, group_unit)
        if not groups and titled is None:
            return None
        named["unit"] = _spread(groups, len(first), titled)
    last = np.flatnonzero(_filled(first)).max(initial=-1)
    kept = np.flatnonzero(is_data)
    return Table(
        sheet=sheet.name,
        cells=pa.table({name: column.take(pa.array(kept)) for name, column in named.items()}),
        rows=(kept + head.row + 2).astype(np.int32),
        headings=head.texts,
        skipped_lines=int(last + 1 - len(kept)),
    )


def _cleared(column: pa.ChunkedArray, vocabulary: Vocabulary) -> pa.Array:
    """Trimmed text; null where nothing, white space or a placeholder for nothing stands."""
    trimmed = pc.utf8_trim(column.combine_chunks(), _BLANKS)
    nothing = pc.is_in(trimmed, value_set=pa.array(["", *vocabulary.blank]))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), trimmed)


def _filled(column: pa.Array) -> np.ndarray:
    return cast(np.ndarray, pc.is_valid(column).to_numpy(zero_copy_only=False))


def _total_lines(first: pa.Array, ids: pa.Array, vocabulary: Vocabulary) -> np.ndarray:
    """Lines whose first filled cell is a total word, or begins with one where no dossier code stands.

    ``Cộng Sở Xây dựng`` ends a group, but an applicant may be called ``Tổng công ty …`` or
    ``Cộng đồng dân cư …``. Only cells with a fitting first letter are folded.
    """
    if not vocabulary.total:
        return np.zeros(len(first), dtype=bool)
    initials = "".join(sorted({word[0] + word[0].upper() for word in vocabulary.total if word}))
    likely = pc.fill_null(pc.match_substring_regex(first, f"^[^\\pL\\d]*[{re.escape(initials)}]"), False)
    words = re.compile("|".join(rf"{re.escape(word)}(?!\w)" for word in vocabulary.total))
    totals = np.zeros(len(first), dtype=bool)
    for line in np.flatnonzero(likely.to_numpy(zero_copy_only=False)):
        text = first[line].as_py()
        without_code = ids[line].as_py() in (None, text)
        totals[line] = fold(text) in vocabulary.total or (without_code and bool(words.match(fold(text))))
    return totals


def _repeated_heads(named: dict[str, pa.Array], is_data: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """Lines that hold the headings again, or the numbers of the columns: ``(1) (2) (3)``."""
    repeated = np.zeros(len(is_data), dtype=bool)
    no_digits = ~_matches(named["received_at"], r"\d")
    short = ~_filled(named["dossier_id"]) | _matches(named["dossier_id"], r"^\(?\d{1,2}\)?$")
    for line in np.flatnonzero(is_data & (no_digits | short)):
        cells = {name: fold(text) for name, column in named.items() if (text := column[line].as_py())}
        headings = sum(vocabulary.headings.get(text, ("",))[0] == name for name, text in cells.items())
        numbers = len(set(cells.values())) == len(cells) and all(re.fullmatch(r"\d{1,2}", t) for t in cells.values())
        repeated[line] = headings >= DATA_CELLS or numbers
    return repeated


def _matches(column: pa.Array, pattern: str) -> np.ndarray:
    return cast(
        np.ndarray, pc.fill_null(pc.match_substring_regex(column, pattern), False).to_numpy(zero_copy_only=False)
    )


def _group_lines(
    everything: list[pa.Array], first: pa.Array, other: np.ndarray, group_unit: Callable[[str], str | None]
) -> dict[int, str]:
    """The unit that each line names which has a single filled cell; a signature or a page number names none."""
    count = sum((_filled(column).astype(np.int16) for column in everything), np.zeros(len(first), np.int16))
    lines = np.flatnonzero((count == 1) & ~other & _matches(first, r"\pL")).tolist()
    return {line: unit for line in lines if (unit := group_unit(first[line].as_py()))}


def _spread(groups: dict[int, str], count: int, titled: str | None) -> pa.Array:
    """The unit of the nearest group line above each line, else the title's."""
    marks = np.zeros(count, np.int64)
    marks[[*groups]] = range(1, len(groups) + 1)
    return pa.array([titled, *groups.values()], pa.string()).take(pa.array(np.maximum.accumulate(marks)))


def _title_unit(title: list[list[str]], vocabulary: Vocabulary) -> str | None:
    """The unit of a title line ``Đơn vị: …``, also where label and name stand in two cells."""
    for line in title:
        for cell, following in pairwise([*filter(None, line), ""]):
            label, colon, name = cell.partition(":")
            if colon and fold(label) in vocabulary.unit_title and (unit := name.strip() or following):
                return unit
    return None


def _last_day(lines: list[str], labels: tuple[str, ...]) -> date | None:
    """The last real date that follows one of the labels."""
    found = [
        day
        for line in lines
        if labels
        for match in re.finditer("(?:" + "|".join(map(re.escape, labels)) + ")" + _DAY, line)
        if (day := _day(*match.groups()))
    ]
    return found[-1] if found else None


def _day(*groups: str | None) -> date | None:
    day, month, year = groups[:3] if groups[0] else (groups[5], groups[4], groups[3])
    try:
        return date(int(year or 0), int(month or 0), int(day or 0))
    except ValueError:
        return None
