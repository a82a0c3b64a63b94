"""Puts one folder in the place of another in a single step, where the system can."""

import ctypes
import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

_AT_FDCWD = -100  # <fcntl.h>: paths are relative to the current folder
_RENAME_EXCHANGE = 2  # <linux/fs.h>
SWITCHING = ".switching"  # in the published folder while files are replaced one by one; of a killed run a leftover


def switch(new: Path, published: Path, last: str, earlier: Collection[str]) -> None:
    """Let ``published`` be what ``new`` is; what was published before lies in ``new`` afterwards, or is gone.

    Where folders cannot be exchanged (a mount point, other systems) the files are replaced one by
    one: ``last`` is taken away first and comes back last, so that a switch cut short can be seen;
    ``earlier`` are the files of the previous generation, removed unless they are new again.
    """
    if not published.exists():
        published.parent.mkdir(parents=True, exist_ok=True)
        try:
            new.rename(published)
            return
        except OSError:
            published.mkdir(exist_ok=True)
    if not exchange(new, published):
        _replace_files(new, published, last, earlier)


def exchange(one: Path, other: Path) -> bool:
    """Swap two paths atomically; False where the system or the file system cannot.

    Python has no call for it, and rename(2) does not replace a folder with files in it: with two
    renames a kill in between would leave no folder at all, hence Linux's renameat2 by ctypes.
    """
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    paths = os.fsencode(one), os.fsencode(other)
    return renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], ctypes.c_uint(_RENAME_EXCHANGE)) == 0


def _replace_files(new: Path, published: Path, last: str, earlier: Collection[str]) -> None:
    """Copy everything first, where a full disk still harms nothing, then rename file by file."""
    paths = [path.relative_to(new) for path in new.rglob("*") if path.is_symlink() or not path.is_dir()]
    paths.sort(key=lambda path: (path.as_posix() == last, path))
    folder = published / SWITCHING
    shutil.rmtree(folder, ignore_errors=True)
    copies = {path: folder / str(number) for number, path in enumerate(paths)}
    try:
        folder.mkdir()
        for path, copy in copies.items():
            shutil.copy2(new / path, copy, follow_symlinks=False)
        (published / last).unlink(missing_ok=True)
        for path, copy in copies.items():
            _make_way(published, path)
            copy.replace(published / path)
        for name in set(earlier) - {path.as_posix() for path in paths}:
            with suppress(NotADirectoryError, IsADirectoryError):  # its folder may be a file now, or itself a folder
                (published / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_way(published: Path, path: Path) -> None:
    """Let a file have its place where a folder was published before, and the other way round."""
    for parent in list(path.parents)[-2::-1]:
        if (published / parent).is_file():
            (published / parent).unlink()
    (published / path).parent.mkdir(parents=True, exist_ok=True)
    if (published / path).is_dir() and not (published / path).is_symlink():
        shutil.rmtree(published / path)
