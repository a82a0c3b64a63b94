"""The edges of time in the measures: the first and last moment that count, and the ones beside them."""

from datetime import date, datetime

import ibis
import pandas as pd

from analysis.measures.expressions import arising, resolved
from analysis.storage.backends import execute

DAY = date(2020, 7, 31)


def test_a_result_on_the_as_of_day_is_known_and_one_of_the_next_day_is_not() -> None:
    moments = [datetime(2020, 7, 30, 9), datetime(2020, 7, 31), datetime(2020, 7, 31, 23, 59, 59), datetime(2020, 8, 1)]
    dossiers = ibis.memtable(pd.DataFrame({"completed_at": moments, "status": "processing"}))
    known = execute(dossiers.mutate(known=resolved(dossiers, DAY))).sort_values("completed_at")
    assert list(known["known"]) == [True, True, True, False]


def test_a_dossier_arises_from_the_first_moment_of_the_first_day_to_the_last_of_the_last() -> None:
    inside = [datetime(2020, 7, 1), datetime(2020, 7, 31, 23, 59, 59)]
    outside = [datetime(2020, 6, 30, 23, 59, 59), datetime(2020, 8, 1)]
    dossiers = ibis.memtable(pd.DataFrame({"received_at": [*inside, *outside], "status": "processing"}))
    found = execute(arising(dossiers, date(2020, 7, 1), DAY))
    assert sorted(found["received_at"]) == inside


def test_what_was_withdrawn_or_never_accepted_does_not_arise() -> None:
    statuses = ["not_accepted", "processing", "supplement", "resolved", "refused", "withdrawn", None]
    dossiers = ibis.memtable(pd.DataFrame({"received_at": datetime(2020, 7, 2), "status": statuses}))
    found = execute(arising(dossiers, date(2020, 7, 1), DAY))
    assert set(found["status"].dropna()) == {"processing", "supplement", "resolved", "refused"}
    assert found["status"].isna().sum() == 1
