"""A temporary folder for what a run's notebooks leave behind, and its removal where the run was killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir

_PREFIX = "dvctt-run-"
_MOST_FOLDER = 60  # letters; a socket's path has a hundred at most, and multiprocessing adds some


def sweep() -> None:
    """Remove what killed runs left in the temporary folder."""
    if os.name != "posix":
        return  # there signal 0 would end the process that it asks for
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdecimal() and not _alive(int(owner)):
            rmtree(folder, ignore_errors=True)


@contextmanager
def own_folder() -> Iterator[str]:
    """A folder that goes with the run, in which notebooks' processes may leave what they like: they are ended at once,
    and tidy nothing up. The system's own where that one's path would be too long.
    """
    with TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        yield folder if len(folder) <= _MOST_FOLDER else gettempdir()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's
    return True
