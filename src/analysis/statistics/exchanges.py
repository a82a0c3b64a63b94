"""What else could be true of a unit's dossiers, for who knows its totals and what was told of its procedures.

Two procedures may have exchanged a dossier of one month for a dossier of another, and everything that is published
would read the same: ``successive`` says when that makes a count uncertain.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PROCEDURE = ["unit_code", "procedure_key"]
PARTNERS = 24  # the busiest procedures of a group that others are thought to exchange with: more hardly help
Counts = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class History:
    """A unit's dossiers: ``counts`` by part (a procedure in a group), slot and online or not; ``possible`` by part
    and slot: whether it could have any; ``group`` and ``procedure`` of each part; ``months`` of the slots."""

    counts: Counts
    possible: Marks
    group: Counts
    procedure: Counts
    months: Counts

    @cached_property
    def steady(self) -> Marks:
        """Parts whose procedure has one level all the time, so that its dossiers count in one known total."""
        parts = np.bincount(self.procedure)[self.procedure]
        return np.asarray((parts == 1) & self.possible.all(axis=1))

    @cached_property
    def windows(self) -> NDArray[np.float32]:
        """Windows × slots: which slots lie in each month, quarter up to a month, and year up to a month."""
        last = np.arange(self.months.min(), self.months.max() + 1)[:, None]
        month, to_date = self.months == last, self.months <= last
        quarter = to_date & (self.months // 3 == last // 3)
        return np.concatenate([month, quarter, to_date]).astype(np.float32)

    @cached_property
    def within(self) -> Counts:
        """Parts × windows × (any, online): the dossiers of the part's procedure."""
        by_procedure = np.zeros((self.procedure.max(initial=0) + 1, *self.counts.shape[1:]), np.int64)
        np.add.at(by_procedure, self.procedure, self.counts)
        within = np.einsum("ws,psc->pwc", self.windows.astype(np.int64), by_procedure)[self.procedure]
        return np.stack([within.sum(axis=2), within[:, :, 0]], axis=2)

    @cached_property
    def breaks(self) -> NDArray[np.float32]:
        """Parts × parts × windows × (online, otherwise, online for otherwise): whether the window would have another
        number of procedures with any dossiers, or any online, if one of the first part's were the second's, or one
        online were the second's and another the first's for it.
        """
        any_, online = self.within[:, :, 0], self.within[:, :, 1]
        both = (self.steady[:, None] & self.steady)[:, :, None]
        any_breaks, online_breaks = (
            np.where(both, (sums == 0)[None] != (sums == 1)[:, None], (sums == 0)[None] | (sums == 1)[:, None])
            for sums in (any_, online)
        )
        return np.stack([any_breaks | online_breaks, any_breaks, online_breaks], axis=-1).astype(np.float32)


class Histories:
    """The histories of units whose procedures are rows of ``found``, one unit after the other, each by its key."""

    def __init__(self, found: pd.DataFrame, cells: pd.DataFrame, barred: pd.DataFrame, months: Counts) -> None:
        self._rows, self._months = pd.MultiIndex.from_frame(found[PROCEDURE]), months
        self._groups = np.unique(cells["group"])
        numbers = self._numbered(cells)
        order = np.argsort(numbers, kind="stable")
        self._parts = np.unique(numbers)
        self._cell = np.searchsorted(self._parts, numbers[order])
        slots = cells["slot"].to_numpy(np.int64)
        self._slot = slots[order]
        online, dossiers = (cells[name].to_numpy(np.int64)[order] for name in ("online", "dossiers"))
        self._counted = np.stack([online, dossiers - online], axis=1)
        never = barred[barred["slot"].to_numpy(np.int64) < len(months)]
        numbers = self._numbered(never)
        place = np.searchsorted(self._parts, numbers)
        known = self._parts[np.minimum(place, len(self._parts) - 1)] == numbers
        order = np.argsort(place[known], kind="stable")
        self._never, self._never_slot = (part[known][order] for part in (place, never["slot"].to_numpy(np.int64)))

    def of(self, rows: Counts) -> History:
        """Of the unit whose procedures are these rows."""
        first, last = np.searchsorted(self._parts, [rows[0] * len(self._groups), (rows[-1] + 1) * len(self._groups)])
        counts = np.zeros((last - first, len(self._months), 2), np.int64)
        own = slice(*np.searchsorted(self._cell, [first, last]))
        np.add.at(counts, (self._cell[own] - first, self._slot[own]), self._counted[own])
        possible = np.ones(counts.shape[:2], bool)
        own = slice(*np.searchsorted(self._never, [first, last]))
        possible[self._never[own] - first, self._never_slot[own]] = False
        procedure, group = np.divmod(self._parts[first:last], len(self._groups))
        return History(counts, possible, pd.factorize(group)[0], procedure - rows[0], self._months)

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
    """Between one telling of a part and the next: ``same`` for two slots, ``open`` since the latest."""

    def __init__(self, ends: Marks) -> None:
        told = ends.cumsum(axis=1)
        number = np.pad(told, ((0, 0), (1, 0)))[:, : ends.shape[1] - 1]
        self.same: Marks = number[:, :, None] == number[:, None, :]
        self.open: Marks = number == told[:, -1:]


@cache
def _run_slots(size: int) -> Counts:
    """Runs × slots: 1 for the slots from each first to each last."""
    first, last = np.triu_indices(size)
    slots = np.arange(size)
    return ((first[:, None] <= slots) & (slots <= last[:, None])).astype(np.int64)


def runs(counts: Counts) -> Counts:
    """Parts × runs of slots × (online, otherwise, both): the dossiers."""
    whole = np.concatenate([counts, counts.sum(axis=2, keepdims=True)], axis=2)
    return np.asarray(_run_slots(counts.shape[1]) @ whole)


def _busiest(history: History, parts: Counts) -> Counts:
    """Places in ``parts`` of those with dossiers in the most slots, a few of those without among them."""
    slots = (history.counts[parts].sum(axis=2) > 0).sum(axis=1)
    order = np.argsort(-slots, kind="stable")
    return order if len(order) <= PARTNERS else np.concatenate([order[: PARTNERS - 4], order[-4:]])


class _Stretched:
    """The stretches of parts, told with their split or not at all; ``never``: those of which nothing was told."""

    def __init__(self, told: Tellings) -> None:
        self.whole, self.split = _Stretches(told.whole), _Stretches(told.split)
        self.never: Marks = np.asarray(~told.whole.any(axis=1))


class Exchanges:
    """What else could be true of one dossier of some ``rows`` among a group's ``parts`` by exchange with the busiest of
    them; what does not depend on what was told is looked for once.
    """

    def __init__(self, history: History, parts: Counts, rows: Counts) -> None:
        partners = _busiest(history, parts)
        self._rows, self._partners, self._shape = rows, partners, (len(parts), len(history.months))
        mine, theirs = parts[rows], parts[partners]
        within = history.windows
        leaves = np.einsum("wi,wj->wij", within, 1 - within).reshape(len(within), -1)
        both = np.einsum("wi,wj->wij", within, within).reshape(len(within), -1)
        gives = history.breaks[np.ix_(mine, theirs)]
        takes = history.breaks[np.ix_(theirs, mine)].swapaxes(0, 1)
        possible, own_possible = history.possible[theirs], history.possible[mine]
        self._has, has_theirs = history.counts[mine] > 0, history.counts[theirs] > 0
        others = history.procedure[mine][:, None] != history.procedure[theirs]
        out = [self._fits(gives[..., kind], leaves) & possible[None, :, :, None] for kind in (0, 1)]
        back = [self._fits(takes[..., kind], leaves).swapaxes(2, 3) & own_possible[:, None, None, :] for kind in (0, 1)]
        apart = others[:, :, None, None]
        has, has_theirs_too = self._has[:, None, :, None, :], has_theirs[None, :, None, :, :]
        self._alike = [has[..., kind] & has_theirs_too[..., kind] & out[kind] & back[kind] & apart for kind in (0, 1)]
        self._mixed = []
        for kind, other in ((0, 1), (1, 0)):
            mixed = self._fits(gives[..., 2] if kind == 0 else takes[..., 2], both)
            pairs = has[..., kind] & has_theirs_too[..., other] & out[kind] & back[other] & mixed
            self._mixed.append(pairs & apart)
        self._giver, self._taker = [], []
        for kind in (0, 1):
            steady = [
                self._fits(
                    (history.within[theirs][None, :, :, : 2 - kind] == few_).any(axis=3).astype(np.float32), both
                )
                for few_ in (0, 1)
            ]
            self._giver.append(out[kind] & steady[0] & apart)
            self._taker.append(has_theirs[None, :, None, :, kind] & back[kind] & steady[1] & apart)
        lost = [self._has[:, None, :, kind] & (gives[..., kind] @ within == 0) & possible for kind in (0, 1)]
        won = [
            has_theirs[None, :, :, kind] & (takes[..., kind] @ within == 0) & own_possible[:, None] for kind in (0, 1)
        ]
        self._moved = [(lost[kind] | won[kind]) & others[:, :, None] for kind in (0, 1)]
        self._interchange = _interchangeable(history, parts, rows, partners)

    def protected(self, tellings: Tellings) -> Marks:
        """As ``runs``: whether the count of a row could be another, for who knows what is published."""
        told = _Stretched(tellings)
        crosses, changes = self._exchanged(told)
        inside = _run_slots(self._shape[1]).astype(np.float32)
        reached = inside @ np.moveaxis(crosses, 3, 1).astype(np.float32)  # from the run, which other slots
        crossed = ((reached * (1 - inside)).sum(axis=3) > 0).swapaxes(1, 2)
        changed = inside @ changes.astype(np.float32) > 0
        never = (told.never[self._rows][:, None] & told.never[self._partners])[:, :, None, None]
        found = np.zeros((self._shape[0], *crossed.shape[1:]), bool)
        found[self._rows] = crossed | changed | (self._interchange & never).any(axis=1)
        return found

    def _exchanged(self, told: _Stretched) -> tuple[Marks, Marks]:
        """By the last axis, of the count online, otherwise and in both: rows × slot × slot, whether one of the one slot
        may be of the other; rows × slot: whether there may be one more or less in the slot, whatever stands in others.
        """
        rows, partners, size = self._rows, self._partners, self._shape[1]
        whole, split = told.whole, told.split
        crosses, changes = np.zeros((len(rows), size, size, 3), bool), np.zeros((len(rows), size, 3), bool)
        same = whole.same[rows][:, None] & whole.same[partners][None]
        unsplit = split.open[:, :, None] & split.open[:, None, :]
        split_same = same & split.same[rows][:, None] & split.same[partners][None]
        for kind in (0, 1):  # one for one of the same
            given = (self._alike[kind] & split_same).any(axis=1)
            crosses[..., kind] |= given | given.swapaxes(1, 2)
        free = whole.open[partners] & split.open[partners]
        for kind in (0, 1):  # one is another's, and one of a third is this one's for it, where these are not told
            giver = (free[None, :, :, None] & self._giver[kind]).any(axis=1)
            taker = (free[None, :, None, :] & self._taker[kind]).any(axis=1)
            given = self._has[:, :, None, kind] & whole.same[rows] & split.same[rows] & giver & taker
            crosses[..., kind] |= given | given.swapaxes(1, 2)
        apart = same & unsplit[rows][:, None] & unsplit[partners][None]
        for kind, other in ((0, 1), (1, 0)):  # one online for one otherwise, where neither is told
            given = (self._mixed[kind] & apart).any(axis=1)
            crosses[..., 2] |= given | given.swapaxes(1, 2)
            changes[..., kind] |= given.any(axis=2)
            changes[..., other] |= given.any(axis=1)
        crosses[..., 2] |= crosses[..., 0] | crosses[..., 1]
        untold = (whole.open & split.open)[rows][:, None] & free[None]
        for kind in (0, 1):  # one that is another procedure's, or another's that is this one's
            moved = (untold & self._moved[kind]).any(axis=1)
            changes[..., kind] |= moved
            changes[..., 2] |= moved
        return crosses, changes

    def _fits(self, breaks: NDArray[np.float32], windows: NDArray[np.float32]) -> Marks:
        """Whether none of the windows that a pair of slots concerns would have another number of procedures."""
        return np.asarray((breaks @ windows == 0).reshape(*breaks.shape[:2], *self._shape[1:] * 2))


def _interchangeable(history: History, parts: Counts, rows: Counts, partners: Counts) -> Marks:
    """Rows × partners × as ``runs``: whether the two could have changed places, were neither told at all."""
    counted = runs(history.counts[parts])
    alone = np.bincount(history.procedure)[history.procedure[parts]] == 1
    has, never_has = (history.counts[parts].sum(axis=2) > 0).astype(int), (~history.possible[parts]).astype(int)
    fits = (has[rows] @ never_has[partners].T == 0) & (never_has[rows] @ has[partners].T == 0)
    pairs = alone[rows][:, None] & alone[partners] & fits
    return np.asarray((counted[rows][:, None] != counted[partners]) & pairs[:, :, None, None])
