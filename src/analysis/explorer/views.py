"""Ready views of a run: units side by side (``dv.compare``), a course over the months (``dv.trend``), what would
attain a target (``dv.closers``).
"""

from collections.abc import Sequence

import pandas as pd

from analysis.explorer.data import Data
from analysis.explorer.names import one_of, unit_named, units_named
from analysis.explorer.tables import Table, table
from analysis.language.problems import UsageProblem
from analysis.language.texts import N_
from analysis.reference.decision import DEFAULT

_FIGURES = ["unit_code", "unit_name", "numerator", "denominator", "value", "minimum", "gap", "shortfall", "status"]
_JUDGED = ["against_target", "against_tier", "rank", "rank_lower", "rank_upper", "ranked_units", "ratio"]


def compare(data: Data, target: str, units: Sequence[str] | str = "province", *, reading: str = DEFAULT) -> Table:
    """Units beside one target to date, the highest first. ``units`` are codes or names, or a tier (``province``,
    ``district``, ``commune``). Under the default reading each has its verdict against chance, its rank from the top
    with its 95 % interval and its ratio with the same procedures, where the run has them.
    """
    chosen = one_of("target", target, list(data.targets["target_id"]))
    codes = units_named(units, data.names)
    rows = _rows(data, chosen, reading)
    rows = rows[(rows["window"] == "to_date") & (rows["month"] == data.month) & rows["unit_code"].isin(codes)][_FIGURES]
    found = pd.DataFrame(rows).astype({"unit_code": "object"})
    if reading == DEFAULT and data.month == data.report.month:
        found = found.merge(_judged(data, chosen), "left", "unit_code")
    found = found.sort_values(["value", "unit_code"], ascending=[False, True], ignore_index=True)
    return table(found, data.context, "comparison")


def _judged(data: Data, target: str) -> pd.DataFrame:
    """What comparison.csv says of each unit."""
    whole = data.report.outlook["comparison"]
    return whole[whole["target_id"] == target][["unit_code", *_JUDGED]]


def trend(data: Data, target: str, unit: str = "ALL", *, reading: str = DEFAULT, window: str = "month") -> Table:
    """One row per month: numerator, denominator, value and verdict of a unit or group."""
    chosen = one_of("target", target, list(data.targets["target_id"]))
    one_of("window", window, ("month", "quarter", "to_date"))
    rows = _rows(data, chosen, reading)
    rows = rows[(rows["unit_code"] == unit_named(unit, data.names)) & (rows["window"] == window)]
    names = ["month", "numerator", "denominator", "value", "minimum", "gap", "shortfall", "status"]
    return table(rows[names].sort_values("month", ignore_index=True), data.context, "attainment")


def closers(data: Data, target: str, unit: str) -> Table:
    """What would attain a target that a unit misses, and what it brings; procedures with few dossiers are not named.

    Empty where the target is attained or nothing was computed for it; computed for the run's last month.
    """
    chosen = one_of("target", target, list(data.targets["target_id"]))
    if data.month != data.report.month:
        raise UsageProblem(
            N_("What closes a gap is computed for the last month alone. Call dv.load() without a month.")
        )
    rows = data.report.outlook["closers"]
    rows = rows[(rows["target_id"] == chosen) & (rows["unit_code"] == unit_named(unit, data.names))]
    told = data.report.outlook["procedures"][["unit_code", "procedure_key", "told_online"]]
    named = rows.merge(told, "left", ["unit_code", "procedure_key"])["told_online"].notna().to_numpy()
    shown = rows.assign(procedure_name=rows["procedure_name"].where(named, "…"))
    return table(shown.sort_values(["method", "rank"], ignore_index=True), data.context, "closers")


def _rows(data: Data, target: str, reading: str) -> pd.DataFrame:
    rows = data.attainment[data.attainment["target_id"] == target]
    one_of("reading", reading, sorted(rows["reading"].unique()))
    return rows[rows["reading"] == reading]
