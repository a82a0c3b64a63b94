"""The explorer follows each choice, finds units as they are typed, and says so where there is nothing to show."""

import sys
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from support.folders import REFERENCE
from support.small_run import call

import analysis as dv
from analysis.explorer.widgets import view
from analysis.language.texts import Language
from analysis.notebooks.notebook import code_cells, has_tag, load

pytestmark = pytest.mark.slow


class Explorer:
    """The explorer by the names of its widgets."""

    def __init__(self, data: dv.Data) -> None:
        self.target, self.reading, self.typed, self.unit, self.window, self.month, self.shown = dv.explore(
            data
        ).children

    def choose(self, name: str, value: str) -> tuple[str, str]:
        """What is shown before and after a choice."""
        before = self.shown.value
        getattr(self, name).value = value
        return before, self.shown.value


def figures(row: pd.Series) -> str:
    language = Language("vi")
    return f"{language.number(row['numerator'])}/{language.number(row['denominator'])}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target", "portal"),
        ("reading", "any_channel"),
        ("unit", "AREA:H45.22"),
        ("typed", "so xay dung"),
        ("window", "month"),
        ("window", "quarter"),
        ("month", "2020-03"),
    ],
)
def test_each_choice_changes_the_chart_or_the_table(data: dv.Data, name: str, value: str) -> None:
    """What is shown is the official figure of what is chosen, and a chart of it."""
    explorer = Explorer(data)
    before, after = explorer.choose(name, value)
    assert before != after
    keys = {"target_id": "target", "reading": "reading", "unit_code": "unit", "window": "window", "month": "month"}
    rows = data.attainment
    for column, widget in keys.items():
        rows = rows[rows[column] == getattr(explorer, widget).value]
    assert len(rows) == 1
    assert figures(rows.iloc[0]) in after
    assert data.names[explorer.unit.value] in after
    assert after.count("<svg") == 1
    listed = int(explorer.month.value[5:])
    assert after.count("<tr>") == 1 + listed, "a row for each month up to the chosen"
    charts = [shown[shown.index("<svg") : shown.index("</svg>")] for shown in (before, after)]
    assert charts[0] != charts[1]
    numerator, denominator = (int(rows.iloc[0][name]) for name in ("numerator", "denominator"))
    assert f">{Language('vi').percent(Fraction(numerator, denominator))}</text>" in charts[1]


def test_a_month_with_nothing_has_no_figure_beside_it_in_the_chart(data: dv.Data) -> None:
    """A figure of an earlier month would be taken for that of the chosen one."""
    of_month = data.attainment.query("reading == 'default' and window == 'month' and measure == 'dossiers_online'")
    wide = of_month.pivot_table("denominator", ["target_id", "unit_code"], "month", "sum", observed=True)
    target, unit = wide[(wide["2020-08"] > 0) & (wide["2020-09"] == 0)].index[0]
    told = {month: view(data, target, "default", unit, "month", month) for month in ("2020-08", "2020-09")}
    assert told["2020-08"].count(" %</text>") == told["2020-09"].count(" %</text>") + 1


def test_the_explorer_finds_units_as_they_are_typed(data: dv.Data) -> None:
    explorer = Explorer(data)
    for typed, code in (("dong xuan", "H45.22"), ("H45.18", "H45.18"), ("SỞ XÂY", "H45.18")):
        explorer.choose("typed", typed)
        assert code in [value for _, value in explorer.unit.options]
        explorer.choose("unit", code)
        assert data.names[code] in explorer.shown.value
    explorer.choose("typed", "xay dung")
    assert explorer.unit.value == "H45.18", "what was chosen stays chosen while it is listed"


def test_a_search_without_a_match_empties_the_list_and_says_so(data: dv.Data) -> None:
    explorer = Explorer(data)
    first = explorer.shown.value
    _, after = explorer.choose("typed", "khong co <b>")
    assert explorer.unit.options == ()
    assert explorer.unit.value is None
    assert "Không cơ quan nào" in after
    assert "<b>" not in after
    assert "<svg" not in after
    explorer.choose("target", "portal")
    explorer.choose("month", "2020-02")
    explorer.choose("target", explorer.target.options[0][1])
    explorer.choose("month", data.month)
    explorer.choose("typed", "")
    assert explorer.shown.value == first


def test_a_reading_that_does_not_touch_a_unit_says_so(data: dv.Data) -> None:
    explorer = Explorer(data)
    explorer.choose("reading", "pairs")
    assert "<svg" in explorer.shown.value, "the province has its pairs"
    explorer.choose("typed", "H45.18")
    assert "chỉ dùng cho nhóm" in explorer.shown.value
    assert "<svg" not in explorer.shown.value
    explorer.choose("target", "portal")
    assert explorer.reading.value == "default", "which has no pairs"
    assert "<svg" in explorer.shown.value


def test_every_choice_of_target_and_reading_shows_something(data: dv.Data) -> None:
    explorer = Explorer(data)
    explorer.choose("typed", "H45.18")
    for _, target in explorer.target.options:
        explorer.choose("target", target)
        assert explorer.reading.options[0][1] == "default"
        for _, reading in explorer.reading.options:
            explorer.choose("reading", reading)
            assert ("<svg" in explorer.shown.value) == (reading != "pairs")


def test_hostile_names_are_shown_as_they_are_written(data: dv.Data, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "<img src=x onerror=alert(1)>\u202e&amp;"
    monkeypatch.setitem(data.names, "H45.18", name)
    explorer = Explorer(data)
    explorer.choose("typed", "H45.18")
    assert "<img" not in explorer.shown.value
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;amp;" in explorer.shown.value
    assert "\u202e" not in explorer.shown.value + explorer.unit.options[0][0]


def test_the_notebook_runs_alone_on_a_run(processed: Path, tmp_path: Path) -> None:
    """``papermill notebooks/explore.ipynb out.ipynb -p processed …``: charts and tables, and nothing goes wrong."""
    source = Path(__file__).parents[2] / "notebooks/explore.ipynb"
    papermill = [sys.executable, "-m", "papermill", "--no-progress-bar", str(source), "out.ipynb"]
    done = call([*papermill, "-p", "processed", str(processed), "-p", "reference", str(REFERENCE)], tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    executed = [cell for cell in code_cells(load(tmp_path / "out.ipynb")) if not has_tag(cell, "injected-parameters")]
    cells = {cell["id"]: cell["outputs"] for cell in executed}
    kinds = {name: {kind for output in outputs for kind in output.get("data", {})} for name, outputs in cells.items()}
    assert not [
        output for outputs in cells.values() for output in outputs if output["output_type"] in ("error", "stream")
    ]
    assert "application/vnd.jupyter.widget-view+json" in kinds["explorer"]
    assert "image/png" in kinds["courses"]
    tables = set(cells) - {"parameters", "checked", "explorer", "courses"}
    assert {name for name in tables if "text/html" in kinds[name]} == tables
    assert "Sở Xây dựng" in "".join(cells["why"][0]["data"]["text/html"])
    assert len("".join(cells["two"][0]["data"]["text/html"]).split("<tr>")) == 4, "headings and two districts"
