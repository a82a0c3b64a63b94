"""The portal's list and a decision's, put beside the exports, become a page of the month and are no exports."""

import json
from pathlib import Path

import pytest
from support.folders import read_csv
from support.small_run import small_project

pytestmark = pytest.mark.slow
PORTAL = (
    "Danh sách thủ tục trên Cổng dịch vụ công,,,\nTính đến ngày 31/07/2020,,,\nMã TTHC,Tên TTHC,Cấp thực hiện,Mức độ\n"
)
DECISION = "Kèm theo Quyết định số 9/QĐ-UBND ngày 1/7/2020,,\nMã TTHC,Tên TTHC,Cấp thực hiện\nThủ tục bị bãi bỏ,,\n"


def test_a_run_tells_what_the_portal_lacks(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    offered = read_csv(project.home / "data/reference/catalogue.csv")
    there = next(row for row in offered if row["tier"] == "district")
    (project.raw / "sub").mkdir()
    code = there["procedure_code"][:8].replace(".", "")  # as a spreadsheet leaves it
    (project.raw / "sub/cong.csv").write_text(
        f"{PORTAL}{code},A,Cấp huyện,2\n2.999999,B,Cấp huyện,3\n", encoding="utf-8"
    )
    (project.raw / "qd.csv").write_text(f"{DECISION}2.999999,B,Cấp huyện\n", encoding="utf-8")
    done = project.run_here("--as-of", "2020-07-31", "--units", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row["status"] for row in read_csv(project.processed / "files.csv")] == ["accepted"]
    ledger = {row["file"]: (row["role"], row["used"]) for row in read_csv(project.processed / "catalogue_files.csv")}
    assert ledger == {"sub/cong.csv": ("portal", "2"), "qd.csv": ("publication", "1")}
    lines = {(row["procedure_code"][:8], row["problem"]) for row in read_csv(project.processed / "catalogue_lines.csv")}
    assert lines == {(there["procedure_code"][:8], "wrong_level"), ("2.999999", "repealed_open")}
    inputs = json.loads((project.processed / "run.json").read_text(encoding="utf-8"))["inputs"]
    assert {one["file"]: one["status"] for one in inputs}["sub/cong.csv"] == "catalogue_list"
    page = (project.reports / "2020-07/catalogue.html").read_text(encoding="utf-8")
    assert "9/QĐ-UBND" in page
    assert "Nâng từ mức độ 2 lên mức độ 3." in page


def test_a_run_without_them_names_the_file_it_would_need(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    done = project.run_here("--as-of", "2020-07-31", "--units", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "danh sách thủ tục của Cổng" in (project.reports / "2020-07/catalogue.html").read_text(encoding="utf-8")
    assert (
        read_csv(project.processed / "further_files.csv") == read_csv(project.processed / "catalogue_lines.csv") == []
    )
