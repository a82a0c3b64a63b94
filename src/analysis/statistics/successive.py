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

import numpy as np
import pandas as pd

from analysis.statistics.disclosure import disclosed, few
from analysis.statistics.exchanges import Exchanges, Tellings
from analysis.statistics.histories import Counts, Histories, History, Marks

CELLS = ["unit_code", "procedure_key", "group", "slot", "dossiers", "online"]
BARRED = ["unit_code", "procedure_key", "group", "slot"]
LINES = ["unit_code", "procedure_key", "dossiers", "online", "slot"]
_OWN = ["unit_code", "procedure_key"]
_BLOCK = 2**19  # parts × slots × slots that are looked at together, some dozens of numbers each: memory stays flat


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
    units = found.loc[anew, "unit_code"].unique()
    asked = found["unit_code"].isin(units)
    found, anew, split = found[asked], anew[asked], split[asked]
    cells, lines, barred = (part[part["unit_code"].isin(units)] for part in (cells, lines, barred))
    own = np.flatnonzero(asked)
    told_on = [_ends(part, found, len(months)) for part in (lines, lines[lines["online"].notna()])]
    histories = Histories(found, cells, barred, months)
    for rows in histories.blocks(_BLOCK // len(months) ** 2):
        before = Tellings(*(ends[rows] for ends in told_on))
        may[own[rows]] = _uncertain(histories.of(rows), before, anew[rows], split[rows])
    return may


def _ends(lines: pd.DataFrame, found: pd.DataFrame, size: int) -> Marks:
    """Rows of ``found`` × slots, and one for what is later: at whose ends the procedure was told."""
    row = pd.MultiIndex.from_frame(found[_OWN]).get_indexer(pd.MultiIndex.from_frame(lines[_OWN]))
    ends = np.zeros((len(found), size + 1), bool)
    ends[row[row >= 0], lines["slot"].to_numpy(np.int64)[row >= 0]] = True
    return ends


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


def _uncertain(history: History, before: Tellings, anew: Marks, split: Marks) -> Marks:
    """Of the procedures that are to be told ``anew`` those that may be, so that nothing more becomes certain."""
    now, group = len(history.months) - 1, history.group
    may = anew.copy()
    exchanges = Exchanges(history, np.isin(group, group[may[history.procedure]]))
    while len(exchanges.rows):
        lost = exchanges.small & ~exchanges.protected(before.then(now, may, split))
        others = lost.any(axis=(0, 1)) & ~may[history.procedure[exchanges.rows]]
        if others.any():  # of those only what was uncertain before
            lost[..., others] &= exchanges.of(others).protected(before)
        betrayed = exchanges.rows[lost.any(axis=(0, 1))]
        may[_withheld(history, may[history.procedure], betrayed)] = False
        unsettled = np.intersect1d(group[betrayed], group[may[history.procedure]])
        exchanges = exchanges.of(np.isin(group[exchanges.rows], unsettled))
    return may


def _withheld(history: History, anew: Marks, betrayed: Counts) -> Counts:
    """The procedures not to be told after all: of each group the betrayed ones, where these are not told anyway the
    smallest; ``anew`` and ``betrayed`` are parts.
    """
    group = history.group
    own = betrayed[anew[betrayed]]
    candidates = np.flatnonzero(anew & np.isin(group, np.setdiff1d(group[betrayed], group[own])))
    by_size = candidates[np.lexsort((history.counts[candidates].sum(axis=(1, 2)), group[candidates]))]
    smallest = by_size[np.unique(group[by_size], return_index=True)[1]]
    return np.asarray(history.procedure[np.concatenate([own, smallest])])
