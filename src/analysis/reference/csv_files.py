"""Tables of the reference data that stand in CSV files: read as text, checked, what is wrong named with its line."""

import csv
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_
from analysis.reference.toml_files import written_text

_PLACE = ("row", "column")
_DAYS = ("valid_from", "valid_to", "from")
_NO_DAY = N_("{file}, line {line}: {column} is «{value}»: no such day. Dates are written yyyy-mm-dd.")


def read_csv(path: Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The file as text; its index are the lines in which the rows end."""
    text = written_text(path, path.name)
    rows, ragged = _rows(path, text)
    head = [cell.strip() for cell in rows[0][1]] if rows else []
    if head != [name for name, column in schema.columns.items() if column.required or name in head]:
        raise _wrong_columns(path, schema, text)
    if ragged:
        raise ReferenceProblem.of(ragged)
    lines = [line for line, _ in rows[1:]]
    table = pd.DataFrame([row for _, row in rows[1:]], index=lines, columns=head, dtype="str")
    try:
        return schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        raise ReferenceProblem.of(_unfit(path, schema, errors.failure_cases)) from None


def refuse(file: str, wrong: Iterable[tuple[str, Iterable[int]]]) -> None:
    """Raise ReferenceProblem for the lines of each template, where there are any."""
    found = [ReferenceProblem(words, file=file, line=line) for words, lines in wrong for line in lines]
    if found:
        raise ReferenceProblem.of(sorted(found, key=lambda one: int(one.details["line"])))


def _rows(path: Path, text: str) -> tuple[list[tuple[int, list[str]]], list[ReferenceProblem]]:
    """The rows with their lines, and those with more or fewer cells than headings."""
    reader = csv.reader(StringIO(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    ragged = []
    words = N_(
        "{file}, line {line}: more or fewer cells than headings. A cell with a comma, a line break or a "
        "quotation mark in it must stand in quotation marks."
    )
    try:
        for row in filter(None, reader):
            if rows and len(row) != len(rows[0][1]):
                ragged.append(ReferenceProblem(words, file=path.name, line=reader.line_num))
            else:
                rows.append((reader.line_num, row))
    except csv.Error:
        ragged.append(ReferenceProblem(words, file=path.name, line=reader.line_num))
    return rows, ragged


def _unfit(path: Path, schema: pa.DataFrameSchema, cases: pd.DataFrame) -> list[ReferenceProblem]:
    """What is wrong with which cell, in the order of the lines."""
    choices = {
        name: check.statistics["allowed_values"]
        for name, column in schema.columns.items()
        for check in column.checks
        if check.name == "isin"
    }
    found = []
    for case in cases.sort_values("index", kind="stable").to_dict("records"):
        value, column = case["failure_case"], case["column"]
        details = {"file": path.name, "line": int(case["index"]), "value": value, "column": column}
        if column in choices:
            words = N_("{file}, line {line}: {column} is «{value}»; wanted is one of {known}.")
            found.append(ReferenceProblem(words, known=", ".join(choices[column]), **details))
        elif column in _PLACE:
            words = N_("{file}, line {line}: {column} is «{value}»; wanted is a number from 1 to 99.")
            found.append(ReferenceProblem(words, **details))
        elif column in _DAYS:
            found.append(ReferenceProblem(_NO_DAY, **details))
        elif value == "":
            found.append(
                ReferenceProblem(N_("{file}, line {line}: {column} is empty. Write what belongs there."), **details)
            )
        else:
            words = N_("{file}, line {line}: {column} «{value}» stands in another line too. Give every line its own.")
            found.append(ReferenceProblem(words, **details))
    return found


def _wrong_columns(path: Path, schema: pa.DataFrameSchema, text: str) -> ReferenceProblem:
    columns = ",".join(name for name, column in schema.columns.items() if column.required)
    head = text.partition("\n")[0]
    for sign, name in ((";", "«;»"), ("\t", "Tab"), ("|", "«|»")):
        if head.count(sign) > head.count(","):
            words = N_(
                "{file}, line 1: the columns are separated by {sign}; wanted are commas. Save it as CSV UTF-8 with "
                "commas; a list of procedures is read by dvctt catalogue import. The columns must be {columns}."
            )
            return ReferenceProblem(words, file=path.name, sign=name, columns=columns)
    words = N_("{file}, line 1: the columns must be exactly {columns}. There are: {found}.")
    return ReferenceProblem(words, file=path.name, columns=columns, found=head.strip() or "–")
