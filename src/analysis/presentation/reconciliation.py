"""Sentences on units' reports against the portal's rows: what decides first, then what was not used of the files."""

from collections.abc import Iterator
from datetime import date, timedelta

from analysis.dossiers.unit_reports import BAD_COUNT, NO_PERIOD, UNKNOWN_UNIT
from analysis.duties.reconciliation import NOT_COVERED, REPEATED
from analysis.findings.reconciliation import agreement, failed_sums, followed, is_reported
from analysis.findings.report import Report
from analysis.language.texts import N_, Language
from analysis.reference.groups import PROVINCE

_NOTHING = N_(
    "Nothing says so: put units' reports (forms II.06/VPCP, 07a/BTP, or a table of unit, period and three figures or "
    "more) beside the exports in data/raw."
)
_NO_CELL = N_("The reports that were given hold no figure that can be compared.")
_REASONS = {
    UNKNOWN_UNIT: N_("{file}: {count} rows name no unit that is known (rows {rows})."),
    NO_PERIOD: N_("{file}: {count} rows tell no period (rows {rows})."),
    NOT_COVERED: N_("{file}: {count} rows are of a period that the exports do not cover (rows {rows})."),
    REPEATED: N_("{file}: {count} rows repeat a unit and period of rows above (rows {rows})."),
    BAD_COUNT: N_("{file}: {count} figures are no whole numbers (rows {rows})."),
}
_LINES = 10  # on what was not used
_ROWS = 5  # that a line names


def decides(report: Report, code: str = PROVINCE) -> list[str]:
    """How much agrees, what explains the rest, which way most units follow; without files what is needed."""
    language, found = report.language, agreement(report, code)
    if not is_reported(report):
        return [language.text(_NOTHING)]
    if not found.cells:
        return [language.text(_NO_CELL)]
    counts = {name: language.number(getattr(found, name)) for name in ("units", "reports", "cells", "equal")}
    words = N_(
        "In {reports} reports of {units} units {equal} of {cells} figures ({share}) are as the portal's rows have them."
    )
    told = [language.text(words, share=language.percent(found.equal / found.cells), **counts)]
    return [*told, *_explained(report, code), *_failed(report, code)]


def unused(report: Report) -> list[str]:
    """The files and rows of which something was not used, and why."""
    return list(_unused(report))[:_LINES]


def period(start: str, end: str, language: Language) -> str:
    """A period: a month where it is one, else its days; "" where there is none."""
    if not start:
        return ""
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and (first.year, first.month) == (last.year, last.month):
        return language.month(f"{first:%Y-%m}")
    return f"{language.date(first)} – {language.date(last)}"


def _explained(report: Report, code: str) -> Iterator[str]:
    found, ways, language = agreement(report, code), followed(report, code), report.language
    if not found.differing:
        return
    counts = {name: language.number(getattr(found, name)) for name in ("differing", "explained", "unexplained")}
    words = N_(
        "Of the {differing} that differ another way of counting explains {explained} ({share}); nothing explains "
        "{unexplained}."
    )
    yield language.text(words, share=language.percent(found.explained / found.differing), **counts)
    if ways:
        words = N_("The way that most units follow against the province's own: {rule} (units: {units}).")
        yield language.text(words, rule=ways[0].words, units=language.number(ways[0].units))


def _failed(report: Report, code: str) -> Iterator[str]:
    if found := failed_sums(report, code):
        words = N_("Totals in the reports that their parts do not add up to: {count}.")
        yield report.language.text(words, count=report.language.number(len(found)))


def _unused(report: Report) -> Iterator[str]:
    language = report.language
    for row in report.duties["unit_report_files"].itertuples(index=False):
        if row.problem:
            yield f"{row.file}: {row.problem}"
        elif row.copy_of:
            yield language.text(N_("{file}: a copy of {first}, counted once."), file=row.file, first=row.copy_of)
    refused = report.duties["unit_report_refused"]
    for (file, reason), rows in refused.groupby(["file", "reason"]):
        places = [str(number) for number in rows["row"].unique()[:_ROWS]]
        named = ", ".join([*places, *["…"] * (rows["row"].nunique() > _ROWS)])
        yield language.text(_REASONS[str(reason)], file=file, count=language.number(len(rows)), rows=named)
