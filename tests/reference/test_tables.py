"""Reference files are checked on load; what is wrong is named with file, line and remedy."""

import os
import pickle
import re
import shutil
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from analysis.exports.reading import read_export
from analysis.exports.tables import read_tables
from analysis.language.problems import ReferenceProblem, UsageProblem
from analysis.language.texts import Language
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


@pytest.mark.parametrize("name", ["units.csv", "catalogue.csv", "vocabulary.toml", "decisions/766-qd-ubnd-2020.toml"])
@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("UTF-16", "UTF-16"),
        ("bytes", "not written in UTF-8"),
        ("a folder", "a folder"),
        ("a pipe", "a folder, a device"),
        ("a device", "a folder, a device"),
        ("a loop", "cannot be opened"),
        ("nothing", ""),
    ],
)
def test_whatever_stands_in_a_file_s_place_is_told(folder: Path, name: str, harm: str, told: str) -> None:
    path = folder / name
    data = path.read_bytes()
    path.unlink()
    if harm in ("UTF-16", "bytes", "nothing"):
        spoilt = {"UTF-16": data.decode().encode("utf-16"), "bytes": data[:40] + b"\xff" + data[40:], "nothing": b""}
        path.write_bytes(spoilt[harm])
    elif harm == "a folder":
        path.mkdir()
    elif harm == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"a device": Path("/dev/zero"), "a loop": path}[harm])
    with pytest.raises(ReferenceProblem) as caught:
        load_reference(folder)
    assert told in str(caught.value)
    assert Path(name).name in str(caught.value) or "has no" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("H45/18,Sở Khác,province,,\nH45-18,Sở Nữa,province,,", "line 141: the code"),
        ("H45/18,Sở Khác,province,,\nh45 18,Sở Nữa,province,,", "line 141: the code"),
        ("AREA-H45.22,Sở Khác,province,,", "line 140: the code"),
        ("tier:commune,Sở Khác,province,,", "line 140: the code"),
        ("all,Sở Khác,province,,", "line 140: the code"),
        ("H46.99,Sở Khác,province", "line 140: more or fewer cells"),
        ("H46.99,Sở Khác, một,province,,", "line 140: more or fewer cells"),
        ('H46.99,"Sở Khác,province,,', "line 140: more or fewer cells"),
    ],
)
def test_a_unit_that_cannot_be_told_apart_is_refused(folder: Path, line: str, told: str) -> None:
    """Two of one page would overwrite each other."""
    path = folder / "units.csv"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(ReferenceProblem, match=told):
        load_reference(folder)


@pytest.mark.parametrize("name", ["total", "export_date", "period_end", "unit_title", "synthetic", "blank"])
@pytest.mark.parametrize("words", ["[]", '["", " "]'])
def test_an_empty_list_of_words_finds_nothing(folder: Path, tmp_path: Path, name: str, words: str) -> None:
    """Neither everything: a line of sums is a row then, and the rows are what they were."""
    path = folder / "vocabulary.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(rf"^{name} = \[.*?\]$", f"{name} = {words}", text, flags=re.M | re.S), encoding="utf-8")
    export = tmp_path / "a.csv"
    rows = [
        "Ngày 30/09/2020",
        "Mã hồ sơ,Mã TTHC,Đơn vị,Hình thức nộp,Ngày nhận",
        "h1,1.001190,H45.18,Online,01/06/2020",
    ]
    export.write_text("\n".join(rows), encoding="utf-8")
    tables = read_tables(read_export(export), load_reference(folder).vocabulary)
    assert [len(table.rows) for table in tables.tables] == [1]
    assert tables.days == (None, None)


def test_a_column_without_a_heading_is_told(folder: Path) -> None:
    path = folder / "vocabulary.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"^received_at = \[.*?\]$", "received_at = []", text, flags=re.M | re.S), encoding="utf-8")
    with pytest.raises(ReferenceProblem, match=r"columns\.received_at has too few entries"):
        load_reference(folder)


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


def test_all_that_is_wrong_is_told_at_once_in_words(folder: Path) -> None:
    """Line by line, what stands there and what is wanted; never a library's expression."""
    edit(folder / "units.csv", ",province,", ",tinh,")
    edit(folder / "units.csv", "H45.03,Sở Tư pháp", "H45.03,")
    edit(folder / "units.csv", "H45.05,", "H45.04,")
    edit(folder / "catalogue.csv", ",2019-01-01,", ",01/01/2019,")
    edit(folder / "catalogue.csv", ",H45.02,2,", ",H45.02,5,")
    edit(folder / "decisions/766-qd-ubnd-2020.toml", 'minimum = "0.60"', 'minimum = "60"')
    with pytest.raises(ReferenceProblem) as caught:
        load_reference(folder)
    told = pickle.loads(pickle.dumps(caught.value)).told(Language("vi")).splitlines()
    assert told == caught.value.told(Language("vi")).splitlines()
    assert [line for line in told if not re.match(r"(units|catalogue)\.csv, dòng \d+: |decisions/", line)] == []
    for words in (
        "units.csv, dòng 2: tier là «tinh»; phải là một trong province, district, commune.",
        "units.csv, dòng 3: unit_name để trống. Hãy ghi vào.",
        "units.csv, dòng 5: unit_code «H45.04» đã có ở dòng khác. Mỗi dòng phải có giá trị riêng.",
        "catalogue.csv, dòng 2: level là «5»; phải là một trong 1, 2, 3, 4.",
        "catalogue.csv, dòng 2: valid_from là «01/01/2019»: không có ngày ấy. Ngày viết yyyy-mm-dd.",
    ):
        assert words in told
    assert not any(sign in line for line in told for sign in ("isin", "str_length", "Check"))


@pytest.mark.parametrize(("separator", "told"), [(";", "«;»"), ("\t", "Tab"), ("|", "«|»")])
def test_another_separator_is_named(folder: Path, separator: str, told: str) -> None:
    text = "unit_code,unit_name,tier,parent_code,aliases\nH45.02,A,province,,\n"
    (folder / "units.csv").write_text(text.replace(",", separator), encoding="utf-8")
    with pytest.raises(ReferenceProblem) as caught:
        load_reference(folder)
    assert f"separated by {told}" in str(caught.value)


def test_many_mistakes_are_counted_and_the_first_told(folder: Path) -> None:
    path = folder / "catalogue.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",2019-01-01,", ",1/1/2019,"), encoding="utf-8")
    with pytest.raises(ReferenceProblem) as caught:
        load_reference(folder)
    lines = caught.value.told(Language("en")).splitlines()
    assert len(lines) == 32
    assert re.fullmatch(r"… and [\d,]+ more of this kind\.", lines[-1])
