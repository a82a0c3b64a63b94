"""What is counted of how online dossiers were filed: each signal by unit and window, a numerator and a denominator.

Signals of single dossiers (``rushed``, ``burst``, ``sequence``) need the time of filing; ``outside`` too, where few
speak: citizens file in the evening as well, staff do not. ``burst`` counts stretches of time, not dossiers: those of
one stretch are one event. ``switching`` and ``new`` look at online dossiers of a month beside the month before, where
all dossiers stayed flat and where they grew.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import stats

from analysis.duties.filings import BLOCK, BURST, RUSHED, SEQUENCE
from analysis.measures.expressions import month_number
from analysis.reference.substance import SubstanceRules

OUTSIDE, LAST_DAYS, SINGLE, SINGLE_LATE = "outside", "last_days", "single", "single_late"
SWITCHING, NEW = "switching", "new"
SIGNALS = (RUSHED, BURST, OUTSIDE, LAST_DAYS, SEQUENCE, SINGLE, SINGLE_LATE, SWITCHING, NEW)
NEED_TIMES = (RUSHED, BURST, OUTSIDE, SEQUENCE)
MONTH, TO_DATE = "month", "to_date"
COUNTED = ["unit_code", "window", "month", "signal", "online", "numerator", "denominator", "expected"]
_KEYS = ["unit_code", "month"]
# signal: its numerator and its denominator among the sums by month
_PARTS = {
    RUSHED: ("rushed", "clocked"),
    BURST: ("bursts", "blocks"),
    OUTSIDE: ("outside", "timed"),
    LAST_DAYS: ("last_days", "whole"),
    SEQUENCE: ("sequence", "timed"),
}


@dataclass(frozen=True)
class Filed:
    """How dossiers were filed, as ``filings`` has it: by unit and month, in stretches of time (``bursts``), by
    procedure, and those of every channel.
    """

    months: pd.DataFrame
    stretches: pd.DataFrame
    procedures: pd.DataFrame
    every: pd.DataFrame


def counted(filed: Filed, rules: SubstanceRules, last_day: date) -> pd.DataFrame:
    """Every signal of every unit and window of ``least`` online dossiers or more, in ``COUNTED``; months as numbers.

    Only a month that has ended by ``last_day`` has last days.
    """
    sums, last = _sums(filed, rules, last_day), month_number(last_day)
    whole = sums.groupby("unit_code", as_index=False).sum().assign(month=last)
    parts = [_of_sums(sums, MONTH), _of_sums(whole, TO_DATE), _of_procedures(filed.procedures, whole, last)]
    rows = pd.concat([*parts, _beside_month_before(filed, rules)], ignore_index=True)
    kept = (rows["online"] >= rules.least) & (rows["denominator"] > 0)
    of_dossiers = ~rows["signal"].isin([BURST, SINGLE, SINGLE_LATE])
    kept &= ~of_dossiers | (rows["denominator"] >= rules.least)
    return rows.loc[kept, COUNTED].reset_index(drop=True)


def bursts(blocks: pd.DataFrame, rules: SubstanceRules) -> pd.DataFrame:
    """``blocks`` with ``burst``: far more than the same hour of the unit's other days in the month lets expect.

    One dossier is added to those of the other days, so that an hour without any expects a little.
    """
    hour, day = [*_KEYS, "hour"], [*_KEYS, "day"]
    of_hour = blocks.groupby(hour)["dossiers"].transform("sum")
    of_day = blocks.groupby([*day, "hour"])["dossiers"].transform("sum")
    days = blocks.groupby(_KEYS)["day"].transform("nunique")
    rate = (of_hour - of_day + 1) / days * rules.burst.minutes / 60
    chance = stats.poisson.sf(blocks["dossiers"] - 1, rate)
    is_burst = (blocks["dossiers"] >= rules.burst.least) & (chance <= float(rules.burst.chance))
    return blocks.assign(burst=is_burst)[[*BLOCK, "dossiers", "burst"]]


def _sums(filed: Filed, rules: SubstanceRules, last_day: date) -> pd.DataFrame:
    """By unit and month: ``filed.months`` with ``blocks`` and ``bursts``, ``whole`` (online dossiers of a month that
    has ended) and how many of these the calendar lets expect in its last days (``usual``).
    """
    by_block = filed.stretches.assign(blocks=1).groupby(_KEYS, as_index=False)[["blocks", "burst"]].sum()
    sums = filed.months.merge(by_block.rename(columns={"burst": "bursts"}), "left", _KEYS)
    sums = sums.fillna({"blocks": 0, "bursts": 0}).astype({"blocks": "int64", "bursts": "int64"})
    ended = sums["month"] < month_number(last_day + timedelta(days=1))
    sums = sums.assign(whole=sums["online"].where(ended, 0), last_days=sums["last_days"].where(ended, 0))
    return sums.assign(usual=sums["whole"] * rules.last_days.days / _length(sums["month"]))


def _of_sums(sums: pd.DataFrame, window: str) -> pd.DataFrame:
    parts = []
    for signal, (numerator, denominator) in _PARTS.items():
        rows = sums.assign(window=window, signal=signal, numerator=sums[numerator], denominator=sums[denominator])
        expected = sums["usual"] / sums["whole"].where(sums["whole"] > 0) if signal == LAST_DAYS else np.nan
        parts.append(rows.assign(expected=expected)[COUNTED])
    return pd.concat(parts, ignore_index=True)


def _of_procedures(procedures: pd.DataFrame, whole: pd.DataFrame, last: int) -> pd.DataFrame:
    """Procedures with exactly one online dossier to date, and of these those whose one came in the last month."""
    alone = procedures["dossiers"] == 1
    marks = procedures.assign(any=1, alone=alone, late=alone & (procedures["last"] == last))
    sums = marks.groupby("unit_code", as_index=False)[["any", "alone", "late"]].sum()
    sums = sums.merge(whole[["unit_code", "month", "online"]], on="unit_code").assign(window=TO_DATE, expected=np.nan)
    parts = [
        sums.assign(signal=signal, numerator=sums[numerator], denominator=sums[denominator])
        for signal, numerator, denominator in ((SINGLE, "alone", "any"), (SINGLE_LATE, "late", "alone"))
    ]
    return pd.concat(parts, ignore_index=True)[COUNTED]


def _beside_month_before(filed: Filed, rules: SubstanceRules) -> pd.DataFrame:
    """Online dossiers of a month among those of both, where all dossiers stayed as many (``switching``) or grew."""
    both = filed.every.merge(filed.months[[*_KEYS, "online"]], "left", _KEYS)
    both = both.fillna({"online": 0}).astype({"online": "int64"})
    before = both.assign(month=both["month"] + 1).rename(columns={"online": "online_before", "dossiers": "before"})
    both = both.merge(before, on=_KEYS)
    change = both["dossiers"] / both["before"] - 1
    flat = float(rules.switching.flat)
    signal = np.select([change.abs() <= flat, change > flat], [SWITCHING, NEW], "")
    rows = both.assign(signal=signal, window=MONTH, numerator=both["online"], expected=np.nan)
    rows = rows.assign(denominator=rows["online"] + rows["online_before"])
    return rows.loc[rows["signal"] != "", COUNTED]


def _length(months: pd.Series) -> pd.Series:
    """Days of each month."""
    first = pd.to_datetime({"year": months // 12, "month": months % 12 + 1, "day": 1})
    return first.dt.days_in_month
