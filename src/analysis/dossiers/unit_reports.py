"""Reports that units send: forms II.06/VPCP and 07a/BTP, statistics pages, plain tables (``unit-reports.toml``).

A form has its headings in up to four lines, of which the upper ones stand over several columns, and rows of units or,
in one unit's own report, of its fields. Every line below the headings is used, set aside (heads of groups, numbers of
columns, signatures) or refused for a reason; nothing of a cell but whole numbers leaves.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from analysis.dossiers.knowledge import Lookups
from analysis.exports.delimited import HEADING_ROWS
from analysis.exports.lists import lines_of
from analysis.exports.moments import moments
from analysis.exports.periods import period_named
from analysis.exports.reading import read_export
from analysis.exports.sheets import Sheet
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.reference.groups import PROVINCE
from analysis.reference.keys import unit_key
from analysis.reference.unit_reports import UnitReportForm

UNKNOWN_UNIT, NO_PERIOD, BAD_COUNT = "unknown_unit", "no_period", "bad_count"
_LEAST = 2  # cells that a heading row names
_DEEP = 4  # lines that headings stand in
_GROUPED = re.compile(r"\d{1,3}(?:[., \u00a0]\d{3})+")
_WHOLE = re.compile(r"(\d{1,9})(?:[.,]0{1,2})?")
_NUMERAL = re.compile(r"^\s*(?:[IVXLC]+|\d+(?:\.\d+)*|[A-Z])\s*[.)/:-]?\s+(?=\S)")
_NO_FORM = N_(
    "no heading row that names several figures of a report among the first {rows} rows. Add headings to "
    "unit-reports.toml."
)


@dataclass(frozen=True)
class Cell:
    """One figure of one report; ``row`` as a spreadsheet shows it, of several that are summed the first."""

    unit_code: str
    period_start: date
    period_end: date
    sheet: str
    row: int
    cell: str
    reported: int


@dataclass(frozen=True)
class Refused:
    """A row that is not used, or a ``cell`` of one that is; ``reason`` as the module's constants have it."""

    sheet: str
    row: int
    cell: str
    reason: str


@dataclass(frozen=True)
class Unmatched:
    """A total row that its rows do not add up to."""

    sheet: str
    row: int
    cell: str
    stated: int
    added: int


@dataclass
class UnitReports:
    """What one file reports; of its ``lines`` below headings, lines = ``used`` + ``aside`` + refused rows."""

    cells: list[Cell] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    lines: int = 0
    used: int = 0
    aside: int = 0


@dataclass(frozen=True)
class ReportFile:
    """The file to read, as a task for a process apart."""

    path: Path
    form: UnitReportForm

    def __call__(self, lookups: Lookups, key: bytes) -> UnitReports:
        return read_unit_reports(self.path, self.form, lookups)


def read_unit_reports(path: Path, form: UnitReportForm, lookups: Lookups) -> UnitReports:
    """The reports of every sheet that has the headings; raises ExportProblem where none has."""
    found = UnitReports()
    heads = [(sheet, lines, _head(lines, form)) for sheet, lines in _sheets(path, form)]
    if not any(len(head.cells) >= _LEAST for _, _, head in heads):
        raise ExportProblem(_NO_FORM, rows=HEADING_ROWS)
    for sheet, lines, head in heads:
        if len(head.cells) >= _LEAST:
            _Reading(sheet.name, lines, head, form, lookups).into(found)
    return found


def count_of(text: str) -> int | None:
    """``1598``, ``1.598``, ``1 598`` or ``1598.0`` as a number; None for what is no whole number."""
    bare = text.strip()
    if _GROUPED.fullmatch(bare):
        return int(re.sub(r"\D", "", bare))
    whole = _WHOLE.fullmatch(bare)
    return int(whole[1]) if whole else None


def _sheets(path: Path, form: UnitReportForm) -> Iterator[tuple[Sheet, list[list[str]]]]:
    for sheet in read_export(path, headings=form.headings).sheets:
        yield sheet, lines_of(sheet)


@dataclass(frozen=True)
class _Head:
    """The last line of the headings, and the columns of cells and of labels."""

    bottom: int
    cells: dict[str, int]
    labels: dict[str, int]


def _head(lines: list[list[str]], form: UnitReportForm) -> _Head:
    """The lines that name most cells, the first of them."""
    heads = [_head_at(lines, bottom, form) for bottom in range(min(len(lines), HEADING_ROWS))]
    return max(heads, key=lambda head: len(head.cells), default=_Head(0, {}, {}))


def _head_at(lines: list[list[str]], bottom: int, form: UnitReportForm) -> _Head:
    """With the headings whose last line is ``bottom``; a cell that two columns name is neither's."""
    upper = lines[max(0, bottom + 1 - _DEEP) : bottom + 1]
    cells: dict[str, list[int]] = {}
    labels: dict[str, tuple[int, int]] = {}
    for column in range(len(lines[bottom])):
        own, above = _heading(upper, column)
        if cell := form.cell(own, above):
            cells.setdefault(cell, []).append(column)
        elif label := form.label(own):
            name, rank = label
            labels[name] = min(labels.get(name, (rank, column)), (rank, column))
    single = {name: columns[0] for name, columns in cells.items() if len(columns) == 1}
    for one in form.instead:
        if one.cell in single and one.without not in single:
            single[one.meant] = single.pop(one.cell)
    return _Head(bottom, single, {name: column for name, (_, column) in labels.items()})


def _heading(upper: list[list[str]], column: int) -> tuple[str, list[str]]:
    """The lowest heading of a column, and those above it, the nearest first; one may stand over several columns."""
    own = next((number for number in range(len(upper) - 1, -1, -1) if upper[number][column]), 0)
    above = (next(filter(None, reversed(line[: column + 1])), "") for line in reversed(upper[:own]))
    return upper[own][column], list(above)


@dataclass(frozen=True)
class _Row:
    number: int
    label: str
    counts: dict[str, int]
    line: list[str]


class _Reading:
    """One sheet on its way into the reports of its file."""

    def __init__(self, name: str, lines: list[list[str]], head: _Head, form: UnitReportForm, lookups: Lookups) -> None:
        self._name, self._head, self._form, self._lookups = name, head, form, lookups
        self._titles, self._lines = lines[: head.bottom], lines[head.bottom + 1 :]
        self._period = self._period_of([cell for line in self._titles for cell in line])
        self._words = {
            kind: frozenset(map(fold, words))
            for kind, words in (
                *form.rows.model_dump().items(),
                ("total", lookups.vocabulary.total),
            )
        }

    def into(self, found: UnitReports) -> None:
        """Add what the sheet reports."""
        rows = list(self._rows(found))
        units = [row for row in rows if self._unit(row.label)]
        title = "" if units else self._title_unit()
        if title:
            self._of_one(title, rows, found)
        else:
            self._of_units(rows, found)

    def _rows(self, found: UnitReports) -> Iterator[_Row]:
        """The lines with figures, and of them what are whole numbers; all others are set aside."""
        for number, line in enumerate(self._lines, self._head.bottom + 2):
            if not any(line):
                continue
            found.lines += 1
            label = self._label(line)
            texts = {cell: line[column] for cell, column in self._head.cells.items() if self._is_filled(line[column])}
            worded = len(re.findall(r"[^\W\d_]", label)) > 1 or self._unit(label)
            if not worded or not any(re.search(r"\d", text) for text in texts.values()):
                found.aside += 1
                continue
            counts = {cell: count_of(text) for cell, text in texts.items()}
            bad = [cell for cell, count in counts.items() if count is None]
            found.refused += [Refused(self._name, number, cell, BAD_COUNT) for cell in bad]
            yield _Row(number, label, {cell: count for cell, count in counts.items() if count is not None}, line)

    def _of_units(self, rows: list[_Row], found: UnitReports) -> None:
        """A table with a row for each unit."""
        for row in rows:
            unit, kind = self._unit(row.label), self._kind(row.label)
            if unit:
                self._report(unit, row, found)
            elif kind == "total":
                found.used += 1
            elif kind:
                found.aside += 1
            else:
                found.refused.append(Refused(self._name, row.number, "", UNKNOWN_UNIT))
        self._check(rows, found, lambda row: not self._kind(row.label) and self._unit(row.label) != PROVINCE)

    def _of_one(self, unit: str, rows: list[_Row], found: UnitReports) -> None:
        """One unit's own report, with a row for each field, or for each level, and their total."""
        totals = [row for row in rows if self._kind(row.label) == "total"]
        fields = [row for row in rows if not self._kind(row.label)]
        fields = fields or [row for row in rows if self._kind(row.label) == "parts"]
        found.aside += len(rows) - len(fields) - len(totals)
        if totals:
            self._report(unit, totals[-1], found)
            found.used += len(totals) - 1 + len(fields)
            self._check(rows, found, fields.__contains__)
        elif fields:
            cells = [cell for cell in self._head.cells if all(cell in row.counts for row in fields)]
            added = {cell: sum(row.counts[cell] for row in fields) for cell in cells}
            self._report(unit, _Row(fields[0].number, "", added, fields[0].line), found)
            found.used += len(fields) - 1

    def _report(self, unit: str, row: _Row, found: UnitReports) -> None:
        period = self._row_period(row.line)
        if not period:
            found.refused.append(Refused(self._name, row.number, "", NO_PERIOD))
            return
        found.used += 1
        found.cells += [Cell(unit, *period, self._name, row.number, cell, count) for cell, count in row.counts.items()]

    def _check(self, rows: list[_Row], found: UnitReports, is_part: Callable[[_Row], bool]) -> None:
        """Whether each total is the sum of the rows, or of those of them that are above communes."""
        parts = [row for row in rows if is_part(row)]
        upper = [row for row in parts if self._lookups.tiers.get(self._unit(row.label) or "") != "commune"]
        for total in (row for row in rows if self._kind(row.label) == "total" and parts):
            for cell, stated in total.counts.items():
                sums = [sum(row.counts.get(cell, 0) for row in some) for some in (parts, upper)]
                if stated not in sums:
                    found.unmatched.append(Unmatched(self._name, total.number, cell, stated, sums[0]))

    def _label(self, line: list[str]) -> str:
        """The text in the label's column, else the first one before the figures."""
        own = line[self._head.labels["row"]] if "row" in self._head.labels else ""
        first = min(self._head.cells.values())
        return own or max(line[:first], key=lambda text: len(re.findall(r"[^\W\d_]", text)), default="")

    def _is_filled(self, text: str) -> bool:
        return bool(re.search(r"\w", text)) and text.lower() not in self._lookups.vocabulary.blank

    def _unit(self, label: str) -> str | None:
        """The code of the unit that a row is of."""
        if fold(label) in self._words["province"]:
            return PROVINCE
        named = self._lookups.group_unit(label) if label else None
        return self._lookups.units.get(unit_key(named)) if named else None

    def _kind(self, label: str) -> str:
        """``groups``, ``parts`` or ``total`` where a row is of no unit and no field."""
        spellings = {fold(label), fold(_NUMERAL.sub("", label))}
        return next((kind for kind in ("groups", "parts", "total") if spellings & self._words[kind]), "")

    def _title_unit(self) -> str:
        """The unit that a line above the headings names alone or behind its label; the last of several."""
        named = ""
        for text in (part for line in self._titles for cell in line for part in cell.splitlines()):
            label, _, after = text.partition(":")
            told = after if fold(label) in map(fold, self._form.titles.unit) else text
            province = PROVINCE if fold(told) in self._words["province"] else ""
            named = self._lookups.units.get(unit_key(told), province) or named
        return named

    def _row_period(self, line: list[str]) -> tuple[date, date] | None:
        """That of the row's own cells, else that of the lines above the table."""
        labels = self._head.labels
        if "first" in labels and "last" in labels:
            first, last = moments(pa.array([line[labels[name]] for name in ("first", "last")], pa.string())).to_pylist()
            return (first.date(), last.date()) if first and last and first <= last else None
        if "period" in labels and (text := line[labels["period"]]):
            bare = f"tháng {text}" if re.match(r"\s*\d{1,2}\s*[/-]", text) else text
            return self._period_of([bare])
        return self._period

    def _period_of(self, texts: list[str]) -> tuple[date, date] | None:
        starts = tuple(map(fold, self._form.titles.first))
        return period_named([fold(text) for text in texts if text], self._lookups.vocabulary, starts)
