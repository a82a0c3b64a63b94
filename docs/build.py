"""Builds the documentation into static HTML: ``python docs/build.py`` (``make docs``).

The pages' examples run in a project as a user has it after ``make report`` on the shipped sample, which is made first.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
BUILD = DOCS / "_build"


def add_example(folder: Path) -> None:
    """The real figures of ``vi-du/cap-cuu-anh.md`` and the data files that measure them, in the project ``folder``."""
    example = folder / "data/vi-du/cap-cuu-anh"
    shutil.copytree(DOCS / "vi-du/cap-cuu-anh", example / "reference", dirs_exist_ok=True)
    shutil.copy(ROOT / "data/reference/vocabulary.toml", example / "reference")
    (example / "raw").mkdir(exist_ok=True)
    shutil.copy(ROOT / "benchmarks/real/nhs-ae-attendances.csv", example / "raw")


def make_project(folder: Path) -> None:
    """The folders of a finished run in ``folder``: data/reference, data/processed, notebooks. Incremental.

    ``data/den-30-9`` holds what the same run knew on 30 September 2020.
    """
    shutil.copytree(ROOT / "data/reference", folder / "data/reference", dirs_exist_ok=True)
    add_example(folder)
    (folder / "notebooks").mkdir(exist_ok=True)
    _run(folder, "--as-of", "2020-09-30")
    shutil.copytree(folder / "data/processed", folder / "data/den-30-9", dirs_exist_ok=True)
    _run(folder)


def _run(folder: Path, *options: str) -> None:
    outputs = ["--processed", folder / "data/processed", "--reports", folder / "reports", "--until", "duties"]
    command = [sys.executable, "-m", "analysis.cli", "run", *map(str, outputs), *options]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode not in (0, 3):  # 3: with a warning
        raise SystemExit(done.returncode)


def build(project: Path, html: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build the pages into ``html``, every warning an error; ``options`` are Sphinx's own."""
    strict = ["--fail-on-warning", "--keep-going", "--nitpicky"]
    places = ["--doctree-dir", str(html.with_name(f"{html.name}.doctrees")), str(DOCS), str(html)]
    command = [sys.executable, "-m", "sphinx", *strict, *options, *places]
    environment = os.environ | {"DVCTT_DOCS_PROJECT": str(project.resolve())}
    return subprocess.run(command, cwd=ROOT, env=environment, text=True, check=False)


if __name__ == "__main__":
    make_project(BUILD / "project")
    done = build(BUILD / "project", BUILD / "html")
    if not done.returncode:
        print(f"Tài liệu: {(BUILD / 'html/index.html').relative_to(ROOT)}")
    raise SystemExit(done.returncode)
