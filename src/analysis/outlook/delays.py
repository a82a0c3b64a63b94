"""Difficulties that the data show (``delays.csv``): late dossiers, requests for supplements and refusals, by unit.

All are shares of the dossiers that arose to date, at any level and through any channel, as was known on the as-of
day. Each unit stands beside its tier's share with the limits that chance alone keeps to.

``late``: of the dossiers with a due date, those completed after the due day, and those still open on the as-of day
whose due day is past. To finish on the due day is on time, whatever the clock says; a dossier due on the as-of day
may still make it. A result after the as-of day is not known yet, so the dossier is open. One that is resolved by its
status and without the day of its result counts as on time: nothing shows that it was late. Time spent waiting for a
supplement is not subtracted, because exports do not tell it.
``supplement``: of all, those whose applicant was asked for more. ``refused``: of all, those refused by the as-of day.
"""

from datetime import date

import numpy as np
import pandas as pd
from ibis.expr.types import Table

from analysis.measures.expressions import arising, on_time, resolved
from analysis.outlook.comparison import LEAST_RANKED, beside, pooled, tier_limits, verdicts
from analysis.reference.decision import Decision
from analysis.reference.tables import Reference
from analysis.storage.backends import execute

LATE, SUPPLEMENT, REFUSED = "late", "supplement", "refused"
INDICATORS = (LATE, SUPPLEMENT, REFUSED)
DELAYS_COLUMNS = [
    *("unit_code", "unit_name", "tier", "as_of", "indicator", "numerator", "denominator", "value"),
    *("tier_share", "lower", "upper", "verdict"),
]


def delays(dossiers: Table, reference: Reference, decision: Decision, as_of: date) -> pd.DataFrame:
    """One row per unit and indicator, in ``DELAYS_COLUMNS``; shares of one, NaN where there is nothing to count.

    ``dossiers`` as in dossiers.parquet. ``verdict`` is above, below or as_expected beside the tier's share: of all that
    is found at most one in twenty is false; "" under a denominator of ten or where the tier's share leaves no room for
    chance. ``lower`` and ``upper`` are the limits that say the same.
    """
    units = reference.units[["unit_code", "unit_name", "tier"]]
    counted = _counted(dossiers, decision, as_of).reindex(units["unit_code"], fill_value=0)
    parts = []
    for indicator in INDICATORS:
        of_all = counted["due" if indicator == LATE else "dossiers"].to_numpy()
        parts.append(units.assign(indicator=indicator, numerator=counted[indicator].to_numpy(), denominator=of_all))
    whole = beside_tiers(pd.concat(parts, ignore_index=True)).assign(as_of=as_of.isoformat())
    order = {indicator: place for place, indicator in enumerate(INDICATORS)}
    whole = whole.sort_values(["unit_code", "indicator"], key=lambda column: column.replace(order), ignore_index=True)
    return whole[DELAYS_COLUMNS]


def beside_tiers(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of units by ``indicator`` with the share, their tier's, limits and verdict, as ``delays`` describes them.

    ``rows``: tier, indicator, numerator, denominator; what is found is found among all of them together.
    """
    found = pd.concat([_beside_tier(own) for _, own in rows.groupby(["indicator", "tier"])], ignore_index=True)
    verdict, tail = verdicts(found["score"].to_numpy(float))
    return found.assign(**tier_limits(found, tail)._asdict(), verdict=verdict)


def _counted(dossiers: Table, decision: Decision, as_of: date) -> pd.DataFrame:
    """By unit: ``dossiers`` arising, those ``due`` some day, and the number of each indicator."""
    arises = arising(dossiers, decision.valid_from, min(as_of, decision.valid_to))
    known, status = resolved(arises, as_of), arises.status.fill_null("")
    sums = {
        "dossiers": arises.count(),
        "due": arises.due_at.notnull().sum(),
        LATE: (~on_time(arises, as_of)).fill_null(False).sum(),
        SUPPLEMENT: (status == "supplement").sum(),
        REFUSED: ((status == "refused") & known).sum(),
    }
    return execute(arises.group_by("unit_code").aggregate(**sums)).set_index("unit_code").fillna(0).astype("int64")


def _beside_tier(rows: pd.DataFrame) -> pd.DataFrame:
    numerator, denominator = rows["numerator"].to_numpy(), rows["denominator"].to_numpy()
    centre = pooled(rows)
    value = np.where(denominator > 0, numerator / np.maximum(denominator, 1), np.nan)
    score = np.where(denominator >= LEAST_RANKED, beside(centre, numerator, denominator, 0.0), np.nan)
    return rows.assign(value=value, tier_share=centre, tau2=0.0, score=score)
