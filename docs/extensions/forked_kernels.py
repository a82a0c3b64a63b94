"""The kernels that run the pages' examples are forked from a process with the libraries loaded, which takes seconds.

They are ipykernel's own, each in a process of its own and with nothing that another one left. Where the system cannot
fork, each starts anew.
"""

import os
from importlib.metadata import EntryPoint
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from analysis.storage.forkserver import CAN_FORK, fork_context

if TYPE_CHECKING:  # no fork needs it
    from sphinx.application import Sphinx

NAME = "forked-provisioner"
PROVISIONER = EntryPoint(NAME, f"{__name__}:ForkedProvisioner", KernelProvisionerFactory.GROUP_NAME)
# What the examples load; but not charts, which ask when they are loaded where they are to be shown.
MODULES = (
    *(f"analysis.explorer.{name}" for name in ("attaining", "data", "explaining", "interactive", "views", "widgets")),
    *("analysis.criteria.workbench", "ibis.backends.duckdb", "ipykernel.kernelapp", "matplotlib.pyplot"),
)


def setup(app: "Sphinx") -> dict[str, Any]:
    """Called by Sphinx."""
    if CAN_FORK:
        # As a kernel does for what it loads.
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        factory = KernelProvisionerFactory.instance()
        factory.provisioners[NAME] = PROVISIONER
        factory.default_provisioner_name = NAME
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class ForkedProvisioner(LocalProvisioner):
    """Starts a kernel as a fork; all else is as of a kernel that is started from its command."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start it with the options of ``cmd`` and environment ``env``, in the folder ``cwd`` or the caller's."""
        own = (cmd[cmd.index("-f") :], kwargs.get("cwd") or Path.cwd(), kwargs["env"])
        process = fork_context(MODULES).Process(target=_live, args=own)
        process.start()
        self.process = Kernel(process)
        self.pid = process.pid
        return self.connection_info


class Kernel:
    """A forked process as ``LocalProvisioner`` asks a started one."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self) -> int | None:
        """How it ended; None while it lives."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """How it ended, when it has."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self._process.pid, number)


def _live(options: list[str], folder: str | Path, environment: dict[str, str]) -> None:
    """A kernel's life: all that ``python -m ipykernel_launcher`` does."""
    from ipykernel.kernelapp import launch_new_instance

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    launch_new_instance(argv=[*options, f"--IPKernelApp.parent_handle={os.getppid()}"])  # it ends when that one does
