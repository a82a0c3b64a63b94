"""Whether the last run was this very one and all stands as it left it: then there is nothing to do.

A run is remembered by a digest of all that it depends on and by the marks of every file in the folders into which it
published: whoever changes one of these has the run made again, and so has whoever removes what is remembered. A run
that would say something else the second time is not remembered. Imports nothing heavy.
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from analysis.dossiers.doubts import GONE_DOSSIERS, GONE_FILES
from analysis.dossiers.secret import dossier_secret
from analysis.language.clock import today
from analysis.language.problems import Problem
from analysis.notebooks.batch import Made
from analysis.publication.ingredients import Ingredients
from analysis.publication.order import Order
from analysis.publication.outcome import Outcome, outcome_of, rows_of
from analysis.storage.contents import joined, marks
from analysis.storage.generations import LEDGER, work_folder
from analysis.storage.writing import write_text

_MEMORY = "standing.json"  # in the work folder of the results


def standing(order: Order, found: Ingredients) -> Outcome | None:
    """The outcome of the last run, where this one depends on the same and everything stands; else None."""
    with suppress(OSError, ValueError, KeyError, TypeError, Problem):
        memory = json.loads(_memory(order).read_text(encoding="utf-8"))
        if memory["digest"] == _digest(order, found) and memory["marks"] == _marks(order) and _same_days(order, memory):
            facts = json.loads((order.processed / LEDGER).read_text(encoding="utf-8"))
            units, criteria = Made(**facts["reports"]), Made(**facts["criteria"])
            return outcome_of(order, memory["month"], units, criteria, facts["seconds"]["total"], anew=False)
    return None


def remember(order: Order, found: Ingredients, begun: date, generation: str, outcome: Outcome) -> None:
    """Remember the run that depended on what was ``found`` on the day on which it began, and whose publication is the
    ``generation``.
    """
    passing = {doubt["kind"] for doubt in outcome.doubts} & {GONE_FILES, GONE_DOSSIERS}
    if passing or outcome.units.failed or outcome.criteria.failed:
        return
    memory = {
        **{"digest": _digest(order, found), "day": begun.isoformat(), "marks": _marks(order)},
        "month": outcome.report.parent.name if outcome.report else "",
    }
    facts = json.loads((order.processed / LEDGER).read_text(encoding="utf-8"))
    if facts["generation"] == generation:  # else another run was quicker than these marks
        write_text(_memory(order), json.dumps(memory))


def _memory(order: Order) -> Path:
    return work_folder(Path(os.path.realpath(order.processed))) / _MEMORY


def _digest(order: Order, found: Ingredients) -> str:
    asked: dict[str, Any] = {
        **order.folders,
        **{"decision": order.decision, "as_of": order.as_of, "until": order.until, "units": list(order.units)},
        **{"lang": order.language.code, "engine": asdict(order.engine)},
        "key": hashlib.sha256(dossier_secret(_memory(order).parent)).hexdigest(),
        **asdict(found),
    }
    return joined({name: json.dumps(value, sort_keys=True) for name, value in asked.items()})


def _marks(order: Order) -> dict[str, Any]:
    return {"processed": marks(order.processed), "reports": marks(order.reports)}


def _same_days(order: Order, memory: dict[str, Any]) -> bool:
    """Whether the days that were left out for being later than the run's own are the same today: an export's own day
    leaves out what is later too, so that only a day before the last export decides anything. Counts of a month that is
    not over tell of it up to the day.
    """
    then, now = date.fromisoformat(memory["day"]), today()
    files, counts = (rows_of(order.processed / f"{name}.csv") for name in ("files", "counts_files"))
    exported = max((date.fromisoformat(row["export_date"]) for row in files), default=date.min)
    return then == now or (not counts and min(then, now) >= exported)
