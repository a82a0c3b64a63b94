"""What waits, for how long and how far past its day: by cases, by properties and against published estimates."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import relaxed
from support.folders import REFERENCE, write_reference
from support.hanging import count_ages, count_some, count_waiting

from analysis.duties.opened import STAGES, open_dossiers
from analysis.duties.results import course, middle
from analysis.duties.stage import make_duties
from analysis.duties.waiting import WAITING_COLUMNS, waiting
from analysis.duties.waiting_ages import waiting_ages
from analysis.duties.waiting_procedures import waiting_procedures
from analysis.language.problems import ReferenceProblem, RunProblem
from analysis.reference.tables import Reference, load_reference
from analysis.reference.waiting import load_waiting

DAY = date(2020, 9, 30)
RULES = load_waiting(REFERENCE)
DEPARTMENT, DISTRICT, COMMUNE = "H45.18", "H45.22", "H45.22.01"
UNITS = [
    {"unit_code": code, "unit_name": name, "tier": tier, "parent_code": parent, "aliases": ""}
    for code, name, tier, parent in (
        (DEPARTMENT, "Sở Xây dựng", "province", ""),
        (DISTRICT, "Huyện Đồng Xuân", "district", ""),
        (COMMUNE, "Xã Xuân Lãnh", "commune", DISTRICT),
    )
]
CODES = ["1.000001.000.00.00.H45", "1.000001", "1.000002.000.00.00.H45"]  # the first two are one
OFFERS = [
    {
        **{"procedure_code": code, "procedure_name": f"Thủ tục {code}", "field": "x", "tier": "district"},
        **{"unit_code": "", "level": "3", "valid_from": "2019-01-01", "valid_to": ""},
    }
    for code in (CODES[0], CODES[2])
]
SEEN = {"old.csv": date(2020, 8, 29), "edge.csv": date(2020, 8, 30), "new.csv": DAY}
FILES = pd.DataFrame({"file": [*SEEN], "export_date": [day.isoformat() for day in SEEN.values()]})
COLUMNS = {
    **dict.fromkeys(("unit_code", "procedure_code", "status", "file"), "string"),
    **dict.fromkeys(("received_at", "due_at", "completed_at"), "timestamp(6)"),
}
ONE = {
    **{"unit_code": DISTRICT, "procedure_code": CODES[0], "status": "processing", "file": "new.csv"},
    **{"received_at": datetime(2020, 9, 1, 8), "due_at": None, "completed_at": None},
}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return load_reference(write_reference(tmp_path_factory.mktemp("reference") / "reference", UNITS, OFFERS))


def tables(dossiers: list[dict[str, Any]], reference: Reference, as_of: date = DAY) -> dict[str, pd.DataFrame]:
    connection, decision = ibis.duckdb.connect(), reference.decision("766-qd-ubnd-2020")
    table = connection.create_table("dossiers", schema=ibis.schema(COLUMNS), temp=True)
    if dossiers:
        connection.insert("dossiers", pd.DataFrame(dossiers, dtype=object)[[*COLUMNS]])
    opened = open_dossiers(table, FILES, as_of, RULES.unseen_after)
    return {
        "waiting": waiting(table, opened, reference, decision, as_of),
        "waiting_ages": waiting_ages(opened, reference, RULES, as_of),
        "waiting_procedures": waiting_procedures(table, opened, reference, decision, as_of),
    }


def of_district(reference: Reference, **cells: Any) -> dict[str, Any]:
    """The district's row, with one dossier."""
    found = tables([ONE | cells], reference)["waiting"].set_index("unit_code").loc[DISTRICT]
    return {name: None if pd.isna(value) else value for name, value in found.items()}


@pytest.mark.parametrize(
    ("cells", "stage"),
    [
        ({}, "processing"),
        ({"status": "supplement"}, "supplement"),
        ({"status": None}, "unstated"),
        ({"status": "not_accepted"}, "not_accepted"),
        ({"status": "not_accepted", "received_at": None}, "not_accepted"),
        ({"status": "not_accepted", "completed_at": datetime(2020, 9, 2)}, ""),  # refused entry, on a known day
        ({"completed_at": datetime(2020, 9, 30, 17)}, ""),
        ({"status": "resolved", "completed_at": datetime(2020, 10, 1)}, "processing"),  # not known yet
        ({"status": "refused", "completed_at": datetime(2020, 10, 1)}, "processing"),
        ({"status": "resolved"}, ""),
        ({"status": "withdrawn"}, ""),
        ({"received_at": datetime(2020, 9, 30, 23, 59)}, "processing"),
        ({"received_at": datetime(2020, 10, 1)}, ""),
        ({"received_at": datetime(2018, 3, 1)}, "processing"),  # what hangs from before the decision hangs
    ],
)
def test_open_is_what_was_known_to_have_no_result(reference: Reference, cells: dict[str, Any], stage: str) -> None:
    found = of_district(reference, **cells)
    assert [name for name in STAGES if found[name]] == [stage] * bool(stage)
    assert found["open"] == bool(stage)
    assert found["without_age"] == (cells.get("received_at", 0) is None)


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        ({"due_at": datetime(2020, 9, 29, 17)}, 1),
        ({"due_at": datetime(2020, 9, 30, 8)}, None),  # it may still make it
        ({"due_at": datetime(2020, 8, 31), "status": "supplement"}, 30),
        ({"due_at": datetime(2020, 9, 1), "status": None}, 29),
        ({"due_at": datetime(2020, 9, 1), "status": "not_accepted"}, None),  # nothing was promised
        ({"due_at": datetime(2020, 9, 1), "completed_at": datetime(2020, 9, 30)}, None),
        ({"due_at": datetime(2020, 9, 1), "completed_at": datetime(2020, 10, 5), "status": "resolved"}, 29),
        ({}, None),
    ],
)
def test_past_due_is_open_and_accepted_with_its_day_behind_it(
    reference: Reference, cells: dict[str, Any], days: int | None
) -> None:
    found = of_district(reference, **cells)
    assert (found["past_due"], found["past_due_longest"], found["past_due_half"]) == (days is not None, days, days)
    assert found["past_due_supplement"] == (days is not None and cells.get("status") == "supplement")


def test_what_was_last_seen_in_an_old_export_is_counted(reference: Reference) -> None:
    """31 days old is not old; 32 are."""
    assert [of_district(reference, file=name)["unseen"] for name in SEEN] == [1, 0, 0]


def test_every_unit_and_group_has_its_row_without_dossiers_too(reference: Reference) -> None:
    found = tables([], reference)
    assert list(found["waiting"]) == WAITING_COLUMNS
    codes = sorted([*(unit["unit_code"] for unit in UNITS), "ALL", "AREA:H45.22", *_tiers()])
    assert found["waiting"]["unit_code"].tolist() == codes
    assert (found["waiting"]["open"] == 0).all()
    assert found["waiting"][["age_half", "past_due_half", "half_within", "promised_half"]].isna().all(axis=None)
    assert len(found["waiting_ages"]) == len(codes) * 4 * 6
    assert found["waiting_procedures"].empty


def _tiers() -> list[str]:
    return [f"TIER:{tier}" for tier in ("province", "district", "commune")]


# Weeks in remission of 21 patients on 6-MP and 21 on placebo; False: still in remission when last seen. Freireich et
# al. (1963), Blood 21:699–716. The estimates stand in Klein and Moeschberger, Survival Analysis (2003), section 4.2:
# medians of 23 and 8 weeks, and of the placebo 0.0952 in remission after 17, before which it was 0.1429.
DRUG = [
    *((6, True), (6, True), (6, True), (6, False), (7, True), (9, False), (10, True), (10, False), (11, False)),
    *((13, True), (16, True), (17, False), (19, False), (20, False), (22, True), (23, True), (25, False)),
    *((32, False), (32, False), (34, False), (35, False)),
]
PLACEBO = [(week, True) for week in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)]


@pytest.mark.parametrize(("seen", "half", "nine"), [(DRUG, 23, None), (PLACEBO, 8, 17)])
def test_days_are_those_of_the_published_estimates(seen: list[tuple[int, bool]], half: int, nine: int | None) -> None:
    found = course(_rows(seen))
    assert (found.told, found.known, found.half, found.nine_of_ten) == (True, 21, half, nine)


def _rows(seen: list[tuple[int, bool]], undated: int = 0) -> pd.DataFrame:
    rows = [(float(days), done, 1) for days, done in seen]
    return pd.DataFrame([*rows, (float("nan"), True, undated)], columns=["days", "done", "dossiers"])


@pytest.mark.parametrize(("known", "undated", "told"), [(20, 0, True), (19, 0, False), (27, 3, True), (26, 3, False)])
def test_of_few_or_of_many_undated_nothing_is_said(known: int, undated: int, told: bool) -> None:
    found = course(_rows([(4, True)] * known, undated))
    assert (found.told, found.half, found.undated) == (told, 4 if told else None, undated)


def test_the_middle_is_the_fewest_days_that_half_have() -> None:
    assert middle([1, 3, 9], [1, 1, 1]) == 3
    assert middle([1, 3], [1, 1]) == 1
    assert middle([1, 3], [1, 2]) == 3
    assert middle([], []) is None


def test_much_longer_asks_for_both_limits() -> None:
    assert [RULES.is_longer(*days) for days in ((3, 0), (2, 0), (30, 20), (29, 20), (6, 4), (7, 4))] == [
        *(True, False, True, False, False, True),
    ]
    assert RULES.spans == [(0, 5), (6, 15), (16, 30), (31, 60), (61, None)]


def test_a_mistake_in_the_rules_is_named(tmp_path: Path) -> None:
    text = (REFERENCE / "waiting.toml").read_text(encoding="utf-8")
    for right, wrong, told in (
        ("[5, 15,", "[15, 15,", r"waiting\.toml, line 3: bands: each day must be above the one before"),
        ("days = 3", "days = -3", r"waiting\.toml, line 8: longer\.days = «-3» must be 0 or more"),
        ("unseen_after = 31", "", r"unseen_after is missing"),
    ):
        assert right in text
        (tmp_path / "waiting.toml").write_text(text.replace(right, wrong), encoding="utf-8")
        with pytest.raises(ReferenceProblem, match=told):
            load_waiting(tmp_path)


def test_without_the_stages_before_it_says_which_to_run(reference: Reference, tmp_path: Path) -> None:
    with pytest.raises(RunProblem, match=r"attainment\.csv.*clean, attainment and trends_and_gap"):
        make_duties(tmp_path, reference)


def _made(seed: random.Random, count: int) -> list[dict[str, Any]]:
    """Dossiers at random around the year, of every state, with and without their days."""
    made = []
    for _ in range(count):
        received = datetime(2019, 11, 1) + timedelta(minutes=seed.randrange(380 * 24 * 60))
        status = seed.choice(["processing", "supplement", "resolved", "resolved", "refused", "withdrawn", None])
        status = "not_accepted" if seed.random() < 0.1 else status
        blank = status == "not_accepted" and seed.random() < 0.5
        made.append(
            {
                **{"unit_code": seed.choice(UNITS)["unit_code"], "procedure_code": seed.choice([*CODES, "9.999999"])},
                **{"status": status, "file": seed.choice([*SEEN]), "received_at": None if blank else received},
                "due_at": received + timedelta(days=seed.choice([0, 3, 20])) if seed.random() < 0.8 else None,
                "completed_at": received + timedelta(days=seed.choice([0, 1, 5, 40])) if seed.random() < 0.6 else None,
            }
        )
    return made


@given(
    seed=st.integers(0, 2**32).map(random.Random),
    count=st.sampled_from([1, 40, 400]),
    as_of=st.dates(date(2020, 1, 1), date(2021, 2, 1)),
)
@settings(relaxed, max_examples=8)
def test_every_figure_is_the_independent_count(
    reference: Reference, seed: random.Random, count: int, as_of: date
) -> None:
    """And stages, bands and units sum to what is open."""
    dossiers = _made(seed, count)
    found = tables(dossiers, reference, as_of)
    known = [one | {"exported": SEEN[one["file"]]} for one in dossiers]
    assert figures(found["waiting"], "unit_code") == count_waiting(known, UNITS, as_of)
    _hold(found)
    ages, whole = found["waiting_ages"], count_ages(known, as_of)
    of_all = ages[ages["unit_code"] == "ALL"]
    keys = of_all[["stage", "age_from", "age_to"]].astype(object).where(lambda cells: cells.notna(), None)
    assert dict(zip(keys.itertuples(index=False, name=None), of_all["dossiers"], strict=True)) == whole
    for row in found["waiting_procedures"].itertuples(index=False):
        some = [one for one in known if one["unit_code"] == row.unit_code]
        some = [one for one in some if one["procedure_code"].startswith(row.procedure_key)]
        expected = count_some(some, as_of)
        told = {name: None if pd.isna(value) else value for name, value in row._asdict().items()}
        assert {name: told[name] for name in expected.keys() & told.keys()} == {
            name: value for name, value in expected.items() if name in told
        }


def figures(table: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    """The rows by a key without names and the day, None where a cell is blank."""
    plain = table.drop(columns=["unit_name", "tier", "as_of"]).set_index(key).astype(object)
    return plain.where(plain.notna(), None).to_dict("index")


def _hold(found: dict[str, pd.DataFrame]) -> None:
    whole = found["waiting"].set_index("unit_code")
    assert (whole[list(STAGES)].sum(axis=1) == whole["open"]).all()
    assert (whole["past_due_supplement"] <= whole["past_due"]).all()
    assert (whole["past_due"] <= whole["with_due"]).all()
    assert (whole["with_due"] <= whole["open"] - whole["not_accepted"]).all()
    assert (found["waiting_ages"].groupby("unit_code")["dossiers"].sum() == whole["open"]).all()
    counts = ["open", *STAGES, "past_due", "results", "with_promise"]
    units = [unit["unit_code"] for unit in UNITS]
    assert (whole.loc[units, counts].sum() == whole.loc["ALL", counts]).all()
    assert (whole.loc[_tiers(), counts].sum() == whole.loc["ALL", counts]).all()
    assert (whole.loc[units[1:], counts].sum() == whole.loc["AREA:H45.22", counts]).all()
    by_unit = found["waiting_procedures"].groupby("unit_code")[["open", "past_due", "results", "with_promise"]].sum()
    by_unit = by_unit.reindex(units, fill_value=0)
    assert (by_unit == whole.loc[units, by_unit.columns]).all(axis=None)


@given(seed=st.integers(0, 2**32).map(random.Random), as_of=st.dates(date(2020, 1, 1), date(2020, 11, 1)))
@settings(relaxed, max_examples=5)
def test_neither_the_order_of_rows_nor_what_came_later_changes_anything(
    reference: Reference, seed: random.Random, as_of: date
) -> None:
    dossiers = _made(seed, 150)
    later = [_known(one, seed, as_of) for one in seed.sample(dossiers, len(dossiers))]
    new = datetime.combine(as_of, datetime.min.time()) + timedelta(days=1)
    later += [one | {"received_at": new, "completed_at": new} for one in _made(seed, 10)]
    before, after = (tables(some, reference, as_of) for some in (dossiers, later))
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, after[name])


def _known(one: dict[str, Any], seed: random.Random, as_of: date) -> dict[str, Any]:
    """The same dossier with its result on another day after the as-of day, where it came after it."""
    if one["completed_at"] is None or one["completed_at"].date() <= as_of:
        return one
    return one | {"completed_at": one["completed_at"] + timedelta(days=seed.randrange(90))}
