"""The forms of drafts, as data: who issues them, to whom, who signs (``report-form.toml``, ``criteria-form.toml``).

Their files stand in the reference folder; one that lacks them goes by the project's own.
"""

from pathlib import Path

from pydantic import Field

from analysis.reference.toml_files import Frozen, Words, read_definitions


class ReportForm(Frozen):
    """What stands around a draft report: who issues it, to whom (an annex: to nobody), who gets it, who signs."""

    superior: Words
    issuer: Words
    issuer_name: Words
    number: Words
    motto: Words
    creed: Words
    place_and_date: Words
    kind: Words
    addressee: Words | None = None
    copies: tuple[Words, ...] = Field(min_length=1)
    signatory: Words


class BandNames(Frozen):
    """The names of bands that a legal text gives, best first, in Vietnamese, and that text."""

    titles: tuple[str, ...] = Field(min_length=1)
    source: Words


class CriteriaForm(ReportForm):
    """What stands around a draft annex of criteria; ``charges``: what a decision, by its id, asks of its drafters."""

    charges: dict[str, Words]
    band_names: BandNames


def load_report_form(folder: Path) -> ReportForm:
    """Read ``report-form.toml``; raises ReferenceProblem that says which key to mend."""
    return read_definitions(folder, "report-form.toml", ReportForm)


def load_criteria_form(folder: Path) -> CriteriaForm:
    """Read ``criteria-form.toml``; raises ReferenceProblem that says which key to mend."""
    return read_definitions(folder, "criteria-form.toml", CriteriaForm)
