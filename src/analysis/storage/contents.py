"""What stands in folders: digests of bytes, and marks by which a change is seen without reading."""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from analysis.storage.regular import open_regular

Marks = dict[str, list[int]]


def digests(paths: Iterable[Path]) -> list[str]:
    """The SHA-256 of each file, several at once; raises OSError for what cannot be read or is no regular file."""
    with ThreadPoolExecutor() as pool:  # hashing lets other threads run
        return list(pool.map(_sha256, paths))


def joined(parts: Mapping[str, str]) -> str:
    """One digest of named ones, whatever their order."""
    return hashlib.sha256("".join(f"{name}\0{part}\0" for name, part in sorted(parts.items())).encode()).hexdigest()


def marks(folder: Path) -> Marks:
    """Of every file and link below ``folder``, by its relative path: size, times of change of its bytes and of the
    entry, and its number. Whoever sets back the time of a changed file still changes the second. Nothing where there is
    no such folder.
    """
    found: Marks = {}
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_dir():
            found[path.relative_to(folder).as_posix()] = [*mark(path)]
    return found


def mark(path: Path) -> tuple[int, ...]:
    """That of one file or link; raises OSError where there is none."""
    state = path.lstat()
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


def _sha256(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
