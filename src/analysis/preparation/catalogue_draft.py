"""A draft of the catalogue out of exports that carry a level: what was asked for, where, at which level, since when.

It holds the procedures that had dossiers and no others, so the share of procedures with online dossiers is too high by
it; its ``field`` says so of itself, and so does every report.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

from analysis.dossiers.cleaning import tables_of
from analysis.dossiers.file_names import FileNames
from analysis.dossiers.further_kinds import kind_of
from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.raw_files import exports_beside
from analysis.dossiers.worker import asked
from analysis.exports.moments import moments
from analysis.exports.quoting import OFTEN, is_procedure_code
from analysis.exports.reading import read_export, sha256
from analysis.exports.tables import Table
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.preparation.catalogue_file import MIXED
from analysis.preparation.catalogue_lists import Listed
from analysis.reference.keys import code_and_name, procedure_key, unit_key
from analysis.reference.tables import DRAFT, Reference

_USUAL = 0.99  # share of a procedure's dossiers whose level is taken for all, the rest being slips


@dataclass
class Offered:
    """What rows say of a procedure of a tier (and department): levels with their rows and days, names with rows."""

    rows: Counter[str] = field(default_factory=Counter)
    first: dict[str, date] = field(default_factory=dict)
    last: dict[str, date] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, level: str, day: date, rows: int) -> None:
        """So many rows of a level, received on a day."""
        self.rows[level] += rows
        self.first[level] = min(self.first.get(level, day), day)
        self.last[level] = max(self.last.get(level, day), day)

    def join(self, other: "Offered") -> None:
        """What another file says of the same."""
        for level, rows in other.rows.items():
            self.add(level, other.first[level], rows)
            self.last[level] = max(self.last[level], other.last[level])
        self.names += other.names
        self.codes += other.codes


Owner = tuple[str, str, str]  # procedure key, tier, department


@dataclass(frozen=True)
class _Task:
    path: Path

    def __call__(self, lookups: Lookups, key: bytes) -> dict[Owner, Offered]:
        export = read_export(self.path, headings=lookups.vocabulary.headings)
        found: dict[Owner, Offered] = defaultdict(Offered)
        try:
            tables = tables_of(export, lookups)
        except ExportProblem:
            if kind_of(export, lookups.vocabulary, lookups.kinds):
                return {}  # it is no export
            raise
        for table in tables.tables:
            _count(table, lookups, found)
        return dict(found)


def draft(
    raw: Path, reference: Reference, jobs: int
) -> tuple[list[Listed], list[tuple[str, str, str]], list[tuple[str, ExportProblem]]]:
    """What the exports below ``raw`` offer as lines of a list, what is told of others, and the files that say nothing.

    A procedure whose levels follow each other gets a line for each; one whose levels are mixed is told and left out.
    """
    paths = exports_beside(raw, reference)
    results = asked([_Task(path) for path in paths], make_lookups(reference), jobs)
    offered: dict[Owner, Offered] = defaultdict(Offered)
    silent = []
    for name, result in zip(FileNames(reference).of(raw, paths, sha256), results, strict=True):
        if isinstance(result, ExportProblem):
            silent.append((name, result))
            continue
        for owner, one in result.items():
            offered[owner].join(one)
    listed: list[Listed] = []
    told = []
    for (key, tier, unit), one in sorted(offered.items()):
        steps = _steps(one)
        if not steps:
            counts = ", ".join(f"{level}: {rows}" for level, rows in sorted(one.rows.items()))
            told.append((f"{tier} {unit}".strip(), MIXED, f"{key} ({counts})"))
            continue
        code = max(one.codes, key=lambda text: (len(text), one.codes[text]))
        name = next((text for text, rows in one.names.most_common(1) if rows >= OFTEN), code)
        listed += [Listed(code, name, DRAFT, tier, unit, level, first) for level, first in steps]
    return listed, told, silent


def _steps(offered: Offered) -> list[tuple[str, date | None]]:
    """Levels with their first days, one after the other (the first since ever); none where they are mixed."""
    total = sum(offered.rows.values())
    usual = [level for level, rows in offered.rows.items() if rows >= _USUAL * total]
    if usual:
        return [(usual[0], None)]
    levels = sorted(offered.rows, key=lambda level: offered.first[level])
    if any(offered.last[one] >= offered.first[other] for one, other in pairwise(levels)):
        return []
    return [(level, offered.first[level] if place else None) for place, level in enumerate(levels)]


def _count(table: Table, lookups: Lookups, found: dict[Owner, Offered]) -> None:
    cells = table.cells
    blank = [None] * cells.num_rows
    texts = {
        name: cells.column(name).to_pylist() if name in cells.column_names else blank
        for name in ("procedure_code", "procedure_name", "unit", "level")
    }
    days = moments(cells.column("received_at").combine_chunks()).to_pylist()
    levels = lookups.vocabulary.values["level"]
    rows: Iterable[tuple[str | None, ...]] = zip(*texts.values(), strict=True)
    for (code, name, unit, level), moment in zip(rows, days, strict=True):
        for text in (code, name):  # both may stand in one cell
            if split := code_and_name(text or "")[0]:
                code, name = split, code_and_name(text or "")[1]
                break
        key, at = procedure_key(code or ""), lookups.units.get(unit_key(unit or ""))
        known = levels.get(fold(level or "").removesuffix(".0"))
        if not (at and known and moment and is_procedure_code(key)):
            continue
        tier = lookups.tiers[at]
        one = found[key, tier, at if tier == "province" else ""]
        one.add(known, moment.date(), 1)
        one.codes[" ".join((code or "").split()) if is_procedure_code(code or "") else key] += 1
        # Rows shift: a name of a person may stand there, so only what many rows say is a procedure's.
        if name and not any(letter.isdigit() for letter in name):
            one.names[" ".join(name.split())] += 1
