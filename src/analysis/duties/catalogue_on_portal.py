"""The catalogue against the portal by unit and group (``catalogue_on_portal.csv``).

``A`` is what the catalogue assigns on the day of the unit's latest list (the as-of day where it tells none), ``P`` what
that list has open, ``R`` what decisions repealed by then. A group counts a procedure once: it is missing, extra or of a
wrong level where it is so in any unit. A procedure of which the list says two levels, or whose line was refused, is set
aside from every count; a unit without a line in any list is not told of.
"""

from datetime import date

import ibis
import pandas as pd
from ibis.expr.types import Table

from analysis.duties.catalogue_placing import assigned, covered, decided, on_portal
from analysis.measures.expressions import arising
from analysis.measures.offers import receivers
from analysis.reference.decision import Decision
from analysis.reference.groups import PROVINCE, group_members, group_names
from analysis.reference.keys import procedure_key
from analysis.reference.tables import Reference
from analysis.storage.backends import execute

_FLAGS = ["assigned", "on_portal", "missing", "extra", "wrong_level", "unlevelled", "not_right", "repealed_open"]
CATALOGUE_ON_PORTAL_COLUMNS = [
    *("unit_code", "unit_name", "tier", "day", "units", "not_listed", "assigned", "on_portal", "both", "missing"),
    *("wrong_level", "unlevelled", "extra", "repealed_open", "aside", "filed_not_offered", "open_share", "right_share"),
]
_COUNTS = [
    *("units", "not_listed", "assigned", "on_portal", "both", "missing", "wrong_level", "unlevelled", "extra"),
    *("repealed_open", "aside", "filed_not_offered"),
]
_PAIR = ["unit_code", "procedure_key"]


def pairs(lines: pd.DataFrame, reference: Reference, as_of: date) -> pd.DataFrame:
    """unit_code, procedure_key, what is found of it as ``_FLAGS`` and ``aside``, ``level_assigned``, ``level_portal``,
    ``repealed`` and the ``decision`` that spoke of it last, ``procedure_code`` and ``procedure_name`` of the list.

    ``lines`` of ``Listings``; of units that the portal's lists name, and with unit_code "" what belongs to nobody.
    """
    days = covered(lines, reference)
    offer = on_portal(lines, reference)
    offer = offer[offer["unit_code"].isin(["", *days["unit_code"]])].rename(columns={"level": "level_portal"})
    on_day = days.assign(day=days["day"].fillna(pd.Timestamp(as_of)))
    given = assigned(reference, on_day).groupby(_PAIR, as_index=False)["level"].max()
    last = on_day["day"].max() if len(on_day) else pd.Timestamp(as_of)
    whole = given.rename(columns={"level": "level_assigned"}).assign(given=True)
    whole = whole.merge(offer.drop(columns="day").assign(offered=True), "outer", _PAIR)
    whole = whole.merge(decided(lines, reference, last), "left", _PAIR)
    in_a, in_p = whole["given"].notna(), whole["offered"].notna()
    aside = whole["unclear"].eq(True)
    level, wanted = (whole[name].astype("Int64") for name in ("level_portal", "level_assigned"))
    low, both, gone = (level < wanted).fillna(False), in_a & in_p, whole["repealed"].eq(True)
    found = {
        **{"assigned": in_a, "on_portal": in_p, "missing": in_a & ~in_p, "extra": in_p & ~in_a},
        **{"wrong_level": both & low, "unlevelled": both & level.isna()},
        **{"not_right": in_a & ~(both & (level >= wanted).fillna(False)), "repealed_open": in_p & gone},
    }
    flags = {name: (holds & ~aside).astype(bool) for name, holds in found.items()}
    texts = {name: whole[name].fillna("").astype("str") for name in ("procedure_code", "procedure_name", "decision")}
    kept = {"aside": aside, "repealed": gone, "level_assigned": wanted, "level_portal": level}
    return whole[_PAIR].assign(**flags, **texts, **kept).sort_values(_PAIR, ignore_index=True)


def catalogue_on_portal(
    found: pd.DataFrame, days: pd.DataFrame, filed: pd.DataFrame, reference: Reference
) -> pd.DataFrame:
    """One row per unit of ``days`` and group of such, in ``CATALOGUE_ON_PORTAL_COLUMNS``; shares are shares of one.

    ``found`` of ``pairs``, ``days`` of ``covered``, ``filed`` of ``filed_not_offered``. ``right_share`` is NaN where no
    list tells a level of what is assigned.
    """
    members = group_members(reference)
    nobody = pd.DataFrame({"group_code": [PROVINCE], "unit_code": [""]})
    groups = members[members["unit_code"].isin(days["unit_code"])]
    everyone = pd.concat([groups, nobody]) if len(groups) else groups
    flags = found.merge(everyone, on="unit_code").groupby(["group_code", "procedure_key"])[[*_FLAGS, "aside"]].any()
    counts = flags.groupby("group_code").sum().astype("int64")
    own = groups.merge(days, on="unit_code").groupby("group_code")
    told = pd.DataFrame({"units": own.size(), "first": own["day"].min(), "last": own["day"].max()})
    every = members.groupby("group_code").size()
    of_groups = filed.merge(groups, on="unit_code").groupby("group_code")["dossiers"].sum()
    whole = told.join(counts).assign(
        not_listed=lambda rows: every.reindex(rows.index) - rows["units"],
        both=lambda rows: rows["assigned"] - rows["missing"],
        day=lambda rows: rows["last"].where(rows["first"] == rows["last"]).dt.strftime("%Y-%m-%d").fillna(""),
        filed_not_offered=lambda rows: of_groups.reindex(rows.index),
        open_share=lambda rows: rows["both"] / rows["assigned"].where(rows["assigned"] > 0),
        right_share=lambda rows: _right(rows),
    )
    named = group_names(reference).merge(whole.reset_index(names="unit_code"), on="unit_code")
    named = named.fillna(dict.fromkeys(_COUNTS, 0)).astype(dict.fromkeys(_COUNTS, "int64"))
    return named.astype({"day": "str", "open_share": "float64", "right_share": "float64"})[CATALOGUE_ON_PORTAL_COLUMNS]


def filed_not_offered(dossiers: Table, reference: Reference, decision: Decision, as_of: date) -> pd.DataFrame:
    """unit_code, procedure_key and the ``dossiers`` that arose to date although the catalogue did not give their unit
    the procedure on the day of receipt.
    """
    arose = arising(dossiers, decision.valid_from, min(as_of, decision.valid_to))
    codes = execute(arose.select("procedure_code").distinct())["procedure_code"]
    keys = pd.DataFrame({"procedure_code": codes, "procedure_key": codes.map(procedure_key)}).astype("str")
    never = pd.Timestamp("2262-01-01")
    rules = reference.catalogue.rename(columns={"unit_code": "owner"})
    rules = rules.assign(valid_to=rules["valid_to"].fillna(never))[
        ["tier", "owner", "procedure_key", "valid_from", "valid_to"]
    ]
    given = ibis.memtable(rules).join(ibis.memtable(receivers(reference.units)), ["tier", "owner"])
    rows = arose.join(ibis.memtable(keys), "procedure_code").mutate(on=ibis._.received_at.date())
    offered = [
        rows.unit_code == given.unit_code,
        rows.procedure_key == given.procedure_key,
        rows.on >= given.valid_from.date(),
        rows.on < given.valid_to.date(),
    ]
    counted = rows.anti_join(given, offered).group_by(_PAIR).aggregate(dossiers=ibis._.count())
    return execute(counted).sort_values(_PAIR, ignore_index=True)


def _right(rows: pd.DataFrame) -> pd.Series:
    """The share of what is assigned that is open at its level or above; NaN where the lists tell no level."""
    told = (rows["assigned"] > 0) & (rows["unlevelled"] < rows["both"])
    return ((rows["assigned"] - rows["not_right"]) / rows["assigned"]).where(told)
