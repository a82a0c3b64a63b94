"""What the outlook foretells, compares and asks of counts is what it does of the dossiers that were counted."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from support.counted import count_lines, write_counts
from support.folders import write_export, write_reference
from support.in_process import tables_of
from support.independent import Dossier
from support.worked_example import CATALOGUE, P1, P2, P3, UNITS

import analysis as dv
from analysis.outlook import OUTLOOK
from analysis.reference.tables import load_reference

pytestmark = pytest.mark.slow
OF_DAYS = {"delays"}  # what no count tells


def made(seed: random.Random, count: int) -> list[Dossier]:
    """Dossiers from January to September, as an export may have them."""
    found = []
    for _ in range(count):
        unit, code = seed.choice([("H45.18", P1), ("H45.18", P2), ("H45.22", P3)])
        received = datetime(2020, 1, 2) + timedelta(days=seed.randrange(270))
        done = received + timedelta(days=3) if seed.random() < 0.8 else None
        level = 4 if code == P1 and received >= datetime(2020, 7, 1) else 3
        found.append(
            {
                **{"unit_code": unit, "procedure_code": code, "level": level, "received_at": received},
                **{"completed_at": done, "status": "resolved" if done else "processing"},
                "channel": seed.choice(["online", "online", "counter", "post"]),
                "applicant": seed.choice(["citizen", "agency"]),
                "source": seed.choice(["provincial_portal", "paper", None]),
            }
        )
    return found


def test_every_table_of_the_outlook_is_that_of_the_dossiers(tmp_path: Path) -> None:
    dossiers = made(random.Random(20), 400)
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))
    write_export(tmp_path / "rows/xuat-20200930.csv", dossiers)
    write_counts(tmp_path / "counts/dem-20200930.csv", count_lines(dossiers, date(2020, 9, 30)))
    for name in ("rows", "counts"):
        tables_of(tmp_path / name, reference, tmp_path / f"{name}-processed", "2020-09-30")
    for table in ("attainment", "unmeasured", *OUTLOOK):
        rows, counts = ((tmp_path / f"{name}-processed/{table}.csv").read_bytes() for name in ("rows", "counts"))
        assert table in OF_DAYS or rows == counts, table
        assert table in ("unmeasured", "delays", "changes") or len(rows.splitlines()) > 1, table
    data = dv.load(processed=tmp_path / "counts-processed", reference=tmp_path / "reference")
    told = dv.load(processed=tmp_path / "rows-processed", reference=tmp_path / "reference")
    of_counts, of_rows = (dv.explain(target="l3-dossiers", data=one).sentence for one in (data, told))
    assert of_counts.startswith(of_rows)
    assert "chỉ có số đếm" in of_counts.removeprefix(of_rows)
