"""Hanging dossiers of each procedure of each unit (``waiting_procedures.csv``): past due, and days against the promise.

The table keeps true counts and stays in the processed folder. There is no row of a procedure over several units: beside
what is told of each it would give away what is hidden.
"""

from datetime import date

import pandas as pd
from ibis.expr.types import Table

from analysis.duties.results import courses, days_to_result, promised_days, promises
from analysis.measures.expressions import arising
from analysis.outlook.procedures import keys_of, names_of
from analysis.reference.decision import Decision
from analysis.reference.tables import Reference

_OWN = ["unit_code", "procedure_key"]
_COUNTS = ["open", "past_due", "results", "results_undated", "with_promise"]
WAITING_PROCEDURES_COLUMNS = [
    *("unit_code", "unit_name", "procedure_key", "procedure_name", "as_of", "open", "past_due"),
    *("results", "results_undated", "half_within", "nine_of_ten_within", "with_promise", "promised_half"),
]


def waiting_procedures(
    dossiers: Table, opened: pd.DataFrame, reference: Reference, decision: Decision, as_of: date
) -> pd.DataFrame:
    """One row per unit and procedure with dossiers that are open or arose to date, in ``WAITING_PROCEDURES_COLUMNS``.

    Columns and arguments as of ``waiting``.
    """
    arose = arising(dossiers, decision.valid_from, min(as_of, decision.valid_to))
    by = "unit_code", "procedure_code"
    counted = courses(_keyed(days_to_result(arose, as_of, *by), reference), _OWN)
    promised = promises(_keyed(promised_days(arose, *by), reference), _OWN)
    parts = [_hanging(_keyed(opened, reference)), counted, promised]
    whole = pd.concat([part.set_index(_OWN) for part in parts], axis=1).reset_index()
    whole = whole.fillna(dict.fromkeys(_COUNTS, 0)).astype(dict.fromkeys(_COUNTS, "int64"))
    names = reference.units[["unit_code", "unit_name"]]
    whole = whole.merge(names, on="unit_code").assign(as_of=as_of.isoformat())
    whole = whole.sort_values(_OWN, ignore_index=True)
    return whole.assign(procedure_name=names_of(whole["procedure_key"], reference))[WAITING_PROCEDURES_COLUMNS]


def _keyed(rows: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """With the key of the procedure, which two spellings of a code share."""
    return rows.assign(procedure_key=keys_of(rows["procedure_code"], reference))


def _hanging(opened: pd.DataFrame) -> pd.DataFrame:
    """unit_code, procedure_key, dossiers ``open`` and, of these, ``past_due``."""
    late = opened["dossiers"].where(opened["past"].notna(), 0)
    return (
        opened.assign(open=opened["dossiers"], past_due=late).groupby(_OWN, as_index=False)[["open", "past_due"]].sum()
    )
