"""A unit's report that lies beside the exports becomes a page of the month, is no export, and tells of nobody."""

from pathlib import Path

import pytest
from support.folders import read_csv
from support.small_run import small_project

pytestmark = pytest.mark.slow
PERSON, PHONE = "Lê Thị Thử Nghiệm", "0905123456"
REPORT = f"""BÁO CÁO,,,,,
Tháng 7 năm 2020,,,,,{PERSON}
Đơn vị,Tiếp nhận trực tuyến,Trực tiếp và bưu chính,Từ kỳ trước,Đã giải quyết,Ghi chú
Sở Xây dựng,9999,88,7,6,{PERSON} {PHONE}
{PERSON},1,1,1,1,
Tổng cộng,9999,88,7,6,
,,,,,{PERSON}
"""


def test_a_run_tells_of_units_reports_and_of_nobody_in_them(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    (project.raw / "bao-cao").mkdir()
    (project.raw / "bao-cao/thang-7.csv").write_text(REPORT, encoding="utf-8")
    done = project.run_here("--as-of", "2020-07-31", "--units", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row["status"] for row in read_csv(project.processed / "files.csv")] == ["accepted"]
    (file,) = read_csv(project.processed / "unit_report_files.csv")
    assert (file["file"], file["lines"], file["used"], file["aside"], file["refused"]) == (
        "bao-cao/thang-7.csv",
        *("4", "2", "1", "1"),
    )
    page = (project.reports / "2020-07/reconciliation.html").read_text(encoding="utf-8")
    assert "9.999" in page
    assert "1 dòng không có tên đơn vị nào đã biết (dòng 5)" in page
    for path in (*project.processed.rglob("*"), *project.reports.rglob("*"), *project.home.rglob(".*/**/*")):
        if path.is_file():
            content = path.read_bytes()
            assert not any(words.encode() in content for words in (PERSON, PHONE)), path
