"""A unit's months written out by hand: what the outlook's tests know to the last dossier."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from analysis.measures.attainment import attain
from analysis.measures.history import History, history
from analysis.reference.tables import load_reference
from support.folders import write_reference

COLUMNS = (
    *("dossier_id", "unit_code", "procedure_code", "level", "received_at", "completed_at"),
    *("channel", "applicant", "source", "status"),
)
ONE = "H45.22"


@dataclass(frozen=True)
class Batch:
    """``online`` and ``counter`` dossiers of one procedure in one month, resolved unless they are ``waiting``."""

    unit: str
    procedure: int
    month: int
    online: int
    counter: int
    waiting: int = 0
    day: int = 5
    year: int = 2020


def code_of(procedure: int) -> str:
    return f"1.{procedure:06d}.000.00.00.H45"


def known(folder: Path, batches: list[Batch], as_of: date, units: int = 3, procedures: int = 8) -> History:
    """The history of districts H45.22, H45.23, … that offer the same ``procedures`` of level 3."""
    codes = [f"H45.{22 + number}" for number in range(units)]
    rows = [
        {"unit_code": c, "unit_name": f"Huyện {c}", "tier": "district", "parent_code": "", "aliases": ""} for c in codes
    ]
    catalogue = [_offer(number) for number in range(1, procedures + 1)]
    reference = load_reference(write_reference(folder / "reference", rows, catalogue))
    dossiers = pd.DataFrame([row for batch in batches for row in _rows(batch)], columns=list(COLUMNS))
    dossiers = dossiers.assign(dossier_id=[str(number) for number in range(len(dossiers))])
    table = ibis.memtable(dossiers.astype({"level": "int64", "completed_at": "datetime64[us]"}))
    return history(table, reference, reference.decision("", as_of), as_of)


def attained(folder: Path, batches: list[Batch], as_of: date, **size: int) -> tuple[pd.DataFrame, History]:
    """The default reading's rows of attainment.csv, and the history."""
    found = known(folder, batches, as_of, **size)
    dossiers = pd.DataFrame([row for batch in batches for row in _rows(batch)], columns=list(COLUMNS))
    table = ibis.memtable(dossiers.astype({"level": "int64", "completed_at": "datetime64[us]"}))
    rows = attain(table, found.reference, found.decision, as_of)
    return rows, found


def standing(attainment: pd.DataFrame) -> pd.DataFrame:
    """The rows to date."""
    rows = attainment[attainment["window"] == "to_date"]
    return rows[rows["month"] == rows["month"].max()].drop(columns="month")


def row(table: pd.DataFrame, target: str, unit: str = ONE) -> Any:
    """The one row of a target and unit."""
    (found,) = table[(table["target_id"] == target) & (table["unit_code"] == unit)].itertuples(index=False)
    return found


def _offer(number: int) -> dict[str, str]:
    return {
        **{"procedure_code": code_of(number), "procedure_name": f"Thủ tục {number}", "field": "Thử nghiệm"},
        **{"tier": "district", "unit_code": "", "level": "3", "valid_from": "2019-01-01", "valid_to": ""},
    }


def _rows(batch: Batch) -> list[dict[str, Any]]:
    received = datetime(batch.year, batch.month, batch.day, 8)
    rows = []
    for number in range(batch.online + batch.counter):
        waits = number < batch.waiting
        rows.append(
            {
                **{"dossier_id": "", "unit_code": batch.unit, "procedure_code": code_of(batch.procedure), "level": 3},
                **{"received_at": received, "completed_at": None if waits else received},
                **{"channel": "online" if number < batch.online else "counter", "applicant": "citizen"},
                **{"source": "provincial_portal", "status": "processing" if waits else "resolved"},
            }
        )
    return rows
