"""How criteria could be gamed (``gaming``): what a unit would gain with token effort, without serving anybody better.

Strategies are played on a unit's own procedures and dossiers of the period. ``tokens``: one new online dossier, filed
and resolved, for each procedure on offer that has none. ``cunning``: as many new dossiers, by somebody who knows the
rule and spends them where they count most: on procedures that they make count, cheapest first, and on volume at one
level. ``steering``: as many existing dossiers go online as there are procedures with dossiers and none online, spent
as cunningly. ``splitting``: every online dossier that is resolved is split in two.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.criteria.rating import Evidence, Standing
from analysis.criteria.scoring import Numbers, scores
from analysis.reference.criteria import Component, Criteria
from analysis.reference.decision import PORTAL, PROCEDURES

Whole = NDArray[np.int64]
DOSSIERS = "dossiers_online"
TOKENS, CUNNING, STEERING, SPLITTING = "tokens", "cunning", "steering", "splitting"
STRATEGIES = (TOKENS, CUNNING, STEERING, SPLITTING)


@dataclass(frozen=True)
class Played:
    """A strategy played by each unit alone: ``effort`` in dossiers, ``score`` and ``band`` after it, NaN without a
    score before it.
    """

    strategy: str
    effort: Whole
    score: Numbers
    band: Whole


@dataclass(frozen=True)
class _Hand:
    """What one unit plays with: its counts by component, and its procedures that a component counts, as arrays."""

    criteria: Criteria
    over: Numbers
    under: Numbers
    level: Whole
    online: Whole
    dossiers: Whole

    @cached_property
    def counted(self) -> list[NDArray[np.bool_]]:
        """By component: which procedures are of its level."""
        return [component.target.admits(self.level) for component in self.criteria.components]


def play(evidence: Evidence, standing: Standing, strategy: str) -> Played:
    """Each unit plays the strategy alone, the others staying as they are."""
    hands = list(_hands(evidence, standing))
    moves: dict[str, Callable[[_Hand], tuple[int, Numbers, Numbers]]]
    moves = {TOKENS: _tokens, CUNNING: _cunning, STEERING: _steering, SPLITTING: _splitting}
    effort, totals = np.zeros(len(hands), dtype=np.int64), standing.scores.total.copy()
    for place, hand in enumerate(hands):
        if standing.scored[place]:
            effort[place], over, under = moves[strategy](hand)
            totals[place] = scores(standing.criteria, over[None], under[None]).total[0]
    alone = np.where(np.eye(len(totals), dtype=bool), totals, standing.scores.total)
    return Played(strategy, effort, totals, np.diagonal(standing.rebanded(alone)))


def token_worth(evidence: Evidence, standing: Standing) -> Numbers:
    """The share of each unit's score of today that tokens alone could fetch: the score of the same unit had it no
    online dossier but one token for each procedure on offer, less its score without any, over today's.
    """
    found = np.full(len(standing.codes), np.nan)
    for place, hand in enumerate(_hands(evidence, standing)):
        if standing.scores.total[place] > 0:
            idle = _idle(hand)
            _, over, under = _tokens(idle)
            both = np.stack([idle.over, over])[:, None], np.stack([idle.under, under])[:, None]
            before, after = scores(standing.criteria, *both).total[:, 0]
            found[place] = max(after - before, 0.0) / standing.scores.total[place]
    return found


def gains(standing: Standing, played: Played) -> Numbers:
    """Points that the strategy brings each unit, 0 where it would do harm and nobody would play it."""
    return np.maximum(played.score - standing.scores.total, 0.0)


def _hands(evidence: Evidence, standing: Standing) -> Iterator[_Hand]:
    table = evidence.procedures(standing.criteria.period)
    targets = [part.target for part in standing.criteria.components if part.target.measure == PROCEDURES]
    counting = [target.admits(table["level"]) for target in targets]
    table = table[np.any(counting, axis=0) & table["level"].notna()] if counting else table.iloc[:0]
    columns = [table[name].to_numpy(dtype=np.int64) for name in ("level", "online", "dossiers")]
    by_unit = table.groupby("unit_code").indices
    for place, code in enumerate(standing.codes):
        own = (column[by_unit.get(code, [])] for column in columns)
        yield _Hand(standing.criteria, standing.numerators[place], standing.denominators[place], *own)


def _idle(hand: _Hand) -> _Hand:
    """The same unit with everything at the counter: what it is on offer for, and what came through the portal, stay."""
    over = hand.over.copy()
    for place, component in enumerate(hand.criteria.components):
        if component.target.measure in (PROCEDURES, DOSSIERS):
            over[place] = 0
    return _Hand(hand.criteria, over, hand.under, hand.level, np.zeros_like(hand.online), hand.dossiers)


def _tokens(hand: _Hand) -> tuple[int, Numbers, Numbers]:
    more = np.where(hand.online == 0, 1, 0)
    return int(more.sum()), *_after(hand, more, added=True)


def _cunning(hand: _Hand) -> tuple[int, Numbers, Numbers]:
    return _best(hand, int((hand.online == 0).sum()), _new_needed(hand), added=True)


def _steering(hand: _Hand) -> tuple[int, Numbers, Numbers]:
    budget = int(((hand.online == 0) & (hand.dossiers > 0)).sum())
    return _best(hand, budget, _moved_needed(hand), added=False)


def _splitting(hand: _Hand) -> tuple[int, Numbers, Numbers]:
    """Online dossiers twice: those that are resolved, as far as components count them."""
    over, under, effort = hand.over.copy(), hand.under.copy(), 0
    for place, component in enumerate(hand.criteria.components):
        if component.target.measure == DOSSIERS:
            over[place], under[place] = 2 * hand.over[place], hand.under[place] + hand.over[place]
            effort += int(hand.over[place]) if component.target.scope == "all" else 0
    for place, component in enumerate(hand.criteria.components):
        if component.target.measure == PORTAL:  # the halves come through the portal
            over[place], under[place] = hand.over[place] + effort, hand.under[place] + effort
    online, dossiers = 2 * hand.online, hand.dossiers + hand.online
    for place, component in enumerate(hand.criteria.components):
        if component.target.measure == PROCEDURES and component.substance:
            counts = _counts(component, hand.counted[place], online, dossiers)
            over[place], under[place] = counts
    return effort, over, under


def _best(hand: _Hand, budget: int, needed: Whole, added: bool) -> tuple[int, Numbers, Numbers]:
    """The counts after the best use of up to ``budget`` dossiers: procedures that they make count, cheapest first, and
    what is left of them as plain volume at one level.
    """
    order = np.argsort(needed, kind="stable")
    order = order[needed[order] > 0]
    order = order[np.cumsum(needed[order]) <= budget]
    cheapest = np.zeros((len(order) + 1, len(needed)), dtype=np.int64)  # in each row one procedure more
    cheapest[:, order] = np.tril(np.broadcast_to(needed[order], (len(order) + 1, len(order))), -1)
    left = budget - cheapest.sum(-1, keepdims=True)
    heaped = [cheapest + _heap(hand, level, left, added) for level in np.unique(hand.level)]
    more = np.stack([cheapest, *heaped], axis=1).reshape(len(cheapest) * (1 + len(heaped)), len(needed))
    tries = [(0, hand.over, hand.under)]
    if added:
        tries.append(_tokens(hand))
    tries += zip(map(int, more.sum(-1)), *_after(hand, more, added), strict=True)
    over, under = (np.stack([found[side] for found in tries])[:, None] for side in (1, 2))
    return tries[int(np.nanargmax(scores(hand.criteria, over, under).total[:, 0]))]


def _heap(hand: _Hand, level: int, counts: Whole, added: bool) -> Whole:
    """In each row as many dossiers as ``counts`` says (rows × 1), in procedures of a level that are much used already:
    new ones all in the largest, existing ones as far as there are any at the counter, the largest first.
    """
    heap = np.zeros((len(counts), len(hand.online)), dtype=np.int64)
    order = np.argsort(np.where(hand.level == level, -hand.dossiers, 1), kind="stable")
    order = order[hand.level[order] == level]
    room = np.repeat(counts, len(order), axis=1) if added else (hand.dossiers - hand.online)[order][None]
    heap[:, order] = np.diff(np.minimum(np.cumsum(room, axis=1), counts), axis=1, prepend=0)
    return heap


def _after(hand: _Hand, more: Whole, added: bool) -> tuple[Numbers, Numbers]:
    """Counts when procedures, on the last axis of ``more``, get that many online dossiers: new ones, or existing ones
    that go online. What there is of ways on the axis before it is carried along.
    """
    online, dossiers = np.minimum(hand.online + more, hand.dossiers + more * added), hand.dossiers + more * added
    over, under = (
        np.broadcast_to(counts, (*more.shape[:-1], len(counts))).copy() for counts in (hand.over, hand.under)
    )
    for place, component in enumerate(hand.criteria.components):
        own = hand.counted[place]
        if component.target.measure == PROCEDURES:
            over[..., place], under[..., place] = _counted(component, hand, place, own, online, dossiers)
        elif component.target.measure == DOSSIERS and component.target.scope == "all":
            gained = np.where(own & _admitted(component, dossiers), online - hand.online, 0).sum(-1)
            over[..., place] = np.minimum(over[..., place] + gained, under[..., place] + gained * added)
            under[..., place] += gained * added
        elif component.target.measure == PORTAL and added:  # the tokens come through the portal
            over[..., place] += more.sum(-1)
            under[..., place] += more.sum(-1)
    return over, under


def _counted(
    component: Component, hand: _Hand, place: int, own: NDArray[np.bool_], online: Whole, dossiers: Whole
) -> tuple[Numbers, Numbers]:
    """Procedures hit and in question. Without substance every newly touched one counts, whatever the reading."""
    if component.substance:
        return _counts(component, own, online, dossiers)
    newly = (own & (hand.online == 0) & (online > 0)).sum(-1)
    whole = np.full(newly.shape, max(hand.under[place], 0.0))
    if component.reading.denominator == "active":
        whole += (own & (hand.dossiers == 0) & (dossiers > 0)).sum(-1)
    return np.minimum(hand.over[place] + newly, whole), whole


def _counts(component: Component, own: NDArray[np.bool_], online: Whole, dossiers: Whole) -> tuple[Numbers, Numbers]:
    """Numerator and denominator of a component on procedures that asks for substance."""
    rule = component.substance
    assert rule is not None
    assert rule.online_share is not None
    share = rule.online_share
    some = own & (dossiers >= rule.least_dossiers)
    hit = some & (online * share.denominator >= share.numerator * dossiers)
    return hit.sum(-1).astype(float), some.sum(-1).astype(float)


def _admitted(component: Component, dossiers: Whole) -> NDArray[np.bool_]:
    """The procedures whose dossiers a component on dossiers counts."""
    return dossiers >= (component.substance.least_dossiers if component.substance else 0)


def _new_needed(hand: _Hand) -> Whole:
    """New online dossiers that make each procedure count; 0 where it counts already or never can."""
    needed = np.where(hand.online == 0, 1, 0)
    for component, own in _strict(hand):
        rule = component.substance
        assert rule is not None
        assert rule.online_share is not None
        share, least = rule.online_share, rule.least_dossiers
        # The least t ≥ 0 with (online + t) ≥ share · (dossiers + t) and dossiers + t ≥ least.
        wanted = np.maximum(_ceiling(share, hand.dossiers, hand.online, 1 - share), least - hand.dossiers)
        needed = np.where(own, np.maximum(wanted, 0) if share < 1 else 0, needed)
    return needed


def _moved_needed(hand: _Hand) -> Whole:
    """Existing dossiers that must go online to make each procedure count; 0 where it counts already or never can."""
    needed = np.where((hand.online == 0) & (hand.dossiers > 0), 1, 0)
    for component, own in _strict(hand):
        rule = component.substance
        assert rule is not None
        assert rule.online_share is not None
        wanted = _ceiling(rule.online_share, hand.dossiers, hand.online, Fraction(1))
        needed = np.where(own, np.where(hand.dossiers >= rule.least_dossiers, wanted, 0), needed)
    return needed


def _strict(hand: _Hand) -> Iterator[tuple[Component, NDArray[np.bool_]]]:
    for component, own in zip(hand.criteria.components, hand.counted, strict=True):
        if component.target.measure == PROCEDURES and component.substance:
            yield component, own


def _ceiling(share: Fraction, dossiers: Whole, online: Whole, part: Fraction) -> Whole:
    """The least whole t ≥ 0 with online + part · t ≥ share · dossiers, in whole numbers throughout."""
    if part == 0:
        return np.zeros_like(online)
    p, q = share.numerator, share.denominator
    a, b = part.numerator, part.denominator
    return np.maximum(-((online * q - p * dossiers) * b // (q * a)), 0)
