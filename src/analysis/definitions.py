"""Definitions of what is published, as data: what each column means (``columns.toml``) and the forms of drafts.

Their files stand in the reference folder; one that lacks them goes by the project's own.
"""

from pathlib import Path
from typing import Literal

import pandera.pandas as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.decision import Words
from analysis.errors import N_, ReferenceProblem
from analysis.toml_files import Model, read_toml

Type = Literal["text", "code", "integer", "share", "number", "points", "boolean", "date", "month"]
_PROJECT = Path(__file__).parents[2] / "data/reference"
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


class ReportForm(_Frozen):
    """What stands around a draft report: who issues it, to whom (an annex: to nobody), who gets it, who signs."""

    superior: Words
    issuer: Words
    issuer_name: Words
    number: Words
    motto: Words
    creed: Words
    place_and_date: Words
    kind: Words
    addressee: Words | None = None
    copies: tuple[Words, ...] = Field(min_length=1)
    signatory: Words


class BandNames(_Frozen):
    """The names of bands that a legal text gives, best first, in Vietnamese, and that text."""

    titles: tuple[str, ...] = Field(min_length=1)
    source: Words


class CriteriaForm(ReportForm):
    """What stands around a draft annex of criteria; ``charges``: what a decision, by its id, asks of its drafters."""

    charges: dict[str, Words]
    band_names: BandNames


def load_columns(folder: Path) -> Columns:
    """Read ``columns.toml``; raises ReferenceProblem that says which key to mend."""
    return _load(folder, "columns.toml", Columns)


def load_report_form(folder: Path) -> ReportForm:
    """Read ``report-form.toml``; raises ReferenceProblem that says which key to mend."""
    return _load(folder, "report-form.toml", ReportForm)


def load_criteria_form(folder: Path) -> CriteriaForm:
    """Read ``criteria-form.toml``; raises ReferenceProblem that says which key to mend."""
    return _load(folder, "criteria-form.toml", CriteriaForm)


def _load(folder: Path, name: str, model: type[Model]) -> Model:
    path = folder / name if (folder / name).is_file() else _PROJECT / name
    return read_toml(path, model)
