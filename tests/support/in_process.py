"""Runs the cleaning, and what follows, inside the test's own process: fast, and no exception can hide in a worker."""

import json
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

from analysis.dossiers import counted, inspection, stage, statements
from analysis.dossiers.worker import FileResult, Job, clean_file
from analysis.duties.stage import make_duties
from analysis.language.problems import ExportProblem
from analysis.measures.attainment import make_attainment
from analysis.outlook.stage import make_outlook
from analysis.reference.tables import Reference


@contextmanager
def cleaning_in_this_process() -> Iterator[None]:
    """``clean_exports`` without its worker processes: what a worker raises is raised here."""
    with (
        patch.object(stage, "start_early", lambda: None),
        patch.object(stage, "clean_files", _clean_files),
        patch.object(statements, "apart", _apart),
        patch.object(counted, "asked", _asked),
    ):
        yield


@contextmanager
def looking_in_this_process() -> Iterator[None]:
    """``inspect`` without its worker processes."""
    with patch.object(inspection, "asked", _asked):
        yield


def tables_of(raw: Path, reference: Reference, processed: Path, as_of: str, published: Path | str = "") -> None:
    """What the stages before the report leave in ``processed``; ``published`` has the months before."""
    with cleaning_in_this_process():
        stage.clean_exports(raw, reference, processed, jobs=1)
    make_attainment(processed, reference, as_of=as_of)
    make_outlook(processed, reference, published=published)
    make_duties(processed, reference, raw=raw)


def figures_of(raw: Path, reference: Reference, folder: Path, as_of: str) -> list[tuple[object, ...]]:
    """Clean ``raw`` into ``folder`` and return the rows of its attainment."""
    with cleaning_in_this_process():
        stage.clean_exports(raw, reference, folder / "processed", folder / "work", jobs=1)
    table = make_attainment(folder / "processed", reference, as_of=as_of)
    return list(table.astype(str).itertuples(index=False, name=None))


def _clean_files(jobs: list[Job], lookups: object, key: bytes, workers: int) -> list[FileResult]:
    results = []
    for job in jobs:
        result = clean_file(job, lookups, key)  # type: ignore[arg-type]
        json.dumps(asdict(result))  # a worker's result must be able to travel
        results.append(result)
    return results


def _asked(tasks: list[Any], lookups: object, workers: int) -> list[Any]:
    answers = []
    for task in tasks:
        try:
            answers.append(pickle.loads(pickle.dumps(_apart(task, lookups))))  # as it travels
        except ExportProblem as problem:
            answers.append(problem)
    return answers


def _apart(task: Any, lookups: object) -> Any:
    return task(lookups, b"")
