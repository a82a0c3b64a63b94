"""The project's own definitions and notebooks go along, in a checkout and in an installed package."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

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


def test_a_wheel_brings_them_along(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    said = subprocess.run(
        [sys.executable, "-c", SAYS],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stdout.split() == [str(tmp_path / "site/analysis/project/data/reference"), "sha256", "True"], (
        said.stderr
    )
