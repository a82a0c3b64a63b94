"""Definitions of what is published, as data: what each column means (``columns.toml``) and the forms of drafts.

Their files stand in the reference folder; one that lacks them goes by the project's own.
"""

from pathlib import Path
from typing import Literal

import pandera.pandas as pa
from pydantic import BaseModel, ConfigDict, model_validator

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_
from analysis.reference.decision import Words
from analysis.reference.toml_files import Model, read_toml
from analysis.storage.places import OWN_REFERENCE

Type = Literal["text", "code", "integer", "share", "number", "points", "boolean", "date", "month"]
_KINDS = {"integer": "Int64", "share": "float64", "number": "float64", "points": "float64", "boolean": "bool"}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnWords(_Frozen):
    """What a column is, for the people who use the table; ``source`` is the legal text that it rests on."""

    type: Type
    unit: Words | None = None
    title: Words
    description: Words
    source: Words | None = None


class TableWords(_Frozen):
    """What a table is; one that is not ``published`` is for analysts alone."""

    title: Words
    description: Words
    published: bool = True


class Columns(_Frozen):
    """Every table and column; ``<table>.<column>`` goes before ``<column>``."""

    licence: Words
    tables: dict[str, TableWords]
    columns: dict[str, ColumnWords]

    @model_validator(mode="after")
    def _names_tables(self) -> "Columns":
        for name in self.columns:
            table, dot, _ = name.rpartition(".")
            if dot and table not in self.tables:
                raise ValueError(f"the column {name} is of a table that [tables] does not have")
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

    def table_schema(self, table: str, names: list[str]) -> pa.DataFrameSchema:
        """The table's columns, ordered, with the types that they are written in."""
        described = {name: self.columns[self.key(table, name)] for name in names}
        columns = {
            name: pa.Column(
                _KINDS.get(words.type, str),
                nullable=words.type in _KINDS and words.type != "boolean",
                title=words.title["vi"],
                description=words.description["vi"],
            )
            for name, words in described.items()
        }
        return pa.DataFrameSchema(columns, strict=True, ordered=True, coerce=True, name=table)


def load_columns(folder: Path) -> Columns:
    """Read ``columns.toml``; raises ReferenceProblem that says which key to mend."""
    return _load(folder, "columns.toml", Columns)


def _load(folder: Path, name: str, model: type[Model]) -> Model:
    path = folder / name if (folder / name).is_file() else OWN_REFERENCE / name
    return read_toml(path, model)
