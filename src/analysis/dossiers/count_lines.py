"""The lines of a table of counts: each is some dossiers of a unit and month, set aside, or refused for a reason.

Set aside are sums, numbers of columns and signatures. What a table does not tell stays unknown: its rows name the
columns that they are ``lacking``, in the words of dossiers.parquet.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

import pyarrow as pa

from analysis.dossiers.catalogued import catalogue_levels, procedures_of
from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.unit_reports import count_of
from analysis.exports.periods import month_end, months_named
from analysis.language.folding import fold
from analysis.reference.counts_words import FIGURES, PARTS, PROCEDURE, CountsWords
from analysis.reference.keys import unit_key
from analysis.reference.vocabulary import code_of

UNKNOWN_UNIT, BAD_MONTH, BAD_COUNT, IMPOSSIBLE = "unknown_unit", "bad_month", "bad_count", "impossible_count"
UNKNOWN_PROCEDURE, UNKNOWN_CHANNEL, UNKNOWN_VALUE = "unknown_procedure", "unknown_channel", "unknown_value"
TWO_LEVELS, REPEATED = "two_levels", "repeated_line"
RESULT, DUE = "completed_at|status", "due_at"  # what tells a dossier's result, and whether it was in time
_LEAST = 3  # named cells that a line of counts fills
_NUMBER = re.compile(r"[\[(]?\d{1,2}[\])]?")


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
class LinesRead:
    """Of the ``lines`` below headings: lines = rows + ``aside`` + refused."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    lines: int = 0
    aside: int = 0


@dataclass
class CountsTable:
    """One sheet on its way into the counts of its file: below the line ``head`` its ``columns``, by name."""

    sheet: str
    index: int
    lines: list[list[str]]
    head: int
    columns: dict[str, int]
    words: CountsWords
    lookups: Lookups

    def into(self, found: LinesRead) -> None:
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
        rows = list(self._rows(known))
        found.rows += [one for one in rows if isinstance(one, Row)]
        found.refused += [one for one in rows if isinstance(one, Refused)]

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
        if unit_key(cells.get("unit", "")) not in self.lookups.units:
            return "unit", UNKNOWN_UNIT
        if cells.get("month", "") not in self._months:
            return "month", BAD_MONTH
        for name in FIGURES:
            if name in self.columns and (name not in cells or count_of(cells[name]) is None):
                return name, BAD_COUNT
        if column := self._impossible(self._figures(cells)):
            return column, IMPOSSIBLE
        # A blank beside counts by channel may as well be their sum: it is no counter's.
        if "channel" in self.columns and "channel" not in cells:
            return "channel", UNKNOWN_CHANNEL
        unread = (name for name in PARTS if name in cells and not self._part(name, cells))
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

    @cached_property
    def _months(self) -> dict[str, date]:
        """The first day of the month that each text names."""
        texts = dict.fromkeys(line[self.columns["month"]] for line in self.lines[self.head + 1 :])
        return months_named(list(texts), self.lookups.vocabulary)

    @cached_property
    def _lacking(self) -> list[str]:
        """Columns of dossiers of which the sheet has none, whatever its figures."""
        by_procedure = not set(PROCEDURE).isdisjoint(self.columns)
        lacks = [] if by_procedure else ["procedure_code"]
        lacks += [name for name in PARTS if name not in self.columns and not (name == "level" and by_procedure)]
        return lacks

    def _rows(self, known: list[tuple[int, dict[str, str]]]) -> Iterator[Row | Refused]:
        """Lines that are right for themselves as rows, their procedures and levels as the catalogue has them."""
        named = [name for name in PROCEDURE if name in self.columns]
        texts = {name: pa.array([cells.get(name) for _, cells in known], pa.string()) for name in named}
        units = pa.array([self.lookups.units[unit_key(cells["unit"])] for _, cells in known], pa.string())
        levels = pa.array([self._part("level", cells) for _, cells in known], pa.string())
        procedures = procedures_of(texts, units, levels, self.lookups, len(known))
        months = [self._months[cells["month"]] for _, cells in known]
        first, codes = catalogue_levels(procedures, units, _midnights(months), self.lookups)
        last, _ = catalogue_levels(procedures, units, _midnights(map(month_end, months)), self.lookups)
        told = zip(*(one.to_pylist() for one in (units, procedures, codes, first, last)), strict=True)
        for (number, cells), (unit, key, code, *listed) in zip(known, told, strict=True):
            own = self._part("level", cells)
            if named and key is None:
                yield Refused(self.sheet, number, named[0], UNKNOWN_PROCEDURE)
            elif listed[0] != listed[1] and own is None:
                yield Refused(self.sheet, number, "level", TWO_LEVELS)
            else:  # where the level changed within the month the line knows of which of the two it counts
                level = listed[0] if listed[0] == listed[1] else None
                yield self._row(number, cells, unit, code if key else None, level)

    def _row(
        self, number: int, cells: dict[str, str], unit: str, procedure_code: str | None, listed: int | None
    ) -> Row:
        """A line; ``listed`` is the catalogue's level, which goes before the line's own."""
        told, own = self._figures(cells), self._part("level", cells)
        lacking = [*self._lacking, *([RESULT] if told["resolved"] is None else [])]
        lacking += [DUE] if told["on_time"] is None or told["late"] is None else []
        level = int(own) if listed is None and own else listed
        return Row(
            unit_code=unit,
            procedure_code=procedure_code,
            level=level,
            level_source=None if level is None else "export" if listed is None else "catalogue",
            channel=self._part("channel", cells),
            applicant=self._part("applicant", cells),
            source=self._part("source", cells),
            month=self._months[cells["month"]],
            received=told["received"] or 0,
            resolved=told["resolved"],
            on_time=told["on_time"],
            late=told["late"],
            lacking=", ".join(lacking),
            grain=",".join(sorted(set(self.columns) & {*PROCEDURE, *PARTS})),
            sheet=self.sheet,
            sheet_index=self.index,
            row=number,
        )

    def _part(self, name: str, cells: dict[str, str]) -> str | None:
        """The code that a cell has, None where it has none."""
        return code_of(cells.get(name, ""), self.lookups.vocabulary.values[name])


def _midnights(days: Iterable[date]) -> pa.Array:
    return pa.array([datetime(day.year, day.month, day.day) for day in days], pa.timestamp("us"))
