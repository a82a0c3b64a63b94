"""What a glance at a column's bytes tells (analysis.exports.glances), against a look at each of its cells."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from analysis.exports.glances import has_byte, is_ink, is_plain

CELLS = st.lists(st.none() | st.text("abcdZ0129 -=.\t'\x7f\u00a0\u00adấ\ufffd", max_size=5), max_size=12)


@given(CELLS, st.integers(0, 12), st.integers(0, 3))
def test_a_glance_at_all_bytes_tells_what_a_look_at_each_cell_does(
    cells: list[str | None], first: int, shorter: int
) -> None:
    column = pa.array(cells, pa.string()).slice(first)
    cells = cells[first:]
    whole = "".join(filter(None, cells))
    found = is_plain(column, shorter)
    plain = [
        bool(cell)
        and len(cell) > shorter
        and cell.isascii()
        and cell.isprintable()
        and cell[0].isalnum()
        and cell[-1].isalnum()
        for cell in (one or "" for one in cells)
    ]
    strange = sum(not 0x20 <= byte < 0x7F for byte in whole.encode())
    assert found.tolist() == (plain if 16 * strange < len(whole.encode()) else [False] * len(cells))
    assert is_ink(column) == all("!" <= sign <= "~" for sign in whole)
    assert has_byte(column, 0xEF) == ("\ufffd" in whole)
