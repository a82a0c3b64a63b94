"""The workbook's own charts: the office program draws them from the cells of its sheets, where one can change them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from analysis.documents.annex_tables import FINDINGS, TRENDS
from analysis.documents.office import plain
from analysis.documents.sheet import Sheet, Table
from analysis.findings import figures
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.presentation.charts import BLUE, GREY, VERMILION, results_words, trend_words
from analysis.presentation.narrative import headline
from analysis.presentation.numbers import at_least, percent
from analysis.presentation.words import ICONS
from analysis.reference.decision import ATTAINED, Target
from analysis.reference.groups import PROVINCE

_WIDTH, _HEIGHT, _TALL = 1280, 250, 330  # pixels: of the page, of a row of charts, of the first
_IN_ROW = 4
_NAMED, _MONTH, _TO_DATE, _AIM = 2, 5, 8, 9  # columns of the sheet of trends: month, the two shares, the minimum
_DASHES = {"type": "long_dash", "size": 18, "fill": {"color": "black"}, "border": {"color": "black"}}
_SHARES = {"min": 0, "max": 1, "num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#E4E7EB"}}}


class Place(NamedTuple):
    """A sheet's name in the workbook, and the first row of the cells of its first table."""

    sheet: str
    row: int


def write_charts(
    book: Workbook, page: Worksheet, content: list[Sheet], tops: Mapping[str, Place], report: Report
) -> None:
    """The province's results beside their targets, and below them the course of each target by month; ``tops`` by the
    sheets' names in ``content``.
    """
    tables = {sheet.name: sheet.tables[0] for sheet in content}
    text = report.language.text
    results = _results(book, tables[text(FINDINGS)], tops[text(FINDINGS)], report)
    words = results_words(figures.tiles(report), report.language)
    _insert(page, results, (0, 0), (_WIDTH, _TALL), words)
    for number, target in enumerate(report.decision.targets):
        down, across = divmod(number, _IN_ROW)
        drawn = _course(book, tables[text(TRENDS)], tops[text(TRENDS)], target, report)
        at, size = (across * (_WIDTH // _IN_ROW), _TALL + down * _HEIGHT), (_WIDTH // _IN_ROW, _HEIGHT)
        _insert(page, drawn, at, size, trend_words(target, figures.trend(report, target), report.language))


def _results(book: Workbook, table: Table, top: Place, report: Report) -> Any:
    """Bars coloured by verdict, their values with its sign, a dash at each minimum."""
    lang, shown = report.language, figures.tiles(report)
    last = top.row + len(table.rows) - 1

    def cells(column: int) -> list[Any]:
        return [top.sheet, top.row, column, last, column]

    names, aims, shares = cells(1), cells(2), cells(3)
    bars, marks = book.add_chart({"type": "column"}), book.add_chart({"type": "line"})
    bars.add_series(
        {
            "name": lang.text(N_("Share")),
            "categories": names,
            "values": shares,
            "gap": 60,
            "points": [{"fill": {"color": BLUE if one.status == ATTAINED else VERMILION}} for one in shown],
            "data_labels": {
                "value": True,
                "position": "inside_base",  # where no dash is
                "fill": {"color": "white"},
                "custom": [{"value": f"{ICONS[one.status]} {percent(one, lang)}"} for one in shown],
            },
        }
    )
    aim = {"name": lang.text(N_("Minimum")), "categories": names, "values": aims}
    marks.add_series({**aim, "line": {"none": True}, "marker": _DASHES})
    bars.combine(marks)
    bars.set_title({"name": plain(headline(report)), "name_font": {"size": 12}, "overlay": False})
    bars.set_y_axis(_SHARES)
    bars.set_legend({"position": "bottom", "delete_series": [0]})
    return bars


def _course(book: Workbook, table: Table, top: Place, target: Target, report: Report) -> Any:
    """The months as dots, the value to date as a line, the minimum dashed: of the whole province."""
    lang = report.language
    title, whole = target.title[lang.code], report.names[PROVINCE]
    rows = [top.row + number for number, row in enumerate(table.rows) if row[:2] == [title, whole]]
    chart = book.add_chart({"type": "line"})
    looks = (
        (_MONTH, N_("The month by itself"), {"line": {"none": True}, "marker": {"type": "circle", **_filled(GREY)}}),
        (_TO_DATE, N_("To date"), {"line": {"color": BLUE, "width": 2.25}}),
        (_AIM, N_("Minimum"), {"line": {"color": VERMILION, "dash_type": "dash"}}),
    )
    for column, name, look in looks:
        months, values = ([top.sheet, rows[0], place, rows[-1], place] for place in (_NAMED, column))
        chart.add_series({"name": lang.text(name), "categories": months, "values": values, **look})
    heading = f"{title} ({at_least(target, lang)})".replace("≥ ", "≥\u00a0").replace(" %", "\u00a0%")
    chart.set_title({"name": plain(heading), "name_font": {"size": 9}})
    chart.set_x_axis({"num_font": {"rotation": -45}})
    chart.set_y_axis(_SHARES)
    chart.set_legend({"position": "bottom"})
    return chart


def _filled(colour: str) -> dict[str, Any]:
    return {"fill": {"color": colour}, "border": {"color": colour}}


def _insert(page: Worksheet, chart: Any, at: tuple[int, int], size: tuple[int, int], words: str) -> None:
    """``at`` and ``size`` in pixels from the second row on; ``words`` are for those who do not see it."""
    chart.set_size({"width": size[0], "height": size[1]})
    page.insert_chart(1, 0, chart, {"x_offset": at[0], "y_offset": at[1], "description": plain(words)})
