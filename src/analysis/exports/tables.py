"""Finds the table in a sheet of an export and keeps its named columns; everything else stays behind.

This is the gate of personal data: a column that the vocabulary does not name never leaves this
module, and no message made here quotes a cell from one.
"""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.exports.delimited import HEADING_ROWS
from analysis.exports.encodings import UNREADABLE
from analysis.exports.filing import BY_PROXY, SUBMITTED_AT, by_proxy
from analysis.exports.glances import has_byte, is_plain, rows_of
from analysis.exports.handling import coded
from analysis.exports.headings import INVISIBLE, REQUIRED, Head, bare, find_head, first_lines
from analysis.exports.masks import filled, matches, true
from analysis.exports.moments import is_no_day
from analysis.exports.periods import TitleDays, title_days
from analysis.exports.quoting import quoted
from analysis.exports.reading import Export, Sheet
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.reference.keys import UNIT_CODE
from analysis.reference.vocabulary import DATE_COLUMNS, EXPORT_COLUMNS, Vocabulary

DATA_CELLS = 3  # a data row fills at least three of the named columns (contract §4)
_BLANKS = " \t\r\n\f\v\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
# A cell of a line that numbers the columns: (1), [1], 1.0, II, A, Cột 1, 3=1+2.
_NUMBERING = re.compile(r"(?:cột|c)?-?\d{1,3}[a-z]?(?:=[\dx+*%=]+)?|[ivx]{1,5}|[a-z]|[\u2460-\u2473]", re.IGNORECASE)
_DECORATION = re.compile(r"[\s()\[\]{}/#.,:–-]")
_SHORT = r"^(?i:cột )?[^\pL\pN]{0,3}[0-9A-Za-z\x{2460}-\x{2473}]{1,5}(?:[.,]0+)?[^\pL\pN]{0,3}(?:=.*)?$"
_NUMERAL = re.compile(r"[(\[]?(?:[IVXLC]+|\d{1,3}(?:\.\d{1,3})*|[A-Za-z])[.)\]/:-]?")
_COUNTED = re.compile(r"\(?\d[\d.,]*(?: ?(?:hồ sơ|HS|%))?\)?", re.IGNORECASE)
_UNIT_CODE = re.compile(UNIT_CODE)
DAYS_TO_1904 = 1462
_MONTHS = 5  # in which a day stands, alone
_CLOCK = r" \d{2}:\d{2}:\d{2}$"  # of a true day, as it comes from a workbook
_TELLING = 3  # true days, before their never being late in a month says something
FALLING_BACK = {"completed_at"}  # columns whose blank cells are filled from the next heading of their list
_INVISIBLE_RE2 = re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", INVISIBLE)


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
    broken = _broken_rows(body)
    read = {*head.columns.values(), *(column for columns in head.others.values() for column in columns)}
    everything = [
        _cleared(column, vocabulary) if number in read or "unit" not in head.columns else _trimmed(column)
        for number, column in enumerate(body.columns)
    ]
    everything = _merged_down(everything, sheet, head)
    named = {name: everything[column] for name, column in head.columns.items()}
    named |= {name: _ticked(body, of_name, vocabulary) for name, of_name in head.ticked.items()}
    for name in FALLING_BACK & set(named):
        others = [everything[column] for column in head.others[name]]
        named[name] = (
            pc.coalesce(*(_without_empty(days, vocabulary) for days in [named[name], *others]))
            if others
            else named[name]
        )
    if sheet.from_1904:
        named |= {name: _from_1900(named[name]) for name in DATE_COLUMNS if name in named}
    cells = sum((filled(column).astype(np.int16) for column in named.values()), np.zeros(len(body), np.int16))
    first = pc.coalesce(*everything) if everything else pa.array([], pa.string())
    totals = _total_lines(first, named["dossier_id"], vocabulary)
    is_data = (cells >= DATA_CELLS) & ~totals
    is_data &= ~_repeated_heads(named, is_data, vocabulary)
    if "unit" not in named:
        titled = _title_unit(title, vocabulary) or _letterhead(title, vocabulary, title_unit)
        lone = _lone_texts(everything[: max(2, head.columns["dossier_id"] + 1)], everything, named, is_data | totals)
        groups = {line: unit for line, text in lone.items() if (unit := group_unit(text))}
        is_data[[*groups]] = False
        # A line that names no unit changes none; but that such lines divide the rows shows that there are groups.
        divided = any(line < is_data.nonzero()[0].max(initial=-1) for line in lone)
        if not groups and titled is None and not divided:
            titled = _lone_title(title, vocabulary, title_unit)
            if titled is None:
                return None
        named["unit"] = _spread(groups, len(first), titled)
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
            name for name in DATE_COLUMNS if name in named and _swapped(name, named[name].filter(pa.array(is_data)))
        ),
        unread=tuple(quoted("", " ".join(text.split())[:60], words) for text in head.unread.values()),
    )


def _filing(everything: list[pa.Array], head: Head, sheet: Sheet, vocabulary: Vocabulary) -> dict[str, pa.Array]:
    """What tells how a dossier was filed and handled, of every line: moment and receiving unit as text, the proxy as
    yes or no, all else as codes.

    Moments that a spreadsheet took for American ones in part tell nothing of minutes: they are left out.
    """
    found = {name: _cleared(pa.chunked_array([everything[at]]), vocabulary) for name, at in head.filing.items()}
    if SUBMITTED_AT in found:
        days = _from_1900(found[SUBMITTED_AT]) if sheet.from_1904 else found[SUBMITTED_AT]
        found[SUBMITTED_AT] = pa.nulls(len(days), pa.string()) if _half_swapped(days) else days
    if BY_PROXY in found:
        found[BY_PROXY] = by_proxy(found[BY_PROXY], vocabulary.not_by_proxy)
    for name in set(found) & set(vocabulary.handled):
        found[name] = coded(name, found[name], vocabulary.handled[name], vocabulary.mark)
    return found


def _ticked(body: pa.Table, values: dict[int, str], vocabulary: Vocabulary) -> pa.Array:
    """The value whose column is ticked in each row, all where several are, null where none is."""
    ticks = [
        [text if cell and fold(bare(cell)) in vocabulary.mark else None for cell in body.column(column).to_pylist()]
        for column, text in values.items()
    ]
    told = (" + ".join(filter(None, row)) for row in zip(*ticks, strict=True))
    return pa.array([text or None for text in told], pa.string())


def _trimmed(column: pa.ChunkedArray) -> pa.Array:
    """Of a column that is not read: whether something stands in a cell, and what, should it be alone in its line."""
    return _but_for_plain(column.combine_chunks(), 0, _without_blanks)


def _without_blanks(texts: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim(texts, _BLANKS)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _cleared(column: pa.ChunkedArray, vocabulary: Vocabulary) -> pa.Array:
    """What is the value's own; null where nothing, white space or a placeholder for nothing stands."""
    longest = max((len(word.encode()) for word in vocabulary.blank), default=0)

    def cleared(texts: pa.Array) -> pa.Array:
        each = texts.dictionary_encode()
        return _own(each.dictionary, vocabulary).take(each.indices)

    return _but_for_plain(column.combine_chunks(), longest, cleared)


def _but_for_plain(texts: pa.Array, longer_than: int, cleaned: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """The texts, those ``cleaned`` that are not plain: of most columns none, and cell by cell it takes longest."""
    odd = pa.array(filled(texts) & ~is_plain(texts, longer_than))
    found = texts.filter(odd)
    if not len(found) or (own := cleaned(found)).equals(found):
        return texts
    return pc.replace_with_mask(texts, odd, own)


def _own(text: pa.Array, vocabulary: Vocabulary) -> pa.Array:
    if pc.any(pc.match_substring(text, UNREADABLE)).as_py():
        text = pc.if_else(pc.match_substring(text, UNREADABLE), pa.scalar(None, pa.string()), text)
    if pc.any(pc.match_substring_regex(text, _INVISIBLE_RE2)).as_py():
        text = pc.replace_substring_regex(text, _INVISIBLE_RE2, "")
    text = pc.utf8_trim(text, _BLANKS)
    if pc.any(pc.match_substring_regex(text, r"^[='’]")).as_py():
        text = pa.array([None if cell is None else bare(cell) for cell in text.to_pylist()], pa.string())
    nothing = pc.invert(pc.match_substring_regex(text, r"[\pL\pN]"))
    if vocabulary.blank:
        nothing = pc.or_(nothing, pc.is_in(pc.utf8_lower(text), value_set=pa.array(sorted(vocabulary.blank))))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), text)


def _from_1900(days: pa.Array) -> pa.Array:
    """Days that are mere numbers counted from 1904 as those counted from 1900."""
    counted = matches(days, r"^\d{5}(?:\.\d+)?$")
    if not counted.any():
        return days
    texts = [
        str(float(text) + DAYS_TO_1904) if is_number else text
        for text, is_number in zip(days.to_pylist(), counted, strict=True)
    ]
    return pa.array(texts, pa.string())


def _broken_rows(body: pa.Table) -> np.ndarray:
    """Which lines have a byte somewhere that is no letter."""
    broken = np.zeros(len(body), bool)
    for column in body.columns:
        texts = column.combine_chunks()
        if has_byte(texts, UNREADABLE.encode()[0]):  # which few letters begin with
            broken |= true(pc.match_substring(texts, UNREADABLE))
    return broken


def _swapped(name: str, days: pa.Array) -> bool:
    """Whether some days of a column have day and month changed about, as far as it shows."""
    return _half_swapped(days) or (name == "received_at" and _one_day_of_many_months(days))


def _one_day_of_many_months(days: pa.Array) -> bool:
    """9/1/2020, 9/2/2020, 9/3/2020, …: nothing is received on the ninth of each month alone."""
    texts = {text for text in days.unique().to_pylist() if text}
    found = [re.match(r"(\d{1,2})/(\d{1,2})/\d{4}(?!\d)", text) for text in texts]
    pairs = {(int(one[1]), int(one[2])) for one in found if one}
    return all(found) and len(pairs) >= _MONTHS and len({day for day, _ in pairs}) == 1


def _half_swapped(days: pa.Array) -> bool:
    """Whether a spreadsheet with American settings read those days that it could: true days, which come as ISO text,
    never above the 12th, beside days as text, of which some are.
    """
    if not has_byte(days, ord("/")) or matches(days, rf"^\d{{4}}-\d{{2}}-(?:1[3-9]|[23]\d){_CLOCK}").any():
        return False
    true_days = matches(days, rf"^\d{{4}}-\d{{2}}-\d{{2}}{_CLOCK}")
    return bool(true_days.sum() >= _TELLING and matches(days, r"^(?:1[3-9]|[23]\d)/\d{1,2}/\d{4}").any())


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


def _total_lines(first: pa.Array, ids: pa.Array, vocabulary: Vocabulary) -> np.ndarray:
    """Lines whose first filled cell is a total word, or begins with one where no dossier code stands.

    ``Cộng Sở Xây dựng`` ends a group, but an applicant may be called ``Tổng công ty …``. Only cells with a fitting
    first letter are folded.
    """
    if not vocabulary.total:
        return np.zeros(len(first), dtype=bool)
    initials = "".join(sorted({word[0] + word[0].upper() for word in vocabulary.total if word}))
    likely = pc.fill_null(pc.match_substring_regex(first, f"^[^\\pL\\d]*[{re.escape(initials)}]"), False)
    words = re.compile("|".join(rf"{re.escape(word)}(?!\w)" for word in vocabulary.total))
    totals = np.zeros(len(first), dtype=bool)
    for line in np.flatnonzero(likely.to_numpy(zero_copy_only=False)):
        text = first[line].as_py()
        without_code = ids[line].as_py() in (None, text) and not fold(text).startswith(vocabulary.no_total)
        totals[line] = fold(text) in vocabulary.total or (without_code and bool(words.match(fold(text))))
    return totals


def _repeated_heads(named: dict[str, pa.Array], is_data: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """Lines that hold the headings again, or the numbers of the columns: ``(1) (2) (3)``."""
    repeated = np.zeros(len(is_data), dtype=bool)
    no_digits = ~matches(named["received_at"], r"\d")
    short = ~filled(named["dossier_id"]) | matches(named["dossier_id"], _SHORT)
    for line in np.flatnonzero(is_data & (no_digits | short)):
        cells = {name: text for name, column in named.items() if (text := column[line].as_py())}
        headings = sum(vocabulary.headings.get(fold(text), ("",))[0] == name for name, text in cells.items())
        bare = [_DECORATION.sub("", text) for text in cells.values()]
        numbers = 2 * len(set(bare)) > len(bare) and all(map(_NUMBERING.fullmatch, bare))
        repeated[line] = headings >= DATA_CELLS or numbers
    return repeated


def _lone_texts(
    first_columns: list[pa.Array], everything: list[pa.Array], named: dict[str, pa.Array], other: np.ndarray
) -> dict[int, str]:
    """The lines that hold one text alone, in a cell or repeated across the row, be it behind a numeral, a label or a
    code in a cell, or before a count. It stands in one of the ``first_columns``, up to the dossier's code: what is
    alone further right is the rest of a row.
    """
    repeated = true(pc.equal(named["dossier_id"], named["received_at"]))
    begun = np.any([filled(column) for column in first_columns], axis=0)
    found = {}
    for line in np.flatnonzero(begun & (~other | repeated)).tolist():
        cells = [text for column in everything if (text := column[line].as_py())]
        if len(cells) > 1 and _NUMERAL.fullmatch(cells[0]):
            cells = cells[1:]
        texts = list(dict.fromkeys(cell for cell in cells if not _COUNTED.fullmatch(cell))) or cells
        if len(texts) == 2 and texts[0].endswith(":"):
            texts = [" ".join(texts)]
        if len(texts) == 2 and _UNIT_CODE.fullmatch(texts[0]):
            texts = texts[:1]
        if len(texts) == 1 and re.search(r"[^\W\d_]", texts[0]):
            found[line] = texts[0]
    return found


def _without_empty(days: pa.Array, vocabulary: Vocabulary) -> pa.Array:
    """A column of days without what stands for none."""
    encoded = days.dictionary_encode()
    texts = [None if is_no_day(text, vocabulary) else text for text in encoded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(encoded.indices)


def _spread(groups: dict[int, str], count: int, titled: str | None) -> pa.Array:
    """The unit of the nearest group line above each line, else the title's."""
    marks = np.zeros(count, np.int64)
    marks[[*groups]] = range(1, len(groups) + 1)
    return pa.array([titled, *groups.values()], pa.string()).take(pa.array(np.maximum.accumulate(marks)))


def _letterhead(title: list[list[str]], vocabulary: Vocabulary, title_unit: Callable[[str], str | None]) -> str | None:
    """The unit of a letterhead that is known to say whose dossiers the list has."""
    texts = (text for line in title for text in line if fold(text) in vocabulary.letterhead)
    return next((unit for text in texts if (unit := title_unit(text))), None)


def _lone_title(title: list[list[str]], vocabulary: Vocabulary, title_unit: Callable[[str], str | None]) -> str | None:
    """The unit that the last line above the headings names alone; lines of days and periods are passed over.

    A letterhead, which the list's own title follows, says who made the list and not whose dossiers they are.
    """
    for line in reversed(title):
        texts = list(dict.fromkeys(filter(None, line)))
        told = fold(" ".join(texts))
        if not told or any(title_days([told], vocabulary)):
            continue
        return title_unit(texts[0]) if len(texts) == 1 else None
    return None


def _title_unit(title: list[list[str]], vocabulary: Vocabulary) -> str | None:
    """The unit of a title line ``Đơn vị: …``, also where label and name stand in two cells."""
    for line in title:
        for cell, following in pairwise([*filter(None, line), ""]):
            label, colon, name = cell.partition(":")
            if colon and fold(label) in vocabulary.unit_title and (unit := name.strip() or following):
                return unit
    return None
