"""Cleans exports on Spark's executors: the same function for each file, wherever there is a core for it.

Driver and executors must see the exports and the work folder under the same paths, and the executors need this package.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.worker import FileResult, Job, clean_files

_TASKS_OF_A_CORE = 4  # so that a core with small files takes over from one with large ones


def clean_on_executors(backend: Any, jobs: list[Job], lookups: Lookups, key: bytes) -> list[FileResult]:
    """As ``worker.clean_files``, in a few tasks for each core; ``backend`` is of Spark. Results in the jobs' order.

    On the executor, too, the file is read in a process apart: a bad one is quarantined and takes no executor with it.
    """
    context = backend._session.sparkContext
    knowledge = context.broadcast((lookups, key))  # travels once to each executor

    def clean(part: Iterator[Job]) -> list[FileResult]:
        known, secret = knowledge.value
        return clean_files(list(part), known, secret, workers=1)

    # An executor stands in another folder.
    resolved = [replace(job, path=job.path.resolve(), stem=job.stem.resolve()) for job in jobs]
    # Each task starts a process for its files, seconds before it reads the first.
    tasks = min(len(resolved), _TASKS_OF_A_CORE * context.defaultParallelism)
    results: list[FileResult] = context.parallelize(resolved, tasks).mapPartitions(clean).collect()
    return results
