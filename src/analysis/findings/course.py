"""The course of a target month by month beside the limits on which its signal rests, as charts show it."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.findings.report import Report
from analysis.reference.decision import DEFAULT
from analysis.statistics.control import IMPROVING, WORSENING, control_chart, signals

_SIGNS = {IMPROVING: 1, WORSENING: -1}


def courses(report: Report, code: str) -> dict[str, pd.DataFrame]:
    """By id of the target, in the decision's order, the months of a unit or group that has anything to count.

    Columns: ``month`` (yyyy-mm), ``numerator``, ``denominator``, ``value`` and ``to_date`` (shares of one, NaN for
    nothing to count), ``mean``, ``lower`` and ``upper`` (of the control chart, NaN where a month is not judged), and
    ``signal``: 1 or −1 for a month that is part of the signal which the record tells, else 0.
    """
    rows = report.attainment
    rows = rows[(rows["unit_code"] == code) & (rows["reading"] == DEFAULT)]
    trends = report.outlook["trends"]
    judged = trends[trends["unit_code"] == code].set_index("target_id")
    found = {}
    for target in report.decision.targets:
        own = rows[rows["target_id"] == target.id]
        if target.id in judged.index and own["denominator"].any():
            found[target.id] = _course(own, judged.loc[target.id])
    return found


def to_date_of(report: Report, target_id: str, codes: Iterable[str]) -> pd.DataFrame:
    """The course to date of several units beside one target: unit_code, unit_name, month (yyyy-mm), numerator,
    denominator, value (share of one, NaN for nothing to count).
    """
    rows = report.attainment
    wanted = rows["unit_code"].isin(set(codes)) & (rows["target_id"] == target_id) & (rows["reading"] == DEFAULT)
    rows = rows[wanted & (rows["window"] == "to_date")]
    return rows[["unit_code", "unit_name", "month", "numerator", "denominator", "value"]].reset_index(drop=True)


def _course(rows: pd.DataFrame, judged: pd.Series) -> pd.DataFrame:
    months = rows[rows["window"] == "month"].sort_values("month").set_index("month")
    to_date = rows[rows["window"] == "to_date"].set_index("month")["value"]
    shown = months[["numerator", "denominator", "value"]].assign(
        to_date=to_date, mean=np.nan, lower=np.nan, upper=np.nan, signal=0
    )
    # Where the record has no verdict there are no limits either.
    if isinstance(judged["since"], str) and judged["since"]:
        inside = (shown.index >= judged["since"]) & (shown.index <= judged["judged_until"]) & (shown["denominator"] > 0)
        chart = control_chart(*(shown.loc[inside, name].to_numpy() for name in ("numerator", "denominator")))
        shown.loc[inside, "mean"] = chart.mean
        shown.loc[inside, "lower"], shown.loc[inside, "upper"] = chart.limits
        sign = _SIGNS.get(judged["variation"], 0)
        told = [signs == sign for name, signs in signals(chart).items() if name in judged["rules"].split("|")]
        if sign and told:
            shown.loc[inside, "signal"] = np.where(np.any(told, axis=0), sign, 0)
    return shown.reset_index()
