"""The criteria workbench in JupyterLab: sliders for weights, thresholds and the least denominator; scores follow.

What the sliders show is computed by the same functions as the page. Nothing is written.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.criteria.charts import band_colours
from analysis.criteria.rating import Standing
from analysis.criteria.scoring import NO_BAND, bands, scores
from analysis.criteria.words import points
from analysis.criteria.workbench import Workbench
from analysis.language.texts import N_
from analysis.pages.rendering import render
from analysis.storage.writing import undirected

AS_DRAFTED = 0  # of the least denominator: each criterion keeps its own
_MOST_LEAST = 100
_LOOK = {"description_width": "22rem"}


def sliders(bench: Workbench) -> Any:
    """The sliders with the table that follows them, as one widget."""
    import ipywidgets as widgets  # JupyterLab alone needs it

    language, criteria = bench.report.language, bench.criteria
    maximum = float(criteria.maximum)
    wide = widgets.Layout(width="40rem")

    def slider(words: str, value: float, most: float, step: float) -> Any:
        look = {"style": _LOOK, "layout": wide, "readout_format": ".1f"}
        return widgets.FloatSlider(value=value, min=0, max=most, step=step, description=undirected(words), **look)

    weights = [
        slider(part.target.title[language.code], weight, maximum, 0.5)
        for part, weight in zip(criteria.components, criteria.weights, strict=True)
    ]
    edges = [
        slider(language.text(N_("{band}: from"), band=band.title[language.code]), threshold, maximum, 0.5)
        for band, threshold in zip(criteria.bands[:-1], criteria.thresholds, strict=False)
    ]
    least = widgets.IntSlider(
        value=AS_DRAFTED,
        min=AS_DRAFTED,
        max=_MOST_LEAST,
        description=language.text(N_("Least denominator (0: as drafted)")),
        style=_LOOK,
        layout=wide,
    )
    back = widgets.Button(description=language.text(N_("Back to the draft")))
    shown = widgets.HTML()

    def follow(_: Any = None) -> None:
        shown.value = outcome(bench, [one.value for one in weights], [one.value for one in edges], least.value)

    def reset(_: Any) -> None:
        for one, value in zip([*weights, *edges], [*criteria.weights, *criteria.thresholds], strict=False):
            one.value = value
        least.value = AS_DRAFTED

    for one in (*weights, *edges, least):
        one.observe(follow, "value")
    back.on_click(reset)
    follow()
    heads = [widgets.HTML(f"<b>{language.text(words)}</b>") for words in (N_("Weights"), N_("Bands"))]
    return widgets.VBox([heads[0], *weights, heads[1], *edges, least, back, shown])


def outcome(bench: Workbench, weights: Sequence[float], edges: Sequence[float], least: int) -> str:
    """The table for these weights, thresholds (without the lowest band's 0) and least denominator, as HTML: who
    changes band first, then by score.
    """
    standing = bench.draft
    floors = None if least == AS_DRAFTED else np.full(len(weights), least)
    total = scores(standing.criteria, standing.numerators, standing.denominators, list(weights), floors).total
    steps = [*sorted(edges, reverse=True), 0.0]
    place = bands(standing.criteria, total, standing.groups, steps)
    moved = place != standing.bands
    order = sorted(range(len(total)), key=lambda unit: (not moved[unit], -np.nan_to_num(total[unit], nan=-1.0)))
    language = bench.report.language
    return render(
        "criteria_sliders",
        bench.report,
        rows=[(unit, total[unit], int(place[unit])) for unit in order],
        bench=bench,
        draft=standing,
        none=NO_BAND,
        moved=moved,
        colours=band_colours(len(standing.criteria.bands)),
        sum=points(float(sum(weights)), language),
        scaled=bool(abs(sum(weights) - float(standing.criteria.maximum)) > 1e-9),
        crossed=list(edges) != steps[:-1],
        points=lambda value, digits=None: points(value, language, digits),
        sizes=_sizes(standing, place),
    ).html


def _sizes(standing: Standing, place: np.ndarray) -> list[tuple[int, int, int]]:
    """Each band's place, its units under the draft, its units now."""
    counted = range(len(standing.criteria.bands))
    return [(band, int((standing.bands == band).sum()), int((place == band).sum())) for band in counted]
