"""A dataset of dossiers that is there already: what it lacks is told, and its indices are those of its figures."""

import random
from pathlib import Path

import pandas as pd
import pytest
from support.folders import read_csv, write_reference
from support.wider_decision import ALL_PROCEDURES, ALL_UNITS, COLUMNS, ID, INDEX, at_random, attained, write_decision

from analysis.language.problems import RunProblem
from analysis.measures.index import indices
from analysis.outlook.dataset import measure
from analysis.reference.tables import Reference, load_reference

AS_OF = "2020-07-31"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = write_reference(tmp_path_factory.mktemp("dataset") / "reference", ALL_UNITS, ALL_PROCEDURES)
    write_decision(folder, INDEX)
    return load_reference(folder)


@pytest.fixture(scope="module")
def dossiers() -> pd.DataFrame:
    table = pd.DataFrame(at_random(random.Random(3), 200), dtype=object)[list(COLUMNS)]
    moments = [name for name, kind in COLUMNS.items() if kind.startswith("timestamp")]
    return table.astype(dict.fromkeys(moments, "datetime64[us]") | {"level": "Int8", "digitised": "boolean"})


def measured(folder: Path, reference: Reference, dossiers: pd.DataFrame) -> Path:
    folder.mkdir(exist_ok=True)
    dossiers.to_parquet(folder / "dossiers.parquet", coerce_timestamps="us")
    measure(folder / "dossiers.parquet", reference, folder / "out", ID, AS_OF)
    return folder / "out"


def figures(folder: Path) -> dict[tuple[str, ...], tuple[str, str]]:
    names = ("target_id", "reading", "unit_code", "window", "month")
    rows = read_csv(folder / "attainment.csv")
    return {tuple(row[name] for name in names): (row["numerator"], row["denominator"]) for row in rows}


def test_the_index_is_that_of_the_figures_and_what_is_lacking_is_told(
    tmp_path: Path, reference: Reference, dossiers: pd.DataFrame
) -> None:
    whole = measured(tmp_path / "whole", reference, dossiers)
    assert read_csv(whole / "unmeasured.csv") == []
    rows = attained(
        reference, dossiers.astype(object).where(dossiers.notna(), None).to_dict("records"), pd.Timestamp(AS_OF).date()
    )
    expected = indices(rows, reference.decision(ID))[["unit_code", "group_id", "points"]].dropna()
    found = [(row["unit_code"], row["group_id"], float(row["points"])) for row in read_csv(whole / "index.csv")]
    assert found == list(expected.itertuples(index=False, name=None))
    assert any(points for *_, points in found)

    part = measured(tmp_path / "part", reference, dossiers.drop(columns=["due_at", "payment"]))
    lacking = {(row["target_id"], row["lacking"]) for row in read_csv(part / "unmeasured.csv")}
    assert lacking == {("on-time", "due_at"), ("four-on-time", "due_at"), ("paid-online", "payment")}
    assert {row["unit_code"] for row in read_csv(part / "unmeasured.csv")} >= {"H45.18", "ALL"}
    before, after = figures(whole), figures(part)
    unmeasured = {key for key in before if key[0] in {target for target, _ in lacking}}
    assert {after[key] for key in unmeasured} == {("0", "0")}
    assert all(after[key] == before[key] for key in before.keys() - unmeasured)


def test_a_column_of_another_kind_is_told(tmp_path: Path, reference: Reference, dossiers: pd.DataFrame) -> None:
    with pytest.raises(RunProblem, match="digitised"):
        measured(tmp_path, reference, dossiers.assign(digitised="có"))
