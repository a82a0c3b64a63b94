"""Writes the dossiers as their last sights tell them, file by file as they were kept: the same bytes in every run,
by which a stage knows that it need not be executed again (``publication.keeping``).

An engine would make texts of what the kept files hold as numbers of a dictionary, and hold many rows at once.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.dossiers.sights import SIGHTS_SCHEMA
from analysis.dossiers.worker import FileResult
from analysis.storage.writing import write_whole

ROWS = 65_536  # of a row group, at least, and twice that at most
PLACE = ("sheet_index", "row")  # of a row in its file
_KEY = "dossier_key"  # of which no value comes twice
_WORDS = [field.name for field in SIGHTS_SCHEMA if field.type == pa.string() and field.name != _KEY]


@dataclass(frozen=True)
class Told:
    """Which files, and which of their rows (a mask), tell anything of what is written."""

    by_file: Callable[[FileResult], object]
    by_row: Callable[[pa.Table], pa.ChunkedArray]


def write_accepted(
    names: list[str],
    stems: list[Path],
    results: list[FileResult],
    losers: pd.DataFrame,
    target: Path,
    schema: pa.Schema,
    told: Told | None = None,
) -> None:
    """Write the rows of every file but the ``losers`` (file_index, sheet_index, row) to ``target``, whole or not at
    all, in the columns of ``schema`` and the order of the files, sheets and rows; ``told``: those of files alone, and
    of rows, that tell anything.
    """
    lost = dict(iter(losers.groupby("file_index")))
    parts = (
        _accepted(name, stem, lost.get(number), schema.names)
        for number, (name, stem, result) in enumerate(zip(names, stems, results, strict=True))
        if result.rows and (not told or told.by_file(result))
    )
    some = (part.filter(told.by_row(part)) for part in parts) if told else parts
    write_whole(target, lambda path: _write(some, schema, path))


def _accepted(name: str, stem: Path, lost: pd.DataFrame | None, columns: list[str]) -> pa.Table:
    kept = pq.ParquetFile(stem.with_suffix(".parquet"), read_dictionary=_WORDS)
    sights = kept.read([name for name in SIGHTS_SCHEMA.names if name in {*columns, *PLACE}], use_threads=False)
    whose = pa.DictionaryArray.from_arrays(np.zeros(len(sights), np.int32), pa.array([name], pa.string()))
    sights = sights.append_column("file", whose)
    if lost is not None:
        places = _places(*(sights.column(part).to_numpy() for part in PLACE))
        sights = sights.filter(pa.array(~np.isin(places, _places(*(lost[part].to_numpy() for part in PLACE)))))
    return sights.select(columns)


def _places(sheet: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Sheet and row as one number."""
    return sheet.astype(np.int64) << 32 | row.astype(np.int64)


def _write(parts: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    others = [name for name in schema.names if name != _KEY]
    words = pa.dictionary(pa.int32(), pa.string())
    written = pa.schema([field.with_type(words) if field.name in (*_WORDS, "file") else field for field in schema])
    options = {"compression": "snappy", "use_dictionary": others, "write_statistics": others, "store_schema": False}
    with pq.ParquetWriter(path, written, **options) as writer:
        for rows in _gathered(parts):
            writer.write_table(rows.cast(written).unify_dictionaries(), row_group_size=2 * ROWS)


def _gathered(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The parts, small ones put together."""
    waiting: list[pa.Table] = []
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) >= ROWS:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)
