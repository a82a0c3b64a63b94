"""Dossiers that are only counted (``counts.parquet``) beside those of exports, for the same expressions.

A line of counts becomes at most five rows that stand for as many dossiers as ``WEIGHT`` says: resolved in time, late or
of unknown punctuality, open and past due, open. They were received on the last day of which their file tells, the
month's or its own, and resolved by then: so an as-of day before that day knows nothing of them, for how many came up to
a day within a month no count tells. Of what is both late and not all resolved, the resolved are taken first.
"""

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow.parquet as pq
from ibis.expr.types import Table

from analysis.dossiers.counted import COUNTS
from analysis.measures.expressions import WEIGHT
from analysis.measures.handled import read_measured
from analysis.reference.decision import Decision
from analysis.storage.backends import read_dossiers

_SAME = (
    "procedure_code",
    "unit_code",
    "tier",
    "level",
    "level_source",
    "channel",
    "applicant",
    "source",
    "file",
    "row",
)
LACKING_COLUMNS = ["unit_code", "lacking"]


def read_counted(backend: Any, processed: Path, decision: Decision, *others: Decision) -> Table:
    """The dossiers of a run with what the decisions ask for; where some are only counted, with how many each row
    stands for in ``WEIGHT``.

    Counts from before the ``decision``, by which seasons are known, are taken where they tell everything: of its own
    time ``lacking_counts`` says what they do not tell.
    """
    rows = read_measured(backend, processed, decision, *others)
    if not _has_counts(processed):
        return rows
    counts = read_dossiers(backend, processed / COUNTS)
    return united(rows, counts.filter((counts.told_until >= ibis.literal(_since(decision))) | (counts.lacking == "")))


def united(rows: Table, counts: Table) -> Table:
    """``rows`` as in dossiers.parquet, each for one dossier, and those of ``counts``, as in counts.parquet."""
    one = rows.mutate(**{WEIGHT: ibis.literal(1, "int64")})
    types = one.schema()
    known = counts.mutate(done=ibis.coalesce(counts.resolved, counts.on_time, 0), punctual=counts.on_time.fill_null(0))
    known = known.mutate(late_done=ibis.least(known.late.fill_null(0), known.done - known.punctual))
    known = known.mutate(late_open=known.late.fill_null(0) - known.late_done)
    until, no_day = known.told_until.cast("timestamp"), ibis.null("timestamp")
    before = until - ibis.interval(days=1)
    parts = [
        ("resolved", until, until, known.punctual),
        ("resolved", before, until, known.late_done),
        ("resolved", no_day, until, known.done - known.punctual - known.late_done),
        ("processing", before, no_day, known.late_open),
        ("processing", no_day, no_day, known.received - known.done - known.late_open),
    ]
    found = [one]
    for status, due, completed, weight in parts:
        given = {name: known[name] for name in _SAME}
        given |= {"status": ibis.literal(status), "received_at": until, "due_at": due, "completed_at": completed}
        given |= {WEIGHT: weight}
        part = known.select(**{name: given.get(name, ibis.null("string")).cast(types[name]) for name in one.columns})
        found.append(part.filter(part[WEIGHT] > 0))
    return ibis.union(*found)


def seen_singly(dossiers: Table) -> Table:
    """Those of the rows that are dossiers of exports: of the others no day is known."""
    return dossiers.filter(dossiers.dossier_key.notnull()) if WEIGHT in dossiers.columns else dossiers


def lacking_counts(processed: Path, decision: Decision, as_of: date) -> pd.DataFrame:
    """The columns that counts of units lack which are counted by a decision as of a day, in ``LACKING_COLUMNS``."""
    if not _has_counts(processed):
        return pd.DataFrame(columns=LACKING_COLUMNS)
    rows = pq.read_table(processed / COUNTS, columns=[*LACKING_COLUMNS, "told_until"]).to_pandas()
    inside = (rows["told_until"] >= _since(decision)) & (rows["told_until"] <= min(as_of, decision.valid_to))
    return rows.loc[inside, LACKING_COLUMNS].drop_duplicates(ignore_index=True)


def _since(decision: Decision) -> date:
    """The first day that windows look at."""
    return date(decision.valid_from.year, 3 * ((decision.valid_from.month - 1) // 3) + 1, 1)


def _has_counts(processed: Path) -> bool:
    path = processed / COUNTS
    return path.is_file() and pq.read_metadata(path).num_rows > 0
