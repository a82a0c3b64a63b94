"""Why a report differs: planted rules are named and no other, typing errors are nobody's way of counting.

The campaign of 60 reports is longer with ``DVCTT_CAMPAIGN=20 pytest tests/duties/test_explaining.py -s``.
"""

import os
import random
import tomllib
from collections import Counter
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import relaxed
from support.folders import REFERENCE, write_reference
from support.reported import FORM, SUMS, made_up_dossiers, planted_reports

from analysis.duties.explaining import EQUAL, EXPLAINED, UNEXPLAINED, explain, is_slip, pairs
from analysis.duties.unit_counts import OWN, REPORT, unit_counts
from analysis.reference.explanations import load_explanations
from analysis.reference.tables import load_reference
from analysis.reference.unit_reports import load_unit_reports

SEEDS = range(int(os.environ.get("DVCTT_CAMPAIGN", "1")))
RULES = load_explanations(REFERENCE).rules
FORMS = load_unit_reports(REFERENCE)
FILE = tomllib.loads((REFERENCE / "explanations.toml").read_text("utf-8"))
WRITTEN = {rule.pop("id"): rule for rule in FILE["rules"]}
UNITS = [
    *((f"H45.0{number}", f"Sở Số {number}", "province", "") for number in range(8)),
    *((f"H45.2{number}", f"Huyện Số {number}", "district", "") for number in range(4)),
    *((f"H45.2{one}.0{two}", f"Xã Số {one}{two}", "commune", f"H45.2{one}") for one in range(4) for two in range(2)),
]
NAMES = ("unit_code", "unit_name", "tier", "parent_code", "aliases")
ROWS = [dict(zip(NAMES, (*unit, ""), strict=True)) for unit in UNITS]
OFFER = {
    **{"procedure_code": "1.000001", "procedure_name": "Thủ tục", "field": "x", "tier": "district"},
    **{"unit_code": "", "level": "3", "valid_from": "2019-01-01", "valid_to": ""},
}


def test_planted_rules_are_named_and_no_other(tmp_path: Path) -> None:
    reference = load_reference(write_reference(tmp_path / "reference", ROWS, [OFFER]))
    told: Counter[str] = Counter()
    for seed in SEEDS:
        chance = random.Random(seed)
        dossiers = made_up_dossiers(chance, ROWS, 8000)
        cells = pd.DataFrame(planted_reports(chance, dossiers, ROWS, WRITTEN, 60))
        counts = unit_counts(_table(dossiers), cells, reference, [None, *RULES, *pairs(RULES)])
        long = counts.melt(["rule", *REPORT], var_name="cell", value_name="count")
        own, ways = long[long["rule"] == OWN].drop(columns="rule"), long[long["rule"] != OWN]
        told += _judged(explain(cells, own, ways, FORMS.sums, REPORT))
    print(dict(told))  # for who runs the campaign
    assert told["differing"] >= 300 * len(SEEDS)
    assert told["named"] >= 0.95 * told["single"]
    assert told["two_named"] >= 0.3 * told["two"]
    assert told["wrong"] == 0
    assert told["typed_unexplained"] >= 0.99 * told["typed"]  # a digit may be wrong just as a rule would have it


def _table(dossiers: list[dict[str, object]]) -> ibis.Table:
    return ibis.memtable(pa.Table.from_pylist(dossiers))


def _judged(rows: pd.DataFrame) -> Counter[str]:
    """How many cells with which planted difference came out as what; a rule of the report's is right anywhere."""
    told: Counter[str] = Counter()
    for _, report in rows.groupby(REPORT):
        planted_here = {name for planted in report["planted"] for name in planted.split("+")}
        for row in report[report["difference"] != 0].itertuples():
            named, planted = set(row.rule.split("+")) - {""}, set(row.planted.split("+"))
            kind = "typed" if row.planted == "typing" else "single" if len(planted) == 1 else "two"
            told.update(["differing", kind])
            told["wrong"] += not named <= planted_here
            told["named"] += kind == "single" and named == planted
            told["two_named"] += kind == "two" and named == planted
            told["typed_unexplained"] += kind == "typed" and row.status == UNEXPLAINED
    return told


def _report(differences: dict[str, int], unit: str = "A", period: str = "1") -> pd.DataFrame:
    """A report of the form 06/VPCP in which the own count is 1000 of every cell that is no sum."""
    own = {cell: 1000 * len(SUMS.get(cell, "1")) for cell in FORM}
    cells = [(unit, period, cell, own[cell] + differences.get(cell, 0)) for cell in FORM]
    return pd.DataFrame(cells, columns=["unit_code", "period", "cell", "reported"])


def _explained(reports: pd.DataFrame, ways: dict[str, dict[str, int]]) -> pd.DataFrame:
    keys = ["unit_code", "period"]
    places = reports[keys].drop_duplicates().itertuples(index=False, name=None)
    counts = [
        _report(differences, *place).rename(columns={"reported": "count"}).assign(rule=rule)
        for place in places
        for rule, differences in {OWN: {}, **ways}.items()
    ]
    whole = pd.concat(counts)
    own, ways_told = whole[whole["rule"] == OWN].drop(columns="rule"), whole[whole["rule"] != OWN]
    return explain(reports, own, ways_told, FORMS.sums, keys)


WITHDRAWN = {"received_total": 37, "received_online": 37, "settled_total": 37, "settled_on_time": 37}


def test_the_only_rule_that_fits_is_named_in_every_cell_that_it_changes() -> None:
    found = _explained(_report(WITHDRAWN), {"withdrawn": WITHDRAWN, "other": {"received_post": 1, "received_total": 1}})
    named = found[found["cell"].isin(WITHDRAWN)]
    assert set(named["rule"]) == {"withdrawn"}
    assert set(named["status"]) == {EXPLAINED}
    assert set(found.loc[~found["cell"].isin(WITHDRAWN), "status"]) == {EQUAL}


def test_a_cell_that_a_rule_would_change_and_that_equals_ours_speaks_against_it() -> None:
    found = _explained(_report({"received_total": 37, "received_online": 37}), {"withdrawn": WITHDRAWN})
    assert set(found["rule"]) == {""}


def test_two_rules_that_predict_the_same_leave_it_unexplained_unless_the_unit_follows_one() -> None:
    ways = {"one": WITHDRAWN, "other": WITHDRAWN}
    assert set(_explained(_report(WITHDRAWN), ways)["rule"]) == {""}
    usual = {"received_total": 400, "received_online": 400, "open_total": 400, "open_in_time": 400}
    counts = []
    for period in "123":
        own, one = _report({}, "A", period), _report(WITHDRAWN if period == "1" else usual, "A", period)
        other = _report(WITHDRAWN, "A", period)
        counts.append([part.rename(columns={"reported": "count"}) for part in (own, one, other)])
    reports = pd.concat(
        [_report(WITHDRAWN if period == "1" else usual, "A", period) for period in "123"], ignore_index=True
    )
    own, one, other = (pd.concat(parts) for parts in zip(*counts, strict=True))
    told = pd.concat([one.assign(rule="one"), other.assign(rule="other")])
    found = explain(reports, own, told, FORMS.sums, ["unit_code", "period"])
    assert set(found.loc[found["difference"] != 0, "rule"]) == {"one"}


def test_a_mistyped_cell_keeps_no_rule_from_being_named_elsewhere_and_stays_unexplained() -> None:
    rule = WITHDRAWN | {"received_total": 57, "received_offline": 20, "open_total": 20, "open_late": 20}
    typed = rule | {"received_online": 37 + 6000}  # 1037 → 7037
    found = _explained(_report(typed), {"withdrawn": rule}).set_index("cell")
    assert found.loc["received_online", "status"] == UNEXPLAINED
    assert found.loc["settled_on_time", "rule"] == "withdrawn"


def test_no_ways_leave_everything_unexplained() -> None:
    found = _explained(_report(WITHDRAWN), {})
    assert set(found["status"]) == {EQUAL, UNEXPLAINED}


@pytest.mark.parametrize(("written", "meant"), [(12, 21), (3, 8), (120, 12), (12, 120), (1037, 7037), (10, 19), (0, 5)])
def test_a_slip_is_a_digit(written: int, meant: int) -> None:
    assert is_slip(written, meant)


@pytest.mark.parametrize(("written", "meant"), [(12, 45), (120, 201), (1000, 10), (99, 100), (1234, 4321)])
def test_what_a_digit_does_not_make_is_no_slip(written: int, meant: int) -> None:
    assert not is_slip(written, meant)


@settings(relaxed, max_examples=40)
@given(st.dictionaries(st.sampled_from(FORM), st.integers(-900, 900)), st.randoms(use_true_random=False))
def test_what_is_named_is_always_what_was_reported(differences: dict[str, int], chance: random.Random) -> None:
    ways = {name: {cell: chance.choice([0, 0, 5, -5]) for cell in FORM} for name in ("a", "b", "a+b")}
    ways["c"] = differences
    reports = _report(differences).sample(frac=1, random_state=chance.randrange(100)).reset_index(drop=True)
    found = _explained(reports, ways)
    assert ((found["difference"] == 0) == (found["status"] == EQUAL)).all()
    assert ((found["rule"] != "") == (found["status"] == EXPLAINED)).all()
    for row in found[found["rule"] != ""].itertuples():
        assert ways[row.rule].get(row.cell, 0) == row.difference
