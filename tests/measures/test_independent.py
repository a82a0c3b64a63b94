"""The independent count itself: the contract's worked example (§7) and small cases checked by eye."""

import tomllib
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from support.independent import count_attainment, effective_level, groups, judge, months, resolved, window_days
from support.worked_example import AS_OF, CATALOGUE, DOSSIERS, FIGURES, P1, P3, PERIOD, UNITS

DECISION = Path(__file__).parents[2] / "data/reference/decisions/766-qd-ubnd-2020.toml"
TARGETS = tomllib.loads(DECISION.read_text(encoding="utf-8"))["targets"]
COUNTED = count_attainment(DOSSIERS, UNITS, CATALOGUE, TARGETS, PERIOD, AS_OF)


@pytest.mark.parametrize("key", FIGURES, ids=" ".join)
def test_gives_the_worked_example(key: tuple[str, str, str, str, str]) -> None:
    assert COUNTED[key] == FIGURES[key]


def test_every_target_reading_group_window_and_month_has_its_figure() -> None:
    units, areas = 2, 1
    of_dossiers, of_portal, of_procedures = 4 * 4, 2, 2 * 3
    per_window = (of_dossiers + of_portal + of_procedures) * (units + 4 + areas) + 2 * (4 + areas)  # pairs: groups only
    assert len(COUNTED) == per_window * 3 * 7
    assert not any(reading == "pairs" and unit.startswith("H45") for _, reading, unit, _, _ in COUNTED)


@pytest.mark.parametrize(
    ("key", "figure"),
    [
        # June: P1 still had level 3, and nothing was resolved later than July.
        (("l3-dossiers", "default", "H45.18", "month", "2020-06"), (1, 2, 0, "attained")),
        (("l3-procedures", "default", "H45.18", "month", "2020-06"), (1, 2, 1, "not_attained")),
        (("l3-procedures", "active_base", "H45.18", "month", "2020-06"), (1, 1, 0, "attained")),
        (("l4-procedures", "default", "H45.18", "month", "2020-06"), (0, 0, 0, "not_applicable")),
        # The quarter of June began in April, that of July in July.
        (("portal", "default", "ALL", "quarter", "2020-06"), (2, 2, 0, "attained")),
        (("portal", "provincial_only", "ALL", "quarter", "2020-07"), (2, 3, 1, "not_attained")),
        (("l3-dossiers", "online_base", "ALL", "to_date", "2020-07"), (2, 2, 0, "attained")),
        (("l3-procedures", "pairs", "AREA:H45.22", "month", "2020-07"), (1, 1, 0, "attained")),
        (("l4-interagency", "default", "TIER:commune", "month", "2020-01"), (0, 0, 0, "not_applicable")),
    ],
)
def test_gives_figures_beyond_the_table(key: tuple[str, ...], figure: tuple[int, int, int, str]) -> None:
    assert COUNTED[key] == figure


def test_a_procedure_counts_once_in_a_group_and_by_unit_in_pairs() -> None:
    sister = {**UNITS[1], "unit_code": "H45.23", "unit_name": "Huyện Tuy An"}
    counted = count_attainment(DOSSIERS, [*UNITS, sister], CATALOGUE, TARGETS, PERIOD, AS_OF)
    assert counted["l3-procedures", "default", "TIER:district", "month", "2020-07"][:2] == (1, 1)
    assert counted["l3-procedures", "pairs", "TIER:district", "month", "2020-07"][:2] == (1, 2)


def test_what_happened_after_the_as_of_day_is_not_known() -> None:
    early = count_attainment(DOSSIERS, UNITS, CATALOGUE, TARGETS, PERIOD, date(2020, 7, 5))
    assert early["l3-dossiers", "received", "H45.22", "month", "2020-07"][:2] == (1, 1)  # that of 5 July only
    assert early["l3-dossiers", "default", "H45.22", "month", "2020-07"][:2] == (0, 1)  # its result came on 20 July
    assert {key[4] for key in early} == {f"2020-{month:02}" for month in range(1, 8)}


def test_after_the_period_windows_end_with_it_and_later_results_count() -> None:
    late: list[dict[str, Any]] = [
        {**DOSSIERS[4], "received_at": datetime(2020, 12, 31, 23, 59), "completed_at": datetime(2021, 1, 4)},
        {**DOSSIERS[4], "received_at": datetime(2021, 1, 1), "completed_at": datetime(2021, 1, 4)},
    ]
    counted = count_attainment(late, UNITS, CATALOGUE, TARGETS, PERIOD, date(2021, 1, 5))
    assert counted["l3-dossiers", "default", "H45.22", "to_date", "2020-12"][:2] == (1, 1)
    assert max(key[4] for key in counted) == "2020-12"


def test_windows() -> None:
    month, as_of = date(2020, 8, 1), date(2020, 8, 20)
    assert window_days("month", month, PERIOD, as_of) == (month, as_of)
    assert window_days("quarter", month, PERIOD, as_of) == (date(2020, 7, 1), as_of)
    assert window_days("to_date", date(2020, 2, 1), PERIOD, as_of) == (PERIOD[0], date(2020, 2, 29))
    assert months(PERIOD, date(2020, 3, 1)) == [date(2020, 1, 1), date(2020, 2, 1), date(2020, 3, 1)]
    assert len(months(PERIOD, date(2021, 6, 1))) == 12


def test_resolved_goes_by_the_date_and_only_without_one_by_the_status() -> None:
    def dossier(status: str | None, completed: date | None) -> dict[str, Any]:
        return {"status": status, "completed_at": completed}

    before, after = date(2020, 7, 31), date(2020, 8, 1)
    assert resolved(dossier("supplement", before), AS_OF)
    assert resolved(dossier("refused", None), AS_OF)
    assert not resolved(dossier("resolved", after), AS_OF)
    assert not resolved(dossier("processing", None), AS_OF)
    assert not resolved(dossier(None, None), AS_OF)


def test_a_district_and_its_communes_are_an_area() -> None:
    commune = {**UNITS[1], "unit_code": "H45.22.01", "tier": "commune", "parent_code": "H45.22"}
    members = groups([*UNITS, commune])
    assert [unit["unit_code"] for unit in members["AREA:H45.22"]] == ["H45.22", "H45.22.01"]
    assert [unit["unit_code"] for unit in members["TIER:commune"]] == ["H45.22.01"]
    assert len(members["ALL"]) == 3


@pytest.mark.parametrize(
    ("numerator", "denominator", "minimum", "shortfall"),
    [
        (0, 0, "1.00", 0),
        (2, 5, "0.50", 1),
        (1, 2, "0.50", 0),
        (0, 3, "0.60", 2),
        (89, 99, "0.90", 1),
        (3, 5, "0.60", 0),
    ],
)
def test_judges_in_exact_arithmetic(numerator: int, denominator: int, minimum: str, shortfall: int) -> None:
    status = "not_applicable" if not denominator else "not_attained" if shortfall else "attained"
    assert judge(numerator, denominator, Fraction(minimum)) == (numerator, denominator, shortfall, status)


def test_the_level_is_the_catalogues_on_the_day_of_receipt() -> None:
    assert effective_level(CATALOGUE, P1, UNITS[0], date(2020, 6, 30), None) == (3, "catalogue")
    assert effective_level(CATALOGUE, "1.000001", UNITS[0], date(2020, 7, 1), 3) == (4, "catalogue")
    assert effective_level(CATALOGUE, P3, UNITS[1], date(2018, 12, 31), 2) == (2, "export")
    assert effective_level(CATALOGUE, "9.999999", UNITS[1], date(2020, 7, 1), None) == (None, None)
