"""Rival criteria side by side: who changes band, how far ranks agree, whether anybody is told apart, who stands at a
cliff's edge.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.criteria.rating import Standing
from analysis.criteria.scoring import NO_BAND, Numbers, scores, uncapped_bands

UP, DOWN = "up", "down"


def band_changes(standings: Sequence[Standing]) -> pd.DataFrame:
    """unit_code, then the place of the band under each criteria (by id), of units whose bands differ among them."""
    places = np.stack([standing.bands for standing in standings], -1)
    names = [standing.criteria.id for standing in standings]
    table = pd.DataFrame(places, columns=names).assign(unit_code=standings[0].codes)[["unit_code", *names]]
    return table[(places != places[:, :1]).any(axis=1)].reset_index(drop=True)


def agreement(standings: Sequence[Standing]) -> pd.DataFrame:
    """One row per pair of criteria: one, other, units scored by both, Kendall's tau-b (NaN where there is none).

    Source: Kendall (1945), The treatment of ties in ranking problems, Biometrika 33:239–251.
    """
    rows = []
    for place, one in enumerate(standings):
        for other in standings[place + 1 :]:
            both = one.scored & other.scored
            tau = np.nan
            if both.sum() > 1:
                tau = float(stats.kendalltau(one.scores.total[both], other.scores.total[both]).statistic)
            rows.append((one.criteria.id, other.criteria.id, int(both.sum()), tau))
    return pd.DataFrame(rows, columns=["one", "other", "units", "tau"])


def discrimination(standing: Standing) -> dict[str, float]:
    """Whether the criteria tell anybody apart, over the units that have a score.

    units, unscored, lowest, median, highest, deviation (standard), full (units with the maximum), distinct (scores
    to a tenth of a point), told_apart (share of the pairs of units that differ in band), largest (share of units in
    the fullest band).
    """
    total, place = standing.scores.total[standing.scored], standing.bands[standing.scored]
    count = len(total)
    if not count:
        return {"units": 0, "unscored": len(standing.codes)}
    sizes = np.bincount(place, minlength=len(standing.criteria.bands))
    pairs = count * (count - 1) / 2
    alike = float((sizes * (sizes - 1) / 2).sum())
    return {
        **{"units": count, "unscored": len(standing.codes) - count},
        **{"lowest": total.min(), "median": float(np.median(total)), "highest": total.max()},
        "deviation": float(total.std(ddof=1)) if count > 1 else np.nan,
        "full": int((total >= float(standing.criteria.maximum)).sum()),
        "distinct": len(np.unique(np.round(total, 1))),
        "told_apart": 1 - alike / pairs if pairs else np.nan,
        "largest": sizes.max() / count,
    }


def band_sizes(standing: Standing) -> list[int]:
    """How many units each band holds, best first."""
    return [int((standing.bands == place).sum()) for place in range(len(standing.criteria.bands))]


def cliffs(standing: Standing, reach: int) -> pd.DataFrame:
    """Units that up to ``reach`` dossiers or procedures of one component, more or fewer, would bring into another band.

    unit_code, direction (``up``, ``down``), target_id, count (the fewest), score (there), band (there). The cap is
    left aside: a threshold is crossed by oneself, a cap by others; who has lost the best band to the cap falls no
    further by its threshold.
    """
    rows = []
    own = uncapped_bands(standing.criteria, standing.scores.total)
    for direction, sign in ((UP, 1), (DOWN, -1)):
        totals = _moved(standing, sign * np.arange(1, reach + 1))
        places = uncapped_bands(standing.criteria, totals)
        crossed = (places < own) if direction == UP else (places > np.maximum(own, standing.bands))
        crossed &= ~np.isnan(totals) & (own != NO_BAND)
        for unit in np.flatnonzero(crossed.any(axis=(0, 1))):
            step, part = np.argwhere(crossed[:, :, unit])[0]  # the fewest, then the first component
            part = int(np.where(crossed[step, :, unit], totals[step, :, unit] * sign, -np.inf).argmax())
            target = standing.criteria.components[part].target.id
            found = (standing.codes[unit], direction, target, int(step) + 1)
            rows.append((*found, float(totals[step, part, unit]), int(places[step, part, unit])))
    return pd.DataFrame(rows, columns=["unit_code", "direction", "target_id", "count", "score", "band"])


def _moved(standing: Standing, steps: np.ndarray) -> Numbers:
    """Totals with each component's numerator moved by each step: steps × components × units; NaN where it cannot be."""
    parts = len(standing.criteria.components)
    moved = standing.numerators + steps[:, None, None, None] * np.eye(parts)[:, None, :]
    possible = ((moved >= 0) & (moved <= standing.denominators)).all(axis=-1)
    return np.where(possible, scores(standing.criteria, moved, standing.denominators).total, np.nan)
