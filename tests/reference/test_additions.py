"""Words that are added to the reference data: everything else in the files stays as it was."""

import shutil
from pathlib import Path

import pytest
from support.folders import REFERENCE

from analysis.dossiers.lookups import make_lookups
from analysis.reference.additions import added, difference, write
from analysis.reference.tables import load_reference


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(REFERENCE, tmp_path / "reference")


ADDED = [
    ("heading", "Mã số HS", "dossier_id"),
    ("status", "Đã trả xong", "resolved"),
    ("unit", "Sở XD, tỉnh", "H45.18"),
]


def test_words_and_names_are_known_afterwards(folder: Path) -> None:
    write(added(folder, ADDED))
    lookups = make_lookups(load_reference(folder))
    assert lookups.vocabulary.headings["mã số hs"][0] == "dossier_id"
    assert lookups.vocabulary.values["status"]["đã trả xong"] == "resolved"
    assert lookups.units["sở xd, tỉnh"] == "H45.18"


def test_all_else_stays_byte_for_byte(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    files = added(folder, ADDED)
    assert {path.name for path in files} == {"vocabulary.toml", "units.csv"}
    assert all(path.read_bytes() == content for path, content in before.items()), "nothing is written yet"
    for path, text in files.items():
        old, new = before[path].splitlines(keepends=True), text.encode().splitlines(keepends=True)
        changed = [number for number, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]]
        assert len(changed) == (2 if path.name == "vocabulary.toml" else 1)
        assert sum(line.startswith("+") for line in difference(path, text).splitlines()) == len(changed) + 1


def test_nothing_to_add_changes_nothing(folder: Path) -> None:
    assert added(folder, []) == {}


def test_lines_end_as_they_did_and_without_a_mark_there_is_none(folder: Path) -> None:
    units = folder / "units.csv"
    text = units.read_bytes().decode("utf-8-sig").replace("\n", "\r\n")
    units.write_bytes(text.encode())
    (new,) = added(folder, ADDED[2:]).values()
    assert new.count("\r\n") == new.count("\n") == text.count("\n")
    assert not new.startswith("\ufeff")
