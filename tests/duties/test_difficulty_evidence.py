"""A stated difficulty is borne out where the unit itself lies beyond its tier, in the indicators of its kind alone."""

from pathlib import Path

import pandas as pd
import pytest
from support.folders import REFERENCE

from analysis.duties.difficulty_evidence import DIFFICULTY_EVIDENCE_COLUMNS, difficulty_evidence
from analysis.language.problems import ReferenceProblem
from analysis.reference.difficulties import load_kinds
from analysis.reference.tables import Reference, load_reference
from analysis.reference.waiting import load_waiting

UNITS = ["H45.02", "H45.03", "H45.06", "H45.07", "H45.08", "H45.11", "H45.15", "H45.18"]  # departments
ONE, TWO, THREE, *_ = UNITS
MONTH = "2020-09"


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(REFERENCE)


def _tables(stated: list[tuple[str, str, str, str]]) -> dict[str, pd.DataFrame]:
    """Eight departments: ONE is late, TWO has many past due and a slow procedure, THREE has everything rejected."""
    columns = ["unit_code", "indicator", "numerator", "denominator", "value", "tier_share", "verdict"]
    delays = [
        (code, indicator, 5, 50, 0.1, 0.1, "above" if (code, indicator) == (ONE, "late") else "as_expected")
        for code in UNITS
        for indicator in ("late", "supplement", "refused")
    ]
    compared = {"measure": "dossiers_online", "scope": "all", "tier": "province", "numerator": 30, "denominator": 60}
    compared |= {"target_id": "l3-dossiers", "level": 3}
    records = [(code, "accepted", "dossiers", 10 if code == THREE else 200) for code in UNITS]
    slow = {
        "half_within": [5.0, 5.0, 5.0],
        "nine_of_ten_within": [9.0, 6.0, float("nan")],
        "promised_half": [5.0, 5, 5],
    }
    return {
        "difficulties": pd.DataFrame(stated, columns=["unit_code", "month", "category", "text"]),
        "delays": pd.DataFrame(delays, columns=columns),
        "comparison": pd.DataFrame(
            [{"unit_code": code, **compared, "against_tier": "below" if code == TWO else ""} for code in UNITS]
        ),
        "unit_quality": pd.DataFrame(
            [*records, (THREE, "rejected", "bad_date", 190)], columns=["unit_code", "kind", "code", "count"]
        ),
        "waiting": pd.DataFrame(
            [(code, 45 if code == TWO else 2, 50) for code in UNITS], columns=["unit_code", "past_due", "with_due"]
        ),
        "reconciliation": pd.DataFrame(
            [(TWO, "equal"), (TWO, "unexplained"), (THREE, "equal")], columns=["unit_code", "status"]
        ),
        "catalogue_on_portal": pd.DataFrame(
            [(ONE, 9, 2, 1), (THREE, 9, 0, 0), ("ALL", 18, 2, 1)],
            columns=["unit_code", "assigned", "missing", "wrong_level"],
        ),
        "waiting_procedures": pd.DataFrame({"unit_code": [TWO, TWO, ONE], "procedure_key": [*"abc"], **slow}),
        "procedures": pd.DataFrame(
            [(TWO, "a", 30), (TWO, "b", 20), (ONE, "c", None)], columns=["unit_code", "procedure_key", "told"]
        ),
        "availability": pd.DataFrame(
            [
                ("2020-08", "monitor:1", 2),
                ("2020-08", "log", 1),
                ("2020-07", "monitor:1", 0),
                ("2020-06", "dossiers", 9),
            ],
            columns=["month", "source", "outages"],
        ),
    }


def _found(reference: Reference, *stated: tuple[str, str, str, str]) -> dict[tuple[str, str, str], tuple[int, str]]:
    table = difficulty_evidence(_tables([*stated]), reference, load_kinds(REFERENCE), load_waiting(REFERENCE), MONTH)
    assert list(table.columns) == DIFFICULTY_EVIDENCE_COLUMNS
    keys = zip(table["unit_code"], table["kind"], table["indicator"], strict=True)
    return dict(zip(keys, zip(table["stated"], table["verdict"], strict=True), strict=True))


def test_it_is_borne_out_by_the_indicators_of_its_kind_at_the_unit_that_states_it(reference: Reference) -> None:
    found = _found(
        reference,
        (ONE, "2020-08", "Nhân lực", "Thiếu người."),
        (ONE, "2020-09", "", "Một công chức kiêm nhiều việc."),
        (TWO, "2020-08", "Nhân lực", "Thiếu người."),
    )
    assert found[ONE, "people", "late"] == (2, "shown")
    assert found[ONE, "people", "past_due"] == (2, "not_shown")
    assert found[TWO, "people", "late"] == (1, "not_shown")
    assert found[TWO, "people", "past_due"] == (1, "shown")


def test_what_nobody_states_is_shown_too(reference: Reference) -> None:
    found = _found(reference, (ONE, "2020-08", "Nhân lực", "Thiếu người."))
    assert {key for key, (stated, _) in found.items() if not stated} == {
        (TWO, "people", "past_due"),
        (TWO, "process", "slow"),
        (ONE, "catalogue", "missing"),
        (TWO, "applicants", "not_online"),
        (THREE, "data", "rejected"),
        (TWO, "data", "differing"),
    }
    assert {verdict for stated, verdict in found.values() if not stated} == {"shown"}


def test_a_catalogue_that_is_not_on_the_portal_is_borne_out_by_the_portals_list(reference: Reference) -> None:
    found = _found(reference, *((unit, "2020-08", "Danh mục", "Chưa đủ.") for unit in (ONE, TWO, THREE)))
    verdicts = [found[unit, "catalogue", "missing"][1] for unit in (ONE, TWO, THREE)]
    assert verdicts == ["shown", "unknown", "not_shown"]


def test_outages_count_in_the_months_stated_where_the_portal_was_watched(reference: Reference) -> None:
    found = _found(
        reference,
        (ONE, "2020-08", "Cổng", "Hay bị nghẽn."),
        (TWO, "2020-07", "Cổng dịch vụ công", "Chậm."),
        (THREE, "2020-06", "", "Không vào được cổng."),
    )
    assert found[ONE, "portal", "outages"] == (1, "shown")
    assert found[TWO, "portal", "outages"] == (1, "not_shown")
    assert found[THREE, "portal", "outages"] == (1, "unknown"), "what dossiers let suspect is no outage"


def test_what_no_file_tells_and_what_is_of_no_kind_is_unknown(reference: Reference) -> None:
    found = _found(reference, (ONE, "2020-08", "Thanh toán", "Chưa nộp được."), (TWO, "2020-08", "Khác", "Trời mưa."))
    assert found[ONE, "payment", ""] == (1, "unknown")
    assert found[TWO, "other", ""] == (1, "unknown")


def test_what_is_stated_for_a_later_month_is_not_known_yet(reference: Reference) -> None:
    assert not any(stated for stated, _ in _found(reference, (ONE, "2020-10", "Nhân lực", "Thiếu người.")).values())


def test_the_category_tells_the_kind_before_the_text_and_words_are_whole() -> None:
    kinds = load_kinds(REFERENCE)
    assert kinds.of("Nhân lực", "Phần mềm chậm") == "people"
    assert kinds.of("Khác", "Phần mềm chậm") == "software"
    assert kinds.of("", "CÁN BỘ KIÊM NHIỆM") == "people"
    assert kinds.of("", "Thống kêu") == "other"


def test_an_indicator_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    text = (REFERENCE / "difficulties.toml").read_text(encoding="utf-8")
    (tmp_path / "difficulties.toml").write_text(text.replace('evidence = ["outages"]', 'evidence = ["rain"]'), "utf-8")
    with pytest.raises(ReferenceProblem, match=r"difficulties\.toml"):
        load_kinds(tmp_path)


def test_levels_counted_together_are_not_counted_again(reference: Reference) -> None:
    tables = _tables([])
    kinds, rules = load_kinds(REFERENCE), load_waiting(REFERENCE)
    together = tables["comparison"].assign(target_id="both", level=float("nan"), against_tier="below")
    both = tables | {"comparison": pd.concat([tables["comparison"], together])}
    expected, found = (difficulty_evidence(some, reference, kinds, rules, MONTH) for some in (tables, both))
    pd.testing.assert_frame_equal(found, expected)
    alone = difficulty_evidence(tables | {"comparison": together}, reference, kinds, rules, MONTH)
    counted = alone.loc[alone["indicator"] == "not_online", "denominator"]
    assert set(counted) == {60}
