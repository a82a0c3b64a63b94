"""Reads and cleans one export in a process of its own, so that a bad file can harm nothing else.

The process has bounded memory and time; what it made is kept under a key of everything that it
depends on, so an unchanged file is not cleaned twice.
"""

import gc
import json
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from traceback import extract_tb
from typing import Any, Protocol, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.dossiers.asking import Answers, Asked
from analysis.dossiers.cleaning import Reject, clean_table, tables_of
from analysis.dossiers.further_kinds import kind_of
from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.sights import SIGHTS_SCHEMA
from analysis.exports.encodings import UNKNOWN_ENCODING
from analysis.exports.filing import BY_PROXY, SUBMITTED_AT
from analysis.exports.legacy import LEGACY
from analysis.exports.periods import TitleDays
from analysis.exports.quoting import quoted
from analysis.exports.reading import CHANGED, read_export
from analysis.exports.tables import Tables
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.reference.keys import unit_key
from analysis.storage.forkserver import fork_context, start_server
from analysis.storage.memory import give_back, keep_little
from analysis.storage.writing import write_text, write_whole

KNOWN_UNITS = 0.95  # of the rows of a text in an old font (contract §3)
MOST_ROWS = 100  # with an unreadable byte that are named
MEMORY_LIMIT = 6 * 2**30  # bytes of address space, on a smaller machine less; 100.000 rows need well under one GiB
LEAST_MEMORY = 2 * 2**30  # the libraries alone take most of one
TIME_LIMIT, TIME_OF_MIB = 60.0, 5.0  # seconds, and for each MiB of the file: ten times what the slowest format takes
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)
_PRELOADED = ("__main__", "analysis.dossiers.worker", "fastexcel")


@dataclass
class FileResult:
    """What became of one export, without its name: the same bytes under two names share it.

    ``kind`` is that of a file that is no export (``further_kinds``), of which nothing else is told here. ``problem`` is
    a template and its details when the file is quarantined. ``rejects`` are
    (sheet, row, reason, column, value, unit); ``rows`` the valid rows in the Parquet file beside it. ``missing`` are
    known columns, ``unread`` headings, ``unreadable`` rows with a byte that is no letter, ``swapped`` columns whose
    days a spreadsheet took for American ones; ``tells_filing``: a column says how dossiers were filed; ``handling``:
    those that say how they were handled, as ``Cleaned`` has them. ``asked``: what it was told of spellings
    (``asking``).
    """

    kind: str = ""
    format: str = ""
    encoding: str = ""
    export_date: str | None = None
    period_end: str | None = None
    synthetic: bool = False
    sheets: list[str] = field(default_factory=list)
    read: int = 0
    rows: int = 0
    skipped_lines: int = 0
    headings: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    swapped: list[str] = field(default_factory=list)
    tells_filing: bool = False
    handling: dict[str, tuple[int, int]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    problem: tuple[str, dict[str, Any]] | None = None
    asked: Answers = field(default_factory=dict)

    @property
    def days(self) -> TitleDays:
        """What its titles say of its days."""
        exported, period = (date.fromisoformat(day) if day else None for day in (self.export_date, self.period_end))
        return TitleDays(exported, period)

    def tell(self, days: TitleDays) -> None:
        """Keep what its titles say of its days, as JSON can hold it."""
        self.export_date, self.period_end = (day.isoformat() if day else None for day in days)


class Task(Protocol[Result_co]):
    """What a process apart can be asked to do with a file; it must be able to travel there, and its result back."""

    @property
    def path(self) -> Path: ...

    def __call__(self, lookups: Lookups, key: bytes) -> Result_co: ...


@dataclass(frozen=True)
class Job:
    """One file to clean into ``stem`` + ``.parquet`` and ``.json``; ``sha256`` is what it was found to be."""

    path: Path
    stem: Path
    sha256: str = ""

    def __call__(self, lookups: Lookups, key: bytes) -> FileResult:
        return clean_file(self, lookups, key)


def start_early() -> None:
    """Let the server that forks the workers load its libraries while the caller still has other things to do."""
    start_server(_PRELOADED)


def clean_files(jobs: list[Job], lookups: Lookups, key: bytes, workers: int) -> list[FileResult]:
    """Clean each job's file in a process apart, ``workers`` at a time; results in the jobs' order."""
    crew = _Crew(lookups, key, jobs)
    try:
        with ThreadPoolExecutor(max_workers=max(1, min(workers, len(jobs)))) as pool:
            return list(pool.map(crew.clean, jobs))
    finally:
        crew.dismiss()


def asked(tasks: Sequence[Task[Result]], lookups: Lookups, workers: int) -> list[Result | ExportProblem]:
    """What each task returns in a process apart, or why it cannot; ``workers`` at a time, 0: one per core."""
    crew = _Crew(lookups, b"", tasks)

    def ask(task: Task[Result]) -> Result | ExportProblem:
        try:
            return crew.ask(task)
        except ExportProblem as problem:
            return problem

    try:
        with ThreadPoolExecutor(max_workers=max(1, min(workers or os.cpu_count() or 1, len(tasks)))) as pool:
            return list(pool.map(ask, tasks))
    finally:
        crew.dismiss()


def apart(task: Task[Result], lookups: Lookups) -> Result:
    """What a task returns in a process apart; raises ExportProblem where it cannot be done there."""
    crew = _Crew(lookups, b"", [task])
    try:
        return crew.ask(task)
    finally:
        crew.dismiss()


def size_of(path: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def cached(stem: Path) -> FileResult | None:
    """The kept result of an earlier run, or None."""
    with suppress(OSError, ValueError, TypeError):  # pyarrow's, of a file that was cut short, are ValueErrors
        result = FileResult(**json.loads(stem.with_suffix(".json").read_text(encoding="utf-8")))
        if result.problem or result.kind or pq.read_metadata(stem.with_suffix(".parquet")).num_rows == result.rows:
            return result
    return None


def clean_file(job: Job, lookups: Lookups, key: bytes) -> FileResult:
    """Read and clean one file in this process; a file that cannot be used gives a result with a problem.

    Raises ExportProblem for a file that is another by now: that says nothing of the one that it was.
    """
    asked = Asked(lookups, key)
    result, export, lookups = FileResult(asked=asked.answers), None, asked.lookups
    try:
        export = read_export(job.path, headings=lookups.vocabulary.headings)
        result.format, result.encoding = export.format, export.encoding
        tables = tables_of(export, lookups)
        if export.encoding in LEGACY:
            _check_units(tables, lookups)
    except ExportProblem as problem:
        if export and (kind := kind_of(export, lookups.vocabulary, lookups.kinds)):
            return FileResult(kind, export.format, export.encoding, asked=asked.answers)
        result.problem = (problem.template, {name: str(value) for name, value in problem.details.items()})
        return result
    if job.sha256 not in ("", export.sha256):
        raise ExportProblem(CHANGED)
    result.tell(tables.days)
    result.synthetic = tables.synthetic
    parts = []
    order = {sheet.name: number for number, sheet in enumerate(export.sheets)}
    del export  # and with it the cells that no table has
    give_back()
    for table in tables.tables:
        cleaned = clean_table(table, order[table.sheet], lookups, key)
        parts.append(cleaned.dossiers)
        result.read += cleaned.read
        result.rejects += cleaned.rejects
        result.skipped_lines += table.skipped_lines
        result.sheets.append(table.sheet)
        result.headings |= table.headings
        result.tells_filing |= not {SUBMITTED_AT, BY_PROXY}.isdisjoint(table.filing)
        for name, told in cleaned.handling.items():
            before = result.handling.get(name, (0, 0))
            result.handling[name] = (before[0] + told[0], before[1] + told[1])
        result.missing += [name for name in table.missing if name not in result.missing]
        result.unreadable += table.unreadable[: MOST_ROWS - len(result.unreadable)]
        result.swapped += [name for name in table.swapped if name not in result.swapped]
        result.unread += [heading for heading in table.unread if heading not in result.unread]
    result.rejects = _told(result.rejects, lookups)
    dossiers = pa.concat_tables(parts) if parts else SIGHTS_SCHEMA.empty_table()
    result.rows = dossiers.num_rows
    repeated = [name for name in SIGHTS_SCHEMA.names if name != "dossier_key"]  # a dictionary of keys would serve none
    write_whole(
        job.stem.with_suffix(".parquet"),
        lambda path: pq.write_table(dossiers, path, compression="lz4", use_dictionary=repeated),
    )
    return result


def _check_units(tables: Tables, lookups: Lookups) -> None:
    """Raise ExportProblem unless nearly all units of a text in an old font are known: then its letters are right."""
    units = [text for table in tables.tables for text in table.cells.column("unit").to_pylist() if text]
    known = sum(unit_key(text) in lookups.units for text in units)
    if known < KNOWN_UNITS * len(units):
        raise ExportProblem(UNKNOWN_ENCODING)


def _told(rejects: list[Reject], lookups: Lookups) -> list[Reject]:
    """The rejects with their values as far as these may be quoted."""
    often = Counter((column, value) for _, _, _, column, value, _ in rejects)
    return [
        (
            sheet,
            row,
            reason,
            column,
            quoted(column, value, lookups.words, often[column, value], lookups.vocabulary.surnames),
            unit,
        )
        for sheet, row, reason, column, value, unit in rejects
    ]


class _Crew:
    """Processes that clean one file after the other; one that dies or dawdles is replaced by a new one.

    Each calling thread has its own process. What the ``tasks`` need is loaded once for all.
    """

    def __init__(self, lookups: Lookups, key: bytes, tasks: Sequence[Task[Any]]) -> None:
        self._context = fork_context([*_PRELOADED, *(type(task).__module__ for task in tasks)])
        self._knowledge = (lookups, key)
        self._idle: list[_Worker] = []

    def clean(self, job: Job) -> FileResult:
        """The result of one file, also kept beside ``job.stem`` unless it may be another the next time."""
        try:
            result = self.ask(job)
        except ExportProblem as problem:
            return FileResult(problem=(problem.template, problem.details))
        write_text(job.stem.with_suffix(".json"), json.dumps(asdict(result)))
        return result

    def ask(self, task: Task[Result]) -> Result:
        """What a task returns; raises ExportProblem when it fails, dawdles or takes its process with it."""
        worker = self._idle.pop() if self._idle else _Worker(self._context, self._knowledge)
        seconds = TIME_LIMIT + TIME_OF_MIB * size_of(task.path) / 2**20
        try:
            result = worker.ask(task, seconds)
        except TimeoutError:
            worker.kill()
            raise ExportProblem(
                N_("reading took longer than {seconds} s. Export a shorter period."), seconds=f"{seconds:.0f}"
            ) from None
        except (EOFError, OSError):
            worker.kill()
            raise ExportProblem(
                N_("the reader gave up on this file (memory or a broken file). Save it anew as .xlsx or .csv.")
            ) from None
        self._idle.append(worker)
        if isinstance(result, ExportProblem):
            raise result
        return result

    def dismiss(self) -> None:
        """End the processes that are left."""
        while self._idle:
            self._idle.pop().kill()


class _Worker:
    """One process at the other end of a pipe: a task goes in, its result or problem comes out."""

    def __init__(self, context: Any, knowledge: tuple[Lookups, bytes]) -> None:
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, *knowledge), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, task: Task[Result], seconds: float) -> Result | ExportProblem:
        """Raises TimeoutError after ``seconds``, EOFError or OSError when the process died."""
        self._connection.send(task)
        if not self._connection.poll(seconds):
            raise TimeoutError
        result: Result | ExportProblem = self._connection.recv()
        return result

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self._connection.close()


def _work(tasks: Connection, lookups: Lookups, key: bytes) -> None:
    """A worker's life: do what comes until the other end closes; give up for good when memory runs out."""
    _limit_memory()
    _fall_silent()
    keep_little()
    gc.freeze()  # the libraries' objects live as long as the process; no collection need look at them
    with suppress(EOFError):
        while True:
            task = tasks.recv()
            try:
                result = task(lookups, key)
            except MemoryError:
                os._exit(1)
            except ExportProblem as problem:
                result = problem
            except Exception as error:  # a fault of ours; its own words may quote a cell, so they stay here
                place = extract_tb(error.__traceback__)[-1]
                stumbled = N_("the reader stumbled ({kind} at {place}). Save it anew as .xlsx or .csv; report this.")
                where = f"{Path(place.filename).name}:{place.lineno}"
                result = ExportProblem(stumbled, kind=type(error).__name__, place=where)
            tasks.send(result)
            give_back()  # the next file needs as much


def _fall_silent() -> None:
    """What libraries print past Python on their way down (calamine's panics) may quote a cell of the export."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path of ours
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # no `resource` on Windows
        import resource

        installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        limit = max(LEAST_MEMORY, min(MEMORY_LIMIT, installed // 2))
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
