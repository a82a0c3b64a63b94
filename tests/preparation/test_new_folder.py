"""A folder for another province: its units and names, and nothing of ours in its name."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest
from support.small_run import call_here

from analysis import cli
from analysis.dossiers.lookups import make_lookups
from analysis.language.problems import UsageProblem
from analysis.preparation.new_folder import make_folder
from analysis.reference.forms import load_criteria_form, load_province, load_report_form
from analysis.reference.tables import load_reference
from analysis.storage.places import PROJECT


def test_a_province_gets_its_units_its_name_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "binh-dinh"
    made = make_folder(folder, "bình định", 2020)
    assert made.units == {"province": 19, "district": 11, "commune": 159}
    assert (made.province.name.vi, made.province.name.en) == ("tỉnh Bình Định", "Bình Định province")
    reference = load_reference(folder / "data/reference")
    assert load_province(reference.folder) == made.province
    assert load_report_form(reference.folder).superior.vi == "UBND TỈNH BÌNH ĐỊNH"
    assert load_criteria_form(reference.folder).annexed_to.vi.endswith("của Ủy ban nhân dân tỉnh Bình Định)")
    decision = reference.decision("")
    assert decision.authority.vi == "UBND tỉnh Bình Định"
    assert decision.caution
    assert len(decision.targets) == 7
    assert {criteria.decision.id for criteria in reference.criteria.values()} == {decision.id}
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".docx":
            text = path.read_text(encoding="utf-8").casefold()
            assert "phú yên" not in text, path
            assert "h45" not in text or path.parent.name == "notebooks" or path.name in ("vocabulary.toml",), path


def test_a_place_is_known_by_each_of_its_spellings(tmp_path: Path) -> None:
    make_folder(tmp_path / "x", "Bình Định", 2020)
    units = make_lookups(load_reference(tmp_path / "x/data/reference")).units
    for text in ("thành phố qui nhơn", "ubnd thành phố quy nhơn", "tp. quy nhơn", "thành phố quy nhơn"):
        assert units[text] == "540", text
    assert units["phường ngô mây, tp quy nhơn"] == units["phường ngô mây, tp qui nhơn"]


def test_its_units_are_known_by_the_names_that_exports_use(tmp_path: Path) -> None:
    make_folder(tmp_path / "x", "Thành phố Hà Nội", 2021)
    units = make_lookups(load_reference(tmp_path / "x/data/reference")).units
    for text, code in {
        "ubnd quận ba đình": "001",
        "ubnd phường phúc xá, quận ba đình": "00001",
        "sở tư pháp thành phố hà nội": "01.02",
        "thanh tra thành phố": "01.16",
        "tx. sơn tây": "269",
    }.items():
        assert units[text] == code, text


@pytest.mark.parametrize(("year", "listed"), [(2019, 2020), (2023, 2021), (None, 2024)])
def test_the_list_is_the_last_that_is_not_later(tmp_path: Path, year: int | None, listed: int) -> None:
    folder = tmp_path / "x"
    made = make_folder(folder, "Phú Yên", year)
    assert made.year == listed
    with next((folder / "data/reference/decisions").glob("*.toml")).open("rb") as file:
        assert tomllib.load(file)["valid_from"].year == (year or listed)


def test_every_province_of_every_list_can_be_made_apart(tmp_path: Path) -> None:
    """Codes and pages of units are their own, names end with those of the list."""
    places = pd.read_csv(PROJECT / "data/places.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert not places.duplicated(["code", "name", "parent"]).any()
    for year in (2020, 2021, 2024):
        there = places[places["lists"].str.contains(str(year))]
        assert there["code"].is_unique
        assert set(there["parent"]) - {""} <= set(there["code"])
        assert (there["code"].str.len().value_counts().to_dict())[2] == 63


@pytest.mark.parametrize(
    ("name", "year", "told"),
    [("Bình Dih", None, "Bình Định"), ("Atlantis", None, "–"), ("Bình Định", 2027, "2024")],
)
def test_what_is_not_known_is_told_with_what_is(tmp_path: Path, name: str, year: int | None, told: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        make_folder(tmp_path / "x", name, year)
    assert told in str(caught.value)
    assert not (tmp_path / "x").exists()


def test_nothing_of_others_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x/notes.txt").write_text("mine")
    done = call_here(["new", "x", "--province", "Bình Định"], tmp_path)
    assert done.returncode == cli.WRONG_USAGE
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["notes.txt"]
    assert call_here(["new", "y"], tmp_path).returncode == cli.WRONG_USAGE
