"""Access logs against what they were made from: every line counted once, in local time, and nothing personal kept."""

import gzip
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.exports.access_logs import GROWTH, Traffic, read_log, read_logs
from analysis.exports.log_kinds import COMBINED, COMMON, IIS, TIMED, ZONELESS, first_lines, kind_of
from analysis.language.problems import ExportProblem
from analysis.language.texts import Language

EN, VI = Language("en"), Language("vi")
MARKS = ("203.0.113.77", "MarkUser", "MarkQuery", "MarkReferrer", "MarkAgent", "MarkPath")
REQUEST = "GET /MarkPath/ho-so?ten=MarkQuery HTTP/1.1"
FIELDS = (
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "
    "cs(Referer) sc-status sc-substatus sc-win32-status time-taken"
)
# What servers and clients really leave in logs; none of these is a request that can be counted.
UNREADABLE = [
    "-",
    "nginx: worker process exited",
    '203.0.113.77 - - [31/Feb/2020:10:00:00 +0700] "GET / HTTP/1.1" 200 5 "-" "MarkAgent"',
    '203.0.113.77 - - [14/May/2020:24:61:00 +0700] "GET / HTTP/1.1" 200 5 "-" "MarkAgent"',
    '203.0.113.77 - - [14/May/2020:10:00:00] "GET / HTTP/1.1" 200 5 "-" "MarkAgent"',
    '203.0.113.77 - - [14/May/2020:10:00:00 +0700] "GET /?q="MarkQuery" HTTP/1.1" 200 5 "-" "x"',
    '203.0.113.77 - - [14/May/2020:10:00:00 +0700] "GET / HT',
    "MarkUser \udcff\udcfe",  # no UTF-8
    "MarkQuery" * 300_000,  # longer than DuckDB takes a line to be
]


@dataclass(frozen=True)
class Request:
    """The truth of one line."""

    at: datetime
    status: int
    milliseconds: int


def requests(seed: int, count: int = 400) -> list[Request]:
    rng = random.Random(seed)
    start = datetime(2020, 4, 30, 15, 30, tzinfo=UTC)  # May begins in Việt Nam an hour and a half later
    return [
        Request(
            start + timedelta(seconds=rng.randrange(5 * 3600)),
            rng.choice([200, 200, 200, 304, 404, 500, 502, 503]),
            rng.choice([0, 1, rng.randrange(50), rng.randrange(2000), rng.randrange(90_000)]),
        )
        for _ in range(count)
    ]


def combined(one: Request, zone: timezone = timezone(timedelta(hours=7)), user: str = "MarkUser") -> str:
    return f'{common(one, zone, user)} "https://x/MarkReferrer?MarkQuery" "MarkAgent (\\"quoted\\") \\\\"'


def common(one: Request, zone: timezone = timezone(timedelta(hours=7)), user: str = "-") -> str:
    return f'203.0.113.77 - {user} [{one.at.astimezone(zone):%d/%b/%Y:%H:%M:%S %z}] "{REQUEST}" {one.status} 512'


def timed(one: Request) -> str:
    return f"{combined(one)} {one.milliseconds // 1000}.{one.milliseconds % 1000:03d}"


def iis(one: Request) -> str:
    query = "/MarkPath ten=MarkQuery 443 MarkUser 203.0.113.77 MarkAgent https://x/MarkReferrer"
    return f"{one.at:%Y-%m-%d %H:%M:%S} 10.0.0.1 GET {query} {one.status} 0 0 {one.milliseconds}"


FORMS: dict[str, Callable[[Request], str]] = {COMBINED: combined, COMMON: common, TIMED: timed, IIS: iis}


def write(path: Path, lines: list[str], end: str = "\n") -> Path:
    path.write_bytes("".join(line + end for line in lines).encode("utf-8", "surrogateescape"))
    return path


def local_minute(one: Request) -> pd.Timestamp:
    return pd.Timestamp((one.at + timedelta(hours=7)).replace(second=0, tzinfo=None))


def counted(truth: list[Request]) -> dict[pd.Timestamp, tuple[int, int]]:
    """Requests and server errors by local minute, in plain Python."""
    every = Counter(map(local_minute, truth))
    failed = Counter(local_minute(one) for one in truth if 500 <= one.status < 600)
    return {minute: (count, failed[minute]) for minute, count in every.items()}


def minutes_of(traffic: Traffic) -> dict[pd.Timestamp, tuple[int, int]]:
    return {row.minute: (row.requests, row.errors) for row in traffic.minutes.itertuples(index=False)}


def durations_of(traffic: Traffic) -> dict[tuple[pd.Timestamp, int], int]:
    return {(row.hour, row.bucket): row.requests for row in traffic.durations.itertuples(index=False)}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", list(FORMS))
def test_every_line_is_counted_once_in_its_local_minute_or_as_unread(tmp_path: Path, kind: str, seed: int) -> None:
    truth = requests(seed)
    messy = [FIELDS, "#Date: x"] if kind == IIS else []
    lines = [FORMS[kind](one) for one in truth] + UNREADABLE + ["", "   "[:0]]
    random.Random(seed).shuffle(lines)
    log = read_log(write(tmp_path / "any.csv", [*messy, *lines], "\r\n" if seed == 2 else "\n"))
    assert log.kind == kind
    assert minutes_of(log.traffic) == counted(truth)
    assert (log.requests, log.unread, log.remarks) == (len(truth), len(UNREADABLE), len(messy))
    assert log.lines == log.requests + log.unread + log.remarks


@pytest.mark.parametrize("kind", [TIMED, IIS])
def test_durations_fall_into_buckets_that_hold_them(tmp_path: Path, kind: str) -> None:
    truth = requests(4)
    lines = ([FIELDS] if kind == IIS else []) + [FORMS[kind](one) for one in truth]
    log = read_log(write(tmp_path / "log", [*lines, combined(truth[0])]))  # the last line tells no duration
    expected: Counter[tuple[pd.Timestamp, int]] = Counter()
    for one in truth:
        bucket = next(n for n in range(1000) if max(one.milliseconds, 1) <= GROWTH**n)
        expected[local_minute(one).floor("h"), bucket] += 1
    assert durations_of(log.traffic) == dict(expected)


@pytest.mark.parametrize("kind", [COMBINED, COMMON])
def test_a_log_without_durations_tells_none(tmp_path: Path, kind: str) -> None:
    assert read_log(write(tmp_path / "log", list(map(FORMS[kind], requests(5))))).traffic.durations.empty


def test_a_whole_number_at_the_end_is_no_duration(tmp_path: Path) -> None:
    """Apache's %D is microseconds, its %T seconds: the line does not say which."""
    log = read_log(write(tmp_path / "log", [f"{combined(one)} {one.milliseconds}" for one in requests(6)]))
    assert (log.kind, log.requests, len(log.traffic.durations)) == (COMBINED, 400, 0)


def test_each_line_has_its_own_offset(tmp_path: Path) -> None:
    zones = [timezone(timedelta(hours=hours)) for hours in (7, 0, -5, 5.5)]
    truth = requests(7)
    lines = [combined(one, zones[number % 4]) for number, one in enumerate(truth)]
    assert minutes_of(read_log(write(tmp_path / "log", lines)).traffic) == counted(truth)


def test_strange_but_whole_lines_are_requests(tmp_path: Path) -> None:
    at = "[14/May/2020:10:00:00 +0700]"
    lines = [
        f'203.0.113.77 - Nguyen Van A {at} "GET / HTTP/1.1" 500 5 "-" "x"',  # a user's name has blanks
        f'203.0.113.77 - - {at} "\\x16\\x03\\x01" 400 157 "-" "-"',  # no HTTP at all
        f'203.0.113.77 - - {at} "" 408 - "-" "-"',
        f'203.0.113.77 - - {at} "GET /\\"a\\" HTTP/1.1" 502 - "-" "-"',
        f'::1 - - {at} "GET / HTTP/2.0" 200 5 "-" "x" 0.100 0.090 .',
    ]
    log = read_log(write(tmp_path / "log", lines))
    assert minutes_of(log.traffic) == {pd.Timestamp("2020-05-14 10:00"): (5, 2)}
    assert log.unread == 0


def test_packed_is_as_plain_under_any_name_and_a_copy_counts_once(tmp_path: Path) -> None:
    plain = write(tmp_path / "[a]*?.1", list(map(timed, requests(8))))
    data = plain.read_bytes()
    packed = tmp_path / "it's.txt"
    packed.write_bytes(gzip.compress(data[:5000]) + gzip.compress(data[5000:]))  # as rotated logs are put together
    one, other = read_log(plain), read_log(packed)
    pd.testing.assert_frame_equal(one.traffic.minutes, other.traffic.minutes)
    pd.testing.assert_frame_equal(one.traffic.durations, other.traffic.durations)
    together, ledger = read_logs([plain, packed], VI)
    pd.testing.assert_frame_equal(together.minutes, one.traffic.minutes)
    assert ledger["copy_of"].tolist() == ["", plain.name]
    assert ledger["lines"].tolist() == [400, 400]


@settings(max_examples=8)
@given(order=st.permutations(range(60)), cut=st.integers(1, 59))
def test_neither_the_order_of_lines_nor_their_files_matter(
    order: list[int], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    lines = list(map(timed, requests(9, 60)))
    mixed = [lines[place] for place in order]
    parts = [write(folder / "1", mixed[:cut]), write(folder / "2", mixed[cut:])]
    traffic, ledger = read_logs(parts, EN)
    whole = read_log(write(folder / "whole", lines)).traffic
    pd.testing.assert_frame_equal(traffic.minutes, whole.minutes)
    pd.testing.assert_frame_equal(traffic.durations, whole.durations)
    assert traffic.minutes["requests"].sum() == ledger["requests"].sum() == 60
    assert (traffic.minutes["errors"] <= traffic.minutes["requests"]).all()


WITHIN = '"GET /MarkPath?MarkQuery HTTP/1.1" 200 5'
ZONELESS_LINES = [
    f'203.0.113.77 - MarkUser [14/May/2020:10:00:00] {WITHIN} "MarkReferrer" "MarkAgent"',
    f"203.0.113.77 - MarkUser [2020-05-14 10:00:00] {WITHIN}",
    "203.0.113.77, MarkUser, 5/14/2020, 10:00:00, W3SVC1, HOST, 10.0.0.1, 16, 300, 512, 200, 0, GET, /MarkPath",
]


def refused(path: Path) -> str:
    """The message in English; it quotes nothing, and it has its Vietnamese."""
    with pytest.raises(ExportProblem) as caught:
        read_log(path)
    english, vietnamese = caught.value.told(EN), caught.value.told(VI)
    assert english != vietnamese
    assert not any(mark in english + vietnamese + repr(caught.value) for mark in MARKS)
    return english


@pytest.mark.parametrize("line", ZONELESS_LINES)
def test_times_without_a_zone_are_refused_with_what_to_do(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "log", [line] * 5)
    assert kind_of(first_lines(path)) == ZONELESS
    assert "state no zone" in refused(path)
    assert "$time_local" in refused(path)


def test_a_log_of_iis_without_its_needed_columns_is_refused_and_they_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "log", ["#Fields: time c-ip sc-bytes", "10:00:00 203.0.113.77 5"])
    assert "lack date, sc-status" in refused(path)


def test_a_log_of_iis_whose_columns_change_is_refused(tmp_path: Path) -> None:
    other = "#Fields: date time sc-status"
    lines = [FIELDS, *map(iis, requests(1, 3)), FIELDS, other, "2020-05-14 10:00:00 200"]
    assert "2 different lines" in refused(write(tmp_path / "log", lines))


def test_a_log_of_iis_whose_heading_is_repeated_is_read(tmp_path: Path) -> None:
    lines = [FIELDS, *map(iis, requests(1, 3)), "#Software: x", FIELDS, *map(iis, requests(2, 3))]
    log = read_log(write(tmp_path / "log", lines))
    assert (log.requests, log.remarks, log.unread) == (6, 3, 0)


def test_a_packed_log_that_is_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    data = gzip.compress("\n".join(map(timed, requests(1, 3000))).encode())
    path.write_bytes(data[: len(data) // 2])
    assert "Copy it from the server again" in refused(path)
    path.write_bytes(data[:8])
    assert "Copy it from the server again" in refused(path)


@pytest.mark.parametrize("content", ["", "Mã hồ sơ,Ngày tiếp nhận\n1,2020-05-14\n", "[]\n", "\x1f\x8b"])
def test_what_is_no_log_is_told_apart(tmp_path: Path, content: str) -> None:
    path = write(tmp_path / "access.log", content.splitlines())
    assert "no access log" in refused(path)


def test_what_is_not_there_is_no_log(tmp_path: Path) -> None:
    assert "cannot be opened" in refused(tmp_path / "absent")


def test_a_log_that_is_refused_stops_no_other_and_its_ledger_says_why(tmp_path: Path) -> None:
    good = write(tmp_path / "good", list(map(common, requests(1))))
    bad = write(tmp_path / "bad", ZONELESS_LINES[:1])
    traffic, ledger = read_logs([bad, good], EN)
    assert traffic.minutes["requests"].sum() == 400
    assert ledger["requests"].tolist() == [0, 400]
    assert ledger["problem"].str.contains("state no zone").tolist() == [True, False]
    none, empty = read_logs([], EN)
    assert none.minutes.empty
    assert none.durations.empty
    assert empty.empty


@pytest.mark.parametrize("kind", list(FORMS))
def test_nothing_personal_leaves_the_reader(tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "log", ([FIELDS] if kind == IIS else []) + [FORMS[kind](one) for one in requests(1)])
    traffic, ledger = read_logs([path], VI)
    with path.open("ab") as file:
        file.write("\n".join(UNREADABLE).encode("utf-8", "surrogateescape"))
    told = [repr(read_log(path)), *(table.to_csv() for table in (traffic.minutes, traffic.durations, ledger))]
    told += capfd.readouterr()
    assert not [mark for mark in MARKS for text in told if mark in text]
    assert list(traffic.minutes) == ["minute", "requests", "errors"]
    assert list(traffic.durations) == ["hour", "bucket", "requests"]
