"""A report on a province of six units, its dossiers written out by hand; hostile words wherever people write some."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import pandas as pd

from analysis.duties.catalogue_on_portal import CATALOGUE_ON_PORTAL_COLUMNS
from analysis.duties.difficulty_evidence import DIFFICULTY_EVIDENCE_COLUMNS
from analysis.duties.hanging import hanging
from analysis.duties.receiving import RECEIVING_COLUMNS
from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.measures.attainment import attain
from analysis.measures.history import history
from analysis.outlook.changes import CHANGES_COLUMNS
from analysis.outlook.procedures import PROCEDURES_COLUMNS
from analysis.outlook.stage import concluded
from analysis.reference.tables import load_reference
from support.folders import write_reference

HOSTILE = '<script>alert(1)</script>&amp;"\u202e=1+1'
SHOWN = HOSTILE.replace("\u202e", "")  # no name turns the direction of what follows
HIDDEN = 7341  # a count that must never be shown
DEPARTMENT, IDLE, DISTRICT, OTHER, COMMUNE, AREA = "H45.18", "H45.19", "H45.22", "H45.23", "H45.22.01", "AREA:H45.22"
UNITS = [
    {"unit_code": code, "unit_name": name, "tier": tier, "parent_code": parent, "aliases": ""}
    for code, name, tier, parent in (
        (DEPARTMENT, "Sở Xây dựng", "province", ""),
        (IDLE, "Sở Ngoại vụ", "province", ""),
        (DISTRICT, "Huyện Đồng Xuân", "district", ""),
        (OTHER, f"Huyện {HOSTILE}", "district", ""),
        (COMMUNE, "Xã Xuân Lãnh", "commune", DISTRICT),
        ("H45.22.02", f"Xã {HOSTILE}", "commune", DISTRICT),
    )
]
Rows = tuple[tuple[str, int, int, int, int, int], ...]  # unit, procedure, level, month, online, counter
DOSSIERS: Rows = (
    (DEPARTMENT, 1, 3, 2, 3, 30),
    (DEPARTMENT, 1, 3, 5, 12, 20),
    (DEPARTMENT, 2, 3, 6, 9, 1),
    (DEPARTMENT, 3, 4, 7, 8, 0),
    (DISTRICT, 4, 3, 3, 30, 10),
    (DISTRICT, 5, 3, 8, 0, 9),
    (OTHER, 4, 3, 4, 2, 28),
    (COMMUNE, 6, 4, 6, 7, 5),
)
OWNERS = {1: DEPARTMENT, 2: DEPARTMENT, 3: DEPARTMENT, 4: "", 5: "", 6: "", 7: IDLE}
NAMES = {
    1: f"Cấp phép {HOSTILE}",
    2: "Gia hạn",
    3: "Thu hồi",
    4: "Khai sinh",
    5: "Đất đai",
    6: "Chứng thực",
    7: "Hộ chiếu",
}
LEVELS = {3: "4", 6: "4"}


def small_report(as_of: date = date(2020, 9, 30), language: Language = Language(), rows: Rows = DOSSIERS) -> Report:
    """A report on ``UNITS`` with ``rows``, and small tables of procedures, records and difficulties.

    Each is computed once in a process; its tables are the caller's own, who may write into them.
    """
    made = _made(as_of, tuple(rows))
    own = {field.name: _copied(getattr(made, field.name)) for field in fields(Report) if field.init}
    return Report(**own | {"language": language})


@cache
def _made(as_of: date, rows: Rows) -> Report:
    with TemporaryDirectory() as folder:  # what it lacks are the project's own definitions, and so when it is gone
        reference = load_reference(write_reference(Path(folder, "reference"), UNITS, [_offer(one) for one in OWNERS]))
    decision = reference.decision("", as_of)
    frame = dossiers(rows)
    table, files = ibis.memtable(frame), pd.DataFrame([_file()])
    dated = ibis.memtable(frame.assign(file=files["file"][0], due_at=frame["received_at"] + pd.Timedelta(days=9)))
    attainment = attain(table, reference, decision, as_of)
    known = history(table, reference, decision, as_of)
    outlook = concluded(attainment, known)
    return Report(
        attainment=attainment,
        files=files,
        rejects=pd.DataFrame({"reason": []}),
        quality=pd.DataFrame({"check": [], "count": []}),
        quality_by_unit=_records(),
        flaws=_flaws(),
        difficulties=_difficulties(),
        stated=[_statement()],
        doubts=[],
        outlook=outlook
        | {"procedures": _procedures(as_of.isoformat()), "delays": _delays()}
        | {"changes": pd.DataFrame(columns=CHANGES_COLUMNS)},
        duties=hanging(dated, files, reference, decision, as_of)
        | {"difficulty_evidence": pd.DataFrame(columns=DIFFICULTY_EVIDENCE_COLUMNS)}
        | {"catalogue_on_portal": pd.DataFrame(columns=CATALOGUE_ON_PORTAL_COLUMNS)}
        | {"receiving": pd.DataFrame(columns=RECEIVING_COLUMNS)},
        synthetic=True,
        reference=reference,
        decision=decision,
        as_of=as_of,
        language=Language(),
    )


def _copied(value: Any) -> Any:
    """Tables in a field of a report are copied, by pandas when one is written to; all else stays what it is."""
    if isinstance(value, pd.DataFrame):
        return value.copy(deep=False)
    if isinstance(value, dict):
        return {name: _copied(part) for name, part in value.items()}
    return list(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class _Case:
    unit: str
    procedure: int
    level: int
    month: int
    channel: str


def dossiers(rows: Rows = DOSSIERS) -> pd.DataFrame:
    """What every report counts."""
    cases = [
        _Case(unit, procedure, level, month, channel)
        for unit, procedure, level, month, online, counter in rows
        for channel, count in (("online", online), ("counter", counter))
        for _ in range(count)
    ]
    rows = [
        {
            **{"dossier_id": str(number), "unit_code": case.unit, "procedure_code": code_of(case.procedure)},
            **{"level": case.level, "received_at": datetime(2020, case.month, 5, 8), "channel": case.channel},
            **{"completed_at": datetime(2020, case.month, 9), "applicant": "citizen"},
            **{"source": "provincial_portal", "status": "resolved"},
        }
        for number, case in enumerate(cases)
    ]
    return pd.DataFrame(rows)


def code_of(number: int) -> str:
    """A procedure's code."""
    return f"1.{number:06d}.000.00.00.H45"


def _offer(number: int) -> dict[str, str]:
    tier = "province" if OWNERS[number] else "commune" if number == 6 else "district"
    return {
        **{"procedure_code": code_of(number), "procedure_name": NAMES[number], "field": "Thử nghiệm", "tier": tier},
        **{"unit_code": OWNERS[number], "level": LEVELS.get(number, "3")},
        **{"valid_from": "2019-01-01", "valid_to": ""},
    }


def _procedures(now: str) -> pd.DataFrame:
    """As procedures.csv has it: counts that may be told, one of an earlier day whose split may not, two not at all."""
    lines = [
        (DEPARTMENT, 1, 3, 65, 15, 65, 15, now),
        (DEPARTMENT, 2, 3, HIDDEN, HIDDEN, 10, None, "2020-06-30"),
        (DEPARTMENT, 3, 4, HIDDEN, HIDDEN, None, None, ""),
        (DEPARTMENT, 8, 3, HIDDEN, 0, None, None, ""),
        (DEPARTMENT, 9, 4, 0, 0, None, None, ""),
        (IDLE, 7, 3, 0, 0, None, None, ""),
        (DISTRICT, 4, 3, 40, 30, 40, 30, now),
        (DISTRICT, 5, 3, 9, 0, 9, 0, now),
        (COMMUNE, 6, 4, 12, 7, 12, 7, now),
    ]
    rows = [
        ("766-qd-ubnd-2020", unit, f"1.{number:06d}", NAMES.get(number, "Khác"), *rest) for unit, number, *rest in lines
    ]
    return pd.DataFrame(rows, columns=PROCEDURES_COLUMNS).astype({"told": "Int64", "told_online": "Int64"})


def _records() -> pd.DataFrame:
    rows = [
        (DEPARTMENT, "accepted", "dossiers", 83),
        (DEPARTMENT, "rejected", "bad_date", 4),
        (DEPARTMENT, "rejected", "unknown_procedure", 6),
        (DEPARTMENT, "check", "blank_channel", 12),
        (DISTRICT, "accepted", "dossiers", 49),
        ("", "rejected", "unknown_unit", 5),
    ]
    return pd.DataFrame(rows, columns=["unit_code", "kind", "code", "count"])


def _flaws() -> pd.DataFrame:
    """Those of ``_records``, each at its place."""
    found = [("bad_date", 4), ("unknown_procedure", 6)]
    reasons = [reason for reason, count in found for _ in range(count)]
    rows = [(DEPARTMENT, reason, f"{HOSTILE}.csv", "", 10 + place) for place, reason in enumerate(reasons)]
    rows += [(DEPARTMENT, "blank_channel", f"{HOSTILE}.csv", "", 30 + place) for place in range(12)]
    return pd.DataFrame(rows, columns=["unit_code", "code", "file", "sheet", "row"])


def _difficulties() -> pd.DataFrame:
    rows = [
        (DEPARTMENT, "2020-05", "Hạ tầng", "Đường truyền chậm"),
        (DEPARTMENT, "2020-08", "Nhân lực", HOSTILE),
        (DEPARTMENT, "2020-11", "Nhân lực", "Chưa xảy ra"),
        (COMMUNE, "2020-08", HOSTILE, "Thiếu máy quét"),
    ]
    return pd.DataFrame(rows, columns=["unit_code", "month", "category", "text"])


def _statement() -> dict[str, Any]:
    counts = {"read": 6, "used": 4, "refused": {"unknown_unit": 2}, "masked": 1, "cut": 0, "problem": ""}
    return {"file": "kho-khan.csv", **counts}


def _delays() -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for unit in UNITS:
        for indicator, verdict in (("late", "above"), ("supplement", "as_expected"), ("refused", "below")):
            many = unit["unit_code"] in (DEPARTMENT, OTHER)
            counts = (12, 48, 0.25) if many else (0, 0, float("nan"))
            name = (unit["unit_code"], unit["unit_name"], unit["tier"], "2020-09-30", indicator)
            rows.append((*name, *counts, 0.1, 0.02, 0.2, verdict if many else ""))
    columns = "unit_code,unit_name,tier,as_of,indicator,numerator,denominator,value,tier_share,lower,upper,verdict"
    return pd.DataFrame(rows, columns=columns.split(","))


def _file() -> dict[str, Any]:
    return {
        **{"file": f"{HOSTILE}.csv", "sha256": "ab" * 32, "format": "csv", "encoding": "", "export_date": "2020-09-30"},
        **{"status": "accepted", "reason": "", "read": 145, "accepted": 140, "rejected": 5, "superseded": 0},
        "skipped_lines": 0,
    }
