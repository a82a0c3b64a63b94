"""The sample of 2025: facts of the example, and every figure of a run on it against an own count of its truth."""

from collections import Counter
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.folders import REFERENCE, read_csv
from support.in_process import cleaning_in_this_process
from support.small_run import call_here
from support.two_tiers import MINIMA, PERIOD, count_scheme

from analysis.dossiers.stage import clean_exports
from analysis.language.problems import UsageProblem
from analysis.measures.attainment import make_attainment
from analysis.reference.tables import load_reference
from analysis.sample import Truth, write_scheme
from analysis.sample.two_tiers import live
from analysis.storage.places import TWO_TIERS

VOCABULARY = REFERENCE / "vocabulary.toml"
DOSSIERS, SEED = 1_500, 7
DAYS = (date(2025, 6, 30), date(2025, 12, 31))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scheme")


@pytest.fixture(scope="module")
def truth(home: Path) -> Truth:
    written = write_scheme(home / "sample", TWO_TIERS, VOCABULARY, DOSSIERS, SEED)
    with cleaning_in_this_process():
        clean_exports(home / "sample/raw", load_reference(home / "sample/reference"), home / "processed", jobs=1)
    return written


def test_the_example_holds_the_facts_of_the_merger() -> None:
    units, lines = read_csv(TWO_TIERS / "units.csv"), read_csv(TWO_TIERS / "successors.csv")
    old = [unit["unit_code"] for unit in units if unit["tier"] == "commune" and unit["valid_to"] == "2025-07-01"]
    new = [unit["unit_code"] for unit in units if unit["tier"] == "commune" and unit["valid_from"] == "2025-07-01"]
    assert (len(old), len(new)) == (106, 34)
    assert sum(unit["tier"] == "district" and unit["valid_to"] == "2025-07-01" for unit in units) == 9
    from_communes = [line for line in lines if line["old_code"] in old]
    assert {line["new_code"] for line in from_communes} == set(new)
    parts = Counter(line["old_code"] for line in from_communes)
    assert set(parts) == set(old)
    assert sorted(parts.values()) == [1] * 99 + [2] * 7
    divided = {line["old_code"] for line in from_communes if Fraction(line["share"]) != 1}
    names = {unit["unit_code"]: unit["unit_name"] for unit in units}
    assert sorted(names[code] for code in divided) == [
        *("Phường 9", "Phường Hòa Hiệp Bắc", "Xã Ea Bar", "Xã Ea Bia", "Xã Hòa An", "Xã Hòa Bình 1", "Xã Hòa Trị"),
    ]


def test_procedures_of_the_districts_end_with_them_and_most_go_on_elsewhere() -> None:
    lines = read_csv(TWO_TIERS / "catalogue.csv")
    ended = {line["procedure_code"] for line in lines if line["tier"] == "district"}
    assert {line["valid_to"] for line in lines if line["tier"] == "district"} == {"2025-07-01"}
    after = Counter(
        line["tier"] for line in lines if line["procedure_code"] in ended and line["valid_from"] == "2025-07-01"
    )
    assert after == {"commune": 48, "province": 3}
    assert len(ended) == 60
    assert load_reference(REFERENCE).decisions.keys() == {"766-qd-ubnd-2020"}, "an example is not loaded"


def test_no_dossier_arose_where_or_when_nobody_offered_it(truth: Truth) -> None:
    units = {unit["unit_code"]: unit for unit in read_csv(TWO_TIERS / "units.csv")}
    late = 0
    for row in truth.rows.to_dict("records"):
        unit, day = units[row["unit_code"]], row["received_at"].date().isoformat()
        assert unit["valid_from"] <= day
        late += bool(unit["valid_to"]) and day >= unit["valid_to"]
        assert row["dossier_id"].startswith("H45-" if day >= "2025-07-01" else f"{row['unit_code']}-")
    assert 0 < late < 0.01 * len(truth.rows), "some are still under the old name in July"


def test_what_only_the_newer_forms_tell_is_read_from_them_alone(home: Path, truth: Truth) -> None:
    told = pd.read_parquet(home / "processed/handling.parquet")
    newer = truth.rows["file"].str.startswith(("cong-quoc-gia", "dong-bo")) & (truth.rows["fate"] == "accepted")
    assert told["digitised"].notna().sum() == newer.sum()
    assert 0 < told["received_by"].notna().sum() < newer.sum(), "who took it in stands in the communes' lists alone"


def test_every_row_is_accepted_or_superseded_and_the_ledger_says_so(home: Path, truth: Truth) -> None:
    found = {line["file"]: line for line in read_csv(home / "processed/files.csv")}
    assert found.keys() == set(truth.files["file"])
    for line in truth.files.to_dict("records"):
        ours = found[line["file"]]
        counts = ("read", "accepted", "rejected", "superseded")
        assert {name: int(ours[name]) for name in counts} == {name: line[name] for name in counts}, line["file"]
        assert (ours["status"], ours["export_date"]) == ("accepted", line["export_date"])
    assert truth.files["superseded"].sum() > 0
    assert truth.files["rejected"].sum() == 0


@cache
def attained(home: Path, as_of: date) -> list[dict[str, str]]:
    make_attainment(home / "processed", load_reference(home / "sample/reference"), as_of=as_of.isoformat())
    return read_csv(home / "processed/attainment.csv")


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_every_figure_is_the_own_count_of_the_truth(home: Path, truth: Truth, as_of: date) -> None:
    rows = attained(home, as_of)
    found = {
        (row["target_id"], row["reading"], row["unit_code"], row["window"], row["month"]): (
            *(int(row[name]) for name in ("numerator", "denominator", "shortfall")),
            row["status"],
        )
        for row in rows
    }
    counted = count_scheme(_dossiers(truth), TWO_TIERS, as_of)
    assert found.keys() == counted.keys()
    assert {key: (found[key], counted[key]) for key in found if found[key] != counted[key]} == {}
    assert {row["target_id"]: Fraction(row["minimum"]) for row in rows} == {
        target: Fraction(minimum) for target, minimum in MINIMA.items()
    }
    names = {row["unit_code"]: row["unit_name"] for row in rows}
    if as_of == PERIOD[1]:
        assert names["TIER:district"] == "Cấp huyện (đến ngày 30/06/2025)"
        assert names["H45.22"] == "Huyện Đồng Xuân (đến ngày 30/06/2025)"
        assert not any(code.startswith("AREA:") for code in names)
    else:
        assert {"AREA:H45.22", "H45.22.01"} <= names.keys()
        assert "H45.51" not in names, "what is to come has not come"


def test_who_got_a_part_begins_anew_and_who_merged_goes_on(home: Path, truth: Truth) -> None:
    rows = [
        row
        for row in attained(home, DAYS[-1])
        if (row["target_id"], row["reading"], row["window"]) == ("moi-ho-so", "default", "month")
    ]
    before: Counter[str] = Counter()
    for row in rows:
        if row["month"] < "2025-07":
            before[row["unit_code"]] += int(row["denominator"])
    lines = read_csv(TWO_TIERS / "successors.csv")
    anew = {line["new_code"] for line in lines if Fraction(line["share"]) != 1}
    merged = {line["new_code"] for line in lines if line["from"] == "2025-07-01"} - anew
    assert {code for code in anew if before[code]} == set()
    assert len(anew) == 11
    assert all(before[code] for code in merged)


def test_the_same_seed_gives_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    for name, seed in (("once", 4), ("again", 4), ("other", 5)):
        write_scheme(tmp_path / name, TWO_TIERS, VOCABULARY, 200, seed)
    once, again, other = (_bytes(tmp_path / name) for name in ("once", "again", "other"))
    assert once == again
    assert once.keys() == other.keys()
    assert once != other


@pytest.mark.parametrize("count", [1, 7])
def test_a_few_dossiers_are_as_many_as_were_asked_for(tmp_path: Path, count: int) -> None:
    rows = write_scheme(tmp_path / "few", TWO_TIERS, VOCABULARY, count, 3).rows
    assert rows["dossier_id"].nunique() == (rows["fate"] == "accepted").sum() == count


def test_the_command_writes_a_folder_that_a_run_takes(tmp_path: Path) -> None:
    done = call_here(["sample", "--scheme", "2025", "--out", "made", "--dossiers", "50"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["raw", "reference"]
    taken = load_reference(tmp_path / "made/reference")
    assert (taken.decision("").id, [*taken.criteria]) == ("gia-dinh-2025", ["chu-tich-xa"])
    refused = call_here(["sample", "--scheme", "2025", "--out", "more", "--filing"], tmp_path)
    assert refused.returncode == 2
    assert not (tmp_path / "more").exists()
    with pytest.raises(UsageProblem):
        write_scheme(tmp_path / "made", TWO_TIERS, VOCABULARY, 50, 1)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _dossiers(truth: Truth) -> list[dict[str, Any]]:
    rows = truth.rows[truth.rows["fate"] == "accepted"]
    moments = {name: rows[name].astype(object).where(rows[name].notna(), None) for name in ("due_at", "completed_at")}
    level = pd.to_numeric(rows["own_level"])
    year = live(TWO_TIERS, DOSSIERS, np.random.default_rng(SEED)).set_index("dossier_id")["digitised"]
    # The forms of before July do not say it.
    digitised = rows["dossier_id"].map(year).where(rows["file"].str.startswith(("cong-quoc-gia", "dong-bo")), "")
    return rows.assign(level=level, digitised=digitised, **moments).to_dict("records")
