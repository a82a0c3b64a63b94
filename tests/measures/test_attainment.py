"""The worked example of contract §7 through the real cleaning and measures: every figure of its table."""

from pathlib import Path

import pytest
from support.folders import read_csv, write_export, write_reference
from support.worked_example import AS_OF, CATALOGUE, DOSSIERS, FIGURES, UNITS

from analysis.dossiers.stage import clean_exports
from analysis.measures.attainment import make_attainment
from analysis.reference.tables import load_reference


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
