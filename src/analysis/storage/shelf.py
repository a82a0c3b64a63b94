"""Files that earlier runs made, each kept under the digest of all that it depends on, so that it is not made twice."""

import hashlib
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


class Shelf:
    """What stands in ``folder``; a writer is called with a path and leaves the file there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._asked: set[Path] = set()

    def put(self, target: Path, depends_on: object, write: Callable[[Path], object]) -> None:
        """Bring the file to ``target``: the kept one, or what ``write`` makes now; ``depends_on`` says in its ``repr``
        all that decides its bytes.
        """
        digest = hashlib.sha256(repr(depends_on).encode("utf-8", "surrogatepass")).hexdigest()
        kept = self._folder / f"{digest}{target.suffix}"
        self._asked.add(kept)
        if not kept.is_file():
            self._folder.mkdir(parents=True, exist_ok=True)
            write(kept)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)  # a link to what was published
        shutil.copyfile(kept, target)  # no link, through which whoever edits the one would edit the other

    def forget_others(self) -> None:
        """Remove what nobody asked for this time."""
        for entry in self._folder.glob("*"):
            if entry not in self._asked:
                with suppress(OSError):
                    entry.unlink()
