"""Workbooks and pages made to exhaust a reader: read or refused, in a moment, whatever stands inside."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from analysis.exports.reading import read_export
from analysis.language.problems import ExportProblem

ROWS = 3


def workbook(spoil: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook of three rows whose parts went through ``spoil``."""
    whole, spoilt = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(whole) as book:
        sheet = book.add_worksheet("DS")
        for number in range(ROWS):
            sheet.write_row(number, 0, ["Mã hồ sơ", number, "x"])
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(spoilt, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, spoil(name, old.read(name)))
    return spoilt.getvalue()


def in_sheet(before: bytes, after: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, part: part.replace(before, after, 1) if name.endswith("sheet1.xml") else part


SPOILT = {
    "attributes, all different": in_sheet(b"<row ", b"<row " + b" ".join(b'a%d="1"' % n for n in range(20_000)) + b" "),
    "attributes, all equal": in_sheet(b"<row ", b"<row " + b'a="1" ' * 20_000),
    "rows without cells": in_sheet(b"</sheetData>", b'<row r="9"/>' * 200_000 + b"</sheetData>"),
    "merges over everything": in_sheet(
        b"</worksheet>",
        b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 20_000 + b"</mergeCells></worksheet>",
    ),
    "one enormous string": lambda name, part: (
        part.replace(b"<t>x</t>", b"<t>" + b"x" * 5_000_000 + b"</t>") if name.endswith("sharedStrings.xml") else part
    ),
    "another namespace": lambda name, part: part.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://example.invalid/main"
    ),
    "an entity that grows": in_sheet(
        b"<worksheet",
        b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet',
    ),
    "elements within elements": in_sheet(b"<sheetData>", b"<a>" * 50_000 + b"</a>" * 50_000 + b"<sheetData>"),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_workbook_made_to_exhaust_is_read_or_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "xuat.xlsx"
    path.write_bytes(workbook(SPOILT[kind]))
    try:
        (sheet,) = read_export(path).sheets
    except ExportProblem:
        return
    texts = [column.to_pylist() for column in sheet.cells.columns]
    assert texts[0][:ROWS] == ["Mã hồ sơ"] * ROWS, "what is read at all is read right"


def test_the_workbook_that_is_spoilt_is_read_when_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "xuat.xlsx"
    path.write_bytes(workbook(lambda name, part: part))
    assert read_export(path).sheets[0].cells.num_rows == ROWS


@pytest.mark.parametrize("page", ["<table><tr><td>" * 3_000, "<div>" * 100_000, "<td colspan=1000000 rowspan=1000000>"])
def test_a_page_made_to_exhaust_is_read_or_refused(page: str, tmp_path: Path) -> None:
    path = tmp_path / "xuat.xls"
    path.write_text(f"<html><body><table><tr><td>Mã hồ sơ</td></tr></table>{page}</body></html>", encoding="utf-8")
    try:
        sheets = read_export(path).sheets
    except ExportProblem:
        return
    assert any(column[0].as_py() == "Mã hồ sơ" for sheet in sheets for column in sheet.cells.columns)
