"""What a series holds, in a sentence, where units were renamed, merged or divided in the time of the figures."""

from collections import defaultdict

import pandas as pd

from analysis.findings.report import Report
from analysis.language.texts import N_, Language
from analysis.reference.groups import is_group

_MOST_NAMED = 12  # more is no sentence: they stand in the table of units that ended


def series_note(report: Report, code: str) -> str:
    """Whose figures the series of a unit or group holds besides, until when, and since when it is one; "" where there
    is nothing to tell.
    """
    known = report.reference.succession
    if not known:
        return ""
    language = report.language
    names = known.units.set_index("unit_code")["unit_name"]
    if is_group(code):
        shown = report.reference.past[report.reference.past["shown"]]
        ended = shown[shown["unit_code"].isin(report.members[code])]
        held = list(zip(ended["unit_code"], ended["until"], strict=True))
    else:
        held = [(old, day - pd.Timedelta(days=1)) for old, day in known.merged_into(code)]
        held = [(old, until) for old, until in held if until >= pd.Timestamp(known.first)]
    by_day: dict[pd.Timestamp, list[str]] = defaultdict(list)
    for old, until in held:
        by_day[until].append(names[old])
    told = [
        language.text(
            N_("Holds the figures of {units} until {day}."), units=_listed(of, language), day=language.date(day)
        )
        for day, of in sorted(by_day.items())
    ]
    if begun := None if is_group(code) else known.begins(code):
        words = N_("Begins on {day}: before that the unit was not there, and no earlier figures compare.")
        told.append(language.text(words, day=language.date(begun)))
    return " ".join(told)


def _listed(names: list[str], language: Language) -> str:
    """The names, or, of more than are read, how many they are."""
    if len(names) <= _MOST_NAMED:
        return language.listed(names)
    return language.text(N_("{count} units (by now ended)"), count=language.number(len(names)))
