"""Who answers to the province itself: departments and districts, and without districts every tier."""

import shutil
from datetime import date

import pytest
from support.folders import REFERENCE

from analysis.language.texts import Language
from analysis.presentation.words import level_words
from analysis.reference.groups import answering, answering_words
from analysis.reference.tables import Reference, load_reference
from analysis.storage.places import TWO_TIERS


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The example of a province that loses its districts on 1 July 2025."""
    folder = tmp_path_factory.mktemp("changed") / "reference"
    shutil.copytree(TWO_TIERS, folder)
    shutil.copy(REFERENCE / "vocabulary.toml", folder)
    return load_reference(folder)


@pytest.mark.parametrize(
    ("day", "tiers", "vi", "en"),
    [
        (date(2025, 6, 30), ["province", "district"], "sở, ngành và huyện", "departments and districts"),
        (date(2025, 7, 1), ["province", "commune"], "sở, ngành và xã, phường", "departments and communes"),
    ],
    ids=str,
)
def test_communes_answer_to_the_province_where_there_are_no_districts(
    changed: Reference, day: date, tiers: list[str], vi: str, en: str
) -> None:
    of_day = changed.on_day(changed.decision(""), day)
    assert answering(of_day) == tiers
    assert answering_words(of_day, Language("vi")) == vi
    assert answering_words(of_day, Language("en")) == en


def test_levels_that_count_together_are_called_by_their_groups_names(changed: Reference) -> None:
    called = {target.id: level_words(target, Language("vi")) for target in changed.decision("").targets}
    assert called["toan-trinh"] == "Toàn trình"
    assert called["truc-tuyen"] == called["thu-tuc"] == "Một phần, toàn trình"
    assert called["moi-ho-so"] == "Mọi mức độ"
