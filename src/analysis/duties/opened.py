"""The dossiers that were open on the as-of day, as was known then: at which stage, for how long, how long past due."""

from datetime import date, timedelta

import ibis
import pandas as pd
from ibis import _
from ibis.expr.types import StringValue, Table

from analysis.measures.expressions import resolved
from analysis.storage.backends import execute

NOT_ACCEPTED, PROCESSING, SUPPLEMENT, UNSTATED = "not_accepted", "processing", "supplement", "unstated"
STAGES = (NOT_ACCEPTED, PROCESSING, SUPPLEMENT, UNSTATED)


def open_dossiers(dossiers: Table, files: pd.DataFrame, as_of: date, unseen_after: int) -> pd.DataFrame:
    """unit_code, procedure_code, ``stage``, ``age``, ``past``, ``with_due``, ``unseen``: dossiers.

    Open is what was received by the as-of day, was not withdrawn and has no result yet (as ``resolved`` has it); of
    ``not_accepted`` no day of receipt is needed, and ``age``, calendar days since then, is blank without. ``past``:
    days by which an accepted one is past its due day, blank where it is not: what was never accepted was promised
    nothing. ``unseen``: last seen in an export older than the as-of day by more than ``unseen_after`` days; ``files``
    are the rows of files.csv.
    """
    known = dossiers.received_at.isnull() | (dossiers.received_at.date() <= as_of)
    unresolved = ~resolved(dossiers, as_of).fill_null(False)
    waiting = dossiers.filter(known, unresolved, dossiers.status.fill_null("") != "withdrawn")
    due, accepted = waiting.due_at.date(), _stage(waiting) != NOT_ACCEPTED
    today, none = ibis.literal(as_of), ibis.null("int64")
    rows = waiting.mutate(
        stage=_stage(waiting),
        age=today.delta(waiting.received_at.date(), unit="day").cast("int64"),
        past=(accepted & (due < today)).fill_null(False).ifelse(today.delta(due, unit="day").cast("int64"), none),
        with_due=accepted & due.notnull(),
        unseen=waiting.file.isin(_old(files, as_of, unseen_after)),
    )
    keys = ["unit_code", "procedure_code", "stage", "age", "past", "with_due", "unseen"]
    return execute(rows.group_by(keys).aggregate(dossiers=_.count())).sort_values(keys, ignore_index=True)


def _stage(waiting: Table) -> StringValue:
    """What is known of the way to the result; a status of later than the as-of day says that it was accepted."""
    stated = waiting.status
    told = stated.isin([NOT_ACCEPTED, SUPPLEMENT]).ifelse(stated, PROCESSING)
    return stated.isnull().ifelse(UNSTATED, told)


def _old(files: pd.DataFrame, as_of: date, unseen_after: int) -> list[str]:
    """The files whose export is too old to tell how their dossiers stand on the as-of day."""
    limit = (as_of - timedelta(days=unseen_after)).isoformat()
    return list(files.loc[(files["export_date"] != "") & (files["export_date"] < limit), "file"])
