"""Who took dossiers in for whom (``receiving.csv``, ``received_for.csv``): a dossier may be filed at any unit.

It counts for the unit that resolves it, as everywhere; that another took it in is work which no target sees. Only
exports with a column of the receiving unit tell it.
"""

from datetime import date

import ibis
import pandas as pd
from ibis.expr.types import Table

from analysis.measures.expressions import arising, month_of
from analysis.measures.series import followed
from analysis.reference.decision import Decision
from analysis.reference.groups import group_members, group_names, past_names
from analysis.reference.tables import Reference
from analysis.storage.backends import execute

RECEIVED_FOR_COLUMNS = ["received_by", "received_by_name", "unit_code", "unit_name", "tier", "month", "dossiers"]
_COUNTS = ["told", "own", "by_others", "for_others"]
RECEIVING_COLUMNS = ["unit_code", "unit_name", "tier", "as_of", *_COUNTS]


def receiving(
    dossiers: Table, handling: Table, reference: Reference, decision: Decision, as_of: date
) -> dict[str, pd.DataFrame]:
    """``received_for``: dossiers that arose, by receiving unit, resolving unit and month, where both are known.
    ``receiving``: of each unit and group, to date, those of ``told`` receiving unit that it resolves, which are its
    ``own`` or were taken in ``by_others``, and those that it took in ``for_others``; no row where no export tells any.

    ``dossiers`` of ``followed``, ``handling`` as in handling.parquet. Within a group one member takes in for another.
    """
    found = arising(dossiers, decision.valid_from, min(as_of, decision.valid_to))
    told = handling.filter(handling.received_by.notnull()).select("dossier_key", "received_by")
    pairs = _counted(found.join(told, "dossier_key"), reference)
    names = pd.concat([group_names(reference), past_names(reference)])
    by_unit = _by_unit(pairs, reference).assign(as_of=as_of.isoformat())
    return {
        "receiving": _named(by_unit, names)[RECEIVING_COLUMNS],
        "received_for": _named(pairs, names)[RECEIVED_FOR_COLUMNS],
    }


def _counted(told: Table, reference: Reference) -> pd.DataFrame:
    """received_by, unit_code, month, dossiers; the receiving unit, too, by the series that it belongs to."""
    renamed = told.select("received_at", resolved_by="unit_code", unit_code="received_by")
    rows = followed(renamed, reference)
    rows = rows.mutate(month=month_of(rows.received_at).cast("int64"))
    counted = rows.group_by("unit_code", "resolved_by", "month").aggregate(dossiers=ibis._.count())
    found = execute(counted).rename(columns={"unit_code": "received_by", "resolved_by": "unit_code"})
    months = [f"{number // 12}-{number % 12 + 1:02d}" for number in found["month"]]
    keys = ["received_by", "unit_code", "month"]
    return found.assign(month=months).astype({"dossiers": "int64"}).sort_values(keys, ignore_index=True)


def _named(rows: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """With names and tiers; a unit that ended before the period has its code for a name."""
    whole = rows.merge(names, "left", "unit_code")
    whole["unit_name"], whole["tier"] = whole["unit_name"].fillna(whole["unit_code"]), whole["tier"].fillna("")
    if "received_by" in rows:
        by_code = names.set_index("unit_code")["unit_name"]
        whole["received_by_name"] = whole["received_by"].map(by_code).fillna(whole["received_by"])
    return whole


def _by_unit(pairs: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """unit_code and the counts of each unit and group; none of any where nothing is told."""
    members = group_members(reference)
    resolving = pairs.merge(members, on="unit_code")
    own = resolving["received_by"] == resolving["unit_code"]
    parts = resolving.assign(
        told=resolving["dossiers"],
        own=resolving["dossiers"].where(own, 0),
        by_others=resolving["dossiers"].where(~own, 0),
    )[["group_code", "told", "own", "by_others"]]
    given = pairs[pairs["received_by"] != pairs["unit_code"]].drop(columns="unit_code")
    given = given.merge(members.rename(columns={"unit_code": "received_by"}), on="received_by")
    sums = pd.concat([parts, given.rename(columns={"dossiers": "for_others"})[["group_code", "for_others"]]])
    summed = sums.fillna(0).groupby("group_code", as_index=False)[_COUNTS].sum() if len(sums) else sums
    whole = summed.rename(columns={"group_code": "unit_code"}).reindex(columns=["unit_code", *_COUNTS])
    return whole.astype({"unit_code": "str", **dict.fromkeys(_COUNTS, "int64")})
