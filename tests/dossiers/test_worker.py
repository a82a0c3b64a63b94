"""The processes that read exports (analysis.dossiers.worker): what they print on their way down reaches nobody."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.folders import write_reference
from support.small_exports import CATALOGUE, ROW, UNITS

from analysis.dossiers import stage
from analysis.dossiers.stage import Cleaning, clean_exports
from analysis.exports.reading import sha256
from analysis.reference.tables import load_reference

_PANIC = "Nguyễn Văn Mẫu, 0900000000"


def test_what_a_library_prints_past_python_is_not_heard() -> None:
    """calamine's panics are written to the file descriptor, not to ``sys.stderr``, and may quote a cell."""
    heard = _run("pass")
    assert _PANIC in heard.stdout + heard.stderr
    silent = _run("worker._fall_silent()")
    assert silent.returncode == 0
    assert (silent.stdout, silent.stderr) == ("", "")


def _run(first: str) -> subprocess.CompletedProcess[str]:
    code = (
        f"import os; from analysis.dossiers import worker; {first}; [os.write(s, {_PANIC!r}.encode()) for s in (1, 2)]"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.fixture
def clean(tmp_path: Path) -> Callable[[], Cleaning]:
    """Cleans ``raw`` below the test's folder in real workers; one good export is there."""
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))
    (tmp_path / "raw").mkdir()
    write_rows(tmp_path / "raw/tot.csv", "h1", "h2")
    return lambda: clean_exports(tmp_path / "raw", reference, tmp_path / "processed", jobs=1)


def write_rows(path: Path, *codes: str) -> None:
    lines = [";".join(ROW), *(";".join([code, *list(ROW.values())[1:]]) for code in codes)]
    path.write_text("\n".join(lines), encoding="utf-8")


def test_what_is_no_regular_file_ends_no_run(tmp_path: Path, clean: Callable[[], Cleaning]) -> None:
    """A pipe without a writer, and a device that never ends, behind the name of an export."""
    os.mkfifo(tmp_path / "raw/ong.csv")
    (tmp_path / "raw/vo-tan.csv").symlink_to("/dev/zero")
    files = clean().files.set_index("file")
    assert files["status"].to_dict() == {"ong.csv": "quarantined", "tot.csv": "accepted", "vo-tan.csv": "quarantined"}
    assert files.loc["tot.csv", "sha256"] == sha256(tmp_path / "raw/tot.csv") != ""


def test_a_name_that_is_no_text_is_written_down_all_the_same(tmp_path: Path, clean: Callable[[], Cleaning]) -> None:
    for name in (b"x\xff.csv", b"a\rb.csv"):
        write_rows(Path(os.fsdecode(os.fsencode(tmp_path / "raw") + b"/" + name)), name.hex())
    files = clean().files
    assert list(files["file"]) == ["a b.csv", "tot.csv", "x\\xff.csv"]
    assert list(files["accepted"]) == [1, 2, 1]
    assert b"\r" not in (tmp_path / "processed/files.csv").read_bytes()


def test_a_file_that_changes_between_digest_and_reading_is_not_kept(
    tmp_path: Path, clean: Callable[[], Cleaning], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stage, "sha256", lambda path: "0" * 64 if path.name == "tot.csv" else sha256(path))
        (changed,) = clean().files.to_dict("records")
        assert (changed["status"], changed["read"]) == ("quarantined", 0)
        assert "thay đổi trong lúc đang đọc" in changed["reason"]
        (again,) = clean().files.to_dict("records")
        assert again["status"] == "quarantined", "as long as it goes on changing"
    (settled,) = clean().files.to_dict("records")
    assert (settled["status"], settled["accepted"]) == ("accepted", 2)


@pytest.mark.parametrize("length", [0, 4, 300])
@pytest.mark.parametrize("suffix", [".parquet", ".json"])
def test_a_kept_result_that_is_not_whole_is_made_anew(
    tmp_path: Path, clean: Callable[[], Cleaning], suffix: str, length: int
) -> None:
    clean()
    (kept,) = (tmp_path / ".processed.work/cache").glob(f"*{suffix}")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:length])
    assert list(clean().files["accepted"]) == [2]
    assert len(kept.read_bytes()) == len(whole)


def test_a_reader_that_hangs_is_ended_after_a_time_that_suits_the_file(
    tmp_path: Path, clean: Callable[[], Cleaning], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def never(connection: object, seconds: float) -> bool:
        asked.append(seconds)
        return False

    monkeypatch.setattr("multiprocessing.connection.Connection.poll", never)
    (file,) = clean().files.to_dict("records")
    assert file["status"] == "quarantined"
    assert 60 <= asked[0] < 61
    assert not list((tmp_path / ".processed.work/cache").iterdir()), "the next run asks again"
