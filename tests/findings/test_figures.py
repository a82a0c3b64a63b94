"""What a report shows of a figure never contradicts its verdict."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from analysis.findings.figures import Figure
from analysis.language.texts import Language
from analysis.presentation.numbers import gap, minimum, percent
from analysis.reference.decision import Target

VI, EN = Language("vi"), Language("en")


def target(share: str) -> Target:
    words = {"vi": "x", "en": "x"}
    return Target(
        id="t", measure="dossiers_online", level=3, minimum=share, title=words, clause=words, definition=words
    )


def figure(numerator: int, denominator: int, share: str = "0.60") -> Figure:
    aim = target(share)
    attained = denominator and Fraction(numerator, denominator) >= aim.minimum
    status = "not_applicable" if not denominator else "attained" if attained else "not_attained"
    return Figure(aim, "H45.18", "Sở Xây dựng", numerator, denominator, 0, status)


def test_values_are_written_as_the_language_writes_them() -> None:
    assert percent(figure(189, 1000), VI) == "18,9 %"
    assert percent(figure(189, 1000), EN) == "18.9%"
    assert gap(figure(189, 1000), VI) == "−41,1"
    assert gap(figure(7, 10), VI) == "+10,0"
    assert percent(figure(0, 0), VI) == "–"
    assert minimum(target("0.60"), VI) == "60 %"
    assert minimum(target("0.625"), VI) == "62,5 %"


def test_a_value_just_below_its_minimum_is_not_rounded_up_to_it() -> None:
    assert percent(figure(5999, 10000), VI) == "59,99 %"
    assert gap(figure(5999, 10000), VI) == "−0,01"
    assert percent(figure(599999, 1000000), VI) == "59,9999 %"
    assert percent(figure(99999, 100000, "1"), VI) == "99,999 %"


@given(st.integers(0, 10**5), st.integers(1, 10**5), st.sampled_from(["0.5", "0.55", "0.6", "0.9", "1"]))
def test_the_shown_value_is_on_the_side_of_its_verdict(numerator: int, denominator: int, share: str) -> None:
    shown = figure(min(numerator, denominator), denominator, share)
    value = Fraction(percent(shown, EN).rstrip("%").replace(",", ""))
    assert (value >= shown.target.minimum * 100) == (shown.status == "attained")
