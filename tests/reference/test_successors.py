"""Who came after whom is checked at the door: what leaves open whose a dossier is, is named with its line."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.changed_province import CATALOGUE, DIVIDED_DAY, SUCCESSORS, UNITS, write_changed
from support.folders import write_reference
from support.followed import ROOT, blocks

from analysis.dossiers.lookups import make_lookups
from analysis.language.problems import ReferenceProblem
from analysis.reference.keys import unit_key
from analysis.reference.tables import load_reference

_HEADS = {"units": "unit_code,", "successors": "old_code,"}


def written(folder: Path, successors: list[tuple[str, ...]], **units: dict[str, str]) -> Path:
    """The made-up province's folder with these successors, and some units changed."""
    lines = [{**unit, **units.get(unit["unit_code"].replace(".", "_"), {})} for unit in UNITS]
    write_reference(folder, lines, CATALOGUE)
    with (folder / "successors.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("old_code", "new_code", "from", "share"), *successors])
    return folder


def test_the_province_of_the_other_tests_is_sound(tmp_path: Path) -> None:
    assert len(load_reference(write_changed(tmp_path / "reference")).units) == len(UNITS)


@pytest.mark.parametrize(
    ("line", "changed", "told"),
    [
        (0, ("H45.99", "H45.02", "2020-04-15", "1"), "must be codes of units.csv"),
        (0, ("H45.01", "H45.01", "2020-04-15", "1"), "another unit, valid on the day"),
        (0, ("H45.01", "H45.31", "2020-04-16", "1"), "the day in valid_to of old_code"),
        (0, ("H45.01", "H45.41", "2020-04-15", "1"), "another unit, valid on the day"),
        (0, ("H45.01", "H45.02", "2020-04-31", "1"), "no such day"),
        (0, ("H45.01", "H45.02", "2020-04-15", "0"), "a number above 0"),
        (0, ("H45.01", "H45.02", "2020-04-15", "1,5"), "a number above 0"),
        (0, ("H45.01", "H45.02", "2020-04-15", "một"), "a number above 0"),
        (0, ("H45.01", "H45.02", "2020-04-15", "0.9"), "must sum to 1"),
        (13, ("H45.42", "H45.43", DIVIDED_DAY, "0.5"), "must sum to 1"),
        (13, ("H45.42", "H45.32.04", DIVIDED_DAY, "0.6"), "Give it a code of its own"),
    ],
)
def test_a_line_that_leaves_something_open_is_named(
    tmp_path: Path, line: int, changed: tuple[str, ...], told: str
) -> None:
    lines = [changed if place == line else one for place, one in enumerate(SUCCESSORS)]
    with pytest.raises(ReferenceProblem) as caught:
        load_reference(written(tmp_path / "reference", lines))
    assert f"successors.csv, line {line + 2}" in str(caught.value)
    assert told in str(caught.value)


def test_a_file_without_lines_or_with_codes_of_nobody_is_no_surprise(tmp_path: Path) -> None:
    assert load_reference(written(tmp_path / "none", [])).succession is not None
    with pytest.raises(ReferenceProblem, match="must be codes of units"):
        load_reference(written(tmp_path / "nobody", [("X1", "X2", "2020-04-15", "1")]))
    plain = [{name: text for name, text in unit.items() if name not in ("valid_from", "valid_to")} for unit in UNITS]
    folder = write_reference(tmp_path / "plain", plain, CATALOGUE)
    (folder / "successors.csv").write_text(
        "old_code,new_code,from,share\nH45.01,H45.02,2020-04-15,1\n", encoding="utf-8"
    )
    with pytest.raises(ReferenceProblem, match="the day in valid_to of old_code"):
        load_reference(folder)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ({"valid_to": "2020-02-30"}, "no such day"),
        ({"valid_to": "31/03/2020"}, "no such day"),
        ({"valid_from": "2020-05-01", "valid_to": "2020-05-01"}, "must be later than valid_from"),
    ],
)
def test_days_of_units_are_days(tmp_path: Path, day: dict[str, str], told: str) -> None:
    with pytest.raises(ReferenceProblem, match=told):
        load_reference(written(tmp_path / "reference", SUCCESSORS, H45_32_04=day))


def test_a_line_of_the_catalogue_does_not_outlive_its_department(tmp_path: Path) -> None:
    folder = write_changed(tmp_path / "reference")
    text = (folder / "catalogue.csv").read_text(encoding="utf-8")
    (folder / "catalogue.csv").write_text(text.replace("2019-01-01,2020-04-15", "2019-01-01,", 1), encoding="utf-8")
    with pytest.raises(ReferenceProblem, match=r"catalogue\.csv, line 2: its department ends sooner"):
        load_reference(folder)


def test_a_name_of_two_units_of_which_one_went_into_the_other_is_the_first_s(tmp_path: Path) -> None:
    """It leads on to the other; where a unit was divided nobody can tell who is meant."""
    same = {"unit_name": "Xã Đồng Tên"}
    reference = load_reference(written(tmp_path / "one", SUCCESSORS, H45_32_01=same, H45_32_02=same))
    assert make_lookups(reference).units[unit_key(same["unit_name"])] == "H45.32.01"
    divided = load_reference(written(tmp_path / "two", SUCCESSORS, H45_42=same, H45_43=same))
    assert unit_key(same["unit_name"]) not in make_lookups(divided).units


def test_a_renamed_department_s_dossiers_have_their_level_under_either_name(tmp_path: Path) -> None:
    lookups = make_lookups(load_reference(write_changed(tmp_path / "reference")))
    offers = {(offer.unit_code, offer.first_day) for offer in lookups.offers["1.000001"]}
    assert len(offers) == 4, "two lines, each under both names"


def test_tiers_are_those_of_the_file(tmp_path: Path) -> None:
    tier = {"tier": "ward", "parent_code": ""}
    wards = {unit["unit_code"].replace(".", "_"): tier for unit in UNITS if unit["tier"] == "commune"}
    folder = written(tmp_path / "reference", SUCCESSORS, **wards)
    catalogue = (folder / "catalogue.csv").read_text(encoding="utf-8").replace(",commune,", ",ward,")
    (folder / "catalogue.csv").write_text(catalogue, encoding="utf-8")
    with pytest.raises(ReferenceProblem, match="tier is «ward»; wanted is one of province, district, commune"):
        load_reference(folder)
    names = "tier,title_vi,title_en\nprovince,Cấp tỉnh,Province\ndistrict,Cấp huyện,District\nward,Cấp cơ sở,Wards\n"
    (folder / "tiers.csv").write_text(names, encoding="utf-8")
    assert list(load_reference(folder).tiers) == ["province", "district", "ward"]


def test_the_example_of_the_docs_says_what_it_promises(tmp_path: Path) -> None:
    page = ROOT / "docs/huong-dan/doi-ten-co-quan.md"
    texts = {block.text.partition("\n")[0]: block.text for block in blocks(page)}
    folder = write_reference(tmp_path / "reference", UNITS, CATALOGUE[-1:])
    for name in ("units", "successors"):
        (text,) = (text for head, text in texts.items() if head.startswith(_HEADS[name]))
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    known = load_reference(folder).succession
    assert known is not None
    known = replace(known, first=date(2025, 1, 1), day=date(2025, 12, 31))
    assert [known.series_on(code, date(2025, 3, 1)) for code in ("H45.21.01", "H45.21.04")] == [
        "H45.21.01",
        "H45.21.04",
    ]
    assert known.series_on("H45.21.01", date(2025, 8, 1)) == "H45.51", "filed under the old name after the day"
    assert known.begins("H45.51") == pd.Timestamp(2025, 7, 1)
    assert set(known.past.loc[known.past["shown"], "unit_code"]) == {"H45.21", "H45.21.01", "H45.21.03", "H45.21.04"}
