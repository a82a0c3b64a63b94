"""What changed since the last published month, as a section of a page."""

from collections.abc import Collection

from analysis.findings.changes import changes as changes_in
from analysis.findings.report import Report
from analysis.pages.rendering import Section, render
from analysis.presentation.changes import since, turned_count
from analysis.reference.groups import is_group

_LISTED = 10  # verdicts of units that are read at once; the others are folded away


def changes(report: Report, codes: Collection[str] = (), base: str = "") -> Section:
    """Verdicts that turned, the biggest movers and what became of the asks, of all or of the units or groups given."""
    found = changes_in(report, codes)
    language = report.language
    told = {"since": since(found, language), "count": turned_count(found.turned, language)} if found else {}
    turned = found.turned if found else []
    groups = [one for one in turned if is_group(one.figure.unit_code)]
    units = [one for one in turned if not is_group(one.figure.unit_code)]
    return render("changes", report, base, found=found, told=told, parts=(groups, units), listed=_LISTED)
