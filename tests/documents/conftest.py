"""What the tests of documents share: the documents of a September, and the same with names that mean harm."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from support.documents import HOSTILE, Documents
from support.folders import REFERENCE
from support.libreoffice import convert_all
from support.published import Publication

from analysis.findings.report import Report, read_report
from analysis.publication.month import write_annexes
from analysis.storage.shelf import Shelf


@pytest.fixture(scope="session")
def report(september: Publication) -> Report:
    return read_report(september.processed, REFERENCE)


@pytest.fixture(scope="session")
def documents(september: Publication) -> Documents:
    """What the run published."""
    return Documents(september.month, september.name)


@pytest.fixture(scope="session")
def rows(september: Publication) -> dict[tuple[str, str, str], dict[str, str]]:
    """What attainment.csv says to date, by target, reading and unit."""
    with (september.processed / "attainment.csv").open(encoding="utf-8", newline="") as file:
        every = [row for row in csv.DictReader(file) if (row["window"], row["month"]) == ("to_date", september.name)]
    return {(row["target_id"], row["reading"], row["unit_code"]): row for row in every}


@pytest.fixture(scope="session")
def hostile(report: Report, documents: Documents, tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """Documents with the same figures, of units and files with names that mean harm."""
    folder = tmp_path_factory.mktemp("hostile")
    write_annexes(folder, _with_hostile_names(report), Shelf(tmp_path_factory.mktemp("shelf")), "")
    return Documents(folder, documents.month)


@pytest.fixture(scope="session")
def opened(documents: Documents, hostile: Documents, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What LibreOffice makes of both: ``workbook.xlsx``, ``draft.pdf``, ``hostile-workbook.xlsx``, …"""
    folder, converted = tmp_path_factory.mktemp("named"), tmp_path_factory.mktemp("converted")
    found = {}
    for part, kind in (("workbook", "xlsx"), ("draft", "pdf")):
        copies = []
        for prefix, made in (("", documents), ("hostile-", hostile)):
            path = getattr(made, part)
            copies.append(Path(shutil.copy(path, folder / f"{prefix}{part}{path.suffix}")))
        found |= {path.name: path for path in convert_all(copies, kind, converted)}
    return found


def _with_hostile_names(report: Report) -> Report:
    units = report.reference.units.copy()
    units.loc[units.index[: len(HOSTILE)], "unit_name"] = HOSTILE
    files = report.files.copy()
    files.loc[files.index[: len(HOSTILE)], "file"] = HOSTILE
    names = dict(zip(units["unit_code"], units["unit_name"], strict=True))
    attainment = report.attainment.copy()
    attainment["unit_name"] = attainment["unit_code"].map(names).fillna(attainment["unit_name"])
    closers = report.outlook["closers"].assign(procedure_name=HOSTILE[0])
    return replace(
        report,
        attainment=attainment,
        files=files,
        difficulties=report.difficulties.assign(text=HOSTILE[4], category=HOSTILE[5]),
        outlook={**report.outlook, "closers": closers},
        reference=replace(report.reference, units=units),
    )
