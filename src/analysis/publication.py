"""A month's publication, into staging: the province's report, the units', the annexes, and the pages around them."""

from pathlib import Path
from typing import Any

import nbformat
from tqdm import tqdm

from analysis.annexes import write_annexes
from analysis.criteria.rating import Evidence, gather
from analysis.criteria.reports import (
    KEY,
    criteria_in_force,
    criteria_pieces,
    write_criteria_documents,
)
from analysis.errors import N_
from analysis.executions import Task, forget_others, make_pieces
from analysis.figures import Report, read_report
from analysis.generation import Staging
from analysis.notebook import load, parameter_names
from analysis.order import ALL, CRITERIA, UNIT, Order
from analysis.places import NOTEBOOKS, PROVINCE_PAGE
from analysis.publishing import publish_report, publish_summary
from analysis.run_facts import Clock, Made
from analysis.site import publish_site
from analysis.unit_reports import unit_pieces, wanted_codes


def write_month(
    order: Order, parameters: dict[str, Any], new: Staging, executed: dict[str, Any], clock: Clock
) -> tuple[str, Made]:
    """Write the month's folder and the index; returns the month and what became of the reports of units and criteria.

    ``parameters`` are those of the notebooks, ``executed`` the stages' notebooks.
    """
    report = read_report(parameters["processed"], order.reference, order.language)
    folder = new.folder / report.month
    for name, notebook in executed.items():
        _write_notebook(notebook, folder / NOTEBOOKS / f"{name}.ipynb")
    publish_summary(folder, report)
    with clock.timed("units"):
        evidence = gather(report, parameters["processed"]) if criteria_in_force(report) else None
        made = _write_reports(order, parameters, report, evidence, folder, new.work)
    with clock.timed("documents"):
        write_annexes(folder, report)
        if evidence:
            write_criteria_documents(folder, evidence)
    units = made.part(is_unit)
    rated = bool(made.part(lambda key: not is_unit(key)).published)
    publish_report(executed["report"], folder / PROVINCE_PAGE, order.language, criteria=rated)
    publish_site(new.folder, folder, Path(parameters["processed"]), report, units.published, units.failed)
    return report.month, made


def is_unit(key: str) -> bool:
    """Whether a report's key is a unit's or a group's code."""
    return not key.startswith(KEY)


def _write_reports(
    order: Order, parameters: dict[str, Any], report: Report, evidence: Evidence | None, folder: Path, work: Path
) -> Made:
    """The pages of the units that are asked for, and of the criteria."""
    notebook, of_criteria = order.notebook(UNIT), order.notebook(CRITERIA)
    names = parameter_names(load(notebook)) + parameter_names(load(of_criteria))
    shared = {name: value for name, value in parameters.items() if name in names}
    task = Task(notebook, shared, cache=work / "pages", jobs=order.jobs)
    criteria = criteria_pieces(of_criteria, evidence) if evidence else []
    wanted = [piece.key for piece in criteria] + wanted_codes(report, order.units)
    if not wanted:
        return Made()
    pieces = [*criteria, *(unit_pieces(task, report) if order.reports_units else [])]
    # On a terminal alone: a log of a scheduled run needs no bar.
    with tqdm(
        total=len(wanted),
        disable=None,
        leave=False,
        desc=order.language.text(N_("Reports of the units")),
        bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} {elapsed}",
    ) as progress:
        made = make_pieces(task, pieces, wanted, folder, report.language, progress.update)
    if ALL in order.units and not made.failed:
        forget_others(task, pieces)
    return made


def _write_notebook(notebook: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # a link to the published one
    nbformat.write(notebook, path)
