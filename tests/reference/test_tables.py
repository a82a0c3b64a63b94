"""Reference files are checked on load; what is wrong is named with file, line and remedy."""

import shutil
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from analysis.language.problems import ReferenceProblem, UsageProblem
from analysis.reference.tables import load_reference

SHIPPED = Path(__file__).parents[2] / "data" / "reference"
TARGETS = {
    "l3-procedures": ("procedures_online", 3, "all", Fraction(60, 100)),
    "l3-dossiers": ("dossiers_online", 3, "all", Fraction(50, 100)),
    "l4-procedures": ("procedures_online", 4, "all", Fraction(60, 100)),
    "l4-dossiers": ("dossiers_online", 4, "all", Fraction(50, 100)),
    "l3-interagency": ("dossiers_online", 3, "agency", Fraction(1)),
    "l4-interagency": ("dossiers_online", 4, "agency", Fraction(90, 100)),
    "portal": ("dossiers_via_portal", None, "all", Fraction(1)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "reference"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_decision_has_its_seven_targets() -> None:
    decision = load_reference(SHIPPED).decisions["766-qd-ubnd-2020"]
    assert {t.id: (t.measure, t.level, t.scope, t.minimum) for t in decision.targets} == TARGETS
    assert (decision.valid_from, decision.valid_to) == (date(2020, 1, 1), date(2020, 12, 31))
    assert {(r.measure, r.id) for r in decision.readings} == {
        *(("dossiers_online", reading) for reading in ("default", "received", "online_base", "no_post")),
        *(("procedures_online", reading) for reading in ("default", "pairs", "active_base", "any_channel")),
        *(("dossiers_via_portal", reading) for reading in ("default", "provincial_only")),
    }


def test_the_units_are_those_of_2020() -> None:
    units = load_reference(SHIPPED).units
    assert units["tier"].value_counts().to_dict() == {"province": 19, "district": 9, "commune": 110}
    communes = units[units["tier"] == "commune"].groupby("parent_code").size()
    names = units.set_index("unit_code")["unit_name"]
    assert sorted(communes) == sorted([16, 13, 10, 15, 9, 11, 14, 11, 11])
    assert communes[names[names.str.endswith("Đồng Xuân")].index[0]] == 11
    kinds = names[units.set_index("unit_code")["tier"] == "commune"].str.split().str[0].value_counts()
    assert kinds.to_dict() == {"Xã": 83, "Phường": 21, "Thị": 6}


def test_the_catalogue_has_the_real_shape_and_says_that_it_is_illustrative() -> None:
    reference = load_reference(SHIPPED)
    procedures = reference.catalogue.drop_duplicates("procedure_key")
    assert procedures["tier"].value_counts().to_dict() == {"province": 1511, "district": 215, "commune": 123}
    last = reference.catalogue[reference.catalogue["valid_to"].isna()]
    assert 100 <= (last["level"] == 4).sum() <= 130
    raised = reference.catalogue.groupby("procedure_key")["level"].nunique()
    assert (raised > 1).sum() >= 10
    assert reference.illustrative


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("units.csv", ",province,", ",tinh,", "units.csv, line 2"),
        ("units.csv", "unit_code,unit_name", "unit_name,unit_code", "units.csv, line 1"),
        ("catalogue.csv", ",2019-01-01,", ",01/01/2019,", "catalogue.csv, line"),
        ("catalogue.csv", ",2019-01-01,", ",2019-02-30,", "no such day"),
        ("vocabulary.toml", "[values.channel]", "[values.kenh]", "channel"),
        ("vocabulary.toml", "[lines]", "[lines", "not valid TOML"),
        ("vocabulary.toml", '"Mã hồ sơ", ', '"Mã hồ sơ", "Đơn vị", ', "«Đơn vị»"),
        ("decisions/766-qd-ubnd-2020.toml", 'minimum = "0.60"', 'minimum = "60"', "line 29: targets[1].minimum"),
        ("decisions/766-qd-ubnd-2020.toml", "level = 3", "niveau = 3", "line 27: targets[1].niveau"),
        ("decisions/766-qd-ubnd-2020.toml", 'id = "l3-dossiers"', 'id = "l3-procedures"', "twice"),
    ],
)
def test_a_mistake_is_named_with_file_and_place(folder: Path, file: str, old: str, new: str, named: str) -> None:
    edit(folder / file, old, new)
    with pytest.raises(ReferenceProblem) as caught:
        load_reference(folder)
    assert named in str(caught.value)


def test_two_lines_of_one_procedure_must_not_overlap(folder: Path) -> None:
    path = folder / "catalogue.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(ReferenceProblem, match="overlaps"):
        load_reference(folder)


def test_a_commune_needs_a_district(folder: Path) -> None:
    path = folder / "units.csv"
    path.write_text(path.read_text(encoding="utf-8") + "H45.99.01,Xã Lạc,commune,H45.99,\n", encoding="utf-8")
    with pytest.raises(ReferenceProblem, match="parent"):
        load_reference(folder)


def test_an_unknown_decision_names_the_known_ones() -> None:
    with pytest.raises(UsageProblem, match="766-qd-ubnd-2020"):
        load_reference(SHIPPED).decision("999")


def test_the_decision_in_force_on_the_day_is_taken(folder: Path) -> None:
    text = (folder / "decisions" / "766-qd-ubnd-2020.toml").read_text(encoding="utf-8")
    later = (
        text.replace("2020-01-01", "2021-01-01").replace("2020-12-31", "2021-12-31").replace("2020-05-14", "2021-01-04")
    )
    (folder / "decisions" / "1-qd-ubnd-2021.toml").write_text(later, encoding="utf-8")
    reference = load_reference(folder)
    assert reference.decision("", date(2020, 9, 30)).id == "766-qd-ubnd-2020"
    assert reference.decision("", date(2021, 9, 30)).id == "1-qd-ubnd-2021"
    assert reference.decision("", date(2025, 9, 30)).id == "1-qd-ubnd-2021"
