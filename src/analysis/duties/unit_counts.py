"""A unit's dossiers by the cells of its own reports (``unit-reports.toml``), counted as the province does or otherwise.

The own way: dossiers that were received and neither withdrawn nor refused entry. In hand in a period is what was
received in it or before it without a result; settled what has its result in the period, open the rest. A result without
a day is taken to be of the day of receipt and on time, and so is one without a due day; "early" is before the due day.
A rule of ``explanations.toml`` changes one thing of it; whatever rule, cells are told by the same conditions.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
from ibis.expr.types import Table

from analysis.reference.explanations import Rule
from analysis.reference.groups import group_members
from analysis.reference.tables import Reference
from analysis.reference.unit_reports import CELLS
from analysis.storage.backends import execute

OWN = ""  # the way in which the province counts
LEFT_OUT = ("withdrawn", "not_accepted")
REPORT = ["unit_code", "period_start", "period_end"]
_ASKED = ("status", "channel", "source", "level", "applicant")
_MARKS = ("new", "settled", "before", "on", "after", "past_due")


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
    bases = list(dict.fromkeys(map(_basis, told)))
    groups = group_members(reference)
    spans = [_spans(wanted, reference, groups, basis).assign(basis=place) for place, basis in enumerate(bases)]
    # The engine compares days, once for all rules; what they ask beside that is asked of a few kinds of dossiers.
    kinds = execute(_in_hand(_days(dossiers), pd.concat(spans, ignore_index=True)))
    found = [_counted(kinds[kinds["basis"] == bases.index(_basis(rule))], rule, wanted) for rule in told]
    return pd.concat(found, ignore_index=True)


def _counted(kinds: pd.DataFrame, rule: Rule | None, wanted: pd.DataFrame) -> pd.DataFrame:
    rows = kinds[_admitted(kinds, rule)]
    number, dossiers = rows["number"].to_numpy(np.int64), rows["dossiers"].to_numpy(np.int64)
    stands = {name: dossiers * there.to_numpy(bool) for name, there in _cells(rows, rule).items()}
    whole = {name: np.bincount(number, own, len(wanted)).astype(np.int64) for name, own in stands.items()}
    return wanted.assign(rule=rule.id if rule else OWN, **whole)[["rule", *REPORT, *CELLS]]


def _in_hand(days: Table, spans: pd.DataFrame) -> Table:
    """How many ``dossiers`` each report has in hand, by all that a rule may ask of them: ``new`` in the period or
    carried over, ``settled`` in it, with the day of the result ``before``, ``on`` or ``after`` the due day, or
    ``past_due`` at its end.
    """
    periods = ibis.memtable(spans)
    joined = days.join(periods, days.unit_code == periods.member)
    joined = joined.mutate(day=joined.by_filing.ifelse(joined.submitted, joined.received))
    new, done, due, last = joined.day >= joined.first, joined.done, joined.due, joined["last"]
    asked = joined.filter((joined.day <= last) & (new | done.isnull() | (done >= joined.first))).mutate(
        new=new,
        settled=(done <= last).fill_null(False),
        before=joined.dated & (done < due).fill_null(False),
        on=joined.dated & (done == due).fill_null(False),
        after=joined.dated & (done > due).fill_null(False),
        past_due=(due < last).fill_null(False),
    )
    return asked.group_by("basis", "number", *_ASKED, *_MARKS).aggregate(dossiers=asked.count())


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
    return dossiers.select("unit_code", *_ASKED, **moments, dated=completed.notnull())


def _admitted(kinds: pd.DataFrame, rule: Rule | None) -> pd.Series:
    """Whether dossiers are counted at all."""
    left_out = [status for status in LEFT_OUT if not (rule and status in rule.counted)]
    admitted = ~kinds["status"].isin(left_out)
    for name, values in (rule.without if rule else {}).items():
        admitted &= ~kinds[name].isin(values)
    for name, values in (rule.only if rule else {}).items():
        admitted &= kinds[name].isin(values)
    return admitted


def _cells(kinds: pd.DataFrame, rule: Rule | None) -> dict[str, pd.Series]:
    """In which cells dossiers stand."""
    new, settled = kinds["new"], kinds["settled"]
    taken_for_settled = ~settled & kinds["status"].isin(rule.on_time if rule else ())
    is_early = kinds["before"] | kinds["on"] if rule and rule.due_day else kinds["before"]
    early, late = settled & is_early, settled & kinds["after"]
    on_time = (settled & ~early & ~late) | taken_for_settled
    waiting = ~settled & ~taken_for_settled
    shown, apart = _carried_over(new, rule)
    channel = kinds["channel"].fillna("counter")
    return {
        "received_total": shown | apart,
        "received_new": shown,
        "received_online": shown & (channel == "online"),
        "received_offline": shown & (channel != "online"),
        "received_counter": shown & ~channel.isin(["online", "post"]),
        "received_post": shown & (channel == "post"),
        "carried_over": apart,
        "settled_total": settled | taken_for_settled,
        "settled_early": early,
        "settled_on_time": on_time,
        "settled_in_time": early | on_time,
        "settled_late": late,
        "open_total": waiting,
        "open_in_time": waiting & ~kinds["past_due"],
        "open_late": waiting & kinds["past_due"],
    }


def _carried_over(new: pd.Series, rule: Rule | None) -> tuple[pd.Series, pd.Series]:
    """What stands among those received, what among those carried over."""
    if rule and rule.carried_over == "received":
        return new | ~new, new & ~new
    if rule and rule.carried_over == "left_out":
        return new, new & ~new
    return new, ~new


def _basis(rule: Rule | None) -> tuple[bool, int, bool]:
    """What a rule says of days and units: whether the day of filing counts, on which the period begins, communes."""
    return (bool(rule.received_by), rule.first_day or 0, rule.communes) if rule else (False, 0, False)


def _spans(
    wanted: pd.DataFrame, reference: Reference, groups: pd.DataFrame, basis: tuple[bool, int, bool]
) -> pd.DataFrame:
    """``number`` of each report, the ``member`` units whose dossiers it holds (of ``ALL`` every one), ``first`` and
    ``last`` day counted, and whether ``by_filing``; ``groups`` as ``group_members`` has them.
    """
    by_filing, first_day, communes = basis
    spans = [_span(first, last, first_day) for first, last in wanted[REPORT[1:]].itertuples(index=False)]
    own = wanted[["unit_code"]].assign(number=wanted.index).join(pd.DataFrame(spans, columns=["first", "last"]))
    of_district = own["unit_code"].isin(reference.units.loc[reference.units["tier"] == "district", "unit_code"])
    area = "AREA:" + own["unit_code"]  # a district with its communes
    own["group_code"] = area.where(of_district, own["unit_code"]) if communes else own["unit_code"]
    members = own.drop(columns="unit_code").merge(groups, on="group_code").assign(by_filing=by_filing)
    return members.rename(columns={"unit_code": "member"})[["number", "member", "first", "last", "by_filing"]]


def _span(first: date, last: date, first_day: int) -> tuple[date, date]:
    """The days of a period; with ``first_day`` from that day of the month before to the day before it."""
    if not first_day:
        return first, last
    before = first.replace(day=1) - timedelta(days=1)
    begins = before.replace(day=min(first_day, monthrange(before.year, before.month)[1]))
    return begins, last.replace(day=first_day - 1)
