"""Changes of level by month (``catalogue_levels.csv``): in the catalogue, and from one dated list of the portal's to
the next.
"""

from datetime import date

import pandas as pd

from analysis.duties.catalogue_files import OPEN
from analysis.duties.catalogue_placing import placed
from analysis.preparation.catalogue_sheets import PORTAL
from analysis.reference.tables import Reference

ASSIGNED = "assigned"
CATALOGUE_LEVELS_COLUMNS = ["source", "month", "tier", "raised", "lowered"]


def catalogue_levels(lines: pd.DataFrame, reference: Reference, first: date, last: date) -> pd.DataFrame:
    """source (``assigned``, ``portal``), month, tier: how many procedures were ``raised`` and ``lowered`` from
    ``first`` to ``last``; each counts once a month and tier.
    """
    of_portal = lines[(lines["role"] == PORTAL) & (lines["state"] == OPEN)]
    tiers = reference.units[["unit_code", "tier"]]
    seen = placed(of_portal[of_portal["day"].notna()], reference).drop(columns="tier").merge(tiers, on="unit_code")
    catalogue = reference.catalogue.rename(columns={"valid_from": "day"})
    parts = [_steps(catalogue).assign(source=ASSIGNED), _steps(seen).assign(source=PORTAL)]
    whole = pd.concat(parts, ignore_index=True)
    whole = whole[whole["day"].between(pd.Timestamp(first), pd.Timestamp(last))]
    whole = whole.assign(month=whole["day"].dt.strftime("%Y-%m"))
    whole = whole.drop_duplicates(["source", "month", "tier", "procedure_key", "raised"])
    counted = whole.assign(lowered=~whole["raised"]).groupby(["source", "month", "tier"])[["raised", "lowered"]].sum()
    return counted.astype("int64").reset_index()[CATALOGUE_LEVELS_COLUMNS]


def _steps(rows: pd.DataFrame) -> pd.DataFrame:
    """Of rows in the course of time (unit_code, tier, procedure_key, level, day) those whose level is another."""
    keys = ["unit_code", "tier", "procedure_key"]
    ordered = rows[[*keys, "level", "day"]].dropna().drop_duplicates()
    ordered = ordered[~ordered.duplicated([*keys, "day"], keep=False)]  # of two levels at once nobody knows which
    ordered = ordered.sort_values([*keys, "day"])
    before = ordered.groupby(keys)["level"].shift()
    changed = ordered.assign(raised=ordered["level"] > before)
    return changed.loc[before.notna() & (ordered["level"] != before), ["tier", "procedure_key", "day", "raised"]]
