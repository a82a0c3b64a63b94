"""Scores (điểm) and bands (mức xếp loại) of criteria: numerators and denominators in, points out.

Arrays have the units on the last axis but one and the components on the last; axes before them (draws, tries) are
carried along, so that one rule serves the scores of today, every simulation and every what-if.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.reference.criteria import Component, Criteria
from analysis.reference.criteria_form import Bonus, PassFail, Steps

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
# Decimals to which a score is rounded before it meets a band's threshold: sums of floating numbers that are equal on
# paper differ in the sixteenth. The workbook does the same.
DECIMALS = 9
NO_BAND = -1


@dataclass(frozen=True)
class Scores:
    """``earned``: the share of each component's points, NaN where it is not scored; ``points``: what the component
    brings to ``total`` after the weights of what is not scored went to the others; NaN where nothing is scored.
    """

    earned: Numbers
    points: Numbers
    total: Numbers


def scores(
    criteria: Criteria,
    numerators: ArrayLike,
    denominators: ArrayLike,
    weights: ArrayLike | None = None,
    least: ArrayLike | None = None,
) -> Scores:
    """The scores of units from their counts, of shape (…, units, components).

    ``weights`` (…, components) and ``least`` (components) replace the criteria's own. Totals are
    maximum × Σ weight × earned ÷ Σ weight over what counts, so weights that do not sum to the maximum are scaled.
    """
    over, under = np.broadcast_arrays(np.asarray(numerators, float), np.asarray(denominators, float))
    wanted = np.asarray(criteria.weights if weights is None else weights, dtype=float)[..., None, :]
    floors = [component.least for component in criteria.components] if least is None else least
    known = under >= np.maximum(np.asarray(floors, float), 1)
    values = np.divide(over, under, out=np.full(under.shape, np.nan), where=under > 0)
    earned = np.stack(
        [_component_earned(part, values[..., at], known[..., at]) for at, part in enumerate(criteria.components)], -1
    )
    counted = np.where(np.isnan(earned), 0.0, wanted)
    whole = counted.sum(-1, keepdims=True)
    scale = np.divide(float(criteria.maximum), whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    points = counted * np.nan_to_num(earned) * scale
    total = np.round(points.sum(-1), DECIMALS)
    return Scores(earned, np.where(np.isnan(earned), np.nan, points), total)


def share_earned(component: Component, values: ArrayLike) -> Numbers:
    """The share of a component's points that each value (a share of one) earns: from 0 to 1, monotone; NaN stays."""
    value, minimum = np.asarray(values, dtype=float), float(component.minimum)
    scoring = component.scoring
    with np.errstate(invalid="ignore"):
        if isinstance(scoring, PassFail):
            found = np.where(value >= minimum, 1.0, 0.0)
        elif isinstance(scoring, Steps):
            found = np.zeros(value.shape)
            for step in scoring.steps:
                found = np.where(value >= float(step.at_least), float(step.earns), found)
        elif isinstance(scoring, Bonus):
            at_target, full_at = float(scoring.at_target), float(scoring.full_at)
            above = at_target + (1 - at_target) * np.minimum((value - minimum) / (full_at - minimum), 1.0)
            found = np.where(value >= minimum, above, at_target * _proportion(value, minimum))
        else:
            found = _proportion(value, minimum)
    return np.where(np.isnan(value), np.nan, found)


def bands(
    criteria: Criteria, totals: ArrayLike, groups: Sequence[str] | None = None, thresholds: ArrayLike | None = None
) -> NDArray[np.int64]:
    """The band of each total by its place, 0 the best, ``NO_BAND`` for NaN.

    Where the best band has a cap, at most that share of the scored units of each of ``groups`` (one label a unit)
    keeps it, the highest totals first; of units with one total all or none do. The others have the next band.
    """
    total = np.asarray(totals, dtype=float)
    place = uncapped_bands(criteria, total, thresholds)
    cap = criteria.bands[0].cap
    if cap is None:
        return place
    labels = np.asarray(list(groups) if groups is not None else [""] * total.shape[-1])
    for label in np.unique(labels):
        own = labels == label
        some = total[..., own]
        scored = (~np.isnan(some)).sum(-1, keepdims=True)
        ahead = (some[..., None, :] >= some[..., :, None]).sum(-1)  # with oneself
        place[..., own] = np.where((place[..., own] == 0) & (ahead > allowed(cap, scored)), 1, place[..., own])
    return place


def uncapped_bands(criteria: Criteria, totals: ArrayLike, thresholds: ArrayLike | None = None) -> NDArray[np.int64]:
    """The band of each total by its threshold alone."""
    total = np.asarray(totals, dtype=float)
    steps = np.asarray(criteria.thresholds if thresholds is None else thresholds, dtype=float)
    return np.where(np.isnan(total), NO_BAND, (np.nan_to_num(total, nan=-1.0)[..., None] < steps).sum(-1))


def allowed(cap: Fraction, scored: ArrayLike) -> NDArray[np.int64]:
    """How many units the cap admits to the best band: the whole number not above the share, in exact arithmetic."""
    return np.asarray(scored, dtype=np.int64) * cap.numerator // cap.denominator


def _component_earned(component: Component, values: Numbers, known: Flags) -> Numbers:
    instead = {"reweight": np.nan, "neutral": float(component.neutral), "full": 1.0}[component.without]
    return np.where(known, share_earned(component, values), instead)


def _proportion(value: Numbers, minimum: float) -> Numbers:
    return np.minimum(value / minimum, 1.0) if minimum > 0 else np.ones(value.shape)
