"""A catalogue drafted from exports holds what rows say often enough, and no person's name."""

from pathlib import Path

import pytest
from support.folders import write_reference
from support.small_exports import UNITS
from support.small_run import call_here

from analysis import cli
from analysis.dossiers.stage import clean_exports
from analysis.preparation.catalogue_draft import draft
from analysis.reference.tables import load_reference

HEAD = "Mã hồ sơ,Mã TTHC,Tên thủ tục,Đơn vị,Hình thức nộp,Ngày tiếp nhận,Mức độ"
EMPTY = "procedure_code,procedure_name,field,tier,unit_code,level,valid_from,valid_to\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = write_reference(tmp_path / "reference", UNITS, [{"x": ""}])
    (folder / "catalogue.csv").write_text(EMPTY, encoding="utf-8")
    rows = [HEAD]
    for number in range(1, 13):  # one level, one tier below
        rows.append(f"a{number},1.000011.000.00.00.H45,Cấp phép,Sở Xây dựng,Trực tuyến,{number:02}/03/2020,Mức độ 3")
        rows.append(f"b{number},1.000012,Khai sinh,Xã Xuân Lãnh,Trực tiếp,{number:02}/03/2020,4")
    for number in range(1, 7):  # raised in July
        rows.append(f"c{number},1.000013,Nâng mức,Sở Y tế,Trực tuyến,{number:02}/05/2020,3")
        rows.append(f"d{number},1.000013,Nâng mức,Sở Y tế,Trực tuyến,{number:02}/07/2020,4")
        rows.append(f"e{number},1.000014,Lẫn lộn,Sở Y tế,Trực tuyến,{number:02}/05/2020,{3 + number % 2}")
    rows.append("f1,1.000015,Nguyễn Văn Thử,Sở Y tế,Trực tuyến,01/05/2020,3")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/xuat-20200731.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "raw/hong.xlsx").write_bytes(b"PK")
    return tmp_path


def test_levels_that_follow_each_other_get_a_line_each_and_mixed_ones_none(home: Path) -> None:
    listed, told, silent = draft(home / "raw", load_reference(home / "reference"), 1)
    assert [
        (one.procedure_code, one.procedure_name, one.tier, one.unit_code, one.level, str(one.valid_from))
        for one in listed
    ] == [
        ("1.000011.000.00.00.H45", "Cấp phép", "province", "H45.18", "3", "None"),
        ("1.000012", "Khai sinh", "commune", "", "4", "None"),
        ("1.000013", "Nâng mức", "province", "H45.19", "3", "None"),
        ("1.000013", "Nâng mức", "province", "H45.19", "4", "2020-07-01"),
        ("1.000015", "1.000015", "province", "H45.19", "3", "None"),
    ]
    assert [(reason, text) for _, reason, text in told] == [("mixed_levels", "1.000014 (3: 3, 4: 3)")]
    assert [file for file, _ in silent] == ["hong.xlsx"]


def test_the_command_writes_it_and_every_row_is_measured(home: Path) -> None:
    done = call_here(["catalogue", "draft", "--raw", "raw", "--reference", "reference"], home)
    assert done.returncode == cli.DOUBTFUL, done.stderr
    assert "hong.xlsx" in done.stderr
    reference = load_reference(home / "reference")
    assert reference.drafted
    assert not reference.illustrative
    files = clean_exports(home / "raw", reference, home / "processed", home / "work", jobs=1).files
    assert files.set_index("file").loc["xuat-20200731.csv", "accepted"] == 43
    assert "Nguyễn" not in (home / "reference/catalogue.csv").read_text(encoding="utf-8-sig")
