"""Which source files the dossiers of units came from, with the files' digests: the way back from any figure."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from analysis.dossiers.counted import COUNTS
from analysis.findings.report import Report
from analysis.language.problems import RunProblem
from analysis.language.texts import N_
from analysis.reference.groups import group_members
from analysis.storage.contents import mark

DOSSIERS = "dossiers.parquet"
_Marked = tuple[Path, tuple[int, ...]]  # a file, and how it was


def dossiers_by_file(processed: Path | str) -> pd.DataFrame:
    """unit_code, file, dossiers: how many accepted dossiers of each unit came from each file, those that are only
    counted too.

    Raises RunProblem where ``processed`` has no dossiers. One process counts files that did not change once.
    """
    path = Path(processed) / DOSSIERS
    if not path.exists():
        raise RunProblem(
            N_("{folder} has no {file}. Run the notebooks clean and attainment first."),
            folder=processed,
            file=DOSSIERS,
        )
    files = [one for one in (path, path.with_name(COUNTS)) if one.exists()]
    return _dossiers_by_file(*((one.absolute(), mark(one)) for one in files)).copy(deep=False)


@lru_cache(maxsize=2)
def _dossiers_by_file(dossiers: _Marked, counts: _Marked | None = None) -> pd.DataFrame:
    # Two columns of the file, counted by Arrow: a few hundredths of a second for a year's dossiers.
    counted = (
        pq.read_table(dossiers[0], columns=["unit_code", "file"])
        .group_by(["unit_code", "file"])
        .aggregate([([], "count_all")])
    )
    frame = counted.to_pandas().rename(columns={"count_all": "dossiers"})
    if counts:
        received = pq.read_table(counts[0], columns=["unit_code", "file", "received"]).to_pandas()
        summed = received.groupby(["unit_code", "file"], as_index=False)["received"].sum()
        frame = pd.concat([frame, summed.rename(columns={"received": "dossiers"})])
    return frame.astype({"unit_code": str, "file": str}).sort_values(["unit_code", "file"], ignore_index=True)


def source_files(counted: pd.DataFrame, files: pd.DataFrame, units: Collection[str]) -> pd.DataFrame:
    """file, dossiers, export_date, sha256 of the files with dossiers of ``units``, the latest export first.

    ``counted`` as ``dossiers_by_file`` gives it, ``files`` as ``Report.sources``.
    """
    own = counted[counted["unit_code"].isin(units)].groupby("file", as_index=False)["dossiers"].sum()
    known = own.merge(files[["file", "export_date", "sha256"]], "left", "file").fillna("")
    return known.sort_values(["export_date", "file"], ascending=[False, True], ignore_index=True)[
        ["file", "dossiers", "export_date", "sha256"]
    ]


@dataclass(frozen=True)
class Sources:
    """The files that dossiers came from, numbered from 1; their numbers by unit, how many there are by group."""

    files: list[tuple[int, str, str]]  # number, file, sha256
    numbers: dict[str, list[int]]
    counts: dict[str, int]


def sources_of(processed: Path | str, report: Report) -> Sources:
    """The files behind every unit's and group's dossiers."""
    found = report.reference.by_holder(dossiers_by_file(processed)).drop_duplicates(["unit_code", "file"])
    digests = dict(zip(report.sources["file"], report.sources["sha256"], strict=True))
    number = {file: place for place, file in enumerate(sorted(found["file"].unique()), start=1)}
    numbers = {str(unit): [number[file] for file in of_unit] for unit, of_unit in found.groupby("unit_code")["file"]}
    members = group_members(report.reference).merge(found, on="unit_code")
    counts = members.groupby("group_code")["file"].nunique()
    listed = [(place, file, str(digests.get(file, ""))) for file, place in number.items()]
    return Sources(listed, numbers, {str(group): int(count) for group, count in counts.items()})
