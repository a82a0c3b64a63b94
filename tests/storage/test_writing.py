"""Tables are written whole or not at all, and are harmless when a spreadsheet opens them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from support.cut_short import Work, failures, kills, needs_fork

from analysis.storage.writing import printable, spreadsheet_safe, undirected, write_csv, write_whole


@pytest.mark.parametrize("cut", [failures, pytest.param(kills, marks=needs_fork)])
def test_cut_short_at_any_call_a_file_is_the_old_or_the_new_one(
    tmp_path: Path, cut: Callable[[Work, Path], Iterator[int]]
) -> None:
    path = tmp_path / "figures.csv"
    path.write_text("old", encoding="utf-8")
    steps = 0
    for steps in cut(lambda: write_whole(path, lambda temporary: temporary.write_text("new" * 9_000)), tmp_path):
        assert path.read_text(encoding="utf-8") in ("old", "new" * 9_000), f"call {steps}"
    assert steps >= 2, "it opens a file and renames it"
    assert path.read_text(encoding="utf-8") == "new" * 9_000


def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text("old", encoding="utf-8")

    def write_half(temporary: Path) -> None:
        temporary.write_text("ne", encoding="utf-8")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_whole(path, write_half)
    assert [entry.read_text(encoding="utf-8") for entry in tmp_path.iterdir()] == ["old"]


def test_a_table_has_one_line_ending_everywhere_and_the_mark_by_which_excel_knows_it(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"đơn vị": ["Sở Y tế", None], "n": [1, 2]}), tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes() == "đơn vị,n\nSở Y tế,1\n,2\n".encode("utf-8-sig")


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert spreadsheet_safe(text) == f"'{printable(text)}"


@pytest.mark.parametrize("text", ["Sở Y tế", "", "1=1", "'=1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert spreadsheet_safe(text) == undirected(text) == text


def test_no_name_turns_the_direction_of_what_follows() -> None:
    assert undirected("Sở \u202eY\u2066 tế\u061c") == "Sở Y tế"


def test_what_is_printable_is_one_line_of_utf_8() -> None:
    assert printable("a\r\nb\tc\x1b\udcff.csv") == "a b c\\x1b\\xff.csv"
    assert printable("Sở Xây dựng") == "Sở Xây dựng"
