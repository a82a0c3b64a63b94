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
from analysis.measures.expressions import Count, arisen, cells, dossier_counts, month_number, windows
from analysis.reference.decision import ATTAINED, DEFAULT, NOT_APPLICABLE, NOT_ATTAINED, Decision
from analysis.reference.groups import group_members, group_names
from analysis.reference.tables import Reference
from analysis.storage.backends import execute

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
    parts = [_attained(part, reference, decision, as_of).assign(basis=basis) for basis, part in dossiers.items()]
    whole = pd.concat(parts, ignore_index=True).reindex(columns=EFFECT_COLUMNS)
    order = {basis: place for place, basis in enumerate(BASES)}
    by = ["target_id", "unit_code", "basis"]
    return whole.sort_values(by, key=lambda column: column.replace(order), ignore_index=True)


def _attained(dossiers: Table, reference: Reference, decision: Decision, as_of: date) -> pd.DataFrame:
    targets = [target for target in decision.targets if target.measure == _ONLINE]
    readings = [(target, reading) for target in targets for reading in decision.readings_of(target)]
    counts = [Count(target, reading) for target, reading in readings if reading.id == DEFAULT]
    if not counts:
        return pd.DataFrame()
    spans = windows(decision, as_of)
    spans = spans[(spans["window"] == TO_DATE) & (spans["month"] == spans["month"].max())]
    of_units = cells(arisen(dossiers, decision, as_of), "unit_code")
    groups = ibis.memtable(group_members(reference))
    sums = execute(dossier_counts(of_units, ibis.memtable(spans), groups, counts))
    sums = group_names(reference).merge(sums.rename(columns={"group_code": "unit_code"}), "left", "unit_code")
    return pd.concat([_of_target(sums, number, count) for number, count in enumerate(counts)], ignore_index=True)


def _of_target(sums: pd.DataFrame, number: int, count: Count) -> pd.DataFrame:
    numerator, denominator = (sums[f"{part}{number}"].fillna(0).astype("int64") for part in "nd")
    minimum = count.target.minimum
    enough = numerator * minimum.denominator >= denominator * minimum.numerator
    status = enough.map({True: ATTAINED, False: NOT_ATTAINED}).where(denominator > 0, NOT_APPLICABLE)
    value = numerator / denominator.where(denominator > 0)
    return sums[["unit_code", "unit_name", "tier"]].assign(
        **{"target_id": count.target.id, "numerator": numerator, "denominator": denominator},
        **{"value": value, "minimum": float(minimum), "status": status},
    )


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
