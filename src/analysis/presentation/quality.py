"""The quality of a unit's records: rows accepted, rejected and doubtful, how grave each kind is and how to mend it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from analysis.dossiers.sights import REASONS
from analysis.dossiers.unit_quality import ACCEPTED, CHECK, REJECTED
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.presentation.words import CHECKS

_DAY = N_("Enter the day as dd/mm/yyyy in the one-stop system and leave no text in the date column.")
MENDS = {
    "missing_dossier_id": N_("Let the one-stop system give every dossier its code; type none into the export."),
    "cut_dossier_id": N_("Export again and do not save the file in Excel: it kept but a part of each code."),
    "unknown_procedure": N_("Use the code of the catalogue; report a procedure that is missing there."),
    "unknown_unit": N_("Write the unit by its code or full name, as the list of units has it."),
    "unknown_channel": N_("Choose the channel from the list: online, counter or public post."),
    "bad_received_date": _DAY,
    "bad_date": _DAY,
    "completed_before_received": N_("Compare with the paper file and correct the day of receipt or of the result."),
    "unknown_value": N_("Choose the value from the list; report a new value so that it is added to the vocabulary."),
    "blank_channel": N_("State the channel: an online dossier without it counts as filed at the counter."),
    "level_disagreement": N_("Set the level on the portal as the catalogue has it, or ask to correct the catalogue."),
    "level_unknown": N_(
        "Have the procedure added to the catalogue with its level: without one it counts for no level."
    ),
    "procedure_not_in_catalogue": N_("Have the procedure added to the catalogue."),
    "applicant_unknown": N_("State the kind of applicant: only then does a dossier between agencies count."),
    "source_unknown": N_("State the system of receipt: only then does the dossier count for the portal target."),
    "resolved_without_date": N_("Enter the day of the result when the dossier is closed."),
    "online_below_level_3": N_("Check the channel, or the procedure's level in the catalogue."),
    "unit_not_there": N_("Check the unit and the day of receipt; complete units.csv or successors.csv."),
    "received_after_export": N_("Check the day of receipt: it lies after the day of the export."),
    "completed_after_export": N_("Check the day of the result: it lies after the day of the export."),
}
# How grave: such rows count for nothing, or against the unit; a target leaves them out or they may be wrong in the
# catalogue; they count, and may be wrong.
SEVERITIES = (N_("At once"), N_("Soon"), N_("To know"))
_NOW, _SHOULD, _KNOWN = range(3)
_SEVERITY = {
    **dict.fromkeys([*REASONS, "blank_channel", "level_unknown"], _NOW),
    **dict.fromkeys(["level_disagreement", "procedure_not_in_catalogue", "resolved_without_date"], _SHOULD),
    **dict.fromkeys(["applicant_unknown", "source_unknown"], _SHOULD),
    **dict.fromkeys(["online_below_level_3", "unit_not_there"], _KNOWN),
    **dict.fromkeys(["received_after_export", "completed_after_export"], _KNOWN),
}


@dataclass(frozen=True)
class Flaw:
    """A reason of rejection or a doubt: its ``code``, its words, how many rows have it, how to mend them ("": not
    known).
    """

    code: str
    words: str
    count: int
    mend: str

    @property
    def severity(self) -> int:
        """Its place in ``SEVERITIES``."""
        return _SEVERITY.get(self.code, _NOW)


@dataclass(frozen=True)
class Records:
    """A unit's rows: how many were accepted, why others were rejected, what is doubtful; most rows first."""

    accepted: int
    rejected: list[Flaw]
    doubtful: list[Flaw]

    @property
    def rejected_rows(self) -> int:
        """All rejected rows together."""
        return sum(flaw.count for flaw in self.rejected)

    @property
    def gravest_first(self) -> list[Flaw]:
        """All flaws; of one severity those of most rows first."""
        return sorted([*self.rejected, *self.doubtful], key=lambda flaw: (flaw.severity, -flaw.count, flaw.code))


def records(report: Report, units: Collection[str]) -> Records:
    """The quality of the records of some units together."""
    by_unit = report.once("records", lambda: _by_unit(report))
    sums: dict[str, Counter[str]] = {kind: Counter() for kind in (ACCEPTED, REJECTED, CHECK)}
    for unit in set(units):
        for kind, code, count in by_unit.get(unit, ()):
            sums[kind][code] += count

    def flaws(kind: str, words: dict[str, str]) -> list[Flaw]:
        found = [(code, count) for code, count in sums[kind].items() if count > 0]
        ordered = sorted(found, key=lambda item: (-item[1], item[0]))
        return [Flaw(code, words.get(code, code), count, MENDS.get(code, "")) for code, count in ordered]

    return Records(sums[ACCEPTED].total(), flaws(REJECTED, REASONS), flaws(CHECK, CHECKS))


def _by_unit(report: Report) -> dict[str, list[tuple[str, str, int]]]:
    """Kind, code and count of each row, by unit."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    columns = (report.quality_by_unit[name].tolist() for name in ("unit_code", "kind", "code", "count"))
    for unit, kind, code, count in zip(*columns, strict=True):
        found.setdefault(unit, []).append((kind, code, count))
    return found
