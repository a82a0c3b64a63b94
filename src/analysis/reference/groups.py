"""Groups of units: the whole province, each tier, each district with its communes (contract §5)."""

import pandas as pd

from analysis.language.texts import N_, Language
from analysis.reference.tables import Reference
from analysis.reference.tiers import DEPARTMENTS, DISTRICTS

PROVINCE = "ALL"
_TIER = "TIER:"
# As attainment.csv has them; pages have their own words.
_TIER_NAMES = {
    "province": N_("Province tier (departments)"),
    "district": N_("District tier"),
    "commune": N_("Commune tier"),
}

_ANSWERING: dict[tuple[str, ...], str] = {  # who answers to the province itself, within a sentence
    (DEPARTMENTS, DISTRICTS): N_("departments and districts"),
    (DEPARTMENTS, "commune"): N_("departments and communes"),
}


def is_group(code: str) -> bool:
    """Whether it is a group's code and not a unit's."""
    return code == PROVINCE or ":" in code


def is_tier(code: str) -> bool:
    """Whether it is the code of a tier's group."""
    return code.startswith(_TIER)


def tier_groups(reference: Reference) -> list[str]:
    """The group of each tier that is there on the day, in the tiers' order."""
    lost = lost_tiers(reference)
    return [f"{_TIER}{tier}" for tier in reference.tiers if tier not in lost]


def lost_tiers(reference: Reference) -> frozenset[str]:
    """The tiers all of whose units are of the past."""
    return frozenset(reference.past["tier"]) - frozenset(reference.units["tier"])


def answering(reference: Reference) -> list[str]:
    """The tiers whose units answer to the province itself: departments and districts; where no unit is a district every
    tier that has units on the day.
    """
    there = set(reference.units["tier"])
    return [DEPARTMENTS, DISTRICTS] if DISTRICTS in there else [tier for tier in reference.tiers if tier in there]


def answering_words(reference: Reference, language: Language) -> str:
    """Who answers to the province itself, within a sentence: ``departments and districts``."""
    return language.text(_ANSWERING.get(tuple(answering(reference)), N_("units")))


def group_members(reference: Reference) -> pd.DataFrame:
    """(group_code, unit_code): every unit by itself, ``ALL``, ``TIER:…`` and ``AREA:<district>``; with several
    provinces ``PROVINCE:<code>`` too.

    Units of the past belong to them as well: their dossiers were those of the province, their tier and their district
    where that is there still.
    """
    past = reference.past
    units = pd.concat([reference.units, past], ignore_index=True) if len(past) else reference.units
    of_day = reference.units
    tiered = units.assign(group_code=_TIER + units["tier"])
    areas = units.assign(group_code=_places(units, of_day))[units["tier"] != DEPARTMENTS]
    areas = areas[areas["group_code"] != areas["unit_code"]]
    parts = [units.assign(group_code=units["unit_code"]), units.assign(group_code=PROVINCE), tiered, areas]
    if len(reference.provinces):
        parts.append(units.assign(group_code="PROVINCE:" + units["province_code"]))
    return pd.concat(parts)[["group_code", "unit_code"]].reset_index(drop=True)


def places(reference: Reference) -> pd.Series:
    """Whom to turn to about each unit, beside ``reference.units``: the ``AREA:…`` of its district, else itself."""
    return _places(reference.units, reference.units)


def past_places(reference: Reference) -> pd.Series:
    """As ``places``, beside ``reference.past``."""
    return _places(reference.past, reference.units)


def group_names(reference: Reference, language: Language = Language()) -> pd.DataFrame:
    """unit_code, unit_name, tier of every unit and group, sorted by code."""
    units = reference.units
    districts = units[units["tier"] == DISTRICTS]
    whole = N_("All provinces") if len(reference.provinces) else N_("Whole province")
    rows = [(PROVINCE, language.text(whole), "")]
    rows += [(f"PROVINCE:{code}", name, "") for code, name in reference.provinces.itertuples(index=False)]
    rows += [
        (group, tier_name(reference, tier, language), tier)
        for group, tier in ((group, group.removeprefix(_TIER)) for group in tier_groups(reference))
    ]
    rows += [
        (f"AREA:{code}", language.text(N_("{district} with its communes"), district=language.within(name)), DISTRICTS)
        for code, name in districts[["unit_code", "unit_name"]].itertuples(index=False)
    ]
    rows += list(units[["unit_code", "unit_name", "tier"]].itertuples(index=False, name=None))
    return pd.DataFrame(sorted(rows), columns=["unit_code", "unit_name", "tier"])


def past_names(reference: Reference, language: Language = Language()) -> pd.DataFrame:
    """unit_code, unit_name, tier of the units, and of the tiers, that ended in the time of the figures, each with the
    day until when.
    """
    columns = ["unit_code", "unit_name", "tier", "until"]
    shown = reference.past.loc[reference.past["shown"], columns]
    last = shown[shown["tier"].isin(lost_tiers(reference))].groupby("tier")["until"].max()
    tiers = [(f"{_TIER}{tier}", tier_name(reference, tier, language), tier, until) for tier, until in last.items()]
    ended = [*shown.itertuples(index=False, name=None), *tiers]
    words = N_("{unit} (until {day})")
    rows = [
        (code, language.text(words, unit=name, day=language.date(until)), tier) for code, name, tier, until in ended
    ]
    return pd.DataFrame(rows, columns=columns[:3], dtype="str")


def tier_name(reference: Reference, tier: str, language: Language) -> str:
    """What the group of a tier is called: its title in tiers.csv, else in the words for the usual three."""
    return reference.tiers[tier].get(language.code) or language.text(_TIER_NAMES[tier])


def _places(units: pd.DataFrame, of_day: pd.DataFrame) -> pd.Series:
    districts = of_day.loc[of_day["tier"] == DISTRICTS, "unit_code"]
    district = units["parent_code"].where(units["tier"] != DISTRICTS, units["unit_code"])
    return units["unit_code"].where(~district.isin(districts), "AREA:" + district)
