"""What each unit's procedures received to date (``procedures.csv``), and which of the counts may be published.

The table keeps true counts and stays in the processed folder; a page prints what ``shown`` and ``split_shown`` allow.
No total of a procedure over several units may stand beside them: it would give away what is hidden.
"""

from datetime import date

import pandas as pd
from ibis.expr.types import Table

from analysis.measures.expressions import arising
from analysis.measures.offers import offers_by_month
from analysis.reference.decision import Decision
from analysis.reference.tables import Reference
from analysis.statistics.disclosure import disclosed
from analysis.storage.backends import execute
from analysis.storage.writing import spreadsheet_safe

ONLINE_LEVELS = (3, 4)  # of which the targets speak, with totals of their own
_OWN = ["unit_code", "procedure_key"]
PROCEDURES_COLUMNS = [*_OWN, "procedure_name", "level", "dossiers", "online", "shown", "split_shown"]


def procedures(dossiers: Table, reference: Reference, decision: Decision, as_of: date) -> pd.DataFrame:
    """One row per unit and procedure with dossiers arising to date, or offered at level 3 or 4.

    In ``PROCEDURES_COLUMNS``: ``dossiers`` are of any level and channel, as was known on the as-of day, ``online``
    those filed so, resolved or not. ``level`` is the catalogue's on the period's last day or the as-of day, blank where
    it gives the unit none.
    """
    last = min(as_of, decision.valid_to)
    offers = offers_by_month(reference, pd.DataFrame({"month": [0], "last_day": [last]})).drop(columns="month")
    counted = _counted(arising(dossiers, decision.valid_from, last), reference)
    parts = pd.concat([counted, _without_dossiers(offers, counted)], ignore_index=True)
    parts = parts.sort_values([*_OWN, "group"], ignore_index=True)
    whole = parts.groupby(_OWN, as_index=False)[["dossiers", "online"]].sum()
    whole = whole.merge(disclosed(parts), on=_OWN, validate="1:1").merge(offers, "left", on=_OWN, validate="1:1")
    names = reference.catalogue.drop_duplicates("procedure_key", keep="last").set_index("procedure_key")
    whole["procedure_name"] = whole["procedure_key"].map(names["procedure_name"]).fillna("")
    # A code that the catalogue lacks comes from an export: it must not run in a spreadsheet.
    keys = whole["procedure_key"].map(spreadsheet_safe)
    return whole.assign(procedure_key=keys, level=whole["level"].astype("Int64"))[PROCEDURES_COLUMNS]


def _counted(arises: Table, reference: Reference) -> pd.DataFrame:
    """Dossiers and online dossiers by unit, procedure and the group of levels that shares a published total."""
    by_level = arises.group_by("unit_code", "procedure_code", "level").aggregate(
        dossiers=arises.count(), online=(arises.channel == "online").sum()
    )
    counted = execute(by_level)
    keys = reference.catalogue.drop_duplicates("procedure_code").set_index("procedure_code")["procedure_key"]
    codes = counted["procedure_code"]
    level = counted["level"].fillna(0).astype("int64")
    counted = counted.assign(
        procedure_key=codes.map(keys).fillna(codes), group=level.where(level.isin(ONLINE_LEVELS), 0)
    )
    sums = counted.groupby([*_OWN, "group"], as_index=False)[["dossiers", "online"]].sum()
    return sums.astype({"dossiers": "int64", "online": "int64"})


def _without_dossiers(offers: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """What is offered at level 3 or 4 and had no dossier, in the group of its level."""
    wanted = offers[offers["level"].isin(ONLINE_LEVELS)].merge(counted[_OWN].drop_duplicates(), "left", indicator=True)
    none = wanted[wanted["_merge"] == "left_only"]
    return none[_OWN].assign(group=none["level"], dossiers=0, online=0)
