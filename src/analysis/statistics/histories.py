"""The dossiers of many units by procedure, group and slot of months, as arrays: what the search for exchanges asks."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PROCEDURE = ["unit_code", "procedure_key"]
Counts = NDArray[np.int64]
Marks = NDArray[np.bool_]


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
        self.parts = np.unique(numbers)
        self._cell = np.searchsorted(self.parts, numbers[order])
        slots = cells["slot"].to_numpy(np.int64)
        self._slot = slots[order]
        online, dossiers = (cells[name].to_numpy(np.int64)[order] for name in ("online", "dossiers"))
        self._counted = online, dossiers - online
        never = barred[barred["slot"].to_numpy(np.int64) < len(months)]
        numbers = self._numbered(never)
        place = np.searchsorted(self.parts, numbers)
        known = self.parts[np.minimum(place, len(self.parts) - 1)] == numbers
        order = np.argsort(place[known], kind="stable")
        self._never, self._never_slot = (part[known][order] for part in (place, never["slot"].to_numpy(np.int64)))

    def blocks(self, most: int) -> list[slice]:
        """The rows of ``found``, cut between units: each time as many as have ``most`` parts, or one unit."""
        ends = np.flatnonzero(np.diff(self._units, append=-1)) + 1
        parts = np.searchsorted(self.parts, ends * len(self._groups)) // most
        cuts = [0, *ends[np.flatnonzero(np.diff(parts))], len(self._units)]
        return [slice(start, end) for start, end in pairwise(cuts) if start < end]

    def of(self, rows: slice) -> History:
        """Of the units whose procedures are these rows."""
        first, last = np.searchsorted(self.parts, [rows.start * len(self._groups), rows.stop * len(self._groups)])
        counts = np.zeros((last - first, len(self._months), 2), np.int64)
        own = slice(*np.searchsorted(self._cell, [first, last]))
        for kind, counted in enumerate(self._counted):
            np.add.at(counts[..., kind], (self._cell[own] - first, self._slot[own]), counted[own])
        possible = np.ones(counts.shape[:2], bool)
        own = slice(*np.searchsorted(self._never, [first, last]))
        possible[self._never[own] - first, self._never_slot[own]] = False
        procedure, group = np.divmod(self.parts[first:last], len(self._groups))
        group = np.unique(self._units[procedure] * len(self._groups) + group, return_inverse=True)[1]
        return History(counts, possible, group, procedure - rows.start, self._months)

    def _numbered(self, table: pd.DataFrame) -> Counts:
        """Of each row the number of its part: a procedure in a group; below 0 for what no unit has."""
        row = self._rows.get_indexer(pd.MultiIndex.from_frame(table[PROCEDURE]))
        wanted = table["group"].to_numpy(self._groups.dtype)
        group = np.searchsorted(self._groups, wanted)
        known = (row >= 0) & (self._groups[np.minimum(group, len(self._groups) - 1)] == wanted)
        return np.where(known, row * len(self._groups) + group, -1)
