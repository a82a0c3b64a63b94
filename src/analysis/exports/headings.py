"""Finds the heading row of a sheet: the line that names most columns, with what else stands in it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from operator import itemgetter

import numpy as np
import pyarrow as pa

from analysis.exports.delimited import HEADING_ROWS
from analysis.exports.reading import Export, Sheet
from analysis.language.folding import fold
from analysis.reference.vocabulary import CODED_COLUMNS, Vocabulary

_SEVERAL = 2  # columns side by side of which one is ticked, at least
_TICKED = 0.9  # of a column's filled cells and of the rows: what a foot of signatures may disturb
FEW = 3  # columns: a line that names fewer may be no heading row at all
REQUIRED = ("dossier_id", "procedure_code", "unit", "channel", "received_at")
# What nobody sees is no part of a value: control characters, zero-width spaces, soft hyphens, marks of direction.
INVISIBLE = (
    r"[\x00-\x08\x0e-\x1f\x7f-\u0084\u0086-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
WRAPPED = re.compile(r'=\s*"(.*)"', re.DOTALL)  # so that Excel takes digits for text


@dataclass(frozen=True)
class Head:
    """Where a sheet's headings are: the last heading row (0-based), columns by name, texts seen.

    ``others`` are the further columns that fit a name, by rank; ``texts`` are the headings of the named columns;
    ``unnamed`` those of the columns that no name fits, by column; ``ticked`` the columns of which one is ticked in each
    row, by the name of what is so told, with the value that each stands for; ``filing`` the columns that tell how a
    dossier was filed, which no other name takes.
    """

    row: int
    columns: dict[str, int]
    others: dict[str, list[int]]
    texts: dict[str, str]
    seen: tuple[str, ...]
    missing: tuple[str, ...]
    unnamed: dict[int, str]
    ticked: dict[str, dict[int, str]] = field(default_factory=dict)
    filing: dict[str, int] = field(default_factory=dict)

    @property
    def unread(self) -> dict[int, str]:
        """The headings of columns that nothing names."""
        return {column: text for column, text in self.unnamed.items() if column not in self.filing.values()}


@dataclass(frozen=True)
class Unnamed:
    """A column that nothing names: its letter as a spreadsheet has it, its heading and the cells under it."""

    letter: str
    heading: str
    cells: pa.Array


@dataclass(frozen=True)
class Headings:
    """The heading row that names most columns of an export: which, which required ones it lacks, and the others."""

    known: tuple[str, ...]
    missing: tuple[str, ...]
    unnamed: tuple[Unnamed, ...]


def headings_of(
    export: Export,
    vocabulary: Vocabulary,
    sheet_name: str | None = None,
    recognised: Callable[[Sequence[Unnamed]], int] = len,
) -> Headings:
    """Of the sheet with that name, else of the one whose line names most columns and under which most others are
    ``recognised``. The cells are for the eyes of a program.
    """
    found = []
    for sheet in export.sheets:
        if sheet_name in (None, sheet.name):
            lines = first_lines(sheet)
            head = find_head(lines, vocabulary, sheet)
            if len(head.columns) < FEW:
                head = max(head, _worded(lines, vocabulary, sheet), key=lambda one: len(one.seen))
            unnamed = [
                Unnamed(letter(column), text, sheet.cells.column(column).slice(head.row + 1).combine_chunks())
                for column, text in head.unread.items()
            ]
            found.append(Headings((*head.columns, *head.ticked), head.missing, tuple(unnamed)))
    return max(found, key=lambda one: len(one.known) + recognised(one.unnamed))


def _worded(lines: list[list[str]], vocabulary: Vocabulary, sheet: Sheet) -> Head:
    """Where hardly a line names a column: the last of the first lines that are all words, over one with figures; where
    there is none, the first of those with the most different texts.
    """
    wide = max((len(set(filter(fold, line))) for line in lines), default=0)
    likely = [
        number
        for number, line in enumerate(lines[:-1])
        if 2 * len(set(filter(fold, line))) > wide and not any(re.search(r"\d\d", text) for text in line)
    ]
    number = next((one for one in likely if one + 1 not in likely), None)
    if number is None:
        number = max(range(len(lines)), key=lambda one: len(set(filter(fold, lines[one]))), default=0)
        return _head_of(number, lines[number] if lines else [], vocabulary)
    merged = {column for column, top, bottom in sheet.merges if top < number <= bottom}
    texts = [_heading_at(lines, number, column, vocabulary, column in merged) for column in range(len(lines[number]))]
    return _head_of(number, texts, vocabulary)


def letter(column: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 26 is AA."""
    before, last = divmod(column, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + last)


def first_lines(sheet: Sheet) -> list[list[str]]:
    """The lines of a sheet in which its headings may stand, without what is no part of their values, "" where blank."""
    columns = [
        [bare(cell or "") for cell in column.slice(0, HEADING_ROWS).to_pylist()] for column in sheet.cells.columns
    ]
    return [list(line) for line in zip(*columns, strict=True)]


def bare(text: str) -> str:
    """A cell's value without what is no part of it."""
    text = re.sub(INVISIBLE, "", text).strip()
    wrapped = WRAPPED.fullmatch(text)
    return wrapped[1].replace('""', '"').strip() if wrapped else text.removeprefix("'").strip()


def find_head(lines: list[list[str]], vocabulary: Vocabulary, sheet: Sheet) -> Head:
    """The line that names most columns; where its own cell is blank, a merged cell above names the column."""
    best = Head(0, {}, {}, {}, (), REQUIRED, {})
    for number, line in enumerate(lines):
        named = any(
            fold(cell) in vocabulary.headings or (cell and _joined(lines, number, column, vocabulary))
            for column, cell in enumerate(line)
        )
        if _is_upper(lines, number) or not (named or (number and _is_upper(lines, number - 1))):
            continue
        merged = {column for column, top, bottom in sheet.merges if top < number <= bottom}
        texts = [_heading_at(lines, number, column, vocabulary, column in merged) for column in range(len(line))]
        head = _head_of(number, texts, vocabulary)
        if (not head.missing, len(head.columns)) > (not best.missing and bool(best.columns), len(best.columns)):
            best = head
    return _with_ticked(best, sheet, vocabulary)


def _with_ticked(head: Head, sheet: Sheet, vocabulary: Vocabulary) -> Head:
    """With the values that are told by a tick: columns side by side under which stand ticks alone, in each row one at
    most, and of whose headings one at least is a known value of what has no column of its own.
    """
    absent = [name for name in CODED_COLUMNS if name not in head.columns]
    valued = {
        column: {name for name in absent if fold(text) in vocabulary.values[name]}
        for column, text in head.unnamed.items()
    }
    ticked: dict[str, dict[int, str]] = {}
    for group in _groups([column for column, names in valued.items() if names], head, sheet, vocabulary):
        told = {name: sum(name in valued[column] for column in group) for name in absent if name not in ticked}
        name = max(told, key=lambda one: told[one], default="")
        if len(group) >= _SEVERAL and told.get(name):
            ticked[name] = {column: head.unnamed[column] for column in group}
    columns = {column for of_name in ticked.values() for column in of_name}
    return replace(
        head,
        ticked=ticked,
        texts={**head.texts, **{name: " / ".join(of_name.values()) for name, of_name in ticked.items()}},
        missing=tuple(name for name in head.missing if name not in ticked),
        unnamed={column: text for column, text in head.unnamed.items() if column not in columns},
    )


def _groups(valued: list[int], head: Head, sheet: Sheet, vocabulary: Vocabulary) -> list[list[int]]:
    """The columns of ticks around the ``valued`` ones, cut where two are ticked in one row: there another begins."""

    @cache
    def ticked(column: int) -> np.ndarray | None:
        return _ticks(sheet, head.row, column, vocabulary) if column in head.unnamed else None

    around: dict[int, np.ndarray] = {}
    for column in valued:
        for step in (-1, 1):
            at = column
            while (own := ticked(at)) is not None:
                around[at] = own
                at += step
    groups: list[list[int]] = []
    told = np.zeros(0, bool)
    for column, own in sorted(around.items(), key=itemgetter(0)):
        beside = bool(groups) and groups[-1][-1] == column - 1
        if beside and np.sum(told & own) <= max(1, (1 - _TICKED) * own.sum()):
            groups[-1].append(column)
            told = told | own
        else:
            groups.append([column])
            told = own
    return groups


def _ticks(sheet: Sheet, row: int, column: int, vocabulary: Vocabulary) -> np.ndarray | None:
    """Which rows under a heading are ticked; None where something else stands between the ticks than their sums, and
    where there are sums alone. What comes behind the last is the list's foot.
    """
    cells = [fold(bare(cell)) if cell else "" for cell in sheet.cells.column(column).slice(row + 1).to_pylist()]
    ticks = np.array([cell in vocabulary.mark for cell in cells], bool)
    if not ticks.any():
        return None if any(cells) else ticks
    between = cells[: int(np.flatnonzero(ticks)[-1])]
    others = sum(bool(cell) and not cell.isdigit() and cell not in vocabulary.mark for cell in between)
    return ticks if others <= (1 - _TICKED) * ticks.sum() else None


def _is_upper(lines: list[list[str]], number: int) -> bool:
    """Whether a line is the upper of two with headings: one of its cells is over several of the next line's, which has
    cells below that and no numbers; where it has none, the upper has.
    """
    upper, lower = lines[number], lines[number + 1] if number + 1 < len(lines) else []
    filled = [column for column, text in enumerate(lower) if text]
    over_several = any(upper[left] and not upper[left + 1] for left, right in pairwise(filled) if right == left + 1)
    worded = not any(re.search(r"\d", lower[column]) for column in filled)
    return over_several and worded and all(upper[column] for column, text in enumerate(lower) if not text)


def _heading_at(lines: list[list[str]], number: int, column: int, vocabulary: Vocabulary, merged: bool) -> str:
    if own := lines[number][column]:
        return own if fold(own) in vocabulary.headings else _joined(lines, number, column, vocabulary) or own
    for upper in range(number - 1, max(-1, number - 3), -1):
        text = lines[upper][column]
        if fold(text) in vocabulary.headings and (merged or not _is_label(lines[upper], column, vocabulary)):
            return text
        if text and merged:  # an unknown heading over two rows
            return text
    return ""


def _joined(lines: list[list[str]], number: int, column: int, vocabulary: Vocabulary) -> str:
    """A heading in two parts, the upper one over several columns: ``Ngày`` over ``tiếp nhận`` and ``hẹn trả``."""
    above = lines[number - 1][: column + 1] if number else []
    upper = next((text for text in reversed(above) if text), "")
    whole = f"{upper} {lines[number][column]}"
    return whole if upper and fold(whole) in vocabulary.headings else ""


def _is_label(line: list[str], column: int, vocabulary: Vocabulary) -> bool:
    """Whether a cell is the label of the one beside it (``Đơn vị: | Sở Xây dựng``), and no heading of a block."""
    beside = line[column + 1] if column + 1 < len(line) else ""
    return line[column].endswith(":") and bool(beside) and fold(beside) not in vocabulary.headings


def _head_of(number: int, texts: list[str], vocabulary: Vocabulary) -> Head:
    ranked: dict[str, list[tuple[int, int]]] = {}
    for column, text in enumerate(texts):
        if named := vocabulary.headings.get(fold(text)):
            name, rank = named
            ranked.setdefault(name, []).append((rank, column))
    ordered = {name: [column for _, column in sorted(fitting)] for name, fitting in ranked.items()}
    columns = {name: fitting[0] for name, fitting in ordered.items()}
    others = {name: fitting[1:] for name, fitting in ordered.items()}
    missing = tuple(
        name
        for name in REQUIRED
        if name not in columns and name != "unit" and not (name == "procedure_code" and "procedure_name" in columns)
    )
    own = {name: texts[column] for name, column in columns.items()}
    unnamed = {
        column: text for column, text in enumerate(texts) if fold(text) and fold(text) not in vocabulary.headings
    }
    filing = _filing(texts, columns, vocabulary)
    return Head(number, columns, others, own, tuple(filter(None, texts)), missing, unnamed, filing=filing)


def _filing(texts: list[str], columns: dict[str, int], vocabulary: Vocabulary) -> dict[str, int]:
    """The columns that tell how a dossier was filed; what alone tells its day is that of its receipt."""
    ranked: dict[str, list[tuple[int, int]]] = {}
    for column, text in enumerate(texts):
        if column not in columns.values() and (named := vocabulary.filing.get(fold(text))):
            ranked.setdefault(named[0], []).append((named[1], column))
    if "received_at" not in columns:
        ranked.pop("submitted_at", None)
    return {name: min(fitting)[1] for name, fitting in ranked.items()}
