"""Open dossiers by stage and age (``waiting_ages.csv``): each unit's and group's, in the bands of ``waiting.toml``."""

from datetime import date

import pandas as pd

from analysis.duties.opened import STAGES
from analysis.reference.groups import group_members, group_names
from analysis.reference.tables import Reference
from analysis.reference.waiting import WaitingRules

_OF_BAND = ["stage", "age_from", "age_to"]
WAITING_AGES_COLUMNS = ["unit_code", "unit_name", "tier", "as_of", *_OF_BAND, "dossiers"]


def waiting_ages(opened: pd.DataFrame, reference: Reference, rules: WaitingRules, as_of: date) -> pd.DataFrame:
    """One row per unit or group, stage and band of age, in ``WAITING_AGES_COLUMNS``; 0 where there is none.

    ``age_to`` is blank in the last band, ``age_from`` too where nobody knows the age. ``opened``: ``open_dossiers``.
    """
    bands = pd.DataFrame([*rules.spans, (None, None)], columns=["age_from", "age_to"], dtype="Int64")
    bands = bands.assign(band=range(len(bands)))
    cells = group_names(reference).merge(pd.DataFrame({"stage": STAGES}), "cross").merge(bands, "cross")
    counted = _counted(opened, rules).merge(group_members(reference), on="unit_code")
    sums = (
        counted.groupby(["group_code", "stage", "band"])["dossiers"].sum().rename_axis(["unit_code", "stage", "band"])
    )
    whole = cells.merge(sums.reset_index(), "left", ["unit_code", "stage", "band"])
    return (
        whole.fillna({"dossiers": 0})
        .astype({"dossiers": "int64"})
        .assign(as_of=as_of.isoformat())[WAITING_AGES_COLUMNS]
    )


def _counted(opened: pd.DataFrame, rules: WaitingRules) -> pd.DataFrame:
    """unit_code, stage, ``band`` (the number of bands for an age that nobody knows), dossiers."""
    band = pd.cut(opened["age"], [-1, *rules.bands, float("inf")], labels=False).fillna(len(rules.spans))
    return opened.assign(band=band.astype("int64"))[["unit_code", "stage", "band", "dossiers"]]
