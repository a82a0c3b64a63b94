"""The scoring workbook's table of bands, below the parameters: thresholds, the cap, how many units have each."""

import numpy as np
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from analysis.criteria.rating import Standing
from analysis.criteria.scoring import NO_BAND
from analysis.criteria.workbook.formulas import how_many, quoted
from analysis.criteria.workbook.sheets import Page, share_format
from analysis.documents.spreadsheet import row_height
from analysis.language.texts import N_
from analysis.presentation.words import GROUPS

NOT_SCORED = N_("Not scored")
_TITLES, _HEADS = 38, 13  # letters of a band's title and of a heading


def write_bands(page: Page, standing: Standing) -> None:
    """Write the table where the layout has it."""
    layout = page.layout
    rates = layout.criteria.rates
    groups = rates if len(rates) > 1 else ()
    heads = [N_("Band"), N_("From points on (proposal)"), N_("Cap: largest share of units (proposal)")]
    heads += [N_("Units now"), N_("Units as first written"), *(GROUPS[group] for group in groups)]
    titles = [page.text(head) for head in heads]
    page.heads(layout.bands_row, titles)
    page.sheet.set_row(layout.bands_row, row_height([(title, _HEADS) for title in titles]))
    _write_limits(page)
    _write_counts(page, standing, groups)
    _write_check(page)


def _write_limits(page: Page) -> None:
    """The bands' titles and thresholds; the cap of the best. That the lowest begins at 0 is no proposal."""
    layout, look = page.layout, page.look
    *higher, lowest = layout.criteria.bands
    for row, band in enumerate([*higher, lowest], start=layout.bands_row + 1):
        title = band.title[page.language.code]
        page.words(row, 0, title)
        page.sheet.set_row(row, row_height([(title, _TITLES)]))
        if band is lowest:
            page.sheet.write_number(row, 1, float(band.at_least), look.number("General"))
        else:
            page.enter(row, 1, band.at_least, "General", "points")
        page.blank(row, 2)
    cap = higher[0].cap
    page.enter(layout.bands_row + 1, 2, cap, share_format(cap), "share")
    page.words(layout.unbanded_row, 0, page.text(NOT_SCORED))
    for column in (1, 2):
        page.blank(layout.unbanded_row, column)


def _write_counts(page: Page, standing: Standing, groups: tuple[str, ...]) -> None:
    """How many units each band has now and had as drafted, and now by group."""
    layout, style = page.layout, page.look.number("#,##0")
    for row in range(layout.bands_row + 1, layout.unbanded_row + 1):
        band = row - layout.bands_row - 1 if row < layout.unbanded_row else NO_BAND
        wanted = None if band == NO_BAND else band + 1
        hits = standing.bands == band
        page.formula(row, 3, how_many(layout.places, wanted), hits.sum(), style)
        page.sheet.write_number(row, 4, int(hits.sum()), style)
        for column, group in enumerate(groups, start=5):
            label = xl_rowcol_to_cell(layout.bands_row, column, row_abs=True)
            found = hits & (np.asarray(standing.groups) == group)
            page.formula(row, column, how_many(layout.places, wanted, layout.groups, label), found.sum(), style)


def _write_check(page: Page) -> None:
    layout, text = page.layout, page.text
    row, best, last = layout.unbanded_row + 1, layout.bands_row + 1, layout.unbanded_row - 1
    above, below = xl_range_abs(best, 1, last - 1, 1), xl_range_abs(best + 1, 1, last, 1)
    top, maximum = xl_rowcol_to_cell(best, 1), xl_rowcol_to_cell(layout.maximum_row, 1)
    right = text(N_("✓ each band begins at fewer points than the one above"))
    unsorted = quoted(text(N_("✗ each band must begin at fewer points than the one above")))
    high = quoted(text(N_("✗ nobody can reach the best band: it begins above the maximum")))
    ordered = f"IF(SUMPRODUCT(--({below}>={above}))>0,{unsorted},{quoted(right)})"
    page.words(row, 0, text(N_("Check")))
    page.formula(row, 1, f"=IF({top}>{maximum},{high},{ordered})", right, page.look.format())
    page.mark_wrong(row, 1, row, 1)
