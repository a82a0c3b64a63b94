"""The gap (``gap.csv``): what is missing, what may still come, and what it would take.

For dossiers, all that wait for a result and were filed online are counted as if they will have one. For
procedures, those of the catalogue on the period's last day are counted.
"""

import numpy as np
import pandas as pd

from analysis.measures.figures import shortfall
from analysis.measures.history import History
from analysis.outlook.arrivals import MONTH, remaining, working_days_left
from analysis.reference.decision import DEFAULT, PROCEDURES, Target

OPEN, IMPOSSIBLE, SECURED = "open", "impossible", "secured"
NOTHING, UNSAID = "not_applicable", ""
INTERVAL = 0.80  # of the expected remaining dossiers
SURE = 0.995  # what arises stays below this quantile where a verdict says "cannot"
LEAST_OF_A_MONTH = 5  # dossiers without which a month is nobody's best
GAP_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "unit_code", "unit_name", "tier", "as_of", "minimum"),
    *("numerator", "denominator", "value", "shortfall", "pending_online", "days_left"),
    *("remaining", "remaining_lower", "remaining_upper", "needed", "needed_share", "best_month", "best"),
    *("untouched", "untouched_with_dossiers", "verdict"),
]


def gaps(standing: pd.DataFrame, history: History) -> pd.DataFrame:
    """One row per target and unit or group, under the default reading, in ``GAP_COLUMNS``.

    ``standing`` are the rows of attainment.csv to date. ``remaining`` is the expected number of dossiers that are still
    to arise, with its 80 % interval. Of them ``needed`` must be filed online and resolved, which is ``needed_share``;
    ``best`` is the highest share that a month with at least five dossiers had. ``verdict`` says what is certain
    whatever comes: ``secured`` or ``impossible``, else ``open``; "" where nothing is foretold. For procedures
    ``needed`` are those still to be hit by the period's end, ``needed_share`` how many of them each remaining month and
    ``best`` how many the best month brought; ``untouched`` are those that no online dossier has hit yet.
    """
    parts = []
    for target in history.decision.targets:
        rows = standing[(standing["target_id"] == target.id) & (standing["reading"] == DEFAULT)]
        if not target.foretold:
            found = _unsaid(history)
        else:
            found = _procedures(target, history) if target.measure == PROCEDURES else _dossiers(target, history)
        parts.append(rows.merge(found, on="unit_code", validate="one_to_one"))
    return pd.concat(parts, ignore_index=True).assign(days_left=days_left(history)).reindex(columns=GAP_COLUMNS)


def days_left(history: History) -> int:
    """Calendar days after the as-of day, up to the period's last."""
    return max((history.decision.valid_to - history.as_of).days, 0)


def verdicts(
    counted: np.ndarray, pending: np.ndarray, whole: np.ndarray, most: np.ndarray, target: Target
) -> list[str]:
    """``secured``, ``impossible`` or "" for each series of dossiers, in exact arithmetic.

    ``most`` is the largest number that may still arise. With all of them online a share is at its highest,
    with none at its lowest: no smaller number does more for either.
    """
    p, q = target.minimum.numerator, target.minimum.denominator
    found = np.full(len(whole), "", dtype=object)
    found[(counted + pending + most) * q < p * (whole + most)] = IMPOSSIBLE
    found[counted * q >= p * (whole + most)] = SECURED
    found[whole == 0] = NOTHING
    return list(found)


def _unsaid(history: History) -> pd.DataFrame:
    """Of what is not foretold only what stands is told."""
    return pd.DataFrame({"unit_code": history.names["unit_code"], "best_month": "", "verdict": UNSAID})


def _dossiers(target: Target, history: History) -> pd.DataFrame:
    counts = history.counts(target)
    expected = remaining(history, counts.arising)
    lower, upper, most = (expected.quantile(share) for share in ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2, SURE))
    counted, filed, whole = (part.sum(axis=1) for part in (counts.resolved, counts.filed, counts.arising))
    pending = filed - counted
    p, q = target.minimum.numerator, target.minimum.denominator
    likely = np.round(expected.mean).astype(np.int64)
    needed = np.maximum(-(-p * (whole + likely) // q) - filed, 0)
    shares = np.where(counts.arising >= LEAST_OF_A_MONTH, counts.filed / np.maximum(counts.arising, 1), -1.0)
    months = [_named(history, place) for place in shares.argmax(axis=1)]
    known = shares.max(axis=1) >= 0
    # Where no month had enough, all of them together are what the unit has shown that it can do.
    best = np.where(known, shares.max(axis=1), filed / np.maximum(whole, 1))
    sure = verdicts(counted, pending, whole, most, target)
    return pd.DataFrame(
        {
            "unit_code": history.names["unit_code"],
            "pending_online": pending,
            "remaining": likely,
            "remaining_lower": lower,
            "remaining_upper": upper,
            "needed": needed,
            "needed_share": np.where(likely > 0, needed / np.maximum(likely, 1), np.nan),
            "best_month": np.where(known, months, ""),
            "best": np.where(whole > 0, best, np.nan),
            "untouched": pd.NA,
            "untouched_with_dossiers": pd.NA,
            "verdict": [certain or OPEN for certain in sure],
        }
    )


def _procedures(target: Target, history: History) -> pd.DataFrame:
    """The catalogue's procedures of the target's level; they need no estimate of what is still to arise."""
    offered = history.offered(target)
    hit, used = offered["first"] > 0, offered["dossiers"] > 0
    flags = offered[["group_code"]].assign(whole=1, hit=hit, waiting=~hit & used)
    counted = flags.groupby("group_code").sum().reindex(history.names["unit_code"], fill_value=0)
    whole, touched, waiting = (counted[name].to_numpy() for name in ("whole", "hit", "waiting"))
    needed = shortfall(touched, whole, target)
    gains = _gains(offered[hit], history)
    place, best = gains.argmax(axis=1), gains.max(axis=1)
    months = working_days_left(history) / MONTH
    by_month = needed / months if months else np.full(len(needed), np.nan)
    sure = np.select([whole == 0, needed == 0, np.full(len(whole), history.ended)], [NOTHING, SECURED, IMPOSSIBLE], "")
    return pd.DataFrame(
        {
            "unit_code": history.names["unit_code"],
            "pending_online": pd.NA,
            "remaining": pd.NA,
            "remaining_lower": pd.NA,
            "remaining_upper": pd.NA,
            "needed": needed,
            "needed_share": by_month,
            "best_month": np.where(best > 0, [_named(history, month) for month in place], ""),
            "best": best,
            "untouched": whole - touched,
            "untouched_with_dossiers": waiting,
            "verdict": np.where(sure == "", OPEN, sure),
        }
    )


def _gains(hit: pd.DataFrame, history: History) -> np.ndarray:
    """Procedures hit for the first time, series × months; the first month is left out, where all are new."""
    gains = hit.groupby(["group_code", "first"]).size().unstack(fill_value=0)
    gains = gains.reindex(index=history.names["unit_code"], columns=history.months, fill_value=0).to_numpy(copy=True)
    if len(history.months) > 1:
        gains[:, 0] = 0
    return gains


def _named(history: History, place: int) -> str:
    month = history.months[place]
    return f"{month // 12}-{month % 12 + 1:02d}"
