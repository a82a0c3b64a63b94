"""What files of counts come to (``counts.parquet``): each cell counted once, none beside rows, all lines in a ledger.

A later file supersedes an earlier one of the same unit, month and cell; of files that count a month by other columns
the latest is right alone, for their sums would be added. Lines of one file for the same cell are added: it tells them
by something else. Where exports have dossiers of a unit and month its counts are set aside, and go to the
reconciliation as a report of the unit's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table

from analysis.dossiers.count_lines import Refused, Row
from analysis.dossiers.counts import CountsFile, CountsRead
from analysis.dossiers.doubts import COUNTED, NOT_COUNTED, UNREAD
from analysis.dossiers.export_dates import MODIFIED, export_date
from analysis.dossiers.further_files import Further
from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.superseding import latest_of
from analysis.dossiers.worker import asked
from analysis.exports.periods import TitleDays, month_end
from analysis.language.clock import today
from analysis.language.problems import ExportProblem
from analysis.language.texts import Language
from analysis.reference.counts_words import load_counts_words
from analysis.reference.tables import Reference
from analysis.storage.backends import execute
from analysis.storage.writing import spreadsheet_safe, write_csv, write_whole

COUNTS = "counts.parquet"
BESIDE_ROWS = "counts_beside_rows"  # the table of what was set aside
MONTH_TO_COME = "month_to_come"  # a reason beside those of the reader
COUNTS_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("unit_code", "tier", "procedure_code")),
        *(("level", pa.int8()), ("level_source", pa.string())),
        *((name, pa.string()) for name in ("channel", "applicant", "source")),
        *(("month", pa.date32()), ("told_until", pa.date32())),
        *((name, pa.int64()) for name in ("received", "resolved", "on_time", "late")),
        *(("lacking", pa.string()), ("file", pa.string()), ("row", pa.int32())),
    ]
)
FILES_COLUMNS = [
    *("file", "sha256", "export_date", "export_date_from", "told_until", "lines", "accepted", "superseded"),
    *("beside_rows", "refused", "aside", "dossiers", "problem"),
]
REFUSED_COLUMNS = ["file", "sheet", "row", "column", "reason"]
ASIDE_COLUMNS = ["unit_code", "period_start", "period_end", "file", "cell", "reported"]
TABLES = {"counts_files": FILES_COLUMNS, "counts_refused": REFUSED_COLUMNS, BESIDE_ROWS: ASIDE_COLUMNS}
_CELL = ["unit_code", "month", "procedure_code", "level", "channel", "applicant", "source"]
_ACCEPTED, _SUPERSEDED, _BESIDE = "accepted", "superseded", "beside_rows"
_OF_CHANNEL = {"received_online": "online", "received_counter": "counter", "received_post": "post"}


@dataclass(frozen=True)
class Counted:
    """``rows`` in ``COUNTS_SCHEMA``; ``tables`` by name as ``TABLES`` has them; the last day of which the rows tell."""

    rows: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    latest_day: date | None
    synthetic: bool

    @property
    def doubts(self) -> list[dict[str, Any]]:
        """What must be known of the files, as ``doubts`` tells of others."""
        return list(self._doubts())

    def _doubts(self) -> Iterator[dict[str, Any]]:
        files = self.tables["counts_files"]
        for kind, column in ((COUNTED, "dossiers"), (NOT_COUNTED, "refused")):
            some = files[files[column] > 0]
            if len(some):
                yield {"kind": kind, "files": some["file"].tolist(), "details": [int(some[column].sum())]}
        for row in files[files["problem"] != ""].itertuples(index=False):
            yield {"kind": UNREAD, "files": [row.file], "details": [row.problem]}

    def write(self, folder: Path) -> None:
        """Write each as a file that is named after it."""
        rows = pa.Table.from_pandas(self.rows, COUNTS_SCHEMA, preserve_index=False)
        write_whole(folder / COUNTS, lambda path: pq.write_table(rows, path))
        for name, table in self.tables.items():
            write_csv(table, folder / f"{name}.csv")


def clean_counts(
    files: Sequence[Further],
    dossiers: Callable[[], Table],
    reference: Reference,
    lookups: Lookups,
    told: Callable[[str], str],
    language: Language,
) -> Counted:
    """What the files count beside the ``dossiers`` of the exports, which are asked for where there are files.

    ``told`` says how a sheet may be called.
    """
    words = load_counts_words(reference.folder)
    read = asked([CountsFile(one, words) for one in files], lookups, 0) if files else []
    days = [_day(result, one.path) for result, one in zip(read, files, strict=True)]
    this_day = today()
    lines = pd.concat(
        [_lines(result, day, this_day) for result, day in zip(read, days, strict=True)] or [_lines_of([])]
    )
    lines["file_index"] = [number for number, result in enumerate(read) for _ in _rows_of(result)]
    lines = lines.assign(
        file=lines["file_index"].map(dict(enumerate(one.name for one in files))),
        tier=lines["unit_code"].map(lookups.tiers),
        export_date=lines["file_index"].map(dict(enumerate(day for day, _ in days))),
    ).reset_index(drop=True)
    lines["standing"] = _standing(lines, dossiers)
    kept = lines[lines["standing"] == _ACCEPTED].sort_values(["file", "sheet_index", "row"])
    tables = {
        "counts_files": _ledger(files, read, days, lines, language),
        "counts_refused": _refused(files, read, lines, told),
        BESIDE_ROWS: _beside_rows(lines),
    }
    synthetic = any(result.synthetic for result in read if isinstance(result, CountsRead))
    return Counted(kept[COUNTS_SCHEMA.names], tables, _latest_day(kept), synthetic)


def _latest_day(kept: pd.DataFrame) -> date | None:
    """As of exports, no stray line rules a run: each day counts as often as dossiers are told of up to it."""
    by_day = kept.groupby("told_until")["received"].sum().astype("int64").rename("known").reset_index()
    return latest_of(by_day.rename(columns={"told_until": "day"}).assign(count=by_day["known"]))


def _rows_of(result: CountsRead | ExportProblem) -> list[Row]:
    return result.rows if isinstance(result, CountsRead) else []


def _lines_of(rows: list[Row]) -> pd.DataFrame:
    """The rows, numbers as such also where some are unknown."""
    whole = dict.fromkeys(("level", "received", "resolved", "on_time", "late"), "Int64")
    frame = pd.DataFrame(rows, columns=Row._fields).astype(whole)
    return frame.assign(told_until=pd.Series(dtype="object")) if frame.empty else frame


def _day(result: CountsRead | ExportProblem, path: Path) -> tuple[date, str]:
    """The day of the file and what told of it, as of an export."""
    return export_date(result.days if isinstance(result, CountsRead) else TitleDays(), path)


def _lines(result: CountsRead | ExportProblem, day: tuple[date, str], now: date) -> pd.DataFrame:
    """The rows of a file with the day ``told_until``: the month's last, or the file's where that lies within it."""
    last = min(now, day[0]) if day[1] != MODIFIED else now
    lines = _lines_of(_rows_of(result))
    return lines.assign(told_until=[min(month_end(month), last) for month in lines["month"]])


def _standing(lines: pd.DataFrame, dossiers: Callable[[], Table]) -> pd.Series:
    """What became of each line: counted, refused for a month to come, superseded, or set aside beside rows."""
    standing = pd.Series(_ACCEPTED, lines.index).mask(lines["told_until"] < lines["month"], MONTH_TO_COME)
    valid = lines[standing == _ACCEPTED]
    if valid.empty:
        return standing
    order = ["export_date", "file_index", "sheet_index"]
    latest = valid.sort_values(order).groupby(["unit_code", "month"])["grain"].transform("last")
    alike = valid[valid["grain"] == latest.reindex(valid.index)]
    place = alike.sort_values(order[:2]).groupby(_CELL, dropna=False)["file_index"].transform("last")
    kept = alike[alike["file_index"] == place.reindex(alike.index)]
    standing[valid.index.difference(kept.index)] = _SUPERSEDED
    seen = pd.MultiIndex.from_frame(_months_with_rows(dossiers()))
    standing[kept.index[pd.MultiIndex.from_frame(kept[["unit_code", "month"]]).isin(seen)]] = _BESIDE
    return standing


def _months_with_rows(dossiers: Table) -> pd.DataFrame:
    """unit_code and the first day of each month in which exports have dossiers of the unit."""
    received = dossiers.filter(dossiers.received_at.notnull())
    found = execute(
        received.select("unit_code", year=received.received_at.year(), number=received.received_at.month()).distinct()
    )
    months = [date(int(year), int(number), 1) for year, number in zip(found["year"], found["number"], strict=True)]
    return pd.DataFrame({"unit_code": found["unit_code"], "month": months})


def _ledger(
    files: Sequence[Further],
    read: Sequence[CountsRead | ExportProblem],
    days: Sequence[tuple[date, str]],
    lines: pd.DataFrame,
    language: Language,
) -> pd.DataFrame:
    """One row per file: lines = accepted + superseded + beside_rows + refused + aside."""
    rows = []
    for number, (one, result, (day, by)) in enumerate(zip(files, read, days, strict=True)):
        own = lines[lines["file_index"] == number]
        counted = own[own["standing"] == _ACCEPTED]
        counts = {name: int((own["standing"] == name).sum()) for name in (_ACCEPTED, _SUPERSEDED, _BESIDE)}
        told = result if isinstance(result, CountsRead) else CountsRead()
        rows.append(
            {
                **{"file": one.name, "sha256": one.sha256, "export_date": day.isoformat(), "export_date_from": by},
                "told_until": counted["told_until"].max().isoformat() if len(counted) else "",
                **{"lines": told.lines, **counts, "aside": told.aside},
                "refused": len(told.refused) + int((own["standing"] == MONTH_TO_COME).sum()),
                "dossiers": int(counted["received"].sum()),
                "problem": result.told(language) if isinstance(result, ExportProblem) else "",
            }
        )
    return pd.DataFrame(rows, columns=FILES_COLUMNS)


def _refused(
    files: Sequence[Further],
    read: Sequence[CountsRead | ExportProblem],
    lines: pd.DataFrame,
    told: Callable[[str], str],
) -> pd.DataFrame:
    """Which lines, a sheet called as it may be ``told``, and the column that says why."""
    refused = [
        (one.name, *row)
        for one, result in zip(files, read, strict=True)
        if isinstance(result, CountsRead)
        for row in result.refused
    ]
    later = lines[lines["standing"] == MONTH_TO_COME]
    refused += [
        (row.file, *Refused(row.sheet, row.row, "month", MONTH_TO_COME)) for row in later.itertuples(index=False)
    ]
    found = pd.DataFrame(refused, columns=REFUSED_COLUMNS).sort_values(["file", "sheet", "row"], ignore_index=True)
    return found.assign(sheet=found["sheet"].map(lambda sheet: spreadsheet_safe(told(sheet))))


def _beside_rows(lines: pd.DataFrame) -> pd.DataFrame:
    """What was set aside, as cells of a unit's report of each whole month."""
    rows = lines[lines["standing"] == _BESIDE]
    rows = rows[rows["told_until"] == rows["month"].map(month_end)]
    found = []
    for (unit, month, file), own in rows.groupby(["unit_code", "month", "file"]):
        cells: dict[str, Any] = {"received_new": own["received"].sum()}
        if own["channel"].notna().all():
            cells |= {
                cell: own.loc[own["channel"] == channel, "received"].sum() for cell, channel in _OF_CHANNEL.items()
            }
        period = month.isoformat(), month_end(month).isoformat()
        found += [(unit, *period, file, cell, int(reported)) for cell, reported in cells.items()]
    return pd.DataFrame(found, columns=ASIDE_COLUMNS)
