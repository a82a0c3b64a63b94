"""Names as people type them: units without diacritics, targets and readings with the nearest right one suggested."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import pandas as pd

from analysis.errors import N_, UsageProblem
from analysis.figures import Report
from analysis.folding import fold

_NEAR = 3


def bare(text: str) -> str:
    """``text`` folded and without diacritics: ``Sở Xây dựng`` → ``so xay dung``."""
    parts = unicodedata.normalize("NFD", fold(text).replace("đ", "d"))
    return "".join(part for part in parts if not unicodedata.combining(part))


def find(wanted: str, names: Mapping[str, str], count: int = 10) -> list[str]:
    """Codes whose code or name holds every word of ``wanted``, diacritics aside; the shortest names first."""
    words = bare(wanted).split()
    found = [code for code, name in names.items() if all(word in f"{bare(code)} {bare(name)}" for word in words)]
    return sorted(found, key=lambda code: (len(names[code]), code))[:count]


def unit_named(wanted: str, names: Mapping[str, str]) -> str:
    """The code of a unit or group by its code or name; UsageProblem that names the nearest where not one fits.

    A name that fits a unit and groups around it means the unit, words in a row go before words apart.
    """
    if wanted in names:
        return wanted
    exact = [code for code, name in names.items() if bare(name) == bare(wanted) or bare(code) == bare(wanted)]
    found = exact or find(wanted, names)
    alone = [code for code in found if ":" not in code] or found
    alone = [code for code in alone if bare(wanted) in bare(names[code])] or alone
    if len(alone) == 1:
        return alone[0]
    near = found[:_NEAR] or _nearest_units(wanted, names)
    raise UsageProblem(
        N_("No one unit is meant by «{wanted}». Nearest: {near}."),
        wanted=wanted,
        near=", ".join(f"{code} ({names[code]})" for code in near) or "–",
    )


def units_named(wanted: str | Sequence[str], report: Report) -> list[str]:
    """Codes of units or groups by code or name; a tier (``province``, ``district``, ``commune``) is all its units."""
    units = report.reference.units
    if isinstance(wanted, str) and wanted in set(units["tier"]):
        return list(units.loc[units["tier"] == wanted, "unit_code"])
    return [unit_named(name, report.names) for name in ([wanted] if isinstance(wanted, str) else wanted)]


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
    by_name = {bare(name): code for code, name in names.items()}
    near = get_close_matches(bare(wanted), by_name, _NEAR, 0.3)
    return list(dict.fromkeys(by_name[name] for name in near))
