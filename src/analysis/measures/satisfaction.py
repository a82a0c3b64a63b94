"""How content people were, from tables that say so: as cells that the measures count, of whole months.

Such a table tells how many were asked in a month and nothing of days, so the month of the as-of day counts as told.
"""

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.measures.expressions import month_number
from analysis.reference.columns import read_table
from analysis.reference.tables import Reference

CELLS = {"unit_code": "str", "month": "int64", "satisfied": "bool", "dossiers": "int64"}


def read_satisfaction(processed: Path) -> pd.DataFrame:
    """unit_code, month (yyyy-mm), asked, satisfied of a run: the lines of ``satisfaction.csv`` that count."""
    table = read_table(processed / "satisfaction.csv")
    return table.loc[table["outcome"] == "used", ["unit_code", "month", "asked", "satisfied"]]


def satisfaction_cells(table: pd.DataFrame | None, reference: Reference, as_of: date) -> pd.DataFrame:
    """``CELLS``: for dossiers stand those who were asked, by the series of the unit, up to the month of ``as_of``."""
    if table is None or table.empty:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in CELLS.items()})
    days = [date.fromisoformat(f"{month}-01") for month in table["month"]]
    rows = table.assign(day=days, month=[month_number(day) for day in days])
    rows = rows[rows["month"] <= month_number(as_of)]
    if known := reference.succession:
        codes = zip(rows["unit_code"], rows["day"], strict=True)
        rows = rows.assign(unit_code=[known.series_on(code, day) for code, day in codes])
    content = rows.assign(satisfied=True, dossiers=rows["satisfied"])
    others = rows.assign(satisfied=False, dossiers=rows["asked"] - rows["satisfied"])
    return pd.concat([content, others], ignore_index=True)[list(CELLS)].astype(CELLS)


def told_of(table: pd.DataFrame, as_of: date) -> Collection[str]:
    """The units of which a month up to that of ``as_of`` is told."""
    return set(table.loc[table["month"] <= f"{as_of:%Y-%m}", "unit_code"])
