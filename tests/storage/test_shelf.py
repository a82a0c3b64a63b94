"""What was made once is brought again; what depends on something else is made."""

from pathlib import Path

import pytest

from analysis.storage.shelf import Shelf


def put(shelf: Shelf, target: Path, depends_on: object) -> bool:
    """Whether it had to be made."""
    made = []

    def write(path: Path) -> None:
        made.append(path)
        path.write_text(f"{depends_on}{path.suffix}")

    shelf.put(target, depends_on, write)
    assert target.read_text() == f"{depends_on}{target.suffix}"
    return bool(made)


def test_a_file_is_made_once_and_again_for_whatever_it_depends_on(tmp_path: Path) -> None:
    shelf, target = Shelf(tmp_path / "shelf"), tmp_path / "thu/H45.18.html"
    assert [put(shelf, target, words) for words in ("a", "a", "b", "a")] == [True, False, True, False]
    assert put(shelf, target.with_suffix(".docx"), "a"), "the same words in another form"
    target.write_text("edited")
    assert not put(Shelf(tmp_path / "shelf"), target, "a"), "what is kept is no link to what is published"


def test_what_nobody_asked_for_is_forgotten(tmp_path: Path) -> None:
    first, second = (Shelf(tmp_path / "shelf") for _ in range(2))
    put(first, tmp_path / "a.html", "a")
    put(first, tmp_path / "b.html", "b")
    put(second, tmp_path / "a.html", "a")
    second.forget_others()
    assert [put(Shelf(tmp_path / "shelf"), tmp_path / f"{name}.html", name) for name in "ab"] == [False, True]


def test_what_a_writer_fails_at_is_made_the_next_time(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    with pytest.raises(OSError, match="full"):
        shelf.put(tmp_path / "a.html", "a", lambda path: (_ for _ in ()).throw(OSError("full")))
    assert not (tmp_path / "a.html").exists()
    assert put(shelf, tmp_path / "a.html", "a")
