"""Reports that units send are read whatever form they have, and every line of them is accounted for."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import relaxed
from support.folders import REFERENCE

from analysis.dossiers.further_kinds import UNIT_REPORT, kind_of, load_kinds
from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.unit_reports import BAD_COUNT, NO_PERIOD, UNKNOWN_UNIT, UnitReports, count_of, read_unit_reports
from analysis.exports.periods import period_named
from analysis.exports.reading import read_export
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.reference.tables import load_reference
from analysis.reference.unit_reports import load_unit_reports

FORM = load_unit_reports(REFERENCE)
SEPTEMBER = (date(2020, 9, 1), date(2020, 9, 30))
TOP = ["", "STT", "Lĩnh vực, công việc giải quyết theo cấp", "Số hồ sơ nhận giải quyết", "", "", ""]
TOP += ["Số hồ sơ đã giải quyết", "", "", "", "Số hồ sơ đang giải quyết", "", "", "Ghi chú"]
MIDDLE = ["", "", "", "Tổng số", "Trong đó", "", "", "Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn"]
MIDDLE += ["Tổng số", "Trong hạn", "Quá hạn", ""]
BOTTOM = ["", "", "", "", "Trực tuyến", "Trực tiếp, dịch vụ bưu chính", "Từ kỳ trước", *[""] * 8]
NUMBERS = ["", "(1)", "(2)", "(3)=(4)+(5)+(6)", *(f"({number})" for number in range(4, 14)), ""]
CELLS = ("received_total", "received_online", "received_offline", "carried_over", "settled_total", "settled_early")
CELLS += ("settled_on_time", "settled_late", "open_total", "open_in_time", "open_late")
VALUES = ["1.598", "800", "700", "98", "1.500", "900", "550", "50", "98", "90", "8"]


@pytest.fixture(scope="module")
def lookups() -> Lookups:
    return make_lookups(load_reference(REFERENCE))


def _read(path: Path, rows: list[list[str]], lookups: Lookups) -> UnitReports:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return _accounted(read_unit_reports(path, FORM, lookups))


def _accounted(found: UnitReports) -> UnitReports:
    """Every line is used, aside or refused."""
    rows = {(one.sheet, one.row) for one in found.refused if one.reason != BAD_COUNT}
    assert found.lines == found.used + found.aside + len(rows)
    return found


def _of(found: UnitReports, unit: str) -> dict[str, int]:
    return {one.cell: one.reported for one in found.cells if one.unit_code == unit}


def test_the_form_06_of_many_units_is_read_below_its_three_lines_of_headings(tmp_path: Path, lookups: Lookups) -> None:
    rows = [
        ["UBND TỈNH PHÚ YÊN"],
        ["TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT TTHC"],
        ["Từ ngày 01/9/2020 đến ngày 30/9/2020"],
        *(TOP, MIDDLE, BOTTOM, NUMBERS),
        ["", "I", "Sở ban ngành", "1598", *[""] * 11],
        ["", "1", "Sở Xây dựng", *VALUES, ""],
        ["", "II", "Huyện, thị xã, thành phố", "10", *[""] * 11],
        ["", "1", "UBND huyện Đồng Xuân", "10", "5", "5", "0", *["0"] * 7, ""],
        ["", "2", "Huyện Không Có", "1", *[""] * 11],
        ["", "", "Tổng cộng", "1609", "806", *[""] * 10],
        ["", "", "", "Người lập biểu", "", "", "", "", "Thủ trưởng"],
    ]
    found = _read(tmp_path / "06.csv", rows, lookups)
    values = dict(zip(CELLS, [int(text.replace(".", "")) for text in VALUES], strict=True))
    assert _of(found, _code(lookups, "Sở Xây dựng")) == values
    assert {(one.period_start, one.period_end) for one in found.cells} == {SEPTEMBER}
    assert [(one.row, one.reason) for one in found.refused] == [(12, UNKNOWN_UNIT)]
    assert [(one.cell, one.stated, one.added) for one in found.unmatched] == [("received_online", 806, 805)]


def _code(lookups: Lookups, name: str) -> str:
    return lookups.units[fold(name)]


def test_a_workbook_with_merged_headings_is_one_units_own_report(tmp_path: Path, lookups: Lookups) -> None:
    path = tmp_path / "bao-cao.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Biểu 06")
        sheet.write(0, 0, "UBND TỈNH PHÚ YÊN")
        sheet.write(1, 0, "SỞ XÂY DỰNG")
        sheet.write(1, 8, "Tuy Hòa, ngày 05 tháng 10 năm 2020")
        sheet.write(2, 2, "BÁO CÁO Tháng 9 năm 2020")
        for column, text in enumerate(TOP[:3]):
            sheet.merge_range(4, column, 6, column, text)
        for first, last in ((3, 6), (7, 10), (11, 13)):
            sheet.merge_range(4, first, 4, last, TOP[first])
        for column, text in enumerate(MIDDLE[3:14], 3):
            if text == "Trong đó":
                sheet.merge_range(5, 4, 5, 6, text)
            elif text:
                sheet.merge_range(5, column, 6, column, text)
        for column in (4, 5, 6):
            sheet.write(6, column, BOTTOM[column])
        sheet.write_row(7, 0, NUMBERS)
        for row, (label, online) in enumerate([("Quy hoạch", 3), ("Nhà ở", 4), ("Tổng cộng", 8)], 8):
            sheet.write(row, 2, label)
            sheet.write_row(row, 3, [online, online, *[0] * 9])
    found = _accounted(read_unit_reports(path, FORM, lookups))
    told = _of(found, _code(lookups, "Sở Xây dựng"))
    assert set(told) == set(CELLS)
    assert told["received_online"] == 8
    assert {(one.period_start, one.period_end) for one in found.cells} == {SEPTEMBER}
    assert {(one.cell, one.added) for one in found.unmatched} == {("received_total", 7), ("received_online", 7)}


def test_fields_without_a_total_are_summed_and_07a_says_both_by_on_time(tmp_path: Path, lookups: Lookups) -> None:
    rows = [
        ["Đơn vị báo cáo: Sở Tư pháp"],
        ["Quý III năm 2020"],
        [
            "",
            "Lĩnh vực công việc giải quyết theo cấp",
            "Số hồ sơ nhận giải quyết",
            "",
            "",
            "Kết quả giải quyết",
            "",
            "",
        ],
        [
            "",
            "",
            "Tổng số",
            "Số kỳ trước chuyển qua",
            "Số mới tiếp nhận",
            "Tổng số",
            "Trả đúng thời hạn",
            "Trả quá hạn",
        ],
        ["", "Hộ tịch", "10", "2", "8", "9", "9", "0"],
        ["", "Công chứng", "5", "", "5", "5", "4", "1"],
    ]
    found = _read(tmp_path / "07a.csv", rows, lookups)
    expected = {"received_total": 15, "received_new": 13, "settled_total": 14, "settled_in_time": 13, "settled_late": 1}
    assert _of(found, _code(lookups, "Sở Tư pháp")) == expected  # a blank is no zero: carried over cannot be summed
    assert {(one.period_start, one.period_end) for one in found.cells} == {(date(2020, 7, 1), date(2020, 9, 30))}


def test_the_statistics_page_of_the_province_and_a_plain_table_with_periods(tmp_path: Path, lookups: Lookups) -> None:
    page = [
        ["Toàn tỉnh", "", "", "", "", ""],
        ["Tháng 9/2020", "", "", "", "", ""],
        ["Mức độ", "Tổng", "Đã xử lý", "Chưa xử lý", "Trước hạn", ""],
        ["", "", "", "", "Tổng", "%"],
        ["Mức độ 3", "100", "90", "10", "80", "88,9%"],
        ["Mức độ 4", "50", "40", "10", "40", "100%"],
    ]
    told = _of(_read(tmp_path / "page.csv", page, lookups), "ALL")
    assert told == {"settled_total": 130, "open_total": 20, "settled_early": 120}
    plain = [
        ["Đơn vị", "Kỳ báo cáo", "Tiếp nhận trực tuyến", "Đã giải quyết", "Đang giải quyết"],
        ["Sở Xây dựng", "9/2020", "12", "mười", "3"],
        ["Sở Xây dựng", "không rõ", "12", "10", "3"],
        ["Sở Tư pháp", "tháng 8 năm 2020", "-1", "10.0", "3,5"],
    ]
    found = _read(tmp_path / "plain.csv", plain, lookups)
    assert Counter(one.reason for one in found.refused) == {BAD_COUNT: 3, NO_PERIOD: 1}
    assert _of(found, _code(lookups, "Sở Xây dựng")) == {"received_online": 12, "open_total": 3}
    assert _of(found, _code(lookups, "Sở Tư pháp")) == {"settled_total": 10}


def test_reports_are_told_from_exports_and_lists_by_their_headings(tmp_path: Path, lookups: Lookups) -> None:
    kinds = load_kinds(REFERENCE)
    for name, rows, kind in (
        ("06", [["x"], TOP, MIDDLE, BOTTOM, NUMBERS, ["", "1", "Sở Xây dựng", *VALUES]], UNIT_REPORT),
        ("export", [["Mã hồ sơ", "Ngày nhận", "Trực tuyến", "Trực tiếp", "Bưu chính"], ["a", "b", "c", "d", "e"]], ""),
        ("other", [["Đơn vị", "Tháng", "Nội dung"], ["Sở Xây dựng", "9/2020", "x"]], ""),
    ):
        path = tmp_path / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        assert kind_of(read_export(path), lookups.vocabulary, kinds) == kind, name


def test_a_file_without_figures_headings_is_told(tmp_path: Path, lookups: Lookups) -> None:
    with pytest.raises(ExportProblem):
        _read(tmp_path / "no.csv", [["a", "b"], ["Sở Xây dựng", "1"]], lookups)


READABLE = [("1.598", 1598), ("1 598", 1598), ("12,000", 12000), ("7.0", 7), ("0", 0)]


@pytest.mark.parametrize(("text", "count"), [*READABLE, ("12.5", None), ("-3", None), ("x1", None)])
def test_whole_numbers_alone_are_counts(text: str, count: int | None) -> None:
    assert count_of(text) == count


@pytest.mark.parametrize(
    ("line", "period"),
    [
        ("Từ ngày 15/8/2020 đến hết ngày 14/9/2020", (date(2020, 8, 15), date(2020, 9, 14))),
        ("6 tháng đầu năm 2020", (date(2020, 1, 1), date(2020, 6, 30))),
        ("Báo cáo tháng 2 năm 2020", (date(2020, 2, 1), date(2020, 2, 29))),
        ("Quý I, II năm 2020", None),
        ("đến ngày 30/9/2020", None),
        ("Tháng 8 năm 2020, tháng 9 năm 2020", None),
        ("Năm 2020", (date(2020, 1, 1), date(2020, 12, 31))),
    ],
)
def test_a_period_is_read_where_one_alone_is_named(
    lookups: Lookups, line: str, period: tuple[date, date] | None
) -> None:
    assert period_named([fold(line)], lookups.vocabulary, ("từ ngày", "từ")) == period


TEXTS = st.sampled_from(["", "Tổng cộng", "5", "x", "Sở Xây dựng", "(2)", "1.5", "Mức độ 3"])


@settings(relaxed, max_examples=30)
@given(st.lists(st.lists(TEXTS, min_size=8, max_size=8), max_size=12))
def test_whatever_stands_below_the_headings_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, lookups: Lookups, rows: list[list[str]]
) -> None:
    head = [["Tháng 9 năm 2020"], ["STT", "Đơn vị", "Trực tuyến", "Trực tiếp", "Trước hạn", "Đúng hạn", "Trễ hạn", "x"]]
    found = _read(tmp_path_factory.mktemp("any") / "any.csv", [*head, *rows], lookups)
    assert {one.unit_code for one in found.cells} <= {_code(lookups, "Sở Xây dựng")}
