"""What a report says of the decision's duties beside the targets: the first sentences of each, as its page has them."""

from collections.abc import Callable
from dataclasses import replace

from analysis.findings.catalogue import is_listed
from analysis.findings.reconciliation import is_reported
from analysis.findings.report import Report
from analysis.findings.service import is_watched
from analysis.language.texts import N_, OfficialLanguage
from analysis.presentation import catalogue, reconciliation, service, substance, waiting

_ALWAYS: Callable[[Report], bool] = lambda report: True  # noqa: E731 - of the dossiers themselves
# What it is about, whether there is a file that tells, its sentences, and how many of them a report has.
_DUTIES: tuple[tuple[str, Callable[[Report], bool], Callable[[Report], list[str]], int], ...] = (
    (N_("Catalogue on the portal"), is_listed, catalogue.decides, 2),
    (N_("The portal's service"), is_watched, service.decides, 1),
    (N_("Dossiers that wait and are past due"), _ALWAYS, waiting.decides, 2),
    (N_("Units' reports against the portal"), is_reported, reconciliation.decides, 1),
    (N_("Online filing"), _ALWAYS, substance.decides, 1),
)


def told(report: Report) -> list[tuple[str, str]]:
    """What each duty is about and what an official text says of it; those of which no file tells are not among them."""
    report = replace(report, language=OfficialLanguage(report.language.code))
    text = report.language.text
    return [(text(about), " ".join(decides(report)[:most])) for about, tells, decides, most in _DUTIES if tells(report)]


def untold(report: Report) -> str:
    """Of which duties no file tells; "" where there is none such."""
    missing = [report.language.text(about) for about, tells, *_ in _DUTIES if not tells(report)]
    words = N_("No file was given that tells of: {duties}.")
    return report.language.text(words, duties=report.language.listed(missing)) if missing else ""
