"""Files that are no exports: those that must be quarantined, each with a reason of its own, and one to pass over."""

import io
from datetime import datetime
from pathlib import Path

import xlsxwriter

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


def leave_owner_file(workbook: Path, owner: str) -> None:
    """What a crashed Excel leaves beside a workbook: ``~$`` and its name, 165 bytes that say who had it open."""
    bare = owner.encode("ascii", "replace")[:53]
    wide = owner.encode("utf-16-le")[:108]
    content = bytes([len(bare)]) + bare.ljust(54) + (len(wide) // 2).to_bytes(2, "little") + wide
    workbook.with_name(f"~${workbook.name}").write_bytes(content.ljust(165, b"\0"))


def _workbook(headings: list[str]) -> bytes:
    """A workbook with a table that lacks required columns."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"created": datetime(2020, 12, 31)})
    page = book.add_worksheet("Danh sách")
    page.write_row(0, 0, [SYNTHETIC])
    page.write_row(1, 0, headings)
    page.write_row(2, 0, [f"mẫu {number}" for number in range(len(headings))])
    book.close()
    return content.getvalue()


def _encrypted() -> bytes:
    """A compound file whose only stream is called EncryptedPackage, as a workbook with a password has it."""
    import xlwt  # there for tests

    book = xlwt.Workbook()
    book.add_sheet("Danh sách")
    content = io.BytesIO()
    book.save(content)
    plain = "Workbook".encode("utf-16-le")
    name = "EncryptedPackage".encode("utf-16-le")
    entry = content.getvalue()
    at = entry.index(plain.ljust(64, b"\0"))
    return entry[:at] + name.ljust(64, b"\0") + (len(name) + 2).to_bytes(2, "little") + entry[at + 66 :]
