"""Trends of one unit as small panels in one frame that is made once and filled anew for each target.

Axes, ticks and their labels are what costs in matplotlib, and they are the same in every panel: seven panels come
to 0.13 s instead of 0.7. The frame is a panel's own drawing area and lives no longer than the call.
"""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.findings.figures import Figure
from analysis.language.texts import Language
from analysis.presentation.charts import AT_RIGHT, BLUE, GREY, STYLE, VERMILION, Chart, panel_title, svg, trend_words
from analysis.reference.decision import Target

_SIZE = (4.6, 2.1)  # inches
_ROOM = (0.1, 0.11, 0.78, 0.7)  # left, bottom, width, height of the axes, as parts of the panel
_DASHES = (0, (5, 3))


def small_trends(series: Sequence[tuple[Target, pd.DataFrame]], language: Language) -> Chart:
    """As ``charts.trends``: months as dots, the value to date as a line, the minimum dashed."""
    if not series:
        return Chart([], "")
    months = sorted(series[0][1]["month"].unique())
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=_SIZE)
        axes = _frame(canvas.add_axes(_ROOM), months, language)
        marks = _marks(axes)
        panels = []
        for target, rows in series:
            _fill(marks, target, rows, months, language)
            panels.append(svg(canvas))
    return Chart(panels, " ".join(trend_words(target, rows, language) for target, rows in series))


def _frame(axes: Axes, months: list[str], language: Language) -> Axes:
    """The grid and its labels as plain lines and texts: matplotlib's own ticks cost twice as much."""
    axes.set_axis_off()
    axes.set(xlim=(-0.5, len(months) - 0.5), ylim=(0, 108))
    axes.hlines([0, 25, 50, 75, 100], -0.5, len(months) - 0.5, color="#E4E7EB", linewidth=0.8)
    for place, month in enumerate(months):
        axes.text(place, -4, month[5:].lstrip("0"), va="top", ha="center")
    for share in (0, 50, 100):
        axes.text(-0.7, share, language.percent(share / 100, 0), va="center", ha="right")
    return axes


def _marks(axes: Axes) -> dict[str, Any]:
    (dots,) = axes.plot([], [], marker="o", linestyle="", color=GREY, markersize=4.5, markeredgewidth=0)
    (line,) = axes.plot([], [], color=BLUE, linewidth=2.2)
    aim = axes.axhline(0, color=VERMILION, linewidth=1.2, linestyle=_DASHES)
    end = axes.annotate("", (0, 0), (4, 0), **AT_RIGHT, color=BLUE, fontweight="bold")
    # A text of its own: matplotlib looks for a title's place anew in each drawing, a third of its time.
    head = axes.text(0, 1.04, "", transform=axes.transAxes, va="bottom", fontweight="bold")
    return {"month": dots, "to_date": line, "aim": aim, "end": end, "head": head}


def _fill(marks: dict[str, Any], target: Target, rows: pd.DataFrame, months: list[str], language: Language) -> None:
    """The marks of one target; the last value to date is written at the line's end."""
    counted = rows[rows["value"].notna()]
    for window in ("month", "to_date"):
        some = counted[counted["window"] == window]
        marks[window].set_data([months.index(month) for month in some["month"]], some["value"] * 100)
    marks["head"].set_text(panel_title(target, language))
    marks["aim"].set_ydata([float(target.minimum * 100)] * 2)
    last = counted[counted["window"] == "to_date"].iloc[-1]
    figure = Figure(target, "", "", int(last["numerator"]), int(last["denominator"]), 0, last["status"])
    marks["end"].set_text(language.percent(figure.value, figure.digits()))
    marks["end"].xy = (months.index(last["month"]), last["value"] * 100)
