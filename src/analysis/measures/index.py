"""Composite indices (``index.csv``): points by group and in all, from the rows of ``attainment.csv`` alone.

In exact arithmetic, so that units with the same points share a rank. What cannot be counted brings no points and asks
for none: a unit's value is what it earned of what it could, and both stand beside it.
"""

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from analysis.reference.decision import Decision, Target
from analysis.reference.groups import is_group
from analysis.reference.index import Index, IndexGroup, Member

INDEX_COLUMNS = [
    *("decision", "index_id", "group_id", "unit_code", "unit_name", "tier", "month", "as_of"),
    *("points", "possible", "value", "rank", "ranked_units"),
]
WHOLE = ""  # in place of a group: the index
_DECIMALS = 6
_Counts = dict[tuple[str, str, str], tuple[int, int]]  # by unit or group, target and reading


class _Earned(NamedTuple):
    points: Fraction
    possible: Fraction

    @property
    def value(self) -> Fraction | None:
        return self.points / self.possible if self.possible else None


def indices(attainment: pd.DataFrame, decision: Decision, ended: Collection[str] = ()) -> pd.DataFrame:
    """One row per index, unit or group and group of the index ("" for the index itself), in ``INDEX_COLUMNS``.

    ``attainment`` as in attainment.csv, of which the last month's rows to date count. ``value`` = ``points`` /
    ``possible``, a share of one, blank where nothing is possible. ``rank`` 1 is the highest value of the index among
    the ``ranked_units``, those of the tier or all of them, as the index says; groups of units have none, nor have the
    units that ``ended``.
    """
    if not decision.index:
        return pd.DataFrame(columns=INDEX_COLUMNS)
    rows = attainment[(attainment["window"] == "to_date") & (attainment["month"] == attainment["month"].max())]
    counted = rows[["unit_code", "target_id", "reading"]].itertuples(index=False, name=None)
    counts = dict(zip(counted, zip(rows["numerator"], rows["denominator"], strict=True), strict=True))
    units = rows[["decision", "unit_code", "unit_name", "tier", "month", "as_of"]].drop_duplicates("unit_code")
    targets = {target.id: target for target in decision.targets}
    parts = [_ranked(_of_index(index, units, counts, targets), index, ended) for index in decision.index]
    whole = pd.concat(parts, ignore_index=True)
    for name in ("points", "possible", "value"):
        whole[name] = whole[name].map(float, na_action="ignore").astype("float64").round(_DECIMALS)
    return whole.sort_values(["index_id", "unit_code", "group_id"], ignore_index=True)[INDEX_COLUMNS]


def part_of_points(numerator: int, denominator: int, member: Member, target: Target) -> Fraction:
    """The part of a member's points that a share of so many brings, from 0 to ``most``."""
    value = Fraction(int(numerator), int(denominator))
    full_at = target.minimum if member.full_at is None else member.full_at
    if member.rule == "threshold" or not full_at:
        return Fraction(int(value >= full_at))
    return min(value / full_at, member.most)


def _of_index(index: Index, units: pd.DataFrame, counts: _Counts, targets: dict[str, Target]) -> pd.DataFrame:
    found = []
    for code in units["unit_code"]:
        earned = {group.id: _earned(group, code, counts, targets) for group in index.groups}
        of_all = _Earned(*(sum(side, Fraction(0)) for side in zip(*earned.values(), strict=True)))
        found += [(code, name, *one, one.value) for name, one in ({WHOLE: of_all} | earned).items()]
    table = pd.DataFrame(found, columns=["unit_code", "group_id", "points", "possible", "value"], dtype=object)
    return table.merge(units, on="unit_code").assign(index_id=index.id)


def _earned(group: IndexGroup, code: str, counts: _Counts, targets: dict[str, Target]) -> _Earned:
    known = list(_known(group, code, counts, targets))
    weights = sum((weight for weight, _ in known), Fraction(0))
    if not weights:
        return _Earned(Fraction(0), Fraction(0))
    points = group.weight * sum((weight * part for weight, part in known), Fraction(0)) / weights
    return _Earned(min(points, group.cap or group.weight), group.cap or group.weight)


def _known(
    group: IndexGroup, code: str, counts: _Counts, targets: dict[str, Target]
) -> Iterator[tuple[Fraction, Fraction]]:
    """Weight and part of its points of each member that has anything to count."""
    for member in group.members:
        numerator, denominator = counts.get((code, member.target, member.reading), (0, 0))
        if denominator:
            yield member.weight, part_of_points(numerator, denominator, member, targets[member.target])


def _ranked(table: pd.DataFrame, index: Index, ended: Collection[str]) -> pd.DataFrame:
    """With the ranks of the index itself; units of which nothing can be counted have none."""
    among = (table["group_id"] == WHOLE) & ~table["unit_code"].map(is_group) & table["value"].notna()
    among &= ~table["unit_code"].isin(ended)
    some = table[among]
    by = some["tier"] if index.order == "tier" else pd.Series("", index=some.index)
    order = {value: place for place, value in enumerate(sorted(set(some["value"]), reverse=True))}
    placed = some["value"].map(order).groupby(by)
    ranks = placed.rank(method="min") if len(some) else some["value"]
    return table.assign(rank=ranks.astype("float64"), ranked_units=placed.transform("size").astype("float64"))
