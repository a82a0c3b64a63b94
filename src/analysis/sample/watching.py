"""What watched the sample's portal: a monitor's list since the decision, and a day of the web server's log.

Made up like the rest, and says so in each line that has room for words. The outages are planted and told.
"""

import gzip
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

_FIRST, _LAST = datetime(2020, 5, 14, 9), datetime(2020, 12, 31, 12)
_ZONE = timedelta(hours=7)  # Uptime Kuma keeps UTC, a log states its offset
_LOG_DAY, _OFFICE = datetime(2020, 11, 3), range(8, 17)  # hours by their beginning
_A_MINUTE = (22, 31)  # requests
_OUTAGES, _MAINTENANCE = 9, 4
_UP, _DOWN, _PAUSED = 1, 0, 3
_MADE_UP = "du-lieu-mo-phong"
_REQUEST = (
    '192.0.2.{address} - - [{at:%d/%b/%Y:%H:%M:%S} +0700] "GET /dich-vu-cong/{page} HTTP/1.1" {status} {size} '
    f'"-" "{_MADE_UP}" {{seconds:.3f}}\n'
)


@dataclass(frozen=True)
class Planted:
    """From ``start`` until ``end``, local time, the portal was down, or paused for ``maintenance``."""

    start: datetime
    end: datetime
    maintenance: bool = False


def write_watching(folder: Path, rng: np.random.Generator) -> list[Planted]:
    """Write ``uptime-….csv`` and ``access-….log.gz`` into ``folder``; returns what was planted, in order of time.

    The last outage falls into the log's day: there requests meet server errors.
    """
    folder.mkdir(parents=True, exist_ok=True)
    planted = _planted(rng)
    (folder / f"uptime-{_MADE_UP}.csv").write_text(_looks(planted, rng), encoding="utf-8", newline="")
    with (folder / f"access-{_MADE_UP}.log.gz").open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(_requests(planted, rng).encode())
    return planted


def _planted(rng: np.random.Generator) -> list[Planted]:
    """Apart by days, so that none touches another; maintenance is at night."""
    days = np.sort(rng.choice(np.arange(3, 165, 4), _OUTAGES + _MAINTENANCE - 1, replace=False))
    paused = {*rng.choice(len(days), _MAINTENANCE, replace=False).tolist()}
    found = []
    for number, day in enumerate(days.tolist()):
        hour = 22 if number in paused else int(rng.integers(0, 22))
        start = _FIRST.replace(hour=0) + timedelta(days=day, hours=hour, minutes=int(rng.integers(1, 59)))
        minutes = 60 if number in paused else int(np.ceil(rng.lognormal(3.2, 0.9)))
        found.append(Planted(start, start + timedelta(minutes=minutes), number in paused))
    of_log = _LOG_DAY.replace(hour=int(rng.choice((9, 10, 14))), minute=12)
    return sorted([*found, Planted(of_log, of_log + timedelta(minutes=26))], key=lambda one: one.start)


def _looks(planted: list[Planted], rng: np.random.Generator) -> str:
    """Once an hour, and at each change."""
    hours = int((_LAST - _FIRST) / timedelta(hours=1))
    changes = {one.start: _PAUSED if one.maintenance else _DOWN for one in planted} | {one.end: _UP for one in planted}
    moments = sorted({_FIRST + timedelta(hours=hour) for hour in range(hours + 1)} | changes.keys())
    lines, state, since = ["monitor_id,status,msg,time,ping,duration"], _UP, _FIRST
    for at in moments:
        state = changes.get(at, state)
        ping = int(rng.lognormal(4.6, 0.4)) if state == _UP else ""
        lines.append(f"1,{state},{_MADE_UP},{at - _ZONE:%Y-%m-%d %H:%M:%S},{ping},{int((at - since).total_seconds())}")
        since = at
    return "\r\n".join([*lines, ""])


def _requests(planted: list[Planted], rng: np.random.Generator) -> str:
    lines = []
    for minute in range(_OFFICE.start * 60, _OFFICE.stop * 60):
        at = _LOG_DAY + timedelta(minutes=minute)
        is_down = any(one.start <= at < one.end for one in planted)
        for second in np.sort(rng.integers(0, 60, int(rng.integers(*_A_MINUTE)))).tolist():
            fails = rng.random() < (0.9 if is_down else 0.004)
            lines.append(
                _REQUEST.format(
                    address=int(rng.integers(1, 255)),
                    at=at + timedelta(seconds=second),
                    page=("nop-ho-so", "tra-cuu", "thu-tuc")[int(rng.integers(3))],
                    status=502 if fails else 200,
                    size=int(rng.integers(900, 9000)),
                    seconds=float(rng.lognormal(-1.2, 0.8)),
                )
            )
    return "".join(lines)
