"""Workbooks: the packages of .xlsx, checked before calamine unpacks them, and the reading of .xlsx and .xls.

A package is looked through before calamine reads it, because calamine builds the whole rectangle that
the filled cells span: one stray cell in the last corner would ask for 500 GB and end the process.
What is left to the process's own limits of memory and time: rows without numbers, a long shared
string that a million cells repeat.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from analysis.exports.compound import ENCRYPTED, book_layout
from analysis.exports.packages import (
    WORKBOOK,
    column_number,
    package_layout,
    usual_package,
    workbook_part,
)
from analysis.exports.sheets import MIB, Limits, Sheet, check_extent
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    import pyarrow as pa

ZIP_MAGIC = b"PK\x03\x04"
_DAMAGED_PACKAGE = N_("damaged or truncated: the workbook cannot be unpacked. Export it again.")
_RATIO_FROM = 16 * MIB  # small parts may pack as well as they like
_PIECE = 2**16  # packed bytes at a time, so that a bomb unfolds in steps of at most 64 MiB
_OVERLAP = 32  # bytes; longer than any cell reference with its attribute name
# A reference with two letters or seven digits: only then can a sheet exceed 26 columns × 999.999 rows.
_FAR_CELL = r"r=[\"'](?:[A-Za-z]{2,}\d|[A-Za-z]?\d{7})"
_CELL = re.compile(rb"r=[\"']([A-Za-z]{0,9})(\d{1,12})[\"']")
# A cell's tag with what holds a value behind it; longer ones than the overlap are left to the process's limits.
_FILLED_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^<>]*?\br=[\"']([A-Za-z]{1,3})(\d{1,7})[\"'][^<>]*(?<!/)>\s*<(?:\w+:)?(?:v|is|f)\b"
)
_CELL_OVERLAP = 1024
_WORKBOOK_PART = re.compile(rb"<(?:\w+:)?workbook[\s>]")
_SHEET_PART = re.compile(rb"<(?:\w+:)?worksheet[\s>]")


def package_kind(data: bytes, limits: Limits) -> tuple[str, frozenset[str]]:
    """``xlsx``, or the kind of another zip archive: ``ods``, ``xlsb``, ``zip``; and the sheets that merge cells.

    Raises ExportProblem for a package that is damaged, encrypted, or unpacks to too much.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, EOFError, OSError):
        raise ExportProblem(_DAMAGED_PACKAGE) from None
    names = {part.filename.replace("\\", "/").lower() for part in parts}
    if names.isdisjoint({"_rels/.rels", WORKBOOK, "xl/workbook.bin"}):
        return ("ods" if "content.xml" in names else "zip"), frozenset()
    merging = _check_parts(data, parts, limits)
    main = workbook_part(archive)
    if main.lower().endswith(".bin"):
        return "xlsb", frozenset()
    is_workbook = main and _WORKBOOK_PART.search(archive.read(main), 0, 65_536)
    return ("xlsx" if is_workbook else "zip"), merging


def read_sheets(data: bytes, limits: Limits, merging: Container[str]) -> tuple[Sheet, ...]:
    """Every sheet, hidden ones too; dates come as ISO text, an error value as an empty cell. ``merging`` are the
    package's parts that merge cells.
    """
    for name in ("calamine", "fastexcel"):  # they log what they meet, cells included
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    import fastexcel

    is_package = data.startswith(ZIP_MAGIC)
    layout = package_layout(data, merging) if is_package else book_layout(data)
    workbook = fastexcel.read_excel(usual_package(data) if is_package else data)
    names = workbook.sheet_names
    if len(set(names)) < len(names):  # calamine would read the first of them twice
        raise ExportProblem(N_("two sheets have the same name. Give each its own, and save the workbook again."))
    return tuple(
        Sheet(name, _cells(workbook, n, limits), layout.merges.get(name, ()), layout.from_1904)
        for n, name in enumerate(names)
    )


def _cells(workbook: object, index: int, limits: Limits) -> pa.Table:
    import pyarrow as pa

    # skip_rows=0 keeps the leading blank rows, without which row numbers would be off.
    sheet = workbook.load_sheet(index, header_row=None, skip_rows=0, dtypes="string")  # type: ignore[attr-defined]
    if not sheet.width:
        return pa.table({})
    check_extent(sheet.height, sheet.width, limits)
    batch = sheet.to_arrow()
    return pa.table({f"c{n}": _emptied(column) for n, column in enumerate(batch.columns)})


def _emptied(column: pa.Array) -> pa.Array:
    """Text with null for "", which formulas and cleared cells leave behind."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = column.cast(pa.string())
    empty = pc.equal(column, "")
    return pc.if_else(empty, pa.scalar(None, pa.string()), column) if pc.any(empty).as_py() else column


def _check_parts(data: bytes, parts: list[zipfile.ZipInfo], limits: Limits) -> frozenset[str]:
    """Sizes as the directory states them; then what calamine will read, unpacked piece by piece. The names of the
    sheets that merge cells.
    """
    if any(part.flag_bits & 1 for part in parts):
        raise ExportProblem(ENCRYPTED)
    unpacked = sum(part.file_size for part in parts)
    for part in parts:
        allowed = max(_RATIO_FROM, limits.ratio * part.compress_size)
        if unpacked > limits.unpacked_bytes or part.file_size > allowed:
            raise ExportProblem(
                N_("too large: the workbook unpacks to {size} MB, {ratio} times its size. Split the export."),
                size=unpacked // MIB,
                ratio=unpacked // max(1, len(data)),
            )
    return frozenset(part.filename for part in parts if _check_part(data, part, limits))


def _check_part(data: bytes, part: zipfile.ZipInfo, limits: Limits) -> bool:
    """Raise ExportProblem when a part is longer than declared, damaged, or a sheet that spans too much; whether cells
    are merged in it.

    calamine does not compare the check sums: a bit that the disk turned would be a figure.
    """
    size, tail, rows, columns, is_sheet, merges, check = 0, b"", 0, 0, False, False, 0
    for piece in _unpacked(data, part):
        is_sheet = is_sheet or (size == 0 and bool(_SHEET_PART.search(piece, 0, 4096)))
        size, check = size + len(piece), zlib.crc32(piece, check)
        if size > part.file_size:
            break
        window = tail + piece
        merges = merges or b"mergeCell" in window
        if is_sheet and _has_far_cell(window):
            references = _CELL.findall(window)
            columns = max([columns, *map(column_number, {letters for letters, _ in references})])
            rows = max([rows, *(int(digits) for _, digits in references)])
        tail = window[-_OVERLAP:]
    if columns > limits.columns or rows * columns > limits.cells:
        check_extent(*_filled_extent(data, part), limits)
    if (size, check) != (part.file_size, part.CRC):
        raise ExportProblem(_DAMAGED_PACKAGE)
    return merges


def _has_far_cell(piece: bytes) -> bool:
    """By Arrow's expressions, which need a third of the time of Python's: every sheet is looked through."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return bool(pc.match_substring_regex(pa.scalar(piece, pa.binary()), _FAR_CELL).as_py())


def _filled_extent(data: bytes, part: zipfile.ZipInfo) -> tuple[int, int]:
    """Rows and columns that a sheet's filled cells span; those that hold a style alone hold nothing."""
    rows, columns, tail = 0, 0, b""
    for piece in _unpacked(data, part):
        for letters, digits in _FILLED_CELL.findall(window := tail + piece):
            rows, columns = max(rows, int(digits)), max(columns, column_number(letters))
        tail = window[-_CELL_OVERLAP:]
    return rows, columns


def _unpacked(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part in pieces. zipfile would stop at the declared length and never notice more."""
    header = part.header_offset
    name, extra = (int.from_bytes(data[header + at : header + at + 2], "little") for at in (26, 28))
    start = header + 30 + name + extra
    packed = memoryview(data)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + MIB]) for at in range(0, len(packed), MIB))
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise ExportProblem(_DAMAGED_PACKAGE)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(packed), _PIECE):
            yield inflater.decompress(packed[at : at + _PIECE])
    except zlib.error:
        raise ExportProblem(_DAMAGED_PACKAGE) from None
