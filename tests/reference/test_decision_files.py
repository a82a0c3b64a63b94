"""Decision files: what is wrong is told in both languages with file, line, key and mend, and no word of our tools."""

import re
from pathlib import Path

import pytest
from support.folders import REFERENCE
from support.wider_decision import INDEX, write_decision

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import LANGUAGES, Language
from analysis.reference.columns import load_columns
from analysis.reference.decision import Decision, load_decision
from analysis.reference.vocabulary import load_vocabulary

DECISION = REFERENCE / "decisions/766-qd-ubnd-2020.toml"
TEXT = DECISION.read_text(encoding="utf-8")
# (what stands in the file, what an edit makes of it, the key that the message names, what else it tells)
MISTAKES = {
    "a share above one": ('minimum = "0.60"', 'minimum = "60"', "targets[1].minimum", "«60»"),
    "a share below nothing": ('minimum = "0.60"', 'minimum = "-0.1"', "targets[1].minimum", "«-0.1»"),
    "words for a share": ('minimum = "0.60"', 'minimum = "sáu mươi"', "targets[1].minimum", "«sáu mươi»"),
    "a share beyond all measure": ('minimum = "0.60"', 'minimum = "1e999999999"', "targets[1].minimum", ""),
    "a misspelt key": ("level = 3", "niveau = 3", "targets[1].niveau", ""),
    "a misspelt key of the file": ("issued =", "isued =", "isued", ""),
    "a missing key": ('measure = "procedures_online"\n', "", "targets[1].measure", "data/reference/decisions"),
    "a missing key of the file": ('number = "766/QĐ-UBND"\n', "", "number", "data/reference/decisions"),
    "a missing translation": (', en = "Level 3 procedures with online dossiers"', "", "targets[1].title.en", ""),
    "an empty id": ('id = "l3-dossiers"', 'id = ""', "targets[2].id", ""),
    "an unknown measure": ('measure = "procedures_online"', 'measure = "papers"', "targets[1].measure", "«papers»"),
    "a level that there is not": ("level = 3", "level = 5", "targets[1].level", "«5»"),
    "no level": ("level = 3\n", "", "targets[1]", "level"),
    "a level that there is not among several": ("level = 3", "levels = [3, 5]", "targets[1].levels[2]", "«5»"),
    "a group of levels that there is not": (
        "level = 3",
        'levels = ["toàn trình"]',
        "targets[1].levels",
        "«toàn trình»",
    ),
    "no levels": ("level = 3", "levels = []", "targets[1].levels", "any"),
    "words for levels": ("level = 3", 'levels = "all"', "targets[1].levels", "«all»"),
    "levels twice": ("level = 3", "level = 3\nlevels = [3, 4]", "targets[1]", ""),
    "levels of the portal": (
        'measure = "dossiers_via_portal"',
        'measure = "dossiers_via_portal"\nlevels = "any"',
        "",
        "",
    ),
    "columns of procedures": ("level = 3", 'level = 3\ncolumns = ["source"]', "targets[1].columns", ""),
    "columns of a reading of procedures": (
        'count = "procedures"',
        'count = "procedures"\ncolumns = ["source"]',
        "readings[5].columns",
        "",
    ),
    "an unknown column": ("denominator = {}", 'denominator = {}\ncolumns = ["fee"]', "readings[1].columns[1]", "«fee»"),
    "satisfied dossiers": ("denominator = {}", "denominator = { satisfied = [true] }", "readings[1]", "satisfaction"),
    "a due day of another measure": ("denominator = {}", 'denominator = {}\nday = "due"', "readings[1].day", ""),
    "words for a day": ("valid_from = 2020-01-01", 'valid_from = "đầu năm"', "valid_from", "«đầu năm»"),
    "no such day": ("valid_from = 2020-01-01", "valid_from = 2020-02-30", "", ""),
    "an end before the start": ("valid_to = 2020-12-31", "valid_to = 2019-12-31", "valid_to", "valid_from"),
    "a period that ends amid a month": ("valid_to = 2020-12-31", "valid_to = 2020-12-30", "valid_to", ""),
    "a period of many years": ("valid_to = 2020-12-31", "valid_to = 2029-12-31", "valid_to", ""),
    "an id twice": ('id = "l3-dossiers"', 'id = "l3-procedures"', "targets", ""),
    "no default reading": (
        'id = "default"\nmeasure = "dossiers_online"',
        'id = "x"\nmeasure = "dossiers_online"',
        "",
        "",
    ),
    "an unknown channel": ('channel = ["online"], resolved', 'channel = ["fax"], resolved', "channel[1]", "«fax»"),
    "an unknown base": ('denominator = "offered"', 'denominator = "every"', "denominator", "'offered', 'active'"),
    "another measure's base": ("denominator = {}", 'denominator = "active"', "readings[1]", "denominator"),
    "a count of dossiers": ("denominator = {}\n", 'denominator = {}\ncount = "pairs"\n', "readings[1]", "count"),
    "no targets": (TEXT[TEXT.index("[[targets]]") : TEXT.index("[[readings]]")], "", "targets", ""),
    "a broken table": ("[title]", "[title", "", ""),
}
MENDS = {
    "en": r"\. (Add|Choose|Correct|Describe|Exchange|Give|Mend|Write) ",
    "vi": r"\. Hãy ",
}
JARGON = (
    *("Input should be", "validation error", "Field required", "Value error", "Extra inputs", "pydantic", "type="),
    *("Fraction", "ctx", "None", "Conditions", "literal[", "tomllib", "Expected", "(at line", "{", "}"),
)


def told(folder: Path, text: str) -> dict[str, str]:
    """What is said of a decision file, by language."""
    (folder / "decisions").mkdir()
    path = folder / "decisions/9-qd-ubnd-2020.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReferenceProblem) as caught:
        load_decision(path)
    return {code: caught.value.told(Language(code)) for code in LANGUAGES}


@pytest.mark.parametrize(("old", "new", "key", "more"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_file_line_key_and_mend(tmp_path: Path, old: str, new: str, key: str, more: str) -> None:
    assert old in TEXT
    words = told(tmp_path, TEXT.replace(old, new, 1))
    assert words["vi"] != words["en"]
    for code, said in words.items():
        line = {"en": "line", "vi": "dòng"}[code]
        assert re.match(rf"decisions/9-qd-ubnd-2020\.toml, {line} [0-9]+: ", said), said
        assert re.search(MENDS[code], said), said
        assert key in said, said
        assert more in said, said
        assert [jargon for jargon in JARGON if jargon in said] == [], said


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('minimum = "1.00"', 'minimum = "100"', 'minimum = "100"'),
        ('id = "received"', 'id = ""', 'id = ""'),
        ("[authority]\nvi =", "[authority]\nvn =", "vn ="),
        (', en = "Without post" }', " }", "title = { vi = "),
        ("valid_to = 2020-12-31", "valid_to = 2020-12-30", "valid_to"),
        ("[title]", "[title", "[title"),
    ],
)
def test_the_line_is_that_of_the_mistake(tmp_path: Path, old: str, new: str, line: str) -> None:
    text = TEXT.replace(old, new, 1)
    number = int(re.search(r", line (\d+):", told(tmp_path, text)["en"])[1])  # type: ignore[index]
    assert text.splitlines()[number - 1].startswith(line)


def test_a_file_that_is_not_in_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "decision.toml"
    path.write_text(TEXT, encoding="utf-16")
    with pytest.raises(ReferenceProblem, match=r"decision\.toml: written in UTF-16"):
        load_decision(path)


def test_the_mark_that_notepad_writes_before_utf_8_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / DECISION.name
    path.write_text(TEXT, encoding="utf-8-sig")
    assert load_decision(path) == load_decision(DECISION)


def test_other_files_come_through_the_same_door(tmp_path: Path) -> None:
    words = (REFERENCE / "columns.toml").read_text(encoding="utf-8")
    (tmp_path / "columns.toml").write_text(
        words.replace('[columns."trends.lower"]', '[columns."trend.lower"]'), "utf-8"
    )
    with pytest.raises(ReferenceProblem) as of_columns:
        load_columns(tmp_path)
    headings = (REFERENCE / "vocabulary.toml").read_text(encoding="utf-8")
    (tmp_path / "vocabulary.toml").write_text(headings.replace("[lines]", "[lines]\ntotals = []"), "utf-8")
    with pytest.raises(ReferenceProblem) as of_words:
        load_vocabulary(tmp_path / "vocabulary.toml")
    for code, line in (("en", "line"), ("vi", "dòng")):
        said = [caught.value.told(Language(code)) for caught in (of_columns, of_words)]
        assert re.match(rf"columns\.toml, {line} \d+: columns\.trend\.lower ", said[0]), said
        assert re.match(rf"vocabulary\.toml, {line} \d+: .*lines\.totals", said[1]), said
        assert all(re.search(MENDS[code], one) for one in said), said


GROUPS = """
[level_groups]
mot-phan = { levels = [3], title = { vi = "Một phần", en = "Partly online" } }
truc-tuyen = { levels = [4, 3], title = { vi = "Trực tuyến", en = "Online" } }

[[targets]]"""


@pytest.mark.parametrize(
    ("written", "level", "admitted", "title"),
    [
        ("level = 4", 4, (4,), None),
        ("levels = [4]", 4, (4,), None),
        ("levels = [4, 3, 4]", None, (3, 4), None),
        ('levels = ["mot-phan"]', 3, (3,), "Một phần"),
        ('levels = ["truc-tuyen"]', None, (3, 4), "Trực tuyến"),
        ('levels = ["mot-phan", "truc-tuyen"]', None, (3, 4), "Một phần, trực tuyến"),
        ('levels = ["mot-phan", 2]', None, (2, 3), None),
        ('levels = "any"', None, None, None),
    ],
)
def test_levels_are_said_in_each_way(
    tmp_path: Path, written: str, level: int | None, admitted: tuple[int, ...] | None, title: str | None
) -> None:
    path = tmp_path / "decision.toml"
    path.write_text(TEXT.replace("\n[[targets]]", GROUPS, 1).replace("level = 3", written, 1), encoding="utf-8")
    target = load_decision(path).targets[0]
    assert (target.level, target.admitted) == (level, admitted)
    assert title == (target.level_title and target.level_title.vi)
    assert target.admits([1, 3, 4]).tolist() == [admitted is None or one in admitted for one in (1, 3, 4)]


def test_the_examples_can_be_used_and_are_not_loaded() -> None:
    for path in (REFERENCE / "examples").glob("*.toml"):
        assert load_decision(path).index
        assert not (REFERENCE / "decisions" / path.name).exists()


def test_a_decision_comes_back_from_a_months_open_data_as_it_was(tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    (reference / "decisions").mkdir(parents=True)
    for text in ("", INDEX):
        known = load_decision(reference / f"decisions/{write_decision(reference, text)}.toml")
        assert Decision.model_validate_json(known.model_dump_json()) == known


def test_what_the_how_to_shows_makes_a_decision(tmp_path: Path) -> None:
    page = (REFERENCE.parents[1] / "docs/huong-dan/quyet-dinh-moi.md").read_text(encoding="utf-8")
    first = re.search(r"```\{code-block\} toml\n:caption: [^\n]*\n(.*?)```", page, re.DOTALL)
    further = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert first
    assert len(further) == 5
    (tmp_path / "decision.toml").write_text("\n".join([first[1], *further]), encoding="utf-8")
    known = load_decision(tmp_path / "decision.toml")
    assert [target.id for target in known.targets] == [
        *("l4-dossiers", "portal", "on-time", "paid-online", "digitised", "satisfied"),
    ]
    assert known.level_groups.keys() == {"mot-phan", "toan-trinh"}
    assert [group.id for group in known.index[0].groups] == ["truc-tuyen", "dung-han"]
