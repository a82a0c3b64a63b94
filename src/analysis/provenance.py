"""Which source files the dossiers of units came from, with the files' digests: the way back from any figure."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from analysis.errors import N_, RunProblem

DOSSIERS = "dossiers.parquet"


def dossiers_by_file(processed: Path | str) -> pd.DataFrame:
    """unit_code, file, dossiers: how many accepted dossiers of each unit came from each file.

    Raises RunProblem where ``processed`` has no dossiers.
    """
    path = Path(processed) / DOSSIERS
    if not path.is_file():
        raise RunProblem(
            N_("{folder} has no {file}. Run the notebooks clean and attainment first."),
            folder=processed,
            file=DOSSIERS,
        )
    # Two columns of the file, counted by Arrow: a few hundredths of a second for a year's dossiers.
    counted = (
        pq.read_table(path, columns=["unit_code", "file"])
        .group_by(["unit_code", "file"])
        .aggregate([([], "count_all")])
    )
    frame = counted.to_pandas().rename(columns={"count_all": "dossiers"})
    return frame.astype({"unit_code": str, "file": str}).sort_values(["unit_code", "file"], ignore_index=True)


def source_files(counted: pd.DataFrame, files: pd.DataFrame, units: Collection[str]) -> pd.DataFrame:
    """file, dossiers, export_date, sha256 of the files with dossiers of ``units``, the latest export first.

    ``counted`` as ``dossiers_by_file`` gives it, ``files`` are the rows of files.csv.
    """
    own = counted[counted["unit_code"].isin(units)].groupby("file", as_index=False)["dossiers"].sum()
    known = own.merge(files[["file", "export_date", "sha256"]], "left", "file").fillna("")
    return known.sort_values(["export_date", "file"], ascending=[False, True], ignore_index=True)[
        ["file", "dossiers", "export_date", "sha256"]
    ]
