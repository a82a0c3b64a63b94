"""Keys by which procedure codes and units match (contract §4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.reference.keys import procedure_key, unit_key


@pytest.mark.parametrize(
    "code", ["1.001190", "1.001190.000.00.00.H45", "1.00119", " 1.001190.000.00.00.h45 ", "1,00119"]
)
def test_codes_match_on_their_first_two_groups(code: str) -> None:
    assert procedure_key(code) == "1.001190"


@given(st.integers(1, 9), st.integers(1, 999_999))
def test_a_code_that_a_spreadsheet_took_for_a_number_is_found_again(group: int, number: int) -> None:
    code = f"{group}.{number:06d}"
    assert procedure_key(repr(float(code))) == procedure_key(code) == code


def test_any_other_code_is_its_own_key() -> None:
    assert procedure_key("P1") == procedure_key(" p1") != procedure_key("P2")


@pytest.mark.parametrize(
    ("old", "new"), [("000.00.12.H45", "H45.12"), ("000.01.20.H45", "H45.20.01"), ("000.00.12.h45 ", " h45.12")]
)
def test_both_national_forms_of_a_unit_code_are_one(old: str, new: str) -> None:
    assert unit_key(old) == unit_key(new)
