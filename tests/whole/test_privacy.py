"""Nothing personal gets past the reader (contract §3): marked cells are sought in everything that a run writes."""

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter
from support.folders import REFERENCE, read_csv
from support.small_run import DVCTT, call

from analysis.dossiers.masking import MASK
from analysis.sample import Truth, write_sample

pytestmark = pytest.mark.slow
MARKER = "ZQXRIENGTU"
NUMBERS = ["0912 345 678", "+84.912.345.679", "054085009876", "mau.rieng@example.com", "H45.12-201105-7766"]
HEAD = ["Mã hồ sơ", "Mã TTHC", "Cơ quan", "Hình thức nộp", "Ngày nhận", "Họ và tên", "Trạng thái"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("privacy")


@pytest.fixture(scope="module")
def truth(home: Path) -> Truth:
    """Exports of every format whose personal cells are all marked, and files that go wrong in every way."""
    truth = write_sample(home / "raw", REFERENCE, 1_500, 3, marker=MARKER, broken=True)
    for name, text in _odd_texts().items():
        (home / "raw" / name).write_text(text, encoding="utf-8")
    _write_workbook(home / "raw/cot-la.xlsx")
    (home / "raw/kho-khan.csv").write_text(_difficulties(), encoding="utf-8")
    (home / "raw/kho-khan.xlsx").write_bytes(b"PK\x03\x04" + MARKER.encode())
    return truth


def _difficulties() -> str:
    """A file of difficulties with people in every column but the text, and their numbers in the text."""
    lines = [
        f"{MARKER},,,,",
        f"Đơn vị,Tháng,Loại,Nội dung,Người lập {MARKER}",
        f"Sở Xây dựng,2020-09,Phần mềm,Gọi {' hoặc '.join(NUMBERS)} không ai nghe,{MARKER}",
        f"{MARKER},2020-09,Phần mềm,Máy chậm,{MARKER}",
        f"Sở Xây dựng,{MARKER},Phần mềm,Máy chậm,{MARKER}",
        f",,,,{MARKER}",
    ]
    return "\n".join(lines)


def _odd_texts() -> dict[str, str]:
    head = ",".join(HEAD)
    row = f"{MARKER}-1,1.001190,Sở Xây dựng,Trực tuyến,10/06/2020,{MARKER},Đang xử lý"
    missing = f"Mã hồ sơ,Họ và tên,Địa chỉ\n{MARKER}-2,{MARKER},{MARKER}\n"
    return {
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


@pytest.fixture(scope="module", params=["vi", "en"])
def done(home: Path, truth: Truth, request: pytest.FixtureRequest) -> subprocess.CompletedProcess[str]:
    """A whole run whose every folder, home and temporary ones too, lies in ``home``."""
    (home / "tmp").mkdir(exist_ok=True)
    folders = {"--raw": "raw", "--processed": "out/processed", "--reports": "out/reports"}
    options = [word for option, name in folders.items() for word in (option, str(home / name))]
    command = [*DVCTT, "run", *options, "--reference", str(REFERENCE), "--lang", request.param]
    command += ["--units", "H45.18,H45.22,AREA:H45.22,TIER:commune"]
    return call(command, home / "tmp", HOME=str(home / "tmp"), TMPDIR=str(home / "tmp"), LC_ALL="C.UTF-8")


def test_no_marked_cell_is_in_anything_written(
    home: Path, truth: Truth, done: subprocess.CompletedProcess[str]
) -> None:
    assert done.returncode == 3, done.stderr
    written = [path for folder in ("out", "tmp") for path in (home / folder).rglob("*") if path.is_file()]
    assert {path.suffix for path in written} >= {".csv", ".parquet", ".json", ".html", ".ipynb", ".xlsx", ".docx"}
    found = [str(path) for path in written if _tells(path)]
    assert found == []
    assert not _holds(done.stdout.encode()), done.stdout
    assert not _holds(done.stderr.encode()), done.stderr


def test_no_dossier_code_is_in_anything_written(
    home: Path, truth: Truth, done: subprocess.CompletedProcess[str]
) -> None:
    codes = {code.encode() for code in truth.rows["dossier_id"] if len(code) >= 10}
    assert len(codes) > 1_000
    for path in (home / "out").rglob("*"):
        if path.is_file():
            content = _text_of(path)
            assert not [code for code in codes if code in content], path


def test_what_a_difficulty_says_of_a_person_is_masked(
    home: Path, truth: Truth, done: subprocess.CompletedProcess[str]
) -> None:
    (row,) = read_csv(home / "out/processed/difficulties.csv")
    assert row["text"] == f"Gọi {' hoặc '.join([MASK] * len(NUMBERS))} không ai nghe"
    ledger = json.loads((home / "out/processed/clean.json").read_text(encoding="utf-8"))["difficulties"]
    assert ledger[0]["refused"] == {"unknown_unit": 1, "bad_month": 1}
    assert ledger[1]["problem"]
    for path in (home / "out").rglob("*"):
        if path.is_file():
            content = _text_of(path)
            assert not [number for number in NUMBERS if number.encode() in content], path


def test_the_search_itself_finds_what_is_there(home: Path, truth: Truth) -> None:
    assert sum(_tells(path) for path in (home / "raw").rglob("*.csv")) > 5


def _tells(path: Path) -> bool:
    return _holds(_text_of(path)) or MARKER.lower() in str(path).lower()


def _holds(content: bytes) -> bool:
    low = content.lower()
    return any(MARKER.lower().encode(encoding) in low for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def _text_of(path: Path) -> bytes:
    """A file's bytes, and what it holds when it is unpacked."""
    content = path.read_bytes()
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as archive:
            return content + b"".join(archive.read(name) for name in archive.namelist())
    if path.suffix != ".parquet":
        return content
    table = pq.read_table(io.BytesIO(content))
    return content + str(table.to_pydict()).encode() + str(table.schema).encode()
