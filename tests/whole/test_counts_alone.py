"""A province that has counts and no export of dossiers: a run to the last page, which says what it cannot measure."""

from datetime import date
from pathlib import Path

import pytest
from support.counted import count_lines, write_counts
from support.small_run import small_project
from support.worked_example import DOSSIERS

pytestmark = pytest.mark.slow


def test_counts_alone_make_a_report_that_says_what_it_cannot_tell(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    (project.raw / "xuat-20200731.csv").unlink()
    lines = count_lines(DOSSIERS, date(2020, 7, 31), ("level", "channel", "source"))
    columns = ["unit_code", "level", "channel", "source", "month", "received", "resolved"]
    write_counts(project.raw / "dem-20200731.csv", [*lines, lines[0] | {"received": -1}], columns)
    done = project.run_here("--units", "none")
    assert done.returncode == 0, done.stderr
    page = (project.reports / "2020-07/index.html").read_text(encoding="utf-8")
    assert "không có cột «Mã TTHC»" in page
    assert "không có cột «Đối tượng»" in page
    assert "không có cột «Mức độ»" not in page
    assert "4 trên 5 hồ sơ" in page  # through the portal
    quality = (project.reports / "2020-07/quality.html").read_text(encoding="utf-8")
    assert "chỉ có số đếm, không xem được từng hồ sơ: 6, theo dem-20200731.csv" in quality
    assert "Dòng số đếm không dùng được: 1, của dem-20200731.csv" in quality
    assert "dem-20200731.csv" in (project.reports / "2020-07/targets/portal.html").read_text(encoding="utf-8")
