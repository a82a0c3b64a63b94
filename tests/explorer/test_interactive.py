"""Tables to search and sort bring all that they need, and say where they were cut."""

import re

import pytest

import analysis as dv

pytestmark = pytest.mark.slow


def test_a_table_to_search_brings_all_that_it_needs(data: dv.Data) -> None:
    shown = dv.show(dv.compare(data, "l3-dossiers", "district"))._repr_html_()
    assert not re.search(r"src=.?https?:|<link|import [^;]* from .https?:", shown)
    written = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), shown)
    for words in ("Tên cơ quan hoặc nhóm", "Tìm:", "_MENU_ dòng mỗi trang", "Huyện Đồng Xuân"):
        assert words in written
    hostile = data.units.head(1).assign(unit_name="</script><script>alert(1)</script>\u202e")
    drawn = dv.show(hostile)._repr_html_()
    assert "<script>alert" not in drawn
    assert "\u202e" not in drawn


def test_a_long_table_says_that_it_was_cut(data: dv.Data) -> None:
    assert "5.000 dòng đầu" in dv.show(data.attainment)._repr_html_()
    assert "dòng đầu" not in dv.show(data.attainment.head(30))._repr_html_()
