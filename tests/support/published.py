"""One province, published for all the tests of what is published: made once, shared by every worker, never written to.

A test that writes takes a copy.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from support.folders import REFERENCE
from support.province import write_province
from support.small_run import DVCTT, small_project

KINDS = ("H45.18", "H45.22", "H45.22.01", "AREA:H45.22", "TIER:province", "TIER:commune")
MORE = (*KINDS, "H45.10", "H45.21", "H45.21.01", "H45.22.02", "H45.24", "AREA:H45.21", "TIER:district")


@dataclass(frozen=True)
class Publication:
    """A finished run: its tables, and the pages and documents of its month; ``home`` has its temporary files too."""

    home: Path
    lang: str
    as_of: str
    units: tuple[str, ...]

    @property
    def processed(self) -> Path:
        return self.home / "processed"

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    @property
    def name(self) -> str:
        """The month: 2020-12."""
        return self.as_of[:7]

    @property
    def month(self) -> Path:
        """The month's folder."""
        return self.reports / self.name


@dataclass(frozen=True)
class Province:
    """The exports and publications below ``folder``, each made when it is first asked for."""

    folder: Path

    @property
    def exports(self) -> Path:
        """A folder with the exports in ``raw``, beside them the codes of their dossiers."""
        return once(self.folder / "exports", write_province)

    def year(self, lang: str = "vi") -> Publication:
        """The year's end; in Vietnamese with more units' reports, in English with one of each kind."""
        wanted = Publication(self.folder / f"year-{lang}", lang, "2020-12-31", MORE if lang == "vi" else KINDS)
        return self._published(wanted, REFERENCE, self.september() if lang == "vi" else self.year())

    def september(self) -> Publication:
        """A day within a month within the year: the month is not whole, and what comes after it is foretold. Of the
        criteria one draft and its rival: their pages take long.
        """
        reference = once(self.folder / "reference", _write_few_criteria)
        return self._published(Publication(self.folder / "september", "vi", "2020-09-20", KINDS), reference)

    @property
    def user(self) -> Path:
        """The home of the user who published."""
        return self.folder / "user"

    def _published(self, wanted: Publication, reference: Path, before: Publication | None = None) -> Publication:
        """With the tables of the run ``before`` to go on from, as a user's next run does."""

        def make(home: Path) -> None:
            self.user.mkdir(exist_ok=True)
            if before:
                for name in ("processed", ".processed.work"):  # with the files that were read and need not be again
                    shutil.copytree(before.home / name, home / name)
            _publish(wanted, self.exports / "raw", reference, self.user)

        once(wanted.home, make)
        return wanted


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder of this session that all its workers see."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def once(folder: Path, make: Callable[[Path], object]) -> Path:
    """``folder``, made by whoever asks first; who asks meanwhile waits."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = folder.with_suffix(".made")
    with FileLock(folder.with_suffix(".lock")):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def publish_two_months(home: Path) -> None:
    """The worked example in ``home``, an export and nothing beside it, as of two days."""
    project = small_project(home)
    for day in ("2020-06-30", "2020-07-31"):
        done = project.run_here("--units", "none", "--as-of", day)
        assert done.returncode == 0, done.stderr


def _write_few_criteria(folder: Path) -> None:
    others = shutil.ignore_patterns("chu-tich-huyen*.toml", "giam-doc-so*.toml")
    shutil.copytree(REFERENCE, folder, ignore=others, dirs_exist_ok=True)


def _publish(wanted: Publication, raw: Path, reference: Path, user: Path) -> None:
    """The real command; whatever it writes lies in the publication's folder or in the user's home."""
    temporary, said = wanted.home / "tmp", wanted.home / "said.txt"
    temporary.mkdir()
    folders = {"--raw": raw, "--reference": reference, "--processed": wanted.processed, "--reports": wanted.reports}
    options = [str(word) for option in folders.items() for word in option]
    options += ["--lang", wanted.lang, "--as-of", wanted.as_of, "--units", ",".join(wanted.units)]
    environment = os.environ | {"HOME": str(user), "TMPDIR": str(temporary), "LC_ALL": "C.UTF-8"}
    with said.open("wb") as log:
        done = subprocess.run(
            [*DVCTT, "run", *options], cwd=temporary, env=environment, stdout=log, stderr=log, check=False
        )
    assert done.returncode == 3, said.read_text(encoding="utf-8")  # files are quarantined
