"""The project's own definitions and notebooks go along, in a checkout and in an installed package."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support.small_run import call

from analysis.storage.places import OWN_REFERENCE, PROJECT

ROOT = Path(__file__).parents[2]
SAYS = """
from pathlib import Path
from analysis.reference.columns import load_columns
from analysis.storage.places import OWN_REFERENCE, PROJECT
known = load_columns(Path("nowhere"))
print(OWN_REFERENCE, known.key("files", "sha256"), (PROJECT / "notebooks/clean.ipynb").is_file())
"""


def test_a_checkout_has_them_beside_the_code() -> None:
    assert PROJECT.samefile(ROOT)
    assert (OWN_REFERENCE / "columns.toml").is_file()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a wheel brings, outside the checkout."""
    home = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(home)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = home.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(home / "site")
    return home / "site"


def run(installed: Path, cwd: Path, *arguments: str) -> str:
    """What Python prints with the installed package in the place of the checkout's."""
    told = call([sys.executable, *arguments], cwd, PYTHONPATH=str(installed))
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_a_wheel_brings_them_along(installed: Path, tmp_path: Path) -> None:
    said = run(installed, tmp_path, "-c", SAYS)
    assert said.split() == [str(installed / "analysis/project/data/reference"), "sha256", "True"]


def test_an_installed_package_makes_a_folder_for_another_province(installed: Path, tmp_path: Path) -> None:
    dvctt = ("-m", "analysis.cli")
    assert "Bình Định" in run(installed, tmp_path, *dvctt, "new", "home", "--province", "binh dinh", "--year", "2020")
    assert (tmp_path / "home/notebooks/clean.ipynb").is_file()
    run(installed, tmp_path, *dvctt, "sample", "--out", "exports", "--dossiers", "300")
    assert len([*(tmp_path / "exports").rglob("*.*")]) > 10
