"""A change in words: which way, from where, and what of it came from what."""

from fractions import Fraction
from typing import Any

from support.folders import REFERENCE

from analysis.findings.changes import Change
from analysis.findings.figures import Figure
from analysis.language.texts import Language
from analysis.outlook.changes import CATALOGUE, DONE, KINDS, LATE, NOT_DONE, PARTLY, READING, REAL
from analysis.outlook.closers import ALL_ONLINE, FINISH, PEERS
from analysis.presentation.changes import course, outcome, why
from analysis.reference.decision import ATTAINED, NOT_ATTAINED
from analysis.reference.tables import load_reference

VI = Language("vi")
TARGET = next(one for one in load_reference(REFERENCE).decision("").targets if one.id == "l3-dossiers")


def change(then: tuple[int, int], now: tuple[int, int], cause: str, **facts: Any) -> Change:
    """Of a unit; what changed is all by its cause unless ``parts`` say otherwise."""
    status = [ATTAINED if Fraction(*figure) >= TARGET.minimum else NOT_ATTAINED for figure in (then, now)]
    figure = Figure(TARGET, "H45.18", "Sở Xây dựng", *now, 0, status[1])
    parts = dict.fromkeys(KINDS, Fraction(0)) | {cause or REAL: Fraction(*now) - Fraction(*then)}
    known = {"parts": parts, "ask": "", "wanted": None, "done": None, "outcome": ""}
    return Change(**{"figure": figure, "then": then, "then_status": status[0], "cause": cause, **known, **facts})


def test_which_way_a_share_went_and_whether_the_verdict_turned() -> None:
    title = TARGET.title["vi"]
    risen, fallen = change((12, 25), (23, 44), LATE), change((1, 2), (1, 3), REAL)
    assert course(risen, VI) == f"{title} tăng từ 48,0 % (12/25) lên 52,3 % (23/44). Nay đã đạt."
    assert course(fallen, VI) == f"{title} giảm từ 50,0 % (1/2) xuống 33,3 % (1/3). Nay không còn đạt."
    assert course(change((1, 4), (2, 8), ""), VI) == f"{title} vẫn là 25,0 % (2/8)."


def test_a_share_is_rounded_on_its_own_side_of_the_minimum() -> None:
    assert "từ 49,98 % (4.998/10.000) lên 50,0 %" in course(change((4998, 10000), (5000, 10000), REAL), VI)


def test_what_else_contributed_is_told_unless_it_rounds_to_nothing() -> None:
    parts = dict.fromkeys(KINDS, Fraction(0))
    parts |= {LATE: Fraction(5, 100), REAL: Fraction(-7, 1000), CATALOGUE: Fraction(1, 10_000)}
    assert why(change((48, 100), (523, 1000), LATE, parts=parts), VI) == (
        "+4,3 điểm phần trăm, chủ yếu (+5,0) do hồ sơ của kỳ trước nay mới có kết quả; ngoài ra: hồ sơ mới nộp từ đó "
        "đến nay −0,7."
    )
    assert why(change((1, 4), (1, 2), REAL), VI) == "+25,0 điểm phần trăm, do hồ sơ mới nộp từ đó đến nay."


def test_nothing_that_changed_says_nothing_and_another_minimum_says_so() -> None:
    assert why(change((1, 4), (1, 4), ""), VI) == ""
    assert why(change((1, 4), (1, 4), READING), VI) == "Do cách tính thay đổi."


def test_what_became_of_an_ask() -> None:
    def told(**facts: Any) -> str:
        return outcome(change((1, 4), (1, 3), REAL, **facts), VI)

    assert told() == ""
    assert told(ask=PEERS, wanted=3, done=1, outcome=DONE) == "Nay đã đạt chỉ tiêu."
    assert told(ask=PEERS, wanted=3, done=1, outcome=PARTLY) == (
        "Trong 3 thủ tục được nêu tên, 1 thủ tục từ đó có thêm hồ sơ nộp trực tuyến."
    )
    assert told(ask=FINISH, wanted=13, done=0, outcome=NOT_DONE) == (
        "Trong 13 hồ sơ cần trả kết quả, 0 hồ sơ đã có kết quả."
    )
    assert told(ask=ALL_ONLINE, outcome=PARTLY) == "Còn thiếu ít hơn lúc ấy."
    assert told(ask=ALL_ONLINE, outcome=NOT_DONE) == "Vẫn thiếu không ít hơn lúc ấy."
