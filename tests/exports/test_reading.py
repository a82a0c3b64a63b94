"""Every format of the contract's §3 is read as it stands; what cannot be read is refused with a reason, in bounds."""

import io
import os
import unicodedata
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from analysis.exports.reading import LIMITS, Export, Sheet, list_exports, read_export
from analysis.language.problems import ExportProblem

HEAD = ["Mã hồ sơ", "Cơ quan giải quyết", "Ngày tiếp nhận"]
ROWS = [HEAD, ["H45-1", "Sở Xây dựng", "10/06/2020 08:30"], ["H45-2", "Huyện Đồng Xuân, thị xã", "11/06/2020"]]


def cells(sheet: Sheet) -> list[list[str | None]]:
    return [list(row) for row in zip(*(column.to_pylist() for column in sheet.cells.columns), strict=True)]


def text(separator: str, rows: list[list[str]] = ROWS) -> str:
    return "\r\n".join(separator.join(f'"{c}"' if separator in c else c for c in row) for row in rows) + "\r\n"


def vietnamese_1258(content: str) -> bytes:
    """Windows-1258 as old programs wrote it: the tones that it has no letter for follow their vowel."""
    spelled = []
    for letter in content:
        try:
            letter.encode("cp1258")
            spelled.append(letter)
        except UnicodeEncodeError:
            marks = unicodedata.normalize("NFD", letter)
            tone = next(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
            spelled.append(unicodedata.normalize("NFC", marks.replace(tone, "")) + tone)
    return "".join(spelled).encode("cp1258")


def nfc(rows: list[list[str | None]]) -> list[list[str | None]]:
    return [[unicodedata.normalize("NFC", cell) if cell else cell for cell in row] for row in rows]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encode", "encoding"),
    [
        (str.encode, "utf-8"),
        (lambda content: content.encode("utf-8-sig"), "utf-8-sig"),
        (lambda content: content.encode("utf-16"), "utf-16"),
        (lambda content: b"\xfe\xff" + content.encode("utf-16-be"), "utf-16"),
        (lambda content: content.encode("utf-16-le"), "utf-16"),
        (vietnamese_1258, "windows-1258"),
    ],
)
@pytest.mark.parametrize("name", ["ho-so.csv", "ho-so.TXT", "ho-so.xls"])
def test_text_in_every_encoding_and_separator(tmp_path: Path, separator: str, encode, encoding: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(encode(text(separator)))
    export = read_export(path)
    assert (export.format, export.encoding) == ("csv", encoding)
    assert nfc(cells(export.sheets[0])) == ROWS


def test_rows_of_text_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('Tiêu đề\n\nMã hồ sơ,Cơ quan,Ghi chú\nh1,"hai\ndòng",x\n\nh2,y,z,thừa\n', encoding="utf-8")
    rows = cells(read_export(path).sheets[0])
    assert rows[2][0] == "Mã hồ sơ"
    assert rows[3][:2] == ["h1", "hai\ndòng"]
    assert rows[5] == ["h2", "y", "z", "thừa"]


def xlsx(path: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(number, column, cell, day)
                    elif cell is not None:
                        sheet.write(number, column, cell)
    return path


def test_every_sheet_of_a_workbook_with_its_leading_blank_rows(tmp_path: Path) -> None:
    rows = [[], [], list(HEAD), ["H45-1", "Sở Y tế", datetime(2020, 6, 10)], [1.00919, 2, None]]
    export = read_export(xlsx(tmp_path / "a.xlsx", ("Tháng 1", rows), ("Tháng 2", [["x"]])))
    assert [sheet.name for sheet in export.sheets] == ["Tháng 1", "Tháng 2"]
    found = cells(export.sheets[0])
    assert found[2] == HEAD
    assert found[3][:2] == ["H45-1", "Sở Y tế"]
    assert found[3][2].startswith("2020-06-10")
    assert found[4][0] == "1.00919"


def test_a_real_biff_workbook(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Danh sách")
    for number, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    book.save(str(tmp_path / "a.xls"))
    export = read_export(tmp_path / "a.xls")
    assert export.format == "xls"
    assert cells(export.sheets[0]) == ROWS


def test_html_that_calls_itself_xls(tmp_path: Path) -> None:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    page = f"<html><head><meta charset='utf-8'><script>alert(1)</script></head><table>{body}</table></html>"
    (tmp_path / "a.xls").write_text(page, encoding="utf-8")
    export = read_export(tmp_path / "a.xls")
    assert (export.format, export.encoding) == ("html", "utf-8")
    assert cells(export.sheets[0]) == ROWS


def test_temporary_and_hidden_files_are_passed_over_and_folders_entered(tmp_path: Path) -> None:
    for name in ("b/c/x.csv", "a.xlsx", "~$a.xlsx", ".ẩn.csv", ".thư mục/y.csv", "b/ảnh.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = [path.relative_to(tmp_path).as_posix() for path in list_exports(tmp_path)]
    assert found == ["a.xlsx", "b/c/x.csv", "b/ảnh.png"]


def refused(path: Path, limits=LIMITS) -> str:
    with pytest.raises(ExportProblem) as caught:
        read_export(path, limits)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "0 bytes"),
        ("a.xlsx", b"", "0 bytes"),
        ("a.csv", b"\r\n , ,\r\n".replace(b" ", b""), "no cell"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(64), "picture"),
        ("a.csv", b"%PDF-1.4\n", "picture"),
        ("a.xls", b"\x1f\x8b" + bytes(64), "archive"),
        ("a.docx", b"x", ".docx"),
        ("a", b"x", "end in"),
        ("a.xlsx", "Mã hồ sơ,x\n".encode(), "end in .csv"),
        ("a.csv", b"<html><table><tr><td>x</td></tr></table></html>", "end in .xls"),
        ("a.csv", "Mã hồ sơ;Đơn vị\n".encode("utf-16-le")[:-1], "truncated"),
        ("a.csv", b"a,b\n1,\x00\n", "zero bytes"),
        ("a.csv", b"a,b\n1,\xff\xfe\xfd\x81\x8d\n", "encoding"),
        ("a.csv", b'a,b\n1,"never closed\n', "never closed"),
        ("a.xls", b"<html><table><tr><td>x", "truncated"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40), "without a workbook"),
        ("a.xlsx", b"PK\x03\x04" + bytes(200), "unpacked"),
        ("a.xls", b"<?xml version='1.0'?><Workbook/>", "XML"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert reason in refused(tmp_path / name)


def test_a_truncated_workbook_is_refused_at_every_length(tmp_path: Path) -> None:
    whole = xlsx(tmp_path / "a.xlsx", ("S", [HEAD, *ROWS])).read_bytes()
    for length in range(4, len(whole), len(whole) // 40):
        (tmp_path / "b.xlsx").write_bytes(whole[:length])
        assert refused(tmp_path / "b.xlsx")


def test_an_encrypted_workbook_is_refused_as_such(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.add_sheet("x").write(0, 0, "y")
    content = io.BytesIO()
    book.save(content)
    renamed = content.getvalue().replace("Workbook".encode("utf-16-le"), "EncryptedPackage"[:8].encode("utf-16-le"))
    name = "EncryptedPackage".encode("utf-16-le")
    at = renamed.index("Encrypte".encode("utf-16-le"))
    entry = bytearray(renamed)
    entry[at : at + len(name)] = name
    entry[at + 64 : at + 66] = (len(name) + 2).to_bytes(2, "little")
    (tmp_path / "a.xlsx").write_bytes(bytes(entry))
    assert "encrypted" in refused(tmp_path / "a.xlsx")


def bomb(path: Path, source: Path, megabytes: int) -> Path:
    """A workbook whose sheet unpacks to so many megabytes of nothing."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            if part.endswith("sheet1.xml"):
                content = content.replace(b"<sheetData>", b"<sheetData>" + b" " * (megabytes * 2**20))
            new.writestr(part, content)
    return path


def test_a_workbook_that_unpacks_to_absurd_size_is_refused(tmp_path: Path) -> None:
    source = xlsx(tmp_path / "a.xlsx", ("S", ROWS))
    assert (bomb(tmp_path / "b.xlsx", source, 200)).stat().st_size < 2**20
    assert "unpacks to" in refused(tmp_path / "b.xlsx")


def test_a_stray_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write(1_048_575, 16_383, "x")
    assert "stray cells" in refused(tmp_path / "a.xlsx")


def test_limits_hold_for_text_and_html(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n" * 1000)
    assert "too large" in refused(tmp_path / "a.csv", replace(LIMITS, cells=1000))
    assert "too large" in refused(tmp_path / "a.csv", replace(LIMITS, file_bytes=100))
    (tmp_path / "a.xls").write_text("<table>" + "<tr><td>x</td></tr>" * 100 + "</table>")
    assert "too large" in refused(tmp_path / "a.xls", replace(LIMITS, html_bytes=100))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert "no file" in refused(tmp_path / "a.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "missing")
    assert "broken link" in refused(tmp_path / "b.csv")
    (tmp_path / "c.csv").symlink_to(tmp_path / "c.csv")
    assert "broken link" in refused(tmp_path / "c.csv")
    os.mkfifo(tmp_path / "d.csv")
    assert "no file" in refused(tmp_path / "d.csv")


def test_a_file_without_the_right_to_read_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object) -> int:
        raise PermissionError

    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    monkeypatch.setattr("analysis.exports.reading.os.open", deny)
    assert "right to read" in refused(tmp_path / "a.csv")


def test_a_workbook_whose_bytes_are_not_those_of_its_check_sums_is_refused(tmp_path: Path) -> None:
    """calamine reads it, and 10/06 has become 10/02."""
    path = xlsx(tmp_path / "a.xlsx", ("A", [["Ngày nhận"], ["10/06/2020"]]))
    with zipfile.ZipFile(path) as archive:
        parts = [(part, archive.read(part)) for part in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for part, content in parts:
            archive.writestr(part.filename, content)
    data = path.read_bytes()
    assert data.count(b"10/06/2020") == 1
    read_export(path)
    path.write_bytes(data.replace(b"10/06/2020", b"10/02/2020"))
    assert "damaged" in refused(path)


def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("A", [["1"]]), ("B", [["2"]]))
    with zipfile.ZipFile(path) as archive:
        parts = [(part.filename, archive.read(part)) for part in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts:
            archive.writestr(name, content.replace(b'name="B"', b'name="A"'))
    assert "same name" in refused(path)


@pytest.mark.parametrize("between", [1, 2, 50])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_quotation_marks_that_swallow_rows_are_damage(tmp_path: Path, between: int, separator: str) -> None:
    lines = [separator.join([f"H{number}", "Công ty X", "1.001190", "Trực tuyến"]) for number in range(100)]
    honest = f'H1{separator}"Hai dòng,\nmột, hai, ba, bốn"{separator}1.001190{separator}Trực tuyến'
    (tmp_path / "a.csv").write_text("\n".join([*lines, honest]), encoding="utf-8")
    (sheet,) = read_export(tmp_path / "a.csv").sheets
    assert sheet.cells.num_rows == 101
    for closing in ('"Công ty X', 'Công ty X"'):
        spoilt = list(lines)
        spoilt[20] = lines[20].replace("Công ty X", '"Công ty X')
        spoilt[20 + between] = lines[20].replace("Công ty X", closing)
        (tmp_path / "a.csv").write_text("\n".join(spoilt), encoding="utf-8")
        assert "row 21 holds whole rows" in refused(tmp_path / "a.csv"), closing


@pytest.mark.parametrize(
    "head",
    [
        "<!---->" * 34 + "x",
        "<!-- a -->" * 9_000 + "x",
        "<table ><tr >" * 5_000,
        "<table >" * 9_000,
        '<meta charset=""' + " " * 8_000 + "x",
        ("<meta charset =" + " " * 30) * 180,
        "<!--" * 16_000,
    ],
    ids=range(7),
)
def test_a_head_that_can_be_read_in_many_ways_is_read_once(tmp_path: Path, head: str) -> None:
    """Two hundred bytes took minutes; what a file with such a head is does not matter, the test's own limit does."""
    text = f"{head}\nMã hồ sơ,Mã TTHC\nh1,1.001190\n"
    for encoding in ("utf-8", "cp1258"):
        (tmp_path / "a.xls").write_bytes(unicodedata.normalize("NFC", text).encode(encoding, "ignore"))
        with suppress(ExportProblem):
            read_export(tmp_path / "a.xls")


def test_no_reason_quotes_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'SECRET,b\n1,"SECRET never closed\n')
    (tmp_path / "b.xls").write_bytes(b"<html><table><tr><td>SECRET")
    assert "SECRET" not in refused(tmp_path / "a.csv") + refused(tmp_path / "b.xls")


def test_an_export_is_what_was_promised(tmp_path: Path) -> None:
    export = read_export(xlsx(tmp_path / "a.xlsx", ("S", ROWS)))
    assert isinstance(export, Export)
    assert export.encoding == ""
