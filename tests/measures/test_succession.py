"""Units that are renamed, merged, divided or abolished: every figure against an independent count of dossiers."""

import random
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import ibis
import pandas as pd
import pytest
from support.changed_province import (
    DIVIDED_DAY,
    TEN,
    UNITS,
    count_changed,
    groups_on,
    is_there,
    made_dossiers,
    write_changed,
)
from support.independent import Dossier, arises

from analysis.measures.attainment import attain
from analysis.measures.series import followed
from analysis.reference.tables import Reference, load_reference
from analysis.storage.backends import execute

PERIOD = (date(2020, 1, 1), date(2020, 12, 31))
DAYS = (date(2020, 4, 14), date(2020, 7, 20), date(2021, 2, 10))
TARGETS = tomllib.loads(
    (Path(__file__).parents[2] / "data/reference/decisions/766-qd-ubnd-2020.toml").read_text(encoding="utf-8")
)["targets"]
DOSSIERS = made_dossiers(600, seed=21)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return load_reference(write_changed(tmp_path_factory.mktemp("changed") / "reference"))


def table_of(dossiers: list[Dossier]) -> ibis.Table:
    frame = pd.DataFrame(dossiers).astype({"level": "Int64", "received_at": "datetime64[us]"})
    return ibis.memtable(frame.astype({"completed_at": "datetime64[us]"}))


@cache
def attained(folder: Path, as_of: date) -> pd.DataFrame:
    reference = load_reference(folder)
    return attain(table_of(DOSSIERS), reference, reference.decision("766-qd-ubnd-2020"), as_of)


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_every_figure_is_that_of_the_independent_count(reference: Reference, as_of: date) -> None:
    rows = attained(reference.folder, as_of)
    keys = zip(*(rows[name] for name in ("target_id", "reading", "unit_code", "window", "month")), strict=True)
    figures = zip(*(rows[name] for name in ("numerator", "denominator", "shortfall", "status")), strict=True)
    found = dict(zip(keys, figures, strict=True))
    counted = count_changed(DOSSIERS, TARGETS, PERIOD, as_of)
    assert found.keys() == counted.keys()
    assert {key: (found[key], counted[key]) for key in found if found[key] != counted[key]} == {}


def test_each_dossier_counts_once_in_the_province(reference: Reference) -> None:
    for as_of in DAYS:
        rows = attained(reference.folder, as_of)
        whole = rows[(rows["unit_code"] == "ALL") & (rows["target_id"] == "portal") & (rows["reading"] == "default")]
        last = whole[(whole["window"] == "to_date") & (whole["month"] == whole["month"].max())]
        first, end = PERIOD[0], min(as_of, PERIOD[1])
        arose = [d for d in DOSSIERS if arises(d) and first <= d["received_at"].date() <= end and d["source"]]
        assert list(last["denominator"]) == [len(arose)]


def test_units_with_rows_are_those_of_the_day_and_those_that_ended_named_with_their_day(reference: Reference) -> None:
    rows = attained(reference.folder, DAYS[-1])
    names = rows.drop_duplicates("unit_code").set_index("unit_code")["unit_name"]
    assert set(names.index) == set(groups_on(PERIOD[1], PERIOD[0]))
    assert not set(TEN) & set(names.index), "merged units live on in their successor"
    assert names["H45.42"] == "Phường Hai (đến ngày 31/08/2020)"
    assert names["H45.32"] == "Huyện Hai (đến ngày 30/06/2020)"
    assert names["TIER:district"] == "Cấp huyện (đến ngày 30/06/2020)"
    assert "H45.46" not in names.index, "what ended before the period has no rows"
    assert not any(code.startswith("AREA:") for code in names.index)
    assert {"AREA:H45.31", "AREA:H45.32"} <= set(attained(reference.folder, DAYS[0])["unit_code"])


def test_no_series_reaches_across_a_division(reference: Reference) -> None:
    of_day = reference.on_day(reference.decision(""), PERIOD[1])
    inside = execute(followed(table_of([d for d in DOSSIERS if not outside(d)]), of_day))
    after = inside["received_at"] >= DIVIDED_DAY
    for code, since in (("H45.43", True), ("H45.44", True), ("H45.42", False), ("H45.32.03", False)):
        assert set(after[inside["unit_code"] == code]) == {since}


def outside(dossier: Dossier) -> bool:
    """Whether its unit was not there when it was received."""
    (unit,) = (unit for unit in UNITS if unit["unit_code"] == dossier["unit_code"])
    return not is_there(unit, dossier["received_at"].date())


def test_following_loses_and_doubles_no_dossier_whatever_their_order(reference: Reference) -> None:
    of_day = reference.on_day(reference.decision(""), PERIOD[1])
    shuffled = random.Random(1).sample(DOSSIERS, len(DOSSIERS))
    once, again = (execute(followed(table_of(rows), of_day)) for rows in (DOSSIERS, shuffled))
    assert sorted(once["dossier_id"]) == sorted(dossier["dossier_id"] for dossier in DOSSIERS)
    series = dict(zip(once["dossier_id"], once["unit_code"], strict=True))
    assert series == dict(zip(again["dossier_id"], again["unit_code"], strict=True))
    twice = execute(followed(followed(table_of(DOSSIERS), of_day), of_day))
    assert series == dict(zip(twice["dossier_id"], twice["unit_code"], strict=True)), "once followed, all is said"


def test_without_days_nothing_is_followed(tmp_path: Path) -> None:
    folder = write_changed(tmp_path / "reference")
    (folder / "successors.csv").unlink()
    lines = (folder / "units.csv").read_text(encoding="utf-8").splitlines()
    (folder / "units.csv").write_text("\n".join(line.rsplit(",", 2)[0] for line in lines) + "\n", encoding="utf-8")
    plain = load_reference(folder)
    dossiers = table_of(DOSSIERS[:5])
    assert plain.succession is None
    assert followed(dossiers, plain) is dossiers
    assert plain.on_day(plain.decision(""), PERIOD[1]) is plain
