"""A run small enough to repeat: the worked example's seven dossiers, by the real command.

In a process of its own, as users have it, or in the test's, where that is not what is tested: a process loads libraries
for seconds before it says that it was called wrongly.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from analysis.cli import main
from support.folders import write_export, write_reference
from support.worked_example import CATALOGUE, DOSSIERS, UNITS


@dataclass(frozen=True)
class SmallProject:
    """Folders of one project; ``elsewhere`` is an empty folder to stand in while running."""

    home: Path

    @property
    def raw(self) -> Path:
        return self.home / "data/raw"

    @property
    def processed(self) -> Path:
        return self.home / "data/processed"

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    @property
    def elsewhere(self) -> Path:
        return self.home / "elsewhere"

    @property
    def command(self) -> list[str]:
        """``dvctt run`` on these folders."""
        options = {
            "--raw": self.raw,
            "--reference": self.home / "data/reference",
            "--processed": self.processed,
            "--reports": self.reports,
        }
        return [*DVCTT, "run", *(str(word) for option in options.items() for word in option)]

    def run_here(self, *options: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """The same in this process: its notebooks alone have processes of their own."""
        return call_here([*self.command[len(DVCTT) :], *options], cwd or self.elsewhere)

    def run(self, *options: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the job with further options and wait for its end."""
        return call([*self.command, *options], cwd or self.elsewhere)


DVCTT = [sys.executable, "-m", "analysis.cli"]
PATIENCE = 1200  # seconds: what takes longer on the busiest machine has come to a halt


def call(command: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command, its output kept as text."""
    return subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def call_here(arguments: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """``dvctt`` with these arguments in this process, as if a user stood in ``cwd``; its output kept as text."""
    told, complained = StringIO(), StringIO()
    with chdir(cwd), redirect_stdout(told), redirect_stderr(complained), patch.dict(os.environ):
        try:
            code = main(arguments)
        except SystemExit as end:  # of argparse, after the help
            code = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, code, told.getvalue(), complained.getvalue())


def small_project(home: Path) -> SmallProject:
    """The worked example of contract §7 as a project of its own."""
    project = SmallProject(home)
    project.elsewhere.mkdir(parents=True)
    write_reference(home / "data/reference", UNITS, CATALOGUE)
    write_export(project.raw / "xuat-20200731.csv", DOSSIERS)
    return project


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
