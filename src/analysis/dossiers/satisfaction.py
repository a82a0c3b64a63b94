"""Tables on how content people were (``satisfaction.csv``): unit, month, how many were asked, how many were satisfied.

Every line below the headings is a row of the ledger: ``used``, ``superseded`` by a line of a later file or below it on
the same unit and month, set ``aside`` (sums, signatures), or refused for a reason.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.dossiers.count_lines import BAD_COUNT, BAD_MONTH, IMPOSSIBLE, UNKNOWN_UNIT
from analysis.dossiers.doubts import REFUSED
from analysis.dossiers.export_dates import export_date
from analysis.dossiers.further_files import Further
from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.unit_reports import count_of
from analysis.dossiers.worker import asked
from analysis.exports.lists import find_head, lines_of
from analysis.exports.periods import TitleDays, months_named, title_days
from analysis.exports.reading import read_unchanged
from analysis.exports.sheets import Sheet
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import Language
from analysis.reference.keys import unit_key
from analysis.reference.satisfaction_words import SatisfactionWords
from analysis.storage.writing import spreadsheet_safe

SATISFACTION_COLUMNS = ["unit_code", "month", "asked", "satisfied", "outcome", "file", "sheet", "row"]
USED, SUPERSEDED, ASIDE, UNREADABLE = "used", "superseded", "aside", "unreadable_file"
_REQUIRED = ("unit", "month", "asked", "satisfied")


@dataclass(frozen=True)
class _Line:
    """One line below the headings; ``row`` as a spreadsheet shows it. Figures are None where the line is not used."""

    sheet: str
    row: int
    outcome: str
    unit_code: str = ""
    month: str = ""
    asked: int | None = None
    satisfied: int | None = None


@dataclass(frozen=True)
class _Read:
    """The lines of one file, and what its titles say of its day."""

    lines: tuple[_Line, ...]
    days: TitleDays


@dataclass(frozen=True)
class SatisfactionFile:
    """The file to read, as a task for a process apart."""

    file: Further
    words: SatisfactionWords

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.file.path

    def __call__(self, lookups: Lookups, key: bytes) -> _Read:
        export = read_unchanged(self.path, self.file.sha256, self.words.headings)
        tables = [(sheet, lines_of(sheet)) for sheet in export.sheets]
        heads = [find_head(lines, self.words.headings, _REQUIRED) for _, lines in tables]
        found = tuple(
            line
            for (sheet, lines), (at, columns) in zip(tables, heads, strict=True)
            if at >= 0
            for line in _lines(sheet, lines[at + 1 :], at + 2, columns, lookups)
        )
        above = [
            fold(" ".join(filter(None, line)))
            for (_, lines), (at, _) in zip(tables, heads, strict=True)
            for line in lines[: max(at, 0)]
        ]
        return _Read(found, title_days(above, lookups.vocabulary))


def satisfaction(
    files: Sequence[Further], words: SatisfactionWords, lookups: Lookups, language: Language
) -> pd.DataFrame:
    """Every line of the files, in ``SATISFACTION_COLUMNS``: of a unit and month the last of the latest file is used.

    A file that cannot be read is one row, with what is wrong with it in ``sheet``.
    """
    rows: list[tuple[Any, ...]] = []
    days: dict[int, date] = {}
    for place, (file, found) in enumerate(
        zip(files, asked([SatisfactionFile(file, words) for file in files], lookups, 0) if files else [], strict=True)
    ):
        if isinstance(found, ExportProblem):
            rows.append((place, "", "", None, None, UNREADABLE, file.name, found.told(language), 0))
            continue
        days[place] = export_date(found.days, file.path)[0]
        rows += [
            (place, one.unit_code, one.month, one.asked, one.satisfied, one.outcome, file.name, one.sheet, one.row)
            for one in found.lines
        ]
    table = pd.DataFrame(rows, columns=["place", *SATISFACTION_COLUMNS])
    table = table.astype({"asked": "Int64", "satisfied": "Int64"})
    later = table.assign(day=table["place"].map(days)).sort_values(["day", "place"], kind="stable")
    lost = later[later["outcome"] == USED].duplicated(["unit_code", "month"], keep="last")
    table.loc[lost.index[lost], "outcome"] = SUPERSEDED
    return table.assign(sheet=table["sheet"].map(spreadsheet_safe))[SATISFACTION_COLUMNS]


def not_used(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The doubt about the lines that are refused, as ``doubts`` has them; none where there is none."""
    bad = table[~table["outcome"].isin([USED, SUPERSEDED, ASIDE])]
    return [{"kind": REFUSED, "files": sorted(set(bad["file"])), "details": [len(bad)]}] if len(bad) else []


def _lines(
    sheet: Sheet, lines: list[list[str]], first: int, columns: dict[str, int], lookups: Lookups
) -> Iterator[_Line]:
    months = months_named([line[columns["month"]] for line in lines], lookups.vocabulary)
    for number, line in enumerate(lines, first):
        if any(line):
            cells = {name: line[column] for name, column in columns.items()}
            month = months.get(cells["month"])
            yield _line(sheet.name, number, cells, f"{month:%Y-%m}" if month else "", next(filter(None, line)), lookups)


def _line(sheet: str, row: int, cells: dict[str, str], month: str, beginning: str, lookups: Lookups) -> _Line:
    if fold(beginning) in lookups.vocabulary.total or not any(re.search(r"\d", cells[name]) for name in _REQUIRED[2:]):
        return _Line(sheet, row, ASIDE)
    unit = lookups.units.get(unit_key(cells["unit"]), "")
    counts = [count_of(cells[name]) for name in ("asked", "satisfied")]
    if not unit:
        return _Line(sheet, row, UNKNOWN_UNIT)
    if not month:
        return _Line(sheet, row, BAD_MONTH, unit)
    whole, content = counts
    if whole is None or content is None:
        return _Line(sheet, row, BAD_COUNT, unit, month)
    if content > whole:
        return _Line(sheet, row, IMPOSSIBLE, unit, month)
    return _Line(sheet, row, USED, unit, month, whole, content)
