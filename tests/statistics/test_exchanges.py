"""What may be exchanged, asked of many units and of all partners at once, is what one after the other would find."""

from itertools import product

import numpy as np
import pytest

from analysis.statistics.exchanges import Exchanges, Tellings
from analysis.statistics.histories import History

YEAR = 12 * 2020
ONLINE, OTHERWISE, BOTH = range(3)


def units(seed: int) -> tuple[History, Tellings]:
    """Made-up units of five slots, the last two of one month, with procedures that cannot have dossiers in each."""
    chance = np.random.default_rng(seed)
    sizes = chance.integers(2, 7, 4)
    parts = int(sizes.sum())
    possible = chance.random((parts, 5)) < chance.choice([0.5, 0.9, 1.0], (parts, 1))
    counts = chance.poisson(chance.choice([0.1, 0.5, 2.0], (parts, 1, 1)), (parts, 5, 2)) * possible[:, :, None]
    procedure = np.arange(parts)
    procedure[1:] -= np.cumsum(chance.random(parts - 1) < 0.1)  # one in ten has a part in the group before, too
    whole = chance.random((procedure.max() + 1, 6)) < chance.choice([0.0, 0.3])
    split = whole & (chance.random(whole.shape) < 0.5)
    months = YEAR + np.array([0, 1, 2, 3, 3])
    group = np.repeat(np.arange(4), sizes)
    return History(counts, possible, group, procedure, months), Tellings(whole, split)


class Plain:
    """The same, by loops over the definition."""

    def __init__(self, history: History, told: Tellings) -> None:
        self.history, self.told = history, told
        slots = range(len(history.months))
        months = {int(month) for month in history.months}
        self.windows = [
            {slot for slot in slots if low <= history.months[slot] <= month}
            for month in months
            for low in (month, month // 3 * 3, min(months))
        ]
        self.sums = {
            (part, number, kind): sum(
                history.counts[other, slot, ONLINE] + (history.counts[other, slot, OTHERWISE] if kind == "any" else 0)
                for other in np.flatnonzero(history.procedure == history.procedure[part])
                for slot in window
            )
            for part in range(len(history.counts))
            for number, window in enumerate(self.windows)
            for kind in ("any", "online")
        }

    def steady(self, part: int) -> bool:
        alone = (self.history.procedure == self.history.procedure[part]).sum() == 1
        return bool(alone and self.history.possible[part].all())

    def moves(self, giver: int, taker: int, number: int, kinds: tuple[str, ...]) -> bool:
        """Whether no count of procedures of a window changes when one of the giver's is the taker's."""
        for kind in kinds:
            loses, gains = self.sums[giver, number, kind] == 1, self.sums[taker, number, kind] == 0
            both = self.steady(giver) and self.steady(taker)
            if (loses != gains) if both else (loses or gains):
                return False
        return True

    def fits(self, giver: int, taker: int, kinds: tuple[str, ...], inside: set[int], outside: set[int]) -> bool:
        return all(
            self.moves(giver, taker, number, kinds)
            for number, window in enumerate(self.windows)
            if inside <= window and not outside & window
        )

    def same(self, part: int, one: int, other: int, ends: np.ndarray) -> bool:
        """Whether the procedure was told at no end between two slots."""
        return not ends[self.history.procedure[part], min(one, other) : max(one, other)].any()

    def open(self, part: int, slot: int, ends: np.ndarray) -> bool:
        return not ends[self.history.procedure[part], slot:].any()

    def free(self, part: int, slot: int) -> bool:
        return self.open(part, slot, self.told.whole) and self.open(part, slot, self.told.split)

    def gives(self, row: int, partner: int, kind: int, slot: int, other: int) -> bool:
        """Whether one of the row's of the slot may be the partner's, for all windows without the other slot."""
        return bool(self.history.possible[partner, slot]) and self.fits(row, partner, _COUNTED[kind], {slot}, {other})

    def takes(self, row: int, partner: int, kind: int, slot: int, other: int) -> bool:
        has = self.history.counts[partner, other, kind] and self.history.possible[row, other]
        return bool(has) and self.fits(partner, row, _COUNTED[kind], {other}, {slot})

    def found(self, row: int) -> tuple[set[tuple[int, int, int]], set[tuple[int, int]]]:
        """(count, slot, other slot) of what may cross, and (count, slot) of what may change by itself."""
        history = self.history
        partners = [part for part in np.flatnonzero(history.group == history.group[row]) if part != row]
        slots = range(len(history.months))
        crosses, changes = set(), set()
        for kind, slot, other in product((ONLINE, OTHERWISE), slots, slots):
            if not history.counts[row, slot, kind]:
                continue
            both = self.same(row, slot, other, self.told.whole) and self.same(row, slot, other, self.told.split)
            whole = self.same(row, slot, other, self.told.whole)
            apart = whole and self.open(row, slot, self.told.split) and self.open(row, other, self.told.split)
            givers, takers = [], []
            for partner in partners:
                gives = self.gives(row, partner, kind, slot, other)
                if gives and self.takes(row, partner, kind, slot, other) and both and self._both(partner, slot, other):
                    crosses.add((kind, slot, other))
                if self.free(partner, slot) and gives and self._none(partner, kind, slot, other, 0):
                    givers.append(partner)
                takes = self.takes(row, partner, kind, slot, other)
                if self.free(partner, other) and takes and self._none(partner, kind, slot, other, 1):
                    takers.append(partner)
                swaps = gives and self.takes(row, partner, 1 - kind, slot, other)
                first, second = (row, partner) if kind == ONLINE else (partner, row)
                swaps = swaps and self.fits(first, second, ("online",), {slot, other}, set())
                if swaps and apart and self._apart(partner, slot, other):
                    crosses.add((BOTH, slot, other))
                    changes |= {(kind, slot), (1 - kind, other)}
            if givers and takers and both:
                crosses.add((kind, slot, other))
        for kind, slot, partner in product((ONLINE, OTHERWISE), slots, partners):
            lost = history.counts[row, slot, kind] and history.possible[partner, slot]
            won = history.counts[partner, slot, kind] and history.possible[row, slot]
            lost = lost and self.fits(row, partner, _COUNTED[kind], {slot}, set())
            won = won and self.fits(partner, row, _COUNTED[kind], {slot}, set())
            if (lost or won) and self.free(row, slot) and self.free(partner, slot):
                changes |= {(kind, slot), (BOTH, slot)}
        return crosses | {(BOTH, slot, other) for _, slot, other in crosses}, changes

    def _both(self, part: int, slot: int, other: int) -> bool:
        return self.same(part, slot, other, self.told.whole) and self.same(part, slot, other, self.told.split)

    def _apart(self, part: int, slot: int, other: int) -> bool:
        whole = self.same(part, slot, other, self.told.whole)
        return whole and self.open(part, slot, self.told.split) and self.open(part, other, self.told.split)

    def _none(self, part: int, kind: int, slot: int, other: int, count: int) -> bool:
        """Whether the part's procedure has so many in no window with both slots."""
        return not any(
            self.sums[part, number, name] == count
            for number, window in enumerate(self.windows)
            if {slot, other} <= window
            for name in _COUNTED[kind]
        )

    def interchangeable(self, row: int, first: int, last: int, count: int) -> bool:
        """Whether another procedure, told as little, could have had the row's dossiers and the row its."""
        history = self.history
        alone = [(history.procedure == number).sum() == 1 for number in history.procedure]
        for part in np.flatnonzero(history.group == history.group[row]):
            never = not self.told.whole[history.procedure[[row, part]]].any()
            fit = all(
                not (history.counts[one, slot].any() and not history.possible[other, slot])
                for one, other in ((row, part), (part, row))
                for slot in range(len(history.months))
            )
            differs = _in_run(history, row, first, last, count) != _in_run(history, part, first, last, count)
            if never and alone[row] and alone[part] and fit and differs:
                return True
        return False


_COUNTED = {ONLINE: ("any", "online"), OTHERWISE: ("any",)}


def _in_run(history: History, part: int, first: int, last: int, count: int) -> int:
    of_run = history.counts[part, first : last + 1].sum(axis=0)
    return int(of_run.sum() if count == BOTH else of_run[count])


@pytest.mark.parametrize("seed", range(25))
def test_what_may_be_exchanged_is_what_the_definition_says(seed: int) -> None:
    history, told = units(seed)
    exchanges, plain = Exchanges(history, np.ones(len(history.group), bool)), Plain(history, told)
    found = exchanges.protected(told) & exchanges.small
    runs = list(zip(*np.triu_indices(len(history.months)), strict=True))
    assert exchanges.small.any()
    for place, row in enumerate(exchanges.rows):
        crosses, changes = plain.found(row)
        for (run, (first, last)), count in product(enumerate(runs), (ONLINE, OTHERWISE, BOTH)):
            if not exchanges.small[run, count, place]:
                continue
            inside = range(first, last + 1)
            expected = (
                any((one in inside) != (other in inside) and kind == count for kind, one, other in crosses)
                or any((count, slot) in changes for slot in inside)
                or plain.interchangeable(row, first, last, count)
            )
            assert found[run, count, place] == expected, (row, first, last, count)
