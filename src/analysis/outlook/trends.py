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
    rows = []
    for target in history.decision.targets:
        if not target.foretold:
            # Of the last months, what is late is not known yet: they would seem the best.
            none = dict.fromkeys(["months", "numerator", "denominator"], 0) | {"value": np.nan, "judged_until": ""}
            none |= _NO_VERDICT | {"variation": NOT_COMPARABLE, "assurance": NOT_COMPARABLE}
            rows += [{"target_id": target.id, "unit_code": code, **none} for code in history.names["unit_code"]]
            continue
        settled = settled_months(history, target)
        of_target = monthly[monthly["target_id"] == target.id]
        begun = _begun(history, of_target["unit_code"].iloc[:: len(months)], months)
        successes, totals = (of_target[name].to_numpy().reshape(-1, len(months)) * begun for name in _PARTS)
        for code, counted, whole in zip(of_target["unit_code"].iloc[:: len(months)], successes, totals, strict=True):
            judged = int((months <= settled[code]).sum())
            found = _judge(counted[:judged], whole[:judged], float(target.minimum), months, decided)
            if target.measure == PROCEDURES:
                found["assurance"] = NOT_COMPARABLE
            rows.append({"target_id": target.id, "unit_code": code, "judged_until": settled[code], **found})
    last = {"last_month": months[-1], "last_complete": _is_complete(history, months[-1])}
    keys = monthly[monthly["month"] == months[-1]].drop(columns=["numerator", "denominator", "value"])
    found = _discovered(pd.DataFrame(rows).assign(**last), set(history.reference.units["unit_code"]))
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


def _judge(
    successes: np.ndarray, totals: np.ndarray, minimum: float, months: np.ndarray, decided: int
) -> dict[str, object]:
    """The verdicts on one series of monthly shares; ``decided`` months are those up to the decision's day."""
    some = np.flatnonzero(totals)
    if not len(some):
        return {"months": 0, "numerator": 0, "denominator": 0, "value": np.nan, **_NO_VERDICT}
    last = some[-1]
    latest = {"numerator": successes[last], "denominator": totals[last], "value": successes[last] / totals[last]}
    if len(some) < LEAST_MONTHS:
        return {"months": len(some), **latest, **_NO_VERDICT}
    chart = control_chart(successes[some], totals[some])
    before = int((some < decided).sum())
    since, earlier = some[0], np.nan
    if (
        before >= LEAST_BEFORE
        and len(some) - before >= LEAST_MONTHS
        and changed(successes[some], totals[some], before, chart.ratio)
    ):
        earlier = successes[some[:before]].sum() / totals[some[:before]].sum()
        since, chart = some[before], control_chart(successes[some[before:]], totals[some[before:]])
    # Months without dossiers keep their place on the time axis of the slope. A step is no slope: months before it are
    # left out of that as they are out of the limits.
    percent, counted = np.full(len(totals), np.nan), some[some >= since]
    percent[counted] = successes[counted] / totals[counted] * 100
    line, test = theil_sen(percent, CONFIDENCE), mann_kendall(percent)
    moved = variation(chart)
    lower, upper = chart.limits
    recent = last >= len(months) - 1 - RECENT
    return {
        **{"months": len(some), **latest},
        **{"slope": line.slope, "slope_lower": line.lower, "slope_upper": line.upper},
        **{"tau": test.tau, "p_value": test.p_value},
        **{"since": months[since], "before": earlier, "mean": chart.mean, "lower": lower[-1], "upper": upper[-1]},
        **{"rules": "|".join(moved.rules) if recent else "", "signal_p": moved.p_value if recent else np.nan},
        **{"correlated": autocorrelation(chart.deviates) > CORRELATED},
        **{"variation": moved.verdict if recent else PAST, "assurance": assurance(chart, minimum)},
    }


def _is_complete(history: History, month: str) -> bool:
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, monthrange(year, number)[1]) <= history.as_of
