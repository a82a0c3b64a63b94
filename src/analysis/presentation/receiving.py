"""Sentences on who took dossiers in for whom; of fewer than five it is not told how many."""

from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.statistics.disclosure import LEAST

_FOR_OTHERS = N_("Taken in for other units: {count} dossiers.")
_BY_OTHERS = N_("Of its {told} dossiers that say who took them in, others took in {count}.")


def of_unit(report: Report, code: str) -> list[str]:
    """What a unit or group took in for others, and others for it; none where no export tells any."""
    table = report.duties["receiving"]
    language, found = report.language, []
    for row in table[table["unit_code"] == code].itertuples():
        for words, count in ((_FOR_OTHERS, row.for_others), (_BY_OTHERS, row.by_others)):
            if count:
                few = language.text(N_("fewer than {count}"), count=language.number(LEAST))
                told = language.number(row.told)
                found.append(language.text(words, count=language.number(count) if count >= LEAST else few, told=told))
    return found
