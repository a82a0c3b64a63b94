"""A page says whose figures a series holds until when, or since when it is one; nothing where nothing changed."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.changed_province import write_changed

from analysis.language.texts import Language
from analysis.presentation.succession import series_note
from analysis.presentation.tiers import tier_words
from analysis.presentation.words import TIER_WORDS
from analysis.reference.groups import group_members
from analysis.reference.tables import load_reference


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Any:
    reference = load_reference(write_changed(tmp_path_factory.mktemp("changed") / "reference"))
    of_day = reference.on_day(reference.decision(""), date(2020, 12, 31))
    members = group_members(of_day).groupby("group_code")["unit_code"].agg(tuple).to_dict()
    return SimpleNamespace(reference=of_day, language=Language("vi"), members=members)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("H45.02", "Gồm cả số liệu của Sở Kế hoạch đến ngày 14/04/2020."),
        ("H45.03", ""),
        ("H45.43", "Bắt đầu từ ngày 01/09/2020: trước đó chưa có đơn vị này nên không có số liệu trước để so sánh."),
        ("TIER:district", "Gồm cả số liệu của Huyện Một và Huyện Hai đến ngày 30/06/2020."),
        ("TIER:province", ""),
    ],
)
def test_the_note_of_a_series(report: Any, code: str, told: str) -> None:
    assert series_note(report, code) == told


def test_a_merged_unit_names_all_that_it_holds(report: Any) -> None:
    told = series_note(report, "H45.41")
    assert all(f"Xã Cũ {number:02}" in told for number in range(1, 11))
    assert "Bắt đầu" not in told


def test_tiers_have_their_titles_or_the_usual_words(report: Any, tmp_path: Path) -> None:
    assert tier_words(report, TIER_WORDS) == {"province": "Sở, ban, ngành", "commune": "Cấp xã"}, "no district is left"
    folder = write_changed(tmp_path / "reference")
    names = "tier,title_vi,title_en\ncommune,Phường xã,Wards\nprovince,Tỉnh,Province\ndistrict,Huyện,District\n"
    (folder / "tiers.csv").write_text(names, encoding="utf-8")
    named = SimpleNamespace(reference=load_reference(folder), language=Language("en"))
    assert tier_words(named, TIER_WORDS) == {"commune": "Wards", "province": "Province", "district": "District"}
