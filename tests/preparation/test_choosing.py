"""In a notebook meanings are picked, seen, and only then written."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from support.folders import REFERENCE

from analysis.dossiers.inspection import inspect
from analysis.language.texts import Language
from analysis.preparation.choosing import choose, label
from analysis.reference.tables import load_reference

HEAD = "Mã hồ sơ,Mã TTHC,Đơn vị,Hình thức nộp,Ngày tiếp nhận,Trạng thái"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(REFERENCE, tmp_path / "reference")
    (tmp_path / "raw").mkdir()
    rows = [f"HS-{n},1.000255,Sở Xây Dựnng,Trực tuyến,{n:02}/06/2020,Đã trả xong" for n in range(1, 9)]
    (tmp_path / "raw/xuat-20200630.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return tmp_path


def chosen(home: Path) -> tuple[list[Any], Any, Any]:
    """The lists, what they show and the button."""
    reference = load_reference(home / "reference")
    *lists, shown, button = choose(inspect(home / "raw", reference, 1, Language()), reference, Language()).children
    return lists, shown, button


def pick(one: Any, meaning: str) -> None:
    one.value = next(value for _, value in one.options if value == meaning)


def test_nothing_is_picked_beforehand_and_nothing_written_unseen(home: Path) -> None:
    before = {path: path.read_bytes() for path in (home / "reference").rglob("*") if path.is_file()}
    lists, shown, button = chosen(home)
    assert [one.value for one in lists] == ["", ""]
    assert button.disabled
    unit = next(one for one in lists if one.description.startswith("cơ quan"))
    assert ("Sở Xây dựng (H45.18)", "H45.18") in unit.options
    pick(unit, "H45.18")
    assert "+H45.18,Sở Xây dựng" in shown.value
    assert not button.disabled
    assert {path: path.read_bytes() for path in before} == before


def test_a_value_s_meaning_is_shown_by_more_than_its_first_word() -> None:
    """Who is asked what «Từ chối tiếp nhận» means finds more than «Mới đăng ký»."""
    told = label("status", "not_accepted", load_reference(REFERENCE))
    assert told == "Mới đăng ký / Chờ tiếp nhận / Không được tiếp nhận (not_accepted)"


def test_the_button_writes_what_was_picked_and_the_next_look_understands(home: Path) -> None:
    lists, shown, button = chosen(home)
    for one in lists:
        pick(one, "H45.18" if one.description.startswith("cơ quan") else "resolved")
    button.click()
    assert "units.csv" in shown.value
    assert button.disabled
    found = inspect(home / "raw", load_reference(home / "reference"), 1, Language())
    assert found.understood
    assert "Không có gì phải chọn." in choose(found, load_reference(home / "reference"), Language()).value
