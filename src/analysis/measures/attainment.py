"""Attainment (mức độ đạt chỉ tiêu): every target's value beside its minimum (contract §5, ``attainment.csv``)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from analysis.language.problems import RunProblem, UsageProblem
from analysis.language.texts import N_, Language
from analysis.measures.counted import lacking_counts, read_counted
from analysis.measures.expressions import (
    Count,
    arisen,
    dossier_counts,
    fallen_due,
    month_bits,
    procedure_counts,
    procedure_hits,
    windows,
)
from analysis.measures.figures import ATTAINMENT_COLUMNS, Part, table_of, write_attainment
from analysis.measures.index import indices
from analysis.measures.offers import offered, procedure_keys
from analysis.measures.satisfaction import read_satisfaction, satisfaction_cells, told_of
from analysis.measures.series import followed
from analysis.measures.unmeasured import NOBODY, Without, columns_of_files, unmeasured, without
from analysis.reference.columns import own_columns
from analysis.reference.decision import (
    DEFAULT,
    DUE,
    PROCEDURES,
    SATISFACTION,
    Decision,
)
from analysis.reference.groups import group_members, group_names, is_group, past_names
from analysis.reference.keys import procedure_key
from analysis.reference.tables import Reference
from analysis.storage.backends import Engine, connect, execute, let_go
from analysis.storage.writing import safe_names, write_whole


def make_attainment(
    processed: Path | str,
    reference: Reference,
    decision: str = "",
    as_of: str = "",
    engine: Engine = Engine(),
) -> pd.DataFrame:
    """Compute ``attainment.csv`` from ``dossiers.parquet`` in ``processed``, write it there and return it; beside it
    what cannot be measured, ``unmeasured.csv``, and the decision's composite indices, ``index.csv``.

    ``decision`` is an id ("": the one in force on the as-of day); ``as_of`` an ISO day ("": the
    latest day of receipt or result in the data).
    """
    processed = Path(processed)
    day = _as_of(processed, as_of)
    chosen = decision_on(reference, decision, day)
    with connect(engine) as backend:
        dossiers = read_counted(backend, processed, chosen)
        counts = reference.on_day(chosen, day).by_holder(lacking_counts(processed, chosen, day))
        content = read_satisfaction(processed)
        files = columns_of_files(processed)
        lacking = unmeasured(dossiers, files, counts, reference, chosen, told_of(content, day))
        parts = [*attainment_parts(dossiers, reference, chosen, day, without(lacking), content)]
    write_attainment(parts, processed / "attainment.csv")
    attainment = table_of(parts)
    write_beside(lacking, "unmeasured", processed)
    write_beside(indices(attainment, chosen, reference.ended(chosen, day)), "index", processed)
    return attainment


def decision_on(reference: Reference, decision: str, day: date) -> Decision:
    """The decision with that id, for "" the one in force on ``day``; UsageProblem where ``day`` lies before it."""
    chosen = reference.decision(decision, day)
    if day < chosen.valid_from:
        raise UsageProblem(
            N_("The as-of day {day} lies before the decision {decision}, in force from {first}. Choose a later day."),
            day=day.isoformat(),
            decision=chosen.id,
            first=chosen.valid_from.isoformat(),
        )
    return chosen


def attain(
    dossiers: ibis.Table,
    reference: Reference,
    decision: Decision,
    as_of: date,
    none_of: Without = NOBODY,
    content: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every target × reading × unit or group × window × month, in the columns of ``attainment.csv``.

    ``dossiers`` as in ``dossiers.parquet``; ``none_of`` are units of which a target cannot be measured; ``content`` as
    ``read_satisfaction`` gives it, None: nobody was asked. ``value`` and ``gap`` are shares of one (NaN where nothing
    arises); ``shortfall`` counts dossiers, procedures or people. Compared in exact arithmetic.
    """
    return table_of(attainment_parts(dossiers, reference, decision, as_of, none_of, content))


def attainment_parts(
    dossiers: ibis.Table,
    reference: Reference,
    decision: Decision,
    as_of: date,
    none_of: Without = NOBODY,
    content: pd.DataFrame | None = None,
) -> Iterator[Part]:
    """The rows of ``attain``, one target and reading after the other: a nation's are too many to be held at once."""
    spans, reference = windows(decision, as_of), reference.on_day(decision, as_of)
    groups = group_members(reference)
    dossiers = followed(dossiers, reference)
    found = arisen(dossiers, decision, as_of)
    counts = [
        Count(target, reading, none_of.get((target.id, reading.id), ()))
        for target in decision.targets
        for reading in decision.readings_of(target)
    ]
    of_content = [count for count in counts if count.target.measure == SATISFACTION]
    of_due = [count for count in counts if count.reading.day == DUE]
    others = (PROCEDURES, SATISFACTION)
    of_dossiers = [count for count in counts if count.target.measure not in others and count.reading.day != DUE]
    dossier_figures = execute(dossier_counts(found, of_dossiers))
    if of_due:  # by another month
        due_figures = execute(dossier_counts(fallen_due(dossiers, decision, as_of), of_due))
    if of_content:  # from a table of its own
        asked = ibis.memtable(satisfaction_cells(content, reference, as_of))
        content_figures = execute(dossier_counts(asked, of_content))
    grid = _grid(reference, spans, decision, as_of)
    by_dossiers = _Monthly(grid, groups, dossier_figures)
    by_due = _Monthly(grid, groups, due_figures) if of_due else by_dossiers
    by_content = _Monthly(grid, groups, content_figures) if of_content else by_dossiers
    by_procedures = _by_procedures(found, reference, spans, grid, counts)
    let_go(found)
    for count in sorted(counts, key=lambda count: (count.target.id, count.reading.id)):
        if count.target.measure == PROCEDURES:
            yield _part(*by_procedures[count.target.id, count.reading.id], count)
        elif count.target.measure == SATISFACTION:
            yield _part(by_content, of_content.index(count), count)
        elif count.reading.day == DUE:
            yield _part(by_due, of_due.index(count), count)
        else:
            yield _part(by_dossiers, of_dossiers.index(count), count)


def dossiers_to_date(
    dossiers: ibis.Table, reference: Reference, decision: Decision, as_of: date, measure: str
) -> pd.DataFrame:
    """The targets of a measure on dossiers to date, in the default reading, of these dossiers instead of all: for what
    they would be without some. The columns are those of ``attainment.csv``.
    """
    spans = _to_date(decision, as_of)
    targets = [target for target in decision.targets if target.measure == measure]
    readings = [(target, reading) for target in targets for reading in decision.readings_of(target)]
    counts = [Count(target, reading) for target, reading in readings if reading.id == DEFAULT]
    if not counts:
        return pd.DataFrame(columns=ATTAINMENT_COLUMNS)
    groups = group_members(reference)
    figures = execute(dossier_counts(arisen(dossiers, decision, as_of), counts))
    monthly = _Monthly(_grid(reference, spans, decision, as_of, groups["group_code"]), groups, figures)
    return table_of(_part(monthly, number, count) for number, count in enumerate(counts))


def procedures_on(
    bases: Mapping[str, pd.DataFrame], dossiers: ibis.Table, reference: Reference, decision: Decision, as_of: date
) -> pd.DataFrame:
    """The targets on procedures to date, in the default reading, with each of ``bases`` instead of the catalogue.

    A base has unit_code, procedure_key, level; of units that have a row there, and of their groups alone, is told. The
    columns are those of ``attainment.csv``, and ``base``, the name.
    """
    spans = _to_date(decision, as_of)
    targets = [target for target in decision.targets if target.measure == PROCEDURES]
    bases = {name: offers for name, offers in bases.items() if len(offers)}
    if not bases or not targets:
        return pd.DataFrame(columns=[*ATTAINMENT_COLUMNS, "base"])
    readings = [one for one in decision.readings if one.measure == PROCEDURES and one.id == DEFAULT]
    groups = group_members(reference)
    found = arisen(dossiers, decision, as_of)
    codes = execute(found.select("procedure_code").distinct())
    keys = codes.assign(procedure_key=codes["procedure_code"].map(procedure_key).astype("str"))
    # Counted together, each by its number.
    sets = {(base, t.id): offers[t.admits(offers["level"])] for base, offers in bases.items() for t in targets}
    given = pd.concat([offers.assign(levels=number) for number, offers in enumerate(sets.values())])
    given = given[["unit_code", "procedure_key", "levels"]].assign(months=month_bits(spans["month"]))
    hits = procedure_hits(found, ibis.memtable(keys), readings)
    span_table, group_table, base_table = (ibis.memtable(table) for table in (spans, groups, given))
    figures = execute(procedure_counts(hits, span_table, group_table, base_table, readings))
    counted = {one: figures[figures["levels"] == number] for number, one in enumerate(sets)}
    tables = []
    for base, offers in bases.items():
        own = groups.loc[groups["unit_code"].isin(offers["unit_code"]), "group_code"]
        grid = _grid(reference, spans, decision, as_of, own)
        parts = (_part(_Windowed(grid, counted[base, t.id]), 0, Count(t, readings[0])) for t in targets)
        tables.append(table_of(parts).assign(base=base))
    return pd.concat(tables, ignore_index=True)


def _by_procedures(
    found: ibis.Table, reference: Reference, spans: pd.DataFrame, grid: "_Grid", counts: list[Count]
) -> dict[tuple[str, str], tuple["_Windowed", int]]:
    """By target and reading: the figures of procedures at its levels, and which of them are the reading's."""
    asked = [count for count in counts if count.target.measure == PROCEDURES]
    # Targets that count the same levels are counted together, as is what leaves out the same units.
    by_levels = {count.target.admitted: count.target for count in asked}
    offers, groups = offered(reference, spans, list(by_levels.values())), group_members(reference)
    laid_out: dict[tuple[str, str], tuple[_Windowed, int]] = {}
    for nobody in dict.fromkeys(count.without for count in asked):
        alike = [count for count in asked if count.without == nobody]
        readings = {count.reading.id: count.reading for count in alike}
        hits = procedure_hits(found, procedure_keys(reference), [*readings.values()])
        members = ibis.memtable(groups[~groups["unit_code"].isin(nobody)])
        figures = execute(procedure_counts(hits, ibis.memtable(spans), members, offers, [*readings.values()]))
        own = {levels: _Windowed(grid, figures[figures["levels"] == place]) for place, levels in enumerate(by_levels)}
        numbers = {reading: number for number, reading in enumerate(readings)}
        for count in alike:
            laid_out[count.target.id, count.reading.id] = own[count.target.admitted], numbers[count.reading.id]
    return laid_out


def _to_date(decision: Decision, as_of: date) -> pd.DataFrame:
    """The last window to date alone."""
    spans = windows(decision, as_of)
    return spans[(spans["window"] == "to_date") & (spans["month"] == spans["month"].max())]


@dataclass(frozen=True)
class _Grid:
    """Every unit or group × window × month, sorted: each has its ``rows``, without dossiers too.

    ``steps``: window, month (number) and first, as ``windows`` has them, of each of the ``codes``.
    """

    decision: str
    rows: pd.DataFrame
    codes: pd.Index
    steps: pd.DataFrame

    @cached_property
    def of_groups(self) -> tuple[np.ndarray, pd.DataFrame]:
        """Which rows are groups', and these."""
        groups = np.repeat([is_group(code) for code in self.codes], len(self.steps))
        return groups, self.rows[groups]


@dataclass(frozen=True)
class _Monthly:
    """Figures of dossiers by unit_code and month: a group's are its ``members``' sums, a window's its months'."""

    grid: _Grid
    members: pd.DataFrame
    figures: pd.DataFrame

    def side(self, name: str) -> np.ndarray:
        """A column of the figures in every row of the grid."""
        first, last = self.grid.steps["first"].to_numpy(), self.grid.steps["month"].to_numpy()
        units, begins, codes = self._sums
        arose = np.zeros((len(self._units), last.max() - first.min() + 2), np.int64)
        known, unit, month = self._places
        arose[unit, month - first.min() + 1] = self.figures[name].to_numpy()[known]
        of_codes = np.zeros((len(self.grid.codes), arose.shape[1]), np.int64)
        of_codes[codes] = np.add.reduceat(arose[units], begins) if len(units) else 0
        to_date = of_codes.cumsum(axis=1)
        return np.asarray(to_date[:, last - first.min() + 1] - to_date[:, first - first.min()]).ravel()

    @cached_property
    def _units(self) -> pd.Index:
        return pd.Index(self.members["unit_code"].unique())

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        unit, month = self._units.get_indexer(self.figures["unit_code"]), self.figures["month"].to_numpy()
        steps = self.grid.steps
        known = (unit >= 0) & (month >= steps["first"].min()) & (month <= steps["month"].max())
        return known, unit[known], month[known]

    @cached_property
    def _sums(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places of the members code by code, where each code's begin, and of which code."""
        code = self.grid.codes.get_indexer(self.members["group_code"])
        order = np.argsort(code, kind="stable")[(code < 0).sum() :]
        codes, begins = np.unique(code[order], return_index=True)
        return self._units.get_indexer(self.members["unit_code"])[order], begins, codes


@dataclass(frozen=True)
class _Windowed:
    """Figures of procedures by group_code, window and window_month; they lack what has no procedure."""

    grid: _Grid
    figures: pd.DataFrame

    def side(self, name: str) -> np.ndarray:
        """A column of the figures in every row of the grid."""
        known, place = self._places
        found = np.zeros(len(self.grid.rows), np.int64)
        found[place] = self.figures[name].fillna(0).to_numpy()[known]
        return found

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        code = self.grid.codes.get_indexer(self.figures["group_code"])
        steps = pd.MultiIndex.from_frame(self.grid.steps[["window", "month"]])
        step = steps.get_indexer(pd.MultiIndex.from_frame(self.figures[["window", "window_month"]]))
        known = (code >= 0) & (step >= 0)
        return known, (code * len(steps) + step)[known]


def _part(figures: _Monthly | _Windowed, number: int, count: Count) -> Part:
    """The rows of one target under one reading, of which the figures have the ``number``."""
    grid, rows = figures.grid, figures.grid.rows
    sides = [figures.side(f"{part}{number}") for part in "nd"]
    if count.reading.count == "pairs":  # a unit by itself has no pairs to count
        groups, rows = grid.of_groups
        sides = [side[groups] for side in sides]
    return Part(grid.decision, count, rows, *sides)


def _grid(
    reference: Reference, spans: pd.DataFrame, decision: Decision, as_of: date, only: pd.Series | None = None
) -> _Grid:
    """The grid of the spans' windows and months; of the codes in ``only`` where they are given."""
    # The names in the data are Vietnamese whatever the report's language, as the units' names are.
    vietnamese = Language("vi")
    names = group_names(reference, vietnamese)
    if len(past := past_names(reference, vietnamese)):
        names = pd.concat([names, past]).sort_values("unit_code", ignore_index=True)
    names = names if only is None else names[names["unit_code"].isin(only)]
    steps = spans[["window", "month", "first"]].sort_values(["window", "month"], ignore_index=True)
    texts = [f"{month // 12}-{month % 12 + 1:02d}" for month in steps["month"]]
    written = steps[["window"]].assign(month=texts, as_of=as_of.isoformat())
    return _Grid(decision.id, names.merge(written, how="cross"), pd.Index(names["unit_code"]), steps)


def _as_of(processed: Path, as_of: str) -> date:
    if as_of:
        return date.fromisoformat(as_of)
    facts = json.loads((processed / "clean.json").read_text(encoding="utf-8"))
    if not facts["latest_day"]:
        raise RunProblem(
            N_("No row is valid. Run dvctt run --until clean, then look at rejects.csv and files.csv in {folder}."),
            folder=processed,
        )
    return date.fromisoformat(facts["latest_day"])


def write_beside(table: pd.DataFrame, name: str, processed: Path) -> None:
    """Write a table of units and groups as ``<name>.csv``, whole or not at all."""
    schema = own_columns().arrow_schema(name, list(table.columns))
    safe = pa.Table.from_pandas(table.assign(unit_name=safe_names(table["unit_name"])), schema, preserve_index=False)
    options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    write_whole(processed / f"{name}.csv", lambda temporary: pyarrow.csv.write_csv(safe, temporary, options))
