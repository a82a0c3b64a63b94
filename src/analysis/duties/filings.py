"""Online dossiers with what their filing shows, one row each: what ``substance`` counts and nothing else sees.

Nobody is accused here: each mark has honest causes too, such as a clerk who files for those who come without a device,
which GOV.UK's service manual calls assisted digital and counts as online.
"""

from datetime import date

import ibis
import pandas as pd
from ibis.expr.types import BooleanValue, IntegerValue, Table, TimestampValue

from analysis.measures.expressions import arising, month_of
from analysis.reference.availability import Office
from analysis.reference.decision import Decision
from analysis.reference.substance import SubstanceRules
from analysis.storage.backends import execute

RUSHED, BURST, SEQUENCE = "rushed", "burst", "sequence"
BLOCK = ["unit_code", "month", "day", "hour", "block"]


def with_filings(dossiers: Table, filings: Table) -> Table:
    """Dossiers with what ``filings.parquet`` tells of each; null where that is nothing."""
    joined = dossiers.left_join(filings, "dossier_key")
    return joined.drop("dossier_key_right")


def filed_online(dossiers: Table, rules: SubstanceRules, office: Office, decision: Decision, as_of: date) -> Table:
    """The online dossiers that arose to date; ``dossiers`` of ``with_filings``.

    ``month`` is that of receipt, as in attainment.csv. ``timed``: filed at a known time of day; then ``day``, ``hour``
    and ``block`` say when, ``outside`` whether offices were shut, ``numbered`` that the code before is known too and
    ``sequence`` that it was filed just before or after. ``clocked``: times of filing, receipt and result are known;
    ``rushed`` that they followed each other closely. ``last_days``: received at the end of its month.
    """
    found = arising(dossiers, decision.valid_from, min(as_of, decision.valid_to))
    found = found.filter((found.channel == "online").fill_null(False))
    submitted, received, completed = found.submitted_at, found.received_at, found.completed_at
    timed = is_timed(submitted)
    clocked = timed & is_timed(received) & is_timed(completed) & (completed.date() <= ibis.literal(as_of))
    accepting, completing = _seconds(submitted, received), _seconds(received, completed)
    within = accepting.between(0, 60 * rules.rushed.accept_within)
    within &= completing.between(0, 60 * rules.rushed.complete_within)
    clocked = clocked.fill_null(False)
    return found.mutate(
        month=_month(received),
        timed=timed,
        clocked=clocked,
        rushed=clocked & within.fill_null(False),
        outside=timed & ~_is_open(submitted, office).fill_null(True),
        sequence=timed & (found.code_gap <= rules.sequence.seconds).fill_null(False),
        last_days=_days_left(received) < rules.last_days.days,
        day=submitted.date(),
        hour=submitted.hour(),
        block=(submitted.minute() // rules.burst.minutes).cast("int64"),
    )


def by_month(online: Table) -> pd.DataFrame:
    """unit_code, month: ``online`` dossiers and those with each mark; ``online`` of ``filed_online``."""
    marks = ("timed", "clocked", RUSHED, "outside", SEQUENCE, "last_days")
    sums = {name: online[name].sum() for name in marks}
    found = execute(online.group_by("unit_code", "month").aggregate(online=online.count(), **sums))
    keys = ["unit_code", "month"]
    return found.astype(dict.fromkeys(("online", *marks), "int64")).sort_values(keys, ignore_index=True)


def blocks(online: Table) -> pd.DataFrame:
    """``BLOCK``: how many online dossiers were filed in each stretch of some minutes in which any was."""
    timed = online.filter(online.timed)
    found = execute(timed.group_by(BLOCK).aggregate(dossiers=timed.count()))
    return found.astype({"dossiers": "int64"}).sort_values(BLOCK, ignore_index=True)


def by_procedure(online: Table) -> pd.DataFrame:
    """unit_code, procedure_code: online ``dossiers`` and the ``last`` month in which one came."""
    found = online.group_by("unit_code", "procedure_code").aggregate(dossiers=online.count(), last=online.month.max())
    return execute(found).sort_values(["unit_code", "procedure_code"], ignore_index=True)


def every_channel(dossiers: Table, decision: Decision, as_of: date) -> pd.DataFrame:
    """unit_code, month: the ``dossiers`` of all channels that arose."""
    found = arising(dossiers, decision.valid_from, min(as_of, decision.valid_to))
    found = found.mutate(month=_month(found.received_at))
    return execute(found.group_by("unit_code", "month").aggregate(dossiers=found.count()))


def is_timed(moment: TimestampValue) -> BooleanValue:
    """Whether a time of day is told: midnight to the second is a day alone."""
    return (moment != moment.truncate("D")).fill_null(False)


def _month(moment: TimestampValue) -> IntegerValue:
    return month_of(moment).cast("int64")


def _seconds(first: TimestampValue, then: TimestampValue) -> IntegerValue:
    return then.epoch_seconds() - first.epoch_seconds()


def _days_left(moment: TimestampValue) -> IntegerValue:
    """Days of the month after this one."""
    after = moment.truncate("M") + ibis.interval(months=1)
    return after.date().delta(moment.date(), unit="day") - 1


def _is_open(moment: TimestampValue, office: Office) -> BooleanValue:
    weekday = moment.day_of_week.index().isin([day - 1 for day in office.weekdays])
    works = weekday & moment.hour().isin(office.hours)
    return works & moment.date().notin(list(office.days_off)) if office.days_off else works
