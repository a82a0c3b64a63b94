"""Sentences on what of online filing is to be looked at: a reason to ask, never a reproach, and both sides of it."""

from collections.abc import Iterator

from analysis.duties.filings import BURST, RUSHED, SEQUENCE
from analysis.duties.signals import LAST_DAYS, OUTSIDE, SINGLE, SINGLE_LATE, SWITCHING
from analysis.duties.substance_effect import ALL_FILINGS, ASSISTED_AS_COUNTER, WITHOUT_FLAGGED
from analysis.findings.report import Report
from analysis.findings.substance import (
    COMPLETED,
    RECEIVED,
    SUBMITTED,
    Sign,
    assisted,
    changed,
    effects,
    judged,
    lacking,
    signs,
    unread,
)
from analysis.language.texts import N_, Language
from analysis.reference.groups import PROVINCE
from analysis.reference.substance import load_substance

SIGNS = {
    RUSHED: N_("Filed, accepted and done within minutes"),
    BURST: N_("Many filed within a few minutes"),
    OUTSIDE: N_("Hardly any filed out of office hours"),
    LAST_DAYS: N_("Received in the last days of the month"),
    SEQUENCE: N_("Consecutive codes, filed moments apart"),
    SINGLE: N_("Procedures with a single online dossier"),
    SINGLE_LATE: N_("The single online dossier came in the last month"),
    SWITCHING: N_("More online while all dossiers stay as many"),
}
BASIS_WORDS = {
    ALL_FILINGS: N_("Every dossier"),
    WITHOUT_FLAGGED: N_("Without dossiers to be looked at"),
    ASSISTED_AS_COUNTER: N_("Assisted filing as the counter's"),
}
_LACKING = {
    SUBMITTED: N_("Not measured: {signals}. No export has the time of filing (column Ngày nộp, with hour and minute)."),
    RECEIVED: N_("Not measured: {signals}. No export has the time of receipt (column Ngày tiếp nhận, with the hour)."),
    COMPLETED: N_("Not measured: {signals}. No export has the time of the result (column Ngày trả kết quả, hour too)."),
}
_NAMED = 3  # units


def decides(report: Report, code: str = PROVINCE) -> list[str]:
    """How many units show signs, which ones; whether a verdict hangs on the dossiers in question."""
    return [_units(report, code), _verdicts(report, code)]


def besides(report: Report) -> list[str]:
    """What must be known of it: a sign proves nothing, and assisted filing can be read in two ways."""
    language = report.language
    words = [
        N_(
            "A sign is a reason to ask the unit, no proof: there are good causes, such as a campaign, a day on which "
            "staff help people file, one business with many dossiers. No single dossier and no officer is told of."
        ),
        N_(
            "Filing for somebody who cannot do it alone is online filing too: the United Kingdom's service manual "
            "counts such assisted digital as take-up."
        ),
    ]
    return [language.text(one) for one in words]


def missing(report: Report) -> list[str]:
    """What exports do not tell, a line each, with the column's name."""
    return list(_missing(report))


def when(sign: Sign, language: Language) -> str:
    """``to date; May 2020; June 2020``."""
    parts = [language.text(N_("to date"))] if sign.to_date else []
    return "; ".join([*parts, *map(language.month, sign.months)])


def _units(report: Report, code: str) -> str:
    language, found, count = report.language, signs(report, code), judged(report, code)
    least = language.number(load_substance(report.reference.folder).least)
    if not count:
        words = N_("No unit can be judged: that needs {least} online dossiers in a month or to date, and another unit.")
        return language.text(words, least=least)
    units = list(dict.fromkeys(one.unit_code for one in found))
    told = {"judged": language.number(count), "count": language.number(len(units)), "least": least}
    if not units:
        words = N_("Of {judged} units with {least} online dossiers or more none shows a sign that is to be looked at.")
        return language.text(words, **told)
    words = N_("To be looked at: {count} of {judged} units with {least} online dossiers or more; most at {units}.")
    return language.text(words, units=language.listed([report.within(one) for one in units[:_NAMED]]), **told)


def _verdicts(report: Report, code: str) -> str:
    language = report.language
    found = changed(effects(report, code))
    if not found:
        return language.text(N_("No verdict on online dossiers hangs on the dossiers that are to be looked at."))
    titles = {target.id: target.title[language.code] for target in report.decision.targets}
    named = [f"{titles[one.target_id]} ({report.within(one.unit_code)})" for one in found]
    words = N_("The verdict hangs on how these dossiers are counted: {targets}.")
    return language.text(words, targets=language.listed(named))


def _missing(report: Report) -> Iterator[str]:
    language = report.language
    for name, signals in lacking(report).items():
        told = "; ".join(language.within(language.text(SIGNS[signal])) for signal in signals)
        yield language.text(_LACKING[name], signals=told)
    if count := unread(report):
        words = N_("The day of filing of {count} online dossiers cannot be read.")
        yield language.text(words, count=language.number(count))
    proxies = assisted(report)
    if proxies is None:
        words = N_("No export tells who files for others (column Nộp thay or Ủy quyền): assisted filing is not known.")
        yield language.text(words)
    else:
        words = N_("Filed by proxy: {count} of {whole} online dossiers of which that is told.")
        yield language.text(words, count=language.number(proxies[0]), whole=language.number(proxies[1]))
