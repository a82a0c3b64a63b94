"""The portal's service as a run has it: from what watched the portal beside the exports to its tables.

``service_files`` is the ledger: lines = used + unread + aside, where ``aside`` are remarks of a log, or further looks
of a monitor at one moment. What dossiers alone let suspect is told only where they say when they were submitted; how
many filings an outage lost goes by the hour of receipt where they do not.
"""

from pathlib import Path

import pandas as pd
from ibis.expr.types import Table

from analysis.dossiers.file_names import FileNames
from analysis.dossiers.raw_files import watching_files
from analysis.duties.availability import DOSSIERS, Seen, availability, filing_hours, no_hours, outages
from analysis.exports.access_logs import read_logs
from analysis.exports.monitors import read_monitors
from analysis.exports.reading import sha256
from analysis.language.texts import Language
from analysis.reference.availability import load_service
from analysis.reference.tables import Reference

SERVICE_FILES_COLUMNS = ["file", "kind", "lines", "used", "unread", "aside", "copy_of", "problem"]
_OF_LOGS = {"requests": "used", "remarks": "aside"}
_OF_MONITORS = {"rows": "lines", "repeated": "aside"}


def portal_service(
    dossiers: Table, raw: Path | None, reference: Reference, language: Language
) -> dict[str, pd.DataFrame]:
    """The tables ``availability``, ``outages`` and ``service_files``, without rows where nothing watched the portal."""
    service, tells_hours = load_service(reference.folder), "submitted_at" in dossiers.columns
    logs, monitors = watching_files(raw, reference) if raw else ([], [])
    names = dict(zip((*logs, *monitors), _names(raw, [*logs, *monitors], reference), strict=True))
    traffic, of_logs = read_logs(logs, language, names.__getitem__)
    intervals, of_monitors = read_monitors(monitors, service, language, names.__getitem__)
    hours = filing_hours(dossiers, service) if names or tells_hours else no_hours()
    found = outages(Seen(intervals, traffic, hours), service.limits, dossiers)
    if not tells_hours:
        found, hours = found[found["source"] != DOSSIERS].reset_index(drop=True), no_hours()
    return {
        "availability": availability(Seen(intervals, traffic, hours), found, service.limits),
        "outages": found.assign(**{name: _moment(found[name]) for name in ("start", "end")}),
        "service_files": _ledger(of_logs, of_monitors),
    }


def _names(raw: Path | None, paths: list[Path], reference: Reference) -> list[str]:
    """How the files may be called."""
    return FileNames(reference).of(raw, paths, sha256) if raw and paths else []


def _moment(moments: pd.Series) -> pd.Series:
    return moments.dt.strftime("%Y-%m-%dT%H:%M:%S").astype("str")


def _ledger(of_logs: pd.DataFrame, of_monitors: pd.DataFrame) -> pd.DataFrame:
    parts = [of_logs.rename(columns=_OF_LOGS), of_monitors.rename(columns=_OF_MONITORS).assign(copy_of="")]
    whole = pd.concat(parts, ignore_index=True)[SERVICE_FILES_COLUMNS]
    return whole.astype(dict.fromkeys(("lines", "used", "unread", "aside"), "int64"))
