"""Which file is a web server's access log, by its first lines, not by its name.

- ``combined`` and ``common``: nginx and Apache, times with their offset; ``timed``: combined, then the seconds that the
  request took, with decimals (nginx's ``$request_time``; a whole number may be of seconds or microseconds, and is let
  be);
- ``iis``: W3C, whose ``#Fields:`` says the columns;
- ``zoneless``: an access log whose times state no zone.

Imports nothing heavy: every file beside the exports is asked.
"""

import gzip
import re
import zlib
from itertools import islice
from pathlib import Path

from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.storage.regular import open_regular

COMBINED, TIMED, COMMON, IIS, ZONELESS = "combined", "timed", "common", "iis", "zoneless"
_GZIP = b"\x1f\x8b"
_MOST_BLANK = 1000
_LOOKED_AT = 50  # lines that tell what a file is
_MOST_LINE = 65_536  # bytes of each of these
QUOTED = r'"(?:[^"\\]|\\.)*"'
BEFORE = r"^[^ ]+ [^ ]+ [^\[]*\["
CLOCK = r"[0-9]{2}/[A-Z][a-z]{2}/(?:19|20)[0-9]{2}:[0-9]{2}:[0-5][0-9]"
OFFSET = r"[+-](?:0[0-9]|1[0-4])[0-5][0-9]"
_COMMON_LINE = re.compile(rf"{BEFORE}{CLOCK}:\d\d {OFFSET}\] {QUOTED} \d{{3}} (?:\d+|-)")
_COMBINED_LINE = re.compile(rf"{_COMMON_LINE.pattern} {QUOTED} {QUOTED}")
_TIMED_LINE = re.compile(rf"{_COMBINED_LINE.pattern} \d+\.\d+$")
_ZONELESS_LINE = re.compile(
    rf"{BEFORE}(?:{CLOCK}:\d\d|\d{{4}}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)\] {QUOTED} \d{{3}}\b"
    r"|^[^ ,]+, [^,]*, \d{1,2}/\d{1,2}/\d{2,4}, \d{1,2}:\d\d:\d\d, W3SVC\d+, "  # IIS's own form is in the server's time
)
_KINDS = ((TIMED, _TIMED_LINE), (COMBINED, _COMBINED_LINE), (COMMON, _COMMON_LINE), (ZONELESS, _ZONELESS_LINE))
FIELDS = "#Fields:"

_UNOPENED = N_("cannot be opened: it has vanished, is a broken link, or the disk fails.")
DAMAGED = N_("damaged or truncated: the log cannot be read to its end. Copy it from the server again.")


def first_lines(path: Path) -> list[str]:
    """The first lines that are not blank; raises ExportProblem for what cannot be opened."""
    try:
        with open_regular(path) as file, gzip.open(file) if is_packed(path) else file as text:
            lines = (text.readline(_MOST_LINE) for _ in range(_MOST_BLANK))
            filled = (line for line in lines if line.strip())
            return [line.decode("utf-8-sig", "replace").rstrip("\r\n") for line in islice(filled, _LOOKED_AT)]
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ExportProblem(DAMAGED) from None
    except (OSError, ValueError):
        raise ExportProblem(_UNOPENED) from None


def is_packed(path: Path) -> bool:
    with open_regular(path) as file:
        return file.read(2) == _GZIP


def kind_of(head: list[str]) -> str:
    """The form that half of the lines at least have, "" where they have none."""
    if any(line.startswith(FIELDS) for line in head):
        return IIS
    of_form = (kind for kind, form in _KINDS if 2 * sum(bool(form.match(line)) for line in head) >= len(head) > 0)
    return next(of_form, "")
