"""A run killed at any moment leaves one complete generation, the next run works, and nothing stays behind.

That publishing holds at each of its system calls is in tests/storage/test_generations.py; here whole runs die, most of
them of toy notebooks, which end as real ones do and are made in seconds. The real report is killed with
``DVCTT_CAMPAIGN`` alone: that none of its processes outlives it, is in tests/notebooks/test_fork_engine.py, too.
"""

import os
import random
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.folders import read_csv, write_export
from support.small_run import PATIENCE, SmallProject, small_project
from support.toy_notebooks import add_cell, write_toys
from support.worked_example import AS_OF, DOSSIERS

from analysis.language.problems import RunProblem
from analysis.storage.generations import verify_generation

MARK = "DVCTT_TEST_RUN"
FIRST_CHANGE = 0.05  # seconds after the start: earlier than any writing
GRACE = 300.0  # seconds that the kernels and workers of a killed run have to end by themselves; they need one or two

pytestmark = pytest.mark.slow
TIMES = int(os.environ.get("DVCTT_CAMPAIGN", "1"))  # more kills, as tests/whole/test_campaign.py
needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")


def _small(home: Path) -> SmallProject:
    """The real notebooks; without criteria, whose pages are made as the units' are and take most of such a run."""
    project = small_project(home)
    (home / "data/reference/criteria").mkdir()
    return project


def _toys(home: Path) -> SmallProject:
    project = small_project(home)
    write_toys(project.elsewhere / "notebooks")
    return project


def _start(project: SmallProject, stage: str, mark: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*project.command, "--until", stage, "--as-of", AS_OF.isoformat()],
        cwd=project.elsewhere,
        env=os.environ | {MARK: mark},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _change_exports(project: SmallProject, number: int) -> None:
    """Other exports each time: the generations differ, and the cache does not make all runs alike."""
    write_export(project.raw / "xuat-20200731.csv", [*DOSSIERS, {**DOSSIERS[0], "dossier_id": f"MORE-{number}"}])


def _published(project: SmallProject, stage: str) -> Iterator[Path]:
    yield project.processed
    if stage == "report":
        yield project.reports


def _alive(mark: str) -> list[int]:
    """The processes that carry the mark in their environment, without zombies."""
    wanted, found = f"{MARK}={mark}".encode(), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:  # it has ended, or is another user's
                continue
    return found


def _wait_for_end(mark: str) -> list[int]:
    deadline = time.monotonic() + GRACE
    while (left := _alive(mark)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


@needs_proc
@pytest.mark.parametrize(
    ("make", "stage", "kills"),
    [(_toys, "attainment", 8 * TIMES), (_small, "report" if TIMES > 1 else "attainment", TIMES)],
    ids=["toys", "the real notebooks"],
)
def test_a_killed_run_leaves_one_generation_and_no_process(
    tmp_path: Path, make: Callable[[Path], SmallProject], stage: str, kills: int
) -> None:
    project = make(tmp_path / "project")
    begun = time.monotonic()
    assert _start(project, stage, "first").wait() == 0
    whole = time.monotonic() - begun
    for folder in _published(project, stage):
        verify_generation(folder)
    chance, killed, tries = random.Random(766), 0, 0
    while killed < kills:
        tries += 1
        assert tries < 8 * kills, f"only {killed} of {tries} kills hit a run at work"
        _change_exports(project, tries)
        mark = uuid.uuid4().hex
        begun = time.monotonic()
        run = _start(project, stage, mark)
        # Half of the kills fall in the last fifth, where files are published.
        share = chance.uniform(0.8, 1) if tries % 2 else chance.uniform(0, 0.8)
        try:
            run.wait(timeout=max(FIRST_CHANGE, share * whole))
            whole = time.monotonic() - begun  # it was faster than thought
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.wait()
            killed += 1
        for folder in _published(project, stage):
            verify_generation(folder)
        left = _wait_for_end(mark)
        assert left == [], f"kill {tries} at {share:.2f}: processes {left} outlived their run"
    generations = {folder: verify_generation(folder) for folder in _published(project, stage)}
    _change_exports(project, 0)
    assert _start(project, stage, "last").wait() == 0, "the next run works"
    for folder, generation in generations.items():
        assert verify_generation(folder) != generation
        assert list(folder.with_name(f".{folder.name}.work").glob("staging-*")) == []
    (file,) = read_csv(project.processed / "files.csv")
    assert file["accepted"] == "8" or make is _toys


@needs_proc
@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_so_and_leaves_everything(tmp_path: Path, end: signal.Signals, code: int) -> None:
    project = _toys(tmp_path / "project")
    begun = tmp_path / "begun"
    endless = f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\nwhile True:\n    time.sleep(1)"
    add_cell(project.elsewhere / "notebooks/clean.ipynb", endless)
    mark = uuid.uuid4().hex
    run = subprocess.Popen(
        [*project.command, "--until", "attainment", "--lang", "en"],
        cwd=project.elsewhere,
        env=os.environ | {MARK: mark},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores it
    )
    while not begun.exists():  # at work, and never done
        assert run.poll() is None
        time.sleep(0.02)
    run.send_signal(end)
    _, told = run.communicate(timeout=PATIENCE)
    assert run.returncode == code
    assert told.splitlines() == ["dvctt: Interrupted. What was published before stands."]
    assert _wait_for_end(mark) == []
    assert list(project.home.rglob("staging-*")) == []
    with pytest.raises(RunProblem):
        verify_generation(project.processed)
