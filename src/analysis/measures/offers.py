"""What the catalogue gives to whom, and in which months: the base of the measures on procedures (contract §5)."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from analysis.measures.expressions import month_bits
from analysis.reference.decision import Target
from analysis.reference.tables import Reference


def procedure_keys(reference: Reference) -> ibis.Table:
    """(procedure_code, procedure_key) of the catalogue: two spellings of a code are one procedure."""
    keys = reference.catalogue[["procedure_code", "procedure_key"]].drop_duplicates("procedure_code")
    return ibis.memtable(keys)


def offered(reference: Reference, spans: pd.DataFrame, targets: Sequence[Target]) -> ibis.Table:
    """(unit_code, procedure_key, levels, months): what counts for each of ``targets``, whose number is ``levels``, as
    ``offers_by_month``, the months as bits of one integer.

    An expression: what every unit of a nation is given are millions of rows, the catalogue a few thousand.
    """
    catalogue, months = reference.catalogue, spans["month"].unique()
    bits = in_force(catalogue, spans) @ np.array([month_bits([month]) for month in months])
    lines = catalogue.assign(months=bits)[bits > 0]
    sets = [lines[target.admits(lines["level"])].assign(levels=number) for number, target in enumerate(targets)]
    rules = _rules(pd.concat([lines.iloc[:0].assign(levels=0), *sets]), "levels", "months")
    if not reference.succession:
        given = ibis.memtable(rules).join(ibis.memtable(receivers(reference.units)), ["tier", "owner"])
        return given.select("unit_code", "procedure_key", "levels", "months")
    by_month = _receivers_by_month(reference, spans)
    by_month = by_month.assign(there=by_month["month"].map(lambda month: month_bits([month])))
    there = by_month.groupby(["tier", "owner", "unit_code"], as_index=False)["there"].sum()
    given = ibis.memtable(rules).join(ibis.memtable(there), ["tier", "owner"])
    given = given.mutate(months=given.months & given.there).filter(ibis._.months != 0)
    return given.select("unit_code", "procedure_key", "levels", "months")


def offers_by_month(reference: Reference, spans: pd.DataFrame) -> pd.DataFrame:
    """(unit_code, procedure_key, level, month): what the catalogue gives to each unit on each window's last day."""
    months, lines = np.nonzero(in_force(reference.catalogue, spans).T)
    rules = _rules(reference.catalogue.iloc[lines].assign(month=spans["month"].unique()[months]), "level", "month")
    if reference.succession:
        given = rules.merge(_receivers_by_month(reference, spans), on=["tier", "owner", "month"])
    else:
        given = rules.merge(receivers(reference.units), on=["tier", "owner"])
    return given[["unit_code", "procedure_key", "level", "month"]].drop_duplicates(ignore_index=True)


def in_force(catalogue: pd.DataFrame, spans: pd.DataFrame) -> np.ndarray:
    """Whether each line of the catalogue is in force on the last day of each window of ``spans``: lines × windows."""
    days = pd.to_datetime(spans.drop_duplicates("month")["last_day"]).to_numpy()
    first, end = (catalogue[name].to_numpy()[:, None] for name in ("valid_from", "valid_to"))
    return (first <= days) & (np.isnat(end) | (days < end))


def receivers(units: pd.DataFrame) -> pd.DataFrame:
    """(tier, owner, unit_code): whom a line of the catalogue goes to, each unit by its tier and by its own code."""
    every = units[["tier", "unit_code"]]
    return pd.concat([every.assign(owner=""), every.assign(owner=every["unit_code"])], ignore_index=True)


def _rules(catalogue: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Lines of the catalogue as (procedure_key, ``columns``) for a tier and an owner, "" for every unit of it."""
    return catalogue.rename(columns={"unit_code": "owner"})[["procedure_key", *columns, "tier", "owner"]]


def _receivers_by_month(reference: Reference, spans: pd.DataFrame) -> pd.DataFrame:
    """As ``receivers``, with the month: the series of the units that are there on the last day of each window."""
    known, parts = reference.succession, []
    assert known is not None
    for month, day in spans.drop_duplicates("month")[["month", "last_day"]].itertuples(index=False):
        given = receivers(known.units[known.valid_on(day)])
        others = known.series_of_day(day)
        series = [others.get(code, code) for code in given["unit_code"]]
        parts.append(given.assign(unit_code=series, month=month))
    return pd.concat(parts).drop_duplicates(ignore_index=True)
