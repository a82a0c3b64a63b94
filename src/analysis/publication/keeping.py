"""A stage whose ingredients stand is not executed: its tables are those that were published, its notebook is kept.

A stage depends on its notebook, on the code that this can reach in the street, on the libraries, and on what stands
behind those parameters with which the notebook does anything: exports, definitions, tables of the stages before,
earlier publications. That is asked, not declared, so that a notebook that comes to read more is executed again.
"""

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis.dossiers.doubts import GONE_DOSSIERS, GONE_FILES
from analysis.dossiers.secret import dossier_secret
from analysis.language.clock import today
from analysis.notebooks.notebook import imported_modules, used_parameters
from analysis.publication.ingredients import Ingredients
from analysis.publication.order import OUTPUTS, Order, Stage
from analysis.reference.digests import definitions_digest
from analysis.storage.backends import DUCKDB
from analysis.storage.contents import digests, joined
from analysis.storage.generations import LEDGER, Staging
from analysis.storage.places import OPEN_DATA
from analysis.storage.writing import write_text

# From the ground up; a module imports from packages before its own alone.
STREET = (
    *("language", "storage", "statistics", "notebooks", "reference", "exports", "dossiers", "preparation", "measures"),
    *("outlook", "duties", "findings", "presentation", "pages", "documents", "criteria", "explorer", "publication"),
)
_RECORD = "stages.json"  # in the work folder: each stage's digest, and those of what it made
_FILES, _OF_BYTES = "files.csv", "sha256"  # and its column that a changed file changes, and nothing else of it


class Kept:
    """What the last run's stages made, and what this one's depend on; ``found`` None: nothing is kept."""

    def __init__(self, order: Order, found: Ingredients | None, results: Staging) -> None:
        self._order, self._found, self._results = order, found, results
        self._keys: dict[str, dict[str, str]] = {}
        self._digests: dict[str, str] = {}
        self._record: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            self._record = json.loads((results.work / _RECORD).read_text(encoding="utf-8"))

    def executed(self, stage: Stage, notebook: Any, parameters: Mapping[str, Any]) -> Any:
        """The executed notebook of a stage that need not be executed, its tables put into the results; else None."""
        if not self._found or self._order.engine.name != DUCKDB:
            return None
        self._keys[stage.name] = self._key(stage, notebook, self._found)
        with suppress(OSError, ValueError, KeyError, TypeError):
            known = self._record[stage.name]
            if known["key"] == joined(self._keys[stage.name]):
                made = [*(self._results.published / name for name in stage.outputs), self._notebook(stage)]
                if dict(zip((*stage.outputs, "executed"), digests(made), strict=True)) == known["made"]:
                    return self._take(stage, parameters)
        return None

    def keep(self, executed: Mapping[str, Any]) -> None:
        """Keep the executed notebooks of the stages whose tables are published now."""
        import nbformat

        ledger = json.loads((self._results.published / LEDGER).read_text(encoding="utf-8"))["files"]
        record = {}
        for stage in self._order.stages:
            if stage.name in self._keys and stage.name in executed and not self._passing(stage):
                path = self._notebook(stage)
                path.parent.mkdir(exist_ok=True)
                nbformat.write(executed[stage.name], path)
                parts = self._keys[stage.name]
                if "published" in parts:  # what it told itself is told now, and says the same
                    parts["published"] = self._published()
                made = {name: ledger[name] for name in stage.outputs} | {"executed": digests([path])[0]}
                record[stage.name] = {"key": joined(parts), "made": made}
        write_text(self._results.work / _RECORD, json.dumps(record))

    def _take(self, stage: Stage, parameters: Mapping[str, Any]) -> Any:
        import nbformat
        from papermill.parameterize import parameterize_notebook

        executed = nbformat.read(self._notebook(stage), as_version=4)
        for name in stage.outputs:
            _link(self._results.published / name, self._results.folder / name)
        return parameterize_notebook(executed, dict(parameters))

    def _notebook(self, stage: Stage) -> Path:
        return self._results.work / "executed" / f"{stage.name}.ipynb"

    def _passing(self, stage: Stage) -> bool:
        """Whether it says what holds but once: what the run before had."""
        if "clean.json" not in stage.outputs:
            return False
        said = json.loads((self._results.published / "clean.json").read_text(encoding="utf-8"))
        return any(doubt["kind"] in (GONE_FILES, GONE_DOSSIERS) for doubt in said.get("doubts", []))

    def _key(self, stage: Stage, notebook: Any, found: Ingredients) -> dict[str, str]:
        """What the stage depends on, by the parameter behind which it stands."""
        used = used_parameters(notebook)
        order = self._order
        by_name = "raw" in used or stage.writes_reports  # who meets units by their names, or shows these
        behind: dict[str, Callable[[], str]] = {
            "raw": lambda: joined(found.raw),
            "reference": lambda: joined(found.reference) if by_name else definitions_digest(order.reference),
            "processed": lambda: self._tables(whole=stage.writes_reports),
            "work": lambda: hashlib.sha256(dossier_secret(self._results.work)).hexdigest() + today().isoformat(),
            "published": self._published,
            "jobs": str,
            **{"decision": lambda: order.decision, "as_of": lambda: order.as_of, "lang": lambda: order.language.code},
            **{"engine": lambda: order.engine.name, "master": lambda: order.engine.master},
        }
        own = {"notebook": found.notebooks[stage.name], "code": _code(notebook, found), "libraries": found.libraries}
        return own | {name: behind[name]() for name in sorted(used)}

    def _tables(self, whole: bool) -> str:
        """Of all tables of the stages before; ``whole``: of the bytes of exports too."""
        folder = self._results.folder
        there = sorted(name for name in OUTPUTS if (folder / name).is_file())
        new = [name for name in there if name not in self._digests]
        self._digests |= zip(new, digests(folder / name for name in new), strict=True)
        found = {name: self._digests[name] for name in there}
        if _FILES in found and not whole:
            found[_FILES] = _files_digest(folder / _FILES)
        return joined(found)

    def _published(self) -> str:
        """Of what the months published for those to come."""
        paths = sorted(self._order.reports.glob(f"*/{OPEN_DATA}/*"))
        names = [path.relative_to(self._order.reports).as_posix() for path in paths]
        return joined(dict(zip(names, digests(paths), strict=True)))


def _code(notebook: Any, found: Ingredients) -> str:
    """Of the packages in the street up to the last of which the notebook imports anything."""
    ours = {module.split(".")[1] for module in imported_modules(notebook) if module.startswith("analysis.")}
    last = max((STREET.index(package) if package in STREET else len(STREET) for package in ours), default=0)
    return joined(found.code if last == len(STREET) else {one: found.code.get(one, "") for one in STREET[: last + 1]})


def _files_digest(path: Path) -> str:
    """Of what ``files.csv`` says of files but for their bytes."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [{name: cell for name, cell in row.items() if name != _OF_BYTES} for row in csv.DictReader(file)]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)
