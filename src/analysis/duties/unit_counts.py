"""A unit's dossiers by the cells of its own reports (``unit-reports.toml``), counted as the province does or otherwise.

The own way: dossiers that were received and neither withdrawn nor refused entry. In hand in a period is what was
received in it or before it without a result; settled what has its result in the period, open the rest. A result without
a day is taken to be of the day of receipt and on time, and so is one without a due day; "early" is before the due day.
A rule of ``explanations.toml`` changes one thing of it; whatever rule, these are the same expressions.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce
from operator import and_
from typing import Any

import ibis
import pandas as pd
from ibis.expr.types import BooleanValue, Table

from analysis.reference.explanations import Conditions, Rule
from analysis.reference.groups import group_members
from analysis.reference.tables import Reference
from analysis.reference.unit_reports import CELLS
from analysis.storage.backends import computed_once, execute

OWN = ""  # the way in which the province counts
LEFT_OUT = ("withdrawn", "not_accepted")
REPORT = ["unit_code", "period_start", "period_end"]
_DAYS = ("received", "submitted", "done", "due")
_KEPT = ("unit_code", "status", "channel", "source", "level", "applicant")


def unit_counts(
    dossiers: Table, reports: pd.DataFrame, reference: Reference, rules: Sequence[Rule | None]
) -> pd.DataFrame:
    """``rule`` (its id, ``OWN`` for None), ``REPORT``, and every cell of ``CELLS``: dossiers.

    ``reports`` has ``REPORT``, the days as dates; a unit and period without dossiers has its row of 0. ``dossiers`` as
    in dossiers.parquet; a rule by the day of filing gives no rows where they do not have it.
    """
    wanted = reports[REPORT].drop_duplicates(ignore_index=True)
    told = [rule for rule in rules if not (rule and rule.received_by) or "submitted_at" in dossiers.columns]
    if wanted.empty or not told:
        return pd.DataFrame(columns=["rule", *REPORT, *CELLS])
    members = {rule and rule.id: _members(wanted, reference, rule) for rule in told}
    units = sorted(set().union(*(part["member"] for part in members.values())))
    days = computed_once(_days(dossiers.filter(dossiers.unit_code.isin(units))))
    found = [_counted(days, members[rule and rule.id], rule, wanted) for rule in told]
    return pd.concat(found, ignore_index=True)


def _counted(days: Table, members: pd.DataFrame, rule: Rule | None, wanted: pd.DataFrame) -> pd.DataFrame:
    rows = days.filter(_admitted(days, rule))
    day = rows.submitted if rule and rule.received_by else rows.received
    spans = ibis.memtable(members)
    joined = rows.mutate(day=day).join(spans, (rows.unit_code == spans.member) & (day <= spans.last))
    sums = {name: holds.sum().cast("int64") for name, holds in _cells(joined, rule).items()}
    counted = execute(joined.group_by("number").aggregate(**sums)).set_index("number")
    whole = counted.reindex(wanted.index, fill_value=0).astype("int64")
    return pd.concat([wanted, whole], axis=1).assign(rule=rule.id if rule else OWN)[["rule", *REPORT, *CELLS]]


def _days(dossiers: Table) -> Table:
    """What is asked of a dossier, moments as days; ``dated``: the day of its result is known."""
    submitted = dossiers.submitted_at if "submitted_at" in dossiers.columns else ibis.null("timestamp(6)")
    completed, received = dossiers.completed_at.date(), dossiers.received_at.date()
    ended = dossiers.status.fill_null("").isin(["resolved", "refused", "withdrawn"])
    moments = {
        "received": received,
        "submitted": submitted.date().fill_null(received),  # where exports do not tell it, the receipt is as near
        "done": completed.fill_null(ended.ifelse(received, ibis.null("date"))),
        "due": dossiers.due_at.date(),
    }
    return dossiers.select(*_KEPT, **moments, dated=completed.notnull())


def _admitted(days: Table, rule: Rule | None) -> BooleanValue:
    """Whether a dossier is counted at all."""
    left_out = [status for status in LEFT_OUT if not (rule and status in rule.counted)]
    tests = [days.status.fill_null("").notin(left_out)]
    if rule:
        tests += [~_is(days, name, values) for name, values in rule.without.items()]
        tests += [_is(days, name, values) for name, values in rule.only.items()]
    return reduce(and_, tests)


def _is(days: Table, name: str, values: Conditions | Any) -> BooleanValue:
    return days[name].isin(values).fill_null(False)


def _cells(rows: Table, rule: Rule | None) -> dict[str, BooleanValue]:
    """Which cell a dossier stands in, of those received by the period's ``last`` day."""
    new = rows.day >= rows.first
    carried = ~new & (rows.done.isnull() | (rows.done >= rows.first))
    hand = new | carried
    settled = hand & (rows.done <= rows.last).fill_null(False)
    taken_for_settled = hand & ~settled & rows.status.fill_null("").isin(list(rule.on_time if rule else ()))
    is_early = rows.done <= rows.due if rule and rule.due_day else rows.done < rows.due
    early = settled & rows.dated & is_early.fill_null(False)
    late = settled & rows.dated & (rows.done > rows.due).fill_null(False)
    on_time = (settled & ~early & ~late) | taken_for_settled
    waiting = hand & ~settled & ~taken_for_settled
    past_due = waiting & (rows.due < rows.last).fill_null(False)
    shown, apart, whole = _carried_over(new, carried, rule)
    channel = rows.channel.fill_null("counter")
    return {
        "received_total": whole,
        "received_new": shown,
        "received_online": shown & (channel == "online"),
        "received_offline": shown & (channel != "online"),
        "received_counter": shown & channel.notin(["online", "post"]),
        "received_post": shown & (channel == "post"),
        "carried_over": apart,
        "settled_total": settled | taken_for_settled,
        "settled_early": early,
        "settled_on_time": on_time,
        "settled_in_time": early | on_time,
        "settled_late": late,
        "open_total": waiting,
        "open_in_time": waiting & ~past_due,
        "open_late": past_due,
    }


def _carried_over(
    new: BooleanValue, carried: BooleanValue, rule: Rule | None
) -> tuple[BooleanValue, BooleanValue, BooleanValue]:
    """What stands among those received, what among those carried over, and what in the total of both."""
    nowhere = new & ~new
    if rule and rule.carried_over == "received":
        return new | carried, nowhere, new | carried
    if rule and rule.carried_over == "left_out":
        return new, nowhere, new
    return new, carried, new | carried


def _members(wanted: pd.DataFrame, reference: Reference, rule: Rule | None) -> pd.DataFrame:
    """``number`` of each report, the ``member`` units whose dossiers it holds (of ``ALL`` every one), ``first`` and
    ``last`` day counted.
    """
    spans = [_span(first, last, rule) for first, last in wanted[REPORT[1:]].itertuples(index=False)]
    own = wanted[["unit_code"]].assign(number=wanted.index).join(pd.DataFrame(spans, columns=["first", "last"]))
    of_district = own["unit_code"].isin(reference.units.loc[reference.units["tier"] == "district", "unit_code"])
    area = "AREA:" + own["unit_code"]  # a district with its communes
    own["group_code"] = area.where(of_district, own["unit_code"]) if rule and rule.communes else own["unit_code"]
    members = own.drop(columns="unit_code").merge(group_members(reference), on="group_code")
    return members.rename(columns={"unit_code": "member"})[["number", "member", "first", "last"]]


def _span(first: date, last: date, rule: Rule | None) -> tuple[date, date]:
    """The days of a period; with ``first_day`` from that day of the month before to the day before it."""
    if not (rule and rule.first_day):
        return first, last
    before = first.replace(day=1) - timedelta(days=1)
    begins = before.replace(day=min(rule.first_day, monthrange(before.year, before.month)[1]))
    return begins, last.replace(day=rule.first_day - 1)
