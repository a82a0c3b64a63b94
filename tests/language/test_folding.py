"""Folding: two spellings of the same words are equal (contract §3)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.language.folding import fold

LETTERS = st.text(alphabet="aàáâăbcdđeéêghioóôơuúưyýAÂĐHOÀ .,:(*)-/\u00a0\u200b\t123", max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hòa"),
        ("THUÝ", "thúy"),
        ("Mã hồ sơ (*)", "mã hồ sơ"),
        ("Mã\u00a0hồ   sơ:", "Mã hồ sơ"),
        ("\ufeffNgày tiếp nhận", "ngày tiếp nhận"),
        (unicodedata.normalize("NFD", "Đơn vị giải quyết"), "ĐƠN VỊ GIẢI QUYẾT"),
        ("Cơ quan/Đơn vị", "cơ quan/đơn vị"),
    ],
)
def test_spellings_of_the_same_words_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("Hòa", "Hoa"), ("mức 3", "mức 4"), ("đơn", "don"), ("cơ quan", "cơquan")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(LETTERS)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(LETTERS)
def test_form_case_and_surrounding_space_do_not_matter(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(f"  {text.upper()}\u00a0") == fold(text)
