"""Which code made a thing, as a digest: what a cache must be asked before it answers."""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


@cache
def code_version(*packages: str) -> str:
    """A digest of the code of some of our packages, of all of it where none is named."""
    folders = [_PACKAGE / name for name in packages] or [_PACKAGE]
    modules = sorted(module for folder in folders for module in folder.rglob("*.py"))
    digest = hashlib.sha256()
    for module in modules:
        digest.update(module.relative_to(_PACKAGE).as_posix().encode() + b"\0" + module.read_bytes())
    return digest.hexdigest()


def library_versions(names: Iterable[str]) -> list[str]:
    """The installed versions of distributions, such as ``pyarrow 21.0.0``."""
    return [f"{name} {version(name)}" for name in names]
