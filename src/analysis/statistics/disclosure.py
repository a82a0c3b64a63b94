"""Disclosure control: which counts of a unit's procedures may be published, so that no few people stand out.

A count of 1 to 4 dossiers of one procedure in one unit is hidden (primary suppression), and with it as many others as
it takes that nobody finds it by subtraction (secondary suppression), for who knows every total that is published of
the unit: dossiers and online dossiers at level 3, at level 4 and in all, and how many procedures had any.

The procedures of a unit that share such a total are a group: those with dossiers at level 3, at level 4, at any other.
A procedure whose level changed has a part in two groups; it is hidden when one of its parts is few, and a part is
taken to be known when the procedure is shown.

In each group the hidden counts are two at least, five dossiers at least together, and not all the same. Whatever is
published of the group as a whole stays true when two hidden procedures change places; so where two differ, neither
follows. No dossier is nobody: a 0 is shown, unless no other count is left to hide; then all of the group's are hidden.
Where everything is hidden and still too little, the unit's own total says it, and no procedure's count.

Split into online and not: a part of 1 to 4 hides both, with other splits until two at least are hidden and their online
sum, and the rest's, is 0 or five at least, and no hidden part has but one possible value.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LEAST = 5  # dossiers that may be printed
_MOST = np.iinfo(np.int64).max
COLUMNS = ["unit_code", "procedure_key", "group", "dossiers", "online"]
Counts = NDArray[np.int64]
Marks = NDArray[np.bool_]


def disclosed(parts: pd.DataFrame) -> pd.DataFrame:
    """unit_code, procedure_key, ``shown``: dossiers may be printed; ``split_shown``: online may be, too.

    ``parts`` has ``COLUMNS``, one row per unit, procedure and group in which the procedure has dossiers, or is offered
    without any.
    """
    rows = parts.sort_values("unit_code", kind="stable")
    unit = np.asarray(pd.factorize(rows["unit_code"])[0], np.int64)
    dossiers, online = (rows[name].to_numpy(np.int64) for name in ("dossiers", "online"))
    known = _Parts(_numbered(rows, "procedure_key"), _numbered(rows, "group"), unit, dossiers, online)
    hidden = _hidden_counts(known)
    found = rows[["unit_code", "procedure_key"]].drop_duplicates(ignore_index=True)
    return found.assign(shown=~hidden, split_shown=~_hidden_splits(known, hidden))


def few(counts: Counts) -> Marks:
    """Whether a count is of so few people that they might be known by name."""
    return np.asarray((counts > 0) & (counts < LEAST))


class _Groups:
    """Groups whose members stand one after the other, by the number of each member's; each finding is by member."""

    def __init__(self, number: Counts) -> None:
        starts = np.diff(number, prepend=-1) != 0
        self.first = np.flatnonzero(starts)
        self.of = starts.cumsum() - 1
        self.size = np.diff(self.first, append=len(number))[self.of]

    def sum(self, values: NDArray[np.generic]) -> Counts:
        return np.asarray(np.add.reduceat(values, self.first, dtype=np.int64)[self.of])

    def any(self, marks: Marks) -> Marks:
        return np.asarray(np.logical_or.reduceat(marks, self.first)[self.of])

    def least(self, values: Counts) -> Counts:
        return np.asarray(np.minimum.reduceat(values, self.first)[self.of])

    def smallest(self, marks: Marks, values: Counts) -> Marks:
        """The first of the marked members with the least value."""
        least = np.flatnonzero(marks & (values == self.least(np.where(marks, values, _MOST))))
        found = np.zeros(len(marks), bool)
        found[least[np.diff(self.of[least], prepend=-1) != 0]] = True
        return found

    def largest_others(self, caps: Counts, count: Counts) -> Counts:
        """For each member, the sum of the ``count`` largest caps of the others in its group."""
        order = np.lexsort((-caps, self.of))
        sums = np.concatenate([[0], np.cumsum(caps[order])])
        start = self.first[self.of]
        place = np.empty(len(caps), np.int64)
        place[order] = np.arange(len(caps))

        def largest(number: Counts) -> Counts:
            return np.asarray(sums[start + np.clip(number, 0, self.size)] - sums[start])

        return np.where(place - start < count, largest(count + 1) - caps, largest(count))


def determined(values: Counts, caps: Counts, group: Counts) -> Marks:
    """Which values have no other possibility for who knows their group's sum, their caps and how many are above 0.

    ``group``: a number of each, the members of a group one after the other.
    """
    groups = _Groups(group)
    total, above = groups.sum(values), groups.sum(values > 0)
    lowest = np.maximum(1, total - groups.largest_others(caps, above - 1))
    highest = np.minimum(caps, total - (above - 1))
    ways = np.maximum(highest - lowest + 1, 0)
    may_be_none = (above < groups.size) & (groups.largest_others(caps, above) >= total)
    return np.asarray((above == 0) | (ways + may_be_none == 1))


def _hidden_next(groups: _Groups, dossiers: Counts, hidden: Marks) -> Marks:
    """Which of the groups' members to hide next: none where the hidden ones protect each other."""
    some = hidden & (dossiers > 0)
    least, most = groups.least(np.where(some, dossiers, _MOST)), -groups.least(np.where(some, -dossiers, 0))
    number, total = groups.sum(some), groups.sum(np.where(some, dossiers, 0))
    alone = (number > 0) & ((number < 2) | (total < LEAST) | (least == most))
    shown = ~hidden & (dossiers > 0)
    # Where none is shown all that have none, so that which of them is hidden tells nothing.
    return np.asarray(alone & np.where(groups.any(shown), groups.smallest(shown, dossiers), ~hidden))


def _split_next(groups: _Groups, dossiers: Counts, online: Counts, split: Marks, hidden: Marks) -> Marks:
    """Which split of the groups' members to hide next: the smallest that helps."""
    some, offline = split & (dossiers > 0), dossiers - online
    lacking = [few(groups.sum(np.where(some, part, 0))) for part in (online, offline)]
    known = np.zeros(len(some), bool)
    known[some] = determined(online[some], dossiers[some], groups.of[some])
    given_away = groups.any(known & (few(online) | (few(offline) & ~hidden)))
    given_away |= (groups.sum(some) == 1) & groups.any(some & (few(online) | few(offline)))
    neither = ~lacking[0] & ~lacking[1]
    wanted = [(lacks | neither, part > 0) for lacks, part in zip(lacking, (online, offline), strict=True)]
    candidates = ~split & (dossiers > 0) & groups.any(some) & (~neither | given_away)
    helps = candidates & np.logical_and.reduce([has | ~asked for asked, has in wanted])
    helps |= ~groups.any(helps) & candidates & np.logical_or.reduce([has & asked for asked, has in wanted])
    helps |= ~groups.any(helps) & candidates & given_away
    return groups.smallest(helps, dossiers)


class _Parts(NamedTuple):
    """The parts of units, one unit after the other: procedures and groups numbered over all units in the order of their
    first rows, units likewise, dossiers, online dossiers."""

    procedure: Counts
    group: Counts
    unit: Counts
    dossiers: Counts
    online: Counts


def _numbered(rows: pd.DataFrame, name: str) -> Counts:
    """The values of each unit in the order of their first rows, unit after unit."""
    unit, value = (pd.factorize(rows[column])[0].astype(np.int64) for column in ("unit_code", name))
    return np.asarray(pd.factorize(unit * (value.max(initial=0) + 1) + value)[0])


def _hidden_counts(parts: _Parts) -> Marks:
    """For each procedure, whether its count is hidden."""
    procedure, dossiers = parts.procedure, parts.dossiers
    hidden = _any_part(procedure, few(dossiers)) | few(np.bincount(procedure, dossiers).astype(np.int64))
    return _settled(parts, hidden, lambda groups, own: _hidden_next(groups, dossiers[own], hidden[procedure[own]]))


def _hidden_splits(parts: _Parts, hidden: Marks) -> Marks:
    """Likewise whether its division into online and not is hidden; ``hidden`` are the hidden counts."""
    procedure, dossiers, online = parts.procedure, parts.dossiers, parts.online
    sums = [np.bincount(procedure, part).astype(np.int64) for part in (online, dossiers - online)]
    split = hidden | few(sums[0]) | few(sums[1]) | _any_part(procedure, few(online) | few(dossiers - online))
    return _settled(
        parts,
        split,
        lambda groups, own: _split_next(
            groups, dossiers[own], online[own], split[procedure[own]], hidden[procedure[own]]
        ),
    )


def _settled(parts: _Parts, marked: Marks, chosen: Callable[[_Groups, Counts], Marks]) -> Marks:
    """``marked`` with what is ``chosen`` of the groups' members until nothing is: of each unit one group after the
    other, of all units together.
    """
    first = np.unique(parts.unit, return_index=True)[1]
    turn = parts.group - parts.group[first][parts.unit]
    unsettled = np.arange(len(turn))
    while len(unsettled):
        changed = np.zeros(len(first), bool)
        for number in range(turn.max() + 1):
            own = unsettled[turn[unsettled] == number]
            if len(own):
                more = own[chosen(_Groups(parts.unit[own]), own)]
                marked[parts.procedure[more]] = changed[parts.unit[more]] = True
        unsettled = unsettled[changed[parts.unit[unsettled]]]
    return marked


def _any_part(procedure: NDArray[np.intp], marked: Marks) -> Marks:
    return np.bincount(procedure, marked) > 0
