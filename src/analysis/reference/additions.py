"""Adds words to the reference data as a person would: a heading, a value, a unit's other name; all else stays."""

import csv
import io
from collections.abc import Iterable
from difflib import unified_diff
from functools import partial
from pathlib import Path
from typing import Any

import tomlkit

from analysis.storage.writing import write_whole

Addition = tuple[str, str, str]  # kind (one of these, or a column with coded values), text, its meaning
HEADING, UNIT, LETTERHEAD, PROCEDURE = "heading", "unit", "letterhead", "procedure"
UNREAD = "never"  # what a heading means that is never read
VOCABULARY, UNITS = "vocabulary.toml", "units.csv"


def added(folder: Path, additions: Iterable[Addition]) -> dict[Path, str]:
    """The files that would change, with their new texts; comments, order and the byte order mark stay."""
    wanted = list(additions)
    words = [one for one in wanted if one[0] != UNIT]
    names = [one for one in wanted if one[0] == UNIT]
    found = {}
    if words:
        found[folder / VOCABULARY] = _with_words(_text(folder / VOCABULARY), words)
    if names:
        found[folder / UNITS] = _with_aliases(_text(folder / UNITS), names)
    return found


def difference(path: Path, text: str) -> str:
    """What would change in a file, as ``diff -u`` has it."""
    before, after = (part.splitlines(keepends=True) for part in (_text(path), text))
    return "".join(unified_diff(before, after, path.name, path.name, n=0))


def write(files: dict[Path, str]) -> None:
    """Write the new texts, each file whole or not at all."""
    for path, text in files.items():
        write_whole(path, partial(_put, text=text))


def _put(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _text(path: Path) -> str:
    return path.read_bytes().decode()


def _with_words(text: str, words: list[Addition]) -> str:
    content = tomlkit.parse(text)
    for kind, word, meaning in words:
        table, key = _place(content, kind, meaning)
        table.setdefault(key, tomlkit.array()).append(word)
    return tomlkit.dumps(content)


def _place(content: tomlkit.TOMLDocument, kind: str, meaning: str) -> tuple[Any, str]:
    """The table of the vocabulary and its list that a word of a kind belongs to."""
    if kind == LETTERHEAD or (kind == HEADING and meaning == UNREAD):
        return content["lines"], LETTERHEAD if kind == LETTERHEAD else UNREAD
    if kind == PROCEDURE:
        return content.setdefault("procedures", tomlkit.table()), meaning
    return content["columns"] if kind == HEADING else content["values"][kind], meaning  # type: ignore[index]


def _with_aliases(text: str, names: list[Addition]) -> str:
    """Only the lines of the units that get a name are written anew."""
    lines = text.splitlines(keepends=True)
    head = next(csv.reader([lines[0].removeprefix("\ufeff")]))
    code, aliases = head.index("unit_code"), head.index("aliases")
    wanted: dict[str, list[str]] = {}
    for _, name, unit in names:
        wanted.setdefault(unit, []).append(name)
    for number, line in enumerate(lines[1:], 1):
        cells = next(csv.reader([line]), [])
        if len(cells) == len(head) and (more := wanted.get(cells[code])):
            cells[aliases] = "|".join(filter(None, [cells[aliases], *more]))
            told = io.StringIO()
            csv.writer(told, lineterminator=line[len(line.rstrip("\r\n")) :]).writerow(cells)
            lines[number] = told.getvalue()
    return "".join(lines)
