"""Findings in words: each sentence says what its record says, in the mood of its time, and no more."""

from fractions import Fraction
from typing import Any

import pytest
from support.folders import REFERENCE

from analysis.findings.figures import Figure
from analysis.findings.finding import Ask, Cause, Finding, Step
from analysis.language.texts import Language
from analysis.outlook.closers import ALL_ONLINE, FINISH, KEEP, NOTHING, PEERS, UNFED, UNTOUCHED, VIA_PORTAL
from analysis.outlook.conclusions import CERTAIN, FINAL, IMPROBABLE, LOST, RUNNING, WAITING
from analysis.presentation import statements
from analysis.reference.tables import load_reference

VI, EN = Language("vi"), Language("en")
DECISION = load_reference(REFERENCE).decision("766-qd-ubnd-2020")
TARGETS = {target.id: target for target in DECISION.targets}
NAMED = [("Cấp phép A", 1200), ("Cấp phép B", 7)]


def finding(target: str = "l3-dossiers", status: str = "not_attained", **facts: Any) -> Finding:
    """A unit that has 3 of 10 while the period lasts, unless ``facts`` say otherwise."""
    figure = Figure(TARGETS[target], "H45.18", "Sở Xây dựng", 3, 10, 2, status)
    known: dict[str, Any] = {
        **{"finality": RUNNING, "pending": 4, "remaining": 20, "needed": 12, "coming": 6.2, "lower": 0.3, "upper": 0.5},
        **{
            "probability": 0.07,
            "band": IMPROBABLE,
            "signal": "common_cause",
            "correlated": False,
            "slope": None,
            "step": None,
        },
        **{
            "cause": None,
            "members": None,
            "members_attained": None,
            "members_attained_few": None,
            "ask": None,
            "flips": (),
        },
    }
    return Finding(figure, **{**known, **facts})


def asked(method: str, *, probability: float | None = 0.4, closes: bool = True, others: int = 1, **facts: Any) -> str:
    ask = Ask(method, closes, facts.pop("named", NAMED), others, 32.4, probability)
    return statements.ask_sentence(finding(ask=ask, **facts), VI)


def test_an_ask_names_its_procedures_what_they_bring_and_how_probable_it_is() -> None:
    assert asked(PEERS) == (
        "Vận động người dân nộp trực tuyến nhiều như ở nơi khác: “Cấp phép A” (1.200 hồ sơ), “Cấp phép B” (7 hồ sơ) "
        "và 1 thủ tục khác. Thêm được khoảng 30 hồ sơ. Làm được thì xác suất đạt là 40 %."
    )
    assert asked(ALL_ONLINE).startswith("Vận động mọi người nộp trực tuyến: “Cấp phép A”")
    assert asked(VIA_PORTAL, target="portal").startswith("Tiếp nhận hồ sơ qua Cổng: “Cấp phép A”")
    untouched = asked(UNTOUCHED, target="l3-procedures")
    assert untouched.startswith("Vận động nộp trực tuyến hồ sơ sắp tới của 3 thủ tục đang có hồ sơ mà chưa có hồ sơ")
    assert untouched.endswith("Khi ấy xác suất đạt là 40 %, vì chưa chắc các thủ tục này còn phát sinh hồ sơ.")
    nowhere = {"named": [], "others": 0}
    assert asked(ALL_ONLINE, **nowhere).startswith("Vận động mọi người nộp trực tuyến ở mọi thủ tục từ nay")
    assert asked(VIA_PORTAL, target="portal", **nowhere).startswith("Tiếp nhận hồ sơ qua Cổng ở mọi thủ tục từ nay")


def test_what_several_bring_is_told_in_steps_of_five() -> None:
    for gain, told in (
        (1.2, "dưới 5 hồ sơ"),
        (4.9, "dưới 5 hồ sơ"),
        (9.6, "khoảng 5 hồ sơ"),
        (124.0, "khoảng 120 hồ sơ"),
    ):
        ask = Ask(PEERS, True, NAMED, 0, gain, 0.4)
        assert told in statements.ask_sentence(finding(ask=ask), VI)


def test_procedures_that_may_not_be_named_are_counted() -> None:
    assert asked(PEERS, named=[], others=3).startswith(
        "Vận động người dân nộp trực tuyến nhiều như ở nơi khác, ở 3 thủ tục."
    )


def test_what_waits_is_finished_first() -> None:
    while_it_lasts = asked(FINISH, named=[], others=0, probability=0.63)
    assert while_it_lasts == (
        "Giải quyết xong 2 trong 4 hồ sơ trực tuyến đang chờ thì đạt tính đến nay; xong hết thì xác suất đạt vào cuối "
        "kỳ là 63 %."
    )
    after = asked(FINISH, named=[], others=0, probability=None, finality=WAITING)
    assert after == "Giải quyết xong 2 trong 4 hồ sơ trực tuyến đang chờ là đủ."


@pytest.mark.parametrize("target", ["l3-dossiers", "l3-procedures", "portal"])
def test_where_nothing_would_do_the_truth_is_told(target: str) -> None:
    told = asked(NOTHING, target=target, named=[], others=0, probability=0.02)
    assert told.startswith("Trong kỳ này khó kịp:")
    lost = asked(NOTHING, target=target, named=[], others=0, probability=0.0, band=LOST)
    assert lost.startswith("Trong kỳ này không thể kịp nữa.")
    assert "kỳ sau" in told
    assert "Vận động" not in told


def test_a_course_that_nothing_changes_is_kept() -> None:
    assert asked(KEEP, named=[], others=0).startswith("Tiếp tục như hiện nay")
    procedures = asked(UNFED, target="l3-procedures", named=[], others=0)
    assert procedures.startswith("Những thủ tục đang có hồ sơ chưa đủ"), "others can help"


def test_after_the_period_an_ask_is_a_lesson_without_a_probability() -> None:
    for method in (PEERS, ALL_ONLINE, VIA_PORTAL):
        told = asked(method, probability=None, finality=FINAL)
        assert told.startswith("Nếu ngay từ đầu")
        assert "xác suất" not in told
    short = asked(UNTOUCHED, closes=False, named=[], probability=None, finality=FINAL)
    assert short == "Dù mọi thủ tục có hồ sơ đều có hồ sơ trực tuyến thì cũng chưa đủ."


def test_what_is_attained_is_asked_nothing() -> None:
    assert asked(PEERS, status="attained") == ""
    assert statements.ask_sentence(finding(), VI) == ""


def test_the_prospect_says_what_is_needed_and_expected() -> None:
    assert statements.prospect(finding(), VI) == (
        "Ngoài 4 hồ sơ trực tuyến đang chờ, trong khoảng 20 hồ sơ sắp tới cần 12 hồ sơ nộp và giải quyết trực tuyến; "
        "cứ như hiện nay thì được khoảng 6. "
        "Giá trị cuối kỳ, 8 trên 10 lần: từ 30,0 % đến 50,0 %; xác suất đạt: 7 %."
    )
    alone = statements.prospect(finding(pending=0), VI)
    assert alone.startswith("Trong khoảng 20 hồ sơ sắp tới cần 12 hồ sơ nộp")
    assert "qua Cổng" in statements.prospect(finding("portal"), VI)
    assert "thủ tục có hồ sơ trực tuyến" in statements.prospect(finding("l3-procedures"), VI)


def test_nothing_is_asked_for_of_what_is_lost_or_certain() -> None:
    lost = statements.prospect(finding(band=LOST, probability=0.0), VI)
    assert "cần" not in lost
    assert "dưới 1 %" in lost
    certain = statements.prospect(finding(status="attained", band=CERTAIN, probability=1.0, needed=0), VI)
    assert "cần" not in certain
    assert "trên 99 %" in certain


def test_after_the_period_it_says_whether_the_verdict_may_turn() -> None:
    ended: dict[str, Any] = {"band": "", "probability": None, "lower": None, "upper": None, "coming": None}
    waiting = finding(finality=WAITING, **ended)
    assert statements.prospect(waiting, VI).startswith("Chưa chốt: còn 4 hồ sơ trực tuyến chờ kết quả; thêm 2 hồ sơ")
    assert statements.outlook_word(waiting)[1] == "May still be attained"
    final = finding(finality=FINAL, **ended)
    assert statements.prospect(final, VI).startswith("Dù cả 4 hồ sơ")
    assert statements.prospect(finding(finality=FINAL, status="attained", **ended), VI) == "Kết quả đã chốt."
    assert statements.finality(finding(), VI) == ""


def test_a_slope_is_told_of_a_signal_alone() -> None:
    rising = finding(signal="improving", slope=2.5)
    assert statements.signal_word(rising, VI) == ("▲", "Đang tốt lên")
    assert statements.signal(rising, VI) == "+2,5 điểm phần trăm mỗi tháng."
    assert statements.signal(finding(slope=2.5), VI) == ""


def test_a_signal_of_months_that_resemble_one_another_is_doubted() -> None:
    doubted = statements.signal(finding(signal="worsening", slope=-1, correlated=True), VI)
    assert doubted.endswith("nên dấu hiệu này có thể là báo nhầm.")
    assert statements.signal(finding(correlated=True), VI) == "", "where nothing is signalled there is nothing to doubt"


def test_a_step_since_the_decision_is_told() -> None:
    moved = finding(step=Step("2020-06", 0.344, 0.531))
    assert statements.signal_word(moved, VI)[1] == "Đã đổi từ tháng 6/2020, từ đó chưa thấy đổi nữa"
    assert statements.signal(moved, VI) == (
        "Từ tháng 6/2020, tính riêng từng tháng, các tháng ở quanh 53,1 %, trước đó quanh 34,4 %."
    )


def test_a_group_s_cause_says_where_and_what_then() -> None:
    cause = Cause("Cấp xã", 0.293, 0.526)
    told = statements.cause(finding(cause=cause, members=136, members_attained=27), VI)
    assert told == (
        "Chủ yếu do Cấp xã mới đạt 29,3 %. Nếu Cấp xã đạt 50 % thì Sở Xây dựng đạt 52,6 %. 27 trong 136 cơ quan đạt."
    )
    few = statements.cause(finding(members=136, members_attained=27, members_attained_few=9), VI)
    assert few == "27 trong 136 cơ quan đạt. Trong đó 9 cơ quan có mẫu số dưới 10."
    every = statements.cause(finding(members=136, members_attained=9, members_attained_few=9), VI)
    assert every == "9 trong 136 cơ quan đạt. Tất cả đều trên mẫu số dưới 10."
    assert statements.cause(finding(), VI) == ""


def test_why_a_group_attains_where_nobody_does() -> None:
    told = statements.cause(finding("l3-procedures", "attained", members=110, members_attained=0), VI)
    assert told.startswith("0 trong 110 cơ quan đạt. Khi tính chung, mỗi thủ tục chỉ được tính một lần")


def test_what_would_take_more_than_will_come_is_told_so() -> None:
    told = statements.prospect(finding(needed=25, remaining=20), VI)
    assert told.startswith("Phải có thêm 25 hồ sơ đạt yêu cầu, trong khi dự kiến chỉ còn khoảng 20 hồ sơ phát sinh.")


def test_readings_that_turn_the_verdict_are_counted() -> None:
    assert statements.flips(finding(flips=("received", "no_post")), EN) == "Another verdict under 2 other readings."
    assert statements.flips(finding(), VI) == ""


def test_nothing_to_count_has_no_prospect() -> None:
    none = finding(status="not_applicable")
    assert statements.prospect(none, VI) == ""
    assert statements.outlook_word(none)[1] == "Nothing to count"
    assert Fraction(1, 2) == TARGETS["l3-dossiers"].minimum
