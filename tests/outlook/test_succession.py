"""Where units come and go: peers are those of the day, no trend reaches before a division, parts sum to the whole."""

from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from support.changed_province import DIVIDED_DAY, TEN, UNITS, is_there, made_dossiers, write_changed

from analysis.duties.stage import hanging
from analysis.measures.attainment import attain
from analysis.measures.series import followed
from analysis.outlook.procedures import TOLD_COLUMNS, procedures
from analysis.outlook.stage import outlook
from analysis.reference.tables import load_reference

AS_OF = date(2020, 12, 31)
OLD = ("H45.01", "1.000001")
PEERS = {unit["unit_code"] for unit in UNITS if is_there(unit, AS_OF)}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    reference = load_reference(write_changed(tmp_path_factory.mktemp("changed") / "reference"))
    frame = pd.DataFrame(made_dossiers(1500, seed=5)).astype({"level": "Int64", "received_at": "datetime64[us]"})
    frame = frame.astype({"completed_at": "datetime64[us]"}).assign(file="a.csv", due_at=frame["received_at"])
    dossiers, decision = ibis.memtable(frame), reference.decision("")
    attainment = attain(dossiers, reference, decision, AS_OF)
    files = pd.DataFrame({"file": ["a.csv"], "export_date": ["2020-12-31"]})
    found = outlook(attainment, dossiers, reference) | hanging(dossiers, files, reference, decision, AS_OF)
    return found | {"attainment": attainment}


def test_peers_are_those_of_the_day(tables: dict[str, pd.DataFrame]) -> None:
    for name in ("comparison", "closers", "priorities", "delays"):
        units = set(tables[name]["unit_code"])
        assert units, name
        assert {code for code in units if ":" not in code and code != "ALL"} <= PEERS, name
    assert set(tables["comparison"]["unit_code"]) == PEERS


def test_what_ended_is_asked_for_nothing(tables: dict[str, pd.DataFrame]) -> None:
    for name in ("trends", "gap", "projection", "conclusions"):
        assert {"H45.42", "H45.32.03", "H45.31", "TIER:district", *TEN}.isdisjoint(tables[name]["unit_code"]), name


def test_no_trend_reaches_before_the_day_of_a_division(tables: dict[str, pd.DataFrame]) -> None:
    trends = tables["trends"]
    of_parts = trends[trends["unit_code"].isin(["H45.43", "H45.44"])]
    assert len(of_parts)
    assert (of_parts["months"] <= 12 - int(DIVIDED_DAY[5:7]) + 1).all(), "though some came before"
    merged = trends[(trends["unit_code"] == "H45.41") & (trends["target_id"] == "portal")]
    assert (merged["months"] > 6).all(), "who holds what ten units had has their months too"


def test_the_parts_of_the_province_sum_to_its_gap(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["attainment"]
    rows = rows[(rows["reading"] == "default") & (rows["window"] == "to_date") & (rows["month"] == "2020-12")]
    gaps = rows[rows["unit_code"] == "ALL"].set_index("target_id")["gap"]
    of_province = tables["causes"][tables["causes"]["unit_code"] == "ALL"]
    for (target, parts), own in of_province.groupby(["target_id", "parts"]):
        if parts == "tiers":
            np.testing.assert_allclose(own["contribution"].sum(), gaps[target], atol=1e-9)
        assert own["part_code"].is_unique


def test_open_dossiers_of_who_ended_are_the_province_s_too(tables: dict[str, pd.DataFrame]) -> None:
    waiting = tables["waiting"].set_index("unit_code")["open"]
    assert {"TIER:district", "H45.31"}.isdisjoint(waiting.index)
    assert waiting["ALL"] > waiting[["TIER:province", "TIER:commune"]].sum() > 0


def test_what_was_told_of_a_merged_unit_s_parts_keeps_its_own_count_untold(tmp_path: Path) -> None:
    """A renamed unit is the same one, and its counts go on."""
    reference = load_reference(write_changed(tmp_path / "reference"))
    decision = reference.decision("")
    frame = pd.DataFrame(made_dossiers(1500, seed=5)).astype({"level": "Int64", "received_at": "datetime64[us]"})
    dossiers = ibis.memtable(frame.astype({"completed_at": "datetime64[us]"}).assign(level=3))
    of_day = reference.on_day(decision, AS_OF)
    now = followed(dossiers, of_day)
    alone = procedures(now, of_day, decision, AS_OF).set_index(["unit_code", "procedure_key"])["told"]
    lines = [(decision.id, unit, key, 9, None, "2020-03-31") for unit, key in ((TEN[0], "1.000009"), OLD)]
    told = procedures(now, of_day, decision, AS_OF, pd.DataFrame(lines, columns=TOLD_COLUMNS))
    beside = told.set_index(["unit_code", "procedure_key"])["told"]
    merged = ("H45.41", "1.000009")
    assert pd.notna(alone[merged])
    assert pd.isna(beside[merged])
    assert beside["H45.02", OLD[1]] == 9, "of who was but renamed"
    assert set(told["unit_code"]).isdisjoint(TEN)
