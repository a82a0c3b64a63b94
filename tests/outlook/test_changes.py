"""What changed since the last published month, against a count of our own: the cause named is the cause planted."""

import shutil
import tomllib
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.folders import REFERENCE
from support.independent import count_attainment, effective_level
from support.months import COMMUNE, DEPARTMENT, DISTRICT, NEW_NAME, OLD_NAME, OTHER, Month, four_months, publish

from analysis.findings.report import Report
from analysis.language.problems import RunProblem
from analysis.outlook.changes import CATALOGUE, KINDS, LATE, READING, REAL, ROWS, cause, parts
from analysis.reference.columns import read_table

DECISION = tomllib.loads((REFERENCE / "decisions/766-qd-ubnd-2020.toml").read_text(encoding="utf-8"))
PERIOD = (DECISION["valid_from"], DECISION["valid_to"])
TARGETS = [target | {"minimum": Fraction(str(target["minimum"]))} for target in DECISION["targets"]]
STEPS = ("then", "known", "listed", "read", "elapsed", "now")
AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = four_months()
# What changed of the units, by month: unit, target and cause.
PLANTED = {
    SEPTEMBER.name: {(DEPARTMENT, "l3-dossiers"): LATE, (DISTRICT, "l3-dossiers"): REAL},
    OCTOBER.name: {(OTHER, "l4-dossiers"): CATALOGUE, (COMMUNE, "l3-dossiers"): ROWS},
    NOVEMBER.name: {(DEPARTMENT, "l3-dossiers"): READING, (DEPARTMENT, "l3-procedures"): CATALOGUE},
}
# And of the groups, whose units changed for several reasons.
OF_GROUPS = {
    SEPTEMBER.name: {LATE, REAL},
    OCTOBER.name: {CATALOGUE, ROWS},
    NOVEMBER.name: {READING, CATALOGUE},
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Report]]:
    """The four months, each published after the one before."""
    folder = tmp_path_factory.mktemp("months")
    return folder, [publish(folder, month) for month in four_months()]


def _own(month: Month, dossiers: list[dict[str, Any]], catalogue: list[dict[str, str]], received: bool, day: date):  # type: ignore[no-untyped-def]
    """numerator, denominator by target and unit or group, to date of ``day``, by loops over the exports' dossiers."""
    units = {unit["unit_code"]: unit for unit in month.units}
    levelled = [
        one
        | {
            "level": effective_level(
                catalogue, one["procedure_code"], units[one["unit_code"]], one["received_at"].date(), None
            )[0]
        }
        for one in dossiers
        if one["received_at"].date() <= day
    ]
    found = count_attainment(levelled, month.units, catalogue, TARGETS, PERIOD, day)
    measures = {target["id"]: target["measure"] for target in TARGETS}
    return {
        (target, unit): figure[:2]
        for (target, reading, unit, window, name), figure in found.items()
        if window == "to_date"
        and name == f"{day:%Y-%m}"
        and reading == ("received" if received and measures[target] == "dossiers_online" else "default")
    }


def _steps(then: Month, now: Month) -> dict[str, dict[tuple[str, str], tuple[int, int]]]:
    day = then.as_of
    known = [one for one in now.dossiers if one["received_at"].date() <= day]
    return {
        "then": _own(then, then.dossiers, then.catalogue, then.received, day),
        "known": _own(now, now.dossiers, then.catalogue, then.received, day),
        "listed": _own(now, now.dossiers, now.catalogue, then.received, day),
        "read": _own(now, now.dossiers, now.catalogue, now.received, day),
        "elapsed": _own(now, known, now.catalogue, now.received, now.as_of),
        "now": _own(now, now.dossiers, now.catalogue, now.received, now.as_of),
    }


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_step_is_what_a_count_of_our_own_gives(published: tuple[Path, list[Report]], number: int) -> None:
    then, now = four_months()[number - 1 : number + 1]
    own = _steps(then, now)
    rows = read_table(published[0] / "reports" / now.name / "open-data/changes.csv")
    assert set(zip(rows["target_id"], rows["unit_code"], strict=True)) == own["now"].keys()
    for row in rows.to_dict("records"):
        key = (row["target_id"], row["unit_code"])
        for step in STEPS:
            name = "" if step == "now" else f"{step}_"
            assert (row[f"{name}numerator"], row[f"{name}denominator"]) == own[step][key], (key, step)
        change = _share(own["now"][key]), _share(own["then"][key])
        if None in change:
            assert pd.isna(row["change"])
        else:
            assert row["change"] == pytest.approx(float(change[0] - change[1]), abs=1e-6)
            assert sum(row[f"by_{kind}"] for kind in KINDS) == pytest.approx(row["change"], abs=5e-6)


def _share(figure: tuple[int, int]) -> Any:
    return Fraction(*figure) if figure[1] else None


@pytest.mark.parametrize("month", PLANTED)
def test_the_cause_named_is_the_cause_planted(published: tuple[Path, list[Report]], month: str) -> None:
    rows = read_table(published[0] / "reports" / month / "open-data/changes.csv")
    rows = rows[rows["cause"].fillna("") != ""].set_index(["unit_code", "target_id"])["cause"].to_dict()
    units = {unit["unit_code"] for unit in NOVEMBER.units}
    assert {key: cause for key, cause in rows.items() if key[0] in units} == PLANTED[month]
    groups = {key: cause for key, cause in rows.items() if key[0] not in units}
    assert set(groups.values()) == OF_GROUPS[month]
