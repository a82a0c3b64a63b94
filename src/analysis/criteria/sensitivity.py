"""What a band hangs on (``sensitivity``): the reading of the decision, the weights, the least denominators."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.criteria.rating import Evidence, Standing, standing, under_reading
from analysis.criteria.scoring import NO_BAND, Numbers, scores
from analysis.reference.criteria import Criteria

DRAWS, SEED = 10_000, 766
FACTORS = (0.0, 0.5, 2.0)  # of one weight, the others keeping their proportions
LEAST = (1, 5, 10, 20, 50)
STEADY = 0.9  # of all weightings: below, a band is said to hang on the weights
READING, WEIGHT, LEAST_DENOMINATOR = "reading", "weight", "least"


@dataclass(frozen=True)
class Choice:
    """One choice that the draft could have made otherwise: its kind, what of, and to what (a reading's id, a factor or
    a least denominator).
    """

    kind: str
    of: str
    to: str | float


@dataclass(frozen=True)
class Sensitivity:
    """``tries``: one row per choice with ``places`` of all units under it; ``kept``: the share of all weightings, drawn
    evenly, in which each unit keeps its band (NaN without a score); ``weighted``: that of each band.
    """

    choices: tuple[Choice, ...]
    places: np.ndarray
    own: np.ndarray
    kept: Numbers
    weighted: Numbers

    @property
    def changed(self) -> np.ndarray:
        """Which units (columns) change band, gain or lose one, under each choice (rows)."""
        return self.places != self.own

    def hinges(self, unit: int) -> list[Choice]:
        """The choices that would give the unit another band."""
        return [choice for choice, moved in zip(self.choices, self.changed[:, unit], strict=True) if moved]


def sensitivity(evidence: Evidence, drafted: Standing) -> Sensitivity:
    """Every choice made otherwise, one at a time, and all weights at once."""
    tries = [*_readings(evidence, drafted), *_weights(drafted), *_least(drafted)]
    kept, weighted = _all_weights(drafted)
    places = np.array([place for _, place in tries]).reshape(len(tries), len(drafted.codes))
    return Sensitivity(tuple(choice for choice, _ in tries), places, drafted.bands, kept, weighted)


def summary(found: Sensitivity, drafted: Standing) -> pd.DataFrame:
    """One row per choice: kind, of, to, units (how many change), raised, lowered, scored (gain or lose a score), and
    their codes.
    """
    rows = []
    for choice, places in zip(found.choices, found.places, strict=True):
        both = (places != NO_BAND) & (drafted.bands != NO_BAND)
        codes = [code for code, moved in zip(drafted.codes, places != drafted.bands, strict=True) if moved]
        raised, lowered = (int((both & side).sum()) for side in (places < drafted.bands, places > drafted.bands))
        scored = len(codes) - raised - lowered
        rows.append((choice.kind, choice.of, choice.to, len(codes), raised, lowered, scored, codes))
    return pd.DataFrame(rows, columns=["kind", "of", "to", "units", "raised", "lowered", "scored", "codes"])


def _readings(evidence: Evidence, drafted: Standing) -> list[tuple[Choice, np.ndarray]]:
    found = []
    for reading in drafted.criteria.decision.readings:
        other = _otherwise(drafted.criteria, reading.measure, reading.id)
        if other is not None and not (reading.count == "pairs" and set(other.rates) != {"areas"}):
            choice = Choice(READING, reading.measure, reading.id)
            found.append((choice, standing(evidence, other).bands))
    return found


def _otherwise(criteria: Criteria, measure: str, reading: str) -> Criteria | None:
    """The criteria under another reading; None where that changes nothing."""
    other = under_reading(criteria, measure, reading)
    return None if other.components == criteria.components else other


def _weights(drafted: Standing) -> list[tuple[Choice, np.ndarray]]:
    criteria, found = drafted.criteria, []
    for place, component in enumerate(criteria.components):
        for factor in FACTORS:
            weights = np.array(criteria.weights)
            weights[place] *= factor
            if weights.any():
                choice = Choice(WEIGHT, component.target.id, factor)
                found.append((choice, drafted.rebanded(_totals(drafted, weights))))
    return found


def _least(drafted: Standing) -> list[tuple[Choice, np.ndarray]]:
    found = []
    for least in LEAST:
        floors = np.full(len(drafted.criteria.components), least)
        totals = scores(drafted.criteria, drafted.numerators, drafted.denominators, least=floors).total
        found.append((Choice(LEAST_DENOMINATOR, "", least), drafted.rebanded(totals)))
    return found


def _all_weights(drafted: Standing) -> tuple[Numbers, Numbers]:
    """Weights drawn evenly from all that are possible (Dirichlet, all parameters 1)."""
    rng = np.random.default_rng(SEED)
    weights = rng.dirichlet(np.ones(len(drafted.criteria.components)), DRAWS)
    places = drafted.rebanded(_totals(drafted, weights))
    known = drafted.scored
    kept = np.where(known, (places == drafted.bands).mean(axis=0), np.nan)
    shares = np.stack([(places == place).mean(axis=0) for place in range(len(drafted.criteria.bands))], -1)
    return kept, np.where(known[:, None], shares, np.nan)


def _totals(drafted: Standing, weights: Numbers) -> Numbers:
    return scores(drafted.criteria, drafted.numerators, drafted.denominators, weights=weights).total
