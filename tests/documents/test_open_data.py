"""Open data are the run's tables, described to the last column, without a dossier or a formula in them."""

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from support.documents import Documents
from support.folders import REFERENCE
from support.published import Publication

import analysis as dv
from analysis.documents.open_data import DICTIONARY, published_tables
from analysis.findings.finding import asks
from analysis.findings.report import Report
from analysis.outlook.before import read_before
from analysis.reference.columns import load_columns

pytestmark = pytest.mark.slow


def test_open_data_are_the_tables_of_the_run(documents: Documents, september: Publication) -> None:
    for name in ("attainment", "trends", "gap", "projection", "comparison", "changes", "files"):
        content = (documents.open_data / f"{name}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        shown = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
        pd.testing.assert_frame_equal(shown, pd.read_csv(september.processed / f"{name}.csv"))


def test_open_data_hold_no_dossier_and_of_procedures_what_is_told(documents: Documents, september: Publication) -> None:
    folder = documents.open_data
    assert {path.name for path in folder.iterdir()} == {
        *("attainment.csv", "trends.csv", "gap.csv", "projection.csv", "comparison.csv", "files.csv"),
        *("rejects_by_reason.csv", "definitions.csv", "data-dictionary.csv", "README.md"),
        *("procedure_counts.csv", "changes.csv", "standing.csv", "catalogue.csv", "decision.json"),
    }
    for path in folder.glob("*.csv"):
        heads = path.read_text(encoding="utf-8-sig").splitlines()[0]
        of_procedures = path.name in ("procedure_counts.csv", "catalogue.csv")  # the latter has no counts
        assert not re.search("procedure_|dossier_key|detail", heads) or of_procedures
    told = pd.read_csv(folder / "procedure_counts.csv", encoding="utf-8-sig")
    known = pd.read_csv(september.processed / "procedures.csv")
    assert len(told) == known["told"].notna().sum() > 0
    assert told["told"].min() >= 5
    assert not (told["told_online"].isin(range(1, 5)) | (told["told"] - told["told_online"]).isin(range(1, 5))).any()
    assert not {"dossiers", "online"} & set(told), "the true counts stay in the processed folder"
    words = (folder / "README.md").read_text(encoding="utf-8")
    assert "Dữ liệu mô phỏng" in words
    assert "Synthetic data" in words


def test_what_the_next_month_is_compared_with_is_what_the_run_went_by(
    documents: Documents, report: Report, september: Publication
) -> None:
    before = read_before(september.reports, "2020-10", report.decision)
    assert before is not None
    assert (before.month, before.as_of, before.decision) == (september.name, report.as_of, report.decision)
    pd.testing.assert_frame_equal(before.catalogue, report.reference.catalogue)
    told = {key: ask.keys for key, ask in asks(report, report.names).items()}
    asked = before.standing[before.standing["ask"].fillna("") != ""]
    assert len(asked) == len(told) > 0, "while the period lasts"
    for row in asked.fillna("").itertuples(index=False):
        assert row.ask_named == "|".join(told[row.target_id, row.unit_code])


def for_analysts(processed: Path) -> set[tuple[str, str]]:
    """Each table that ``columns.toml`` describes for analysts, its columns as a run and the explorer give them."""
    data = dv.load(processed=processed, reference=REFERENCE)
    procedures = dv.explain(target="l3-procedures", data=data).procedures
    compared = dv.compare(data, "l3-dossiers", "district")
    given = [data.dossiers, data.catalogue, data.units, data.rejects, data.targets, procedures, compared]
    written = {path.stem: pd.read_csv(path, nrows=0) for path in processed.glob("*.csv")}
    tables = {**written, **{table.about: table for table in given}}
    return {(name, column) for name, table in tables.items() for column in table.columns}


def test_every_column_is_in_the_dictionary_and_no_entry_is_left_over(
    documents: Documents, report: Report, september: Publication
) -> None:
    folder = documents.open_data
    entries = pd.read_csv(folder / f"{DICTIONARY}.csv", encoding="utf-8-sig", keep_default_na=False)
    described = set(zip(entries["table"], entries["column"], strict=True))
    written = set()
    for path in folder.glob("*.csv"):
        heads = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        written |= {(path.stem, head) for head in heads}
    assert described == written
    assert (entries[["type", "title_vi", "title_en", "description_vi", "description_en"]] != "").all(axis=None)
    known = load_columns(REFERENCE)
    assert {name for name, table in known.tables.items() if table.published} == {*published_tables(report), DICTIONARY}
    used = {known.key(table, column) for table, column in described | for_analysts(september.processed)}
    assert used == known.columns.keys()


def test_hostile_names_begin_no_formula(hostile: Documents) -> None:
    for table in hostile.open_data.glob("*.csv"):
        for line in csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"))):
            assert not [cell for cell in line if cell.startswith(("=", "+", "@", "\t"))]
