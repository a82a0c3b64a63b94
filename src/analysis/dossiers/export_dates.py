"""The day of an export, by which the sights of a dossier are told apart (contract §4)."""

import re
from datetime import date, datetime
from pathlib import Path

from analysis.dossiers.worker import FileResult
from analysis.exports.moments import LOCAL


def export_date(result: FileResult, path: Path) -> date:
    """Contract §4: a line above the table, else the file's name, else the period's end, else the file's date."""
    if result.export_date:
        return date.fromisoformat(result.export_date)
    if named := _date_in_name(path.stem):
        return named
    if result.period_end:
        return date.fromisoformat(result.period_end)
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, LOCAL).date()
    except OSError:
        return date.min


def _date_in_name(stem: str) -> date | None:
    pattern = r"(?<!\d)(?:(\d{4})(\d{2})(\d{2})|(\d{4})-(\d{2})-(\d{2})|(\d{2})-(\d{2})-(\d{4}))(?!\d)"
    found = None
    for y1, m1, d1, y2, m2, d2, d3, m3, y3 in re.findall(pattern, stem):
        try:
            found = date(int(y1 or y2 or y3), int(m1 or m2 or m3), int(d1 or d2 or d3))
        except ValueError:
            continue
    return found
