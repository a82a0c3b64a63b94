"""Hanging dossiers by unit and group (``waiting.csv``): what is open, what is past due, how long a result takes.

Open dossiers are counted whatever day they were received on, as far as it was known on the as-of day. How many days a
result takes, and how many were promised, is told of the dossiers that arose to date, by Kaplan and Meier: those still
open count for as long as they have waited. Days are calendar days; time spent waiting for a supplement is not
subtracted, because exports do not tell it.

Exports have one state for what waits to be accepted and for what was refused entry: of ``not_accepted`` not all need
be waiting.
"""

from datetime import date

import pandas as pd
from ibis.expr.types import Table

from analysis.duties.opened import STAGES, SUPPLEMENT
from analysis.duties.results import courses, days_to_result, middle, promised_days, promises
from analysis.measures.expressions import arising
from analysis.reference.decision import Decision
from analysis.reference.groups import group_members, group_names
from analysis.reference.tables import Reference

_COUNTS = [
    *("open", *STAGES, "without_age", "unseen", "with_due", "past_due", "past_due_supplement"),
    *("results", "results_undated", "with_promise"),
]
WAITING_COLUMNS = [
    *("unit_code", "unit_name", "tier", "as_of", "open", *STAGES, "without_age", "unseen", "age_half", "age_longest"),
    *("with_due", "past_due", "past_due_supplement", "past_due_half", "past_due_longest"),
    *("results", "results_undated", "half_within", "nine_of_ten_within", "with_promise", "promised_half"),
]


def waiting(
    dossiers: Table, opened: pd.DataFrame, reference: Reference, decision: Decision, as_of: date
) -> pd.DataFrame:
    """One row per unit and group, without dossiers too, in ``WAITING_COLUMNS``; days are blank where there are none.

    ``dossiers`` as in dossiers.parquet, ``opened`` those of ``open_dossiers``.
    """
    arose = arising(dossiers, decision.valid_from, min(as_of, decision.valid_to))
    groups, own = group_members(reference), ["unit_code"]
    whole = group_names(reference).assign(as_of=as_of.isoformat())
    for part in (
        _opened(_of_groups(opened, groups)),
        courses(_of_groups(days_to_result(arose, as_of, "unit_code"), groups), own),
        promises(_of_groups(promised_days(arose, "unit_code"), groups), own),
    ):
        whole = whole.merge(part, "left", own)
    return whole.fillna(dict.fromkeys(_COUNTS, 0)).astype(dict.fromkeys(_COUNTS, "int64"))[WAITING_COLUMNS]


def _of_groups(rows: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """The rows of each unit as those of every group that it belongs to, whose code stands in ``unit_code``."""
    return rows.merge(groups, on="unit_code").drop(columns="unit_code").rename(columns={"group_code": "unit_code"})


def _opened(rows: pd.DataFrame) -> pd.DataFrame:
    """unit_code, open dossiers by stage, their ages, how many are past due and by how many days."""
    counts = {
        **{"open": rows["dossiers"] > 0, **{stage: rows["stage"] == stage for stage in STAGES}},
        **{"without_age": rows["age"].isna(), "unseen": rows["unseen"], "with_due": rows["with_due"]},
        **{"past_due": rows["past"].notna()},
        "past_due_supplement": rows["past"].notna() & (rows["stage"] == SUPPLEMENT),
    }
    counted = rows[["unit_code"]].assign(**{name: rows["dossiers"].where(holds, 0) for name, holds in counts.items()})
    whole = counted.groupby("unit_code", as_index=False).sum()
    for name, days in (("age", "age"), ("past_due", "past")):
        whole = whole.merge(_spread(rows[rows[days].notna()], days, name), "left", "unit_code")
    return whole


def _spread(rows: pd.DataFrame, days: str, name: str) -> pd.DataFrame:
    """unit_code, the days that half of the dossiers have at most, and the most that one has."""
    found = [(code, middle(own[days], own["dossiers"]), own[days].max()) for code, own in rows.groupby("unit_code")]
    names = [f"{name}_half", f"{name}_longest"]
    return pd.DataFrame(found, columns=["unit_code", *names]).astype(
        {"unit_code": "str", **dict.fromkeys(names, "Int64")}
    )
