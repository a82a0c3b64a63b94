"""Disclosure control over successive publications: what may be told of a unit's procedures after what has been told.

Each month a page tells a procedure's dossiers to date. Who keeps last month's page subtracts: a procedure that went
from 30 to 32 had two dossiers in between. And who knows the unit's totals of each month, by level, online and not,
and how many procedures had any, knows more. So a line that was told stays as it was, with its day, until it may be told
anew:

1. it differs from each line told of the procedure before, dossiers, online and otherwise, by nothing or by five at
   least; and
2. in each group five procedures at least have dossiers online, or none has, and likewise otherwise; and
3. it has one level all the period long: else a line would say how much of it is of which level, to who knows the totals
   of each; and
4. no count of 1 to 4 dossiers of one procedure in any run of months, online or not, becomes certain that was not
   certain by the totals alone. It is uncertain where two procedures of the unit may have exchanged a dossier of one
   month for a dossier of another, and everything that is published would read the same: what is told of both, and in
   how many procedures of each month, quarter and year to date there were any, and any online.

For such an exchange both months must lie in one stretch of each procedure, a stretch being what lies between two
tellings of its line. Since the latest telling its sum is not known: there a single dossier may be another's. And the
catalogue is public: nothing is exchanged with a month in which it gives the procedure another level, or none.

A line that is told may not be told back, so what is certain by what was told before stays certain, and is not looked
for again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.statistics.disclosure import disclosed, few

CELLS = ["unit_code", "procedure_key", "group", "slot", "dossiers", "online"]
BARRED = ["unit_code", "procedure_key", "group", "slot"]
LINES = ["unit_code", "procedure_key", "dossiers", "online", "slot"]
_OWN = ["unit_code", "procedure_key"]
PARTNERS = 24  # the busiest procedures of a group that others are thought to exchange with: more hardly help
FIRST_PARTNERS = 6  # of them: most that can be protected are by these
Counts = NDArray[np.int64]
Marks = NDArray[np.bool_]


def told(
    cells: pd.DataFrame, lines: pd.DataFrame, months: Sequence[int], barred: pd.DataFrame | None = None
) -> pd.DataFrame:
    """unit_code, procedure_key, ``dossiers``, ``online``, ``slot``: the line that may be told, blank where none.

    Time is cut into slots, each within a month: ``months`` has their months, as ``12 * year + month - 1``. ``cells``,
    in ``CELLS``: dossiers by unit, procedure, group (of levels that share a published total) and slot; a procedure
    without any has one row of 0. ``lines``, in ``LINES``: what has been told, dossiers to the end of a slot (one after
    the last for what is later), ``online`` blank where it was not told. ``barred``, in ``BARRED``: the slots, also
    later ones, in which everybody knows that a procedure has no dossier of the group. ``online`` of a line is blank
    where it may not be told.
    """
    parts = cells.groupby([*_OWN, "group"], as_index=False)[["dossiers", "online"]].sum()
    found = parts.groupby(_OWN, as_index=False)[["dossiers", "online"]].sum()
    found = found.merge(disclosed(parts), on=_OWN, validate="1:1").merge(_lonely(parts), on=_OWN, validate="1:1")
    last = lines[lines["slot"] < len(months)].sort_values("slot").drop_duplicates(_OWN, keep="last")
    found = found.merge(last, "left", _OWN, suffixes=("", "_told"), validate="1:1")
    split = (found["split_shown"] & _apart(found, lines, split=True)).to_numpy(bool)
    barred = pd.DataFrame(columns=BARRED) if barred is None else barred
    anew = found["shown"] & ~found["lonely"] & _apart(found, lines, split=False) & _of_one_level(found, parts, barred)
    anew &= (split | found["online_told"].isna()) & (found["dossiers"] != found["dossiers_told"]).fillna(True)
    may = _uncertain_of_units(found, cells, lines, barred, np.asarray(months), anew.to_numpy(bool), split)
    fresh = found[_OWN].assign(dossiers=found["dossiers"], online=found["online"].where(split), slot=len(months) - 1)
    kept = found[[*_OWN, "dossiers_told", "online_told", "slot"]].set_axis(LINES, axis=1)
    types = dict.fromkeys(("dossiers", "online", "slot"), "Int64")
    return fresh.astype(types).where(pd.Series(may), kept.astype(types))


def _uncertain_of_units(
    found: pd.DataFrame,
    cells: pd.DataFrame,
    lines: pd.DataFrame,
    barred: pd.DataFrame,
    months: Counts,
    anew: Marks,
    split: Marks,
) -> Marks:
    """``_uncertain`` of each unit, whose procedures are the rows of ``found``."""
    may = np.zeros(len(found), bool)
    # Where nothing is to be told anew nothing becomes certain.
    asked = found["unit_code"].isin(found.loc[anew, "unit_code"])
    found, anew, split = found[asked], anew[asked], split[asked]
    cells, lines, barred = (part[part["unit_code"].isin(found["unit_code"])] for part in (cells, lines, barred))
    own = np.flatnonzero(asked)
    split_lines = lines[lines["online"].notna()]
    told_on = [part.groupby(_OWN)["slot"].agg(set).to_dict() for part in (lines, split_lines)]
    by_unit, barred_of = (dict(iter(table.groupby("unit_code"))) for table in (cells, barred))
    for unit, places in found.groupby("unit_code").indices.items():
        keys = pd.Index(found["procedure_key"].iloc[places])
        ends = [[sorted(map(int, told.get((unit, key), ()))) for key in keys] for told in told_on]
        history = _History.of(by_unit[unit], barred_of.get(unit, barred.iloc[:0]), keys, months)
        may[own[places]] = _uncertain(history, _Tellings(*ends), anew[places], split[places])
    return may


def _lonely(parts: pd.DataFrame) -> pd.DataFrame:
    """``lonely``: a few procedures of a group have dossiers online, or otherwise; or the procedure has none.

    The totals of months to come would soon be theirs, and what was told of any cannot be taken back.
    """
    has = pd.DataFrame({"online": parts["online"] > 0, "offline": parts["dossiers"] > parts["online"]})
    together = has.groupby([parts["unit_code"], parts["group"]]).transform("sum").to_numpy(np.int64)
    lonely = few(together).any(axis=1) | ~has.any(axis=1)
    return parts.assign(lonely=lonely).groupby(_OWN, as_index=False)["lonely"].any()


def _of_one_level(found: pd.DataFrame, parts: pd.DataFrame, barred: pd.DataFrame) -> pd.Series:
    """Whether each procedure has dossiers of one group alone, and could have them all the time."""
    known = pd.MultiIndex.from_frame(found[_OWN])
    several = parts.loc[parts.duplicated(_OWN), _OWN]
    moving = pd.MultiIndex.from_frame(pd.concat([several, barred[_OWN]]))
    return pd.Series(~known.isin(moving), found.index)


def _apart(found: pd.DataFrame, lines: pd.DataFrame, *, split: bool) -> pd.Series:
    """Whether each procedure's sums differ from all its lines by nothing or five at least; ``split``: in both parts."""
    both = lines.merge(found[[*_OWN, "dossiers", "online"]], on=_OWN, suffixes=("", "_now"))
    if split:
        both = both[both["online"].notna()]
    online = (both["online_now"] - both["online"]).fillna(0).to_numpy(np.int64)
    whole = (both["dossiers_now"] - both["dossiers"]).to_numpy(np.int64)
    near = few(np.abs(online)) | few(np.abs(whole - online)) if split else few(np.abs(whole))
    known = pd.MultiIndex.from_frame(found[_OWN])
    return pd.Series(~known.isin(pd.MultiIndex.from_frame(both.loc[near, _OWN])), found.index)


@dataclass(frozen=True)
class _History:
    """A unit's dossiers: ``counts`` by part (a procedure in a group), slot and online or not; ``possible`` by part
    and slot: whether it could have any; ``group`` and ``procedure`` of each part; ``months`` of the slots."""

    counts: Counts
    possible: Marks
    group: Counts
    procedure: Counts
    months: Counts

    @classmethod
    def of(cls, cells: pd.DataFrame, barred: pd.DataFrame, keys: pd.Index, months: Counts) -> "_History":
        by_part = cells.groupby(["procedure_key", "group"])
        part, of_part = by_part.ngroup().to_numpy(), by_part.size().index
        counts = np.zeros((len(of_part), len(months), 2), np.int64)
        np.add.at(counts[:, :, 0], (part, cells["slot"].to_numpy()), cells["online"].to_numpy(np.int64))
        offline = (cells["dossiers"] - cells["online"]).to_numpy(np.int64)
        np.add.at(counts[:, :, 1], (part, cells["slot"].to_numpy()), offline)
        barred = barred[barred["slot"] < len(months)]
        place = of_part.get_indexer(pd.MultiIndex.from_frame(barred[["procedure_key", "group"]]))
        possible = np.ones(counts.shape[:2], bool)
        possible[place[place >= 0], barred["slot"].to_numpy(np.int64)[place >= 0]] = False
        group = pd.factorize(of_part.get_level_values("group"))[0]
        return cls(counts, possible, group, keys.get_indexer(of_part.get_level_values("procedure_key")), months)

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


@dataclass(frozen=True)
class _Tellings:
    """For each procedure, or part, the slots at whose ends it was told, and those at which online and not, too."""

    whole: list[list[int]]
    split: list[list[int]]

    def of(self, procedures: Counts) -> "_Tellings":
        """Those of some procedures."""
        return _Tellings([self.whole[one] for one in procedures], [self.split[one] for one in procedures])

    def then(self, slot: int, anew: Marks, split: Marks) -> "_Tellings":
        """With those that are told ``anew`` at the end of ``slot``, ``split`` where they may be."""
        return _Tellings(
            [[*ends, slot] if now else ends for ends, now in zip(self.whole, anew, strict=True)],
            [[*ends, slot] if now else ends for ends, now in zip(self.split, anew & split, strict=True)],
        )


class _Stretches:
    """Between one telling of a part and the next: ``same`` for two slots, ``open`` since the latest."""

    def __init__(self, ends: list[list[int]], size: int) -> None:
        number = np.array([np.searchsorted(told, np.arange(size)) for told in ends])
        self.same: Marks = number[:, :, None] == number[:, None, :]
        self.open: Marks = number == np.array([len(told) for told in ends])[:, None]


def _uncertain(history: _History, before: _Tellings, anew: Marks, split: Marks) -> Marks:
    """Of the procedures that are to be told ``anew`` those that may be, so that nothing more becomes certain."""
    now = len(history.months) - 1
    may = anew.copy()
    for number in np.unique(history.group):
        parts = np.flatnonzero(history.group == number)
        own = history.procedure[parts]
        if not may[own].any():
            continue
        told_before = before.of(own)
        small = few(_runs(history.counts[parts]))
        protected = _Protection(history, parts, small)
        hidden = small & protected.by(told_before)
        while may[own].any():
            then = protected.by(told_before.then(now, may[own], split[own]))
            lost = np.where(may[own][:, None, None], small, hidden) & ~then
            betrayed = np.flatnonzero(lost.any(axis=(1, 2)))
            if not len(betrayed):
                break
            may[_withheld(history, parts, may[own], betrayed)] = False
    return may


def _withheld(history: _History, parts: Counts, anew: Marks, betrayed: Counts) -> Counts:
    """The procedures not to be told after all: the betrayed ones, where these are not told anyway the smallest."""
    own = betrayed[anew[betrayed]]
    if not len(own):
        candidates = np.flatnonzero(anew)
        own = candidates[[np.argmin(history.counts[parts[candidates]].sum(axis=(1, 2)))]]
    return history.procedure[parts[own]]


def _run_slots(size: int) -> Counts:
    """Runs × slots: 1 for the slots from each first to each last."""
    first, last = np.triu_indices(size)
    slots = np.arange(size)
    return ((first[:, None] <= slots) & (slots <= last[:, None])).astype(np.int64)


def _runs(counts: Counts) -> Counts:
    """Parts × runs of slots × (online, otherwise, both): the dossiers."""
    whole = np.concatenate([counts, counts.sum(axis=2, keepdims=True)], axis=2)
    return np.asarray(_run_slots(counts.shape[1]) @ whole)


class _Protection:
    """Whether the ``small`` counts of parts, as in ``_runs``, could be others, for who knows what is published.

    Most are protected by the busiest procedures; the others are looked for only for those that are not.
    """

    def __init__(self, history: _History, parts: Counts, small: Marks) -> None:
        self._history, self._parts, self._small = history, parts, small
        self._partners = _busiest(history, parts)
        self._first = self._exchanges(np.flatnonzero(small.any(axis=(1, 2))), self._partners[:FIRST_PARTNERS])

    def by(self, told: "_Tellings") -> Marks:
        """As ``_runs``; where a count is not small it may be left open."""
        stretches = _Stretched(told, len(self._history.months))
        found = np.zeros(self._small.shape, bool)
        found[self._first.rows] = self._first.protected(stretches)
        left = np.flatnonzero((self._small & ~found).any(axis=(1, 2)))
        if len(left) and len(self._partners) > FIRST_PARTNERS:
            found[left] = self._exchanges(left, self._partners).protected(stretches)
        return found

    def _exchanges(self, rows: Counts, partners: Counts) -> "_Exchanges":
        return _Exchanges(self._history, self._parts, rows, partners)


def _busiest(history: _History, parts: Counts) -> Counts:
    """Places in ``parts`` of those with dossiers in the most slots, a few of those without among them."""
    slots = (history.counts[parts].sum(axis=2) > 0).sum(axis=1)
    order = np.argsort(-slots, kind="stable")
    return order if len(order) <= PARTNERS else np.concatenate([order[: PARTNERS - 4], order[-4:]])


class _Stretched:
    """The stretches of parts, told with their split or not at all; ``never``: those of which nothing was told."""

    def __init__(self, told: _Tellings, size: int) -> None:
        self.whole, self.split = (_Stretches(ends, size) for ends in (told.whole, told.split))
        self.never: Marks = np.array([not ends for ends in told.whole], bool)


class _Exchanges:
    """What else could be true of one dossier of some ``rows`` among a group's ``parts`` by exchange with ``partners``;
    both are places in ``parts``. What does not depend on what was told is looked for once.
    """

    def __init__(self, history: _History, parts: Counts, rows: Counts, partners: Counts) -> None:
        self.rows, self.partners, self._size = rows, partners, len(history.months)
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

    def protected(self, told: _Stretched) -> Marks:
        """As ``_runs``, of the rows: whether the count could be another, for who knows what is published."""
        crosses, changes = self._exchanged(told)
        inside = _run_slots(self._size).astype(np.float32)
        reached = inside @ np.moveaxis(crosses, 3, 1).astype(np.float32)  # from the run, which other slots
        crossed = ((reached * (1 - inside)).sum(axis=3) > 0).swapaxes(1, 2)
        changed = inside @ changes.astype(np.float32) > 0
        never = (told.never[self.rows][:, None] & told.never[self.partners])[:, :, None, None]
        return np.asarray(crossed | changed | (self._interchange & never).any(axis=1))

    def _exchanged(self, told: _Stretched) -> tuple[Marks, Marks]:
        """By the last axis, of the count online, otherwise and in both: rows × slot × slot, whether one of the one slot
        may be of the other; rows × slot: whether there may be one more or less in the slot, whatever stands in others.
        """
        rows, partners, size = self.rows, self.partners, self._size
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
        return np.asarray((breaks @ windows == 0).reshape(*breaks.shape[:2], self._size, self._size))


def _interchangeable(history: _History, parts: Counts, rows: Counts, partners: Counts) -> Marks:
    """Rows × partners × as ``_runs``: whether the two could have changed places, were neither told at all."""
    runs = _runs(history.counts[parts])
    alone = np.bincount(history.procedure)[history.procedure[parts]] == 1
    has, never_has = (history.counts[parts].sum(axis=2) > 0).astype(int), (~history.possible[parts]).astype(int)
    fits = (has[rows] @ never_has[partners].T == 0) & (never_has[rows] @ has[partners].T == 0)
    pairs = alone[rows][:, None] & alone[partners] & fits
    return np.asarray((runs[rows][:, None] != runs[partners]) & pairs[:, :, None, None])
