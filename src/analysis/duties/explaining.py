"""The one way of counting that explains why a unit's report differs from the own count: found, or left unexplained.

Each way predicts every cell of a report. A way is weighed by what it needs: each of its rules, and each error that it
leaves, of which a slip of one digit is the likeliest. A way is named where it needs clearly less than any other, so

- a cell that a way would change and that is as the own way has it speaks against the way, whatever it explains else;
- what a slip of a digit explains as well is nobody's way of counting: a typing error stays unexplained, and so does a
  difference of one cell between small numbers;
- where two ways predict the same, the one is named that the unit's other reports follow, else none.

Totals are no evidence of their own: an error in a total counts where its parts do not bring it about.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.reference.explanations import AND, Rule
from analysis.reference.unit_reports import Sum

EQUAL, EXPLAINED, UNEXPLAINED = "equal", "explained", "unexplained"
_RULE, _SECOND, _SLIP, _ERROR, _CLEARLY = 1.5, 2.0, 1.0, 2.0, 0.5
_USUAL = 2  # other reports that show which way a unit follows
_CHANCE = 2  # of the counts that one dossier makes, among those received and among what became of them
Counts = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class _Way:
    """A way of counting as it fits one report: what it ``needs``, which differing cells it explains. One that is not
    ``sure`` is named only where the unit's other reports follow it: one dossier makes all the difference, or a cell
    speaks against it that may have been mistyped and it explains no more cells than it leaves wrong.
    """

    rule: str
    needs: float
    explains: Marks
    predicted: tuple[int, ...]
    sure: bool


def pairs(rules: Iterable[Rule]) -> list[Rule]:
    """The rules two by two, those that can be followed at once."""
    return [both for one, other in combinations(rules, 2) if (both := one.beside(other))]


def explain(
    reports: pd.DataFrame, own: pd.DataFrame, ways: pd.DataFrame, sums: Sequence[Sum], keys: list[str]
) -> pd.DataFrame:
    """The ``reports`` with ``ours``, ``difference``, ``rule`` ("" for none) and ``status``.

    ``reports`` has a row per cell: ``keys``, of which unit_code is one, cell, reported. ``own`` has ``keys``, cell,
    count; ``ways`` rule, ``keys``, cell, count.
    """
    rows = reports.merge(own.rename(columns={"count": "ours"}), "left", [*keys, "cell"])
    rows = rows.assign(difference=rows["reported"] - rows["ours"], rule="", status=EQUAL)
    rows.loc[rows["difference"] != 0, "status"] = UNEXPLAINED
    candidates = list(_reports(rows, ways, sums, keys))
    follows: dict[str, Counter[str]] = defaultdict(Counter)
    for unit, _, found in candidates:
        follows[unit].update([found[0].rule] if len(found) == 1 and found[0].sure else [])
    for unit, places, found in candidates:
        if way := _chosen(found, follows[unit]):
            named = places[way.explains]
            rows.loc[named, "rule"], rows.loc[named, "status"] = way.rule, EXPLAINED
    return rows


def _reports(
    rows: pd.DataFrame, ways: pd.DataFrame, sums: Sequence[Sum], keys: list[str]
) -> Iterator[tuple[str, NDArray[Any], list[_Way]]]:
    """Of each report that differs: its unit, the labels of its rows, the ways that fit it best."""
    predicted = dict(iter(ways.groupby(keys))) if len(ways) else {}
    for key, report in rows.groupby(keys, sort=True):
        if (report["difference"] == 0).all() or key not in predicted:
            continue
        cells = list(report["cell"])
        wide = predicted[key].pivot(index="rule", columns="cell", values="count")[cells]
        counts = dict(zip(wide.index, wide.to_numpy(np.int64), strict=True))
        own, reported = report["ours"].to_numpy(np.int64), report["reported"].to_numpy(np.int64)
        yield (
            report["unit_code"].iloc[0],
            report.index.to_numpy(),
            _best(_ways(own, reported, counts, _Form(cells, sums))),
        )


def _chosen(found: list[_Way], follows: Counter[str]) -> _Way | None:
    """Of the ways that fit a report best the only one where it is sure, else the one that the unit ``follows`` in its
    other reports, where several say so and none says otherwise.
    """
    if len(found) == 1 and found[0].sure:
        return found[0]
    usual = [way for way in found if follows[way.rule] >= _USUAL and len(follows) == 1]
    return usual[0] if usual else None


def _best(ways: list[_Way]) -> list[_Way]:
    """Those that need least, and clearly less than every other that is not one of them; ``ways[0]`` is the own way.

    Of a rule and pairs of it with others that need as much, the rule alone.
    """
    least = min(way.needs for way in ways)
    near = [way for way in ways if way.needs < least + _CLEARLY]
    shared = [way for way in near if all(way.rule in other.rule.split(AND) for other in near if other is not way)]
    near = shared if len(shared) == 1 and shared[0].rule else near
    return near if ways[0] not in near and len({way.predicted for way in near}) == 1 else []


def _ways(own: Counts, reported: Counts, ways: dict[str, Counts], form: "_Form") -> list[_Way]:
    """The own way, and every other that no cell speaks against but one that was mistyped."""
    nothing = np.zeros(len(own), bool)
    found = [_Way("", form.errors(reported, own), nothing, tuple(own), False)]
    for rule, predicted in ways.items():
        changed, wrong = predicted != own, predicted != reported
        explains, against = changed & ~wrong, changed & wrong
        if explains.any() and (not against.any() or _mistyped(against, reported, predicted, form)):
            needs = form.errors(reported, predicted) + _RULE + _SECOND * (AND in rule)
            moved = np.abs(predicted - own)[explains & form.leaves]
            left = len(form.origins(reported, predicted))
            enough = moved.sum() > _CHANCE if not against.any() else len(moved) > left and AND not in rule
            found.append(_Way(rule, needs, explains, tuple(predicted), bool(enough)))
    return found


def _mistyped(against: Marks, reported: Counts, predicted: Counts, form: "_Form") -> bool:
    """Whether what speaks against a way comes of one mistyped cell."""
    places = [place for place in form.origins(reported, predicted) if against[place]]
    return len(places) == 1 and is_slip(int(reported[places[0]]), int(predicted[places[0]]))


class _Form:
    """Which cells a report has, and what adds up in it."""

    def __init__(self, cells: Sequence[str], sums: Sequence[Sum]) -> None:
        place = {cell: number for number, cell in enumerate(cells)}
        known = [one for one in sums if one.whole in place and all(part in place for part in one.parts)]
        self.sums = [(place[one.whole], [place[part] for part in one.parts]) for one in known]
        self.leaves = np.ones(len(cells), bool)
        self.leaves[[whole for whole, _ in self.sums]] = False

    def origins(self, reported: Counts, predicted: Counts) -> list[int]:
        """The cells that are wrong where this was reported and that was counted, but wholes that are so as their parts
        are.
        """
        off = reported - predicted
        followed = {whole for whole, parts in self.sums if off[whole] == off[parts].sum()}
        return [int(place) for place in np.flatnonzero(off) if place not in followed]

    def errors(self, reported: Counts, predicted: Counts) -> float:
        """What it takes to have reported this where that was counted."""
        wrong = self.origins(reported, predicted)
        return sum(_SLIP if is_slip(int(reported[place]), int(predicted[place])) else _ERROR for place in wrong)


def is_slip(written: int, meant: int) -> bool:
    """Whether a typing error makes the one of the other: one digit wrong, one too many or missing, two swapped."""
    one, other = str(written), str(meant)
    if len(one) == len(other):
        differ = [place for place in range(len(one)) if one[place] != other[place]]
        swapped = len(differ) == 2 and differ[1] == differ[0] + 1 and sorted(one) == sorted(other)
        return len(differ) == 1 or swapped
    longer, shorter = sorted((one, other), key=len, reverse=True)
    cut = (longer[:place] + longer[place + 1 :] for place in range(len(longer)))
    return len(longer) == len(shorter) + 1 and shorter in cut
