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
import pyarrow as pa

from analysis.dossiers.cleaning import Lookups
from analysis.dossiers.count_lines import BAD_COUNT, BAD_MONTH, IMPOSSIBLE, UNKNOWN_UNIT
from analysis.dossiers.doubts import REFUSED
from analysis.dossiers.export_dates import export_date
from analysis.dossiers.further_files import Further
from analysis.dossiers.unit_reports import count_of
from analysis.dossiers.worker import FileResult, asked
from analysis.exports.lists import find_head, lines_of
from analysis.exports.moments import moments
from analysis.exports.periods import days_after, period_end, period_named
from analysis.exports.reading import read_unchanged
from analysis.exports.sheets import Sheet
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import Language
from analysis.reference.keys import unit_key
from analysis.reference.satisfaction_words import SatisfactionWords
from analysis.reference.vocabulary import Vocabulary
from analysis.storage.writing import spreadsheet_safe

SATISFACTION_COLUMNS = ["unit_code", "month", "asked", "satisfied", "outcome", "file", "sheet", "row"]
USED, SUPERSEDED, ASIDE, UNREADABLE = "used", "superseded", "aside", "unreadable_file"
_REQUIRED = ("unit", "month", "asked", "satisfied")
_ISO = re.compile(r"((?:19|20)\d{2})\s*[-/.]\s*(\d{1,2})")


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
    told: FileResult


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
        return _Read(found, _told(above, lookups.vocabulary))


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
        days[place] = export_date(found.told, file.path)[0]
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


def month_named(text: str, vocabulary: Vocabulary) -> str:
    """``yyyy-mm`` of ``2020-06``, ``06/2020``, ``Tháng 6/2020`` or a day; "" for what is none of them."""
    bare = " ".join(text.split())
    if found := _ISO.fullmatch(bare):
        return f"{found[1]}-{int(found[2]):02}" if 1 <= int(found[2]) <= 12 else ""
    named = period_named(
        [fold(f"tháng {bare}" if re.match(r"\d{1,2}\s*[/-]\s*\d{4}$", bare) else bare)], vocabulary, ()
    )
    if named:
        return f"{named[0]:%Y-%m}" if _is_month(*named) else ""
    day = moments(pa.array([bare], pa.string()))[0].as_py()
    return f"{day:%Y-%m}" if day else ""


def _told(lines: list[str], vocabulary: Vocabulary) -> FileResult:
    exported, period = next(reversed(days_after(lines, vocabulary.export_date)), None), period_end(lines, vocabulary)
    return FileResult(
        export_date=exported.isoformat() if exported else None, period_end=period.isoformat() if period else None
    )


def _lines(
    sheet: Sheet, lines: list[list[str]], first: int, columns: dict[str, int], lookups: Lookups
) -> Iterator[_Line]:
    for number, line in enumerate(lines, first):
        if any(line):
            cells = {name: line[column] for name, column in columns.items()}
            yield _line(sheet.name, number, cells, next(filter(None, line)), lookups)


def _line(sheet: str, row: int, cells: dict[str, str], beginning: str, lookups: Lookups) -> _Line:
    if fold(beginning) in lookups.vocabulary.total or not any(re.search(r"\d", cells[name]) for name in _REQUIRED[2:]):
        return _Line(sheet, row, ASIDE)
    unit, month = lookups.units.get(unit_key(cells["unit"]), ""), month_named(cells["month"], lookups.vocabulary)
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


def _is_month(first: date, last: date) -> bool:
    return (first.year, first.month) == (last.year, last.month)
