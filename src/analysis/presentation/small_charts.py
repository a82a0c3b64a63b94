"""Trends of one unit as small panels in one frame that is made once and filled anew for each target.

Axes, ticks and their labels are what costs in matplotlib, and they are the same in every panel: seven panels come
to 0.13 s instead of 0.7. The frame is a panel's own drawing area and lives no longer than the call.
"""

from collections.abc import Sequence

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.language.texts import Language
from analysis.presentation.charts import (
    PALE,
    STYLE,
    Chart,
    fill_trend,
    month_label,
    panel_title,
    svg,
    trend_marks,
    trend_words,
)
from analysis.reference.decision import Target

_SIZE = (4.6, 2.1)  # inches
_ROOM = (0.1, 0.11, 0.78, 0.7)  # left, bottom, width, height of the axes, as parts of the panel


def small_trends(series: Sequence[tuple[Target, pd.DataFrame]], language: Language) -> Chart:
    """As ``charts.trends``: months as dots, the value to date as a line, the minimum dashed."""
    if not series:
        return Chart([], "")
    months = sorted(series[0][1]["month"].unique())
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=_SIZE)
        axes = _frame(canvas.add_axes(_ROOM), months, language)
        marks = trend_marks(axes)
        # A text of its own: matplotlib looks for a title's place anew in each drawing, a third of its time.
        head = axes.text(0, 1.04, "", transform=axes.transAxes, va="bottom", fontweight="bold")
        panels = []
        for target, rows in series:
            fill_trend(marks, target, rows, months, language)
            head.set_text(panel_title(target, language))
            panels.append(svg(canvas))
    return Chart(panels, " ".join(trend_words(target, rows, language) for target, rows in series))


def _frame(axes: Axes, months: list[str], language: Language) -> Axes:
    """The grid and its labels as plain lines and texts: matplotlib's own ticks cost twice as much."""
    axes.set_axis_off()
    axes.set(xlim=(-0.5, len(months) - 0.5), ylim=(0, 108))
    axes.hlines([0, 25, 50, 75, 100], -0.5, len(months) - 0.5, color=PALE, linewidth=0.8)
    for place, month in enumerate(months):
        axes.text(place, -4, month_label(month), va="top", ha="center")
    for share in (0, 50, 100):
        axes.text(-0.7, share, language.percent(share / 100, 0), va="center", ha="right")
    return axes
