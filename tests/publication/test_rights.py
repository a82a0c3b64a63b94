"""A run that may not read or write everything: what it lacks the right to is told, and what was published stands.

The administrator may override all rights; there the command runs without that, as another user would.
"""

import os
import shutil
from pathlib import Path

import pytest
from support.folders import read_csv, write_export
from support.small_run import SmallProject, call, contents, small_project
from support.toy_notebooks import write_toys
from support.worked_example import AS_OF, DOSSIERS

from analysis.storage.generations import verify_generation

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them"),
]
_BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
OPTIONS = ["--until", "clean", "--as-of", AS_OF.isoformat()]


def run_as_other(project: SmallProject, **environment: str) -> tuple[int, str]:
    bound = _BOUND if os.geteuid() == 0 else []
    if bound:
        assert shutil.which("setpriv"), "util-linux is wanted"
    done = call([*bound, *project.command, *OPTIONS], project.elsewhere, **environment)
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """After a good run of a user whose home is shut."""
    project = small_project(tmp_path_factory.mktemp("rights") / "project")
    home = _home(project)
    home.mkdir(mode=0)
    code, told = run_as_other(project, HOME=str(home), XDG_DATA_HOME="", XDG_CONFIG_HOME="")
    home.chmod(0o755)
    assert code == 0, told
    return project


def _home(published: SmallProject) -> Path:
    return published.home.with_name("of another")


@pytest.fixture
def project(published: SmallProject, tmp_path: Path) -> SmallProject:
    shutil.copytree(published.home, tmp_path / "project")
    return SmallProject(tmp_path / "project")


def test_a_reference_file_that_may_not_be_read_is_told(project: SmallProject) -> None:
    before = contents(project.processed)
    (project.home / "data/reference/units.csv").chmod(0)
    code, told = run_as_other(project)
    assert code == 1
    assert "units.csv: không mở được" in told
    assert "quyền đọc" in told
    assert contents(project.processed) == before


def test_an_export_that_may_not_be_read_is_quarantined_and_the_others_count(project: SmallProject) -> None:
    write_export(project.raw / "khoa.csv", DOSSIERS[:1]).chmod(0)
    code, told = run_as_other(project)
    assert code == 3, told
    states = {file["file"]: file["status"] for file in read_csv(project.processed / "files.csv")}
    assert states == {"khoa.csv": "quarantined", "xuat-20200731.csv": "accepted"}
    verify_generation(project.processed)


@pytest.mark.parametrize("shut", ["data", "data/processed"])
def test_results_that_may_not_be_written_stay_as_they_were_and_nothing_is_left(
    project: SmallProject, shut: str
) -> None:
    write_toys(project.elsewhere / "notebooks")  # another run has something to do
    before = contents(project.processed)
    folder = project.home / shut
    folder.chmod(0o555)
    if shut == "data":
        (project.home / "data/.processed.work").chmod(0o555)
    try:
        code, told = run_as_other(project)
    finally:
        folder.chmod(0o755)
        (project.home / "data/.processed.work").chmod(0o755)
    assert code == 1, told
    assert len(told.splitlines()) == 1
    assert "Traceback" not in told
    assert "được phép ghi" in told
    assert contents(project.processed) == before
    assert list(project.home.rglob("staging-*")) == []


def test_the_home_of_another_user_is_not_needed(published: SmallProject) -> None:
    verify_generation(published.processed)
    assert list(_home(published).iterdir()) == []
