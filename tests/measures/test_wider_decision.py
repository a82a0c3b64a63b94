"""Targets on several levels together, on any level, and on what is on time: by hand, and as an independent count."""

import random
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import relaxed
from support.folders import write_reference
from support.wider_decision import (
    ALL_PROCEDURES,
    ALL_UNITS,
    AS_OF,
    MADE,
    TARGETS,
    at_random,
    attained,
    count_wider,
    write_decision,
)

from analysis.reference.tables import Reference, load_reference

_KEYS = ["target_id", "reading", "unit_code", "window", "month"]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = write_reference(tmp_path_factory.mktemp("wider") / "reference", ALL_UNITS, ALL_PROCEDURES)
    write_decision(folder)
    return load_reference(folder)


BY_HAND = {
    # Levels 3 and 4 together: P1 and P2, of which P1 alone had an online dossier, at whatever level it was.
    ("both-procedures", "default", "H45.18", "month"): (1, 2),
    ("both-procedures", "default", "H45.18", "to_date"): (1, 2),
    # Of any level there are three; that of level 2 was filed online too.
    ("any-procedures", "default", "H45.18", "month"): (2, 3),
    # P3, of level 3 at the district and of level 4 at its commune, counts once in the area; as pairs it is two.
    ("both-procedures", "default", "AREA:H45.22", "month"): (1, 1),
    ("both-procedures", "pairs", "AREA:H45.22", "month"): (2, 2),
    ("both-dossiers", "default", "H45.18", "month"): (1, 2),
    ("any-dossiers", "default", "H45.18", "month"): (1, 4),
    ("both-dossiers", "default", "ALL", "to_date"): (4, 7),
    ("part-dossiers", "default", "ALL", "to_date"): (2, 4),
    # Received in July: one late, one past due, one early; that which is due on the as-of day is not known.
    ("on-time", "default", "H45.18", "month"): (1, 3),
    ("on-time", "default", "H45.18", "to_date"): (2, 4),
    # Due in July: the late one and the one past due. That due in August is not due yet, though it is done.
    ("on-time", "due", "H45.18", "month"): (0, 2),
    ("on-time", "default", "H45.22", "month"): (0, 0),
    ("on-time", "due", "H45.22", "month"): (1, 1),
    # By its status alone it is on time; the other was open and past due on the as-of day.
    ("four-on-time", "default", "H45.22.01", "month"): (1, 2),
    ("four-on-time", "due", "ALL", "to_date"): (1, 3),
    # One paid in another way, one had nothing to pay, of two nothing is told; in June one was paid online.
    ("paid-online", "default", "H45.18", "month"): (0, 1),
    ("paid-online", "every", "H45.18", "month"): (0, 4),
    ("paid-online", "default", "H45.18", "to_date"): (1, 2),
    ("paid-online", "default", "ALL", "to_date"): (2, 3),
    # Of four one is digitised, one is not, of two it is not told.
    ("digitised", "default", "H45.18", "month"): (1, 4),
    ("digitised", "told", "H45.18", "month"): (1, 2),
    ("digitised", "told", "H45.22", "to_date"): (0, 0),
    ("four-digitised", "told", "ALL", "to_date"): (0, 1),
}


def figures(table: pd.DataFrame) -> dict[tuple[str, ...], tuple[int, int]]:
    keys = table[_KEYS].itertuples(index=False, name=None)
    return dict(zip(keys, zip(table["numerator"], table["denominator"], strict=True), strict=True))


def test_by_hand(reference: Reference) -> None:
    table = attained(reference, MADE, AS_OF)
    found = figures(table[table["month"] == "2020-07"])
    assert {key: found[*key, "2020-07"] for key in BY_HAND} == BY_HAND
    level = table.groupby("target_id")["level"].agg(lambda column: column.iloc[0]).to_dict()
    assert {name for name, one in level.items() if pd.notna(one)} == {"part-dossiers", "four-on-time", "four-digitised"}
    assert (level["part-dossiers"], level["four-on-time"]) == (3, 4)


@given(
    seed=st.randoms(use_true_random=False),
    count=st.sampled_from([0, 1, 40, 300]),
    as_of=st.dates(date(2020, 1, 1), date(2021, 2, 1)),
)
@settings(relaxed, max_examples=3)
def test_every_figure_is_the_independent_count(
    reference: Reference, seed: random.Random, count: int, as_of: date
) -> None:
    dossiers = at_random(seed, count)
    found = figures(attained(reference, dossiers, as_of))
    expected = count_wider(dossiers, ALL_UNITS, ALL_PROCEDURES, as_of)
    assert {key: figure for key, figure in found.items() if expected.get(key) != figure} == {}
    assert found.keys() == expected.keys()
    assert {key[0] for key in found} == set(TARGETS)
    shuffled = seed.sample(dossiers, len(dossiers))
    assert figures(attained(reference, shuffled, as_of)) == found


def test_of_several_levels_dossiers_are_the_sum_and_procedures_at_most(reference: Reference, tmp_path: Path) -> None:
    dossiers = at_random(random.Random(4), 300)
    table = attained(reference, dossiers, date(2020, 12, 31))
    default = table[table["reading"] == "default"].set_index([name for name in _KEYS if name != "reading"])
    counted = {name: default.loc[name][["numerator", "denominator"]] for name in TARGETS}
    assert (counted["part-dossiers"] <= counted["both-dossiers"]).all(axis=None)
    assert (counted["both-dossiers"] <= counted["any-dossiers"]).all(axis=None)
    assert (counted["both-procedures"] <= counted["any-procedures"]).all(axis=None)
    assert (counted["four-on-time"] <= counted["on-time"]).all(axis=None)
    assert (counted["four-digitised"] <= counted["digitised"]).all(axis=None)
    paid = table[table["target_id"] == "paid-online"]
    paid, of_every = (paid[paid["reading"] == one] for one in ("default", "every"))
    assert (paid["numerator"].to_numpy() == of_every["numerator"].to_numpy()).all()
    assert (paid["denominator"].to_numpy() <= of_every["denominator"].to_numpy()).all()
