"""What pages say of definitions, made from the definitions while the site is built, so that it cannot drift.

A page holds ``<!-- generated: measures -->`` where the Markdown of the function ``measures`` belongs.
"""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
import pyarrow.parquet as pq
from sphinx.application import Sphinx

from analysis.cli import main
from analysis.documents.open_data import DICTIONARY, dictionary, published_tables
from analysis.explorer.words import column
from analysis.findings.report import read_report
from analysis.language.texts import Language
from analysis.presentation.numbers import minimum
from analysis.reference.columns import load_columns
from analysis.reference.decision import DUE, SATISFACTION, Conditions, Decision, Reading, Target
from analysis.reference.tables import CATALOGUE, UNITS, load_reference

VI = Language("vi")
_TYPES = {
    "text": "chữ",
    "code": "mã",
    "integer": "số nguyên",
    "share": "tỷ lệ, 0 đến 1",
    "number": "số",
    "points": "điểm phần trăm",
    "boolean": "đúng, sai",
    "date": "ngày",
    "month": "tháng",
}


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _fill(app: Sphinx, page: str, source: list[str]) -> None:
    project = Path(os.environ["DVCTT_DOCS_PROJECT"])
    source[0] = re.sub(r"^<!-- generated: (\w+) -->$", lambda match: MADE[match[1]](project), source[0], flags=re.M)


def measures(project: Path) -> str:
    """Each decision's targets: the clause, the definition, and every reading's numerator and denominator."""
    decisions = load_reference(project / "data/reference").decisions
    return "\n\n".join(_decision(decision) for decision in decisions.values())


def _decision(decision: Decision) -> str:
    days = [VI.date(day) for day in (decision.issued, decision.valid_from, decision.valid_to)]
    facts = f"{decision.title['vi']}. Ban hành {days[0]}; hiệu lực {days[1]} đến {days[2]}."
    head = f"## Quyết định {decision.number}\n\n{facts}"
    return "\n\n".join([head, *(_target(target, decision) for target in decision.targets)])


def _target(target: Target, decision: Decision) -> str:
    rows = [
        (f"{reading.title['vi']} (`{reading.id}`)", *fraction(target, reading), reading.definition["vi"])
        for reading in decision.readings_of(target)
    ]
    facts = [
        f"### {target.title['vi']} (`{target.id}`)",
        target.definition["vi"],
        f"Ít nhất **{minimum(target, VI)}**. Căn cứ: {target.clause['vi']}.",
        table(("Cách hiểu", "Tử số", "Mẫu số", "Nói gọn"), rows),
    ]
    return "\n\n".join(facts)


def fraction(target: Target, reading: Reading) -> tuple[str, str]:
    """The numerator and the denominator of a target under a reading, in words."""
    level = f" mức độ {', '.join(map(str, target.admitted))}" if target.admitted else ""
    if isinstance(reading.denominator, Conditions):
        if target.measure == SATISFACTION:
            asked = "người được hỏi trong kỳ"
            return f"{asked}{_conditions(reading.numerator)}", f"{asked}{_conditions(reading.denominator)}"
        whole = f"hồ sơ{level} {'đến hạn' if reading.day == DUE else 'phát sinh'} trong kỳ" + (
            ", người nộp là cơ quan nhà nước" if target.scope == "agency" else ""
        )
        under = whole + _conditions(reading.denominator)
        return f"{whole}{_conditions(reading.numerator)}", under
    what = "cặp cơ quan và thủ tục" if reading.count == "pairs" else "thủ tục"
    offered = f"{what}{level} mà cơ quan cung cấp vào ngày cuối kỳ"
    under = offered + (", có ít nhất một hồ sơ phát sinh trong kỳ" if reading.denominator == "active" else "")
    over = f"{what} của mẫu số có ít nhất một hồ sơ{_conditions(reading.numerator, ' ')} phát sinh trong kỳ"
    return over, under


def _conditions(conditions: Conditions, joint: str = ", ") -> str:
    words = []
    for name, admitted in conditions.items():
        if name == "resolved":
            words.append("đã giải quyết" if admitted == (True,) else "đang giải quyết")
        elif name == "on_time":
            told = {(True,): "có kết quả đúng hạn", (False,): "trễ hạn"}
            words.append(told.get(admitted, "có ngày hẹn trả, đã giải quyết hoặc đã quá hạn"))
        elif name == "digitised":
            words.append({(True,): "đã số hóa", (False,): "chưa số hóa"}.get(admitted, "biết đã số hóa hay chưa"))
        elif name == "satisfied":
            words.append({(True,): "hài lòng", (False,): "không hài lòng"}.get(admitted, "đã trả lời"))
        elif name == "payment":
            ways = {"online": "trực tuyến", "otherwise": "bằng cách khác hoặc chưa", "none": "không phải nộp"}
            words.append(f"thanh toán {' hoặc '.join(ways[str(value)] for value in admitted)}")
        else:
            verb = {"channel": "nộp", "source": "tiếp nhận qua"}[name]
            codes = column(name, "dossiers", None)
            words.append(f"{verb} {' hoặc '.join(codes.word(str(value)) for value in admitted)}")
    return "".join(f"{joint}{word}" for word in words)


def open_data(project: Path) -> str:
    """Every published table and column, as ``open-data/data-dictionary.csv`` has them."""
    report = read_report(project / "data/processed", project / "data/reference")
    known = load_columns(project / "data/reference")
    entries = dictionary(known, published_tables(report))
    parts = []
    for name, rows in entries.groupby("table", sort=False):
        words = known.tables[str(name)]
        if name != DICTIONARY:
            listed = [
                (
                    f"`{row.column}`",
                    row.title_vi,
                    _kind(row.type, row.unit_vi),
                    _sourced(row.description_vi, row.source_vi),
                )
                for row in rows.itertuples()
            ]
            head = f"### {words.title['vi']} (`{name}.csv`)\n\n{words.description['vi']}"
            parts.append(f"{head}\n\n{table(('Cột', 'Tên', 'Kiểu', 'Ý nghĩa'), listed)}")
    return "\n\n".join(parts)


def _kind(kind: str, unit: str) -> str:
    return f"{_TYPES[kind]} ({unit})" if unit else _TYPES[kind]


def _sourced(description: str, source: str) -> str:
    return f"{description} Căn cứ: {source}." if source else description


_PARQUET = ("dossiers", "filings")


def processed(project: Path) -> str:
    """The tables of data/processed that are not published, each column that a run has written described."""
    known = load_columns(project / "data/reference")
    own = {name: words for name, words in known.tables.items() if not words.published}
    parts = []
    for name, words in own.items():
        path = project / "data/processed" / f"{name}.{'parquet' if name in _PARQUET else 'csv'}"
        if path.is_file():  # the others are tables of data/reference and of the explorer
            told = {heading: known.columns[known.key(name, heading)] for heading in _columns(path)}
            rows = [(f"`{heading}`", one.title["vi"], one.description["vi"]) for heading, one in told.items()]
            head = f"### {words.title['vi']} (`{path.name}`)\n\n{words.description['vi']}"
            parts.append(f"{head}\n\n{table(('Cột', 'Tên', 'Ý nghĩa'), rows)}")
    return "\n\n".join(parts)


def _columns(path: Path) -> list[str]:
    return pq.read_schema(path).names if path.suffix == ".parquet" else list(pd.read_csv(path, nrows=0).columns)


def reference_tables(project: Path) -> str:
    """The CSV files of data/reference, by the schemas that check them."""
    parts = []
    for name, schema in (("units.csv", UNITS), ("catalogue.csv", CATALOGUE)):
        rows = [(f"`{column}`", told.description) for column, told in schema.columns.items()]
        parts.append(f"### `{name}`\n\n{table(('Cột', 'Ý nghĩa'), rows)}")
    return "\n\n".join(parts)


def command(project: Path) -> str:
    """What the command line says of itself."""
    return "\n\n".join(
        f"## `dvctt {name}`\n\n```text\n{_help(name)}\n```"
        for name in (
            *("new", "catalogue import", "catalogue draft", "check"),
            *("run", "lab", "measure", "sample"),
        )
    )


def _help(name: str) -> str:
    told = StringIO()
    with patch.dict(os.environ, COLUMNS="90"), redirect_stdout(told), suppress(SystemExit):
        main([*name.split(), "--help"])
    return told.getvalue()


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; bars in cells are kept."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


MADE: dict[str, Callable[[Path], str]] = {
    made.__name__: made for made in (measures, open_data, processed, reference_tables, command)
}
