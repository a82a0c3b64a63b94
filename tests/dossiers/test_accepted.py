"""The file of dossiers (analysis.dossiers.accepted), against a plain loop over the rows of the kept files."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.dossiers import accepted
from analysis.dossiers.accepted import write_accepted
from analysis.dossiers.sights import SIGHTS_SCHEMA
from analysis.dossiers.superseding import DOSSIERS_SCHEMA
from analysis.dossiers.worker import FileResult

FILES = st.lists(st.lists(st.sampled_from(["Sở Xây dựng", "Sở Y tế", None]), max_size=7), max_size=4)


def sights(number: int, units: list[str | None]) -> pa.Table:
    """Rows of two sheets, of which every column but a few is empty."""
    count = len(units)
    own = {
        "dossier_key": [f"{number}-{row}" for row in range(count)],
        "unit_code": units,
        "sheet_index": [row % 2 for row in sorted(range(count), key=lambda row: row % 2)],
        "row": list(range(count)),
    }
    columns = [pa.array(own.get(field.name, [None] * count), field.type) for field in SIGHTS_SCHEMA]
    return pa.table(columns, SIGHTS_SCHEMA)


@settings(max_examples=30, deadline=None)
@given(FILES, st.randoms(use_true_random=False), st.integers(1, 9))
def test_every_row_but_the_losers_is_written_in_the_order_of_the_files(
    files: list[list[str | None]], chance: object, least: int
) -> None:
    tables = [sights(number, units) for number, units in enumerate(files)]
    places = [(n, row["sheet_index"], row["row"]) for n, table in enumerate(tables) for row in table.to_pylist()]
    lost = [place for place in places if chance.random() < 0.3]  # type: ignore[attr-defined]
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(accepted, "ROWS", least)
        stems = [Path(name) / f"kept{number}" for number in range(len(tables))]
        for stem, table in zip(stems, tables, strict=True):
            pq.write_table(table, stem.with_suffix(".parquet"))
        names = [f"tệp {number}.csv" for number in range(len(tables))]
        results = [FileResult(rows=len(table)) for table in tables]
        losers = pd.DataFrame(lost, columns=["file_index", "sheet_index", "row"]).astype(np.int64)
        write_accepted(names, stems, results, losers, Path(name) / "dossiers.parquet", DOSSIERS_SCHEMA)
        found = pq.read_table(Path(name) / "dossiers.parquet")
    assert found.schema.equals(DOSSIERS_SCHEMA)
    assert found.to_pylist() == [
        {column: row[column] for column in DOSSIERS_SCHEMA.names if column != "file"} | {"file": names[number]}
        for number, table in enumerate(tables)
        for row in table.to_pylist()
        if (number, row["sheet_index"], row["row"]) not in lost
    ]
