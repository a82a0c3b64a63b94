"""Imports go one way: the contracts of pyproject.toml hold for the package, and what breaks them is found."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(source: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the package in ``source`` by our contracts."""
    command = [Path(sysconfig.get_path("scripts")) / "lint-imports", "--config", ROOT / "pyproject.toml"]
    return subprocess.run(
        [*command, "--cache-dir", cache, "--no-logo"],
        env=os.environ | {"PYTHONPATH": str(source), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the package's code, to be spoilt."""
    shutil.copytree(
        ROOT / "src/analysis", tmp_path / "src/analysis", ignore=shutil.ignore_patterns("__pycache__", "*.po")
    )
    return tmp_path / "src"


def test_every_package_has_its_place_and_imports_from_those_below_it_alone(source: Path, tmp_path: Path) -> None:
    said = lint(source, tmp_path / "cache")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "Contracts: 3 kept, 0 broken." in said.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("language/folding.py", "from analysis.storage import writing", "one street"),
        ("pages/sections.py", "from analysis.documents import office", "one street"),
        ("sample/year.py", "from analysis.reference import tables", "the sample knows none"),
        ("outlook/arrivals.py", "from analysis.outlook import projection", "no circles"),
        ("helpers/__init__.py", "", "one street"),  # a package that has no place in the street
    ],
)
def test_what_breaks_the_rule_is_found(source: Path, tmp_path: Path, module: str, line: str, broken: str) -> None:
    path = source / "analysis" / module
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text(encoding="utf-8") if path.exists() else '"""Odds and ends."""') + f"\n{line}\n")
    said = lint(source, tmp_path / "cache")
    assert said.returncode == 1
    assert [line for line in said.stdout.splitlines() if line.startswith(broken) and line.endswith(" BROKEN")]
