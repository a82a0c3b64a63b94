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

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LEAST = 5  # dossiers that may be printed
COLUMNS = ["unit_code", "procedure_key", "group", "dossiers", "online"]
Counts = NDArray[np.int64]
Marks = NDArray[np.bool_]


def disclosed(parts: pd.DataFrame) -> pd.DataFrame:
    """unit_code, procedure_key, ``shown``: dossiers may be printed; ``split_shown``: online may be, too.

    ``parts`` has ``COLUMNS``, one row per unit, procedure and group in which the procedure has dossiers, or is offered
    without any.
    """
    rows = parts.sort_values("unit_code", kind="stable")
    starts = np.flatnonzero(~rows["unit_code"].duplicated())
    procedure, group = (_numbered(rows, name) for name in ("procedure_key", "group"))
    dossiers, online = (rows[name].to_numpy(np.int64) for name in ("dossiers", "online"))
    found = rows[["unit_code", "procedure_key"]].drop_duplicates(ignore_index=True)
    shown, split_shown = np.zeros((2, len(found)), bool)
    for start, end in pairwise([*starts, len(rows)]):
        first = procedure[start]
        unit = _Unit(*(part[start:end] for part in (procedure - first, group - group[start], dossiers, online)))
        hidden = _hidden_counts(unit)
        own = slice(first, first + len(hidden))
        shown[own], split_shown[own] = ~hidden, ~_hidden_splits(unit, hidden)
    return found.assign(shown=shown, split_shown=split_shown)


def few(counts: Counts) -> Marks:
    """Whether a count is of so few people that they might be known by name."""
    return np.asarray((counts > 0) & (counts < LEAST))


def determined(values: Counts, caps: Counts) -> Marks:
    """Which values have no other possibility for who knows their sum, their caps and how many are above 0."""
    count, total, above = len(values), int(values.sum()), int((values > 0).sum())
    if not above:
        return np.ones(count, dtype=bool)
    lowest = np.maximum(1, total - _largest_others(caps, above - 1))
    highest = np.minimum(caps, total - (above - 1))
    ways = np.maximum(highest - lowest + 1, 0)
    may_be_none = (above < count) & (_largest_others(caps, above) >= total) if above < count else np.zeros(count, bool)
    return np.asarray(ways + may_be_none == 1)


def _hidden_next(dossiers: Counts, hidden: Marks) -> NDArray[np.intp]:
    """Which of a group's members to hide next: none where the hidden ones protect each other."""
    counts = dossiers[hidden & (dossiers > 0)]
    if not len(counts) or (len(counts) >= 2 and counts.sum() >= LEAST and counts.min() < counts.max()):
        return np.empty(0, np.intp)
    shown = np.flatnonzero(~hidden & (dossiers > 0))
    if len(shown):
        return shown[[np.argmin(dossiers[shown])]]
    return np.flatnonzero(~hidden)  # all that have none, so that which of them is hidden tells nothing


def _split_next(dossiers: Counts, online: Counts, split: Marks, hidden: Marks) -> NDArray[np.intp]:
    """Which split of a group's members to hide next: the smallest that helps."""
    some = split & (dossiers > 0)
    offline = dossiers - online
    lacking = [part for part in (online, offline) if few(part[some].sum())]
    given_away = determined(online[some], dossiers[some]) & (few(online[some]) | (few(offline[some]) & ~hidden[some]))
    alone = some.sum() == 1 and bool(few(online[some]) | few(offline[some]))
    candidates = ~split & (dossiers > 0)
    if not some.any() or not (lacking or alone or given_away.any()):
        return np.empty(0, np.intp)
    wanted = lacking or [online, offline]
    helps = candidates & np.logical_and.reduce([part > 0 for part in wanted])
    if not helps.any():
        helps = candidates & np.logical_or.reduce([part > 0 for part in wanted])
    if not helps.any() and (alone or given_away.any()):
        helps = candidates
    found = np.flatnonzero(helps)
    return found[[np.argmin(dossiers[found])]] if len(found) else found


def _largest_others(caps: Counts, count: int) -> Counts:
    """For each member, the sum of the ``count`` largest caps of the others."""
    order = np.argsort(-caps, kind="stable")
    sums = np.concatenate([[0], np.cumsum(caps[order])])
    place = np.empty(len(caps), np.int64)
    place[order] = np.arange(len(caps))
    with_own = sums[min(count + 1, len(caps))] - caps
    return np.asarray(np.where(place < count, with_own, sums[min(count, len(caps))]))


class _Unit(NamedTuple):
    """A unit's parts: procedures and groups numbered in the order of their first rows, dossiers, online dossiers."""

    procedure: Counts
    group: Counts
    dossiers: Counts
    online: Counts


def _numbered(rows: pd.DataFrame, name: str) -> Counts:
    """The values of each unit in the order of their first rows, unit after unit."""
    unit, value = (pd.factorize(rows[column])[0].astype(np.int64) for column in ("unit_code", name))
    return np.asarray(pd.factorize(unit * (value.max(initial=0) + 1) + value)[0])


def _hidden_counts(unit: _Unit) -> Marks:
    """For each procedure of a unit, whether its count is hidden."""
    procedure, group, dossiers, _ = unit
    hidden = _any_part(procedure, few(dossiers)) | few(np.bincount(procedure, dossiers).astype(np.int64))
    settled = False
    while not settled:
        settled = True
        for members in _members(group):
            more = _hidden_next(dossiers[members], hidden[procedure[members]])
            hidden[procedure[members][more]] = True
            settled &= not len(more)
    return hidden


def _hidden_splits(unit: _Unit, hidden: Marks) -> Marks:
    """Likewise whether its division into online and not is hidden; ``hidden`` are the hidden counts."""
    procedure, group, dossiers, online = unit
    sums = [np.bincount(procedure, part).astype(np.int64) for part in (online, dossiers - online)]
    split = hidden | few(sums[0]) | few(sums[1]) | _any_part(procedure, few(online) | few(dossiers - online))
    settled = False
    while not settled:
        settled = True
        for members in _members(group):
            own = procedure[members]
            more = _split_next(dossiers[members], online[members], split[own], hidden[own])
            split[own[more]] = True
            settled &= not len(more)
    return split


def _members(group: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    return [np.flatnonzero(group == number) for number in range(group.max(initial=-1) + 1)]


def _any_part(procedure: NDArray[np.intp], marked: Marks) -> Marks:
    return np.bincount(procedure, marked) > 0
