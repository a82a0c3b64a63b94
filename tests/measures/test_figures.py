"""The file of figures holds what Arrow's own writer would write of the table, whatever the names and numbers are."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import relaxed
from support.folders import REFERENCE

from analysis.measures.expressions import Count
from analysis.measures.figures import ATTAINMENT_COLUMNS, Part, table_of, write_attainment
from analysis.reference.columns import own_columns
from analysis.reference.tables import load_reference
from analysis.storage.writing import safe_names

DECISION = load_reference(REFERENCE).decision("766-qd-ubnd-2020")
COUNTS = [Count(target, reading) for target in DECISION.targets for reading in DECISION.readings_of(target)]
words = st.text(st.sampled_from('aÀ,"\n\r;=\u2028 đ'), max_size=6)
sides = st.integers(0, 3_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


def _part(rows: list[tuple[str, tuple[int, int]]], count: Count) -> Part:
    names = [name for name, _ in rows]
    row = {"unit_code": names, "unit_name": names, "tier": "", "window": "month", "month": "2020-01", "as_of": "2020"}
    numerator, denominator = np.array([pair for _, pair in rows], np.int64).reshape(-1, 2).T
    return Part(DECISION.id, count, pd.DataFrame(row).astype("str"), numerator, denominator)


def _arrow(parts: list[Part]) -> bytes:
    """The table as Arrow's writer writes it, shares as texts of nine decimals, names safe."""
    table = table_of(parts)
    table["unit_name"] = safe_names(table["unit_name"])
    for name in ("value", "minimum", "gap"):
        table[name] = [None if pd.isna(share) else f"{share:.9f}" for share in table[name]]
    schema = own_columns().arrow_schema("attainment", ATTAINMENT_COLUMNS)
    text = [field.with_type(pa.string()) if pa.types.is_floating(field.type) else field for field in schema]
    written = BytesIO()
    options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    pyarrow.csv.write_csv(pa.Table.from_pandas(table, pa.schema(text), preserve_index=False), written, options)
    return written.getvalue()


@given(st.lists(st.tuples(words, sides), max_size=12), st.lists(st.sampled_from(COUNTS), max_size=3))
@relaxed
def test_the_file_is_what_arrow_would_write(rows: list[tuple[str, tuple[int, int]]], counts: list[Count]) -> None:
    parts = [_part(rows, count) for count in counts]
    with TemporaryDirectory() as folder:
        write_attainment(parts, Path(folder) / "attainment.csv")
        written = (Path(folder) / "attainment.csv").read_bytes()
    assert written == (_arrow(parts) if parts else _arrow([_part([], COUNTS[0])]))


def test_more_rows_than_are_written_at_once_stay_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("analysis.measures.figures._AT_ONCE", 2)
    parts = [_part([(str(number), (number % 3, 3)) for number in range(7)], COUNTS[0])]
    write_attainment(parts, tmp_path / "attainment.csv")
    assert (tmp_path / "attainment.csv").read_bytes() == _arrow(parts)
