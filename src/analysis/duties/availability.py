"""The portal's service: how long it was there each month (``availability.csv``), and when it was not (``outages.csv``).

Each source is told by itself, for none of them says all:

- a **monitor** (``monitor:…``) says up or down at each look. Uptime is up/(up + down) in seconds; a failed look that
  the monitor repeats before it calls it down (pending) is down, as Uptime Kuma has it. Maintenance is read in two
  ways: ``left_out`` of both, which is what an operator answers for, and ``as_down``, which is what citizens met. Kuma's
  own figure, maintenance as up, is no third one: announcing an outage would raise it. What nobody saw is unknown.
- an access **log** (``log``) says how many requests met a server error. A minute of many requests of which half or more
  did is a failing one. A silent log is no outage: nobody may have come.
- the **dossiers** alone (``dossiers``) say by their absence: an office hour without an online dossier is suspected if
  the same hour of the same weekday has several on average in the weeks around. That is a reason to ask, no more.
"""

from dataclasses import dataclass, field

import ibis
import numpy as np
import pandas as pd
from ibis.expr.types import BooleanValue, Table, TimestampValue

from analysis.duties.filings import is_timed
from analysis.exports.access_logs import Traffic, bucket_end
from analysis.exports.monitors import DOWN, MAINTENANCE, PENDING, UNKNOWN, UP, merged, no_intervals
from analysis.reference.availability import Limits, Service
from analysis.storage.backends import execute

LEFT_OUT, AS_DOWN = "left_out", "as_down"
READINGS = (LEFT_OUT, AS_DOWN)
LOG, DOSSIERS = "log", "dossiers"
HOUR_COLUMNS = ["hour", "online", "expected", "judged"]
AVAILABILITY_COLUMNS = [
    *("month", "source", "reading", "up_seconds", "down_seconds", "maintenance_seconds", "unknown_seconds", "uptime"),
    *("outages", "longest_seconds", "recovery_seconds", "requests", "server_errors", "error_share", "failing_minutes"),
    *("p50_ms", "p95_ms", "suspected_hours", "expected_filings", "filed", "missed"),
]
OUTAGES_COLUMNS = ["source", "start", "end", "seconds", "recovered", "expected_filings", "filed", "missed"]

_COUNTED = ("outages", "requests", "server_errors", "failing_minutes", "suspected_hours", "filed")


def no_hours() -> pd.DataFrame:
    """Hours where no dossier tells its hour."""
    return pd.DataFrame(
        {"hour": pd.Series(dtype="datetime64[us]"), "online": pd.Series(dtype="int64")}
        | {"expected": pd.Series(dtype="float64"), "judged": pd.Series(dtype="bool")}
    )


@dataclass(frozen=True)
class Seen:
    """What is known of the portal, each empty where nobody gave it: monitors' ``intervals`` (``monitors.intervals``),
    logs' ``traffic`` (``access_logs.read_logs``), dossiers' ``hours`` (``filing_hours``).
    """

    intervals: pd.DataFrame = field(default_factory=no_intervals)
    traffic: Traffic = field(default_factory=Traffic)
    hours: pd.DataFrame = field(default_factory=no_hours)


def filing_hours(dossiers: Table, service: Service) -> pd.DataFrame:
    """By hour, from the first day to the last: online dossiers filed and ``expected`` (``HOUR_COLUMNS``).

    ``dossiers`` as in dossiers.parquet; a dossier counts when it was submitted, where that is told, else when it was
    received. What has no time of day has no hour. ``expected``: the mean of the same weekday and hour in
    ``limits.weeks`` before and after, days off left out, on which it is 0. ``judged``: office hours up to the last
    dossier of all.
    """
    found = _by_hour(dossiers)
    if not found["online"].sum():
        return no_hours()
    last = found["hour"].max()
    days = pd.date_range(found["hour"].min().normalize(), last.normalize(), unit="us")
    online, everything = (_grid(found, name, days) for name in ("online", "dossiers"))
    works = days.day_of_week.isin([day - 1 for day in service.office.weekdays])
    is_off = works & ((everything.sum(axis=1) == 0) | days.isin(pd.to_datetime(list(service.office.days_off))))
    expected = _expected(online.mask(is_off), service.limits.weeks).mask(is_off, 0.0)
    hours = pd.DataFrame({"online": online.stack(), "expected": expected.stack()}).reset_index(names=["day", "clock"])
    hours = hours.assign(hour=hours["day"] + pd.to_timedelta(hours["clock"], unit="h").astype("timedelta64[us]"))
    in_office = np.repeat(works & ~is_off.to_numpy(), 24) & hours["clock"].isin(service.office.hours)
    return hours.assign(judged=in_office & (hours["hour"] <= last))[HOUR_COLUMNS]


def outages(seen: Seen, limits: Limits, dossiers: Table | None = None) -> pd.DataFrame:
    """Every outage of every source (``OUTAGES_COLUMNS``), ordered by source and time; those of dossiers are suspected.

    ``recovered``: the source saw the portal up right after; else nobody knows how long it went on. ``expected_filings``
    are the online dossiers that the outage's time lets expect, ``filed`` those that came in it all the same, ``missed``
    what is left of the difference, 0 at least; all NaN where no ``dossiers`` tell their hours.
    """
    states = pd.concat([seen.intervals, _log_states(seen.traffic.minutes, limits), _suspected(seen.hours, limits)])
    found = _runs(states)
    found = found.assign(seconds=_seconds(found))
    return _with_filings(found, seen.hours, dossiers)[OUTAGES_COLUMNS]


def availability(seen: Seen, found: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """One row per month, source and reading (``AVAILABILITY_COLUMNS``; "" where a source has one reading alone).

    ``found`` as ``outages`` gives it; an outage belongs to the month in which it began. Seconds are those within the
    month; what a source does not tell is NaN.
    """
    parts = [_of_monitors(seen.intervals), _of_logs(seen.traffic, limits), _of_dossiers(seen.hours, limits)]
    whole = pd.concat([part for part in parts if len(part)] or parts).merge(
        _by_month(found), "left", ["month", "source"]
    )
    whole = whole.reindex(columns=AVAILABILITY_COLUMNS)
    whole["outages"] = whole["outages"].fillna(0)
    return whole.astype(dict.fromkeys(_COUNTED, "Int64")).sort_values(
        ["month", "source", "reading"], key=_as_declared, ignore_index=True
    )


def quantile_ms(durations: pd.DataFrame, share: float) -> float:
    """How long at most so large a share of the requests took, in milliseconds: the end of its bucket; NaN of none."""
    by_bucket = durations.groupby("bucket")["requests"].sum()
    reached = by_bucket.cumsum() >= share * by_bucket.sum()
    return float(bucket_end(reached.idxmax())) if by_bucket.sum() else float("nan")


def _of_monitors(intervals: pd.DataFrame) -> pd.DataFrame:
    parts = _cut_by_month(intervals)
    seconds = _seconds(parts).groupby([parts["month"], parts["source"], parts["state"]]).sum().unstack(fill_value=0.0)
    seconds = seconds.reindex(columns=[UP, DOWN, PENDING, MAINTENANCE, UNKNOWN], fill_value=0.0)
    told = [_under(seconds, reading) for reading in READINGS]
    return pd.concat(told).reset_index()


def _under(seconds: pd.DataFrame, reading: str) -> pd.DataFrame:
    down = seconds[DOWN] + seconds[PENDING] + (seconds[MAINTENANCE] if reading == AS_DOWN else 0.0)
    known = seconds[UP] + down
    return pd.DataFrame(
        {"reading": reading, "up_seconds": seconds[UP], "down_seconds": down}
        | {"maintenance_seconds": seconds[MAINTENANCE], "unknown_seconds": seconds[UNKNOWN]}
        | {"uptime": (seconds[UP] / known).where(known > 0)}
    )


def _of_logs(traffic: Traffic, limits: Limits) -> pd.DataFrame:
    minutes = traffic.minutes.assign(
        month=_month(traffic.minutes["minute"]), failing=_failing(traffic.minutes, limits).astype("int64")
    )
    sums = minutes.groupby("month")[["requests", "errors", "failing"]].sum()
    timed = traffic.durations.groupby(_month(traffic.durations["hour"]))
    figures = {"requests": sums["requests"], "server_errors": sums["errors"], "failing_minutes": sums["failing"]}
    figures["error_share"] = sums["errors"] / sums["requests"]
    for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95)):
        figures[name] = pd.Series({month: quantile_ms(rows, share) for month, rows in timed}, dtype="float64")
    return pd.DataFrame(figures).rename_axis("month").reset_index().assign(source=LOG, reading="")


def _of_dossiers(hours: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    suspected = _is_suspected(hours, limits).astype("int64").groupby(_month(hours["hour"])).sum()
    return (
        pd.DataFrame({"suspected_hours": suspected})
        .rename_axis("month")
        .reset_index()
        .assign(source=DOSSIERS, reading="")
    )


def _by_month(found: pd.DataFrame) -> pd.DataFrame:
    """Of the outages that began in a month: how many, the longest, the median until recovery, filings missed."""
    keyed = found.assign(month=_month(found["start"]), recovery=found["seconds"].where(found["recovered"]))
    by = keyed.groupby(["month", "source"])
    sums = by[["expected_filings", "filed", "missed"]].sum(min_count=1)
    return sums.assign(
        outages=by.size(), longest_seconds=by["seconds"].max(), recovery_seconds=by["recovery"].median()
    ).reset_index()


def _runs(states: pd.DataFrame) -> pd.DataFrame:
    """Unbroken times of down or pending, and whether up followed at once."""
    whole = merged(states.assign(state=states["state"].replace(PENDING, DOWN)))
    after = whole.shift(-1)
    up_follows = (after["state"] == UP) & (after["source"] == whole["source"]) & (after["start"] == whole["end"])
    return whole.assign(recovered=up_follows)[whole["state"] == DOWN].reset_index(drop=True)


def _failing(minutes: pd.DataFrame, limits: Limits) -> pd.Series:
    share = float(limits.failing_share)
    return (minutes["requests"] >= limits.failing_requests) & (minutes["errors"] >= share * minutes["requests"])


def _log_states(minutes: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    state = np.where(_failing(minutes, limits), DOWN, UP)
    end = minutes["minute"] + pd.Timedelta(minutes=1)
    return pd.DataFrame({"source": LOG, "start": minutes["minute"], "end": end, "state": state})


def _is_suspected(hours: pd.DataFrame, limits: Limits) -> pd.Series:
    return hours["judged"] & (hours["online"] == 0) & (hours["expected"] >= limits.expected)


def _suspected(hours: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """Judged hours as intervals, those that are suspected down."""
    told = hours.assign(state=np.where(_is_suspected(hours, limits), DOWN, UP))[hours["judged"]]
    end = told["hour"] + pd.Timedelta(hours=1)
    return pd.DataFrame({"source": DOSSIERS, "start": told["hour"], "end": end, "state": told["state"]})


def _by_hour(dossiers: Table) -> pd.DataFrame:
    """hour, online dossiers that tell their hour, and all dossiers; those without a time of day are of hour 0."""
    filed = _filed(dossiers)
    known = dossiers.mutate(at=filed, hour=filed.truncate("h")).filter(filed.notnull())
    sums = known.group_by("hour").aggregate(online=_online(known).sum(), dossiers=known.count())
    return execute(sums).astype({"hour": "datetime64[us]", "online": "int64", "dossiers": "int64"})


def _filed(dossiers: Table) -> TimestampValue:
    """When a dossier was filed, as far as is told."""
    if "submitted_at" in dossiers.columns:
        return dossiers.submitted_at.fill_null(dossiers.received_at)
    return dossiers.received_at


def _online(known: Table) -> BooleanValue:
    """Filed online, at a time of day that is told."""
    return (known.channel == "online").fill_null(False) & is_timed(known["at"])


def _grid(found: pd.DataFrame, name: str, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Days × 24 hours."""
    table = found.assign(day=found["hour"].dt.normalize(), clock=found["hour"].dt.hour)
    wide = table.pivot_table(index="day", columns="clock", values=name, aggfunc="sum")
    return wide.reindex(index=days, columns=range(24)).fillna(0).astype("int64")


def _expected(online: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """The mean of the same weekday and hour, so many weeks before and after; NaN are left out of it."""

    def around(of_weekday: pd.DataFrame) -> pd.DataFrame:
        return of_weekday.rolling(2 * weeks + 1, center=True, min_periods=1).mean()

    return pd.concat([around(part) for _, part in online.groupby(online.index.day_of_week)]).sort_index().fillna(0.0)


def _with_filings(found: pd.DataFrame, hours: pd.DataFrame, dossiers: Table | None) -> pd.DataFrame:
    if dossiers is None or hours.empty:
        return found.assign(expected_filings=np.nan, filed=np.nan, missed=np.nan)
    edges = np.append(hours["hour"], hours["hour"].iloc[-1:] + pd.Timedelta(hours=1)).astype("datetime64[us]")
    total = np.append(0.0, hours["expected"].cumsum())
    first, last = (np.interp(found[name].astype("int64"), edges.astype("int64"), total) for name in ("start", "end"))
    filed = _filed_within(found, dossiers)
    return found.assign(expected_filings=last - first, filed=filed, missed=np.maximum(last - first - filed, 0.0))


def _filed_within(found: pd.DataFrame, dossiers: Table) -> pd.Series:
    """How many online dossiers came in each outage."""
    if found.empty:
        return pd.Series(dtype="float64")
    spans = ibis.memtable(found[["start", "end"]].reset_index(names="outage"))
    known = dossiers.mutate(at=_filed(dossiers))
    online = known.filter(_online(known)).select("at")
    within = spans.inner_join(online, [online["at"] >= spans.start, online["at"] < spans.end])
    counts = execute(within.group_by("outage").aggregate(filed=within.count()))
    return counts.set_index("outage")["filed"].reindex(found.index, fill_value=0).astype("float64")


def _cut_by_month(intervals: pd.DataFrame) -> pd.DataFrame:
    """The intervals with what lies in each month by itself, and its ``month``."""
    last = intervals["end"] - pd.Timedelta(microseconds=1)
    months = [pd.period_range(start, end, freq="M") for start, end in zip(intervals["start"], last, strict=True)]
    parts = intervals.assign(period=months).explode("period")
    period = pd.PeriodIndex(parts["period"], freq="M")
    start = np.maximum(parts["start"], period.start_time.astype("datetime64[us]"))
    end = np.minimum(parts["end"], (period + 1).start_time.astype("datetime64[us]"))
    return parts.assign(start=start, end=end, month=period.strftime("%Y-%m"))


def _seconds(intervals: pd.DataFrame) -> pd.Series:
    return (intervals["end"] - intervals["start"]).dt.total_seconds()


def _month(moments: pd.Series) -> pd.Series:
    return moments.dt.strftime("%Y-%m").rename("month")


def _as_declared(column: pd.Series) -> pd.Series:
    return (
        column.map({reading: place for place, reading in enumerate(("", *READINGS))})
        if column.name == "reading"
        else column
    )
