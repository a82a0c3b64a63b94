"""Composite indices: points by hand, and what holds of them whatever the figures are."""

import random
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import relaxed
from support.folders import REFERENCE, write_reference
from support.wider_decision import ALL_PROCEDURES, ALL_UNITS, AS_OF, ID, INDEX, MADE, attained, write_decision

from analysis.language.problems import ReferenceProblem
from analysis.measures.figures import ATTAINMENT_COLUMNS
from analysis.measures.index import INDEX_COLUMNS, indices
from analysis.reference.decision import Decision, load_decision
from analysis.reference.tables import load_reference


def decision(folder: Path, text: str = INDEX) -> Decision:
    reference = write_reference(folder / "reference", ALL_UNITS, ALL_PROCEDURES)
    write_decision(reference, text)
    return load_decision(reference / f"decisions/{ID}.toml")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Decision:
    return decision(tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="module")
def attainment(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Of the dossiers that are counted by hand."""
    folder = write_reference(tmp_path_factory.mktemp("attained") / "reference", ALL_UNITS, ALL_PROCEDURES)
    write_decision(folder)
    return attained(load_reference(folder), MADE, AS_OF)


def test_by_hand(known: Decision, attainment: pd.DataFrame) -> None:
    """18 points: two thirds for 2 of 3 dossiers (5/6 of the 80 % for all), one for 1 of 2 procedures (5/6 of the
    minimum). 12 points, capped at 10, for 90 % on time and nothing below.
    """
    table = indices(attainment, known)
    found = {
        (row.unit_code, row.group_id): (row.points, row.possible)
        for row in table.itertuples(index=False)
        if ":" not in row.unit_code and row.unit_code != "ALL"
    }
    assert found == {
        ("H45.18", "truc-tuyen"): (15.0, 18.0),
        ("H45.18", "dung-han"): (0.0, 10.0),
        ("H45.18", ""): (15.0, 28.0),
        # 1 of 2 dossiers is 5/8, the only procedure counts in full; what is on time brings no more than the cap.
        ("H45.22", "truc-tuyen"): (13.5, 18.0),
        ("H45.22", "dung-han"): (10.0, 10.0),
        ("H45.22", ""): (23.5, 28.0),
        ("H45.22.01", "truc-tuyen"): (13.5, 18.0),
        ("H45.22.01", "dung-han"): (0.0, 10.0),
        ("H45.22.01", ""): (13.5, 28.0),
    }
    of_all = table[table["group_id"] == ""].set_index("unit_code")
    assert of_all.loc["H45.22", "value"] == round(23.5 / 28, 6)
    units = of_all.loc[["H45.22", "H45.18", "H45.22.01"]]
    assert list(units["rank"]) == [1, 2, 3]
    assert list(units["ranked_units"]) == [3, 3, 3]
    assert pd.isna(of_all.loc["ALL", "rank"])
    assert table[table["group_id"] != ""]["rank"].isna().all()
    assert list(table.columns) == INDEX_COLUMNS


def test_within_tiers_each_stands_among_its_own(attainment: pd.DataFrame, tmp_path: Path) -> None:
    table = indices(attainment, decision(tmp_path, INDEX.replace('order = "all"', 'order = "tier"')))
    units = table[table["rank"].notna()]
    assert set(units["unit_code"]) == {"H45.18", "H45.22", "H45.22.01"}
    assert set(units["rank"]) == set(units["ranked_units"]) == {1}


def test_more_than_enough_makes_up_for_others_up_to_the_cap(attainment: pd.DataFrame, tmp_path: Path) -> None:
    made_up = INDEX.replace('{ target = "both-procedures" }', '{ target = "both-procedures", most = "2" }')
    table = indices(attainment, decision(tmp_path, made_up)).set_index(["unit_code", "group_id"])
    # 5/8 twice, and 1/1 is 5/3 of the minimum: (5/4 + 5/3) / 3 of 18 points.
    assert table.loc[("H45.22", "truc-tuyen"), "points"] == 17.5


def test_a_decision_without_an_index_has_no_rows(attainment: pd.DataFrame, tmp_path: Path) -> None:
    table = indices(attainment, decision(tmp_path, ""))
    assert table.empty
    assert list(table.columns) == INDEX_COLUMNS


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('target = "on-time"', 'target = "in-time"', "«in-time»"),
        ('target = "on-time"', 'target = "on-time", reading = "early"', "«early»"),
        ('cap = "10"', 'cap = "13"', r"index\[1\]\.groups\[2\]\.cap"),
        ('weight = "12"', 'weight = "0"', r"index\[1\]\.groups\[2\]\.weight"),
        ('id = "dung-han"', 'id = "truc-tuyen"', r"index\[1\]\.groups"),
        ('full_at = "0.8"', 'full_at = "80"', "full_at"),
    ],
)
def test_a_mistake_in_an_index_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in INDEX
    with pytest.raises(ReferenceProblem, match=told):
        decision(tmp_path, INDEX.replace(old, new))


shares = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(sorted)


@given(
    figures=st.lists(st.lists(shares, min_size=3, max_size=3), min_size=1, max_size=6),
    seed=st.randoms(use_true_random=False),
)
@settings(relaxed, max_examples=25)
def test_points_are_bounded_sum_up_and_grow_with_the_shares(
    known: Decision, figures: list[list[list[int]]], seed: random.Random
) -> None:
    rows = _rows(figures)
    table = indices(rows, known)
    shuffled = indices(rows.sample(frac=1, random_state=seed.randrange(99)), known)
    pd.testing.assert_frame_equal(table, shuffled)
    assert table["points"].between(0, table["possible"]).all()
    whole, parts = (table[(table["group_id"] == "") == of_all] for of_all in (True, False))
    sums = parts.groupby("unit_code")[["points", "possible"]].sum()
    assert (sums - whole.set_index("unit_code")[["points", "possible"]]).abs().max(axis=None) < 1e-4
    ranked = whole.dropna(subset="rank").sort_values("value", ascending=False)
    expected = [1 + sum(other > own for other in ranked["value"]) for own in ranked["value"]]
    assert list(ranked["rank"]) == expected
    assert (whole["value"].isna() == (whole["possible"] == 0)).all()
    more = [[[min(hit + 1, of), of] for hit, of in unit] for unit in figures]
    assert (indices(_rows(more), known)["points"] >= table["points"]).all()


def _rows(figures: list[list[list[int]]]) -> pd.DataFrame:
    """Rows of attainment.csv: of each unit numerator and denominator of three targets."""
    targets = ("both-dossiers", "both-procedures", "on-time")
    rows = [
        {
            **dict.fromkeys(ATTAINMENT_COLUMNS, ""),
            **{"target_id": target, "reading": "default", "window": "to_date", "month": "2020-07"},
            **{"unit_code": f"H45.{number}", "tier": "province", "numerator": hit, "denominator": of},
        }
        for number, unit in enumerate(figures, start=10)
        for target, (hit, of) in zip(targets, unit, strict=True)
    ]
    return pd.DataFrame(rows)


def test_the_shipped_example_has_its_points_from_its_thresholds_on() -> None:
    """12 points from 50 % online, 22 from 80 % digitised, 18 from 90 % satisfied; below in proportion."""
    known = load_decision(REFERENCE / "examples/766-qd-ttg-2022.toml")
    shares = {"online-dossiers": [(1, 4), (1, 2)], "digitised": [(4, 5), (2, 5)], "satisfied": [(9, 20), (0, 0)]}
    rows = [
        {
            **dict.fromkeys(ATTAINMENT_COLUMNS, ""),
            **{"target_id": target, "reading": "default", "window": "to_date", "month": "2022-08"},
            **{"unit_code": f"H45.1{place}", "tier": "province", "numerator": hit, "denominator": of},
        }
        for target, figures in shares.items()
        for place, (hit, of) in enumerate(figures)
    ]
    table = indices(pd.DataFrame(rows), known)
    found = {(row.unit_code, row.group_id): (row.points, row.possible) for row in table.itertuples()}
    assert found == {
        ("H45.10", "dich-vu-cong-truc-tuyen"): (6.0, 12.0),
        ("H45.10", "so-hoa-ho-so"): (22.0, 22.0),
        ("H45.10", "muc-do-hai-long"): (9.0, 18.0),
        ("H45.10", ""): (37.0, 52.0),
        ("H45.11", "dich-vu-cong-truc-tuyen"): (12.0, 12.0),
        ("H45.11", "so-hoa-ho-so"): (11.0, 22.0),
        ("H45.11", "muc-do-hai-long"): (0.0, 0.0),
        ("H45.11", ""): (23.0, 34.0),
    }


def test_equal_shares_share_a_rank(known: Decision) -> None:
    table = indices(_rows([[[7, 10]] * 3, [[7000, 10000]] * 3, [[7, 11]] * 3]), known)
    assert list(table[table["group_id"] == ""].set_index("unit_code")["rank"]) == [1, 1, 3]


def test_who_ended_has_points_and_no_rank(known: Decision) -> None:
    rows = _rows([[[9, 10]] * 3, [[8, 10]] * 3, [[7, 10]] * 3])
    table = indices(rows, known, ended={"H45.10"})
    of_all = table[table["group_id"] == ""].set_index("unit_code")
    assert of_all.loc["H45.10", "points"] > 0
    assert pd.isna(of_all.loc["H45.10", "rank"])
    assert list(of_all["rank"])[1:] == [1, 2]
    assert list(of_all["ranked_units"])[1:] == [2, 2]
