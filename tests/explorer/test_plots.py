"""Charts are Axes with the target in them."""

from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes
from support.folders import REFERENCE

import analysis as dv
from analysis.language.problems import UsageProblem

pytestmark = pytest.mark.slow
mpl.use("agg")


def test_charts_are_axes_with_the_target_in_them(data: dv.Data) -> None:
    for axes in (
        dv.plot_trend(data, "l3-dossiers", "so xay dung"),
        dv.plot_lowest(data, "l3-dossiers"),
        dv.plot_compare(data, "l3-dossiers", ["H45.22", "H45.24"]),
    ):
        assert isinstance(axes, Axes)
        heights = [y for line in axes.lines for y in list(line.get_ydata()) + list(line.get_xdata())]
        assert 50.0 in heights, "the target line is always drawn"
        mpl.pyplot.close(axes.figure)


def test_the_lowest_are_those_of_the_month(processed: Path) -> None:
    june = dv.load("2020-06", processed, REFERENCE)
    compared = dv.compare(june, "portal", "district")
    of_june = compared.loc[compared["denominator"] >= 10, "value"].sort_values().head(3) * 100
    axes = dv.plot_lowest(june, "portal", "district", 3)
    drawn = {float(value) for dots in axes.collections for value in dots.get_offsets()[:, 0]}
    drawn |= {float(bar.get_width()) for bar in axes.patches}
    drawn |= {float(x) for line in axes.lines for x in line.get_xdata()}
    assert all(any(abs(value - one) < 1e-6 for one in drawn) for value in of_june)
    mpl.pyplot.close(axes.figure)


def test_more_lines_than_can_be_told_apart_are_refused(data: dv.Data) -> None:
    with pytest.raises(UsageProblem, match="at most 5"):
        dv.plot_compare(data, "l3-dossiers", "district")
