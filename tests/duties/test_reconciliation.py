"""Units' reports beside exports, from files to tables: what agrees, what a rule explains, what nothing does."""

import csv
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.folders import REFERENCE
from support.reported import count_cells

from analysis.dossiers.further_files import further_files
from analysis.dossiers.further_kinds import UNIT_REPORT
from analysis.dossiers.stage import clean_exports
from analysis.duties import DUTIES
from analysis.duties.reconciliation import reports_against_rows
from analysis.language.texts import Language
from analysis.reference.columns import read_table
from analysis.reference.tables import load_reference
from analysis.sample import write_sample
from analysis.storage.backends import connect, read_dossiers

pytestmark = pytest.mark.slow
Tables = dict[str, pd.DataFrame]
CELLS = ("received_total", "received_online", "received_offline", "carried_over", "settled_total", "open_total")
HEAD = ["Đơn vị", "Tổng số hồ sơ nhận giải quyết", "Tiếp nhận trực tuyến", "Trực tiếp và bưu chính", "Từ kỳ trước"]
HEAD += ["Đã giải quyết", "Đang giải quyết"]
SEPTEMBER = (date(2020, 9, 1), date(2020, 9, 30))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tables]:
    """A sample's run, with reports of September by three units, one by a rule, one mistyped, beside the exports."""
    folder = tmp_path_factory.mktemp("reconciliation")
    reference = load_reference(REFERENCE)
    write_sample(folder / "raw", REFERENCE, 4000, 7, faults=0.0)
    clean_exports(folder / "raw", reference, folder / "processed", folder / "work", jobs=2)
    reports = _reports(folder / "processed")
    (folder / "raw" / "bao-cao").mkdir()
    _write(folder / "raw" / "bao-cao" / "thang-9.csv", reports)
    shutil.copy(folder / "raw" / "bao-cao" / "thang-9.csv", folder / "raw" / "ban-sao.csv")
    _write(folder / "raw" / "thang-1-2021.csv", reports, "Tháng 01 năm 2021")
    clean_exports(folder / "raw", reference, folder / "processed", folder / "work", jobs=2)
    return folder, _tables(folder)


def _tables(folder: Path, raw: str = "raw") -> Tables:
    reference, processed = load_reference(REFERENCE), folder / "processed"
    files = further_files(folder / raw, processed, reference, UNIT_REPORT) if raw else []
    with connect() as backend:
        dossiers = read_dossiers(backend, processed / "dossiers.parquet")
        return reports_against_rows(dossiers, files, reference, date(2020, 12, 31), Language("en"))


def _reports(processed: Path) -> list[list[str]]:
    dossiers = _dossiers(processed)
    of_departments = pd.DataFrame([one for one in dossiers if one["tier"] == "province"])
    months = pd.to_datetime(of_departments["received_at"]).dt.month
    by_post = of_departments[(months == SEPTEMBER[0].month) & (of_departments["channel"] == "post")]
    follows = by_post["unit_code"].value_counts().index[0]
    others = [code for code in of_departments["unit_code"].value_counts().index if code != follows]
    names = load_reference(REFERENCE).units.set_index("unit_code")["unit_name"]
    rows = []
    for code, rule in ((others[0], {}), (follows, {"without": {"channel": ["post"]}}), (others[1], {})):
        cells = count_cells(dossiers, [], code, *SEPTEMBER, rule)
        rows.append([names[code], *(str(cells[cell]) for cell in CELLS)])
    rows[2][1] = str(int(rows[2][1]) + 30)
    return rows


def _dossiers(processed: Path) -> list[dict[str, Any]]:
    with connect() as backend:
        rows = read_dossiers(backend, processed / "dossiers.parquet").to_pandas().astype(object)
    return rows.where(rows.notna(), None).to_dict("records")


def _write(path: Path, rows: list[list[str]], period: str = "Tháng 9 năm 2020") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["BÁO CÁO"], [period], HEAD, *rows, ["Sở Không Có", *["1"] * 6]])


def test_a_report_that_agrees_a_rule_and_an_error_come_out_as_what_they_are(made: tuple[Path, Tables]) -> None:
    found = made[1]["reconciliation"]
    assert set(found["file"]) == {"ban-sao.csv"}  # the first of two alike
    by_unit = {code: set(rows["status"]) for code, rows in found.groupby("unit_code", sort=False)}
    assert sorted(map(sorted, by_unit.values())) == [["equal"], ["equal", "explained"], ["equal", "unexplained"]]
    assert set(found.loc[found["status"] == "explained", "rule"]) == {"without_post"}
    assert (found["difference"] == found["reported"] - found["ours"]).all()
    rules = made[1]["reconciliation_rules"]
    assert rules[rules["unit_code"] == "ALL"]["share"].sum() == pytest.approx(1)
    assert set(rules.loc[rules["unit_code"] == "ALL", "rule"]) == {"without_post", ""}
    sums = made[1]["reconciliation_sums"]
    assert set(sums["cell"]) == {"received_total"}
    assert (sums["reported"] - sums["added"] == 30).all()


def test_every_file_and_row_is_accounted_for(made: tuple[Path, Tables]) -> None:
    files = made[1]["unit_report_files"].set_index("file")
    assert (files["lines"] == files["used"] + files["aside"] + files["refused"]).all()
    assert files.loc["bao-cao/thang-9.csv", "copy_of"] == "ban-sao.csv"
    refused = made[1]["unit_report_refused"]
    assert refused["reason"].value_counts().to_dict() == {"not_covered": 3, "unknown_unit": 2}
    exports = read_table(made[0] / "processed" / "files.csv")
    assert not set(files.index) & set(exports["file"])


def test_without_reports_the_tables_have_their_columns_and_no_row(made: tuple[Path, Tables]) -> None:
    tables = _tables(made[0], "")
    assert set(tables) == {name for name in DUTIES if name.startswith(("reconciliation", "unit_report"))}
    assert all(tables[name].empty and list(tables[name]) == list(made[1][name]) for name in tables)
