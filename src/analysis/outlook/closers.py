"""What closes the gap (``closers.csv``): for each unit and target not attained, the fewest procedures that suffice.

For a target on procedures, those that receive dossiers but none online, the busiest first: each brings one.
For a target on dossiers, those where the unit is furthest behind what the other units of its tier reach for the
same procedure: each brings the dossiers that this share would have been online, and the largest gains first are
the smallest set. Where that does not suffice, or where nobody else offers the unit's procedures, what every
dossier of a procedure online would bring is said instead.
"""

import numpy as np
import pandas as pd

from analysis.measures.history import History
from analysis.reference.decision import DEFAULT, NOT_ATTAINED, PROCEDURES, Target
from analysis.storage.writing import spreadsheet_safe

UNTOUCHED, PEERS, ALL_ONLINE = "untouched", "peers", "all_online"
CLOSERS_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "unit_code", "unit_name", "tier", "as_of", "minimum"),
    *("shortfall", "method", "closes", "rank", "procedure_key", "procedure_name"),
    *("numerator", "denominator", "peer_share", "gain", "gain_cumulated"),
]


def closers(standing: pd.DataFrame, history: History) -> pd.DataFrame:
    """One row per unit, target not attained and procedure of its smallest sufficient set, in ``CLOSERS_COLUMNS``.

    ``standing`` are the rows of attainment.csv to date. ``closes`` says whether the set suffices; if not, all
    that can be gained is listed. ``numerator`` and ``denominator`` are the procedure's dossiers to date,
    ``peer_share`` the others' share (of one). Units that have nothing to gain by ``method`` have no row.
    """
    units = history.reference.units["unit_code"]
    missing = standing[(standing["reading"] == DEFAULT) & (standing["status"] == NOT_ATTAINED)]
    missing = missing[missing["unit_code"].isin(units)]
    parts = []
    for target in history.decision.targets:
        rows = missing[missing["target_id"] == target.id]
        of_target = rows.set_index("unit_code")["shortfall"]
        found = (
            _busiest(target, history, of_target)
            if target.measure == PROCEDURES
            else _behind(target, history, of_target)
        )
        parts.append(rows.drop(columns=["numerator", "denominator"]).merge(found, on="unit_code"))
    names = history.reference.catalogue.drop_duplicates("procedure_key", keep="last")
    whole = pd.concat(parts, ignore_index=True).merge(
        names[["procedure_key", "procedure_name"]], "left", "procedure_key"
    )
    # A code that the catalogue lacks comes from an export: it must not run in a spreadsheet.
    keys = whole["procedure_key"].map(spreadsheet_safe)
    return whole.assign(procedure_key=keys).fillna({"procedure_name": ""})[CLOSERS_COLUMNS]


def smallest_set(gains: pd.DataFrame, shortfall: pd.Series) -> pd.DataFrame:
    """The fewest rows of each unit whose gains sum to its shortfall: the largest first.

    ``gains``: unit_code, gain (above 0), and what breaks ties in ``order``, the highest first. Adds ``rank``,
    ``gain_cumulated`` and ``closes``. Taking the largest gains first leaves none smaller: any k procedures bring
    at most what the k largest do.
    """
    if gains.empty:
        return gains.assign(gain_cumulated=0, rank=0, closes=False)
    ordered = gains.sort_values(["unit_code", "gain", "order", "procedure_key"], ascending=[True, False, False, True])
    cumulated = ordered.groupby("unit_code")["gain"].cumsum()
    needed = ordered["unit_code"].map(shortfall)
    chosen = ordered.assign(gain_cumulated=cumulated, rank=ordered.groupby("unit_code").cumcount() + 1)
    chosen = chosen[cumulated - ordered["gain"] < needed]
    total = ordered.groupby("unit_code")["gain"].sum()
    return chosen.assign(closes=chosen["unit_code"].map(total >= shortfall.reindex(total.index)))


def _busiest(target: Target, history: History, shortfall: pd.Series) -> pd.DataFrame:
    offered = history.offered[history.offered["level"] == target.level].rename(columns={"group_code": "unit_code"})
    waiting = offered[(offered["first"] == 0) & (offered["dossiers"] > 0) & offered["unit_code"].isin(shortfall.index)]
    gains = waiting.assign(gain=1, order=waiting["dossiers"], method=UNTOUCHED, peer_share=np.nan, numerator=0)
    gains = gains.rename(columns={"dossiers": "denominator"}).drop(columns=["level", "hits", "first"])
    return smallest_set(gains, shortfall).drop(columns=["order"])


def _behind(target: Target, history: History, shortfall: pd.Series) -> pd.DataFrame:
    """By what peers reach where that closes the gap, else by what all online would bring."""
    names = {f"{target.id}:filed": "filed", f"{target.id}:resolved": "numerator", f"{target.id}:arising": "denominator"}
    counted = history.to_date[["unit_code", "procedure_key", *names]].rename(columns=names)
    counted = counted.merge(history.reference.units[["unit_code", "tier"]], on="unit_code")
    whole = counted.groupby(["tier", "procedure_key"])[["numerator", "denominator"]].transform("sum")
    others = (whole - counted[["numerator", "denominator"]]).to_numpy()
    peers = np.where(others[:, 1] > 0, others[:, 0] / np.maximum(others[:, 1], 1), np.nan)
    # In whole numbers: a share times a count may fall a hair short of what it is.
    reached = counted["denominator"].to_numpy() * others[:, 0] // np.maximum(others[:, 1], 1)
    own = counted["numerator"].to_numpy()
    counted = counted.assign(peer_share=peers, order=counted["denominator"])
    counted = counted[["unit_code", "procedure_key", "numerator", "denominator", "peer_share", "order"]]
    like_peers = counted.assign(gain=reached - own, method=PEERS)
    online = counted.assign(gain=counted["denominator"] - own, method=ALL_ONLINE)
    wanted = counted["unit_code"].isin(shortfall.index)
    by_peers = smallest_set(like_peers[wanted & (like_peers["gain"] > 0)], shortfall)
    closed = set(by_peers.loc[by_peers["closes"], "unit_code"])
    by_all = smallest_set(online[wanted & (online["gain"] > 0) & ~online["unit_code"].isin(closed)], shortfall)
    return pd.concat([by_peers[by_peers["closes"]], by_all], ignore_index=True).drop(columns=["order"])
