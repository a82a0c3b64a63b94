"""Charts of the criteria page: scores under rival criteria, certainty of bands, what tokens would gain, score by size.

Bands are told by their place and by words as well as by colour.
"""

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure as Canvas

from analysis.criteria.scoring import Numbers
from analysis.language.texts import N_, Language
from analysis.presentation.charts import AT_RIGHT, BLUE, GREY, INK, STYLE, VERMILION, svg
from analysis.storage.writing import undirected

_SHADES = LinearSegmentedColormap.from_list("bands", [BLUE, "#9CC7E3", "#F2C6A0", VERMILION])
_EVEN = 10  # times the smallest
_ROW = 0.24  # inches of a unit's line
_LONGEST = 38  # letters of a unit's name beside a chart


def band_colours(count: int) -> list[str]:
    """One colour per band, best first: from blue to vermilion."""
    return [to_hex(_SHADES(place / max(count - 1, 1))) for place in range(count)]


def distributions(
    titles: Sequence[str], totals: Sequence[Numbers], thresholds: Sequence[float], language: Language
) -> str:
    """A strip of marks per set of criteria, the bands' thresholds as lines."""

    def draw(axes: Axes) -> None:
        for line in thresholds:
            axes.axvline(line, color=VERMILION, linewidth=1, linestyle=(0, (5, 3)))
            axes.annotate(
                language.number(line), (line, -0.5), (0, 3), textcoords="offset points", ha="center", fontsize=8
            )
        for place, total in enumerate(totals):
            known = np.sort(total[~np.isnan(total)])
            axes.scatter(
                known, place + _spread(known), color=BLUE if place == 0 else GREY, s=26, linewidth=0, alpha=0.8
            )
        axes.set(ylim=(len(titles) - 0.5, -0.5), xlabel=language.text(N_("Points")), ylabel="")
        axes.set_yticks(range(len(titles)), [_cut(title, 44) for title in titles])
        axes.tick_params(axis="y", length=0)

    return _drawn(draw, 9.4, 0.9 + 0.75 * len(titles))


def certainty(names: Sequence[str], probability: Numbers, bands: Sequence[str], language: Language) -> str:
    """A bar per unit, divided by the probability of each band; the largest part carries its share."""

    def draw(axes: Axes) -> None:
        left, places = np.zeros(len(names)), np.arange(len(names))
        colours = band_colours(len(bands))
        for place, (title, colour) in enumerate(zip(bands, colours, strict=True)):
            axes.barh(places, probability[:, place], left=left, color=colour, height=0.78, label=title)
            left = left + probability[:, place]
        for unit, shares in enumerate(probability):
            best = int(np.argmax(shares))
            middle = shares[:best].sum() + shares[best] / 2
            dark = best in (0, len(bands) - 1)
            label = language.percent(float(shares[best]), 0)
            axes.text(middle, unit, label, va="center", ha="center", fontsize=8, color="white" if dark else INK)
        axes.set(xlim=(0, 1), ylim=(len(names) - 0.4, -0.6), xlabel="", ylabel="")
        axes.set_yticks(places, [_cut(name) for name in names], fontsize=8)
        axes.set_xticks([0, 0.5, 1], [language.percent(share, 0) for share in (0, 0.5, 1)])
        axes.tick_params(axis="y", length=0)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=8, handlelength=1)

    return _drawn(draw, 9.4, 1.1 + _ROW * len(names))


def gains(
    titles: Sequence[str],
    before: Sequence[float],
    after: Sequence[Sequence[float]],
    marks: Sequence[str],
    language: Language,
) -> str:
    """Per set of criteria the mean score today and after each strategy, as dots on a line."""
    shapes = ["s", "D", "^", "v"]

    def draw(axes: Axes) -> None:
        for place, (start, ends) in enumerate(zip(before, after, strict=True)):
            axes.plot([start, max(ends)], [place, place], color="#CBD2D9", linewidth=3, zorder=1)
            axes.scatter([start], [place], color=INK, s=40, zorder=3, label=_once(language.text(N_("today")), place))
            for end, mark, shape in zip(ends, marks, shapes, strict=False):
                axes.scatter([end], [place], color=VERMILION, marker=shape, s=34, zorder=2, label=_once(mark, place))
            axes.annotate(
                f"+{language.decimal(max(ends) - start, 1)}", (max(ends), place), (8, 0), **AT_RIGHT, fontsize=8
            )
        axes.set(ylim=(len(titles) - 0.5, -0.5), xlabel=language.text(N_("Mean score")), ylabel="")
        axes.set_yticks(range(len(titles)), [_cut(title, 44) for title in titles])
        axes.tick_params(axis="y", length=0)
        axes.margins(x=0.12)
        axes.xaxis.set_major_formatter(lambda value, place: language.number(value))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=8)

    return _drawn(draw, 9.4, 1.3 + 0.5 * len(titles))


def by_size(
    sizes: Numbers,
    totals: Numbers,
    groups: Sequence[str],
    labels: dict[str, str],
    named: dict[int, str],
    language: Language,
) -> str:
    """Scores against dossiers (logarithmic); groups by shape, the units of ``named`` with their names."""

    def draw(axes: Axes) -> None:
        for (group, words), shape in zip(labels.items(), ["o", "D", "s", "^"], strict=False):
            own = np.array([label == group for label in groups]) & ~np.isnan(totals) & (sizes > 0)
            axes.scatter(sizes[own], totals[own], marker=shape, color=BLUE, s=34, linewidth=0, alpha=0.85, label=words)
        for unit, name in named.items():
            axes.annotate(_cut(name, 30), (sizes[unit], totals[unit]), (6, 0), **AT_RIGHT, fontsize=8, color=VERMILION)
        axes.set(xscale="log", xlabel=language.text(N_("Dossiers in the period")))
        axes.set_ylabel(language.text(N_("Points")))
        known = sizes[sizes > 0]
        if len(known):
            even = known.max() < _EVEN * known.min()  # all of about one size: an even scale says more
            steps = [step for step in (1, 3, 10, 30, 100, 300, 1000, 3000, 10000, 30000) if step <= 3 * known.max()]
            steps = [step for step in steps if step >= known.min() / 3] or steps
            if even:
                axes.set_xscale("linear")
                axes.xaxis.set_major_formatter(lambda value, place: language.number(value))
            else:
                axes.set_xticks(steps, [language.number(step) for step in steps])
        axes.minorticks_off()
        axes.margins(x=0.1)
        if len(labels) > 1:
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=8)

    return _drawn(draw, 9.4, 3.6)


def _drawn(draw: Callable[[Axes], Any], width: float, height: float) -> str:
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(width, height), layout="constrained")
        draw(canvas.subplots())
        return svg(canvas)


def _once(words: str, place: int) -> str:
    """A label for the legend, which wants each but once."""
    return words if place == 0 else "_"


def _spread(values: Numbers) -> Numbers:
    """Heights that keep marks of nearly the same value apart: up and down by turns."""
    near = np.concatenate([[False], np.diff(values) < 0.8]) if len(values) else np.zeros(0, dtype=bool)
    step = np.zeros(len(values))
    for place in range(1, len(values)):
        step[place] = step[place - 1] + 1 if near[place] else 0
    return np.where(step % 2 == 1, -1, 1) * np.ceil(step / 2) * 0.09


def _cut(name: str, longest: int = _LONGEST) -> str:
    name = undirected(name)
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
