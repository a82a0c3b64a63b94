"""Difficulties and obstacles gathered over units: Sở TT&TT is bound to report them."""

from collections.abc import Collection

from analysis.errors import N_
from analysis.figures import Report
from analysis.obstacles import burdened, stated
from analysis.sections import Section, render

INDICATORS = {
    "late": N_("Dossiers resolved late or overdue"),
    "supplement": N_("Dossiers waiting for a supplement"),
    "refused": N_("Dossiers refused"),
}


def difficulties(report: Report, units: Collection[str] = (), base: str = "") -> Section:
    """What units state and who is above its tier by more than chance; for all units where none are given."""
    some = units or list(report.reference.units["unit_code"])
    found = {"stated": stated(report, some), "burdened": burdened(report, some)}
    return render("difficulties", report, base=base, **found, indicators=INDICATORS)
