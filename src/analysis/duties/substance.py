"""Real use, or filing for the count (``substance.csv``): what of a unit's online filing is to be looked at.

Each signal of a unit in a month, and to date, is put beside the share of its tier's other units by a funnel, on the one
side that asks for a look: exactly, and where units differ by themselves with limits wider by that (Laney, 2002, as in
``statistics.control``). Of what is flagged over all units, windows and signals at most one in twenty is false
(``outlook.discoveries``). A flag is a reason to ask, and no more.
"""

import numpy as np
import pandas as pd
from scipy import special

from analysis.duties.filings import BURST
from analysis.duties.signals import LAST_DAYS, NEW, OUTSIDE, SIGNALS
from analysis.outlook.discoveries import adjusted, discovered, tail_of
from analysis.reference.substance import SubstanceRules
from analysis.reference.tables import Reference
from analysis.statistics.control import exact_limits, normal_scores
from analysis.statistics.shares import between

_ROUNDING = 1e-9
_WINDOW = ("window", "month", "signal")
_PAIR = ["centre", "numerator", "denominator"]
SUBSTANCE_COLUMNS = [
    *("unit_code", "unit_name", "tier", "window", "month", "signal", "online", "numerator", "denominator", "value"),
    *("expected", "tier_share", "tau2", "limit", "p_value", "q_value", "flagged"),
]


def substance(counted: pd.DataFrame, reference: Reference, rules: SubstanceRules) -> pd.DataFrame:
    """One row per unit, window and signal of ``signals.counted``, in ``SUBSTANCE_COLUMNS``; shares of one.

    ``limit`` is the highest share that is not flagged, of ``outside`` the lowest. ``p_value``, ``q_value`` and
    ``limit`` are NaN where nothing is tested: where the tier has no other unit to compare with, and of ``new``.
    """
    units = reference.units[["unit_code", "unit_name", "tier"]]
    rows = counted.merge(units, on="unit_code").astype({"numerator": "int64", "denominator": "int64"})
    rows = rows.assign(value=rows["numerator"] / rows["denominator"])
    whole = _decided(_beside_tiers(rows), float(rules.beyond))
    months = whole["month"]
    whole = whole.assign(month=(months // 12).astype("str") + "-" + (months % 12 + 1).astype("str").str.zfill(2))
    order = {signal: place for place, signal in enumerate(SIGNALS)}
    by = ["unit_code", "window", "month", "signal"]
    return whole.sort_values(by, key=lambda column: column.replace(order), ignore_index=True)[SUBSTANCE_COLUMNS]


def _beside_tiers(rows: pd.DataFrame) -> pd.DataFrame:
    """The share of the tier's other units in each window, and by how much more than chance units differ."""
    own = rows[["numerator", "denominator"]]
    others = own.groupby([rows[name] for name in ("tier", *_WINDOW)]).transform("sum") - own
    share = others["numerator"] / others["denominator"].where(others["denominator"] > 0)
    # What none of the others has, or all have, leaves room for chance, too: half a case.
    centre = (others["numerator"] + 0.5) / (others["denominator"] + 1)
    # Growth of everything asks for nothing.
    tested = share.notna() & (rows["signal"] != NEW)
    rows = rows.assign(tier_share=share, centre=centre, tested=tested)
    # A tier of nine units hardly tells how much they differ: no less, then, than those of all tiers.
    by = ["window", "signal"]
    apart, together = _apart(rows[tested], [*by, "tier"]), _apart(rows[tested], by)
    keys = rows[[*by, "tier"]].itertuples(index=False, name=None)
    return rows.assign(tau2=[max(apart.get(key, 0.0), together.get(key[:2], 0.0)) for key in keys])


def _apart(rows: pd.DataFrame, by: list[str]) -> dict[tuple[str, ...], float]:
    """tau² of all months together, for of one alone it hardly shows."""
    return {key: between(*(part[name] for name in _PAIR)) for key, part in rows.groupby(by)}


def _decided(rows: pd.DataFrame, beyond: float) -> pd.DataFrame:
    """The verdicts on all units, windows and signals together, with the limits that say the same."""
    tested, below = (rows["tested"].to_numpy(bool), (rows["signal"] == OUTSIDE).to_numpy())
    share, centre, numerator, denominator = (
        rows[name].to_numpy() for name in ("tier_share", "centre", "numerator", "denominator")
    )
    scores = normal_scores(numerator, denominator, centre) / _wider(rows)
    p_values = np.where(tested, special.ndtr(np.where(below, scores, -scores)), np.nan)
    reach = -float(special.ndtri(tail_of(p_values)))
    lower, upper = exact_limits(centre, denominator, reach * _wider(rows))
    # Stretches of a burst are rare by themselves; other shares must differ by so much that it matters.
    worth = np.where(rows["signal"] == BURST, 0.0, beyond)
    limit = np.where(below, np.minimum(lower, share - worth), np.maximum(upper, share + worth))
    outside = tested & np.where(below, rows["value"] < limit - _ROUNDING, rows["value"] > limit + _ROUNDING)
    # What lies at a month's end by the calendar alone is nothing to ask about.
    usual = ((rows["signal"] == LAST_DAYS) & (rows["value"] <= rows["expected"])).to_numpy()
    return rows.assign(
        limit=np.where(tested, limit, np.nan),
        p_value=p_values,
        q_value=_adjusted(p_values),
        flagged=discovered(p_values) & outside & ~usual,
    )


def _wider(rows: pd.DataFrame) -> np.ndarray:
    """By what the limits are wider than chance alone makes them: units differ by themselves, and large ones show it."""
    return np.asarray(np.sqrt(1 + 4 * rows["denominator"] * rows["tau2"]))


def _adjusted(p_values: np.ndarray) -> np.ndarray:
    known = ~np.isnan(p_values)
    found = np.full(len(p_values), np.nan)
    if known.any():
        found[known] = adjusted(p_values[known])
    return found
