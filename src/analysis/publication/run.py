"""The whole job: the stages' notebooks one after the other by papermill, then publication in one step."""

import csv
import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from tqdm import tqdm

from analysis.dossiers.cleaning import REJECTED_LIMIT
from analysis.language.problems import DISK_FULL, Problem, RunProblem, UsageProblem, system_problem
from analysis.language.texts import LANGUAGES, N_
from analysis.measures.basis import basis_of
from analysis.notebooks.batch import Made
from analysis.notebooks.executing import execute, spare_grammar
from analysis.notebooks.forks import Nursery, modules_of, prepare
from analysis.notebooks.leftovers import own_folder, sweep
from analysis.notebooks.notebook import code_cells, load, parameter_names
from analysis.publication.order import OUTPUTS, Order, Stage, check_order
from analysis.publication.run_facts import Clock, run_facts
from analysis.storage.generations import Staging, publish, staging

STAGE_LIMIT = 3600.0  # seconds that one stage may take
# What is loaded beside a module that a notebook imports, because that will load it in use.
_BESIDE = {
    "analysis.storage.backends": "ibis.backends.duckdb",
    "analysis.pages.unit_sections": "analysis.publication.unit_reports",
}
_TELL_OF_CODE = ("ImportError", "ModuleNotFoundError", "NameError", "SyntaxError")  # their words quote no data


@dataclass(frozen=True)
class Outcome:
    """What a run came to: sums over ``files.csv``, decision and as-of day, the report's page if any, the reports of
    units and of criteria; ``doubts`` are what must be known of files that were used, ``left_out`` days after
    an as-of day that was found, with file, row and column.
    """

    files: int
    quarantined: int
    read: int
    accepted: int
    rejected: int
    superseded: int
    decision: str
    as_of: date | None
    report: Path | None
    units: Made
    criteria: Made
    seconds: float
    left_out: list[dict[str, str]]
    doubts: list[dict[str, Any]]

    @property
    def doubtful(self) -> bool:
        """Whether files were quarantined or too many rows rejected (exit 3)."""
        return self.quarantined > 0 or self.rejected > REJECTED_LIMIT * self.read


def run(order: Order) -> Outcome:
    """Run the stages and publish what they made.

    Raises a Problem where something fails; what was published before stands then.
    """
    check_order(order)
    sweep()
    spare_grammar()
    with ExitStack() as stack:
        stack.enter_context(_told_problems())
        stagings = [stack.enter_context(staging(order.processed, OUTPUTS))]
        if any(stage.writes_reports for stage in order.stages):
            stagings.append(stack.enter_context(staging(order.reports, {"index.html"})))
        clock = Clock()
        executed = _execute_stages(order, stagings, clock)
        month, units, criteria = "", Made(), Made()
        if len(stagings) > 1:
            from analysis.publication.month import is_unit, write_month  # heavy: only now

            month, made = write_month(order, _parameters(order, stagings), stagings[1], executed, clock)
            units, criteria = made.part(is_unit), made.part(lambda key: not is_unit(key))
        publish(stagings, run_facts(order, stagings[0].folder, units, criteria, clock))
    return _outcome(order, month, units, criteria, clock.total)


def _execute_stages(order: Order, stagings: list[Staging], clock: Clock) -> dict[str, Any]:
    """Execute every stage's notebook; returns the executed notebooks by stage."""
    notebooks = {stage: load(order.notebook(stage.name)) for stage in order.stages}
    executed = {}
    modules = modules_of(map(order.notebook, [*(stage.name for stage in notebooks), *order.further]))
    modules += [further for module, further in _BESIDE.items() if module in modules]
    cells = sum(len(code_cells(notebook)) + 1 for notebook in notebooks.values())  # and the parameters
    prepare(modules)
    import_module("papermill")  # while the other process loads its own
    with ExitStack() as stack:
        # Everything is loaded once: each stage runs in a fork of its own, and so do the reports after them. What their
        # libraries leave in the temporary folder goes with it.
        nursery = stack.enter_context(closing(Nursery(modules, TMPDIR=stack.enter_context(own_folder()))))
        # On a terminal alone: a log of a scheduled run needs no bar.
        progress = stack.enter_context(
            tqdm(total=cells, disable=None, leave=False, bar_format="{l_bar}{bar}| {elapsed}")
        )
        for stage, notebook in notebooks.items():
            progress.set_description(order.language.text(stage.title))
            parameters = {
                name: value for name, value in _parameters(order, stagings).items() if name in parameter_names(notebook)
            }
            with clock.timed(stage.name):
                executed[stage.name] = _execute(order, stage, parameters, nursery, progress.update)
            _check_outputs(stage, stagings[0].folder)
            if stage == order.stages[0] and len(stagings) > 1:
                # What the publication needs loads while this process waits for the next stages.
                Thread(target=import_module, args=("analysis.publication.month",), daemon=True).start()
    return executed


def _execute(
    order: Order, stage: Stage, parameters: dict[str, Any], nursery: Nursery, advance: Callable[[], Any]
) -> Any:
    from papermill import PapermillExecutionError

    try:
        return execute(order.notebook(stage.name), parameters, nursery, STAGE_LIMIT, advance)
    except PapermillExecutionError as failed:
        raise _problem(order, stage, parameters, failed) from None
    except (RuntimeError, TimeoutError) as failed:  # of nbclient: the process died, or took too long
        raise RunProblem(
            N_("Stage {stage} did not end well ({kind}): perhaps memory ran out. Close other programs, start again."),
            stage=stage.name,
            kind=type(failed).__name__,
        ) from None


def _problem(order: Order, stage: Stage, parameters: dict[str, Any], failed: Any) -> Problem:
    """Why a cell failed, in words that quote no cell of an export."""
    if failed.ename.endswith("Problem") and len(failed.traceback) == len(LANGUAGES):
        kind = UsageProblem if failed.ename == UsageProblem.__name__ else RunProblem
        reason = failed.traceback[LANGUAGES.index(order.language.code)]
        # The staging folder is gone when the message is read.
        return kind("{reason}", reason=reason.replace(parameters["processed"], str(order.processed)))
    if os.strerror(errno.ENOSPC) in failed.evalue:
        return RunProblem(DISK_FULL)
    words = f": {failed.evalue}" if failed.ename in _TELL_OF_CODE else ""
    return RunProblem(
        N_("Stage {stage} failed: {notebook}, cell {cell} ({kind}{words}). Run the notebook in JupyterLab to see why."),
        stage=stage.name,
        cell=failed.exec_count,
        notebook=order.notebook(stage.name).name,
        kind=failed.ename,
        words=words,
    )


def _check_outputs(stage: Stage, folder: Path) -> None:
    for name in stage.outputs:
        if not (folder / name).exists():
            raise RunProblem(
                N_("The notebook of stage {stage} did not write {file}. Restore it from the project."),
                stage=stage.name,
                file=name,
            )


def _parameters(order: Order, stagings: list[Staging]) -> dict[str, Any]:
    """The parameters of all stages; they write into the staging folders, not the published ones."""
    return {
        "raw": _short(order.raw),
        "reference": _short(order.reference),
        "processed": _short(stagings[0].folder),
        "work": _short(stagings[0].work),
        "published": _short(order.reports),
        "decision": order.decision,
        "as_of": order.as_of,
        "lang": order.language.code,
        "jobs": order.jobs,
        "engine": order.engine.name,
        "master": order.engine.master,
    }


def _short(path: Path) -> str:
    """Relative where it can be: the executed notebooks are published, the user's folders need not be."""
    absolute = path.absolute()
    return str(absolute.relative_to(Path.cwd())) if absolute.is_relative_to(Path.cwd()) else str(absolute)


def _outcome(order: Order, month: str, units: Made, criteria: Made, seconds: float) -> Outcome:
    with (order.processed / "files.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    sums = {name: sum(int(row[name]) for row in rows) for name in ("read", "accepted", "rejected", "superseded")}
    quarantined = sum(row["status"] == "quarantined" for row in rows)
    report = order.reports / month / "index.html" if month else None
    attainment = order.processed / "attainment.csv"
    decision, as_of = basis_of(attainment) if attainment.is_file() else ("", None)  # None: it ended before
    facts = json.loads((order.processed / "clean.json").read_text(encoding="utf-8"))
    known: dict[str, Any] = {
        **{"decision": decision, "as_of": as_of, "report": report},
        **{"units": units, "criteria": criteria, "seconds": seconds},
        "left_out": [] if order.as_of else facts.get("left_out", []),
        "doubts": facts.get("doubts", []),
    }
    return Outcome(**{"files": len(rows), "quarantined": quarantined, **sums, **known})


@contextmanager
def _told_problems() -> Iterator[None]:
    """What the system refuses, as a Problem that says what to do."""
    try:
        yield
    except OSError as error:
        raise system_problem(error) from None
    except Problem:
        raise
    except Exception as error:
        # A library that writes may wrap what the system refused (xlsxwriter does).
        causes = (*error.args, error.__cause__, error.__context__)
        refused = next((one for one in causes if isinstance(one, OSError)), None)
        if not refused or not refused.errno:
            raise
        raise system_problem(refused) from None
