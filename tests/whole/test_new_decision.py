"""A new decision is one added TOML file and no code (contract §2)."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from support.folders import REFERENCE, read_csv, write_export, write_reference
from support.in_process import cleaning_in_this_process
from support.worked_example import CATALOGUE, UNITS

from analysis.dossiers.stage import clean_exports
from analysis.duties.stage import make_duties
from analysis.findings.figures import tiles
from analysis.findings.report import read_report
from analysis.measures.attainment import make_attainment
from analysis.outlook.stage import make_outlook
from analysis.reference.tables import load_reference

DECISION = "1-qd-ubnd-2021"


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """The worked example's reference data with a made-up decision for 2021: 55 % of procedures, 80 % of dossiers."""
    folder = write_reference(tmp_path / "reference", UNITS, CATALOGUE)
    text = (REFERENCE / "decisions/766-qd-ubnd-2020.toml").read_text(encoding="utf-8")
    text = text.replace("766/QĐ-UBND", "1/QĐ-UBND").replace("2020-05-14", "2021-01-04")
    text = text.replace("2020-01-01", "2021-01-01").replace("2020-12-31", "2021-12-31")
    text = text.replace('minimum = "0.60"', 'minimum = "0.55"').replace('minimum = "0.50"', 'minimum = "0.80"')
    (folder / "decisions" / f"{DECISION}.toml").write_text(text, encoding="utf-8")
    return folder


def _dossier(number: int, channel: str) -> dict[str, object]:
    return {
        "dossier_id": f"H45-{number}",
        "procedure_code": CATALOGUE[2]["procedure_code"],
        "unit_code": "H45.18",
        "channel": channel,
        "applicant": "citizen",
        "source": "provincial_portal",
        "received_at": datetime(2021, 3, number, 9),
        "completed_at": datetime(2021, 3, number + 1, 9),
        "status": "resolved",
    }


def test_the_decision_of_2021_is_measured_by_its_own_minimums(reference: Path, tmp_path: Path) -> None:
    dossiers = [_dossier(number, "online" if number <= 7 else "counter") for number in range(1, 11)]
    write_export(tmp_path / "raw/xuat-20210331.csv", dossiers)
    definitions = load_reference(reference)
    with cleaning_in_this_process():
        clean_exports(tmp_path / "raw", definitions, tmp_path / "processed", jobs=1)
    attainment = make_attainment(tmp_path / "processed", definitions)  # the one in force on the latest day
    rows = {
        (row["target_id"], row["unit_code"], row["window"], row["month"]): row
        for row in read_csv(tmp_path / "processed/attainment.csv")
        if row["reading"] == "default"
    }
    assert set(attainment["decision"]) == {DECISION}
    assert sorted({row["month"] for row in rows.values()}) == ["2021-01", "2021-02", "2021-03"]
    row = rows["l3-dossiers", "H45.18", "to_date", "2021-03"]
    assert (row["numerator"], row["denominator"], row["shortfall"]) == ("7", "10", "1")
    assert (row["status"], float(row["minimum"]), float(row["gap"])) == ("not_attained", 0.8, -0.1)
    assert float(rows["l3-procedures", "H45.18", "to_date", "2021-03"]["minimum"]) == 0.55
    make_outlook(tmp_path / "processed", definitions)  # and foretold to its own last day, without a change
    make_duties(tmp_path / "processed", definitions)
    shown = tiles(read_report(tmp_path / "processed", reference))
    assert len(shown) == 7


def test_the_old_decision_is_still_there_when_asked_for(reference: Path, tmp_path: Path) -> None:
    shutil.copytree(reference, tmp_path / "copy")
    known = load_reference(tmp_path / "copy")
    assert known.decision("").id == DECISION
    assert known.decision("766-qd-ubnd-2020").number == "766/QĐ-UBND"
