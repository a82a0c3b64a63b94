"""A chart's marks stand where its figures say, inside the drawing, and its file holds what its table shows."""

from csv import DictReader
from fractions import Fraction
from io import StringIO
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.folders import REFERENCE
from support.small_report import DISTRICT, HOSTILE, OTHER, small_report

from analysis.findings.advice import Funnel
from analysis.findings.course import courses
from analysis.findings.figures import Figure, figures
from analysis.findings.finding import of_unit
from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.presentation.plots import BOTTOM, LEFT, RIGHT, TOP, Plot, course_plot, funnel_plot, lowest_bars
from analysis.reference.tables import load_reference

VI = Language("vi")
TARGET = load_reference(REFERENCE).decision("766-qd-ubnd-2020").targets[1]


@pytest.fixture(scope="module")
def report() -> Report:
    return small_report()


def _held(plot: Plot) -> list[dict[str, str]]:
    text = unquote(plot.data).partition(",")[2]
    assert text.startswith("\ufeff"), "without it Excel reads Vietnamese letters as others"
    return list(DictReader(StringIO(text[1:])))


def test_a_month_stands_at_its_share_and_says_it(report: Report) -> None:
    months = courses(report, DISTRICT)["l3-dossiers"]
    found = next(one for one in of_unit(report, DISTRICT) if one.figure.target.id == "l3-dossiers")
    plot = course_plot(found, months, VI)
    counted = months[months["denominator"] > 0]
    assert [mark.words for mark in plot.marks] == ["tháng 3/2020: 75,0 % (30/40)", "tháng 8/2020: 0,0 % (0/9)"]
    assert [mark.y for mark in plot.marks] == [round(BOTTOM - (BOTTOM - TOP) * share, 1) for share in counted["value"]]
    assert plot.aim == (BOTTOM + TOP) / 2
    assert plot.end
    assert plot.end[1] == "61,2 %"
    assert plot.title == "61,2 %, đạt; chưa đủ tháng"
    held = _held(plot)
    assert [(row["month"], row["numerator"], row["denominator"]) for row in held] == [
        (row.month, str(row.numerator), str(row.denominator)) for row in months.itertuples()
    ]
    assert len(plot.rows) == len(months)


@given(st.lists(st.tuples(st.integers(1, 40), st.floats(0, 1)), min_size=1, max_size=20))
def test_a_funnel_s_marks_lie_inside_the_drawing_in_the_order_of_their_sizes(units: list[tuple[int, float]]) -> None:
    rows = pd.DataFrame(
        [
            {"unit_code": f"U{n}", "unit_name": f"Sở {n}", "numerator": round(size * share), "denominator": size}
            for n, (size, share) in enumerate(units)
        ]
    )
    rows = rows.assign(value=rows["numerator"] / rows["denominator"], verdict="as_expected")
    limits = pd.DataFrame({"denominator": np.array([1, 40]), "lower0": 0.0, "upper0": 1.0})
    plot = funnel_plot(Funnel(TARGET, rows, 0.5, limits, "x"), VI)
    places = [mark.x for mark in plot.marks]
    assert places == sorted(places)
    assert all(LEFT <= mark.x <= RIGHT + 1e-9 and TOP <= mark.y <= BOTTOM for mark in plot.marks)
    assert plot.title == f"Trong {len(units)} nơi, không nơi nào khác quá mức ngẫu nhiên"
    assert len(_held(plot)) == len(units)


def test_a_file_of_hostile_names_holds_no_formula(report: Report) -> None:
    rows = report.outlook["comparison"]
    rows = rows[(rows["target_id"] == "l3-dossiers") & rows["unit_code"].isin([DISTRICT, OTHER])]
    rows = rows.assign(unit_name=["=1+1", HOSTILE], verdict=["above", "below"])
    limits = pd.DataFrame({"denominator": np.array([1, 40]), "lower0": 0.0, "upper0": 1.0})
    held = _held(funnel_plot(Funnel(TARGET, rows, 0.5, limits, "x"), VI))
    assert not any(row["unit_name"].startswith("=") for row in held)
    assert [mark.kind for mark in funnel_plot(Funnel(TARGET, rows, 0.5, limits, "x"), VI).marks].count("up") == 1


def test_the_lowest_is_named_in_the_title(report: Report) -> None:
    own = [figure for figure in figures(report, [DISTRICT, OTHER]) if figure.target.id == "l3-dossiers"]
    ordered: list[Figure] = sorted(own, key=lambda figure: figure.value or Fraction(0))
    assert lowest_bars(ordered, VI).title.endswith(", 6,7 %")
