"""A month's publication, into staging: the province's report, the units', the annexes, and the pages around them."""

from pathlib import Path
from typing import Any

import nbformat
from tqdm import tqdm

from analysis.annexes import write_annexes
from analysis.errors import N_
from analysis.figures import Report, read_report
from analysis.generation import Staging
from analysis.notebook import load, parameter_names
from analysis.order import UNIT, Order
from analysis.places import NOTEBOOKS, PROVINCE_PAGE
from analysis.publishing import publish_report, publish_summary
from analysis.run_facts import Clock, Made
from analysis.site import publish_site
from analysis.unit_reports import Task, make_unit_reports, wanted_codes


def write_month(
    order: Order, parameters: dict[str, Any], new: Staging, executed: dict[str, Any], clock: Clock
) -> tuple[str, Made]:
    """Write the month's folder and the index; returns the month and what became of the units' reports.

    ``parameters`` are those of the notebooks, ``executed`` the stages' notebooks.
    """
    report = read_report(parameters["processed"], order.reference, order.language)
    folder = new.folder / report.month
    for name, notebook in executed.items():
        _write_notebook(notebook, folder / NOTEBOOKS / f"{name}.ipynb")
    publish_report(executed["report"], folder / PROVINCE_PAGE, order.language)
    publish_summary(folder, report)
    units = Made()
    if order.reports_units:
        with clock.timed("units"):
            units = _write_units(order, parameters, report, folder, new.work)
    write_annexes(folder, report)
    publish_site(new.folder, folder, Path(parameters["processed"]), report, units.published, units.failed)
    return report.month, units


def _write_units(order: Order, parameters: dict[str, Any], report: Report, folder: Path, work: Path) -> Made:
    notebook = order.notebook(UNIT)
    names = parameter_names(load(notebook))
    task = Task(
        notebook=notebook,
        parameters={name: value for name, value in parameters.items() if name in names},
        cache=work / "pages",
        jobs=order.jobs,
    )
    # On a terminal alone: a log of a scheduled run needs no bar.
    with tqdm(
        total=len(wanted_codes(report, order.units)),
        disable=None,
        leave=False,
        desc=order.language.text(N_("Reports of the units")),
        bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} {elapsed}",
    ) as progress:
        return make_unit_reports(task, report, order.units, folder, progress.update)


def _write_notebook(notebook: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # a link to the published one
    nbformat.write(notebook, path)
