"""Exports of a made-up province in which whatever can go wrong does, every personal cell marked.

Files that must be quarantined, a file name and headings that mean harm, tables that break off, difficulties that tell
of people: what is published of them must hold no mark, no code of a dossier, and nothing but text.
"""

import csv
import json
from pathlib import Path

import xlsxwriter

from analysis.sample import write_sample
from support.folders import REFERENCE

MARKER = "ZQXRIENGTU"
HOSTILE = "<img src=x onerror=alert(1)>&amp;=1+1"
NUMBERS = ["0912 345 678", "+84.912.345.679", "054085009876", "mau.rieng@example.com", "H45.12-201105-7766"]
HEAD = ["Mã hồ sơ", "Mã TTHC", "Cơ quan", "Hình thức nộp", "Ngày nhận", "Họ và tên", "Trạng thái"]
CODES = "codes.json"  # beside the exports: the codes of their dossiers


def write_province(folder: Path) -> None:
    """The exports in ``folder/raw``, and the codes of their dossiers beside."""
    raw = folder / "raw"
    truth = write_sample(raw, REFERENCE, 2_000, 5, marker=MARKER, broken=True)
    for name, text in _odd_texts().items():
        (raw / name).write_text(text, encoding="utf-8")
    _write_workbook(raw / "cot-la.xlsx")
    _add_difficulties(raw / "kho-khan.csv")
    (raw / "kho-khan.xlsx").write_bytes(b"PK\x03\x04" + MARKER.encode())
    codes = sorted({code for code in truth.rows["dossier_id"] if len(code) >= 10})
    (folder / CODES).write_text(json.dumps(codes), encoding="utf-8")


def _add_difficulties(path: Path) -> None:
    """Below what the sample's units state: people in every column but the text, and their numbers in the text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        _, head, *stated = csv.reader(file)
    lines = [
        [MARKER],
        [*head, f"Người lập {MARKER}"],
        *([*line, MARKER] for line in stated),
        ["Sở Xây dựng", "2020-09", "Phần mềm", f"Gọi {' hoặc '.join(NUMBERS)} không ai nghe", MARKER],
        [MARKER, "2020-09", "Phần mềm", "Máy chậm", MARKER],
        ["Sở Xây dựng", MARKER, "Phần mềm", "Máy chậm", MARKER],
        ["", "", "", "", MARKER],
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)


def _odd_texts() -> dict[str, str]:
    head = ",".join(HEAD)
    row = f"{MARKER}-1,1.001190,Sở Xây dựng,Trực tuyến,10/06/2020,{MARKER},Đang xử lý"
    missing = f"Mã hồ sơ,Họ và tên,Địa chỉ\n{MARKER}-2,{MARKER},{MARKER}\n"
    return {
        f"{HOSTILE}.csv": f"Mã hồ sơ,Mã TTHC,Cơ quan,{HOSTILE}\nx,y,z,{HOSTILE}\n",
        "tieu-de.csv": f"{MARKER}\nNgười xuất: {MARKER}\n{head}\n{row}\n{MARKER}\nTổng cộng,1\n",
        "thieu-cot.csv": missing,
        "khong-tieu-de.csv": f"{MARKER},{MARKER}@x.vn,0901234567\n{MARKER},b,c\n",
        "ten-o-giua.csv": f"{head}\n{row}\n{MARKER},{MARKER},\n{MARKER}\n",
        "khong-ma.csv": f"{head}\n,1.001190,Sở Xây dựng,Trực tuyến,10/06/2020,{MARKER},Đang xử lý\n",
        "mo-ngoac.csv": f'{head}\n{row}\n"{MARKER},1,2,3\n',
        "html.xls": f"<html><table><tr><td>{MARKER}</td></tr></table><p>{MARKER}",
        "hai-cot.csv": f"{head},Người ký {MARKER}\n{row},{MARKER}\n",
        "nhieu-loi.csv": head + "\n" + "\n".join(f"{MARKER}-{n},x,y,z,w,{MARKER},v" for n in range(50)) + "\n",
    }


def _write_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"author": MARKER, "comments": MARKER})
        sheet = book.add_worksheet("Danh sách")
        sheet.write_row(0, 0, [*HEAD, "Số CMND"])
        sheet.write_row(1, 0, [f"{MARKER}-9", "1.001190", "Sở Xây dựng", "2", "10/06/2020", MARKER, "", MARKER])
        sheet.write_comment(1, 0, MARKER)
        book.add_worksheet("Ghi chú").write(0, 0, MARKER)
