"""How many procedures are hit by the period's end: the half of ``projection.csv`` that counts procedures.

An untouched procedure is expected to receive dossiers as it did to date, and online ones among them by the recent share
of the units that offer it. Procedures differ: their rates are Gamma distributed around that. The longer one stayed
untouched against expectation, the less is expected of it, and none comes with the probability of a negative binomial's
zero (the "NBD" of Ehrenberg, 1959, with Fader and Hardie's conditional expectation). A group is one offer to all: what
hinders a procedure hinders it everywhere. The three numbers that this needs are those that best foretold which
procedures were hit in the months that are known, by tier, and for groups.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse, special

from analysis.measures.history import History
from analysis.outlook.arrivals import MEMORY, MONTH, series_kinds, working_days, working_days_left
from analysis.reference.decision import Target

# What is tried: how alike a procedure's dossiers are from unit to unit (shape of a Gamma distribution); online dossiers
# that come for each expected one; how much procedures differ (squared coefficient of variation).
_SHAPES, _PER_EXPECTED, _DIFFER = (0.2, 0.6, 2.0), (0.4, 0.7, 1.0, 1.4, 2.0), (0.2, 0.6, 2.0, 6.0)
_LEAST_SEEN = 0.3  # dossiers that a procedure without any is credited with
_PROCEDURE_WEIGHT = 1.5  # dossiers' worth of the units' share in a procedure's own
_LOOK_BACK = 4  # months that the rule is fitted to
_UNIT_WEIGHT = 2.0  # dossiers' worth of the tier's share in each unit's own
# Standard deviation of the log rate of a series' procedures together: by root of the months left, and the least.
_SHOCK, _LEAST_SHOCK = 0.3, 0.1
_NODES = 9  # of the Gauss–Hermite quadrature over that


class Pairs(NamedTuple):
    """Series (place in ``History.names``) and procedure, as offered on the period's last day: what a forecast could
    know of them before each month (one more than there are months, but for ``hits``).

    ``ahead`` are the online dossiers that are expected of a working day, ``behind`` those that were to be expected to
    date, each per supposed shape ``_SHAPES`` (first axis); ``hits`` the online dossiers of each month.
    """

    series: np.ndarray
    ahead: np.ndarray
    behind: np.ndarray
    hits: np.ndarray


class Rule(NamedTuple):
    """The three numbers: place in ``_SHAPES``, online dossiers per expected one, how much procedures differ."""

    shape: int = 1
    per_expected: float = _PER_EXPECTED[2]
    differ: float = _DIFFER[1]

    def missed(self, ahead: np.ndarray, behind: np.ndarray) -> np.ndarray:
        """Log probability that no online dossier comes where ``ahead`` are expected and of ``behind`` none came."""
        alike = 1 / self.differ
        return -alike * np.log1p(self.per_expected * ahead / (alike + self.per_expected * behind))


def newly_hit(target: Target, history: History) -> tuple[np.ndarray, np.ndarray]:
    """(touched, distribution): procedures hit to date by series, and the probability of k more (columns) by the end."""
    offered, many = history.offered(target), len(history.names)
    series, hit = (
        pd.Index(history.names["unit_code"]).get_indexer(offered["group_code"]),
        offered["hits"].to_numpy() > 0,
    )
    touched, room = (np.bincount(series[which], minlength=many) for which in (hit, ~hit))
    most, left = int(room.max(initial=0)), working_days_left(history)
    if not left or not most:
        return touched, np.eye(1, most + 1).repeat(many, axis=0)
    pairs = pairs_of(offered, history)
    untouched = pairs.hits.sum(axis=1) == 0
    kinds = series_kinds(history)
    rules = {kind: fit(pairs, kinds[pairs.series] == kind, history) for kind in np.unique(kinds)}
    shock = max(_SHOCK * np.sqrt(left / MONTH), _LEAST_SHOCK)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    reached = np.arange(most) + 0.5
    cumulated = np.zeros((many, most))
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        mean, variance = np.zeros(many), np.full(many, 1e-12)
        for kind, rule in rules.items():
            own = untouched & (kinds[pairs.series] == kind)
            ahead, behind = (part[rule.shape, own, -1] for part in (pairs.ahead, pairs.behind))
            chance = -np.expm1(rule.missed(ahead * left * np.exp(shock * node), behind))
            mean += np.bincount(pairs.series[own], weights=chance, minlength=many)
            variance += np.bincount(pairs.series[own], weights=chance * (1 - chance), minlength=many)
        cumulated += weight * special.ndtr((reached - mean[:, None]) / np.sqrt(variance)[:, None])
    cumulated[np.arange(most) >= room[:, None]] = 1.0
    return touched, np.diff(np.pad(cumulated, ((0, 0), (1, 1)), constant_values=(0, 1)), axis=1)


def pairs_of(offered: pd.DataFrame, history: History) -> Pairs:
    """What was known of each offered procedure before each month, by unit, then summed for the groups."""
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
    procedure = own.groupby([tier, "procedure_key"], sort=False).ngroup().to_numpy()
    days = np.array([working_days(history, month, history.as_of) for month in months], dtype=float)
    ahead, behind = np.zeros((2, len(_SHAPES), len(own), shape[1] + 1))
    online = every = np.zeros(unit.max(initial=-1) + 1)
    due = np.zeros(len(own))
    for month in range(1, shape[1] + 1):
        online = MEMORY * online + np.bincount(unit, weights=hits[:, month - 1])
        every = MEMORY * every + np.bincount(unit, weights=dossiers[:, month - 1])
        usual = np.bincount(tier, weights=online[unit]) / np.maximum(np.bincount(tier, weights=every[unit]), 1)
        share = (online[unit] + _UNIT_WEIGHT * usual[tier]) / (every[unit] + _UNIT_WEIGHT)
        due = due + dossiers[:, month - 1] * share
        # The procedure is filed online more or less than others, as far as its tier has shown.
        liked = _by(procedure, hits[:, :month].sum(axis=1)) + _PROCEDURE_WEIGHT
        share = share * liked / (_by(procedure, due) + _PROCEDURE_WEIGHT)
        seen = dossiers[:, :month].sum(axis=1)
        size = _by(unit, seen)
        usual_seen = np.maximum(_by(procedure, seen) * size / np.maximum(_by(procedure, size), 1), _LEAST_SEEN)
        for place, prior in enumerate(_SHAPES):
            ahead[place, :, month] = (seen + prior) / (1 + prior / usual_seen) / max(days[:month].sum(), 1) * share
        behind[:, :, month] = behind[:, :, month - 1] + dossiers[:, month - 1] * share
    return _grouped(own, Pairs(unit, ahead, behind, hits), history)


def _by(what: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The sum over all that is alike, for each."""
    return np.asarray(np.bincount(what, weights=values)[what])


def _grouped(own: pd.DataFrame, pairs: Pairs, history: History) -> Pairs:
    """The units' pairs and, where several units offer one procedure, the groups' sums."""
    numbered = own[["unit_code", "procedure_key"]].assign(pair=range(len(own)))
    whole = numbered.merge(history.members, on="unit_code")
    of_series = whole.groupby(["group_code", "procedure_key"], sort=False)
    place, pair = of_series.ngroup().to_numpy(), whole["pair"].to_numpy()
    summing = sparse.csr_array((np.ones(len(whole)), (place, pair)), shape=(len(of_series), len(own)))
    ahead, behind = (np.stack([summing @ part for part in parts]) for parts in (pairs.ahead, pairs.behind))
    series = pd.Index(history.names["unit_code"]).get_indexer(of_series["group_code"].first())
    return Pairs(series, ahead, behind, summing @ pairs.hits)


def fit(pairs: Pairs, some: np.ndarray, history: History) -> Rule:
    """The rule under which the months that are known were most probable; the middle one before there are two."""
    days = np.array([working_days(history, month, history.as_of) for month in history.months], dtype=float)
    before = np.cumsum(pairs.hits, axis=1) - pairs.hits
    late = np.arange(len(days)) >= max(1, len(days) - _LOOK_BACK)
    pair, month = np.nonzero((before == 0) & some[:, None] & late)
    if not len(pair):
        return Rule()
    hit = pairs.hits[pair, month] > 0
    best, found = -np.inf, Rule()
    for rule in map(Rule._make, product(range(len(_SHAPES)), _PER_EXPECTED, _DIFFER)):
        missed = rule.missed(pairs.ahead[rule.shape, pair, month] * days[month], pairs.behind[rule.shape, pair, month])
        told = np.where(hit, np.log(-np.expm1(np.minimum(missed, -1e-12))), missed).sum()
        if told > best:
            best, found = told, rule
    return found
