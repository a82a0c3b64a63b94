"""A run in which nothing changed does nothing and says the same; whatever could decide a figure has it made again."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.small_run import SmallProject, contents, small_project
from support.toy_notebooks import WORDS, add_cell, write_toys

from analysis.language.texts import Language
from analysis.notebooks.batch import Made
from analysis.publication import ingredients, run, stages, standing
from analysis.publication.order import STAGES, Order
from analysis.storage.contents import marks

LEDGER = "file,sha256,status,export_date,read,accepted,rejected,superseded\n"
ROW = f"xuat.csv,{'0' * 64},accepted,2020-07-31,7,7,0,0\n"


class Toys:
    """A project whose stages leave small files at once; ``runs`` counts how often they were asked."""

    def __init__(self, home: Path) -> None:
        self.project: SmallProject = small_project(home)
        self.runs = 0
        self.words = {**WORDS, "files.csv": LEDGER + ROW}
        folders = (self.project.raw, home / "data/reference", self.project.processed, self.project.reports)
        self.order = Order(*folders, write_toys(home / "notebooks"), until="attainment")

    def stages(self, order: Order, stagings: Any, *_: Any) -> dict[str, Any]:
        self.runs += 1
        for name in (name for stage in STAGES[:2] for name in stage.outputs):
            (stagings[0].folder / name).write_text(self.words.get(name, name), encoding="utf-8")
        return {}

    @property
    def export(self) -> Path:
        return self.project.raw / "xuat-20200731.csv"

    @property
    def published(self) -> Path:
        return self.order.processed / "attainment.csv"


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toys:
    """After one run."""
    made = Toys(tmp_path / "project")
    monkeypatch.setattr(stages, "execute_stages", made.stages)
    monkeypatch.setattr(ingredients, "_PACKAGE", made.project.elsewhere)
    (made.project.elsewhere / "module.py").touch()
    run.run(made.order)
    return made


def _keep_size_and_time(path: Path) -> None:
    """Another byte, and nothing else that a listing shows."""
    state, old = path.stat(), path.read_bytes()
    path.write_bytes(old[:-2] + bytes([old[-2] ^ 1]) + old[-1:])
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (state.st_size, state.st_mtime_ns)


def test_the_second_run_touches_nothing_and_comes_to_the_same(toys: Toys) -> None:
    before, there = contents(toys.project.home), marks(toys.project.home)
    again = run.run(toys.order)
    assert toys.runs == 1
    assert not again.anew
    assert (contents(toys.project.home), marks(toys.project.home)) == (before, there)
    (toys.order.processed / "mine.txt").touch()
    anew = run.run(toys.order)
    assert replace(anew, seconds=again.seconds, anew=False) == again


CHANGES: dict[str, Callable[[Toys], Any]] = {
    "a byte of an export": lambda toys: _keep_size_and_time(toys.export),
    "an export's day of change": lambda toys: os.utime(toys.export, (1_600_000_000, 1_600_000_000)),
    "an export's name": lambda toys: toys.export.rename(toys.export.with_name("xuat-20200801.csv")),
    "a further file": lambda toys: (toys.project.raw / "nhat-ky.log").touch(),
    "a line of the reference": lambda toys: _keep_size_and_time(toys.order.reference / "units.csv"),
    "a file of the reference": lambda toys: (toys.order.reference / "successors.csv").touch(),
    "a cell": lambda toys: add_cell(toys.order.notebook("clean"), "1 + 1"),
    "the code": lambda toys: (toys.project.elsewhere / "module.py").write_text("1"),
    "a template": lambda toys: (toys.project.elsewhere / "page.html.j2").touch(),
    "a published file": lambda toys: _keep_size_and_time(toys.published),
    "a published file that is gone": lambda toys: toys.published.unlink(),
    "a further published file": lambda toys: (toys.order.processed / "mine.txt").touch(),
    "an earlier publication": lambda toys: (
        (toys.order.reports / "2020-06").mkdir(parents=True) or (toys.order.reports / "2020-06/index.html").touch()
    ),
    "what is remembered": lambda toys: (toys.order.processed.with_name(".processed.work") / "standing.json").unlink(),
    "what is remembered, cut": lambda toys: (
        toys.order.processed.with_name(".processed.work") / "standing.json"
    ).write_text('{"digest": '),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changed_has_the_run_made_again_once(toys: Toys, change: Callable[[Toys], Any]) -> None:
    change(toys)
    assert run.run(toys.order).anew
    assert not run.run(toys.order).anew
    assert toys.runs == 2


@pytest.mark.parametrize(
    "other",
    [
        {"decision": "766-qd-ubnd-2020"},
        {"as_of": "2020-07-31"},
        {"until": "clean"},
        {"units": ("none",)},
        {"language": Language("en")},
    ],
    ids=str,
)
def test_whoever_asks_for_something_else_gets_it_and_again_what_was_asked_before(
    toys: Toys, other: dict[str, Any]
) -> None:
    for order in (replace(toys.order, **other), toys.order):
        assert run.run(order).anew
        assert not run.run(order).anew
    assert run.run(replace(toys.order, jobs=1)).anew is False, "how many at once decides no figure"


def test_another_library_or_another_secret_has_the_run_made_again(
    toys: Toys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site/pandas-9.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    assert run.run(toys.order).anew
    monkeypatch.setattr(standing, "dossier_secret", lambda work: b"another")
    assert run.run(toys.order).anew
    assert not run.run(toys.order).anew


def test_a_run_that_was_cut_short_is_made_again(toys: Toys, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    # After it has published, and before.
    for module, name, order in (
        (run, "remember", replace(toys.order, as_of="2020-07-31")),
        (stages, "execute_stages", toys.order),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, interrupted)
            with pytest.raises(KeyboardInterrupt):
                run.run(order)
    assert run.run(toys.order).anew
    assert not run.run(toys.order).anew


def test_what_changed_while_a_run_was_at_work_is_not_remembered(toys: Toys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows whether it was read: set back afterwards, it must not be taken for what was."""
    before = toys.export.read_bytes()

    def changing(*given: Any) -> dict[str, Any]:
        toys.export.write_bytes(before + b"\n")
        return toys.stages(*given)

    toys.published.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(stages, "execute_stages", changing)
        assert run.run(toys.order).anew
    toys.export.write_bytes(before)
    assert run.run(toys.order).anew
    assert not run.run(toys.order).anew


@pytest.mark.parametrize(
    ("exported", "counts", "moves"),
    [("2020-07-31", "file\n", False), ("2021-03-09", "file\n", True), ("2020-07-31", "file\nso-lieu.xlsx\n", True)],
)
def test_another_day_decides_where_an_export_is_later_than_it(
    toys: Toys, monkeypatch: pytest.MonkeyPatch, exported: str, counts: str, moves: bool
) -> None:
    """What is later than today is left out, and what is later than its export too; counts tell up to today."""
    toys.words |= {"files.csv": LEDGER + ROW.replace("2020-07-31", exported), "counts_files.csv": counts}
    toys.published.unlink()
    for day, anew in ((date(2020, 8, 1), True), (date(2020, 8, 2), moves)):
        for module in (run, standing):
            monkeypatch.setattr(module, "today", lambda day=day: day)
        assert run.run(toys.order).anew is anew
        assert not run.run(toys.order).anew, "on the same day"


def test_what_a_run_would_say_but_once_is_not_remembered(toys: Toys, monkeypatch: pytest.MonkeyPatch) -> None:
    toys.words["clean.json"] = '{"doubts": [{"kind": "gone_files", "files": ["a.csv"], "details": []}]}'
    toys.published.unlink()
    assert [run.run(toys.order).anew for _ in range(2)] == [True, True]
    toys.words["clean.json"] = "{}"
    assert [run.run(toys.order).anew for _ in range(2)] == [True, False]
    whole = run.outcome_of
    failed = Made(failed={"H45.18": "it took too long"})
    monkeypatch.setattr(run, "outcome_of", lambda *given: replace(whole(*given), units=failed))
    toys.published.unlink()
    assert [run.run(toys.order).anew for _ in range(2)] == [True, True], "a report that failed is tried again"


def test_the_command_says_so_and_ends_with_the_same_code(toys: Toys) -> None:
    toys.words["files.csv"] += ROW.replace("accepted", "quarantined").replace("7,7", "0,0")
    toys.published.unlink()
    command = ("--until", "attainment")
    first, second, english = (
        toys.project.run_here(*command, *further, cwd=toys.project.home) for further in ([], [], ["--lang", "en"])
    )
    assert toys.runs == 3, "the first, and one in each language"
    assert {done.returncode for done in (first, second, english)} == {3}
    assert first.stdout.splitlines()[:-1] == second.stdout.splitlines()[:-1]
    assert second.stdout.splitlines()[-1].startswith("Không có gì thay đổi từ lần chạy trước")
    assert first.stderr == second.stderr != ""
    last = toys.project.run_here(*command, "--lang", "en", cwd=toys.project.home).stdout.splitlines()[-1]
    assert last == "Nothing has changed since the last run: what it published stands."
