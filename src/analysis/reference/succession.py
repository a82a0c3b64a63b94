"""Which series a dossier of a unit belongs to as of a day, after units were renamed, merged and divided.

Who was renamed or merged lives on in its successor, whose series holds what was the old unit's from the beginning.
Where a unit was divided its series ends, and those of the units that took over its parts begin anew on that day, and
with them what else went into these: no series reaches across a division. What happened after the day is not known.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

FIRST, LAST = pd.Timestamp(1900, 1, 1), pd.Timestamp(2200, 1, 1)  # before and after every day
Span = tuple[pd.Timestamp, str]  # from this day on a dossier of the unit belongs to this series


@dataclass(frozen=True)
class Succession:
    """``units``: all that ever were, with ``valid_from`` and ``valid_to`` where the file has them; ``successors``: rows
    of successors.csv. Figures are of the time from ``first`` to ``day``, both inclusive.
    """

    units: pd.DataFrame
    successors: pd.DataFrame
    first: date
    day: date

    @cached_property
    def days(self) -> pd.DataFrame:
        """valid_from and valid_to of each unit, open ones far away; beside ``units``."""
        ends = {"valid_from": FIRST, "valid_to": LAST}
        return pd.DataFrame(
            {
                name: self.units[name].fillna(end) if name in self.units else pd.Series(end, self.units.index)
                for name, end in ends.items()
            }
        )

    def valid_on(self, day: date) -> pd.Series:
        """Whether each of ``units`` was there on ``day``; what was to come after the as-of day had not come."""
        moment = pd.Timestamp(min(day, self.day))
        return (self.days["valid_from"] <= moment) & (moment < self.days["valid_to"])

    @cached_property
    def _steps(self) -> dict[str, Span]:
        """Who went whole into which unit, and when."""
        known = self._known
        whole = known[known["share"] == 1]
        return dict(zip(whole["old_code"], zip(whole["from"], whole["new_code"], strict=True), strict=True))

    @cached_property
    def _known(self) -> pd.DataFrame:
        return self.successors[self.successors["from"] <= pd.Timestamp(self.day)]

    @cached_property
    def anew(self) -> frozenset[str]:
        """The units that took over a part of one that was divided."""
        known = self._known
        return frozenset(known.loc[known["share"] != 1, "new_code"])

    def spans_of(self, code: str) -> list[Span]:
        """Which series a unit's dossiers belong to, by their day of receipt: from which day, the first ``FIRST``."""
        if code not in self._steps:
            return [(FIRST, code)]
        when, successor = self._steps[code]
        later = self.spans_of(successor)
        if successor not in self.anew:
            return later
        at_first = next(series for start, series in reversed(later) if start <= when)
        return [(FIRST, code), (when, at_first), *((start, series) for start, series in later if start > when)]

    def heirs(self, code: str) -> list[str]:
        """The units that a unit went whole into, one after the other."""
        found = []
        while code in self._steps:
            code = self._steps[code][1]
            found.append(code)
        return found

    def series_on(self, code: str, day: date) -> str:
        """The series of a dossier that the unit received on ``day``."""
        moment = pd.Timestamp(min(day, self.day))
        return next(series for start, series in reversed(self.spans_of(code)) if start <= moment)

    def series_of_day(self, day: date) -> dict[str, str]:
        """As ``series_on``, of all units at once that belong to another's series on ``day``."""
        moment = pd.Timestamp(min(day, self.day))
        there = self.series[(self.series["since"] <= moment) & (moment < self.series["until"])]
        return dict(zip(there["old_code"], there["series"], strict=True))

    @cached_property
    def series(self) -> pd.DataFrame:
        """old_code, since, until (half-open), series: where dossiers of a unit belong to another's series."""
        rows = []
        for code in self._steps:
            spans = self.spans_of(code)
            ends = [*(start for start, _ in spans[1:]), LAST]
            rows += [(code, start, end, series) for (start, series), end in zip(spans, ends, strict=True)]
        found = pd.DataFrame(rows, columns=["old_code", "since", "until", "series"])
        return found[found["old_code"] != found["series"]].reset_index(drop=True)

    @cached_property
    def past(self) -> pd.DataFrame:
        """Units that are not of the day and that dossiers may still be counted for, ``until`` which day (inclusive).

        ``shown``: they ended in the time that figures are of, with a series of their own.
        """
        own = [self.spans_of(code)[0][1] == code for code in self.units["unit_code"]]
        over = self.days["valid_to"] <= pd.Timestamp(self.day)
        found = self.units.assign(
            until=self.days["valid_to"] - pd.Timedelta(days=1),
            shown=over & (self.days["valid_to"] > pd.Timestamp(self.first)),
        )
        return found[pd.Series(own, found.index) & ~self.valid_on(self.day)]

    @cached_property
    def holders(self) -> dict[str, str]:
        """Whose series holds the dossiers of each unit that has none of its own any more."""
        whole = self.series[self.series["since"] == FIRST]
        return dict(zip(whole["old_code"], whole["series"], strict=True))

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The new code of each unit that was but renamed, the last of several."""
        into = Counter(new for _, new in self._steps.values())
        began = dict(zip(self.units["unit_code"], self.days["valid_from"], strict=True))
        plain = {
            old: new
            for old, (when, new) in self._steps.items()
            if into[new] == 1 and new not in self.anew and began[new] == when
        }
        return {old: _last(plain, old) for old in plain}

    def begins(self, code: str) -> pd.Timestamp | None:
        """The day on which the unit's series begins, where it began in the time that figures are of."""
        start = self.days["valid_from"][self.units["unit_code"] == code]
        inside = len(start) and pd.Timestamp(self.first) < start.iloc[0] <= pd.Timestamp(self.day)
        return start.iloc[0] if inside and not self.merged_into(code) else None

    def merged_into(self, code: str) -> Iterable[tuple[str, pd.Timestamp]]:
        """The units, with the days on which they went into it, whose dossiers the unit's series holds from before."""
        whole = self.series[(self.series["series"] == code) & (self.series["since"] == FIRST)]
        return [(old, self._steps[old][0]) for old in whole["old_code"]]


def _last(steps: dict[str, str], code: str) -> str:
    while code in steps:
        code = steps[code]
    return code
