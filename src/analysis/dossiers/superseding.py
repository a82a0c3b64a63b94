"""Lets the sights of each dossier compete: one row per dossier, and who lost to whom (contract §4)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import attrgetter
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.dossiers.accepted import Told, write_accepted
from analysis.dossiers.export_dates import MODIFIED
from analysis.dossiers.sights import CHECKS, SIGHTS_SCHEMA
from analysis.dossiers.worker import FileResult
from analysis.exports.handling import DIGITISED, PAYMENT, RECEIVED_BY
from analysis.language.clock import today
from analysis.storage.backends import DUCKDB, computed_once, execute, read_files, without_rows, write_dossiers
from analysis.storage.memory import keep_little

# Of ``filings.parquet``, beside the dossier's key: how it was filed, where its export tells anything of that.
FILED = ("submitted_at", "submitted_unread", "by_proxy", "code_gap")
# Of ``handling.parquet``: how it was handled.
HANDLED = (RECEIVED_BY, PAYMENT, DIGITISED)
_OF_SIGHTS = ("key_number", "sheet_index", "row", "flags", *FILED, *HANDLED)
# Of ``dossiers.parquet``: a dossier's last sight, and where it stands.
DOSSIERS_SCHEMA = pa.schema(
    [
        *(field for field in SIGHTS_SCHEMA if field.name not in _OF_SIGHTS),
        *(pa.field("file", pa.string()), SIGHTS_SCHEMA.field("row")),
    ]
)
FILINGS, HANDLING = "filings.parquet", "handling.parquet"
EVENTS = ("received_at", "completed_at")
STRAY, FAR = 0.01, 31  # share of all receipts and results; days
MOST_LEFT_OUT = 100
MOST_PLACED = 100  # where a unit has more rows of a kind of doubt, nobody mends them one by one
# What an export's own date shows to be doubtful comes to light here, after the checks of each row by itself.
_AFTER_EXPORT = {"received_after_export": "received_at", "completed_after_export": "completed_at"}
ALL_CHECKS = (*CHECKS, *_AFTER_EXPORT)
DOUBTFUL_COLUMNS = ["unit_code", "check", "file", "row"]


@dataclass(frozen=True)
class Settled:
    """How many rows each file lost to later sights, the quality checks, the latest day that ``latest_of`` admits.

    ``checks``: a row for each unit, by code, with its accepted ``dossiers`` and a column for each of ``ALL_CHECKS``.
    ``doubtful``: where the first ``MOST_PLACED`` rows of each of these stand, in ``DOUBTFUL_COLUMNS``.
    ``left_out``: file, row, column and day of what lies after that day, the first ``MOST_LEFT_OUT``.
    ``modified_alone``: files with a dossier in common of which modification dates alone told which is the later.
    """

    lost: dict[int, int]
    checks: pd.DataFrame
    doubtful: pd.DataFrame
    latest_day: date | None
    left_out: pd.DataFrame
    modified_alone: list[str]


def settle(
    connection: Any,
    names: list[str],
    stems: list[Path],
    results: list[FileResult],
    export_dates: list[tuple[date, str]],
    target: Path,
) -> Settled:
    """Let the sights of each dossier compete on the engine of ``connection``, write one row per dossier to ``target``,
    and how it was filed and handled beside it.

    The sight from the latest export wins; ties go to the later row in (file, sheet, row) order.
    """
    keep_little()
    rows = _all_rows(connection, names, stems, results, [day for day, _ in export_dates])
    losers = computed_once(_losers(rows))
    accepted = rows.anti_join(losers, ["file_index", "sheet_index", "row"])
    tables: list[tuple[Path, pa.Schema, Told | None]] = [
        (target.with_name(FILINGS), _of_sights(FILED), Told(attrgetter("tells_filing"), _tell_filing)),
        (target.with_name(HANDLING), _of_sights(HANDLED), Told(attrgetter("handling"), _tell_handling)),
    ]
    if connection.name == DUCKDB:
        tables.append((target, DOSSIERS_SCHEMA, None))
    else:  # whose executors write several files at once
        write_dossiers(accepted.select(*DOSSIERS_SCHEMA.names), target)
    with ThreadPoolExecutor(1) as pool:  # while the engine counts
        lost = execute(losers)
        written = [pool.submit(write_accepted, names, stems, results, lost, *table) for table in tables]
        settled = _settled(names, results, export_dates, rows, lost, accepted)
        for one in written:
            one.result()
    return settled


def _of_sights(columns: tuple[str, ...]) -> pa.Schema:
    return pa.schema([SIGHTS_SCHEMA.field(name) for name in ("dossier_key", *columns)])


def _settled(
    names: list[str],
    results: list[FileResult],
    export_dates: list[tuple[date, str]],
    rows: ibis.Table,
    losers: pd.DataFrame,
    accepted: ibis.Table,
) -> Settled:
    doubted = _doubted(accepted)
    by_unit = doubted.group_by("unit_code").aggregate(
        **{check: ((doubted.doubts // 2**bit) % 2).sum() for bit, check in enumerate(ALL_CHECKS)},
        dossiers=doubted.count(),
    )
    counted = execute(by_unit).set_index("unit_code").sort_index()
    if (found := counted["dossiers"].sum() + len(losers)) != sum(result.rows for result in results):
        raise AssertionError(f"{found} rows came back from the kept files")  # every row is accounted for
    checks = counted.fillna(0).astype("int64")[["dossiers", *ALL_CHECKS]]
    swapped = {
        column: [name for name, result in zip(names, results, strict=True) if column in result.swapped]
        for column in EVENTS
    }
    events = _events(accepted, swapped)
    known = events.day <= ibis.least(events.export_date, ibis.literal(today()))
    by_day = execute(events.group_by("day").aggregate(known=known.sum(), count=events.count()))
    latest = latest_of(by_day)
    left_out = events.select("file", "row", "column", "day")
    if latest and by_day["day"].max() > latest:
        later = left_out.filter(left_out.day > ibis.literal(latest))
        first = execute(later.order_by("file", "row", "column").limit(MOST_LEFT_OUT))
    else:
        first = without_rows(left_out)
    by_date = [name for name, (_, told) in zip(names, export_dates, strict=True) if told == MODIFIED]
    alone = _with_dossiers_in_common(rows, by_date) if len(by_date) > 1 and len(losers) else []
    none = without_rows(doubted.mutate(check=ibis.literal("")).select(*DOUBTFUL_COLUMNS))
    doubtful = _first_doubtful(doubted) if checks[[*ALL_CHECKS]].any(axis=None) else none
    return Settled(losers["file_index"].value_counts().to_dict(), checks, doubtful, latest, first, alone)


def latest_of(by_day: pd.DataFrame) -> date | None:
    """The latest day of receipt or result (contract §6), None without any: no single row may rule a run.

    ``by_day``: day, the ``count`` of receipts and results on it, and how many of them were ``known``, being neither
    later than their file's export nor than today. Where there is one, the others are left out; so are stray days, fewer
    than ``STRAY`` of them all that come more than ``FAR`` days after the last day before them.
    """
    number = "known" if by_day["known"].any() else "count"
    days = by_day[by_day[number] > 0].sort_values("day", ignore_index=True)
    if days.empty:
        return None
    later = days[number][::-1].cumsum()[::-1]
    far = pd.to_datetime(days["day"]).diff() > pd.Timedelta(days=FAR)
    stray = days.index[far & (later < STRAY * days[number].sum())]
    return pd.Timestamp(days["day"].iloc[stray[0] - 1 if len(stray) else -1]).date()


def _tell_filing(rows: pa.Table) -> pa.ChunkedArray:
    """Which rows tell how dossiers were filed."""
    dated = pc.or_(pc.is_valid(rows["submitted_at"]), rows["submitted_unread"])
    return pc.or_(dated, pc.is_valid(rows["by_proxy"]))


def _tell_handling(rows: pa.Table) -> pa.ChunkedArray:
    """Which rows tell how dossiers were handled."""
    return reduce(pc.or_, [pc.is_valid(rows[name]) for name in HANDLED])


def _with_dossiers_in_common(rows: ibis.Table, names: list[str]) -> list[str]:
    """Those of the files that have a dossier which another of them has too."""
    some = rows.filter(rows.file.isin(names))
    common = some.group_by("dossier_key").aggregate(files=some.file.nunique()).filter(ibis._.files > 1)
    return sorted(execute(some.semi_join(common, "dossier_key").select("file").distinct())["file"])


def _doubted(rows: ibis.Table) -> ibis.Table:
    """The rows with ``doubts``: one bit for each of ``ALL_CHECKS``."""
    bits = rows.flags.cast("int32")
    for bit, column in enumerate(_AFTER_EXPORT.values(), start=len(CHECKS)):
        bits += ibis.ifelse(rows[column].date() > rows.export_date, 2**bit, 0)
    return rows.mutate(doubts=bits)


def _first_doubtful(rows: ibis.Table) -> pd.DataFrame:
    """Of each unit and check the first rows that it found doubtful, in the order of the checks, files and rows."""
    bits = ibis.memtable(pa.table({"check": ALL_CHECKS, "bit": [2**bit for bit in range(len(ALL_CHECKS))]}))
    order = ["file_index", "sheet_index", "row"]

    def first_of(rows: ibis.Table, *same: str) -> ibis.Table:
        place = ibis.row_number().over(group_by=["unit_code", *same], order_by=order)
        return rows.mutate(place=place).filter(ibis._.place < MOST_PLACED)

    # The first in which a check found something are among the first that the same checks found doubtful: few are left
    # of which each check is told apart.
    found = first_of(rows.filter(rows.doubts > 0), "doubts").drop("place").cross_join(bits)
    found = first_of(found.filter((found.doubts // found.bit) % 2 == 1), "check")
    first = execute(found.select(*DOUBTFUL_COLUMNS, "bit", "place"))
    return first.sort_values(["unit_code", "bit", "place"], ignore_index=True)[DOUBTFUL_COLUMNS]


def _events(rows: ibis.Table, swapped: dict[str, list[str]]) -> ibis.Table:
    """Each receipt and each result with its day, and what its file says of itself, but for ``swapped`` columns."""
    parts = [
        rows.filter(rows[column].notnull(), ~rows.file.isin(swapped[column]) if swapped[column] else True).select(
            "file", "row", "export_date", column=ibis.literal(column), day=rows[column].date()
        )
        for column in EVENTS
    ]
    return ibis.union(*parts)


def _all_rows(
    connection: Any, names: list[str], stems: list[Path], results: list[FileResult], export_dates: list[date]
) -> ibis.Table:
    """Every valid row of every file, with its file, the file's place in the order and its export date."""
    filled = [number for number, result in enumerate(results) if result.rows]
    if not filled:
        empty = SIGHTS_SCHEMA.empty_table().append_column("file", pa.array([], pa.string()))
        empty = empty.append_column("file_index", pa.array([], pa.int32()))
        return ibis.memtable(empty.append_column("export_date", pa.array([], pa.date32())))
    # Resolved, because DuckDB calls the files that it read so, without ``..`` and the like.
    paths = [stems[number].with_suffix(".parquet").resolve() for number in filled]
    sources = pa.table(
        {
            "filename": [str(path) for path in paths],
            "file": [names[number] for number in filled],
            "file_index": pa.array(filled, pa.int32()),
            "export_date": pa.array([export_dates[number] for number in filled], pa.date32()),
        }
    )
    # Two files with the same bytes share one kept result; the join gives each its rows.
    rows = read_files(connection, sorted(set(paths)))
    return rows.join(ibis.memtable(sources), "filename").drop("filename")


def _losers(rows: ibis.Table) -> ibis.Table:
    """The rows that a later sight of the same dossier supersedes."""
    seen_again = rows.group_by("key_number").aggregate(sights=rows.count()).filter(ibis._.sights > 1)
    contenders = rows.semi_join(seen_again, "key_number")  # should two keys share a number, they compete apart
    latest_first = [ibis.desc(name) for name in ("export_date", "file_index", "sheet_index", "row")]
    place = ibis.row_number().over(group_by="dossier_key", order_by=latest_first)
    return contenders.mutate(place=place).filter(ibis._.place > 0).select("file_index", "sheet_index", "row")
