"""Open data (``open-data/``): the figures as CSV, described to the last column in a dictionary and a Data Package.

No CSV is larger than spreadsheets and mail take: a table that may be stands in several, and whole as Parquet
(``read_published`` in ``reference/columns.py`` reads either). Files are UTF-8 with a byte order mark: without it Excel
takes Vietnamese letters for another encoding when one opens the file by a double click; programs that know UTF-8 skip
it. The same report gives the same bytes. No table holds dossiers or rows of exports; of counts by procedure there is
what was told, which later months go by.
"""

import io
import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from functools import partial
from importlib.resources import files
from itertools import count
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from jinja2 import Environment, StrictUndefined

from analysis.documents.annex_tables import notice
from analysis.documents.data_package import data_package
from analysis.dossiers.sights import REASONS
from analysis.findings.changes import standing
from analysis.findings.ledger import rejected_rows
from analysis.findings.report import Report
from analysis.language.texts import LANGUAGES, Language
from analysis.reference.columns import Columns, load_columns
from analysis.reference.decision import DEFAULT
from analysis.reference.tables import CATALOGUE as CATALOGUE_COLUMNS
from analysis.storage.places import CATALOGUE, DECISION, STANDING, TOLD, page_name
from analysis.storage.writing import spreadsheet_safe, undirected, write_whole

DICTIONARY, README, PACKAGE = "data-dictionary", "README.md", "datapackage.json"
LARGEST = 5_000_000  # bytes of a CSV
_CUT = {"attainment": "target_id"}  # always, lest a name that people fetch be another when a year has grown
_DAYS = ("valid_from", "valid_to")
_TOLD = [
    *("decision", "unit_code", "unit_name", "procedure_key", "procedure_name", "level"),
    *("told", "told_online", "told_on"),
]
_COPIED = ("trends", "gap", "projection", "comparison", "changes")  # of the outlook; closers.csv counts by procedure


def write_open_data(folder: Path, report: Report) -> list[str]:
    """Write every table, the dictionary, the Data Package and the README into ``folder``; returns their names."""
    known = load_columns(report.reference.folder)
    tables = published_tables(report)
    tables[DICTIONARY] = dictionary(known, tables)
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, list[str]] = {}
    for name, table in tables.items():
        checked = known.table_schema(name, list(table.columns)).validate(table)
        written[name] = _write(folder, name, _arrow(checked, known.arrow_schema(name, list(table.columns))))
    rows = {name: len(table) for name, table in tables.items()}
    words = {
        PACKAGE: json.dumps(data_package(report, known, tables, written), ensure_ascii=False, indent=1) + "\n",
        README: _readme(report, known, written, rows),
        DECISION: report.decision.model_dump_json(indent=1) + "\n",
    }
    for name, content in words.items():
        write_whole(folder / name, partial(_put, content.encode()))
    return [*(name for names in written.values() for name in names), *words]


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


def _arrow(table: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """The table with texts that no spreadsheet takes for a formula."""
    texts = [name for name in table if table[name].dtype == "str"]
    safe = table.assign(**{name: _safe(table[name]) for name in texts})
    return pa.Table.from_pandas(safe, schema, preserve_index=False).replace_schema_metadata(None)


def _safe(column: pd.Series) -> pd.Series:
    safe = {text: undirected(spreadsheet_safe(text)) for text in column.unique()}
    return column if all(text == kept for text, kept in safe.items()) else column.map(safe)


def _write(folder: Path, name: str, table: pa.Table) -> list[str]:
    """Write a table, in several files and whole as Parquet where it is cut; returns their names."""
    names = []
    for piece, rows in _pieces(name, table):
        names.append(f"{piece}.csv")
        write_whole(folder / names[-1], partial(_put, _csv(rows)))
    if names != [f"{name}.csv"]:
        names.append(f"{name}.parquet")
        write_whole(folder / names[-1], lambda path: pq.write_table(table, path, compression="zstd"))
    return names


def _put(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _pieces(name: str, table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """A table's pieces in the order of its rows, none larger than ``LARGEST`` as CSV."""
    parts = {name: table}
    if name in _CUT:
        keys = table[_CUT[name]]
        parts = {f"{name}-{page_name(key)}": table.filter(pc.equal(keys, key)) for key in keys.unique().to_pylist()}
    for part, rows in parts.items():
        cut = _by_rows(rows)
        yield from zip([part] if len(cut) == 1 else (f"{part}-{number}" for number in count(1)), cut, strict=False)


def _by_rows(table: pa.Table) -> list[pa.Table]:
    size = len(_csv(table))
    if size <= LARGEST or len(table) < 2:
        return [table]
    step = max(1, len(table) * LARGEST * 9 // (size * 10))  # rows differ in length
    return [piece for start in range(0, len(table), step) for piece in _by_rows(table[start : start + step])]


def _csv(table: pa.Table) -> bytes:
    """Arrow writes shares with all their digits and quotes only what needs it."""
    buffer = io.BytesIO(BOM_UTF8)
    buffer.seek(0, io.SEEK_END)
    pyarrow.csv.write_csv(table, buffer, pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="needed"))
    return buffer.getvalue()


def _readme(report: Report, known: Columns, written: dict[str, list[str]], rows: dict[str, int]) -> str:
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
                notice=notice(report, language),
                decision=report.decision,
                known=known,
                written=written,
                rows=rows,
            )
        )
    return "\n---\n\n".join(parts)
