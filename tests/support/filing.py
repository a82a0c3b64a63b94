"""Made-up provinces whose dossiers tell how they were filed, and an independent count of that by looking at each.

A quiet province has units that differ in how late in the day people file, how often a dossier is done at once, and how
busy the ends of their months are, as units do. In some units a part is filed by staff for the count: in one of three
ways, each of which an office could think of.
"""

import math
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

TIERS = {"province": 20, "district": 9, "commune": 109}
UNITS = [
    {"unit_code": code, "unit_name": f"Đơn vị {code}", "tier": tier, "parent_code": parent, "aliases": ""}
    for tier, count in TIERS.items()
    for code, parent in (
        (f"{tier[0].upper()}{place:03}", f"D{place % 9:03}" if tier == "commune" else "") for place in range(count)
    )
]
CATALOGUE = [
    {
        **{"procedure_code": f"1.{number:06}", "procedure_name": f"Thủ tục {number}", "field": "x", "tier": tier},
        **{"unit_code": "P000" if tier == "province" else "", "level": "3"},
        **{"valid_from": "2019-01-01", "valid_to": ""},
    }
    for number, tier in enumerate(TIERS)
]
MONTHS = 6
AS_OF = date(2020, MONTHS, 30)
RUSH, MONTH_END, BATCH = "rush", "month_end", "batch"
_MINUTE, _DAY = 60, 86_400
_OPEN = ((7 * 3600, 11 * 3600), (13 * 3600, 17 * 3600))


def province(seed: int, planted: int = 0, share: float = 0.25) -> tuple[pd.DataFrame, dict[str, str]]:
    """Dossiers as ``with_filings`` gives them, and how each of the ``planted`` units files ``share`` of them."""
    rng = np.random.default_rng(seed)
    codes = np.array([unit["unit_code"] for unit in UNITS])
    usual = np.clip(np.exp(rng.normal(np.log(40), 0.6, len(codes))), 8, 400)
    chosen = rng.choice(len(codes), planted, replace=False)
    styles = {int(unit): (RUSH, MONTH_END, BATCH)[place % 3] for place, unit in enumerate(chosen)}
    parts = [_unit(rng, code, usual[place], styles.get(place), share) for place, code in enumerate(codes)]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(dossier_key=[f"{number:032x}" for number in range(len(rows))], code_gap=_gaps(rows))
    return rows, {str(codes[place]): style for place, style in styles.items()}


def _unit(rng: np.random.Generator, code: str, usual: float, style: str | None, share: float) -> pd.DataFrame:
    late, quick = rng.beta(30, 70), rng.beta(2, 198)
    months = [_month(rng, month, usual * rng.gamma(100, 0.01), late, quick) for month in range(1, MONTHS + 1)]
    if style:
        some = [_tokens(rng, month, max(8, round(share * len(own))), style) for month, own in enumerate(months, 1)]
        months += some
    online = pd.concat(months, ignore_index=True).assign(channel="online")
    counter = pd.concat([_month(rng, month, 1.5 * usual, 0, 0) for month in range(1, MONTHS + 1)], ignore_index=True)
    whole = pd.concat([online, counter.assign(channel="counter", submitted_at=pd.NaT)], ignore_index=True)
    procedure = np.minimum(rng.zipf(1.6, len(whole)), 60)
    return whole.assign(
        unit_code=code,
        procedure_code=[f"1.{number:06}" for number in procedure],
        status="resolved",
        level=3,
        applicant="citizen",
        source="provincial_portal",
        file="xuat.csv",
        submitted_unread=False,
        by_proxy=rng.random(len(whole)) < 0.05,
    )


def _month(rng: np.random.Generator, month: int, usual: float, late: float, quick: float) -> pd.DataFrame:
    """Filed on any day, mostly in office hours; accepted after hours, done after days, ``quick`` ones at once."""
    count = int(rng.poisson(usual))
    days = pd.date_range(f"2020-{month:02}-01", periods=pd.Timestamp(2020, month, 1).days_in_month)
    weights = np.where(days.day_of_week < 5, 1.0, 0.25) * rng.gamma(20, 0.05, len(days))
    day = rng.choice(days.to_numpy(), count, p=weights / weights.sum()).astype("datetime64[s]").astype("int64")
    evening = rng.random(count) < late
    clock = np.where(evening, rng.integers(17 * 3600 + 1, 23 * 3600, count), _office(rng, count))
    submitted = day + clock
    wait = np.where(rng.random(count) < quick, rng.integers(5, 115, count), rng.exponential(3 * 3600, count) + 180)
    received = submitted + wait.astype("int64")
    last = days[-1].to_datetime64().astype("datetime64[s]").astype("int64") + _DAY - 1
    received = np.minimum(received, last)
    work = np.where(rng.random(count) < 0.1, rng.integers(60, 890, count), rng.exponential(3 * _DAY, count) + 1000)
    return _moments(submitted, received, received + work.astype("int64"))


def _tokens(rng: np.random.Generator, month: int, count: int, style: str) -> pd.DataFrame:
    """Filed by staff: done at once on any day, in one go on the last workday but one, or in one go in mid-month."""
    days = pd.bdate_range(f"2020-{month:02}-01", periods=pd.Timestamp(2020, month, 1).days_in_month)
    days = days[days.month == month]
    midnights = days.to_numpy().astype("datetime64[s]").astype("int64")
    if style == RUSH:
        submitted = rng.choice(midnights, count) + _office(rng, count)
    else:
        at = midnights[-1] if style == MONTH_END else rng.choice(midnights[3:-4])
        submitted = at + rng.integers(*_OPEN[1]) - 3600 + np.cumsum(rng.integers(15, 50, count))
    quick = style == RUSH
    received = submitted + (rng.integers(5, 100, count) if quick else rng.integers(600, 3000, count))
    done = received + (rng.integers(60, 800, count) if quick else rng.integers(3600, 3 * _DAY, count))
    return _moments(submitted, received, done)


def _office(rng: np.random.Generator, count: int) -> np.ndarray:
    first = rng.random(count) < 0.55
    return np.where(first, rng.integers(*_OPEN[0], count), rng.integers(*_OPEN[1], count))


def _moments(submitted: np.ndarray, received: np.ndarray, completed: np.ndarray) -> pd.DataFrame:
    columns = {"submitted_at": submitted, "received_at": received, "completed_at": completed}
    return pd.DataFrame(
        {name: seconds.astype("datetime64[s]").astype("datetime64[us]") for name, seconds in columns.items()}
    )


def _gaps(rows: pd.DataFrame) -> pd.Series:
    """The portal numbers dossiers in the order in which all of its units get them."""
    known = rows[rows["submitted_at"].notna()].sort_values("submitted_at")
    before = known.shift(1)
    same = before["unit_code"] == known["unit_code"]
    seconds = (known["submitted_at"] - before["submitted_at"]).dt.total_seconds()
    return seconds.where(same).reindex(rows.index).astype("Int32")


Key = tuple[str, str, str, str]
LEAST, LAST_DAY_OF = 20, {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def count_signals(dossiers: list[dict[str, Any]], last_day: date) -> dict[Key, tuple[int, int, int]]:
    """Online dossiers, numerator and denominator by unit, window, month and signal, from looking at each dossier."""
    arose = [one for one in dossiers if arises(one, last_day)]
    own: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in arose:
        own[one["unit_code"]].append(one)
    found: dict[Key, tuple[int, int, int]] = {}
    for unit, some in own.items():
        found |= _of_unit(unit, some, last_day)
    return {
        key: (online, hit, whole)
        for key, (online, hit, whole) in found.items()
        if online >= LEAST and whole >= (1 if key[3] in ("burst", "single", "single_late") else LEAST)
    }


def arises(one: dict[str, Any], last_day: date) -> bool:
    """Received in the decision's year by that day, neither withdrawn nor refused entry."""
    received = one["received_at"]
    within = received is not None and date(2020, 1, 1) <= received.date() <= last_day
    return within and one["status"] not in ("withdrawn", "not_accepted")


def _of_unit(unit: str, some: list[dict[str, Any]], last_day: date) -> dict[Key, tuple[int, int, int]]:
    online = [one for one in some if one["channel"] == "online"]
    now = f"{last_day:%Y-%m}"
    months = sorted({_month_of(one) for one in online})
    by_month = {month: _marks([one for one in online if _month_of(one) == month], last_day) for month in months}
    found: dict[Key, tuple[int, int, int]] = {}
    for month, (count, marks) in by_month.items():
        found |= {(unit, "month", month, signal): (count, *pair) for signal, pair in marks.items()}
    for signal in ("rushed", "burst", "outside", "last_days", "sequence"):
        pairs = [marks[signal] for _, marks in by_month.values()]
        found[unit, "to_date", now, signal] = (
            len(online),
            sum(hit for hit, _ in pairs),
            sum(all_ for _, all_ in pairs),
        )
    procedures = Counter(one["procedure_code"] for one in online)
    alone = [one for one in online if procedures[one["procedure_code"]] == 1]
    late = sum(_month_of(one) == now for one in alone)
    found[unit, "to_date", now, "single"] = (len(online), len(alone), len(procedures))
    found[unit, "to_date", now, "single_late"] = (len(online), late, len(alone))
    every, of_online = (Counter(_month_of(one) for one in group) for group in (some, online))
    for month, count in every.items():
        before = _month_before(month)
        if every[before]:
            change = count / every[before] - 1
            signal = "switching" if abs(change) <= 0.1 else "new" if change > 0 else ""
            both = of_online[month] + of_online[before]
            found |= {(unit, "month", month, signal): (of_online[month], of_online[month], both)} if signal else {}
    return {key: figures for key, figures in found.items() if figures[2]}


def _marks(online: list[dict[str, Any]], last_day: date) -> tuple[int, dict[str, tuple[int, int]]]:
    timed = [one for one in online if _has_time(one["submitted_at"])]
    clocked = [one for one in timed if _has_time(one["received_at"]) and _has_time(one["completed_at"])]
    clocked = [one for one in clocked if one["completed_at"].date() <= one["as_of"]]
    last = LAST_DAY_OF[online[0]["received_at"].month]
    ended = online[0]["received_at"].replace(day=last).date() <= last_day
    ends = [one for one in online if one["received_at"].day > last - 3]
    blocks = Counter(_block(one["submitted_at"]) for one in timed)
    return len(online), {
        "rushed": (sum(_is_rushed(one) for one in clocked), len(clocked)),
        "burst": (sum(_is_burst(block, blocks) for block in blocks), len(blocks)),
        "outside": (sum(not _is_office(one["submitted_at"]) for one in timed), len(timed)),
        "last_days": (len(ends), len(online)) if ended else (0, 0),
        "sequence": (sum(one["code_gap"] is not None and one["code_gap"] <= 60 for one in timed), len(timed)),
    }


def _has_time(moment: datetime | None) -> bool:
    return moment is not None and moment != moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _is_rushed(one: dict[str, Any]) -> bool:
    accepting, completing = one["received_at"] - one["submitted_at"], one["completed_at"] - one["received_at"]
    none = timedelta()
    return none <= accepting <= timedelta(minutes=2) and none <= completing <= timedelta(minutes=15)


def _is_office(moment: datetime) -> bool:
    return moment.weekday() < 5 and moment.hour in (7, 8, 9, 10, 13, 14, 15, 16)


def _block(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)


def _is_burst(block: datetime, blocks: Counter[datetime]) -> bool:
    days = {other.date() for other in blocks}
    of_others = sum(
        count for other, count in blocks.items() if other.hour == block.hour and other.date() != block.date()
    )
    rate = (of_others + 1) / len(days) / 6
    fewer = sum(math.exp(-rate) * rate**number / math.factorial(number) for number in range(blocks[block]))
    return blocks[block] >= 5 and 1 - fewer <= 0.0001


def _month_of(one: dict[str, Any]) -> str:
    return f"{one['received_at']:%Y-%m}"


def _month_before(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01') - timedelta(days=1):%Y-%m}"
