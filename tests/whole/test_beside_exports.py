"""What lies beside the exports becomes pages of the month, is no export, and tells of nobody: a report of units, lists
of procedures, a log and monitors' lists, columns that tell how dossiers were filed. Without them each page names what
it would need.
"""

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from support.folders import HEADINGS, read_csv
from support.small_run import SmallProject, small_project
from support.worked_example import P3

pytestmark = pytest.mark.slow
PERSON, PHONE, BY_PROXY = "Lê Thị Thử Nghiệm", "0905123456", "Trần Văn Nộp Thay"
ADDRESS, QUERY, BROWSER = "203.113.7.9", "cmnd=220123456", "Firefox-77"
REPORT = f"""BÁO CÁO,,,,,
Tháng 7 năm 2020,,,,,{PERSON}
Đơn vị,Tiếp nhận trực tuyến,Trực tiếp và bưu chính,Từ kỳ trước,Đã giải quyết,Ghi chú
Sở Xây dựng,9999,88,7,6,{PERSON} {PHONE}
{PERSON},1,1,1,1,
Tổng cộng,9999,88,7,6,
,,,,,{PERSON}
"""
PORTAL = (
    "Danh sách thủ tục trên Cổng dịch vụ công,,,\nTính đến ngày 31/07/2020,,,\nMã TTHC,Tên TTHC,Cấp thực hiện,Mức độ\n"
)
DECISION = "Kèm theo Quyết định số 9/QĐ-UBND ngày 1/7/2020,,\nMã TTHC,Tên TTHC,Cấp thực hiện\nThủ tục bị bãi bỏ,,\n"
LINE = f'{ADDRESS} - - [15/Jul/2020:08:{{:02d}}:00 +0700] "GET /ho-so?{QUERY} HTTP/1.1" {{}} 9 "-" "{BROWSER}" 0.250\n'
EXPORTS = {"xuat-20200731.csv", "xuat-huyen-20200731.csv"}


def put_report(raw: Path) -> None:
    (raw / "bao-cao").mkdir()
    (raw / "bao-cao/thang-7.csv").write_text(REPORT, encoding="utf-8")


def put_lists(raw: Path, code: str) -> None:
    (raw / "sub").mkdir()
    written = code[:8].replace(".", "")  # as a spreadsheet leaves it
    rows = f"{written},A,Cấp huyện,2\n2.999999,B,Cấp huyện,3\n"
    (raw / "sub/cong.csv").write_text(f"{PORTAL}{rows}", encoding="utf-8")
    (raw / "qd.csv").write_text(f"{DECISION}2.999999,B,Cấp huyện\n", encoding="utf-8")


def put_watching(raw: Path) -> None:
    """A log, a monitor's list and a list whose times state no zone."""
    (raw / "may-chu").mkdir()
    lines = [LINE.format(minute, 502 if minute < 6 else 200) for minute in range(60)]
    (raw / "may-chu/access.log").write_text("".join(lines), encoding="utf-8")
    looks = [f"1,{int(minute >= 6)},{ADDRESS},2020-07-15 01:{minute:02d}:00,9,60\n" for minute in range(60)]
    (raw / "uptime.csv").write_text("".join(["monitor_id,status,msg,time,ping,duration\n", *looks]), encoding="utf-8")
    (raw / "hong.csv").write_text("Thời gian,Trạng thái\n2020-07-15 08:00:00,Hoạt động\n", encoding="utf-8")


def put_export(raw: Path) -> None:
    """Thirty dossiers of the district, filed and accepted within a minute, two of them by somebody else."""
    with (raw / "xuat-huyen-20200731.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADINGS, "Ngày nộp", "Người nộp thay"])
        for number in range(30):
            filed = datetime(2020, 7, 1 + number // 2, 9, number, 30)
            accepted, done = (f"{filed + timedelta(minutes=minutes):%d/%m/%Y %H:%M:%S}" for minutes in (1, 9))
            line = [f"H45-99-{number:04}", "x", P3, "H45.22", "Trực tuyến", "Cá nhân", "Cổng DVC tỉnh", accepted, done]
            writer.writerow([*line, "Đã trả kết quả", f"{filed:%d/%m/%Y %H:%M:%S}", BY_PROXY if number < 2 else ""])


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The code of a procedure that districts offer."""
    project = small_project(tmp_path_factory.mktemp("offered") / "project")
    catalogue = read_csv(project.home / "data/reference/catalogue.csv")
    return next(row["procedure_code"] for row in catalogue if row["tier"] == "district")


@pytest.fixture(scope="module")
def furnished(offered: str, tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A finished run with all of it."""
    project = small_project(tmp_path_factory.mktemp("furnished") / "project")
    put_report(project.raw)
    put_lists(project.raw, offered)
    put_watching(project.raw)
    put_export(project.raw)
    done = project.run_here("--as-of", "2020-07-31", "--units", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def _page(project: SmallProject, name: str) -> str:
    return (project.reports / f"2020-07/{name}.html").read_text(encoding="utf-8")


def test_no_file_of_them_is_an_export(furnished: SmallProject) -> None:
    assert {row["file"]: row["status"] for row in read_csv(furnished.processed / "files.csv")} == dict.fromkeys(
        EXPORTS, "accepted"
    )
    inputs = json.loads((furnished.processed / "run.json").read_text(encoding="utf-8"))["inputs"]
    assert {one["file"]: one["status"] for one in inputs}["sub/cong.csv"] == "catalogue_list"


def test_nobody_in_them_is_told_of(furnished: SmallProject) -> None:
    folders = (furnished.processed.rglob("*"), furnished.reports.rglob("*"), furnished.home.rglob(".*/**/*"))
    for path in (path for folder in folders for path in folder if path.is_file()):
        content = path.read_bytes()
        found = [words for words in (PERSON, PHONE, BY_PROXY, ADDRESS, QUERY, BROWSER) if words.encode() in content]
        assert found == [], path


def test_a_units_report_is_held_against_the_rows(furnished: SmallProject) -> None:
    (file,) = read_csv(furnished.processed / "unit_report_files.csv")
    assert (file["file"], file["lines"], file["used"], file["aside"], file["refused"]) == (
        "bao-cao/thang-7.csv",
        *("4", "2", "1", "1"),
    )
    page = _page(furnished, "reconciliation")
    assert "9.999" in page
    assert "1 dòng không có tên đơn vị nào đã biết (dòng 5)" in page


def test_lists_tell_what_the_portal_lacks(furnished: SmallProject, offered: str) -> None:
    ledger = {row["file"]: (row["role"], row["used"]) for row in read_csv(furnished.processed / "catalogue_files.csv")}
    assert ledger == {"sub/cong.csv": ("portal", "2"), "qd.csv": ("publication", "1")}
    rows = read_csv(furnished.processed / "catalogue_lines.csv")
    assert {(row["procedure_code"][:8], row["problem"]) for row in rows} == {
        (offered[:8], "wrong_level"),
        ("2.999999", "repealed_open"),
    }
    page = _page(furnished, "catalogue")
    assert "9/QĐ-UBND" in page
    assert "Nâng từ mức độ 2 lên mức độ 3." in page


def test_logs_and_lists_tell_of_the_portals_service(furnished: SmallProject) -> None:
    ledger = {row["file"]: row for row in read_csv(furnished.processed / "service_files.csv")}
    assert {name: (row["kind"], row["used"]) for name, row in ledger.items()} == {
        **{"may-chu/access.log": ("timed", "60"), "uptime.csv": ("kuma", "60"), "hong.csv": ("", "0")},
    }
    assert "zones.plain" in ledger["hong.csv"]["problem"]
    page = _page(furnished, "service")
    assert "hoạt động 89,83 %" in page  # 53 of 59 minutes
    assert "6 trong 60 lượt (10,00 %)" in page
    assert "hong.csv" in page


def test_columns_tell_how_dossiers_were_filed(furnished: SmallProject) -> None:
    rows = {row["signal"]: row for row in read_csv(furnished.processed / "substance.csv") if row["window"] == "to_date"}
    assert (rows["rushed"]["numerator"], rows["rushed"]["denominator"]) == ("30", "30")
    told = {row["file"]: row for row in read_csv(furnished.processed / "substance_files.csv")}
    assert told["xuat-huyen-20200731.csv"]["by_proxy"] == "2"
    filings = pd.read_parquet(furnished.processed / "filings.parquet")
    assert (len(filings), int(filings["by_proxy"].sum())) == (30, 2)
    page = _page(furnished, "substance")
    assert "Dấu hiệu cần kiểm tra trong nộp trực tuyến" in page
    assert "Coi nộp thay như nộp trực tiếp" in page


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("service", ["nhật ký truy cập của cổng (nginx, Apache, IIS; cả .gz)"]),
        ("catalogue", ["danh sách thủ tục của Cổng"]),
        ("substance", ["cột Ngày nộp, kèm giờ phút", "cột Nộp thay hoặc Ủy quyền"]),
    ],
)
def test_without_them_a_page_names_what_it_would_need(two_months: SmallProject, page: str, words: list[str]) -> None:
    shown = _page(two_months, page)
    assert [one for one in words if one not in shown] == []


@pytest.mark.parametrize("table", ["availability", "further_files", "catalogue_lines", "substance"])
def test_without_them_a_table_has_no_rows(two_months: SmallProject, table: str) -> None:
    assert read_csv(two_months.processed / f"{table}.csv") == []
