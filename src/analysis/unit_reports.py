"""The reports of units and groups: one notebook, executed for each."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import N_
from analysis.executions import Piece, Task, forget_others, make_pieces
from analysis.figures import PROVINCE, Report
from analysis.fingerprints import fingerprints
from analysis.order import ALL, NONE
from analysis.places import unit_page
from analysis.run_facts import Made


def wanted_codes(report: Report, units: Sequence[str]) -> list[str]:
    """The codes that ``--units`` asks for: ``all``, ``none``, or codes of units and groups."""
    if NONE in units:
        return []
    known = [code for code in report.names if code != PROVINCE]
    return known if ALL in units else [code for code in known if code in units]


def unit_pieces(task: Task, report: Report) -> list[Piece]:
    """The report of every unit and group; a piece's key is the code."""
    prints = fingerprints(report, Path(task.parameters["processed"]), task.notebook)
    return [
        Piece(code, digest, task.notebook, {"unit": code}, _title(report, code), unit_page(code))
        for code, digest in prints.items()
    ]


def make_unit_reports(
    task: Task, report: Report, units: Sequence[str], month_folder: Path, advance: Callable[[int], Any]
) -> Made:
    """Write the pages of the wanted units into ``month_folder``; those of others too where an earlier one still holds.

    ``advance`` is told of finished reports. One that fails is in the result and stops no other.
    """
    wanted = wanted_codes(report, units)
    if not wanted:
        return Made()
    pieces = unit_pieces(task, report)
    made = make_pieces(task, pieces, wanted, month_folder, report.language, advance)
    if ALL in units and not made.failed:
        forget_others(task, pieces)
    return made


def _title(report: Report, code: str) -> str:
    """What a browser's tab says: ``Sở Xây dựng – dịch vụ công trực tuyến, tháng 9/2020``."""
    month = report.language.month(report.month)
    return report.language.text(N_("{unit} – online public services, {month}"), unit=report.names[code], month=month)
