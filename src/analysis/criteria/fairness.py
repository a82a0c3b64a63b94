"""Whether a score measures effort or circumstance (``fairness``): size, tier, and the mix of procedures.

The mix is allowed for as in the comparison stage: each unit's expected dossiers at its peers' rates for the same
procedures. What it would score with those is ``expected``; what lies between that and the score is its own doing.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.criteria.gaming import DOSSIERS
from analysis.criteria.rating import Evidence, Standing
from analysis.criteria.scoring import Numbers, scores
from analysis.outlook.comparison import standardised
from analysis.reference.decision import DEFAULT, PROCEDURES

RARE = 5  # dossiers in the period
FENCE = 1.5  # interquartile ranges beyond the quartiles (Tukey, Exploratory Data Analysis, 1977)


@dataclass(frozen=True)
class Correlation:
    """Spearman's rho of a score with a circumstance over ``units``, its two-sided p; NaN where it has none."""

    rho: float
    p_value: float
    units: int


@dataclass(frozen=True)
class Fairness:
    """``units``: unit_code, group, size (dossiers of any level in the period), rare (share of the procedures on offer
    at the criteria's levels with fewer than ``RARE`` dossiers), basis (share of the weights that is scored), score,
    expected (NaN where nothing compares), difference, outlier. ``size``, ``rare`` and ``mix`` (expected): how far the
    score goes with them; ``groups``: group, units, mean score.
    """

    units: pd.DataFrame
    size: Correlation
    rare: Correlation
    mix: Correlation
    groups: pd.DataFrame


def fairness(evidence: Evidence, standing: Standing) -> Fairness:
    """Scores beside what explains them."""
    total = standing.scores.total
    size, rare = _sizes(evidence, standing), _rare(evidence, standing)
    expected = expected_scores(evidence, standing)
    difference = total - expected
    units = pd.DataFrame({"unit_code": standing.codes, "group": standing.groups, "size": size, "rare": rare})
    units = units.assign(basis=basis(standing), score=total)
    units = units.assign(expected=expected, difference=difference, outlier=_outliers(difference))
    groups = units.groupby("group", sort=False)["score"].agg(units="count", mean="mean").reset_index()
    return Fairness(units, correlation(total, size), correlation(total, rare), correlation(total, expected), groups)


def correlation(one: Numbers, other: Numbers) -> Correlation:
    """Spearman's rank correlation over what both know."""
    both = ~np.isnan(one) & ~np.isnan(other)
    count = int(both.sum())
    if count < 3 or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return Correlation(np.nan, np.nan, count)
    found = stats.spearmanr(one[both], other[both])
    return Correlation(float(found.statistic), float(found.pvalue), count)


def basis(standing: Standing) -> Numbers:
    """The share of all weights that each unit is scored on; the rest went to what is."""
    weights = np.asarray(standing.criteria.weights)
    return (~np.isnan(standing.scores.earned) * weights).sum(axis=1) / weights.sum()


def expected_scores(evidence: Evidence, standing: Standing) -> Numbers:
    """The score of each unit had it done as its peers do with the same procedures.

    Dossiers that compare with no peer's, and components of other measures or readings, are taken at the peers' share.
    NaN for units without a score and where no peer compares in any component.
    """
    over = _peers_shares(standing) * standing.denominators
    compared = np.zeros(len(standing.codes))
    for place, component in enumerate(standing.criteria.components):
        plain = component.reading.id == DEFAULT and component.substance is None
        if component.target.measure == DOSSIERS and plain:
            sums = _expected(evidence, standing, component.target.id)
            rest = standing.denominators[:, place] - sums["compared"].to_numpy()
            over[:, place] = sums["expected"] + rest * _peers_shares(standing)[:, place]
            compared += sums["compared"].to_numpy()
    found = scores(standing.criteria, np.nan_to_num(over), standing.denominators).total
    return np.where(standing.scored & (compared > 0), found, np.nan)


def _expected(evidence: Evidence, standing: Standing, target: str) -> pd.DataFrame:
    names = {f"{target}:resolved": "observed", f"{target}:arising": "whole"}
    table = evidence.procedures(standing.criteria.period)
    table = table[table["unit_code"].isin(standing.codes)]
    counted = table[["unit_code", "procedure_key", *names]].rename(columns=names)
    counted = counted.drop_duplicates(["unit_code", "procedure_key"])  # stands twice where its level differs in a group
    peers = dict(zip(standing.codes, standing.groups, strict=True))
    counted = counted[counted["whole"] > 0].assign(peers=lambda rows: rows["unit_code"].map(peers))
    return standardised(counted).reindex(list(standing.codes), fill_value=0)


def _peers_shares(standing: Standing) -> Numbers:
    """Each component's share over all units of one's group together; NaN where they have nothing to count."""
    found = np.empty_like(standing.numerators)
    labels = np.asarray(standing.groups)
    for label in dict.fromkeys(standing.groups):
        own = labels == label
        over, under = standing.numerators[own].sum(axis=0), standing.denominators[own].sum(axis=0)
        found[own] = np.divide(over, under, out=np.full(under.shape, np.nan), where=under > 0)
    return found


def _sizes(evidence: Evidence, standing: Standing) -> Numbers:
    table = evidence.procedures(standing.criteria.period).drop_duplicates(["unit_code", "procedure_key"])
    sums = table.groupby("unit_code")["dossiers"].sum()
    return sums.reindex(list(standing.codes), fill_value=0).to_numpy(dtype=float)


def _rare(evidence: Evidence, standing: Standing) -> Numbers:
    table = evidence.procedures(standing.criteria.period)
    targets = [part.target for part in standing.criteria.components if part.target.measure in (PROCEDURES, DOSSIERS)]
    counting = [target.admits(table["level"]) for target in targets]
    offered = table[np.any(counting, axis=0) & table["level"].notna()] if counting else table.iloc[:0]
    shares = (offered["dossiers"] < RARE).groupby(offered["unit_code"]).mean()
    return shares.reindex(list(standing.codes)).to_numpy(dtype=float)


def _outliers(difference: Numbers) -> np.ndarray:
    known = difference[~np.isnan(difference)]
    if len(known) < 4:
        return np.zeros(len(difference), dtype=bool)
    first, third = np.quantile(known, [0.25, 0.75])
    reach = FENCE * (third - first)
    return (difference < first - reach) | (difference > third + reach)
