"""Which files the dossiers of a unit came from: the last step back from a figure to its sources."""

from dataclasses import dataclass
from pathlib import Path

import ibis
import pandas as pd

from analysis.attainment import group_members
from analysis.figures import Report
from analysis.measures import execute

COLUMNS = ["unit_code", "file", "dossiers"]


def files_by_unit(processed: Path | str) -> pd.DataFrame:
    """Accepted dossiers per unit and file (unit_code, file, dossiers) of ``dossiers.parquet``, sorted."""
    dossiers = ibis.duckdb.connect().read_parquet(Path(processed) / "dossiers.parquet")
    counted = dossiers.group_by(["unit_code", "file"]).agg(dossiers=dossiers.count())
    return execute(counted.order_by(["unit_code", "file"]))[COLUMNS]


@dataclass(frozen=True)
class Sources:
    """The files that dossiers came from, numbered from 1; their numbers by unit, how many there are by group."""

    files: list[tuple[int, str, str]]  # number, file, sha256
    numbers: dict[str, list[int]]
    counts: dict[str, int]


def sources_of(processed: Path | str, report: Report) -> Sources:
    """The files behind every unit's and group's dossiers."""
    found = files_by_unit(processed)
    digests = dict(zip(report.files["file"], report.files["sha256"], strict=True))
    number = {file: place for place, file in enumerate(sorted(found["file"].unique()), start=1)}
    numbers = {str(unit): [number[file] for file in of_unit] for unit, of_unit in found.groupby("unit_code")["file"]}
    members = group_members(report.reference).merge(found, on="unit_code")
    counts = members.groupby("group_code")["file"].nunique()
    listed = [(place, file, str(digests.get(file, ""))) for file, place in number.items()]
    return Sources(listed, numbers, {str(group): int(count) for group, count in counts.items()})
