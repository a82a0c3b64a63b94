"""Sentences on the catalogue against the portal: what decides, what another base would make of it, what to mend."""

from collections.abc import Iterator
from datetime import date
from math import isnan
from typing import Any

from analysis.duties.catalogue_lines import (
    ASIDE,
    EXTRA,
    MISSING,
    REPEALED_ASSIGNED,
    REPEALED_OPEN,
    WRONG_LEVEL,
)
from analysis.findings.catalogue import Based, Mend, by_base, filed, is_listed, lateness, standing
from analysis.findings.report import Report
from analysis.language.texts import N_, Language
from analysis.reference.groups import tier_groups

PROBLEM_WORDS = {
    MISSING: N_("Not on the portal"),
    WRONG_LEVEL: N_("Lower level on the portal"),
    REPEALED_OPEN: N_("Repealed but open"),
    EXTRA: N_("Open, not in the catalogue"),
    REPEALED_ASSIGNED: N_("Repealed, still in the catalogue"),
    ASIDE: N_("Level not clear"),
}
_TO_DO = {
    MISSING: N_("Open it on the portal at level {assigned}."),
    WRONG_LEVEL: N_("Raise it from level {portal} to level {assigned}."),
    REPEALED_OPEN: N_("Close it on the portal."),
    EXTRA: N_("Add it to the catalogue, or close it on the portal."),
    REPEALED_ASSIGNED: N_("Take it out of the catalogue."),
    ASIDE: N_("Mend the portal's list: two levels, or a level or day that cannot be read."),
}
BASE_WORDS = {
    "assigned": N_("The catalogue"),
    "portal": N_("Open on the portal, levels as the portal has them"),
    "both": N_("In the catalogue and open, levels as the catalogue has them"),
}
REASON_WORDS = {
    "bad_code": N_("codes that nobody can read"),
    "other_tier": N_("not the province's, left out"),
    "bad_day": N_("days that cannot be read"),
    "unknown_level": N_("levels that cannot be read, or two in one line"),
}
_NOTHING = N_(
    "Nothing says so: put the portal's own list of procedures (columns Mã TTHC, Tên TTHC, Cấp thực hiện, Mức độ; above "
    "them a line such as «Danh sách thủ tục trên Cổng dịch vụ công, tính đến ngày 30/09/2020») beside the exports in "
    "data/raw."
)
_FILES = 10  # of which something is told
_NAMED = 2  # units that a line names; of more it tells how many


def decides(report: Report) -> list[str]:
    """How much is open and at which level, what should not be; one line on what is needed without a list."""
    if not is_listed(report):
        return [report.language.text(_NOTHING)]
    return list(_decides(report))


def of_unit(report: Report, code: str) -> list[str]:
    """A unit's or group's own line; none where no list names it."""
    if (row := standing(report, code)) is None:
        return []
    words = N_(
        "The portal's list: of {assigned} procedures given {missing} missing, {wrong_level} of a lower level, "
        "{repealed} repealed but open."
    )
    counts = {"assigned": row.assigned, "missing": row.missing, "wrong_level": row.wrong_level}
    counts["repealed"] = row.repealed_open
    return [report.language.text(words, **{name: report.language.number(count) for name, count in counts.items()})]


def effects(report: Report) -> list[str]:
    """What another base would make of each target on procedures."""
    return [_effect(based, report.language) for based in by_base(report)]


def unused(report: Report) -> list[str]:
    """The lists of which something was not used, and why."""
    return list(_unused(report))[:_FILES]


def to_do(mend: Mend, language: Language) -> str:
    """What is to be done, with the decision's number where it is known."""
    levels = {"assigned": mend.assigned, "portal": mend.portal}
    told = [language.text(_TO_DO[mend.problem], **levels)]
    if mend.decision:
        told.append(language.text(N_("Decision {number}."), number=mend.decision))
    return " ".join(told)


def whose(mend: Mend, report: Report) -> str:
    """The units of a line: by name, as a tier, or how many."""
    language = report.language
    if not mend.units:
        return language.text(N_("not known"))
    if len(mend.units) <= _NAMED:
        return language.listed([report.names[code] for code in mend.units])
    if tier := next(
        (code for code in tier_groups(report.reference) if set(report.members[code]) == set(mend.units)), ""
    ):
        return report.names[tier]
    return language.text(N_("{count} units"), count=language.number(len(mend.units)))


def _decides(report: Report) -> Iterator[str]:
    language, row = report.language, standing(report)
    counts = {name: language.number(getattr(row, name)) for name in ("assigned", "both", "missing", "units")}
    counts |= {"share": language.percent(row.open_share)}
    words = N_(
        "Of {assigned} procedures of the catalogue {both} ({share}) are open on the portal; {missing} are missing at "
        "one unit at least."
    )
    dated = N_(
        "On {day} {both} of {assigned} procedures of the catalogue ({share}) were open on the portal; {missing} were "
        "missing at one unit at least."
    )
    day = language.date(date.fromisoformat(row.day)) if row.day else ""
    yield language.text(dated if day else words, day=day, **counts)
    yield _level(row, language)
    words = N_("Open though a decision repealed them: {repealed} procedures; open and not in the catalogue: {extra}.")
    yield language.text(words, repealed=language.number(row.repealed_open), extra=language.number(row.extra))
    if (came := filed(report)) is not None:
        words = N_("{count} dossiers came in for procedures that the catalogue did not give to their unit on that day.")
        yield language.text(words, count=language.number(came))
    yield from _timeliness(report)
    yield from _left_out(report)


def _level(row: Any, language: Language) -> str:
    counts = {name: language.number(getattr(row, name)) for name in ("wrong_level", "unlevelled")}
    if isnan(row.right_share):
        return language.text(N_("The portal's list tells no level: whether levels are right cannot be said."))
    words = N_(
        "At the catalogue's level or above: {share}. A lower level: {wrong_level} procedures; without a level in the "
        "list: {unlevelled}."
    )
    return language.text(words, share=language.percent(row.right_share), **counts)


def _timeliness(report: Report) -> Iterator[str]:
    """By the rule of 766/QĐ-TTg, where decisions have a day."""
    language, (every, late, unknown) = report.language, lateness(report)
    if every:
        words = N_(
            "Of {every} procedures of dated decisions {late} were published or made public late (more than 5 "
            "working days, as Decision 766/QĐ-TTg of 2022 counts); of {unknown} days are missing to tell."
        )
        counts = {"every": every, "late": late, "unknown": unknown}
        yield language.text(words, **{name: language.number(count) for name, count in counts.items()})


def _left_out(report: Report) -> Iterator[str]:
    language, row = report.language, standing(report)
    if row.not_listed:
        words = N_("{count} units have no line in the portal's lists: nothing is said of them.")
        yield language.text(words, count=language.number(row.not_listed))
    if row.aside:
        words = N_("Set aside: {count} procedures of which the list tells two levels or something that cannot be read.")
        yield language.text(words, count=language.number(row.aside))


def _effect(based: Based, language: Language) -> str:
    words = N_("{target}: the verdict is the same with each base.")
    if based.turns:
        words = N_("{target}: the province's verdict turns with the base.")
    told = language.text(words, target=based.target.title[language.code])
    if based.turned:
        at_units = N_("It turns at {count} units.")
        told = f"{told} {language.text(at_units, count=language.number(based.turned))}"
    return told


def _unused(report: Report) -> Iterator[str]:
    language = report.language
    for row in report.duties["catalogue_files"].fillna("").itertuples(index=False):
        place = f"{row.file} ({row.sheet})" if row.sheet else row.file
        if row.problem:
            yield f"{place}: {row.problem}"
        elif row.refused:
            counts = {"refused": language.number(row.refused), "lines": language.number(row.lines)}
            words = N_("{file}: {refused} of {lines} lines are of no use ({reasons}).")
            yield language.text(words, file=place, reasons=_reasons(row.reasons, language), **counts)


def _reasons(reasons: str, language: Language) -> str:
    """``bad_code: 3; bad_day: 1`` in words."""
    pairs = (reason.split(": ") for reason in reasons.split("; "))
    return "; ".join(f"{language.text(REASON_WORDS[name])}: {language.number(int(count))}" for name, count in pairs)
