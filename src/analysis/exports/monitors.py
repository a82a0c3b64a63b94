"""Reads what monitors of the portal wrote: when they looked and what they found, as intervals of one state each.

Two kinds of files are known by their headings and words (``availability.toml``): Uptime Kuma's heartbeats (``kuma``:
monitor_id, status, time; its ``msg``, which quotes the server, is never kept) and a plain list of up and down
(``plain``: time, state). What was found holds until the next look. Two looks more than twice the usual interval apart
(the median of the monitor's own) leave what is between them unknown, never up; what cannot be read of a state is
unknown too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from analysis.exports.delimited import HEADING_ROWS
from analysis.exports.lists import find_head, lines_of
from analysis.exports.moments import moments
from analysis.exports.reading import read_export
from analysis.exports.sheets import Sheet
from analysis.language.clock import LOCAL
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_, Language
from analysis.reference.availability import Service

UP, DOWN, PENDING, MAINTENANCE, UNKNOWN = "up", "down", "pending", "maintenance", "unknown"
KUMA, PLAIN = "kuma", "plain"
INTERVAL_COLUMNS = ["source", "start", "end", "state"]
_COUNTS = ("rows", "used", "repeated", "unread")
MONITORS_LEDGER = ["file", "kind", *_COUNTS, "problem"]

_REQUIRED = ("time", "state")
_KNOWN = 0.5  # of the states that are filled, so many are words of a monitor's, or the file is of another kind
_WORST_FIRST = {state: rank for rank, state in enumerate((DOWN, UNKNOWN, PENDING, MAINTENANCE, UP))}
_STATES_ZONE = r":\d{2}(?:[.,]\d+)? ?(?:[Zz]|(?:GMT|UTC)? ?[+-]\d{1,2}(?::?\d{2})?)$"
_NO_MONITOR = N_(
    "no monitor's file: no row among the first {rows} has a heading for the time and one for the state, with states "
    "that are known below them. Add the headings and the states' words to data/reference/availability.toml."
)
_NO_ZONE = N_(
    "the monitor's times state no zone, so nobody knows which hours they mean. Export them with it "
    "(2020-05-14T10:00:00+07:00), or write the zone that they are in as zones.plain into "
    "data/reference/availability.toml."
)


@dataclass(frozen=True)
class Looks:
    """What one file holds. ``looks``: source, at (local time), state; rows = used + repeated + unread.

    A row whose time cannot be read is ``unread`` and has no look; one whose state cannot be read is ``unread`` and its
    look is unknown. ``repeated``: further rows of the same moment, of which the worst state counts.
    """

    kind: str
    looks: pd.DataFrame
    rows: int
    used: int
    repeated: int
    unread: int


def read_looks(path: Path, service: Service, name: str = "") -> Looks:
    """A monitor's looks; raises ExportProblem, which quotes no cell, for what is none or states no zone.

    ``name`` is what the file is called where its monitors have no number; "" for its own.
    """
    cells = _cells(path, service)
    if not (kind := _kind(cells, service)):
        raise ExportProblem(_NO_MONITOR, rows=HEADING_ROWS)
    zone = service.zones.kuma if kind == KUMA else service.zones.plain
    at = _local(cells["time"], zone)
    state = _states(cells["state"], service)
    is_numbered = cells["monitor"].str.fullmatch(r"\d{1,9}") if kind == KUMA else pd.Series(True, cells.index)
    source = "monitor:" + (cells["monitor"] if kind == KUMA else Path(name or path.name).stem)
    told = pd.DataFrame({"source": source, "at": at, "state": state})[at.notna() & is_numbered]
    looks = _worst(told)
    unread = len(cells) - len(told) + int((looks["state"] == UNKNOWN).sum())
    return Looks(kind, looks, len(cells), len(cells) - unread - len(told) + len(looks), len(told) - len(looks), unread)


def read_monitors(
    paths: Iterable[Path], service: Service, language: Language, named: Callable[[Path], str] = attrgetter("name")
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The intervals of all monitors' files together, and the files' ledger (``MONITORS_LEDGER``).

    ``named`` says what a file is called in the ledger.
    """
    looks, ledger = [], []
    for path in paths:
        try:
            read = read_looks(path, service, named(path))
        except ExportProblem as problem:
            ledger.append({"file": named(path), "problem": problem.told(language)})
            continue
        looks.append(read.looks)
        ledger.append({"file": named(path), "kind": read.kind, **{name: getattr(read, name) for name in _COUNTS}})
    blank = {name: 0 if name in _COUNTS else "" for name in MONITORS_LEDGER}
    whole = pd.DataFrame([{**blank, **row} for row in ledger], columns=MONITORS_LEDGER)
    return intervals(pd.concat(looks), service.limits.gap) if looks else no_intervals(), whole


def intervals(looks: pd.DataFrame, gap: float) -> pd.DataFrame:
    """Intervals of one state (``INTERVAL_COLUMNS``, local time), adjacent ones merged, from a source's first look to
    its last; ``looks`` in any order, those of several files too.
    """
    ordered = _worst(looks)
    after = ordered.groupby("source")["at"].shift(-1)
    length = after - ordered["at"]
    usual = length.groupby(ordered["source"]).transform("median")
    state = ordered["state"].mask(length > gap * usual, UNKNOWN)
    found = pd.DataFrame({"source": ordered["source"], "start": ordered["at"], "end": after, "state": state})
    return merged(found[after.notna()])


def merged(found: pd.DataFrame) -> pd.DataFrame:
    """The intervals with those of one source and state that touch each other as one, ordered."""
    ordered = found[INTERVAL_COLUMNS].sort_values(["source", "start"], ignore_index=True)
    before = ordered.shift()
    goes_on = (before["source"] == ordered["source"]) & (before["state"] == ordered["state"])
    goes_on &= before["end"] == ordered["start"]
    runs = ordered.groupby((~goes_on).cumsum(), sort=False)
    return runs.agg(
        source=("source", "first"), start=("start", "first"), end=("end", "last"), state=("state", "first")
    ).reset_index(drop=True)


def no_intervals() -> pd.DataFrame:
    """Intervals where no monitor watched."""
    types = {"source": "str", "start": "datetime64[us]", "end": "datetime64[us]", "state": "str"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def _cells(path: Path, service: Service) -> pd.DataFrame:
    """The columns monitor, time and state as text, "" where blank; no rows where no sheet has the headings."""
    for sheet in read_export(path, headings=service.headings).sheets:
        head, columns = find_head(lines_of(_top(sheet)), service.headings, _REQUIRED)
        if head >= 0:
            kept = {name: sheet.cells.column(column) for name, column in columns.items()}
            rows = pa.table(kept).slice(head + 1).to_pandas().astype("str").fillna("")
            rows = rows.reindex(columns=["monitor", *_REQUIRED], fill_value="")
            rows = rows.apply(lambda column: column.str.strip())
            return rows[(rows != "").any(axis=1)].reset_index(drop=True)
    return pd.DataFrame(columns=["monitor", *_REQUIRED], dtype="str")


def _top(sheet: Sheet) -> Sheet:
    return Sheet(sheet.name, sheet.cells.slice(0, HEADING_ROWS))


def _kind(cells: pd.DataFrame, service: Service) -> str:
    filled = cells.loc[cells["state"] != "", "state"]
    if filled.empty or (_states(filled, service) != UNKNOWN).mean() < _KNOWN:
        return ""
    return KUMA if (cells["monitor"] != "").any() else PLAIN


def _states(texts: pd.Series, service: Service) -> pd.Series:
    known = {text: service.states.get(fold(text), UNKNOWN) for text in texts.unique()}
    return texts.map(known).astype("str")


def _local(texts: pd.Series, zone: str) -> pd.Series:
    """Local moments, NaT where unreadable; ``zone`` is that of times that state none, which "" refuses."""
    stated = texts.str.contains(_STATES_ZONE, regex=True)
    iso = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce").astype("datetime64[us, UTC]")
    found = iso.dt.tz_convert(LOCAL).dt.tz_localize(None)
    rest = iso.isna() & (texts != "")
    if rest.any():
        found[rest] = pd.Series(moments(pa.array(texts[rest], pa.string())).to_pandas(), dtype="datetime64[us]").values
    if not zone and (found.notna() & ~stated).any():
        raise ExportProblem(_NO_ZONE)
    return found.where(stated | ~found.notna(), _moved(found, iso, ZoneInfo(zone or "UTC")))


def _moved(found: pd.Series, iso: pd.Series, zone: ZoneInfo) -> pd.Series:
    """Times that state no zone brought from ``zone``; an hour that its clock has twice or never is unreadable."""
    written = iso.dt.tz_localize(None).fillna(found)
    moved = written.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    return moved.dt.tz_convert(LOCAL).dt.tz_localize(None).astype("datetime64[us]")


def _worst(looks: pd.DataFrame) -> pd.DataFrame:
    """In order of time; of several looks of a source at one moment the worst."""
    ranked = looks.assign(rank=looks["state"].map(_WORST_FIRST)).sort_values(["source", "at", "rank"])
    return ranked.drop_duplicates(["source", "at"]).drop(columns="rank").reset_index(drop=True)
