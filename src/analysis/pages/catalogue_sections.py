"""The sections on the catalogue against the portal: what decides, where, another base, procedure by procedure."""

from itertools import groupby
from operator import attrgetter

from analysis.findings.catalogue import by_base, is_listed, levels, mends, places, tiers
from analysis.findings.report import Report
from analysis.pages.rendering import Section, render
from analysis.presentation.catalogue import BASE_WORDS, PROBLEM_WORDS, decides, effects, to_do, unused, whose
from analysis.presentation.words import verdict
from analysis.reference.groups import PROVINCE

_LISTED, _FIRST = 10, 5  # units, and procedures of a kind, that are read at once; the others are folded away
_MOST = 400  # that a page lists at all
_problem = attrgetter("problem")


def on_portal(report: Report, base: str = "") -> Section:
    """All that is told of it; one line where there is no list of the portal's."""
    told = {"decides": decides(report), "unused": unused(report), "listed": is_listed(report)}
    return render(
        "catalogue_on_portal",
        report,
        base,
        **told,
        tiers=tiers(report),
        places=places(report)[:_MOST],
        most=_LISTED,
        levels=levels(report),
    )


def verdicts(report: Report, base: str = "") -> Section:
    """The targets on procedures with one base after the other."""
    return render(
        "catalogue_verdicts",
        report,
        base,
        effects=effects(report),
        rows=by_base(report),
        bases=BASE_WORDS,
        verdict=lambda status: verdict(status, report.language),
    )


def procedures(report: Report, unit: str = PROVINCE, base: str = "") -> Section:
    """What is to be mended by what is wrong, a line for each procedure; without counts of dossiers."""
    groups = [
        (problem, own[:_MOST], len(own))
        for problem, own in ((problem, [*same]) for problem, same in groupby(mends(report, unit), _problem))
    ]
    return render(
        "catalogue_lines",
        report,
        base,
        groups=groups,
        listed=is_listed(report),
        most=_FIRST,
        problems=PROBLEM_WORDS,
        to_do=lambda mend: to_do(mend, report.language),
        whose=lambda mend: whose(mend, report),
    )
