"""Kernels that load while the run does other things: the notebook gets its answers, however early it asks."""

from pathlib import Path

import nbformat
import pytest
from support.small_run import PATIENCE

from analysis.notebooks.warm_kernels import WarmKernel, execute

ROUNDS = 4  # each would hang two times in three if the kernel took the two clients for one


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    cell = nbformat.v4.new_code_cell("number = 6", metadata={"tags": ["parameters"]})
    made = nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_code_cell("number * 7")])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, tmp_path / "six.ipynb")
    return tmp_path / "six.ipynb"


@pytest.mark.slow
@pytest.mark.timeout(2 * PATIENCE)
def test_a_kernel_that_is_asked_before_it_listens_answers_the_notebook(notebook: Path) -> None:
    for _ in range(ROUNDS):
        with WarmKernel(["pandas"]) as kernel:
            executed = execute(notebook, {}, kernel, PATIENCE, lambda: None)
        assert executed["cells"][-1]["outputs"][0]["data"]["text/plain"] == "42"
