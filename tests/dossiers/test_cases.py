"""Exports of kinds that people reported, each with what is right (``tests/cases``), and others of the same kinds."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
import xlwt
from support.folders import REFERENCE
from support.in_process import cleaning_in_this_process
from viparse.normalize.tcvn3 import TCVN3
from viparse.normalize.vni import VNI

from analysis.dossiers.export_dates import export_date
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.stage import Cleaning, clean_exports
from analysis.dossiers.worker import Job, clean_file
from analysis.reference.tables import load_reference

CASES = Path(__file__).parents[1] / "cases"
REFERENCES = load_reference(REFERENCE)
LOOKUPS = make_lookups(REFERENCES)
CONSTRUCTION, TRADE = "H45.18", "H45.06"
Cleaned = Callable[[str], tuple[Cleaning, pd.DataFrame]]


def clean(raw: Path, home: Path) -> tuple[Cleaning, pd.DataFrame]:
    with cleaning_in_this_process():
        cleaning = clean_exports(raw, REFERENCES, home / "processed", home / "work", jobs=1)
    return cleaning, pd.read_parquet(home / "processed/dossiers.parquet")


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> Cleaned:
    """Cleans a case, the same one once."""
    return cache(lambda case: clean(CASES / case, tmp_path_factory.mktemp("case")))


# Case: accepted, rejected, superseded, dossiers by unit.
ALL_BUILT = {
    "applicant-other": (10, 0, 0),
    "cut-codes": (0, 20, 0),
    "day-forms": (39, 4, 0),
    "day-never": (601, 0, 0),
    "empty-day-due": (20, 0, 0),
    "empty-day-result": (23, 0, 0),
    "excel-text-wrapper": (4, 0, 8),
    "html-layout-table": (3, 0, 0),
    "html-text-formula": (3, 0, 0),
    "merged-down": (6, 0, 0),
    "name-day-compact": (2, 0, 2),
    "name-day-underscore": (2, 0, 2),
    "national-record": (4, 0, 0),
    "numbering-letters": (3, 0, 0),
    "numbering-square": (3, 0, 0),
    "one-bad-byte": (20, 0, 0),
    "period-het-ngay": (2, 0, 0),
    "period-words": (2, 0, 0),
    "registered-not-received": (20, 0, 0),
    "separator-semicolon": (24, 0, 0),
    "shifted-by-comma": (5, 2, 0),
    "space-after-separator": (3, 0, 0),
    "styled-cells-far-away": (3, 0, 0),
    "two-result-days": (6, 0, 0),
    "workbook-part-elsewhere": (6, 0, 0),
    "xls-text-formula": (6, 0, 0),
}
DIVIDED = ("group-numeral", "group-numeral-titled", "group-field-lines")


def test_every_case_is_tried() -> None:
    assert {folder.name for folder in CASES.iterdir()} == {*ALL_BUILT, *DIVIDED, "grouped-by-officer"}


@pytest.mark.parametrize("case", ALL_BUILT)
def test_a_case_that_was_reported_is_read_right(case: str, cleaned: Cleaned) -> None:
    cleaning, dossiers = cleaned(case)
    assert tuple(cleaning.totals[["accepted", "rejected", "superseded"]]) == ALL_BUILT[case]
    assert set(dossiers["unit_code"]) <= {CONSTRUCTION}
    told = cleaning.rejects.to_csv() + cleaning.files.to_csv()
    assert not re.search(r"Nguyễn|090\d{5}|Đường Thử|H45\.18-2006", told)


@pytest.mark.parametrize("case", DIVIDED)
def test_group_lines_give_the_rows_below_them_their_unit(case: str, cleaned: Cleaned) -> None:
    _, dossiers = cleaned(case)
    assert dossiers["unit_code"].value_counts().to_dict() == {CONSTRUCTION: 2, TRADE: 2}


def test_a_group_of_an_officer_has_no_unit_and_is_not_quoted(cleaned: Cleaned) -> None:
    cleaning, _ = cleaned("grouped-by-officer")
    assert list(cleaning.rejects["reason"]) == ["unknown_unit"] * 2
    assert not re.search("Phạm|0900", cleaning.rejects.to_csv() + cleaning.files.to_csv())


def test_what_the_cases_say_besides(cleaned: Cleaned) -> None:
    assert set(cleaned("cut-codes")[0].rejects["reason"]) == {"cut_dossier_id"}
    assert set(cleaned("day-forms")[1]["received_at"].dt.date) == {date(2020, 6, 10)}
    cleaning, dossiers = cleaned("day-never")
    assert cleaning.latest_day == date(2020, 6, 30)
    assert dossiers["completed_at"].isna().sum() == 1
    assert cleaned("empty-day-result")[1]["completed_at"].isna().all()
    assert cleaned("empty-day-due")[1]["due_at"].isna().all()
    assert set(cleaned("applicant-other")[1]["applicant"]) >= {"organisation"}
    results = cleaned("two-result-days")[1]
    assert (results["completed_at"] <= results["due_at"]).all()
    for case, day in (("period-words", "2020-10-05"), ("period-het-ngay", "2020-09-30")):
        assert set(cleaned(case)[0].files["export_date"]) == {day}
    for case in ("name-day-underscore", "name-day-compact"):
        assert cleaned(case)[1]["completed_at"].notna().all()
    _, national = cleaned("national-record")
    national = national.sort_values("received_at")
    assert list(national["received_at"]) == [datetime(2020, 6, day, 8, 30) for day in (1, 2, 3, 4)]
    assert list(national["channel"]) == ["online", "counter", "online", "post"]
    assert list(national["applicant"]) == ["citizen", "business", "agency", "organisation"]
    never = cleaned("registered-not-received")[1]
    assert never["received_at"].isna().sum() == (never["status"] == "not_accepted").sum() == 4


# --- Others of the same kinds -----------------------------------------------------------------------------------

HEAD = ["STT", "Mã hồ sơ", "Mã TTHC", "Đơn vị", "Hình thức nộp", "Ngày nhận", "Ngày trả kết quả", "Trạng thái"]
PROCEDURE, UNIT = "1.000255.000.00.00.H45", "Sở Xây dựng"
Row = list[str]


def row(number: int, **cells: str) -> Row:
    usual = [
        str(number),
        f"H45-{number:03}",
        PROCEDURE,
        UNIT,
        "Trực tuyến",
        "10/06/2020",
        "12/06/2020",
        "Đã trả kết quả",
    ]
    return [cells.get(f"c{place}", cell) for place, cell in enumerate(usual)]


def text(rows: list[Row], separator: str = ",") -> str:
    return "\r\n".join(separator.join(cells) for cells in rows) + "\r\n"


def one(
    tmp_path: Path, content: str | bytes, name: str = "xuat_20200930.csv"
) -> tuple[pd.Series, pd.DataFrame, Cleaning]:
    """The ledger's line, the dossiers and all else of one file."""
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    cleaning, dossiers = clean(raw, tmp_path)
    return cleaning.files.iloc[0], dossiers, cleaning


def light(
    tmp_path: Path, content: str | bytes, name: str = "xuat_20200930.csv"
) -> tuple[pd.Series, pd.DataFrame, list[str]]:
    """The same of a file that is read, before its dossiers compete: the ledger's line, the dossiers, why rows fail."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = clean_file(Job(path, tmp_path / "kept"), LOOKUPS, b"k" * 32)
    assert not result.problem, result.problem
    day, told = export_date(result.days, path)
    ledger = {"read": result.read, "accepted": result.rows, "rejected": len(result.rejects)}
    ledger |= {"skipped_lines": result.skipped_lines, "export_date": day.isoformat(), "export_date_from": told}
    ledger |= {"encoding": result.encoding}
    return pd.Series(ledger), pd.read_parquet(tmp_path / "kept.parquet"), [reject[2] for reject in result.rejects]


THREE = [HEAD, row(1), row(2), row(3)]


@pytest.mark.parametrize(
    "line",
    [
        "(1) (2) (3) (4) (5) (6) (7) (8)",
        "I II III IV V VI VII VIII",
        "A B 1 2 3 4 5 6",
        "1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0",
        "1 2 3=1+2 4 5 6 7=5-6 8",
        "[1] [2] [3] [4] [5] [6] [7] [8]",
        "a b c d e f g h",
        "-1 -2 -3 -4 -5 -6 -7 -8",
        "1. 2. 3. 4. 5. 6. 7. 8.",
        "1.00 2.00 3.00 4.00 5.00 6.00 7.00 8.00",
        "1 2 2a 2b 3 4 5 6",
        "① ② ③ ④ ⑤ ⑥ ⑦ ⑧",
        "C1 C2 C3 C4 C5 C6 C7 C8",
        "(1) (2) (3) (3) (4) (5) (6)=(1)/(2)% (7)",
    ],
)
def test_lines_that_number_the_columns_are_no_rows(line: str, tmp_path: Path) -> None:
    ledger, _, _ = light(tmp_path, text([HEAD, line.split(), *THREE[1:]]))
    assert tuple(ledger[["read", "accepted", "skipped_lines"]]) == (3, 3, 1)


def test_a_line_of_columns_in_words_is_none(tmp_path: Path) -> None:
    ledger, _, _ = light(tmp_path, text([HEAD, [f"Cột {n}" for n in range(1, 9)], *THREE[1:]]))
    assert tuple(ledger[["read", "accepted", "skipped_lines"]]) == (3, 3, 1)


def _grouped(*lines: Row) -> str:
    head = [cell for cell in HEAD if cell != "Đơn vị"]
    return text([head, *lines])


def _row(number: int) -> Row:
    return [cell for place, cell in enumerate(row(number)) if place != 3]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["I.", UNIT, "", "", "", "", ""], ["II.", "Sở Công Thương", "", "", "", "", ""]),
        (["1.1", f"Đơn vị: {UNIT}", "", "", "", "", ""], ["1.2", "Đơn vị: Sở Công Thương", "", "", "", "", ""]),
        ([f"I. {UNIT} (1 hồ sơ)", *[""] * 6], ["II. Sở Công Thương (1 hồ sơ)", *[""] * 6]),
        ([UNIT] * 7, ["Sở Công Thương"] * 7),
        (["I", *[UNIT] * 6], ["II", *["Sở Công Thương"] * 6]),
    ],
)
def test_group_lines_in_every_dress(first: Row, second: Row, tmp_path: Path) -> None:
    field = ["Lĩnh vực: Quy hoạch", *[""] * 6]
    _, dossiers, _ = light(tmp_path, _grouped(first, field, _row(1), second, _row(2)))
    assert sorted(dossiers["unit_code"]) == [TRADE, CONSTRUCTION]


@pytest.mark.parametrize(
    "line",
    [
        *(
            "2.Sở Xây dựng",
            "II.Sở Xây dựng",
            "II/ Sở Xây dựng",
            "II- Sở Xây dựng",
            "(II) Sở Xây dựng",
            "B. Sở Xây dựng",
        ),
        *("+ Sở Xây dựng", "▪ Sở Xây dựng", "(II)|Sở Xây dựng", "1-|Sở Xây dựng", "b)|Sở Xây dựng", "B|Sở Xây dựng"),
        *("Sở Xây dựng|2", "II|Sở Xây dựng|2", "II|Sở Xây dựng|(2 hồ sơ)", "Sở Xây dựng||||2 hồ sơ"),
        *("Đơn vị:|Sở Xây dựng", "Cơ quan thực hiện: Sở Xây dựng", "Đơn vị Sở Xây dựng", "Đơn vị - Sở Xây dựng"),
        *("H45.18 - Sở Xây dựng", "000.00.18.H45 Sở Xây dựng", "H45.18|Sở Xây dựng"),
        *("Sở Xây dựng (2 hồ sơ):", "Sở Xây dựng (1,234 hồ sơ)", "Sở Xây dựng [2]", "Sở Xây dựng (Tổng số: 2 hồ sơ)"),
        *('="Sở Xây dựng"', "\u200eSở Xây dựng", "Sở Xây dựng||||||-", "Sở Xây dựng||||||NULL", "Sở Xây dựng||||||0"),
    ],
)
def test_a_group_line_that_is_missed_would_give_its_rows_to_the_unit_above(line: str, tmp_path: Path) -> None:
    cells = [cell.replace('"', '""') for cell in (line.split("|") + [""] * 7)[:7]]
    second = [f'"{cell}"' for cell in cells]
    _, dossiers, _ = light(tmp_path, _grouped(["Sở Công Thương", *[""] * 6], _row(1), second, _row(2)))
    assert sorted(dossiers["unit_code"]) == [TRADE, CONSTRUCTION]


@pytest.mark.parametrize(
    "line",
    [
        *("UBND TỈNH PHÚ YÊN", "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", "Phòng cháy, chữa cháy", "Xã hội", "Quỹ xã hội"),
        *("Trường hợp đúng hạn", "Ban hành kèm theo Quyết định số 12", "Hội tự giải thể", "Sở hữu trí tuệ"),
        *("Cán bộ: Phạm Văn Thử", "|||||Phường 1, thành phố Tuy Hòa", "|||||Sở Công Thương"),
    ],
)
def test_a_line_that_names_no_unit_changes_none(line: str, tmp_path: Path) -> None:
    cells = [f'"{cell}"' for cell in (line.split("|") + [""] * 7)[:7]]
    _, dossiers, _ = light(tmp_path, _grouped([UNIT, *[""] * 6], _row(1), cells, _row(2)))
    assert sorted(dossiers["unit_code"]) == [CONSTRUCTION, CONSTRUCTION]


def test_a_labelled_unit_that_is_unknown_is_not_the_one_above(tmp_path: Path) -> None:
    lines = (["Sở Công Thương", *[""] * 6], _row(1), ["Đơn vị: Tổ dịch vụ số 9", *[""] * 6], _row(2))
    _, dossiers, rejects = light(tmp_path, _grouped(*lines))
    assert set(dossiers["unit_code"]) == {TRADE}
    assert rejects == ["unknown_unit"]


def test_a_filter_above_a_blank_heading_is_no_heading(tmp_path: Path) -> None:
    head = ["", *(cell for cell in HEAD[1:] if cell != "Đơn vị")]
    rows = [["Đơn vị:", UNIT, *[""] * 5], head, _row(1), _row(2)]
    _, dossiers, _ = light(tmp_path, text(rows))
    assert list(dossiers["unit_code"]) == [CONSTRUCTION, CONSTRUCTION]


def test_an_empty_day_of_the_works_end_hides_no_day_of_handing_over(tmp_path: Path) -> None:
    rows = [
        [*HEAD, "Ngày kết thúc xử lý"],
        *([*row(n), end] for n, end in enumerate(["01/01/0001", "Chưa có", "0", ""])),
    ]
    _, dossiers, _ = light(tmp_path, text(rows))
    assert set(dossiers["completed_at"]) == {datetime(2020, 6, 12)}


def test_a_bad_byte_in_a_text_of_plain_letters_is_told_too(tmp_path: Path) -> None:
    head = "MaHoSo,MaTTHC,DonViXuLy,KenhThucHien,NgayTiepNhan,TrangThaiHoSo,ChuHoSo"
    lines = [f"H45-{n:03},1.000255,000.00.18.H45,2,20200610083000,4,A B C D E F" for n in range(60)]
    content = "\n".join([head, *lines]).encode().replace(b"H45-007,", b"H45-\xb507,")
    _, _, cleaning = one(tmp_path, content)
    assert tuple(cleaning.totals[["accepted", "rejected"]]) == (59, 1)
    assert [(doubt["kind"], doubt["details"]) for doubt in _doubts(tmp_path) if doubt["kind"] == "unreadable"] == [
        ("unreadable", [9])
    ]


@pytest.mark.parametrize("quotes", [', "{}"', ',\t"{}"', ' , "{}"'])
def test_blanks_about_quotation_marks_are_no_part_of_a_value(quotes: str, tmp_path: Path) -> None:
    """Also where no two quoted cells stand side by side: else every dossier would count twice."""
    plain = row(1)
    mixed = "".join(quotes.format(cell) if place % 2 else f",{cell}" for place, cell in enumerate(plain))[1:]
    ledger, dossiers, _ = light(tmp_path, text([HEAD]) + mixed + "\r\n" + text([plain]))
    assert tuple(ledger[["accepted", "rejected"]]) == (2, 0)
    assert dossiers["dossier_key"].nunique() == 1


def test_an_unknown_agency_is_not_the_one_above_it_nor_the_titles(tmp_path: Path) -> None:
    content = f"Đơn vị: {UNIT},,,,,,\r\n" + _grouped(_row(1), ["Sở Lạ Hoắc", *[""] * 6], _row(2))
    ledger, dossiers, rejects = light(tmp_path, content)
    assert tuple(ledger[["accepted", "rejected"]]) == (1, 1)
    assert set(dossiers["unit_code"]) == {CONSTRUCTION}
    assert rejects == ["unknown_unit"]


@pytest.mark.parametrize(
    "cell", ['="{}"', "'{}", "\u200b{}", "{}\u00ad", "\u202a{}\u202c", '="  {} "', "{}\ufeff", "\x07{}"]
)
def test_wrappers_and_what_nobody_sees_are_no_part_of_a_value(cell: str, tmp_path: Path) -> None:
    quoted = '"' + cell.format(PROCEDURE).replace('"', '""') + '"'
    code = '"' + cell.format("H45-001").replace('"', '""') + '"'
    ledger, dossiers, _ = light(tmp_path, text([HEAD, row(1, c1=code, c2=quoted), row(1)]))
    assert tuple(ledger[["read", "accepted"]]) == (2, 2)
    assert dossiers["dossier_key"].nunique() == 1, "both are one dossier"


@pytest.mark.parametrize(
    "nothing",
    ["-", "–", "~", ".", "…", "---", "NULL", "(null)", "\\N", "None", "nan", "N/A", "#N/A", '""""', "\u200b", "/ /"],
)
def test_no_value_is_none(nothing: str, tmp_path: Path) -> None:
    ledger, dossiers, _ = light(tmp_path, text([HEAD, row(1, c4=nothing, c6=nothing), row(2), row(3)]))
    assert ledger["rejected"] == 0
    assert dossiers["completed_at"].isna().sum() == 1
    assert list(dossiers["channel"]).count("counter") == 1, "a blank channel is the counter's"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("blank", ["", " "])
def test_the_separator_is_what_cuts_the_heading_row(separator: str, blank: str, tmp_path: Path) -> None:
    """Addresses have more commas than the rows have separators, and some more of every other sign."""
    address = '"Số 1, ngõ 2, phố 3, phường 4, quận 5, a;b|c, 6, 7, 8, 9"'
    rows = [[*HEAD, "Địa chỉ"], *([*row(n), address] for n in range(1, 20))]
    lines = [[f'"{cell}"' if blank and not cell.startswith('"') else cell for cell in cells] for cells in rows]
    ledger, _, _ = light(tmp_path, text(lines, separator + blank))
    assert tuple(ledger[["read", "accepted"]]) == (19, 19)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("ds 2020.10.01.csv", "2020-10-01"),
        ("ds 1-10-2020.csv", "2020-10-01"),
        ("01 10 2020 ds.csv", "2020-10-01"),
        ("ds_202010010830.csv", "2020-10-01"),
        ("ds_20201001083015.csv", "2020-10-01"),
        ("tu 01.01.2020 den 30.09.2020.csv", "2020-09-30"),
        ("QD 766 nam 2020_20201001.csv", "2020-10-01"),
        ("hs_01-07-2020_08-30-00.csv", "2020-07-01"),
        ("hs 01_07_2020 08_30.csv", "2020-07-01"),
        ("hs-2020-07-01-2020.csv", "2020-07-01"),
        ("hs_2020-7-1.csv", "2020-07-01"),
    ],
)
def test_the_day_of_export_in_a_name(name: str, day: str, tmp_path: Path) -> None:
    ledger, _, _ = light(tmp_path, text(THREE), name)
    assert tuple(ledger[["export_date", "export_date_from"]]) == (day, "name")


@pytest.mark.parametrize(
    "name", ["ds.csv", "1.000255 ds.csv", "ho so 12345678.csv", "so 99-99-2020.csv", "0905123456.csv"]
)
def test_what_is_no_day_in_a_name_is_none(name: str, tmp_path: Path) -> None:
    ledger, _, _ = light(tmp_path, text(THREE), name)
    assert ledger["export_date_from"] == "modified"


@pytest.mark.parametrize(
    ("line", "day", "told"),
    [
        ("Ngày xuất: 08:30 05/10/2020", "2020-10-05", "line"),
        ("Ngày xuất dữ liệu: 5/10/2020 08:30:00", "2020-10-05", "line"),
        ("Ngày xuất báo cáo: ngày 5 tháng 10 năm 2020", "2020-10-05", "line"),
        ("Từ 01/07/2020 đến 30/09/2020", "2020-09-30", "period"),
        ("Tháng 9 năm 2020", "2020-09-30", "period"),
        ("BÁO CÁO THÁNG 02/2020", "2020-02-29", "period"),
        ("Quý III năm 2020", "2020-09-30", "period"),
        ("Quý 1/2020", "2020-03-31", "period"),
        ("Năm 2020", "2020-12-31", "period"),
        ("Danh sách hồ sơ năm 2020", "2020-12-31", "period"),
        ("Báo cáo 6 tháng đầu năm 2020", "2020-06-30", "period"),
        ("BÁO CÁO 9 THÁNG NĂM 2020", "2020-09-30", "period"),
        ("Từ tháng 01/2020 đến tháng 06/2020", "2020-06-30", "period"),
        ("Quý I, II và III năm 2020", "2020-09-30", "period"),
        ("Đến ngày 30/09/2020 (so với cùng kỳ đến ngày 30/09/2019)", "2020-09-30", "period"),
        ("đến hết 30/09/2020", "2020-09-30", "period"),
        ("Từ ngày 01/07/2020 - 30/09/2020", "2020-09-30", "period"),
        ("Ngày xuất: Thứ Hai, ngày 05 tháng 10 năm 2020", "2020-10-05", "line"),
        ("Ngày xuất: 2020/10/05", "2020-10-05", "line"),
        ("Ngày xuất – 05/10/2020", "2020-10-05", "line"),
        ("Ngày xuất: 8:30 SA 05/10/2020", "2020-10-05", "line"),
    ],
)
def test_the_day_of_export_above_the_table(line: str, day: str, told: str, tmp_path: Path) -> None:
    ledger, _, _ = light(tmp_path, f'"{line}",,,,,,,\r\n' + text(THREE), "ds.csv")
    assert tuple(ledger[["export_date", "export_date_from"]]) == (day, told)


@pytest.mark.parametrize(
    "line",
    [
        *("Phú Yên, ngày … tháng … năm 2020", "Quyết định 766 ngày 14 tháng 5 năm 2020", "Tháng 13/2020"),
        *("Chỉ tiêu năm 2020 theo QĐ 766", "Công văn đến ngày 14/5/2020", "Ngày xuất: 6/10/2020 8:30 AM"),
    ],
)
def test_the_day_of_a_document_is_no_period(line: str, tmp_path: Path) -> None:
    ledger, _, _ = light(tmp_path, f'"{line}",,,,,,,\r\n' + text(THREE), "ds.csv")
    assert ledger["export_date_from"] == "modified"


@pytest.mark.parametrize("code", ["3.52E+11", "3,5E+15", "1234567890123456", "3E+11"])
def test_codes_that_a_spreadsheet_cut_are_refused(code: str, tmp_path: Path) -> None:
    _, _, cleaning = one(tmp_path, text([HEAD, row(1, c1=f'"{code}"'), row(2)]))
    assert list(cleaning.rejects["reason"]) == ["cut_dossier_id"]
    assert code not in cleaning.rejects.to_csv()


@pytest.mark.parametrize("code", ["123456789012345", "0000123456789012345", "H45-3E11", "3E+1A", "7E0012", "2E1"])
def test_other_codes_are_not(code: str, tmp_path: Path) -> None:
    ledger, _, _ = light(tmp_path, text([HEAD, row(1, c1=code)]))
    assert ledger["accepted"] == 1


def _legacy(content: str, table: object) -> bytes:
    signs: dict[str, str] = {}
    for old, new in table.pairs:  # type: ignore[attr-defined]
        signs.setdefault(new, old)
    return "".join(signs.get(sign, sign) for sign in content).encode("latin-1")


@pytest.mark.parametrize(("table", "encoding"), [(TCVN3, "tcvn3"), (VNI, "vni")])
def test_fonts_of_before_unicode(table: object, encoding: str, tmp_path: Path) -> None:
    ledger, dossiers, _ = light(tmp_path, _legacy(text(THREE), table))
    assert tuple(ledger[["encoding", "accepted", "rejected"]]) == (encoding, 3, 0)
    assert set(dossiers["channel"]) == {"online"}


def test_a_font_of_before_unicode_whose_units_stay_unknown_is_refused(tmp_path: Path) -> None:
    rows = [HEAD, *(row(n, c3="Sở Không Đâu" if n < 3 else UNIT) for n in range(1, 10))]
    ledger, _, _ = one(tmp_path, _legacy(text(rows), TCVN3))
    assert ledger["status"] == "quarantined"
    assert "bảng mã" in ledger["reason"]


@pytest.mark.parametrize("broken", [b"\xff", b"\xe1\xbb", b"\x00"])
def test_a_byte_that_is_no_letter_costs_its_cell_and_is_told_with_its_row(broken: bytes, tmp_path: Path) -> None:
    rows = [[*HEAD, "Ghi chú"], *([*row(n), "ở Tuy Hòa"] for n in range(1, 30))]
    content = text(rows).encode()
    place = content.index("ở Tuy".encode(), 900)
    _, _, cleaning = one(tmp_path, content[:place] + broken + content[place:])
    assert tuple(cleaning.totals[["accepted", "rejected"]]) == (29, 0)
    (doubt,) = [one for one in _doubts(tmp_path) if one["kind"] == "unreadable"]
    assert doubt["details"] == [content[:place].count(b"\n") + 1]


def _doubts(home: Path) -> list[dict[str, object]]:
    return list(json.loads((home / "processed/clean.json").read_text(encoding="utf-8"))["doubts"])


def test_without_a_column_of_states_the_run_warns(tmp_path: Path) -> None:
    ledger, _, _ = one(tmp_path, text([cells[:-1] for cells in THREE]))
    assert "status" in ledger["missing"].split(", ")
    assert [(doubt["kind"], doubt["files"]) for doubt in _doubts(tmp_path)] == [("no_status", ["xuat_20200930.csv"])]


def test_the_ledger_names_what_was_not_read_as_far_as_it_may(tmp_path: Path) -> None:
    rows = [[*cells, "x", "y"] for cells in THREE]
    rows[0][-2:] = ["Số điện thoại", "Nguyễn Văn Thử 0905"]
    ledger, _, _ = one(tmp_path, text(rows))
    assert ledger["unread"] == "STT; Số điện thoại; xxxxxx xxx xxx 9999"
    assert {"due_at", "level", "applicant", "source"} <= set(ledger["missing"].split(", "))


def test_files_whose_modification_dates_alone_order_them_are_named(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, rows in (("a.csv", THREE), ("b.csv", THREE[:2]), ("c.csv", [HEAD, row(9)]), ("d_20200930.csv", THREE)):
        (raw / name).write_text(text(rows), encoding="utf-8")
    clean(raw, tmp_path)
    assert [(doubt["kind"], doubt["files"]) for doubt in _doubts(tmp_path)] == [("modified_alone", ["a.csv", "b.csv"])]


def test_what_the_run_before_had_and_this_one_has_not_is_told(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, rows in (("a_20200930.csv", THREE), ("b_20200930.csv", [HEAD, row(8), row(9)])):
        (raw / name).write_text(text(rows), encoding="utf-8")
    clean_exports(raw, REFERENCES, tmp_path / "processed", jobs=1)
    assert _doubts(tmp_path) == []
    (raw / "b_20200930.csv").unlink()
    clean_exports(raw, REFERENCES, tmp_path / "processed", jobs=1)
    assert [(one["kind"], one["files"], one["details"]) for one in _doubts(tmp_path)] == [
        ("gone_files", ["b_20200930.csv"], []),
        ("gone_dossiers", [], [2]),
    ]
    clean_exports(raw, REFERENCES, tmp_path / "processed", jobs=1)
    assert _doubts(tmp_path) == []


def test_a_dossier_that_moved_to_another_file_is_not_gone_and_one_among_as_many_rows_is(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for numbers in (((1, 2, 3), (8, 9)), ((1, 2, 8), (9, 10))):
        for name, some in zip("ab", numbers, strict=True):
            (raw / f"{name}_20200930.csv").write_text(text([HEAD, *map(row, some)]), encoding="utf-8")
        clean_exports(raw, REFERENCES, tmp_path / "processed", jobs=1)
    assert [(one["kind"], one["files"], one["details"]) for one in _doubts(tmp_path)] == [("gone_dossiers", [], [1])]


def _workbook(rows: list[list[object]], merges: Sequence[str] = ()) -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("DS")
        for number, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if cell != "":
                    sheet.write(number, place, cell)
        for span in merges:
            first = span.split(":")[0]
            column, line = ord(first[0]) - 65, int(first[1:]) - 1
            sheet.merge_range(span, rows[line][column])
    return packed.getvalue()


MERGED: list[list[object]] = [[*HEAD], [*row(1)], [*row(2, c2="", c3="")], [*row(3, c2="", c3="")]]


def _page(rows: list[list[object]]) -> bytes:
    lines = ["".join(f"<th>{cell}</th>" for cell in rows[0])]
    spanned = {2: " rowspan=3", 3: " rowspan='3'"}
    lines.append("".join(f"<td{spanned.get(place, '')}>{cell}</td>" for place, cell in enumerate(rows[1])))
    lines += [
        "".join(f"<td>{cell}</td>" for place, cell in enumerate(cells) if place not in spanned) for cells in rows[2:]
    ]
    return f"<html><table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table></html>".encode()


def _biff(rows: list[list[object]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("DS")
    for number, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            if number and place in (2, 3):
                if number == 1:
                    sheet.write_merge(1, 3, place, place, cell)
            else:
                sheet.write(number, place, cell)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (_workbook(MERGED, ["C2:C4", "D2:D4"]), "a_20200930.xlsx"),
        (_page(MERGED), "a_20200930.xls"),
        (_biff(MERGED), "a_20200930.xls"),
    ],
    ids=["xlsx", "html", "biff"],
)
def test_a_cell_merged_over_rows_holds_its_value_in_each(content: bytes, name: str, tmp_path: Path) -> None:
    ledger, dossiers, _ = light(tmp_path, content, name)
    assert tuple(ledger[["read", "accepted", "rejected"]]) == (3, 3, 0)
    assert set(dossiers["unit_code"]) == {CONSTRUCTION}


def test_a_dossiers_code_merged_over_rows_is_one_rows(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*HEAD], [*row(1)], [*row(2, c1="")]]
    _, _, rejects = light(tmp_path, _workbook(rows, ["B2:B3"]), "a_20200930.xlsx")
    assert rejects == ["missing_dossier_id"]


def _moved(content: bytes, names: dict[str, str], targets: dict[str, str]) -> bytes:
    """The package with parts under other names, and relationships that say so."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        for name in archive.namelist():
            part = archive.read(name)
            if name.endswith(".rels"):
                for old, new in targets.items():
                    part = part.replace(f'"{old}"'.encode(), f'"{new}"'.encode())
            written.writestr(names.get(name, name), part)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("names", "targets"),
    [
        (
            {
                **{"xl/workbook.xml": "so/b.xml", "xl/_rels/workbook.xml.rels": "so/_rels/b.xml.rels"},
                **{"xl/worksheets/sheet1.xml": "trang/một.xml", "xl/sharedStrings.xml": "so/chữ.xml"},
            },
            {
                **{"xl/workbook.xml": "/so/b.xml", "worksheets/sheet1.xml": "../trang/một.xml"},
                **{"sharedStrings.xml": "chữ.xml", "styles.xml": "/xl/styles.xml"},
            },
        ),
        ({"xl/sharedStrings.xml": "xl/t/s.xml"}, {"sharedStrings.xml": "t/s.xml"}),
        ({"xl/worksheets/sheet1.xml": "s.xml"}, {"worksheets/sheet1.xml": "/s.xml"}),
    ],
)
def test_a_workbooks_parts_are_found_by_its_relationships(
    names: dict[str, str], targets: dict[str, str], tmp_path: Path
) -> None:
    content = _workbook([[*cells] for cells in THREE])
    ledger, _, _ = light(tmp_path, _moved(content, names, targets), "a_20200930.xlsx")
    assert tuple(ledger[["read", "accepted"]]) == (3, 3)


def test_cells_that_hold_a_style_alone_hold_nothing_however_far(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        for number, cells in enumerate(THREE):
            sheet.write_row(number, 0, cells)
        sheet.write_blank(1_048_575, 16_383, None, bold)
        sheet.write_blank(500_000, 2_500, None, bold)
    ledger, _, _ = light(tmp_path, packed.getvalue(), "a_20200930.xlsx")
    assert tuple(ledger[["read", "accepted"]]) == (3, 3)


def test_a_far_cell_that_holds_something_is_still_too_far(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        sheet = book.add_worksheet()
        sheet.write(1_048_575, 16_383, "x")
    ledger, _, _ = one(tmp_path, packed.getvalue(), "a_20200930.xlsx")
    assert ledger["status"] == "quarantined"


def test_days_that_a_spreadsheet_swapped_in_part_warn_and_move_no_as_of_day(tmp_path: Path) -> None:
    """5 June became 6 May, 25 June stayed text: days of December are made of those of the 12th."""
    swapped = [datetime(2020, month, 6) for month in (1, 5, 9, 12)]
    rows: list[list[object]] = [[*HEAD]]
    rows += [[*row(n)[:5], day, "", "Đang xử lý"] for n, day in enumerate(swapped)]
    rows += [[*row(n)[:5], "25/06/2020", "", "Đang xử lý"] for n in range(10, 14)]
    _, _, cleaning = one(tmp_path, _workbook(rows), "a_20201231.xlsx")
    (doubt,) = _doubts(tmp_path)
    assert (doubt["kind"], doubt["details"]) == ("swapped", ["Ngày nhận"])
    assert cleaning.latest_day is None


def test_a_table_within_a_cell_of_a_table_of_dossiers_belongs_to_the_cell(tmp_path: Path) -> None:
    papers = "<table><tr><td>Đơn</td><td>1</td><td>bản</td></tr><tr><td>Bản vẽ</td><td>2</td><td>bản</td></tr></table>"
    lines = [[*HEAD, "Thành phần hồ sơ"], *([*cells, papers] for cells in THREE[1:])]
    page = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells in lines)
    ledger, _, _ = light(tmp_path, f"<html><table>{page}</table></html>", "a_20200930.xls")
    assert tuple(ledger[["read", "accepted"]]) == (3, 3)


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
@pytest.mark.parametrize("from_1904", [False, True])
def test_days_that_are_mere_numbers_are_of_the_workbooks_calendar(ending: str, from_1904: bool, tmp_path: Path) -> None:
    serial = 43992 - 1462 * from_1904
    packed = io.BytesIO()
    if ending == "xlsx":
        with xlsxwriter.Workbook(packed, {"date_1904": from_1904}) as book:
            sheet = book.add_worksheet()
            for number, cells in enumerate(THREE):
                sheet.write_row(number, 0, cells if not number else [*cells[:5], serial, "", cells[7]])
    else:
        old = xlwt.Workbook()
        old.dates_1904 = from_1904
        page = old.add_sheet("DS")
        for number, cells in enumerate(THREE):
            for place, cell in enumerate(cells):
                page.write(number, place, serial if number and place == 5 else "" if number and place == 6 else cell)
        old.save(packed)
    _, dossiers, _ = light(tmp_path, packed.getvalue(), f"a_20200930.{ending}")
    assert set(dossiers["received_at"]) == {datetime(2020, 6, 10)}


@pytest.mark.parametrize("shape", ["around", "beside"])
def test_a_table_within_a_layout_table_is_a_table(shape: str, tmp_path: Path) -> None:
    inner = (
        f"<table>{''.join('<tr>' + ''.join(f'<td>{cell}</td>' for cell in cells) + '</tr>' for cells in THREE)}</table>"
    )
    beside = "<td>Bộ lọc<table><tr><td>Từ ngày</td><td>01/06/2020</td></tr></table></td>" if shape == "beside" else ""
    page = f"<html><body><table><tr>{beside}<td><p>DANH SÁCH</p>{inner}</td></tr></table></body></html>"
    ledger, _, _ = light(tmp_path, page, "a_20200930.xls")
    assert tuple(ledger[["read", "accepted"]]) == (3, 3)


def test_a_record_of_text_behind_a_formula_has_no_place() -> None:
    """Its first bytes are a length and letters: taken for row and column they asked for 21 250 columns."""
    from analysis.exports import compound

    assert 0x0207 not in compound._CELLS


def _titled(*titles: Row) -> str:
    head = [cell for cell in HEAD if cell != "Đơn vị"]
    return text([*([*title, *[""] * (7 - len(title))] for title in titles), head, _row(1), _row(2)])


@pytest.mark.parametrize(
    "titles",
    [
        [["SỞ XÂY DỰNG"]],
        [["DANH SÁCH HỒ SƠ"], ["Sở Xây dựng"]],
        [["DANH SÁCH HỒ SƠ"], ["H45.18"], ["Từ ngày 01/06/2020 đến ngày 30/06/2020"]],
        [["UBND TỈNH PHÚ YÊN", "", "CỘNG HÒA XÃ HỘI"], ["Sở Xây dựng"] * 7, ["Ngày xuất: 30/09/2020"]],
    ],
)
def test_a_unit_alone_above_the_headings_is_that_of_the_rows(titles: list[Row], tmp_path: Path) -> None:
    _, dossiers, _ = light(tmp_path, _titled(*titles))
    assert list(dossiers["unit_code"]) == [CONSTRUCTION, CONSTRUCTION]


@pytest.mark.parametrize(
    "titles",
    [
        [["SỞ XÂY DỰNG"], ["DANH SÁCH HỒ SƠ"]],
        [["Sở Xây dựng"], ["Người lập biểu", "Sở Y tế"]],
        [["Sở Không Có"]],
    ],
)
def test_a_letterhead_says_not_whose_the_rows_are(titles: list[Row], tmp_path: Path) -> None:
    ledger, _, _ = one(tmp_path, _titled(*titles))
    assert ledger["status"] == "quarantined"
    assert "Đơn vị" in ledger["reason"] or "Cơ quan" in ledger["reason"]


UPPER = ["STT", "Hồ sơ", "", "Đơn vị", "Hình thức nộp", "Ngày", "", "Trạng thái"]
LOWER = ["", "Mã hồ sơ", "Mã TTHC", "", "", "tiếp nhận", "trả kết quả", ""]


def test_headings_in_two_parts_are_joined(tmp_path: Path) -> None:
    _, dossiers, _ = light(tmp_path, text([UPPER, LOWER, *THREE[1:]]))
    assert set(dossiers["completed_at"]) == {datetime(2020, 6, 12)}
    assert set(dossiers["received_at"]) == {datetime(2020, 6, 10)}


def test_headings_in_two_parts_under_merged_cells_are_joined(tmp_path: Path) -> None:
    down = [f"{letter}1:{letter}2" for letter in "ADEH"]
    ledger, dossiers, _ = light(
        tmp_path, _workbook([UPPER, LOWER, *THREE[1:]], [*down, "B1:C1", "F1:G1"]), "a_20200930.xlsx"
    )
    assert tuple(ledger[["read", "accepted"]]) == (3, 3)
    assert set(dossiers["completed_at"]) == {datetime(2020, 6, 12)}


@pytest.mark.parametrize("mark", [b"\xff\xfe", b""])
def test_half_a_character_in_utf_16_costs_its_cell(mark: bytes, tmp_path: Path) -> None:
    rows = [HEAD, *(row(number, c7="Đã trả kết quả") for number in range(1, 40))]
    data = text(rows).encode("utf-16-le")
    place = data.index("H45-020".encode("utf-16-le"))
    ledger, _, rejects = light(tmp_path, mark + data[:place] + b"\x00\xdc" + data[place + 2 :])
    assert tuple(ledger[["read", "accepted", "rejected"]]) == (39, 38, 1)
    assert rejects == ["missing_dossier_id"]


def test_a_text_in_utf_16_that_ends_within_a_character_is_damaged(tmp_path: Path) -> None:
    ledger, _, _ = one(tmp_path, text(THREE).encode("utf-16")[:-1])
    assert ledger["status"] == "quarantined"
