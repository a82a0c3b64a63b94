"""Reads and cleans one export in a process of its own, so that a bad file can harm nothing else.

The process has bounded memory and time; what it made is kept under a key of everything that it
depends on, so an unchanged file is not cleaned twice.
"""

import hashlib
import json
import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.cleaning import DOSSIERS, Lookups, clean_table
from analysis.errors import N_, ExportProblem
from analysis.exports import read_tables
from analysis.formats import read_export
from analysis.writing import write_whole

MEMORY_LIMIT = 6 * 2**30  # bytes of address space; a hundred thousand rows need well under one GiB
TIME_LIMIT = 600.0  # seconds


@dataclass
class FileResult:
    """What became of one export, without its name: the same bytes under two names share it.

    ``problem`` is a template and its details when the file is quarantined. ``rejects`` are
    (sheet, row, reason, column, value); ``rows`` the valid rows in the Parquet file beside it.
    """

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
    rejects: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    problem: tuple[str, dict[str, Any]] | None = None


@dataclass(frozen=True)
class Job:
    """One file to clean into ``stem`` + ``.parquet`` and ``.json``."""

    path: Path
    stem: Path


def clean_files(jobs: list[Job], lookups: Lookups, key: bytes, workers: int) -> "list[FileResult]":
    """Clean each job's file in its own process, ``workers`` at a time; results in the jobs' order."""
    context = _context()
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        return list(pool.map(lambda job: _in_process(context, job, lookups, key), jobs))


def cached(stem: Path) -> FileResult | None:
    """The kept result of an earlier run, or None."""
    with suppress(OSError, ValueError, TypeError):
        content = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        if content["rows"] == 0 or stem.with_suffix(".parquet").is_file():
            return FileResult(**content)
    return None


@cache
def code_version() -> str:
    """A digest of the code that a cleaned file depends on."""
    digest = hashlib.sha256()
    for module in sorted(files("analysis").iterdir(), key=lambda entry: entry.name):
        if module.name.endswith(".py"):
            digest.update(module.read_bytes())
    return digest.hexdigest()


def clean_file(job: Job, lookups: Lookups, key: bytes) -> FileResult:
    """Read and clean one file in this process; a file that cannot be used gives a result with a problem."""
    result = FileResult()
    try:
        export = read_export(job.path)
        result.format, result.encoding = export.format, export.encoding
        tables = read_tables(export, lookups.vocabulary)
    except ExportProblem as problem:
        result.problem = (problem.template, {name: str(value) for name, value in problem.details.items()})
        return result
    result.export_date = tables.export_date.isoformat() if tables.export_date else None
    result.period_end = tables.period_end.isoformat() if tables.period_end else None
    result.synthetic = tables.synthetic
    parts = []
    order = {sheet.name: number for number, sheet in enumerate(export.sheets)}
    for table in tables.tables:
        cleaned = clean_table(table, order[table.sheet], lookups, key)
        parts.append(cleaned.dossiers)
        result.read += cleaned.read
        result.rejects += cleaned.rejects
        result.skipped_lines += table.skipped_lines
        result.sheets.append(table.sheet)
        result.headings |= table.headings
    dossiers = pa.concat_tables(parts) if parts else DOSSIERS.empty_table()
    result.rows = dossiers.num_rows
    write_whole(job.stem.with_suffix(".parquet"), lambda path: pq.write_table(dossiers, path, compression="lz4"))
    return result


def _in_process(context: Any, job: Job, lookups: Lookups, key: bytes) -> FileResult:
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, job, lookups, key), daemon=True)
    process.start()
    sender.close()
    result = FileResult()
    try:
        if not receiver.poll(TIME_LIMIT):
            result.problem = (
                N_("reading took longer than {seconds} s. Export a shorter period."),
                {"seconds": f"{TIME_LIMIT:.0f}"},
            )
        else:
            result = receiver.recv()
    except EOFError:
        result.problem = (
            N_("the reader gave up on this file (memory or a broken file). Save it anew as .xlsx or .csv."),
            {},
        )
    finally:
        process.kill()
        process.join()
        receiver.close()
    write_whole(
        job.stem.with_suffix(".json"), lambda path: path.write_text(json.dumps(asdict(result)), encoding="utf-8")
    )
    return result


def _work(sender: Connection, job: Job, lookups: Lookups, key: bytes) -> None:
    _limit_memory()
    try:
        result = clean_file(job, lookups, key)
    except MemoryError:
        os._exit(1)
    sender.send(result)
    sender.close()


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # no `resource` on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def _context() -> Any:
    """A server process with the libraries loaded forks each worker; where it cannot, workers start anew."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["analysis.worker", "fastexcel"])
        return context
    return multiprocessing.get_context("spawn")
