"""What else could be true of units' dossiers, for who knows their totals and what was told of their procedures.

Two procedures may have exchanged a dossier of one month for a dossier of another, and everything that is published
would read the same: ``successive`` says when that makes a count uncertain.

The procedures that others are thought to exchange with are the bits of one number, and the parts of many units stand
side by side on the last axis, so that one operation asks for all of them.
"""

from copy import copy
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.statistics.disclosure import few

PROCEDURE = ["unit_code", "procedure_key"]
PARTNERS = 24  # the busiest procedures of a group that others are thought to exchange with: more hardly help
_IDLE = 4  # of them, the least busy ones of all
_EVERY = np.uint32(0xFFFFFFFF)
Counts = NDArray[np.int64]
Marks = NDArray[np.bool_]
Bits = NDArray[np.uint32]


@dataclass(frozen=True)
class History:
    """The dossiers of units: ``counts`` by part (a procedure in a group), slot and online or not; ``possible`` by part
    and slot: whether it could have any; ``group`` and ``procedure`` of each part, numbered over all units, the
    procedures in order; ``months`` of the slots."""

    counts: Counts
    possible: Marks
    group: Counts
    procedure: Counts
    months: Counts

    @cached_property
    def alone(self) -> Marks:
        """Parts whose procedure has no other."""
        return np.asarray(np.bincount(self.procedure)[self.procedure] == 1)

    @cached_property
    def steady(self) -> Marks:
        """Parts whose procedure has one level all the time, so that its dossiers count in one known total."""
        return np.asarray(self.alone & self.possible.all(axis=1))

    @cached_property
    def windows(self) -> Counts:
        """Windows × 2: the first slot of each month, quarter up to a month and year up to a month, and the slot after
        the last; of those with the same slots one.
        """
        last = np.arange(self.months.min(), self.months.max() + 1)
        first = np.concatenate([last, last // 3 * 3, np.full(len(last), self.months.min())])
        end = np.tile(np.searchsorted(self.months, last, side="right"), 3)
        return np.unique(np.stack([np.searchsorted(self.months, first), end], axis=1), axis=0)

    @cached_property
    def within(self) -> Counts:
        """Parts × windows × (any, online): the dossiers of the part's procedure."""
        starts = np.flatnonzero(np.diff(self.procedure, prepend=-1))
        by_procedure = np.add.reduceat(self.counts, starts)
        sums = np.pad(by_procedure.cumsum(axis=1), ((0, 0), (1, 0), (0, 0)))
        within = sums[:, self.windows[:, 1]] - sums[:, self.windows[:, 0]]
        whole = np.stack([within.sum(axis=2), within[:, :, 0]], axis=2)
        return np.asarray(whole[np.repeat(np.arange(len(starts)), np.diff(starts, append=len(self.procedure)))])


class Histories:
    """The histories of units whose procedures are rows of ``found``, one unit after the other, each by its key."""

    def __init__(self, found: pd.DataFrame, cells: pd.DataFrame, barred: pd.DataFrame, months: Counts) -> None:
        self._rows, self._months = pd.MultiIndex.from_frame(found[PROCEDURE]), months
        self._units = pd.factorize(found["unit_code"])[0]
        self._groups = np.unique(cells["group"])
        numbers = self._numbered(cells)
        order = np.argsort(numbers, kind="stable")
        self._parts = np.unique(numbers)
        self._cell = np.searchsorted(self._parts, numbers[order])
        slots = cells["slot"].to_numpy(np.int64)
        self._slot = slots[order]
        online, dossiers = (cells[name].to_numpy(np.int64)[order] for name in ("online", "dossiers"))
        self._counted = online, dossiers - online
        never = barred[barred["slot"].to_numpy(np.int64) < len(months)]
        numbers = self._numbered(never)
        place = np.searchsorted(self._parts, numbers)
        known = self._parts[np.minimum(place, len(self._parts) - 1)] == numbers
        order = np.argsort(place[known], kind="stable")
        self._never, self._never_slot = (part[known][order] for part in (place, never["slot"].to_numpy(np.int64)))

    def blocks(self, most: int) -> list[slice]:
        """The rows of ``found``, cut between units: each time as many as have ``most`` parts, or one unit."""
        ends = np.flatnonzero(np.diff(self._units, append=-1)) + 1
        parts = np.searchsorted(self._parts, ends * len(self._groups)) // most
        cuts = [0, *ends[np.flatnonzero(np.diff(parts))], len(self._units)]
        return [slice(start, end) for start, end in pairwise(cuts) if start < end]

    def of(self, rows: slice) -> History:
        """Of the units whose procedures are these rows."""
        first, last = np.searchsorted(self._parts, [rows.start * len(self._groups), rows.stop * len(self._groups)])
        counts = np.zeros((last - first, len(self._months), 2), np.int64)
        own = slice(*np.searchsorted(self._cell, [first, last]))
        for kind, counted in enumerate(self._counted):
            np.add.at(counts[..., kind], (self._cell[own] - first, self._slot[own]), counted[own])
        possible = np.ones(counts.shape[:2], bool)
        own = slice(*np.searchsorted(self._never, [first, last]))
        possible[self._never[own] - first, self._never_slot[own]] = False
        procedure, group = np.divmod(self._parts[first:last], len(self._groups))
        group = np.unique(self._units[procedure] * len(self._groups) + group, return_inverse=True)[1]
        return History(counts, possible, group, procedure - rows.start, self._months)

    def _numbered(self, table: pd.DataFrame) -> Counts:
        """Of each row the number of its part: a procedure in a group; below 0 for what no unit has."""
        row = self._rows.get_indexer(pd.MultiIndex.from_frame(table[PROCEDURE]))
        wanted = table["group"].to_numpy(self._groups.dtype)
        group = np.searchsorted(self._groups, wanted)
        known = (row >= 0) & (self._groups[np.minimum(group, len(self._groups) - 1)] == wanted)
        return np.where(known, row * len(self._groups) + group, -1)


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
            numbers, opens = (tuple(np.ascontiguousarray(part.T) for part in parts) for parts in (numbers, opens))
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
        self._part, self._bit, self._group = order[chosen], bit[chosen].astype(np.uint32), group[chosen]
        self._first = np.flatnonzero(np.diff(self._group, prepend=-1))
        self.place = np.zeros((len(size), PARTNERS), np.int64)
        self.place[self._group, self._bit] = self._part
        self.own = np.zeros(len(order), np.uint32)
        self.own[self._part] = np.uint32(1) << self._bit

    def of(self, groups: Counts) -> "_Partners":
        """Of some of the groups, numbered in their order."""
        some, chosen = copy(self), np.isin(self._group, groups)
        some._part, some._bit, some._group = (part[chosen] for part in (self._part, self._bit, self._group))
        some._group = np.searchsorted(groups, some._group)
        some._first = np.flatnonzero(np.diff(some._group, prepend=-1))
        some.place = self.place[groups]
        return some

    def bits(self, marks: Marks) -> Bits:
        """What is marked of parts × …, as … × groups."""
        return self.bits_of_chosen(marks[self._part])

    def bits_of_chosen(self, marks: Marks) -> Bits:
        """Likewise of the partners themselves."""
        shifted = np.left_shift(marks, self._bit.reshape(-1, *(1,) * (marks.ndim - 1)), dtype=np.uint32)
        return np.ascontiguousarray(np.moveaxis(np.bitwise_or.reduceat(shifted, self._first), 0, -1))

    def stretched(self, told: Tellings) -> _Stretched:
        """Of the partners themselves."""
        return _Stretched(told.of(self._part))


class Exchanges:
    """What else could be true of one dossier of the ``rows``, parts with few dossiers in some run of slots, by exchange
    with the busiest parts of their groups; what does not depend on what was told is looked for once.

    ``asked``: the parts that are asked for. Of two slots the first is a row's, the second its partner's.
    """

    def __init__(self, history: History, asked: Marks) -> None:
        counts = history.counts
        some = few(counts).any(axis=(1, 2)) | few(counts.sum(axis=2)).any(axis=1)
        self.rows = np.flatnonzero(asked & some)
        self.small: Marks = np.ascontiguousarray(np.moveaxis(few(_runs(counts[self.rows])), 0, -1))
        self._history, self._partners, self._sums = history, _Partners(history), _sums(counts)
        self._group, self._has = history.group[self.rows], _masks(counts[self.rows] > 0)
        self._look()
        self._interchange = self._interchangeable()

    def of(self, chosen: Marks) -> "Exchanges":
        """Of some of the rows."""
        some = copy(self)
        some.rows = self.rows[chosen]
        groups, some._group = np.unique(self._group[chosen], return_inverse=True)
        some._partners = self._partners.of(groups)
        for name in ("small", "_has", "_interchange"):
            setattr(some, name, getattr(self, name)[..., chosen])
        for name in ("_alike", "_mixed", "_giver", "_taker", "_moved"):
            setattr(some, name, [part[..., chosen] for part in getattr(self, name)])
        return some

    def protected(self, tellings: Tellings) -> Marks:
        """Runs × (online, otherwise, both) × rows: whether a ``small`` count could be another, for who knows what is
        published; ``tellings`` of the procedures.
        """
        told = tellings.of(self._history.procedure)
        mine, theirs = _Stretched(told.of(self.rows), last=True), self._partners.stretched(told)
        found = _among_runs(*self._exchanged(mine, theirs))
        both_never = self._of_partners(theirs.never, chosen=True) & _masks(mine.never)
        return found | self._interchanged(self.small & ~found, self._interchange & both_never)

    def _look(self) -> None:
        """What could be exchanged if nothing were told."""
        history, has, theirs = self._history, self._has, self._of_partners(self._history.counts > 0)
        apart = ~self._partners.own[self.rows]
        possible, own_possible = self._of_partners(history.possible) & apart, _masks(history.possible[self.rows])
        theirs &= apart
        gives, takes = self._breaks()
        leaving, inside, hit = (partial(fit, history.windows) for fit in (_fit_leaving, _fit_inside, _fit_in))
        size = len(history.months)
        out = [leaving(gives[kind], size) & possible[:, None] for kind in (0, 1)]
        back = [leaving(takes[kind], size).swapaxes(0, 1) & own_possible for kind in (0, 1)]
        self._alike = [has[:, None, kind] & theirs[:, kind] & out[kind] & back[kind] for kind in (0, 1)]
        self._mixed = [
            has[:, None, kind] & theirs[:, other] & out[kind] & back[other] & inside(breaks, size)
            for kind, other, breaks in ((0, 1, gives[2]), (1, 0, takes[2]))
        ]
        self._giver, self._taker = [], []
        for kind in (0, 1):
            no_other, one_other = (
                inside(self._partners.bits((history.within[..., : 2 - kind] == number).any(axis=2)), size)
                for number in (0, 1)
            )
            self._giver.append(out[kind] & no_other[..., self._group])
            self._taker.append(theirs[:, kind] & back[kind] & one_other[..., self._group])
        lost = [has[:, kind] & hit(gives[kind], size) & possible for kind in (0, 1)]
        won = [theirs[:, kind] & hit(takes[kind], size) & own_possible for kind in (0, 1)]
        self._moved = [lost[kind] | won[kind] for kind in (0, 1)]

    def _of_partners(self, marks: Marks, chosen: bool = False) -> Bits:
        """Of each row the partners for whose part that is marked."""
        of = self._partners.bits_of_chosen if chosen else self._partners.bits
        return of(marks)[..., self._group]

    def _breaks(self) -> list[list[Bits]]:
        """(online, otherwise, online for otherwise) × windows × rows: whether the window would have another number of
        procedures with any dossiers, or any online, if one of the row's were the partner's, or one online were the
        partner's and another the row's for it; then, likewise, if one of the partner's were the row's.
        """
        within, steady = self._history.within, self._history.steady
        both = self._of_partners(steady) & _masks(steady[self.rows])
        none, one = (self._of_partners(within == number) for number in (0, 1))
        my_none, my_one = (_masks(within[self.rows] == number) for number in (0, 1))
        gives, takes = _either(none, my_one, both), _either(one, my_none, both)
        return [[breaks[:, 0] | breaks[:, 1], breaks[:, 0], breaks[:, 1]] for breaks in (gives, takes)]

    def _exchanged(self, mine: _Stretched, theirs: _Stretched) -> tuple[list[Marks], list[Marks]]:
        """Of the count online, otherwise and in both: slot × slot × row, whether one of the one slot may be of the
        other, or of the other the one; slot × row: whether there may be one more or less in the slot, whatever stands
        in others.
        """
        both, apart, free = (self._of_partners(part, chosen=True) for part in (theirs.both, theirs.apart, theirs.free))
        crosses = []
        for kind in (0, 1):
            alike = (self._alike[kind] & both) != 0  # one for one of the same
            # One is another's, and one of a third is this one's for it, where these are not told.
            given = (self._giver[kind] & free[:, None] != 0) & (self._taker[kind] & free != 0)
            crosses.append((alike | given & (self._has[:, None, kind] != 0)) & mine.both)
        # One online for one otherwise, where neither is told.
        mixed = [(self._mixed[kind] & apart != 0) & mine.apart for kind in (0, 1)]
        # One that is another procedure's, or another's that is this one's.
        moved = [(self._moved[kind] & free != 0) & mine.free for kind in (0, 1)]
        changes = [moved[kind] | mixed[kind].any(axis=1) | mixed[1 - kind].any(axis=0) for kind in (0, 1)]
        in_both = crosses[0] | crosses[1] | mixed[0] | mixed[1]
        return [*crosses, in_both], [*changes, moved[0] | moved[1]]

    def _interchangeable(self) -> Bits:
        """Of each row the partners with which it could have changed places, were neither told at all."""
        history, rows = self._history, self.rows
        has, never_has = history.counts.sum(axis=2) > 0, ~history.possible
        unfit = _masks(has[rows]) & self._of_partners(never_has) | _masks(never_has[rows]) & self._of_partners(has)
        alone = self._of_partners(history.alone) & _masks(history.alone[rows])
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
            found[run, kind, row] |= unlike & (partners[row] >> np.uint32(bit) & 1 != 0)
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


def _among_runs(crosses: list[Marks], changes: list[Marks]) -> Marks:
    """Runs × (online, otherwise, both) × rows: whether one of a run's slots may be of a slot outside it, or in one of
    them there may be one more or less.
    """
    size = len(changes[0])
    own = np.arange(size, dtype=np.int16)[:, None, None]
    nearest, changed = np.repeat(own, 3, axis=1), np.stack(changes, axis=1)
    first, last = (np.repeat(nearest, changed.shape[-1], axis=2) for _ in range(2))
    for kind, crossing in enumerate(crosses):
        for slot in range(size):
            reached = crossing[slot] | crossing[:, slot]
            np.copyto(last[:, kind], slot, where=reached)
            reached = crossing[size - 1 - slot] | crossing[:, size - 1 - slot]
            np.copyto(first[:, kind], size - 1 - slot, where=reached)
    found = []
    for start in range(size):
        outside = np.minimum.accumulate(first[start:]) < start
        outside |= np.maximum.accumulate(last[start:]) > own[start:]
        found.append(outside | np.logical_or.accumulate(changed[start:]))
    return np.concatenate(found)
