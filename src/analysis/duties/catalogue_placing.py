"""What the portal offers and what decisions repealed, unit by unit (``P`` and ``R``), beside what is assigned (``A``).

A line that names units counts for these, one of a lower tier for every unit of it; one that tells no unit for those to
whom the catalogue gives, or gave, the procedure; where it never did, for none (unit_code "").
"""

import pandas as pd

from analysis.duties.catalogue_files import CLOSED, OPEN, UNCLEAR
from analysis.measures.offers import offers_by_month, receivers
from analysis.preparation.catalogue_sheets import PORTAL, PUBLICATION
from analysis.reference.tables import Reference

_PAIR = ["unit_code", "procedure_key"]


def placed(lines: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Each line once for every unit that it counts for: ``lines`` with ``unit_code``."""
    rows = lines.reset_index(drop=True).reset_index(names="line")
    named = rows.explode("named").rename(columns={"named": "unit_code"})
    named = named[named["unit_code"].notna()]
    others = rows[~rows["line"].isin(named["line"])]
    every = receivers(reference.units)
    whole = others[others["tier"].isin(["district", "commune"])].assign(owner="").merge(every, on=["tier", "owner"])
    known = _by_catalogue(others[~others["line"].isin(whole["line"])], reference, every)
    lost = rows[~rows["line"].isin([*named["line"], *whole["line"], *known["line"]])].assign(unit_code="")
    parts = [named, whole, known, lost]
    return pd.concat([part[[*lines.columns.drop("named"), "unit_code"]] for part in parts], ignore_index=True)


def on_portal(lines: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """unit_code, procedure_key, procedure_name, level, day of what each unit's latest list has open; ``unclear`` where
    it cannot be said which level, or whether at all.
    """
    rows = _latest(placed(lines[lines["role"] == PORTAL], reference))
    found = rows[rows["state"].isin([OPEN, UNCLEAR])]
    whole = found.assign(unclear=found["state"] == UNCLEAR, lowest=found["level"]).groupby(_PAIR, as_index=False)
    whole = whole.agg(
        procedure_code=("procedure_code", "first"),
        procedure_name=("procedure_name", "max"),
        level=("level", "max"),
        day=("day", "max"),
        lowest=("lowest", "min"),
        unclear=("unclear", "any"),
    )
    two_levels = (whole["lowest"] < whole["level"]).fillna(False)
    return whole.assign(unclear=whole["unclear"].astype(bool) | two_levels.astype(bool)).drop(columns="lowest")


def covered(lines: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """unit_code and the ``day`` of the latest list of the portal's that has a line for the unit (NaT: not known)."""
    rows = placed(lines[(lines["role"] == PORTAL) & (lines["state"] != UNCLEAR)], reference)
    return rows[rows["unit_code"] != ""].groupby("unit_code", as_index=False)["day"].max()


def decided(lines: pd.DataFrame, reference: Reference, day: pd.Timestamp) -> pd.DataFrame:
    """unit_code, procedure_key, decision, repealed: what the decisions up to ``day`` said last of a procedure.

    What is dated by nothing comes before everything else.
    """
    rows = placed(lines[(lines["role"] == PUBLICATION) & (lines["state"] != UNCLEAR)], reference)
    rows = rows.assign(since=rows["effective_at"].fillna(rows["decided_at"]))
    rows = rows[rows["since"].isna() | (rows["since"] <= day)]
    ordered = rows.assign(last=rows["state"] == CLOSED).sort_values(["since", "last"], na_position="first")
    final = ordered.groupby(_PAIR, as_index=False).last()
    return final.assign(repealed=final["last"].astype(bool))[[*_PAIR, "decision", "repealed"]]


def assigned(reference: Reference, days: pd.DataFrame) -> pd.DataFrame:
    """unit_code, procedure_key, level: what the catalogue gives to each unit of ``days`` on its ``day``."""
    spans = pd.DataFrame({"last_day": days["day"].drop_duplicates()}).assign(month=lambda own: range(len(own)))
    given = offers_by_month(reference, spans).merge(spans, on="month").rename(columns={"last_day": "day"})
    return given.merge(days[["unit_code", "day"]], on=["unit_code", "day"])[[*_PAIR, "level"]]


def _latest(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each unit the rows of its latest day; those of no day where it has no other."""
    days = rows["day"].where(rows["state"] != UNCLEAR).groupby(rows["unit_code"]).transform("max")
    return rows[(rows["day"] == days) | days.isna()]


def _by_catalogue(rows: pd.DataFrame, reference: Reference, every: pd.DataFrame) -> pd.DataFrame:
    """The rows at those to whom the catalogue gives the procedure on any day, of the row's tier where it tells one."""
    owners = reference.catalogue[["procedure_key", "tier", "unit_code"]].drop_duplicates()
    given = owners.rename(columns={"unit_code": "owner"}).merge(every, on=["tier", "owner"])
    found = rows.merge(given.drop(columns="owner").rename(columns={"tier": "own"}), on="procedure_key")
    return found[(found["tier"] == "") | (found["tier"] == found["own"])]
