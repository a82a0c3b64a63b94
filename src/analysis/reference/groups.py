"""Groups of units: the whole province, each tier, each district with its communes (contract §5)."""

import pandas as pd

from analysis.language.texts import N_, Language
from analysis.reference.tables import TIERS, Reference

PROVINCE = "ALL"
TIER_GROUPS = tuple(f"TIER:{tier}" for tier in TIERS)
# As attainment.csv has them; pages have their own words.
_TIER_NAMES = {
    "province": N_("Province tier (departments)"),
    "district": N_("District tier"),
    "commune": N_("Commune tier"),
}


def is_group(code: str) -> bool:
    """Whether it is a group's code and not a unit's."""
    return code == PROVINCE or ":" in code


def group_members(reference: Reference) -> pd.DataFrame:
    """(group_code, unit_code): every unit by itself, ``ALL``, ``TIER:…`` and ``AREA:<district>``; with several
    provinces ``PROVINCE:<code>`` too.
    """
    units = reference.units
    tiered = units.assign(group_code="TIER:" + units["tier"])
    areas = units.assign(group_code=places(reference))[units["tier"] != "province"]
    parts = [units.assign(group_code=units["unit_code"]), units.assign(group_code=PROVINCE), tiered, areas]
    if len(reference.provinces):
        parts.append(units.assign(group_code="PROVINCE:" + units["province_code"]))
    return pd.concat(parts)[["group_code", "unit_code"]].reset_index(drop=True)


def places(reference: Reference) -> pd.Series:
    """Whom to turn to about each unit, beside ``reference.units``: a department itself, else the ``AREA:…``."""
    units = reference.units
    district = units["parent_code"].where(units["tier"] == "commune", units["unit_code"])
    return units["unit_code"].where(units["tier"] == "province", "AREA:" + district)


def group_names(reference: Reference, language: Language = Language()) -> pd.DataFrame:
    """unit_code, unit_name, tier of every unit and group, sorted by code."""
    units = reference.units
    districts = units[units["tier"] == "district"]
    whole = N_("All provinces") if len(reference.provinces) else N_("Whole province")
    rows = [(PROVINCE, language.text(whole), "")]
    rows += [(f"PROVINCE:{code}", name, "") for code, name in reference.provinces.itertuples(index=False)]
    rows += [(group, language.text(_TIER_NAMES[tier]), tier) for group, tier in zip(TIER_GROUPS, TIERS, strict=True)]
    rows += [
        (f"AREA:{code}", language.text(N_("{district} with its communes"), district=language.within(name)), "district")
        for code, name in districts[["unit_code", "unit_name"]].itertuples(index=False)
    ]
    rows += list(units[["unit_code", "unit_name", "tier"]].itertuples(index=False, name=None))
    return pd.DataFrame(sorted(rows), columns=["unit_code", "unit_name", "tier"])
