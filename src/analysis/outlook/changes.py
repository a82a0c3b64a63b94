"""What changed since the last published month (``changes.csv``): each figure from what was published to what it is now.

A figure to date changes in five steps, each counted anew from the dossiers, so that what they contribute sums to the
change exactly: rows that came, went or were corrected (what is known now of the same days, by the catalogue and the
decision of then), the catalogue, the reading, late results (what the dossiers received until then have by now), and
what is new since then. The kind with the largest part in the direction of the change is its cause. Where the catalogue
moved dossiers, the first two steps are told as one.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import ibis
import numpy as np
import pandas as pd
from ibis.expr.types import Table

from analysis.measures.attainment import attain
from analysis.measures.expressions import arising
from analysis.measures.unmeasured import NOBODY, Without
from analysis.outlook.before import Before
from analysis.outlook.closers import ALL_ONLINE, FINISH, PEERS, UNTOUCHED, VIA_PORTAL
from analysis.reference.decision import ATTAINED, DEFAULT, NOT_APPLICABLE, PORTAL, PROCEDURES, Decision
from analysis.reference.tables import Reference

# The kinds of change, in the order in which the first of equal parts is named.
REAL, LATE, ROWS, CATALOGUE, READING = "real", "late", "rows", "catalogue", "reading"
KINDS = (REAL, LATE, ROWS, CATALOGUE, READING)
# What became of an ask.
DONE, PARTLY, NOT_DONE = "attained", "partly", "not_done"
_ASKS = (FINISH, PEERS, ALL_ONLINE, VIA_PORTAL, UNTOUCHED)  # the others ask for nothing
STEPS = ("then", "known", "listed", "read", "elapsed")  # before what is now
STEP_COLUMNS = [*(f"{step}_{part}" for step in STEPS for part in ("numerator", "denominator"))]
CHANGES_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "unit_code", "unit_name", "tier", "as_of"),
    *("then_month", "then_as_of", "then_name", "then_status", *STEP_COLUMNS),
    *("numerator", "denominator", "status", "change", *(f"by_{kind}" for kind in KINDS), "cause"),
    *("ask", "ask_wanted", "ask_done", "ask_outcome"),
]
_KEYS = ["target_id", "unit_code"]
_LINE = ["procedure_key", "tier", "unit_code", "level", "valid_from", "valid_to"]  # of a catalogue
_WHOLE = ["numerator", "denominator"]


def changes(
    standing: pd.DataFrame,
    procedures: pd.DataFrame,
    dossiers: Table,
    reference: Reference,
    decision: Decision,
    as_of: date,
    before: Before | None,
    none_of: Without = NOBODY,
) -> pd.DataFrame:
    """One row per target and unit or group that were published ``before`` and are counted now, in ``CHANGES_COLUMNS``.

    ``standing`` are the rows of attainment.csv to date, ``procedures`` those of procedures.csv. ``change`` and ``by_…``
    are shares of one, blank where there was or is nothing to count.
    """
    if before is None:
        return pd.DataFrame(columns=CHANGES_COLUMNS)
    now = standing[standing["reading"] == DEFAULT]
    then = before.standing.rename(
        columns={"unit_name": "then_name", "status": "then_status", "month": "then_month", "as_of": "then_as_of"}
        | {name: f"then_{name}" for name in _WHOLE}
    )[[*_KEYS, "then_name", "then_status", "then_month", "then_as_of", "then_numerator", "then_denominator"]]
    rows = now.merge(then, on=_KEYS, validate="one_to_one")
    for step, counted in _steps(dossiers, reference, decision, as_of, before, none_of).items():
        named = counted.rename(columns={name: f"{step}_{name}" for name in _WHOLE})
        rows = rows.merge(named, on=_KEYS, validate="one_to_one")
    rows = _together(rows).merge(_asks(before, procedures), "left", _KEYS, validate="one_to_one")
    told = [_told(row) | _outcome(row) for row in rows.to_dict("records")]
    found = rows.drop(columns=["ask", "ask_wanted"]).join(pd.DataFrame(told, index=rows.index))
    return found.sort_values(_KEYS, ignore_index=True).reindex(columns=CHANGES_COLUMNS)


def parts(steps: Sequence[tuple[int, int]], measure: str) -> dict[str, Fraction]:
    """What each of ``KINDS`` contributes to the change of a share; they sum to it. {} where there was or is nothing.

    ``steps``: numerator and denominator as of ``STEPS``, then now. A step on which nothing would be left to count adds
    nothing: the next one is measured from the last share that there was. What only gave dossiers of then a result is
    late, though it bears a day of then.
    """
    if not steps[0][1] or not steps[-1][1]:
        return {}
    shares = [Fraction(*steps[0])]
    for numerator, denominator in steps[1:]:
        shares.append(Fraction(numerator, denominator) if denominator else shares[-1])
    known, listed, read, elapsed, real = (after - before for before, after in pairwise(shares))
    waited = measure not in (PROCEDURES, PORTAL) and _waited(steps)
    found = dict.fromkeys(KINDS, Fraction(0)) | {REAL: real, CATALOGUE: listed, READING: read}
    found[LATE if waited else ROWS] += known
    found[CATALOGUE if measure == PROCEDURES else LATE] += elapsed
    return found


def cause(contributed: dict[str, Fraction]) -> str:
    """The kind with the largest part in the direction of the change, "" for no change."""
    change = sum(contributed.values(), Fraction(0))
    return max(KINDS, key=lambda kind: contributed[kind] * change) if change else ""


def _waited(steps: Sequence[tuple[int, int]]) -> bool:
    """Whether what is known now of the days of then differs by nothing but dossiers that came to count."""
    (then, whole), (known, whole_now) = steps[:2]
    return whole == whole_now and known > then


def steps_of(row: dict[str, Any]) -> list[tuple[int, int]]:
    """Numerator and denominator at each step of a row of changes.csv, the last as they are now."""
    names = [*(f"{step}_" for step in STEPS), ""]
    return [(int(row[f"{name}numerator"]), int(row[f"{name}denominator"])) for name in names]


def _together(rows: pd.DataFrame) -> pd.DataFrame:
    """Dossiers that the catalogue moved are of procedures that anybody can name, so how many they are is no number of
    its own: rows and catalogue are told as the larger of the two, and add nothing to what both months publish.
    """
    names = [f"known_{name}" for name in _WHOLE]
    then, known, listed = (rows[[f"{step}_{name}" for name in _WHOLE]].to_numpy() for step in STEPS[:3])
    moved = (rows["measure"] != PROCEDURES).to_numpy() & (known != listed).any(axis=1)
    before, at, after = (step[:, 0] / np.maximum(step[:, 1], 1) for step in (then, known, listed))
    by_rows = (np.abs(at - before) > np.abs(after - at))[:, None]
    return rows.assign(
        **dict(zip(names, np.where(moved[:, None], np.where(by_rows, listed, then), known).T, strict=True))
    )


def _told(row: dict[str, Any]) -> dict[str, Any]:
    contributed = parts(steps_of(row), row["measure"])
    turned = NOT_APPLICABLE not in (row["status"], row["then_status"]) and row["status"] != row["then_status"]
    why = cause(contributed) if contributed else ""
    change = sum(contributed.values(), Fraction(0)) if contributed else None
    known = {f"by_{kind}": float(part) for kind, part in contributed.items()}
    # A verdict that turns on the same share does so by another minimum.
    return {"change": None if change is None else float(change), **known, "cause": why or (READING if turned else "")}


def _steps(
    dossiers: Table, reference: Reference, decision: Decision, as_of: date, before: Before, none_of: Without
) -> dict[str, pd.DataFrame]:
    """target_id, unit_code, numerator, denominator at each of ``STEPS`` but the first."""
    day = before.as_of
    read = _counted(dossiers, reference, decision, day, none_of)
    listed = read if before.decision == decision else _counted(dossiers, reference, before.decision, day, none_of)
    known = listed
    if _lists(before.catalogue) != _lists(reference.catalogue):
        past = replace(reference, catalogue=_spelled(before.catalogue, reference.catalogue))
        known = _counted(_levelled(dossiers, past.catalogue), past, before.decision, day, none_of)
    elapsed = _counted(arising(dossiers, decision.valid_from, day), reference, decision, as_of, none_of)
    return {"known": known, "listed": listed, "read": read, "elapsed": elapsed}


def _counted(dossiers: Table, reference: Reference, decision: Decision, as_of: date, none_of: Without) -> pd.DataFrame:
    """The figures to date under the default reading, as known on ``as_of``."""
    plain = decision.model_copy(update={"readings": tuple(one for one in decision.readings if one.id == DEFAULT)})
    rows = attain(dossiers, reference, plain, as_of, none_of)
    return rows.loc[(rows["window"] == "to_date") & (rows["month"] == rows["month"].max()), [*_KEYS, *_WHOLE]]


def _lists(catalogue: pd.DataFrame) -> list[tuple[str, ...]]:
    """What a catalogue gives to whom, names aside."""
    return sorted(catalogue[_LINE].astype(str).itertuples(index=False, name=None))


def _spelled(past: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """The lines of a ``past`` catalogue for each spelling of their codes that the dossiers have: those of the catalogue
    of now, and where that lacks a procedure its key.
    """
    own = ["procedure_key", "procedure_code"]
    keys = past[["procedure_key"]].assign(procedure_code=past["procedure_key"])
    codes = pd.concat([catalogue[own], keys]).drop_duplicates()
    return past.drop(columns="procedure_code").merge(codes, on="procedure_key")


def _levelled(dossiers: Table, past: pd.DataFrame) -> Table:
    """The dossiers at the level of a past catalogue; where that has none they keep the one that they have."""
    lines = past[["procedure_code", *_LINE[1:]]].drop_duplicates()
    lines = lines.assign(valid_to=lines["valid_to"].fillna(pd.Timestamp("2200-01-01")))
    given = ibis.memtable(lines.set_axis(["code", "of_tier", "owner", "given", "first", "end"], axis=1))
    found = dossiers.left_join(
        given,
        [
            dossiers.procedure_code == given.code,
            dossiers.tier == given.of_tier,
            (given.owner == "") | (given.owner == dossiers.unit_code),
            dossiers.received_at >= given.first,
            dossiers.received_at < given.end,
        ],
    )
    by_list = (found.level_source == "catalogue").fill_null(False)
    level = by_list.ifelse(found.given.fill_null(found.level.cast("int64")), found.level.cast("int64"))
    return found.mutate(level=level).select(*dossiers.columns)


def _asks(before: Before, procedures: pd.DataFrame) -> pd.DataFrame:
    """What was asked then: target_id, unit_code, ask, missed, ask_wanted, came.

    ``missed`` was the shortfall; of ``ask_wanted`` procedures that were named ``came`` have had more dossiers filed
    online since, as far as that is told.
    """
    rows = before.standing[before.standing["ask"].isin(_ASKS)]
    named = rows.assign(procedure_key=rows["ask_named"].fillna("").str.split("|")).explode("procedure_key")
    own = ["unit_code", "procedure_key"]
    named = named[named["procedure_key"] != ""].merge(before.told[[*own, "told_online"]], "left", own)
    named = named.merge(procedures[[*own, "told_online"]], "left", own, suffixes=("_then", ""))
    came = named["told_online"].astype("Float64") > named["told_online_then"].astype("Float64")
    counts = named.assign(came=came.fillna(False)).groupby(_KEYS, as_index=False)
    counted = counts.agg(ask_wanted=("came", "size"), came=("came", "sum"))
    return rows[[*_KEYS, "ask", "shortfall"]].rename(columns={"shortfall": "missed"}).merge(counted, "left", _KEYS)


def _outcome(row: dict[str, Any]) -> dict[str, Any]:
    """What became of the ask: the target is attained, some of what was asked is done, or nothing of it."""
    if not isinstance(row["ask"], str):
        return {"ask": "", "ask_outcome": ""}
    wanted, done = row["ask_wanted"], row["came"]
    if row["ask"] == FINISH:
        wanted, done = row["missed"], _late_results(row)
    countable = row["ask"] != VIA_PORTAL and not pd.isna(wanted)  # which way a procedure's dossiers came is not told
    some = done > 0 if countable else row["shortfall"] < row["missed"]
    outcome = DONE if row["status"] == ATTAINED else PARTLY if some else NOT_DONE
    numbers = {"ask_wanted": int(wanted), "ask_done": int(min(done, wanted))} if countable else {}
    return {"ask": row["ask"], **numbers, "ask_outcome": outcome}


def _late_results(row: dict[str, Any]) -> int:
    """How many of the dossiers of then have a result now that had none."""
    steps = steps_of(row)
    late = steps[4][0] - steps[3][0]
    return late + steps[1][0] - steps[0][0] if _waited(steps) else late
