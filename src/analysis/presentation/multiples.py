"""The communes of a district side by side: one target, a small drawing each, the same scale for all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.findings.figures import Figure
from analysis.language.texts import N_, Language
from analysis.outlook.comparison import LEAST_RANKED
from analysis.presentation.numbers import fraction, percent
from analysis.presentation.plots import values_link
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, PROCEDURES, Target
from analysis.storage.places import page_name

WIDTH, HEIGHT, EDGE = 120, 44, 5  # of one drawing; a share of 1 stands EDGE below its top


@dataclass(frozen=True)
class Small:
    """One unit: its figure, its course to date as points of a line, where that ends, None for nothing to count."""

    figure: Figure
    line: str
    end: tuple[float, float] | None


@dataclass(frozen=True)
class Multiples:
    """The drawings of a ``target``, the lowest first; ``head`` and ``rows`` are the table, ``data`` a link that holds
    the values as the file ``name``; ``aim`` is the height of the target's line.
    """

    title: str
    about: str
    aim: float
    smalls: list[Small]
    head: list[str]
    rows: list[list[str]]
    name: str
    data: str


def multiples(code: str, figures: Sequence[Figure], months: pd.DataFrame, language: Language) -> Multiples:
    """``figures`` are those of one target, a unit each; ``months`` as ``course.to_date_of`` gives them for the units;
    ``code`` is that of the district they belong to.
    """
    target = figures[0].target
    ordered = sorted(figures, key=_order)
    shares = months.pivot(index="unit_code", columns="month", values="value")
    rows = [
        [one.unit_name, *(language.percent(share) for share in shares.loc[one.unit_code]), fraction(one, language)]
        for one in ordered
    ]
    return Multiples(
        title=_title(ordered, language),
        about=target.title[language.code],
        aim=_height(float(target.minimum)),
        smalls=[_small(one, shares.loc[one.unit_code].to_numpy(float)) for one in ordered],
        head=[
            language.text(N_("Unit")),
            *(language.month(month) for month in shares.columns),
            language.text(_counted(target)),
        ],
        rows=rows,
        name=f"{page_name(code)}-communes-{page_name(target.id)}.csv",
        data=values_link(months),
    )


def _title(ordered: Sequence[Figure], language: Language) -> str:
    judged = [one for one in ordered if one.status != NOT_APPLICABLE]
    known = {"attained": sum(one.status == ATTAINED for one in judged), "of": len(judged)}
    first = ordered[0]
    if first.denominator < LEAST_RANKED:
        return language.text(N_("{attained} of {of} attain"), **known)
    words = N_("{attained} of {of} attain; lowest: {unit}, {share}")
    return language.text(words, **known, unit=language.within(first.unit_name), share=percent(first, language))


def _counted(target: Target) -> str:
    return N_("Procedures") if target.measure == PROCEDURES else N_("Dossiers")


def _order(figure: Figure) -> tuple[bool, float, str]:
    """The lowest first; those on too small a denominator stand after the others and have no order of their own."""
    ranked = figure.denominator >= LEAST_RANKED
    return not ranked, float(figure.value or 0) if ranked else 0.0, figure.unit_code


def _small(figure: Figure, shares: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Small:
    places = np.linspace(EDGE, WIDTH - EDGE, max(len(shares), 2))[: len(shares)]
    points = [(round(x), _height(share)) for x, share in zip(places, shares, strict=True) if not np.isnan(share)]
    return Small(figure, " ".join(f"{x},{y}" for x, y in points), points[-1] if points else None)


def _height(share: float) -> float:
    return round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share, 1)
