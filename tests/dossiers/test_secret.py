"""The secret of the dossier keys: whole, the user's alone, and not in a folder that is copied."""

import stat
from pathlib import Path

import pytest

from analysis.dossiers import secret
from analysis.dossiers.secret import BYTES, dossier_secret
from analysis.language.problems import RunProblem


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of data, not there yet."""
    monkeypatch.setattr(secret, "user_data_path", lambda *_, **__: tmp_path / "own")
    return tmp_path / "own"


def test_it_is_made_once_for_all_folders_and_for_its_owner_alone(own: Path, tmp_path: Path) -> None:
    first = dossier_secret(tmp_path / "work")
    assert len(first) == BYTES
    assert dossier_secret(tmp_path / "other") == first
    assert stat.S_IMODE((own / "dossier-key").stat().st_mode) == 0o600
    assert [path.name for path in own.iterdir()] == ["dossier-key"]
    assert not (tmp_path / "work").exists(), "nothing that a copied folder takes along"


@pytest.mark.parametrize("length", [0, 1, 31, 33, 100])
def test_one_that_is_not_whole_ends_the_run(own: Path, tmp_path: Path, length: int) -> None:
    own.mkdir()
    (own / "dossier-key").write_bytes(b"x" * length)
    with pytest.raises(RunProblem, match=f"holds {length} bytes instead of 32"):
        dossier_secret(tmp_path / "work")


def test_a_user_without_a_home_has_it_beside_the_results(own: Path, tmp_path: Path) -> None:
    own.write_text("no folder", encoding="utf-8")
    first = dossier_secret(tmp_path / "work")
    assert dossier_secret(tmp_path / "work") == first
    assert (tmp_path / "work/dossier-key").read_bytes() == first
