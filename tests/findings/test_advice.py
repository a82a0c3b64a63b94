"""What is said to a reader: sentences that say what is enough, and that single out nobody."""

import pandas as pd

from analysis.findings.advice import Ask, _ask
from analysis.language.texts import Language
from analysis.outlook.closers import ALL_ONLINE, PEERS, UNTOUCHED
from analysis.presentation.narrative import ask_sentence

NOW = "2020-09-30"


def closing(*sizes: int, closes: bool = True, method: str = UNTOUCHED) -> pd.DataFrame:
    """Rows of closers.csv for one unit and target, with these numbers of dossiers."""
    names = [f"Thủ tục {number}" for number in range(1, len(sizes) + 1)]
    rows = {"procedure_name": names, "denominator": sizes, "gain": 1, "method": method, "closes": closes}
    rows["told"] = rows["told_online"] = [size if size >= 5 else None for size in sizes]
    return pd.DataFrame(rows | {"told_on": NOW})


def test_procedures_of_which_nothing_is_told_are_counted_not_named() -> None:
    ask = _ask(closing(9, 5, 4, 1), NOW)
    assert ask.procedures == [("Thủ tục 1", 9), ("Thủ tục 2", 5)]
    assert (ask.others, ask.count, ask.gain) == (2, 4, 4)


def test_a_count_of_an_earlier_day_is_left_out_of_the_sentence() -> None:
    ask = _ask(closing(9, 5).assign(told_on=["2020-06-30", NOW]), NOW)
    assert ask.procedures == [("Thủ tục 1", None), ("Thủ tục 2", 5)]
    assert ask_sentence(ask, Language("vi")).endswith("là đủ: “Thủ tục 1”, “Thủ tục 2” (5 hồ sơ).")


def test_a_code_without_a_name_is_counted_not_named() -> None:
    rows = closing(9, 8)
    rows.loc[0, "procedure_name"] = ""
    assert _ask(rows, NOW).procedures == [("Thủ tục 2", 8)]


def test_at_most_three_are_named() -> None:
    ask = _ask(closing(90, 80, 70, 60, 50), NOW)
    assert [name for name, _ in ask.procedures] == ["Thủ tục 1", "Thủ tục 2", "Thủ tục 3"]
    assert ask.others == 2


def test_the_sentence_says_what_is_enough() -> None:
    ask = Ask(ALL_ONLINE, True, [("Cấp phép A", 1200), ("Cấp phép B", 7)], 1, 30)
    expected = "Đưa 3 thủ tục lên trực tuyến là đủ: “Cấp phép A” (1.200 hồ sơ), “Cấp phép B” (7 hồ sơ), 1 thủ tục khác."
    assert ask_sentence(ask, Language("vi")) == expected
    assert ask_sentence(ask, Language("en")).startswith("Bringing 3 procedures online is enough: “Cấp phép A” (1,200")


def test_the_sentence_says_when_nothing_is_enough_and_when_peers_show_the_way() -> None:
    short = ask_sentence(Ask(UNTOUCHED, False, [], 2, 2), Language("vi"))
    assert short == "Cả 2 thủ tục đang có hồ sơ cũng chưa đủ."
    assert "bằng mức nơi khác đã đạt" in ask_sentence(Ask(PEERS, True, [("A", 9)], 0, 5), Language("vi"))
