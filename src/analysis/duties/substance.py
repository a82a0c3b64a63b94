"""Real use, or filing for the count (``substance.csv``): what of a unit's online filing is to be looked at.

Each signal of a unit in a month, and to date, is put beside its tier's share by a funnel (Spiegelhalter, 2005), as in
``outlook.comparison``, on the one side that asks for a look. Of what is flagged over all units, windows and signals at
most one in twenty is false (Benjamini and Hochberg). A flag is a reason to ask, and no more.
"""

import numpy as np
import pandas as pd
from scipy import special, stats

from analysis.duties.signals import LAST_DAYS, NEW, OUTSIDE, SIGNALS
from analysis.outlook.comparison import beside, pooled, scatter, tier_limits
from analysis.outlook.discoveries import discovered, tail_of
from analysis.reference.tables import Reference

SUBSTANCE_COLUMNS = [
    *("unit_code", "unit_name", "tier", "window", "month", "signal", "online", "numerator", "denominator", "value"),
    *("expected", "tier_share", "tau2", "limit", "p_value", "q_value", "flagged"),
]


def substance(counted: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """One row per unit, window and signal of ``signals.counted``, in ``SUBSTANCE_COLUMNS``; shares of one.

    ``limit`` is the highest share that is not flagged, of ``outside`` the lowest. ``p_value``, ``q_value`` and
    ``limit`` are NaN where nothing is tested: where the tier's share leaves no room for chance, and of ``new``.
    """
    units = reference.units[["unit_code", "unit_name", "tier"]]
    rows = counted.merge(units, on="unit_code").astype({"numerator": "int64", "denominator": "int64"})
    rows = rows.assign(value=rows["numerator"] / rows["denominator"])
    parts = [_beside_tier(part) for _, part in rows.groupby(["tier", "window", "month", "signal"])]
    whole = _decided(pd.concat(parts, ignore_index=True) if parts else rows.assign(tier_share=0.0, tau2=0.0, score=0.0))
    months = whole["month"]
    whole = whole.assign(month=(months // 12).astype("str") + "-" + (months % 12 + 1).astype("str").str.zfill(2))
    order = {signal: place for place, signal in enumerate(SIGNALS)}
    by = ["unit_code", "window", "month", "signal"]
    return whole.sort_values(by, key=lambda column: column.replace(order), ignore_index=True)[SUBSTANCE_COLUMNS]


def _beside_tier(rows: pd.DataFrame) -> pd.DataFrame:
    """How far each share lies on the side that asks for a look, in standard deviations."""
    numerator, denominator = (rows[name].to_numpy() for name in ("numerator", "denominator"))
    centre, signal = pooled(rows), rows["signal"].iloc[0]
    tau2 = np.nan_to_num(scatter(centre, rows["value"].to_numpy(float), denominator)[1]) if 0 < centre < 1 else 0.0
    score = beside(centre, numerator, denominator, float(tau2))
    if len(rows) == 1 or signal == NEW:  # a tier of one unit is no tier; growth of everything asks for nothing
        score = np.full(len(rows), np.nan)
    return rows.assign(tier_share=centre, tau2=tau2, score=-score if signal == OUTSIDE else score)


def _decided(rows: pd.DataFrame) -> pd.DataFrame:
    p_values = special.ndtr(-rows["score"].to_numpy(float))
    known = ~np.isnan(p_values)
    q_values = np.full(len(rows), np.nan)
    if known.any():
        q_values[known] = stats.false_discovery_control(p_values[known], method="bh")
    limits = tier_limits(rows, 2 * tail_of(p_values))  # which has two sides, and here one counts
    limit = np.where(rows["signal"] == OUTSIDE, limits.lower, limits.upper)
    # What lies at a month's end by the calendar alone is nothing to ask about.
    usual = (rows["signal"] == LAST_DAYS) & (rows["value"] <= rows["expected"])
    return rows.assign(
        limit=np.where(known, limit, np.nan),
        p_value=p_values,
        q_value=q_values,
        flagged=discovered(p_values) & ~usual.to_numpy(),
    )
