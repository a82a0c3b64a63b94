"""How dossiers were filed, told by two more columns, becomes a page of the month; who filed for others is nowhere."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from support.folders import HEADINGS, read_csv
from support.small_run import SmallProject, small_project
from support.worked_example import P3

pytestmark = pytest.mark.slow
NAME = "Trần Văn Nộp Thay"


def put_export(raw: Path) -> None:
    """Thirty dossiers of the district, filed and accepted within a minute, two of them by somebody else."""
    with (raw / "xuat-huyen-20200731.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADINGS, "Ngày nộp", "Người nộp thay"])
        for number in range(30):
            filed = datetime(2020, 7, 1 + number // 2, 9, number, 30)
            accepted, done = (f"{filed + timedelta(minutes=minutes):%d/%m/%Y %H:%M:%S}" for minutes in (1, 9))
            line = [f"H45-99-{number:04}", "x", P3, "H45.22", "Trực tuyến", "Cá nhân", "Cổng DVC tỉnh", accepted, done]
            writer.writerow([*line, "Đã trả kết quả", f"{filed:%d/%m/%Y %H:%M:%S}", NAME if number < 2 else ""])


def test_a_run_tells_how_dossiers_were_filed_and_by_nobodys_name(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    put_export(project.raw)
    done = project.run_here("--as-of", "2020-07-31", "--units", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {row["signal"]: row for row in read_csv(project.processed / "substance.csv") if row["window"] == "to_date"}
    assert (rows["rushed"]["numerator"], rows["rushed"]["denominator"]) == ("30", "30")
    told = {row["file"]: row for row in read_csv(project.processed / "substance_files.csv")}
    assert told["xuat-huyen-20200731.csv"]["by_proxy"] == "2"
    filings = pd.read_parquet(project.processed / "filings.parquet")
    assert (len(filings), int(filings["by_proxy"].sum())) == (30, 2)
    page = (project.reports / "2020-07/substance.html").read_text(encoding="utf-8")
    assert "Dấu hiệu cần kiểm tra trong nộp trực tuyến" in page
    assert "Coi nộp thay như nộp trực tiếp" in page
    _nowhere(project, NAME)


def test_a_run_without_them_names_the_columns_it_would_need(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    done = project.run_here("--as-of", "2020-07-31", "--units", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    page = (project.reports / "2020-07/substance.html").read_text(encoding="utf-8")
    assert "cột Ngày nộp, kèm giờ phút" in page
    assert "cột Nộp thay hoặc Ủy quyền" in page
    assert read_csv(project.processed / "substance.csv") == []


def _nowhere(project: SmallProject, name: str) -> None:
    for path in (*project.processed.rglob("*"), *project.reports.rglob("*"), *project.home.rglob(".*/**/*")):
        if path.is_file():
            assert name.encode() not in path.read_bytes(), path
