"""From rows to dossiers and rejects: each rule of the contract's §4 by a case small enough to check by eye."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.folders import write_reference
from support.small_exports import CATALOGUE, UNITS, clean, write_rows

from analysis.dossiers.cleaning import Lookups
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.stage import clean_exports
from analysis.dossiers.worker import Job, clean_file
from analysis.language.problems import RunProblem
from analysis.reference.tables import load_reference

Became = Callable[..., tuple[list[str], list[dict[str, Any]]]]
Only = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def lookups(tmp_path_factory: pytest.TempPathFactory) -> Lookups:
    folder = tmp_path_factory.mktemp("small") / "reference"
    return make_lookups(load_reference(write_reference(folder, UNITS, CATALOGUE)))


@pytest.fixture
def became(lookups: Lookups, tmp_path: Path) -> Became:
    """What becomes of a row in a file by itself: the reasons why it is rejected, and its dossiers."""

    def of(**cells: str) -> tuple[list[str], list[dict[str, Any]]]:
        write_rows(tmp_path / "e.csv", [{ROW_NAMES[name]: cell for name, cell in cells.items()}])
        result = clean_file(Job(tmp_path / "e.csv", tmp_path / "kept"), lookups, b"k" * 32)
        return [reject[2] for reject in result.rejects], pd.read_parquet(tmp_path / "kept.parquet").to_dict("records")

    return of


@pytest.fixture
def only(became: Became) -> Only:
    """The one dossier that a row becomes."""

    def of(**cells: str) -> dict[str, Any]:
        rejects, (dossier,) = became(**cells)
        assert rejects == []
        return dossier

    return of


ROW_NAMES = {
    "id": "Mã hồ sơ",
    "code": "Mã TTHC",
    "name": "Tên thủ tục",
    "unit": "Đơn vị",
    "channel": "Hình thức nộp",
    "received": "Ngày tiếp nhận",
    "due": "Ngày hẹn trả",
    "completed": "Ngày trả kết quả",
    "status": "Trạng thái",
    "level": "Mức độ",
    "applicant": "Đối tượng",
    "source": "Nguồn",
}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"id": " \u00a0"}, "missing_dossier_id"),
        ({"id": "", "code": "9.9", "unit": "?"}, "missing_dossier_id"),
        ({"code": "9.999999"}, "unknown_procedure"),
        ({"code": "9.999999", "level": "Mức 9"}, "unknown_procedure"),
        ({"code": "", "name": "Trùng tên"}, "unknown_procedure"),
        ({"code": "", "name": "Khai sinh"}, "unknown_procedure"),  # a commune's, not a department's
        ({"unit": "Sở Không Có"}, "unknown_unit"),
        ({"unit": "Phường 1"}, "unknown_unit"),  # an alias of two communes is nobody's
        ({"unit": ""}, "unknown_unit"),
        ({"channel": "Fax"}, "unknown_channel"),
        ({"received": ""}, "bad_received_date"),
        ({"received": "31/02/2020", "completed": "x"}, "bad_received_date"),
        ({"due": "mai"}, "bad_date"),
        ({"completed": "32/01/2020"}, "bad_date"),
        ({"completed": "09/06/2020 23:59", "received": "10/06/2020 00:01"}, "completed_before_received"),
        ({"status": "Chưa rõ"}, "unknown_value"),
        ({"applicant": "Người ngoài hành tinh"}, "unknown_value"),
        ({"source": "Fax"}, "unknown_value"),
        ({"level": "Mức 9"}, "unknown_value"),
    ],
)
def test_the_first_reason_that_applies_rejects_a_row(became: Became, cells: dict[str, str], expected: str) -> None:
    assert became(**cells) == ([expected], [])


def test_completed_on_the_day_of_receipt_is_valid_whatever_the_clock_says(only: Only) -> None:
    dossier = only(received="10/06/2020 15:00", completed="10/06/2020 08:00")
    assert dossier["completed_at"] == datetime(2020, 6, 10, 8)


@pytest.mark.parametrize(("day", "level"), [("30/06/2020", 3), ("01/07/2020", 4)])
def test_the_level_is_the_catalogues_on_the_day_of_receipt(only: Only, day: str, level: int) -> None:
    dossier = only(received=day, level="Mức độ 2")
    assert (dossier["level"], dossier["level_source"]) == (level, "catalogue")


def test_a_disagreement_of_levels_is_counted(tmp_path: Path) -> None:
    cleaning, _ = clean(tmp_path, e=[{"Mức độ": "2"}, {"Mã hồ sơ": "h2", "Mức độ": "3"}])
    assert cleaning.quality.set_index("check")["count"]["level_disagreement"] == 1


def test_before_the_catalogue_knows_a_level_the_rows_own_is_taken(only: Only) -> None:
    dossier = only(code="1.000004", unit="Xã Đa Lộc", received="01/02/2020", level="MĐ3")
    assert (dossier["level"], dossier["level_source"]) == (3, "export")


def test_a_code_outside_the_catalogue_passes_with_a_level_of_its_own(only: Only) -> None:
    dossier = only(code="9.999999.000.00.00.H45", level="Mức 4")
    assert (dossier["level"], dossier["level_source"]) == (4, "export")


def test_a_name_that_fits_one_procedure_of_the_tier_stands_for_the_code(only: Only) -> None:
    dossier = only(code="", name="CẤP  GIẤY PHÉP")
    assert dossier["procedure_code"] == "1.001190.000.00.00.H45"


@pytest.mark.parametrize("unit", ["H45.18", "000.00.18.H45", "sở xây dựng", "SXD", " SỞ XÂY DỰNG "])
def test_a_unit_is_known_by_code_name_or_alias(only: Only, unit: str) -> None:
    assert only(unit=unit)["unit_code"] == "H45.18"


def test_a_blank_channel_is_the_counters_and_counted(tmp_path: Path) -> None:
    cleaning, dossiers = clean(tmp_path, e=[{"Hình thức nộp": ""}])
    assert dossiers["channel"].tolist() == ["counter"]
    assert cleaning.quality.set_index("check")["count"]["blank_channel"] == 1


def test_an_absent_applicant_is_not_guessed(only: Only) -> None:
    assert pd.isna(only()["applicant"])


def test_the_sight_from_the_latest_export_wins_whatever_the_files_order(tmp_path: Path) -> None:
    early = [{"Trạng thái": "Đang xử lý"}]
    late = [{"Mã hồ sơ": " H 1", "Trạng thái": "Đã trả kết quả"}]
    cleaning, dossiers = clean(tmp_path, b_20200630=early, a_20200930=late)
    assert dossiers["status"].tolist() == ["resolved"]
    assert cleaning.files.set_index("file")["superseded"].to_dict() == {"a-20200930.csv": 0, "b-20200630.csv": 1}


def test_ties_go_to_the_later_row(tmp_path: Path) -> None:
    _, dossiers = clean(tmp_path, a_20200930=[{}, {"Trạng thái": "Từ chối"}])
    assert dossiers[["status", "row"]].to_dict("records") == [{"status": "refused", "row": 3}]


def test_a_rejected_row_supersedes_nothing(tmp_path: Path) -> None:
    cleaning, dossiers = clean(tmp_path, a_20200630=[{}], b_20200930=[{"Hình thức nộp": "Fax"}])
    assert len(dossiers) == 1
    assert cleaning.totals[["read", "accepted", "rejected", "superseded"]].tolist() == [2, 1, 1, 0]


def test_the_dossier_code_is_stored_nowhere_and_its_key_is_stable(tmp_path: Path) -> None:
    _, dossiers = clean(tmp_path, a=[{"Mã hồ sơ": "000.00.18.H45-200610-0001"}])
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "raw" not in path.parts)
    assert b"200610-0001" not in written
    again = clean_exports(tmp_path / "raw", load_reference(tmp_path / "reference"), tmp_path / "processed")
    assert again.totals["accepted"] == 1
    assert pd.read_parquet(tmp_path / "processed" / "dossiers.parquet")["dossier_key"].equals(dossiers["dossier_key"])


def test_a_folder_without_exports_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))
    with pytest.raises(RunProblem, match="holds no export"):
        clean_exports(tmp_path / "raw", reference, tmp_path / "processed", jobs=1)
    assert not (tmp_path / "processed").exists()


def test_the_latest_day_of_the_data_is_known(tmp_path: Path) -> None:
    cleaning, _ = clean(tmp_path, a=[{"Ngày trả kết quả": "15/06/2020"}])
    assert cleaning.latest_day == date(2020, 6, 15)


def test_a_detail_cannot_become_a_formula(tmp_path: Path) -> None:
    cleaning, _ = clean(tmp_path, a=[{"Hình thức nộp": '=HYPERLINK("x")'}])
    assert not cleaning.rejects["detail"].item().startswith(("=", "+", "-", "@"))


MARK = "Nguyễn Mẫu Riêng"


def test_a_name_or_number_under_any_heading_is_not_quoted(tmp_path: Path) -> None:
    markers = [MARK, "0905 123 456", "054085009876", "mau.rieng@example.com"]
    headings = [name for name in ROW_NAMES.values() if name != "Mã hồ sơ"]
    cases = {f"{n}.csv": case for n, case in enumerate(product(headings, markers))}
    rows = {Path(file).stem: {"Mã hồ sơ": file, "Mức độ": "3"} | dict([case]) for file, case in cases.items()}
    cleaning, dossiers = clean(tmp_path, **{name: [row] for name, row in rows.items()})
    told = (tmp_path / "processed/rejects.csv").read_text(encoding="utf-8")
    for marker in markers:
        assert not dossiers.astype(str).isin([marker]).any(axis=None)
        assert marker not in told
    assert sorted([*cleaning.rejects["file"], *dossiers["file"]]) == sorted(cases)
    for file, (heading, marker) in cases.items():  # a procedure's name is not asked for where there is a code
        assert heading == "Tên thủ tục" or file in set(cleaning.rejects["file"]), (heading, marker)


@pytest.mark.parametrize(
    ("code", "known"),
    [
        *((code, True) for code in ("9.999999", "9.999999.000.00.00.H45", "9.99999")),
        *((code, False) for code in (MARK, "0905123456", "mau@example.com", "Sở Xây dựng", "10/06/2020", "9")),
    ],
)
def test_a_code_outside_the_catalogue_must_look_like_one(became: Became, code: str, known: bool) -> None:
    rejects, dossiers = became(code=code, level="3")
    assert (len(dossiers), len(rejects)) == (known, not known)


def test_lines_that_name_no_unit_change_none(tmp_path: Path) -> None:
    """An officer, a signature between two pages; but rows under an unknown unit are not those of the one above."""
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))
    (tmp_path / "raw").mkdir()
    row = "{n};1.001190;Trực tuyến;10/06/2020".format
    lines = [
        *("Mã hồ sơ;Mã TTHC;Hình thức nộp;Ngày nhận", "I. Sở Xây dựng (2 hồ sơ)", row(n="a1")),
        *(f"Cán bộ thụ lý: {MARK}", row(n="a2"), "NGƯỜI LẬP BIỂU", MARK, "Trang 2", row(n="a3")),
        *("Đơn vị: Sở Y tế", row(n="b1"), "Lĩnh vực: Dược", row(n="b2"), "Sở Chưa Biết", row(n="c1")),
    ]
    (tmp_path / "raw/nhom.csv").write_text("\n".join(lines), encoding="utf-8")
    cleaning = clean_exports(tmp_path / "raw", reference, tmp_path / "processed", jobs=1)
    dossiers = pd.read_parquet(tmp_path / "processed/dossiers.parquet").sort_values("row")
    assert list(dossiers["unit_code"]) == ["H45.18"] * 3 + ["H45.19"] * 2
    assert list(cleaning.rejects["reason"]) == ["unknown_unit"]
    assert MARK not in (tmp_path / "processed/rejects.csv").read_text(encoding="utf-8")
