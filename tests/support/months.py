"""Months of a small province, published one after the other, with what changes between them planted.

August is the first. In September a department's dossiers get results and a district has new ones; in October a
department is renamed, a procedure's level is corrected and a commune's file is gone; in November the decision counts
otherwise, and another procedure's level changes from a day on.
"""

import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from analysis.documents.open_data import write_open_data
from analysis.findings.report import Report, read_report
from analysis.reference.tables import load_reference
from support.folders import write_export, write_reference
from support.in_process import tables_of

Row = dict[str, str]
DEPARTMENT, OTHER, DISTRICT, COMMUNE = "H45.18", "H45.19", "H45.22", "H45.22.01"
P1, P2, P3, P4, P5, P6 = (f"1.00000{number}.000.00.00.H45" for number in range(1, 7))
OLD_NAME, NEW_NAME = "Sở Xây dựng", "Sở Xây dựng và Đô thị"
_RESOLVED_ALONE = 'numerator = { channel = ["online"], resolved = [true] }'


@dataclass(frozen=True)
class Month:
    """What is known on ``as_of``: the lists, the exports' dossiers with the file of each; ``received``: whether the
    default reading counts dossiers that have no result.
    """

    as_of: date
    units: list[Row]
    catalogue: list[Row]
    dossiers: list[dict[str, Any]]
    received: bool = False

    @property
    def name(self) -> str:
        return f"{self.as_of:%Y-%m}"


def publish(folder: Path, month: Month) -> Report:
    """The month's open data in ``folder/reports``, made of exports and a reference folder written anew."""
    for name in ("raw", "reference"):
        shutil.rmtree(folder / name, ignore_errors=True)
    reference = write_reference(folder / "reference", month.units, month.catalogue)
    if month.received:
        path = reference / "decisions/766-qd-ubnd-2020.toml"
        text = path.read_text(encoding="utf-8")
        assert text.count(_RESOLVED_ALONE) == 1
        path.write_text(text.replace(_RESOLVED_ALONE, 'numerator = { channel = ["online"] }'), encoding="utf-8")
    for file in {dossier["file"] for dossier in month.dossiers}:
        own = [dossier for dossier in month.dossiers if dossier["file"] == file]
        write_export(folder / "raw" / f"{file}-{month.as_of:%Y%m%d}.csv", own)
    processed, reports = folder / "processed", folder / "reports"
    tables_of(folder / "raw", load_reference(reference), processed, month.as_of.isoformat(), reports)
    report = read_report(processed, reference)
    write_open_data(reports / month.name / "open-data", report)
    return report


def four_months() -> list[Month]:
    """August to November."""
    august = Month(date(2020, 8, 31), _units(OLD_NAME), _catalogue("3"), _august())
    september = replace(august, as_of=date(2020, 9, 30), dossiers=_september(august.dossiers))
    kept = [dossier for dossier in september.dossiers if dossier["file"] != "xa-lan-hai"]
    october = Month(date(2020, 10, 31), _units(NEW_NAME), _catalogue("4"), kept)
    return [august, september, october, replace(october, as_of=date(2020, 11, 30), received=True)]


def _units(name: str) -> list[Row]:
    lines = [
        (DEPARTMENT, name, "province", "", OLD_NAME),
        (OTHER, "Sở Y tế", "province", "", ""),
        (DISTRICT, "Huyện Đồng Xuân", "district", "", ""),
        (COMMUNE, "Xã Xuân Lãnh", "commune", DISTRICT, ""),
    ]
    names = ("unit_code", "unit_name", "tier", "parent_code", "aliases")
    return [dict(zip(names, line, strict=True)) for line in lines]


def _catalogue(of_p2: str) -> list[Row]:
    lines = [
        (P1, "province", DEPARTMENT, "3", ""),
        (P2, "province", OTHER, of_p2, ""),
        (P3, "province", OTHER, "4", ""),
        (P4, "district", "", "3", ""),
        (P5, "commune", "", "3", ""),
        (P6, "province", DEPARTMENT, "3", "2020-11-15"),
        (P6, "province", DEPARTMENT, "4", ""),
    ]
    return [
        {
            **{"procedure_code": code, "procedure_name": f"Thủ tục {code[:8]}", "field": "Thử nghiệm", "tier": tier},
            **{"unit_code": unit, "level": level},
            **{"valid_from": "2020-11-15" if (code, level) == (P6, "4") else "2019-01-01", "valid_to": end},
        }
        for code, tier, unit, level, end in lines
    ]


def _august() -> list[dict[str, Any]]:
    return [
        *_dossiers("so-xay-dung", DEPARTMENT, P1, 6, 20),
        *_dossiers("so-xay-dung", DEPARTMENT, P1, 6, 15, done=False),
        *_dossiers("so-xay-dung", DEPARTMENT, P1, 6, 30, "counter"),
        *_dossiers("so-y-te", OTHER, P2, 7, 12),
        *_dossiers("so-y-te", OTHER, P2, 7, 8, "counter"),
        *_dossiers("so-y-te", OTHER, P3, 7, 10),
        *_dossiers("so-y-te", OTHER, P3, 7, 10, "counter"),
        *_dossiers("huyen", DISTRICT, P4, 5, 5),
        *_dossiers("huyen", DISTRICT, P4, 5, 20, "counter"),
        *_dossiers("xa-lan-mot", COMMUNE, P5, 6, 10),
        *_dossiers("xa-lan-mot", COMMUNE, P5, 6, 20, "counter"),
        *_dossiers("xa-lan-hai", COMMUNE, P5, 7, 15),
    ]


def _september(august: list[dict[str, Any]]) -> list[dict[str, Any]]:
    waiting = [dossier for dossier in august if not dossier["completed_at"]]
    finished = {dossier["dossier_id"] for dossier in waiting[:12]}
    done = {"completed_at": datetime(2020, 9, 10, 9), "status": "resolved"}
    known = [dossier | done if dossier["dossier_id"] in finished else dossier for dossier in august]
    return [*known, *_dossiers("huyen", DISTRICT, P4, 9, 25)]


def _dossiers(
    file: str, unit: str, procedure: str, month: int, count: int, channel: str = "online", done: bool = True
) -> list[dict[str, Any]]:
    return [
        {
            **{"dossier_id": f"{unit}-{procedure[:8]}-{month}-{channel}-{done}-{number}", "file": file},
            **{"unit_code": unit, "procedure_code": procedure, "channel": channel, "applicant": "citizen"},
            **{"source": "provincial_portal", "status": "resolved" if done else "processing"},
            **{"received_at": datetime(2020, month, 5, 8)},
            "completed_at": datetime(2020, month, 20, 9) if done else None,
        }
        for number in range(count)
    ]
