"""The files of a run replace the previous ones in one step or not at all, wherever it is cut short."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.cut_short import Work, failures, kills, needs_fork

from analysis.language.problems import Problem, RunProblem, UsageProblem
from analysis.storage import swap
from analysis.storage.generations import LEDGER, check_folder, publish, staging, verify_generation


def _publish(published: Path, **files: str) -> str:
    with staging(published, {"figures.csv"}) as new:
        for name, text in files.items():
            path = new.folder / name.replace("__", "/").replace("_csv", ".csv")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_text(text, encoding="utf-8")
        return publish([new], {"version": "test"})


def _write_half(path: Path) -> None:
    path.write_text("2", encoding="utf-8")
    raise ZeroDivisionError


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(params=["in one step", "file by file"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of switching; the second is what a mount point or another system gets."""
    if request.param == "file by file":
        monkeypatch.setattr(swap, "exchange", lambda one, other: False)
    return request.param


def test_a_new_generation_replaces_the_one_before(tmp_path: Path, way: str) -> None:
    published = tmp_path / "processed"
    first = _publish(published, figures_csv="1", more_csv="1")
    assert verify_generation(published) == first
    second = _publish(published, figures_csv="2")
    assert verify_generation(published) == second != first
    assert (published / "figures.csv").read_text(encoding="utf-8") == "2"
    assert _names(published) == {"figures.csv", LEDGER}, "what the new run did not make is gone"


def test_files_of_the_user_and_earlier_months_stay(tmp_path: Path, way: str) -> None:
    published = tmp_path / "reports"
    _publish(published, **{"2020-08__index_csv": "August", "figures_csv": "1"})
    (published / ".gitkeep").touch()
    (published / "note.txt").write_text("mine", encoding="utf-8")
    _publish(published, **{"2020-09__index_csv": "September", "figures_csv": "2"})
    assert _names(published) == {
        *("2020-08/index.csv", "2020-09/index.csv", "figures.csv"),
        *(".gitkeep", "note.txt", LEDGER),
    }
    verify_generation(published)


def test_a_month_that_is_made_anew_keeps_nothing_of_its_earlier_run(tmp_path: Path, way: str) -> None:
    published = tmp_path / "reports"
    _publish(published, **{"2020-09__old_csv": "1", "2020-09__index_csv": "1"})
    _publish(published, **{"2020-09__index_csv": "2"})
    assert _names(published) == {"2020-09/index.csv", LEDGER}
    verify_generation(published)


def test_an_output_that_was_a_folder_may_become_a_file_and_a_folder_again(tmp_path: Path, way: str) -> None:
    published = tmp_path / "processed"
    _publish(published, **{"figures_csv__part-0": "1", "figures_csv__part-1": "1"})
    assert _names(published) == {"figures.csv/part-0", "figures.csv/part-1", LEDGER}
    _publish(published, figures_csv="2")
    assert _names(published) == {"figures.csv", LEDGER}, "nothing of the folder stays"
    _publish(published, **{"figures_csv__part-0": "3"})
    assert _names(published) == {"figures.csv/part-0", LEDGER}
    verify_generation(published)


def test_a_failure_before_publication_leaves_everything_as_it_was(tmp_path: Path) -> None:
    published = tmp_path / "processed"
    first = _publish(published, figures_csv="1")
    with pytest.raises(ZeroDivisionError), staging(published, {"figures.csv"}) as new:
        _write_half(new.folder / "figures.csv")
    assert verify_generation(published) == first
    assert list((tmp_path / ".processed.work").glob("staging-*")) == []


@pytest.fixture(params=["fails", pytest.param("dies", marks=needs_fork)])
def cut(request: pytest.FixtureRequest) -> Callable[[Work, Path], Iterator[int]]:
    """What happens at one system call after the other: it fails, or the process is killed before it."""
    return {"fails": failures, "dies": kills}[request.param]


def _publish_run(home: Path, text: str) -> None:
    """A generation of two folders, as of a run with a report; all its files say ``text``."""
    with staging(home / "processed", {"figures.csv", "rows"}) as tables, staging(home / "reports", set()) as pages:
        for path in (
            tables.folder / "figures.csv",
            tables.folder / ("rows" if text == "old" else "rows/part-0"),  # of one engine a file, of another a folder
            tables.folder / f"{text}.csv",
            pages.folder / "index.html",
            pages.folder / "2020-09/index.html",
            pages.folder / f"2020-09/{text}.html",
        ):
            path.parent.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_text(text, encoding="utf-8")
        publish([tables, pages], {})


def _told(folder: Path) -> set[str]:
    """What the files of a whole generation say."""
    verify_generation(folder)
    names = json.loads((folder / LEDGER).read_text(encoding="utf-8"))["files"]
    return {(folder / name).read_text(encoding="utf-8") for name in names}


def test_cut_short_at_any_call_it_leaves_whole_generations_and_the_next_run_works(
    tmp_path: Path, way: str, cut: Callable[[Work, Path], Iterator[int]]
) -> None:
    folders = [tmp_path / "processed", tmp_path / "reports"]
    _publish_run(tmp_path, "old")
    (tmp_path / "processed/note.txt").write_text("mine", encoding="utf-8")
    found = set()
    for step in cut(lambda: _publish_run(tmp_path, "new"), tmp_path):
        for folder in folders:
            try:
                told = _told(folder)
            except RunProblem:
                assert way == "file by file", f"call {step}: {folder.name} is no whole generation"
                continue  # but it can be seen
            assert told in ({"old"}, {"new"}), f"call {step}: two generations in {folder.name}"
            found |= told
        _publish_run(tmp_path, "old")
        assert [_told(folder) for folder in folders] == [{"old"}, {"old"}], f"the run after call {step}"
        assert (tmp_path / "processed/note.txt").read_text(encoding="utf-8") == "mine"
        assert list(tmp_path.glob(".*.work/staging-*")) == []
    assert step > 40, "every call was walked"
    assert found == {"old", "new"}
    assert [_told(folder) for folder in folders] == [{"new"}, {"new"}], "the last time nothing was cut"


@pytest.mark.parametrize("way_there", ["the path itself", "a link"])
@pytest.mark.parametrize("kind", ["a file", "a pipe", "a device", "nothing"])
def test_what_is_no_folder_is_never_replaced(tmp_path: Path, kind: str, way_there: str) -> None:
    there = Path("/dev/null") if kind == "a device" else tmp_path / "there"
    if kind == "a file":
        there.write_text("mine", encoding="utf-8")
    elif kind == "a pipe":
        os.mkfifo(there)
    published = there
    if way_there == "a link":
        published = tmp_path / "link"
        published.symlink_to(there)
    if kind == "nothing" and way_there == "the path itself":
        check_folder(published)
        return
    before = there.lstat() if os.path.lexists(there) else None
    if kind == "nothing":  # a link that leads nowhere: the folder would be made where it points
        with pytest.raises(UsageProblem):
            _publish(published, figures_csv="1")
        assert not there.exists()
        return
    with pytest.raises(UsageProblem):
        _publish(published, figures_csv="1")
    assert there.lstat() == before
    assert sorted(tmp_path.glob(".*")) == [], "nothing was begun"


def test_a_folder_of_the_users_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = tmp_path / "processed"
    published.mkdir()
    (published / ".gitkeep").touch()
    check_folder(published, {"figures.csv"})
    (published / "figures.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageProblem, match="did not make"):
        _publish(published, figures_csv="1")
    assert (published / "figures.csv").read_text(encoding="utf-8") == "mine"
    (published / "figures.csv").unlink()
    monkeypatch.chdir(published)
    for folder in (Path(), published, tmp_path):
        with pytest.raises(UsageProblem):
            _publish(folder, figures_csv="1")
    assert _names(published) == {".gitkeep"}


def test_a_file_of_the_users_among_ours_is_never_replaced(tmp_path: Path, way: str) -> None:
    published = tmp_path / "processed"
    first = _publish(published, other_csv="1", **{"2020-08__index_csv": "August"})
    for name in ("figures.csv", "2020-08/mine.csv"):  # an output by name, and what the run comes to write
        (published / name).write_text("mine", encoding="utf-8")
        with pytest.raises(Problem, match="not of dvctt's making"):
            _publish(published, figures_csv="1", **{"2020-08__mine_csv": "2"})
        assert verify_generation(published) == first
        assert (published / name).read_text(encoding="utf-8") == "mine"
        (published / name).unlink()
    _publish(published, figures_csv="1")
    (published / LEDGER).unlink()  # a switch that was cut short leaves none
    _publish(published, figures_csv="2")
    assert (published / "figures.csv").read_text(encoding="utf-8") == "2"


@pytest.mark.parametrize("path", ["x" * 5_000, "a/" * 3_000 + "b", "nul\0in it"])
def test_a_path_that_cannot_be_is_told(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageProblem, match="cannot be used as a folder") as told:
        check_folder(tmp_path / path)
    assert len(str(told.value)) < 400


@pytest.mark.parametrize("harm", ["altered", "removed", "no ledger", "broken ledger"])
def test_verification_sees_every_harm(tmp_path: Path, harm: str) -> None:
    published = tmp_path / "processed"
    _publish(published, figures_csv="1")
    if harm == "altered":
        (published / "figures.csv").write_text("9", encoding="utf-8")
    elif harm == "removed":
        (published / "figures.csv").unlink()
    elif harm == "no ledger":
        (published / LEDGER).unlink()
    else:
        (published / LEDGER).write_text('{"generation": ', encoding="utf-8")
    with pytest.raises(RunProblem):
        verify_generation(published)


def test_a_published_file_is_never_written_through_its_link(tmp_path: Path) -> None:
    """Staging links the user's files: who writes one in place would change the published one too."""
    published = tmp_path / "processed"
    _publish(published, figures_csv="1")
    with staging(published, {"figures.csv"}) as new:
        assert not (new.folder / "figures.csv").exists(), "outputs are left out, so that they are made anew"


def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    published = tmp_path / "processed"
    with staging(published, set()), pytest.raises(RunProblem, match="Another run"), staging(published, set()):
        pass
    with staging(published, set()):
        pass


def test_leftovers_of_a_killed_run_are_cleared(tmp_path: Path) -> None:
    leftover = tmp_path / ".processed.work/staging-dead"
    leftover.mkdir(parents=True)
    (leftover / "half.csv").touch()
    with staging(tmp_path / "processed", set()):
        assert not leftover.exists()


def test_a_symbolic_link_to_the_published_folder_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "disk/processed"
    real.mkdir(parents=True)
    (tmp_path / "processed").symlink_to(real)
    _publish(tmp_path / "processed", figures_csv="1")
    assert (tmp_path / "processed").is_symlink()
    verify_generation(real)
