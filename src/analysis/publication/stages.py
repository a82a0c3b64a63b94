"""The stages of a run: their notebooks one after the other by papermill, each in a fork of one warm interpreter."""

import errno
import os
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from tqdm import tqdm

from analysis.language.problems import DISK_FULL, Problem, RunProblem, UsageProblem
from analysis.language.texts import LANGUAGES, N_, Language
from analysis.notebooks.executing import execute
from analysis.notebooks.forks import Nursery, modules_of, prepare
from analysis.notebooks.leftovers import own_folder
from analysis.notebooks.notebook import code_cells, load, parameter_names
from analysis.publication.keeping import Kept
from analysis.publication.order import STAGES, Order, Stage, short
from analysis.publication.run_facts import Clock
from analysis.storage.generations import Staging

STAGE_LIMIT = 3600.0  # seconds that one stage may take
# What is loaded beside a module that a notebook imports, because that will load it in use.
_BESIDE = {
    "analysis.storage.backends": "ibis.backends.duckdb",
    "analysis.pages.unit_sections": "analysis.publication.unit_reports",
}
_TELL_OF_CODE = ("ImportError", "ModuleNotFoundError", "NameError", "SyntaxError")  # their words quote no data


def execute_stages(order: Order, stagings: list[Staging], clock: Clock, kept: Kept) -> dict[str, Any]:
    """Execute the notebook of every stage that is not ``kept``; returns the executed notebooks by stage."""
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
        temporary = stack.enter_context(own_folder())
        warm = partial(_warm, order.folders["reference"], order.language)
        nursery = stack.enter_context(closing(Nursery(modules, warm, TMPDIR=temporary)))
        # On a terminal alone: a log of a scheduled run needs no bar.
        progress = stack.enter_context(
            tqdm(total=cells, disable=None, leave=False, bar_format="{l_bar}{bar}| {elapsed}")
        )
        for stage, notebook in notebooks.items():
            progress.set_description(order.language.text(stage.title))
            parameters = {
                name: value
                for name, value in notebook_parameters(order, stagings).items()
                if name in parameter_names(notebook)
            }
            with clock.timed(stage.name):
                executed[stage.name] = kept.executed(stage, notebook, parameters)
                if executed[stage.name] is None:
                    executed[stage.name] = _execute(order, stage, parameters, nursery, progress.update)
            _check_outputs(stage, stagings[0].folder)
            if stage == order.stages[0] and len(stagings) > 1:
                # What the publication needs loads while this process waits for the next stages.
                Thread(target=import_module, args=("analysis.publication.month",), daemon=True).start()
    return executed


def notebook_parameters(order: Order, stagings: list[Staging]) -> dict[str, Any]:
    """The parameters of all stages; they write into the staging folders, not the published ones."""
    return {
        **order.folders,
        "processed": short(stagings[0].folder),
        "work": short(stagings[0].work),
        "decision": order.decision,
        "as_of": order.as_of,
        "lang": order.language.code,
        "jobs": order.jobs,
        "engine": order.engine.name,
        "master": order.engine.master,
    }


def _warm(reference: str, language: Language) -> None:
    """What each stage would do first: how tables are checked is loaded, words are read, spellings known."""
    from analysis.reference.tables import load_reference

    load_reference(reference)
    language.text(STAGES[0].title)


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
