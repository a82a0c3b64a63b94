"""The sections on what of online filing is to be looked at: what decides, which units, what targets are without it."""

from analysis.findings.report import Report
from analysis.findings.substance import bases, differ, effects, signs
from analysis.pages.rendering import Section, render
from analysis.presentation.substance import BASIS_WORDS, SIGNS, besides, decides, missing, when
from analysis.reference.groups import PROVINCE

_LISTED = 10  # signs that are read at once; the others are folded away
_MOST = 60  # that a page lists at all


def standing(report: Report, unit: str = PROVINCE, base: str = "") -> Section:
    """How many units show signs, whether a verdict hangs on them, what cannot be measured."""
    told = {"decides": decides(report, unit), "besides": besides(report), "missing": missing(report)}
    return render("waiting_standing", report, base, **told)


def places(report: Report, unit: str = PROVINCE, base: str = "") -> Section:
    """The units with their signs, shares alone."""
    found, language = signs(report, unit)[:_MOST], report.language
    rows = [(one, SIGNS[one.signal], when(one, language)) for one in found]
    return render("substance_places", report, base, rows=rows, listed=_LISTED, share=language.percent)


def effect(report: Report, unit: str = PROVINCE, base: str = "") -> Section:
    """The targets on online dossiers by basis."""
    titles = {target.id: target.title[report.language.code] for target in report.decision.targets}
    rows = effects(report, unit)
    told = {"rows": rows, "bases": bases(report), "words": BASIS_WORDS, "differs": differ(rows)}
    share = report.language.percent
    return render("substance_effect", report, base, titles=titles, names=report.names, share=share, **told)
