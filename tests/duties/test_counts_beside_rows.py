"""Counts of months in which exports have rows: what they say otherwise stands in the reconciliation, nowhere else."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.counted import count_lines, write_counts
from support.folders import write_export, write_reference
from support.in_process import tables_of
from support.worked_example import CATALOGUE, DOSSIERS, UNITS

from analysis.measures.attainment import ATTAINMENT_COLUMNS
from analysis.reference.tables import load_reference

pytestmark = pytest.mark.slow


def test_rows_are_measured_and_counts_reconciled_with_them(tmp_path: Path) -> None:
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))
    write_export(tmp_path / "rows/xuat-20200731.csv", DOSSIERS)
    write_export(tmp_path / "both/xuat-20200731.csv", DOSSIERS)
    write_counts(tmp_path / "both/dem-20200731.csv", count_lines([*DOSSIERS, DOSSIERS[3]], date(2020, 7, 31)))
    for name in ("rows", "both"):
        tables_of(tmp_path / name, reference, tmp_path / f"{name}-processed", "2020-07-31")
    alone, beside = (
        pd.read_csv(tmp_path / f"{name}-processed/attainment.csv")[ATTAINMENT_COLUMNS] for name in ("rows", "both")
    )
    pd.testing.assert_frame_equal(alone, beside)
    found = pd.read_csv(tmp_path / "both-processed/reconciliation.csv").set_index(["unit_code", "period_start", "cell"])
    july = ("H45.18", "2020-07-01")
    assert found.loc[(*july, "received_new"), ["reported", "ours", "difference"]].tolist() == [3, 2, 1]
    assert found.loc[(*july, "received_post"), ["reported", "ours", "difference"]].tolist() == [2, 1, 1]
    assert found.loc[(*july, "received_online"), "status"] == "equal"
    assert set(found["file"]) == {"dem-20200731.csv"}
    assert len(pd.read_csv(tmp_path / "rows-processed/reconciliation.csv")) == 0
