"""What the attainment would be without what is to be looked at, and without assisted filing (``substance_effect.csv``).

Both readings of assisted filing stand side by side: it is online filing (GOV.UK's service manual counts it so), or it
is filing at the counter. Without the flagged: neither side counts them, for nobody knows what they are.
"""

from datetime import date

import ibis
import pandas as pd
from ibis.expr.types import Table

from analysis.duties.filings import BLOCK, BURST, RUSHED, SEQUENCE
from analysis.duties.signals import TO_DATE
from analysis.measures.attainment import dossiers_to_date
from analysis.measures.expressions import month_number
from analysis.reference.decision import Decision
from analysis.reference.tables import Reference

ALL_FILINGS, WITHOUT_FLAGGED, ASSISTED_AS_COUNTER = "all", "without_flagged", "assisted_as_counter"
BASES = (ALL_FILINGS, WITHOUT_FLAGGED, ASSISTED_AS_COUNTER)
EFFECT_COLUMNS = [
    *("target_id", "unit_code", "unit_name", "tier", "basis", "numerator", "denominator", "value", "minimum", "status"),
]
_ONLINE = "dossiers_online"


def flagged_dossiers(online: Table, found: pd.DataFrame, table: pd.DataFrame) -> Table:
    """dossier_key of the dossiers that bear the mark for which their unit is flagged in their month, or to date.

    ``online`` of ``filed_online``, ``found`` of ``bursts``, ``table`` the rows of substance.csv.
    """
    parts = [_marked(online, signal, _flagged(table, found, signal)) for signal in (RUSHED, SEQUENCE)]
    parts.append(_in_bursts(online, found, _flagged(table, found, BURST)))
    return ibis.union(*parts, distinct=True)


def by_basis(dossiers: Table, flagged: Table, files: pd.DataFrame) -> dict[str, Table]:
    """The dossiers as each basis counts them; ``dossiers`` of ``with_filings``.

    Assisted filing is told apart where any of ``files``, the rows of substance_files.csv, has a proxy mark.
    """
    tables = {ALL_FILINGS: dossiers, WITHOUT_FLAGGED: dossiers.anti_join(flagged, "dossier_key")}
    if files["proxy_told"].any():
        helped = dossiers.by_proxy.fill_null(False) & (dossiers.channel == "online").fill_null(False)
        tables[ASSISTED_AS_COUNTER] = dossiers.mutate(channel=helped.ifelse("counter", dossiers.channel))
    return tables


def substance_effect(dossiers: dict[str, Table], reference: Reference, decision: Decision, as_of: date) -> pd.DataFrame:
    """Targets on online dossiers to date, default reading, of every unit and group, by basis; in ``EFFECT_COLUMNS``."""
    parts = [
        dossiers_to_date(part, reference, decision, as_of, _ONLINE).assign(basis=basis)
        for basis, part in dossiers.items()
    ]
    whole = pd.concat(parts, ignore_index=True).reindex(columns=EFFECT_COLUMNS)
    order = {basis: place for place, basis in enumerate(BASES)}
    by = ["target_id", "unit_code", "basis"]
    return whole.sort_values(by, key=lambda column: column.replace(order), ignore_index=True)


def _flagged(table: pd.DataFrame, found: pd.DataFrame, signal: str) -> pd.DataFrame:
    """unit_code, month (number) in which a unit is flagged for a signal; to date all its months are."""
    rows = table[table["flagged"] & (table["signal"] == signal)]
    to_date = rows.loc[rows["window"] == TO_DATE, ["unit_code"]].merge(found[["unit_code", "month"]], on="unit_code")
    months = rows.loc[rows["window"] != TO_DATE, ["unit_code", "month"]]
    months = months.assign(month=[month_number(date.fromisoformat(f"{month}-01")) for month in months["month"]])
    both = pd.concat([to_date, months], ignore_index=True).drop_duplicates(ignore_index=True)
    return both.astype({"unit_code": "str", "month": "int64"})


def _marked(online: Table, signal: str, where: pd.DataFrame) -> Table:
    rows = online.filter(online[signal]).semi_join(ibis.memtable(where), ["unit_code", "month"])
    return rows.select("dossier_key")


def _in_bursts(online: Table, found: pd.DataFrame, where: pd.DataFrame) -> Table:
    at = found[found["burst"]].merge(where, on=["unit_code", "month"])[BLOCK]
    return online.filter(online.timed).semi_join(ibis.memtable(at), BLOCK).select("dossier_key")
