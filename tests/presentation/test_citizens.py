"""A place's facts in plain words: what may not be told is not, and nothing is promised of few."""

from analysis.findings.citizens import NEVER, TOO_FEW, WITHIN, Facts, Waiting, of_ten
from analysis.language.texts import Language
from analysis.presentation.citizens import answers

DAY = "30/09/2020"


def told(facts: Facts, lang: str = "vi") -> list[tuple[str, str, str]]:
    return [(one.big, one.sentence, one.note) for one in answers(facts, DAY, Language(lang))]


def test_what_is_known_is_said_with_the_counts_behind_it() -> None:
    facts = Facts(of_ten(1_453, 3_000), Waiting(WITHIN, 21, 4_100), of_ten(40, 4_000))
    assert told(facts) == [
        (
            "5 trong 10",
            "Cứ 10 hồ sơ, khoảng 5 hồ sơ nộp trên mạng.",
            "1.453 trong 3.000 hồ sơ. Chỉ tính những thủ tục nộp được trên mạng.",
        ),
        (
            "21 ngày",
            "Cứ 10 hồ sơ, 9 hồ sơ có kết quả trong 21 ngày.",
            "Tính 4.100 hồ sơ, kể cả hồ sơ chưa xong. Tính cả ngày nghỉ.",
        ),
        (
            "chưa đến 1 trong 10",
            "Cứ 10 hồ sơ, chưa đến 1 hồ sơ đang chờ bổ sung giấy tờ.",
            "40 trong 4.000 hồ sơ. Tính đến ngày 30/09/2020.",
        ),
    ]


def test_of_few_nothing_is_promised_and_no_count_is_printed() -> None:
    facts = Facts(of_ten(4, 9), Waiting(TOO_FEW, 0, 9), of_ten(3, 9))
    assert told(facts) == [("chưa rõ", "Còn quá ít hồ sơ, chưa nói được.", "")] * 3


def test_one_to_four_are_fewer_than_five_whoever_they_are() -> None:
    alike = [told(Facts(of_ten(count, 60), Waiting(NEVER, 0, 60), of_ten(count, 60))) for count in (1, 2, 3, 4)]
    assert alike == [alike[0]] * 4
    assert alike[0][0][:2] == ("chưa đến 5", "Chưa đến 5 hồ sơ nộp trên mạng.")
    rest = [told(Facts(of_ten(60 - count, 60), Waiting(NEVER, 0, 60), None)) for count in (1, 2, 3)]
    assert rest == [rest[0]] * 3
    assert not any(character.isdigit() for words in rest[0][0] for character in words)


def test_nine_of_ten_that_never_were_done_are_said_so() -> None:
    (_, waiting) = told(Facts(of_ten(9, 60), Waiting(NEVER, 0, 60), None))
    assert waiting[0] == "chưa rõ"
    assert waiting[1] == "Còn nhiều hồ sơ chưa xong. Chưa nói được bao lâu thì 9 trong 10 hồ sơ xong."


def test_days_are_counted_as_people_do() -> None:
    for lang, wanted in (("vi", ["trong ngày", "1 ngày", "2 ngày"]), ("en", ["on the day", "1 day", "2 days"])):
        facts = [Facts(of_ten(9, 60), Waiting(WITHIN, days, 60), None) for days in (0, 1, 2)]
        assert [told(one, lang)[1][0] for one in facts] == wanted
