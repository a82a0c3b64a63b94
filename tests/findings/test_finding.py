"""One record per unit and target: who is named, who is counted, and what is said comes from it alone."""

import pandas as pd

from analysis.findings.finding import Ask, _ask
from analysis.outlook.closers import UNTOUCHED

NOW = "2020-09-30"


def closing(*sizes: int, closes: bool = True, method: str = UNTOUCHED) -> pd.DataFrame:
    """Rows of closers.csv for one unit and target, with these numbers of dossiers."""
    names = [f"Thủ tục {number}" for number in range(1, len(sizes) + 1)]
    rows = {"procedure_name": names, "procedure_key": names, "denominator": sizes, "gain": 1.0, "method": method}
    rows |= {"closes": closes, "probability": 0.5}
    rows["told"] = rows["told_online"] = [size if size >= 5 else None for size in sizes]
    return pd.DataFrame(rows | {"told_on": NOW})


def ask_of(rows: pd.DataFrame) -> Ask:
    return _ask(list(rows.itertuples(index=False)), NOW)


def test_procedures_of_which_nothing_is_told_are_counted_not_named() -> None:
    ask = ask_of(closing(9, 5, 4, 1))
    assert ask.procedures == [("Thủ tục 1", 9), ("Thủ tục 2", 5)]
    assert (ask.others, ask.count, ask.gain, ask.probability) == (2, 4, 4, 0.5)


def test_a_count_of_an_earlier_day_is_left_out() -> None:
    ask = ask_of(closing(9, 5).assign(told_on=["2020-06-30", NOW]))
    assert ask.procedures == [("Thủ tục 1", None), ("Thủ tục 2", 5)]


def test_a_count_of_dossiers_that_do_not_all_count_for_the_target_is_left_out() -> None:
    """218 dossiers of a procedure, two of them of agencies: the target between agencies knows two."""
    ask = ask_of(closing(218, 7).assign(denominator=[2, 7]))
    assert ask.procedures == [("Thủ tục 1", None), ("Thủ tục 2", 7)]


def test_a_code_without_a_name_is_counted_not_named() -> None:
    rows = closing(9, 8)
    rows.loc[0, "procedure_name"] = ""
    assert ask_of(rows).procedures == [("Thủ tục 2", 8)]


def test_at_most_three_are_named() -> None:
    ask = ask_of(closing(90, 80, 70, 60, 50))
    assert [name for name, _ in ask.procedures] == ["Thủ tục 1", "Thủ tục 2", "Thủ tục 3"]
    assert ask.others == 2
