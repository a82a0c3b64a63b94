"""How sure a band is (``certainty``): what the counts of a period would have given had it come about again.

Each component's share is drawn from its Beta posterior (Jeffreys' prior), then a count from the binomial: the
posterior predictive, so that a target of 100 % can be met again by a unit that met it. Components are drawn apart
from one another, although some share dossiers: the true chances lie a little further apart.
Source: Gelman et al., Bayesian Data Analysis (3rd ed., 2013), sections 2.8 and 6.3.
"""

from dataclasses import dataclass

import numpy as np

from analysis.criteria.rating import Standing
from analysis.criteria.scoring import Numbers, scores

DRAWS, SEED = 20_000, 766  # a probability is sure to some third of a point
PRIOR = 0.5  # Jeffreys'
SURE = 0.9  # of the probability of the band: below, a unit's band is said to hang on chance


@dataclass(frozen=True)
class Certainty:
    """``probability`` of each band (units × bands, NaN without a score), ``held`` that of the band that the unit has;
    ``lower`` and ``upper`` hold the score with 95 %.
    """

    probability: Numbers
    held: Numbers
    lower: Numbers
    upper: Numbers


def certainty(standing: Standing, draws: int = DRAWS, seed: int = SEED) -> Certainty:
    """Simulate the counts ``draws`` times; the same seed gives the same figures."""
    counts = drawn_counts(standing, draws, seed)
    totals = scores(standing.criteria, counts, standing.denominators).total
    places = standing.rebanded(totals)
    probability = np.stack([(places == place).mean(axis=0) for place in range(len(standing.criteria.bands))], -1)
    known = standing.scored
    probability = np.where(known[:, None], probability, np.nan)
    held = np.where(known, probability[np.arange(len(known)), np.maximum(standing.bands, 0)], np.nan)
    # What is not scored is not scored in any draw: the quantiles of its NaN are NaN.
    lower, upper = np.quantile(totals, [0.025, 0.975], axis=0, method="inverted_cdf")
    return Certainty(probability, held, np.where(known, lower, np.nan), np.where(known, upper, np.nan))


def drawn_counts(standing: Standing, draws: int, seed: int) -> np.ndarray:
    """Numerators, draws × units × components; denominators are as they were."""
    rng = np.random.default_rng(seed)
    under = standing.denominators.astype(np.int64)
    over = np.minimum(standing.numerators.astype(np.int64), under)
    shares = rng.beta(over + PRIOR, under - over + PRIOR, (draws, *over.shape))
    return rng.binomial(under, shares)
