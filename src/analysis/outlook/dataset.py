"""From a dataset of dossiers that is there already, a ministry's say, to the tables of a run, without its notebooks."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

import duckdb
import ibis
import pandas as pd

from analysis.dossiers.superseding import latest_of
from analysis.language.clock import today
from analysis.language.problems import RunProblem, UsageProblem
from analysis.language.texts import N_
from analysis.measures.attainment import attainment_parts, decision_on, write_beside
from analysis.measures.counted import LACKING_COLUMNS
from analysis.measures.expressions import HANDLED, asked
from analysis.measures.figures import DECIMALS, Part, table_of, write_attainment
from analysis.measures.index import indices
from analysis.measures.unmeasured import unmeasured, without
from analysis.outlook import OUTLOOK
from analysis.outlook.stage import needed_of, outlook, write_outlook
from analysis.reference.decision import ON_TIME, Column, Decision
from analysis.reference.tables import Reference
from analysis.storage.backends import DUCKDB, Engine, connect, execute, read_dossiers
from analysis.storage.generations import publish, staging

_WHOLE = "dossiers"  # a dataset is one file, whatever its files are
# What a dossier is asked for, and as what; further columns are welcome.
_NEEDED = {
    **dict.fromkeys(("procedure_code", "unit_code", "channel", "applicant", "source", "status"), "string"),
    **{"level": "integer", "received_at": "timestamp", "completed_at": "timestamp"},
}
_REPEATED = ("decision", "measure", "scope", "unit_name", "tier", "as_of")  # what goes along in every row of figures
TABLES = ("attainment.csv", "unmeasured.csv", "index.csv", *(f"{name}.csv" for name in OUTLOOK))


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
    _check_apart(dossiers, out, engine)
    with staging(out, TABLES) as new, connect(engine) as backend:
        table = _checked(_read(backend, dossiers), _NEEDED, dossiers)
        day = date.fromisoformat(as_of) if as_of else latest_day(table)
        chosen = decision_on(reference, decision, day)
        absent = [name for name in get_args(Column) if name not in table.columns]
        files, table = pd.DataFrame({"file": [_WHOLE], "missing": [", ".join(absent)]}), _asked(table, chosen, dossiers)
        no_counts = pd.DataFrame(columns=LACKING_COLUMNS)
        lacking = unmeasured(table.mutate(file=ibis.literal(_WHOLE)), files, no_counts, reference, chosen)
        none_of = without(lacking)
        parts = attainment_parts(table, reference, chosen, day, none_of)
        figures = _written(parts, new.folder / "attainment.csv")
        write_beside(lacking, "unmeasured", new.folder)
        write_beside(indices(figures, chosen, reference.ended(chosen, day)), "index", new.folder)
        write_outlook(outlook(figures, table, reference, none_of=none_of), new.folder)
        publish([new], {"decision": chosen.id, "as_of": day.isoformat(), "engine": engine.name})
    return day


def _written(parts: Iterable[Part], path: Path) -> pd.DataFrame:
    """Write ``attainment.csv``; returns what the outlook asks of it, as it stands in the file, which is not read again:
    a nation's takes longer than all that is foretold of it. A nation's texts would fill the memory: each stands once.
    """
    needed: list[Part] = []
    write_attainment(_noted(parts, needed), path)
    figures = table_of(needed).round({"value": DECIMALS, "gap": DECIMALS, "minimum": DECIMALS})
    return figures.astype(dict.fromkeys(_REPEATED, "category"))


def _noted(parts: Iterable[Part], needed: list[Part]) -> Iterator[Part]:
    """The parts, while what the outlook asks of them goes to ``needed``."""
    for part in parts:
        needed.append(needed_of(part))
        yield part


def _check_apart(dossiers: Path | str, out: Path, engine: Engine) -> None:
    """Nothing is fetched by a program that promises to stay on the machine; Spark has storage of its own."""
    if "://" in str(dossiers):
        if engine.name == DUCKDB:
            raise UsageProblem(
                N_("{path} is not on this machine. Fetch it, or read it with --engine spark."), path=dossiers
            )
    elif Path(os.path.realpath(dossiers)).is_relative_to(os.path.realpath(out)):
        raise UsageProblem(N_("{path} lies in the folder of the results. Give another with --out."), path=dossiers)


def _read(backend: Any, dossiers: Path | str) -> ibis.Table:
    try:
        return read_dossiers(backend, dossiers)
    except (duckdb.Error, OSError):  # their own words may quote what the file holds
        raise RunProblem(N_("{path} is no Parquet file, nor a folder of them."), path=dossiers) from None


def _checked(table: ibis.Table, needed: Mapping[str, str], dossiers: Path | str) -> ibis.Table:
    """The table; RunProblem unless it has these columns of these types."""
    for name, kind in needed.items():
        if name not in table.columns or not getattr(table[name].type(), f"is_{kind}")():
            raise RunProblem(
                N_("{path} is no dataset of dossiers: the column {column} is missing or holds something else."),
                path=dossiers,
                column=name,
            )
    return table


def _asked(table: ibis.Table, decision: Decision, dossiers: Path | str) -> ibis.Table:
    """With what the decision asks for of the columns that a dataset may have or not; null where it has not."""
    wanted = asked(decision)
    kinds = {name: kind for name, kind in HANDLED.items() if name in wanted}
    kinds |= {"due_at": "timestamp"} if ON_TIME in wanted else {}
    _checked(table, {name: kind for name, kind in kinds.items() if name in table.columns}, dossiers)
    return table.mutate(**{name: ibis.null(kind) for name, kind in kinds.items() if name not in table.columns})


def latest_day(dossiers: ibis.Table) -> date:
    """The latest day of receipt or result that ``latest_of`` admits; RunProblem where there is no dossier."""
    days = ibis.union(*(dossiers.select(day=dossiers[name].date()) for name in ("received_at", "completed_at")))
    known = days.filter(days.day.notnull()).group_by("day").aggregate(count=ibis._.count())
    by_day = execute(known)
    by_day["known"] = by_day["count"].where(pd.to_datetime(by_day["day"]) <= pd.Timestamp(today()), 0)
    latest = latest_of(by_day)
    if latest is None:
        raise RunProblem(N_("The dataset holds no dossier. Give another with --dossiers."))
    return latest
