"""A run's tables are read in the types that ``columns.toml`` gives them, whatever their cells look like."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from support.folders import REFERENCE

from analysis.dossiers.superseding import DOSSIERS_SCHEMA
from analysis.language.problems import ReferenceProblem
from analysis.measures.figures import ATTAINMENT_COLUMNS
from analysis.outlook.changes import CHANGES_COLUMNS
from analysis.outlook.closers import CLOSERS_COLUMNS
from analysis.outlook.comparison import COMPARISON_COLUMNS
from analysis.outlook.delays import DELAYS_COLUMNS
from analysis.outlook.gap import GAP_COLUMNS
from analysis.outlook.procedures import PROCEDURES_COLUMNS
from analysis.outlook.projection import PROJECTION_COLUMNS
from analysis.outlook.stage import write_outlook
from analysis.outlook.trends import TRENDS_COLUMNS
from analysis.reference.columns import load_columns, own_columns, read_table

TABLES = {
    **{"attainment": ATTAINMENT_COLUMNS, "closers": CLOSERS_COLUMNS, "comparison": COMPARISON_COLUMNS},
    **{"changes": CHANGES_COLUMNS, "delays": DELAYS_COLUMNS, "gap": GAP_COLUMNS, "procedures": PROCEDURES_COLUMNS},
    **{"projection": PROJECTION_COLUMNS, "trends": TRENDS_COLUMNS},
}


def read(folder: Path, name: str, *lines: str) -> pd.DataFrame:
    path = folder / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_table(path)


def test_a_number_that_is_blank_stays_a_number(tmp_path: Path) -> None:
    table = read(tmp_path, "gap", "unit_code,pending_online,value,needed", "H45.02,,,3", "H45.03,,0.5,4")
    assert table["pending_online"].isna().all()
    assert table["pending_online"].dtype == "float64"
    assert table["value"].tolist()[1] == 0.5
    assert table["needed"].dtype == "int64"


def test_a_text_stays_a_text_whatever_it_looks_like(tmp_path: Path) -> None:
    lines = ("file,sheet,row,reason,detail", "1.xlsx,2020,7,bad_date,", "NA,true,8,null,01")
    table = read(tmp_path, "rejects", *lines)
    assert table["sheet"].tolist() == ["2020", "true"]
    assert table["file"].tolist() == ["1.xlsx", "NA"]
    assert table["reason"].tolist() == ["bad_date", "null"]
    assert table["detail"].tolist() == ["", "01"]
    assert table["row"].tolist() == [7, 8]


def test_a_text_may_have_lines_and_quotation_marks(tmp_path: Path) -> None:
    table = read(tmp_path, "difficulties", "unit_code,month,category,text", 'H45.02,2020-09,,"Hai\ndòng, ""nháy"""')
    assert table["text"].tolist() == ['Hai\ndòng, "nháy"']


def test_a_table_without_rows_has_its_types(tmp_path: Path) -> None:
    table = read(tmp_path, "closers", "unit_code,closes,rank,peer_share")
    assert [str(kind) for kind in table.dtypes] == ["str", "bool", "int64", "float64"]


def test_a_column_that_nobody_described_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReferenceProblem, match=r"\[columns\.new_one\].*gap"):
        read(tmp_path, "gap", "unit_code,new_one", "H45.02,1")


def test_what_is_written_comes_back_in_the_same_types(tmp_path: Path) -> None:
    counted = pd.Series([3, pd.NA], dtype="object")
    table = pd.DataFrame({"unit_code": ["01", ""], "pending_online": counted, "value": [0.12345678, np.nan]})
    write_outlook({"gap": table}, tmp_path)
    assert (tmp_path / "gap.csv").read_text(encoding="utf-8").splitlines()[1:] == ['"01",3,0.123457', '"",,']
    assert read_table(tmp_path / "gap.csv")["unit_code"].tolist() == ["01", ""]


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_a_table_is_described(name: str) -> None:
    assert own_columns().arrow_schema(name, TABLES[name]).names == TABLES[name]


def test_what_is_checked_and_what_is_read_are_one_type() -> None:
    known = load_columns(REFERENCE)
    for name, columns in TABLES.items():
        checked = known.table_schema(name, columns).columns
        for field in known.arrow_schema(name, columns):
            wanted = {"Int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}
            assert field.type == wanted.get(str(checked[field.name].dtype), pa.string()), (name, field)


def test_the_dossiers_are_stored_as_they_are_described() -> None:
    known = own_columns()
    for field in DOSSIERS_SCHEMA:
        kind = known.columns[known.key("dossiers", field.name)].type
        assert pa.types.is_integer(field.type) == (kind == "integer"), field
        assert pa.types.is_timestamp(field.type) == (kind == "date"), field
