"""The section on units' reports against the portal's rows: what decides, which ways of counting, who, which figures."""

from analysis.findings.reconciliation import differing, failed_sums, followed, unexplained
from analysis.findings.report import Report
from analysis.pages.rendering import Section, render
from analysis.presentation.reconciliation import decides, period, unused
from analysis.reference.groups import PROVINCE

_MOST = 60  # rows of a table


def reconciliation(report: Report, unit: str = PROVINCE, base: str = "") -> Section:
    """All that is told of it; one line where no unit's report was given."""
    return render(
        "reconciliation",
        report,
        base,
        decides=decides(report, unit),
        followed=followed(report, unit),
        differing=differing(report, unit)[:_MOST],
        unexplained=unexplained(report, unit)[:_MOST],
        failed=failed_sums(report, unit)[:_MOST],
        unused=unused(report),
        period=lambda row: period(row.period_start, row.period_end, report.language),
        percent=report.language.percent,
    )
