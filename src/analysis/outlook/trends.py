"""Trends (``trends.csv``): where each target of each unit is heading, month by month, and whether that is a signal.

Built on single months, never on the values to date, whose points share their data. A month is judged when
it is complete and settled: when hardly more of its online dossiers wait for a result than of older
months'. Otherwise every series would seem to fall at its end.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from analysis.measures.history import History
from analysis.outlook.discoveries import discovered
from analysis.reference.decision import DEFAULT, PROCEDURES, Target
from analysis.statistics.control import (
    COMMON_CAUSE,
    NOT_COMPARABLE,
    PAST,
    TOO_FEW,
    assurance,
    autocorrelation,
    changed,
    control_chart,
    variation,
)
from analysis.statistics.shares import mann_kendall, theil_sen

LEAST_MONTHS = 6  # fewer give no verdict
LEAST_BEFORE = 3  # months before the decision, to tell whether it made a difference
RECENT = 2  # months after which a signal is past
CORRELATED = 0.5  # correlation of each month with the one before from which rules speak too often
CONFIDENCE = 0.95
WAITING = 0.05  # share of a month's online dossiers that may wait for a result beyond the usual
TRENDS_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "unit_code", "unit_name", "tier", "as_of", "minimum"),
    *("months", "judged_until", "last_month", "last_complete", "numerator", "denominator", "value"),
    *("slope", "slope_lower", "slope_upper", "tau", "p_value"),
    *("since", "before", "mean", "lower", "upper", "rules", "signal_p", "correlated", "variation", "assurance"),
]
_PARTS = ("numerator", "denominator")
_NO_VERDICT: dict[str, object] = {
    **dict.fromkeys(
        ["slope", "slope_lower", "slope_upper", "tau", "p_value", "before", "mean", "lower", "upper"], np.nan
    ),
    **{"since": "", "rules": "", "signal_p": np.nan, "correlated": False},
    **{"variation": TOO_FEW, "assurance": TOO_FEW},
}


def trends(attainment: pd.DataFrame, history: History) -> pd.DataFrame:
    """One row per target and unit or group, under the default reading, in ``TRENDS_COLUMNS``.

    ``attainment`` as in attainment.csv. Slopes are in percentage points a month; ``mean``, ``lower`` and ``upper`` (the
    limits at the last judged month) and ``value`` (that month's) are shares of one. A month's share of procedures is
    not comparable with a target for the whole period: it has no ``assurance``. ``months`` counts the judged months with
    something to count; ``rules`` names the signals that the last of them is part of, ``signal_p`` is how probable such
    a signal is where nothing changes. Of the signals of all units and targets together, and of all groups, at most one
    in twenty is false (Benjamini–Hochberg); one that is older than two months is ``past``. Limits, slope and tau count
    from the month ``since``: the first after the decision's day where it made a difference, and ``before`` was the
    share until then. ``correlated``: each month so resembles the one before that the rules speak too often.
    """
    monthly = attainment[(attainment["reading"] == DEFAULT) & (attainment["window"] == "month")]
    monthly = monthly.sort_values(["target_id", "unit_code", "month"])
    months = np.array(sorted(monthly["month"].unique()))
    decided = int((months <= history.decision.issued.isoformat()[:7]).sum())
    parts = []
    for target in history.decision.targets:
        if not target.foretold:
            # Of the last months, what is late is not known yet: they would seem the best.
            none = dict.fromkeys(["months", "numerator", "denominator"], 0) | {"value": np.nan, "judged_until": ""}
            none |= _NO_VERDICT | {"variation": NOT_COMPARABLE, "assurance": NOT_COMPARABLE}
            parts.append(history.names[["unit_code"]].assign(target_id=target.id, **none))
            continue
        of_target = monthly[monthly["target_id"] == target.id]
        codes = of_target["unit_code"].to_numpy()[:: len(months)]
        settled = settled_months(history, target)
        until = np.array([settled[code] for code in codes], dtype=object)
        known = _begun(history, codes, months) * (months <= until[:, None])
        successes, totals = (of_target[name].to_numpy().reshape(-1, len(months)) * known for name in _PARTS)
        judged = _judged(successes, totals, float(target.minimum), months, decided)
        if target.measure == PROCEDURES:
            judged["assurance"] = NOT_COMPARABLE
        parts.append(judged.assign(target_id=target.id, unit_code=codes, judged_until=until))
    last = {"last_month": months[-1], "last_complete": _is_complete(history, months[-1])}
    keys = monthly[monthly["month"] == months[-1]].drop(columns=["numerator", "denominator", "value"])
    found = _discovered(pd.concat(parts, ignore_index=True).assign(**last), set(history.reference.units["unit_code"]))
    return keys.merge(found, on=["target_id", "unit_code"])[TRENDS_COLUMNS]


def _begun(history: History, codes: Iterable[str], months: np.ndarray) -> np.ndarray:
    """1 for the months in which each series is one, series × months; 0 for those before its unit began."""
    known = history.reference.succession
    if not known:
        return np.ones((1, len(months)), dtype=np.int64)
    first = [f"{begun:%Y-%m}" if (begun := known.begins(code)) else "" for code in codes]
    return (months >= np.array(first)[:, None]).astype(np.int64)


def _discovered(rows: pd.DataFrame, units: set[str]) -> pd.DataFrame:
    """Signals that chance would make among so many series are none."""
    of_units = rows["unit_code"].isin(units).to_numpy()
    p_values = rows["signal_p"].to_numpy(float)
    kept = np.where(of_units, discovered(np.where(of_units, p_values, np.nan)), False)
    kept |= discovered(np.where(of_units, np.nan, p_values))
    none = ~kept & ~rows["variation"].isin([TOO_FEW, PAST, NOT_COMPARABLE]).to_numpy()
    return rows.assign(
        variation=np.where(none, COMMON_CAUSE, rows["variation"]), rules=np.where(none, "", rows["rules"])
    )


def settled_months(history: History, target: Target) -> dict[str, str]:
    """The last month, ``yyyy-mm``, that may be judged in each series ("" for none).

    Its tier decides for a unit: the share of online dossiers without a result is at most ``WAITING``
    above the lowest of the complete months. An area follows the district tier.
    """
    months = [f"{month // 12}-{month % 12 + 1:02d}" for month in history.months]
    complete = np.array([_is_complete(history, month) for month in months], dtype=bool)
    names = history.names
    if target.measure == PROCEDURES:
        last = months[int(complete.sum()) - 1] if complete.any() else ""
        return dict.fromkeys(names["unit_code"], last)
    counts = history.counts(target)
    # A month without online dossiers has none that wait, and says nothing of what is usual.
    none = counts.filed == 0
    waiting = np.where(none, np.nan, (counts.filed - counts.resolved) / np.where(none, 1, counts.filed))
    followed = names["tier"].map(lambda tier: f"TIER:{tier}" if tier else "ALL")
    group = dict(zip(names["unit_code"], followed, strict=True))
    last_of = {}
    for code in set(group.values()):
        row = waiting[names["unit_code"].eq(code).to_numpy()][0]
        usual = np.nanmin(np.append(row[complete], 1.0))
        ready = np.flatnonzero(complete & (np.isnan(row) | (row <= usual + WAITING)))
        last_of[code] = months[ready[-1]] if len(ready) else ""
    return {code: last_of[of] for code, of in group.items()}


def _judged(
    successes: np.ndarray, totals: np.ndarray, minimum: float, months: np.ndarray, decided: int
) -> pd.DataFrame:
    """The verdicts on series of monthly shares, series × months; ``decided`` months are those up to the decision's day.

    Series with as many months to count, before that day and after it, are judged together.
    """
    some = totals > 0
    count, before = some.sum(axis=1), some[:, :decided].sum(axis=1)
    last = np.where(count > 0, len(months) - 1 - some[:, ::-1].argmax(axis=1), 0)
    numerator, denominator = (part[np.arange(len(part)), last] for part in (successes, totals))
    value = np.where(count > 0, numerator / np.maximum(denominator, 1), np.nan)
    latest = {"months": count, "numerator": numerator, "denominator": denominator, "value": value}
    texts = {name: object if isinstance(none, str) else None for name, none in _NO_VERDICT.items()}
    found = {name: np.full(len(count), none, texts[name]) for name, none in _NO_VERDICT.items()}
    enough = np.flatnonzero(count >= LEAST_MONTHS)
    for shape in np.unique(np.stack([count, before], axis=1)[enough], axis=0):
        alike = enough[(count[enough] == shape[0]) & (before[enough] == shape[1])]
        place = np.nonzero(some[alike])[1].reshape(len(alike), -1)
        hit, whole = (np.take_along_axis(part[alike], place, axis=1) for part in (successes, totals))
        for first, own in _from(hit, whole, int(shape[1])):
            told = _verdicts(hit[own], whole[own], place[own], first, minimum, months)
            for name, verdicts in told.items():
                found[name][alike[own]] = verdicts
    return pd.DataFrame(latest | found)


def _from(hit: np.ndarray, whole: np.ndarray, before: int) -> list[tuple[int, np.ndarray]]:
    """Which series, series × points, are judged from which point on: where the decision made a difference, after it."""
    step = np.zeros(len(hit), dtype=bool)
    if before >= LEAST_BEFORE and hit.shape[1] - before >= LEAST_MONTHS:
        step = changed(hit, whole, before, control_chart(hit, whole).ratio)
    return [(first, np.flatnonzero(own)) for first, own in ((0, ~step), (before, step)) if own.any()]


def _verdicts(
    hit: np.ndarray, whole: np.ndarray, place: np.ndarray, first: int, minimum: float, months: np.ndarray
) -> dict[str, np.ndarray]:
    """The verdicts on series of so many points each, by its month's ``place``, judged from the ``first`` on."""
    chart = control_chart(hit[:, first:], whole[:, first:])
    # Months without dossiers keep their place on the time axis of the slope. A step is no slope: months before it are
    # left out of that as they are out of the limits.
    percent = np.full((len(hit), len(months)), np.nan)
    np.put_along_axis(percent, place[:, first:], chart.values * 100, axis=1)
    line, test = theil_sen(percent, CONFIDENCE), mann_kendall(percent)
    moved = variation(chart)
    lower, upper = chart.last_limits
    recent = place[:, -1] >= len(months) - 1 - RECENT
    earlier = hit[:, :first].sum(axis=1) / whole[:, :first].sum(axis=1) if first else np.full(len(hit), np.nan)
    return {
        **{"slope": line.slope, "slope_lower": line.lower, "slope_upper": line.upper},
        **{"tau": test.tau, "p_value": test.p_value},
        **{"since": months[place[:, first]], "before": earlier, "mean": chart.mean},
        **{"lower": lower, "upper": upper},
        "rules": np.where(recent, ["|".join(rules) for rules in moved.rules], ""),
        "signal_p": np.where(recent, moved.p_value, np.nan),
        "correlated": autocorrelation(chart.deviates) > CORRELATED,
        **{"variation": np.where(recent, moved.verdict, PAST), "assurance": assurance(chart, minimum)},
    }


def _is_complete(history: History, month: str) -> bool:
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, monthrange(year, number)[1]) <= history.as_of
