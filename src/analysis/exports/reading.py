"""The files that portals export, told apart by content within what their names allow, and read as text cells."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.exports.compound import OLE_MAGIC, compound_kind
from analysis.exports.delimited import HEADING_ROWS, read_delimited
from analysis.exports.encodings import as_utf8, check_declared
from analysis.exports.hypertext import is_hypertext, read_hypertext
from analysis.exports.legacy import conversions
from analysis.exports.sheets import LIMITS, MIB, Export, Limits, Sheet
from analysis.exports.workbooks import ZIP_MAGIC, package_kind, read_sheets
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.storage.regular import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Container

__all__ = ["LIMITS", "Export", "Limits", "Sheet", "list_exports", "read_export", "sha256"]
_ALLOWED = {
    ".xlsx": {"xlsx"},
    ".xls": {"xls", "html", "csv", "xlsx"},
    ".csv": {"csv"},
    ".txt": {"csv"},
}
_WRONG_NAME = {
    "xlsx": N_("the content is an Excel workbook: let the file's name end in .xlsx."),
    "xls": N_("the content is an Excel 97-2003 workbook: let the file's name end in .xls."),
    "html": N_("the content is an HTML table: let the file's name end in .xls."),
    "csv": N_("the content is plain text: let the file's name end in .csv."),
    "ods": N_("the content is an OpenDocument sheet: open it and save it as .xlsx."),
    "xlsb": N_("the content is a binary Excel workbook (.xlsb): open it and save it as .xlsx."),
    "zip": N_("the content is a zip archive without a workbook: unpack it and put its exports here."),
    "ole": N_("the content is a Microsoft Office file without a workbook: save the table as .xlsx."),
    "biff": N_("the content is a workbook from before Excel 5: open it and save it as .xlsx."),
    "xml": N_("the content is XML (perhaps an XML spreadsheet): open it in Excel and save it as .xlsx."),
    "mhtml": N_("the content is a web archive (MHTML): open it in Excel and save it as .xlsx."),
    "binary": N_("the content is a picture, PDF, archive or program: no table can be read from it."),
}
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF89a", b"Rar!\x1a", b"7z\xbc\xaf", b"\x1f\x8b", b"\x7fELF")
_OLD_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
CHANGED = N_("it changed while it was read. Wait until it is written, then start again.")
_DAMAGED = N_("damaged or truncated: it cannot be read. Open it, save it as .xlsx and put it here again.")
_SEVERAL = 3  # headings that are known by no chance
_XML = re.compile(rb"\s*<(?:\?xml|\w+:?Workbook)\b", re.IGNORECASE)
_MHTML = re.compile(rb"\s*MIME-Version:", re.IGNORECASE)


def list_exports(raw: Path) -> list[Path]:
    """Every file below ``raw`` but ``~$*`` and dot files, sorted by path.

    Files of other kinds and what cannot be opened are listed too, so that ``read_export`` says why
    they are not read: nothing is passed over in silence.
    """
    found: list[Path] = []

    def unreadable(failure: OSError) -> None:
        if Path(failure.filename) != raw:
            found.append(Path(failure.filename))

    for folder, folders, names in os.walk(raw, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if (Path(folder) / name).is_symlink()]  # os.walk does not enter them
        found += [Path(folder) / name for name in (*names, *links) if not name.startswith((".", "~$"))]
    return sorted(found, key=lambda path: path.relative_to(raw).as_posix())


def read_export(path: Path, limits: Limits = LIMITS, headings: Container[str] = frozenset()) -> Export:
    """All sheets of an export as text; known ``headings``, folded, tell by what the columns of a text are separated.

    Raises ExportProblem, and nothing else, for whatever cannot be read. A hostile workbook may still
    end the process or take its memory: run it where both are bounded.
    """
    kinds = _ALLOWED.get(path.suffix.lower())
    if kinds is None:
        raise ExportProblem(
            N_("files that end in «{suffix}» are not read: save the table as .xlsx or .csv, or move the file away."),
            suffix=path.suffix,
        )
    data = _content(path, limits)
    export = _guarded(lambda: _read(data, kinds, limits, headings))
    if not any(column.null_count < len(column) for sheet in export.sheets for column in sheet.cells.columns):
        raise ExportProblem(N_("empty: no cell is filled. Export it again."))
    return replace(export, sha256=hashlib.sha256(data).hexdigest())


def read_unchanged(path: Path, digest: str, headings: Container[str]) -> Export:
    """As ``read_export``, of the file that had this ``digest``; raises ExportProblem too where it is another by now."""
    export = read_export(path, headings=headings)
    if export.sha256 != digest:
        raise ExportProblem(CHANGED)
    return export


def sha256(path: Path) -> str:
    """The digest of a regular file, "" of whatever else stands there: ``read_export`` says why it is not read."""
    try:
        with open_regular(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


def _content(path: Path, limits: Limits) -> bytes:
    """The bytes of a regular file that is not too large."""
    try:
        with open_regular(path) as file:
            data = file.read(limits.file_bytes + 1)
    except PermissionError:
        raise ExportProblem(N_("cannot be opened: the right to read it is missing.")) from None
    except IsADirectoryError:
        raise ExportProblem(
            N_("is no file: a folder, a link to one, or a device. Put the exports themselves here.")
        ) from None
    except (OSError, ValueError):
        raise ExportProblem(N_("cannot be opened: it has vanished, is a broken link, or the disk fails.")) from None
    if len(data) > limits.file_bytes:
        raise ExportProblem(
            N_("too large: a file may have {most} MB. Split the export."), most=limits.file_bytes // MIB
        )
    if not data:
        raise ExportProblem(N_("empty: the file has 0 bytes. Export it again."))
    return data


def _guarded(read: Callable[[], Export]) -> Export:
    """Every failure of a reader as an ExportProblem that quotes nothing of what the reader said."""
    try:
        return read()
    except (ExportProblem, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except MemoryError:
        raise ExportProblem(N_("too large: it does not fit into memory. Split the export.")) from None
    except BaseException:  # a panic of calamine's is no Exception
        raise ExportProblem(_DAMAGED) from None


def _read(data: bytes, kinds: set[str], limits: Limits, headings: Container[str]) -> Export:
    kind, merging = _binary_kind(data, limits)
    try:
        text, encoding = (b"", "") if kind else as_utf8(data)
    except ExportProblem:
        if "csv" not in kinds:  # of a workbook's garbage there is no encoding to mend
            raise ExportProblem(_DAMAGED) from None
        if legacy := _in_old_font(data, limits, headings):
            return legacy
        raise
    kind = kind or _text_kind(text)
    if kind not in kinds:
        raise ExportProblem(_WRONG_NAME[kind])
    if kind in ("xlsx", "xls"):
        return Export(kind, "", read_sheets(data, limits, merging))
    if kind == "html":
        check_declared(text, encoding)
        return Export(kind, encoding, (read_hypertext(text, limits),))
    return Export(kind, encoding, (Sheet("", read_delimited(text, limits, headings)),))


def _in_old_font(data: bytes, limits: Limits, headings: Container[str]) -> Export | None:
    """A plain text in a font of before Unicode: one in which several of its headings are known."""
    if is_hypertext(data):
        return None
    for name, text in conversions(data):
        cells = read_delimited(text, limits, headings)
        lines = zip(*(column.slice(0, HEADING_ROWS).to_pylist() for column in cells.columns), strict=True)
        if any(sum(fold(cell or "") in headings for cell in line) >= _SEVERAL for line in lines):
            return Export("csv", name, (Sheet("", cells),))
    return None


def _binary_kind(data: bytes, limits: Limits) -> tuple[str, frozenset[str]]:
    """What a file is if it is no text, else "", and the parts of a package that merge cells."""
    if data.startswith(ZIP_MAGIC):
        return package_kind(data, limits)
    kind = "binary" if data.startswith(_BINARY) else ""
    if data.startswith(OLE_MAGIC):
        kind = compound_kind(data, limits)
    if data.startswith(_OLD_BIFF):
        kind = "biff"
    return kind, frozenset()


def _text_kind(text: bytes) -> str:
    if is_hypertext(text):
        return "html"
    if _XML.match(text) and not re.search(rb"<html\b", text[:4096], re.IGNORECASE):
        return "xml"
    return "mhtml" if _MHTML.match(text) else "csv"
