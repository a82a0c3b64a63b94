"""A finished run, read from its files: what pages, documents and the explorer tell of."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from analysis.duties import DUTIES
from analysis.language.problems import RunProblem
from analysis.language.texts import N_, Language
from analysis.outlook import OUTLOOK
from analysis.reference.columns import read_table
from analysis.reference.decision import DEFAULT, Decision
from analysis.reference.groups import group_members, group_names, is_group, past_names
from analysis.reference.tables import Reference, load_reference

# Files of the stage clean, and the fields of a report that hold them.
_LEDGER = {
    **{name: name for name in ("files", "rejects", "quality", "flaws", "difficulties")},
    "unit_quality": "quality_by_unit",
}
Found = TypeVar("Found")
_OF_UNITS = ("directory", "names", "of_day", "members")  # what rests on definitions and language alone
SOURCE_COLUMNS = ["file", "export_date", "sha256"]


@dataclass(frozen=True)
class Report:
    """The outputs of a run in ``processed``, with the definitions that they rest on.

    ``stated`` is the ledger of the files of ``difficulties``: file, read, used, refused (by reason), masked, cut,
    problem. ``doubts`` are what must be known of files that were used.
    ``lacking`` are the rows of unmeasured.csv, ``indices`` those of index.csv, ``counts`` those of counts_files.csv.
    ``outlook["procedures"]`` holds true counts: only what was ``told`` may be printed; so does
    ``duties["waiting_procedures"]``.
    ``found`` keeps what was found in its tables, by what found it; another report begins anew.
    """

    attainment: pd.DataFrame
    files: pd.DataFrame
    rejects: pd.DataFrame
    quality: pd.DataFrame
    quality_by_unit: pd.DataFrame
    flaws: pd.DataFrame
    difficulties: pd.DataFrame
    stated: list[dict[str, Any]]
    doubts: list[dict[str, Any]]
    outlook: dict[str, pd.DataFrame]
    duties: dict[str, pd.DataFrame]
    synthetic: bool
    reference: Reference
    decision: Decision
    as_of: date
    language: Language
    lacking: pd.DataFrame = field(default_factory=pd.DataFrame)
    indices: pd.DataFrame = field(default_factory=pd.DataFrame)
    counts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*SOURCE_COLUMNS, "dossiers"]))
    found: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def with_tables(self, **tables: Any) -> "Report":
        """The same report with other rows in some tables; what it knows of the units is not looked up anew."""
        other = replace(self, **tables)
        vars(other).update({name: vars(self)[name] for name in _OF_UNITS if name in vars(self)})
        return other

    def once(self, key: Any, find: Callable[[], Found]) -> Found:
        """What ``find`` finds in the tables of this report, the first time that ``key`` is asked for."""
        if key not in self.found:
            self.found[key] = find()
        return self.found[key]  # type: ignore[no-any-return]

    @cached_property
    def unmeasured(self) -> dict[tuple[str, str], str]:
        """By target and unit or group the columns for want of which it cannot be measured under the default reading."""
        if self.lacking.empty:
            return {}
        rows = self.lacking[self.lacking["reading"] == DEFAULT]
        return {(row.target_id, row.unit_code): row.lacking for row in rows.itertuples(index=False)}

    @cached_property
    def month(self) -> str:
        """The last month, ``yyyy-mm``: the report is about the time up to its end or the as-of day."""
        return str(self.attainment["month"].max())

    @cached_property
    def names(self) -> dict[str, str]:
        """Units and groups by code; the groups' names are in the report's language."""
        return self.directory["unit_name"].to_dict()

    def within(self, code: str) -> str:
        """A unit's or group's name inside a sentence; departments are written with a capital there too."""
        department = self.directory.at[code, "tier"] == "province" and not is_group(code)
        return self.names[code] if department else self.language.within(self.names[code])

    @cached_property
    def directory(self) -> pd.DataFrame:
        """unit_name and tier of every unit and group, by code; after those of the day the units that ended before."""
        named = [group_names(self.reference, self.language), past_names(self.reference, self.language)]
        return (pd.concat(named) if len(named[1]) else named[0]).set_index("unit_code")

    @cached_property
    def of_day(self) -> list[str]:
        """The codes of the units and groups that there are on the day of the figures."""
        return list(group_names(self.reference)["unit_code"])

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The units of each group, in the order of units.csv; a tier may have none."""
        of_group = group_members(self.reference).groupby("group_code", sort=False)["unit_code"]
        return dict.fromkeys(self.names, ()) | {str(group): tuple(units) for group, units in of_group}

    def of_units(self, name: str, code: str) -> pd.DataFrame:
        """The rows of a table of the duties that are of the units that ``code`` is, or has."""
        rows = self.duties[name]
        return rows[rows["unit_code"].isin(self.members[code])]

    @property
    def ended(self) -> bool:
        """Whether the period of the decision is over."""
        return self.as_of >= self.decision.valid_to

    @property
    def totals(self) -> dict[str, int]:
        """Sums over the files: read, accepted, rejected, superseded, skipped_lines."""
        names = ["read", "accepted", "rejected", "superseded", "skipped_lines"]
        return {name: int(self.files[name].sum()) for name in names}

    @property
    def sources(self) -> pd.DataFrame:
        """``SOURCE_COLUMNS`` of the exports and of the files of counts."""
        parts = [table[SOURCE_COLUMNS] for table in (self.files, self.counts) if len(table)]
        return pd.concat(parts, ignore_index=True) if parts else self.files[SOURCE_COLUMNS]

    @property
    def quarantined(self) -> pd.DataFrame:
        """The files of which nothing was used."""
        return self.files[self.files["status"] == "quarantined"]


def read_report(processed: Path | str, reference: Path | str, language: Language = Language()) -> Report:
    """Read what the stages before the report left in ``processed``; raises RunProblem without it.

    Files that did not change are not read twice by one process; nobody sees what another did to its tables.
    """
    kept = _read_report(Path(processed).absolute(), Path(reference).absolute(), language, _state(processed, reference))
    given = {part.name: getattr(kept, part.name) for part in fields(kept) if part.init}
    frames = {name: part.copy(deep=False) for name, part in given.items() if isinstance(part, pd.DataFrame)}
    own = ({name: table.copy(deep=False) for name, table in tables.items()} for tables in (kept.outlook, kept.duties))
    return kept.with_tables(**frames, outlook=next(own), duties=next(own))


def _state(*folders: Path | str) -> tuple[tuple[str, int, int, int], ...]:
    """What tells that a file of the folders is not the one that it was."""
    states = ((path, path.stat()) for folder in folders for path in sorted(Path(folder).rglob("*")))
    return tuple((str(path), state.st_ino, state.st_size, state.st_mtime_ns) for path, state in states)


@lru_cache(maxsize=2)
def _read_report(processed: Path, reference: Path, language: Language, state: object) -> Report:
    tables = {}
    for name in ("attainment", "unmeasured", "index", "counts_files", *_LEDGER, *OUTLOOK, *DUTIES):
        if not (processed / f"{name}.csv").is_file():
            raise RunProblem(
                N_("{folder} has no {file}. Run the notebooks clean, attainment, trends_and_gap and duties first."),
                folder=processed,
                file=f"{name}.csv",
            )
        tables[name] = read_table(processed / f"{name}.csv")
    facts = json.loads((processed / "clean.json").read_text(encoding="utf-8"))
    definitions = load_reference(reference)
    attainment = tables["attainment"]
    decision = definitions.decision(attainment["decision"].iloc[0])
    as_of = date.fromisoformat(attainment["as_of"].iloc[0])
    definitions = definitions.on_day(decision, as_of)
    tables |= {name: definitions.by_holder(tables[name]) for name in ("unit_quality", "flaws", "difficulties")}
    report = Report(
        attainment=attainment,
        **{part: tables[name] for name, part in _LEDGER.items()},
        stated=facts["difficulties"],
        doubts=facts["doubts"],
        outlook={name: tables[name] for name in OUTLOOK},
        duties={name: tables[name] for name in DUTIES},
        synthetic=facts["synthetic"],
        reference=definitions,
        decision=decision,
        as_of=as_of,
        language=language,
        lacking=tables["unmeasured"],
        indices=tables["index"],
        counts=tables["counts_files"],
    )
    for name in _OF_UNITS:
        getattr(report, name)  # found once for all that read it
    return report
