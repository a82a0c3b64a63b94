"""The measures (contract §5), each once, as Ibis expressions over the finest cells they need.

Dossiers are counted once by unit and month, procedures once by the months in which they were hit; every window and
group is a sum or a distinct count over these, so the same expressions serve a sample on DuckDB and a nation on Spark.

Windows, groups and cells share months as numbers: ``12 * year + month - 1``. In which of its months a
procedure was hit is one integer, a bit for each, so that a window asks for it without a row per month.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import and_, or_

import ibis
import pandas as pd
from ibis.expr.types import BooleanValue, IntegerValue, Table, TimestampValue, Value

from analysis.reference.decision import DIGITISED, ON_TIME, Conditions, Decision, Reading, Target

WINDOWS = ("month", "quarter", "to_date")
# What is told of a dossier beside the columns of dossiers.parquet, with the types.
HANDLED = {"payment": "string", DIGITISED: "boolean"}
WEIGHT = "dossiers"  # a column, where there is one, with how many dossiers a row stands for; else each is one
MOST_MONTHS = 60  # a decision's longest period, with the rest of its first quarter: months are bits of one integer


@dataclass(frozen=True)
class Count:
    """One target under one reading: what is counted for one column of figures; of the units ``without`` the columns
    that it needs nothing is.
    """

    target: Target
    reading: Reading
    without: tuple[str, ...] = ()


@ibis.udf.agg.builtin(signature=(("int64",), "int64"))  # type: ignore[untyped-decorator]  # Ibis ships no types
def bit_or(bits: int) -> int:  # type: ignore[empty-body]  # the engine has it
    """The union of sets of months. By its name in SQL: Ibis has no translation of its own ``bit_or`` for Spark."""


def month_number(day: date) -> int:
    """Months as consecutive numbers, so that a window is a range."""
    return 12 * day.year + day.month - 1


def month_of(moment: TimestampValue) -> IntegerValue:
    """``month_number`` of a column."""
    return 12 * moment.year() + moment.month() - 1


def windows(decision: Decision, as_of: date) -> pd.DataFrame:
    """The windows of each month from the decision's first to that of ``as_of``.

    Columns: window, month (number), first (number of the window's first month), last_day, bits (its
    months). A window ends with its month, with ``as_of`` or with the decision's period, whichever
    comes first.
    """
    rows = []
    start = month_number(decision.valid_from)
    for month in range(start, month_number(min(as_of, decision.valid_to)) + 1):
        year, index = divmod(month, 12)
        last_day = min(date(year, index + 1, monthrange(year, index + 1)[1]), as_of, decision.valid_to)
        firsts = {"month": month, "quarter": month - index % 3, "to_date": start}
        rows += [
            (window, month, firsts[window], last_day, month_bits(range(firsts[window], month + 1)))
            for window in WINDOWS
        ]
    return pd.DataFrame(rows, columns=["window", "month", "first", "last_day", "bits"])


def month_bits(months: Iterable[int]) -> int:
    """Months as bits of one integer, each at its number modulo ``MOST_MONTHS``."""
    return reduce(or_, (1 << (month % MOST_MONTHS) for month in months), 0)


def arisen(dossiers: Table, decision: Decision, as_of: date, years_before: int = 0) -> Table:
    """Dossiers that arise (phát sinh) from the quarter in which the decision begins, or so many years before it, with
    what the measures ask for: ``month`` (number), ``agency`` and ``resolved``, and what ``asked`` says of the decision.

    What happened after ``as_of`` is not known: later receipts do not exist, later results are open.
    """
    return _measured(arising(dossiers, *_span(decision, as_of, years_before)), "received_at", decision, as_of)


def fallen_due(dossiers: Table, decision: Decision, as_of: date) -> Table:
    """As ``arisen``, of the dossiers due in those days, whenever they were received: the month is that of the due
    day.
    """
    known = arising(dossiers, date.min, as_of)
    return _measured(between(known, "due_at", *_span(decision, as_of)), "due_at", decision, as_of)


def asked(decision: Decision) -> list[str]:
    """What readings of the decision ask for and others do not: ``on_time``, and those of ``HANDLED``."""
    return [name for name in (ON_TIME, *HANDLED) if any(reading.asks(name) for reading in decision.readings)]


def number_of(dossiers: Table, where: BooleanValue | None = None) -> IntegerValue:
    """How many dossiers the rows stand for, or those ``where`` it holds."""
    if WEIGHT in dossiers.columns:
        return dossiers[WEIGHT].sum(where=where).fill_null(0)  # as a count of none is
    return dossiers.count(where=where)


def arising(dossiers: Table, first: date, last: date) -> Table:
    """The dossiers that arise from ``first`` to ``last``: received on one of these days, neither withdrawn nor refused
    entry.
    """
    received = between(dossiers, "received_at", first, last)
    return received.filter(received.status.fill_null("").notin(["withdrawn", "not_accepted"]))


def between(dossiers: Table, event: str, first: date, last: date) -> Table:
    """The dossiers whose ``event`` (a moment) lies on one of the days from ``first`` to ``last``."""
    # Moments are compared, not their days: row groups of other days are passed over unread.
    midnight = datetime.combine(last + timedelta(days=1), time())
    return dossiers.filter(
        dossiers[event] >= ibis.literal(datetime.combine(first, time())),
        dossiers[event] < ibis.literal(midnight),
    )


def resolved(dossiers: Table, as_of: date) -> BooleanValue:
    """Whether a dossier had its result by ``as_of``; one without the day of its result by its status."""
    completed = dossiers.completed_at
    by_status = dossiers.status.fill_null("").isin(["resolved", "refused"])
    return completed.isnull().ifelse(by_status, completed.date() <= ibis.literal(as_of))


def on_time(dossiers: Table, as_of: date) -> BooleanValue:
    """Whether a dossier had its result by its due day; not, too, where it is open on ``as_of`` and that day is past.

    Null where that is not known: no due day, or open and not yet past it. To finish on the due day is on time, whatever
    the clock says. What is resolved by its status alone counts as on time: nothing shows that it was late.
    """
    due = dossiers.due_at.date()
    late = dossiers.completed_at.date() > due
    decided = resolved(dossiers, as_of) | (due < ibis.literal(as_of))
    punctual = resolved(dossiers, as_of) & ~late.fill_null(False)
    return (due.notnull() & decided.fill_null(False)).ifelse(punctual, ibis.null("boolean"))


def dossier_counts(arisen: Table, counts: list[Count]) -> Table:
    """Numerators ``n0, n1, …`` and denominators ``d0, d1, …`` of ``counts`` per unit_code and month, of dossiers that
    arise.

    For the measures that count dossiers. A group's are the sums of its units', a window's those of its months.
    """
    return arisen.group_by("unit_code", "month").aggregate(
        **{name: number_of(arisen, admitted) for name, admitted in _conditions(arisen, counts).items()}
    )


def procedure_hits(arisen: Table, keys: Table, readings: list[Reading]) -> Table:
    """Per unit_code and procedure_key: the months in which dossiers made it count by each different numerator of
    ``readings``, ``hit0``, ``hit1``, …, and those with any dossier, ``active``, as bits.

    For ``procedures_online``. ``keys`` holds (procedure_code, procedure_key) of the catalogue.
    """
    rows = arisen.mutate(bit=_bit(arisen.month))
    hits = {
        f"hit{number}": bit_or(rows.bit, where=_admits(rows, numerator))
        for number, numerator in enumerate(_numerators(readings))
    }
    by_code = rows.group_by("unit_code", "procedure_code").aggregate(**hits, active=bit_or(rows.bit))
    return _united(by_code.join(keys, "procedure_code"), ["unit_code", "procedure_key"], [*hits, "active"])


def procedure_counts(hits: Table, windows: Table, groups: Table, offers: Table, readings: list[Reading]) -> Table:
    """Per group_code, window, month and levels: procedures that the catalogue gives and those with dossiers.

    For ``procedures_online``. ``hits`` as ``procedure_hits`` gives them; ``offers`` holds (unit_code, procedure_key,
    levels, months): the months on whose last day the catalogue gives it at one of a set of levels, as bits; the set is
    told by its number. Columns ``n0, d0, …`` follow
    ``readings``; a group counts a procedure once, and ``pairs`` are its members' sums.
    """
    numerators = _numerators(readings)
    names = [f"hit{number}" for number in range(len(numerators))] + ["active"]
    present = _united(hits.join(groups, "unit_code"), ["group_code", "procedure_key"], names)
    given = _united(offers.join(groups, "unit_code"), ["group_code", "procedure_key", "levels"], ["months"])
    joined = given.left_join(present, ["group_code", "procedure_key"])
    # Procedures that were hit in the same months count alike: together they meet each window once.
    alike = joined.mutate(**{name: joined[name].fill_null(0) for name in names})
    alike = alike.group_by("group_code", "levels", "months", *names).aggregate(procedures=ibis._.count())
    spans = windows.select("window", "bits", window_month="month")
    seen = alike.join(spans, (alike.months & _bit(spans.window_month)) != 0)
    sums = {}
    for number, reading in enumerate(readings):
        base = _in_window(seen, "active") if reading.denominator == "active" else seen.levels.notnull()
        hit = _in_window(seen, f"hit{numerators.index(reading.numerator)}")
        sums[f"n{number}"] = seen.procedures.sum(where=hit & base)
        sums[f"d{number}"] = seen.procedures.sum(where=base)
    keys = ["group_code", "window", "window_month", "levels"]
    counted = seen.group_by(keys).aggregate(**sums)
    pairs = [f"{part}{number}" for number, reading in enumerate(readings) if reading.count == "pairs" for part in "nd"]
    return _with_pairs(counted, groups, keys, pairs) if pairs else counted


def procedure_months(arisen: Table, counts: list[Count], reading: Reading) -> Table:
    """Per unit_code, procedure_key and month: ``n0, d0, …`` of ``counts``, then ``hits`` and ``dossiers``, of dossiers
    that arise, each with its procedure_key.

    What every finer analysis starts from. ``counts`` are of dossiers; ``reading`` is one of
    ``procedures_online``: ``hits`` are the dossiers that its numerator admits, ``dossiers`` all,
    at whatever level.
    """
    sums = {name: number_of(arisen, admitted) for name, admitted in _conditions(arisen, counts).items()}
    sums["hits"] = number_of(arisen, _admits(arisen, reading.numerator))
    sums["dossiers"] = number_of(arisen)
    return arisen.group_by("unit_code", "procedure_key", "month").aggregate(**sums)


def behind(dossiers: Table, count: Count, as_of: date) -> tuple[Table, Table]:
    """(numerator, denominator): the dossiers that a count of dossiers counts, of ``dossiers`` that arise.

    For the measures that count dossiers; the same conditions as the sums have.
    """
    rows = dossiers.mutate(
        agency=dossiers.applicant.fill_null("") == "agency",
        resolved=resolved(dossiers, as_of),
        **({ON_TIME: on_time(dossiers, as_of)} if count.reading.asks(ON_TIME) else {}),
    )
    whole = rows.filter(_admits(rows, count.reading.denominator) & _in_scope(rows, count))
    return whole.filter(_admits(whole, count.reading.numerator)), whole


def hits(dossiers: Table, reading: Reading) -> Table:
    """The dossiers that make procedures count under a reading of ``procedures_online``, of those that arise."""
    return dossiers.filter(_admits(dossiers, reading.numerator))


def _span(decision: Decision, as_of: date, years_before: int = 0) -> tuple[date, date]:
    """The days that windows look at: from the first quarter's first on."""
    first = date(decision.valid_from.year - years_before, 3 * ((decision.valid_from.month - 1) // 3) + 1, 1)
    return first, min(as_of, decision.valid_to)


def _measured(dossiers: Table, event: str, decision: Decision, as_of: date) -> Table:
    """With what the measures ask for; ``month`` is that of the ``event``."""
    further = {
        name: on_time(dossiers, as_of) if name == ON_TIME else _handled(dossiers, name) for name in asked(decision)
    }
    return dossiers.mutate(
        month=month_of(dossiers[event]),
        agency=dossiers.applicant.fill_null("") == "agency",
        resolved=resolved(dossiers, as_of),
        **further,
    )


def _handled(dossiers: Table, name: str) -> Value:
    """What is told of it; null for dossiers of which nothing is."""
    return dossiers[name] if name in dossiers.columns else ibis.null(HANDLED[name])


def _with_pairs(counted: Table, groups: Table, keys: list[str], pairs: list[str]) -> Table:
    """Replace the ``pairs`` columns of each group by the sums over its member units."""
    members = counted.rename(unit_code="group_code").join(groups, "unit_code")
    summed = _summed(members, keys, pairs)
    return counted.drop(*pairs).join(summed, keys)


def _conditions(cells: Table, counts: list[Count]) -> dict[str, BooleanValue]:
    """What numerator ``n…`` and denominator ``d…`` of each count ask of dossiers, or of cells of them."""
    asked = {}
    for number, count in enumerate(counts):
        denominator = _admits(cells, count.reading.denominator) & _in_scope(cells, count)
        asked[f"n{number}"] = _admits(cells, count.reading.numerator) & denominator
        asked[f"d{number}"] = denominator
    return asked


def _admits(cells: Table, conditions: Conditions | str) -> BooleanValue:
    """Whether a cell meets every condition; an unknown value meets none."""
    given = [] if isinstance(conditions, str) else conditions.items()
    tests = [cells[name].isin(values).fill_null(False) for name, values in given]
    return reduce(and_, tests, ibis.literal(True))


def _in_scope(cells: Table, count: Count) -> BooleanValue:
    levels = count.target.admitted
    tests = [] if levels is None else [cells.level.isin(levels).fill_null(False)]
    tests += [cells.agency] if count.target.scope == "agency" else []
    tests += [cells.unit_code.notin(count.without)] if count.without else []
    return reduce(and_, tests, ibis.literal(True))


def _numerators(readings: list[Reading]) -> list[Conditions]:
    """What makes a procedure count, each once: readings that differ in their base alone share it."""
    every = [reading.numerator for reading in readings]
    return [one for place, one in enumerate(every) if one not in every[:place]]


def _in_window(seen: Table, hits: str) -> BooleanValue:
    """Whether a month in which procedures were hit lies in the window."""
    return (seen[hits] & seen.bits) != 0


def _bit(month: IntegerValue) -> IntegerValue:
    return ibis.literal(1, "int64") << (month % MOST_MONTHS)


def _united(table: Table, keys: list[str], columns: list[str]) -> Table:
    """Sets of months united by ``keys``."""
    return table.group_by(keys).aggregate(**{column: bit_or(table[column]) for column in columns})


def _summed(table: Table, keys: list[str], columns: list[str]) -> Table:
    return table.group_by(keys).aggregate(**{column: table[column].sum() for column in columns})
