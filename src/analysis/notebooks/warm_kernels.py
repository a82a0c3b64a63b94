"""Jupyter kernels that start, and load what a stage imports, while the run still has other things to do.

A new kernel takes a second or two until pandas and its kin are loaded. It starts while the stage before it
still works, so that it is ready when its turn comes; each stage has its own.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir
from types import TracebackType
from typing import Any, Self

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.session import Session

_PREFIX = "dvctt-kernel-"
_MOST_FOLDER = 60  # letters; a socket's path has a hundred at most, and multiprocessing adds some
_START_LIMIT = 600  # seconds; papermill's 60 are too few on a machine that is busy with something else


def sweep() -> None:
    """Remove what kernels of killed runs left in the temporary folder."""
    if os.name != "posix":
        return  # there signal 0 would end the process that it asks for
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdecimal() and not _alive(int(owner)):
            rmtree(folder, ignore_errors=True)


def _spare_grammar() -> None:
    """jsonschema compiles a grammar of international addresses for nearly a second when it finds this package of
    JupyterLab's; notebooks' schemas have no addresses, and without the package that check is left out.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's
    return True


class WarmKernel:
    """One kernel of this environment, loading ``modules``; a context manager that ends it."""

    def __init__(self, modules: Iterable[str]) -> None:
        _spare_grammar()  # before anybody loads papermill, which loads jsonschema
        # The kernel of this environment alone: one that the user installed elsewhere may be another Python.
        specs = KernelSpecManager(kernel_dirs=[str(Path(sys.prefix) / "share" / "jupyter" / "kernels")])
        self.manager = KernelManager(kernel_spec_manager=specs)
        # Sockets in a folder that only this user may enter; a TCP port is open to everybody on the machine.
        self._folder = TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True)
        self.manager.connection_file = str(Path(self._folder.name) / "kernel.json")
        if sys.platform != "win32":
            self.manager.transport = "ipc"
        # A scheduled run leaves nothing in the user's home: no history of what was run.
        # What its libraries leave in the temporary folder goes with it: it is ended at once, and tidies nothing up.
        own = {"TMPDIR": self._folder.name} if len(self._folder.name) <= _MOST_FOLDER else {}
        self.manager.start_kernel(extra_arguments=["--HistoryManager.enabled=False"], env=os.environ | own)
        # The request waits in the socket until the kernel is there; nobody waits for the answer. A session of its
        # own: under the manager's, the kernel could take this client and the notebook's for one, and answer here.
        session = Session(parent=self.manager, key=self.manager.session.key)
        self._client: BlockingKernelClient = self.manager.client(session=session)
        self._client.start_channels(stdin=False, hb=False)
        imports = "\n".join(f"import {module}" for module in modules)
        self._client.execute(imports, silent=True, store_history=False)
        self.manager.client_class = "jupyter_client.asynchronous.AsyncKernelClient"  # as nbclient wants it

    def close(self) -> None:
        """End the kernel at once: its notebook is done, or the run has failed."""
        self._client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def execute(path: Path, parameters: dict[str, Any], kernel: WarmKernel, seconds: int, on_cell: Any) -> Any:
    """The notebook at ``path``, executed by papermill with ``parameters`` in ``kernel``.

    ``seconds`` limit each cell; ``on_cell`` is called before each code cell. Raises
    PapermillExecutionError when a cell fails.
    """
    _spare_grammar()
    from papermill import execute_notebook  # loaded while the kernels start

    return execute_notebook(
        str(path).replace("{", "{{").replace("}", "}}"),  # papermill fills braces in paths
        None,  # written when the run succeeds, whole
        parameters,
        progress_bar=False,
        request_save_on_cell_execute=False,
        execution_timeout=seconds,
        start_timeout=_START_LIMIT,
        km=kernel.manager,
        on_cell_execute=lambda cell, cell_index: on_cell(),
    )
