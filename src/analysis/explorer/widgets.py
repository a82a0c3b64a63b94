"""The explorer in JupyterLab: choose a target, a reading, a unit (typed as one likes), a window and a month; the chart
and the table follow at once.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.explorer.data import Data
from analysis.explorer.explaining import told
from analysis.explorer.names import find
from analysis.explorer.tables import table, table_css
from analysis.explorer.words import column, escaped
from analysis.language.texts import N_
from analysis.presentation import charts
from analysis.reference.decision import DEFAULT
from analysis.storage.writing import undirected

_WINDOWS = ("to_date", "month", "quarter")
_SHOWN = ["month", "numerator", "denominator", "value", "gap", "shortfall", "status"]


@dataclass(frozen=True, eq=False)
class _Choices:
    """The widgets in which one chooses."""

    target: Any
    reading: Any
    typed: Any
    unit: Any
    window: Any
    month: Any

    def all(self) -> list[Any]:
        return [self.target, self.reading, self.typed, self.unit, self.window, self.month]

    def made(self) -> tuple[str, str, str, str, str]:
        """What is chosen, in the order of ``view``."""
        return (self.target.value, self.reading.value, self.unit.value, self.window.value, self.month.value)


def explore(data: Data) -> Any:
    """The choices with what they show, as one widget."""
    import ipywidgets as widgets  # JupyterLab alone needs it

    choices, shown = _choices(data), widgets.HTML()
    drawn: tuple[str, ...] = ()

    def follow(_: Any = None) -> None:
        nonlocal drawn
        made = choices.made()
        if made != drawn:
            shown.value = view(data, *made) if choices.unit.value else _nobody(data, choices.typed.value)
            drawn = made if choices.unit.value else ()

    def list_readings(_: Any = None) -> None:
        _offer(choices.reading, _readings(data, choices.target.value), follow)

    def list_units(_: Any = None) -> None:
        _offer(choices.unit, _units(data, choices.typed.value), follow)

    choices.target.observe(list_readings, "value")
    choices.typed.observe(list_units, "value")
    for one in (choices.reading, choices.unit, choices.window, choices.month):
        one.observe(follow, "value")
    list_readings()
    list_units()
    return widgets.VBox([*choices.all(), shown])


def view(data: Data, target: str, reading: str, unit: str, window: str, month: str) -> str:
    """The chart, the sentence that explains the figure, and the figures up to the month, as HTML."""
    language = data.report.language
    chosen = next(one for one in data.report.decision.targets if one.id == target)
    rows = data.attainment
    rows = rows[(rows["target_id"] == target) & (rows["reading"] == reading) & (rows["unit_code"] == unit)]
    own = pd.DataFrame(rows[rows["month"] <= month]).astype({"month": "object", "window": "object"})
    if own.empty:
        sentence = language.text(N_("There is no such figure: this reading counts groups alone."))
        return _framed(data.names[unit], sentence)
    (drawn,) = charts.trends([(chosen, own)], language, window).panels
    course = own[own["window"] == window].sort_values("month", ignore_index=True)
    listed = table(course[_SHOWN], data.context, "attainment")
    chart = f"{drawn}<p>{escaped(_legend(window, data))}</p>"
    return _framed(data.names[unit], told(course.iloc[-1], data), chart) + listed._repr_html_()


def _legend(window: str, data: Data) -> str:
    text = data.report.language.text
    if window == "to_date":
        return text(
            N_("Across: months. Dots: single months; line: to date, its last value in figures; dashes: the target.")
        )
    dots = text(N_("the quarter up to each month") if window == "quarter" else N_("single months"))
    return text(
        N_("Across: months. Dots: {dots}, the last value in figures; line: to date; dashes: the target."), dots=dots
    )


def _choices(data: Data) -> _Choices:
    import ipywidgets as widgets

    text, lang = data.report.language.text, data.report.language.code
    look = {"style": {"description_width": "6rem"}, "layout": widgets.Layout(width="32rem", max_width="98%")}
    targets = [(one.title[lang], one.id) for one in data.report.decision.targets]
    months = sorted(data.attainment["month"].astype(str).unique())
    windows = column("window", "attainment", data.report)
    return _Choices(
        target=widgets.Dropdown(options=targets, description=text(N_("Target")), **look),
        reading=widgets.Dropdown(description=text(N_("Reading")), **look),
        typed=widgets.Text(
            description=text(N_("Unit")), placeholder=text(N_("type a name, marks may be left out")), **look
        ),
        unit=widgets.Select(rows=6, description=" ", **look),
        window=widgets.Dropdown(
            options=[(windows.word(code), code) for code in _WINDOWS], description=text(N_("Window")), **look
        ),
        month=widgets.SelectionSlider(options=months, value=data.month, description=text(N_("Month")), **look),
    )


def _offer(choice: Any, options: list[tuple[str, str]], follow: Any) -> None:
    """Other options; what was chosen stays if it is among them. Drawn once, not at each step."""
    before, known = choice.value, [value for _, value in options]
    choice.unobserve(follow, "value")
    choice.options = options
    choice.value = before if before in known else next(iter(known), None)
    choice.observe(follow, "value")
    follow()


def _readings(data: Data, target: str) -> list[tuple[str, str]]:
    """Of a target, the default first."""
    chosen = next(one for one in data.report.decision.targets if one.id == target)
    readings = sorted(data.report.decision.readings_of(chosen), key=lambda one: one.id != DEFAULT)
    return [(one.title[data.report.language.code], one.id) for one in readings]


def _units(data: Data, typed: str) -> list[tuple[str, str]]:
    codes = find(typed, data.names, len(data.names)) if typed.strip() else list(data.names)
    return [(f"{undirected(data.names[code])} ({code})", code) for code in codes]


def _nobody(data: Data, typed: str) -> str:
    return _framed(typed, data.report.language.text(N_("No unit has these words in its name or code.")))


def _framed(heading: str, sentence: str, drawn: str = "") -> str:
    words = f"<h3>{escaped(heading)}</h3><p>{escaped(sentence)}</p>"
    return f"<style>{table_css()}</style><div class='dv-view'>{words}{drawn}</div>"
