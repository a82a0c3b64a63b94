"""Trends (``trends.csv``): where each target of each unit is heading, month by month, and whether that is a signal.

Built on single months, never on the values to date, whose points share their data. A month is judged when
it is complete and settled: when hardly more of its online dossiers wait for a result than of older
months'. Otherwise every series would seem to fall at its end.
"""

from calendar import monthrange
from datetime import date

import numpy as np
import pandas as pd

from analysis.measures.history import History
from analysis.reference.decision import DEFAULT, PROCEDURES, Target
from analysis.statistics.control import NOT_COMPARABLE, TOO_FEW, assurance, control_chart, variation
from analysis.statistics.shares import mann_kendall, theil_sen

LEAST_MONTHS = 6  # fewer give no verdict
CONFIDENCE = 0.95
WAITING = 0.05  # share of a month's online dossiers that may wait for a result beyond the usual
TRENDS_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "unit_code", "unit_name", "tier", "as_of", "minimum"),
    *("months", "judged_until", "last_month", "last_complete", "numerator", "denominator", "value"),
    *("slope", "slope_lower", "slope_upper", "tau", "p_value"),
    *("chart", "mean", "lower", "upper", "rules", "variation", "assurance"),
]
_PARTS = ("numerator", "denominator")
_NO_VERDICT: dict[str, object] = {
    **dict.fromkeys(["slope", "slope_lower", "slope_upper", "tau", "p_value", "mean", "lower", "upper"], np.nan),
    **{"chart": "", "rules": "", "variation": TOO_FEW, "assurance": TOO_FEW},
}


def trends(attainment: pd.DataFrame, history: History) -> pd.DataFrame:
    """One row per target and unit or group, under the default reading, in ``TRENDS_COLUMNS``.

    ``attainment`` as in attainment.csv. Slopes are in percentage points a month; ``mean``, ``lower`` and
    ``upper`` (the limits at the last judged month) and ``value`` (that month's) are shares of one.
    A month's share of procedures is not comparable with a target for the whole period: it has no ``assurance``.
    ``months`` counts the judged months with something to count; ``rules`` names the signals that the last
    of them is part of.
    """
    monthly = attainment[(attainment["reading"] == DEFAULT) & (attainment["window"] == "month")]
    monthly = monthly.sort_values(["target_id", "unit_code", "month"])
    months = np.array(sorted(monthly["month"].unique()))
    rows = []
    for target in history.decision.targets:
        settled = settled_months(history, target)
        of_target = monthly[monthly["target_id"] == target.id]
        successes, totals = (of_target[name].to_numpy().reshape(-1, len(months)) for name in _PARTS)
        for code, counted, whole in zip(of_target["unit_code"].iloc[:: len(months)], successes, totals, strict=True):
            judged = int((months <= settled[code]).sum())
            found = _judge(counted[:judged], whole[:judged], float(target.minimum))
            if target.measure == PROCEDURES:
                found["assurance"] = NOT_COMPARABLE
            rows.append({"target_id": target.id, "unit_code": code, "judged_until": settled[code], **found})
    last = {"last_month": months[-1], "last_complete": _is_complete(history, months[-1])}
    keys = monthly[monthly["month"] == months[-1]].drop(columns=["numerator", "denominator", "value"])
    return keys.merge(pd.DataFrame(rows).assign(**last), on=["target_id", "unit_code"])[TRENDS_COLUMNS]


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


def _judge(successes: np.ndarray, totals: np.ndarray, minimum: float) -> dict[str, object]:
    """The verdicts on one series of monthly shares."""
    some = np.flatnonzero(totals)
    if not len(some):
        return {"months": 0, "numerator": 0, "denominator": 0, "value": np.nan, **_NO_VERDICT}
    last = some[-1]
    latest = {"numerator": successes[last], "denominator": totals[last], "value": successes[last] / totals[last]}
    if len(some) < LEAST_MONTHS:
        return {"months": len(some), **latest, **_NO_VERDICT}
    # Months without dossiers keep their place on the time axis of the slope.
    percent = np.full(len(totals), np.nan)
    percent[some] = successes[some] / totals[some] * 100
    line, test = theil_sen(percent, CONFIDENCE), mann_kendall(percent)
    chart = control_chart(successes[some], totals[some])
    moved = variation(chart)
    return {
        **{"months": len(some), **latest},
        **{"slope": line.slope, "slope_lower": line.lower, "slope_upper": line.upper},
        **{"tau": test.tau, "p_value": test.p_value},
        **{"chart": chart.kind, "mean": chart.mean, "lower": chart.lower[-1], "upper": chart.upper[-1]},
        **{"rules": "|".join(moved.rules), "variation": moved.verdict, "assurance": assurance(chart, minimum)},
    }


def _is_complete(history: History, month: str) -> bool:
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, monthrange(year, number)[1]) <= history.as_of
