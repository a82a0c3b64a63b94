"""An interpreter with everything loaded, which gives each notebook a fork of itself.

Loading pandas and its kin takes seconds, a fork milliseconds. The interpreter itself never runs a cell, so no
notebook finds anything that another one left; a fork's memory goes back to the system with it.
"""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from typing import Any

from analysis.notebooks.notebook import imported_modules, load
from analysis.storage.forkserver import fork_context, start_server

# What the first kernel of an interpreter loads: every fork's own would.
_OF_A_KERNEL = (
    *("analysis.notebooks.in_process", "ipykernel.debugger", "tornado.platform.asyncio"),
    *("IPython.core.application", "IPython.core.completerlib", "IPython.core.logger", "IPython.core.oinspect"),
)
Warm = Callable[[], object]


def modules_of(notebooks: Iterable[Path]) -> list[str]:
    """What an interpreter loads before the first of these notebooks runs in a fork of it."""
    return list(dict.fromkeys(module for notebook in notebooks for module in imported_modules(load(notebook))))


def prepare(modules: Sequence[str]) -> None:
    """Let the process from which nurseries are forked load ``modules`` while the caller has other things to do."""
    _silence_debugger()
    start_server(_preloaded(modules))


class Nursery:
    """One such interpreter in a process of its own, at the other end of a pipe; runs one notebook at a time.

    ``modules`` are loaded once for all nurseries of this process, ``warm`` is called once in each. What they
    make stays in memory for all notebooks to come: it must not depend on any of them. Notebooks find the environment of
    whoever makes the nursery, and what is given of it here.
    """

    def __init__(self, modules: Sequence[str], warm: Warm | None = None, **environment: str) -> None:
        self._modules, self._warm, self._environment = list(modules), warm, environment
        self.language_info: dict[str, Any] = {}  # of the last notebook's kernel: whoever asks need not load one
        self._start()

    def run(self, notebook: Any, seconds: float) -> Iterator[Any]:
        """Each code cell with its outputs, as ``in_process.run_cells`` gives them.

        Raises TimeoutError when the notebook takes longer than ``seconds``, EOFError when its process died; the
        next notebook gets a new one either way.
        """
        deadline = monotonic() + seconds
        try:
            self._connection.send(notebook)
            self._running, self.language_info = self._receive(deadline)
            while (message := self._receive(deadline)) is not None:
                yield message
            self._running = 0
        except (EOFError, OSError) as lost:
            if not isinstance(lost, TimeoutError):
                lost = EOFError("the notebook's process died")
            self.close()
            self._start()
            raise lost from None
        except GeneratorExit:
            self.close()
            self._start()
            raise

    def close(self) -> None:
        """End the process and the notebook that it may be running."""
        if self._running:
            with suppress(ProcessLookupError):
                os.kill(self._running, signal.SIGKILL)
        self._process.kill()
        self._process.join()
        self._connection.close()

    def _start(self) -> None:
        _silence_debugger()
        context = fork_context(_preloaded(self._modules))
        self._connection, theirs = context.Pipe()
        # The process that forks has the environment of the day on which it began.
        environment = {**os.environ, **self._environment}
        own = (theirs, self._modules, self._warm, environment)
        self._process = context.Process(target=_tend, args=own, daemon=True)
        self._process.start()
        theirs.close()
        self._running = 0  # the process of the notebook at work

    def _receive(self, deadline: float) -> Any:
        if not self._connection.poll(max(deadline - monotonic(), 0)):
            raise TimeoutError
        return self._connection.recv()


def _preloaded(modules: Sequence[str]) -> list[str]:
    return ["analysis.notebooks.served", "analysis.notebooks.forks", *_OF_A_KERNEL, *modules]


def _silence_debugger() -> None:
    """ipykernel loads a debugger, which would warn of itself in every log; processes to come inherit this."""
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")


def _tend(connection: Connection, modules: Sequence[str], warm: Warm | None, environment: dict[str, str]) -> None:
    """A nursery's life: fork for each notebook that comes, until the other end is gone."""
    os.environ.clear()
    os.environ.update(environment)
    _silence_debugger()  # here too: the server may have been there before
    for module in (*_OF_A_KERNEL, *modules):
        import_module(module)
    from nbformat.v4 import new_output

    new_output("stream")  # nbformat compiles its schema for the first
    if warm:
        with suppress(Exception):  # the notebook will stumble over the same and say so
            warm()
    gc.collect()
    gc.freeze()  # what is loaded lives as long as the process: forks share its memory while no collection touches it
    ours = multiprocessing.parent_process()
    assert ours is not None
    while ours.sentinel not in wait([connection, ours.sentinel]):
        try:
            notebook = connection.recv()
        except EOFError:
            return
        # Each end tells the other of its death by closing; nothing else is said through these.
        child_alive, child_end = os.pipe()
        our_alive, our_end = os.pipe()
        child = os.fork()
        if not child:
            os.close(child_alive)
            os.close(our_end)
            _live(connection, notebook, our_alive)
        os.close(child_end)
        os.close(our_alive)
        if ours.sentinel in wait([child_alive, ours.sentinel]):
            os.kill(child, signal.SIGKILL)
        os.close(child_alive)
        _, status = os.waitpid(child, 0)
        os.close(our_end)
        if status:
            os._exit(1)  # it may have died amid a message: nothing more can be said through this pipe


def _live(connection: Connection, notebook: Any, nursery_alive: int) -> None:
    """A fork's life: run one notebook, tell of each cell, and end without cleaning up what is not its own."""
    code = 1
    try:
        threading.Thread(target=_end_with, args=(nursery_alive,), daemon=True).start()
        multiprocessing.current_process().daemon = False  # a notebook may have processes of its own
        from analysis.notebooks.in_process import language_info, run_cells

        connection.send((os.getpid(), language_info()))
        for executed in run_cells(notebook):
            connection.send(executed)
        connection.send(None)
        code = 0
    finally:
        os._exit(code)


def _end_with(nursery_alive: int) -> None:
    os.read(nursery_alive, 1)
    os._exit(1)
