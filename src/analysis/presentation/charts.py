"""Charts as pictures for documents and notebooks: trends against the target line, and who is furthest below it.

A chart is a row of panels, each an SVG of its own: the page lets them flow, so that a phone shows them at a
size that can be read. Colours are those of Okabe and Ito (2008), told apart by colour-blind readers; nothing
is told by colour alone.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.findings.figures import Figure
from analysis.language.texts import N_, Language
from analysis.presentation.numbers import minimum_digits
from analysis.presentation.words import ICONS
from analysis.reference.decision import ATTAINED, Target
from analysis.storage.writing import undirected

BLUE, VERMILION, GREY, PALE, INK = "#0072B2", "#D55E00", "#8A8F98", "#E4E7EB", "#1F2933"
_PANEL_WIDTH, _PANEL_HEIGHT = 4.6, 2.45  # inches
AT_RIGHT: dict[str, Any] = {"textcoords": "offset points", "va": "center", "ha": "left", "annotation_clip": False}
_SHORT_LINE = 28  # letters that fit over a panel that shares its width with names
STYLE: Any = {
    # DejaVu Sans comes with matplotlib and has every Vietnamese letter; it is wider than what readers have
    # instead, so that no label outgrows its room. As text: a quarter of the size of outlines, and it can be searched.
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar sign in a unit's name is a dollar sign
    "svg.hashsalt": "dvctt",  # the same data give the same bytes
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True)
class Chart:
    """Panels as SVG elements, and what they show in words."""

    panels: list[str]
    words: str


def trends(series: Sequence[tuple[Target, pd.DataFrame]], language: Language, told: str = "to_date") -> Chart:
    """One panel per target: each month as a dot, the value to date as a line, the minimum dashed.

    ``series`` hold the columns month, window, value as ``figures.trend`` gives them; ``told`` as in ``draw_trend``.
    """
    words = " ".join(trend_words(target, rows, language) for target, rows in series)
    return Chart([_panel(draw_trend, target, rows, language, told) for target, rows in series], words)


def picture(
    draw: Callable[..., None], *content: Any, dots: int = 200, size: tuple[float, float] = (_PANEL_WIDTH, _PANEL_HEIGHT)
) -> bytes:
    """One panel as PNG, for documents that take no SVG: ``draw`` is one of ``draw_trend`` and its like, ``size`` width
    and height in inches.
    """
    buffer = io.BytesIO()
    with mpl.rc_context(STYLE):
        _canvas(draw, *content, size=size).savefig(buffer, format="png", dpi=dots, metadata={"Software": None})
    return buffer.getvalue()


def _panel(draw: Callable[..., None], *content: Any) -> str:
    with mpl.rc_context(STYLE):
        return svg(_canvas(draw, *content))


def svg(canvas: Canvas) -> str:
    """A drawing as an SVG element; the same drawing gives the same bytes."""
    buffer = io.StringIO()
    canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return _element(buffer.getvalue())


def _canvas(
    draw: Callable[..., None], *content: Any, size: tuple[float, float] = (_PANEL_WIDTH, _PANEL_HEIGHT)
) -> Canvas:
    canvas = Canvas(figsize=size, layout="constrained")
    draw(canvas.subplots(), *content)
    return canvas


def _element(document: str) -> str:
    """The svg element alone, which scales to its room; screen readers skip it for the words beside it."""
    element = document[document.index("<svg") :]
    opening, rest = element.split(">", 1)
    kept = [part for part in opening.split() if not part.startswith(("width=", "height="))]
    return " ".join([*kept, 'aria-hidden="true"', 'focusable="false"']) + ">" + rest


def draw_trend(axes: Axes, target: Target, rows: pd.DataFrame, language: Language, told: str = "to_date") -> None:
    """Months as dots, the value to date as a line. ``told`` is the window whose last value stands beside it in figures;
    with ``quarter`` the dots are quarters.
    """
    months = sorted(rows["month"].unique())
    axes.set(xlim=(-0.5, len(months) - 0.5), ylim=(0, 108), xlabel="", ylabel="")
    axes.set_xticks(range(len(months)), [month_label(month) for month in months])
    axes.set_yticks([0, 25, 50, 75, 100], [language.percent(share / 100, 0) for share in (0, 25, 50, 75, 100)])
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    fill_trend(trend_marks(axes), target, rows, months, language, told)
    _title(axes, target, language)
    if not (rows["value"].notna() & (rows["window"] == "to_date")).any():
        axes.text(0.5, 0.5, language.text(N_("Nothing to count")), transform=axes.transAxes, ha="center", color=GREY)


def trend_marks(axes: Axes) -> dict[str, Any]:
    """The marks of a trend, still without values: dots, line, the minimum, the last value in figures."""
    (dots,) = axes.plot([], [], marker="o", linestyle="", color=GREY, markersize=4.5, markeredgewidth=0)
    (line,) = axes.plot([], [], color=BLUE, linewidth=2.2)
    aim = axes.axhline(0, color=VERMILION, linewidth=1.2, linestyle=(0, (5, 3)))
    end = axes.annotate("", (0, 0), (4, 0), **AT_RIGHT, color=BLUE, fontweight="bold")
    return {"dots": dots, "line": line, "aim": aim, "end": end}


def fill_trend(
    marks: dict[str, Any],
    target: Target,
    rows: pd.DataFrame,
    months: Sequence[str],
    language: Language,
    told: str = "to_date",
) -> None:
    """Give the marks a target's values; ``told`` as in ``draw_trend``."""
    counted = rows[rows["value"].notna()]
    windows = {"dots": "quarter" if told == "quarter" else "month", "line": "to_date"}
    of_mark = {mark: counted[counted["window"] == window] for mark, window in windows.items()}
    for mark, some in of_mark.items():
        marks[mark].set_data([months.index(month) for month in some["month"]], some["value"] * 100)
    marks["aim"].set_ydata([float(target.minimum * 100)] * 2)
    course, colour = (of_mark["line"], BLUE) if told == "to_date" else (of_mark["dots"], INK)
    marks["end"].set_text("")
    if len(course) and course.iloc[-1]["month"] == months[-1]:  # not an earlier month's
        last = course.iloc[-1]
        figure = Figure(target, "", "", int(last["numerator"]), int(last["denominator"]), 0, last["status"])
        marks["end"].set(text=language.percent(figure.value, figure.digits()), color=colour)
        marks["end"].xy = (len(months) - 1, last["value"] * 100)


def draw_results(axes: Axes, figures: Sequence[Figure], language: Language) -> None:
    """A bar for each target's value, a mark at its minimum, the value in figures with its sign at the right."""
    places = range(len(figures))
    percents = [float((figure.value or 0) * 100) for figure in figures]
    colours = [BLUE if figure.status == ATTAINED else VERMILION for figure in figures]
    axes.barh(places, percents, height=0.55, color=colours)
    for place, figure in zip(places, figures, strict=True):
        least = float(figure.target.minimum * 100)
        axes.vlines(least, place - 0.42, place + 0.42, color=INK, linewidth=2)
        shown = f"{ICONS[figure.status]} {language.percent(figure.value, figure.digits())}"
        axes.text(103, place, shown, va="center", color=colours[place], fontweight="bold")
    axes.set(xlim=(0, 101), ylim=(len(figures) - 0.4, -0.6))
    axes.set_yticks(places, [figure.target.title[language.code] for figure in figures])
    axes.set_xticks([0, 25, 50, 75, 100], [language.percent(share / 100, 0) for share in (0, 25, 50, 75, 100)])
    axes.grid(axis="x", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)


def results_words(figures: Sequence[Figure], language: Language) -> str:
    """What ``draw_results`` shows, for those who do not see it."""
    words = N_("{target}: {share}, target {minimum}.")
    return " ".join(
        language.text(
            words,
            target=figure.target.title[language.code],
            share=language.percent(figure.value, figure.digits()),
            minimum=language.percent(figure.target.minimum, minimum_digits(figure.target)),
        )
        for figure in figures
    )


def draw_lowest(axes: Axes, target: Target, figures: list[Figure], language: Language) -> None:
    """Values as dots on stems, with their fractions at the right."""
    import seaborn as sns  # takes as long as a report, and few processes draw this chart

    names = [_short(figure.unit_name) for figure in figures]
    percents = [float((figure.value or 0) * 100) for figure in figures]
    colours = [BLUE if figure.status == ATTAINED else VERMILION for figure in figures]
    _title(axes, target, language, _SHORT_LINE)
    places = list(range(len(figures)))
    axes.hlines(places, 0, percents, color="#CBD2D9", linewidth=2)
    sns.scatterplot(x=percents, y=places, color=colours, s=34, linewidth=0, zorder=3, ax=axes, legend=False)
    axes.axvline(float(target.minimum * 100), color=VERMILION, linewidth=1.2, linestyle=(0, (5, 3)))
    for place, figure in zip(places, figures, strict=True):
        fraction = f"{language.number(figure.numerator)}/{language.number(figure.denominator)}"
        label = f"{language.percent(figure.value, figure.digits())}  ({fraction})"
        axes.text(104, place, label, va="center", fontsize=8)
    axes.set(xlim=(0, 101), ylim=(len(figures) - 0.4, -0.6), xlabel="", ylabel="")
    axes.set_yticks(places, names, fontsize=8)
    axes.set_xticks([0, 50, 100], [language.percent(share / 100, 0) for share in (0, 50, 100)])
    axes.tick_params(axis="y", length=0)


def month_label(month: str) -> str:
    """``2020-09`` → ``9``, below an axis of months."""
    return month[5:].lstrip("0")


def panel_title(target: Target, language: Language, width: int = 60) -> str:
    """The target and, on a line of its own, its minimum."""
    aim = language.text(N_("target {minimum}"), minimum=language.percent(target.minimum, 0))
    return f"{fill(target.title[language.code], width)}\n{aim}"


def _title(axes: Axes, target: Target, language: Language, width: int = 60) -> None:
    axes.set_title(panel_title(target, language, width), loc="left", fontsize=9, fontweight="bold")


def _short(name: str) -> str:
    """A unit's name cut to what fits beside a chart; the table has the whole."""
    name = undirected(name)
    return name if len(name) <= 30 else name[:29].rstrip() + "…"


def trend_words(target: Target, rows: pd.DataFrame, language: Language) -> str:
    """What a trend panel shows, for those who do not see it."""
    to_date = rows[(rows["window"] == "to_date") & rows["value"].notna()]
    if to_date.empty:
        return language.text(N_("{target}: nothing to count."), target=target.title[language.code])
    first, last = to_date.iloc[0], to_date.iloc[-1]
    return language.text(
        N_("{target}: from {first} ({start}) to {last} ({end}) to date, target {minimum}."),
        target=target.title[language.code],
        first=language.percent(first["value"]),
        start=language.month(first["month"]),
        last=language.percent(last["value"]),
        end=language.month(last["month"]),
        minimum=language.percent(target.minimum, 0),
    )
