"""What a report shows, taken from the files of a run: small frames and figures that know their fraction."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property, lru_cache
from math import floor
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.attainment import ATTAINED, group_members, group_names
from analysis.decision import DEFAULT, Decision, Reading, Target
from analysis.errors import N_, RunProblem
from analysis.language import Language
from analysis.reference import TIERS, Reference, load_reference

PROVINCE = "ALL"
TIER_GROUPS = tuple(f"TIER:{tier}" for tier in TIERS)
OUTLOOK = ("trends", "gap", "projection", "closers", "comparison", "delays", "procedures")
# Columns of text, also where every cell looks like a number or none is filled.
_TEXTS = dict.fromkeys(
    [
        *("unit_code", "tier", "procedure_key", "procedure_name", "rules"),
        *("reason", "detail", "encoding", "format", "row", "sheet", "kind", "code", "month", "category", "text"),
    ],
    str,
)
# Files of the stage clean, and the fields of a report that hold them.
_LEDGER = {
    **{name: name for name in ("files", "rejects", "quality", "difficulties")},
    "unit_quality": "quality_by_unit",
}
_MOST_DIGITS = 6
# Columns of the outlook's tables that may be blank and hold numbers; the others are text.
_NUMBERS = (
    *("level", "value", "slope", "slope_lower", "slope_upper", "tau", "p_value", "mean", "lower", "upper"),
    *("pending_online", "remaining", "remaining_lower", "remaining_upper", "needed_share", "best"),
    *("untouched", "untouched_with_dossiers", "median", "probability", "peer_share"),
    *("wilson_lower", "wilson_upper", "target_lower_95", "target_upper_95", "target_lower_998", "target_upper_998"),
    *("tier_share", "tier_lower_95", "tier_upper_95", "tier_lower_998", "tier_upper_998", "phi", "tau2"),
    *("adjusted_lower", "adjusted_upper", "rank", "rank_lower", "rank_upper", "worst_probability"),
    *("comparable", "expected", "ratio", "ratio_lower", "ratio_upper"),
)


@dataclass(frozen=True)
class Figure:
    """One value of one unit or group beside its target, as a row of ``attainment.csv`` holds it."""

    target: Target
    unit_code: str
    unit_name: str
    numerator: int
    denominator: int
    shortfall: int
    status: str

    @property
    def value(self) -> Fraction | None:
        """The exact share; None where there is nothing to count."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def gap(self) -> Fraction | None:
        """Value − minimum, exact."""
        return None if self.value is None else self.value - self.target.minimum

    def digits(self) -> int:
        """Decimals of the percentage, one or as many more as keep the rounded value on its side of the minimum."""
        for digits in range(1, _MOST_DIGITS):
            shown = Fraction(floor((self.value or 0) * 100 * 10**digits + Fraction(1, 2)), 10**digits)
            if (shown >= self.target.minimum * 100) == (self.status == ATTAINED):
                return digits
        return _MOST_DIGITS


@dataclass(frozen=True)
class Report:
    """The outputs of a run in ``processed``, with the definitions that they rest on.

    ``stated`` is the ledger of the files of ``difficulties``: file, read, used, refused (by reason), masked, cut,
    problem.
    ``outlook["procedures"]`` holds true counts: only what its ``shown`` and ``split_shown`` allow may be printed.
    """

    attainment: pd.DataFrame
    files: pd.DataFrame
    rejects: pd.DataFrame
    quality: pd.DataFrame
    quality_by_unit: pd.DataFrame
    difficulties: pd.DataFrame
    stated: list[dict[str, Any]]
    outlook: dict[str, pd.DataFrame]
    synthetic: bool
    reference: Reference
    decision: Decision
    as_of: date
    language: Language

    @property
    def month(self) -> str:
        """The last month, ``yyyy-mm``: the report is about the time up to its end or the as-of day."""
        return str(self.attainment["month"].max())

    @cached_property
    def names(self) -> dict[str, str]:
        """Units and groups by code; the groups' names are in the report's language."""
        return self.directory["unit_name"].to_dict()

    @cached_property
    def directory(self) -> pd.DataFrame:
        """unit_name and tier of every unit and group, by code."""
        return group_names(self.reference, self.language).set_index("unit_code")

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The units of each group, in the order of units.csv; a tier may have none."""
        of_group = group_members(self.reference).groupby("group_code", sort=False)["unit_code"]
        return dict.fromkeys(self.names, ()) | {str(group): tuple(units) for group, units in of_group}

    @property
    def totals(self) -> dict[str, int]:
        """Sums over the files: read, accepted, rejected, superseded, skipped_lines."""
        names = ["read", "accepted", "rejected", "superseded", "skipped_lines"]
        return {name: int(self.files[name].sum()) for name in names}

    @property
    def quarantined(self) -> pd.DataFrame:
        """The files of which nothing was used."""
        return self.files[self.files["status"] == "quarantined"]


def read_report(processed: Path | str, reference: Path | str, language: Language = Language()) -> Report:
    """Read what the stages before the report left in ``processed``; raises RunProblem without it.

    Files that did not change are not read twice by one process; nobody sees what another did to its tables.
    """
    kept = _read_report(Path(processed).absolute(), Path(reference).absolute(), language, _state(processed, reference))
    frames = {name: part.copy(deep=False) for name, part in vars(kept).items() if isinstance(part, pd.DataFrame)}
    return replace(kept, **frames, outlook={name: table.copy(deep=False) for name, table in kept.outlook.items()})


def _state(*folders: Path | str) -> tuple[tuple[str, int, int, int], ...]:
    """What tells that a file of the folders is not the one that it was."""
    states = ((path, path.stat()) for folder in folders for path in sorted(Path(folder).rglob("*")))
    return tuple((str(path), state.st_ino, state.st_size, state.st_mtime_ns) for path, state in states)


@lru_cache(maxsize=2)
def _read_report(processed: Path, reference: Path, language: Language, state: object) -> Report:
    tables = {}
    for name in ("attainment", *_LEDGER, *OUTLOOK):
        if not (processed / f"{name}.csv").is_file():
            raise RunProblem(
                N_("{folder} has no {file}. Run the notebooks clean, attainment and trends_and_gap first."),
                folder=processed,
                file=f"{name}.csv",
            )
        blanks = {key: [""] for key in (_NUMBERS if name in OUTLOOK else ("value", "gap", "level"))}
        path = processed / f"{name}.csv"
        tables[name] = pd.read_csv(path, dtype=_TEXTS, keep_default_na=False, na_values=blanks)
    facts = json.loads((processed / "clean.json").read_text(encoding="utf-8"))
    definitions = load_reference(reference)
    attainment = tables["attainment"]
    return Report(
        attainment=attainment,
        **{field: tables[name] for name, field in _LEDGER.items()},
        stated=facts["difficulties"],
        outlook={name: tables[name] for name in OUTLOOK},
        synthetic=facts["synthetic"],
        reference=definitions,
        decision=definitions.decision(attainment["decision"].iloc[0]),
        as_of=date.fromisoformat(attainment["as_of"].iloc[0]),
        language=language,
    )


def figures(report: Report, units: Iterable[str], reading: str = DEFAULT) -> list[Figure]:
    """The figures to date of ``units`` (codes of units or groups) for every target that the reading touches."""
    wanted = set(units)
    rows = to_date(report)
    rows = rows[(rows["reading"] == reading) & rows["unit_code"].isin(wanted)]
    targets = {target.id: target for target in report.decision.targets}
    names = report.names
    return [_figure(targets[row.target_id], row, names) for row in rows.itertuples(index=False)]


def to_date(report: Report) -> pd.DataFrame:
    """The rows of the whole period up to the report's month."""
    rows = report.attainment
    return rows[(rows["window"] == "to_date") & (rows["month"] == report.month)]


def tiles(report: Report, code: str = PROVINCE) -> list[Figure]:
    """The figure of the province, a unit or a group for each target, in the decision's order."""
    of_target = {figure.target.id: figure for figure in figures(report, [code])}
    return [of_target[target.id] for target in report.decision.targets]


def matrix(report: Report, units: Iterable[str]) -> list[tuple[str, dict[str, Figure]]]:
    """(name, figure by target) of each unit, the worst first: most targets not attained, then the widest gap."""
    by_unit: dict[str, dict[str, Figure]] = {}
    for figure in figures(report, units):
        by_unit.setdefault(figure.unit_code, {})[figure.target.id] = figure

    def badness(of_target: dict[str, Figure]) -> tuple[int, Fraction]:
        gaps = [figure.gap for figure in of_target.values() if figure.gap is not None and figure.gap < 0]
        return (-len(gaps), sum(gaps, Fraction(0)))

    ordered = sorted(by_unit.items(), key=lambda item: (*badness(item[1]), item[0]))
    return [(next(iter(of_target.values())).unit_name, of_target) for _, of_target in ordered]


def tier_units(report: Report, tier: str) -> list[str]:
    """The codes of a tier's units."""
    units = report.reference.units
    return list(units.loc[units["tier"] == tier, "unit_code"])


def areas(report: Report) -> list[str]:
    """The groups of each district with its communes."""
    return [f"AREA:{code}" for code in tier_units(report, "district")]


def lowest(report: Report, target: Target, units: Iterable[str], count: int) -> list[Figure]:
    """The ``count`` lowest values for a target, the lowest first; units with nothing to count have no rank."""
    ranked = [f for f in figures(report, units) if f.target.id == target.id and f.value is not None]
    return sorted(ranked, key=lambda figure: (figure.value, -figure.denominator, figure.unit_code))[:count]


def largest_shortfalls(report: Report, target: Target, units: Iterable[str], count: int) -> list[Figure]:
    """The ``count`` units that miss most dossiers or procedures, the largest shortfall first."""
    missing = [f for f in figures(report, units) if f.target.id == target.id and f.shortfall > 0]
    return sorted(missing, key=lambda figure: (-figure.shortfall, figure.unit_code))[:count]


@dataclass(frozen=True)
class ReadingResult:
    """A target under another reading: the province's figure, and how many units' verdicts differ from the default."""

    reading: Reading
    figure: Figure
    changes_verdict: bool
    units_changed: int


def readings(report: Report, target: Target) -> list[ReadingResult]:
    """What each reading says of a target, the default first."""
    rows = to_date(report)
    rows = rows[rows["target_id"] == target.id]
    status = rows.pivot(index="unit_code", columns="reading", values="status")
    units = status.loc[status.index.isin(report.reference.units["unit_code"])]
    province = {row.reading: row for row in rows[rows["unit_code"] == PROVINCE].itertuples(index=False)}
    found = []
    for reading in report.decision.readings_of(target):
        changed = units[reading.id].notna() & (units[reading.id] != units[DEFAULT])
        figure = _figure(target, province[reading.id], report.names)
        differs = figure.status != province[DEFAULT].status
        found.append(ReadingResult(reading, figure, differs, int(changed.sum())))
    return found


def trend(report: Report, target: Target, unit: str = PROVINCE) -> pd.DataFrame:
    """Columns month, window (month, to_date), numerator, denominator, value (share, NaN for nothing), status."""
    rows = report.attainment
    rows = rows[(rows["target_id"] == target.id) & (rows["reading"] == DEFAULT) & (rows["unit_code"] == unit)]
    return rows[rows["window"] != "quarter"][["month", "window", "numerator", "denominator", "value", "status"]]


def _figure(target: Target, row: Any, names: dict[str, str]) -> Figure:
    name = names[row.unit_code]
    return Figure(target, row.unit_code, name, row.numerator, row.denominator, row.shortfall, row.status)
