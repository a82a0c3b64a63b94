"""Where a group's gap comes from (``causes.csv``): what each of its parts contributes to it.

A group's share of dossiers is the mean of its parts' shares, weighted by their dossiers, so its gap is the sum of what
each part contributes: weight × (share − minimum). That is split as Kitagawa (1955, Journal of the American Statistical
Association 50:1168–1194) splits a difference of rates: what the part's share would do at the mean weight (low share),
and what its having more or fewer dossiers than the others adds (many dossiers). A group's share of procedures is no
such mean, for a procedure counts once: it has no causes.
"""

import pandas as pd

from analysis.measures.figures import shortfall
from analysis.measures.history import History
from analysis.reference.decision import DEFAULT, PROCEDURES, Target
from analysis.reference.groups import PROVINCE, is_tier, past_places, places

TIERS, AREAS, UNITS = "tiers", "areas", "units"
CAUSES_COLUMNS = [
    *("decision", "target_id", "unit_code", "parts", "part_code", "numerator", "denominator", "value", "weight"),
    *("contribution", "of_share", "of_size", "then"),
]


def causes(standing: pd.DataFrame, history: History) -> pd.DataFrame:
    """One row per group, target on dossiers, way to part it and part with dossiers, in ``CAUSES_COLUMNS``.

    ``standing`` are the rows of attainment.csv to date. The province is parted by tier, by department and area, a tier
    and an area by unit. ``weight`` is the part's share of the group's dossiers; ``contribution`` = ``of_share`` +
    ``of_size``, shares of one, sum to the group's value − minimum. ``then`` is what the group would reach if the part
    just attained.
    """
    rows = standing[standing["reading"] == DEFAULT].set_index(["target_id", "unit_code"])
    parts = _parts(history)
    found = []
    for target in history.decision.targets:
        if target.measure == PROCEDURES:
            continue
        own = rows.loc[target.id]
        joined = parts.join(own[["numerator", "denominator"]], on="part_code")
        joined = joined[joined["denominator"] > 0]
        found.append(_contributions(joined, target).assign(target_id=target.id))
    if not found:
        return pd.DataFrame(columns=CAUSES_COLUMNS)
    whole = pd.concat(found, ignore_index=True).assign(decision=history.decision.id)
    return whole.sort_values(["target_id", "unit_code", "parts", "part_code"], ignore_index=True)[CAUSES_COLUMNS]


def _parts(history: History) -> pd.DataFrame:
    """unit_code of each group, parts, part_code; only ways that part it wholly."""
    reference = history.reference
    of_tiers = [group for group in history.members["group_code"].unique() if is_tier(group)]
    of_province = pd.concat([places(reference), past_places(reference)])
    members = history.members[history.members["group_code"].str.contains(":", regex=False)]
    by_unit = members.rename(columns={"group_code": "unit_code", "unit_code": "part_code"}).assign(parts=UNITS)
    return pd.concat(
        [
            pd.DataFrame({"unit_code": PROVINCE, "parts": TIERS, "part_code": of_tiers}),
            pd.DataFrame({"unit_code": PROVINCE, "parts": AREAS, "part_code": of_province.unique()}),
            by_unit[["unit_code", "parts", "part_code"]],
        ],
        ignore_index=True,
    )


def _contributions(rows: pd.DataFrame, target: Target) -> pd.DataFrame:
    by_group = rows.groupby(["unit_code", "parts"])
    whole, hit = (by_group[name].transform("sum") for name in ("denominator", "numerator"))
    value, weight = rows["numerator"] / rows["denominator"], rows["denominator"] / whole
    gap, usual = value - float(target.minimum), 1 / by_group["denominator"].transform("size")
    lifted = shortfall(rows["numerator"].to_numpy(), rows["denominator"].to_numpy(), target) / whole
    return rows.assign(
        **{"value": value, "weight": weight, "contribution": weight * gap},
        **{"of_share": usual * gap, "of_size": (weight - usual) * gap, "then": hit / whole + lifted},
    )
