"""The definitions of columns: what they lack or mistake is named."""

from pathlib import Path

import pytest
from support.folders import REFERENCE

from analysis.language.problems import ReferenceProblem
from analysis.reference.columns import load_columns


def test_a_column_without_a_definition_stops_the_run_and_is_named() -> None:
    with pytest.raises(ReferenceProblem, match=r"columns\.toml: \[columns\.new_one\].*attainment"):
        load_columns(REFERENCE).table_schema("attainment", ["unit_code", "new_one"])


def test_a_mistake_in_the_definitions_is_named(tmp_path: Path) -> None:
    text = (REFERENCE / "columns.toml").read_text(encoding="utf-8")
    (tmp_path / "columns.toml").write_text(text.replace('type = "date"', 'type = "day"', 1), encoding="utf-8")
    with pytest.raises(ReferenceProblem, match=r"columns\.toml, line \d+: columns\.as_of\.type"):
        load_columns(tmp_path)
