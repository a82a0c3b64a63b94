"""What changed since the last published month, as a part of the draft report."""

from analysis.documents.official_document import OfficialDocument
from analysis.findings.changes import Change, changes
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.presentation.changes import changed, course, outcomes, why
from analysis.reference.groups import PROVINCE, is_tier


def write_changes(document: OfficialDocument, report: Report) -> None:
    """Verdicts that turned of the province and its tiers, the biggest movers, what became of the asks; nothing where
    there is no month to compare with.
    """
    found, text = changes(report), report.language.text
    if not found:
        return
    month = report.language.month(found.month)
    document.heading(text(N_("Changes since {month}"), month=month), 2)
    document.paragraph(changed(report))
    for one in found.turned:
        if one.figure.unit_code == PROVINCE or is_tier(one.figure.unit_code):
            _item(document, report, one)
    if found.movers:
        document.paragraph(text(N_("Units whose share moved most")) + ":")
    for one in found.movers:
        _item(document, report, one)
    if found.asked:
        document.paragraph(text(N_("What became of what was asked in {month}"), month=month) + ":")
    for target, counts in found.asked:
        document.item(outcomes(counts, report.language), f"{target.title[report.language.code]}:")


def _item(document: OfficialDocument, report: Report, one: Change) -> None:
    language = report.language
    document.item(f"{course(one, language)} {why(one, language)}", f"{one.figure.unit_name}:")
