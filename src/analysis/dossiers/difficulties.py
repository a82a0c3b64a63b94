"""Difficulties (khó khăn, vướng mắc) that units state: the optional ``kho-khan.csv`` or ``.xlsx`` beside the exports.

Like an export it is read through a gate: only the four columns that the vocabulary names go on, and what free text
may say of a person is masked. Every row is used or refused for a reason. Imports nothing heavy: a worker reads it.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.masking import masked, plain, shortened
from analysis.exports.delimited import HEADING_ROWS
from analysis.exports.lists import find_head, lines_of
from analysis.exports.moments import moments
from analysis.exports.reading import read_export
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.reference.keys import unit_key
from analysis.reference.vocabulary import Vocabulary

STATEMENT_FILES = ("kho-khan.csv", "kho-khan.xlsx")  # directly in the folder of the exports
DIFFICULTIES_COLUMNS = ["unit_code", "month", "category", "text"]
REFUSALS = ("unknown_unit", "bad_month", "empty_text")  # the first that applies refuses a row
MOST_LETTERS, MOST_CATEGORY = 1000, 100
_REQUIRED = ("unit", "month", "text")
_YEAR_FIRST = re.compile(r"(\d{4}) ?[-/.] ?(\d{1,2})")
_MONTH_FIRST = re.compile(r"(?:tháng |th?\.? ?)?(\d{1,2})(?: ?[-/.] ?| năm )(\d{4})")


@dataclass
class Stated:
    """What a file states: ``rows`` as ``DIFFICULTIES_COLUMNS``; of its rows ``read``, how many were refused by reason.

    ``masked`` counts what was masked, ``cut`` the texts that were shortened. ``problem`` is a template and its details
    when nothing of the file could be used.
    """

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    read: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    masked: int = 0
    cut: int = 0
    synthetic: bool = False
    problem: tuple[str, dict[str, Any]] | None = None


@dataclass(frozen=True)
class Statement:
    """The file to read, as a task for a process apart."""

    path: Path

    def __call__(self, lookups: Lookups, key: bytes) -> Stated:
        return read_difficulties(self.path, lookups)


def difficulty_files(raw: Path) -> list[Path]:
    """Which of ``STATEMENT_FILES`` are there."""
    return [raw / name for name in STATEMENT_FILES if (raw / name).exists() or (raw / name).is_symlink()]


def read_difficulties(path: Path, lookups: Lookups) -> Stated:
    """The difficulties of every sheet that has the headings; raises ExportProblem where none has."""
    export = read_export(path)
    stated, found = Stated(), False
    refused: Counter[str] = Counter()
    for sheet in export.sheets:
        lines = lines_of(sheet)
        at, columns = find_head(lines, lookups.vocabulary.difficulties, _REQUIRED)
        if at < 0:
            continue
        found = True
        stated.synthetic |= _says_synthetic(lines[:at], lookups.vocabulary)
        for line in lines[at + 1 :]:
            cells = {name: line[column] for name, column in columns.items()}
            if not any(cells.values()) or _is_heading(cells, lookups.vocabulary):
                continue
            stated.read += 1
            if reason := _take(cells, stated, lookups):
                refused[reason] += 1
    if not found:
        raise ExportProblem(
            N_("no heading row among the first {rows} rows. Missing: {missing}. Add headings to vocabulary.toml."),
            rows=HEADING_ROWS,
            missing=", ".join(f"«{lookups.vocabulary.stated[name]}»" for name in _REQUIRED),
        )
    stated.refused = {reason: refused[reason] for reason in REFUSALS if refused[reason]}
    return stated


def month_of(text: str) -> str:
    """``yyyy-mm`` of ``2020-09``, ``09/2020``, ``tháng 9/2020`` or a day in it; "" for anything else."""
    words = fold(text)
    if found := _YEAR_FIRST.fullmatch(words):
        year, month = found.groups()
    elif found := _MONTH_FIRST.fullmatch(words):
        month, year = found.groups()
    else:
        day = moments(pa.array([text], pa.string()))[0].as_py()
        return f"{day:%Y-%m}" if day else ""
    return f"{year}-{int(month):02d}" if 1 <= int(month) <= 12 and int(year) >= 1900 else ""


def _take(cells: dict[str, str], stated: Stated, lookups: Lookups) -> str:
    """Add a row's statement; returns the reason where it is refused."""
    unit = lookups.units.get(unit_key(cells["unit"]))
    month, text = month_of(cells["month"]), plain(cells["text"])
    if not unit:
        return "unknown_unit"
    if not month:
        return "bad_month"
    if not text:
        return "empty_text"
    text, in_text = masked(text)
    category, in_category = masked(plain(cells.get("category", "")))
    stated.masked += in_text + in_category
    stated.cut += len(text) > MOST_LETTERS
    stated.rows.append((unit, month, shortened(category, MOST_CATEGORY), shortened(text, MOST_LETTERS)))
    return ""


def _is_heading(cells: dict[str, str], vocabulary: Vocabulary) -> bool:
    return all(vocabulary.difficulties.get(fold(cells[name]), ("",))[0] == name for name in _REQUIRED)


def _says_synthetic(lines: list[list[str]], vocabulary: Vocabulary) -> bool:
    return any(words in fold(" ".join(line)) for line in lines for words in vocabulary.synthetic)
