"""Lays a sheet out: title lines, headings, data, and the lines between and after that are no data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from analysis.sample.people import SOMEBODY
from analysis.sample.province import FIRST_DAY
from analysis.sample.style import DATES, Rows, Style
from analysis.sample.words import SYNTHETIC

Line = Sequence[Any]
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column, from 0


@dataclass(frozen=True)
class Look:
    """What stands around a table: lines above the headings (``depth``, at most 29) and lines that disturb."""

    depth: int = 6
    two_storeys: bool = False
    number_line: bool = False
    repeats: int = 0
    totals: bool = False
    gaps: bool = False
    signature: bool = True
    margin: bool = False


@dataclass(frozen=True)
class Title:
    """What the title lines say; days are counted from 1/1/2020, absent ones are not written."""

    unit: str | None = None
    period: tuple[int, int] | None = None
    exported: int | None = None


@dataclass
class Sheet:
    """``head``, then ``columns`` with ``inserts`` (lines before data row n); ``rows`` are the data's 1-based rows."""

    name: str
    head: list[Line]
    merges: list[Merge] = field(default_factory=list)
    columns: list[list[Any]] = field(default_factory=list)
    inserts: dict[int, list[Line]] = field(default_factory=dict)
    date_columns: frozenset[int] = frozenset()
    rows: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    skipped_lines: int = 0
    blank_lines: int = 0

    def lines(self) -> Iterator[Line]:
        """Every line from the first, as the writers need them."""
        yield from self.head
        data = zip(*self.columns, strict=True)
        done = 0
        for at in sorted(self.inserts):
            for _ in range(at - done):
                yield next(data)
            done = at
            yield from self.inserts[at]
        yield from data


def lay_out(
    name: str, rows: Rows, style: Style, look: Look, title: Title, hand_headings: list[str], marker: str | None
) -> Sheet:
    """The sheet of these rows; ``hand_headings`` are the headings of ``style.columns``."""
    shift = int(look.margin)
    width = len(style.columns) + shift
    head, merges = _head(hand_headings, style, look, title, shift)
    columns = [rows.cells[column].tolist() for column in style.columns]
    count = len(rows.truth)
    inserts = _inserts(rows, style, look, title, [*[None] * shift, *hand_headings], width, shift)
    inserts.setdefault(count, []).extend(_foot(look, width, marker))
    before = np.zeros(count + 1, dtype=np.int64)
    for at, lines in inserts.items():
        before[at] += len(lines)
    sheet = Sheet(
        name=name,
        head=head,
        merges=merges,
        columns=[[None] * count] * shift + columns,
        inserts={at: lines for at, lines in inserts.items() if lines},
        date_columns=frozenset(
            style.columns.index(column) + shift
            for column in DATES
            if column in style.columns and style.dates[column] == "cell"
        ),
        rows=len(head) + 1 + np.arange(count) + np.cumsum(before)[:count],
    )
    others = [line for at in sorted(sheet.inserts) for line in sheet.inserts[at]]
    while others and _is_blank(others[-1]):
        others.pop()
    sheet.blank_lines = sum(map(_is_blank, others))
    sheet.skipped_lines = len(others) - sheet.blank_lines
    return sheet


def _is_blank(line: Line) -> bool:
    return all(cell is None or cell == "" for cell in line)


def _head(headings: list[str], style: Style, look: Look, title: Title, shift: int) -> tuple[list[Line], list[Merge]]:
    """``look.depth`` lines and the headings; merged cells as portals like them."""
    width = len(headings) + shift
    half = max(width // 2, 2)
    said: list[Line] = [["ỦY BAN NHÂN DÂN", *[None] * (half - 1), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]]
    said.append([None] * half + ["Độc lập - Tự do - Hạnh phúc"])
    said += [["DANH SÁCH HỒ SƠ TIẾP NHẬN VÀ GIẢI QUYẾT"], [SYNTHETIC]]
    needed: list[Line] = [[SYNTHETIC]]
    if title.unit is not None:
        needed.append([f"Đơn vị: {title.unit}"])
    if title.period is not None:
        needed.append([f"Từ ngày {_dmy(title.period[0])} đến ngày {_dmy(title.period[1])}"])
    if title.exported is not None:
        needed.append([f"Ngày xuất: {_dmy(title.exported)}"])
    head = said[:3] + needed if look.depth >= len(needed) + 3 else needed
    padding: list[Line] = [[] for _ in range(look.depth - len(head))]
    head = [[*[None] * shift, *line] for line in head]
    head = padding + head if look.margin else head + padding
    merges = [
        (row, shift, row, width - 1) for row in range(min(3, len(head)), len(head)) if len(head[row]) == shift + 1
    ]
    if not look.two_storeys:
        return [*head, [*[None] * shift, *headings]], merges
    return _two_storeys(head, merges, headings, style, shift)


def _two_storeys(
    head: list[Line], merges: list[Merge], headings: list[str], style: Style, shift: int
) -> tuple[list[Line], list[Merge]]:
    """Headings over two lines: the days under a common one, the others merged over both lines."""
    row = len(head)
    upper: list[Any] = [None] * shift
    lower: list[Any] = [None] * shift
    for place, (column, text) in enumerate(zip(style.columns, headings, strict=True), start=shift):
        is_day = column in DATES
        upper.append("Ngày, tháng, năm" if is_day else text)
        lower.append(text if is_day else None)
        if not is_day:
            merges = [*merges, (row, place, row + 1, place)]
    return [*head, upper, lower], merges


def _inserts(
    rows: Rows, style: Style, look: Look, title: Title, headings: list[Any], width: int, shift: int
) -> dict[int, list[Line]]:
    """Lines before data rows: column numbers, group lines with their sums, repeated headings, notes and gaps."""
    count = len(rows.truth)
    inserts: dict[int, list[Line]] = {0: []}
    margin: list[Any] = [None] * shift
    if look.number_line:
        inserts[0].append([*margin, *(f"({number})" for number in range(1, width - shift + 1))])
    if style.grouped:
        _add_groups(inserts, rows.groups, look, title, margin)
    for turn in range(look.repeats):
        inserts.setdefault(count * (turn + 1) // (look.repeats + 1), []).insert(0, headings)
    if look.gaps and count > 3:
        inserts.setdefault(count // 3, []).insert(0, [])
        if not style.grouped:
            inserts.setdefault(count // 2, []).append([*margin, None, "Hồ sơ chuyển từ kỳ trước"])
    if look.totals:
        inserts.setdefault(count, []).append(_total("Tổng cộng", count, style, margin))
    return inserts


def _add_groups(
    inserts: dict[int, list[Line]], groups: np.ndarray, look: Look, title: Title, margin: list[Any]
) -> None:
    """A line with the unit's name above each group; the first may do without where the title names its unit."""
    starts = [at for at in range(len(groups)) if at == 0 or groups[at] != groups[at - 1]]
    for start, end in zip(starts, [*starts[1:], len(groups)], strict=True):
        if start or groups[start] != title.unit:
            inserts.setdefault(start, []).append([*margin, groups[start]])
        if look.totals:
            inserts.setdefault(end, []).append([*margin, "Cộng", end - start])


def _total(word: str, count: int, style: Style, margin: list[Any]) -> Line:
    """A line of sums that fills many named columns, as some portals print it."""
    return [*margin, word, *(count if column not in ("number", "note") else None for column in style.columns[1:])]


def _foot(look: Look, width: int, marker: str | None) -> list[Line]:
    if not look.signature:
        return []
    right = max(width - 3, 1)
    return [
        [],
        [*[None] * right, "Ngày …… tháng …… năm 2020"],
        [None, "NGƯỜI LẬP BIỂU", *[None] * max(right - 2, 0), "THỦ TRƯỞNG ĐƠN VỊ"],
        [None, "(Ký, ghi rõ họ tên)"],
        [],
        [None, marker or SOMEBODY],
    ]


def _dmy(day: int) -> str:
    return f"{iso_day(day):%d/%m/%Y}"


def iso_day(day: int) -> date:
    """The date of a day number."""
    return FIRST_DAY + timedelta(days=day)
