"""Generations: the files of a run replace the previous ones in one step, or not at all.

A run fills a staging folder beside the published one, on the same file system, and the two swap
places. Killed at any moment, it leaves the published folder as one whole generation.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from analysis.language.problems import RunProblem, UsageProblem
from analysis.language.texts import N_
from analysis.storage.swap import SWITCHING, switch
from analysis.storage.writing import flush

LEDGER = "run.json"  # in the published folder: the generation and the sha256 of each of its files
# In the work folder: each file that the last switch found or brought, with its sha256 before and after.
_OURS = "published.json"

_IN_THE_WAY = N_("{path} is not of dvctt's making and would be replaced. Move it away, then start again.")


@dataclass(frozen=True)
class Staging:
    """A folder in the making: ``folder`` will replace ``published``; ``work`` is the run's own, never published.

    ``kept`` are the inodes of the files linked from the published folder, ``earlier`` the digests
    of those that an earlier run made; both by path relative to the folder.
    """

    published: Path
    work: Path
    folder: Path
    kept: dict[str, int]
    earlier: dict[str, str]


@contextmanager
def staging(published: Path, outputs: Collection[str]) -> Iterator[Staging]:
    """Hold the lock on ``published`` and give a staging folder with what a new run keeps of it.

    Kept are the user's own files and what earlier runs made in subfolders (earlier months);
    ``outputs`` (names) and earlier runs' other files are left out. Raises RunProblem when another
    run holds the lock, UsageProblem as ``check_folder``. In the end the staging folder, or what was swapped into it,
    is removed.
    """
    check_folder(published, outputs)
    published = Path(os.path.realpath(published))
    work = work_folder(published)
    work.mkdir(parents=True, exist_ok=True)
    with _locked(work / "lock", published):
        for leftover in work.glob("staging-*"):  # of killed runs: the lock says that none is alive
            _remove(leftover)
        folder = work / f"staging-{secrets.token_hex(4)}"
        folder.mkdir()
        try:
            earlier = _files_of(published)
            left_out = {LEDGER, SWITCHING, *outputs, *(path for path in earlier if "/" not in path)}
            kept = _link_tree(published, folder, left_out)
            yield Staging(published, work, folder, kept, earlier)
        finally:
            _remove(folder)


def _remove(folder: Path) -> None:
    """With all that is in it, also where it was given the mode of a published folder that may not be written."""
    with suppress(OSError):
        folder.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def check_folder(folder: Path, outputs: Collection[str] = ()) -> None:
    """Raise UsageProblem unless a run may publish into ``folder``: nothing that it did not make is ever replaced.

    It may be absent, empty but for dot files, or what an earlier run published; then none of the ``outputs`` (names)
    may be the user's own. A link to such a folder is as good.
    """
    try:
        there = Path(os.path.realpath(folder))
        work = work_folder(there)
        if os.path.lexists(folder) and not there.is_dir():
            raise UsageProblem(N_("{path} is no folder, and stays as it is. Give another."), path=folder)
        if os.path.lexists(work) and not work.is_dir():
            raise UsageProblem(N_("{path} is in the way. Move it away, or give another folder."), path=work)
        if Path.cwd().is_relative_to(there):
            raise UsageProblem(
                N_("{path} is the folder that you stand in, or holds it. Give another."),
                path=folder,
            )
        names = {entry.name for entry in there.iterdir()} if there.exists() else set()
    except (OSError, ValueError) as error:
        raise UsageProblem(
            N_("{path} cannot be used as a folder ({reason}). Give another."),
            path=str(folder)[:200],
            reason=getattr(error, "strerror", None) or type(error).__name__,
        ) from None
    made = _files_of(there)
    if not made and any(not name.startswith(".") for name in names):
        raise UsageProblem(
            N_("{path} holds files that dvctt did not make. Give a new or empty folder."),
            path=folder,
        )
    for name in sorted(names & {*outputs}):  # of a publication's many files these alone are asked about
        entry = there / name
        is_folder = entry.is_dir() and not entry.is_symlink()
        for path in [f"{name}/{path}" for path in _tree(entry)] if is_folder else [name]:
            if path not in made:
                raise UsageProblem(_IN_THE_WAY, path=folder / path)


def publish(stagings: Sequence[Staging], facts: dict[str, Any]) -> str:
    """Put every staging folder in the place of its published one, back to back; returns the generation's id.

    ``facts`` about the run stand beside the digests in ``run.json``. Raises RunProblem where a file of the user's is
    in the way.
    """
    generation = secrets.token_hex(8)
    for new in stagings:
        for name in set(new_files(new)) & set(new.kept) - set(new.earlier):
            raise RunProblem(_IN_THE_WAY, path=new.published / name)
        files = _settle_files(new)
        before_and_after = {path: [new.earlier.get(path), files.get(path)] for path in {**new.earlier, **files}}
        (new.work / _OURS).write_text(json.dumps(before_and_after), encoding="utf-8")
        ledger = {"generation": generation, **facts, "files": files}
        (new.folder / LEDGER).write_text(json.dumps(ledger, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for path in (new.folder / LEDGER, new.work / _OURS, new.folder):
            flush(path)
        _like(new.published, new.folder)
    for new in stagings:
        switch(new.folder, new.published, LEDGER, set(new.earlier))
        flush(new.published.parent)
    return generation


def verify_generation(folder: Path) -> str:
    """The id of the generation in ``folder``; raises RunProblem unless each of its files is there and unaltered."""
    ledger = _ledger_of(folder)
    if not ledger:
        raise RunProblem(N_("{folder} holds no finished run. Run dvctt run first."), folder=folder)
    for name, digest in ledger["files"].items():
        if not (folder / name).is_file() or _sha256(folder / name) != digest:
            raise RunProblem(
                N_("{folder}: {file} is not as the run left it. Run dvctt run again."), folder=folder, file=name
            )
    return str(ledger["generation"])


def work_folder(published: Path) -> Path:
    """The hidden sibling of a published folder that holds its lock, its cache and staging."""
    return published.with_name(f".{published.name}.work")


def published_folder(work: Path) -> Path | None:
    """The published folder whose hidden sibling ``work`` is, None where it is no such folder."""
    name = work.name.removeprefix(".").removesuffix(".work")
    found = work.with_name(name) if name and work_folder(work.with_name(name)) == work else None
    return found if found and found.is_dir() else None


def new_files(new: Staging) -> list[str]:
    """The files that this run wrote so far, relative to the staging folder, sorted."""
    return [path for path in _tree(new.folder) if new.kept.get(path) != (new.folder / path).lstat().st_ino]


@contextmanager
def _locked(path: Path, published: Path) -> Iterator[None]:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RunProblem(
            N_("Another run is at work on {folder}. Wait until it has ended, then start again."), folder=published
        ) from None
    try:
        yield
    finally:
        lock.release()


def _settle_files(new: Staging) -> dict[str, str]:
    """The digests of the generation's files; drops earlier files from the subfolders that this run wrote anew."""
    made = new_files(new)
    renewed = {path.split("/")[0] for path in made if "/" in path}
    files = {path: _sha256(new.folder / path) for path in made}
    for path in [*made, *{str(Path(path).parent) for path in made}]:
        flush(new.folder / path)
    for path, digest in new.earlier.items():
        if path not in new.kept or path in files:
            continue
        if path.split("/")[0] in renewed:
            (new.folder / path).unlink(missing_ok=True)
        elif (new.folder / path).is_file():
            files[path] = digest
    return dict(sorted(files.items()))


def _ledger_of(folder: Path) -> dict[str, Any]:
    ledger = _read_json(folder / LEDGER)
    return ledger if isinstance(ledger.get("files"), dict) and "generation" in ledger else {}


def _files_of(folder: Path) -> dict[str, str]:
    """What an earlier run made in ``folder``: path and sha256; what a switch that was cut short left is among it."""
    known: dict[str, str] = _ledger_of(folder).get("files", {})
    left = {
        path: digest
        for path, digests in _read_json(work_folder(folder) / _OURS).items()
        if path not in known and (folder / path).is_file() and (digest := _sha256(folder / path)) in digests
    }
    return known | left


def _read_json(path: Path) -> dict[str, Any]:
    """The object in a file, {} where there is no such file or something else in it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        return {}


def _link_tree(source: Path, target: Path, left_out: Collection[str]) -> dict[str, int]:
    """Hard links to all files of ``source`` in ``target``; returns their inodes there. Links cost no space or time."""
    inodes = {}
    for path in _tree(source):
        if path not in left_out and path.split("/")[0] not in left_out:  # an output may be a folder
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source / path, target / path, follow_symlinks=False)
            except OSError:  # a file system without hard links
                shutil.copy2(source / path, target / path, follow_symlinks=False)
            inodes[path] = (target / path).lstat().st_ino
    return inodes


def _tree(folder: Path) -> list[str]:
    """All files and symbolic links below ``folder`` by their relative paths, sorted."""
    entries = (entry for entry in folder.rglob("*") if entry.is_symlink() or not entry.is_dir())
    return sorted(entry.relative_to(folder).as_posix() for entry in entries)


def _like(published: Path, folder: Path) -> None:
    """Give the new folder the mode and owner of the one that it replaces."""
    with suppress(OSError):
        before = published.stat()
        folder.chmod(before.st_mode & 0o7777)
        os.chown(folder, before.st_uid, before.st_gid)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
