"""Many reports, each a notebook that papermill executes and the page made of it.

A finished page is kept under the digest of all that it depends on, so that a run that was killed goes on where
it ended, and a later run makes only those anew whose figures changed.
"""

import os
import shutil
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from analysis.language.texts import N_, Language
from analysis.notebooks.executing import execute
from analysis.notebooks.forks import Nursery, Warm, modules_of
from analysis.storage.forkserver import CAN_FORK
from analysis.storage.writing import write_whole

LIMIT = 600.0  # seconds that one report may take: a second or two, but many on a machine that others use too


@dataclass(frozen=True)
class Task:
    """What many reports share: the ``parameters`` of their notebooks, and the ``cache`` for finished pages.

    ``publish`` makes the page at a path of an executed notebook and its title; ``warm``, which must be able to travel
    to another process, is called in each interpreter before the first. ``seconds`` limit each report; ``jobs`` are
    made at once (0: one per core).
    """

    parameters: dict[str, Any]
    cache: Path
    publish: Callable[[Any, Path, str], None]
    warm: Warm
    jobs: int = 0
    seconds: float = LIMIT


@dataclass(frozen=True)
class Piece:
    """One report: its ``key``, the digest of what it depends on, its notebook with the parameters that are its own,
    the title of its page and the page's place in the month's folder, one folder deep.
    """

    key: str
    digest: str
    notebook: Path
    parameters: dict[str, Any]
    title: str
    page: str


@dataclass(frozen=True)
class Made:
    """What became of reports, by code: made now, kept from an earlier run, failed with the reason, or left out because
    they would be about nobody.
    """

    made: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @property
    def published(self) -> list[str]:
        """The codes whose report is there."""
        return sorted([*self.made, *self.kept])

    def part(self, wanted: Callable[[str], bool]) -> "Made":
        """Of the codes that are ``wanted`` alone."""
        made, kept, left_out = (
            [code for code in codes if wanted(code)] for codes in (self.made, self.kept, self.left_out)
        )
        return Made(made, kept, {code: reason for code, reason in self.failed.items() if wanted(code)}, left_out)


def make_pieces(
    task: Task,
    pieces: Sequence[Piece],
    wanted: Collection[str],
    month_folder: Path,
    language: Language,
    advance: Callable[[int], Any],
) -> Made:
    """Write the pages of the ``wanted`` keys into ``month_folder``; those of others too where an earlier one holds.

    ``advance`` is told of finished reports. One that fails is in the result and stops no other. Where all were wanted
    and none failed, pages that were kept for others are forgotten.
    """
    task.cache.mkdir(parents=True, exist_ok=True)
    kept = [piece for piece in pieces if _page(task, piece).is_file()]
    known = {piece.key for piece in kept}
    todo = [piece for piece in pieces if piece.key in wanted and piece.key not in known]
    advance(len(wanted) - len(todo))
    failed = {}
    with closing(_execute_all(task, todo)) as done:  # interrupted, it begins no other
        for piece, executed in done:
            problem = _finish(executed, piece.title, _page(task, piece), task, language)
            advance(1)
            if problem:
                failed[piece.key] = problem
    made = [piece for piece in todo if piece.key not in failed]
    for piece in [*kept, *made]:
        _copy(_page(task, piece), month_folder / piece.page)
    if not failed and {piece.key for piece in pieces} <= {*wanted}:
        _forget_others(task, pieces)
    return Made([piece.key for piece in made], [piece.key for piece in kept], failed)


def _forget_others(task: Task, pieces: Sequence[Piece]) -> None:
    """Remove kept pages that no piece has any more."""
    pages = {_page(task, piece) for piece in pieces}
    for entry in task.cache.glob("*.html"):
        if entry not in pages:
            with suppress(OSError):
                entry.unlink()


def _page(task: Task, piece: Piece) -> Path:
    return task.cache / f"{piece.digest}.html"


def _execute_all(task: Task, pieces: Sequence[Piece]) -> Generator[tuple[Piece, "Future[Any]"], None, None]:
    """(piece, executed notebook) as they are done, several at once."""
    jobs = min(task.jobs or os.cpu_count() or 1, len(pieces))
    if not jobs:
        return
    notebooks = list(dict.fromkeys(piece.notebook for piece in pieces))
    with _nurseries(task, notebooks, jobs) as idle, ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(_execute, task, piece, idle): piece for piece in pieces}
        try:
            for future in as_completed(running):
                yield running.pop(future), future
        finally:
            for future in running:
                future.cancel()


def _execute(task: Task, piece: Piece, idle: "SimpleQueue[Nursery | None]") -> Any:
    """The executed notebook of one report, by the engine ``dvctt``."""
    nursery = idle.get()
    try:
        return execute(piece.notebook, {**task.parameters, **piece.parameters}, nursery, task.seconds)
    finally:
        idle.put(nursery)


def _finish(executed: "Future[Any]", title: str, page: Path, task: Task, language: Language) -> str:
    """Write the page; returns why there is none. What an error says may quote data: its kind is told, not its words."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill import PapermillExecutionError

    try:
        task.publish(executed.result(), page, title)
        return ""
    except PapermillExecutionError as failed:
        return language.text(N_("cell {cell} failed ({kind})"), cell=failed.exec_count, kind=failed.ename)
    except CellTimeoutError:
        return language.text(N_("it took longer than {seconds} s"), seconds=language.number(task.seconds))
    except DeadKernelError:
        return language.text(N_("its process died, perhaps for want of memory"))


@contextmanager
def _nurseries(task: Task, notebooks: Sequence[Path], count: int) -> Iterator["SimpleQueue[Nursery | None]"]:
    """Interpreters that have libraries and tables loaded, as many as work at once."""
    idle: SimpleQueue[Nursery | None] = SimpleQueue()
    nurseries = [Nursery(modules_of(notebooks), task.warm) for _ in range(count)] if CAN_FORK else []
    for place in range(count):
        idle.put(nurseries[place] if nurseries else None)
    try:
        yield idle
    finally:
        for nursery in nurseries:
            nursery.close()


def _copy(page: Path, target: Path) -> None:
    """The page at its place; no link, by which the published page could be mistaken for one of an earlier run."""
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, lambda path: shutil.copyfile(page, path))
