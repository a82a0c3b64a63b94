"""The portal's service in the time of the decision, up to the report's month, by each source that watched it."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.duties.availability import AS_DOWN, DOSSIERS, LEFT_OUT, LOG, READINGS
from analysis.findings.report import Report


@dataclass(frozen=True)
class Watched:
    """What a monitor saw in its last ``month`` and to date: uptime by reading (NaN: unknown), outages and their lengths
    in seconds; ``missed``: by how much filings fell short in them. None where nothing tells it.
    """

    source: str
    month: str
    uptime: dict[str, float]
    to_date: dict[str, float]
    outages: int
    outages_to_date: int
    longest: float | None
    recovery: float | None
    missed: float | None


@dataclass(frozen=True)
class MonthRow:
    """A month by one source; None for what it does not tell. Times in seconds, ``p95`` in milliseconds."""

    month: str
    source: str
    left_out: float | None
    as_down: float | None
    unknown: float | None
    outages: int
    longest: float | None
    requests: int | None
    errors: int | None
    error_share: float | None
    failing_minutes: int | None
    p95: float | None


def is_watched(report: Report) -> bool:
    """Whether there is any file of what watched the portal."""
    return not report.duties["service_files"].empty


def monitors(report: Report) -> list[Watched]:
    """What each monitor saw."""
    rows = _rows(report)
    rows = rows[rows["reading"].isin(READINGS)]
    return [_watched(source, own, _outages(report)) for source, own in rows.groupby("source")]


def months(report: Report) -> list[MonthRow]:
    """Every month and source but the dossiers, in order of time."""
    rows = _rows(report)
    rows = rows[rows["source"] != DOSSIERS]
    return [_month_row(own) for _, own in rows.groupby(["month", "source"])]


def last_of_logs(report: Report) -> MonthRow | None:
    """What the access logs say of the last month that they tell of."""
    return next((row for row in reversed(months(report)) if row.source == LOG), None)


def longest_outages(report: Report, count: int) -> list[Any]:
    """So many outages at most, the longest first; rows of outages.csv, None where a cell is blank."""
    rows = _outages(report).sort_values(["seconds", "start", "source"], ascending=[False, True, True]).head(count)
    rows = rows.astype(object)
    return list(rows.where(rows.notna(), None).itertuples(index=False))


def suspected(report: Report) -> list[tuple[str, int]]:
    """The months of which dossiers alone let suspect an outage, and in how many office hours."""
    rows = _rows(report)
    rows = rows[(rows["source"] == DOSSIERS) & (rows["suspected_hours"] > 0)]
    return [(month, int(hours)) for month, hours in zip(rows["month"], rows["suspected_hours"], strict=True)]


def _rows(report: Report) -> pd.DataFrame:
    rows = report.duties["availability"]
    return rows[rows["month"].between(f"{report.decision.valid_from:%Y-%m}", report.month)]


def _outages(report: Report) -> pd.DataFrame:
    """Those that began in the time told of, but what dossiers alone let suspect."""
    rows = report.duties["outages"]
    rows = rows[rows["start"].str[:7].between(f"{report.decision.valid_from:%Y-%m}", report.month)]
    return rows[rows["source"] != DOSSIERS]


def _watched(source: str, rows: pd.DataFrame, outages: pd.DataFrame) -> Watched:
    month, own = rows["month"].max(), outages[outages["source"] == source]
    last, sums = (
        rows[rows["month"] == month].set_index("reading"),
        rows.groupby("reading")[["up_seconds", "down_seconds"]],
    )
    to_date = sums.sum().assign(known=lambda found: found["up_seconds"] + found["down_seconds"])
    return Watched(
        source,
        month,
        uptime=last["uptime"].to_dict(),
        to_date=(to_date["up_seconds"] / to_date["known"].where(to_date["known"] > 0)).to_dict(),
        outages=int((own["start"].str[:7] == month).sum()),
        outages_to_date=len(own),
        longest=_known(own["seconds"].max()),
        recovery=_known(own.loc[own["recovered"], "seconds"].median()),
        missed=_known(own["missed"].sum(min_count=1)),
    )


def _month_row(rows: pd.DataFrame) -> MonthRow:
    """What one source says of one month, of one row by reading."""
    by_reading, first = rows.set_index("reading")["uptime"], rows.iloc[0]
    counts = {
        field: None if pd.isna(first[name]) else int(first[name])
        for field, name in (
            ("requests", "requests"),
            ("errors", "server_errors"),
            ("failing_minutes", "failing_minutes"),
        )
    }
    return MonthRow(
        first["month"],
        first["source"],
        left_out=_known(by_reading.get(LEFT_OUT)),
        as_down=_known(by_reading.get(AS_DOWN)),
        unknown=_known(first["unknown_seconds"]),
        outages=int(first["outages"]),
        longest=_known(first["longest_seconds"]),
        error_share=_known(first["error_share"]),
        p95=_known(first["p95_ms"]),
        **counts,
    )


def _known(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
