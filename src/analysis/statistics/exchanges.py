"""What else could be true of units' dossiers, for who knows their totals and what was told of their procedures.

Two procedures may have exchanged a dossier of one month for a dossier of another, and everything that is published
would read the same: ``successive`` says when that makes a count uncertain.

The procedures that others are thought to exchange with are the bits of one number, and the parts of many units stand
side by side on the last axis, so that one operation asks for all of them.
"""

from copy import copy
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.disclosure import few
from analysis.statistics.histories import Counts, History, Marks

PARTNERS = 24  # the busiest procedures of a group that others are thought to exchange with: more hardly help
_IDLE = 4  # of them, the least busy ones of all
_EVERY = np.uint32(0xFFFFFFFF)
Bits = NDArray[np.uint32]


@dataclass(frozen=True)
class Tellings:
    """For each procedure, or part, the slots at whose ends it was told, and those at which online and not, too, as
    ``_ends``."""

    whole: Marks
    split: Marks

    def of(self, procedures: Counts) -> "Tellings":
        """Those of some procedures."""
        return Tellings(self.whole[procedures], self.split[procedures])

    def then(self, slot: int, anew: Marks, split: Marks) -> "Tellings":
        """With those that are told ``anew`` at the end of ``slot``, ``split`` where they may be."""
        whole, parts = self.whole.copy(), self.split.copy()
        whole[anew, slot] = True
        parts[anew & split, slot] = True
        return Tellings(whole, parts)


class _Stretches:
    """Between one telling of a part and the next: the ``number`` of each slot's, and whether it is ``open`` since the
    latest."""

    def __init__(self, ends: Marks) -> None:
        told = ends.cumsum(axis=1, dtype=np.int16)
        self.number = np.pad(told, ((0, 0), (1, 0)))[:, : ends.shape[1] - 1]
        self.open: Marks = self.number == told[:, -1:]


class _Stretched:
    """The stretches of parts, told with their split or not at all: ``both`` and ``apart`` for two slots, whether one of
    the first may be of the second as it was filed, or filed otherwise; ``free`` of both since the latest; ``never``:
    parts of which nothing was told.

    Parts stand first, or with ``last`` on the last axis.
    """

    def __init__(self, told: Tellings, last: bool = False) -> None:
        whole, split = _Stretches(told.whole), _Stretches(told.split)
        numbers, opens = (whole.number, split.number), (whole.open, split.open)
        if last:
            numbers = np.ascontiguousarray(numbers[0].T), np.ascontiguousarray(numbers[1].T)
            opens = np.ascontiguousarray(opens[0].T), np.ascontiguousarray(opens[1].T)
        same, same_split = (_of_two(part, last, np.equal) for part in numbers)
        self.both: Marks = same & same_split
        self.apart: Marks = same & _of_two(opens[1], last, np.logical_and)
        self.free: Marks = opens[0] & opens[1]
        self.never: Marks = np.asarray(~told.whole.any(axis=1))


def _of_two(slots: NDArray[np.generic], last: bool, compared: np.ufunc) -> Marks:
    """Of each slot with each other."""
    one, other = (slots[:, None], slots[None]) if last else (slots[:, :, None], slots[:, None])
    return np.asarray(compared(one, other))


@cache
def _run_ends(size: int) -> tuple[Counts, Counts]:
    """The first and the last slot of each run of slots."""
    return np.triu_indices(size)


def _runs(counts: Counts) -> Counts:
    """Parts × runs of slots × (online, otherwise, both): the dossiers."""
    first, last = _run_ends(counts.shape[1])
    sums = _sums(counts)
    return np.asarray(sums[:, last + 1] - sums[:, first])


def _sums(counts: Counts) -> Counts:
    """Parts × slots, and one for the end × (online, otherwise, both): the dossiers before each slot."""
    whole = np.concatenate([counts, counts.sum(axis=2, keepdims=True)], axis=2)
    return np.pad(whole.cumsum(axis=1), ((0, 0), (1, 0), (0, 0)))


class _Partners:
    """The parts of each group with dossiers in the most slots, a few of those without among them, each a ``bit``."""

    def __init__(self, history: History) -> None:
        slots = (history.counts.sum(axis=2) > 0).sum(axis=1)
        order = np.lexsort((-slots, history.group))
        size = np.bincount(history.group)
        group = history.group[order]
        rank = np.arange(len(group)) - (size.cumsum() - size)[group]
        left = size[group] - rank
        busiest = rank < PARTNERS - _IDLE
        bit, chosen = np.where(busiest, rank, PARTNERS - left), busiest | (left <= _IDLE)
        self.part, self._bit, self._group = order[chosen], bit[chosen].astype(np.uint32), group[chosen]
        self._first = np.flatnonzero(np.diff(self._group, prepend=-1))
        self.place = np.zeros((len(size), PARTNERS), np.int64)
        self.place[self._group, self._bit] = self.part
        self.own = np.zeros(len(order), np.uint32)
        self.own[self.part] = np.uint32(1) << self._bit

    def of(self, groups: Counts) -> "_Partners":
        """Of some of the groups, numbered in their order."""
        some, chosen = copy(self), np.isin(self._group, groups)
        some.part, some._bit = self.part[chosen], self._bit[chosen]
        some._group = np.searchsorted(groups, self._group[chosen])
        some._first = np.flatnonzero(np.diff(some._group, prepend=-1))
        some.place = self.place[groups]
        return some

    def bits(self, marks: Marks) -> Bits:
        """What is marked of partners × …, as … × groups."""
        shifted = np.left_shift(marks, self._bit.reshape(-1, *(1,) * (marks.ndim - 1)), dtype=np.uint32)
        return np.ascontiguousarray(np.moveaxis(np.bitwise_or.reduceat(shifted, self._first), 0, -1))


class Exchanges:
    """What else could be true of one dossier of the ``rows``, parts with few dossiers in some run of slots, by exchange
    with the busiest parts of their groups.

    ``asked``: the parts that are asked for. Of two slots the first is a row's, the second its partner's.
    """

    def __init__(self, history: History, asked: Marks) -> None:
        counts = history.counts
        some = few(counts).any(axis=(1, 2)) | few(counts.sum(axis=2)).any(axis=1)
        self.rows = np.flatnonzero(asked & some)
        self.small: Marks = np.ascontiguousarray(np.moveaxis(few(_runs(counts[self.rows])), 0, -1))
        self._history, self._partners, self._sums = history, _Partners(history), _sums(counts)
        self._group, self._has = history.group[self.rows], _masks(counts[self.rows] > 0)
        self._moved, self._interchange = self._moving(), self._interchangeable()

    def of(self, chosen: Marks) -> "Exchanges":
        """Of some of the rows."""
        some = copy(self)
        some.rows = self.rows[chosen]
        groups, some._group = np.unique(self._group[chosen], return_inverse=True)
        some._partners = self._partners.of(groups)
        some._moved = [part[..., chosen] for part in self._moved]
        for name in ("small", "_has", "_interchange"):
            setattr(some, name, getattr(self, name)[..., chosen])
        return some

    def protected(self, tellings: Tellings) -> Marks:
        """Runs × (online, otherwise, both) × rows: whether a ``small`` count could be another, for who knows what is
        published; ``tellings`` of the procedures.

        What takes long is looked for last, and only where nothing else protects.
        """
        told = tellings.of(self._history.procedure)
        mine, theirs = _Stretched(told.of(self.rows), last=True), _Stretched(told.of(self._partners.part))
        free = self._of_partners(theirs.free)
        # One that is another procedure's, or another's that is this one's.
        moved = [(self._moved[kind] & free != 0) & mine.free for kind in (0, 1)]
        found = _changed_among_runs([*moved, moved[0] | moved[1]])
        both_never = self._of_partners(theirs.never) & _masks(mine.never)
        found |= self._interchanged(self.small & ~found, self._interchange & both_never)
        left: Marks = np.asarray((self.small & ~found).any(axis=(0, 1)))
        if left.any():
            found[..., left] |= self.of(left)._exchanged(told)
        return found

    def _moving(self) -> list[Bits]:
        """(online, otherwise) × slots × rows: the partners that one of the slot may be of, or that have one there that
        may be the row's.
        """
        history, has, part = self._history, self._has, self._partners.part
        theirs, possible = self._of_partners(history.counts[part] > 0), self._of_partners(history.possible[part])
        own_possible = _masks(history.possible[self.rows])
        hit = partial(_fit_in, history.windows, size=len(history.months))
        gives, takes = self._breaks()
        lost = [has[:, kind] & hit(gives[kind]) & possible for kind in (0, 1)]
        won = [theirs[:, kind] & hit(takes[kind]) & own_possible for kind in (0, 1)]
        return [(lost[kind] | won[kind]) & ~self._partners.own[self.rows] for kind in (0, 1)]

    def _of_partners(self, marks: Marks) -> Bits:
        """Of each row its partners whose part is marked."""
        return self._partners.bits(marks)[..., self._group]

    def _breaks(self) -> list[list[Bits]]:
        """(online, otherwise, online for otherwise) × windows × rows: whether the window would have another number of
        procedures with any dossiers, or any online, if one of the row's were the partner's, or one online were the
        partner's and another the row's for it; then, likewise, if one of the partner's were the row's.
        """
        within, steady, part = self._history.within, self._history.steady, self._partners.part
        both = self._of_partners(steady[part]) & _masks(steady[self.rows])
        none, one = (self._of_partners(within[part] == number) for number in (0, 1))
        my_none, my_one = (_masks(within[self.rows] == number) for number in (0, 1))
        gives, takes = _either(none, my_one, both), _either(one, my_none, both)
        return [[breaks[:, 0] | breaks[:, 1], breaks[:, 0], breaks[:, 1]] for breaks in (gives, takes)]

    def _exchanged(self, told: Tellings) -> Marks:
        """Likewise whether a dossier may have been exchanged for one of another slot; ``told`` of the parts."""
        history, has, part = self._history, self._has, self._partners.part
        apart = ~self._partners.own[self.rows]
        theirs, possible = (self._of_partners(of) & apart for of in (history.counts[part] > 0, history.possible[part]))
        own_possible = _masks(history.possible[self.rows])
        gives, takes = self._breaks()
        size = len(history.months)
        leaving, inside = (partial(fit, history.windows, size=size) for fit in (_fit_leaving, _fit_inside))
        out = [leaving(gives[kind]) & possible[:, None] for kind in (0, 1)]
        back = [leaving(takes[kind]).swapaxes(0, 1) & own_possible & theirs[:, kind] for kind in (0, 1)]
        mine, stretched = _Stretched(told.of(self.rows), last=True), _Stretched(told.of(part))
        both, unsplit, free = (self._of_partners(marks) for marks in (stretched.both, stretched.apart, stretched.free))
        crosses, mixed = [], []
        for kind, other, breaks in ((0, 1, gives[2]), (1, 0, takes[2])):
            alike = out[kind] & back[kind] & both  # one for one of the same
            # One is another's, and one of a third is this one's for it, where these are not told.
            within = history.within[part, :, : 2 - kind]
            none, one = (
                inside(self._partners.bits((within == number).any(axis=2)))[..., self._group] for number in (0, 1)
            )
            given = (out[kind] & none & free[:, None] != 0) & (back[kind] & one & free != 0)
            crosses.append(((alike != 0) | given) & (has[:, None, kind] != 0) & mine.both)
            # One online for one otherwise, where neither is told.
            swapped = out[kind] & back[other] & inside(breaks) & unsplit
            mixed.append((swapped != 0) & (has[:, None, kind] != 0) & mine.apart)
        changes = [mixed[kind].any(axis=1) | mixed[1 - kind].any(axis=0) for kind in (0, 1)]
        crosses.append(crosses[0] | crosses[1] | mixed[0] | mixed[1])
        return _crossed_among_runs(crosses) | _changed_among_runs([*changes, np.zeros_like(changes[0])])

    def _interchangeable(self) -> Bits:
        """Of each row the partners with which it could have changed places, were neither told at all."""
        history, rows, part = self._history, self.rows, self._partners.part
        has, never = history.counts.sum(axis=2) > 0, ~history.possible
        unfit = _masks(has[rows]) & self._of_partners(never[part]) | _masks(never[rows]) & self._of_partners(has[part])
        alone = self._of_partners(history.alone[part]) & _masks(history.alone[rows])
        return np.asarray(alone & ~np.bitwise_or.reduce(unfit, axis=0))

    def _interchanged(self, asked: Marks, partners: Bits) -> Marks:
        """Of the counts that are ``asked`` for those that one of the partners' differs from."""
        found = np.zeros_like(asked)
        run, kind, row = np.nonzero(asked & (partners != 0))
        first, last = _run_ends(len(self._history.months))
        start, end, group = first[run], last[run] + 1, self._group[row]
        own = self._sums[self.rows[row], end, kind] - self._sums[self.rows[row], start, kind]
        for bit in range(PARTNERS):
            part = self._partners.place[group, bit]
            unlike = self._sums[part, end, kind] - self._sums[part, start, kind] != own
            unlike &= partners[row] >> np.uint32(bit) & 1 != 0
            found[run[unlike], kind[unlike], row[unlike]] = True
            run, kind, row, start, end, group, own = (of[~unlike] for of in (run, kind, row, start, end, group, own))
        return found


def _masks(marks: Marks) -> Bits:
    """Of marked rows × … all bits, as … × rows."""
    return np.where(np.ascontiguousarray(np.moveaxis(marks, 0, -1)), _EVERY, np.uint32(0))


def _either(theirs: Bits, mine: Bits, steady: Bits) -> Bits:
    """One or the other; not both where the two are steady."""
    return np.asarray((theirs | mine) & ~(theirs & mine & steady))


def _fit_leaving(windows: Counts, breaks: Bits, size: int) -> Bits:
    """Slots × slots × rows: whether none of the windows with the first slot and without the second breaks."""
    broken = np.zeros((size, size, breaks.shape[-1]), np.uint32)
    for (start, end), own in zip(windows, breaks, strict=True):
        broken[start:end, :start] |= own
        broken[start:end, end:] |= own
    return ~broken


def _fit_inside(windows: Counts, breaks: Bits, size: int) -> Bits:
    """Likewise none of those with both slots."""
    broken = np.zeros((size, size, breaks.shape[-1]), np.uint32)
    for (start, end), own in zip(windows, breaks, strict=True):
        broken[start:end, start:end] |= own
    return ~broken


def _fit_in(windows: Counts, breaks: Bits, size: int) -> Bits:
    """Slots × rows: whether none of the windows with the slot breaks."""
    broken = np.zeros((size, breaks.shape[-1]), np.uint32)
    for (start, end), own in zip(windows, breaks, strict=True):
        broken[start:end] |= own
    return ~broken


def _changed_among_runs(changes: list[Marks]) -> Marks:
    """Runs × (online, otherwise, both) × rows: whether there may be one more or less in one of a run's slots."""
    changed = np.stack(changes, axis=1)
    return np.concatenate([np.logical_or.accumulate(changed[start:]) for start in range(len(changed))])


def _crossed_among_runs(crosses: list[Marks]) -> Marks:
    """Likewise whether one of a run's slots may be of a slot outside it, or one of such a slot of the run's."""
    size, rows = len(crosses[0]), crosses[0].shape[-1]
    own = np.arange(size, dtype=np.int16)[:, None, None]
    first, last = (np.tile(own, (1, 3, rows)) for _ in range(2))
    for kind, crossing in enumerate(crosses):
        for slot, back in zip(range(size), reversed(range(size)), strict=True):
            np.copyto(last[:, kind], slot, where=crossing[slot] | crossing[:, slot])
            np.copyto(first[:, kind], back, where=crossing[back] | crossing[:, back])
    found = []
    for start in range(size):
        outside = np.minimum.accumulate(first[start:]) < start
        found.append(outside | (np.maximum.accumulate(last[start:]) > own[start:]))
    return np.concatenate(found)
