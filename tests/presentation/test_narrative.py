"""What is said of a decision's text stands in the decision's file."""

from datetime import date

from support.folders import REFERENCE

from analysis.language.texts import LANGUAGES, Language
from analysis.presentation.narrative import caution
from analysis.reference.decision import Words, load_decision

DECISION = load_decision(REFERENCE / "decisions/766-qd-ubnd-2020.toml")


def test_a_caution_is_said_with_the_day_as_its_document_writes_days() -> None:
    assert "766/QĐ-UBND ngày 14/05/2020 không phải là Quyết định 766/QĐ-TTg" in caution(DECISION, Language("vi"))
    assert "ngày 14/5/2020 không" in caution(DECISION, Language("vi"), "14/5/2020")


def test_another_decision_says_its_own_caution_or_none() -> None:
    own = DECISION.model_copy(update={"issued": date(2021, 3, 1), "caution": Words(vi="Khác {day}.", en="Other {x}.")})
    assert caution(own, Language("vi")) == "Khác 01/03/2021."
    assert caution(own, Language("en")) == "Other {x}."
    for code in LANGUAGES:
        assert caution(own.model_copy(update={"caution": None}), Language(code)) == ""
