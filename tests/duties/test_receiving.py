"""Who took dossiers in for whom: an independent count by loops, what must hold of it, and what a unit's page says."""

import html
import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.changed_province import UNITS as CHANGED_UNITS
from support.changed_province import made_dossiers, write_changed
from support.examples import relaxed
from support.folders import write_reference
from support.independent import arises, groups
from support.small_report import COMMUNE, DEPARTMENT, DISTRICT, small_report
from support.wider_decision import ALL_PROCEDURES, ALL_UNITS, ID, write_decision

from analysis.duties.receiving import RECEIVED_FOR_COLUMNS, RECEIVING_COLUMNS, receiving
from analysis.findings.subject import find_subject
from analysis.language.texts import Language
from analysis.measures.series import followed
from analysis.pages import unit_sections
from analysis.reference.tables import Reference, load_reference

AS_OF = date(2020, 9, 20)
CODES = [unit["unit_code"] for unit in ALL_UNITS]
CHANGED = [unit["unit_code"] for unit in CHANGED_UNITS]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = write_reference(tmp_path_factory.mktemp("receiving") / "reference", ALL_UNITS, ALL_PROCEDURES)
    write_decision(folder)
    return load_reference(folder)


def at_random(seed: random.Random, count: int) -> list[dict[str, Any]]:
    return [
        {
            "dossier_key": f"{number:032x}",
            "unit_code": seed.choice(CODES),
            "received_by": seed.choice([None, *CODES]),
            "received_at": datetime(2019, 12, 1) + timedelta(hours=seed.randrange(330 * 24)),
            "status": seed.choice(["resolved", "processing", "withdrawn", "not_accepted", None]),
        }
        for number in range(count)
    ]


def counted(rows: list[dict[str, Any]], reference: Reference) -> dict[str, pd.DataFrame]:
    columns = {"dossier_key": "str", "unit_code": "str", "received_by": "str", "status": "str"}
    table = pd.DataFrame(rows, columns=[*columns, "received_at"]).astype(columns | {"received_at": "datetime64[us]"})
    dossiers = ibis.memtable(table.drop(columns="received_by"))
    handling = ibis.memtable(table[["dossier_key", "received_by"]])
    return receiving(dossiers, handling, reference, reference.decision(ID), AS_OF)


def by_loops(rows: list[dict[str, Any]]) -> tuple[dict[tuple[str, ...], int], dict[str, tuple[int, ...]]]:
    """Dossiers by receiving unit, resolving unit and month; told, own, by others and for others by unit and group."""
    pairs: dict[tuple[str, ...], int] = {}
    sums: dict[str, tuple[int, ...]] = {}
    of_period = [one for one in rows if date(2020, 1, 1) <= one["received_at"].date() <= AS_OF and arises(one)]
    told = [one for one in of_period if one["received_by"]]
    for one in told:
        key = (one["received_by"], one["unit_code"], f"{one['received_at']:%Y-%m}")
        pairs[key] = pairs.get(key, 0) + 1
    for group, members in groups(ALL_UNITS).items():
        codes = {unit["unit_code"] for unit in members}
        mine = [one for one in told if one["unit_code"] in codes]
        own = sum(one["received_by"] == one["unit_code"] for one in mine)
        given_ = sum(one["received_by"] in codes and one["received_by"] != one["unit_code"] for one in told)
        if mine or given_:
            sums[group] = (len(mine), own, len(mine) - own, given_)
    return pairs, sums


@given(seed=st.randoms(use_true_random=False), count=st.sampled_from([0, 1, 30, 200]))
@settings(relaxed, max_examples=6)
def test_it_is_the_independent_count(reference: Reference, seed: random.Random, count: int) -> None:
    rows = at_random(seed, count)
    tables = counted(rows, reference)
    pairs, sums = by_loops(rows)
    table = tables["received_for"]
    assert (
        dict(
            zip(
                table[["received_by", "unit_code", "month"]].itertuples(index=False, name=None),
                table["dossiers"],
                strict=True,
            )
        )
        == pairs
    )
    whole = tables["receiving"]
    found = whole[["told", "own", "by_others", "for_others"]].itertuples(index=False, name=None)
    assert dict(zip(whole["unit_code"], found, strict=True)) == sums
    shuffled = counted(seed.sample(rows, len(rows)), reference)
    for name, other in shuffled.items():
        pd.testing.assert_frame_equal(tables[name], other)
    if len(whole):
        of_all = whole.set_index("unit_code").loc["ALL"]
        assert of_all["told"] == of_all["own"] + of_all["by_others"] == table["dossiers"].sum()
        assert of_all["by_others"] == of_all["for_others"]


def test_of_units_with_a_history_both_sides_are_of_their_series(tmp_path: Path) -> None:
    known = load_reference(write_changed(tmp_path / "reference"))
    decision, end = known.decision(""), date(2020, 12, 31)
    drawn = random.Random(2)
    rows = [
        {name: one[name] for name in ("unit_code", "received_at", "status")}
        | {"dossier_key": one["dossier_id"], "received_by": drawn.choice([one["unit_code"], *CHANGED])}
        for one in made_dossiers(300, seed=5)
    ]
    of_day = known.on_day(decision, end)
    table = pd.DataFrame(rows).astype({"received_at": "datetime64[us]"})
    dossiers = followed(ibis.memtable(table.drop(columns="received_by")), of_day)
    found = receiving(dossiers, ibis.memtable(table[["dossier_key", "received_by"]]), of_day, decision, end)
    arose = [one for one in rows if arises(one) and one["received_at"].year == 2020]
    expected: dict[tuple[str, str, str], int] = {}
    assert of_day.succession
    for one in arose:
        day = one["received_at"].date()
        pair = [of_day.succession.series_on(one[side], day) for side in ("received_by", "unit_code")]
        key = (*pair, f"{day:%Y-%m}")
        expected[key] = expected.get(key, 0) + 1
    pairs = found["received_for"][["received_by", "unit_code", "month", "dossiers"]]
    assert {tuple(row[:3]): row[3] for row in pairs.itertuples(index=False, name=None)} == expected
    assert found["received_for"]["received_by_name"].notna().all()


def test_where_no_export_tells_it_there_are_columns_and_no_row(reference: Reference) -> None:
    rows = [row | {"received_by": None} for row in at_random(random.Random(1), 20)]
    tables = counted(rows, reference)
    assert {name: (list(table.columns), len(table)) for name, table in tables.items()} == {
        "receiving": (RECEIVING_COLUMNS, 0),
        "received_for": (RECEIVED_FOR_COLUMNS, 0),
    }


def test_a_units_page_says_it_and_tells_no_few() -> None:
    report = small_report(language=Language("vi"))
    counts = [(DEPARTMENT, 40, 33, 7, 0), (DISTRICT, 30, 27, 3, 1204), (COMMUNE, 9, 9, 0, 0)]
    rows = [
        dict(zip(RECEIVING_COLUMNS, (code, code, "", "2020-09-30", *figures), strict=True)) for code, *figures in counts
    ]

    def page(code: str, *found: dict[str, Any]) -> str:
        told = replace(report, duties=report.duties | {"receiving": pd.DataFrame(found, columns=RECEIVING_COLUMNS)})
        return html.unescape(unit_sections.waiting(told, find_subject(told, code))._repr_html_())

    assert "Trong 40 hồ sơ có ghi cơ quan tiếp nhận, cơ quan khác tiếp nhận 7 hồ sơ." in page(DEPARTMENT, *rows)
    district = page(DISTRICT, *rows)
    assert "Tiếp nhận cho cơ quan khác: 1.204 hồ sơ." in district
    assert "cơ quan khác tiếp nhận dưới 5 hồ sơ." in district
    for code in (DEPARTMENT, COMMUNE):
        assert page(code) == page(code, rows[2]), "who took in nothing for others is told nothing"
    assert "tiếp nhận" not in page(COMMUNE, *rows).lower() or page(COMMUNE) == page(COMMUNE, *rows)
