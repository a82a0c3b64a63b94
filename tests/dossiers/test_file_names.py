"""A person's name or number in the name of a file or sheet is told by its shape; usual names stay as they are."""

from pathlib import Path

import pytest
import xlsxwriter
from support.folders import REFERENCE
from support.small_run import call_here

from analysis.dossiers.file_names import FileNames
from analysis.dossiers.stage import clean_exports
from analysis.reference.tables import load_reference

DEFINITIONS = load_reference(REFERENCE)
NAMES = FileNames(DEFINITIONS)


@pytest.mark.parametrize(
    "name",
    [
        *(str(path.relative_to(REFERENCE.parent / "raw")) for path in (REFERENCE.parent / "raw").rglob("*.*")),
        *("ho-so 01-07-2020 xuat 31-12-2020.xls", "ds_20200930083015.csv", "DanhSachHoSo_01072020_30092020.xlsx"),
        *(
            "so-tai-nguyen-va-moi-truong/thang 9 nam 2020.csv",
            "Sở Tài nguyên và Môi trường (1).xlsx",
            "2020.09.30 08.30.csv",
        ),
        *(
            "thi-tran-phu-hoa.csv",
            "Thị trấn Phú Hòa.csv",
            "Báo cáo hồ sơ quý III.xlsx",
            "Hồ sơ tồn.xls",
            "BC-12.csv",
            "hồ.csv",
        ),
        *("H45.18-20200930.csv", "000.00.18.H45_2020.csv", "Sheet1", "DS"),
    ],
)
def test_usual_names_stay(name: str) -> None:
    assert NAMES.told(name) == name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Nguyễn Văn Thử.xlsx", "xxxxxx xxx xxx.xlsx"),
        ("ho-so-nguyen-van-thu-20200930.csv", "ho-so-xxxxxx-xxx-xxx-20200930.csv"),
        ("HoSoNguyenVanThu.csv", "HoSoxxxxxxxxxxxx.csv"),
        ("Trần Thị B/ky-1.csv", "xxxx xxx x/ky-1.csv"),
        ("xuat/LE THI CHU_LÊ THỊ CHỦ.xls", "xuat/LE THI CHU_xx xxx xxx.xls"),
        ("ho so Nguyen Van Thu 0905123456.csv", "ho so xxxxxx xxx xxx 9999999999.csv"),
        ("0905123456.csv", "9999999999.csv"),
        ("sdt 0905 123 456 thang 9.csv", "sdt 9999 999 999 thang 9.csv"),
        ("cccd_054090001234_20200930.xlsx", "cccd_999999999999_20200930.xlsx"),
        ("cmnd 221234567.xlsx", "cmnd 999999999.xlsx"),
        ("thu@vidu.vn.csv", "xxx@xxxx.xx.xxx"),
        ("H45.18-200902-0001.csv", "x99.99-999999-9999.csv"),
    ],
)
def test_what_looks_like_a_person_is_told_by_its_shape(name: str, told: str) -> None:
    assert NAMES.told(name) == told


def test_no_two_files_get_one_name(tmp_path: Path) -> None:
    paths = []
    for name, content in {"0905123456.csv": "a", "0905123457.csv": "b", "0905123458.csv": "a", "ky-1.csv": "c"}.items():
        (tmp_path / name).write_text(content)
        paths.append(tmp_path / name)
    names = NAMES.of(tmp_path, paths, lambda path: path.read_text() * 64)
    assert names == ["9999999999.csv~aaaaaaaa", "9999999999.csv~bbbbbbbb", "9999999999.csv~aaaaaaaa~", "ky-1.csv"]


def test_a_person_in_a_files_and_a_sheets_name_is_in_no_output(tmp_path: Path) -> None:
    raw = tmp_path / "raw/Nguyễn Văn Thử 0905123456"
    raw.mkdir(parents=True)
    head = ["Mã hồ sơ", "Mã TTHC", "Đơn vị", "Hình thức nộp", "Ngày tiếp nhận"]
    with xlsxwriter.Workbook(raw / "Trần Thị Mẫu_20200930.xlsx") as book:
        sheet = book.add_worksheet("Nguyễn Văn Thử")
        sheet.write_row(0, 0, head)
        for number in range(1, 4):
            sheet.write_row(number, 0, [f"H{number}", "1.000255", "Sở Xây dựng", "Fax", f"{number:02}/06/2020"])
    (raw / "nguyen-van-thu.csv").write_text("hỏng", encoding="utf-8")
    processed = tmp_path / "processed"
    clean_exports(tmp_path / "raw", DEFINITIONS, processed, tmp_path / "work", jobs=1)
    done = call_here(["check", "--raw", "raw", "--reference", str(REFERENCE)], tmp_path)
    texts = [path.read_text(encoding="utf-8") for path in processed.iterdir() if path.suffix in (".csv", ".json")]
    assert any("xxxxxx xxx xxx 9999999999/xxxx xxx xxx_20200930.xlsx~" in text for text in texts)
    for text in [*texts, done.stdout, done.stderr]:
        for mark in ("Nguyễn", "Thử", "Trần", "Mẫu", "0905", "nguyen", "thu.csv"):
            assert mark not in text, mark
