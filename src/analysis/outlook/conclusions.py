"""What is concluded (``conclusions.csv``): one record per unit or group and target, from which alone everybody speaks.

Nothing else decides whether a figure is final, how probable a target is, what a month signals, or what to ask: pages,
documents, notebooks and the explorer put these records into words, and so cannot contradict each other.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.measures.history import History
from analysis.outlook.causes import TIERS, UNITS
from analysis.outlook.closers import KEEP, UNFED
from analysis.outlook.closers import NOTHING as NO_ASK
from analysis.outlook.comparison import LEAST_RANKED
from analysis.outlook.gap import IMPOSSIBLE, NOTHING, SECURED, UNSAID
from analysis.reference.decision import ATTAINED, DEFAULT, NOT_APPLICABLE, NOT_ATTAINED
from analysis.reference.groups import PROVINCE

# Whether the verdict may still turn.
RUNNING, FINAL, WAITING = "running", "final", "waiting"
# How probable it is that the target is attained on the period's last day; certain and impossible by arithmetic.
CERTAIN, PROBABLE, OPEN, IMPROBABLE, LOST = "certain", "probable", "open", "improbable", "lost"
LIKELY, UNLIKELY = 0.8, 0.2  # probabilities from which, and under which, it is probable or improbable
EXPLAINS = 0.5  # of a gap: what one part contributes at least to be named as its cause
CONCLUSIONS_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "unit_code", "unit_name", "tier", "as_of", "minimum"),
    *("numerator", "denominator", "value", "shortfall", "status", "finality", "pending_online"),
    *("remaining", "needed", "coming", "lower", "upper", "probability", "band"),
    *(
        "signal",
        "correlated",
        "slope",
        "since",
        "before",
        "mean",
        "certainty",
        "cause",
        "cause_value",
        "cause_then",
        "members",
        "members_attained",
        "members_attained_few",
    ),
    *("ask", "ask_procedures", "ask_gain", "ask_probability", "flips"),
]
_KEYS = ["target_id", "unit_code"]


def conclusions(standing: pd.DataFrame, history: History, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per target and unit or group, in ``CONCLUSIONS_COLUMNS``.

    ``standing`` are the rows of attainment.csv to date, under every reading; ``tables`` gap, projection, trends,
    comparison, closers and causes. ``finality``: while the period lasts ``running``; after it ``final``, or ``waiting``
    where results that are still to come can turn the verdict. ``band``, while it lasts: ``certain`` or ``lost`` by
    arithmetic, else ``probable`` (from 80 %), ``improbable`` (under 20 %) or ``open``. Both are "" where nothing is
    foretold, but for the running period. ``cause``: the part that makes
    up half or more of what the parts below the minimum take away, its value, and what the group would reach if that
    part attained. ``flips``: readings under which the verdict is another.
    """
    rows = standing[standing["reading"] == DEFAULT].drop(columns=["reading", "window", "gap"], errors="ignore")
    gap = tables["gap"][[*_KEYS, "pending_online", "remaining", "needed", "verdict"]]
    ahead = tables["projection"][[*_KEYS, "coming", "lower", "upper", "probability"]]
    trend = tables["trends"]
    # A slope is told where its interval says which way it goes.
    sure = trend["slope_lower"] * trend["slope_upper"] > 0
    trend = trend.assign(slope=trend["slope"].where(sure))
    trend = trend[[*_KEYS, "variation", "correlated", "slope", "since", "before", "mean"]]
    compared = tables["comparison"][[*_KEYS, "against_target"]].rename(columns={"against_target": "certainty"})
    found = rows
    for table in (gap, ahead, trend, compared, _causes(tables["causes"], rows), _asks(tables["closers"])):
        found = found.merge(table, "left", _KEYS, validate="one_to_one")
    found = found.merge(_members(rows, history), "left", _KEYS).merge(_flips(standing), "left", _KEYS)
    found = _settled(found, history)
    # A slope is told of a signal alone, and only if it points where the signal does.
    against = np.sign(found["slope"]) != found["variation"].map({"improving": 1, "worsening": -1}).fillna(np.nan)
    found = found.assign(signal=found["variation"], slope=found["slope"].mask(against))
    texts = ["since", "certainty", "cause", "ask", "flips"]
    found = found.fillna(dict.fromkeys(texts, "") | {"correlated": False})
    return found.sort_values(_KEYS, ignore_index=True)[CONCLUSIONS_COLUMNS]


def _settled(rows: pd.DataFrame, history: History) -> pd.DataFrame:
    """With finality, band and a probability that says the same."""
    if history.ended:
        told = dict.fromkeys(["probability", "coming", "lower", "upper"], np.nan)
        finality = np.select([rows["verdict"] == UNSAID, _may_turn(rows, history)], ["", WAITING], FINAL)
        return rows.assign(finality=finality, band="", **told)
    # What the unit will have only later is no target of its yet; what it will have lost by the end stays as it is.
    nothing = (rows["status"] == NOT_APPLICABLE) | (rows["verdict"] == UNSAID)
    stays = rows["verdict"] == NOTHING
    sure = [
        nothing,
        (rows["verdict"] == SECURED) | (stays & (rows["status"] == ATTAINED)),
        (rows["verdict"] == IMPOSSIBLE) | (stays & (rows["status"] == NOT_ATTAINED)),
    ]
    chance = rows["probability"]
    band = np.select([*sure, chance >= LIKELY, chance < UNLIKELY], ["", CERTAIN, LOST, PROBABLE, IMPROBABLE], OPEN)
    return rows.assign(finality=RUNNING, band=band, probability=np.select(sure, [np.nan, 1.0, 0.0], chance))


def _may_turn(rows: pd.DataFrame, history: History) -> pd.Series:
    """Whether the target would be attained if all that waits got its result."""
    minimum = {target.id: target.minimum for target in history.decision.targets}
    p = rows["target_id"].map({key: one.numerator for key, one in minimum.items()})
    q = rows["target_id"].map({key: one.denominator for key, one in minimum.items()})
    most = rows["numerator"] + rows["pending_online"].fillna(0).astype("int64")
    return (rows["status"] == NOT_ATTAINED) & (most * q >= p * rows["denominator"])


def _causes(causes: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Of each group that misses a target the part that makes up half or more of what all its parts below the minimum
    take away, if it has enough dossiers to be ranked.
    """
    missed = rows.loc[rows["status"] == NOT_ATTAINED, [*_KEYS, "value", "minimum"]]
    parts = causes[causes["parts"].isin([TIERS, UNITS])].rename(columns={"value": "cause_value"})
    parts = parts.merge(missed, on=_KEYS)
    parts = parts[parts["weight"] < 1]  # the only part is no cause
    lost = parts["contribution"].clip(upper=0).groupby([parts[key] for key in [*_KEYS, "parts"]]).transform("sum")
    parts = parts[(parts["contribution"] < 0) & (parts["contribution"] <= EXPLAINS * lost)]
    parts = parts[parts["denominator"] >= LEAST_RANKED]
    parts = parts.sort_values("contribution").drop_duplicates(_KEYS)
    return parts.rename(columns={"part_code": "cause", "then": "cause_then"})[
        [*_KEYS, "cause", "cause_value", "cause_then"]
    ]


def _asks(closers: pd.DataFrame) -> pd.DataFrame:
    """What is asked of each unit: the way, of how many procedures, what it brings, how probable the target then is."""
    named = closers.assign(named=closers["procedure_key"] != "")
    by_key = named.sort_values("rank").groupby(_KEYS, as_index=False)
    found = by_key.agg(
        ask=("method", "first"),
        ask_procedures=("named", "sum"),
        ask_gain=("gain", "sum"),
        ask_probability=("probability", "first"),
    )
    return found.assign(ask_gain=found["ask_gain"].mask(found["ask"].isin([KEEP, UNFED, NO_ASK])))


def _members(rows: pd.DataFrame, history: History) -> pd.DataFrame:
    """Of each group: how many of its units have anything to count, how many of them attain, and how many of these on a
    denominator under ten.
    """
    groups = history.members[history.members["group_code"].str.contains(":", regex=False)]
    whole = history.members.loc[history.members["group_code"] == PROVINCE]
    own = rows.loc[rows["status"] != NOT_APPLICABLE, [*_KEYS, "status", "denominator"]]
    joined = pd.concat([groups, whole]).merge(own, on="unit_code")
    attained = joined["status"] == ATTAINED
    joined = joined.assign(attained=attained, few=attained & (joined["denominator"] < LEAST_RANKED))
    found = joined.groupby(["target_id", "group_code"], as_index=False).agg(
        members=("attained", "size"), members_attained=("attained", "sum"), members_attained_few=("few", "sum")
    )
    return found.rename(columns={"group_code": "unit_code"})


def _flips(standing: pd.DataFrame) -> pd.DataFrame:
    default = standing.loc[standing["reading"] == DEFAULT, [*_KEYS, "status"]]
    others = standing.loc[standing["reading"] != DEFAULT, [*_KEYS, "reading", "status"]]
    both = others.merge(default, on=_KEYS, suffixes=("", "_default"))
    judged = ~both[["status", "status_default"]].isin([NOT_APPLICABLE]).any(axis=1)
    turned = both[judged & (both["status"] != both["status_default"])]
    return turned.groupby(_KEYS)["reading"].agg("|".join).rename("flips").reset_index()
