"""Attainment (mức độ đạt chỉ tiêu): every target's value beside its minimum (contract §5, ``attainment.csv``)."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
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
    WINDOWS,
    Count,
    arisen,
    cells,
    dossier_counts,
    fallen_due,
    month_bits,
    procedure_counts,
    procedure_hits,
    windows,
)
from analysis.measures.index import indices
from analysis.measures.offers import offered, procedure_keys
from analysis.measures.satisfaction import read_satisfaction, satisfaction_cells, told_of
from analysis.measures.series import followed
from analysis.measures.unmeasured import NOBODY, Without, columns_of_files, unmeasured, without
from analysis.reference.columns import own_columns
from analysis.reference.decision import (
    ATTAINED,
    DEFAULT,
    DUE,
    NOT_APPLICABLE,
    NOT_ATTAINED,
    PROCEDURES,
    SATISFACTION,
    Decision,
    Target,
)
from analysis.reference.groups import group_members, group_names, is_group, past_names
from analysis.reference.keys import procedure_key
from analysis.reference.tables import Reference
from analysis.storage.backends import Engine, connect, execute
from analysis.storage.writing import safe_names, write_whole

ATTAINMENT_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "reading"),
    *("unit_code", "unit_name", "tier", "window", "month", "as_of"),
    *("numerator", "denominator", "value", "minimum", "gap", "shortfall", "status"),
]


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
        attainment = attain(dossiers, reference, chosen, day, without(lacking), content)
    write_attainment([attainment], processed / "attainment.csv")
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
    return pd.concat(attainment_parts(dossiers, reference, decision, as_of, none_of, content), ignore_index=True)


def attainment_parts(
    dossiers: ibis.Table,
    reference: Reference,
    decision: Decision,
    as_of: date,
    none_of: Without = NOBODY,
    content: pd.DataFrame | None = None,
) -> Iterator[pd.DataFrame]:
    """The rows of ``attain``, one target and reading after the other: a nation's are too many to be held at once."""
    spans, reference = windows(decision, as_of), reference.on_day(decision, as_of)
    span_table, group_table = ibis.memtable(spans), ibis.memtable(group_members(reference))
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
    dossier_figures = execute(dossier_counts(cells(found, "unit_code"), span_table, group_table, of_dossiers))
    if of_due:  # by another month
        due = cells(fallen_due(dossiers, decision, as_of), "unit_code")
        due_figures = execute(dossier_counts(due, span_table, group_table, of_due))
    if of_content:  # from a table of its own
        asked = ibis.memtable(satisfaction_cells(content, reference, as_of))
        content_figures = execute(dossier_counts(asked, span_table, group_table, of_content))
    grid = _grid(reference, spans)
    by_dossiers = _aligned(grid, dossier_figures)
    by_due = _aligned(grid, due_figures) if of_due else grid
    by_content = _aligned(grid, content_figures) if of_content else grid
    by_procedures = _by_procedures(found, reference, spans, grid, counts)
    for count in sorted(counts, key=lambda count: (count.target.id, count.reading.id)):
        if count.target.measure == PROCEDURES:
            rows = _rows(*by_procedures[count.target.admitted, count.reading.id], count)
        elif count.target.measure == SATISFACTION:
            rows = _rows(by_content, of_content.index(count), count)
        elif count.reading.day == DUE:
            rows = _rows(by_due, of_due.index(count), count)
        else:
            rows = _rows(by_dossiers, of_dossiers.index(count), count)
        yield rows.assign(decision=decision.id, as_of=as_of.isoformat())[ATTAINMENT_COLUMNS]


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
    of_units = cells(arisen(dossiers, decision, as_of), "unit_code")
    figures = execute(dossier_counts(of_units, ibis.memtable(spans), ibis.memtable(groups), counts))
    aligned = _aligned(_grid_to_date(reference, spans, groups), figures)
    rows = [_rows(aligned, number, count) for number, count in enumerate(counts)]
    return pd.concat(rows, ignore_index=True).assign(decision=decision.id, as_of=as_of.isoformat())[ATTAINMENT_COLUMNS]


def procedures_on(
    offers: pd.DataFrame, dossiers: ibis.Table, reference: Reference, decision: Decision, as_of: date
) -> pd.DataFrame:
    """The targets on procedures to date, in the default reading, with ``offers`` as the base instead of the catalogue.

    ``offers``: unit_code, procedure_key, level; of units that have a row there, and of their groups alone, is told. The
    columns are those of ``attainment.csv``.
    """
    spans = _to_date(decision, as_of)
    targets = [target for target in decision.targets if target.measure == PROCEDURES]
    if offers.empty or not targets:
        return pd.DataFrame(columns=ATTAINMENT_COLUMNS)
    readings = [one for one in decision.readings if one.measure == PROCEDURES and one.id == DEFAULT]
    groups = group_members(reference).merge(offers[["unit_code"]].drop_duplicates(), on="unit_code")
    found = arisen(dossiers, decision, as_of)
    codes = execute(found.select("procedure_code").distinct())
    keys = codes.assign(procedure_key=codes["procedure_code"].map(procedure_key).astype("str"))
    sets = [offers[target.admits(offers["level"])].assign(levels=number) for number, target in enumerate(targets)]
    given = pd.concat(sets)[["unit_code", "procedure_key", "levels"]].assign(months=month_bits(spans["month"]))
    hits = procedure_hits(found, ibis.memtable(keys), readings)
    span_table, group_table, base = (ibis.memtable(table) for table in (spans, groups, given))
    counted = procedure_counts(hits, span_table, group_table, base, readings)
    figures, grid = execute(counted), _grid_to_date(reference, spans, groups)
    rows = [
        _rows(_aligned(grid, figures[figures["levels"] == number]), 0, Count(target, readings[0]))
        for number, target in enumerate(targets)
    ]
    return pd.concat(rows, ignore_index=True).assign(decision=decision.id, as_of=as_of.isoformat())[ATTAINMENT_COLUMNS]


def shortfall(numerator: np.ndarray, denominator: np.ndarray, target: Target) -> np.ndarray:
    """The smallest whole k ≥ 0 with (numerator + k) / denominator ≥ minimum; 0 for an empty denominator.

    Integers throughout: with minimum = p/q, k = ⌈p · denominator / q⌉ − numerator.
    """
    p, q = target.minimum.numerator, target.minimum.denominator
    return np.where(denominator > 0, np.maximum(-(-p * denominator // q) - numerator, 0), 0)


def _by_procedures(
    found: ibis.Table, reference: Reference, spans: pd.DataFrame, grid: pd.DataFrame, counts: list[Count]
) -> dict[tuple[tuple[int, ...] | None, str], tuple[pd.DataFrame, int]]:
    """By levels and reading: the aligned figures of procedures, and which of them are the reading's."""
    asked = [count for count in counts if count.target.measure == PROCEDURES]
    # Targets that count the same levels are counted together, and readings that leave out the same units.
    by_levels = {count.target.admitted: count.target for count in asked}
    left_out = {count.reading.id: (count.without, count.reading) for count in asked}
    offers, groups = offered(reference, spans, list(by_levels.values())), group_members(reference)
    aligned: dict[tuple[tuple[int, ...] | None, str], tuple[pd.DataFrame, int]] = {}
    for nobody in dict.fromkeys(units for units, _ in left_out.values()):
        readings = [reading for units, reading in left_out.values() if units == nobody]
        hits = procedure_hits(found, procedure_keys(reference), readings)
        members = ibis.memtable(groups[~groups["unit_code"].isin(nobody)])
        figures = execute(procedure_counts(hits, ibis.memtable(spans), members, offers, readings))
        for place, levels in enumerate(by_levels):
            own = _aligned(grid, figures[figures["levels"] == place])
            aligned |= {(levels, reading.id): (own, number) for number, reading in enumerate(readings)}
    return aligned


def _to_date(decision: Decision, as_of: date) -> pd.DataFrame:
    """The last window to date alone."""
    spans = windows(decision, as_of)
    return spans[(spans["window"] == "to_date") & (spans["month"] == spans["month"].max())]


def _grid_to_date(reference: Reference, spans: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """The grid's rows of that window, and of these groups."""
    grid = _grid(reference, spans)
    return grid[(grid["window"] == "to_date") & grid["unit_code"].isin(groups["group_code"])]


def _grid(reference: Reference, spans: pd.DataFrame) -> pd.DataFrame:
    """Every unit or group × window × month, sorted: each has its rows, without dossiers too."""
    months = sorted(spans["month"].unique())
    # The names in the data are Vietnamese whatever the report's language, as the units' names are.
    vietnamese = Language("vi")
    names = group_names(reference, vietnamese)
    if len(past := past_names(reference, vietnamese)):
        names = pd.concat([names, past]).sort_values("unit_code", ignore_index=True)
    steps = pd.DataFrame(
        [(window, f"{month // 12}-{month % 12 + 1:02d}", month) for window in sorted(WINDOWS) for month in months],
        columns=["window", "month", "window_month"],
    )
    return names.merge(steps, how="cross")


def _aligned(grid: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """The grid with the figures of its rows; ``figures`` lack what has no dossier."""
    keys = ["unit_code", "window", "window_month"]
    return grid.merge(
        figures.rename(columns={"group_code": "unit_code"}).drop(columns="levels", errors="ignore"), how="left", on=keys
    )


def _rows(aligned: pd.DataFrame, number: int, count: Count) -> pd.DataFrame:
    """The rows of one target under one reading, of which the figures have the ``number``."""
    target, rows = count.target, aligned
    if count.reading.count == "pairs":  # a unit by itself has no pairs to count
        rows = rows[rows["unit_code"].map(is_group)]
    numerator, denominator = (rows[f"{part}{number}"].fillna(0).to_numpy().astype("int64") for part in "nd")
    p, q = target.minimum.numerator, target.minimum.denominator
    empty = denominator == 0
    safe = np.where(empty, 1, denominator)
    status = np.where(numerator * q >= p * denominator, ATTAINED, NOT_ATTAINED)
    return rows[["unit_code", "unit_name", "tier", "window", "month"]].assign(
        target_id=target.id,
        measure=target.measure,
        level=pd.array([target.level] * len(rows), dtype="Int64"),
        scope=target.scope,
        reading=count.reading.id,
        numerator=numerator,
        denominator=denominator,
        value=np.where(empty, np.nan, numerator / safe),
        minimum=p / q,
        gap=np.where(empty, np.nan, (numerator * q - p * denominator) / (safe * q)),
        shortfall=shortfall(numerator, denominator, target),
        status=np.where(empty, NOT_APPLICABLE, status),
    )


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


def write_attainment(parts: Iterable[pd.DataFrame], path: Path) -> None:
    """Write ``attainment.csv``, part by part, whole or not at all.

    Shares have nine decimals, enough that a rounded one does not cross its minimum unseen.
    """
    write_whole(path, lambda temporary: _write(parts, temporary))


def write_beside(table: pd.DataFrame, name: str, processed: Path) -> None:
    """Write a table of units and groups as ``<name>.csv``, whole or not at all."""
    schema = own_columns().arrow_schema(name, list(table.columns))
    safe = pa.Table.from_pandas(table.assign(unit_name=safe_names(table["unit_name"])), schema, preserve_index=False)
    options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    write_whole(processed / f"{name}.csv", lambda temporary: pyarrow.csv.write_csv(safe, temporary, options))


def _write(parts: Iterable[pd.DataFrame], path: Path) -> None:
    options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    described = own_columns().arrow_schema("attainment", ATTAINMENT_COLUMNS)
    shares = {field.name for field in described if pa.types.is_floating(field.type)}
    schema = pa.schema([field.with_type(pa.string()) if field.name in shares else field for field in described])
    with pyarrow.csv.CSVWriter(path, schema, write_options=options) as writer:
        for part in parts:
            part = part.assign(unit_name=safe_names(part["unit_name"]))
            columns = [_decimals(part[name]) if name in shares else pa.array(part[name]) for name in schema.names]
            writer.write_table(pa.table(columns, schema.names).cast(schema))


def _decimals(shares: pd.Series) -> pa.Array:
    """Each distinct share is put into words once."""
    encoded = pa.array(shares, from_pandas=True).dictionary_encode()
    return pa.array([f"{share:.9f}" for share in encoded.dictionary.to_pylist()], pa.string()).take(encoded.indices)
