"""The scoring workbook's sheet of scores: per unit the result, its points, and the working that they rest on."""

from dataclasses import dataclass, replace

import numpy as np
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from analysis.criteria.rating import Standing
from analysis.criteria.scoring import NO_BAND, Numbers, bands
from analysis.criteria.workbook import formulas
from analysis.criteria.workbook.bands import NOT_SCORED
from analysis.criteria.workbook.layout import (
    AS_DRAFTED,
    BAND,
    DRAFTED,
    FIRST_UNIT,
    GROUP,
    NAME,
    NUMBERS,
    OF_GROUP,
    POINTS,
    RANK,
    TOP,
    TOTAL,
    UNIT,
)
from analysis.criteria.workbook.parameters import component_title
from analysis.criteria.workbook.sheets import Page
from analysis.documents.spreadsheet import row_height
from analysis.language.texts import N_
from analysis.presentation.words import GROUPS

_NAMES, _GROUPS, _BANDS, _NUMBER = 34, 28, 28, 11  # letters of the columns


@dataclass(frozen=True)
class _First:
    """The first values of a sheet's working, one a unit; NaN for a unit that is not scored."""

    counted: Numbers
    by_points: Numbers
    ahead: Numbers
    rank: Numbers
    place: Numbers


def write_scores(page: Page, names: dict[str, str], standing: Standing) -> None:
    """Write the sheet below the rows that every sheet begins with."""
    _write_headline(page, standing)
    _write_heads(page)
    first = _first(standing)
    band_rows = [(band.title[page.language.code], _BANDS) for band in page.layout.criteria.bands]
    for at, code in enumerate(standing.codes):
        row, group = FIRST_UNIT + at, page.text(GROUPS[standing.groups[at]])
        page.sheet.set_row(row, row_height([(names[code], _NAMES), (group, _GROUPS), *band_rows]))
        page.formula(row, UNIT, "=" + page.layout.count(row, NAME), names[code], page.look.long)
        page.formula(row, GROUP, "=" + page.layout.count(row, OF_GROUP), group, page.look.long)
        _write_result(page, row, standing, first, at)
        _write_points(page, row, standing, at)
        _write_working(page, row, first, at)
    _finish(page)


def band_title(page: Page, band: int) -> str:
    """A band's title by its place, 0 the best; the words for a unit without a score."""
    return page.text(NOT_SCORED) if band == NO_BAND else page.layout.criteria.bands[band].title[page.language.code]


def _first(standing: Standing) -> _First:
    criteria, own = standing.criteria, standing.scores.total
    best, *others = criteria.bands
    uncapped = bands(replace(criteria, bands=(replace(best, cap=None), *others)), own)
    labels = np.asarray(standing.groups)
    peers = labels[:, None] == labels[None, :]
    none = ~standing.scored
    columns = (
        (~np.isnan(standing.scores.earned) * np.asarray(criteria.weights)).sum(-1),
        np.where(none, np.nan, uncapped + 1),
        np.where(none, np.nan, (peers & (own[None, :] >= own[:, None])).sum(-1)),
        np.where(none, np.nan, (peers & (own[None, :] > own[:, None])).sum(-1) + 1),
        np.where(none, np.nan, standing.bands + 1),
    )
    return _First(*columns)


def _write_headline(page: Page, standing: Standing) -> None:
    """How many units each band has, and whether the weights are right: in sight while one scrolls."""
    layout = page.layout
    parts, now = [], []
    for at in range(len(layout.criteria.bands)):
        parts.append(f'{layout.band_title(at)}&": "&{layout.band_count(at)}')
        now.append(f"{band_title(page, at)}: {(standing.bands == at).sum()}")
    page.formula(TOP, UNIT, "=" + '&" · "&'.join(parts), " · ".join(now), page.look.format(bold=True))
    complaint = f'=IF(LEFT({layout.weights_check},1)="✓","",{layout.weights_check})'
    page.formula(TOP, POINTS, complaint, "", page.look.notice)


def _write_heads(page: Page) -> None:
    layout, text, sheet = page.layout, page.text, page.sheet
    titles = [component_title(component, page.language) for component in layout.criteria.components]
    own = [N_("Unit"), N_("Group"), N_("Score"), N_("Rank in the group"), N_("Band"), N_("Band as first written")]
    working = [N_("Weights that count"), N_("Band by points alone (1: best)")]
    working += [N_("As many points or more in the group"), N_("Band after the cap (1: best)")]
    heads = [*(text(head) for head in own), *titles, *titles, *(text(head) for head in working)]
    page.heads(TOP + 2, heads)
    sheet.set_row(TOP + 2, row_height([(head, _NUMBER - 2) for head in [*heads[TOTAL:BAND], *heads[POINTS:]]]))
    last = layout.counted_column + 3
    page.span(TOP + 1, UNIT, DRAFTED, text(N_("Result")))
    page.span(TOP + 1, POINTS, layout.earned_column - 1, text(N_("Points (proposal)")))
    page.span(TOP + 1, layout.earned_column, layout.counted_column - 1, text(N_("Working: share of the points earned")))
    page.span(TOP + 1, layout.counted_column, last, text(N_("Working: what the band rests on")))
    widths = {UNIT: _NAMES, GROUP: _GROUPS, BAND: _BANDS, DRAFTED: _BANDS}
    for column in range(last + 1):
        sheet.set_column(column, column, widths.get(column, _NUMBER))


def _write_result(page: Page, row: int, standing: Standing, first: _First, at: int) -> None:
    layout, look = page.layout, page.look
    whole, place = (xl_rowcol_to_cell(row, layout.counted_column + further) for further in (0, 3))
    band = band_title(page, int(standing.bands[at]))
    score = formulas.total(xl_range(row, POINTS, row, layout.earned_column - 1), whole)
    page.formula(row, TOTAL, score, standing.scores.total[at], look.number("0.00"))
    page.formula(row, RANK, formulas.rank(layout.ranked(row)), first.rank[at], page.centred("0"))
    page.formula(row, BAND, formulas.title_of(place, layout.titles, layout.unbanded), band, page.beside)
    page.formula(row, DRAFTED, "=" + layout.count(row, AS_DRAFTED), band, page.beside)


def _write_points(page: Page, row: int, standing: Standing, at: int) -> None:
    """Per component the points, and the share of the component's points that they rest on."""
    layout, look, found = page.layout, page.look, standing.scores
    whole = xl_rowcol_to_cell(row, layout.counted_column, col_abs=True)
    for number, component in enumerate(layout.criteria.components):
        known, column = layout.of_component(number), layout.earned_column + number
        value, under = (layout.count(row, NUMBERS + 3 * number + part) for part in (2, 1))
        own = formulas.points(xl_rowcol_to_cell(row, column), known.weight, whole, layout.maximum)
        page.formula(row, POINTS + number, own, found.points[at, number], look.number("0.00"))
        earned = formulas.earned(component, known, value, under)
        page.formula(row, column, earned, found.earned[at, number], look.number("0.0%"))


def _write_working(page: Page, row: int, first: _First, at: int) -> None:
    """The weights that count, the band by points alone, the units ahead, and the band after the cap."""
    layout, unit, column = page.layout, page.layout.ranked(row), page.layout.counted_column
    _, by_points, ahead = (xl_rowcol_to_cell(row, column + further) for further in range(3))
    earned = xl_range(row, layout.earned_column, row, column - 1)
    cells = (
        (formulas.counted(layout.weights, earned), first.counted[at], "General"),
        (formulas.place_by_points(unit.total, layout.thresholds), first.by_points[at], "0"),
        (formulas.ahead(unit), first.ahead[at], "0"),
        (formulas.place(by_points, ahead, unit, layout.cap), first.place[at], "0"),
    )
    for further, (formula, value, pattern) in enumerate(cells):
        page.formula(row, column + further, formula, value, page.centred(pattern))


def _finish(page: Page) -> None:
    """Colours beside the words, what stays in sight, what is printed: the result and the points."""
    layout, sheet = page.layout, page.sheet
    last = FIRST_UNIT + max(layout.units, 1) - 1
    place, band, drafted = (
        xl_rowcol_to_cell(FIRST_UNIT, column, col_abs=True) for column in (layout.counted_column + 3, BAND, DRAFTED)
    )
    changed = page.look.changed
    for left, rule, style in (
        (DRAFTED, f"={band}<>{drafted}", changed),
        (BAND, f"={place}=1", page.look.good),
        (BAND, f"={place}={len(layout.criteria.bands)}", page.look.bad),
    ):
        sheet.conditional_format(FIRST_UNIT, left, last, left, {"type": "formula", "criteria": rule, "format": style})
    sheet.freeze_panes(FIRST_UNIT, UNIT + 1)
    sheet.repeat_rows(TOP + 1, TOP + 2)
    sheet.print_area(0, 0, last, layout.earned_column - 1)
    sheet.autofilter(TOP + 2, UNIT, last, layout.earned_column - 1)
