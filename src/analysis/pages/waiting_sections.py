"""The sections on what hangs: what decides, where, which procedures, at which stage and for how long."""

from analysis.findings.report import Report
from analysis.findings.waiting import ages, compared, spots, unlisted
from analysis.pages.rendering import Section, render
from analysis.presentation.waiting import STAGE_WORDS, band, besides, decides, missing
from analysis.reference.groups import PROVINCE

_LISTED = 10  # units or procedures that are read at once; the others are folded away
_MOST = 60  # that a page lists at all


def standing(report: Report, unit: str = PROVINCE, base: str = "") -> Section:
    """What is past due, where, what takes longer than promised; below it what exports do not tell."""
    told = {"decides": decides(report, unit), "besides": besides(report, unit), "missing": missing(report, unit)}
    return render("waiting_standing", report, base, **told)


def places(report: Report, unit: str = PROVINCE, base: str = "") -> Section:
    """The units where most are past due."""
    rows, rest = spots(report, unit)[:_MOST], unlisted(report, unit)
    return render("waiting_places", report, base, rows=rows, listed=_LISTED, rest=rest)


def procedures(report: Report, unit: str = PROVINCE, base: str = "") -> Section:
    """The procedures that take much longer than promised, days alone."""
    found = compared(report, unit)
    return render("waiting_procedures", report, base, rows=found.slow[:_MOST], judged=found.judged, listed=_LISTED)


def by_age(report: Report, unit: str = PROVINCE, base: str = "") -> Section:
    """Open dossiers by stage and age."""
    found = ages(report, unit)
    heads = [band(*one, report.language) for one in found.bands] if found else []
    return render("waiting_ages", report, base, found=found, heads=heads, stages=STAGE_WORDS)
