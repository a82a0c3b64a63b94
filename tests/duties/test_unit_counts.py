"""A unit's dossiers by the cells of its report: against an independent count, in every way of counting."""

import random
import tomllib
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from support.folders import REFERENCE, write_reference
from support.reported import CELLS, count_cells, made_up_dossiers, merged

from analysis.duties.unit_counts import OWN, unit_counts
from analysis.reference.explanations import load_explanations
from analysis.reference.tables import Reference, load_reference
from analysis.reference.unit_reports import CELLS as KNOWN
from analysis.reference.unit_reports import load_unit_reports

RULES = load_explanations(REFERENCE).rules
WRITTEN = {rule["id"]: rule for rule in tomllib.loads((REFERENCE / "explanations.toml").read_text("utf-8"))["rules"]}
UNITS = [
    {"unit_code": code, "unit_name": name, "tier": tier, "parent_code": parent, "aliases": ""}
    for code, name, tier, parent in (
        ("H45.18", "Sở Xây dựng", "province", ""),
        ("H45.22", "Huyện Đồng Xuân", "district", ""),
        ("H45.22.01", "Xã Xuân Lãnh", "commune", "H45.22"),
        ("H45.22.02", "Xã Xuân Quang", "commune", "H45.22"),
    )
]
OFFER = {
    **{"procedure_code": "1.000001", "procedure_name": "Thủ tục", "field": "x", "tier": "district"},
    **{"unit_code": "", "level": "3", "valid_from": "2019-01-01", "valid_to": ""},
}
PERIODS = [
    (date(2020, 1, 1), date(2020, 1, 31)),
    (date(2020, 9, 1), date(2020, 9, 30)),
    (date(2020, 7, 1), date(2020, 9, 30)),
]
TIMES = ("submitted_at", "received_at", "due_at", "completed_at")
TEXTS = ("unit_code", "status", "channel", "source", "applicant")


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return load_reference(write_reference(tmp_path_factory.mktemp("reference") / "reference", UNITS, [OFFER]))


def table(dossiers: list[dict[str, Any]], *without: str) -> ibis.Table:
    types = {**dict.fromkeys(TIMES, pa.timestamp("us")), **dict.fromkeys(TEXTS, pa.string()), "level": pa.int8()}
    schema = pa.schema([(name, kind) for name, kind in types.items() if name not in without])
    return ibis.memtable(pa.Table.from_pylist(dossiers, schema=schema))


def reports() -> pd.DataFrame:
    rows = [(unit["unit_code"], *period) for unit in UNITS for period in PERIODS]
    return pd.DataFrame(rows, columns=["unit_code", "period_start", "period_end"])


def test_the_tests_know_the_cells_that_there_are() -> None:
    assert set(CELLS) == set(KNOWN)


def test_every_way_of_counting_is_that_of_an_independent_count(reference: Reference) -> None:
    dossiers = made_up_dossiers(random.Random(1), UNITS, 1200)
    some = [pair for one, other in list(combinations(RULES, 2))[::7] if (pair := one.beside(other))]
    found = unit_counts(table(dossiers), reports(), reference, [None, *RULES, *some])
    assert len(found) == (1 + len(RULES) + len(some)) * len(UNITS) * len(PERIODS)
    for row in found.to_dict("records"):
        rule = merged(*(WRITTEN[name] for name in row["rule"].split("+") if name))
        expected = count_cells(dossiers, UNITS, row["unit_code"], row["period_start"], row["period_end"], rule)
        assert {name: row[name] for name in CELLS} == expected, (row["rule"], row["unit_code"], row["period_start"])
    assert found.groupby("rule")[[*CELLS]].sum().drop_duplicates().shape[0] > len(RULES)  # none is another in disguise


def test_what_must_add_up_does_in_the_own_way(reference: Reference) -> None:
    found = unit_counts(table(made_up_dossiers(random.Random(2), UNITS, 600)), reports(), reference, [None])
    assert (found["rule"] == OWN).all()
    for one in load_unit_reports(REFERENCE).sums:
        assert (found[one.whole] == found[list(one.parts)].sum(axis=1)).all(), one


def test_order_changes_nothing_and_without_a_day_of_filing_no_rule_goes_by_it(reference: Reference) -> None:
    dossiers = made_up_dossiers(random.Random(3), UNITS, 300)
    shuffled = random.Random(4).sample(dossiers, len(dossiers))
    found = unit_counts(table(dossiers, "submitted_at"), reports(), reference, [None, *RULES])
    again = unit_counts(table(shuffled, "submitted_at"), reports(), reference, [None, *RULES])
    pd.testing.assert_frame_equal(found, again)
    assert set(found["rule"]) == {OWN, *(rule.id for rule in RULES if not rule.received_by)}


def test_a_unit_without_dossiers_has_counts_of_none(reference: Reference) -> None:
    found = unit_counts(table([]), reports(), reference, [None])
    assert len(found) == len(reports())
    assert not found[[*CELLS]].to_numpy().any()
    assert unit_counts(table([]), reports().head(0), reference, [None]).empty


def test_two_rules_go_together_where_they_do_not_contradict_each_other() -> None:
    by_id = {rule.id: rule for rule in RULES}
    both = by_id["withdrawn"].beside(by_id["not_accepted"])
    assert both
    assert both.counted == ("withdrawn", "not_accepted")
    without = by_id["without_post"].beside(by_id["without_ministry"])
    assert without
    assert set(without.without) == {"channel", "source"}
    assert by_id["fifteenth"].beside(by_id["fifteenth"].model_copy(update={"id": "x"})) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[rules]]\nid = "x"\ntitle = {vi = "a", en = "a"}\n', "changes nothing"),
        ('[[rules]]\nid = "x"\ntitle = {vi = "a", en = "a"}\ncommunes = true\n' * 2, "stands twice"),
        ('[[rules]]\nid = "x"\ntitle = {vi = "a", en = "a"}\nfirst_day = 31\n', "28"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "explanations.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=told):
        load_explanations(tmp_path)
