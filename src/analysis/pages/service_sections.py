"""The section on the portal's service: what decides, its months, the longest outages, what is only suspected."""

from datetime import datetime

from analysis.findings.report import Report
from analysis.findings.service import longest_outages, months
from analysis.pages.rendering import Section, render
from analysis.presentation.service import decides, fine, length, source_words, suspicions, unused

_LONGEST = 10


def service(report: Report, base: str = "") -> Section:
    """All that is told of it; one line where nothing watched the portal."""
    told = {"decides": decides(report), "suspicions": suspicions(report), "unused": unused(report)}
    language = report.language
    return render(
        "service",
        report,
        base,
        **told,
        months=months(report),
        outages=[(datetime.fromisoformat(row.start), row) for row in longest_outages(report, _LONGEST)],
        length=lambda seconds: "–" if seconds is None else length(seconds, language),
        source=lambda name: source_words(name, language),
        moment=language.moment,
        fine=lambda share: fine(share, language),
    )
