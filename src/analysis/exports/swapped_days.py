"""Whether a spreadsheet took the days of a column for American ones, as far as it shows."""

import re

import pyarrow as pa

from analysis.exports.glances import has_byte
from analysis.exports.masks import matches

_MONTHS = 5  # in which a day stands, alone
_CLOCK = r" \d{2}:\d{2}:\d{2}$"  # of a true day, as it comes from a workbook
_TELLING = 3  # true days, before their never being late in a month says something


def swapped(name: str, days: pa.Array) -> bool:
    """Whether some days of a column have day and month changed about, as far as it shows."""
    return half_swapped(days) or (name == "received_at" and _one_day_of_many_months(days))


def half_swapped(days: pa.Array) -> bool:
    """Whether a spreadsheet with American settings read those days that it could: true days, which come as ISO text,
    never above the 12th, beside days as text, of which some are.
    """
    if not has_byte(days, ord("/")) or matches(days, rf"^\d{{4}}-\d{{2}}-(?:1[3-9]|[23]\d){_CLOCK}").any():
        return False
    true_days = matches(days, rf"^\d{{4}}-\d{{2}}-\d{{2}}{_CLOCK}")
    return bool(true_days.sum() >= _TELLING and matches(days, r"^(?:1[3-9]|[23]\d)/\d{1,2}/\d{4}").any())


def _one_day_of_many_months(days: pa.Array) -> bool:
    """9/1/2020, 9/2/2020, 9/3/2020, …: nothing is received on the ninth of each month alone."""
    texts = {text for text in days.unique().to_pylist() if text}
    found = [re.match(r"(\d{1,2})/(\d{1,2})/\d{4}(?!\d)", text) for text in texts]
    pairs = {(int(one[1]), int(one[2])) for one in found if one}
    return all(found) and len(pairs) >= _MONTHS and len({day for day, _ in pairs}) == 1
