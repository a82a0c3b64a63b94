"""Ready views of a run: units side by side (``dv.compare``), a course over the months (``dv.trend``), what would close
a gap (``dv.closers``).
"""

from collections.abc import Sequence

import pandas as pd

from analysis.decision import DEFAULT
from analysis.disclosure import may_be_named
from analysis.errors import N_, UsageProblem
from analysis.explorer.data import Data
from analysis.explorer.names import one_of, unit_named
from analysis.explorer.tables import Table, table

_FIGURES = ["unit_code", "unit_name", "numerator", "denominator", "value", "minimum", "gap", "shortfall", "status"]
_JUDGED = ["against_target", "against_tier", "rank", "rank_lower", "rank_upper", "ranked_units", "ratio"]


def compare(data: Data, target: str, units: Sequence[str] | str = "province", *, reading: str = DEFAULT) -> Table:
    """Units beside one target to date, the highest first. ``units`` are codes or names, or a tier (``province``,
    ``district``, ``commune``). Under the default reading each has its rank, its verdict against chance and its ratio
    with the same procedures where the run has them.
    """
    chosen = one_of("target", target, list(data.targets["target_id"]))
    known = data.report.reference.units
    if isinstance(units, str) and units in set(known["tier"]):
        codes = list(known.loc[known["tier"] == units, "unit_code"])
    else:
        codes = [unit_named(name, data.names) for name in ([units] if isinstance(units, str) else units)]
    rows = _rows(data, chosen, reading)
    rows = rows[(rows["window"] == "to_date") & (rows["month"] == data.month) & rows["unit_code"].isin(codes)][_FIGURES]
    found = pd.DataFrame(rows).astype({"unit_code": "object"})
    if reading == DEFAULT and data.month == data.report.month:
        judged = data.report.outlook["comparison"]
        judged = judged[judged["target_id"] == chosen][["unit_code", *_JUDGED]]
        found = found.merge(judged, "left", "unit_code")
    found = found.sort_values(["value", "unit_code"], ascending=[False, True], ignore_index=True)
    return table(found, data.context, "comparison")


def trend(data: Data, target: str, unit: str = "ALL", *, reading: str = DEFAULT, window: str = "month") -> Table:
    """One row per month: numerator, denominator, value and verdict of a unit or group."""
    chosen = one_of("target", target, list(data.targets["target_id"]))
    one_of("window", window, ("month", "quarter", "to_date"))
    rows = _rows(data, chosen, reading)
    rows = rows[(rows["unit_code"] == unit_named(unit, data.names)) & (rows["window"] == window)]
    names = ["month", "numerator", "denominator", "value", "minimum", "gap", "shortfall", "status"]
    return table(rows[names].sort_values("month", ignore_index=True), data.context, "attainment")


def closers(data: Data, target: str, unit: str) -> Table:
    """The fewest procedures that would close a unit's gap, easiest first; those with few dossiers are not named.

    Empty where the target is attained or nothing was computed for it; computed for the run's last month.
    """
    chosen = one_of("target", target, list(data.targets["target_id"]))
    if data.month != data.report.month:
        raise UsageProblem(
            N_("What closes a gap is computed for the last month alone. Call dv.load() without a month.")
        )
    rows = data.report.outlook["closers"]
    rows = rows[(rows["target_id"] == chosen) & (rows["unit_code"] == unit_named(unit, data.names))]
    named = may_be_named(rows, data.report.outlook["procedures"])
    shown = rows.assign(procedure_name=rows["procedure_name"].where(named, "…"))
    return table(shown.sort_values(["method", "rank"], ignore_index=True), data.context, "closers")


def _rows(data: Data, target: str, reading: str) -> pd.DataFrame:
    rows = data.attainment[data.attainment["target_id"] == target]
    one_of("reading", reading, sorted(rows["reading"].unique()))
    return rows[rows["reading"] == reading]
