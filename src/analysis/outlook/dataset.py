"""From a dataset of dossiers that is there already, a ministry's say, to the tables of a run, without its notebooks."""

from datetime import date
from pathlib import Path
from typing import Any

import ibis

from analysis.language.problems import RunProblem
from analysis.language.texts import N_
from analysis.measures.attainment import attainment_parts, decision_on, write_attainment
from analysis.outlook import OUTLOOK
from analysis.outlook.stage import outlook, read_default, write_outlook
from analysis.reference.tables import Reference
from analysis.storage.backends import Engine, connect, read_dossiers
from analysis.storage.generations import publish, staging

TABLES = ("attainment.csv", *(f"{name}.csv" for name in OUTLOOK))


def measure(
    dossiers: Path | str,
    reference: Reference,
    out: Path,
    decision: str = "",
    as_of: str = "",
    engine: Engine = Engine(),
) -> date:
    """Write ``TABLES`` into ``out``, all of them or none; returns the as-of day.

    ``dossiers``: a Parquet file with the columns of dossiers.parquet, or a folder of such, partitioned as one likes.
    ``decision`` and ``as_of`` as for ``make_attainment``. What cannot be done is a Problem, and what was there before
    stands.
    """
    with staging(out, TABLES) as new, connect(engine) as backend:
        table = read_dossiers(backend, dossiers)
        day = date.fromisoformat(as_of) if as_of else latest_day(table)
        chosen = decision_on(reference, decision, day)
        write_attainment(attainment_parts(table, reference, chosen, day), new.folder / "attainment.csv")
        write_outlook(outlook(read_default(new.folder / "attainment.csv"), table, reference), new.folder)
        publish([new], {"decision": chosen.id, "as_of": day.isoformat(), "engine": engine.name})
    return day


def latest_day(dossiers: ibis.Table) -> date:
    """The latest day of receipt or result; RunProblem where there is no dossier."""
    latest: Any = dossiers.aggregate(
        received=dossiers.received_at.max().cast("date"), completed=dossiers.completed_at.max().cast("date")
    )
    found = [day for column in latest.to_pyarrow().columns for day in column.to_pylist() if day is not None]
    if not found:
        raise RunProblem(N_("The dataset holds no dossier. Give another with --dossiers."))
    return max(found)
