"""The course of a target month by month beside the limits on which its signal rests, as charts show it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from analysis.findings.report import Report
from analysis.reference.decision import DEFAULT
from analysis.statistics.control import IMPROVING, WORSENING, control_chart, signals

_MONTHLY = ["month", "numerator", "denominator", "value"]
_COUNTED = [*_MONTHLY, "target_id", "window"]
_JUDGED = ["target_id", "since", "judged_until", "variation", "rules"]
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
    trends = trends.loc[trends["unit_code"] == code, _JUDGED]
    judged = {row.target_id: row for row in trends.itertuples(index=False)}
    of_target = {name: own for name, own in rows[_COUNTED].groupby("target_id") if own["denominator"].any()}
    targets = [target.id for target in report.decision.targets]
    return {name: _course(of_target[name], judged[name]) for name in targets if name in judged and name in of_target}


def to_date_of(report: Report, target_id: str, codes: Iterable[str]) -> pd.DataFrame:
    """The course to date of several units beside one target: unit_code, unit_name, month (yyyy-mm), numerator,
    denominator, value (share of one, NaN for nothing to count).
    """
    rows = report.attainment
    wanted = rows["unit_code"].isin(set(codes)) & (rows["target_id"] == target_id) & (rows["reading"] == DEFAULT)
    rows = rows[wanted & (rows["window"] == "to_date")]
    return rows[["unit_code", "unit_name", "month", "numerator", "denominator", "value"]].reset_index(drop=True)


def _course(rows: pd.DataFrame, judged: Any) -> pd.DataFrame:
    columns = {name: rows[name].to_numpy() for name in _COUNTED}
    single = np.flatnonzero(columns["window"] == "month")
    single = single[np.argsort(columns["month"][single], kind="stable")]
    known = columns["window"] == "to_date"
    to_date = dict(zip(columns["month"][known], columns["value"][known], strict=True))
    months, numerators, denominators, values = (columns[name][single] for name in _MONTHLY)
    limits, told = np.full((3, len(months)), np.nan), np.zeros(len(months), dtype=int)
    # Where the record has no verdict there are no limits either.
    if isinstance(judged.since, str) and judged.since:
        inside = (months >= judged.since) & (months <= judged.judged_until) & (denominators > 0)
        chart = control_chart(numerators[inside], denominators[inside])
        limits[:, inside] = np.broadcast_arrays(chart.mean, *chart.limits)
        sign = _SIGNS.get(judged.variation, 0)
        signs = [found == sign for name, found in signals(chart).items() if name in judged.rules.split("|")]
        if sign and signs:
            told[inside] = np.where(np.any(signs, axis=0), sign, 0)
    return pd.DataFrame(
        {
            "month": months,
            "numerator": numerators,
            "denominator": denominators,
            "value": values,
            "to_date": [to_date.get(month, np.nan) for month in months],
            **dict(zip(("mean", "lower", "upper"), limits, strict=True)),
            "signal": told,
        }
    )
