"""The workbook of annexes says what the tables say and holds no formula, whatever a name looks like."""

import re
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.documents import Documents
from support.libreoffice import convert

from analysis.findings.advice import calls
from analysis.findings.finding import of_unit
from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.presentation import narrative, statements
from analysis.reference.groups import PROVINCE

pytestmark = pytest.mark.slow
VI = Language("vi")


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
    assert len(book.worksheets) == 2 + 7 + 6
    for sheet in book.worksheets:
        for words in ("DỰ THẢO", "766/QĐ-UBND", "14/05/2020", "20/09/2020", "Dữ liệu mô phỏng", "Danh mục minh họa"):
            assert words in sheet["A1"].value
        assert sheet.freeze_panes
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1), "as wide as the paper"
    findings, charts, *tables, _ = book.worksheets  # the last has two tables, with headings of their own
    assert [sheet.page_setup.fitToHeight for sheet in (findings, charts)] == [None, None], "one page: the default"
    assert all(sheet.page_setup.fitToHeight == 0 for sheet in tables)
    assert all(sheet.print_title_rows for sheet in tables)


def test_the_first_sheet_says_what_the_records_say(
    documents: Documents, report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    sheet = openpyxl.load_workbook(documents.workbook).worksheets[0]
    lines = list(sheet.iter_rows(min_row=5, values_only=True))
    own = of_unit(report, PROVINCE)
    attained = sum(rows[one.figure.target.id, "default", "ALL"]["status"] == "attained" for one in own)
    assert sheet["A2"].value == f"Lũy kế đến 20/09/2020, toàn tỉnh đạt {attained} trên 7 chỉ tiêu."
    for line, one in zip(lines, own, strict=False):
        row = rows[one.figure.target.id, "default", "ALL"]
        assert line[1] == one.figure.target.title["vi"]
        assert line[2] == float(row["minimum"])
        assert line[3] == pytest.approx(float(row["value"]), abs=1e-9)
        assert line[4] == int(row["shortfall"])
        assert ("Chưa" in line[5]) == (row["status"] == "not_attained")
        assert (line[6] or "") == statements.cause(one, VI)
        assert statements.prospect(one, VI) in line[7]
        assert statements.flips(one, VI) in line[7]
        assert (line[8] or "") == (statements.ask_sentence(one, VI) or narrative.where_to_begin(one, VI))
    below = lines[len(own) + 3 :]
    named = [line[1] for line in below if line[1]]
    first = report.outlook["priorities"].sort_values("rank").head(3)
    assert named == [report.names[code] for code in first["unit_code"]]
    told = [line[4] for line in below if line[4]]
    assert told == [narrative.concern(one, VI) for call in calls(report) for one in call.concerns]


def test_the_first_sheet_prints_on_a_page(documents: Documents, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(documents.workbook)
    for name in book.sheetnames[1:]:
        book[name].sheet_state = "hidden"
    book.save(tmp_path / "first.xlsx")
    pdf = convert(tmp_path / "first.xlsx", "pdf", tmp_path).read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_charts_are_drawn_from_the_cells_of_the_tables(
    documents: Documents, report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    book = openpyxl.load_workbook(documents.workbook)
    with zipfile.ZipFile(documents.workbook) as archive:
        names = sorted((name for name in archive.namelist() if name.startswith("xl/charts/chart")), key=len)
        drawn = [re.findall(r"<c:f>(.*?)</c:f>", archive.read(name).decode()) for name in names]
    assert len(drawn) == 1 + 7

    def cells(formula: str) -> list[Any]:
        sheet, area = unescape(formula).rsplit("!", 1)
        return [cell.value for row in book[sheet.strip("'")][area.replace("$", "")] for cell in row]

    targets = report.decision.targets
    names, shares, names_again, aims = (cells(formula) for formula in drawn[0])
    assert names == names_again == [target.title["vi"] for target in targets]
    assert shares == pytest.approx([float(rows[target.id, "default", "ALL"]["value"]) for target in targets])
    assert aims == [float(target.minimum) for target in targets]
    for target, formulas in zip(targets, drawn[1:], strict=True):
        months, by_month, _, to_date, _, aim = (cells(formula) for formula in formulas)
        known = report.attainment
        known = known[
            (known["target_id"] == target.id) & (known["unit_code"] == "ALL") & (known["reading"] == "default")
        ]
        for window, shown in (("month", by_month), ("to_date", to_date)):
            expected = known[known["window"] == window].sort_values("month")
            assert months == list(expected["month"])
            assert [-1 if value is None else value for value in shown] == pytest.approx(
                list(expected["value"].fillna(-1))
            )
        assert set(aim) == {float(target.minimum)}


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
    reasons = list(book["Chất lượng dữ liệu"].iter_rows(min_row=4, values_only=True))
    assert next(line[1] for line in reasons if line[0] == "Cộng") == report.totals["rejected"]
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
