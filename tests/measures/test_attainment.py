"""The worked example of contract §7 through the real cleaning and measures: every figure of its table."""

from pathlib import Path

import pytest
from support.folders import read_csv, write_export, write_reference
from support.worked_example import AS_OF, CATALOGUE, DOSSIERS, FIGURES, UNITS

from analysis.dossiers.stage import clean_exports
from analysis.measures.attainment import attain, make_attainment
from analysis.reference.tables import load_reference
from analysis.storage.backends import connect, read_dossiers


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worked")
    reference = load_reference(write_reference(folder / "reference", UNITS, CATALOGUE))
    write_export(folder / "raw/xuat-20200731.csv", DOSSIERS)
    clean_exports(folder / "raw", reference, folder / "processed", folder / "work", jobs=1)
    make_attainment(folder / "processed", reference, as_of=AS_OF.isoformat())
    return folder / "processed"


@pytest.mark.parametrize("key", FIGURES, ids=" ".join)
def test_gives_the_worked_example(processed: Path, key: tuple[str, str, str, str, str]) -> None:
    names = ("target_id", "reading", "unit_code", "window", "month")
    rows = [row for row in read_csv(processed / "attainment.csv") if tuple(row[name] for name in names) == key]
    assert len(rows) == 1
    (row,) = rows
    found = (int(row["numerator"]), int(row["denominator"]), int(row["shortfall"]), row["status"])
    assert found == FIGURES[key]


def test_all_seven_rows_are_accepted(processed: Path) -> None:
    (file,) = read_csv(processed / "files.csv")
    assert [file[name] for name in ("read", "accepted", "rejected", "superseded", "skipped_lines")] == list("77000")
    assert read_csv(processed / "rejects.csv") == []


@pytest.mark.parametrize("lost", ["l3-procedures", "l4-procedures"])
def test_what_cannot_be_measured_for_one_target_costs_no_other(processed: Path, lost: str) -> None:
    reference = load_reference(processed.parent / "reference")
    with connect() as backend:
        dossiers = read_dossiers(backend, processed / "dossiers.parquet")
        whole, without = (
            attain(dossiers, reference, reference.decision(""), AS_OF, none_of)
            for none_of in ({}, {(lost, "default"): ("H45.18",)})
        )
    of_unit = (whole["target_id"] == lost) & (whole["unit_code"] == "H45.18") & (whole["reading"] == "default")
    assert whole[of_unit]["denominator"].sum() > 0
    assert without[of_unit]["denominator"].sum() == 0
    assert without[without["target_id"] != lost].equals(whole[whole["target_id"] != lost])
