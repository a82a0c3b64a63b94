"""The vocabulary: which headings mean which column and which cell values mean which code."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from analysis.language.folding import fold
from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_
from analysis.reference.keys import procedure_key
from analysis.reference.toml_files import Frozen, read_toml

# The columns that the program knows, as the contract's §3 names them.
TEXT_COLUMNS = ("dossier_id", "procedure_code", "procedure_name", "unit")
DATE_COLUMNS = ("received_at", "due_at", "completed_at")
CODED_COLUMNS = ("channel", "status", "level", "applicant", "source")
EXPORT_COLUMNS = TEXT_COLUMNS + CODED_COLUMNS + DATE_COLUMNS
# Those that tell how a dossier was handled, and what their cells may mean.
HANDLING_COLUMNS = ("received_by", "payment", "paid_online", "digitised")
HANDLING_CODES = {
    **dict.fromkeys(("payment", "paid_online"), ("online", "otherwise", "none")),
    "digitised": ("yes", "no"),
}
# Those of the file in which units state their difficulties.
STATEMENT_COLUMNS = ("unit", "month", "category", "text")


_Words = Annotated[list[str], Field(min_length=1)]


class _Lines(Frozen):
    total: list[str]
    no_total: tuple[str, ...] = ()
    export_date: list[str]
    period_end: list[str]
    unit_title: list[str]
    unit_kind: tuple[str, ...] = ()
    no_unit: tuple[str, ...] = ()
    synthetic: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    no_day: tuple[str, ...] = ()
    empty_days: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    surnames: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    mark: tuple[str, ...] = ()
    letterhead: tuple[str, ...] = ()
    period_month: tuple[str, ...] = ()
    period_quarter: tuple[str, ...] = ()
    period_year: tuple[str, ...] = ()
    period_title: tuple[str, ...] = ()


class _Filing(Frozen):
    submitted_at: list[str] = Field(default_factory=list)
    by_proxy: list[str] = Field(default_factory=list)
    not_by_proxy: list[str] = Field(default_factory=list)


class _File(Frozen):
    columns: dict[str, _Words]
    values: dict[str, dict[str, list[str]]]
    difficulties: dict[str, _Words]
    lines: _Lines
    procedures: dict[str, list[str]] = Field(default_factory=dict)
    filing: _Filing = Field(default_factory=_Filing)
    handling: dict[str, list[str]] = Field(default_factory=dict)
    handling_values: dict[str, dict[str, list[str]]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Vocabulary:
    """Folded words: ``headings`` to (column, rank), per coded column ``values`` to codes.

    ``spelled`` keeps the first heading of each column as people write it, ``worded`` the values of each code, for
    messages. ``difficulties`` and ``stated`` are the same for the file in which units state their difficulties.
    ``blank`` are in lower case, ``empty_days`` year, month and day, ``periods`` the words before a ``month``,
    ``quarter`` or ``year``, and those with which a ``title`` of a year begins; ``procedures`` other names of procedures
    to the keys of their codes. ``filing`` are the headings of what tells how a dossier was filed and handled,
    ``not_by_proxy`` what says that the applicant did it in person, ``handled`` the codes of ``HANDLING_CODES``.
    """

    headings: dict[str, tuple[str, int]]
    spelled: dict[str, str]
    values: dict[str, dict[str, str]]
    worded: dict[str, dict[str, list[str]]]
    total: tuple[str, ...]
    no_total: tuple[str, ...]
    export_date: tuple[str, ...]
    period_end: tuple[str, ...]
    unit_title: tuple[str, ...]
    unit_kind: tuple[str, ...]
    no_unit: tuple[str, ...]
    synthetic: tuple[str, ...]
    blank: frozenset[str]
    no_day: frozenset[str]
    empty_days: frozenset[tuple[int, int, int]]
    unread: tuple[str, ...]
    surnames: tuple[str, ...]
    negations: frozenset[str]
    never: tuple[str, ...]
    mark: frozenset[str]
    letterhead: tuple[str, ...]
    periods: dict[str, tuple[str, ...]]
    difficulties: dict[str, tuple[str, int]]
    stated: dict[str, str]
    procedures: dict[str, str]
    filing: dict[str, tuple[str, int]]
    not_by_proxy: frozenset[str]
    handled: dict[str, dict[str, str]]


def load_vocabulary(path: Path) -> Vocabulary:
    """Read ``vocabulary.toml``; raises ReferenceProblem that says which key to mend."""
    content = read_toml(path, _File)
    _check_names(path, "columns", content.columns, EXPORT_COLUMNS)
    _check_names(path, "values", content.values, CODED_COLUMNS)
    _check_names(path, "difficulties", content.difficulties, STATEMENT_COLUMNS)
    if content.handling:
        _check_names(path, "handling", content.handling, HANDLING_COLUMNS)
    for column, codes in content.handling_values.items():
        _check_names(path, f"handling_values.{column}", codes, HANDLING_CODES.get(column, ()))
    return Vocabulary(
        headings=_headings(path, content.columns),
        spelled={column: words[0] for column, words in (content.columns | content.handling).items()},
        values={column: _codes(path, column, codes) for column, codes in content.values.items()},
        worded=content.values,
        total=_folded(content.lines.total),
        no_total=_folded(content.lines.no_total),
        export_date=_folded(content.lines.export_date),
        period_end=_folded(content.lines.period_end),
        unit_title=_folded(content.lines.unit_title),
        unit_kind=_folded(content.lines.unit_kind),
        no_unit=_folded(content.lines.no_unit),
        synthetic=_folded(content.lines.synthetic),
        blank=frozenset(word.strip().lower() for word in content.lines.blank),
        no_day=frozenset(_folded(content.lines.no_day)),
        empty_days=_days(path, content.lines.empty_days),
        unread=_folded(content.lines.unread),
        surnames=_folded(content.lines.surnames),
        negations=frozenset(_folded(content.lines.negations)),
        never=_folded(content.lines.never),
        mark=frozenset(_folded(content.lines.mark)),
        letterhead=_folded(content.lines.letterhead),
        periods={
            "month": _folded(content.lines.period_month),
            "quarter": _folded(content.lines.period_quarter),
            "year": _folded(content.lines.period_year),
            "title": _folded(content.lines.period_title),
        },
        difficulties=_headings(path, content.difficulties),
        stated={column: words[0] for column, words in content.difficulties.items()},
        procedures=_procedures(path, content.procedures),
        filing=_headings(path, content.filing.model_dump(exclude={"not_by_proxy"}) | content.handling),
        not_by_proxy=frozenset(_folded(content.filing.not_by_proxy)),
        handled={column: _codes(path, column, codes) for column, codes in content.handling_values.items()},
    )


def code_of(text: str, codes: Mapping[str, str]) -> str | None:
    """The code that a cell's text stands for, as a spreadsheet may have it (``2.0``); ``codes`` by folded word."""
    return codes.get(fold(text)) or codes.get(fold(text).removesuffix(".0"))


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    """What is blank would be found everywhere."""
    return tuple(filter(None, map(fold, words)))


def _days(path: Path, texts: Iterable[str]) -> frozenset[tuple[int, int, int]]:
    """Year, month and day of each, whether or not the calendar has them."""
    found = set()
    for text in texts:
        parts = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
        if not parts:
            raise ReferenceProblem(
                N_("{file}: [lines] empty_days: «{day}» is no day. Write it yyyy-mm-dd."), file=path.name, day=text
            )
        found.add((int(parts[1]), int(parts[2]), int(parts[3])))
    return frozenset(found)


def _check_names(path: Path, table: str, found: Mapping[str, object], known: tuple[str, ...]) -> None:
    if unlike := set(found) ^ set(known):
        raise ReferenceProblem(
            N_("{file}: [{table}] must have exactly the keys {known}; look at {unlike}."),
            file=path.name,
            table=table,
            known=", ".join(known),
            unlike=", ".join(sorted(unlike)),
        )


def _headings(path: Path, columns: dict[str, list[str]]) -> dict[str, tuple[str, int]]:
    headings: dict[str, tuple[str, int]] = {}
    for column, words in columns.items():
        for rank, word in enumerate(words):
            if fold(word) and headings.setdefault(fold(word), (column, rank))[0] != column:
                raise _twice(path, word)
    return headings


def _codes(path: Path, column: str, codes: dict[str, list[str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for code, words in codes.items():
        for word in words:
            if fold(word) and values.setdefault(fold(word), code) != code:
                raise _twice(path, word)
    return values


def _procedures(path: Path, names: dict[str, list[str]]) -> dict[str, str]:
    keys: dict[str, str] = {}
    for code, words in names.items():
        for word in words:
            if fold(word) and keys.setdefault(fold(word), procedure_key(code)) != procedure_key(code):
                raise _twice(path, word)
    return keys


def _twice(path: Path, word: str) -> ReferenceProblem:
    return ReferenceProblem(
        N_("{file}: «{word}» stands under two meanings. Keep it under one of them."), file=path.name, word=word
    )
