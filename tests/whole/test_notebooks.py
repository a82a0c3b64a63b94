"""The stages' notebooks: fit to be kept in version control, and each able to run by itself (contract §6)."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.provisioning import KernelProvisionerFactory
from papermill import PapermillExecutionError, execute_notebook
from support.small_run import PATIENCE, SmallProject, call, small_project
from support.worked_example import AS_OF

from analysis.notebooks.forks import Nursery, modules_of
from analysis.notebooks.notebook import code_cells, has_tag, load, parameter_names
from analysis.publication.order import STAGES

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs/extensions"))
from forked_kernels import NAME, PROVISIONER  # noqa: E402

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
PARAMETERS = {"raw", "reference", "processed", "reports", "work", "decision", "as_of", "lang", "jobs", "unit"}
PARAMETERS |= {"criteria", "period", "engine", "master", "published"}

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def _source(cell: Any) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


@each
def test_an_engine_that_is_asked_for_is_the_one_that_works(path: Path) -> None:
    notebook = load(path)
    code = "\n".join(_source(cell) for cell in notebook["cells"] if cell["cell_type"] == "code")
    assert ("engine" in parameter_names(notebook)) == ("Engine(engine, master)" in code)


def _headings(cell: Any) -> int:
    return sum(line.startswith("#") for line in _source(cell).splitlines())


def test_every_stage_has_its_notebook() -> None:
    assert {stage.name for stage in STAGES} <= {path.stem for path in NOTEBOOKS}


@each
def test_is_valid_with_stable_ids_in_words(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5), "cells have ids from 4.5 on"
    ids = [cell["id"] for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(name.replace("-", "").isalnum() and not name.isdigit() for name in ids)


@each
def test_is_kept_without_outputs(path: Path) -> None:
    for cell in code_cells(load(path)):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@each
def test_has_one_cell_of_parameters_with_known_names(path: Path) -> None:
    notebook = load(path)
    assert sum(has_tag(cell, "parameters") for cell in notebook["cells"]) == 1
    names = parameter_names(notebook)
    assert "lang" in names
    assert set(names) <= PARAMETERS
    assert has_tag(code_cells(notebook)[0], "parameters"), "before anything that uses them"


@each
def test_begins_with_its_title_in_vietnamese(path: Path) -> None:
    first = load(path)["cells"][0]
    assert first["cell_type"] == "markdown"
    assert has_tag(first, "lang-vi")
    assert _source(first).startswith("# ")


@each
def test_every_text_has_its_twin_in_the_other_language(path: Path) -> None:
    texts = [cell for cell in load(path)["cells"] if cell["cell_type"] == "markdown"]
    assert texts
    assert len(texts) % 2 == 0
    for vietnamese, english in zip(texts[::2], texts[1::2], strict=True):
        assert has_tag(vietnamese, "lang-vi")
        assert has_tag(english, "lang-en")
        assert not has_tag(vietnamese, "lang-en")
        assert _headings(vietnamese) == _headings(english)


@each
def test_its_code_cells_are_short(path: Path) -> None:
    for cell in code_cells(load(path)):
        assert has_tag(cell, "parameters") or len(_source(cell).splitlines()) <= 10, cell["id"]


@pytest.fixture(scope="module")
def analyst(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A project with notebooks, as an analyst opens it."""
    project = small_project(tmp_path_factory.mktemp("analyst") / "project")
    shutil.copytree(FOLDER, project.home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    return project


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """An interpreter for what need not be papermill's own command with a kernel of its own."""
    made = Nursery(modules_of([FOLDER / "unit.ipynb", FOLDER / "evaluation_criteria.ipynb"]))
    yield made
    made.close()


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ordinary kernels, but for where they come from: each is forked from a process that has the libraries loaded."""
    factory = KernelProvisionerFactory.instance()
    monkeypatch.setitem(factory.provisioners, NAME, PROVISIONER)
    monkeypatch.setattr(factory, "default_provisioner_name", NAME)


def _execute(analyst: SmallProject, nursery: Nursery, name: str, **parameters: str) -> Any:
    folders = {"processed": str(analyst.processed), "reference": str(analyst.home / "data/reference")}
    options = {"engine_name": "dvctt", "nursery": nursery, "seconds": PATIENCE, "progress_bar": False}
    return execute_notebook(str(FOLDER / f"{name}.ipynb"), None, {**folders, **parameters}, **options)


def _execute_as_jupyter(analyst: SmallProject, name: str, **parameters: object) -> Any:
    """By papermill's own engine and an ordinary kernel, from the folder in which JupyterLab would start it."""
    folder = analyst.home / "notebooks"
    options = {"cwd": str(folder), "progress_bar": False, "start_timeout": PATIENCE}
    return execute_notebook(str(folder / f"{name}.ipynb"), None, parameters, **options)


def _message(analyst: SmallProject, nursery: Nursery, name: str, **parameters: str) -> str:
    """What a notebook shows of the problem that ends it: in the languages one after the other, and no traceback."""
    with pytest.raises(PapermillExecutionError) as failed:
        _execute(analyst, nursery, name, **parameters)
    assert len(failed.value.traceback) == 2
    return str(failed.value.traceback[0])


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["check", *(stage.name for stage in STAGES)])
def test_runs_alone_from_its_own_folder(analyst: SmallProject, kernels: None, stage: str) -> None:
    """Papermill with the ordinary kernel and the defaults, where JupyterLab would start it; in order."""
    executed = _execute_as_jupyter(analyst, stage, as_of=AS_OF.isoformat())
    assert all(cell["execution_count"] for cell in code_cells(executed))
    assert "Thử Nghiệm" not in nbformat.writes(executed)


@pytest.mark.slow
def test_the_report_of_a_unit_runs_alone_after_them(analyst: SmallProject, kernels: None, nursery: Nursery) -> None:
    """As the brief of a unit is looked at: ``papermill notebooks/unit.ipynb out.ipynb -p unit H45.22``."""
    unit = _execute_as_jupyter(analyst, "unit", unit="H45.22")
    assert "<h1>Huyện Đồng Xuân</h1>" in nbformat.writes(unit)
    area = _execute(analyst, nursery, "unit", unit="AREA:H45.22")
    assert "<h1>Địa bàn huyện Đồng Xuân</h1>" in nbformat.writes(area)
    assert "H45.18 (Sở Xây dựng)" in _message(analyst, nursery, "unit", unit="H45.81")


@pytest.mark.slow
def test_what_hangs_is_asked_alone_after_them(analyst: SmallProject, nursery: Nursery) -> None:
    """``papermill notebooks/waiting.ipynb out.ipynb -p unit H45.18``; exports without a due day say so."""
    for unit in ("ALL", "H45.18", "AREA:H45.22"):
        assert "nào có ngày hẹn trả" in nbformat.writes(_execute(analyst, nursery, "waiting", unit=unit))
    assert "H45.18 (Sở Xây dựng)" in _message(analyst, nursery, "waiting", unit="H45.81")
    assert "nhật ký truy cập của cổng" in nbformat.writes(_execute(analyst, nursery, "service"))
    assert "danh sách thủ tục của Cổng" in nbformat.writes(_execute(analyst, nursery, "catalogue_on_portal"))


@pytest.mark.slow
def test_whether_reports_agree_is_asked_alone_after_them(analyst: SmallProject, nursery: Nursery) -> None:
    """``papermill notebooks/reconciliation.ipynb out.ipynb -p unit H45.18``; without reports it says what it needs."""
    assert "II.06/VPCP" in nbformat.writes(_execute(analyst, nursery, "reconciliation", unit="H45.18"))


@pytest.mark.slow
def test_how_dossiers_were_filed_is_asked_alone_after_them(analyst: SmallProject, nursery: Nursery) -> None:
    """``papermill notebooks/substance.ipynb out.ipynb -p unit H45.18``; exports without the time of filing say so."""
    for unit in ("ALL", "H45.18"):
        assert "cột Ngày nộp, kèm giờ phút" in nbformat.writes(_execute(analyst, nursery, "substance", unit=unit))


@pytest.mark.slow
def test_the_criteria_run_alone_after_them(analyst: SmallProject, kernels: None, nursery: Nursery) -> None:
    """``papermill notebooks/evaluation_criteria.ipynb out.ipynb -p criteria chu-tich-huyen -p period 2020``, whose year
    papermill takes for a number.
    """
    executed = _execute_as_jupyter(analyst, "evaluation_criteria", criteria="chu-tich-huyen", period=2020)
    shown = nbformat.writes(executed)
    assert "Địa bàn huyện Đồng Xuân" in shown
    assert "application/vnd.jupyter.widget-view+json" in shown, "the sliders, in JupyterLab alone"
    for wrong, named in (("giam-doc", "giam-doc-so"), ("thi-dua,chu-tich-huyen", "thi-dua")):
        assert named in _message(analyst, nursery, "evaluation_criteria", criteria=wrong)


@pytest.mark.slow
def test_runs_alone_from_the_projects_root(analyst: SmallProject) -> None:
    """As the README has it: ``papermill notebooks/<stage>.ipynb out.ipynb -p as_of …``."""
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "notebooks/clean.ipynb", "out.ipynb"]
    done = call([*command, "-p", "as_of", AS_OF.isoformat()], analyst.home)
    assert done.returncode == 0, done.stderr[-2000:]
    assert not (analyst.home / "notebooks/data").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), [("raw", "../elsewhere"), ("as_off", "2020-09-30")])
def test_a_problem_in_a_notebook_is_a_message_without_traceback(
    analyst: SmallProject, kernels: None, name: str, value: str
) -> None:
    with pytest.raises(PapermillExecutionError) as failed:
        _execute_as_jupyter(analyst, "clean", **{name: value})
    assert len(failed.value.traceback) == 2, "the message in each of the languages"
    assert (value if name == "raw" else name) in failed.value.traceback[0]
