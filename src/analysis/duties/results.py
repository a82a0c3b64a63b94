"""In how many calendar days dossiers have their result; those still open count for as long as they have waited."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

import ibis
import numpy as np
import pandas as pd
from ibis import _
from ibis.expr.types import Table

from analysis.measures.expressions import resolved
from analysis.statistics.waiting import days_within
from analysis.storage.backends import execute

Summary = TypeVar("Summary")
LEAST_PROMISED = 20  # dossiers: of fewer, nothing is said that somebody could rely on
HALF, NINE_OF_TEN = 0.5, 0.9
KNOWN = Fraction(9, 10)  # of the dossiers that must tell what is asked of them


@dataclass(frozen=True)
class Course:
    """Whole days within which ``half`` and ``nine_of_ten`` have their result: None where so many never had one, or
    nothing is ``told``: of too few dossiers. ``known`` are behind it, open ones too; ``undated`` have a result of no
    known day, and tell nothing.
    """

    known: int
    undated: int
    told: bool
    half: int | None = None
    nine_of_ten: int | None = None


def days_to_result(arose: Table, as_of: date, *by: str) -> pd.DataFrame:
    """``by``, ``days`` and whether ``done`` then, as was known on the as-of day: dossiers. ``days`` are those that an
    open one has waited; NaN where the day of the result is nowhere.
    """
    completed, received = arose.completed_at.date(), arose.received_at.date()
    undated = arose.completed_at.isnull() & resolved(arose, as_of)
    done = undated | (completed <= as_of).fill_null(False)
    waited = done.ifelse(completed, as_of).delta(received, unit="day")
    rows = arose.mutate(done=done, days=undated.ifelse(ibis.null("int64"), waited.cast("int64")))
    found = execute(rows.group_by(*by, "days", "done").aggregate(dossiers=_.count()))
    return found.sort_values([*by, "days", "done"], ignore_index=True)


def course(rows: pd.DataFrame) -> Course:
    """What ``rows`` of ``days_to_result`` say together."""
    dated = rows[rows["days"].notna()]
    known = int(dated["dossiers"].sum())
    undated = int(rows["dossiers"].sum()) - known
    # Where many are done on a day that nobody wrote down, the others do not tell how it is.
    if known < LEAST_PROMISED or Fraction(known, known + undated) < KNOWN:
        return Course(known, undated, told=False)
    half, nine = days_within((HALF, NINE_OF_TEN), dated["days"], dated["done"], dated["dossiers"])
    return Course(known, undated, True, half, nine)


def courses(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """``by``, ``results`` (known), ``results_undated``, ``half_within`` and ``nine_of_ten_within``, blank where nothing
    is told; ``rows`` of ``days_to_result``.
    """
    undated = rows["dossiers"].where(rows["days"].isna(), 0)
    sums = rows.assign(results=rows["dossiers"] - undated, results_undated=undated)
    found = sums.groupby(by, as_index=False)[["results", "results_undated"]].sum()
    told = [(*key, one.half, one.nine_of_ten) for key, one in _each(rows, by, found, "results", course)]
    return _beside(found, told, by, ["half_within", "nine_of_ten_within"])


def promised_days(arose: Table, *by: str) -> pd.DataFrame:
    """``by`` and ``days`` from receipt to the due day: dossiers that have one."""
    due = arose.filter(arose.due_at.notnull())
    rows = due.mutate(days=due.due_at.date().delta(due.received_at.date(), unit="day"))
    found = execute(rows.group_by(*by, "days").aggregate(dossiers=_.count()))
    return found.sort_values([*by, "days"], ignore_index=True)


def promises(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """``by``, dossiers ``with_promise``, and ``promised_half``: the days that half of them were promised at most, blank
    under ``LEAST_PROMISED``; ``rows`` of ``promised_days``.
    """
    found = rows.groupby(by, as_index=False)["dossiers"].sum().rename(columns={"dossiers": "with_promise"})
    halves = _each(rows, by, found, "with_promise", lambda own: middle(own["days"], own["dossiers"]))
    return _beside(found, [(*key, half) for key, half in halves], by, ["promised_half"])


def middle(days: Iterable[int], dossiers: Iterable[int]) -> int | None:
    """The fewest whole days that half of the dossiers have at most; None of none."""
    values, weights = np.asarray(days), np.asarray(dossiers)
    if not weights.sum():
        return None
    return int(np.quantile(values, HALF, weights=weights, method="inverted_cdf"))


def _each(
    rows: pd.DataFrame, by: list[str], found: pd.DataFrame, known: str, summary: Callable[[pd.DataFrame], Summary]
) -> Iterator[tuple[tuple[str, ...], Summary]]:
    """Each ``by`` of which enough is ``known``, with its summary; the others, which are most, are not looked at."""
    enough = found.loc[found[known] >= LEAST_PROMISED, by]
    for key, own in rows.merge(enough, on=by).groupby(by):
        yield key, summary(own)


def _beside(found: pd.DataFrame, told: list[tuple[Any, ...]], by: list[str], names: list[str]) -> pd.DataFrame:
    """``found`` with what is ``told`` of some of it, blank else; whole numbers."""
    further = pd.DataFrame(told, columns=[*by, *names]).astype(dict.fromkeys(by, "str") | dict.fromkeys(names, "Int64"))
    return found.merge(further, "left", by)


def tellable(procedures: pd.DataFrame) -> pd.DataFrame:
    """unit_code and procedure_key of what may be told to have ``LEAST_PROMISED`` dossiers or more; ``procedures`` as in
    procedures.csv.
    """
    return procedures.loc[procedures["told"].fillna(0) >= LEAST_PROMISED, ["unit_code", "procedure_key"]]
