"""Attainment (mức độ đạt chỉ tiêu): every target's value beside its minimum (contract §5, ``attainment.csv``)."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from analysis.decision import Decision, Reading, Target
from analysis.errors import N_, RunProblem, UsageProblem
from analysis.language import Language
from analysis.measures import WINDOWS, Count, cells, dossier_counts, execute, procedure_counts, windows
from analysis.reference import TIERS, Reference
from analysis.writing import write_whole

COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "reading"),
    *("unit_code", "unit_name", "tier", "window", "month", "as_of"),
    *("numerator", "denominator", "value", "minimum", "gap", "shortfall", "status"),
]
ATTAINED, NOT_ATTAINED, NOT_APPLICABLE = "attained", "not_attained", "not_applicable"
_TIER_NAMES = {
    "province": N_("Province tier (departments)"),
    "district": N_("District tier"),
    "commune": N_("Commune tier"),
}


def make_attainment(
    processed: Path | str, reference: Reference, decision: str = "", as_of: str = "", language: Language = Language()
) -> pd.DataFrame:
    """Compute ``attainment.csv`` from ``dossiers.parquet`` in ``processed``, write it there and return it.

    ``decision`` is an id ("": the one in force on the as-of day); ``as_of`` an ISO day ("": the
    latest day of receipt or result in the data).
    """
    processed = Path(processed)
    day = _as_of(processed, as_of)
    chosen = reference.decision(decision, day)
    if day < chosen.valid_from:
        raise UsageProblem(
            N_("The as-of day {day} lies before the decision {decision}, in force from {first}. Choose a later day."),
            day=day.isoformat(),
            decision=chosen.id,
            first=chosen.valid_from.isoformat(),
        )
    dossiers = ibis.duckdb.connect().read_parquet(processed / "dossiers.parquet")
    attainment = attain(dossiers, reference, chosen, day)
    write_whole(processed / "attainment.csv", lambda path: _write(attainment, path))
    return attainment


def attain(dossiers: ibis.Table, reference: Reference, decision: Decision, as_of: date) -> pd.DataFrame:
    """Every target × reading × unit or group × window × month, in the columns of ``attainment.csv``.

    ``dossiers`` as in ``dossiers.parquet``. ``value`` and ``gap`` are shares of one (NaN where
    nothing arises); ``shortfall`` counts dossiers or procedures. Compared in exact arithmetic.
    """
    spans = windows(decision, as_of)
    span_table, group_table = ibis.memtable(spans), ibis.memtable(group_members(reference))
    found = cells(dossiers, decision, as_of).cache()
    counts = [Count(target, reading) for target in decision.targets for reading in decision.readings_of(target)]
    of_dossiers = [count for count in counts if count.target.measure != "procedures_online"]
    of_procedures = [reading for reading in decision.readings if reading.measure == "procedures_online"]
    dossier_figures = execute(dossier_counts(found, span_table, group_table, of_dossiers))
    keyed = found.join(procedure_keys(reference), "procedure_code")
    offers = ibis.memtable(offers_by_month(reference, spans))
    procedure_figures = execute(procedure_counts(keyed, span_table, group_table, offers, of_procedures))
    grid = _grid(reference, spans)
    parts = [
        _rows(grid, dossier_figures, number, count.target, count.reading) for number, count in enumerate(of_dossiers)
    ] + [
        _rows(grid, procedure_figures[procedure_figures["level"] == target.level], number, target, reading)
        for target in decision.targets
        if target.measure == "procedures_online"
        for number, reading in enumerate(of_procedures)
    ]
    parts.sort(key=lambda part: (part["target_id"].iloc[0], part["reading"].iloc[0]))
    whole = pd.concat(parts, ignore_index=True)
    return whole.assign(decision=decision.id, as_of=as_of.isoformat())[COLUMNS]


def shortfall(numerator: np.ndarray, denominator: np.ndarray, target: Target) -> np.ndarray:
    """The smallest whole k ≥ 0 with (numerator + k) / denominator ≥ minimum; 0 for an empty denominator.

    Integers throughout: with minimum = p/q, k = ⌈p · denominator / q⌉ − numerator.
    """
    p, q = target.minimum.numerator, target.minimum.denominator
    return np.where(denominator > 0, np.maximum(-(-p * denominator // q) - numerator, 0), 0)


def group_members(reference: Reference) -> pd.DataFrame:
    """(group_code, unit_code): every unit by itself, ``ALL``, ``TIER:…`` and ``AREA:<district>``."""
    units = reference.units
    tiered = units.assign(group_code="TIER:" + units["tier"])
    area = units["parent_code"].where(units["tier"] == "commune", units["unit_code"])
    areas = units.assign(group_code="AREA:" + area)[units["tier"] != "province"]
    parts = [units.assign(group_code=units["unit_code"]), units.assign(group_code="ALL"), tiered, areas]
    return pd.concat(parts)[["group_code", "unit_code"]].reset_index(drop=True)


def group_names(reference: Reference, language: Language = Language()) -> pd.DataFrame:
    """unit_code, unit_name, tier of every unit and group, sorted by code."""
    units = reference.units
    districts = units[units["tier"] == "district"]
    rows = [("ALL", language.text(N_("Whole province")), "")]
    rows += [(f"TIER:{tier}", language.text(_TIER_NAMES[tier]), tier) for tier in TIERS]
    rows += [
        (f"AREA:{code}", language.text(N_("{district} with its communes"), district=name), "district")
        for code, name in districts[["unit_code", "unit_name"]].itertuples(index=False)
    ]
    rows += list(units[["unit_code", "unit_name", "tier"]].itertuples(index=False, name=None))
    return pd.DataFrame(sorted(rows), columns=["unit_code", "unit_name", "tier"])


def _grid(reference: Reference, spans: pd.DataFrame) -> pd.DataFrame:
    """Every unit or group × window × month, sorted: each has its rows, without dossiers too."""
    months = sorted(spans["month"].unique())
    # The names in the data are Vietnamese whatever the report's language, as the units' names are.
    names = group_names(reference, Language("vi"))
    steps = pd.DataFrame(
        [(window, f"{month // 12}-{month % 12 + 1:02d}", month) for window in sorted(WINDOWS) for month in months],
        columns=["window", "month", "window_month"],
    )
    return names.merge(steps, how="cross")


def _rows(grid: pd.DataFrame, figures: pd.DataFrame, number: int, target: Target, reading: Reading) -> pd.DataFrame:
    """The rows of one target under one reading; ``figures`` lack what has no dossier."""
    keys = ["group_code", "window", "window_month"]
    wanted = figures[[*keys, f"n{number}", f"d{number}"]].rename(columns={"group_code": "unit_code"})
    rows = grid.merge(wanted, how="left", on=["unit_code", *keys[1:]])
    if reading.count == "pairs":  # a unit by itself has no pairs to count
        rows = rows[(rows["unit_code"] == "ALL") | rows["unit_code"].str.contains(":")]
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
        reading=reading.id,
        numerator=numerator,
        denominator=denominator,
        value=np.where(empty, np.nan, numerator / safe),
        minimum=p / q,
        gap=np.where(empty, np.nan, (numerator * q - p * denominator) / (safe * q)),
        shortfall=shortfall(numerator, denominator, target),
        status=np.where(empty, NOT_APPLICABLE, status),
    )


def procedure_keys(reference: Reference) -> ibis.Table:
    """(procedure_code, procedure_key) of the catalogue: two spellings of a code are one procedure."""
    keys = reference.catalogue[["procedure_code", "procedure_key"]].drop_duplicates("procedure_code")
    return ibis.memtable(keys)


def offers_by_month(reference: Reference, spans: pd.DataFrame) -> pd.DataFrame:
    """(unit_code, procedure_key, level, month): what the catalogue gives to each unit on each window's last day."""
    catalogue, units = reference.catalogue, reference.units
    last_days = spans.drop_duplicates("month")
    months = []
    for month, last_day in zip(last_days["month"], pd.to_datetime(last_days["last_day"]), strict=True):
        valid = (catalogue["valid_from"] <= last_day) & (
            catalogue["valid_to"].isna() | (last_day < catalogue["valid_to"])
        )
        months.append(catalogue[valid].assign(month=month))
    offered = pd.concat(months)[["procedure_key", "tier", "unit_code", "level", "month"]]
    own = offered[offered["unit_code"] != ""].drop(columns="tier")
    of_tier = (
        offered[offered["unit_code"] == ""].drop(columns="unit_code").merge(units[["tier", "unit_code"]], on="tier")
    )
    every = pd.concat([own, of_tier.drop(columns="tier")])[["unit_code", "procedure_key", "level", "month"]]
    return every.drop_duplicates(ignore_index=True)


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


def _write(attainment: pd.DataFrame, path: Path) -> None:
    """CSV with nine decimals, enough that a rounded share does not cross its minimum unseen."""
    text = attainment.assign(**{name: list(_decimals(attainment[name])) for name in ("value", "minimum", "gap")})
    table = pa.Table.from_pandas(text, preserve_index=False)
    options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    pyarrow.csv.write_csv(table, path, options)


def _decimals(shares: pd.Series) -> Iterator[str | None]:
    return (None if share != share else f"{share:.9f}" for share in shares)
