"""The day of an export, by which the sights of a dossier are told apart (contract §4)."""

import re
from contextlib import suppress
from datetime import date
from pathlib import Path

from analysis.exports.periods import TitleDays
from analysis.language.clock import local_day

FIRST, LAST = 1990, 2099  # years that a name may tell: a number of a document is no day
_SIGN = r"[-_. ]"
_FORMS = [
    re.compile(form)
    for form in (
        r"(?<!\d)(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:\d{4}(?:\d{2})?)?(?!\d)",
        r"(?<!\d)(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})(?:\d{4}(?:\d{2})?)?(?!\d)",
        rf"(?<!\d)(?P<year>\d{{4}}){_SIGN}(?P<month>\d{{1,2}}){_SIGN}(?P<day>\d{{1,2}})(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}}){_SIGN}(?P<month>\d{{1,2}}){_SIGN}(?P<year>\d{{4}})(?!\d)",
    )
]
LINE, NAME, PERIOD, MODIFIED = "line", "name", "period", "modified"  # what told of the day


def export_date(days: TitleDays, path: Path) -> tuple[date, str]:
    """Contract §4: a line above the table, else the file's name, else the period's end, else the file's date; and which
    of the four it was.
    """
    if days.exported:
        return days.exported, LINE
    if named := _date_in_name(path.stem):
        return named, NAME
    if days.period_end:
        return days.period_end, PERIOD
    try:
        return local_day(path.stat().st_mtime), MODIFIED
    except OSError:
        return date.min, MODIFIED


def _date_in_name(stem: str) -> date | None:
    """The last date in a file's name: year or day first, without signs or with them, a time behind it. The digits of a
    date are no other's.
    """
    found, place = None, 0
    while True:
        days = [(match, day) for form in _FORMS if (match := form.search(stem, place)) and (day := _real(match))]
        later = [form.search(stem, place) for form in _FORMS]
        if not days and not any(later):
            return found
        if days:
            match, found = min(days, key=lambda one: one[0].start())
            place = match.end()
        else:
            place = min(match.start() for match in later if match) + 1


def _real(match: re.Match[str]) -> date | None:
    with suppress(ValueError):
        day = date(*(int(match[part]) for part in ("year", "month", "day")))
        return day if FIRST <= day.year <= LAST else None
    return None
