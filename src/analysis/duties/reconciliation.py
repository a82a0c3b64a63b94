"""Units' own reports against the own count, cell by cell (``reconciliation.csv``), and what was read for it.

``unit_report_files`` is the ledger of the files: lines = used + aside + refused; a copy of a file is not read again.
``unit_report_refused`` names the rows that are not used and the cells that are no whole numbers;
``reconciliation_sums.csv`` the sums that fail within a report, where unit_code is empty for a total over all rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date

import pandas as pd
from ibis.expr.types import Table

from analysis.dossiers.file_names import FileNames
from analysis.dossiers.further_files import Further
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.unit_reports import BAD_COUNT, Cell, Refused, ReportFile, UnitReports
from analysis.dossiers.worker import asked
from analysis.duties.explaining import explain, pairs
from analysis.duties.reconciliation_rules import reconciliation_rules
from analysis.duties.unit_counts import OWN, REPORT, unit_counts
from analysis.language.problems import ExportProblem
from analysis.language.texts import Language
from analysis.reference.explanations import Rule, load_explanations
from analysis.reference.groups import group_names
from analysis.reference.tables import Reference
from analysis.reference.unit_reports import CELLS, Sum, UnitReportForm, load_unit_reports
from analysis.storage.backends import execute
from analysis.storage.writing import spreadsheet_safe

RECONCILIATION_COLUMNS = [
    *("unit_code", "unit_name", "period_start", "period_end", "cell"),
    *("reported", "ours", "difference", "rule", "status", "file"),
]
SUMS_COLUMNS = ["unit_code", "unit_name", "period_start", "period_end", "cell", "reported", "added", "file"]
FILES_COLUMNS = ["file", "lines", "used", "aside", "refused", "reports", "copy_of", "problem"]
REFUSED_COLUMNS = ["file", "sheet", "row", "cell", "reason"]
NOT_COVERED, REPEATED = "not_covered", "repeated"  # reasons beside those of the reader
_KEYS = [*REPORT, "file"]
_Read = dict[str, UnitReports | ExportProblem]  # what each file reports, by its name


def reports_against_rows(
    dossiers: Table,
    files: Sequence[Further],
    reference: Reference,
    as_of: date,
    language: Language,
    beside: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """The tables of the reconciliation, without rows where no unit's report was given, nor counts ``beside`` rows.

    ``beside`` are the rows of counts_beside_rows.csv: counts of a unit and month are a report of its, too.
    """
    form, rules = load_unit_reports(reference.folder), load_explanations(reference.folder).rules
    read, copies = _read(files, reference, form)
    span = _covered(dossiers, as_of) if read else (as_of, as_of)
    for found in read.values():
        if isinstance(found, UnitReports):
            _set_apart(found, span)
    cells = _cells(read)
    if beside is not None and len(beside):
        counted = beside.assign(**{day: beside[day].map(date.fromisoformat) for day in REPORT[1:]})
        cells = pd.concat([cells, counted[counted["period_end"] <= as_of]], ignore_index=True)
    compared = reconciled(dossiers, cells, reference, rules, form.sums)
    names = group_names(reference, language).set_index("unit_code")["unit_name"]
    return {
        "reconciliation": _named(compared, names)[RECONCILIATION_COLUMNS],
        "reconciliation_rules": reconciliation_rules(compared, names),
        "reconciliation_sums": _named(_failed_sums(cells, read, form.sums), names)[SUMS_COLUMNS],
        "unit_report_files": _ledger(files, read, copies, language),
        "unit_report_refused": _refused(read, FileNames(reference).told),
    }


def reconciled(
    dossiers: Table, cells: pd.DataFrame, reference: Reference, rules: Sequence[Rule], sums: Sequence[Sum]
) -> pd.DataFrame:
    """The ``cells`` (REPORT with days as dates, file, cell, reported) with ours, difference, rule and status."""
    own = _long(unit_counts(dossiers, cells, reference, [None]), cells)
    told = cells.merge(own, on=[*_KEYS, "cell"])
    differing = told.loc[told["reported"] != told["count"], _KEYS].drop_duplicates(ignore_index=True)
    ways = _long(_ways(dossiers, differing, reference, rules), cells)
    return explain(cells, own.drop(columns="rule"), ways, sums, _KEYS)


def _ways(dossiers: Table, reports: pd.DataFrame, reference: Reference, rules: Sequence[Rule]) -> pd.DataFrame:
    """The counts by every rule, and by every two of those that change something of the reports."""
    known = unit_counts(dossiers, reports, reference, [None, *rules])
    own, alone = known[known["rule"] == OWN], known[known["rule"] != OWN]
    cells = list(CELLS)
    changes = {rule for rule, rows in alone.groupby("rule") if (rows[cells].to_numpy() != own[cells].to_numpy()).any()}
    changing = [rule for rule in rules if rule.id in changes]
    return pd.concat([alone, unit_counts(dossiers, reports, reference, pairs(changing))], ignore_index=True)


def _long(counts: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """rule, keys, cell, count of the cells that the reports have."""
    long = counts.melt(["rule", *REPORT], var_name="cell", value_name="count")
    return long.merge(cells[[*_KEYS, "cell"]], on=[*REPORT, "cell"])


def _read(files: Sequence[Further], reference: Reference, form: UnitReportForm) -> tuple[_Read, dict[str, str]]:
    """What each file reports, by its name, and of which file another is a copy."""
    firsts = {one.sha256: one for one in reversed(files)}
    copies = {one.name: firsts[one.sha256].name for one in files if firsts[one.sha256] is not one}
    wanted = [one for one in files if one.name not in copies]
    tasks = [ReportFile(one.path, form) for one in wanted]
    results = asked(tasks, make_lookups(reference), 0) if tasks else []
    return dict(zip((one.name for one in wanted), results, strict=True)), copies


def _covered(dossiers: Table, as_of: date) -> tuple[date, date]:
    """The days of which the dossiers tell."""
    first = execute(dossiers.aggregate(first=dossiers.received_at.min().date()))["first"].iloc[0]
    return (as_of if pd.isna(first) else pd.Timestamp(first).date()), as_of


def _set_apart(found: UnitReports, covered: tuple[date, date]) -> None:
    """Refuse the rows of periods that the dossiers do not cover, and a unit's further rows of one period."""
    kept: list[Cell] = []
    seen: dict[tuple[str, date, date], tuple[str, int]] = {}
    for one in found.cells:
        place, report = (one.sheet, one.row), (one.unit_code, one.period_start, one.period_end)
        is_covered = covered[0] <= one.period_end <= covered[1]
        if is_covered and seen.setdefault(report, place) == place:
            kept.append(one)
            continue
        refused = Refused(one.sheet, one.row, "", REPEATED if is_covered else NOT_COVERED)
        if refused not in found.refused:
            found.refused.append(refused)
            found.used -= 1
    found.cells = kept


def _cells(read: _Read) -> pd.DataFrame:
    """REPORT, file, cell, reported."""
    rows = [
        (one.unit_code, one.period_start, one.period_end, name, one.cell, one.reported)
        for name, found in read.items()
        if isinstance(found, UnitReports)
        for one in found.cells
    ]
    return pd.DataFrame(rows, columns=[*_KEYS, "cell", "reported"])


def _failed_sums(cells: pd.DataFrame, read: _Read, sums: Sequence[Sum]) -> pd.DataFrame:
    """Where a report's whole is not what its parts add up to, and totals that their rows do not add up to."""
    rows = []
    for key, own in cells.groupby(_KEYS):
        told = dict(zip(own["cell"], own["reported"], strict=True))
        for one in sums:
            if one.whole in told and set(one.parts) <= set(told):
                added = sum(told[part] for part in one.parts)
                rows += [(*key, one.whole, told[one.whole], added)] if added != told[one.whole] else []
    rows += [
        ("", "", "", name, one.cell, one.stated, one.added)
        for name, found in read.items()
        if isinstance(found, UnitReports)
        for one in found.unmatched
    ]
    return pd.DataFrame(rows, columns=[*_KEYS, "cell", "reported", "added"]).drop_duplicates(ignore_index=True)


def _ledger(
    files: Sequence[Further],
    read: _Read,
    copies: dict[str, str],
    language: Language,
) -> pd.DataFrame:
    rows = []
    for one in files:
        found = read.get(one.name, UnitReports())
        problem = found.told(language) if isinstance(found, ExportProblem) else ""
        told = UnitReports() if isinstance(found, ExportProblem) else found
        refused = {(row.sheet, row.row) for row in told.refused if row.reason != BAD_COUNT}
        reports = {(cell.unit_code, cell.period_start, cell.period_end) for cell in told.cells}
        counts = (told.lines, told.used, told.aside, len(refused), len(reports))
        rows.append((one.name, *counts, copies.get(one.name, ""), problem))
    return pd.DataFrame(rows, columns=FILES_COLUMNS).astype(dict.fromkeys(FILES_COLUMNS[1:6], "int64"))


def _refused(read: _Read, told: Callable[[str], str]) -> pd.DataFrame:
    """Which rows and cells; a sheet is called as it may be ``told``."""
    rows = [
        {"file": name, **asdict(row), "sheet": spreadsheet_safe(told(row.sheet))}
        for name, found in read.items()
        if isinstance(found, UnitReports)
        for row in sorted(found.refused, key=lambda row: (row.sheet, row.row, row.cell))
    ]
    return pd.DataFrame(rows, columns=REFUSED_COLUMNS).astype({"row": "int64"})


def _named(rows: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """With the unit's name, in order, days as text."""
    days = {name: rows[name].astype("str") for name in REPORT[1:]}
    told = rows.assign(unit_name=rows["unit_code"].map(names).fillna("").astype("str"), **days)
    order = {cell: number for number, cell in enumerate(CELLS)}
    placed = told.assign(place=told["cell"].map(order)).sort_values([*_KEYS, "place"], ignore_index=True)
    whole = {name: "int64" for name in ("reported", "ours", "difference", "added") if name in placed}
    return placed.astype(whole)
