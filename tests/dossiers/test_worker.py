"""The processes that read exports (analysis.dossiers.worker): what they print on their way down reaches nobody."""

import subprocess
import sys

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
