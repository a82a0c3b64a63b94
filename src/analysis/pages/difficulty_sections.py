"""Difficulties and obstacles gathered over units: Sở TT&TT is bound to report them."""

from collections.abc import Collection, Sequence
from typing import Any

from analysis.findings.obstacles import Stated, burdened, stated
from analysis.findings.report import Report
from analysis.pages.rendering import Section, render
from analysis.presentation.obstacles import borne_out, weighed
from analysis.presentation.words import DELAYS


def difficulties(report: Report) -> Section:
    """What units state and who is above its tier by more than chance, over the whole province."""
    units = list(report.reference.units["unit_code"])
    return _gathered(report, units, stated(report, units), burdened(report, units), ledger=report.stated)


def difficulties_of_group(report: Report, units: Collection[str], base: str) -> Section:
    """The same of some units, with its own heading; nothing where there is nothing to tell."""
    told, seen = stated(report, units), burdened(report, units)
    return _gathered(report, units, told, seen, base, headed=True) if told or seen else Section("")


def _gathered(
    report: Report,
    units: Collection[str],
    told: list[Stated],
    seen: list[list[Any]],
    base: str = "",
    headed: bool = False,
    ledger: Sequence[dict[str, Any]] = (),
) -> Section:
    lines = [borne_out(one, report.language) for one in told]
    values = {
        "stated": list(zip(told, lines, strict=True)),
        "weighed": weighed(report, units),
        "burdened": seen,
        "indicators": DELAYS,
        "ledger": ledger,
    }
    return render("difficulties", report, base, headed=headed, **values)
