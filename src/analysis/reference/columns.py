"""What each column of each table is, as data (``columns.toml``): its type, its title, what it means.

The file stands in the reference folder, where its words may be another's; a folder that lacks it goes by the project's
own. The types in which a run's tables are read and written are the program's and always the project's own.
"""

import csv
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from pandera.pandas import Column, DataFrameSchema
from pydantic import model_validator

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_
from analysis.reference.toml_files import Frozen, Unfit, Words, read_definitions
from analysis.storage.places import OWN_REFERENCE

Type = Literal["text", "code", "integer", "share", "number", "points", "boolean", "date", "month"]
# What holds a type: in pandas where a table is checked, in Arrow where it is read and written. All others are text,
# days and months too, also where every cell looks like a number or none is filled.
_FLOATING = ("float64", pa.float64())
_HELD: dict[Type, tuple[str, pa.DataType]] = {
    **{"integer": ("Int64", pa.int64()), "boolean": ("bool", pa.bool_())},
    **{"share": _FLOATING, "number": _FLOATING, "points": _FLOATING},
}
_TEXT = ("str", pa.string())


class ColumnWords(Frozen):
    """What a column is, for the people who use the table; ``source`` is the legal text that it rests on."""

    type: Type
    unit: Words | None = None
    title: Words
    description: Words
    source: Words | None = None


class TableWords(Frozen):
    """What a table is; one that is not ``published`` is for analysts alone."""

    title: Words
    description: Words
    published: bool = True


class Columns(Frozen):
    """Every table and column; ``<table>.<column>`` goes before ``<column>``."""

    licence: Words
    tables: dict[str, TableWords]
    columns: dict[str, ColumnWords]

    @model_validator(mode="after")
    def _names_tables(self) -> "Columns":
        for name in self.columns:
            table, dot, _ = name.rpartition(".")
            if dot and table not in self.tables:
                raise Unfit(
                    N_(
                        "{file}, line {line}: {key} is of a table that [tables] does not have. "
                        "Describe the table or correct its name."
                    ),
                    *("columns", name),
                )
        return self

    def key(self, table: str, column: str) -> str:
        """The entry that describes a column of a table; raises ReferenceProblem where there is none."""
        for key in (f"{table}.{column}", column):
            if key in self.columns:
                return key
        raise ReferenceProblem(
            N_("columns.toml: [columns.{column}] is missing, a column of the table {table}. Describe it there."),
            column=column,
            table=table,
        )

    def table_schema(self, table: str, names: list[str]) -> DataFrameSchema:
        """The table's columns, ordered, with the types that they are checked for and written in."""
        described = {name: self.columns[self.key(table, name)] for name in names}
        columns = {
            name: Column(
                _HELD.get(words.type, _TEXT)[0],
                nullable=words.type in _HELD and words.type != "boolean",
                title=words.title["vi"],
                description=words.description["vi"],
            )
            for name, words in described.items()
        }
        return DataFrameSchema(columns, strict=True, ordered=True, coerce=True, name=table)

    def arrow_schema(self, table: str, names: list[str]) -> pa.Schema:
        """The table's columns, ordered, with Arrow's types."""
        return pa.schema([(name, _HELD.get(self.columns[self.key(table, name)].type, _TEXT)[1]) for name in names])


def read_table(path: Path) -> pd.DataFrame:
    """A table of a run, which its file is named after; an integer with blanks is a floating number, a blank NaN."""
    return read_arrow(path).to_pandas()


def read_published(folder: Path, table: str) -> pd.DataFrame:
    """A table of a month's open data as ``read_table``, whole also where its CSV is cut into several files; raises
    FileNotFoundError where there is none.
    """
    whole = folder / f"{table}.parquet"  # what is cut is there as Parquet too
    return read_table(whole if whole.is_file() else folder / f"{table}.csv")


def read_arrow(path: Path) -> pa.Table:
    """As ``read_table``, before pandas has it."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = next(csv.reader(file))
    options = pyarrow.csv.ConvertOptions(column_types=own_columns().arrow_schema(path.stem, names))
    # The texts of difficulties, and names of files, may have lines.
    return pyarrow.csv.read_csv(path, None, pyarrow.csv.ParseOptions(newlines_in_values=True), options)


@cache
def own_columns() -> Columns:
    """The project's own ``columns.toml``."""
    return load_columns(OWN_REFERENCE)


def load_columns(folder: Path) -> Columns:
    """Read ``columns.toml``; raises ReferenceProblem that says which key to mend."""
    return read_definitions(folder, "columns.toml", Columns)
