"""What watched the portal, put beside the exports, becomes a page of the month and is no export."""

from pathlib import Path

import pytest
from support.folders import read_csv
from support.small_run import small_project

pytestmark = pytest.mark.slow
ADDRESS, QUERY = "203.113.7.9", "cmnd=220123456"
LINE = f'{ADDRESS} - - [15/Jul/2020:08:{{:02d}}:00 +0700] "GET /ho-so?{QUERY} HTTP/1.1" {{}} 9 "-" "Firefox-77" 0.250\n'


def put_files(raw: Path) -> None:
    """A log, a monitor's list and a list whose times state no zone."""
    (raw / "may-chu").mkdir()
    lines = [LINE.format(minute, 502 if minute < 6 else 200) for minute in range(60)]
    (raw / "may-chu/access.log").write_text("".join(lines), encoding="utf-8")
    looks = [f"1,{int(minute >= 6)},{ADDRESS},2020-07-15 01:{minute:02d}:00,9,60\n" for minute in range(60)]
    (raw / "uptime.csv").write_text("".join(["monitor_id,status,msg,time,ping,duration\n", *looks]), encoding="utf-8")
    (raw / "hong.csv").write_text("Thời gian,Trạng thái\n2020-07-15 08:00:00,Hoạt động\n", encoding="utf-8")


def test_a_run_tells_of_the_portal_and_of_nobody_who_came(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    put_files(project.raw)
    done = project.run_here("--as-of", "2020-07-31", "--units", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row["status"] for row in read_csv(project.processed / "files.csv")] == ["accepted"]
    ledger = {row["file"]: row for row in read_csv(project.processed / "service_files.csv")}
    assert {name: (row["kind"], row["used"]) for name, row in ledger.items()} == {
        **{"may-chu/access.log": ("timed", "60"), "uptime.csv": ("kuma", "60"), "hong.csv": ("", "0")},
    }
    assert "zones.plain" in ledger["hong.csv"]["problem"]
    page = (project.reports / "2020-07/service.html").read_text(encoding="utf-8")
    assert "hoạt động 89,83 %" in page  # 53 of 59 minutes
    assert "6 trong 60 lượt (10,00 %)" in page
    assert "hong.csv" in page
    for path in (*project.processed.rglob("*"), *project.reports.rglob("*"), *project.home.rglob(".*/**/*")):
        if path.is_file():
            content = path.read_bytes()
            assert not any(words.encode() in content for words in (ADDRESS, QUERY, "Firefox-77")), path


def test_a_run_without_them_names_the_file_it_would_need(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    done = project.run_here("--as-of", "2020-07-31", "--units", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    page = (project.reports / "2020-07/service.html").read_text(encoding="utf-8")
    assert "nhật ký truy cập của cổng (nginx, Apache, IIS; cả .gz)" in page
    assert read_csv(project.processed / "availability.csv") == []
