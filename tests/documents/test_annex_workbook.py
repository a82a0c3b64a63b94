"""The workbook of annexes says what the tables say and holds no formula, whatever a name looks like."""

from pathlib import Path

import openpyxl
import pytest
from support.documents import Documents

from analysis.findings.report import Report

pytestmark = pytest.mark.slow


def test_libreoffice_shows_the_figures_of_the_table_on_every_target_sheet(
    opened: dict[str, Path], report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    book = openpyxl.load_workbook(opened["workbook.xlsx"])
    for place, target in enumerate(report.decision.targets, start=1):
        [sheet] = [sheet for sheet in book.worksheets if sheet.title.startswith(f"{place}. ")]
        lines = list(sheet.iter_rows(min_row=4, values_only=True))
        expected = {
            unit: row for (name, reading, unit), row in rows.items() if (name, reading) == (target.id, "default")
        }
        assert {line[0] for line in lines} == expected.keys()
        assert len(lines) == len(expected)
        for code, name, _, numerator, denominator, value, minimum, gap, missing, verdict, *_ in lines:
            row = expected[code]
            assert name == row["unit_name"]
            assert [numerator, denominator, missing] == [
                int(row[part]) for part in ("numerator", "denominator", "shortfall")
            ]
            assert minimum == float(row["minimum"])
            if row["value"]:
                assert value == pytest.approx(float(row["value"]), abs=1e-9)
                assert gap == pytest.approx(float(row["gap"]) * 100, abs=1e-7)
            else:
                assert value is None
                assert gap is None
            words = {"attained": "✓ Đạt", "not_attained": "✗ Chưa đạt", "not_applicable": "– Không có số liệu"}
            assert verdict == words[row["status"]]


def test_the_workbook_holds_no_formula_and_says_first_what_it_is(documents: Documents) -> None:
    book = openpyxl.load_workbook(documents.workbook)
    assert [
        cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ] == []
    assert len(book.worksheets) == 7 + 6
    for sheet in book.worksheets:
        for words in ("DỰ THẢO", "766/QĐ-UBND", "14/05/2020", "20/09/2020", "Dữ liệu mô phỏng", "Danh mục minh họa"):
            assert words in sheet["A1"].value
        assert sheet.freeze_panes
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_ledger_and_the_readings_are_those_of_the_run(
    documents: Documents, report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    book = openpyxl.load_workbook(documents.workbook)
    *files, total = list(book["Sổ cái"].iter_rows(min_row=4, values_only=True))
    assert [(line[0], *line[2:6]) for line in files] == list(
        report.files[["file", "read", "accepted", "rejected", "superseded"]].itertuples(index=False, name=None)
    )
    assert list(total[2:6]) == [report.totals[name] for name in ("read", "accepted", "rejected", "superseded")]
    shown = {line[2:4] for line in book["Cách hiểu khác"].iter_rows(min_row=4, values_only=True)}
    province = [row for (_, _, unit), row in rows.items() if unit == "ALL"]
    assert shown == {(int(row["numerator"]), int(row["denominator"])) for row in province}


def test_hostile_names_stay_text(opened: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(opened["hostile-workbook.xlsx"])
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    texts = {cell.value for cell in cells if isinstance(cell.value, str)}
    for name in ("=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "<script>alert(1)</script>&amp;", "Sở ngược", "0123"):
        assert name in texts
    assert "x" * 5_000 in texts
