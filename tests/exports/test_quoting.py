"""A cell is quoted only where it cannot be personal: a name may stand under any heading (contract §3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.exports.quoting import OFTEN, is_shape, may_be_quoted, quoted, shape

WORDS = frozenset({"trực", "tuyến", "sở", "xây", "dựng", "văn"})


@pytest.mark.parametrize(
    ("column", "text"),
    [
        *(("received_at", day) for day in ("31/02/2020", "2020-13-01", "1.1.2020 8:30", "31/6/2020 08h30")),
        *(("procedure_code", code) for code in ("9.999999", "9.999999.000.00.00.H45")),
        *(("unit", code) for code in ("H45.99", "H45.99.01", "000.00.99.H45")),
        *(("channel", "Trực tuyến – xây dựng"), ("unit", "SỞ XÂY")),
    ],
)
def test_what_cannot_be_personal_is_quoted(column: str, text: str) -> None:
    assert quoted(column, text, WORDS) == text


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        ("channel", "Nguyễn Văn Mẫu", "xxxxxx xxx xxx"),
        ("received_at", "0905 123 456", "9999 999 999"),
        ("received_at", "0905.123.456", "9999.999.999"),
        ("received_at", "054085009876", "999999999999"),
        ("procedure_code", "054085009876", "999999999999"),
        ("procedure_code", "Nguyễn", "xxxxxx"),
        ("unit", "mau@example.com", "xxx@xxxxxxx.xxx"),
        ("channel", "10/06/2020", "99/99/9999"),  # a day of birth, perhaps: it is no channel
        ("dossier_id", "H45.12-201105-7766", "x99.99-999999-9999"),
    ],
)
def test_of_all_else_the_shape_is_told(column: str, text: str, told: str) -> None:
    assert quoted(column, text, WORDS) == told


def test_what_stands_in_many_rows_is_nobodys_name_unless_it_has_digits() -> None:
    assert quoted("channel", "Qua bưu tá", WORDS, OFTEN) == "Qua bưu tá"
    assert quoted("channel", "Qua bưu tá", WORDS, OFTEN - 1) == "xxx xxx xx"
    assert not may_be_quoted("channel", "0905 123 456", WORDS, 1_000)
    assert not may_be_quoted("dossier_id", "Nguyễn", WORDS, 1_000)


@given(st.text())
def test_a_shape_has_no_letter_and_no_digit_of_its_text(text: str) -> None:
    assert all(
        letter in "x9" or not letter.isalnum() or letter == letter.lower() == letter.upper() for letter in shape(text)
    )
    assert len(shape(text)) == len(text)


def test_what_is_masked_is_known_as_such() -> None:
    assert is_shape(shape("Nguyễn Văn A, 0905 123"))
    assert not is_shape("Trực tuyến")
    assert not is_shape("")
