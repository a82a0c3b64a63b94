"""Uptime, outages, failing minutes and suspected hours against plain Python, on months whose truth is known."""

import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.expr.types import Table
from support.folders import REFERENCE

from analysis.duties.availability import (
    AS_DOWN,
    AVAILABILITY_COLUMNS,
    DOSSIERS,
    LEFT_OUT,
    LOG,
    OUTAGES_COLUMNS,
    Seen,
    availability,
    filing_hours,
    outages,
    quantile_ms,
)
from analysis.exports.access_logs import GROWTH, Traffic
from analysis.exports.monitors import DOWN, MAINTENANCE, PENDING, UNKNOWN, UP, merged
from analysis.reference.availability import load_service
from analysis.reference.columns import own_columns

SERVICE = load_service(REFERENCE)
LIMITS = SERVICE.limits
START = datetime(2020, 4, 30, 20)
STATES = [UP, UP, DOWN, PENDING, MAINTENANCE, UNKNOWN]
Span = tuple[datetime, datetime, str]


def spans(seed: int, count: int = 120) -> list[Span]:
    """States that follow each other over two months."""
    rng = random.Random(seed)
    made, at = [], START
    for _ in range(count):
        end = at + timedelta(seconds=rng.randrange(1, 40_000))
        made.append((at, end, rng.choice(STATES)))
        at = end
    return made


def frame(made: list[Span], source: str = "monitor:1") -> pd.DataFrame:
    rows = pd.DataFrame(made, columns=["start", "end", "state"]).assign(source=source)
    return merged(rows.astype({"start": "datetime64[us]", "end": "datetime64[us]"}))


def told(seen: Seen, dossiers: Table | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = outages(seen, LIMITS, dossiers)
    table = availability(seen, found, LIMITS)
    assert (list(table), list(found)) == (AVAILABILITY_COLUMNS, OUTAGES_COLUMNS)
    columns = own_columns()
    columns.table_schema("availability", AVAILABILITY_COLUMNS).validate(table.fillna({"reading": ""}))
    columns.table_schema("outages", OUTAGES_COLUMNS).validate(found)
    return table, found


def seconds_by_month(made: list[Span]) -> dict[tuple[str, str], float]:
    """Seconds by month and state, day by day in plain Python."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for start, end, state in made:
        while start < end:
            midnight = datetime.combine(start.date() + timedelta(days=1), datetime.min.time())
            sums[f"{start:%Y-%m}", state] += (min(end, midnight) - start).total_seconds()
            start = min(end, midnight)
    return sums


def runs(made: list[Span]) -> list[tuple[datetime, datetime, bool]]:
    """Unbroken times of down or pending, and whether up came next."""
    found: list[tuple[datetime, datetime, bool]] = []
    for number, (start, end, state) in enumerate(made):
        if state not in (DOWN, PENDING):
            continue
        after = made[number + 1][2] if number + 1 < len(made) else ""
        begun = found.pop()[0] if found and found[-1][1] == start else start
        found.append((begun, end, after == UP))
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_uptime_under_both_readings_is_that_of_plain_counting(seed: int) -> None:
    made = spans(seed)
    table, found = told(Seen(frame(made)))
    truth = seconds_by_month(made)
    assert sorted(set(table["month"])) == sorted({month for month, _ in truth})
    for row in table.itertuples(index=False):
        up, maintenance = truth[row.month, UP], truth[row.month, MAINTENANCE]
        down = truth[row.month, DOWN] + truth[row.month, PENDING] + (maintenance if row.reading == AS_DOWN else 0)
        assert (row.up_seconds, row.down_seconds) == pytest.approx((up, down))
        assert (row.maintenance_seconds, row.unknown_seconds) == pytest.approx((maintenance, truth[row.month, UNKNOWN]))
        assert row.uptime == pytest.approx(up / (up + down) if up + down else np.nan, nan_ok=True)
    expected = runs(made)
    assert list(found[["start", "end", "recovered"]].itertuples(index=False, name=None)) == expected
    for row in table.itertuples(index=False):
        lengths = [(end - start).total_seconds() for start, end, _ in expected if f"{start:%Y-%m}" == row.month]
        mended = [(end - start).total_seconds() for start, end, ok in expected if ok and f"{start:%Y-%m}" == row.month]
        assert row.outages == len(lengths)
        assert row.longest_seconds == pytest.approx(max(lengths, default=np.nan), nan_ok=True)
        assert row.recovery_seconds == pytest.approx(np.median(mended) if mended else np.nan, nan_ok=True)


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 40), order=st.integers(0, 99))
def test_seconds_sum_to_what_was_watched_and_maintenance_never_raises_uptime(seed: int, count: int, order: int) -> None:
    made = spans(seed, count)
    rows = frame(made)
    table, found = told(Seen(rows))
    shuffled, _ = told(Seen(rows.sample(frac=1, random_state=order)))
    pd.testing.assert_frame_equal(shuffled, table)
    by = table.set_index(["reading", "month"])
    left_out, as_down = by.loc[LEFT_OUT], by.loc[AS_DOWN]
    parts = left_out[["up_seconds", "down_seconds", "maintenance_seconds", "unknown_seconds"]]
    assert parts.sum().sum() == pytest.approx((made[-1][1] - made[0][0]).total_seconds())
    assert left_out["down_seconds"].sum() == pytest.approx(found["seconds"].sum())
    both = pd.concat([left_out["uptime"], as_down["uptime"]], axis=1, keys=["left", "down"]).dropna()
    assert (both["down"] <= both["left"] + 1e-12).all()
    assert both.stack().between(0, 1).all()


def test_each_monitor_is_told_by_itself() -> None:
    one, other = spans(1, 5), [(START, START + timedelta(hours=1), DOWN)]
    table, found = told(Seen(pd.concat([frame(one), frame(other, "monitor:2")])))
    alone, _ = told(Seen(frame(one)))
    pd.testing.assert_frame_equal(table[table["source"] == "monitor:1"].reset_index(drop=True), alone)
    assert found[found["source"] == "monitor:2"][["seconds", "recovered"]].to_numpy().tolist() == [[3600.0, False]]


def traffic(counts: dict[datetime, tuple[int, int]], durations: list[tuple[datetime, int]] = ()) -> Traffic:  # type: ignore[assignment]
    minutes = pd.DataFrame([(at, *both) for at, both in counts.items()], columns=["minute", "requests", "errors"])
    cells = Counter(
        (at.replace(minute=0), next(n for n in range(999) if max(ms, 1) <= GROWTH**n)) for at, ms in durations
    )
    rows = pd.DataFrame([(*key, count) for key, count in cells.items()], columns=["hour", "bucket", "requests"])
    return Traffic(minutes.astype({"minute": "datetime64[us]"}), rows.astype({"hour": "datetime64[us]", "bucket": int}))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_logs_shares_failing_minutes_and_outages_are_those_of_plain_counting(seed: int) -> None:
    rng = random.Random(seed)
    counts: dict[datetime, tuple[int, int]] = {}
    at, bad = datetime(2020, 4, 30, 22), False
    for _ in range(400):
        at += timedelta(minutes=1 if rng.random() < 0.95 else 30)  # silence in between
        bad = not bad if rng.random() < 0.1 else bad
        requests = rng.choice([1, 19, 20, 21, 60])
        counts[at] = requests, round(requests * rng.choice([0.5, 0.6, 1.0] if bad else [0, 0.1, 0.49]))
    timed = [(at, rng.randrange(5000)) for at in counts for _ in range(3)]
    table, found = told(Seen(traffic=traffic(counts, timed)))
    for row in table.itertuples(index=False):
        own = {minute: both for minute, both in counts.items() if f"{minute:%Y-%m}" == row.month}
        requests, errors = (sum(both[part] for both in own.values()) for part in (0, 1))
        assert (row.source, row.reading, row.requests, row.server_errors) == (LOG, "", requests, errors)
        assert row.error_share == errors / requests
        assert row.failing_minutes == sum(n >= 20 and 2 * k >= n for n, k in own.values())
        ordered = sorted(ms for minute, ms in timed if f"{minute:%Y-%m}" == row.month)
        for told_ms, share in ((row.p50_ms, 0.5), (row.p95_ms, 0.95)):
            exact = ordered[int(np.ceil(share * len(ordered))) - 1]
            assert exact <= told_ms * 1.000001 <= max(exact, 1) * GROWTH * 1.00001
    failing = {minute for minute, (n, k) in counts.items() if n >= 20 and 2 * k >= n}
    minute = timedelta(minutes=1)
    starts = sorted(at for at in failing if at - minute not in failing)
    ends = sorted(at + minute for at in failing if at + minute not in failing)
    assert found["start"].tolist() == starts
    assert found["end"].tolist() == ends
    assert found["recovered"].tolist() == [end in counts for end in ends]


def test_a_silent_log_is_no_outage() -> None:
    table, found = told(Seen(traffic=traffic({datetime(2020, 5, 1, 8): (50, 0), datetime(2020, 5, 3, 8): (50, 0)})))
    assert found.empty
    assert table[["outages", "failing_minutes"]].to_numpy().tolist() == [[0, 0]]
    assert np.isnan(table["p50_ms"].iloc[0])
    assert np.isnan(quantile_ms(Traffic().durations, 0.5))


def filed(seed: int, silent: tuple[datetime, datetime] | None = None, **cells: Any) -> pd.DataFrame:
    """Four months of dossiers at working hours: some 12 online ones an hour, fewer early and late; one day off."""
    rng = np.random.default_rng(seed)
    rows = []
    for day in pd.bdate_range("2020-03-02", "2020-06-30"):
        for hour in (7, 8, 9, 10, 13, 14, 15, 16, 20):
            online = int(rng.poisson(12 if hour < 16 else 2))
            rows += [
                (day + pd.Timedelta(hours=hour, seconds=int(second)), "online" if n < online else "counter")
                for n, second in enumerate(rng.integers(1, 3600, online + 3))
            ]
    whole = pd.DataFrame(rows, columns=["received_at", "channel"]).astype({"received_at": "datetime64[us]"})
    whole = whole[whole["received_at"].dt.date != date(2020, 4, 30)]
    if silent:
        within = whole["received_at"].between(*silent) & (whole["channel"] == "online")
        whole = whole[~within]
    return whole.assign(**cells)


def expected_of(rows: pd.DataFrame, hour: datetime) -> float:
    """The mean of the same weekday and hour eight weeks before and after, in plain Python."""
    online = Counter(
        at.replace(minute=0, second=0) for at, channel in rows.itertuples(index=False) if channel == "online"
    )
    open_days = {at.date() for at in rows["received_at"]}
    first, last = min(open_days), max(open_days)
    beside = [hour + timedelta(weeks=week) for week in range(-8, 9)]
    counts = [online[at] for at in beside if first <= at.date() <= last and at.date() in open_days]
    return sum(counts) / len(counts)


SILENT = datetime(2020, 5, 14, 8, 30), datetime(2020, 5, 14, 15, 10)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hours_without_an_online_dossier_are_suspected_and_no_others(seed: int) -> None:
    rows = filed(seed, SILENT)
    dossiers = ibis.memtable(rows.sample(frac=1, random_state=seed))
    hours = filing_hours(dossiers, SERVICE)
    by_hour = hours.set_index("hour")
    for at in (datetime(2020, 3, 2, 8), datetime(2020, 5, 14, 9), datetime(2020, 6, 30, 16), datetime(2020, 5, 14, 20)):
        assert by_hour.loc[at, "expected"] == pytest.approx(expected_of(rows, at))
    assert by_hour.loc[datetime(2020, 4, 30, 9), ["expected", "judged"]].tolist() == [0, False]
    assert hours["online"].sum() == (rows["channel"] == "online").sum()
    table, found = told(Seen(hours=hours), dossiers)
    spans_found = list(found[["source", "start", "end"]].itertuples(index=False, name=None))
    may = [pd.Timestamp(2020, 5, 14, hour) for hour in (9, 11, 13, 15)]
    assert spans_found == [(DOSSIERS, may[0], may[1]), (DOSSIERS, may[2], may[3])]
    assert table.set_index("month")["suspected_hours"].to_dict() == {
        "2020-03": 0,
        "2020-04": 0,
        "2020-05": 4,
        "2020-06": 0,
    }


def test_filings_missed_are_those_expected_in_the_outage_less_those_that_came() -> None:
    at_the_end = pd.DataFrame({"received_at": [datetime(2020, 5, 20, 14, 15)], "channel": "online"})
    rows = pd.concat([filed(4, SILENT), at_the_end.astype({"received_at": "datetime64[us]"})])
    dossiers = ibis.memtable(rows)
    made = [
        (datetime(2020, 5, 14, 8), SILENT[0], UP),
        (SILENT[0], datetime(2020, 5, 14, 10), DOWN),
        (datetime(2020, 5, 14, 10), datetime(2020, 5, 20, 14), UP),
        (datetime(2020, 5, 20, 14), datetime(2020, 5, 20, 14, 15), DOWN),
    ]
    _, found = told(Seen(frame(made), hours=filing_hours(dossiers, SERVICE)), dossiers)
    found = found[found["source"] == "monitor:1"]
    eight, nine = (expected_of(rows, datetime(2020, 5, 14, hour)) for hour in (8, 9))
    later = expected_of(rows, datetime(2020, 5, 20, 14)) / 4
    came = rows["received_at"].between(*made[3][:2], inclusive="left") & (rows["channel"] == "online")
    assert found["expected_filings"].tolist() == pytest.approx([eight / 2 + nine, later])
    assert found["filed"].tolist() == [0, came.sum()]
    assert found["missed"].tolist() == pytest.approx([eight / 2 + nine, max(later - came.sum(), 0)])


def test_what_has_no_time_of_day_has_no_hour_and_is_never_missed() -> None:
    rows = filed(5)
    days = ibis.memtable(rows.assign(received_at=rows["received_at"].dt.normalize()))
    assert filing_hours(days, SERVICE).empty
    seen = Seen(frame(spans(1, 5)), hours=filing_hours(days, SERVICE))
    table, found = told(seen, days)
    assert found[["expected_filings", "filed", "missed"]].isna().all(axis=None)
    assert table["suspected_hours"].isna().all()


def test_the_moment_of_submission_goes_before_that_of_receipt() -> None:
    rows = filed(6, SILENT)
    noon = rows["received_at"].dt.normalize() + pd.Timedelta(hours=12)
    submitted = ibis.memtable(rows.assign(submitted_at=rows["received_at"], received_at=noon))
    expected = filing_hours(ibis.memtable(rows), SERVICE)
    pd.testing.assert_frame_equal(filing_hours(submitted, SERVICE), expected)


def test_hours_after_the_last_dossier_are_not_judged() -> None:
    rows = filed(7)
    cut = rows[rows["received_at"] < "2020-06-30 09:30"]
    hours = filing_hours(ibis.memtable(cut), SERVICE).set_index("hour")
    assert hours.loc["2020-06-30 09:00", "judged"]
    assert not hours.loc["2020-06-30 10:00":, "judged"].any()  # type: ignore[misc]


def test_where_nothing_was_given_there_is_nothing_to_tell() -> None:
    table, found = told(Seen())
    assert table.empty
    assert found.empty
    empty = ibis.memtable(filed(1).head(0))
    assert filing_hours(empty, SERVICE).empty
