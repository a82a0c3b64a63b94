"""Runs a notebook's code cells inside this process, by ipykernel's in-process kernel.

nbclient makes the outputs of the kernel's messages, as it does for a kernel in a process of its own, so the
executed notebook is the same.
"""

from collections.abc import Iterator
from typing import Any

from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.inprocess.manager import InProcessKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from traitlets.config import Config

# Nothing of what was run is kept, and no thread is started for it.
_SETTINGS = Config({"HistoryManager": {"enabled": False}})


def run_cells(notebook: Any) -> Iterator[Any]:
    """Run the code cells one after the other; yields each with its outputs.

    Ends after the first cell that fails: its outputs hold the error.
    """
    manager = InProcessKernelManager(config=_SETTINGS, ip="127.0.0.1")  # not used, and slow to be found out
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    reader = NotebookClient(notebook)
    reader.reset_execution_trackers()
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.source.strip():
            failed = _run(cell, place, client, reader)
            yield cell
            if failed:
                return


def language_info() -> dict[str, Any]:
    """What a kernel of this interpreter says of its language, as an executed notebook has it."""
    return dict(InProcessKernel.language_info)


def _run(cell: Any, place: int, client: Any, reader: NotebookClient) -> bool:
    """Fill the cell's outputs; returns whether it failed."""
    cell.outputs = []
    cell.metadata.setdefault("execution", {})
    reader.clear_before_next_output = False
    asked = client.execute(cell.source)  # returns when the cell has run; what it said may still be on its way
    while True:
        message = client.get_iopub_msg()
        if message["parent_header"].get("msg_id") in (asked, None):  # what is printed names no request
            try:
                reader.process_message(message, cell, place)
            except CellExecutionComplete:
                break
    reply = client.get_shell_msg()
    return bool(reply["content"]["status"] != "ok")
