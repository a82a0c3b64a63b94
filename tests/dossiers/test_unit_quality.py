"""Each unit sees its own rejects and doubtful rows, and the units' counts sum to the whole ledger's."""

import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from support.folders import REFERENCE, read_csv
from support.small_exports import clean

from analysis.dossiers import superseding
from analysis.dossiers.stage import clean_exports
from analysis.reference.tables import load_reference
from analysis.sample import write_sample

Counts = dict[tuple[str, str, str], int]


def _counts(processed: Path) -> Counts:
    rows = read_csv(processed / "unit_quality.csv")
    return {(row["unit_code"], row["kind"], row["code"]): int(row["count"]) for row in rows}


def test_rejects_checks_and_dossiers_are_counted_for_the_unit_that_they_belong_to(tmp_path: Path) -> None:
    clean(
        tmp_path,
        a=[
            {"Hình thức nộp": "Fax"},
            {"Hình thức nộp": "Fax", "Đơn vị": "Sở Y tế", "Mã TTHC": "1.000003"},
            {"Đơn vị": "Sở Không Có"},
            {"Mã hồ sơ": "", "Đơn vị": "SXD"},
            {"Mã hồ sơ": "", "Đơn vị": ""},
            {"Mã hồ sơ": "h2", "Hình thức nộp": "", "Nguồn": "Sổ giấy", "Đối tượng": "Cá nhân"},
        ],
    )
    assert _counts(tmp_path / "processed") == {
        ("", "rejected", "missing_dossier_id"): 1,
        ("", "rejected", "unknown_unit"): 1,
        ("H45.18", "accepted", "dossiers"): 1,
        ("H45.18", "check", "blank_channel"): 1,
        ("H45.18", "rejected", "missing_dossier_id"): 1,
        ("H45.18", "rejected", "unknown_channel"): 1,
        ("H45.19", "rejected", "unknown_channel"): 1,
    }


def test_a_reject_and_a_doubt_stand_at_their_row_with_their_unit(tmp_path: Path) -> None:
    late = {"Mã hồ sơ": "h2", "Ngày tiếp nhận": "16/07/2020", "Hình thức nộp": ""}
    clean(tmp_path, a_20200630=[{"Hình thức nộp": "Fax"}, {}, late, {"Mã hồ sơ": "", "Đơn vị": "Sở Không Có"}])
    found = read_csv(tmp_path / "processed/flaws.csv")
    assert {row["file"] for row in found} == {"a-20200630.csv"}
    places = {(row["unit_code"], row["code"], row["row"]) for row in found}
    assert len(places) == len(found)
    expected = {("unknown_channel", "2"), ("blank_channel", "4"), ("received_after_export", "4")}
    expected |= {(check, row) for check in ("applicant_unknown", "source_unknown") for row in ("3", "4")}
    assert places == {("H45.18", *place) for place in expected}, "a row of no known unit is in rejects.csv alone"


def test_of_many_doubts_of_one_kind_the_first_are_placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(superseding, "MOST_PLACED", 2)
    clean(tmp_path, a=[{"Mã hồ sơ": f"h{number}", "Hình thức nộp": ""} for number in range(5)])
    found = [row["row"] for row in read_csv(tmp_path / "processed/flaws.csv") if row["code"] == "blank_channel"]
    assert found == ["2", "3"]
    assert _counts(tmp_path / "processed")["H45.18", "check", "blank_channel"] == 5


def test_a_superseded_row_is_in_no_units_checks(tmp_path: Path) -> None:
    early, late = [{"Hình thức nộp": ""}], [{"Đơn vị": "Sở Y tế", "Mã TTHC": "1.000003"}]
    clean(tmp_path, a_20200630=early, b_20200930=late)
    counts = _counts(tmp_path / "processed")
    assert ("H45.18", "check", "blank_channel") not in counts
    assert {unit for unit, *_ in counts} == {"H45.19"}


def test_results_dated_after_the_export_are_a_check_of_their_unit(tmp_path: Path) -> None:
    clean(tmp_path, a_20200615=[{"Ngày tiếp nhận": "16/06/2020", "Ngày trả kết quả": "17/06/2020"}])
    counts = _counts(tmp_path / "processed")
    assert counts["H45.18", "check", "received_after_export"] == 1
    assert counts["H45.18", "check", "completed_after_export"] == 1


def test_without_a_valid_row_the_file_holds_the_rejects_alone(tmp_path: Path) -> None:
    clean(tmp_path, a=[{"Hình thức nộp": "Fax"}])
    assert _counts(tmp_path / "processed") == {("H45.18", "rejected", "unknown_channel"): 1}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder / "raw", REFERENCE, 1_500, 9, faults=0.03, broken=True)
    clean_exports(folder / "raw", load_reference(REFERENCE), folder / "processed", folder / "work", jobs=2)
    return folder


def test_the_units_sum_to_the_ledger(sample: Path) -> None:
    counts = _counts(sample / "processed")
    by_code: Counter[tuple[str, str]] = Counter()
    for (_, kind, code), count in counts.items():
        assert count > 0
        by_code[kind, code] += count
    rejects = Counter(row["reason"] for row in read_csv(sample / "processed/rejects.csv"))
    checks = {row["check"]: int(row["count"]) for row in read_csv(sample / "processed/quality.csv")}
    assert len(rejects) == 8
    assert {code: count for (kind, code), count in by_code.items() if kind == "rejected"} == dict(rejects)
    assert {code: by_code["check", code] for code in checks} == checks
    dossiers = pd.read_parquet(sample / "processed/dossiers.parquet")
    accepted = {unit: count for (unit, kind, _), count in counts.items() if kind == "accepted"}
    assert accepted == dossiers["unit_code"].value_counts().to_dict()


def test_the_places_of_rejects_and_doubts_add_up_to_their_counts(sample: Path) -> None:
    counts, most = _counts(sample / "processed"), superseding.MOST_PLACED
    placed = Counter((row["unit_code"], row["code"]) for row in read_csv(sample / "processed/flaws.csv"))
    rejected = {(unit, code): count for (unit, kind, code), count in counts.items() if kind == "rejected" and unit}
    doubtful = {(unit, code): min(count, most) for (unit, kind, code), count in counts.items() if kind == "check"}
    assert placed == rejected | doubtful


def test_kept_results_of_unchanged_files_count_the_same(sample: Path) -> None:
    before = (sample / "processed/unit_quality.csv").read_bytes()
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (sample / "work/cache").glob("*.json")]
    assert any(len(reject) == 6 for result in kept for reject in result["rejects"])
    clean_exports(sample / "raw", load_reference(REFERENCE), sample / "processed", sample / "work", jobs=2)
    assert (sample / "processed/unit_quality.csv").read_bytes() == before
