"""Open data are the run's tables, described to the last column, without a dossier or a formula in them."""

import csv
import io
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from support.documents import Documents
from support.folders import REFERENCE
from support.published import Publication

import analysis as dv
from analysis.documents import open_data
from analysis.documents.open_data import DICTIONARY, published_tables, write_open_data
from analysis.findings.finding import asks
from analysis.findings.report import Report
from analysis.outlook.before import read_before
from analysis.outlook.stage import read_told
from analysis.reference.columns import load_columns, read_arrow, read_published, read_table

pytestmark = pytest.mark.slow
TARGETS = ("l3-procedures", "l3-dossiers", "l3-interagency", "l4-procedures", "l4-dossiers", "l4-interagency", "portal")
# How Table Schema writes what each of its types holds.
SHAPES = {
    **{"string": r"(?s).*", "integer": r"-?\d+", "number": r"-?\d+(\.\d+)?(e-?\d+)?", "boolean": "true|false"},
    **{"date": r"\d{4}-\d\d-\d\d", "yearmonth": r"\d{4}-\d\d"},
}


def test_open_data_are_the_tables_of_the_run(documents: Documents, september: Publication) -> None:
    for name in ("trends", "gap", "projection", "comparison", "changes", "files"):
        content = (documents.open_data / f"{name}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        shown = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
        pd.testing.assert_frame_equal(shown, pd.read_csv(september.processed / f"{name}.csv"))


def test_a_table_that_is_cut_is_whole_by_its_targets_and_as_parquet(
    documents: Documents, report: Report, september: Publication
) -> None:
    folder, own = documents.open_data, pd.read_csv(september.processed / "attainment.csv")
    for target in report.decision.targets:
        shown = pd.read_csv(folder / f"attainment-{target.id}.csv", encoding="utf-8-sig")
        expected = own[own["target_id"] == target.id].reset_index(drop=True)
        pd.testing.assert_frame_equal(shown, expected, check_dtype=False)  # no target of any level has no level
    pd.testing.assert_frame_equal(
        read_published(folder, "attainment"), read_table(september.processed / "attainment.csv")
    )
    pd.testing.assert_frame_equal(read_published(folder, "gap"), read_table(september.processed / "gap.csv"))


def test_no_csv_is_larger_than_the_limit_and_the_pieces_are_the_table(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_data, "LARGEST", 40_000)
    names = write_open_data(tmp_path, report)
    assert all(path.stat().st_size <= 40_000 for path in tmp_path.glob("*.csv"))
    for table in ("attainment", "comparison"):
        pieces = [tmp_path / name for name in names if name.startswith(f"{table}-")]
        assert len(pieces) > 4
        together = pd.concat([read_csv(path) for path in pieces], ignore_index=True)
        whole = pd.read_parquet(tmp_path / f"{table}.parquet")
        pd.testing.assert_frame_equal(together, whole, check_dtype=False)
        assert f"{table}.csv" not in names


def test_a_month_is_compared_with_one_whose_tables_were_cut(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said of many units, and told of many procedures, is more than one file holds."""
    month = tmp_path / "2020-09" / "open-data"
    few = report.reference.catalogue.head(100)
    monkeypatch.setattr(open_data, "LARGEST", 60_000)
    names = write_open_data(month, replace(report, reference=replace(report.reference, catalogue=few)))
    before = read_before(tmp_path, "2020-10", report.decision)
    assert {"standing.parquet", "catalogue.csv"} <= set(names)
    assert before is not None
    assert len(before.standing) == len(published_tables(report)["standing"])
    write_open_data(month, report)
    assert read_before(tmp_path, "2020-10", report.decision) is None, "a piece of a catalogue is none"


def test_a_large_table_keeps_to_five_megabytes(report: Report, tmp_path: Path) -> None:
    few = report.attainment[report.attainment["target_id"] == "portal"]
    times = 1 + 7_000_000 // len(few.to_csv(index=False).encode())
    large = replace(report, attainment=pd.concat([few] * times, ignore_index=True))
    write_open_data(tmp_path, large)
    pieces = sorted(tmp_path.glob("attainment-portal-*.csv"))
    assert len(pieces) > 1
    assert all(path.stat().st_size <= 5_000_000 for path in tmp_path.glob("*.csv"))
    assert sum(len(read_csv(path)) for path in pieces) == len(large.attainment)


def test_the_data_package_describes_every_column_of_every_file(documents: Documents) -> None:
    """By the rules of Frictionless (Data Package and Table Schema, version 1), counted here by themselves."""
    folder = documents.open_data
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"[-a-z0-9._/]+", package["name"])
    described = {resource["path"]: resource for resource in package["resources"]}
    assert described.keys() == {path.name for path in folder.iterdir()} - {
        "datapackage.json",
        "README.md",
        "decision.json",
    }
    assert len({resource["name"] for resource in described.values()}) == len(described)
    assert all(re.fullmatch(r"[-a-z0-9._/]+", resource["name"]) for resource in described.values())
    for path, resource in described.items():
        fields = resource["schema"]["fields"]
        assert resource["format"] == Path(path).suffix[1:]
        assert all(field["title"] and field["description"] for field in fields)
        if path.endswith(".csv"):
            assert resource["encoding"] == "utf-8"
            table = pd.read_csv(folder / path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
            assert [field["name"] for field in fields] == list(table.columns)
            for field in fields:
                filled = table[field["name"]][table[field["name"]] != ""]
                assert filled.str.fullmatch(SHAPES[field["type"]]).all(), (path, field)
        else:
            assert [field["name"] for field in fields] == pd.read_parquet(folder / path).columns.tolist()


def read_csv(path: Path) -> pd.DataFrame:
    """A piece as the whole is read: texts stay texts, blanks too."""
    table, *_ = path.stem.split("-")
    return read_table(path.rename(path.with_name(f"{table}.csv")))


def test_what_months_have_told_is_read_whether_it_is_cut_or_not(documents: Documents, tmp_path: Path) -> None:
    month = tmp_path / "2020-09" / "open-data"
    month.mkdir(parents=True)
    path = Path(shutil.copy(documents.open_data / "procedure_counts.csv", month))
    told = read_told(tmp_path)
    assert told is not None
    assert len(told) > 0
    pq.write_table(read_arrow(path), path.with_suffix(".parquet"))
    path.rename(month / "procedure_counts-1.csv")
    again = read_told(tmp_path)
    assert again is not None
    pd.testing.assert_frame_equal(again, told)


def test_open_data_hold_no_dossier_and_of_procedures_what_is_told(documents: Documents, september: Publication) -> None:
    folder = documents.open_data
    assert {path.name for path in folder.iterdir()} == {
        *(f"attainment-{target}.csv" for target in TARGETS),
        *(
            "attainment.parquet",
            "datapackage.json",
            "trends.csv",
            "gap.csv",
            "projection.csv",
            "comparison.csv",
            "files.csv",
        ),
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
    beside = ("filings", "handling", "counts")
    written |= {name: pd.read_parquet(processed / f"{name}.parquet") for name in beside}
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
        written |= {(re.sub("^attainment-.*", "attainment", path.stem), head) for head in heads}
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
