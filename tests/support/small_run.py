"""A run small enough to repeat: the worked example's seven dossiers, by the real command in a process of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

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

    def run(self, *options: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the job with further options and wait for its end."""
        return call([*self.command, *options], cwd or self.elsewhere)


DVCTT = [sys.executable, "-m", "analysis.cli"]


def call(command: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command, its output kept as text."""
    return subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=300, check=False
    )


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
