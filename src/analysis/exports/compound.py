"""Compound files, which .xls workbooks and encrypted workbooks are: what is in them, before calamine reads them.

calamine builds the whole rectangle that a sheet's filled cells span, so one wrong column number would ask
for 128 GB; and it does not say when a workbook is encrypted. Sources: [MS-CFB] 2.2 to 2.6, [MS-XLS] 2.3, 2.4.
"""

from __future__ import annotations

import struct
import sys
from array import array

from analysis.exports.sheets import Layout, Limits, check_extent
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = N_("encrypted: open the file with its password, save it without one, and put it here again.")
# Places in the header, in numbers of four bytes.
_DIRECTORY_START, _SHORT_BELOW, _SHORT_FAT_START, _FAT_LIST_MORE, _FAT_LIST = 12, 14, 15, 17, 19
_NO_SECTOR = 0xFFFFFFFA  # and above: markers, no sector numbers
_ENTRY, _STREAM, _ROOT = 128, 2, 5  # bytes of a directory entry; kinds of entries
_BOF, _FILEPASS, _DIMENSIONS, _BOUNDSHEET, _MERGED = 0x0809, 0x002F, 0x0200, 0x0085, 0x00E5
_DATE_MODE = 0x0022
# Records of cells: row, column, …; that of several cells ends with the last one's column. The text that a formula
# gives has a record of its own behind it, without a place.
_CELL_RUN = 0x00BD
_CELLS = frozenset({0x0006, _CELL_RUN, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})


def compound_kind(data: bytes, limits: Limits) -> str:
    """``xls``, or ``ole`` for another compound file (a Word document, say).

    Raises ExportProblem for an encrypted workbook and one whose cells span too much.
    """
    streams = _streams(data)
    if "encryptedpackage" in streams:
        raise ExportProblem(ENCRYPTED)
    book = streams.get("workbook") or streams.get("book")
    if book is None:
        return "ole"
    _check_records(book, limits)
    return "xls"


def book_layout(data: bytes) -> Layout:
    """What a workbook says of its sheets beside their cells."""
    streams = _streams(data)
    book = streams.get("workbook") or streams.get("book") or b""
    names: dict[int, str] = {}
    found: dict[str, list[tuple[int, int, int]]] = {}
    at, end, sheet, date_mode = 0, len(book) - 4, "", None
    while at <= end:
        record, length = struct.unpack_from("<HH", book, at)
        content = book[at + 4 : at + 4 + length]
        if record == _BOUNDSHEET and length > 8:
            letters = content[8:].decode("utf-16-le", "replace") if content[7] & 1 else content[8:].decode("latin-1")
            names[int.from_bytes(content[:4], "little")] = letters
        elif record == _BOF:
            sheet = names.get(at, "")
        elif record == _DATE_MODE and date_mode is None:
            date_mode = int.from_bytes(content[:2], "little")
        elif record == _MERGED:
            spans = struct.iter_unpack("<HHHH", content[2 : 2 + (length - 2) // 8 * 8])
            found.setdefault(sheet, []).extend(
                (column, first, last)
                for first, last, left, right in spans
                if first < last
                for column in range(left, right + 1)
            )
        at += 4 + length
    return Layout({name: tuple(spans) for name, spans in found.items()}, date_mode == 1)


def _check_records(book: bytes, limits: Limits) -> None:
    """Walk the records of a workbook stream: kind and length, two bytes each, then the content."""
    unpack, at, end = struct.Struct("<HHHH").unpack_from, 0, len(book) - 8
    rows = columns = 0
    while at <= end:
        record, length, row, column = unpack(book, at)
        at += 4 + length
        if record in _CELLS:
            if record == _CELL_RUN:
                column = max(column, int.from_bytes(book[at - 2 : at], "little"))
            if row >= rows:
                rows = row + 1
            if column >= columns:
                columns = column + 1
        elif record == _DIMENSIONS:
            check_extent(*_dimensions(book[at - length : at]), limits)
        elif record == _FILEPASS:
            raise ExportProblem(ENCRYPTED)
        elif record == _BOF:
            check_extent(rows, columns, limits)
            rows = columns = 0
    check_extent(rows, columns, limits)


def _dimensions(content: bytes) -> tuple[int, int]:
    """Rows and columns of a sheet as it states them, for which calamine reserves memory."""
    rows = content[4:8] if len(content) >= 14 else content[2:4]
    columns = content[10:12] if len(content) >= 14 else content[6:8]
    return int.from_bytes(rows, "little"), int.from_bytes(columns, "little")


def _streams(data: bytes) -> dict[str, bytes]:
    """The streams of a compound file by lower-case name; of a damaged file, what can be found of them."""
    header = _numbers(data[:512])
    if len(header) < 128:
        return {}
    size = 4096 if data[30] == 12 else 512
    fat = _numbers(b"".join(_sectors(data, _fat_sectors(header, data, size), size)))

    def chain(start: int) -> bytes:
        return b"".join(_sectors(data, _chain(start, fat), size))

    directory = chain(header[_DIRECTORY_START])
    short_fat, short_sectors = _numbers(chain(header[_SHORT_FAT_START])), b""
    found = {}
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        entry = directory[at : at + _ENTRY]
        start, length = struct.unpack_from("<II", entry, 116)
        kind = entry[66]
        if kind == _ROOT:  # its own stream holds the short ones, in sectors of 64 bytes
            short_sectors = chain(start)
        elif kind == _STREAM:
            is_short = length < header[_SHORT_BELOW]
            content = b"".join(_sectors(short_sectors, _chain(start, short_fat), 64, 0)) if is_short else chain(start)
            name = entry[: max(0, int.from_bytes(entry[64:66], "little") - 2)].decode("utf-16-le", "replace")
            found[name.lower()] = content[:length]
    return found


def _fat_sectors(header: array[int], data: bytes, size: int) -> list[int]:
    """Where the allocation table stands: listed in the header, then in sectors that each end with the next one."""
    listed, following = list(header[_FAT_LIST:]), header[_FAT_LIST_MORE]
    for _ in range(len(data) // size):
        if not (more := _numbers(b"".join(_sectors(data, [following], size)))):
            break
        listed += more[:-1]
        following = more[-1]
    return [sector for sector in listed if sector < _NO_SECTOR][: len(data) // size]


def _chain(start: int, fat: array[int]) -> list[int]:
    """The sectors of a stream, each of which the table points to from the one before; loops are cut."""
    sectors: list[int] = []
    while start < len(fat) and len(sectors) < len(fat):
        sectors.append(start)
        start = fat[start]
    return sectors


def _sectors(data: bytes, sectors: list[int], size: int, header: int = 1) -> list[bytes]:
    return [data[(sector + header) * size : (sector + header + 1) * size] for sector in sectors]


def _numbers(data: bytes) -> array[int]:
    """Little-endian numbers of four bytes."""
    numbers = array("I", data[: len(data) // 4 * 4])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
