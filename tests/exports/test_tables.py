"""Finding the table in a sheet, and leaving everything personal behind (contract §3, §4)."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from analysis.exports.reading import Export, Sheet
from analysis.exports.tables import Tables, read_tables
from analysis.language.problems import ExportProblem
from analysis.reference.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary(Path(__file__).parents[2] / "data" / "reference" / "vocabulary.toml")
HEAD = "Mã hồ sơ|Mã TTHC|Đơn vị|Hình thức nộp|Ngày tiếp nhận|Họ và tên"
ROW = "h{n}|1.001190|Sở Xây dựng|Trực tuyến|10/06/2020|Nguyễn Thị Mẫu"


def tables(*sheets: str) -> Tables:
    return read_tables(Export("csv", "utf-8", tuple(sheet(f"S{n}", text) for n, text in enumerate(sheets))), VOCABULARY)


def sheet(name: str, text: str) -> Sheet:
    rows = [line.split("|") for line in text.splitlines()]
    width = max(map(len, rows))
    cells = [row + [""] * (width - len(row)) for row in rows]
    columns = {f"c{n}": pa.array([row[n] or None for row in cells], pa.string()) for n in range(width)}
    return Sheet(name, pa.table(columns))


def row(number: int) -> str:
    return ROW.format(n=number)


def test_a_table_under_titles_and_column_numbers_is_found() -> None:
    text = f"UBND TỈNH\n\n{HEAD}\n(1)|(2)|(3)|(4)|(5)|(6)\n{row(1)}\n{row(2)}\nTổng cộng|2\n\n|||Người lập"
    (table,) = tables(text).tables
    assert table.rows.tolist() == [5, 6]
    assert table.cells["dossier_id"].to_pylist() == ["h1", "h2"]
    assert table.skipped_lines == 4


def test_a_column_that_the_vocabulary_does_not_name_is_never_kept() -> None:
    (table,) = tables(f"{HEAD}\n{row(1)}").tables
    assert "Nguyễn Thị Mẫu" not in str(table.cells.to_pydict())


def test_a_line_with_three_of_the_named_columns_is_a_row_and_one_with_two_is_none() -> None:
    (table,) = tables(f"{HEAD}\n{row(1)}\nh2||Sở Xây dựng||10/06/2020|\nh3||Sở Xây dựng|||Nguyễn Thị Mẫu").tables
    assert table.cells["dossier_id"].to_pylist() == ["h1", "h2"]
    assert table.skipped_lines == 1


def test_headings_as_a_database_writes_them_are_known() -> None:
    (table,) = tables(
        "ma_ho_so|MA_TTHC|don_vi_xu_ly|kenh_thuc_hien|ngay_tiep_nhan|trang_thai|ho_ten\n"
        "h1|1.001190|Sở Xây dựng|1|10/06/2020|9|Nguyễn Thị Mẫu"
    ).tables
    assert {*table.headings} == {"dossier_id", "procedure_code", "unit", "channel", "received_at", "status"}


def test_headings_of_a_merged_block_are_read_from_both_lines() -> None:
    text = (
        "Mã hồ sơ|Mã TTHC|Đơn vị|Hình thức nộp|Thời hạn|\n||||Ngày nhận|Hẹn trả kết quả\n"
        "h1|1.001190|Sở Xây dựng|1|10/06/2020|12/06/2020"
    )
    (table,) = tables(text).tables
    assert table.rows.tolist() == [3]
    assert table.cells["received_at"].to_pylist() == ["10/06/2020"]
    assert table.cells["dossier_id"].to_pylist() == ["h1"]


def test_headings_repeated_in_the_table_are_no_data() -> None:
    (table,) = tables(f"{HEAD}\n{row(1)}\n{HEAD}\n{row(2)}").tables
    assert table.rows.tolist() == [2, 4]


def test_a_total_line_is_no_data_however_many_cells_it_fills() -> None:
    (table,) = tables(f"{HEAD}\n{row(1)}\nTỔNG SỐ:|9|8|7|6|5").tables
    assert table.rows.tolist() == [2]


def test_without_a_unit_column_the_nearest_group_line_names_the_unit() -> None:
    head = "Mã hồ sơ|Mã TTHC|Hình thức nộp|Ngày tiếp nhận"
    rest = "1.1|1|10/06/2020"
    text = f"Đơn vị: Sở Y tế\n{head}\nh1|{rest}\nSở Xây dựng\nh2|{rest}\nHuyện Đồng Xuân\nh3|{rest}"
    (table,) = tables(text).tables
    assert table.cells["unit"].to_pylist() == ["Sở Y tế", "Sở Xây dựng", "Huyện Đồng Xuân"]


def test_without_any_unit_the_file_is_quarantined_with_the_column_named() -> None:
    with pytest.raises(ExportProblem, match="Cơ quan giải quyết"):
        tables("Mã hồ sơ|Mã TTHC|Hình thức nộp|Ngày tiếp nhận\nh1|1.1|1|10/06/2020")


def test_a_missing_column_is_named_and_so_are_the_headings_found() -> None:
    with pytest.raises(ExportProblem) as caught:
        tables("Mã hồ sơ|Mã TTHC|Đơn vị|Ngày tiếp nhận|Cột lạ\nh1|1.1|Sở Y tế|10/06/2020|Trần Văn Mẫu")
    assert "Hình thức tiếp nhận" in str(caught.value)
    assert "xxx xx" in str(caught.value), "nobody knows whether it is a heading or a name"
    assert "Trần Văn Mẫu" not in str(caught.value)
    export = Export("csv", "utf-8", (sheet("S", "Mã hồ sơ|Mã TTHC|Đơn vị|Ngày tiếp nhận|Cột lạ|Trần Văn Mẫu"),))
    with pytest.raises(ExportProblem, match=r"Cột lạ, xxxx xxx xxx\."):
        read_tables(export, VOCABULARY, words={"cột", "lạ", "văn"})


def test_a_file_without_headings_quotes_nothing() -> None:
    with pytest.raises(ExportProblem) as caught:
        tables("h1|Trần Văn Mẫu|0901\nh2|Lê Thị Mẫu|0902")
    assert "Mẫu" not in str(caught.value)


def test_a_sheet_without_headings_is_passed_over_when_another_has_them() -> None:
    found = tables("Ghi chú\nKhông có gì", f"{HEAD}\n{row(1)}")
    assert [table.sheet for table in found.tables] == ["S1"]


def test_the_export_date_stands_above_the_table() -> None:
    found = tables(f"Từ ngày 01/01/2020 đến ngày 30/06/2020\nNgày xuất:|05/07/2020\n{HEAD}\n{row(1)}")
    assert found.days == (date(2020, 7, 5), date(2020, 6, 30))


def test_between_two_columns_of_one_meaning_the_vocabularys_first_wins() -> None:
    text = "Mã hồ sơ|Mã TTHC|Đơn vị|Hình thức nộp|Ngày nộp|Ngày tiếp nhận\nh1|1.1|Sở Y tế|1|01/06/2020|03/06/2020"
    (table,) = tables(text).tables
    assert table.cells["received_at"].to_pylist() == ["03/06/2020"]


def test_an_applicant_whose_name_begins_like_a_total_line_is_data() -> None:
    head = "Người nộp|Mã hồ sơ|Mã TTHC|Đơn vị|Hình thức nộp|Ngày tiếp nhận"
    rest = "1.001190|Sở Xây dựng|1|10/06/2020"
    text = (
        f"{head}\nTổng công ty Mẫu|h1|{rest}\nCộng đồng dân cư|h2|{rest}\nCộng Sở Xây dựng||2|2|2|\nTổng cộng|2|2|2|2|2"
    )
    (table,) = tables(text).tables
    assert table.cells["dossier_id"].to_pylist() == ["h1", "h2"]
    assert table.skipped_lines == 2
