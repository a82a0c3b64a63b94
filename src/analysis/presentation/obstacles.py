"""Sentences on what stands in the way (khó khăn, vướng mắc): what units state, and what dates and statuses show."""

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.duties.difficulty_evidence import NOT_SHOWN, OUTAGES, PAST_DUE, SHOWN, UNKNOWN
from analysis.findings.obstacles import Stated, stated, unstated
from analysis.findings.report import Report
from analysis.language.texts import N_, Language
from analysis.outlook.comparison import ABOVE
from analysis.outlook.delays import LATE, REFUSED, SUPPLEMENT
from analysis.presentation.waiting import named
from analysis.reference.groups import answering
from analysis.statistics.disclosure import LEAST

_EVIDENCE = {
    "late": N_("late dossiers"),
    PAST_DUE: N_("open dossiers past due"),
    "supplement": N_("dossiers waiting for a supplement"),
    "refused": N_("dossiers refused"),
    "not_online": N_("dossiers of online services not filed online"),
    "rejected": N_("rejected rows"),
    "slow": N_("procedures much longer than promised"),
    "missing": N_("procedures that the portal lacks or has at a lower level"),
    "differing": N_("reported figures that differ from the count of dossiers"),
    OUTAGES: N_("outages of the portal"),
}
_BORNE_OUT = {
    SHOWN: N_("The data bear it out: {what}."),
    NOT_SHOWN: N_("The data do not show it beyond chance: {what}."),
    UNKNOWN: N_("The data cannot tell: too few dossiers, or no file that tells."),
}
MOST_STATED = 20  # statements that a report quotes, the newest first; the others are counted
_MOST_UNITS = 5
_INDICATORS = {
    LATE: N_("Late dossiers: {numerator} of {denominator} with a due date ({share})."),
    SUPPLEMENT: N_("Dossiers that wait for a supplement: {numerator} of {denominator} ({share})."),
    REFUSED: N_("Dossiers refused: {numerator} of {denominator} ({share})."),
}


def quoted(report: Report, most: int = MOST_STATED) -> tuple[list[tuple[str, str]], int]:
    """(who and when, what) of the newest statements up to the report's month; how many more there are."""
    found = stated(report, report.reference.units["unit_code"])
    month = report.language.month
    shown = [
        (f"{one.unit_name} ({month(one.month)}):", f"{_with_category(one)} {borne_out(one, report.language)}")
        for one in found[:most]
    ]
    return shown, max(len(found) - most, 0)


def borne_out(one: Stated, language: Language) -> str:
    """Whether the data bear out what is stated, and by which figures."""
    told = [_evidence(row, language) for row in one.evidence if row.verdict == one.verdict != UNKNOWN]
    return language.text(_BORNE_OUT[one.verdict], what="; ".join(told))


def weighed(report: Report, units: Collection[str]) -> list[str]:
    """How many statements the data bear out, and at which units they show what nobody states."""
    language, found = report.language, [one.verdict for one in stated(report, units)]
    words = N_(
        "Of {count} statements the data bear out {shown}, do not show {not_shown}, and cannot tell of {unknown}."
    )
    counts = {verdict: language.number(found.count(verdict)) for verdict in (SHOWN, NOT_SHOWN, UNKNOWN)}
    told = [language.text(words, count=language.number(len(found)), **counts)] if found else []
    if NOT_SHOWN in found:
        told[0] += " " + language.text(N_("That does not mean that a difficulty is not there."))
    beside = N_("Shown by the data and stated by none of them: {what} at {units}.")
    for indicator, names in unstated(report, units).items():
        told.append(language.text(beside, what=language.text(_EVIDENCE[indicator]), units=named(names, language)))
    return told


def _evidence(row: Any, language: Language) -> str:
    """``late dossiers 31,0 % (tier: 12,3 %)``; a count where there is no tier's share."""
    words = N_("{what} {share} (tier: {tier})")
    if pd.isna(row.tier_share):
        words = N_("{what} {numerator} of {denominator}")
    if row.indicator == OUTAGES:
        words = N_("{what} in the months stated: {numerator}")
    if row.indicator == PAST_DUE and 0 < row.numerator < LEAST:  # of a unit no handful is told
        words = N_("{what} fewer than {least} (tier: {tier})")
    values = {"share": language.percent(row.value), "tier": language.percent(row.tier_share)}
    values["least"] = language.number(LEAST)
    counts = {name: language.number(int(getattr(row, name))) for name in ("numerator", "denominator")}
    return language.text(words, what=language.text(_EVIDENCE[row.indicator]), **values, **counts)


def shown_by_data(report: Report) -> Iterator[str]:
    """Late, supplemented and refused dossiers of all units, and whose share of them is far above the tier's."""
    language, rows = report.language, report.outlook["delays"]
    for indicator, template in _INDICATORS.items():
        of_indicator = rows[rows["indicator"] == indicator]
        hit, whole = int(of_indicator["numerator"].sum()), int(of_indicator["denominator"].sum())
        words = language.text(
            template,
            numerator=language.number(hit),
            denominator=language.number(whole),
            share=language.percent(Fraction(hit, whole) if whole else None),
        )
        above = _above(of_indicator, answering(report.reference))
        if above:
            named = "; ".join(f"{name} ({language.percent(value)})" for name, value in above)
            words += " " + language.text(N_("Above their tier by more than chance: {units}."), units=named)
        yield words
    if report.reference.past["shown"].any():
        yield language.text(N_("Late, supplemented and refused dossiers of units that ended are not among them."))


def _above(rows: pd.DataFrame, tiers: list[str]) -> list[tuple[str, Fraction]]:
    """Of these ``tiers``: who answers to a district is not named by the province."""
    high = rows[(rows["verdict"] == ABOVE) & rows["tier"].isin(tiers)]
    high = high.sort_values(["value", "unit_code"], ascending=[False, True]).head(_MOST_UNITS)
    return [(row.unit_name, Fraction(row.numerator, row.denominator)) for row in high.itertuples(index=False)]


def _with_category(one: Stated) -> str:
    return f"[{one.category}] {one.text}" if one.category else one.text
