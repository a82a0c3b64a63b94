"""Numbers, dates and messages in the reader's language."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from analysis.language.problems import UsageProblem
from analysis.language.texts import LANGUAGES, Language


def test_vietnamese_forms() -> None:
    vi = Language("vi")
    assert vi.number(1598) == "1.598"
    assert vi.percent(0.189) == "18,9 %"
    assert vi.percent(Fraction(1, 3)) == "33,3 %"
    assert vi.points(-0.1) == "−10,0"
    assert vi.date(date(2020, 9, 29)) == "29/09/2020"
    assert vi.month("2020-09") == "tháng 9/2020"


def test_english_forms() -> None:
    en = Language("en")
    assert (en.number(1598), en.percent(0.189), en.month("2020-09")) == ("1,598", "18.9%", "September 2020")


@given(st.integers(-(10**12), 10**12), st.fractions(-1000, 1000), st.floats(-1e6, 1e6), st.integers(0, 6))
def test_numbers_are_those_of_the_locale(count: int, part: Fraction, share: float, digits: int) -> None:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    for language in map(Language, LANGUAGES):
        assert language.number(count) == format_decimal(count, locale=language.code)
        for value in (part, share):
            exact = (
                Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(repr(value))
            )
            rounded = (exact * 100).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
            assert language.share(value, digits) == format_decimal(rounded, pattern, language.code)


def test_dates_in_sentences_are_in_words() -> None:
    """A nought before days under ten and before January and February alone: Nghị định 30/2020/NĐ-CP, annex I."""
    vi, en = Language("vi"), Language("en")
    assert vi.written_date(date(2020, 5, 14)) == "14 tháng 5 năm 2020"
    assert vi.written_date(date(2020, 2, 5)) == "05 tháng 02 năm 2020"
    assert vi.written_date(date(2020, 12, 31)) == "31 tháng 12 năm 2020"
    assert en.written_date(date(2020, 2, 5)) == "5 February 2020"


def test_a_file_s_size_has_one_decimal_and_is_never_nothing() -> None:
    vi, en = Language("vi"), Language("en")
    assert [vi.size(count) for count in (1, 824_400, 4_100_000)] == ["1 KB", "824 KB", "4,1 MB"]
    assert en.size(4_100_000) == "4.1 MB"


def test_what_has_no_value_is_a_dash() -> None:
    assert Language().percent(None) == Language().percent(float("nan")) == "–"


def test_a_problem_speaks_the_readers_language_with_its_details() -> None:
    problem = UsageProblem(
        "There is no decision {wanted}. Known: {known}. A decision is a file in {folder}.",
        wanted="x",
        known="y",
        folder="z",
    )
    assert "x" in problem.told(Language("en"))
    assert problem.told(Language("vi")) != problem.told(Language("en"))
    assert "x" in problem.told(Language("vi"))
