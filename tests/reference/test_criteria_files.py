"""Criteria files: what is shipped is a proposal throughout; what is wrong is told with file, key and mend."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from support.folders import REFERENCE, write_reference

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import LANGUAGES, Language
from analysis.reference.criteria import Amended, Criteria
from analysis.reference.criteria_files import load_criteria
from analysis.reference.criteria_form import Proportional
from analysis.reference.decision import Decision, load_decision
from analysis.reference.tables import load_reference

FILES = sorted((REFERENCE / "criteria").glob("*.toml"))
DECISION = "766-qd-ubnd-2020"
DRAFTS = ("chu-tich-huyen", "giam-doc-so", "thi-dua")
# Nghị định 90/2020/NĐ-CP, the best first.
CATEGORIES = [
    *("Hoàn thành xuất sắc nhiệm vụ", "Hoàn thành tốt nhiệm vụ"),
    *("Hoàn thành nhiệm vụ", "Không hoàn thành nhiệm vụ"),
]
# Keys whose digits are no figure of the criteria: words, ids, and the numbers and dates of the text that they amend.
NO_FIGURES = {"title", "label", "purpose", "source", "decision", "rival_of", "target"}
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")

DRAFT = """\
status = "proposal"
title = { vi = "Mẫu", en = "Sample" }
label = { vi = "Mẫu", en = "Sample" }
purpose = { vi = "Để thử", en = "For tests" }
decision = "766-qd-ubnd-2020"
applies_from = 2020-03-01
applies_to = 2020-11-30
rates = ["province"]
period = "year"
maximum = 100

[amends]
title = { vi = "Quy định", en = "Regulation" }

[[components]]
target = "l3-procedures"
weight = 40
scoring = { kind = "proportional" }
least = 3
substance = { least_dossiers = 5, online_share = "0.30" }

[[components]]
target = "l3-dossiers"
reading = "received"
weight = 30
scoring = { kind = "steps", steps = [{ at_least = "0.25", earns = "0.50" }, { at_least = "0.50", earns = "1.00" }] }

[[components]]
target = "l4-dossiers"
weight = 20
scoring = { kind = "bonus", at_target = "0.85", full_at = "0.80" }
without = "neutral"
neutral = "0.50"

[[components]]
target = "portal"
weight = 10
scoring = { kind = "pass_fail" }

[[bands]]
title = { vi = "Tốt", en = "Good" }
at_least = 80
cap = "0.20"

[[bands]]
title = { vi = "Khá", en = "Fair" }
at_least = 50

[[bands]]
title = { vi = "Kém", en = "Poor" }
at_least = 0
"""
RIVAL = """\
status = "proposal"
rival_of = "mau"
title = { vi = "Mẫu khác", en = "Another sample" }
label = { vi = "Khác", en = "Another" }
purpose = { vi = "Chỉ một tiêu chí", en = "One criterion alone" }

[[components]]
target = "portal"
weight = 100
scoring = { kind = "proportional" }
"""
# (file, what stands in it, what an edit makes of it, the key that the message names, what else it tells)
MISTAKES = {
    "weights that do not sum": ("mau", "weight = 40", "weight = 41", "components", "101"),
    "weights that sum nearly": ("mau", "weight = 40", 'weight = "40.000001"', "components", "100.000001"),
    "weights of which one stands twice": ("mau", "weight = 40", "weight = 40\nweight = 40", "", "18:"),
    "no target": ("mau", '"l3-dossiers"', '"l3-dossier"', "components[2].target", "l3-dossiers."),
    "a target twice": ("mau", '"l4-dossiers"', '"l3-dossiers"', "components", "«l3-dossiers»"),
    "no reading": ("mau", '"received"', '"recieved"', "components[2].reading", "online_base"),
    "another measure's reading": ("mau", '"received"', '"active_base"', "components[2].reading", "no_post"),
    "pairs for departments": (
        *("mau", '"l3-procedures"', '"l3-procedures"\nreading = "pairs"', "components[1].reading", '["areas"]'),
    ),
    "bands that overlap": ("mau", "at_least = 50", "at_least = 85", "bands[2].at_least", "80"),
    "equal bands": ("mau", "at_least = 50", "at_least = 80", "bands[2].at_least", "80"),
    "no band for low scores": ("mau", "at_least = 0\n", "at_least = 10\n", "bands[3].at_least", "10"),
    "a band that nobody reaches": ("mau", "at_least = 80", "at_least = 101", "bands[1].at_least", "100"),
    "a band below nothing": ("mau", "at_least = 0\n", "at_least = -1\n", "bands[3].at_least", "«-1»"),
    "a cap on a lower band": ("mau", "at_least = 50", 'at_least = 50\ncap = "0.50"', "bands[2].cap", ""),
    "a cap above one": ("mau", 'cap = "0.20"', "cap = 20", "bands[1].cap", "«20»"),
    "two bands of one title": ("mau", '"Khá"', '"Tốt"', "bands", ""),
    "one band": ("mau", DRAFT[DRAFT.index('[[bands]]\ntitle = { vi = "Khá"') :], "", "bands", "2"),
    "a start outside the decision": ("mau", "2020-03-01", "2019-12-31", "applies_from", "2020-01-01"),
    "an end outside the decision": ("mau", "2020-11-30", "2021-01-01", "applies_to", "2020-12-31"),
    "an end before the start": ("mau", "2020-11-30", "2020-02-28", "applies_to", "applies_from"),
    "words for a day": ("mau", "2020-03-01", '"tháng 3"', "applies_from", "«tháng 3»"),
    "no such day": ("mau", "2020-03-01", "2020-02-30", "", "6:"),
    "an unknown decision": ("mau", f'"{DECISION}"', '"766-2022"', "decision", DECISION),
    "an unknown way of scoring": ("mau", '"pass_fail"', '"passfail"', "components[4].scoring.kind", "«passfail»"),
    "no way of scoring": ("mau", 'kind = "pass_fail"', "", "components[4].scoring", "'pass_fail'"),
    "a way of scoring without a table": ("mau", '{ kind = "pass_fail" }', '"pass_fail"', "components[4].scoring", ""),
    "a misspelt key": ("mau", "weight = 30", "wieght = 30", "components[2].wieght", ""),
    "a misspelt key of the file": ("mau", "period =", "peroid =", "peroid", ""),
    "a misspelt key of a rule": ("mau", "least_dossiers", "least_dosiers", "components[1].substance.least_dosiers", ""),
    "a key of another kind": (
        *("mau", 'kind = "pass_fail"', 'kind = "pass_fail", full_at = 1', "components[4].scoring.full_at", ""),
    ),
    "a missing key": ("mau", "weight = 30\n", "", "components[2].weight", ""),
    "a missing key of the file": ("mau", 'period = "year"\n', "", "period", ""),
    "a missing share in a step": ("mau", ', earns = "0.50"', "", "components[2].scoring.steps[1].earns", ""),
    "a missing translation": ("mau", ', en = "Fair"', "", "bands[2].title.en", ""),
    "a negative weight": ("mau", "weight = 10\n", "weight = -10\n", "components[4].weight", "«-10»"),
    "a weight of nothing": ("mau", "weight = 10\n", "weight = 0\n", "components[4].weight", "«0»"),
    "a weight without end": ("mau", "weight = 10\n", "weight = inf\n", "components[4].weight", "«inf»"),
    "a weight beyond all measure": ("mau", "weight = 10\n", 'weight = "1e999999999"\n', "components[4].weight", ""),
    "a weight divided by nothing": ("mau", "weight = 10\n", 'weight = "1/0"\n', "components[4].weight", "«1/0»"),
    "a weight that is true": ("mau", "weight = 10\n", "weight = true\n", "components[4].weight", "«true»"),
    "words for a weight": ("mau", "weight = 10\n", 'weight = "mười"\n', "components[4].weight", "«mười»"),
    "a list for a weight": ("mau", "weight = 10\n", "weight = [10]\n", "components[4].weight", ""),
    "a share above one": ("mau", '"0.30"', '"30"', "components[1].substance.online_share", "«30»"),
    "a step above one": ("mau", 'earns = "1.00"', "earns = 100", "components[2].scoring.steps[2].earns", "«100»"),
    "least of nothing": ("mau", "least = 3", "least = 0", "components[1].least", "«0»"),
    "steps that do not rise": ("mau", 'at_least = "0.25"', 'at_least = "0.50"', "components[2].scoring.steps", ""),
    "steps that earn less": ("mau", 'earns = "1.00"', 'earns = "0.40"', "components[2].scoring.steps", ""),
    "a bonus from the minimum on": ("mau", '"0.80"', '"0.50"', "components[3].scoring.full_at", "0.5"),
    "no steps": ("mau", re.search(r"steps = \[.*?\] ", DRAFT)[0], "steps = [] ", "components[2].scoring.steps", "1"),  # type: ignore[index]
    "neutral without its share": ("mau", 'neutral = "0.50"\n', "", "components[3].neutral", ""),
    "a neutral share without neutral": ("mau", 'without = "neutral"\n', "", "components[3].neutral", ""),
    "an unknown way out": ("mau", 'without = "neutral"', 'without = "skip"', "components[3].without", "«skip»"),
    "nobody rated": ("mau", '["province"]', "[]", "rates", "1"),
    "an unknown group": ("mau", '["province"]', '["province", "sở"]', "rates[2]", "«sở»"),
    "a group twice": ("mau", '["province"]', '["province", "province"]', "rates", ""),
    "an unknown period": ("mau", '"year"', '"month"', "period", "«month»"),
    "substance of the portal": (
        *("mau", 'kind = "pass_fail" }', 'kind = "pass_fail" }\nsubstance = { least_dossiers = 5 }'),
        *("components[4].substance", ""),
    ),
    "substance under another reading": (
        *("mau", 'reading = "received"', 'reading = "received"\nsubstance = { least_dossiers = 5 }'),
        *("components[2].substance", "default"),
    ),
    "procedures without a share": ("mau", ', online_share = "0.30"', "", "components[1].substance.online_share", ""),
    "dossiers with a share": (
        *(
            "mau",
            'without = "neutral"',
            'substance = { least_dossiers = 5, online_share = "0.3" }\nwithout = "neutral"',
        ),
        *("components[3].substance.online_share", ""),
    ),
    "a regulation in force": ("mau", '"proposal"', '"issued"', "status", "«issued»"),
    "broken TOML": ("mau", "[amends]", "[amends", "", "12:"),
    "a rival of nothing": ("mau-khac", 'rival_of = "mau"', 'rival_of = "mẫu"', "rival_of", "mau."),
    "a rival that rates others": (
        "mau-khac",
        'rival_of = "mau"',
        'rival_of = "mau"\nrates = ["areas"]',
        "rates",
        "mau",
    ),
    "a rival without a title": ("mau-khac", 'title = { vi = "Mẫu khác", en = "Another sample" }\n', "", "title", ""),
    "a rival without a label": ("mau-khac", 'label = { vi = "Khác", en = "Another" }\n', "", "label", ""),
    "a rival of itself": ("mau-khac", 'rival_of = "mau"', 'rival_of = "mau-khac"', "rival_of", "mau."),
    "a rival of several": ("mau-khac", 'rival_of = "mau"', 'rival_of = ["mau"]', "rival_of", "mau."),
    "a rival's weights that do not sum": ("mau-khac", "weight = 100", "weight = 99", "components", "99"),
}
MENDS = {
    "en": r"\. (Add|Change|Choose|Correct|Exchange|Leave|Lower|Mend|Name|Raise|Save|Sort|Write) ",
    "vi": r"\. Hãy ",
}
JARGON = ("Input should be", "ValidationError", "pydantic", "type=", "Fraction(", "_type", "ctx", "codec", "None", "'>")


@pytest.fixture(scope="module")
def decisions() -> dict[str, Decision]:
    return {DECISION: load_decision(REFERENCE / f"decisions/{DECISION}.toml")}


@pytest.fixture(scope="module")
def shipped(decisions: dict[str, Decision]) -> dict[str, Criteria]:
    return load_criteria(REFERENCE, decisions)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A reference folder with a small draft and its rival."""
    (tmp_path / "criteria").mkdir()
    (tmp_path / "criteria/mau.toml").write_text(DRAFT, encoding="utf-8")
    (tmp_path / "criteria/mau-khac.toml").write_text(RIVAL, encoding="utf-8")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(folder: Path, decisions: dict[str, Decision]) -> dict[str, str]:
    """What is said of the first mistake, in each language; it says how to mend it and shows nothing of our tools."""
    with pytest.raises(ReferenceProblem) as caught:
        load_criteria(folder, decisions)
    said = {code: caught.value.told(Language(code)) for code in LANGUAGES}
    for code, words in said.items():
        assert re.search(MENDS[code], words), words
        assert [jargon for jargon in JARGON if jargon in words] == [], words
    assert said["vi"] != said["en"]
    return said


# What is shipped


def test_there_is_a_draft_for_each_regulation_and_rivals_beside_them(shipped: dict[str, Criteria]) -> None:
    assert sorted(shipped) == [path.stem for path in sorted(FILES, key=lambda path: path.stem)]
    assert tuple(name for name, found in shipped.items() if not found.is_rival) == DRAFTS
    rivals = [found for found in shipped.values() if found.is_rival]
    assert len(rivals) >= 2
    assert {found.regulation for found in rivals} <= set(DRAFTS)
    first_places = {name: list(shipped).index(name) for name in DRAFTS}
    assert all(list(shipped).index(found.id) > first_places[found.regulation] for found in rivals)


@pytest.mark.parametrize(
    ("draft", "amended"),
    [
        ("chu-tich-huyen", ("34/2017/QĐ-UBND", date(2017, 9, 8), "32/2020/QĐ-UBND", date(2020, 11, 2))),
        ("thi-dua", ("13/2018/QĐ-UBND", date(2018, 4, 27), "31/2020/QĐ-UBND", date(2020, 10, 26))),
        ("giam-doc-so", ("", None, "", None)),  # not found: Sở Nội vụ knows it, nobody may guess it
    ],
)
def test_the_texts_amended_are_those_that_are_known(
    shipped: dict[str, Criteria], draft: str, amended: tuple[Any, ...]
) -> None:
    for found in shipped.values():
        if found.regulation == draft:
            assert found.amends == Amended(found.amends.title, *amended)


def test_the_bands_are_the_four_categories_of_the_decree(shipped: dict[str, Criteria]) -> None:
    for found in shipped.values():
        assert [band.title.vi for band in found.bands] == CATEGORIES
        assert len({band.title.en for band in found.bands}) == 4


def test_chairs_are_scored_by_quarter_for_the_district_with_its_communes(shipped: dict[str, Criteria]) -> None:
    assert {(found.rates, found.period) for found in shipped.values() if found.regulation == "chu-tich-huyen"} == {
        (("areas",), "quarter")
    }


def figure_lines(text: str) -> Iterator[tuple[str, str]]:
    """(value, comment) of each line that states a figure of the criteria."""
    table = ""
    for line in text.splitlines():
        if line.startswith("["):
            table = line.strip("[] ")
        key, _, rest = line.partition("=")
        if line.startswith("#") or table == "amends" or key.strip() in NO_FIGURES:
            continue
        value, _, comment = rest.partition("#")
        if NUMBER.search(value):
            yield value, comment


def unmarked(text: str) -> list[str]:
    """The figures that do not say on their line that they are proposed (đề xuất)."""
    return [value for value, comment in figure_lines(text) if "đề xuất" not in comment]


def figures_in(content: Any) -> list[str]:
    """Every number below the keys that state one, as the TOML parser sees it."""
    if isinstance(content, dict):
        return [number for key, part in content.items() if key not in NO_FIGURES for number in figures_in(part)]
    if isinstance(content, list):
        return [number for part in content for number in figures_in(part)]
    return [str(content)] if NUMBER.search(str(content)) else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_number_is_marked_as_proposed_on_its_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert unmarked(text) == []
    content = tomllib.loads(text)
    content.pop("amends", None)
    seen = [number for value, _ in figure_lines(text) for number in NUMBER.findall(value)]
    assert sorted(seen) == sorted(figures_in(content))  # no figure escapes the rule
    assert len(seen) > 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_number_that_lost_its_mark_would_be_found(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    marked = [place for place, line in enumerate(lines) if "# đề xuất" in line and not line.startswith("#")]
    for place in marked:
        spoilt = [line.partition("#")[0] if at == place else line for at, line in enumerate(lines)]
        assert len(unmarked("\n".join(spoilt))) == 1


# Files of one's own


def test_a_file_is_read_without_loss(folder: Path, decisions: dict[str, Decision]) -> None:
    edit(folder / "criteria/mau.toml", "weight = 40", 'weight = "39.9"')
    edit(folder / "criteria/mau.toml", "weight = 30", "weight = 30.1")
    found = load_criteria(folder, decisions)["mau"]
    assert [part.weight for part in found.components] == [Fraction(399, 10), Fraction(301, 10), 20, 10]
    assert [part.target.id for part in found.components] == ["l3-procedures", "l3-dossiers", "l4-dossiers", "portal"]
    assert [part.reading.id for part in found.components] == ["default", "received", "default", "default"]
    assert [part.neutral for part in found.components] == [0, 0, Fraction(1, 2), 0]
    assert [(band.at_least, band.cap) for band in found.bands] == [(80, Fraction(1, 5)), (50, None), (0, None)]
    assert (found.applies_from, found.applies_to) == (date(2020, 3, 1), date(2020, 11, 30))
    assert (found.is_rival, found.is_hardened) == (False, True)


def test_components_stand_in_the_order_of_the_decision(folder: Path, decisions: dict[str, Decision]) -> None:
    edit(folder / "criteria/mau.toml", 'target = "l3-procedures"', 'target = "l4-procedures"')
    found = load_criteria(folder, decisions)["mau"]
    assert [part.target.id for part in found.components] == ["l3-dossiers", "l4-procedures", "l4-dossiers", "portal"]


def test_criteria_apply_in_the_whole_period_unless_they_say_otherwise(
    folder: Path, decisions: dict[str, Decision]
) -> None:
    edit(folder / "criteria/mau.toml", "applies_from = 2020-03-01\napplies_to = 2020-11-30\n", "")
    found = load_criteria(folder, decisions)["mau"]
    assert (found.applies_from, found.applies_to) == (date(2020, 1, 1), date(2020, 12, 31))


def test_a_rival_inherits_what_it_does_not_state(folder: Path, decisions: dict[str, Decision]) -> None:
    found = load_criteria(folder, decisions)
    draft, rival = found["mau"], found["mau-khac"]
    assert list(found) == ["mau", "mau-khac"]  # the draft leads, though its file's name comes later
    assert (rival.is_rival, rival.regulation) == (True, "mau")
    for inherited in ("amends", "decision", "applies_from", "applies_to", "rates", "period", "maximum", "bands"):
        assert getattr(rival, inherited) == getattr(draft, inherited)
    assert rival.title.en == "Another sample"
    assert [(part.target.id, part.weight, part.scoring) for part in rival.components] == [
        ("portal", 100, Proportional(kind="proportional"))
    ]


def test_a_draft_leads_its_rivals_whatever_they_are_called(folder: Path, decisions: dict[str, Decision]) -> None:
    (folder / "criteria/ba.toml").write_text(RIVAL, encoding="utf-8")
    assert list(load_criteria(folder, decisions)) == ["mau", "ba", "mau-khac"]


@pytest.mark.parametrize(("file", "old", "new", "key", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_file_key_and_mend(
    folder: Path, decisions: dict[str, Decision], file: str, old: str, new: str, key: str, told: str
) -> None:
    edit(folder / f"criteria/{file}.toml", old, new)
    for words in refusal(folder, decisions).values():
        assert re.match(rf"criteria/{file}\.toml(, (line|dòng) [0-9]+)?: ", words), words
        assert not key or key in {word.rstrip(".") for word in re.findall(r"[\w.\[\]]+", words)}, words
        assert told in words, words


def test_a_target_near_the_misspelt_one_is_named(folder: Path, decisions: dict[str, Decision]) -> None:
    edit(folder / "criteria/mau.toml", '"l4-dossiers"', '"l4-dosiers"')
    for words in refusal(folder, decisions).values():
        assert words.endswith(": l4-dossiers.")
        assert words.count("l4-dossiers") == 2  # among all, and as the nearest


def test_a_rival_of_a_rival_is_refused(folder: Path, decisions: dict[str, Decision]) -> None:
    third = RIVAL.replace('rival_of = "mau"', 'rival_of = "mau-khac"')
    (folder / "criteria/ba.toml").write_text(third, encoding="utf-8")
    for words in refusal(folder, decisions).values():
        assert words.startswith("criteria/ba.toml: rival_of = «mau-khac» ")


def test_a_file_that_is_not_in_utf_8_is_refused(folder: Path, decisions: dict[str, Decision]) -> None:
    (folder / "criteria/mau.toml").write_text(DRAFT, encoding="utf-16")
    for words in refusal(folder, decisions).values():
        assert words.startswith("criteria/mau.toml: ")
        assert "UTF-8" in words


def test_the_mark_that_notepad_writes_before_utf_8_does_no_harm(folder: Path, decisions: dict[str, Decision]) -> None:
    (folder / "criteria/mau.toml").write_text(DRAFT, encoding="utf-8-sig")
    assert list(load_criteria(folder, decisions)) == ["mau", "mau-khac"]


# Folders


def test_a_folder_without_criteria_goes_by_the_projects_own(
    tmp_path: Path, decisions: dict[str, Decision], shipped: dict[str, Criteria]
) -> None:
    assert load_criteria(tmp_path, decisions) == shipped


def test_a_folder_with_an_empty_criteria_has_none(tmp_path: Path, decisions: dict[str, Decision]) -> None:
    (tmp_path / "criteria").mkdir()
    assert load_criteria(tmp_path, decisions) == {}


def test_a_folder_with_another_decision_and_no_criteria_has_none(
    tmp_path: Path, decisions: dict[str, Decision]
) -> None:
    another = decisions[DECISION].model_copy(update={"id": "1-qd-ubnd-2021"})
    assert load_criteria(tmp_path, {another.id: another}) == {}


def test_the_reference_carries_the_criteria_and_refuses_with_them(folder: Path, tmp_path: Path) -> None:
    unit = {"unit_code": "H45.18", "unit_name": "Sở Xây dựng", "tier": "province", "parent_code": "", "aliases": ""}
    offer = {
        **{"procedure_code": "1.000001.000.00.00.H45", "procedure_name": "Cấp phép", "field": "Thử"},
        **{"tier": "province", "unit_code": "H45.18", "level": "3", "valid_from": "2019-01-01", "valid_to": ""},
    }
    reference = write_reference(tmp_path / "reference", [unit], [offer])
    assert set(DRAFTS) <= load_reference(reference).criteria.keys()
    shutil.copytree(folder / "criteria", reference / "criteria")
    assert list(load_reference(reference).criteria) == ["mau", "mau-khac"]
    edit(reference / "criteria/mau.toml", "weight = 40", "weight = 41")
    with pytest.raises(ReferenceProblem, match="101"):
        load_reference(reference)
