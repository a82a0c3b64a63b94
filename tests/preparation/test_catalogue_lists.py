"""Lists of procedures as others write them become catalogue lines; what cannot is told with its place."""

import csv
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from support.folders import write_reference
from support.small_exports import UNITS
from support.small_run import call_here

from analysis import cli
from analysis.dossiers.lookups import make_lookups
from analysis.language.problems import ExportProblem
from analysis.language.texts import Language
from analysis.preparation.catalogue_file import Made, make_catalogue, write_catalogue
from analysis.preparation.catalogue_lists import read_code, read_lists
from analysis.reference.catalogue_words import load_catalogue_words
from analysis.reference.tables import load_reference

THERE = {
    **{"procedure_code": "1.000001", "procedure_name": "Thủ tục cũ", "field": "Cũ", "tier": "commune"},
    **{"unit_code": "", "level": "2", "valid_from": "2019-01-01", "valid_to": ""},
}
FIRST_DAY = date(2020, 1, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_reference(tmp_path / "reference", UNITS, [THERE])


def made_of(folder: Path, *paths: Path) -> Made:
    reference = load_reference(folder)
    lists = read_lists([*paths], make_lookups(reference), load_catalogue_words(folder))
    return make_catalogue(lists.taken, lists.told, reference, FIRST_DAY)


def lines(made: Made) -> set[tuple[str, ...]]:
    """Code, tier, department, level and days of what is not kept."""
    table = made.table[made.table["procedure_code"] != "1.000001"]
    return set(
        table[["procedure_code", "tier", "unit_code", "level", "valid_from", "valid_to"]].itertuples(
            index=False, name=None
        )
    )


def reasons(made: Made) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for place, reason, _ in made.told:
        told.setdefault(reason, []).append(place)
    return told


def write_text(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_a_provinces_list_with_marks_under_a_merged_heading(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "danh-muc-tinh.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("DM")
        sheet.write("A1", "DANH MỤC THỦ TỤC HÀNH CHÍNH")
        above = ["STT", "Mã TTHC", "Tên TTHC", "Cấp thực hiện", "Cơ quan thực hiện"]
        for column, text in enumerate(above):
            sheet.merge_range(2, column, 3, column, text)
        sheet.merge_range("F3:H3", "Mức độ DVC")
        sheet.write_row("F4", ["Toàn trình", "Một phần", "Cung cấp thông tin"])
        sheet.write_row("I3", ["TRẠNG THÁI"])
        sheet.write("A5", "I. Lĩnh vực: Xây dựng")
        rows = [
            (1, "1.001111", "Cấp phép A", "Cấp tỉnh", "Sở Xây dựng", "X", "", "", "Công khai"),
            (2, "1.001112", "Cấp phép B", "Cấp huyện, cấp xã", "", "", "x", "", "Công khai"),
            (3, "1.001113", "Cấp phép C", "Cấp tỉnh", "SXD", "", "", "X", "Hết hiệu lực"),
            (4, "1.001114", "Cấp phép D", "Cấp tỉnh", "Sở Không Có", "X", "", "", "Công khai"),
            (5, "1.001115", "Cấp phép Đ", "Cấp tỉnh", "Sở Y tế", "X", "X", "", "Công khai"),
            (6, "1.001116", "Cấp phép E", "Cấp Bộ", "", "X", "", "", "Công khai"),
        ]
        for number, row in enumerate(rows, 5):
            sheet.write_row(number, 0, row)
    made = made_of(folder, path)
    assert lines(made) == {
        ("1.001111", "province", "H45.18", "4", "2020-01-01", ""),
        ("1.001112", "district", "", "3", "2020-01-01", ""),
        ("1.001112", "commune", "", "3", "2020-01-01", ""),
    }
    assert set(made.table.loc[made.table["procedure_code"] == "1.001112", "field"]) == {"Xây dựng"}
    assert reasons(made) == {
        "ended": ["danh-muc-tinh.xlsx (DM):8"],
        "unknown_unit": ["danh-muc-tinh.xlsx (DM):9"],
        "unknown_level": ["danh-muc-tinh.xlsx (DM):10"],
        "other_tier": ["danh-muc-tinh.xlsx (DM):11"],
        "no_unit": ["danh-muc-tinh.xlsx (DM):9"],
    }
    assert (made.added, made.changed, made.kept, made.clear) == (3, 0, 1, False)


def test_a_national_list_without_levels_is_completed_by_another(folder: Path, tmp_path: Path) -> None:
    national = write_text(
        tmp_path / "quoc-gia.csv",
        "Mã TTHC,Tên TTHC,Lĩnh vực,Đối tượng,Cơ quan công khai,Cấp thực hiện,Tình trạng,QĐ Công bố",
        "2.002.400.000.00.00.H45,Khai sinh,Hộ tịch,Công dân,UBND tỉnh Phú Yên,Cấp xã,Còn hiệu lực,12/QĐ",
        "2002638,Khai tử,Hộ tịch,Công dân,UBND tỉnh Phú Yên,Cấp xã,Còn hiệu lực,12/QĐ",
        "2.00,Không đọc được,Hộ tịch,Công dân,UBND tỉnh Phú Yên,Cấp xã,Còn hiệu lực,12/QĐ",
    )
    alone = made_of(folder, national)
    assert lines(alone) == set()
    assert reasons(alone)["no_level"] == ["quoc-gia.csv:2", "quoc-gia.csv:3"]
    levels = write_text(tmp_path / "muc-do.csv", "Mã TTHC;Mức độ;Ghi chú", "2.002400;Mức độ 4;a", "2.002638;3;b")
    both = made_of(folder, national, levels)
    assert lines(both) == {
        ("2.002400.000.00.00.H45", "commune", "", "4", "2020-01-01", ""),
        ("2.002638", "commune", "", "3", "2020-01-01", ""),
    }
    assert set(reasons(both)) == {"repaired", "bad_code"}
    assert set(both.table["procedure_name"]) == {"Thủ tục cũ", "Khai sinh", "Khai tử"}


def test_a_level_is_that_of_the_lines_own_tier(folder: Path, tmp_path: Path) -> None:
    path = write_text(
        tmp_path / "hai-cap.csv",
        "STT,Mã TTHC,Tên TTHC,Cấp thực hiện,Mức độ",
        "1,1.005001,Một,Cấp huyện,3",
        "2,1.005001,Một,Cấp xã,4",
        "3,1.005001,Một,Cấp xã,",
        "4,1.005001,Một,,",
    )
    made = made_of(folder, path)
    assert {(tier, level) for _, tier, _, level, *_ in lines(made)} == {("district", "3"), ("commune", "4")}
    assert made.told == []


def test_levels_follow_each_other_where_days_say_so_and_else_are_set_aside(folder: Path, tmp_path: Path) -> None:
    path = write_text(
        tmp_path / "phu-luc.csv",
        "STT;Mã thủ tục;Tên thủ tục;Cấp;Mức độ;Ngày có hiệu lực",
        "1;1.002001;Một;Cấp xã;Mức độ 3;",
        "2;1.002001;Một;Cấp xã;Mức độ 4;01/07/2020",
        "3;1.002002;Hai;Cấp xã;Mức độ 3;",
        "4;1.002002;Hai;Cấp xã;Mức độ 4;",
        "5;1.002003;Ba;Cấp xã;Mức độ 4;32/07/2020",
    )
    made = made_of(folder, path)
    assert lines(made) == {
        ("1.002001", "commune", "", "3", "2020-01-01", "2020-07-01"),
        ("1.002001", "commune", "", "4", "2020-07-01", ""),
    }
    assert reasons(made) == {"bad_day": ["phu-luc.csv:6"], "two_levels": ["phu-luc.csv:4"]}


def test_units_and_tiers_may_stand_in_lines_of_their_own(folder: Path, tmp_path: Path) -> None:
    path = write_text(
        tmp_path / "nhom.csv",
        "STT,Mã TTHC,Tên TTHC,Mức độ",
        "I. Sở Xây dựng,,,",
        "1,1.003001,Một,3",
        "II. Sở Y tế,,,",
        "1,1.003002,Hai,4",
    )
    assert {(code, unit) for code, _, unit, *_ in lines(made_of(folder, path))} == {
        ("1.003001", "H45.18"),
        ("1.003002", "H45.19"),
    }


def test_an_illustrative_catalogue_makes_way_and_a_real_one_stays(folder: Path, tmp_path: Path) -> None:
    path = write_text(
        tmp_path / "moi.csv", "Mã TTHC,Tên TTHC,Cấp,Mức độ", "1.000001,Mới,Cấp xã,4", "1.000009,Chín,Cấp xã,4"
    )
    made = made_of(folder, path)
    assert (made.added, made.changed, made.kept, made.dropped) == (1, 1, 0, 0)
    text = (folder / "catalogue.csv").read_text(encoding="utf-8")
    (folder / "catalogue.csv").write_text(text.replace(",Cũ,", ",Cũ (minh họa),"), encoding="utf-8")
    assert made_of(folder, path).dropped == 1


def test_it_is_written_as_a_run_reads_it_or_not_at_all(folder: Path, tmp_path: Path) -> None:
    path = write_text(tmp_path / "moi.csv", "Mã TTHC,Tên TTHC,Cấp,Mức độ", '1.000009,"Chín, mười",Cấp xã,4')
    write_catalogue(made_of(folder, path), load_reference(folder))
    reread = load_reference(folder).catalogue
    assert reread["procedure_name"].tolist() == ["Thủ tục cũ", "Chín, mười"]
    assert (folder / "catalogue.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_the_files_own_form_is_read_again_unchanged(folder: Path, tmp_path: Path) -> None:
    """A catalogue by Excel, with ; and days as people write them, is the same catalogue."""
    rows = [
        ["procedure_code", "procedure_name", "field", "tier", "unit_code", "level", "valid_from", "valid_to"],
        ["1.004001", "Một", "A", "province", "H45.18", "3", "01/02/2019", "01/07/2020"],
        ["1.004001", "Một", "A", "province", "H45.18", "4", "01/07/2020", ""],
        ["1.004002", "Hai", "A", "district", "", "2", "01/01/2019", ""],
    ]
    path = tmp_path / "catalogue-excel.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    assert lines(made_of(folder, path)) == {
        ("1.004001", "province", "H45.18", "3", "2019-02-01", "2020-07-01"),
        ("1.004001", "province", "H45.18", "4", "2020-07-01", ""),
        ("1.004002", "district", "", "2", "2019-01-01", ""),
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.001234", ("1.001234", False)),
        ("1.001234.000.00.00.H45", ("1.001234.000.00.00.H45", False)),
        ("2.002.400", ("2.002400", True)),
        ("2002638", ("2.002638", True)),
        ("2002638.0", ("2.002638", True)),
        ("1.00119", ("1.001190", True)),
        ("1,001234", ("1.001234", True)),
        (" 1.001234 ", ("1.001234", False)),
        ("2.002", ("2.002000", True)),
        ("200263", ("", False)),
        ("20026389", ("", False)),
        ("DVC-12", ("", False)),
        ("", ("", False)),
    ],
)
def test_a_code_is_repaired_where_it_can_be_read_in_one_way_alone(text: str, code: tuple[str, bool]) -> None:
    assert read_code(text) == code


def test_a_file_without_codes_is_told_with_the_headings_that_are_wanted(folder: Path, tmp_path: Path) -> None:
    path = write_text(tmp_path / "khac.csv", "Tên,Tuổi,Nơi", "a,1,b")
    with pytest.raises(ExportProblem) as caught:
        made_of(folder, path)
    assert "mã tthc" in caught.value.told(Language()).lower()


def test_the_command_reports_and_writes(folder: Path, tmp_path: Path) -> None:
    path = write_text(tmp_path / "moi.csv", "Mã TTHC,Tên TTHC,Cấp,Mức độ", "1.000009,Chín,Cấp xã,4", "x,Hỏng,Cấp xã,4")
    done = call_here(["catalogue", "import", str(path), "--reference", str(folder)], tmp_path)
    assert done.returncode == cli.DOUBTFUL, done.stderr
    assert "Số dòng đã đọc: 2." in done.stdout
    assert "moi.csv:3 x" in done.stdout
    table = pd.read_csv(folder / "catalogue.csv", dtype=str, encoding="utf-8-sig")
    assert table["procedure_code"].tolist() == ["1.000001", "1.000009"]
