"""The province as the sample sees it: its units, and which procedure each offers at which level on which day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

FIRST_DAY = date(2020, 1, 1)
DAYS = 366  # the sample's year, 2020; days are counted from 0
TIERS = ("province", "district", "commune")


@dataclass(frozen=True)
class Province:
    """``units`` as in units.csv; ``procedures`` one row per code and owner (procedure_code, procedure_name, field,
    tier, unit_code); ``levels`` procedures × days, 0 where the catalogue has none that day; ``pairs`` the unit and
    procedure numbers (``unit``, ``procedure``) of everything that any unit offers.
    """

    units: pd.DataFrame
    procedures: pd.DataFrame
    levels: np.ndarray
    pairs: pd.DataFrame


def read_province(reference: Path) -> Province:
    """Read units.csv and catalogue.csv of a reference folder (contract §2), whose checks are made elsewhere."""
    units = _read(reference / "units.csv")
    catalogue = _read(reference / "catalogue.csv")
    owner = ["procedure_code", "tier", "unit_code"]
    procedures = catalogue.drop_duplicates(owner, ignore_index=True)
    procedures = procedures[["procedure_code", "procedure_name", "field", "tier", "unit_code"]]
    number = {key: index for index, key in enumerate(procedures[owner].itertuples(index=False, name=None))}
    levels = np.zeros((len(procedures), DAYS), dtype=np.int8)
    for row in catalogue.itertuples(index=False):
        first = day_number(date.fromisoformat(row.valid_from))
        end = day_number(date.fromisoformat(row.valid_to)) if row.valid_to else DAYS
        levels[number[row.procedure_code, row.tier, row.unit_code], max(first, 0) : max(end, 0)] = int(row.level)
    return Province(units, procedures, levels, _pairs(units, procedures))


def day_number(day: date) -> int:
    """Days since 1 January 2020."""
    return (day - FIRST_DAY).days


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _pairs(units: pd.DataFrame, procedures: pd.DataFrame) -> pd.DataFrame:
    """Departments offer their own procedures, every district and commune those of its tier."""
    parts = []
    for tier in TIERS:
        offered = procedures.index[procedures["tier"] == tier].to_numpy()
        if tier == "province":
            place = {code: number for number, code in enumerate(units["unit_code"])}
            owners = procedures.loc[offered, "unit_code"].map(place).to_numpy()
        else:
            of_tier = units.index[units["tier"] == tier].to_numpy()
            owners = np.repeat(of_tier, len(offered))
            offered = np.tile(offered, len(of_tier))
        parts.append(pd.DataFrame({"unit": owners, "procedure": offered}))
    return pd.concat(parts, ignore_index=True).astype("int64")
