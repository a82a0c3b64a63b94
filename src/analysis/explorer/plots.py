"""Charts that return matplotlib axes, drawn as the reports' charts are."""

from collections.abc import Sequence
from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from analysis.explorer.data import Data
from analysis.explorer.names import one_of, unit_named
from analysis.explorer.views import compare
from analysis.findings import figures
from analysis.language.problems import UsageProblem
from analysis.language.texts import N_
from analysis.presentation.charts import STYLE, VERMILION, draw_lowest, draw_trend
from analysis.reference.decision import Target

# A backend that is first chosen inside a style's context is switched off with it: only one chart would be shown.
plt.switch_backend(mpl.get_backend())
_SIZE = (8.0, 3.6)  # inches
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")  # Okabe and Ito's


def plot_trend(data: Data, target: str, unit: str = "ALL", *, ax: Axes | None = None) -> Axes:
    """Months as dots, the value to date as a line, the target dashed; the unit in the title."""
    chosen, code = _target(data, target), unit_named(unit, data.names)
    rows = figures.trend(data.report, chosen, code)
    with mpl.rc_context(STYLE):
        axes = ax or _axes()
        draw_trend(axes, chosen, rows[rows["month"] <= data.month], data.report.language)
        axes.set_title(f"{data.names[code]}\n{axes.get_title(loc='left')}", loc="left", fontsize=9, fontweight="bold")
    return axes


def plot_lowest(data: Data, target: str, tier: str = "province", count: int = 8, *, ax: Axes | None = None) -> Axes:
    """The units of a tier with the lowest share, against the target."""
    chosen = _target(data, target)
    rows = data.report.attainment
    report = replace(data.report, attainment=rows[rows["month"] <= data.month])
    codes = figures.tier_units(report, one_of("tier", tier, report.reference.tiers))
    with mpl.rc_context(STYLE):
        axes = ax or _axes()
        draw_lowest(axes, chosen, figures.lowest(report, chosen, codes, count), report.language)
    return axes


def plot_compare(data: Data, target: str, units: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """The courses to date of at most five units in one chart, each named at its end."""
    chosen, language = _target(data, target), data.report.language
    codes, known = list(compare(data, target, units)["unit_code"]), sorted(data.attainment["month"].unique())
    if len(codes) > len(_COLOURS):
        raise UsageProblem(
            N_("{count} lines in one chart cannot be told apart. Choose at most {most} units, or dv.plot_lowest."),
            count=len(codes),
            most=len(_COLOURS),
        )
    with mpl.rc_context(STYLE):
        axes = ax or _axes()
        for code, colour in zip(codes, _COLOURS, strict=False):
            rows = figures.trend(data.report, chosen, code)
            rows = rows[(rows["window"] == "to_date") & rows["value"].notna() & (rows["month"] <= data.month)]
            months = [known.index(month) for month in rows["month"]]
            axes.plot(months, rows["value"] * 100, color=colour, linewidth=2)
            if months:
                end = (months[-1], rows["value"].iloc[-1] * 100)
                axes.annotate(
                    data.names[code], end, (5, 0), textcoords="offset points", va="center", color=colour, fontsize=8
                )
        axes.axhline(float(chosen.minimum * 100), color=VERMILION, linewidth=1.2, linestyle=(0, (5, 3)))
        axes.set(ylim=(0, 108))
        axes.set_xticks(range(len(known)), [month[5:].lstrip("0") for month in known])
        axes.grid(axis="y", color="#E4E7EB", linewidth=0.8)
        axes.set_yticks([0, 25, 50, 75, 100], [language.percent(share / 100, 0) for share in (0, 25, 50, 75, 100)])
        axes.set_title(chosen.title[language.code], loc="left", fontsize=9, fontweight="bold")
    return axes


def _target(data: Data, target: str) -> Target:
    known = {one.id: one for one in data.report.decision.targets}
    return known[one_of("target", target, known)]


def _axes() -> Axes:
    _, axes = plt.subplots(figsize=_SIZE, layout="constrained")
    return axes
