"""The papermill engine that forks a loaded interpreter: the same notebooks, nothing shared, and it outlives them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill import PapermillExecutionError, execute_notebook
from support.small_run import PATIENCE, call

from analysis.notebooks import fork_engine
from analysis.notebooks.forks import Nursery

# One interpreter with everything loaded for all of them, on one worker.
pytestmark = pytest.mark.slow
GRACE = 300.0  # seconds that processes have to end by themselves; they need a moment
EVERY_KIND = (
    "print('one'); import sys; print('two', file=sys.stderr)",
    "import pandas as pd\npd.DataFrame({'a': [number]})",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))\n'and a result'",
    "",
    "from analysis.language.problems import RunProblem\nraise RunProblem('no {what}', what='bread')",
)


def write_notebook(path: Path, *sources: str) -> Path:
    parameters = nbformat.v4.new_code_cell("number = 1", metadata={"tags": ["parameters"]}, id="parameters")
    cells = [parameters, nbformat.v4.new_markdown_cell("# Words", id="words")]
    cells += [nbformat.v4.new_code_cell(source, id=f"cell-{place}") for place, source in enumerate(sources)]
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, path)
    return path


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery(["pandas"])
    yield made
    made.close()


def execute(path: Path, nursery: Nursery | None, seconds: float = PATIENCE, **parameters: Any) -> Any:
    options = {"nursery": nursery, "seconds": seconds, "progress_bar": False, "request_save_on_cell_execute": False}
    return execute_notebook(str(path), None, parameters, engine_name="dvctt", **options)


def without_times(notebook: Any) -> Any:
    """The notebook but for when and how long things ran."""
    plain = nbformat.from_dict(notebook)
    plain.metadata.papermill = {"exception": plain.metadata.papermill["exception"]}
    for cell in plain.cells:
        cell.id = ""  # the injected cell has a new one each time
        cell.metadata.pop("execution", None)
        kept = ("exception", "status")
        cell.metadata.papermill = {name: cell.metadata.papermill.get(name) for name in kept}
    return plain


@pytest.mark.parametrize("forks", [True, False], ids=["fork", "no fork"])
def test_the_notebook_is_the_one_of_the_plain_engine_but_for_times(
    tmp_path: Path, nursery: Nursery, monkeypatch: pytest.MonkeyPatch, forks: bool
) -> None:
    path = write_notebook(tmp_path / "kinds.ipynb", *EVERY_KIND[:-1])
    plain = execute_notebook(str(path), None, {"number": 5}, progress_bar=False)
    monkeypatch.setattr(fork_engine, "CAN_FORK", forks)
    ours = execute(path, nursery, number=5)
    assert without_times(ours) == without_times(plain)
    assert [output.output_type for output in ours.cells[5].outputs] == ["display_data", "execute_result"]


def test_an_error_is_told_as_the_plain_engine_tells_it(tmp_path: Path, nursery: Nursery) -> None:
    path = write_notebook(tmp_path / "fails.ipynb", *EVERY_KIND, "print('never')")
    told = []
    for run in (lambda: execute_notebook(str(path), None, progress_bar=False), lambda: execute(path, nursery)):
        with pytest.raises(PapermillExecutionError) as failed:
            run()
        told.append((failed.value.ename, failed.value.evalue, failed.value.exec_count, failed.value.traceback))
    assert told[0] == told[1]
    assert told[0][:2] == ("RunProblem", "no bread")


def test_no_notebook_finds_what_another_left(tmp_path: Path, nursery: Nursery) -> None:
    leaves = (
        "import os, sys, builtins, pandas, decimal\nleft = builtins.left = pandas.left = 1",
        "os.environ['LEFT'] = '1'; os.chdir('/'); sys.path.append('left'); decimal.getcontext().prec = 3",
        "pandas.set_option('display.max_rows', 3)",
    )
    looks = (
        "import os, sys, builtins, pandas, decimal",
        "['left' in globals(), hasattr(builtins, 'left'), hasattr(pandas, 'left'), 'LEFT' in os.environ,"
        " os.getcwd() == '/', 'left' in sys.path, decimal.getcontext().prec == 3,"
        " pandas.get_option('display.max_rows') == 3]",
    )
    execute(write_notebook(tmp_path / "leaves.ipynb", *leaves), nursery)
    looked = execute(write_notebook(tmp_path / "looks.ipynb", *looks), nursery)
    assert looked.cells[-1].outputs[0]["data"]["text/plain"] == str([False] * 8)


def test_a_notebook_that_takes_too_long_is_ended_and_the_next_one_runs(tmp_path: Path, nursery: Nursery) -> None:
    note = tmp_path / "pid"
    endless = (
        f"import os, pathlib, time\npathlib.Path({str(note)!r}).write_text(str(os.getpid()))\ntime.sleep({PATIENCE})"
    )
    path, limit = write_notebook(tmp_path / "endless.ipynb", endless), 1
    while not (note.exists() and note.read_text()):  # on a busy machine it may be ended before it has begun
        limit *= 2
        with pytest.raises(CellTimeoutError, match=f"longer than {limit} s"):
            execute(path, nursery, seconds=limit)
    assert _is_gone(int(note.read_text()))
    assert execute(write_notebook(tmp_path / "next.ipynb", "number + 1"), nursery).cells[-1].execution_count == 2


@pytest.mark.parametrize("death", ["import os; os._exit(3)", "import os; os.kill(os.getpid(), 9)"])
def test_a_dying_notebook_is_told_and_the_next_one_runs(tmp_path: Path, nursery: Nursery, death: str) -> None:
    with pytest.raises(DeadKernelError):
        execute(write_notebook(tmp_path / "dies.ipynb", "'x' * 200_000", death), nursery)
    assert execute(write_notebook(tmp_path / "next.ipynb", "number + 1"), nursery).cells[-1].execution_count == 2


def test_nothing_outlives_the_run(tmp_path: Path) -> None:
    """Killed itself, the run takes its interpreters and their notebooks with it."""
    note = tmp_path / "pids"
    sleeps = (
        f"import os, time\nopen({str(note)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}')\ntime.sleep({PATIENCE})"
    )
    path = write_notebook(tmp_path / "sleeps.ipynb", sleeps)
    run = subprocess.Popen(
        [sys.executable, "-m", "papermill", "--engine", "dvctt", str(path), str(tmp_path / "out.ipynb")]
    )
    while not note.exists() or " " not in note.read_text():
        assert run.poll() is None
        time.sleep(0.1)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert all(_is_gone(int(pid)) for pid in note.read_text().split())


def test_papermill_knows_it_by_name(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "named.ipynb", "number * 2")
    command = [sys.executable, "-m", "papermill", "--engine", "dvctt", "--no-progress-bar", path.name, "out.ipynb"]
    done = call([*command, "-p", "number", "21"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert nbformat.read(tmp_path / "out.ipynb", 4).cells[-1].outputs[0]["data"]["text/plain"] == "42"


def _is_gone(process: int) -> bool:
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
