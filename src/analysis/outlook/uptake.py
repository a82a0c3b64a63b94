"""How many procedures are hit by the period's end: the half of ``projection.csv`` that counts procedures.

An untouched procedure of a unit is expected to receive dossiers as it did to date, and online ones among them
by its unit's recent share. Procedures differ: their rates are Gamma distributed around that, so that none comes
with the probability of a negative binomial's zero (Fader and Hardie's "NBD", after Ehrenberg, 1959). The three
numbers that this needs are those that best foretold which procedures were hit in the months that are known.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from analysis.measures.history import History
from analysis.outlook.arrivals import MEMORY, MONTH, working_days, working_days_left
from analysis.reference.decision import Target

# What is tried: dossiers assumed for every procedure before any comes; online dossiers that come for each expected
# one; how much procedures differ (squared coefficient of variation).
_ASSUMED, _PER_EXPECTED, _DIFFER = (0.05, 0.2, 0.5), (0.4, 0.6, 0.8, 1.0, 1.3), (0.5, 1.5, 4.0)
_LOOK_BACK = 4  # months that the rule is fitted to
_UNIT_WEIGHT = 2.0  # dossiers' worth of the tier's share in each unit's own
# Standard deviation of the log rate of a unit's procedures together: by month left, and the least.
_SHOCK, _LEAST_SHOCK = 0.1, 0.15
_NODES = 9  # of the Gauss–Hermite quadrature over that


class Pairs(NamedTuple):
    """Unit and procedure, as offered on the period's last day, by month: what a forecast could know of them.

    ``expected`` online dossiers by working day before each month (columns; one more than there are months), per
    supposed dossier ``_ASSUMED`` (first axis); ``hit`` online dossiers of each month.
    """

    unit_code: np.ndarray
    procedure_key: np.ndarray
    expected: np.ndarray
    hits: np.ndarray


class Rule(NamedTuple):
    """The three numbers: place in ``_ASSUMED``, online dossiers per expected one, how much procedures differ."""

    assumed: int
    per_expected: float
    differ: float


def newly_hit(target: Target, history: History) -> tuple[np.ndarray, np.ndarray]:
    """(touched, distribution): procedures hit to date by series, and the probability of k more (columns) by the end."""
    offered = history.offered[history.offered["level"] == target.level]
    names = history.names["unit_code"]
    place = pd.Series(range(len(names)), index=names)
    touched = offered[offered["first"] > 0].groupby("group_code").size().reindex(names, fill_value=0).to_numpy()
    open_ = offered.loc[offered["first"] == 0, ["group_code", "procedure_key"]].reset_index(drop=True)
    most = int(open_.groupby("group_code").size().max()) if len(open_) else 0
    left = working_days_left(history)
    if not left or not most:
        return touched, np.eye(1, most + 1).repeat(len(names), axis=0)
    pairs = pairs_of(offered, history)
    rule = fit(pairs, history)
    rates = pd.DataFrame({"unit_code": pairs.unit_code, "procedure_key": pairs.procedure_key})
    rates["expected"] = pairs.expected[rule.assumed, :, -1] * rule.per_expected * left
    whole = open_.assign(key=range(len(open_))).merge(history.members, on="group_code")
    whole = whole.merge(rates, on=["unit_code", "procedure_key"])
    of_key, series = whole["key"].to_numpy(), place[open_["group_code"]].to_numpy()
    shock = max(_SHOCK * left / MONTH, _LEAST_SHOCK)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    reached = np.arange(most) + 0.5
    cumulated = np.zeros((len(names), most))
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        missed = -np.log1p(rule.differ * whole["expected"].to_numpy() * np.exp(shock * node)) / rule.differ
        chance = -np.expm1(np.bincount(of_key, weights=missed, minlength=len(open_)))
        mean = np.bincount(series, weights=chance, minlength=len(names))
        scatter = np.sqrt(np.bincount(series, weights=chance * (1 - chance), minlength=len(names)) + 1e-12)
        cumulated += weight * special.ndtr((reached - mean[:, None]) / scatter[:, None])
    room = np.bincount(series, minlength=len(names))
    cumulated[np.arange(most) >= room[:, None]] = 1.0
    return touched, np.diff(np.pad(cumulated, ((0, 0), (1, 1)), constant_values=(0, 1)), axis=1)


def pairs_of(offered: pd.DataFrame, history: History) -> Pairs:
    """What was known of each unit's offered procedures before each month."""
    units = history.reference.units.set_index("unit_code")["tier"]
    own = offered[offered["group_code"].isin(units.index)].rename(columns={"group_code": "unit_code"})
    keys = pd.MultiIndex.from_frame(own[["unit_code", "procedure_key"]])
    months, shape = history.months, (len(own), len(history.months))
    known = history.table[history.table["month"].isin(months)]
    row = keys.get_indexer(pd.MultiIndex.from_frame(known[["unit_code", "procedure_key"]]))
    inside = row >= 0
    hits, dossiers = np.zeros(shape), np.zeros(shape)
    at = row[inside], (known["month"].to_numpy() - months[0])[inside]
    hits[at], dossiers[at] = known["hits"].to_numpy()[inside], known["dossiers"].to_numpy()[inside]
    unit, _ = pd.factorize(own["unit_code"])
    tier, _ = pd.factorize(units[own["unit_code"]])
    days = np.array([working_days(history, month, history.as_of) for month in months], dtype=float)
    expected = np.zeros((len(_ASSUMED), len(own), shape[1] + 1))
    online = every = np.zeros(unit.max(initial=-1) + 1)
    for month in range(1, shape[1] + 1):
        online = MEMORY * online + np.bincount(unit, weights=hits[:, month - 1])
        every = MEMORY * every + np.bincount(unit, weights=dossiers[:, month - 1])
        usual = np.bincount(tier, weights=online[unit]) / np.maximum(np.bincount(tier, weights=every[unit]), 1)
        share = (online[unit] + _UNIT_WEIGHT * usual[tier]) / (every[unit] + _UNIT_WEIGHT)
        seen = dossiers[:, :month].sum(axis=1)
        for place, assumed in enumerate(_ASSUMED):
            expected[place, :, month] = (seen + assumed) / max(days[:month].sum(), 1) * share
    return Pairs(own["unit_code"].to_numpy(), own["procedure_key"].to_numpy(), expected, hits)


def fit(pairs: Pairs, history: History) -> Rule:
    """The rule under which the months that are known were most probable; the middle one before there are two."""
    days = np.array([working_days(history, month, history.as_of) for month in history.months], dtype=float)
    before = np.cumsum(pairs.hits, axis=1) - pairs.hits
    pair, month = np.nonzero((before == 0) & (np.arange(len(days)) >= max(1, len(days) - _LOOK_BACK)))
    if not len(pair):
        return Rule(1, _PER_EXPECTED[2], _DIFFER[1])
    hit = pairs.hits[pair, month] > 0
    best, found = -np.inf, None
    for assumed, per_expected, differ in product(range(len(_ASSUMED)), _PER_EXPECTED, _DIFFER):
        missed = -np.log1p(differ * per_expected * pairs.expected[assumed, pair, month] * days[month]) / differ
        told = np.where(hit, np.log(-np.expm1(np.minimum(missed, -1e-12))), missed).sum()
        if told > best:
            best, found = told, Rule(assumed, per_expected, differ)
    assert found is not None
    return found
