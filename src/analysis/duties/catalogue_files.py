"""The lists of procedures beside the exports, as rows, and the ledger of their sheets (``catalogue_files.csv``).

Per sheet, lines = used + refused. A line of the portal's list that was refused although its code can be read leaves its
procedure ``unclear``: nobody may say that it is missing.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.dossiers.file_names import FileNames
from analysis.dossiers.further_files import Further, further_files
from analysis.dossiers.further_kinds import CATALOGUE_LIST
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.masking import masked, plain, shortened
from analysis.dossiers.worker import asked
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_, Language
from analysis.preparation.catalogue_lists import BAD_DAY, ENDED, REPAIRED, UNKNOWN_LEVEL, UNKNOWN_UNIT, Listed
from analysis.preparation.catalogue_sheets import ReadSources, Source, decision_in
from analysis.reference.catalogue_words import CatalogueWords, load_catalogue_words
from analysis.reference.keys import procedure_key
from analysis.reference.tables import Reference
from analysis.storage.writing import spreadsheet_safe

OPEN, CLOSED, UNCLEAR = "open", "closed", "unclear"
CATALOGUE_FILES_COLUMNS = [
    *("file", "sheet", "role", "day", "decision", "lines", "used", "refused", "reasons", "problem"),
]
_DAYS = ["day", "decided_at", "effective_at", "published_at"]
_TEXTS = ["role", "state", "procedure_code", "procedure_key", "procedure_name", "tier", "decision"]
_REMARKS = {REPAIRED, ENDED, UNKNOWN_UNIT}  # of lines that are used all the same
_NO_ROLE = N_(
    "nothing says whether it is the portal's own list or a decision's: write «Danh sách trên Cổng dịch vụ công» or "
    "«Kèm theo Quyết định số …» above its headings."
)
_MOST_LETTERS = 300  # of a procedure's name
_NO_LINE = N_("no line can be used: see its reasons.")


@dataclass(frozen=True)
class Listings:
    """``lines``: role, state, procedure_code, procedure_key, procedure_name, tier, ``named`` (units, a tuple), level,
    decision and the days day, decided_at, effective_at, published_at (NaT: not known). ``files`` is the ledger.
    """

    lines: pd.DataFrame
    files: pd.DataFrame


def read_listings(raw: Path | None, processed: Path, reference: Reference, language: Language) -> Listings:
    """Every list of procedures that cleaning found below ``raw``, each read in a process apart."""
    found = further_files(raw, processed, reference, CATALOGUE_LIST)
    words, namer = load_catalogue_words(reference.folder), FileNames(reference)
    results = asked([ReadSources(file, words) for file in found], make_lookups(reference), 0) if found else []
    rows: list[dict[str, Any]] = []
    ledger = []
    for file, result in zip(found, results, strict=True):
        if isinstance(result, ExportProblem):
            ledger.append(_refused(file, result.told(language)))
            continue
        for source in result:
            ledger.append(_ledger_row(file, source, namer, language))
            rows += _rows(source, words) if source.role else []
    files = pd.DataFrame(ledger, columns=CATALOGUE_FILES_COLUMNS)
    return Listings(lines_of_rows(rows), files.astype(dict.fromkeys(("lines", "used", "refused"), "int64")))


def lines_of_rows(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as ``Listings.lines`` has them."""
    whole = pd.DataFrame(rows, columns=[*_TEXTS, "named", "level", *_DAYS])
    days = {name: pd.to_datetime(whole[name]) for name in _DAYS}
    return whole.assign(**days).astype({**dict.fromkeys(_TEXTS, "str"), "named": "object", "level": "Int64"})


def _rows(source: Source, words: CatalogueWords) -> list[dict[str, Any]]:
    lists = source.sheet.lists
    found = [_row(one, source, state, words) for state, own in _states(source) for one in own]
    unclear = {text for _, reason, text in lists.told if reason in (UNKNOWN_LEVEL, BAD_DAY)}
    return found + [_row(Listed(code), source, UNCLEAR, words) for code in sorted(unclear)]


def _states(source: Source) -> list[tuple[str, list[Listed]]]:
    return [(OPEN, source.sheet.lists.taken), (CLOSED, source.sheet.lists.ended)]


def _row(one: Listed, source: Source, state: str, words: CatalogueWords) -> dict[str, Any]:
    number, day = decision_in(one.decision, words)
    return {
        **{"role": source.role, "state": state, "day": source.day},
        **{"procedure_code": one.procedure_code, "procedure_key": procedure_key(one.procedure_code)},
        **{"procedure_name": _name(one.procedure_name), "tier": one.tier, "named": one.named},
        "level": int(one.level) if one.level else None,
        "decision": number or source.decision,
        "decided_at": one.decided_at or day or (None if number else source.decided_at),
        **{"effective_at": one.valid_from, "published_at": one.published_at},
    }


def _name(text: str) -> str:
    """A procedure's name as others may read it: a list is written by hand, and rows shift."""
    return spreadsheet_safe(shortened(masked(plain(text))[0], _MOST_LETTERS))


def _ledger_row(file: Further, source: Source, namer: FileNames, language: Language) -> dict[str, Any]:
    lists = source.sheet.lists
    used = {one.place for _, own in _states(source) for one in own} if source.role else set()
    reasons = Counter(reason for place, reason, _ in lists.told if place not in used and reason not in _REMARKS)
    problem = "" if used else language.text(_NO_LINE if source.role else _NO_ROLE)
    return {
        "file": file.name,
        "sheet": spreadsheet_safe(namer.told(source.sheet.name)),
        **{"role": source.role, "day": _iso(source.day), "decision": source.decision},
        **{"lines": lists.lines, "used": len(used), "refused": lists.lines - len(used)},
        "reasons": "; ".join(f"{reason}: {count}" for reason, count in sorted(reasons.items())),
        "problem": problem,
    }


def _refused(file: Further, problem: str) -> dict[str, Any]:
    texts = dict.fromkeys(("sheet", "role", "day", "decision", "reasons"), "")
    return {"file": file.name, **texts, "lines": 0, "used": 0, "refused": 0, "problem": problem}


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
