"""What each unit's procedures received to date (``procedures.csv``), and which of the counts may be published.

The table keeps true counts and stays in the processed folder; a page prints what was ``told``. No total of a procedure
over several units may stand beside it: it would give away what is hidden.
"""

from bisect import bisect_left
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import ibis
import pandas as pd
from ibis.expr.types import Table

from analysis.measures.expressions import arising, month_number, number_of
from analysis.measures.offers import in_force, offers_by_month
from analysis.reference.decision import Decision
from analysis.reference.tables import Reference
from analysis.statistics.successive import BARRED, CELLS, LINES, told
from analysis.storage.backends import execute, let_go
from analysis.storage.writing import safe_names

ONLINE_LEVELS = (3, 4)  # of which the targets speak, with totals of their own
_OWN = ["unit_code", "procedure_key"]
PROCEDURES_COLUMNS = [
    *("decision", *_OWN, "procedure_name", "level", "dossiers", "online"),
    *("told", "told_online", "told_on"),
]
TOLD_COLUMNS = ["decision", *_OWN, "told", "told_online", "told_on"]


def procedures(
    dossiers: Table, reference: Reference, decision: Decision, as_of: date, published: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row per unit and procedure with dossiers arising to date, or offered at level 3 or 4.

    In ``PROCEDURES_COLUMNS``: ``dossiers`` are of any level and channel, as was known on the as-of day, ``online``
    those filed so, resolved or not. ``level`` is the catalogue's on the period's last day or the as-of day, blank where
    it gives the unit none. ``told`` and ``told_online`` may be published, as they were on ``told_on``: blank where
    nothing may, and older than the as-of day where a newer count would give away few dossiers beside what has been
    ``published`` (rows in ``TOLD_COLUMNS``).
    """
    last = min(as_of, decision.valid_to)
    offers = offers_by_month(reference, pd.DataFrame({"month": [0], "last_day": [last]})).drop(columns="month")
    lines, held = _followed(_lines(published, decision, last), reference)
    ends = _slot_ends(decision, last, lines["told_on"])
    counted = _counted(arising(dossiers, decision.valid_from, last), reference, ends)
    cells = pd.concat([counted, _without_dossiers(offers, counted)], ignore_index=True)
    cells = cells.sort_values([*_OWN, "group", "slot"], ignore_index=True)[CELLS]
    lines = lines.assign(slot=[bisect_left(ends, day) for day in lines["told_on"]])[LINES]
    barred = _barred(cells, reference, decision, ends)
    may = told(cells, lines, [month_number(end) for end in ends], barred)
    whole = cells.groupby(_OWN, as_index=False)[["dossiers", "online"]].sum()
    may = may.rename(columns={"dossiers": "told", "online": "told_online"})
    # What was told of the parts of a merged unit, beside its own count, would give away what came since.
    may.loc[pd.MultiIndex.from_frame(may[_OWN]).isin(held), ["told", "told_online", "slot"]] = pd.NA
    whole = whole.merge(may, on=_OWN, validate="1:1").merge(offers, "left", on=_OWN, validate="1:1")
    whole["procedure_name"] = names_of(whole["procedure_key"], reference)
    days = dict(enumerate(end.isoformat() for end in ends))
    whole = whole.assign(level=whole["level"].astype("Int64"), told_on=whole["slot"].map(days).fillna(""))
    return whole.assign(decision=decision.id)[PROCEDURES_COLUMNS]


def keys_of(codes: pd.Series, reference: Reference) -> pd.Series:
    """The key of each code of a procedure: the catalogue's, else the code itself.

    One that the catalogue lacks comes from an export: it must not run in a spreadsheet.
    """
    keys = reference.catalogue.drop_duplicates("procedure_code").set_index("procedure_code")["procedure_key"]
    return safe_names(codes.map(keys).fillna(codes)).astype(codes.dtype)


def names_of(keys: pd.Series, reference: Reference) -> pd.Series:
    """The catalogue's last name of each procedure, "" where it has none."""
    names = reference.catalogue.drop_duplicates("procedure_key", keep="last").set_index("procedure_key")
    return keys.map(names["procedure_name"]).fillna("")


def _lines(published: pd.DataFrame | None, decision: Decision, last: date) -> pd.DataFrame:
    """What was published of the decision's period, a row for each different line, with days as dates."""
    if published is None:
        published = pd.DataFrame(columns=TOLD_COLUMNS)
    lines = published.loc[(published["decision"] == decision.id) & published["told"].notna(), TOLD_COLUMNS]
    lines = lines.rename(columns={"told": "dossiers", "told_online": "online"})
    lines = lines.drop_duplicates()
    return lines.assign(told_on=[date.fromisoformat(day) for day in lines["told_on"]]).astype(
        {"dossiers": "Int64", "online": "Int64"}
    )


def _followed(lines: pd.DataFrame, reference: Reference) -> tuple[pd.DataFrame, pd.MultiIndex]:
    """The lines of the units whose dossiers are their own, and what was told of others, by the unit that holds them
    now; a unit that was but renamed has its lines under its new code.
    """
    known = reference.succession
    if not known:
        return lines, pd.MultiIndex.from_frame(lines.iloc[:0][_OWN])
    lines = lines.assign(unit_code=lines["unit_code"].replace(known.renamed))
    holder = {code: series for code in lines["unit_code"].unique() if (series := known.spans_of(code)[0][1]) != code}
    gone = lines["unit_code"].isin(holder)
    told_of = lines[gone].assign(unit_code=lines.loc[gone, "unit_code"].map(holder))
    return lines[~gone], pd.MultiIndex.from_frame(told_of[_OWN])


def _slot_ends(decision: Decision, last: date, told_on: pd.Series) -> list[date]:
    """The last days of the months to date, and the days on which something was told."""
    months = pd.period_range(decision.valid_from, last, freq="M")
    ends = {min(month.end_time.date(), last) for month in months} | {day for day in told_on if day <= last}
    return sorted(ends)


def _counted(arises: Table, reference: Reference, ends: list[date]) -> pd.DataFrame:
    """Dossiers and online dossiers by unit, procedure, slot and the group of levels that shares a published total."""
    midnights = (datetime.combine(end + timedelta(days=1), time()) for end in ends[:-1])
    after = (arises.received_at >= ibis.literal(midnight) for midnight in midnights)
    slot = sum((passed.cast("int64") for passed in after), ibis.literal(0, "int64"))
    rows = arises.mutate(slot=slot).filter(arises.procedure_code.notnull())
    by_level = rows.group_by("unit_code", "procedure_code", "level", "slot")
    sums = by_level.aggregate(dossiers=number_of(rows), online=number_of(rows, rows.channel == "online"))
    counted = execute(sums).fillna({"online": 0})
    let_go(sums)
    level = counted["level"].fillna(0).astype("int64")
    counted = counted.assign(
        procedure_key=keys_of(counted["procedure_code"], reference),
        group=level.where(level.isin(ONLINE_LEVELS), 0),
    )
    sums = counted.groupby([*_OWN, "group", "slot"], as_index=False)[["dossiers", "online"]].sum()
    return sums.astype({"dossiers": "int64", "online": "int64"})


def _without_dossiers(offers: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """What is offered at level 3 or 4 and had no dossier, in the group of its level."""
    wanted = offers[offers["level"].isin(ONLINE_LEVELS)].merge(counted[_OWN].drop_duplicates(), "left", indicator=True)
    none = wanted[wanted["_merge"] == "left_only"]
    return none[_OWN].assign(group=none["level"], slot=0, dossiers=0, online=0)


def _barred(cells: pd.DataFrame, reference: Reference, decision: Decision, ends: list[date]) -> pd.DataFrame:
    """The slots in which the catalogue gives a procedure another level than its group's, or none, and it had none; in
    ``BARRED``, up to the end of the period.
    """
    later = [month.end_time.date() for month in pd.period_range(decision.valid_from, decision.valid_to, freq="M")]
    lasts = [*ends, *(end for end in later if end > ends[-1])]
    days = [decision.valid_from, *(day for end in lasts[:-1] for day in (end, end + timedelta(days=1))), lasts[-1]]
    spans = pd.DataFrame({"month": range(len(days)), "last_day": days})
    catalogue = reference.catalogue
    moving = catalogue.loc[~in_force(catalogue, spans).all(axis=1), "procedure_key"]
    some = replace(reference, catalogue=catalogue[catalogue["procedure_key"].isin(moving)])
    given = offers_by_month(some, spans)
    level = given["level"]
    given = given.assign(group=level.where(level.isin(ONLINE_LEVELS), 0), slot=given["month"] // 2)[BARRED]
    own = cells.loc[cells["procedure_key"].isin(moving), [*_OWN, "group"]].drop_duplicates()
    every = own.merge(pd.DataFrame({"slot": range(len(lasts))}), "cross")
    could = pd.concat([given, cells.loc[cells["dossiers"] > 0, BARRED]])
    return every[~pd.MultiIndex.from_frame(every).isin(pd.MultiIndex.from_frame(could))]
