"""The reports of units and groups: one notebook, executed for each by papermill, and its page.

A finished page is kept under the digest of all that it depends on, so that a run that was killed goes on where
it ended, and a later run makes only those anew whose figures changed.
"""

import os
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from analysis import charts
from analysis.errors import N_
from analysis.figures import PROVINCE, Report, read_report, trend
from analysis.fingerprints import fingerprints
from analysis.language import Language
from analysis.nursery import CAN_FORK, Nursery, report_modules
from analysis.order import ALL, NONE
from analysis.places import unit_page
from analysis.publishing import publish_report
from analysis.run_facts import Made
from analysis.writing import write_whole

LIMIT = 120.0  # seconds that one report may take


@dataclass(frozen=True)
class Task:
    """Where the reports come from and go to: ``parameters`` of the notebook but ``unit``, ``cache`` for finished pages.

    ``seconds`` limit each; ``jobs`` are made at once (0: one per core).
    """

    notebook: Path
    parameters: dict[str, Any]
    cache: Path
    jobs: int = 0
    seconds: float = LIMIT


def wanted_codes(report: Report, units: Sequence[str]) -> list[str]:
    """The codes that ``--units`` asks for: ``all``, ``none``, or codes of units and groups."""
    if NONE in units:
        return []
    known = [code for code in report.names if code != PROVINCE]
    return known if ALL in units else [code for code in known if code in units]


def make_unit_reports(
    task: Task, report: Report, units: Sequence[str], month_folder: Path, advance: Callable[[int], Any]
) -> Made:
    """Write the pages of the wanted units into ``month_folder``; those of others too where an earlier one still holds.

    ``advance`` is told of finished reports. One that fails is in the result and stops no other.
    """
    wanted = wanted_codes(report, units)
    if not wanted:
        return Made()
    task.cache.mkdir(parents=True, exist_ok=True)
    prints = fingerprints(report, Path(task.parameters["processed"]), task.notebook)
    pages = {code: task.cache / f"{digest}.html" for code, digest in prints.items()}
    kept = [code for code, page in pages.items() if page.is_file()]
    todo = [code for code in wanted if code not in set(kept)]
    advance(len(wanted) - len(todo))
    failed = {}
    with closing(_execute_all(task, todo, report.language)) as done:  # interrupted, it begins no other
        for code, executed in done:
            problem = _finish(executed, _title(report, code), pages[code], task, report.language)
            advance(1)
            if problem:
                failed[code] = problem
    made = [code for code in todo if code not in failed]
    for code in [*kept, *made]:
        _copy(pages[code], month_folder / unit_page(code))
    if ALL in units and not failed:
        _forget_others(task.cache, set(pages.values()))
    return Made(made, kept, failed)


def _execute_all(task: Task, codes: list[str], language: Language) -> Generator[tuple[str, "Future[Any]"], None, None]:
    """(code, executed notebook) as they are done, several at once."""
    jobs = min(task.jobs or os.cpu_count() or 1, len(codes))
    if not jobs:
        return
    with _nurseries(task, language, jobs) as idle, ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(_execute, task, code, idle): code for code in codes}
        try:
            for future in as_completed(running):
                yield running.pop(future), future
        finally:
            for future in running:
                future.cancel()


def _execute(task: Task, code: str, idle: "SimpleQueue[Nursery | None]") -> Any:
    """The executed notebook of one unit, by the engine ``dvctt``."""
    from papermill import execute_notebook

    nursery = idle.get()
    try:
        return execute_notebook(
            str(task.notebook).replace("{", "{{").replace("}", "}}"),  # papermill fills braces in paths
            None,
            {**task.parameters, "unit": code},
            engine_name="dvctt",
            progress_bar=False,
            request_save_on_cell_execute=False,
            nursery=nursery,
            seconds=task.seconds,
        )
    finally:
        idle.put(nursery)


def _finish(executed: "Future[Any]", title: str, page: Path, task: Task, language: Language) -> str:
    """Write the page; returns why there is none. What an error says may quote data: its kind is told, not its words."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill import PapermillExecutionError

    try:
        publish_report(executed.result(), page, language, title, "../")
        return ""
    except PapermillExecutionError as failed:
        return language.text(N_("cell {cell} failed ({kind})"), cell=failed.exec_count, kind=failed.ename)
    except CellTimeoutError:
        return language.text(N_("it took longer than {seconds} s"), seconds=language.number(task.seconds))
    except DeadKernelError:
        return language.text(N_("its process died, perhaps for want of memory"))


def _title(report: Report, code: str) -> str:
    """What a browser's tab says: ``Sở Xây dựng – dịch vụ công trực tuyến, tháng 9/2020``."""
    month = report.language.month(report.month)
    return report.language.text(N_("{unit} – online public services, {month}"), unit=report.names[code], month=month)


@contextmanager
def _nurseries(task: Task, language: Language, count: int) -> Iterator["SimpleQueue[Nursery | None]"]:
    """Interpreters that have libraries and tables loaded, as many as work at once."""
    idle: SimpleQueue[Nursery | None] = SimpleQueue()
    modules = report_modules(task.notebook)
    warm = partial(_warm, task.parameters["processed"], task.parameters["reference"], language)
    nurseries = [Nursery(modules, warm) for _ in range(count)] if CAN_FORK else []
    for place in range(count):
        idle.put(nurseries[place] if nurseries else None)
    try:
        yield idle
    finally:
        for nursery in nurseries:
            nursery.close()


def _warm(processed: str, reference: str, language: Language) -> None:
    """Read what all reports read, and draw once: fonts and templates are loaded by it."""
    report = read_report(processed, reference, language)
    target = report.decision.targets[0]
    charts.trends([(target, trend(report, target))], language)


def _copy(page: Path, target: Path) -> None:
    """The page at its place; no link, by which the published page could be mistaken for one of an earlier run."""
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, lambda path: shutil.copyfile(page, path))


def _forget_others(cache: Path, pages: set[Path]) -> None:
    for entry in cache.iterdir():
        if entry not in pages:
            with suppress(OSError):
                entry.unlink()
