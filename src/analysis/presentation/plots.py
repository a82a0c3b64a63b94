"""Charts as pages draw them: marks in the units of a small drawing, with the words and the table that say the same.

A page's own SVG and not a picture of matplotlib's: its letters are as large as the text even on a phone, a mark tells
its value on hover, and seven charts weigh less than one picture. Documents and notebooks draw by ``charts``.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import pandas as pd

from analysis.findings.advice import Funnel
from analysis.findings.figures import Figure
from analysis.findings.finding import Finding
from analysis.language.texts import N_, Language
from analysis.outlook.comparison import ABOVE, BELOW
from analysis.presentation.numbers import percent
from analysis.presentation.statements import chart_title, signal
from analysis.storage.places import page_name
from analysis.storage.writing import spreadsheet_safe, undirected

WIDTH, HEIGHT = 320, 190  # a phone's page has room for as many pixels: one unit is one pixel there
LEFT, RIGHT, TOP, BOTTOM = 54, 262, 14, 160  # the drawing area; labels stand around it
_LOGARITHMIC = (1, 10, 100, 1000, 10000, 100000)
_UP, _DOWN, _PLAIN, _OPEN = "up", "down", "plain", "open"


@dataclass(frozen=True)
class Mark:
    """One value: where it stands, its kind (``up``, ``down``, ``plain``, ``open``: not judged yet), what it says."""

    x: float
    y: float
    kind: str
    words: str


@dataclass(frozen=True)
class Plot:
    """A chart of a ``target`` (its id) ready to be drawn.

    ``bands``: outlines of limits, the inner last; ``aim``: height of the target's line, ``aim_words`` its label;
    ``end``: height and words of the last value; ``ticks``: place and label below; ``heights``: height and label beside;
    ``head`` and ``rows`` are the table, ``data`` a link that holds the values as the file ``name``.
    """

    target: str
    title: str
    about: str
    marks: list[Mark]
    bands: list[str]
    line: str
    mean: str
    aim: float
    aim_words: str
    end: tuple[float, str] | None
    ticks: list[tuple[float, str]]
    heights: list[tuple[float, str]]
    head: list[str]
    rows: list[list[str]]
    name: str
    data: str


class _Month(NamedTuple):
    """A row of the months as ``course.courses`` gives them, and its place."""

    month: str
    numerator: int
    denominator: int
    value: float
    to_date: float
    mean: float
    lower: float
    upper: float
    signal: int
    x: float

    @property
    def kind(self) -> str:
        """That of its mark."""
        if self.signal:
            return _UP if self.signal > 0 else _DOWN
        return _PLAIN if self.mean == self.mean else _OPEN


def course_plot(found: Finding, months: pd.DataFrame, language: Language) -> Plot:
    """A target's months as ``course.courses`` gives them: each by itself, the value to date, limits and target."""
    target, text, share = found.figure.target, language.text, language.percent
    places = np.linspace(LEFT + 8, RIGHT, max(len(months), 2))[: len(months)].tolist()
    shown = [_Month(*row) for row in zip(*(months[name].tolist() for name in _Month._fields[:-1]), places, strict=True)]
    written = [(language.month(row.month), share(row.value), _of(row, language)) for row in shown]
    limited = [row for row in shown if row.mean == row.mean]
    told = [row for row in shown if row.to_date == row.to_date]
    marks = [
        Mark(row.x, _height(row.value), row.kind, f"{name}: {value} ({counts})")
        for row, (name, value, counts) in zip(shown, written, strict=True)
        if row.value == row.value
    ]
    end = (_height(shown[-1].to_date), percent(found.figure, language)) if told and told[-1] == shown[-1] else None
    rows = [
        [
            name,
            counts,
            value,
            share(row.to_date),
            f"{share(row.lower)} – {share(row.upper)}" if row.lower == row.lower else "–",
        ]
        for row, (name, value, counts) in zip(shown, written, strict=True)
    ]
    limited_at = [row.x for row in limited]
    return Plot(
        target=target.id,
        title=chart_title(found, language),
        about=" ".join(filter(None, [f"{target.title[language.code]}.", signal(found, language)])),
        marks=marks,
        bands=[_outline(limited_at, *zip(*((row.lower, row.upper) for row in limited), strict=True))]
        if len(limited) > 1
        else [],
        line=_points([row.x for row in told], [row.to_date for row in told]),
        mean=_points(limited_at, [row.mean for row in limited]) if len(limited) > 1 else "",
        aim=_height(float(target.minimum)),
        aim_words=text(N_("target {minimum}"), minimum=share(target.minimum, 0)),
        end=end,
        ticks=[(shown[place].x, shown[place].month[5:].lstrip("0")) for place in _edges(len(shown))],
        heights=_heights(language),
        head=[
            text(words)
            for words in (N_("Month"), N_("Dossiers or procedures"), N_("Share"), N_("To date"), N_("Limits"))
        ],
        rows=rows,
        name=f"{page_name(found.figure.unit_code)}-{page_name(target.id)}.csv",
        data=values_link(months),
    )


def funnel_plot(panel: Funnel, language: Language) -> Plot:
    """Shares against sizes inside their funnel: who differs by more than chance."""
    text, share = language.text, language.percent
    rows, limits = panel.rows.sort_values("denominator"), panel.limits
    largest = max(int(rows["denominator"].max()), 3)

    def place(size: float) -> float:
        return float(LEFT + 8 + (RIGHT - LEFT - 8) * np.log(max(size, 1)) / np.log(largest))

    edges = [name for name in limits.columns if name != "denominator"]
    sizes = pd.Series([place(size) for size in limits["denominator"]])
    kinds = {ABOVE: _UP, BELOW: _DOWN}
    counts = rows["verdict"].value_counts()
    known = {"below": int(counts.get(BELOW, 0)), "above": int(counts.get(ABOVE, 0))}
    inside = len(rows) - sum(known.values())
    words_of_all = N_("{below} lower and {above} higher by more than chance, {inside} not")
    if not any(known.values()):
        words_of_all = N_("None of {inside} differs by more than chance")
    words = {row.unit_code: f"{row.unit_name}: {share(row.value)} ({_of(row, language)})" for row in _rows(rows)}
    return Plot(
        target=panel.target.id,
        title=text(words_of_all, inside=inside, **known),
        about=f"{panel.target.title[language.code]}: {panel.about}",
        marks=[
            Mark(place(row.denominator), _height(row.value), kinds.get(row.verdict, _PLAIN), words[row.unit_code])
            for row in _rows(rows)
        ],
        bands=[_outline(sizes, limits[low], limits[high]) for low, high in zip(edges[::2], edges[1::2], strict=True)][
            ::-1
        ],
        line="",
        mean="",
        aim=_height(panel.centre),
        aim_words=share(panel.centre),
        end=None,
        ticks=[(place(size), language.number(size)) for size in _LOGARITHMIC if size <= largest],
        heights=_heights(language),
        head=[text(word) for word in (N_("Unit"), N_("Dossiers"), N_("Share"))],
        rows=[[row.unit_name, _of(row, language), share(row.value)] for row in _rows(rows)],
        name=f"funnel-{page_name(panel.target.id)}.csv",
        data=values_link(rows[["unit_code", "unit_name", "numerator", "denominator", "value", "verdict"]]),
    )


@dataclass(frozen=True)
class Bars:
    """Figures of one target as bars, the first the lowest."""

    title: str
    about: str
    figures: list[Figure]


def lowest_bars(figures: Sequence[Figure], language: Language) -> Bars:
    """The lowest figures of a target, with the finding that names the first of them."""
    first = figures[0]
    title = language.text(N_("Lowest: {unit}, {share}"), unit=first.unit_name, share=percent(first, language))
    return Bars(title, first.target.title[language.code], list(figures))


def _rows(frame: pd.DataFrame) -> list:  # type: ignore[type-arg]  # of named tuples
    return list(frame.itertuples(index=False))


def _of(row, language: Language) -> str:  # type: ignore[no-untyped-def]  # a named tuple
    return f"{language.number(row.numerator)}/{language.number(row.denominator)}"


def _edges(count: int) -> list[int]:
    """The first, the middle and the last of so many places."""
    return sorted({0, (count - 1) // 2, count - 1})


def _height(share: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * float(share), 1)


def _heights(language: Language) -> list[tuple[float, str]]:
    return [(_height(share), language.percent(share, 0)) for share in (0, 0.5, 1)]


def _points(xs: Iterable[float], shares: Iterable[float]) -> str:
    return " ".join(f"{x:.0f},{_height(share):.0f}" for x, share in zip(xs, shares, strict=True))


def _outline(xs: Sequence[float], lower: Sequence[float], upper: Sequence[float]) -> str:
    return f"{_points(xs, upper)} {_points(xs[::-1], lower[::-1])}"


def values_link(table: pd.DataFrame) -> str:
    """The values as a link that holds them: CSV in UTF-8 with the mark that Excel needs."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*(_cells(table[name]) for name in table), strict=True))
    return "data:text/csv;charset=utf-8," + quote("\ufeff" + lines.getvalue())


def _cells(column: pd.Series) -> list[Any]:
    """Blank for what is absent; pandas would take ten times as long for a dozen rows."""
    values = column.tolist()
    if column.dtype == "str":
        return [undirected(spreadsheet_safe(value)) if isinstance(value, str) else "" for value in values]
    return ["" if value != value else f"{value:.6f}" if isinstance(value, float) else value for value in values]
