"""Tables on how content people were: told from exports, every line accounted for, measured as dossiers are."""

import csv
import json
from pathlib import Path

import pytest
from support.folders import read_csv, write_reference
from support.in_process import cleaning_in_this_process
from support.small_exports import CATALOGUE, ROW, UNITS
from support.wider_decision import ID, write_decision

from analysis.dossiers.stage import clean_exports
from analysis.measures.attainment import make_attainment
from analysis.reference.tables import Reference, load_reference

HEAD = "Đơn vị,Tháng,Số phiếu,Số phiếu hài lòng"
TARGET = """
[[targets]]
id = "content"
measure = "satisfaction"
minimum = "0.9"
title = { vi = "Hài lòng", en = "Content" }
clause = { vi = "Khoản", en = "Clause" }
definition = { vi = "Định nghĩa.", en = "Definition." }

[[readings]]
id = "default"
measure = "satisfaction"
numerator = { satisfied = [true] }
denominator = {}
title = { vi = "Mặc định", en = "Default" }
definition = { vi = "Cách hiểu.", en = "Reading." }
"""


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = write_reference(tmp_path_factory.mktemp("content") / "reference", UNITS, CATALOGUE)
    write_decision(folder, TARGET, ["portal"])
    return load_reference(folder)


def measured(folder: Path, reference: Reference, **tables: str) -> Path:
    """The processed folder of an export of one unit and of these tables."""
    (folder / "raw").mkdir(parents=True)
    for name, text in tables.items():
        (folder / "raw" / f"{name}.csv").write_text(text, encoding="utf-8")
    with (folder / "raw/xuat_20200930.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([ROW.keys(), ROW.values()])
    with cleaning_in_this_process():
        clean_exports(folder / "raw", reference, folder / "processed", jobs=1)
    make_attainment(folder / "processed", reference, ID, "2020-07-31")
    return folder / "processed"


def figures(processed: Path, window: str) -> dict[tuple[str, str], tuple[int, int]]:
    rows = [
        row
        for row in read_csv(processed / "attainment.csv")
        if (row["target_id"], row["window"]) == ("content", window)
    ]
    return {
        (row["unit_code"], row["month"]): (int(row["numerator"]), int(row["denominator"]))
        for row in rows
        if int(row["denominator"])
    }


def test_every_line_is_counted_or_accounted_for(tmp_path: Path, reference: Reference) -> None:
    first = [
        *("BÁO CÁO MỨC ĐỘ HÀI LÒNG,,,", HEAD, "Sở Xây dựng,06/2020,100,90", "Sở Xây dựng,2020-07,10,10"),
        *(
            "Huyện Đồng Xuân,Tháng 6/2020,1.000,700",
            "Sở Lạ,06/2020,5,5",
            "Sở Y tế,hôm qua,5,5",
            "Sở Y tế,06/2020,năm,5",
        ),
        *("Sở Y tế,06/2020,5,6", "Sở Y tế,08/2020,50,1", "Tổng cộng,,1115,805", "Người lập,,,"),
    ]
    later = [HEAD, "Sở Xây dựng,30/06/2020,200,150"]
    tables = {"hai-long-20200710": "\n".join(first), "hai-long-20200801": "\n".join(later)}
    processed = measured(tmp_path, reference, **tables)
    rows = read_csv(processed / "satisfaction.csv")
    outcomes = [row["outcome"] for row in rows]
    assert outcomes == [
        *("superseded", "used", "used", "unknown_unit", "bad_month", "bad_count", "impossible_count", "used"),
        *("aside", "aside", "used"),
    ]
    assert [int(row["row"]) for row in rows] == [*range(3, 13), 2]
    assert [row["kind"] for row in read_csv(processed / "further_files.csv")] == ["satisfaction"] * 2
    assert [row["file"] for row in read_csv(processed / "files.csv")] == ["xuat_20200930.csv"]
    assert figures(processed, "month") == {
        ("H45.18", "2020-06"): (150, 200),
        ("H45.18", "2020-07"): (10, 10),
        **{(code, "2020-06"): (700, 1000) for code in ("H45.22", "TIER:district", "AREA:H45.22")},
        ("TIER:province", "2020-06"): (150, 200),
        ("TIER:province", "2020-07"): (10, 10),
        ("ALL", "2020-06"): (850, 1200),
        ("ALL", "2020-07"): (10, 10),
    }
    assert figures(processed, "to_date")["ALL", "2020-07"] == (860, 1210), "August is after the as-of day"
    assert [row for row in read_csv(processed / "unmeasured.csv") if row["unit_code"] == "H45.18"] == []
    doubts = json.loads((processed / "clean.json").read_text(encoding="utf-8"))["doubts"]
    refused = [(one["files"], one["details"]) for one in doubts if one["kind"] == "satisfaction_refused"]
    assert refused == [(["hai-long-20200710.csv"], [4])]


def test_a_run_without_such_a_table_cannot_measure_it(tmp_path: Path, reference: Reference) -> None:
    processed = measured(tmp_path, reference)
    assert (processed / "satisfaction.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "unit_code,month,asked,satisfied,outcome,file,sheet,row"
    ]
    told = {(row["unit_code"], row["lacking"]) for row in read_csv(processed / "unmeasured.csv")}
    assert told == {("H45.18", "satisfaction"), ("TIER:province", "satisfaction"), ("ALL", "satisfaction")}
    assert figures(processed, "to_date") == {}
