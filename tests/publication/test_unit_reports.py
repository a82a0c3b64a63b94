"""Reports of units at scale: only what changed is made again, one that fails stops no other, a killed run goes on."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from papermill import execute_notebook
from support.in_process import tables_of
from support.small_run import PATIENCE, SmallProject, small_project
from support.toy_notebooks import add_cell, copying_toys, write_notebook
from support.worked_example import AS_OF

from analysis.findings.report import Report, read_report
from analysis.language.texts import Language
from analysis.notebooks import batch
from analysis.notebooks.batch import Made, Task, make_pieces
from analysis.notebooks.forks import Nursery
from analysis.pages.page import publish_report
from analysis.publication.unit_reports import report_task, unit_pieces, wanted_codes
from analysis.reference.tables import load_reference

# The heavy fixture is made on one worker alone.
pytestmark = pytest.mark.slow
CODES = ["AREA:H45.22", "H45.18", "H45.22", "TIER:commune", "TIER:district", "TIER:province"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A project with its tables, and no report yet."""
    project = small_project(tmp_path_factory.mktemp("finished") / "project")
    tables_of(project.raw, load_reference(project.home / "data/reference"), project.processed, AS_OF.isoformat())
    return project


@pytest.fixture
def report(finished: SmallProject) -> Report:
    return read_report(finished.processed, finished.home / "data/reference")


@pytest.fixture
def task(finished: SmallProject, tmp_path: Path) -> Task:
    """A notebook that says which unit it is about, for each unit once: it notes its runs in a file."""
    log = tmp_path / "log"
    cells = [f"with open({str(log)!r}, 'a') as log:\n    print(unit, file=log)", "print(f'report of {unit}')"]
    write_notebook(tmp_path / "unit.ipynb", cells, ["processed", "reference", "lang", "unit"])
    folders = {"processed": str(finished.processed), "reference": str(finished.home / "data/reference"), "lang": "vi"}
    own = report_task(folders, tmp_path / "cache", Language(), jobs=2)
    # These notebooks need nothing that had to be loaded before.
    return replace(own, seconds=PATIENCE, warm=dict, publish=_publish_text)


def _publish_text(executed: Any, page: Path, title: str) -> None:
    page.write_text(title + "".join(executed.cells[-1].outputs[0]["text"]), encoding="utf-8")


@pytest.fixture
def unexecuted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody executes the notebooks: for what is asked of which reports are made, not of how."""
    silent = new_notebook(cells=[new_code_cell(outputs=[new_output("stream", text="")])])
    monkeypatch.setattr(batch, "CAN_FORK", False)  # no interpreter waits for them
    monkeypatch.setattr(batch, "execute", lambda *_: silent)


def _make(
    task: Task, report: Report, folder: Path, *units: str, advance: Callable[[int], None] = lambda count: None
) -> Made:
    pieces = unit_pieces(report, Path(task.parameters["processed"]), _notebook(task))
    return make_pieces(task, pieces, wanted_codes(report, units or ("all",)), folder, report.language, advance)


def _notebook(task: Task) -> Path:
    return task.cache.with_name("unit.ipynb")


def _runs(task: Task) -> list[str]:
    log = task.cache.with_name("log")
    return sorted(log.read_text(encoding="utf-8").split()) if log.exists() else []


def _with_cell(task: Task, source: str) -> Task:
    add_cell(_notebook(task), source, place=2)
    return task


def test_each_unit_and_group_has_its_page_once(task: Task, report: Report, tmp_path: Path) -> None:
    made = _make(task, report, tmp_path / "month")
    assert sorted(made.made) == made.published == CODES == _runs(task)
    names = {path.stem for path in (tmp_path / "month/units").iterdir()}
    assert names == {code.replace(":", "-") for code in CODES}
    assert "report of AREA:H45.22" in (tmp_path / "month/units/AREA-H45.22.html").read_text(encoding="utf-8")


def test_what_did_not_change_is_not_made_again(task: Task, report: Report, tmp_path: Path) -> None:
    _make(task, report, tmp_path / "first")
    again = _make(task, report, tmp_path / "second")
    assert (again.made, sorted(again.kept)) == ([], CODES)
    assert _runs(task) == CODES
    assert (tmp_path / "second/units/H45.18.html").is_file()


@pytest.mark.usefixtures("unexecuted")
def test_a_districts_new_figures_leave_the_departments_page_alone(task: Task, report: Report, tmp_path: Path) -> None:
    _make(task, report, tmp_path / "first")
    rows = report.attainment
    changed = rows.assign(shortfall=rows["shortfall"] + rows["unit_code"].eq("H45.22"))
    again = _make(task, replace(report, attainment=changed), tmp_path / "second")
    assert sorted(again.made) == ["AREA:H45.22", "H45.22", "TIER:district"]


@pytest.mark.usefixtures("unexecuted")
def test_another_comparison_among_departments_changes_all_of_them(task: Task, report: Report, tmp_path: Path) -> None:
    _make(task, report, tmp_path / "first")
    compared = report.outlook["comparison"]
    changed = compared.assign(ranked_units=compared["ranked_units"] + compared["tier"].eq("province"))
    again = _make(task, replace(report, outlook=report.outlook | {"comparison": changed}), tmp_path / "second")
    assert sorted(again.made) == ["H45.18", "TIER:province"]


@pytest.mark.usefixtures("unexecuted")
def test_another_day_notebook_or_language_makes_all_anew(task: Task, report: Report, tmp_path: Path) -> None:
    _make(task, report, tmp_path / "first")
    assert len(_make(task, replace(report, as_of=report.as_of.replace(day=1)), tmp_path / "day").made) == len(CODES)
    assert len(_make(_with_cell(task, "1 + 1"), report, tmp_path / "notebook").made) == len(CODES)


def test_one_that_fails_is_named_and_the_others_are_there(task: Task, report: Report, tmp_path: Path) -> None:
    broken = _with_cell(task, "if unit == 'H45.18':\n    raise ValueError('0905 123 456')")
    made = _make(broken, report, tmp_path / "month")
    assert list(made.failed) == ["H45.18"]
    assert "ValueError" in made.failed["H45.18"]
    assert "0905" not in made.failed["H45.18"], "what an error quotes may be a cell of an export"
    assert made.published == [code for code in CODES if code != "H45.18"]
    assert not (tmp_path / "month/units/H45.18.html").exists()


@pytest.mark.parametrize(
    ("source", "reason"),
    [("if unit == 'H45.22':\n    import os; os._exit(1)", "bộ nhớ"), ("while unit == 'H45.22': time.sleep(1)", "quá")],
)
def test_one_that_dies_or_hangs_stops_no_other(
    task: Task, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    run = Nursery.run

    def run_not_long(nursery: Nursery, notebook: Any, seconds: float) -> Any:
        """Little time for the one that hangs, which needs none; for the others as much as a busy machine takes."""
        hangs = any('unit = "H45.22"' in cell.source for cell in notebook.cells)
        return run(nursery, notebook, 2 if hangs and "sleep" in source else seconds)

    monkeypatch.setattr(Nursery, "run", run_not_long)
    made = _make(_with_cell(task, f"import time\n{source}"), report, tmp_path / "month")
    assert list(made.failed) == ["H45.22"]
    assert reason in made.failed["H45.22"]
    assert len(made.published) == len(CODES) - 1


def test_a_run_that_was_cut_short_goes_on_where_it_ended(task: Task, report: Report, tmp_path: Path) -> None:
    """What was finished is kept, although nothing was published."""
    finished, cut, slow = [], tmp_path / "cut", tmp_path / "slow"
    slow.touch()

    def cut_after_three(count: int) -> None:
        finished.extend([1] * count)
        if len(finished) == 3:
            cut.touch()
            raise KeyboardInterrupt

    # The fourth waits for the cut, and then long enough for it to reach those that have not begun.
    wait = f"while len(open({str(tmp_path / 'log')!r}).readlines()) > 3 and not os.path.exists({str(cut)!r}):"
    pause = f"if os.path.exists({str(cut)!r}) and os.path.exists({str(slow)!r}):"
    source = f"import os, time\n{wait}\n    time.sleep(0.05)\n{pause}\n    time.sleep(3)"
    task = replace(_with_cell(task, source), jobs=1)
    with pytest.raises(KeyboardInterrupt):
        _make(task, report, tmp_path / "month", advance=cut_after_three)
    begun = len(_runs(task))
    assert 3 <= begun < len(CODES), "those at work are ended, no other is begun"
    slow.unlink()
    again = _make(task, report, tmp_path / "month")
    assert len(again.kept) == 3
    assert again.published == CODES
    assert len(_runs(task)) <= len(CODES) + begun - 3, "only what was at work when it was cut is done twice"


@pytest.mark.usefixtures("unexecuted")
def test_only_the_wanted_are_made_and_others_stay_where_they_still_hold(
    task: Task, report: Report, tmp_path: Path
) -> None:
    first = _make(task, report, tmp_path / "first", "H45.18")
    assert first.made == ["H45.18"]
    second = _make(task, report, tmp_path / "second", "H45.22")
    assert (second.made, second.kept) == (["H45.22"], ["H45.18"])
    third = _make(task, report, tmp_path / "third", "criteria")
    assert (third.made, sorted(third.kept)) == ([], ["H45.18", "H45.22"])


@pytest.mark.usefixtures("unexecuted")
def test_pages_that_nothing_needs_any_more_are_forgotten(task: Task, report: Report, tmp_path: Path) -> None:
    _make(task, report, tmp_path / "first")
    _make(task, replace(report, as_of=report.as_of.replace(day=1)), tmp_path / "second")
    assert len(list(task.cache.iterdir())) == len(CODES)


@dataclass(frozen=True)
class Ended:
    """A run whose report of one unit fails, and the folder of its reports."""

    done: subprocess.CompletedProcess[str]
    reports: Path


@pytest.fixture(scope="module")
def ended(finished: SmallProject, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    home = tmp_path_factory.mktemp("ended")
    copying_toys(home / "notebooks", finished.processed, unit="assert unit != 'H45.18'")
    folders = ("--processed", str(home / "processed"), "--reports", str(home / "reports"))
    done = finished.run_here(*folders, "--as-of", AS_OF.isoformat(), cwd=home)
    return Ended(done, home / "reports")


def test_a_run_with_a_failing_report_ends_with_1_and_says_which(ended: Ended) -> None:
    assert ended.done.returncode == 1, ended.done.stderr
    assert "báo cáo của H45.18" in ended.done.stderr
    assert len(ended.done.stderr.splitlines()) == 1
    assert "5" in ended.done.stdout.splitlines()[-1]
    month = ended.reports / AS_OF.strftime("%Y-%m")
    assert "AssertionError" in (month / "units/H45.18.html").read_text(encoding="utf-8")
    assert (month / "units/H45.22.html").is_file()


def test_a_run_that_makes_no_report_keeps_those_that_still_hold(
    ended: Ended, finished: SmallProject, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(ended.reports.parent, home)
    month = home / f"reports/{AS_OF:%Y-%m}"
    pages = {
        path.name: path.read_bytes() for path in month.rglob("*.html") if path.parent.name in ("units", "criteria")
    }
    folders = ("--processed", str(home / "processed"), "--reports", str(home / "reports"), "--units", "none")
    done = finished.run_here(*folders, "--as-of", AS_OF.isoformat(), cwd=home)
    assert done.returncode == 0, done.stderr
    after = {
        path.name: path.read_bytes() for path in month.rglob("*.html") if path.parent.name in ("units", "criteria")
    }
    assert after.keys() == pages.keys()
    assert [name for name in pages if after[name] != pages[name]] == ["H45.18.html"], "which had not been made"


def test_the_run_tells_other_programs_what_it_did(ended: Ended) -> None:
    told = json.loads((ended.reports / "run.json").read_text(encoding="utf-8"))
    assert {"clean", "attainment", "trends_and_gap", "report", "total"} <= told["seconds"].keys()
    assert told["order"]["as_of"] == AS_OF.isoformat()
    assert [(file["file"], len(file["sha256"]), file["status"]) for file in told["inputs"]] == [
        ("xuat-20200731.csv", 64, "accepted")
    ]
    assert told["libraries"]["papermill"]
    assert told["warnings"] == []
    assert told["reports"]["made"] == [code for code in CODES if code != "H45.18"]
    assert (told["reports"]["kept"], list(told["reports"]["failed"])) == ([], ["H45.18"])


def test_a_units_page_is_the_same_from_papermills_own_engine(finished: SmallProject, tmp_path: Path) -> None:
    notebook = Path(__file__).parents[2] / "notebooks/unit.ipynb"
    folders = {"processed": str(finished.processed), "reference": str(finished.home / "data/reference")}
    pages = []
    for engine in (None, "dvctt"):
        executed = execute_notebook(
            str(notebook), None, {**folders, "unit": "H45.22"}, engine_name=engine, progress_bar=False
        )
        publish_report(executed, tmp_path / f"{engine}.html", Language(), "title", "../")
        pages.append((tmp_path / f"{engine}.html").read_text(encoding="utf-8"))
    assert pages[0] == pages[1]
    assert "Đồng Xuân" in pages[0]
