"""The figures of ``attainment.csv`` (contract §5): one target under one reading at a time, in exact arithmetic.

A nation's rows are millions, and say the same over and over: every unit, window and month stands there once for each
target and reading, and few pairs of numerator and denominator differ. What differs is put into words once, as Arrow's
own writer would, and a line is three of these.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.measures.expressions import Count
from analysis.reference.columns import own_columns
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED, Target
from analysis.storage.writing import safe_names, write_whole

_OF_COUNT = ["decision", "target_id", "measure", "level", "scope", "reading"]
_OF_ROW = ["unit_code", "unit_name", "tier", "window", "month", "as_of"]
_OF_FIGURES = ["numerator", "denominator", "value", "minimum", "gap", "shortfall", "status"]
ATTAINMENT_COLUMNS = [*_OF_COUNT, *_OF_ROW, *_OF_FIGURES]
DECIMALS = 9  # of a share: enough that a rounded one does not cross its minimum unseen
_LONG = pa.large_string()  # the lines of all rows may be longer together than 2 GiB
_COMMA, _QUOTE, _NOTHING = (pa.scalar(sign, _LONG) for sign in (",", '"', ""))
_AT_ONCE = 10_000  # lines: larger pieces of memory are asked of the system each time anew, which takes longer


@dataclass(frozen=True)
class Part:
    """One target under one reading: ``numerator`` and ``denominator`` (whole numbers) of each of ``rows``, which hold
    unit_code, unit_name, tier, window, month and as_of, and may be those of other parts too; ``decision`` is its id.
    """

    decision: str
    count: Count
    rows: pd.DataFrame
    numerator: np.ndarray
    denominator: np.ndarray


def table_of(parts: Iterable[Part]) -> pd.DataFrame:
    """The parts, one after the other, in the columns of ``attainment.csv``."""
    parts = [*parts]
    said = pd.DataFrame([_said_of(part) for part in parts]).astype({"level": "Int64"})
    sides = [
        said.loc[np.repeat(said.index, [len(part.rows) for part in parts])],
        pd.concat([part.rows[_OF_ROW] for part in parts]),
        pd.concat([pd.DataFrame(_figures(part.numerator, part.denominator, part.count.target)) for part in parts]),
    ]
    return pd.concat([side.reset_index(drop=True) for side in sides], axis="columns")


def shortfall(numerator: np.ndarray, denominator: np.ndarray, target: Target) -> np.ndarray:
    """The smallest whole k ≥ 0 with (numerator + k) / denominator ≥ minimum; 0 for an empty denominator.

    Integers throughout: with minimum = p/q, k = ⌈p · denominator / q⌉ − numerator.
    """
    p, q = target.minimum.numerator, target.minimum.denominator
    return np.where(denominator > 0, np.maximum(-(-p * denominator // q) - numerator, 0), 0)


def write_attainment(parts: Iterable[Part], path: Path) -> None:
    """Write ``attainment.csv``, part by part, whole or not at all."""
    write_whole(path, lambda temporary: _write(parts, temporary))


def _said_of(part: Part) -> dict[str, str | int | None]:
    target = part.count.target
    said = (part.decision, target.id, target.measure, target.level, target.scope, part.count.reading.id)
    return dict(zip(_OF_COUNT, said, strict=True))


def _figures(numerator: np.ndarray, denominator: np.ndarray, target: Target) -> dict[str, np.ndarray]:
    p, q = target.minimum.numerator, target.minimum.denominator
    empty = denominator == 0
    safe = np.where(empty, 1, denominator)
    status = np.where(numerator * q >= p * denominator, ATTAINED, NOT_ATTAINED)
    return {
        "numerator": numerator,
        "denominator": denominator,
        "value": np.where(empty, np.nan, numerator / safe),
        "minimum": np.full(len(numerator), p / q),
        "gap": np.where(empty, np.nan, (numerator * q - p * denominator) / (safe * q)),
        "shortfall": shortfall(numerator, denominator, target),
        "status": np.where(empty, NOT_APPLICABLE, status),
    }


def _write(parts: Iterable[Part], path: Path) -> None:
    known: dict[int, tuple[pd.DataFrame, pa.Array]] = {}  # the lines' middles, of the rows of which there are parts
    with path.open("wb") as file:
        file.write(",".join(f'"{name}"' for name in ATTAINMENT_COLUMNS).encode() + b"\n")
        for part in parts:
            if id(part.rows) not in known:
                named = part.rows[_OF_ROW].assign(unit_name=safe_names(part.rows["unit_name"]))
                known[id(part.rows)] = part.rows, _worded(dict(named.items()))
            _write_part(part, known[id(part.rows)][1], file)


def _write_part(part: Part, of_rows: pa.Array, file: BinaryIO) -> None:
    of_count = _worded({name: [value] for name, value in _said_of(part).items()})[0]
    whole = int(part.denominator.max(initial=0)) + 1
    pairs = pa.array(part.numerator * whole + part.denominator).dictionary_encode()
    numerator, denominator = np.divmod(pairs.dictionary.to_numpy(), whole)
    of_figures = _worded(_figures(numerator, denominator, part.count.target), end="\n")
    for start in range(0, len(of_rows), _AT_ONCE):
        figures = of_figures.take(pairs.indices.slice(start, _AT_ONCE))
        lines = pc.binary_join_element_wise(of_count, of_rows.slice(start, _AT_ONCE), figures, _COMMA)
        file.write(lines.buffers()[2])


def _worded(columns: Mapping[str, Any], end: str = "") -> pa.Array:
    """The rows of some columns as they stand in the file, each with an ``end``."""
    schema = own_columns().arrow_schema("attainment", list(columns))
    cells = [_cells(columns[field.name], field.type) for field in schema]
    return pc.binary_join_element_wise(pc.binary_join_element_wise(*cells, _COMMA), pa.scalar(end, _LONG), _NOTHING)


def _cells(values: Any, kind: pa.DataType) -> pa.Array:
    """As Arrow's own writer has them: texts in quotation marks, nothing where there is nothing."""
    if pa.types.is_floating(kind):
        shares = pa.array(values, from_pandas=True).dictionary_encode()
        worded = pa.array([f"{share:.{DECIMALS}f}" for share in shares.dictionary.to_pylist()], _LONG).take(
            shares.indices
        )
    else:
        worded = pa.array(values, from_pandas=True).cast(_LONG)
    if not pa.types.is_integer(kind):
        worded = pc.replace_substring(worded, '"', '""')
        worded = pc.binary_join_element_wise(_QUOTE, worded, _QUOTE, _NOTHING)
    return pc.fill_null(worded, _NOTHING)
