"""A month is published whole or not at all: whichever of its writers fails, what was published before stands."""

import os
from collections.abc import Callable
from errno import ENOSPC
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.small_run import contents, small_project
from support.toy_notebooks import WORDS, write_toys

from analysis.language.problems import RunProblem
from analysis.notebooks.batch import Made
from analysis.publication import month, stages
from analysis.publication import run as whole
from analysis.publication.order import DRAFTS, STAGES, Order
from analysis.storage.generations import verify_generation

# All that the module calls to write something: who adds a writer has it walked with the others.
WRITERS = sorted(
    name
    for name in vars(month)
    if name.lstrip("_").startswith(("publish_", "write_")) and name not in {"write_month", "write_annexes"}
)


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    """A run whose stages and writers leave small files, published once."""
    monkeypatch.setattr(stages, "execute_stages", _write_tables)
    monkeypatch.setattr(month, "read_report", lambda *_: SimpleNamespace(month="2020-07", language=None))
    monkeypatch.setattr(month, "criteria_in_force", lambda report: ["a draft"])
    monkeypatch.setattr(month, "criteria_for_nobody", lambda report: ["another"])
    monkeypatch.setattr(month, "gather", lambda report, processed: SimpleNamespace(report=report))
    monkeypatch.setattr(month, "documents_digest", lambda *_: os.urandom(8).hex())  # each run has all to write
    for name in WRITERS:
        monkeypatch.setattr(month, name, partial(_write, name))
    project = small_project(tmp_path / "project")
    folders = (project.raw, project.home / "data/reference", project.processed, project.reports)
    made = Order(*folders, write_toys(project.home / "notebooks"), units=(DRAFTS,))
    whole.run(made)
    return made


def _write_tables(order: Order, stagings: Any, *_: Any) -> dict[str, Any]:
    for name in (name for stage in STAGES for name in stage.outputs):
        (stagings[0].folder / name).write_text(WORDS.get(name, name), encoding="utf-8")
    return {"report": {}}


def _write(writer: str, *given: Any, fail: Callable[[], None] = lambda: None, **_: Any) -> Any:
    """A file in the place of what a writer makes, at the path that it is given or below it."""
    path = next(value for value in given if isinstance(value, Path))
    path = path if path.suffix else path / f"{writer}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(os.urandom(8).hex(), encoding="utf-8")
    fail()
    return Made() if writer == "_write_reports" else []


def _disk_is_full() -> None:
    raise OSError(ENOSPC, os.strerror(ENOSPC))


@pytest.mark.parametrize("writer", WRITERS)
def test_a_writer_that_fails_leaves_the_month_that_was_published(
    order: Order, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    before = contents(order.processed), contents(order.reports)
    with monkeypatch.context() as patch:
        patch.setattr(month, writer, partial(_write, writer, fail=_disk_is_full))
        with pytest.raises(RunProblem, match="The disk is full"):
            whole.run(order)
    assert (contents(order.processed), contents(order.reports)) == before
    generations = [verify_generation(folder) for folder in (order.processed, order.reports)]
    whole.run(order)
    after = [verify_generation(folder) for folder in (order.processed, order.reports)]
    assert len({*generations, *after}) == 2, "one generation in both folders, then another"
    assert contents(order.reports).keys() == before[1].keys()
