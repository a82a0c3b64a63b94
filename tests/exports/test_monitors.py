"""Monitors' files against what they were made from: seconds of each state, silence never up, and no message kept."""

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.folders import REFERENCE

from analysis.exports.monitors import (
    DOWN,
    INTERVAL_COLUMNS,
    KUMA,
    MAINTENANCE,
    PENDING,
    PLAIN,
    UNKNOWN,
    UP,
    intervals,
    merged,
    read_looks,
    read_monitors,
)
from analysis.language.problems import ExportProblem, ReferenceProblem
from analysis.language.texts import Language
from analysis.reference.availability import Service, load_service

EN, VI = Language("en"), Language("vi")
DIGITS = {DOWN: "0", UP: "1", PENDING: "2", MAINTENANCE: "3"}
WORST = [DOWN, UNKNOWN, PENDING, MAINTENANCE, UP]
MARKS = ("MarkMessage", "203.0.113.77", "MarkState")
HEAD = ["monitor_id", "status", "msg", "time", "ping", "duration"]
Look = tuple[str, datetime, str]  # monitor, UTC, state


@pytest.fixture(scope="module")
def service() -> Service:
    return load_service(REFERENCE)


def looks(seed: int, monitors: int = 2, count: int = 600) -> list[Look]:
    """A minute apart, give or take, with silences, spells of each state, and several looks at one moment."""
    rng = random.Random(seed)
    made: list[Look] = []
    for monitor in range(1, monitors + 1):
        at, state = datetime(2020, 4, 30, 14), UP
        for _ in range(count):
            if rng.random() < 0.1:
                state = rng.choice([UP, UP, UP, DOWN, PENDING, MAINTENANCE])
            made.append((str(monitor), at, state))
            if rng.random() < 0.02:
                made.append((str(monitor), at, rng.choice([UP, DOWN])))
            at += timedelta(seconds=rng.choice([60, 60, 60, 60, 58, 62, 119, 121, 600] if rng.random() < 0.2 else [60]))
    rng.shuffle(made)
    return made


def seconds_of(made: list[Look], gap: float = 2) -> dict[tuple[str, str], float]:
    """Seconds by monitor and state, in plain Python."""
    told: dict[tuple[str, str], float] = defaultdict(float)
    for monitor in {monitor for monitor, _, _ in made}:
        worst: dict[datetime, str] = {}
        for _, at, state in (look for look in made if look[0] == monitor):
            worst[at] = min(state, worst.get(at, UP), key=WORST.index)
        times = sorted(worst)
        lengths = [(later - at).total_seconds() for at, later in pairwise(times)]
        usual = median(lengths) if lengths else 0.0
        for at, length in zip(times, lengths, strict=False):
            told[f"monitor:{monitor}", UNKNOWN if length > gap * usual else worst[at]] += length
    return {key: length for key, length in told.items() if length}


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def kuma(path: Path, made: list[Look], messy: tuple[list[str], ...] = ()) -> Path:
    rows = [
        [monitor, DIGITS[state], 'MarkMessage 203.0.113.77,\n"x"', f"{at:%Y-%m-%d %H:%M:%S}.000", "12", "60"]
        for monitor, at, state in made
    ]
    return write(path, [HEAD, *rows, *messy])


def by_state(found: pd.DataFrame) -> dict[tuple[str, str], float]:
    length = (found["end"] - found["start"]).dt.total_seconds()
    return length.groupby([found["source"], found["state"]]).sum().to_dict()


MESSY = (
    ["1", "1", "MarkMessage", "yesterday", "", ""],
    ["1", "1", "MarkMessage", "", "", ""],
    ["MarkState", "1", "MarkMessage", "2020-05-01 00:00:00", "", ""],
    ["", "1", "", "2020-05-01 00:00:00", "", ""],
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_seconds_of_each_state_are_those_of_the_looks(tmp_path: Path, service: Service, seed: int) -> None:
    made = looks(seed)
    path = kuma(tmp_path / "heartbeat.csv", made, MESSY)
    found, ledger = read_monitors([path], service, EN)
    assert list(found) == INTERVAL_COLUMNS
    assert by_state(found) == pytest.approx(seconds_of(made))
    (row,) = ledger.to_dict("records")
    assert row["kind"] == KUMA
    assert row["rows"] == len(made) + len(MESSY) == row["used"] + row["repeated"] + row["unread"]
    assert row["unread"] == len(MESSY)
    assert row["used"] == len({look[:2] for look in made})


def test_kumas_times_are_utc_and_become_local(tmp_path: Path, service: Service) -> None:
    start = datetime(2020, 4, 30, 16, 59)
    made = [("1", start + timedelta(minutes=number), UP) for number in range(3)]
    found, _ = read_monitors([kuma(tmp_path / "a.csv", made)], service, EN)
    assert found.to_dict("records") == [
        {
            **{"source": "monitor:1", "state": UP},
            **{"start": pd.Timestamp("2020-04-30 23:59"), "end": pd.Timestamp("2020-05-01 00:01")},
        }
    ]


def test_exports_that_overlap_and_rows_in_any_order_say_the_same(tmp_path: Path, service: Service) -> None:
    made = looks(4, monitors=1)
    whole, _ = read_monitors([kuma(tmp_path / "all.csv", made)], service, EN)
    ordered = sorted(made)
    parts = [kuma(tmp_path / "1.csv", ordered[:400]), kuma(tmp_path / "2.csv", ordered[300:])]
    pd.testing.assert_frame_equal(read_monitors(parts, service, EN)[0], whole)
    pd.testing.assert_frame_equal(read_monitors(parts[::-1], service, EN)[0], whole)


def plain(path: Path, times: list[str], states: list[str]) -> Path:
    return write(path, [["Thời gian", "Trạng thái"], *map(list, zip(times, states, strict=True))])


def test_a_plain_list_is_read_by_the_words_of_the_reference_data(tmp_path: Path, service: Service) -> None:
    times = [
        *("2020-05-14T10:00:00+07:00", "2020-05-14T03:01:00Z", "14/05/2020 10:02:00 +07:00"),
        *("2020-05-14 10:03:00+0700", "2020-05-14T10:04:00+07:00", "2020-05-14T10:05:00+07:00"),
    ]
    states = ["Hoạt động", "MẤT KẾT NỐI", "Bảo trì", "MarkState", "up", ""]
    path = plain(tmp_path / "cong.csv", times, states)
    read = read_looks(path, service)
    assert read.kind == PLAIN
    assert read.looks["state"].tolist() == [UP, DOWN, MAINTENANCE, UNKNOWN, UP, UNKNOWN]
    assert read.looks["at"].tolist() == [pd.Timestamp("2020-05-14 10:00") + timedelta(minutes=n) for n in range(6)]
    assert (read.rows, read.used, read.repeated, read.unread) == (6, 4, 0, 2)
    assert set(read.looks["source"]) == {"monitor:cong"}


def test_a_zone_that_the_reference_data_state_is_taken(tmp_path: Path, service: Service) -> None:
    path = plain(tmp_path / "a.csv", ["14/05/2020 10:00", "2020-05-14 10:01", "2020-05-14T03:02:00Z"], ["up"] * 3)
    for zone, hour in (("Asia/Ho_Chi_Minh", 10), ("UTC", 17)):
        folder = tmp_path / zone.replace("/", "-")
        folder.mkdir()
        text = (REFERENCE / "availability.toml").read_text(encoding="utf-8").replace('plain = ""', f'plain = "{zone}"')
        (folder / "availability.toml").write_text(text, encoding="utf-8")
        at = sorted(read_looks(path, load_service(folder)).looks["at"])
        assert pd.Timestamp(2020, 5, 14, hour, 0) in at
        assert pd.Timestamp(2020, 5, 14, hour, 1) in at
        assert pd.Timestamp(2020, 5, 14, 10, 2) in at


def refused(path: Path, service: Service) -> str:
    with pytest.raises(ExportProblem) as caught:
        read_looks(path, service)
    english, vietnamese = caught.value.told(EN), caught.value.told(VI)
    assert english != vietnamese
    assert not any(mark in english + vietnamese + repr(caught.value) for mark in MARKS)
    return english


@pytest.mark.parametrize("time", ["14/05/2020 10:00", "2020-05-14 10:00:00", "14-05-2020", "2020-05-14T10:00:00.123"])
def test_times_without_a_zone_are_refused_with_what_to_do(tmp_path: Path, service: Service, time: str) -> None:
    path = plain(tmp_path / "a.csv", ["2020-05-14T10:00:00Z", time], ["up", "down"])
    assert "state no zone" in refused(path, service)
    assert "zones.plain" in refused(path, service)


@pytest.mark.parametrize(
    "rows",
    [
        [["Mã hồ sơ", "Trạng thái"], ["1", "up"]],
        [
            ["Thời gian", "Trạng thái"],
            ["2020-05-14T10:00:00Z", "MarkState"],
            ["2020-05-14T10:01:00Z", "Đã trả kết quả"],
        ],
        [["Thời gian", "Trạng thái"]],
    ],
)
def test_what_is_no_monitors_file_is_told_apart(tmp_path: Path, service: Service, rows: list[list[str]]) -> None:
    path = write(tmp_path / "a.csv", rows)
    assert "availability.toml" in refused(path, service)


def test_a_file_that_is_refused_stops_no_other(tmp_path: Path, service: Service) -> None:
    good = kuma(tmp_path / "good.csv", looks(5, 1, 50))
    bad = plain(tmp_path / "bad.csv", ["14/05/2020 10:00"], ["up"])
    found, ledger = read_monitors([bad, good], service, EN)
    assert len(found) > 0
    assert ledger["problem"].str.contains("state no zone").tolist() == [True, False]
    none, _ = read_monitors([bad], service, EN)
    assert (list(none), len(none)) == (INTERVAL_COLUMNS, 0)


def test_no_message_leaves_the_reader(tmp_path: Path, service: Service) -> None:
    path = kuma(tmp_path / "a.csv", looks(6, 1, 50), MESSY)
    found, ledger = read_monitors([path], service, VI)
    told = [repr(read_looks(path, service)), found.to_csv(), ledger.to_csv(), read_looks(path, service).looks.to_csv()]
    assert not [mark for mark in MARKS for text in told if mark in text]


def test_a_zone_that_there_is_not_is_named_with_its_line(tmp_path: Path) -> None:
    text = (REFERENCE / "availability.toml").read_text(encoding="utf-8").replace('kuma = "UTC"', 'kuma = "Phu Yen"')
    (tmp_path / "availability.toml").write_text(text, encoding="utf-8")
    with pytest.raises(
        ReferenceProblem, match=r"availability\.toml, line \d+: zones\.kuma = «Phu Yen» is no time zone"
    ):
        load_service(tmp_path)


def _cut(found: pd.DataFrame, shares: Iterator[float]) -> pd.DataFrame:
    """The same times in two pieces each."""
    middle = found["start"] + (found["end"] - found["start"]) * pd.Series([next(shares) for _ in found.index])
    middle = middle.dt.floor("s")
    both = pd.concat([found.assign(end=middle), found.assign(start=middle)])
    return both[both["start"] < both["end"]]


@settings(max_examples=25)
@given(
    states=st.lists(st.sampled_from(WORST), min_size=2, max_size=40),
    steps=st.lists(st.sampled_from([30, 60, 60, 60, 300]), min_size=40, max_size=40),
    share=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_intervals_follow_each_other_without_a_gap_and_merging_changes_no_second(
    states: list[str], steps: list[int], share: float, seed: int
) -> None:
    at = [pd.Timestamp("2020-05-14") + timedelta(seconds=sum(steps[:n])) for n in range(len(states))]
    made = pd.DataFrame({"source": "monitor:1", "at": at, "state": states}).astype({"at": "datetime64[us]"})
    found = intervals(made.sample(frac=1, random_state=seed), 2)
    assert (found["start"].iloc[1:].to_numpy() == found["end"].iloc[:-1].to_numpy()).all()
    assert (found["state"].iloc[1:].to_numpy() != found["state"].iloc[:-1].to_numpy()).all()
    assert (found["start"].iloc[0], found["end"].iloc[-1]) == (at[0], at[-1])
    pd.testing.assert_frame_equal(
        merged(_cut(found, iter([share] * len(found))).sample(frac=1, random_state=seed)), found
    )
