"""Several provinces in one dataset: groups of their own, and nothing else changes."""

from datetime import date
from pathlib import Path

import ibis
import pandas as pd
import pytest
from support.folders import write_reference

from analysis.language.problems import ReferenceProblem
from analysis.measures.attainment import attain, attainment_parts
from analysis.measures.figures import DECIMALS, table_of, write_attainment
from analysis.outlook.stage import needed_of, read_needed
from analysis.reference.tables import load_reference

AS_OF = date(2020, 7, 31)
COLUMNS = ("unit_code", "unit_name", "tier", "parent_code", "aliases")
UNITS = [
    dict(zip(COLUMNS, row, strict=True))
    for row in (
        ("T01.02", "Sở A", "province", "", ""),
        ("T01.21", "Huyện A", "district", "", ""),
        ("T01.21.01", "Xã A", "commune", "T01.21", ""),
        ("T02.02", "Sở B", "province", "", ""),
    )
]
CATALOGUE = [
    {
        **{"procedure_code": code, "procedure_name": code, "field": "", "tier": tier, "unit_code": unit, "level": "3"},
        **{"valid_from": "2019-01-01", "valid_to": ""},
    }
    for code, tier, unit in (
        ("1.000001", "province", "T01.02"),
        ("1.000001", "province", "T02.02"),
        ("1.000002", "commune", ""),
    )
]


def dossiers() -> ibis.Table:
    """Two online dossiers of the same procedure in two provinces, one at the counter of a commune."""
    rows = pd.DataFrame(
        {
            "unit_code": ["T01.02", "T02.02", "T01.21.01"],
            "procedure_code": ["1.000001", "1.000001", "1.000002"],
            "received_at": pd.to_datetime(["2020-07-01", "2020-07-02", "2020-07-03"]),
            "completed_at": pd.to_datetime(["2020-07-02", "2020-07-20", "2020-07-04"]),
            "channel": ["online", "online", "counter"],
            "applicant": ["citizen"] * 3,
            "source": ["provincial_portal"] * 3,
            "status": ["resolved"] * 3,
        }
    ).assign(level=3)
    return ibis.memtable(rows)


def with_provinces(folder: Path, codes: list[str], names: str = "T01,Tỉnh A\nT02,Tỉnh B\n") -> Path:
    units = [{**unit, "province_code": code} for unit, code in zip(UNITS, codes, strict=True)]
    write_reference(folder, units, CATALOGUE)
    (folder / "provinces.csv").write_text(f"province_code,province_name\n{names}", encoding="utf-8")
    return folder


def figures(folder: Path) -> pd.DataFrame:
    reference = load_reference(folder)
    return attain(dossiers(), reference, reference.decision(""), AS_OF)


def test_groups_gain_the_provinces_and_all_means_every_province(tmp_path: Path) -> None:
    rows = figures(with_provinces(tmp_path / "several", ["T01", "T01", "T01", "T02"]))
    chosen = rows[(rows["target_id"] == "l3-dossiers") & (rows["reading"] == "default") & (rows["month"] == "2020-07")]
    chosen = chosen[chosen["window"] == "month"].set_index("unit_code")
    counted = chosen[["numerator", "denominator"]].apply(tuple, axis=1)
    assert counted["PROVINCE:T01"] == (1, 2)
    assert counted["PROVINCE:T02"] == (1, 1)
    assert counted["ALL"] == (2, 3)
    assert dict(chosen.loc["PROVINCE:T02", ["unit_name", "tier"]]) == {"unit_name": "Tỉnh B", "tier": ""}
    assert chosen.loc["ALL", "unit_name"] == "Tất cả các tỉnh"


def test_a_province_counts_a_procedure_once_and_its_pairs_apart(tmp_path: Path) -> None:
    rows = figures(with_provinces(tmp_path / "several", ["T01", "T01", "T01", "T02"]))
    rows = rows[(rows["target_id"] == "l3-procedures") & (rows["window"] == "month") & (rows["month"] == "2020-07")]
    counted = rows.set_index(["reading", "unit_code"])[["numerator", "denominator"]].apply(tuple, axis=1)
    assert counted["default", "ALL"] == (1, 2)
    assert counted["pairs", "ALL"] == (2, 3)
    assert counted["pairs", "PROVINCE:T01"] == counted["default", "PROVINCE:T01"] == (1, 2)


@pytest.mark.parametrize("named", [False, True])
def test_with_one_province_nothing_changes(tmp_path: Path, named: bool) -> None:
    write_reference(tmp_path / "plain", UNITS, CATALOGUE)
    plain = figures(tmp_path / "plain")
    assert not plain["unit_code"].str.startswith("PROVINCE:").any()
    assert plain.loc[plain["unit_code"] == "ALL", "unit_name"].unique() == ["Toàn tỉnh"]
    if named:  # a column with one code is one province, not several
        pd.testing.assert_frame_equal(figures(with_provinces(tmp_path / "one", ["T01"] * 4)), plain)
    several = figures(with_provinces(tmp_path / "several", ["T01", "T01", "T01", "T02"]))
    kept = several[~several["unit_code"].str.startswith("PROVINCE:")].replace("Tất cả các tỉnh", "Toàn tỉnh")
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), plain)


@pytest.mark.parametrize(
    ("codes", "names", "line"),
    [
        (["T01", "T01", "T01", "T03"], "T01,Tỉnh A\nT02,Tỉnh B\n", 5),  # a province without a name
        (["T01", "T01", "T02", "T02"], "T01,Tỉnh A\nT02,Tỉnh B\n", 4),  # a commune apart from its district
    ],
)
def test_a_wrong_province_is_named_with_its_line(tmp_path: Path, codes: list[str], names: str, line: int) -> None:
    with pytest.raises(ReferenceProblem, match=f"units.csv, line {line}: province_code"):
        load_reference(with_provinces(tmp_path / "wrong", codes, names))


def test_several_provinces_need_their_names(tmp_path: Path) -> None:
    folder = with_provinces(tmp_path / "unnamed", ["T01", "T01", "T01", "T02"])
    (folder / "provinces.csv").unlink()
    with pytest.raises(ReferenceProblem, match=r"provinces\.csv"):
        load_reference(folder)


def test_what_is_foretold_goes_by_the_figures_that_are_written(tmp_path: Path) -> None:
    """``dvctt measure`` does not read its file again, and finds the same in what it has."""
    reference = load_reference(with_provinces(tmp_path / "several", ["T01", "T01", "T01", "T02"]))
    parts = [*attainment_parts(dossiers(), reference, reference.decision(""), AS_OF)]
    write_attainment(parts, tmp_path / "attainment.csv")
    kept = table_of(map(needed_of, parts)).round(dict.fromkeys(("value", "minimum", "gap"), DECIMALS))
    read = read_needed(tmp_path / "attainment.csv")
    pd.testing.assert_frame_equal(kept.fillna({"level": 0}), read.fillna({"level": 0}), check_dtype=False)
    assert set(read["window"]) == {"month", "to_date"}
