"""The annexes of a month's publication: a workbook, a draft report and open data, of the same figures as the pages."""

from pathlib import Path

from analysis.annex_workbook import write_workbook
from analysis.draft_report import write_draft_report
from analysis.figures import Report
from analysis.open_data import write_open_data
from analysis.places import OPEN_DATA, annexes


def write_annexes(folder: Path, report: Report) -> list[str]:
    """Write them into the month's folder; returns their names relative to it.

    The same report gives the same bytes: what did not change is not published anew.
    """
    workbook, draft = annexes(report.month)
    write_workbook(folder / workbook, report)
    write_draft_report(folder / draft, report)
    return [workbook, draft, *(f"{OPEN_DATA}/{name}" for name in write_open_data(folder / OPEN_DATA, report))]
