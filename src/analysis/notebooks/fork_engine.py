"""The papermill engine ``dvctt``: each notebook runs in a fork of an interpreter that has everything loaded.

``papermill --engine dvctt …`` uses it, and so does a run for its stages and reports, with nurseries that it keeps.
Where the system cannot fork, a kernel of its own is started for each notebook and loads what it imports.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import Engine, NBClientEngine
from traitlets import default

from analysis.notebooks.forks import Nursery
from analysis.notebooks.notebook import imported_modules
from analysis.storage.forkserver import CAN_FORK

LIMIT = 3600.0  # seconds for a notebook, unless it is said


class OwnKernel(AsyncKernelManager):  # type: ignore[misc]  # jupyter_client's class is made at run time
    """The kernel of this environment alone: one that the user installed elsewhere may be another Python."""

    @default("kernel_spec_manager")  # type: ignore[untyped-decorator]
    def _own_kernels(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[str(Path(sys.prefix) / "share" / "jupyter" / "kernels")])


class ForkEngine(Engine):  # type: ignore[misc]  # papermill ships no types
    """Options: ``nursery`` (made for this notebook alone if not given), ``seconds`` for the whole notebook, and
    ``advance``, called before each code cell.

    Raises CellTimeoutError past the limit and DeadKernelError when the notebook's process died, as nbclient does.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        nursery: Nursery | None = None,
        seconds: float = LIMIT,
        advance: Callable[[], Any] = lambda: None,
        **options: Any,
    ) -> None:
        """Run the cells that papermill prepared; it keeps track of them and writes the notebook."""
        if not CAN_FORK:
            options |= {"kernel_manager_class": OwnKernel, "execution_timeout": int(seconds)}
            options["on_cell_execute"] = lambda cell, cell_index: advance()
            NBClientEngine.execute_managed_notebook(nb_man, kernel_name, **options)
            return
        with ExitStack() as stack:
            if nursery is None:
                nursery = Nursery(imported_modules(nb_man.nb))
                stack.callback(nursery.close)
            _execute(nb_man, nursery, seconds, advance)


def _execute(nb_man: Any, nursery: Nursery, seconds: float, advance: Callable[[], Any]) -> None:
    executed = nursery.run(nb_man.nb, seconds)
    place = 0
    try:
        for place, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, place)
            if cell.cell_type == "code":
                advance()
            failed = cell.cell_type == "code" and cell.source.strip() and _fill(cell, next(executed))
            if failed:
                nb_man.cell_exception(cell, cell_index=place)
            nb_man.cell_complete(cell, cell_index=place)
            if failed:
                break
        for _ in executed:  # to its end, so that the nursery is free again
            pass
    except TimeoutError:
        raise CellTimeoutError(f"the notebook took longer than {seconds:.0f} s, in cell {place}") from None
    except EOFError as died:
        raise DeadKernelError(str(died)) from None
    nb_man.nb.metadata["language_info"] = nursery.language_info


def _fill(cell: Any, executed: Any) -> bool:
    """Give the cell what its execution made; returns whether it failed."""
    cell.outputs = executed.outputs
    cell.execution_count = executed.execution_count
    cell.metadata["execution"] = executed.metadata["execution"]
    return any(output.output_type == "error" for output in cell.outputs)
