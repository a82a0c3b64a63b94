"""Trends: which months are judged, on what axis, and what a rising, a falling and a steady unit are told."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from support.folders import write_reference
from support.worked_example import CATALOGUE, P3, UNITS

from analysis.measures.attainment import attain
from analysis.measures.history import History, history
from analysis.outlook.trends import TRENDS_COLUMNS, settled_months, trends
from analysis.reference.tables import Reference, load_reference
from analysis.statistics.control import (
    COMMON_CAUSE,
    HIT_OR_MISS,
    IMPROVING,
    MEETS,
    MISSES,
    NOT_COMPARABLE,
    PAST,
    TOO_FEW,
    WORSENING,
)

DECISION, L3, L3_PROCEDURES = "766-qd-ubnd-2020", "l3-dossiers", "l3-procedures"
UNIT, SISTER = UNITS[1], {**UNITS[1], "unit_code": "H45.23", "unit_name": "Huyện Tuy An"}
YEAR_END = date(2020, 12, 31)
JANUARY = 12 * 2020
MONTHS = [f"2020-{month:02d}" for month in range(1, 13)]
NONE = (0, 0, 0)

Months = Sequence[tuple[int, int, int]]  # resolved online, filed online, arising; from January
Judge = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = tmp_path_factory.mktemp("trends") / "reference"
    return load_reference(write_reference(folder, [*UNITS, SISTER], CATALOGUE))


class _Made:
    """What two districts and a department counted under one target, month by month, as the analysis before gives it."""

    def __init__(
        self, reference: Reference, as_of: date, unit: Months, sister: Months = (), department: Months = ()
    ) -> None:
        self._reference, self._as_of = reference, as_of
        codes = (UNIT["unit_code"], SISTER["unit_code"], UNITS[0]["unit_code"])
        self._counted = dict(zip(codes, (unit, sister, department), strict=True))

    @cached_property
    def history(self) -> History:
        whole = self._reference.decision(DECISION)
        target = next(target for target in whole.targets if target.id == L3)
        lines = [
            (code, "1.000003", JANUARY + number, *counts)
            for code, months in self._counted.items()
            for number, counts in enumerate(months)
        ]
        parts = [f"{L3}:{part}" for part in ("resolved", "filed", "arising")]
        table = pd.DataFrame(lines, columns=["unit_code", "procedure_key", "month", *parts])
        decision = whole.model_copy(update={"targets": (target,)})
        return History(table.assign(hits=0, dossiers=table[parts[2]]), self._reference, decision, self._as_of)

    @cached_property
    def attainment(self) -> pd.DataFrame:
        (target,) = self.history.decision.targets
        counts, names = self.history.counts(target), self.history.names
        months = MONTHS[: len(self.history.months)]
        keys = names.merge(pd.DataFrame({"month": months}), how="cross")
        resolved, arising = counts.resolved.ravel(), counts.arising.ravel()
        return keys.assign(
            decision=DECISION,
            **{"target_id": target.id, "measure": target.measure, "level": target.level, "scope": target.scope},
            **{"reading": "default", "window": "month", "as_of": self._as_of.isoformat()},
            **{"minimum": float(target.minimum), "numerator": resolved, "denominator": arising},
            value=np.where(arising > 0, resolved / np.maximum(arising, 1), np.nan),
        )


@pytest.fixture(scope="module")
def judge(reference: Reference) -> Judge:
    """The row of trends.csv of the first district."""

    def judged(unit: Months, as_of: date = YEAR_END, sister: Months = ()) -> dict[str, Any]:
        made = _Made(reference, as_of, unit, sister)
        found = trends(made.attainment, made.history)
        (row,) = found[found["unit_code"] == UNIT["unit_code"]].to_dict("records")
        return row

    return judged


def _shares(*percent: int) -> Months:
    """A hundred dossiers a month; what is filed online is resolved."""
    return [(share, share, 100) for share in percent]


STEADY = _shares(50, 52, 49, 51, 50, 48, 51, 49, 50, 52, 49, 50)


# --- Verdicts ---------------------------------------------------------------------------------------


def test_a_unit_that_rises_is_improving(judge: Judge) -> None:
    row = judge(_shares(*range(10, 70, 5)))
    assert row["variation"] == IMPROVING
    assert "trend" in row["rules"].split("|")
    assert (row["tau"], row["slope"]) == (1, pytest.approx(5))
    assert row["p_value"] < 0.01


def test_a_unit_that_falls_is_worsening(judge: Judge) -> None:
    row = judge(_shares(*range(65, 5, -5)))
    assert row["variation"] == WORSENING
    assert (row["tau"], row["slope"]) == (-1, pytest.approx(-5))


def test_a_unit_that_stays_as_it_is_shows_common_cause(judge: Judge) -> None:
    row = judge(_shares(*[50] * 12))
    assert (row["variation"], row["rules"], row["slope"], row["p_value"]) == (COMMON_CAUSE, "", 0, 1)


def test_a_unit_that_goes_up_and_down_shows_common_cause(judge: Judge) -> None:
    row = judge(STEADY)
    assert (row["variation"], row["rules"]) == (COMMON_CAUSE, "")


@pytest.mark.parametrize(("share", "verdict"), [(80, MEETS), (50, HIT_OR_MISS), (20, MISSES)])
def test_assurance_says_whether_the_minimum_of_one_half_will_be_met(judge: Judge, share: int, verdict: str) -> None:
    assert judge(_shares(*[share + number % 2 for number in range(12)]))["assurance"] == verdict


def test_slopes_are_in_percentage_points_a_month_and_lie_in_their_limits(judge: Judge) -> None:
    row = judge(_shares(10, 12, 15, 17, 19, 23, 24, 27, 28, 31, 33, 34))
    assert row["slope_lower"] <= row["slope"] <= row["slope_upper"]
    assert row["slope"] == pytest.approx(2.25, abs=0.25)
    assert 0 <= row["lower"] <= row["mean"] <= row["upper"] <= 1


def test_a_step_at_the_decision_makes_new_limits(judge: Judge) -> None:
    """Issued on 14 May: from June on the months have their own mean where they lie elsewhere than those before."""
    moved = judge(_shares(*[30] * 5, 61, 59, 60, 62, 58, 60, 60))
    assert (moved["since"], moved["variation"]) == ("2020-06", COMMON_CAUSE)
    assert moved["mean"] == pytest.approx(0.6)
    assert moved["slope_lower"] < 0 < moved["slope_upper"], "a step is no slope"
    risen = judge(_shares(*[30] * 5, 50, 53, 56, 59, 62, 65, 68))
    assert (risen["since"], risen["slope"], risen["tau"]) == ("2020-06", pytest.approx(3), 1)
    assert judge(STEADY)["since"] == "2020-01"
    assert judge(_shares(*[30] * 5, 60, 60, 60), as_of=date(2020, 8, 31))["since"] == "2020-01", "three months are few"


def test_a_signal_of_long_ago_is_past(judge: Judge) -> None:
    rising = _shares(*range(10, 55, 5))
    assert judge([*rising, NONE, NONE, NONE])["variation"] == PAST
    row = judge([*rising[:8], *[NONE] * 4])
    assert (row["variation"], row["rules"], np.isnan(row["signal_p"])) == (PAST, "", True)


def test_months_that_follow_each_other_are_told(judge: Judge) -> None:
    assert judge(_shares(*range(10, 70, 5)))["correlated"]
    assert not judge(STEADY)["correlated"]


def test_of_many_series_that_do_not_change_hardly_one_is_told(reference: Reference) -> None:
    """A run of seven alone is nothing beside many others: false discoveries are controlled."""
    lone = _shares(*[49] * 5, *[52] * 7)
    made = _Made(reference, YEAR_END, lone, STEADY, STEADY)
    found = trends(made.attainment, made.history)
    assert set(found["variation"]) <= {COMMON_CAUSE, TOO_FEW}
    assert (found["signal_p"].dropna() <= 1).all()


# --- Which months are judged ------------------------------------------------------------------------


def test_under_six_months_there_is_no_verdict(judge: Judge) -> None:
    row = judge(_shares(10, 20, 30, 40, 50), as_of=date(2020, 5, 31))
    assert (row["months"], row["variation"], row["assurance"], row["since"]) == (5, TOO_FEW, TOO_FEW, "")
    assert pd.isna([row[name] for name in ("slope", "tau", "p_value", "mean", "lower", "upper")]).all()
    assert row["value"] == 0.5


def test_from_six_months_on_there_is_one(judge: Judge) -> None:
    row = judge(_shares(50, 51, 49, 50, 52, 50), as_of=date(2020, 6, 30))
    assert (row["months"], row["variation"]) == (6, COMMON_CAUSE)


def test_months_without_dossiers_do_not_count_towards_six(judge: Judge) -> None:
    row = judge([*_shares(10, 20, 30), *[NONE] * 7, *_shares(40, 50)])
    assert (row["months"], row["variation"]) == (5, TOO_FEW)


def test_a_unit_without_dossiers_has_no_verdict(judge: Judge) -> None:
    row = judge([NONE] * 12)
    assert (row["months"], row["numerator"], row["denominator"], row["variation"]) == (0, 0, 0, TOO_FEW)
    assert pd.isna(row["value"])


def test_an_unfinished_month_is_marked_and_not_judged(judge: Judge) -> None:
    row = judge([*STEADY[:11], (0, 0, 40)], as_of=date(2020, 12, 15))
    assert (row["last_month"], row["last_complete"]) == ("2020-12", False)
    assert (row["judged_until"], row["months"]) == ("2020-11", 11)
    assert (row["variation"], row["value"]) == (COMMON_CAUSE, 0.49)


def test_an_unfinished_month_changes_no_verdict(judge: Judge) -> None:
    verdicts = [judge([*STEADY[:11], last], as_of=date(2020, 12, 15)) for last in (NONE, (0, 0, 40), (40, 40, 40))]
    told = [repr(sorted(one.items())) for one in verdicts]  # a blank is like another
    assert told[0] == told[1] == told[2]


def test_a_month_is_complete_on_its_last_day(judge: Judge) -> None:
    row = judge(STEADY)
    assert (row["last_month"], row["last_complete"], row["judged_until"], row["months"]) == (
        *("2020-12", True, "2020-12"),
        12,
    )


def test_before_the_first_month_is_over_nothing_is_judged(judge: Judge) -> None:
    row = judge(_shares(50), as_of=date(2020, 1, 20))
    assert (row["judged_until"], row["last_complete"], row["months"], row["variation"]) == ("", False, 0, TOO_FEW)


def test_months_that_still_wait_for_results_are_not_judged(judge: Judge) -> None:
    waiting = [(30, 50, 100), (5, 50, 100)]
    row = judge([*STEADY[:10], *waiting])
    assert (row["judged_until"], row["last_month"], row["last_complete"]) == ("2020-10", "2020-12", True)
    assert (row["months"], row["value"], row["variation"]) == (10, 0.52, COMMON_CAUSE)


def test_a_few_that_wait_do_not_keep_a_month_from_being_judged(judge: Judge) -> None:
    assert judge([*STEADY[:11], (95, 100, 200)])["judged_until"] == "2020-12"
    assert judge([*STEADY[:11], (94, 100, 200)])["judged_until"] == "2020-11"


def test_what_always_waits_is_the_usual(judge: Judge) -> None:
    assert judge([(40, 50, 100)] * 12)["judged_until"] == "2020-12"


def test_the_tier_decides_which_months_are_settled(judge: Judge) -> None:
    waiting = [*[(500, 500, 900)] * 10, *[(100, 500, 900)] * 2]
    assert judge(STEADY)["judged_until"] == "2020-12"
    assert judge(STEADY, sister=waiting)["judged_until"] == "2020-10"


def test_an_area_follows_the_district_tier_and_the_province_all_together(reference: Reference) -> None:
    made = _Made(reference, YEAR_END, STEADY, [*[(500, 500, 900)] * 10, *[(100, 500, 900)] * 2], [(9999,) * 3] * 12)
    settled = settled_months(made.history, made.history.decision.targets[0])
    assert set(settled) == set(made.history.names["unit_code"])
    assert settled["AREA:H45.22"] == settled["TIER:district"] == settled["H45.23"] == "2020-10"
    assert settled["TIER:province"] == settled["H45.18"] == settled["ALL"] == "2020-12"


def test_a_month_without_online_dossiers_does_not_set_the_usual(judge: Judge) -> None:
    # One dossier in ten never has a result, in December as in February.
    assert judge([(0, 0, 100), *[(45, 50, 100)] * 11])["judged_until"] == "2020-12"


def test_procedures_wait_for_no_result(reference: Reference) -> None:
    made = _Made(reference, date(2020, 12, 15), [(0, 50, 100)] * 12)
    target = next(target for target in reference.decision(DECISION).targets if target.id == L3_PROCEDURES)
    assert set(settled_months(made.history, target).values()) == {"2020-11"}


# --- The axis of time -------------------------------------------------------------------------------


def test_months_without_dossiers_keep_their_place_on_the_axis(judge: Judge) -> None:
    whole = _shares(*range(10, 70, 5))
    gap = [*whole[:3], *[NONE] * 4, *whole[7:]]
    assert judge(whole)["slope"] == pytest.approx(5)
    assert judge(gap)["slope"] == pytest.approx(5)
    assert judge(gap)["months"] == 8


def test_the_value_is_that_of_the_last_judged_month_with_dossiers(judge: Judge) -> None:
    row = judge([*STEADY[:10], NONE, NONE])
    assert (row["value"], row["numerator"], row["denominator"]) == (0.52, 52, 100)
    assert (row["judged_until"], row["months"]) == ("2020-12", 10)


# --- From dossiers to verdicts ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def counted(reference: Reference) -> tuple[pd.DataFrame, History]:
    """Attainment and history of twenty dossiers a month, of which each month one more is online and resolved."""
    made = [
        {
            **{"unit_code": UNIT["unit_code"], "tier": "district", "procedure_code": P3, "level": 3},
            "channel": "online" if number < month + 2 else "counter",
            **{"applicant": "citizen", "source": "one_stop", "status": "resolved"},
            "received_at": datetime(2020, month, 1 + number),
            "completed_at": datetime(2020, month, 3 + number),
        }
        for month in range(1, 13)
        for number in range(20)
    ]
    columns = dict.fromkeys(made[0], "string") | {
        **{"level": "int8", "received_at": "timestamp(6)", "completed_at": "timestamp(6)"}
    }
    connection = ibis.duckdb.connect()
    dossiers = connection.create_table("dossiers", schema=ibis.schema(columns), temp=True)
    connection.insert("dossiers", pd.DataFrame(made, dtype=object))
    decision = reference.decision(DECISION)
    return attain(dossiers, reference, decision, YEAR_END), history(dossiers, reference, decision, YEAR_END)


def test_every_target_of_every_unit_and_group_has_one_row(counted: tuple[pd.DataFrame, History]) -> None:
    attainment, past = counted
    found = trends(attainment, past)
    assert list(found.columns) == TRENDS_COLUMNS
    keys = set(zip(found["target_id"], found["unit_code"], strict=True))
    assert len(keys) == len(found)
    assert keys == {(target.id, code) for target in past.decision.targets for code in past.names["unit_code"]}


def test_dossiers_that_move_online_make_their_unit_improve(counted: tuple[pd.DataFrame, History]) -> None:
    found = trends(*counted).set_index(["target_id", "unit_code"])
    for code in (UNIT["unit_code"], "AREA:H45.22", "TIER:district", "ALL"):
        row = found.loc[(L3, code)]
        assert (row["variation"], row["months"], row["value"]) == (IMPROVING, 12, 14 / 20)
        assert row["slope"] == pytest.approx(5)  # one of twenty dossiers more each month
    assert found.loc[(L3, SISTER["unit_code"]), "variation"] == TOO_FEW


def test_a_month_of_procedures_is_not_compared_with_the_target_of_a_year(counted: tuple[pd.DataFrame, History]) -> None:
    found = trends(*counted).set_index("measure")["assurance"]
    assert set(found["procedures_online"]) == {NOT_COMPARABLE}
    assert NOT_COMPARABLE not in set(found.drop("procedures_online"))


def test_monthly_counts_of_attainment_and_history_agree(counted: tuple[pd.DataFrame, History]) -> None:
    attainment, past = counted
    monthly = attainment[(attainment["reading"] == "default") & (attainment["window"] == "month")]
    monthly = monthly.sort_values(["unit_code", "month"])
    for target in past.of_dossiers:
        counts, rows = past.counts(target), monthly[monthly["target_id"] == target.id]
        assert rows["numerator"].tolist() == counts.resolved.ravel().tolist()
        assert rows["denominator"].tolist() == counts.arising.ravel().tolist()
