"""The day of an export, by which the sights of a dossier are told apart (contract §4)."""

import re
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from analysis.dossiers.worker import FileResult
from analysis.exports.moments import LOCAL

FIRST, LAST = 1990, 2099  # years that a name may tell: a number of a document is no day
_YEAR_FIRST = r"(?P<year>\d{4})%s(?P<month>\d{2})%s(?P<day>\d{2})"
_DAY_FIRST = r"(?P<day>\d{1,2})%s(?P<month>\d{1,2})%s(?P<year>\d{4})"
_FORMS = [
    re.compile(form)
    for form in (
        rf"(?<!\d){_YEAR_FIRST % ('', '')}(?:\d{{4}}(?:\d{{2}})?)?(?!\d)",
        rf"(?<!\d){_DAY_FIRST.replace('{1,2}', '{2}') % ('', '')}(?:\d{{4}}(?:\d{{2}})?)?(?!\d)",
        rf"(?<!\d){_YEAR_FIRST % ('[-_. ]', '[-_. ]')}(?!\d)",
        rf"(?<!\d){_DAY_FIRST % ('[-_. ]', '[-_. ]')}(?!\d)",
    )
]
LINE, NAME, PERIOD, MODIFIED = "line", "name", "period", "modified"  # what told of the day


def export_date(result: FileResult, path: Path) -> tuple[date, str]:
    """Contract §4: a line above the table, else the file's name, else the period's end, else the file's date; and which
    of the four it was.
    """
    if result.export_date:
        return date.fromisoformat(result.export_date), LINE
    if named := _date_in_name(path.stem):
        return named, NAME
    if result.period_end:
        return date.fromisoformat(result.period_end), PERIOD
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, LOCAL).date(), MODIFIED
    except OSError:
        return date.min, MODIFIED


def _date_in_name(stem: str) -> date | None:
    """The last date in a file's name: year or day first, without signs or with them, a time behind it."""
    found: tuple[int, date] | None = None
    for form in _FORMS:
        for match in form.finditer(stem):
            with suppress(ValueError):
                day = date(*(int(match[part]) for part in ("year", "month", "day")))
                if FIRST <= day.year <= LAST and (found is None or match.start() >= found[0]):
                    found = (match.start(), day)
    return found[1] if found else None
