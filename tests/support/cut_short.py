"""Work on files that is cut short at each of its system calls in turn: the call fails, or the process dies there.

Python tells its audit hooks of every file that it opens, makes, links, renames or removes before it asks the system,
so nothing has to be patched, and a call that somebody adds to the work is walked with the others.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from analysis.language.problems import Problem

Work = Callable[[], object]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the work that is killed is done in a fork")
MOST = 1000  # calls: work that makes more leaves something behind each time, which the next has to go through


class _Hook:
    """What happens at one call: ``end`` is called at the ``step``-th that this thread makes below ``folder``."""

    def __init__(self, folder: Path, step: int, end: Work) -> None:
        self._thread, self._folder = threading.get_ident(), os.path.realpath(folder)
        self._left, self._end = step, end

    @property
    def is_reached(self) -> bool:
        return self._left <= 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if threading.get_ident() == self._thread and self._is_meant(event, arguments):
            self._left -= 1
            if self._left == 0:
                self._end()

    def _is_meant(self, event: str, arguments: tuple[Any, ...]) -> bool:
        if event == "ctypes.dlsym":  # the exchange of two folders, which Python itself has no call for
            return True
        if not arguments or not (event == "open" or event.startswith("os.")):
            return False
        if not isinstance(arguments[0], str | bytes | os.PathLike):
            return False  # by a descriptor, of what was counted when it was opened
        path = Path(os.fsdecode(arguments[0]))
        return path.is_relative_to(self._folder) or not path.is_absolute()  # removing a tree goes by names alone


_armed: list[_Hook] = []


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    for hook in _armed:
        hook(event, arguments)


sys.addaudithook(_listen)  # for the life of the process: Python has no way to take it back


@contextmanager
def _armed_with(hook: _Hook) -> Iterator[None]:
    _armed.append(hook)
    try:
        yield
    finally:
        _armed.remove(hook)


def _fail() -> None:
    raise OSError(ENOSPC, os.strerror(ENOSPC))


def failures(work: Work, folder: Path) -> Iterator[int]:
    """Do the work once for each system call that it makes below ``folder``, that call failing; yields after each.

    Ends when the work has no further call to fail, which is then done.
    """
    for step in range(1, MOST):
        hook = _Hook(folder, step, _fail)
        try:
            with _armed_with(hook):
                work()
        except (OSError, Problem):
            pass
        if not hook.is_reached:
            return
        yield step
    raise AssertionError(f"more than {MOST} calls")


def kills(work: Work, folder: Path) -> Iterator[int]:
    """Do the work in a fork for each system call that it makes below ``folder``, killed there; yields after each."""
    for step in range(1, MOST):
        child = os.fork()
        if not child:
            try:
                with _armed_with(_Hook(folder, step, lambda: os.kill(os.getpid(), signal.SIGKILL))):
                    work()
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL), "the work fails by itself"
        if not os.WIFSIGNALED(status):
            return
        yield step
    raise AssertionError(f"more than {MOST} calls")
