"""One file of counts (``counts.toml``): dossiers by unit and month, and by procedure, level, channel, applicant, source
where it has such columns, instead of dossiers one by one.

Every line below the headings is used, set aside (sums, numbers of columns, signatures) or refused for a reason. What a
file does not tell stays unknown: its rows name the columns that they are ``lacking``, in the words of dossiers.parquet.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from analysis.dossiers.cleaning import Lookups, catalogue_levels, coded_values, procedures_of
from analysis.dossiers.further_files import Further
from analysis.dossiers.unit_reports import count_of
from analysis.exports.lists import find_head, lines_of
from analysis.exports.moments import moments
from analysis.exports.periods import days_after, month_end, period_end, period_named
from analysis.exports.reading import read_export
from analysis.exports.sheets import Sheet
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.reference.counts_words import FIGURES, PARTS, CountsWords
from analysis.reference.keys import unit_key
from analysis.reference.vocabulary import Vocabulary

UNKNOWN_UNIT, BAD_MONTH, BAD_COUNT, IMPOSSIBLE = "unknown_unit", "bad_month", "bad_count", "impossible_count"
UNKNOWN_PROCEDURE, UNKNOWN_CHANNEL, UNKNOWN_VALUE = "unknown_procedure", "unknown_channel", "unknown_value"
TWO_LEVELS, REPEATED = "two_levels", "repeated_line"
REQUIRED = ("unit", "month", "received")
RESULT, DUE = "completed_at|status", "due_at"  # what tells a dossier's result, and whether it was in time
_LEAST = 3  # named cells that a line of counts fills
_MONTH = re.compile(r"(?P<month>\d{1,2})\s*[-/.]\s*(?P<year>\d{4})|(?P<year_>\d{4})\s*[-/.]\s*(?P<month_>\d{1,2})")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})")
_NUMBER = re.compile(r"[\[(]?\d{1,2}[\])]?")
_NO_COUNTS = N_("no heading row with unit, month and dossiers arisen. Add headings to counts.toml.")


class Row(NamedTuple):
    """Some dossiers of one unit that arose in one month, whose first day is ``month``; a figure is None where it is not
    told. ``grain`` are the columns by which the file counts, ``row`` as a spreadsheet shows it.
    """

    unit_code: str
    procedure_code: str | None
    level: int | None
    level_source: str | None
    channel: str | None
    applicant: str | None
    source: str | None
    month: date
    received: int
    resolved: int | None
    on_time: int | None
    late: int | None
    lacking: str
    grain: str
    sheet: str
    sheet_index: int
    row: int


class Refused(NamedTuple):
    """A line that is not used, and the column that says why."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass
class CountsRead:
    """What one file counts: lines = rows + ``aside`` + refused; days as its titles have them."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    lines: int = 0
    aside: int = 0
    export_date: date | None = None
    period_end: date | None = None
    synthetic: bool = False


@dataclass(frozen=True)
class CountsFile:
    """The file to read, as a task for a process apart."""

    file: Further
    words: CountsWords

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.file.path

    def __call__(self, lookups: Lookups, key: bytes) -> CountsRead:
        export = read_export(self.path, headings=self.words.headings)
        if export.sha256 != self.file.sha256:
            raise ExportProblem(N_("it changed while it was read. Wait until it is written, then start again."))
        return read_counts(export.sheets, self.words, lookups)


def read_counts(sheets: Iterable[Sheet], words: CountsWords, lookups: Lookups) -> CountsRead:
    """The counts of every sheet that has the headings; raises ExportProblem where none has."""
    found, none = CountsRead(), True
    for index, sheet in enumerate(sheets):
        lines = lines_of(sheet)
        head, columns = find_head(lines, words.headings, REQUIRED)
        if head >= 0:
            none = False
            _title(lines[:head], lookups.vocabulary, found)
            _Table(sheet.name, index, lines, head, columns, words, lookups).into(found)
    if none:
        raise ExportProblem(_NO_COUNTS)
    return found


def month_of(text: str, vocabulary: Vocabulary) -> date | None:
    """The first day of the month that a text names (2020-06, 06/2020, Tháng 6/2020, a day of it); None for none."""
    bare = " ".join(text.split())
    if found := _MONTH.fullmatch(bare):
        year, month = (int(found[name] or found[f"{name}_"]) for name in ("year", "month"))
    elif compact := _COMPACT.fullmatch(bare):
        year, month = int(compact[1]), int(compact[2])
    elif named := period_named([fold(bare)], vocabulary, ()):
        year, month = named[0].year, named[0].month if named[1] == month_end(named[0]) else 0
    else:
        day = moments(pa.array([bare], pa.string()))[0].as_py()
        year, month = (day.year, day.month) if day else (0, 0)
    return date(year, month, 1) if 1 <= month <= 12 and year >= 1900 else None


def _title(lines: list[list[str]], vocabulary: Vocabulary, found: CountsRead) -> None:
    """What stands above a table of the file as a whole."""
    folded = [fold(" ".join(filter(None, line))) for line in lines]
    found.export_date = next(reversed(days_after(folded, vocabulary.export_date)), found.export_date)
    found.period_end = period_end(folded, vocabulary) or found.period_end
    found.synthetic |= any(word in line for line in folded for word in vocabulary.synthetic)


@dataclass
class _Table:
    """One sheet on its way into the counts of its file."""

    sheet: str
    index: int
    lines: list[list[str]]
    head: int
    columns: dict[str, int]
    words: CountsWords
    lookups: Lookups

    def into(self, found: CountsRead) -> None:
        """Add what the sheet counts."""
        body = [(number, line) for number, line in enumerate(self.lines[self.head + 1 :], self.head + 2) if any(line)]
        data = [(number, line) for number, line in body if self._is_data(line)]
        found.lines += len(body)
        found.aside += len(body) - len(data)
        seen: set[tuple[str, ...]] = set()
        known: list[tuple[int, dict[str, str]]] = []
        for number, line in data:
            cells = {name: line[column] for name, column in self.columns.items() if self._is_filled(line[column])}
            why = ("", REPEATED) if tuple(line) in seen else self._wrong(cells)
            seen.add(tuple(line))
            if why:
                found.refused.append(Refused(self.sheet, number, *why))
            else:
                known.append((number, cells))
        for one in self._rows(known):
            (found.rows if isinstance(one, Row) else found.refused).append(one)  # type: ignore[arg-type]

    def _is_data(self, line: list[str]) -> bool:
        """As of an export: enough named cells, and no line of sums or of the columns' numbers."""
        filled = [text for text in line if self._is_filled(text)]
        named = [column for column in self.columns.values() if self._is_filled(line[column])]
        if len(named) < _LEAST or fold(filled[0]) in self.lookups.vocabulary.total:
            return False
        return not all(_NUMBER.fullmatch(text) for text in filled)

    def _is_filled(self, text: str) -> bool:
        return bool(re.search(r"\w", text)) and text.lower() not in self.lookups.vocabulary.blank

    def _wrong(self, cells: dict[str, str]) -> tuple[str, str] | None:
        """Column and reason of what is wrong with a line for itself, the first in this order."""
        vocabulary = self.lookups.vocabulary
        if unit_key(cells.get("unit", "")) not in self.lookups.units:
            return "unit", UNKNOWN_UNIT
        if not self._month(cells.get("month", "")):
            return "month", BAD_MONTH
        for name in FIGURES:
            if name in self.columns and (name not in cells or count_of(cells[name]) is None):
                return name, BAD_COUNT
        if column := self._impossible(self._figures(cells)):
            return column, IMPOSSIBLE
        # A blank beside counts by channel may as well be their sum: it is no counter's.
        if "channel" in self.columns and "channel" not in cells:
            return "channel", UNKNOWN_CHANNEL
        unread = (name for name in PARTS if name in cells and not _code(cells[name], vocabulary.values[name]))
        column = next(unread, "")
        return (column, UNKNOWN_CHANNEL if column == "channel" else UNKNOWN_VALUE) if column else None

    def _figures(self, cells: dict[str, str]) -> dict[str, int | None]:
        """The figures of a line, and those that follow from them."""
        told = {name: count_of(cells[name]) if name in cells else None for name in FIGURES}
        if told["resolved"] is None and self.words.all_resolved:
            told["resolved"] = told["received"]
        # Of two kinds of what is resolved the one is what the other leaves.
        if (resolved := told["resolved"]) is not None:
            for name, other in (("on_time", "late"), ("late", "on_time")):
                if told[name] is None and (rest := told[other]) is not None:
                    told[name] = resolved - rest
        return told

    def _impossible(self, told: dict[str, int | None]) -> str:
        """The column of a figure that cannot be beside the others; "" for none."""
        received, resolved = told["received"] or 0, told["resolved"]
        on_time, late = (told[name] or 0 for name in ("on_time", "late"))
        done = received if resolved is None else resolved
        wrong = {
            "resolved": done > received,
            "on_time": on_time > done or on_time < 0,
            "late": late < 0 or on_time + late > received,
        }
        found = [name for name, is_wrong in wrong.items() if is_wrong]
        # What follows from another figure is no column: the other is.
        return next((name for name in (*found, *reversed(wrong)) if name in self.columns), "received") if found else ""

    def _month(self, text: str) -> date | None:
        if text not in self._months:
            self._months[text] = month_of(text, self.lookups.vocabulary)
        return self._months[text]

    @cached_property
    def _months(self) -> dict[str, date | None]:
        return {}

    @cached_property
    def _lacking(self) -> list[str]:
        """Columns of dossiers of which the sheet has none, whatever its figures."""
        by_procedure = self._by_procedure
        lacks = [] if by_procedure else ["procedure_code"]
        lacks += [name for name in PARTS if name not in self.columns and not (name == "level" and by_procedure)]
        return lacks

    @property
    def _by_procedure(self) -> bool:
        return bool({"procedure_code", "procedure_name"} & set(self.columns))

    def _rows(self, known: list[tuple[int, dict[str, str]]]) -> Iterator[Row | Refused]:
        """Lines that are right for themselves as rows, their procedures and levels as the catalogue has them."""
        texts = {name: pa.array([cells.get(name) for _, cells in known], pa.string()) for name in self.columns}
        blank = pa.nulls(len(known), pa.string())
        values = self.lookups.vocabulary.values
        coded = {name: coded_values(texts.get(name, blank), values[name]) for name in PARTS}
        units = pa.array([self.lookups.units[unit_key(cells["unit"])] for _, cells in known], pa.string())
        own = coded.pop("level")
        procedures = procedures_of(texts, units, own, self.lookups, len(known))
        months = [self._months[cells["month"]] for _, cells in known]
        ends = [month_end(month) for month in months if month]
        by_day = [
            catalogue_levels(procedures, units, _midnights(days), self.lookups)
            for days in ([month for month in months if month], ends)
        ]
        first, last = (levels.to_pylist() for levels, _ in by_day)
        codes, keys, levels = by_day[0][1].to_pylist(), procedures.to_pylist(), own.to_pylist()
        grain = ",".join(sorted(set(self.columns) & {"procedure_code", "procedure_name", *PARTS}))
        for place, (number, cells) in enumerate(known):
            level, listed = levels[place] and int(levels[place]), first[place]
            if self._by_procedure and keys[place] is None:
                column = "procedure_code" if "procedure_code" in self.columns else "procedure_name"
                yield Refused(self.sheet, number, column, UNKNOWN_PROCEDURE)
                continue
            if first[place] != last[place]:
                if level is None:
                    yield Refused(self.sheet, number, "level", TWO_LEVELS)
                    continue
                listed = None  # the line knows of which of the two it counts
            told = self._figures(cells)
            lacking = [*self._lacking, *([RESULT] if told["resolved"] is None else [])]
            lacking += [DUE] if told["on_time"] is None or told["late"] is None else []
            yield Row(
                unit_code=units[place].as_py(),
                procedure_code=codes[place] if keys[place] is not None else None,
                level=level if listed is None else listed,
                level_source="catalogue" if listed is not None else "export" if level is not None else None,
                **{name: column[place].as_py() for name, column in coded.items()},
                month=months[place],
                **told,
                lacking=", ".join(lacking),
                grain=grain,
                sheet=self.sheet,
                sheet_index=self.index,
                row=number,
            )


def _code(text: str, codes: dict[str, str]) -> str | None:
    found: str | None = coded_values(pa.array([text], pa.string()), codes)[0].as_py()
    return found


def _midnights(days: list[date]) -> pa.Array:
    return pa.array([datetime(day.year, day.month, day.day) for day in days], pa.timestamp("us"))
