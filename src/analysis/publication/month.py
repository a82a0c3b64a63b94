"""A month's publication, into staging: the province's report, the units', the annexes, and the pages around them."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from tqdm import tqdm

from analysis.criteria.rating import Evidence, gather
from analysis.documents.annex_workbook import write_workbook
from analysis.documents.draft_report import write_draft_report
from analysis.documents.open_data import write_open_data
from analysis.findings.report import Report, read_report
from analysis.language.texts import N_
from analysis.notebooks.batch import Made, make_pieces
from analysis.notebooks.notebook import load, parameter_names
from analysis.pages.citizen_pages import publish_citizens
from analysis.pages.front import publish_summary
from analysis.pages.page import publish_province
from analysis.pages.site import publish_site
from analysis.publication.criteria_reports import (
    KEY,
    criteria_for_nobody,
    criteria_in_force,
    criteria_pieces,
    write_criteria_documents,
)
from analysis.publication.fingerprints import documents_digest
from analysis.publication.order import CRITERIA, UNIT, Order
from analysis.publication.run_facts import Clock
from analysis.publication.unit_letters import write_letters
from analysis.publication.unit_reports import report_task, unit_pieces, wanted_codes
from analysis.storage.generations import Staging
from analysis.storage.places import CRITERIA as CRITERIA_PAGES
from analysis.storage.places import NOTEBOOKS, OPEN_DATA, UNITS, annexes
from analysis.storage.shelf import Shelf


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
    with clock.timed("citizens"):
        of_citizens = publish_citizens(new.folder, Path(parameters["processed"]), report)
    publish_summary(folder, report, of_citizens)
    with clock.timed("units"):
        further = {*order.further, *_published_before(order, report.month)}
        drafts = criteria_in_force(report) if CRITERIA in further else []
        evidence = gather(report, parameters["processed"]) if drafts else None
        made = _write_reports(order, further, parameters, report, evidence, folder, new.work)
        if CRITERIA in order.further:
            made = replace(made, left_out=[KEY + name for name in criteria_for_nobody(report)])
    units = made.part(is_unit)
    rated = bool(made.part(lambda key: not is_unit(key)).published)
    with clock.timed("documents"):
        shelf, digest = Shelf(new.work / "documents"), documents_digest(report, Path(parameters["processed"]))
        write_annexes(folder, report, shelf, digest)
        write_letters(folder, report, units.published, shelf)
        if evidence and (rated or CRITERIA in order.further):
            write_criteria_documents(folder, evidence, shelf, digest)
        shelf.forget_others()
    publish_province(executed["report"], folder, order.language, rated)
    publish_site(new.folder, folder, Path(parameters["processed"]), report, units.published, units.failed)
    return report.month, made


def is_unit(key: str) -> bool:
    """Whether a report's key is a unit's or a group's code."""
    return not key.startswith(KEY)


def _published_before(order: Order, month: str) -> set[str]:
    """The notebooks whose pages the month has: where nobody asks for them anew, those that still hold stay."""
    folders = {UNIT: UNITS, CRITERIA: CRITERIA_PAGES}
    there = {name for name, folder in folders.items() if any((order.reports / month / folder).glob("*.html"))}
    return {name for name in there if order.notebook(name).is_file()}


def _write_reports(
    order: Order,
    further: Collection[str],
    parameters: dict[str, Any],
    report: Report,
    evidence: Evidence | None,
    folder: Path,
    work: Path,
) -> Made:
    """The pages of the units that are asked for, and of the criteria; those of others that an earlier run made and that
    still hold.
    """
    if not further:
        return Made()
    names = [name for notebook in further for name in parameter_names(load(order.notebook(notebook)))]
    shared = {name: value for name, value in parameters.items() if name in names}
    task = report_task(shared, work / "pages", order.language, order.jobs)
    criteria = criteria_pieces(order.notebook(CRITERIA), evidence) if evidence else []
    pieces = [*criteria, *unit_pieces(report, Path(shared["processed"]), order.notebook(UNIT))]
    wanted = [piece.key for piece in criteria if CRITERIA in order.further] + wanted_codes(report, order.units)
    # On a terminal alone: a log of a scheduled run needs no bar.
    with tqdm(
        total=len(wanted),
        disable=None,
        leave=False,
        desc=order.language.text(N_("Reports of the units")),
        bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} {elapsed}",
    ) as progress:
        return make_pieces(task, pieces, wanted, folder, report.language, progress.update)


def _write_notebook(notebook: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # a link to the published one
    nbformat.write(notebook, path)


def write_annexes(folder: Path, report: Report, shelf: Shelf, digest: str) -> list[str]:
    """Write them into the month's folder; returns their names relative to it.

    The same report gives the same bytes: what did not change is not published anew. What says what it said is the one
    of the ``shelf``; ``digest`` is the report's, of ``documents_digest``.
    """
    workbook, draft = annexes(report.month)
    shelf.put(folder / workbook, digest, partial(write_workbook, report=report))
    shelf.put(folder / draft, digest, partial(write_draft_report, report=report))
    return [workbook, draft, *(f"{OPEN_DATA}/{name}" for name in write_open_data(folder / OPEN_DATA, report))]
