"""Makes ``catalogue.csv`` of what lists say: lines complete each other, what stays unclear is set aside and told."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.language.texts import N_, Language
from analysis.preparation.catalogue_lists import (
    BAD_CODE,
    BAD_DAY,
    ENDED,
    OTHER_TIER,
    REPAIRED,
    UNKNOWN_LEVEL,
    UNKNOWN_UNIT,
    Listed,
)
from analysis.reference.keys import procedure_key
from analysis.reference.tables import CATALOGUE, Reference, read_catalogue
from analysis.storage.writing import write_csv, write_whole

NO_LEVEL, NO_NAME, NO_TIER, NO_UNIT, TWO_LEVELS = "no_level", "no_name", "no_tier", "no_unit", "two_levels"
MIXED = "mixed_levels"
WORDS = {
    REPAIRED: N_("codes repaired"),
    BAD_CODE: N_("codes that nobody can read"),
    ENDED: N_("no longer in force by the list itself, left out"),
    OTHER_TIER: N_("not the province's, left out"),
    BAD_DAY: N_("days that cannot be read"),
    UNKNOWN_LEVEL: N_("levels that cannot be read, or two in one line"),
    UNKNOWN_UNIT: N_("agencies that units.csv does not know"),
    NO_LEVEL: N_("without a level in any list"),
    NO_NAME: N_("without a name in any list"),
    NO_TIER: N_("without a tier in any list"),
    NO_UNIT: N_("of the province's tier without a department in any list"),
    TWO_LEVELS: N_("with two levels at once, set aside"),
    MIXED: N_("whose dossiers carry several levels mixed, left out"),
}
_SHOWN = 5  # examples of each kind


@dataclass(frozen=True)
class Made:
    """A catalogue with the columns of ``catalogue.csv``; ``told``: (place, reason, text) of what is not as it was.

    ``added`` and ``changed`` count procedures of a tier and unit, ``kept`` those that were there and no list names,
    ``dropped`` the lines of an illustrative catalogue, which make way.
    """

    table: pd.DataFrame
    told: list[tuple[str, str, str]]
    added: int
    changed: int
    kept: int
    dropped: int

    @property
    def clear(self) -> bool:
        """Whether every line of the lists is in it, or belongs to no province or to the past."""
        return all(reason in (REPAIRED, ENDED, OTHER_TIER) for _, reason, _ in self.told)

    def told_in(self, language: Language) -> list[str]:
        """The report in lines: what was taken, and each kind of what was repaired or refused with some examples."""
        counts = {name: language.number(getattr(self, name)) for name in ("added", "changed", "kept", "dropped")}
        lines = [
            language.text(
                N_("Procedures by tier and department: {added} added, {changed} changed, {kept} kept."), **counts
            )
        ]
        if self.dropped:
            lines.append(language.text(N_("{dropped} lines of the illustrative catalogue made way."), **counts))
        for reason, words in WORDS.items():
            found = [(place, text) for place, told, text in self.told if told == reason]
            if found:
                examples = "; ".join(f"{place} {text}".strip() for place, text in found[:_SHOWN])
                line = N_("{count} {kind}: {examples}")
                more = "" if len(found) <= _SHOWN else " …"
                count = language.number(len(found))
                lines.append(language.text(line, count=count, kind=language.text(words), examples=examples) + more)
        return lines


def make_catalogue(
    listed: Iterable[Listed], told: list[tuple[str, str, str]], reference: Reference, first_day: date
) -> Made:
    """The catalogue that the lists give beside what is there; a line without a day is in force from ``first_day``."""
    told = list(told)
    complete = list(_completed(list(listed), told))
    lines = _dated(complete, told, first_day)
    made = pd.DataFrame(lines, columns=[*CATALOGUE.columns]).drop_duplicates()
    there = _there(reference)
    dropped = len(there) if reference.illustrative else 0
    there = there.iloc[:0] if dropped else there
    new, old = _owners(made), _owners(there)
    before, after = (
        {owner: {*map(tuple, part.itertuples(index=False))} for owner, part in table.groupby(owners)}
        for table, owners in ((there, old), (made, new))
    )
    stays = there[~old.isin(set(new))]
    table = pd.concat([stays, made.sort_values(["tier", "unit_code", "procedure_code", "valid_from"])])
    return Made(
        table=table.reset_index(drop=True),
        told=told,
        added=len(after.keys() - before.keys()),
        changed=sum(before[owner] != lines for owner, lines in after.items() if owner in before),
        kept=len(before.keys() - after.keys()),
        dropped=dropped,
    )


def write_catalogue(made: Made, reference: Reference) -> Path:
    """Put it in the place of ``catalogue.csv``, whole or not at all; raises ReferenceProblem if it is no catalogue."""
    path = reference.folder / "catalogue.csv"

    def write(temporary: Path) -> None:
        write_csv(made.table, temporary)
        read_catalogue(temporary, reference.units, reference.tiers)

    write_whole(path, write)
    return path


def _completed(listed: list[Listed], told: list[tuple[str, str, str]]) -> Iterable[Listed]:
    """The lines with what other lines say of the same procedure; what is still missing is told, once a procedure."""
    known: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for one in listed:
        for name in ("procedure_code", "procedure_name", "field", "tier", "level"):
            if value := getattr(one, name):
                known[one.key][name][value] += 1
        if one.level:
            known[one.key][f"level of {one.tier}"][one.level] += 1
        if one.tier == "province" and one.unit_code:
            known[one.key]["unit_code"][one.unit_code] += 1
    refused: dict[tuple[str, str], str] = {}
    for one in listed:
        own = known[one.key]
        code = max(own["procedure_code"], key=len)
        name, matter = (getattr(one, key) or _usual(own[key]) for key in ("procedure_name", "field"))
        tiers = [one.tier] if one.tier else list(own["tier"])
        levels = own[f"level of {one.tier}"] or own["level"]
        if not one.level and len(levels) > 1:
            continue  # the lines that say their level say it for this one, too
        level = one.level or _usual(levels)
        for reason, missing in (
            (NO_NAME, not name),
            (NO_LEVEL, not level),
            (NO_TIER, not tiers),
        ):
            if missing:
                refused.setdefault((code, reason), one.place)
                break
        else:
            for tier in tiers:
                units = [one.unit_code] if one.unit_code or tier != "province" else list(own["unit_code"])
                if not units:
                    refused.setdefault((code, NO_UNIT), one.place)
                for unit in units:
                    yield replace(
                        one,
                        procedure_code=code,
                        procedure_name=name,
                        field=matter,
                        level=level,
                        tier=tier,
                        unit_code=unit,
                    )
    told += [(place, reason, code) for (code, reason), place in refused.items()]


def _usual(values: Counter[str]) -> str:
    return values.most_common(1)[0][0] if values else ""


def _dated(listed: list[Listed], told: list[tuple[str, str, str]], first_day: date) -> list[tuple[str, ...]]:
    """Lines of the catalogue: the levels of a procedure one after the other, where their days say so."""
    by_owner: dict[tuple[str, str, str], list[Listed]] = defaultdict(list)
    for one in listed:
        by_owner[one.key, one.tier, one.unit_code].append(one)
    lines: list[tuple[str, ...]] = []
    for (_, tier, unit), group in by_owner.items():
        levels: dict[str, Listed] = {}
        for one in group:
            first = levels.setdefault(one.level, one)
            levels[one.level] = replace(
                first, valid_from=first.valid_from or one.valid_from, valid_to=first.valid_to or one.valid_to
            )
        steps = sorted(levels.values(), key=lambda one: one.valid_from or date.min)
        starts = [one.valid_from for one in steps]
        if len(steps) > 1 and (None in starts[1:] or len(set(starts)) < len(starts)):
            told.append((group[0].place, TWO_LEVELS, group[0].procedure_code))
            continue
        for place, one in enumerate(steps):
            start = one.valid_from or min([first_day, *filter(None, starts)])
            following = starts[place + 1] if place + 1 < len(steps) else None
            end = min((day for day in (one.valid_to, following) if day), default=None)
            if end and end <= start:
                continue  # over before it begins to count
            days = (start.isoformat(), end.isoformat() if end else "")
            lines.append((one.procedure_code, one.procedure_name, one.field, tier, unit, one.level, *days))
    return lines


def _there(reference: Reference) -> pd.DataFrame:
    """The catalogue that is there, as its file has it."""
    table = reference.catalogue[[*CATALOGUE.columns]].copy()
    for name in ("valid_from", "valid_to"):
        table[name] = table[name].dt.strftime("%Y-%m-%d").fillna("")
    return table.astype("str")


def _owners(table: pd.DataFrame) -> pd.Series:
    return table["procedure_code"].map(procedure_key) + "|" + table["tier"] + "|" + table["unit_code"]
