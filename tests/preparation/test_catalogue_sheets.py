"""Whose list a sheet holds, of which day and by which decision, is told by the sheet itself or not at all."""

from datetime import date
from pathlib import Path

import pytest
from support.folders import REFERENCE, write_reference
from support.small_exports import UNITS

from analysis.dossiers.lookups import make_lookups
from analysis.exports.reading import read_export
from analysis.preparation.catalogue_lists import listed_sheets
from analysis.preparation.catalogue_sheets import PORTAL, PUBLICATION, Source, decision_in, source_of
from analysis.reference.catalogue_words import load_catalogue_words
from analysis.reference.tables import load_reference

WORDS = load_catalogue_words(REFERENCE)
HEAD = "Mã TTHC;Tên TTHC;Cấp thực hiện"
LINE = "1.001190;A;Cấp xã"
OFFERED = {
    **{"procedure_code": "1.000001", "procedure_name": "A", "field": "x", "tier": "commune", "unit_code": ""},
    **{"level": "3", "valid_from": "2019-01-01", "valid_to": ""},
}


def source(folder: Path, text: str, name: str = "a.csv") -> Source:
    reference = load_reference(write_reference(folder / "reference", UNITS, [OFFERED]))
    path, lookups = folder / name, make_lookups(reference)
    path.write_text(text, encoding="utf-8")
    (sheet,) = listed_sheets(read_export(path, headings=WORDS.headings), name, lookups, WORDS)
    return source_of(sheet, path, WORDS, lookups.vocabulary)


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        (f"Danh sách trên Cổng dịch vụ công;;\n{HEAD}\n{LINE}", "a.csv", PORTAL),
        (f"(Kèm theo Quyết định số 9/QĐ-UBND);;\n{HEAD}\n{LINE}", "a.csv", PUBLICATION),
        (f"{HEAD}\n{LINE}", "DS-thu-tuc-tren-cong_20200930.csv", PORTAL),
        (f"{HEAD}\n{LINE}", "quyet_dinh_cong_bo.csv", PUBLICATION),
        (f"{HEAD};Mức độ\n{LINE};3", "a.csv", PORTAL),
        (f"{HEAD};Tình trạng;QĐ công bố\n{LINE};Còn hiệu lực;9/QĐ-UBND", "a.csv", PUBLICATION),
        (f"{HEAD};Tình trạng\n{LINE};Công khai", "a.csv", PORTAL),
        (f"{HEAD}\nII. Thủ tục bị bãi bỏ;;\n{LINE}", "a.csv", PUBLICATION),
        (f"{HEAD}\n{LINE}", "a.csv", ""),
    ],
)
def test_title_then_name_then_columns_say_whose_list_it_is(tmp_path: Path, text: str, name: str, role: str) -> None:
    assert source(tmp_path, text, name).role == role


@pytest.mark.parametrize(
    ("title", "name", "day"),
    [
        ("Tính đến ngày 30/09/2020", "cong.csv", date(2020, 9, 30)),
        ("Ngày xuất: 28/9/2020", "cong_20200930.csv", date(2020, 9, 28)),
        ("Danh sách", "cong_20200930.csv", date(2020, 9, 30)),
        ("Danh sách", "cong.csv", None),  # the file's own date says nothing
    ],
)
def test_the_portals_day_is_that_of_a_line_or_of_the_name(
    tmp_path: Path, title: str, name: str, day: date | None
) -> None:
    assert source(tmp_path, f"{title};;;\nTrên Cổng;;;\n{HEAD};Mức độ\n{LINE};3", name).day == day


def test_what_is_below_such_a_line_is_repealed_until_another_says_otherwise(tmp_path: Path) -> None:
    lines = [f"1.00000{number};A;Cấp xã" for number in (1, 2, 3)]
    parts = ["I. Thủ tục bị bãi bỏ;;", lines[0], "Lĩnh vực Hộ tịch;;", lines[1], "II. Thủ tục mới ban hành;;", lines[2]]
    title = "Quyết định công bố thủ tục mới ban hành và bị bãi bỏ;;"
    lists = source(tmp_path, "\n".join([title, HEAD, *parts])).sheet.lists
    assert [one.procedure_code for one in lists.ended] == ["1.000001", "1.000002"]
    assert [one.procedure_code for one in lists.taken] == ["1.000003"]
    assert [reason for _, reason, _ in lists.told] == ["ended", "ended"]


@pytest.mark.parametrize(
    ("text", "number", "day"),
    [
        ("(Kèm theo Quyết định số 1234/QĐ-UBND ngày 12 tháng 5 năm 2020)", "1234/QĐ-UBND", date(2020, 5, 12)),
        ("12/2020/QĐ-UBND, ngày 3/4/2020", "12/2020/QĐ-UBND", date(2020, 4, 3)),
        ("số 5/QĐ-UBND ngày … tháng …", "5/QĐ-UBND", None),
        ("Nguyễn Văn A, 0912345678", "", None),
    ],
)
def test_a_decision_is_its_number_and_day_and_nothing_else_of_a_text(text: str, number: str, day: date | None) -> None:
    assert decision_in(text, WORDS) == (number, day)
