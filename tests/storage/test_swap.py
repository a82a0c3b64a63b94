"""One folder in the place of another, in a single step or file by file; what was there before is gone or aside."""

from pathlib import Path

import pytest

from analysis.storage import swap
from analysis.storage.swap import SWITCHING, exchange, switch


def _folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.csv").parent.mkdir(parents=True, exist_ok=True)
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def _read(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_two_folders_swap_places_or_nothing_happens(tmp_path: Path) -> None:
    one, other = _folder(tmp_path / "one", a="1"), _folder(tmp_path / "other", b="2")
    swapped = exchange(one, other)
    found = [{"a.csv": "1"}, {"b.csv": "2"}]
    assert [_read(one), _read(other)] == (found[::-1] if swapped else found)
    assert not exchange(one, tmp_path / "nowhere")
    assert one.is_dir()


def test_where_nothing_was_published_the_new_folder_moves(tmp_path: Path) -> None:
    switch(_folder(tmp_path / "new", a="1"), tmp_path / "deep/published", "a.csv", [])
    assert _read(tmp_path / "deep/published") == {"a.csv": "1"}
    assert not (tmp_path / "new").exists()


def test_file_by_file_the_last_is_away_until_all_others_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = _folder(tmp_path / "published", a="old", run="old", gone="old", mine="mine")
    seen, replace = [], Path.replace

    def watch(path: Path, target: Path) -> Path:
        seen.append((target.name, (published / "run.csv").exists()))
        return replace(path, target)

    monkeypatch.setattr(swap, "exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "replace", watch)
    switch(_folder(tmp_path / "new", a="new", run="new", z="new"), published, "run.csv", ["a.csv", "gone.csv"])
    assert seen == [("a.csv", False), ("z.csv", False), ("run.csv", False)]
    assert _read(published) == {"a.csv": "new", "z.csv": "new", "run.csv": "new", "mine.csv": "mine"}


def test_file_by_file_what_a_killed_run_copied_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = _folder(tmp_path / "published", run="old")
    _folder(published / SWITCHING, half="of a killed run")
    monkeypatch.setattr(swap, "exchange", lambda one, other: False)
    switch(_folder(tmp_path / "new", run="new"), published, "run.csv", [])
    assert _read(published) == {"run.csv": "new"}
