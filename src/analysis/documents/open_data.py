"""Open data (``open-data/``): the figures as CSV with a dictionary that describes every column of every table.

Files are UTF-8 with a byte order mark: without it Excel takes Vietnamese letters for another encoding when one
opens the file by a double click; programs that know UTF-8 skip it. The same report gives the same bytes. No
table holds dossiers or rows of exports; of counts by procedure there is what was told, which later months go by.
"""

from codecs import BOM_UTF8
from functools import partial
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
from jinja2 import Environment, StrictUndefined

from analysis.documents import annex_tables
from analysis.dossiers.cleaning import REASONS
from analysis.findings.changes import standing
from analysis.findings.ledger import rejected_rows
from analysis.findings.report import Report
from analysis.language.texts import LANGUAGES, Language
from analysis.reference.columns import Columns, load_columns
from analysis.reference.decision import DEFAULT
from analysis.reference.tables import CATALOGUE as CATALOGUE_COLUMNS
from analysis.storage.places import CATALOGUE, DECISION, STANDING, TOLD
from analysis.storage.writing import spreadsheet_safe, undirected, write_whole

DICTIONARY, README = "data-dictionary", "README.md"
_DAYS = ("valid_from", "valid_to")
_TOLD = [
    *("decision", "unit_code", "unit_name", "procedure_key", "procedure_name", "level"),
    *("told", "told_online", "told_on"),
]
_COPIED = ("trends", "gap", "projection", "comparison", "changes")  # of the outlook; closers.csv counts by procedure


def write_open_data(folder: Path, report: Report) -> list[str]:
    """Write every table, the dictionary and the README into ``folder``; returns their names."""
    known = load_columns(report.reference.folder)
    tables = published_tables(report)
    tables[DICTIONARY] = dictionary(known, tables)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        typed = known.table_schema(name, list(table.columns)).validate(table)
        write_whole(folder / f"{name}.csv", partial(_write, typed))
    words = _readme(report, known, tables)
    write_whole(folder / README, lambda path: path.write_text(words, encoding="utf-8", newline="\n"))
    decision = report.decision.model_dump_json(indent=1) + "\n"
    write_whole(folder / DECISION, lambda path: path.write_text(decision, encoding="utf-8", newline="\n"))
    return [*(f"{name}.csv" for name in tables), README, DECISION]


def published_tables(report: Report) -> dict[str, pd.DataFrame]:
    """The tables by their file's name, without the dictionary."""
    return {
        "attainment": report.attainment,
        **{name: report.outlook[name] for name in _COPIED},
        "files": report.files,
        "rejects_by_reason": _rejects(report),
        TOLD: _told(report),
        "definitions": _definitions(report),
        STANDING: standing(report),
        CATALOGUE: _catalogue(report),
    }


def dictionary(known: Columns, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per column of each table, this one's included."""
    own = [*("table", "column", "type"), *(f"{part}_{lang}" for part in _PARTS for lang in LANGUAGES)]
    described = {**{name: list(table.columns) for name, table in tables.items()}, DICTIONARY: own}
    rows = [_entry(known, table, column) for table, columns in described.items() for column in columns]
    return pd.DataFrame(rows)[own]


_PARTS = ("unit", "title", "description", "source")


def _entry(known: Columns, table: str, column: str) -> dict[str, str]:
    words = known.columns[known.key(table, column)]
    parts = {part: getattr(words, part) for part in _PARTS}
    texts = {f"{part}_{lang}": text[lang] if text else "" for part, text in parts.items() for lang in LANGUAGES}
    return {"table": table, "column": column, "type": words.type, **texts}


def _told(report: Report) -> pd.DataFrame:
    """The counts by procedure that may be published: a row where there is one."""
    rows = report.outlook["procedures"]
    rows = rows[rows["told"].notna()]
    names = rows["unit_code"].map(report.names)
    return rows.assign(unit_name=names)[_TOLD].reset_index(drop=True)


def _catalogue(report: Report) -> pd.DataFrame:
    """As in the reference folder, where days are texts."""
    columns = list(CATALOGUE_COLUMNS.columns)
    days = {name: report.reference.catalogue[name].dt.strftime("%Y-%m-%d").fillna("") for name in _DAYS}
    return report.reference.catalogue.assign(**days)[columns]


def _rejects(report: Report) -> pd.DataFrame:
    rows = [
        {
            "reason": reason,
            **{f"title_{code}": Language(code).text(REASONS[reason]) for code in LANGUAGES},
            "rows": count,
        }
        for reason, count in rejected_rows(report).items()
    ]
    return pd.DataFrame(rows)


def _definitions(report: Report) -> pd.DataFrame:
    rows = []
    for target in report.decision.targets:
        for reading in report.decision.readings_of(target):
            texts = {"title": target.title, "reading": reading.title, "clause": target.clause}
            texts["definition"] = target.definition if reading.id == DEFAULT else reading.definition
            rows.append(
                {
                    "decision": report.decision.id,
                    "target_id": target.id,
                    "measure": target.measure,
                    "level": target.level,
                    "scope": target.scope,
                    "minimum": float(target.minimum),
                    "reading": reading.id,
                    **{f"{part}_{lang}": words[lang] for part, words in texts.items() for lang in LANGUAGES},
                }
            )
    return pd.DataFrame(rows).astype({"level": "Int64"})


def _safe(column: pd.Series) -> pd.Series:
    return column.map({text: undirected(spreadsheet_safe(text)) for text in column.unique()})


def _write(table: pd.DataFrame, path: Path) -> None:
    """Arrow writes shares with all their digits and quotes only what needs it."""
    safe = table.assign(**{name: _safe(table[name]) for name in table if table[name].dtype == "str"})
    with path.open("wb") as handle:
        handle.write(BOM_UTF8)
        options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="needed")
        pyarrow.csv.write_csv(pa.Table.from_pandas(safe, preserve_index=False), handle, options)


def _readme(report: Report, known: Columns, tables: dict[str, pd.DataFrame]) -> str:
    source = (files("analysis.documents") / "open-data.md.j2").read_text(encoding="utf-8")
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    parts = []
    for code in LANGUAGES:
        language = Language(code)
        parts.append(
            environment.from_string(source).render(
                lang=code,
                t=language.text,
                number=language.number,
                notice=annex_tables.notice(report, language),
                decision=report.decision,
                known=known,
                rows={name: len(table) for name, table in tables.items()},
            )
        )
    return "\n---\n\n".join(parts)
