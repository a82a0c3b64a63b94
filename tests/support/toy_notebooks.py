"""Notebooks of three lines in the place of the stages' own, for tests of the machinery around them.

They need no library, so that their kernels are there at once; what they leave is what a run looks for and no more.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.notebooks.notebook import load
from analysis.publication.order import STAGES

PARAMETERS = {
    "clean": ("raw", "reference", "processed", "work", "lang", "jobs"),
    "attainment": ("reference", "processed", "decision", "as_of", "lang"),
    "trends_and_gap": ("reference", "processed", "lang"),
    "duties": ("raw", "reference", "processed", "lang"),
    "report": ("reference", "processed", "lang"),
    "unit": ("reference", "processed", "lang", "unit"),
    "evaluation_criteria": ("reference", "processed", "lang", "criteria", "period"),
}
# What each output says, where the run reads it.
LEDGER = "file,sha256,status,read,accepted,rejected,superseded\n"
GOOD_FILE = f"xuat.csv,{'0' * 64},accepted,7,7,0,0\n"
WORDS = {"files.csv": LEDGER + GOOD_FILE, "attainment.csv": "unit_code,as_of\nALL,2020-07-31\n", "clean.json": "{}"}


def write_toys(folder: Path, words: Mapping[str, str] | None = None, **cells: str) -> Path:
    """A notebook for each stage and report, by name; the stages' write their outputs with the ``words`` given for them.

    ``cells`` are code by name of a notebook: a cell that runs before anything is written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    said = {**WORDS, **(words or {})}
    for stage in STAGES:
        texts = {name: said.get(name, f"{name}\n") for name in stage.outputs}
        write = f"for name, text in {texts!r}.items():\n    open(f'{{processed}}/{{name}}', 'w').write(text)"
        write_notebook(folder / f"{stage.name}.ipynb", [cells.get(stage.name, ""), write], PARAMETERS[stage.name])
    for name in PARAMETERS.keys() - {stage.name for stage in STAGES}:
        write_notebook(folder / f"{name}.ipynb", [cells.get(name, ""), f"print({name!r})"], PARAMETERS[name])
    return folder


def copying_toys(folder: Path, processed: Path, **cells: str) -> Path:
    """Toys that leave what an earlier run made of real exports, for what stands on real figures: a month's pages."""
    names = {name for stage in STAGES for name in stage.outputs}
    write_toys(folder, **cells)
    copy = f"import shutil\nfor name in {sorted(names)!r}:\n    shutil.copy(f'{processed}/{{name}}', processed)"
    write_notebook(folder / "clean.ipynb", [cells.get("clean", ""), copy], PARAMETERS["clean"])
    for name in ("attainment", "trends_and_gap", "duties"):
        write_notebook(folder / f"{name}.ipynb", [cells.get(name, "")], PARAMETERS[name])
    return folder


def write_notebook(path: Path, cells: Sequence[str], parameters: Sequence[str] = ()) -> Path:
    """A notebook of these code cells after one with empty ``parameters``."""
    first = "\n".join(f'{name} = ""' for name in parameters) or "pass"
    made = [_cell(0, first, ["parameters"]), *(_cell(place, cell, []) for place, cell in enumerate(cells, 1))]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def add_cell(path: Path, source: str, place: int = 1) -> None:
    """Put a cell into a notebook, at first after its parameters."""
    content = load(path)
    content["cells"].insert(place, _cell(len(content["cells"]), source, []))
    path.write_text(json.dumps(content), encoding="utf-8")


def _cell(place: int, source: str, tags: list[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {"cell_type": "code", "id": f"cell-{place}", "metadata": {"tags": tags}}
    return {**kept, "source": source, "outputs": [], "execution_count": None}
