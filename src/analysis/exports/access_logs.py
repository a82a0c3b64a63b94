"""Reads web servers' access logs: requests and server errors by minute, durations by hour, and the ledger of all lines.

DuckDB reads line by line and keeps the counts alone. Of a line only its moment, its zone, its status and how long it
took are taken out; the client's address, the user, the path with its query, the referrer and the agent never leave the
SQL that reads the line. The kinds are those of ``log_kinds``: ``iis`` is in UTC (Microsoft, "W3C Logging"), its
``time-taken`` in ms; ``zoneless`` is refused, for nobody knows which hour it means.
"""

import glob
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path

import duckdb
import pandas as pd

from analysis.exports.log_kinds import (
    BEFORE,
    CLOCK,
    DAMAGED,
    FIELDS,
    IIS,
    OFFSET,
    QUOTED,
    TIMED,
    ZONELESS,
    first_lines,
    is_packed,
    kind_of,
)
from analysis.language.clock import LOCAL
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_, Language

GROWTH = 1.05  # each bucket of durations ends so many times later than the one before: none is told over 5 % too long
_COUNTS = ("lines", "requests", "unread", "remarks")
LEDGER_COLUMNS = ["file", "kind", *_COUNTS, "copy_of", "problem"]

_SEPARATOR = "\x01"  # servers write control characters in another form, so a line stays one cell
_IIS_NEEDS = ("date", "time", "sc-status")
_IIS_PARTS = {
    "date": ("day", r"((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})"),
    "time": ("clock", r"([0-9]{2}:[0-5][0-9]):[0-9]{2}"),
    "sc-status": ("status", "([0-9])[0-9]{2}"),
    "time-taken": ("taken", "([0-9]+)"),
}


@dataclass(frozen=True)
class _Form:
    """How a line is taken apart: RE2's ``pattern`` with a group for each of ``parts``; the rest is SQL over these."""

    pattern: str
    parts: tuple[str, ...]
    stamp: str
    strptime: str
    zone: str
    milliseconds: str


_COMBINED = _Form(
    rf"{BEFORE}({CLOCK}):[0-9]{{2}} ({OFFSET})\] {QUOTED} ([0-9])[0-9]{{2}} ",
    ("clock", "zone", "status"),
    "part.clock",
    "%d/%b/%Y:%H:%M",
    "part.zone",
    "NULL::DOUBLE",
)
# By a pattern of its own, which RE2 reads from the line's end: in one with the other it costs twice as much.
_TIMED = replace(_COMBINED, milliseconds="1000 * try_cast(regexp_extract(line, '\" ([0-9]+[.][0-9]+)$', 1) AS DOUBLE)")
# By minute, and by hour and duration: by minute and duration there would be nearly as many cells as lines.
_COUNTED = """
SELECT stamp, zone, bucket, count(*) AS requests, sum(error)::BIGINT AS errors,
    (sum(key) % 18446744073709551616)::UBIGINT AS digest,
    try_strptime(coalesce(stamp, hour || ':00'), '{strptime}') AS moment
FROM (
    SELECT stamp, left(stamp, -3) AS hour, zone, error, key,
        CASE WHEN milliseconds IS NOT NULL  -- of which greatest would make 1
            THEN ceil(ln(greatest(round(milliseconds), 1)) / ln({growth}))::INTEGER END AS bucket
    FROM (
        SELECT CASE WHEN part.status <> '' THEN {stamp} WHEN line[1] <> '#' THEN ''
                WHEN line[1:8] = '{fields}' THEN line ELSE '#' END AS stamp,
            {zone} AS zone, (part.status = '5')::INTEGER AS error, hash(line) AS key, {milliseconds} AS milliseconds
        FROM (
            SELECT line, regexp_extract(line, '{pattern}', {parts}) AS part
            FROM read_csv({place}, columns = {{'line': 'VARCHAR'}}, delim = '{separator}', quote = '', escape = '',
                header = false, auto_detect = false, strict_mode = false, hive_partitioning = false,
                compression = '{compression}', ignore_errors = true, store_rejects = true)
            WHERE line IS NOT NULL
        )
    )
)
GROUP BY GROUPING SETS ((stamp, zone), (hour, zone, bucket))
"""

_NO_LOG = N_(
    "no access log: its first lines are neither in the combined or common form of nginx and Apache nor in IIS's W3C "
    "form. Give the server's access log as it is, or as .gz."
)
_NO_ZONE = N_(
    "the log's times state no zone, so nobody knows which hours they mean. Let the server write them with it (nginx: "
    "$time_local; Apache: %t; IIS: the W3C form) and give the log from then on."
)
_LACKING = N_("the log's columns lack {columns}. Tick them among the W3C fields in IIS and give the log from then on.")
_CHANGING = N_(
    "the columns change within the log: it has {count} different lines «#Fields:». Cut it before each of them and give "
    "the parts."
)


def _empty(**types: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def _no_minutes() -> pd.DataFrame:
    return _empty(minute="datetime64[us]", requests="int64", errors="int64")


def _no_durations() -> pd.DataFrame:
    return _empty(hour="datetime64[us]", bucket="int64", requests="int64")


@dataclass(frozen=True)
class Traffic:
    """What logs say, in local time (Asia/Ho_Chi_Minh).

    ``minutes``: minute, requests, errors (status 5xx); a minute without requests has no row. ``durations``: hour,
    bucket, requests, of those whose duration is told; a bucket ends at ``bucket_end``.
    """

    minutes: pd.DataFrame = field(default_factory=_no_minutes)
    durations: pd.DataFrame = field(default_factory=_no_durations)


@dataclass(frozen=True)
class AccessLog:
    """One log: its ``traffic``, and how its lines are accounted for: lines = requests + unread + remarks.

    ``remarks`` are IIS's lines that begin with ``#``; ``digest`` is the same for the same lines in any order.
    """

    kind: str
    traffic: Traffic
    lines: int
    requests: int
    unread: int
    remarks: int
    digest: int


def bucket_end(bucket: int | pd.Series) -> float | pd.Series:
    """The longest duration of a bucket in milliseconds."""
    return GROWTH**bucket


def read_log(path: Path) -> AccessLog:
    """A log's counts; raises ExportProblem, which quotes no line, for what is no access log or cannot be told."""
    head = first_lines(path)
    kind = kind_of(head)
    cells, rejected = _counted(path, _form(kind, head))
    lines, told = cells[cells["stamp"].notna()], cells[cells["moment"].notna()]
    if (several := int(lines["stamp"].str.startswith(FIELDS).sum())) > 1:
        raise ExportProblem(_CHANGING, count=several)
    traffic = _traffic(_in_local_time(told))
    total, requests = int(lines["requests"].sum()) + rejected, int(traffic.minutes["requests"].sum())
    remarks = int(lines.loc[lines["stamp"].str.startswith("#"), "requests"].sum()) if kind == IIS else 0
    digest = sum(map(int, lines["digest"])) % 2**64
    return AccessLog(kind, traffic, total, requests, total - requests - remarks, remarks, digest)


def read_logs(
    paths: Iterable[Path], language: Language, named: Callable[[Path], str] = attrgetter("name")
) -> tuple[Traffic, pd.DataFrame]:
    """What all logs say together, and their ledger (``LEDGER_COLUMNS``); one that is refused is no reason to stop.

    ``named`` says what a log is called in the ledger.
    A log that holds the same lines as one before, a copy or its .gz, counts once: its ``copy_of`` names that one.
    """
    firsts: dict[tuple[int, int], str] = {}
    ledger, traffic = [], []
    for path in paths:
        try:
            log = read_log(path)
        except ExportProblem as problem:
            ledger.append({"file": named(path), "problem": problem.told(language)})
            continue
        counts = {name: getattr(log, name) for name in ("kind", *_COUNTS)}
        twin = firsts.get((log.digest, log.lines), "")
        firsts.setdefault((log.digest, log.lines), named(path))
        ledger.append({"file": named(path), "copy_of": twin, **counts})
        traffic += [] if twin else [log.traffic]
    blank = {name: 0 if name in _COUNTS else "" for name in LEDGER_COLUMNS}
    return _together(traffic), pd.DataFrame([{**blank, **row} for row in ledger], columns=LEDGER_COLUMNS)


def _form(kind: str, head: list[str]) -> _Form:
    """How the lines of a kind are taken apart; raises ExportProblem for what is no log or states no zone."""
    if kind == IIS:
        return _iis_form(head)
    if not kind or kind == ZONELESS:
        raise ExportProblem(_NO_ZONE if kind else _NO_LOG)
    return _TIMED if kind == TIMED else _COMBINED


def _iis_form(head: list[str]) -> _Form:
    """How the lines of a W3C log are taken apart, by what its first ``#Fields:`` says."""
    columns = next(line for line in head if line.startswith(FIELDS)).removeprefix(FIELDS).split()
    if lacking := [name for name in _IIS_NEEDS if name not in columns]:
        raise ExportProblem(_LACKING, columns=", ".join(lacking))
    taken = [_IIS_PARTS[name][0] for name in columns if name in _IIS_PARTS]
    pattern = " ".join(_IIS_PARTS.get(name, ("", "[^ ]+"))[1] for name in columns)
    took = "try_cast(part.taken AS DOUBLE)" if "taken" in taken else "NULL::DOUBLE"
    return _Form(f"^{pattern} ?$", tuple(taken), "part.day || ' ' || part.clock", "%Y-%m-%d %H:%M", "'+0000'", took)


def _counted(path: Path, form: _Form) -> tuple[pd.DataFrame, int]:
    """The cells of ``_COUNTED``, and how many lines DuckDB itself refused (no UTF-8, or of millions of bytes)."""
    query = _COUNTED.format(
        **{part: getattr(form, part) for part in ("pattern", "stamp", "strptime", "zone", "milliseconds")},
        parts=list(form.parts),
        place="'" + glob.escape(str(path.absolute())).replace("'", "''") + "'",
        compression="gzip" if is_packed(path) else "none",
        **{"growth": GROWTH, "fields": FIELDS, "separator": _SEPARATOR},
    )
    try:
        with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
            cells = connection.sql(query).df()
            rejected = connection.sql("SELECT count(DISTINCT (file_id, line)) FROM reject_errors").fetchall()[0][0]
    except duckdb.Error:  # its words may quote a line
        raise ExportProblem(DAMAGED) from None
    return cells, rejected


def _in_local_time(cells: pd.DataFrame) -> pd.DataFrame:
    """With each cell's ``moment`` in Asia/Ho_Chi_Minh."""
    sign = cells["zone"].str[0].map({"+": 1, "-": -1})
    shift = sign * (60 * cells["zone"].str[1:3].astype("int64") + cells["zone"].str[3:5].astype("int64"))
    utc = cells["moment"] - pd.to_timedelta(shift, unit="min").astype("timedelta64[us]")
    return cells.assign(moment=utc.dt.tz_localize("UTC").dt.tz_convert(LOCAL).dt.tz_localize(None))


def _traffic(told: pd.DataFrame) -> Traffic:
    minutes = told[told["stamp"].notna()].rename(columns={"moment": "minute"})
    timed = told[told["stamp"].isna() & told["bucket"].notna()]
    durations = timed.assign(hour=timed["moment"].dt.floor("h"))
    return _together([Traffic(minutes, durations)])


def _together(several: list[Traffic]) -> Traffic:
    """The sums of several logs, in order of time."""
    whole = [Traffic(), *several]
    return Traffic(
        _summed(pd.concat([one.minutes for one in whole]), ["minute"], ["requests", "errors"]),
        _summed(pd.concat([one.durations for one in whole]), ["hour", "bucket"], ["requests"]),
    )


def _summed(cells: pd.DataFrame, keys: list[str], counts: list[str]) -> pd.DataFrame:
    types = {**dict.fromkeys(counts, "int64"), **({"bucket": "int64"} if "bucket" in keys else {})}
    return cells.groupby(keys, as_index=False)[counts].sum().astype(types)
