"""What watched the portal among the files that were put beside the exports: access logs, and monitors' lists.

Told by a file's first lines alone, so that real exports cost next to nothing. A broken one is still one of them where
its beginning or its name says so: whoever reads it says what is wrong. Imports nothing heavy.
"""

import re
from collections.abc import Container, Iterable
from pathlib import Path

from analysis.exports.compound import OLE_MAGIC
from analysis.exports.log_kinds import first_lines, kind_of
from analysis.exports.workbooks import ZIP_MAGIC
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.reference.availability import Service
from analysis.storage.regular import open_regular

_LISTS = (".csv", ".txt")  # of which a monitor's list is one
_NAMED_LOG = re.compile(r"\.log\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"[,;\t|]")


def watched(paths: Iterable[Path], service: Service, headings: Container[str]) -> tuple[list[Path], list[Path]]:
    """The access logs and the monitors' lists among the files; ``headings``, folded, are those of exports.

    A list's first line that is not blank names time and state, and nothing that only an export has. A file that ends
    like a log and holds nothing, or is packed and cannot be unpacked, is a log.
    """
    logs, monitors = [], []
    for path in paths:
        lines = _beginning(path)
        if (lines and kind_of(lines)) or (not lines and _NAMED_LOG.search(path.name) and _is_there(path)):
            logs.append(path)
        elif lines and path.suffix.lower() in _LISTS and _heads_list(lines[0], service, headings):
            monitors.append(path)
    return logs, monitors


def _beginning(path: Path) -> list[str]:
    """The first lines of a text, packed or not; none of a workbook, of an empty file or one that cannot be opened."""
    try:
        with open_regular(path) as file:
            if file.read(8).startswith((ZIP_MAGIC, OLE_MAGIC)):
                return []
        return first_lines(path)
    except (ExportProblem, OSError, ValueError):
        return []


def _is_there(path: Path) -> bool:
    try:
        with open_regular(path) as file:
            return not file.read(8).startswith((ZIP_MAGIC, OLE_MAGIC))
    except (OSError, ValueError):
        return False


def _heads_list(line: str, service: Service, headings: Container[str]) -> bool:
    cells = {fold(cell.strip('" ')) for cell in _SEPARATORS.split(line)}
    named = {service.headings[cell][0] for cell in cells if cell in service.headings}
    return {"time", "state"} <= named and not any(cell in headings for cell in cells - service.headings.keys())
