"""The files of a run replace the previous ones in one step or not at all (analysis.generation, analysis.exchange)."""

from pathlib import Path

import pytest

from analysis.language.problems import RunProblem
from analysis.storage import swap as exchange_module
from analysis.storage.generations import LEDGER, publish, staging, verify_generation


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
        monkeypatch.setattr(exchange_module, "exchange", lambda one, other: False)
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


def test_a_switch_cut_short_file_by_file_can_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = tmp_path / "processed"
    _publish(published, figures_csv="1", more_csv="1")
    monkeypatch.setattr(exchange_module, "exchange", lambda one, other: False)
    replace, done = Path.replace, []

    def fail_at_the_second(path: Path, target: Path) -> Path:
        if done:
            raise OSError("the power went")
        done.append(path)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fail_at_the_second)
    with pytest.raises(OSError, match="the power went"):
        _publish(published, figures_csv="2", more_csv="2")
    monkeypatch.undo()
    with pytest.raises(RunProblem):
        verify_generation(published)
    third = _publish(published, figures_csv="3")
    assert verify_generation(published) == third, "and the next run mends it"


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
