"""Whom to turn to first (``priorities.csv``): departments and districts with their communes, by one rule.

A place's weight is its part of what all units miss, summed over the targets. While the period lasts what a unit would
hardly attain, whatever is done, weighs nothing, and neither do denominators under ten. How sure the order is, is
drawn: each unit's counts anew from its own share (Efron, 1979, Annals of Statistics 7:1–26), and how often the first
three are the same three.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.measures.figures import shortfall
from analysis.measures.history import History
from analysis.outlook.comparison import LEAST_RANKED
from analysis.outlook.conclusions import LOST, UNLIKELY
from analysis.reference.decision import DEFAULT
from analysis.reference.groups import places

FIRST = 3
DRAWS, SEED = 500, 766
_AT_ONCE = 2**18  # numbers drawn
_KEYS = ["target_id", "unit_code"]
PRIORITIES_COLUMNS = ["decision", "unit_code", "unit_name", "as_of", "rank", "weight", "among_first"]


def priorities(standing: pd.DataFrame, history: History, concluded: pd.DataFrame) -> pd.DataFrame:
    """One row per department and district with its communes that misses anything, in ``PRIORITIES_COLUMNS``.

    ``standing`` are the rows of attainment.csv to date, ``concluded`` those of conclusions.csv. Rank 1 comes first;
    ``among_first`` is how often the place was among the first three when drawn anew.
    """
    place_of = dict(zip(history.reference.units["unit_code"], places(history.reference), strict=True))
    rows = standing[(standing["reading"] == DEFAULT) & standing["unit_code"].isin(place_of)]
    told = rows.merge(concluded[[*_KEYS, "band", "ask_probability"]], "left", _KEYS, validate="one_to_one")
    hopeless = ((told["band"] == LOST) | (told["ask_probability"] < UNLIKELY)) & (not history.ended)
    weighs = ((told["denominator"] >= LEAST_RANKED) & ~hopeless).to_numpy()
    names, codes = pd.factorize(told["unit_code"].map(place_of))
    rng = np.random.default_rng(SEED)
    weights = np.zeros((DRAWS + 1, len(codes)))
    for target in history.decision.targets:
        of_target = (told["target_id"] == target.id).to_numpy()
        hit, whole = (told[name].to_numpy()[of_target] for name in ("numerator", "denominator"))
        start = 0
        for drawn in _drawn(hit, whole, rng):
            missing = shortfall(drawn, whole, target)
            part = missing * weighs[of_target] / np.maximum(missing.sum(axis=1, keepdims=True), 1)
            np.add.at(weights[start : start + len(drawn)].T, names[of_target], part.T)
            start += len(drawn)
    order = np.argsort(-weights, axis=1, kind="stable")
    first = np.zeros(len(codes))
    for draw in order[1:, :FIRST]:
        first[draw] += 1
    found = pd.DataFrame({"unit_code": codes, "weight": weights[0], "among_first": first / DRAWS})
    found = found[found["weight"] > 0].sort_values(["weight", "unit_code"], ascending=[False, True], ignore_index=True)
    found = found.merge(history.names[["unit_code", "unit_name"]], on="unit_code")
    return found.assign(decision=history.decision.id, as_of=history.as_of.isoformat(), rank=range(1, len(found) + 1))[
        PRIORITIES_COLUMNS
    ]


def _drawn(hit: np.ndarray, whole: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The counts themselves, then drawn anew: draws × units, several draws at once. All of a nation's would fill the
    memory.
    """
    yield hit[None]
    most = max(_AT_ONCE // max(len(whole), 1), 1)
    for done in range(0, DRAWS, most):
        yield rng.binomial(whole, hit / np.maximum(whole, 1), (min(most, DRAWS - done), len(whole)))
