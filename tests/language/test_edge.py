"""What the command says can be printed anywhere, and a fault is a sentence, a number and a file without data."""

import io
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.small_run import call_here

from analysis import cli
from analysis.language.edge import say, spelled, stumbled
from analysis.language.texts import Language

PHONE = "0905 123 456"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "Số tệp: 3, «Đồng Xuân» – đạt"),
        ("ascii", 'So tep: 3, "Dong Xuan" - dat'),
        ("cp1252", "Sô têp: 3, «Dông Xuân» – dat"),
    ],
)
def test_words_keep_what_an_encoding_can_hold(encoding: str, told: str) -> None:
    assert spelled("Số tệp: 3, «Đồng Xuân» – đạt", encoding) == told


def test_windows_1258_loses_nothing() -> None:
    words = "Đã đọc 1.598 dòng: nhận, loại, bị thay thế; đường, ỷ, ặ, ỡ"
    held = spelled(words, "cp1258").encode("cp1258").decode("cp1258")
    assert unicodedata.normalize("NFC", held) == words


@given(st.text(), st.sampled_from(["ascii", "cp1258", "cp1252", "latin-1", "utf-8"]))
def test_whatever_is_said_can_be_encoded(words: str, encoding: str) -> None:
    spelled(words, encoding).encode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "cp1258"])
def test_the_command_speaks_where_there_are_few_letters(encoding: str) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-m", "analysis.cli", "--help"], capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"dvctt" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("to", [">/dev/full", ">&-", "2>&-", ">/dev/full 2>/dev/full", "| true"])
def test_output_that_nobody_takes_changes_no_exit_code(to: str) -> None:
    command = f"{sys.executable} -m analysis.cli --help {to}"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_closed_stream_is_silence() -> None:
    stream = io.StringIO()
    stream.close()
    say("x", stream)
    say("x", None)


def test_a_fault_is_a_sentence_and_a_file_without_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise KeyError(PHONE) from ValueError(PHONE)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(cli.preparing, "make_up", fail)
    done = call_here(["sample", "--out", str(tmp_path / "x")], tmp_path)
    assert done.returncode == cli.FAILED
    (line,) = done.stderr.splitlines()
    assert "KeyError" in line
    (path,) = tmp_path.glob("dvctt-*.txt")
    number = re.search(r"dvctt-(\w+)\.txt", path.name)
    assert number
    assert f"số {number[1]}" in line
    told = path.read_text(encoding="utf-8")
    assert "KeyError" in told
    assert "ValueError" in told
    assert "test_edge.py" in told
    assert PHONE not in told + done.stderr


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(24, "Too many open files"), "ulimit"),
        (OSError(28, "No space left on device"), "Ổ đĩa đã đầy"),
        (MemoryError(), "Hết bộ nhớ"),
        (FileNotFoundError(2, "No such file or directory", "x" * 5_000), "No such file"),
    ],
)
def test_what_the_system_refuses_is_told_with_its_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, words: str
) -> None:
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(cli.preparing, "make_up", fail)
    done = call_here(["sample", "--out", str(tmp_path / "x")], tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (cli.FAILED, 1)
    assert words in done.stderr
    assert len(done.stderr) < 600


def test_where_no_file_can_be_written_the_sentence_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    assert "ZeroDivisionError" in stumbled(ZeroDivisionError(), Language())
