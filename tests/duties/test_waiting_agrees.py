"""Sample exports of three seeds, read by the program: what hangs is what an independent count of the truth says."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.folders import REFERENCE, read_csv
from support.hanging import count_ages, count_results, count_waiting, is_open

from analysis.dossiers.stage import clean_exports
from analysis.duties.hanging import hanging
from analysis.outlook.stage import write_outlook
from analysis.reference.columns import read_table
from analysis.reference.tables import load_reference
from analysis.sample import Truth, write_sample
from analysis.storage.backends import Engine, connect, read_dossiers

pytestmark = pytest.mark.slow
UNITS = read_csv(REFERENCE / "units.csv")
# Dossiers, share of rows with a fault, as-of day.
SEEDS = {11: (1500, 0.02, "2020-08-15"), 202: (1500, 0.0, "2020-12-31"), 3003: (4000, 0.005, "2020-12-31")}


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Truth, Path, str]:
    folder = tmp_path_factory.mktemp("hanging")
    dossiers, faults, as_of = SEEDS[request.param]
    truth = write_sample(folder / "raw", REFERENCE, dossiers, request.param, faults=faults, broken=faults > 0)
    clean_exports(folder / "raw", load_reference(REFERENCE), folder / "processed", folder / "work", jobs=2)
    return truth, folder / "processed", as_of


def test_every_figure_is_the_independent_count(made: tuple[Truth, Path, str]) -> None:
    truth, processed, as_of = made
    reference, day = load_reference(REFERENCE), date.fromisoformat(as_of)
    with connect(Engine()) as backend:
        known = read_dossiers(backend, processed / "dossiers.parquet")
        tables = hanging(known, read_table(processed / "files.csv"), reference, reference.decision("", day), day)
    write_outlook(tables, processed)
    dossiers = _accepted(truth)
    expected = count_waiting(dossiers, UNITS, day)
    assert all(expected["ALL"][name] > 0 for name in ("not_accepted", "supplement", "past_due", "unseen"))
    rows = read_csv(processed / "waiting.csv")
    assert {row["unit_code"]: _figures(row, expected["ALL"]) for row in rows} == {
        code: _texts(figures) for code, figures in expected.items()
    }
    ages = {
        tuple(
            int(cell) if cell.isdigit() else cell or None for cell in (row["stage"], row["age_from"], row["age_to"])
        ): (int(row["dossiers"]))
        for row in read_csv(processed / "waiting_ages.csv")
        if row["unit_code"] == "ALL"
    }
    assert ages == count_ages(dossiers, day)
    _check_procedures(read_csv(processed / "waiting_procedures.csv"), dossiers, day)


def _check_procedures(rows: list[dict[str, str]], dossiers: list[dict[str, Any]], as_of: date) -> None:
    own: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in dossiers:
        own.setdefault((one["unit_code"], ".".join(one["procedure_code"].split(".")[:2])), []).append(one)
    expected = {
        key: count_results(some, as_of) | {"open": sum(is_open(one, as_of) for one in some)}
        for key, some in own.items()
    }
    expected = {key: one for key, one in expected.items() if one["open"] or one["results"] or one["results_undated"]}
    assert {(row["unit_code"], row["procedure_key"]): _figures(row, next(iter(expected.values()))) for row in rows} == {
        key: _texts(figures) for key, figures in expected.items()
    }
    assert any(row["nine_of_ten_within"] for row in rows)


def _figures(row: dict[str, str], wanted: dict[str, Any]) -> dict[str, str]:
    return {name: row[name] for name in wanted}


def _texts(figures: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in figures.items()}


def _accepted(truth: Truth) -> list[dict[str, Any]]:
    """The accepted rows as the independent count takes them, each with the day of its export."""
    exported = dict(zip(truth.files["file"], truth.files["export_date"], strict=True))
    return [
        row
        | {name: _moment(row[name]) for name in ("received_at", "due_at", "completed_at")}
        | {"exported": date.fromisoformat(str(exported[row["file"]]))}
        for row in truth.rows[truth.rows["fate"] == "accepted"].to_dict("records")
    ]


def _moment(value: Any) -> Any:
    return None if pd.isna(value) else value.to_pydatetime()
