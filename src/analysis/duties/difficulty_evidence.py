"""Do the data bear out what units state of their difficulties (``difficulty_evidence.csv``), and what do they show that
nobody states?

A statement is matched with the indicators of its kind (``difficulties.toml``) for the unit that made it. An indicator
is ``shown`` where the unit lies on the bad side of its tier by more than chance, as delays.csv judges it; ``slow``
where a procedure takes much longer than promised, ``missing`` where the portal lacks one, ``differing`` where its own
report differs from the count, ``outages`` where the portal was down in a month of the statements. ``not_shown`` is no
proof that there is no difficulty: the indicator does not show one. ``unknown``: too few to tell, or no file that tells.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.duties.availability import DOSSIERS
from analysis.duties.explaining import EQUAL
from analysis.duties.results import tellable
from analysis.outlook.comparison import ABOVE, BELOW
from analysis.outlook.delays import beside_tiers
from analysis.reference.decision import DOSSIERS as DOSSIERS_ONLINE
from analysis.reference.difficulties import Kinds
from analysis.reference.tables import Reference
from analysis.reference.waiting import WaitingRules

SHOWN, NOT_SHOWN, UNKNOWN = "shown", "not_shown", "unknown"
OUTAGES, PAST_DUE = "outages", "past_due"
DIFFICULTY_EVIDENCE_COLUMNS = [
    *("unit_code", "unit_name", "tier", "kind", "stated", "indicator"),
    *("numerator", "denominator", "value", "tier_share", "verdict"),
]
_PAIR = ["unit_code", "procedure_key"]
_OF_TIER = ["unit_code", "indicator", "numerator", "denominator", "value", "tier_share", "verdict"]
_VERDICTS = {ABOVE: SHOWN, "": UNKNOWN}  # anything else: not shown


def difficulty_evidence(
    tables: Mapping[str, pd.DataFrame], reference: Reference, kinds: Kinds, rules: WaitingRules, month: str
) -> pd.DataFrame:
    """One row per unit, kind and indicator, in ``DIFFICULTY_EVIDENCE_COLUMNS``: of every kind that the unit states for
    ``month`` or earlier, and of every indicator ``shown`` that it does not state (``stated`` 0, in the first kind that
    has the indicator).

    ``tables``: difficulties, delays, comparison, unit_quality, waiting, waiting_procedures, availability,
    catalogue_on_portal, reconciliation, procedures, as in the processed folder. A kind without indicators has one row,
    without figures and ``unknown``.
    """
    difficulties = tables["difficulties"]
    stated = _stated(difficulties[difficulties["month"] <= month], kinds)
    asked = stated.merge(_pairs(kinds), "left", "kind").assign(indicator=lambda rows: rows["indicator"].fillna(""))
    seen = pd.concat(
        [
            _beside_tiers(tables, reference),
            _slow(tables["waiting_procedures"].merge(tellable(tables["procedures"]), on=_PAIR), rules),
            _missing(tables["catalogue_on_portal"], reference.units["unit_code"]),
            _differing(tables["reconciliation"]),
        ]
    )
    down = asked["indicator"] == OUTAGES
    parts = [
        asked[~down].merge(seen, "left", ["unit_code", "indicator"]),
        asked[down].merge(_outages(stated, tables["availability"]), "left", ["unit_code", "kind"]),
        _unstated(asked, seen, kinds),
    ]
    whole = pd.concat(parts).merge(reference.units[["unit_code", "unit_name", "tier"]], on="unit_code")
    whole["verdict"] = whole["verdict"].fillna(UNKNOWN)
    return whole.sort_values(["unit_code", "kind", "indicator"], ignore_index=True)[DIFFICULTY_EVIDENCE_COLUMNS]


def _stated(difficulties: pd.DataFrame, kinds: Kinds) -> pd.DataFrame:
    """unit_code, kind: how many statements, the ``months`` that they are of."""
    of = [
        kinds.of(category, text) for category, text in zip(difficulties["category"], difficulties["text"], strict=True)
    ]
    rows = difficulties.assign(kind=pd.Series(of, difficulties.index, "str"))
    found = rows.groupby(["unit_code", "kind"], as_index=False).agg(
        stated=("month", "size"), months=("month", frozenset)
    )
    return found.astype({"unit_code": "str", "stated": "int64"})


def _pairs(kinds: Kinds) -> pd.DataFrame:
    rows = [(kind.id, indicator) for kind in kinds.kinds for indicator in kind.evidence]
    return pd.DataFrame(rows, columns=["kind", "indicator"], dtype="str")


def _beside_tiers(tables: Mapping[str, pd.DataFrame], reference: Reference) -> pd.DataFrame:
    """Every indicator that is a share of a unit's, beside its tier's (``_OF_TIER``)."""
    counted = [_past_due(tables["waiting"]), _rejected(tables["unit_quality"])]
    rows = pd.concat(counted).merge(reference.units[["unit_code", "tier"]], on="unit_code")
    found = pd.concat([tables["delays"][_OF_TIER], beside_tiers(rows)[_OF_TIER]])
    verdict = found["verdict"].map(_VERDICTS).fillna(NOT_SHOWN)
    return pd.concat([found.assign(verdict=verdict), _not_online(tables["comparison"])])


def _past_due(waiting: pd.DataFrame) -> pd.DataFrame:
    rows = waiting[["unit_code", "past_due", "with_due"]].set_axis(["unit_code", "numerator", "denominator"], axis=1)
    return rows.assign(indicator=PAST_DUE)


def _rejected(quality: pd.DataFrame) -> pd.DataFrame:
    """Of the rows that name a unit, those rejected."""
    rows = quality[quality["kind"].isin(["accepted", "rejected"]) & (quality["unit_code"] != "")]
    bad = rows["count"].where(rows["kind"] == "rejected", 0)
    sums = pd.DataFrame({"numerator": bad, "denominator": rows["count"]}).groupby(rows["unit_code"]).sum()
    return sums.reset_index().assign(indicator="rejected")


def _not_online(comparison: pd.DataFrame) -> pd.DataFrame:
    """The dossiers of both levels that were not filed online; shown where one level's share lies below its tier's."""
    rows = comparison[(comparison["measure"] == DOSSIERS_ONLINE) & (comparison["scope"] == "all")]
    single = rows[rows["level"].notna()]  # several levels together hold the same dossiers again
    rows = single if len(single) else rows[rows["target_id"] == rows["target_id"].min()]
    by_unit = rows.assign(
        off=rows["denominator"] - rows["numerator"],
        shown=rows["against_tier"] == BELOW,
        known=rows["against_tier"] != "",
    ).groupby(["unit_code", "tier"], as_index=False)
    sums = by_unit.agg(
        numerator=("off", "sum"), denominator=("denominator", "sum"), shown=("shown", "any"), known=("known", "any")
    )
    of_tier = sums.groupby("tier")[["numerator", "denominator"]].transform("sum")
    whole, of_all = (table["denominator"].where(table["denominator"] > 0) for table in (sums, of_tier))
    return sums.assign(
        indicator="not_online",
        value=sums["numerator"] / whole,
        tier_share=of_tier["numerator"] / of_all,
        verdict=np.select([sums["shown"], sums["known"]], [SHOWN, NOT_SHOWN], UNKNOWN),
    )[_OF_TIER]


def _slow(procedures: pd.DataFrame, rules: WaitingRules) -> pd.DataFrame:
    """How many of a unit's procedures that can be compared, and told of, take much longer than promised."""
    known = procedures[procedures["half_within"].notna() & procedures["promised_half"].notna()]
    days = known["nine_of_ten_within"].fillna(known["half_within"])
    slow = [
        rules.is_longer(int(taken), int(promised)) for taken, promised in zip(days, known["promised_half"], strict=True)
    ]
    rows = pd.DataFrame({"unit_code": known["unit_code"], "slow": np.array(slow, dtype=bool)})
    found = rows.groupby("unit_code", as_index=False).agg(numerator=("slow", "sum"), denominator=("slow", "size"))
    return _any(found.assign(indicator="slow"))


def _missing(on_portal: pd.DataFrame, units: pd.Series) -> pd.DataFrame:
    """How many of the procedures that the catalogue gives a unit the portal lacks, or has at a lower level."""
    rows = on_portal[on_portal["unit_code"].isin(units) & (on_portal["assigned"] > 0)]
    lacking = rows["missing"] + rows["wrong_level"]
    return _any(
        pd.DataFrame({"unit_code": rows["unit_code"], "numerator": lacking, "denominator": rows["assigned"]}).assign(
            indicator="missing"
        )
    )


def _differing(reconciliation: pd.DataFrame) -> pd.DataFrame:
    """How many of the figures that a unit reported differ from the count of its dossiers."""
    rows = reconciliation.assign(differs=reconciliation["status"] != EQUAL)
    found = rows.groupby("unit_code", as_index=False).agg(numerator=("differs", "sum"), denominator=("differs", "size"))
    return _any(found.assign(indicator="differing"))


def _any(found: pd.DataFrame) -> pd.DataFrame:
    """``found`` (unit_code, indicator, numerator, denominator) where one suffices to show it; no tier is beside."""
    shown = np.where(found["numerator"] > 0, SHOWN, NOT_SHOWN)
    return found.assign(value=found["numerator"] / found["denominator"], tier_share=np.nan, verdict=shown)[_OF_TIER]


def _unstated(asked: pd.DataFrame, seen: pd.DataFrame, kinds: Kinds) -> pd.DataFrame:
    """What is shown of a unit that states no kind which would say so."""
    first = _pairs(kinds).drop_duplicates("indicator")
    rows = seen[seen["verdict"] == SHOWN].merge(first, on="indicator")
    keys = ["unit_code", "indicator"]
    rows = rows.merge(asked[keys].drop_duplicates(), "left", keys, indicator="side")
    return rows[rows["side"] == "left_only"].drop(columns="side").assign(stated=0)


def _outages(stated: pd.DataFrame, availability: pd.DataFrame) -> pd.DataFrame:
    """unit_code, kind: how many outages a monitor or the log saw in the months of the statements, of how many months
    they tell.
    """
    watched = availability[availability["source"] != DOSSIERS]
    by_month = watched.groupby("month")["outages"].max().rename("outages").reset_index()
    months = (
        stated[["unit_code", "kind", "months"]].explode("months").merge(by_month, left_on="months", right_on="month")
    )
    found = months.groupby(["unit_code", "kind"], as_index=False).agg(
        numerator=("outages", "sum"), denominator=("outages", "size")
    )
    return found.assign(verdict=np.where(found["numerator"] > 0, SHOWN, NOT_SHOWN))
