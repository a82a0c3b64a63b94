"""The stage ``trends_and_gap``: from a run's figures to what they foretell and what would change it.

It goes by the decision and the as-of day of ``attainment.csv``.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from analysis.language.problems import RunProblem
from analysis.language.texts import N_
from analysis.measures.counted import read_counted, seen_singly
from analysis.measures.figures import Part
from analysis.measures.history import History, history
from analysis.measures.series import followed
from analysis.measures.unmeasured import NOBODY, Without, without
from analysis.outlook.before import Before, read_before
from analysis.outlook.causes import causes
from analysis.outlook.changes import changes
from analysis.outlook.closers import closers
from analysis.outlook.comparison import comparison
from analysis.outlook.conclusions import conclusions
from analysis.outlook.delays import delays
from analysis.outlook.gap import gaps
from analysis.outlook.priorities import priorities
from analysis.outlook.procedures import TOLD_COLUMNS, procedures
from analysis.outlook.projection import courses, projections
from analysis.outlook.trends import trends
from analysis.reference.columns import own_columns, read_arrow, read_table
from analysis.reference.decision import DEFAULT
from analysis.reference.groups import past_names
from analysis.reference.tables import Reference
from analysis.storage.backends import Engine, connect, let_go
from analysis.storage.memory import give_back
from analysis.storage.places import OPEN_DATA, TOLD
from analysis.storage.writing import safe_names, write_whole

MONTHLY, TO_DATE = "month", "to_date"
_DECIMALS = 6


def make_outlook(
    processed: Path | str, reference: Reference, engine: Engine = Engine(), published: Path | str = ""
) -> dict[str, pd.DataFrame]:
    """Write the tables of ``OUTLOOK`` into ``processed``, each as ``<name>.csv``; returns them by name.

    ``published`` is the folder of the months' publications, which may not give away few dossiers together: "" or absent
    where nothing was. Raises RunProblem where ``attainment.csv`` or ``dossiers.parquet`` is missing.
    """
    processed = Path(processed)
    for name in ("attainment.csv", "unmeasured.csv", "dossiers.parquet"):
        if not (processed / name).exists():
            raise RunProblem(
                N_("{folder} has no {file}. Run the notebooks clean and attainment first."), folder=processed, file=name
            )
    attainment = read_needed(processed / "attainment.csv")
    told = read_told(Path(published)) if published else None
    decision, month = reference.decision(attainment["decision"].iloc[0]), attainment["month"].max()
    before = read_before(Path(published), month, decision) if published else None
    none_of = without(read_table(processed / "unmeasured.csv"))
    with connect(engine) as backend:
        dossiers = read_counted(backend, processed, decision, *([before.decision] if before else []))
        tables = outlook(attainment, dossiers, reference, told, before, none_of)
    write_outlook(tables, processed)
    return tables


def outlook(
    attainment: pd.DataFrame,
    dossiers: ibis.Table,
    reference: Reference,
    told: pd.DataFrame | None = None,
    before: Before | None = None,
    none_of: Without = NOBODY,
) -> dict[str, pd.DataFrame]:
    """The tables of ``make_outlook``. ``attainment``: rows of ``read_needed``; ``told``: what was published of
    procedures before; ``before``: the last published month; ``none_of``: units of which a target cannot be measured.
    """
    decision = reference.decision(attainment["decision"].iloc[0])
    as_of = date.fromisoformat(attainment["as_of"].iloc[0])
    reference = reference.on_day(decision, as_of)
    dossiers = followed(dossiers, reference)
    known = history(dossiers, reference, decision, as_of, none_of)
    let_go(dossiers)
    tables = concluded(attainment, known)
    del known  # before the procedures are counted, as much again
    give_back()
    offered = procedures(dossiers, reference, decision, as_of, told)
    standing = _of_day(to_date(attainment), reference)
    return tables | {
        "delays": delays(seen_singly(dossiers), reference, decision, as_of),
        "procedures": offered,
        "changes": changes(standing, offered, dossiers, reference, decision, as_of, before, none_of),
    }


def concluded(attainment: pd.DataFrame, known: History) -> dict[str, pd.DataFrame]:
    """The tables that follow from the figures, the conclusions last."""
    whole = to_date(attainment)
    # What was and is no more is asked for nothing, and no peer.
    attainment, standing = (_of_day(rows, known.reference) for rows in (attainment, whole))
    course = courses(known)
    tables = {
        "trends": trends(attainment, known),
        "gap": gaps(standing, known),
        "projection": projections(standing, known, course),
        "comparison": comparison(standing, known),
        "causes": causes(whole, known),
    }
    tables["closers"] = closers(standing, known, tables["projection"], course)
    tables["conclusions"] = conclusions(standing, known, tables)
    tables["priorities"] = priorities(standing, known, tables["conclusions"])
    return tables


def to_date(attainment: pd.DataFrame) -> pd.DataFrame:
    """The rows to date of the last month, without the columns that say so."""
    latest = attainment["month"].max()
    return attainment[(attainment["window"] == "to_date") & (attainment["month"] == latest)].drop(columns="month")


def write_outlook(tables: Mapping[str, pd.DataFrame], processed: Path) -> None:
    """Each table as CSV, shares with six decimals."""
    for name, table in tables.items():
        schema = own_columns().arrow_schema(name, list(table.columns))
        write_whole(processed / f"{name}.csv", partial(_write, table, schema))


def read_needed(path: Path) -> pd.DataFrame:
    """The rows of attainment.csv that are asked for: those of single months under the default reading, and all to date
    of the last month; the rest is never made into a DataFrame.
    """
    table = read_arrow(path)
    last = pc.and_(pc.equal(table["window"], TO_DATE), pc.equal(table["month"], pc.max(table["month"])))
    monthly = pc.and_(pc.equal(table["window"], MONTHLY), pc.equal(table["reading"], DEFAULT))
    return table.filter(pc.or_(monthly, last)).to_pandas()


def needed_of(part: Part) -> Part:
    """The same of a part that is not written yet."""
    window, month = part.rows["window"], part.rows["month"]
    needed = (window == TO_DATE) & (month == month.max())
    if part.count.reading.id == DEFAULT:
        needed |= window == MONTHLY
    which = needed.to_numpy()
    return replace(part, rows=part.rows[which], numerator=part.numerator[which], denominator=part.denominator[which])


def read_told(published: Path) -> pd.DataFrame | None:
    """What every month in the folder tells of the units' procedures, in ``TOLD_COLUMNS``; None where there is none.

    Raises RunProblem for a file that is not as a run leaves it: what has been told would not be known.
    """
    found = []
    tables = [path for kind in ("csv", "parquet") for path in published.glob(f"*/{OPEN_DATA}/{TOLD}.{kind}")]
    for path in sorted(tables):
        try:
            found.append(read_arrow(path).select(TOLD_COLUMNS).to_pandas().astype({"told": "Int64"}))
        except (KeyError, ValueError, StopIteration) as error:
            raise RunProblem(
                N_("{path} is not as the run left it: what it tells must not be told twice. Restore it."), path=path
            ) from error
    return pd.concat(found, ignore_index=True) if found else None


def _of_day(rows: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The rows without those of units and tiers that ended before the day."""
    return rows[~rows["unit_code"].isin(past_names(reference)["unit_code"])] if len(reference.past) else rows


def _write(table: pd.DataFrame, schema: pa.Schema, path: Path) -> None:
    options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    names = {name: safe_names(table[name]) for name in ("unit_name", "procedure_name") if name in table}
    rounded = pa.Table.from_pandas(table.assign(**names).round(_DECIMALS), schema, preserve_index=False)
    pyarrow.csv.write_csv(rounded, path, options)
