"""One export looked into as a run would read it: what of it is understood and what is not, in a process apart.

Of cells and headings only what may be quoted leaves it to be shown (contract §3), of all else the shape.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from analysis.dossiers.cleaning import clean_table, tables_of
from analysis.dossiers.further_kinds import kind_of
from analysis.dossiers.guessing import coded_in_part, columns_by_content, guess, impossible, may_be_coded
from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.worker import FileResult
from analysis.exports.headings import FEW, Headings, Unnamed, find_head, first_lines, headings_of
from analysis.exports.quoting import is_procedure_code, is_shape, may_be_quoted, shape
from analysis.exports.reading import Export, read_export
from analysis.exports.tables import Table, Tables
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.reference.additions import HEADING, PROCEDURE
from analysis.reference.keys import procedure_key, unit_key
from analysis.reference.vocabulary import CODED_COLUMNS, EXPORT_COLUMNS, TEXT_COLUMNS

_SHOWN_ROWS = 5
_TWICE, _FEW = 2, 20
_ASSUMED_RANK = 1_000  # behind every heading that is really known


@dataclass(frozen=True)
class Word:
    """What nothing knows, as it may be shown; what may not be quoted is told by its ``place``, too: the letter of a
    heading's column, the row in which a value stands first.
    """

    kind: str
    text: str
    place: str = ""


@dataclass(frozen=True)
class Strange:
    """An unknown heading, or a value that is told by its row: how it may be shown, where it stands, its ``own`` text,
    and the columns its cells fit.

    ``proposal`` is the column that it is supposed to be, so as to read further; "" for none. ``impossible`` are columns
    that its cells cannot be; ``coded`` says that a few words stand in them again and again.
    """

    word: Word
    letter: str
    own: str = field(repr=False)
    content: tuple[str, ...]
    proposal: str
    impossible: frozenset[str] = frozenset()
    coded: bool = False


@dataclass
class Look:
    """One sheet of a file: its headings by column, and words that nothing knows with the rows that they cost."""

    sheet: str
    heading_row: int
    headings: dict[str, str]
    missing: list[str]
    unread: list[str]
    read: int
    accepted: int
    unknown: Counter[Word]
    strange: list[Strange]
    rows: list[dict[str, str]]
    rejected: dict[str, tuple[int, str]]
    own: dict[Word, str] = field(repr=False)


@dataclass
class FileLook:
    """What a file is; ``result`` as far as the day of export asks for it.

    With a ``problem`` a run would not use the file; ``strange`` are then its unknown headings, ``missing`` the columns
    that it lacks, ``needed`` those without which it cannot be used, ``sheets`` what it would be read as if the headings
    meant what is proposed, and ``letterheads`` the lines above them that name a unit, each with its code.
    """

    result: FileResult
    sheets: list[Look] = field(default_factory=list)
    problem: ExportProblem | None = None
    strange: list[Strange] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    letterheads: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Task:
    """One file to look into."""

    path: Path

    def __call__(self, lookups: Lookups, key: bytes) -> FileLook:
        export = read_export(self.path, headings=lookups.vocabulary.headings)
        try:
            tables = tables_of(export, lookups)
        except ExportProblem as problem:
            if kind := kind_of(export, lookups.vocabulary, lookups.kinds):
                return FileLook(FileResult(kind, export.format, export.encoding))
            headings = headings_of(export, lookups.vocabulary, None, lambda unnamed: _recognised(unnamed, lookups))
            lacking = (*headings.missing, *_unknown_columns(headings))
            strange = _strange(headings, lookups, lacking)
            heads = _letterheads(export, lookups)
            looks = _supposed(export, lookups, strange, heads)
            understood = {*headings.known, *(one.proposal for one in strange)} & {*EXPORT_COLUMNS}
            tells = {"received_at", "procedure_code", "procedure_name"} & understood
            if "dossier_id" not in understood or len(understood) < FEW or not tells:
                # A list of something else: nothing of it is asked for.
                strange = [replace(one, content=(), proposal="") for one in strange]
                return FileLook(FileResult(format=export.format, encoding=export.encoding), [], problem, strange)
            if len(headings.known) < FEW:
                words = N_("it lists dossiers, but under headings that are not known: see below what they may mean.")
                problem = ExportProblem(words)
            result = FileResult(format=export.format, encoding=export.encoding)
            return FileLook(result, looks, problem, strange, lacking, _needed(headings), heads)
        result = FileResult("", export.format, export.encoding)
        result.tell(tables.days)
        found = _looks(tables, export, lookups)
        # Lines that name no unit divide the rows, and no column does: a letterhead may.
        nameless = any(
            "unit" not in table.headings and not pc.any(pc.is_valid(table.cells["unit"])).as_py()
            for table in tables.tables
        )
        heads = _letterheads(export, lookups) if nameless else ()
        # What would be unknown once the headings are not is asked in the same round.
        for then in _supposed(export, lookups, [one for look in found for one in look.strange], heads):
            for look in (look for look in found if look.sheet == then.sheet):
                look.own.update(then.own)
                for word, rows in then.unknown.items():
                    if word.kind != HEADING:
                        look.unknown.setdefault(word, rows)
        return FileLook(result, found, letterheads=heads)


def _recognised(unnamed: Sequence[Unnamed], lookups: Lookups) -> int:
    """How many different columns the cells fit."""
    return len({content[0] for content in columns_by_content(unnamed, lookups) if content})


def _needed(headings: Headings) -> tuple[str, ...]:
    """What the file cannot do without: a procedure's name serves for its code."""
    whose = () if "unit" in headings.known else ("unit",)
    names = ("procedure_name",) if "procedure_code" in headings.missing else ()
    return (*headings.missing, *names, *whose)


def _letterheads(export: Export, lookups: Lookups) -> tuple[tuple[str, str], ...]:
    """The texts above the headings that name a unit, where no column does: whose list it is, if somebody says so."""
    found: dict[str, str] = {}
    for sheet in export.sheets:
        lines = first_lines(sheet)
        head = find_head(lines, lookups.vocabulary, sheet)
        if "unit" not in head.columns:
            texts = (" ".join(text.split()) for line in lines[: head.row] for text in line)
            found |= {text: lookups.units[unit_key(text)] for text in texts if unit_key(text) in lookups.units}
    return tuple(found.items())


def _unknown_columns(headings: Headings) -> tuple[str, ...]:
    return tuple(name for name in EXPORT_COLUMNS if name not in {*headings.missing, *headings.known})


def _supposed(
    export: Export, lookups: Lookups, strange: list[Strange], letterheads: tuple[tuple[str, str], ...] = ()
) -> list[Look]:
    """The file as it would be read if its headings, and what stands above them, meant what is proposed; nothing where
    it could not be even then.
    """
    supposed = {fold(one.own): (one.proposal, _ASSUMED_RANK) for one in strange if one.proposal}
    if not supposed and not letterheads:
        return []
    vocabulary = replace(
        lookups.vocabulary,
        headings={**supposed, **lookups.vocabulary.headings},
        letterhead=(*lookups.vocabulary.letterhead, *(fold(text) for text, _ in letterheads)),
    )
    then = replace(lookups, vocabulary=vocabulary)
    try:
        tables = tables_of(export, then)
    except ExportProblem:
        return []
    return _looks(tables, export, then)


def _strange(headings: Headings, lookups: Lookups, lacking: tuple[str, ...]) -> list[Strange]:
    """The headings of which nothing says what they are, nor that they are not read.

    What one is proposed for is no longer lacking for the next; first come those whose own words say what they are.
    """
    known, unread = {*lookups.vocabulary.headings, *lookups.vocabulary.never}, lookups.vocabulary.unread
    unnamed = [one for one in headings.unnamed if fold(one.heading) not in known]
    asked = []
    for one, content in zip(unnamed, columns_by_content(unnamed, lookups), strict=True):
        if fold(one.heading) in unread:  # elsewhere it is never read; here it may be what the sheet lacks
            content = tuple({*TEXT_COLUMNS} & {*content} & {*lacking}) or tuple(
                column for column in coded_in_part(one.cells, lookups) if column in lacking
            )
            if not content:
                continue
        text = " ".join(one.heading.split())[:60]
        shown = _quotable(HEADING, text, lookups)
        never = impossible(one.cells, lookups) - {*content}
        fitting = [column for column in lacking if column not in never]
        by_its_words = bool(guess(HEADING, shown, lookups, fitting, content).nearest)
        asked.append((one, content, shown, never, fitting, by_its_words))
    found, taken = [], set()
    for one, content, shown, never, fitting, _ in sorted(asked, key=lambda each: not each[-1]):
        left = [column for column in fitting if column not in taken]
        proposal = guess(HEADING, shown, lookups, left, content).proposal
        taken.add(proposal)
        word = Word(HEADING, shown, one.letter if is_shape(shown) else "")
        found.append(Strange(word, one.letter, one.heading, content, proposal, never, may_be_coded(one.cells)))
    return found


def _looks(tables: Tables, export: Export, lookups: Lookups) -> list[Look]:
    """Each sheet of a file; what stands in several is told by its place in the first, numbered where there are more."""
    places: dict[tuple[str, str], Word] = {}
    many = len(tables.tables) > 1
    return [
        _look(table, export, lookups, places, f" [{number}]" if many else "")
        for number, table in enumerate(tables.tables, 1)
    ]


def _look(table: Table, export: Export, lookups: Lookups, places: dict[tuple[str, str], Word], sheet: str) -> Look:
    cleaned = clean_table(table, 0, lookups, b"")
    strange = _strange(headings_of(export, lookups.vocabulary, table.sheet), lookups, table.missing)
    unknown = Counter({one.word: cleaned.read for one in strange})
    own = {}
    for column in (*CODED_COLUMNS, "unit"):
        others = [(text, count) for text, count in _distinct(table, column) if not _is_known(column, text, lookups)]
        least = 1 if len(others) <= _FEW else _TWICE  # where many differ, rows have shifted
        for text, count in others:
            shown = _quotable(column, text, lookups, count)
            word = Word(column, shown)
            if is_shape(shown) and count >= least and _may_be_asked(text, lookups):
                first = pc.index(table.cells.column(column), text).as_py()
                word = places.setdefault((column, text), Word(column, shown, f"{table.rows[first]}{sheet}"))
                own[word] = text
            unknown[word] += count
    # Where the agency is not known, its procedures cannot be: nothing is to be mended in the catalogue.
    known = {text for text, _ in _distinct(table, "unit") if _is_known("unit", text, lookups)}
    units = table.cells.column("unit").to_pylist()
    strangers = {int(row) for row, unit in zip(table.rows, units, strict=True) if unit not in known}
    procedures: dict[str, list[int]] = {}
    for _, row, reason, _, value, _ in cleaned.rejects:
        if reason == "unknown_procedure" and row not in strangers:
            procedures.setdefault(value, []).append(row)
    for text, rows in procedures.items():
        shown = _quotable("procedure_code", text, lookups, len(rows))
        word = Word("procedure_code", shown)
        # A name: another than the catalogue's, if there is one.
        if lookups.names and not is_procedure_code(procedure_key(text)) and " " in text:
            word = Word(PROCEDURE, shown)
            if is_shape(shown) and _may_be_asked(text, lookups):
                word = places.setdefault((PROCEDURE, text), Word(PROCEDURE, shown, f"{rows[0]}{sheet}"))
                own[word] = text
        unknown[word] += len(rows)
    cells = {name: table.cells.column(name) for name in table.cells.column_names}
    masked = [
        {name: _quotable(name, column[line].as_py() or "", lookups) for name, column in cells.items()}
        for line in range(min(_SHOWN_ROWS, cleaned.read))
    ]
    rejected: dict[str, tuple[int, str]] = {}
    for _, _, reason, column, value, _ in cleaned.rejects:
        count, first = rejected.get(reason, (0, _quotable(column, value, lookups)))
        rejected[reason] = count + 1, first
    return Look(
        sheet=table.sheet,
        heading_row=table.heading_row,
        headings={name: " ".join(text.split()) for name, text in table.headings.items()},
        missing=list(table.missing),
        unread=list(table.unread),
        read=cleaned.read,
        accepted=cleaned.dossiers.num_rows,
        unknown=unknown,
        strange=strange,
        rows=masked,
        rejected=rejected,
        own=own,
    )


def _distinct(table: Table, column: str) -> list[tuple[str, int]]:
    """The different texts of a column with how many rows have them."""
    if column not in table.cells.column_names:
        return []
    counted = pc.value_counts(table.cells.column(column).combine_chunks().cast(pa.string())).to_pylist()
    return [(one["values"], one["counts"]) for one in counted if one["values"] is not None]


def _is_known(column: str, text: str, lookups: Lookups) -> bool:
    if column == "unit":
        return unit_key(text) in lookups.units
    return fold(text) in lookups.vocabulary.values[column]


def _may_be_asked(text: str, lookups: Lookups) -> bool:
    """Whether what may not be quoted is a word all the same: with a few digits («Bộ phận 1 cửa»), with capitals («Qua
    Internet»). It is told by its row alone.
    """
    begun = fold(words[0]) if (words := re.findall(r"\w+", text)) else ""
    return begun not in lookups.vocabulary.surnames and not re.search(r"\d{4}|@", text)


def _quotable(column: str, text: str, lookups: Lookups, rows: int = 1) -> str:
    known = column in CODED_COLUMNS and _is_known(column, text, lookups)
    if not text or known or may_be_quoted(column, text, lookups.words, rows, lookups.vocabulary.surnames):
        return text
    return shape(text)
