"""Lists that people made for themselves are understood after one sitting of questions, whatever is unknown in them."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from support.folders import REFERENCE
from support.in_process import looking_in_this_process
from support.small_run import call_here

from analysis.dossiers.guessing import guess
from analysis.dossiers.inspection import inspect
from analysis.dossiers.lookups import make_lookups
from analysis.language.texts import Language
from analysis.reference.tables import load_reference

OWN = ["TT", "Số biên nhận", "Nơi giải quyết", "Nội dung (tên TTHC)", "Chỗ ở", "Nộp bằng", "Ngày nhận", "Kết quả"]
PLACES = ["UBND X. Hòa Kiến", "UBND X. An Phú", "UBND P. Phú Lâm"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "raw").mkdir()
    shutil.copytree(REFERENCE, tmp_path / "reference")
    with looking_in_this_process():
        yield tmp_path


def _rows(count: int = 30) -> list[list[str]]:
    """Of three communes; where people live is another place in each row, as addresses are."""
    return [
        [
            *(str(n), f"{n:03}/BN-2020", PLACES[n % 3], "Đăng ký khai sinh"),
            *(f"Số {n}, Thôn {n}, Thành phố Tuy Hòa", "1 cửa" if n % 2 else "Qua cổng", f"{1 + n % 28:02}/07/2020"),
            "Đang giải quyết" if n % 3 else "Xong sớm",
        ]
        for n in range(1, count + 1)
    ]


def _book(path: Path, *sheets: list[list[str]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        for number, rows in enumerate(sheets, 7):
            page = book.add_worksheet(f"Thang {number}")
            for line, row in enumerate(rows):
                page.write_row(line, 0, row)


def _check(home: Path, monkeypatch: pytest.MonkeyPatch, answers: dict[str, str]) -> list[str]:
    """The questions; the answer to each is that of the first part that stands in it."""
    asked: list[str] = []

    class Reader:
        def readline(self) -> str:
            question = shown.pop() if shown else ""
            asked.append(question)
            return next((answer for part, answer in answers.items() if part in question), "") + "\n"

    shown: list[str] = []
    monkeypatch.setattr("analysis.cli.preparing.say", shown.append)
    monkeypatch.setattr(sys, "stdin", Reader())
    folders = ["--raw", str(home / "raw"), "--reference", str(home / "reference"), "--jobs", "1"]
    call_here(["check", "--apply", *folders], home)
    return asked


def _accepted(home: Path) -> list[int]:
    return inspect(home / "raw", load_reference(home / "reference"), 1, Language()).files["accepted"].tolist()


ANSWERS = {
    **{"«Nơi giải quyết»": "c", "(tên TTHC)": "c", "«Nộp bằng»": "hình thức tiếp nhận", "«Kết quả»": "c"},
    **{"«UBND ": "c", "«Xong sớm»": "đã giải quyết", "hình thức nộp": "trực tiếp", "Ghi như trên": "c"},
}


def test_what_is_unknown_once_a_heading_is_known_is_asked_in_the_same_sitting(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _book(home / "raw/so_20200930.xlsx", [OWN, *_rows()])
    asked = _check(home, monkeypatch, ANSWERS)
    assert _accepted(home) == [30]
    assert any("«Xong sớm»" in question for question in asked), "a state, under a heading that was not read before"
    assert not any("Chỗ ở" in question for question in asked), "where people live is nobody's unit"
    assert sum("Ghi như trên" in question for question in asked) == 1
    assert len(asked) == len({*asked}), "nothing is asked twice"


def test_nothing_is_written_where_the_last_question_is_denied(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _book(home / "raw/so_20200930.xlsx", [OWN, *_rows()])
    before = (home / "reference/vocabulary.toml").read_bytes()
    _check(home, monkeypatch, ANSWERS | {"Ghi như trên": ""})
    assert (home / "reference/vocabulary.toml").read_bytes() == before


def test_a_value_that_stands_on_several_sheets_is_asked_for_once_and_by_its_sheet(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = _rows()
    _book(home / "raw/so_20200930.xlsx", [OWN, *rows], [OWN, rows[3], *rows[:20]])
    asked = _check(home, monkeypatch, ANSWERS)
    assert sum("9 xxx (so_20200930.xlsx: 2 [1])" in question for question in asked) == 1
    assert _accepted(home) == [30, 21]


LETTERHEAD = [["UBND HUYỆN TUY AN", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], ["SỔ THEO DÕI QUÝ 3 NĂM 2020"]]


def test_a_letterhead_says_whose_dossiers_they_are_where_somebody_confirms_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ["Số hồ sơ", "Tên thủ tục", "Hình thức nộp", "Ngày nhận"]
    rows = [[f"TA-{n:03}", "Đăng ký kết hôn", "Trực tiếp", f"{n:02}/07/2020"] for n in range(1, 21)]
    _book(home / "raw/so_20200930.xlsx", [*LETTERHEAD, own, *rows])
    assert inspect(home / "raw", load_reference(home / "reference"), 1, Language()).files["status"].tolist() == [
        "quarantined"
    ]
    asked = _check(home, monkeypatch, {"phía trên bảng ghi": "c", "Ghi như trên": "c"})
    (question,) = (one for one in asked if "phía trên bảng ghi" in one)
    assert "Hồ sơ trong tệp là của Huyện Tuy An (H45.24), như dòng «UBND HUYỆN TUY AN» phía trên bảng ghi?" in question
    assert 'letterhead = ["UBND HUYỆN TUY AN"]' in (home / "reference/vocabulary.toml").read_text("utf-8")
    found = inspect(home / "raw", load_reference(home / "reference"), 1, Language())
    assert found.files["read"].tolist() == [20]
    assert found.rows["unit"].unique().tolist() == ["UBND HUYỆN TUY AN"]


def test_a_letterhead_is_asked_for_also_over_lines_of_fields(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = ["Số hồ sơ", "Tên thủ tục", "Hình thức nộp", "Ngày nhận"]
    rows = [[f"TA-{n:03}", "Đăng ký kết hôn", "Trực tiếp", f"{n:02}/07/2020"] for n in range(1, 21)]
    lines = [["I. Lĩnh vực Hộ tịch"], *rows[:12], ["II. Lĩnh vực Xây dựng, đô thị"], *rows[12:]]
    _book(home / "raw/so_20200930.xlsx", [*LETTERHEAD, own, *lines])
    asked = _check(home, monkeypatch, {"phía trên bảng ghi": "c", "Ghi như trên": "c"})
    (question,) = (one for one in asked if "phía trên bảng ghi" in one)
    assert "là của Huyện Tuy An" in question
    found = inspect(home / "raw", load_reference(home / "reference"), 1, Language())
    assert found.files["read"].tolist() == [20]
    assert found.rows["unit"].unique().tolist() == ["UBND HUYỆN TUY AN"]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Thủ tục hành chính", "1.000255.000.00.00.H45 - Lấy ý kiến về hồ sơ"),
        ("Tên thủ tục", "1.000255 – Lấy ý kiến về hồ sơ"),
        ("Mã TTHC", "1.000255: Lấy ý kiến về hồ sơ"),
        ("Tên TTHC", "Lấy ý kiến về hồ sơ (1.000255)"),
    ],
)
def test_a_code_may_stand_beside_the_name_in_one_cell(home: Path, heading: str, cell: str) -> None:
    own = ["Mã hồ sơ", heading, "Đơn vị", "Hình thức nộp", "Ngày nhận"]
    rows = [[f"HS-{n:03}", cell, "Sở Xây dựng", "Trực tiếp", f"{n:02}/07/2020"] for n in range(1, 21)]
    _book(home / "raw/so_20200930.xlsx", [own, *rows])
    assert _accepted(home) == [20]


@pytest.mark.parametrize(
    ("text", "unit"),
    [("TT Chí Thạnh", "Thị trấn Chí Thạnh"), ("TX Sông Cầu", "Thị xã Sông Cầu"), ("H. Tuy An", "Huyện Tuy An")],
)
def test_the_letters_of_a_kind_tell_which_of_two_places_of_one_name(home: Path, text: str, unit: str) -> None:
    """A district and the town in it often have one name."""
    lookups = make_lookups(load_reference(home / "reference"))
    both = lookups.units | {"huyện chí thạnh": "X1", "huyện sông cầu": "X2", "thị trấn tuy an": "X3"}
    names = dict(zip(load_reference(home / "reference").units["unit_name"], lookups.tiers, strict=True))
    assert guess("unit", text, replace(lookups, units=both), (), ()).proposal == names[unit]


def test_a_procedure_has_other_names_where_somebody_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is never taken for one that is like it; that it is the same is asked."""
    catalogue = load_reference(home / "reference").catalogue
    own = ["Mã hồ sơ", "Tên thủ tục", "Đơn vị", "Hình thức nộp", "Ngày nhận"]
    (line,) = catalogue[catalogue["procedure_key"] == "1.000255"].drop_duplicates("procedure_key").to_dict("records")
    short = " ".join(line["procedure_name"].split()[-4:])
    names = [short if n % 2 else "Giấy tờ nhà" for n in range(1, 21)]
    rows = [[f"HS-{n:03}", names[n - 1], "Sở Xây dựng", "Trực tiếp", f"{n:02}/07/2020"] for n in range(1, 21)]
    _book(home / "raw/so_20200930.xlsx", [own, *rows])
    assert _accepted(home) == [0]
    answers = {f"«{short}»": "1.000255", "«Giấy tờ nhà»": "1.000255.000.00.00.H45", "Ghi như trên": "c"}
    asked = _check(home, monkeypatch, answers)
    assert any(f"«{short}»" in one and f"{line['procedure_name']} (1.000255)" in one for one in asked)
    assert any("tên thủ tục" in one and "«Giấy tờ nhà»" in one for one in asked), "also what is like none"
    assert _accepted(home) == [20]
    assert load_reference(home / "reference").vocabulary.procedures == dict.fromkeys((short, "giấy tờ nhà"), "1.000255")


def test_where_people_live_is_no_unit_though_places_repeat(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight hamlets of a district, before the column of units: neither the column nor its cells are proposed."""
    own = ["Mã hồ sơ", "Mã TTHC", "Nơi cư trú", "Đơn vị thụ lý", "Hình thức nộp", "Ngày nhận"]
    rows = [
        [
            f"HS-{n:03}",
            "1.000255",
            f"Thôn {n % 8}, huyện Tuy An",
            "Sở Xây Dựnng",
            "Trực tiếp",
            f"{1 + n % 28:02}/07/2020",
        ]
        for n in range(1, 61)
    ]
    _book(home / "raw/so_20200930.xlsx", [own, *rows])
    asked = _check(home, monkeypatch, {"«Đơn vị thụ lý»": "c", "«Sở Xây Dựnng»": "c", "Ghi như trên": "c"})
    assert not any("cư trú" in one or "Thôn" in one or "9, xxxx" in one or "xxxx 9" in one for one in asked)
    assert _accepted(home) == [60]


@pytest.mark.parametrize("text", ["Phòng ĐKKD tỉnh Phú Yên", "Thôn 8, huyện Tuy An"])
def test_a_unit_of_another_kind_is_not_proposed(home: Path, text: str) -> None:
    lookups = make_lookups(load_reference(home / "reference"))
    assert guess("unit", text, lookups, (), ()).proposal == ""


def test_a_heading_that_is_never_read_is_asked_for_once_in_a_life(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [[*row, "Nhanh" if n % 2 else "Chậm"] for n, row in enumerate(_rows())]
    _book(home / "raw/so_20200930.xlsx", [[*OWN, "Tốc độ"], *rows])
    asked = _check(home, monkeypatch, {"xlsx: I)": "x", **ANSWERS})
    assert any("xlsx: I)" in question and "Không bao giờ đọc: x." in question for question in asked)
    assert 'never = ["Tốc độ"]' in (home / "reference/vocabulary.toml").read_text("utf-8")
    assert not any("xlsx: I)" in question for question in _check(home, monkeypatch, {}))


def test_ticks_under_the_ways_of_filing_tell_the_way(home: Path) -> None:
    own = ["Mã hồ sơ", "Mã TTHC", "Đơn vị", "Trực tuyến", "Trực tiếp", "BCCI", "Ngày nhận"]
    ways = [["x", "", ""], ["", "X", ""], ["", "", "x"], ["", "x", ""]]
    rows = [[f"HS-{n:03}", "1.000255", "Sở Xây dựng", *ways[n % 4], f"{1 + n % 28:02}/07/2020"] for n in range(1, 41)]
    foot = [
        ["", "Cộng", "", "10", "20", "10"],
        *(["", "", "", "", text] for text in ("Tuy Hòa, ngày 30/9/2020", "Chủ tịch")),
    ]
    sums = [["Cơ quan", "Trực tuyến", "Trực tiếp"], ["Sở Xây dựng", "10", "20"], ["Sở Tư pháp", "3", "4"]]
    _book(home / "raw/so_20200930.xlsx", [own, *rows, *foot], sums)
    found = inspect(home / "raw", load_reference(home / "reference"), 1, Language())
    assert found.files["accepted"].tolist() == [40]
    headings = dict(zip(found.columns["column"], found.columns["heading"], strict=True))
    assert headings["channel"] == "Trực tuyến / Trực tiếp / BCCI"
    assert found.rows["channel"].tolist()[:4] == ["Trực tiếp", "BCCI", "Trực tiếp", "Trực tuyến"]


def test_two_groups_of_ticks_side_by_side_are_two(home: Path) -> None:
    ways, ends = ["Trực tiếp", "Trực tuyến", "BCCI"], ["Đúng hạn", "Đang giải quyết", "Công dân rút"]
    own = ["Mã hồ sơ", "Mã TTHC", "Đơn vị", "Ngày nhận", *ways, *ends]
    rows = [
        [f"HS-{n:03}", "1.000255", "Sở Xây dựng", "02/07/2020"]
        + ["x" if n % 3 == way else "" for way in range(3)]
        + ["x" if n // 3 % 3 == end else "" for end in range(3)]
        for n in range(1, 61)
    ]
    _book(home / "raw/so_20200930.xlsx", [own, *rows])
    found = inspect(home / "raw", load_reference(home / "reference"), 1, Language())
    headings = dict(zip(found.columns["column"], found.columns["heading"], strict=True))
    assert headings["channel"] == " / ".join(ways)
    assert headings["status"] == " / ".join(ends)
    assert found.rows["channel"].tolist()[:3] == ["Trực tuyến", "BCCI", "Trực tiếp"]
    assert found.rows["status"].tolist()[2:4] == ["Đang giải quyết"] * 2
    assert set(found.unknown["kind"]) == {"status"}, "what the other ticks mean is asked"


def test_a_column_of_ticks_alone_is_proposed_for_nothing(home: Path) -> None:
    own = ["Mã hồ sơ", "Mã TTHC", "Đơn vị", "Ngày nhận", "Công dân rút"]
    rows = [[f"HS-{n:03}", "1.000255", "Sở Xây dựng", "02/07/2020", "x" if n % 5 else ""] for n in range(1, 41)]
    _book(home / "raw/so_20200930.xlsx", [own, *rows])
    found = inspect(home / "raw", load_reference(home / "reference"), 1, Language())
    assert [one for one in found.proposals if one.text == "Công dân rút"] == []


def test_two_ticks_in_a_row_are_no_way_that_is_known(home: Path) -> None:
    own = ["Mã hồ sơ", "Mã TTHC", "Đơn vị", "Trực tuyến", "Trực tiếp", "Ngày nhận"]
    rows = [[f"HS-{n:03}", "1.000255", "Sở Xây dựng", "x", "x" if n == 1 else "", "02/07/2020"] for n in range(1, 41)]
    _book(home / "raw/so_20200930.xlsx", [own, *rows])
    found = inspect(home / "raw", load_reference(home / "reference"), 1, Language())
    assert found.files["accepted"].tolist() == [39]
    assert "channel" in set(found.unknown["kind"])
