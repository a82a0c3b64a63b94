"""A stage is executed where something that it depends on changed, and no other: by the real notebooks, whose tables are
written here.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from papermill.iorw import load_notebook_node
from support.folders import REFERENCE
from support.small_run import SmallProject, small_project

from analysis.language.texts import Language
from analysis.notebooks.notebook import load, used_parameters
from analysis.publication import keeping
from analysis.publication.ingredients import Ingredients, ingredients
from analysis.publication.keeping import STREET, Kept
from analysis.publication.order import OUTPUTS, STAGES, Order
from analysis.storage.generations import publish, staging

NOTEBOOKS = REFERENCE.parents[1] / "notebooks"
ALL = [stage.name for stage in STAGES]
FOLLOWING = ["clean", "duties", "report"]  # where exports say the same in other bytes
FILES = "file,sha256,status\nxuat.csv,{},accepted\n"


class Runs:
    """Runs of one project whose stages write ``words`` and are noted."""

    def __init__(self, home: Path) -> None:
        self.project: SmallProject = small_project(home)
        folders = (self.project.raw, home / "data/reference", self.project.processed, self.project.reports)
        self.notebooks = Path(shutil.copytree(NOTEBOOKS, home / "notebooks"))
        self.order = Order(*folders, self.notebooks)
        self.words = {"files.csv": FILES.format("0" * 64), "clean.json": '{"latest_day": "2020-07-31"}'}
        self.rows = [{"dossier_key": "a", "row": 1}, {"dossier_key": "b", "row": 2}]
        self.found: Callable[[Ingredients], Ingredients] = lambda found: found

    def go(self, **other: Any) -> list[str]:
        """The stages that were executed."""
        order = replace(self.order, **other)
        executed, done = {}, []
        with staging(order.processed, OUTPUTS) as new:
            kept = Kept(order, self.found(ingredients(order)), new)
            for stage in order.stages:
                executed[stage.name] = kept.executed(stage, load(order.notebook(stage.name)), {"lang": "vi"})
                if executed[stage.name] is None:
                    done.append(stage.name)
                    executed[stage.name] = load_notebook_node(str(order.notebook(stage.name)))
                    for name in stage.outputs:
                        self._write(new.folder / name)
            publish([new], {})
            assert {path.name for path in order.processed.iterdir()} - {"run.json"} == OUTPUTS
            kept.keep(executed)
        return done

    def _write(self, path: Path) -> None:
        if path.suffix == ".parquet":
            pd.DataFrame(self.rows).to_parquet(path)
        else:
            path.write_text(self.words.get(path.name, path.name), encoding="utf-8")


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """After one run."""
    made = Runs(tmp_path / "project")
    assert made.go() == ALL
    return made


def test_nothing_is_executed_twice(runs: Runs) -> None:
    assert runs.go() == []
    assert runs.go(jobs=1, units=("none",)) == []


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _another_export(runs: Runs) -> None:
    """Other bytes; what is cleaned of them is what a test says."""
    (runs.project.raw / "xuat-20200731.csv").open("ab").write(b"\n")
    runs.words["files.csv"] = FILES.format("1" * 64)


def _another_dossier(runs: Runs) -> None:
    _another_export(runs)
    runs.rows[0] = {"dossier_key": "c", "row": 1}


def _code(package: str) -> Callable[[Runs], None]:
    def change(runs: Runs) -> None:
        runs.found = lambda found: replace(found, code=found.code | {package: "another"})

    return change


def _libraries(runs: Runs) -> None:
    runs.found = lambda found: replace(found, libraries="others")


def _earlier_month(runs: Runs) -> None:
    (runs.project.reports / "2020-06/open-data").mkdir(parents=True)
    (runs.project.reports / "2020-06/open-data/standing.csv").touch()


UNITS = "data/reference/units.csv"
CHANGES: dict[str, tuple[Callable[[Runs], Any], list[str]]] = {
    "exports that say the same": (_another_export, FOLLOWING),
    "another dossier": (_another_dossier, ALL),
    "an alias": (lambda runs: _rewrite(runs.project.home / UNITS, "dựng,province,,", "dựng,province,,SXD"), FOLLOWING),
    "a unit's name": (lambda runs: _rewrite(runs.project.home / UNITS, "Xây dựng", "Xây Dựng"), ALL),
    "a sentence of a page": (_code("pages"), ["report"]),
    "how trends are found": (_code("outlook"), ["trends_and_gap", "duties", "report"]),
    "how files are written": (_code("storage"), ALL),
    "documents": (_code("documents"), []),
    "a library": (_libraries, ALL),
    "an earlier month": (_earlier_month, ["trends_and_gap"]),
    "a notebook": (
        lambda runs: _rewrite(runs.notebooks / "attainment.ipynb", '"len(attainment)"', '"1"'),
        ["attainment"],
    ),
    "a published table": (lambda runs: (runs.project.processed / "gap.csv").write_text("mine"), ["trends_and_gap"]),
}


@pytest.mark.parametrize(("change", "executed"), CHANGES.values(), ids=CHANGES)
def test_what_changed_has_executed_what_depends_on_it(
    runs: Runs, change: Callable[[Runs], Any], executed: list[str]
) -> None:
    change(runs)
    assert runs.go() == executed
    assert runs.go() == []


@pytest.mark.parametrize(
    ("other", "executed"),
    [
        ({"language": Language("en")}, FOLLOWING),
        ({"as_of": "2020-06-30"}, ["attainment"]),
        ({"decision": "766-qd-ubnd-2020"}, ["attainment"]),
    ],
    ids=str,
)
def test_what_is_asked_has_executed_what_it_is_asked_of(runs: Runs, other: dict[str, Any], executed: list[str]) -> None:
    assert runs.go(**other) == executed
    assert runs.go(**other) == []


def test_tomorrow_what_is_later_than_today_is_asked_anew(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "today", lambda: date(2030, 1, 1))
    assert runs.go() == ["clean"]


def test_what_is_said_but_once_is_said_anew(runs: Runs) -> None:
    runs.words["clean.json"] = '{"doubts": [{"kind": "gone_files"}]}'
    (runs.project.processed / "clean.json").unlink()
    assert runs.go() == ALL
    assert runs.go() == ["clean"]


def test_what_cannot_be_told_keeps_nothing(runs: Runs) -> None:
    runs.found = lambda found: None  # type: ignore[assignment,return-value]
    assert runs.go() == ALL


def test_a_cell_with_magic_may_use_every_parameter() -> None:
    notebook = load(NOTEBOOKS / "attainment.ipynb")
    assert used_parameters(notebook) == {"reference", "processed", "decision", "as_of", "engine", "master"}
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": "%time run(lang)"})
    assert used_parameters(notebook) >= {"lang"}


def test_the_street_is_the_one_that_is_checked() -> None:
    """Whoever adds a package finds its place in it, or nothing of that package would have a stage executed again."""
    package = Path(keeping.__file__).parents[1]
    packages = {path.parent.name for path in package.glob("*/__init__.py")} - {"sample", "cli"}
    assert set(STREET) == packages
    contract = (package.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    layers = contract[contract.index("layers = [") :].split("]")[0].split('"')[1::2][::-1]
    height = {name: place for place, layer in enumerate(layers) for name in layer.split(" | ")}
    assert [height[name] for name in STREET] == sorted(height[name] for name in STREET)
