"""Criteria are told in words that an official would sign: the expectations here were written by hand."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from support.folders import REFERENCE

from analysis.criteria import words
from analysis.language.texts import Language
from analysis.reference.criteria import Amended, Band, Component, Criteria, Scoring
from analysis.reference.criteria_files import load_criteria
from analysis.reference.criteria_form import Bonus, PassFail, Proportional, Step, Steps, Substance, Without
from analysis.reference.decision import Target, load_decision
from analysis.reference.toml_files import Words

VI, EN = Language("vi"), Language("en")
DECISION = load_decision(REFERENCE / "decisions/766-qd-ubnd-2020.toml")
DRAFT = load_criteria(REFERENCE, {DECISION.id: DECISION})["chu-tich-huyen"]
PROPORTIONAL = Proportional(kind="proportional")
STEPS = Steps(
    kind="steps",
    steps=tuple(Step(at_least=share, earns=part) for share, part in (("0.25", "0.5"), ("0.37", "0.75"), ("0.50", "1"))),
)
BONUS = Bonus(kind="bonus", at_target="0.85", full_at="0.80")
PASS_FAIL = PassFail(kind="pass_fail")
BANDS = (("Xuất sắc", "Excellent", 90), ("Tốt", "Good", 70), ("Đạt", "Fair", "52.5"), ("Không", "None", 0))


def target(name: str) -> Target:
    return next(target for target in DECISION.targets if target.id == name)


def component(
    scoring: Scoring = PROPORTIONAL,
    name: str = "l3-dossiers",
    weight: int = 25,
    reading: str = "default",
    least: int = 10,
    without: Without = "reweight",
    substance: Substance | None = None,
) -> Component:
    aim = target(name)
    read = next(found for found in DECISION.readings_of(aim) if found.id == reading)
    return Component(aim, read, Fraction(weight), scoring, least, without, Fraction("0.7"), substance, None)


def criteria(**changes: object) -> Criteria:
    whole = replace(
        DRAFT,
        amends=Amended(Words(vi="Quy định thử", en="Trial regulation"), "", None, "", None),
        rates=("province",),
        period="quarter",
        maximum=Fraction(25),
        components=(component(),),
        bands=tuple(Band(Words(vi=vi, en=en), Fraction(low), None) for vi, en, low in BANDS),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [
        (Fraction(15), None, "15", "15"),
        (12.5, None, "12,5", "12.5"),
        (Fraction(75, 4), None, "18,75", "18.75"),
        (Fraction(1, 3), None, "0,3333", "0.3333"),
        (0.0, None, "0", "0"),
        (1000, None, "1.000", "1,000"),
        (15, 1, "15,0", "15.0"),
        (84.25, 1, "84,3", "84.3"),
        (84.5, 0, "85", "85"),
        (float("nan"), 1, "–", "–"),
        (None, None, "–", "–"),
    ],
)
def test_points_have_the_decimals_that_they_have_or_those_asked_for(
    value: float, digits: int | None, vi: str, en: str
) -> None:
    assert (words.points(value, VI, digits), words.points(value, EN, digits)) == (vi, en)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((84.549, "84,5"), (90.0, "90,0"), (100.0, "100,0"), (0.0, "0,0"), (float("nan"), "–")),
        *((89.96, "89,96"), (89.999996, "89,999996"), (89.999999999, "89,999999999"), (52.4999, "52,4999")),
        *((90.04, "90,0"), (52.5, "52,5")),
    ],
)
def test_a_rounded_score_never_seems_to_lie_in_another_band(value: float, shown: str) -> None:
    assert words.score(value, criteria(), VI) == shown


def test_a_proposed_number_says_so_before_the_full_stop() -> None:
    assert words.proposed("25 điểm", VI) == "25 điểm (đề xuất)"
    assert words.proposed("Không quá 25 điểm.", VI) == "Không quá 25 điểm (đề xuất)."
    assert words.proposed("At most 25.", EN) == "At most 25 (proposed)."


@pytest.mark.parametrize(
    ("scoring", "vi", "en"),
    [
        (
            PROPORTIONAL,
            "Điểm = 25 × tỷ lệ ÷ 50 %, không quá 25 điểm.",
            "Points = 25 × share ÷ 50%, at most 25.",
        ),
        (
            STEPS,
            "Đạt từ 25 %: 12,5 điểm; từ 37 %: 18,75 điểm; từ 50 %: 25 điểm; dưới 25 %: 0 điểm.",
            "Points: from 25%: 12.5; from 37%: 18.75; from 50%: 25; below 25%: 0.",
        ),
        (
            BONUS,
            "Đến mức chỉ tiêu: điểm = 21,25 × tỷ lệ ÷ 50 %. Vượt chỉ tiêu: tăng đều từ 21,25 điểm ở 50 % lên 25 điểm "
            "ở 80 % trở lên.",
            "Up to the target: points = 21.25 × share ÷ 50%. Above it: evenly from 21.25 points at 50% to 25 at 80% "
            "and more.",
        ),
        (
            PASS_FAIL,
            "Đạt từ 50 % trở lên: 25 điểm; dưới 50 %: 0 điểm.",
            "Points: 25 from 50% on, 0 below it.",
        ),
    ],
)
def test_each_way_of_scoring_is_told_with_its_numbers(scoring: Scoring, vi: str, en: str) -> None:
    assert words.formula(component(scoring), VI) == vi
    assert words.formula(component(scoring), EN) == en


def test_a_target_without_a_minimum_divides_by_nothing() -> None:
    free = target("l3-dossiers").model_copy(update={"minimum": Fraction(0)})
    assert words.formula(replace(component(), target=free), VI) == "Được 25 điểm với mọi tỷ lệ."
    assert "÷" not in words.formula(replace(component(BONUS), target=free), VI)


def test_steps_that_begin_at_zero_have_nothing_below() -> None:
    whole = Steps(kind="steps", steps=(Step(at_least=0, earns="0.2"), Step(at_least="0.375", earns=1)))
    assert words.formula(component(whole), VI) == "Đạt từ 0 %: 5 điểm; từ 37,5 %: 25 điểm."


def test_the_definition_is_the_targets_with_what_differs_from_it() -> None:
    default = target("l3-dossiers").definition.vi
    assert words.definition(component(), VI) == default
    assert words.definition(component(reading="no_post"), VI) == (
        f"{default} Ở đây tính theo cách khác: Mẫu số: không tính hồ sơ nộp qua bưu chính công ích."
    )
    rule = Substance(least_dossiers=5, online_share="0.30")
    assert words.definition(component(name="l3-procedures", substance=rule), VI) == (
        f"{target('l3-procedures').definition.vi} Chặt hơn chỉ tiêu: chỉ tính các thủ tục có từ 5 hồ sơ trở lên phát "
        "sinh trong kỳ, nộp bằng bất cứ hình thức nào; thủ tục được tính là đạt khi ít nhất 30 % số hồ sơ đó, chứ "
        "không phải chỉ một hồ sơ, được nộp trực tuyến."
    )
    of_dossiers = words.definition(component(substance=Substance(least_dossiers=7)), EN)
    assert of_dossiers == (
        f"{target('l3-dossiers').definition.en} Stricter than the target: only dossiers of procedures with at least 7 "
        "dossiers in the period, through any channel, are counted."
    )


@pytest.mark.parametrize(
    ("without", "least", "vi"),
    [
        (
            "reweight",
            10,
            "Dưới 10 hồ sơ để tính: không chấm; điểm của tiêu chí này chia cho các tiêu chí còn lại theo tỷ lệ điểm "
            "của chúng.",
        ),
        (
            "neutral",
            10,
            "Dưới 10 hồ sơ để tính: được 17,5 điểm, bằng 70 % số điểm của tiêu chí, không phụ thuộc kết quả.",
        ),
        ("full", 1, "Không có hồ sơ nào để tính: được đủ 25 điểm của tiêu chí."),
    ],
)
def test_it_is_told_below_what_a_criterion_is_not_scored_and_what_then(without: Without, least: int, vi: str) -> None:
    assert words.not_scored(component(without=without, least=least), VI) == vi


def test_procedures_are_not_called_dossiers() -> None:
    assert words.not_scored(component(name="l4-procedures", least=3), EN) == (
        "Fewer than 3 procedures to count: not scored; its points are spread over the other criteria in proportion to "
        "theirs."
    )
    assert words.not_scored(component(name="l4-procedures", least=1), VI).startswith("Không có thủ tục nào để tính: ")


def test_whom_and_when_the_criteria_rate() -> None:
    assert words.rated(criteria(rates=("province", "areas")), VI) == (
        "các sở, ban, ngành; người đứng đầu chịu trách nhiệm về kết quả của cơ quan; Chủ tịch UBND cấp huyện, người "
        "chịu trách nhiệm về kết quả của huyện cùng các xã, phường, thị trấn"
    )
    assert words.rated(criteria(rates=("commune",)), EN) == "People's Committees of communes, wards and townships"
    assert words.period(criteria(), VI) == "từng quý, mỗi quý tính riêng"
    assert words.period(criteria(period="year"), VI) == "cả năm, từ ngày 01/01/2020 đến ngày 31/12/2020"
    assert words.period(criteria(period="to_date"), EN) == "from 1 Jan 2020 to the as-of day, 31 Dec 2020 at the latest"


def test_the_text_that_is_amended_stands_as_it_is_known_and_never_guessed() -> None:
    title = Words(vi="Quy chế", en="Regulation")
    whole = Amended(title, "34/2017/QĐ-UBND", date(2017, 9, 8), "32/2020/QĐ-UBND", date(2020, 11, 2))
    known = "Quyết định 34/2017/QĐ-UBND ngày 08 tháng 9 năm 2017"
    assert words.amended(criteria(amends=whole), VI) == (
        f"{known} (đã được sửa đổi, bổ sung bởi Quyết định 32/2020/QĐ-UBND ngày 02 tháng 11 năm 2020)"
    )
    assert words.amended(criteria(amends=replace(whole, last_amended="")), VI) == known
    assert words.amended(criteria(amends=Amended(title, "7/QC-X", None, "", None)), VI) == "7/QC-X"
    blank = words.amended(criteria(), VI)
    assert blank == "Quy định thử (số, ký hiệu, ngày ban hành: Sở Nội vụ điền)"
    assert not any(sign.isdigit() for sign in blank)


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2020, 2, 8), "08 tháng 02 năm 2020"),
        (date(2020, 3, 1), "01 tháng 3 năm 2020"),
        (date(2020, 12, 31), "31 tháng 12 năm 2020"),
    ],
)
def test_days_of_legal_texts_have_a_zero_where_the_decree_asks_for_it(day: date, shown: str) -> None:
    assert words.legal_date(day, VI) == shown


def test_bands_follow_each_other_without_a_gap() -> None:
    whole = criteria()
    assert [words.band_range(whole, place, VI) for place in range(4)] == [
        *("từ 90 điểm trở lên", "từ 70 đến dưới 90 điểm", "từ 52,5 đến dưới 70 điểm", "dưới 52,5 điểm"),
    ]
    assert words.band_range(whole, 1, EN) == "from 70 to below 90 points"


def test_a_cap_is_told_where_there_is_one() -> None:
    whole = criteria()
    assert words.cap(whole, VI) == ""
    first = replace(whole.bands[0], cap=Fraction("0.2"))
    assert words.cap(replace(whole, bands=(first, *whole.bands[1:])), VI).startswith("nhiều nhất 20 % số đơn vị")
