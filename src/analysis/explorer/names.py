"""Names as people type them: units without diacritics, targets and readings with the nearest right one suggested."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import pandas as pd

from analysis.findings.report import Report
from analysis.language.folding import fold
from analysis.language.problems import UsageProblem
from analysis.language.texts import N_

_NEAR = 3


class Names(dict[str, str]):
    """Units and groups by code, in their order; ``spelled`` are each one's name and other names without marks."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.names)
        units = report.reference.units
        aliases = dict(zip(units["unit_code"], units["aliases"].str.split("|"), strict=True))
        self.spelled = {
            code: [_plain(one) for one in (name, *aliases.get(code, [])) if one] for code, name in self.items()
        }
        self.tier_order = tuple(report.reference.tiers)
        self.tiers = dict(zip(units["unit_code"], units["tier"], strict=True))

    def place(self, code: str) -> int:
        """That of the unit's tier among the tiers; groups come after all."""
        return self.tier_order.index(self.tiers[code]) if code in self.tiers else len(self.tier_order)


def bare(text: str) -> str:
    """``text`` folded and without diacritics: ``Sở Xây dựng`` → ``so xay dung``."""
    parts = unicodedata.normalize("NFD", fold(text).replace("đ", "d"))
    return "".join(part for part in parts if not unicodedata.combining(part))


def find(wanted: str, names: Mapping[str, str], count: int = 10) -> list[str]:
    """Codes whose code or name holds words that begin as those of ``wanted``, diacritics aside; where there are none,
    those of which another name does.

    What is called just so comes first, then words in a row, departments before districts before communes before
    groups, the shortest names first.
    """
    words = _plain(wanted)
    by_name = [code for code in names if words in _spelled(code, names) or _has(words, code, names, 1)]
    found = by_name or [code for code in names if _has(words, code, names)]
    return sorted(found, key=lambda code: (*_distance(words, code, names), len(names[code]), code))[:count]


def unit_named(wanted: str, names: Mapping[str, str]) -> str:
    """The code of a unit or group by its code or name; UsageProblem that names the nearest where not one fits.

    A name that fits a unit and groups around it means the unit, words in a row go before words apart.
    """
    if wanted in names:
        return wanted
    found, words = find(wanted, names, len(names)), _plain(wanted)
    best = [code for code in found if _distance(words, code, names)[:2] == _distance(words, found[0], names)[:2]]
    alone = [code for code in best if ":" not in code] or best
    if len(alone) == 1:
        return alone[0]
    near = found[:_NEAR] or _nearest_units(wanted, names)
    raise UsageProblem(
        N_("No one unit is meant by «{wanted}». Nearest: {near}."),
        wanted=wanted,
        near=", ".join(f"{code} ({names[code]})" for code in near) or "–",
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w.:]+", bare(text)))


def _spelled(code: str, names: Mapping[str, str]) -> list[str]:
    return names.spelled[code] if isinstance(names, Names) else [_plain(names[code])]


def _has(words: str, code: str, names: Mapping[str, str], most: int | None = None) -> bool:
    """Whether every one of the words begins the code or a word of the first ``most`` names."""
    starts = (bare(code), bare(code).rpartition(":")[2])
    spelled = [f" {name}" for name in _spelled(code, names)[:most]]
    return all(
        any(start.startswith(word) for start in starts) or any(f" {word}" in name for name in spelled)
        for word in words.split()
    )


def _distance(words: str, code: str, names: Mapping[str, str]) -> tuple[bool, bool, int]:
    spelled = _spelled(code, names)
    order = names.place(code) if isinstance(names, Names) else 0
    return words not in (*spelled, bare(code)), f" {words} " not in f" {spelled[0]} ", order


def units_named(wanted: str | Sequence[str], names: Names) -> list[str]:
    """Codes of units or groups by code or name; a tier (``province``, ``district``, ``commune``) is all its units."""
    if isinstance(wanted, str) and wanted in names.tier_order:
        return [code for code, tier in names.tiers.items() if tier == wanted]
    return [unit_named(name, names) for name in ([wanted] if isinstance(wanted, str) else wanted)]


def one_of(kind: str, wanted: str, known: Iterable[str], problem: type[UsageProblem] = UsageProblem) -> str:
    """``wanted`` if it is known, else a ``problem`` that suggests the nearest; ``kind`` is what it is, in words."""
    known = list(known)
    if wanted in known:
        return wanted
    near = get_close_matches(str(wanted), known, _NEAR, 0.4)
    raise problem(
        N_("{kind} = «{wanted}» is not known. Nearest: {near}. All: {known}."),
        kind=kind,
        wanted=wanted,
        near=", ".join(near) or "–",
        known=", ".join(known),
    )


def column_named(wanted: str, table: pd.DataFrame) -> str:
    """A column of the table; UsageProblem that suggests the nearest where there is none."""
    return one_of("by", wanted, [str(column) for column in table.columns])


def _nearest_units(wanted: str, names: Mapping[str, str]) -> list[str]:
    by_name = {name: code for code in names for name in _spelled(code, names)}
    near = get_close_matches(_plain(wanted), by_name, _NEAR, 0.3)
    return list(dict.fromkeys(by_name[name] for name in near))
