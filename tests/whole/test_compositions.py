"""The same dossiers, however an export writes them: format, layout, day form, wrapper and separator change nothing.

A generator composes exports of one list of dossiers; each is cleaned and must give the same rows. A few run with the
other tests; ``DVCTT_CAMPAIGN=100 pytest tests/whole/test_compositions.py`` tries thousands.
"""

import html
import io
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
import xlwt
from support.folders import REFERENCE

from analysis.dossiers.cleaning import clean_table
from analysis.dossiers.lookups import make_lookups
from analysis.exports.reading import read_export
from analysis.exports.tables import read_tables
from analysis.measures.attainment import attain
from analysis.reference.tables import load_reference
from analysis.storage.backends import connect, read_dossiers

pytestmark = pytest.mark.slow
TIMES = int(os.environ.get("DVCTT_CAMPAIGN", "1"))
SEED = int(os.environ.get("DVCTT_SEED", "766"))
LOOKUPS = make_lookups(load_reference(REFERENCE))
Cells = list[str]


@dataclass(frozen=True)
class Dossier:
    """One dossier as it is, before anybody writes it."""

    code: str
    unit: str
    channel: str
    applicant: str
    received: datetime
    due: datetime
    completed: datetime | None
    status: str


NAMES = {
    "H45.18": ("Sở Xây dựng", "SỞ XÂY DỰNG", "H45.18", "000.00.18.H45"),
    "H45.06": ("Sở Công Thương", "Sở  công thương"),
}
WORDS = {
    "online": ("Trực tuyến", "2", "Qua mạng", "TRỰC TUYẾN", "Nộp trực tuyến"),
    "counter": ("Trực tiếp", "1", "Tại bộ phận một cửa", ""),
    "post": ("Bưu chính công ích", "3", "BCCI"),
    "citizen": ("Cá nhân", "1", "Công dân"),
    "agency": ("Cơ quan nhà nước", "3", "CQNN"),
    "organisation": ("Tổ chức", "4", "Khác"),
    "resolved": ("Đã trả kết quả", "9", "Hoàn thành"),
    "processing": ("Đang xử lý", "4", "Đang giải quyết"),
}
DAYS = (
    *("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:00", "%d-%m-%Y %H:%M", "%d.%m.%Y %H:%M", "%H:%M %d/%m/%Y", "%H:%M, %d/%m/%Y"),
    *("%d/%m/%Y, %H:%M", "%d/%m/%Y - %H:%M", "%d/%m/%YT%H:%M", "%Y/%m/%d %H:%M", "%Y%m%d%H%M00", "%d/%m/%Y %Hh%M"),
    *("ngày %d/%m/%Y %H:%M", "Ngày %d tháng %m năm %Y %H:%M", "%d-%b-%Y %H:%M", "%Y-%m-%dT%H:%M:00+07:00"),
    *("%d/%m/%Y %Hg%M", "%d/%m/%Y %H:%M:00.000", "Thứ Tư, %d/%m/%Y %H:%M"),
)
NOTHING = ("", "-", "NULL", "01/01/0001", "1900-01-01 00:00:00", "0000-00-00", "__/__/____", "N/A", "31/12/9999")
HEADINGS = {
    "dossier_id": ("Mã hồ sơ", "Số hồ sơ", "MÃ HỒ SƠ (*)", "MaHoSo"),
    "procedure_code": ("Mã TTHC", "Mã thủ tục", "MaTTHC"),
    "unit": ("Đơn vị", "Cơ quan giải quyết", "DonViXuLy"),
    "channel": ("Hình thức nộp", "Kênh tiếp nhận", "KenhThucHien"),
    "applicant": ("Đối tượng", "LoaiDoiTuong"),
    "received_at": ("Ngày tiếp nhận", "Ngày nhận", "NgayTiepNhan"),
    "due_at": ("Ngày hẹn trả", "NgayHenTra"),
    "completed_at": ("Ngày trả kết quả", "Ngày kết thúc xử lý", "Ngày hoàn thành"),
    "status": ("Trạng thái", "Tình trạng", "TrangThaiHoSo"),
}
EXTRA = ("STT", "Họ và tên", "Địa chỉ", "Số điện thoại", "Ghi chú")
WRAPS = ("{}", "{}", "{}", '="{}"', "'{}", "\u200b{}", "{}\u00ad", " {} ", "{}\u00a0", "\ufeff{}")
NUMBERED = ("({})", "[{}]", "{}", "{}.0", "Cột {}")


def dossiers(chance: random.Random) -> list[Dossier]:
    """By unit, as a grouped export has them."""
    found = []
    for unit in NAMES:
        for number in range(chance.randint(3, 8)):
            received = datetime(
                2020, chance.randint(1, 9), chance.randint(1, 28), chance.randint(7, 17), chance.randint(0, 59)
            )
            done = chance.random() < 0.7
            completed = received.replace(month=received.month + 1) if done else None
            found.append(
                Dossier(
                    f"{unit}-{number:05}",
                    unit,
                    chance.choice(["online", "counter", "post"]),
                    chance.choice(["citizen", "agency", "organisation"]),
                    received,
                    received.replace(month=received.month + 2),
                    completed,
                    "resolved" if done else "processing",
                )
            )
    return found


def composed(rows: list[Dossier], chance: random.Random) -> list[Cells]:
    """The lines of an export."""
    form, wrap = chance.choice(DAYS), chance.choice(WRAPS)
    grouped = chance.random() < 0.3
    columns = [name for name in HEADINGS if not (grouped and name == "unit")]
    chance.shuffle(columns)
    extra = chance.sample(EXTRA, chance.randint(0, len(EXTRA)))
    places = [*columns, *extra]
    chance.shuffle(places)
    heads = {name: chance.choice(HEADINGS[name]) if name in HEADINGS else name for name in places}

    def day(moment: datetime | None) -> str:
        return moment.strftime(form) if moment else chance.choice(NOTHING)

    def line(number: int, one: Dossier) -> Cells:
        cells = {
            "dossier_id": wrap.format(one.code),
            "procedure_code": wrap.format("1.000255.000.00.00.H45"),
            "unit": chance.choice(NAMES[one.unit]),
            "channel": chance.choice(WORDS[one.channel]),
            "applicant": chance.choice(WORDS[one.applicant]),
            "received_at": day(one.received),
            "due_at": day(one.due),
            "completed_at": day(one.completed),
            "status": chance.choice(WORDS[one.status]),
            "STT": str(number),
            "Họ và tên": "Nguyễn Thị Thử, bà",
            "Địa chỉ": "Số 1; ngõ 2, phường 3 | Tuy Hòa",
            "Số điện thoại": "0900000000",
            "Ghi chú": "",
        }
        return [cells[name] for name in places]

    lines = [[title] for title in chance.sample(["DANH SÁCH HỒ SƠ", "Từ ngày 01/01/2020 đến ngày 31/12/2020", ""], 2)]
    lines.append([heads[name] for name in places])
    if chance.random() < 0.4:
        numbered = chance.choice(NUMBERED)
        lines.append([numbered.format(number) for number in range(1, len(places) + 1)])
    for place, unit in enumerate(NAMES, 1):
        own = [one for one in rows if one.unit == unit]
        if grouped:
            name = NAMES[unit][0]
            numeral = "I" * place
            lines.append(
                chance.choice([[name], [f"{numeral}. {name} ({len(own)} hồ sơ)"], [numeral, name], [f"Đơn vị: {name}"]])
            )
            if chance.random() < 0.5:
                lines.append(["Lĩnh vực: Quy hoạch xây dựng"])
        lines += [line(number, one) for number, one in enumerate(own, 1)]
        if chance.random() < 0.3:
            lines.append(["Cộng", str(len(own))])
    lines += [["Tổng cộng", str(len(rows))], [""], ["", "", "Người lập biểu"]]
    return lines


def as_text(lines: list[Cells], chance: random.Random) -> tuple[bytes, str]:
    separator, spaced = chance.choice(",;\t|"), chance.random() < 0.2
    blank = " " if spaced else ""
    always = spaced or chance.random() < 0.2

    def cell(text: str) -> str:
        quoted = always or any(sign in text for sign in f'{separator}"\n\r') or text != text.strip()
        return '"' + text.replace('"', '""') + '"' if quoted else text

    told = "\r\n".join((separator + blank).join(map(cell, cells)) for cells in lines) + "\r\n"
    return told.encode(chance.choice(["utf-8", "utf-8-sig", "utf-16"])), ".csv"


def as_page(lines: list[Cells], chance: random.Random) -> tuple[bytes, str]:
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>" for cells in lines)
    table = f"<table border=1>{body}</table>"
    if chance.random() < 0.3:
        table = f"<table><tr><td>{table}</td></tr></table>"
    return f"<html><meta charset=utf-8><body>{table}</body></html>".encode(), ".xls"


def as_workbook(lines: list[Cells], chance: random.Random) -> tuple[bytes, str]:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Danh sách")
        for number, cells in enumerate(lines):
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(number, place, cell)
        if chance.random() < 0.3:
            sheet.write_blank(1_048_575, 40, None, book.add_format({"bold": True}))
    return packed.getvalue(), ".xlsx"


def as_biff(lines: list[Cells], chance: random.Random) -> tuple[bytes, str]:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Danh sách")
    for number, cells in enumerate(lines):
        for place, cell in enumerate(cells):
            if cell:
                sheet.write(number, place, cell)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue(), ".xls"


FORMATS: list[Callable[[list[Cells], random.Random], tuple[bytes, str]]] = [
    as_text,
    as_text,
    as_page,
    as_workbook,
    as_biff,
]


def read(path: Path) -> pd.DataFrame:
    """What cleaning makes of an export, without what is of the file alone; fails where a row is rejected."""
    export = read_export(path, headings=LOOKUPS.vocabulary.headings)
    tables = read_tables(export, LOOKUPS.vocabulary, LOOKUPS.group_unit, LOOKUPS.words)
    (table,) = tables.tables
    cleaned = clean_table(table, 0, LOOKUPS, b"k" * 32)
    assert cleaned.rejects == []
    rows = cleaned.dossiers.to_pandas().drop(columns=["sheet_index", "row", "flags"])
    return rows.sort_values("dossier_key", ignore_index=True)


def attainment(parts: list[pd.DataFrame], folder: Path) -> pd.DataFrame:
    """The rows of ``attainment.csv`` of the dossiers of many exports."""
    folder.mkdir()
    whole = pd.concat([part.assign(file=f"{number}") for number, part in enumerate(parts)], ignore_index=True)
    whole.assign(row=range(len(whole))).to_parquet(folder / "dossiers.parquet")
    reference = load_reference(REFERENCE)
    with connect() as backend:
        rows = read_dossiers(backend, folder / "dossiers.parquet")
        return attain(rows, reference, reference.decision(""), date(2020, 12, 31))


def test_however_an_export_is_written_its_dossiers_are_the_same(tmp_path: Path) -> None:
    """And so is ``attainment.csv`` of them all."""
    written, plainly = [], []
    for number in range(25 * TIMES):
        chance = random.Random(f"{SEED}-{number}")
        rows = dossiers(chance)
        plain = [[heads[0] for heads in HEADINGS.values()]] + [
            [
                *(one.code, "1.000255", NAMES[one.unit][0], WORDS[one.channel][0], WORDS[one.applicant][0]),
                *(f"{day:%d/%m/%Y %H:%M}" if day else "" for day in (one.received, one.due, one.completed)),
                WORDS[one.status][0],
            ]
            for one in rows
        ]
        expected_file = tmp_path / f"plain-{number}.csv"
        expected_file.write_text("\n".join(",".join(cells) for cells in plain), encoding="utf-8")
        expected = read(expected_file)
        assert len(expected) == len(rows)
        content, ending = chance.choice(FORMATS)(composed(rows, chance), chance)
        path = tmp_path / f"{number}{ending}"
        path.write_bytes(content)
        try:
            found = read(path)
            pd.testing.assert_frame_equal(found, expected)
        except Exception as error:
            raise AssertionError(f"composition {number}, {path}") from error
        written.append(found)
        plainly.append(expected)
    figures = attainment(written, tmp_path / "written")
    pd.testing.assert_frame_equal(figures, attainment(plainly, tmp_path / "plain"))
    assert "not_attained" in set(figures["status"])
