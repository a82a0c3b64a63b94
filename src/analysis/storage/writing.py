"""Writing tables: whole or not at all, and harmless when a spreadsheet opens them."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # workers write too and need no pandas
    import pandas as pd

# Cell text that begins so would run as a formula in a spreadsheet (CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_BLANKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # surrogates: bytes of a file's name that are no UTF-8
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """``text`` in one line that can be written anywhere: other control characters and stray bytes as ``\\x1b``."""
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", _BLANKS.sub(" ", text))


def spreadsheet_safe(text: str) -> str:
    """``printable`` text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{printable(text)}" if text.startswith(_FORMULA_STARTS) else printable(text)


def safe_names(column: "pd.Series") -> "pd.Series":
    """Names of a column as ``spreadsheet_safe``, each distinct one once; what is absent stays so."""
    safe = {name: spreadsheet_safe(name) for name in column.dropna().unique()}
    return column if all(name == written for name, written in safe.items()) else column.map(safe)


def undirected(text: str) -> str:
    """``text`` without the marks that turn the direction of what follows: no name may reverse the figures after it."""
    return _DIRECTIONS.sub("", text)


def flush(path: Path) -> None:
    """Put a file or folder on the disk for sure: after a power cut the old stands or the new, never half of it."""
    with suppress(OSError):  # systems that know no folder's, and disks that will tell of themselves
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_csv(table: "pd.DataFrame", path: Path) -> None:
    """Write a table as CSV, whole or not at all: in UTF-8 with the mark by which Excel knows it at a double click."""
    write_whole(path, lambda temporary: table.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8-sig"))


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all."""
    write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let ``write`` fill a temporary file, then put it in the place of ``path`` in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
