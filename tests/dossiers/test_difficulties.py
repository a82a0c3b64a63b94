"""What units state of their difficulties: read forgivingly, accounted for row by row, and silent about people."""

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from support.folders import REFERENCE, read_csv, write_export, write_reference
from support.in_process import cleaning_in_this_process
from support.small_exports import CATALOGUE, UNITS
from support.worked_example import DOSSIERS

from analysis.dossiers.difficulties import month_of
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.masking import MASK, masked, plain, shortened
from analysis.dossiers.stage import Cleaning, clean_exports
from analysis.dossiers.statements import read_statements
from analysis.language.problems import ReferenceProblem
from analysis.language.texts import Language
from analysis.reference.tables import load_reference
from analysis.reference.vocabulary import load_vocabulary

HEAD = "Đơn vị,Tháng,Loại,Nội dung"
GOOD = "Sở Xây dựng,2020-09,Phần mềm,Máy chậm"


def clean(folder: Path, stated: dict[str, str | bytes], lang: str = "vi") -> Cleaning:
    """Clean one export with these files of difficulties beside it."""
    reference = load_reference(write_reference(folder / "reference", UNITS, CATALOGUE))
    write_export(folder / "raw/xuat-20200930.csv", [{**DOSSIERS[0], "procedure_code": "1.001190"}])
    for name, content in stated.items():
        (folder / "raw" / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with cleaning_in_this_process():
        return clean_exports(folder / "raw", reference, folder / "processed", folder / "work", 1, Language(lang))


def stated(folder: Path, *lines: str, head: str = HEAD) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """The rows of difficulties.csv that a CSV of these lines becomes, and its ledger in clean.json."""
    clean(folder, {"kho-khan.csv": "\n".join([head, *lines])})
    facts = json.loads((folder / "processed/clean.json").read_text(encoding="utf-8"))
    (ledger,) = facts["difficulties"]
    assert ledger["read"] == ledger["used"] + sum(ledger["refused"].values())
    return read_csv(folder / "processed/difficulties.csv"), ledger


def test_a_row_becomes_a_difficulty_of_its_unit_and_month(tmp_path: Path) -> None:
    rows, ledger = stated(tmp_path, "SXD,tháng 9/2020,Phần mềm,Máy  chậm", "h45.22,01/10/2020,,Mất mạng")
    assert rows == [
        {"unit_code": "H45.18", "month": "2020-09", "category": "Phần mềm", "text": "Máy chậm"},
        {"unit_code": "H45.22", "month": "2020-10", "category": "", "text": "Mất mạng"},
    ]
    assert ledger == {
        **{"file": "kho-khan.csv", "read": 2, "used": 2, "refused": {}},
        **{"masked": 0, "cut": 0, "problem": ""},
    }


@pytest.mark.parametrize("head", ["unit,month,category,text", "CƠ QUAN,Kỳ báo cáo,Nhóm,Khó khăn; vướng mắc", HEAD])
def test_headings_are_known_in_both_languages_and_any_spelling(tmp_path: Path, head: str) -> None:
    head = head.replace(";", ",") if head.count(",") < 3 else head.replace("Khó khăn; vướng mắc", "Khó khăn")
    assert len(stated(tmp_path, GOOD, head=head)[0]) == 1


def test_title_lines_above_and_columns_between_do_not_disturb(tmp_path: Path) -> None:
    head = f"BÁO CÁO,,,,\n\nTháng,TT,{HEAD.replace('Tháng,', '')}"
    rows, _ = stated(tmp_path, "2020-09,1,Sở Xây dựng,Phần mềm,Máy chậm", head=head)
    assert [row["text"] for row in rows] == ["Máy chậm"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Sở Không Có,2020-09,x,Máy chậm", "unknown_unit"),
        ("Phường 1,2020-09,x,Máy chậm", "unknown_unit"),  # a name of two communes is nobody's
        (",2020-09,x,Máy chậm", "unknown_unit"),
        ("Sở Xây dựng,mùa thu,x,Máy chậm", "bad_month"),
        ("Sở Xây dựng,13/2020,x,Máy chậm", "bad_month"),
        ("Sở Xây dựng,,x,Máy chậm", "bad_month"),
        ("Sở Xây dựng,2020-09,x,", "empty_text"),
        ("Sở Xây dựng,2020-09,x, \u200b ", "empty_text"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_for_its_reason(tmp_path: Path, line: str, reason: str) -> None:
    rows, ledger = stated(tmp_path, line, GOOD)
    assert len(rows) == 1
    assert ledger["refused"] == {reason: 1}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2020-09",
            "2020-9",
            "09/2020",
            "9/2020",
            "9-2020",
            "09.2020",
            "tháng 9/2020",
            "Tháng 09 năm 2020",
            "T9/2020",
        ),
        *("01/09/2020", "30/9/2020", "2020-09-15", "2020-09-01 00:00:00", "44075"),
    ],
)
def test_a_month_is_known_in_many_forms(text: str) -> None:
    assert month_of(text) == "2020-09"


@pytest.mark.parametrize("text", ["", "9", "2020", "quý 3/2020", "31/02/2020", "00/2020", "2020-13", "9/1820", "tháng"])
def test_what_is_no_month_is_none(text: str) -> None:
    assert month_of(text) == ""


def test_a_workbook_is_read_like_a_csv_with_real_dates_too(tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Bìa").write(0, 0, "Xem trang sau")
        sheet, date = book.add_worksheet("Khó khăn"), book.add_format({"num_format": "mm/yyyy"})
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 0, ["Sở Xây dựng", "", "Phần mềm", "Máy chậm"])
        sheet.write_number(1, 1, 44075, date)
    cleaning = clean(tmp_path, {"kho-khan.xlsx": path.read_bytes(), "kho-khan.csv": f"{HEAD}\n{GOOD}"})
    assert cleaning.stated["file"].tolist() == ["kho-khan.csv", "kho-khan.xlsx"]
    assert cleaning.difficulties["month"].tolist() == ["2020-09", "2020-09"]


def test_it_is_no_export(tmp_path: Path) -> None:
    cleaning = clean(tmp_path, {"kho-khan.csv": f"{HEAD}\n{GOOD}"})
    assert cleaning.files["file"].tolist() == ["xuat-20200930.csv"]
    assert cleaning.totals["read"] == 1


def test_only_the_file_of_that_name_beside_the_exports_is_meant(tmp_path: Path) -> None:
    (tmp_path / "raw/so").mkdir(parents=True)
    cleaning = clean(tmp_path, {"so/kho-khan.csv": f"{HEAD}\n{GOOD}"})
    assert cleaning.stated.empty
    assert cleaning.files.set_index("file")["status"]["so/kho-khan.csv"] == "quarantined"


def test_without_the_file_the_table_has_its_headings_alone(tmp_path: Path) -> None:
    clean(tmp_path, {})
    assert (tmp_path / "processed/difficulties.csv").read_text(
        encoding="utf-8-sig"
    ) == "unit_code,month,category,text\n"
    assert json.loads((tmp_path / "processed/clean.json").read_text(encoding="utf-8"))["difficulties"] == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "0 bytes"),
        (b"%PDF-1.4", "picture, PDF"),
        (f"Đơn vị,Tháng\nSở Xây dựng,{MASK}0905123456".encode(), "Missing: «Đơn vị», «Tháng», «Khó khăn, vướng mắc»"),
        (f'{HEAD}\n"Sở Xây dựng,1,2'.encode(), "quotation"),
    ],
)
def test_a_broken_file_is_a_warning_in_the_ledger_and_not_the_end(tmp_path: Path, content: bytes, words: str) -> None:
    cleaning = clean(tmp_path, {"kho-khan.csv": content}, "en")
    assert len(cleaning.files) == 1
    (problem,) = cleaning.stated["problem"]
    assert words in problem
    assert "0905123456" not in problem


def test_a_reader_that_fails_in_its_own_process_is_a_warning_too(tmp_path: Path) -> None:
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))
    (tmp_path / "kho-khan.xlsx").write_bytes(b"PK\x03\x04 no workbook at all")
    (tmp_path / "kho-khan.csv").write_text(f"{HEAD}\n{GOOD}", encoding="utf-8")
    found = read_statements(tmp_path, make_lookups(reference))
    assert found["kho-khan.xlsx"].problem
    assert found["kho-khan.csv"].rows == [("H45.18", "2020-09", "Phần mềm", "Máy chậm")]


def test_a_formula_stays_text(tmp_path: Path) -> None:
    rows, _ = stated(tmp_path, 'Sở Xây dựng,2020-09,+x,"=HYPERLINK(""x"")"')
    assert rows[0]["text"].startswith("'=")
    assert rows[0]["category"].startswith("'+")


def test_long_texts_are_cut_where_one_sees_it(tmp_path: Path) -> None:
    rows, ledger = stated(tmp_path, f"Sở Xây dựng,2020-09,{'y' * 200},{'x' * 5000}", GOOD)
    long = next(row for row in rows if row["text"].startswith("x"))
    assert (len(long["text"]), long["text"][-1]) == (1000, "…")
    assert len(long["category"]) == 100
    assert ledger["cut"] == 1
    assert shortened("abc", 3) == "abc"


PERSONAL = [
    *("221234567", "079085001234", "0905123456", "0905 123 456", "0905.123.456", "090 512 3456", "0257 3841234"),
    *("(0257) 384 1234", "+84905123456", "+84 905 123 456", "+84.905.123.456", "(+84) 905 123 456", "0084905123456"),
    *("nguoi.mau@example.com", "a_b+c@mail.phuyen.gov.vn", "221 234 567", "079 085 001 234", "079.085.001.234"),
    *("H45.12-201105-0003", "H45.12.01-201105-0003", "000.00.53.H45-220921-0099", "000.17.22.h45-210531-0001"),
    *("00352112000539", "0905\u200b123456", "０９０５１２３４５６", "0905\u00a0123\u00a0456", "H45-200701-00001"),
]


@pytest.mark.parametrize("personal", PERSONAL)
@pytest.mark.parametrize("around", ["Gọi {}", "{} gọi mãi", "(ĐT: {}), chậm", "ĐT.{}", "a {}, b {}."])
def test_what_is_personal_is_masked_wherever_it_stands(personal: str, around: str) -> None:
    if "@" in personal:
        around = around.replace("ĐT.", "ĐT: ")  # else it would belong to the address
    text, count = masked(plain(around.replace("{}", personal)))
    times = around.count("{}")
    assert text.replace(MASK, "{}") == around
    assert count == times


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Thiếu 150.000.000 đồng trong năm 2020",
            "Quyết định 766/QĐ-UBND ngày 14/5/2020",
            "từ 01/09/2020 đến 30/09/2020",
        ),
        *("thủ tục 1.009994.000.00.00.H45 và 2.000884", "mức độ 3, 4", "từ 05.2020 - 06.2020", "cơ quan 000.00.12.H45"),
        *("từ 03.09.2020 - 05.09.2020", "12.345.678 hồ sơ", "lúc 08:30 ngày 05/09/2020", "tăng 0,5 % so với 2019-2020"),
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert masked(text) == (text, 0)


@given(st.text(alphabet="0123456789 .-+()aH@", max_size=60))
def test_no_long_number_survives_and_masking_twice_changes_nothing(text: str) -> None:
    once, _ = masked(plain(text))
    assert not any(len(run) >= 9 and run.isdigit() for run in once.replace(MASK, " ").split())
    assert masked(once)[0] == once


def test_masks_are_counted_in_the_ledger(tmp_path: Path) -> None:
    rows, ledger = stated(tmp_path, "Sở Xây dựng,2020-09,0905123456,Gọi 0905 123 456 hoặc a@b.vn")
    assert rows[0]["text"] == f"Gọi {MASK} hoặc {MASK}"
    assert rows[0]["category"] == MASK
    assert ledger["masked"] == 3


def test_the_synthetic_mark_above_the_table_marks_the_run(tmp_path: Path) -> None:
    assert not clean(tmp_path / "a", {"kho-khan.csv": f"{HEAD}\n{GOOD}"}).synthetic
    assert clean(tmp_path / "b", {"kho-khan.csv": f"DỮ LIỆU MÔ PHỎNG\n{HEAD}\n{GOOD}"}).synthetic


def test_the_committed_sample_states_a_dozen_that_name_nobody(tmp_path: Path) -> None:
    raw = REFERENCE.parent / "raw"
    (tmp_path / "alone").mkdir()
    write_export(tmp_path / "alone/xuat.csv", DOSSIERS)
    (tmp_path / "alone/kho-khan.csv").write_bytes((raw / "kho-khan.csv").read_bytes())
    with cleaning_in_this_process():
        found = clean_exports(tmp_path / "alone", load_reference(REFERENCE), tmp_path / "out", tmp_path / "work", 1)
    assert found.synthetic
    assert found.stated[["read", "used", "masked"]].to_dict("records") == [{"read": 12, "used": 12, "masked": 0}]
    tiers = load_reference(REFERENCE).units.set_index("unit_code")["tier"]
    assert set(found.difficulties["unit_code"].map(tiers)) == {"province", "district", "commune"}


def test_the_vocabulary_must_name_the_columns(tmp_path: Path) -> None:
    text = (REFERENCE / "vocabulary.toml").read_text(encoding="utf-8")
    (tmp_path / "vocabulary.toml").write_text(
        text.replace('\nmonth = ["Tháng"', '\nmonths = ["Tháng"'), encoding="utf-8"
    )
    with pytest.raises(ReferenceProblem, match=r"\[difficulties\]"):
        load_vocabulary(tmp_path / "vocabulary.toml")
    (tmp_path / "vocabulary.toml").write_text(text.replace('month = ["Tháng"', 'month = ["Đơn vị"'), encoding="utf-8")
    with pytest.raises(ReferenceProblem, match="two meanings"):
        load_vocabulary(tmp_path / "vocabulary.toml")
