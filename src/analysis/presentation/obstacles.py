"""Sentences on what stands in the way (khó khăn, vướng mắc): what units state, and what dates and statuses show."""

from collections.abc import Iterator
from fractions import Fraction

import pandas as pd

from analysis.findings.obstacles import Stated, stated
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.outlook.comparison import ABOVE
from analysis.outlook.delays import LATE, REFUSED, SUPPLEMENT

MOST_STATED = 20  # statements that a report quotes, the newest first; the others are counted
_MOST_UNITS = 5
_INDICATORS = {
    LATE: N_("Late dossiers: {numerator} of {denominator} with a due date ({share})."),
    SUPPLEMENT: N_("Dossiers for which a supplement was asked: {numerator} of {denominator} ({share})."),
    REFUSED: N_("Dossiers refused: {numerator} of {denominator} ({share})."),
}


def quoted(report: Report, most: int = MOST_STATED) -> tuple[list[tuple[str, str]], int]:
    """(who and when, what) of the newest statements up to the report's month; how many more there are."""
    found = stated(report, report.reference.units["unit_code"])
    month = report.language.month
    shown = [(f"{one.unit_name} ({month(one.month)}):", _with_category(one)) for one in found[:most]]
    return shown, max(len(found) - most, 0)


def shown_by_data(report: Report) -> Iterator[str]:
    """Late, supplemented and refused dossiers of all units, and the departments and districts far above their tier."""
    language, rows = report.language, report.outlook["delays"]
    for indicator, template in _INDICATORS.items():
        of_indicator = rows[rows["indicator"] == indicator]
        hit, whole = int(of_indicator["numerator"].sum()), int(of_indicator["denominator"].sum())
        words = language.text(
            template,
            numerator=language.number(hit),
            denominator=language.number(whole),
            share=language.percent(Fraction(hit, whole) if whole else None),
        )
        above = _above(of_indicator)
        if above:
            named = "; ".join(f"{name} ({language.percent(value)})" for name, value in above)
            words += " " + language.text(N_("Above their tier by more than chance: {units}."), units=named)
        yield words


def _above(rows: pd.DataFrame) -> list[tuple[str, Fraction]]:
    """Communes answer to their district and are not named by the province."""
    high = rows[(rows["verdict"] == ABOVE) & (rows["tier"] != "commune")]
    high = high.sort_values(["value", "unit_code"], ascending=[False, True]).head(_MOST_UNITS)
    return [(row.unit_name, Fraction(row.numerator, row.denominator)) for row in high.itertuples(index=False)]


def _with_category(one: Stated) -> str:
    return f"[{one.category}] {one.text}" if one.category else one.text
