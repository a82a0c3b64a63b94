"""Finds the table in a sheet of an export and keeps its named columns; everything else stays behind.

This is the gate of personal data: a column that the vocabulary does not name never leaves this
module, and no message made here quotes a cell from one.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.exports.cell_texts import cleared, from_1900, ticked, trimmed, without_empty
from analysis.exports.delimited import HEADING_ROWS
from analysis.exports.filing import BY_PROXY, SUBMITTED_AT, by_proxy
from analysis.exports.glances import rows_of
from analysis.exports.handling import coded
from analysis.exports.headings import REQUIRED, Head, find_head, first_lines
from analysis.exports.lines import DATA_CELLS, broken_rows, lone_texts, repeated_heads, total_lines
from analysis.exports.masks import filled
from analysis.exports.owners import labelled_unit, letterhead, lone_title, spread
from analysis.exports.periods import TitleDays, title_days
from analysis.exports.quoting import quoted
from analysis.exports.reading import Export, Sheet
from analysis.exports.swapped_days import half_swapped, swapped
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.reference.vocabulary import DATE_COLUMNS, EXPORT_COLUMNS, Vocabulary

FALLING_BACK = {"completed_at"}  # columns whose blank cells are filled from the next heading of their list


@dataclass(frozen=True)
class Table:
    """The data rows of one sheet: ``cells`` holds the named columns as text (null where blank).

    ``filing`` are those that tell how a dossier was filed and handled, in the same rows (``filing.filing``).
    ``rows`` are the 1-based spreadsheet rows, as ``heading_row`` is; ``headings`` the texts over the named columns;
    ``missing`` the known columns that the sheet lacks, ``unread`` the headings that name none, as far as they may be
    quoted, ``unreadable`` the rows with a byte that is no letter, whose cells are blank, ``swapped`` the columns of
    days that a spreadsheet took for American ones in part.
    """

    sheet: str
    heading_row: int
    cells: pa.Table
    filing: dict[str, pa.Array]
    rows: np.ndarray
    headings: dict[str, str]
    skipped_lines: int
    missing: tuple[str, ...]
    unread: tuple[str, ...]
    unreadable: tuple[int, ...]
    swapped: tuple[str, ...]


@dataclass(frozen=True)
class Tables:
    """All tables of an export, with what its title lines say of the whole."""

    tables: tuple[Table, ...]
    days: TitleDays
    synthetic: bool


def read_tables(
    export: Export,
    vocabulary: Vocabulary,
    group_unit: Callable[[str], str | None] = str,
    words: Container[str] = frozenset(),
    title_unit: Callable[[str], str | None] = lambda _: None,
) -> Tables:
    """The tables of every sheet that has the required headings.

    ``group_unit`` gives the unit that a line with one filled cell names, None for one that names none, ``title_unit``
    that of such a line above the headings; of the headings that it does not know a message quotes those that consist of
    ``words``.
    Raises ExportProblem, naming the missing and the found headings, when no sheet has them.
    """
    lines = [first_lines(sheet) for sheet in export.sheets]
    heads = [find_head(sheet_lines, vocabulary, sheet) for sheet_lines, sheet in zip(lines, export.sheets, strict=True)]
    titles = [sheet_lines[: head.row] for sheet_lines, head in zip(lines, heads, strict=True)]
    tables, missing = [], []
    for sheet, head, title in zip(export.sheets, heads, titles, strict=True):
        table = None if head.missing else _cut_table(sheet, head, title, vocabulary, group_unit, words, title_unit)
        tables.append(table)
        missing.append(head.missing or (() if table else ("unit",)))
    if not any(tables):
        raise _no_table(heads, missing, vocabulary, words)
    used = [title for table, title in zip(tables, titles, strict=True) if table]
    text_lines = [fold(" ".join(filter(None, line))) for title in used for line in title]
    return Tables(
        tables=tuple(table for table in tables if table),
        days=title_days(text_lines, vocabulary),
        synthetic=any(words in line for line in text_lines for words in vocabulary.synthetic),
    )


def _no_table(
    heads: list[Head], missing: list[tuple[str, ...]], vocabulary: Vocabulary, words: Container[str]
) -> ExportProblem:
    best = max(range(len(heads)), key=lambda index: len(heads[index].columns), default=None)
    if best is None or not heads[best].columns:
        return ExportProblem(
            N_(
                "no heading row among the first {rows} rows. Missing: {missing}. Take the file out of the folder, or, "
                "if it lists dossiers, add its headings to vocabulary.toml."
            ),
            rows=HEADING_ROWS,
            missing=", ".join(f"«{vocabulary.spelled[name]}»" for name in REQUIRED),
        )
    if missing[best] == ("unit",):
        whose = N_(
            "nothing says whose dossiers these are. Run dvctt check --apply, write «{label}: …» with the agency's name "
            "above the table, or add its column's heading to vocabulary.toml. Columns found: {found}."
        )
        label = vocabulary.spelled["unit"]
        return ExportProblem(whose, label=label, found=", ".join(_quotable(heads[best], vocabulary, words)))
    another_kind = N_(
        "no column {missing}. Columns found: {found}. It looks like a file of another kind: take it out of the folder, "
        "or, if it lists dossiers, add its headings to vocabulary.toml."
    )
    usual = N_(
        "no column {missing}. Columns found: {found}. Run dvctt check --apply, or add the column's heading to "
        "vocabulary.toml."
    )
    return ExportProblem(
        another_kind if len(heads[best].columns) < DATA_CELLS else usual,
        missing=", ".join(f"«{vocabulary.spelled[name]}»" for name in missing[best]),
        found=", ".join(_quotable(heads[best], vocabulary, words)),
    )


def _quotable(head: Head, vocabulary: Vocabulary, words: Container[str]) -> list[str]:
    """Headings for a message; a line of data may have been taken for them, so of unknown ones the shape alone."""
    texts = (" ".join(text.split())[:40] for text in head.seen)
    return [text if fold(text) in vocabulary.headings else quoted("", text, words) for text in texts]


def _cut_table(
    sheet: Sheet,
    head: Head,
    title: list[list[str]],
    vocabulary: Vocabulary,
    group_unit: Callable[[str], str | None],
    words: Container[str],
    title_unit: Callable[[str], str | None],
) -> Table | None:
    """The data rows under a head; None when no unit column, group line or title names a unit."""
    body = sheet.cells.slice(head.row + 1)
    broken = broken_rows(body)
    read = {*head.columns.values(), *(column for columns in head.others.values() for column in columns)}
    everything = [
        cleared(column, vocabulary) if number in read or "unit" not in head.columns else trimmed(column)
        for number, column in enumerate(body.columns)
    ]
    everything = _merged_down(everything, sheet, head)
    named = {name: everything[column] for name, column in head.columns.items()}
    named |= {name: ticked(body, of_name, vocabulary) for name, of_name in head.ticked.items()}
    for name in FALLING_BACK & set(named):
        others = [everything[column] for column in head.others[name]]
        named[name] = (
            pc.coalesce(*(without_empty(days, vocabulary) for days in [named[name], *others]))
            if others
            else named[name]
        )
    if sheet.from_1904:
        named |= {name: from_1900(named[name]) for name in DATE_COLUMNS if name in named}
    cells = sum((filled(column).astype(np.int16) for column in named.values()), np.zeros(len(body), np.int16))
    first = pc.coalesce(*everything) if everything else pa.array([], pa.string())
    totals = total_lines(first, named["dossier_id"], vocabulary)
    is_data = (cells >= DATA_CELLS) & ~totals
    is_data &= ~repeated_heads(named, is_data, vocabulary)
    if "unit" not in named:
        titled = labelled_unit(title, vocabulary) or letterhead(title, vocabulary, title_unit)
        lone = lone_texts(everything[: max(2, head.columns["dossier_id"] + 1)], everything, named, is_data | totals)
        groups = {line: unit for line, text in lone.items() if (unit := group_unit(text))}
        is_data[[*groups]] = False
        # A line that names no unit changes none; but that such lines divide the rows shows that there are groups.
        divided = any(line < is_data.nonzero()[0].max(initial=-1) for line in lone)
        if not groups and titled is None and not divided:
            titled = lone_title(title, vocabulary, title_unit)
            if titled is None:
                return None
        named["unit"] = spread(groups, len(first), titled)
    last = np.flatnonzero(filled(first)).max(initial=-1)
    kept = np.flatnonzero(is_data)
    return Table(
        sheet=sheet.name,
        heading_row=head.row + 1,
        cells=pa.table({name: rows_of(column, kept) for name, column in named.items()}),
        filing={name: rows_of(column, kept) for name, column in _filing(everything, head, sheet, vocabulary).items()},
        rows=(kept + head.row + 2).astype(np.int32),
        headings=head.texts,
        skipped_lines=int(last + 1 - len(kept)),
        missing=tuple(name for name in EXPORT_COLUMNS if name not in named),
        unreadable=tuple((np.flatnonzero(broken) + head.row + 2).tolist()),
        swapped=tuple(
            name for name in DATE_COLUMNS if name in named and swapped(name, named[name].filter(pa.array(is_data)))
        ),
        unread=tuple(quoted("", " ".join(text.split())[:60], words) for text in head.unread.values()),
    )


def _filing(everything: list[pa.Array], head: Head, sheet: Sheet, vocabulary: Vocabulary) -> dict[str, pa.Array]:
    """What tells how a dossier was filed and handled, of every line: moment and receiving unit as text, the proxy as
    yes or no, all else as codes.

    Moments that a spreadsheet took for American ones in part tell nothing of minutes: they are left out.
    """
    found = {name: cleared(pa.chunked_array([everything[at]]), vocabulary) for name, at in head.filing.items()}
    if SUBMITTED_AT in found:
        days = from_1900(found[SUBMITTED_AT]) if sheet.from_1904 else found[SUBMITTED_AT]
        found[SUBMITTED_AT] = pa.nulls(len(days), pa.string()) if half_swapped(days) else days
    if BY_PROXY in found:
        found[BY_PROXY] = by_proxy(found[BY_PROXY], vocabulary.not_by_proxy)
    for name in set(found) & set(vocabulary.handled):
        found[name] = coded(name, found[name], vocabulary.handled[name], vocabulary.mark)
    return found


def _merged_down(everything: list[pa.Array], sheet: Sheet, head: Head) -> list[pa.Array]:
    """The columns where cells merged over several rows hold their value in each; a dossier's code is one row's."""
    first, code = head.row + 1, head.columns["dossier_id"]
    by_column: dict[int, list[tuple[int, int]]] = {}
    for column, top, bottom in sheet.merges:
        if column != code and column < len(everything) and top >= first:
            by_column.setdefault(column, []).append((top - first, bottom - first))
    whole = list(everything)
    for column, spans in by_column.items():
        source = np.arange(len(whole[column]))
        for top, bottom in spans:
            source[top : bottom + 1] = top
        whole[column] = pc.coalesce(whole[column], whole[column].take(pa.array(source)))
    return whole
