"""The process from which others are forked, with libraries loaded (multiprocessing's forkserver): its one owner.

A process of ours has at most one such server, and multiprocessing one list of what the server loads when it starts:
whoever sets the list takes away what others had asked for. So all ask here.
"""

import multiprocessing
import os
from collections.abc import Sequence
from typing import Any

CAN_FORK = hasattr(os, "fork") and "forkserver" in multiprocessing.get_all_start_methods()
_asked: dict[str, None] = {}  # what the server loads, in order


def fork_context(modules: Sequence[str]) -> Any:
    """A context whose processes are forked from one that loads ``modules``, unless it was there already.

    Where the system cannot fork, its processes start anew and load what they need.
    """
    if not CAN_FORK:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    _asked.update(dict.fromkeys(modules))
    context.set_forkserver_preload(list(_asked))
    return context


def start_server(modules: Sequence[str]) -> None:
    """Let the server load ``modules`` while the caller still has other things to do."""
    if CAN_FORK:
        from multiprocessing import forkserver

        fork_context(modules)
        forkserver.ensure_running()
