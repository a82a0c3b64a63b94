"""The Data Package (``datapackage.json``): what the files of open data are, for programs; its words are Vietnamese.

After specs.frictionlessdata.io, version 1. A file is a resource of its own, also where several are one table. The
licence's words stand in the description: whoever publishes sets the terms and gives them a name.
"""

import pandas as pd

from analysis.documents.annex_tables import notice
from analysis.findings.report import Report
from analysis.language.texts import N_, Language
from analysis.reference.columns import Columns

_TYPES = {  # of Table Schema; all else is a string
    **{"integer": "integer", "boolean": "boolean", "date": "date", "month": "yearmonth"},
    **dict.fromkeys(("share", "number", "points"), "number"),
}


def data_package(
    report: Report, known: Columns, tables: dict[str, pd.DataFrame], written: dict[str, list[str]]
) -> dict[str, object]:
    """Every file with the fields of its table; ``written`` are the names of each table's files."""
    language = Language()
    resources = [
        {
            **_file(name),
            "title": known.tables[table].title["vi"],
            "description": known.tables[table].description["vi"],
            "schema": {"fields": [_field(known, table, column) for column in tables[table].columns]},
        }
        for table, names in written.items()
        for name in names
    ]
    licence = language.text(N_("Licence: {licence}"), licence=known.licence["vi"])
    return {
        "profile": "data-package",
        "name": f"{report.decision.id}-{report.month}",
        "title": language.text(N_("Open data: online public services against their targets")),
        "description": f"{notice(report, language)}\n\n{licence}",
        "resources": resources,
    }


def _file(name: str) -> dict[str, str]:
    """A resource's name is that of its file, but for letters that the specification does not know."""
    stem, _, kind = name.rpartition(".")
    if kind == "parquet":
        return {"name": f"{stem.lower()}-parquet", "path": name, "format": kind, "profile": "data-resource"}
    known = {"format": kind, "mediatype": "text/csv", "encoding": "utf-8", "profile": "tabular-data-resource"}
    return {"name": stem.lower(), "path": name, **known}


def _field(known: Columns, table: str, column: str) -> dict[str, str]:
    words = known.columns[known.key(table, column)]
    kind = _TYPES.get(words.type, "string")
    return {"name": column, "type": kind, "title": words.title["vi"], "description": words.description["vi"]}
