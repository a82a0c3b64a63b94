"""Files that no reader can use and that must be quarantined, each with a reason of its own."""

import io
from pathlib import Path

import xlsxwriter
import xlwt

from analysis.sample.words import SYNTHETIC

FOLDER = "khong-doc-duoc"


def write_broken(out: Path) -> list[dict[str, object]]:
    """Write one file of each kind of harm below ``out``; the truth's entries for them."""
    folder = out / FOLDER
    folder.mkdir(parents=True)
    made = {
        "bi-cat.xlsx": ("xlsx", _workbook(["Mã hồ sơ"])[:-400]),
        "rong.xlsx": ("xlsx", b""),
        "rong.csv": ("csv", b""),
        "co-mat-khau.xlsx": ("xlsx", _encrypted()),
        "anh.xlsx": ("xlsx", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
        "van-ban.xls": ("xls", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"),
        "thieu-cot.xlsx": ("xlsx", _workbook(["STT", "Mã hồ sơ", "Mã TTHC", "Cơ quan giải quyết", "Ngày tiếp nhận"])),
        "khong-co-bang.csv": ("csv", f"{SYNTHETIC}\r\nkhông có bảng nào\r\n".encode("utf-8-sig")),
    }
    for name, (_, content) in made.items():
        (folder / name).write_bytes(content)
    return [
        {
            "file": f"{FOLDER}/{name}",
            "kind": "broken",
            "format": kind,
            "encoding": "",
            "export_date": "",
            "skipped_lines": 0,
            "blank_lines": 0,
            "quarantined": True,
        }
        for name, (kind, _) in made.items()
    ]


def _workbook(headings: list[str]) -> bytes:
    """A workbook with a table that lacks required columns."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    page = book.add_worksheet("Danh sách")
    page.write_row(0, 0, [SYNTHETIC])
    page.write_row(1, 0, headings)
    page.write_row(2, 0, [f"mẫu {number}" for number in range(len(headings))])
    book.close()
    return content.getvalue()


def _encrypted() -> bytes:
    """A compound file whose only stream is called EncryptedPackage, as a workbook with a password has it."""
    book = xlwt.Workbook()
    book.add_sheet("Danh sách")
    content = io.BytesIO()
    book.save(content)
    plain = "Workbook".encode("utf-16-le")
    name = "EncryptedPackage".encode("utf-16-le")
    entry = content.getvalue()
    at = entry.index(plain.ljust(64, b"\0"))
    return entry[:at] + name.ljust(64, b"\0") + (len(name) + 2).to_bytes(2, "little") + entry[at + 66 :]
