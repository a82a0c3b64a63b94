"""A file of another kind beside the exports is told by its headings: no export, and no broken one either."""

from pathlib import Path

import pytest
import xlsxwriter
from support.folders import REFERENCE, read_csv, write_reference
from support.in_process import cleaning_in_this_process
from support.small_exports import CATALOGUE, ROW, UNITS

from analysis.dossiers.further_files import further_files
from analysis.dossiers.further_kinds import CATALOGUE_LIST, kind_of, load_kinds
from analysis.dossiers.inspection import inspect
from analysis.dossiers.stage import clean_exports
from analysis.exports.reading import read_export
from analysis.language.problems import RunProblem
from analysis.language.texts import Language
from analysis.preparation.catalogue_draft import draft
from analysis.reference.tables import Reference, load_reference
from analysis.reference.vocabulary import load_vocabulary

LIST = "Mã TTHC,Tên TTHC,Cấp thực hiện\n1.001190,Cấp giấy phép,Cấp tỉnh\n1.000004,Khai sinh,Cấp xã\n"
EXPORT = ",".join(ROW) + "\n" + ",".join(ROW.values()) + "\n"
# An export whose own headings nobody knows: its rows repeat procedures.
STRANGE = "Số phiếu,Mã TTHC,Tên TTHC,Đơn vị\n" + "".join(f"p{n},1.001190,A,Sở Xây dựng\n" for n in range(9))


@pytest.fixture
def reference(tmp_path: Path) -> Reference:
    return load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "raw/sub").mkdir(parents=True)
    return tmp_path / "raw"


def kind(path: Path) -> str:
    vocabulary = load_vocabulary(REFERENCE / "vocabulary.toml")
    return kind_of(read_export(path, headings=vocabulary.headings), vocabulary, load_kinds(REFERENCE))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (LIST, CATALOGUE_LIST),
        (f"DANH MỤC\n\n{LIST}", CATALOGUE_LIST),
        (LIST.replace(",", ";"), CATALOGUE_LIST),
        ("Mã TTHC,Mức độ 3,Mức độ 4\n1.000001,x,\n", CATALOGUE_LIST),  # without a line it is a list, of nothing
        ("Mã TTHC,Ghi chú\n1.001190,x\n", ""),  # codes alone
        ("Mã TTHC,Tên TTHC,Hình thức nộp\n1.001190,A,Trực tuyến\n", ""),  # an export without its dossiers' codes
        ("Mã TTHC,Tên TTHC,Ngày tiếp nhận\n1.001190,A,10/06/2020\n", ""),
        (EXPORT, ""),
        (STRANGE, ""),
        (LIST + LIST.split("\n", 1)[1], ""),
    ],
)
def test_a_list_of_procedures_is_told_from_exports_that_lack_a_column(tmp_path: Path, text: str, known: str) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert kind(tmp_path / "a.csv") == known


def test_in_a_workbook_a_list_is_known_by_any_sheet_and_under_merged_headings(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet().write(0, 0, "Kính gửi")
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 4, "Danh mục thủ tục hành chính")
        sheet.merge_range(1, 0, 2, 0, "Mã TTHC")
        sheet.merge_range(1, 1, 2, 1, "Tên TTHC")
        sheet.merge_range(1, 2, 1, 3, "Mức độ dịch vụ công")
        sheet.write_row(2, 2, ["Mức độ 3", "Mức độ 4"])
        sheet.write_row(3, 0, ["1.001190", "Cấp giấy phép", "x", ""])
    assert kind(tmp_path / "a.xlsx") == CATALOGUE_LIST


def test_a_list_beside_exports_is_in_a_ledger_of_its_own_and_found_again(raw: Path, reference: Reference) -> None:
    processed, lacking = raw.parent / "processed", ",".join(list(ROW)[1:]) + "\n1.001190\n"
    for name, text in {"xuat.csv": EXPORT, "sub/dm.csv": LIST, "thieu.csv": lacking}.items():
        (raw / name).write_text(text, encoding="utf-8")
    for _ in range(2):  # the second time what was kept says so
        with cleaning_in_this_process():
            files = clean_exports(raw, reference, processed, jobs=1).files.set_index("file")
        assert files["status"].to_dict() == {"thieu.csv": "quarantined", "xuat.csv": "accepted"}
        assert "Mã hồ sơ" in files.loc["thieu.csv", "reason"]
        (found,) = further_files(raw, processed, reference, CATALOGUE_LIST)
        assert (found.path, found.name) == (raw / "sub/dm.csv", "sub/dm.csv")
        (row,) = read_csv(processed / "further_files.csv")
        assert row == {"file": "sub/dm.csv", "sha256": found.sha256, "kind": CATALOGUE_LIST}
    assert not further_files(raw, processed, reference, "another")


def test_a_list_whose_name_names_somebody_is_found_again_and_called_otherwise(raw: Path, reference: Reference) -> None:
    (raw / "xuat.csv").write_text(EXPORT, encoding="utf-8")
    (raw / "Nguyen Van An 0912345678.csv").write_text(LIST, encoding="utf-8")
    with cleaning_in_this_process():
        clean_exports(raw, reference, raw.parent / "processed", jobs=1)
    (found,) = further_files(raw, raw.parent / "processed", reference, CATALOGUE_LIST)
    assert found.path.name == "Nguyen Van An 0912345678.csv"
    assert not any(part in found.name for part in ("Van An", "0912345678"))


def test_a_list_alone_is_no_export(raw: Path, reference: Reference) -> None:
    (raw / "dm.csv").write_text(LIST, encoding="utf-8")
    with cleaning_in_this_process(), pytest.raises(RunProblem, match="holds no export"):
        clean_exports(raw, reference, raw.parent / "processed", jobs=1)


def test_check_and_draft_take_no_list_for_a_broken_export(raw: Path, reference: Reference) -> None:
    (raw / "dm.csv").write_text(LIST, encoding="utf-8")
    (raw / "xuat.csv").write_text(EXPORT, encoding="utf-8")
    found = inspect(raw, reference, 1, Language())
    assert found.files["status"].tolist() == ["further", "accepted"]
    assert "dm.csv" in found.told(Language())[0]
    assert found.understood
    assert not draft(raw, reference, 1)[2]
