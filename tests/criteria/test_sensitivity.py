"""What a band hangs on: readings, weights and least denominators, one at a time and all weights at once."""

import numpy as np
import pytest
from support.criteria_cases import component, criteria, standing
from support.small_evidence import small_evidence

from analysis.criteria.rating import Evidence, Standing, under_reading
from analysis.criteria.rating import standing as standing_of
from analysis.criteria.scoring import scores
from analysis.criteria.sensitivity import DRAWS, LEAST_DENOMINATOR, READING, WEIGHT, Choice, sensitivity, summary

# 100 and 20 points on two criteria of equal weight: 60 together.
TWO = criteria(component(weight=50, minimum="1/2", name="a"), component(weight=50, minimum="1/2", least=10, name="b"))
CASE = standing(TWO, [[(50, 100), (10, 100)], [(50, 100), (1, 4)]])


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return small_evidence()


def _of(case: Standing, choice: Choice) -> list[int]:
    found = sensitivity(None, case)  # type: ignore[arg-type]  # no other reading is asked for
    return found.places[found.choices.index(choice)].tolist()


@pytest.fixture(autouse=True)
def without_readings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand-made standings have no evidence to read otherwise."""
    if "evidence" not in request.fixturenames:
        monkeypatch.setattr("analysis.criteria.sensitivity._readings", lambda evidence, drafted: [])


def test_a_weight_left_out_halved_and_doubled() -> None:
    assert CASE.bands.tolist() == [2, 0]  # 60 points; the second unit's b has too few: 100
    assert _of(CASE, Choice(WEIGHT, "b", 0.0)) == [0, 0]  # a alone: 100
    assert _of(CASE, Choice(WEIGHT, "a", 0.0)) == [3, -1]  # b alone: 20, and nothing to score the second on
    assert _of(CASE, Choice(WEIGHT, "b", 0.5)) == [1, 0]  # (100 + ½·20) ÷ 1½ = 73.3
    assert _of(CASE, Choice(WEIGHT, "b", 2.0)) == [3, 0]  # (100 + 2·20) ÷ 3 = 46.7


def test_the_least_denominator() -> None:
    assert _of(CASE, Choice(LEAST_DENOMINATOR, "", 1)) == [
        2,
        1,
    ]  # the second unit's b: 1/4 of ½, 50 points; 75 together
    assert _of(CASE, Choice(LEAST_DENOMINATOR, "", 5)) == [2, 0]


def test_a_summary_names_who_is_moved_and_how() -> None:
    found = sensitivity(None, CASE)  # type: ignore[arg-type]
    table = summary(found, CASE).set_index(["kind", "of", "to"])
    row = table.loc[(WEIGHT, "a", 0.0)]
    assert (row["units"], row["raised"], row["lowered"], row["codes"]) == (2, 0, 1, ["U0", "U1"])
    assert row["scored"] == 1, "the second unit has nothing left to be scored on"
    row = table.loc[(WEIGHT, "b", 0.0)]
    assert (row["units"], row["raised"], row["lowered"], row["codes"]) == (1, 1, 0, ["U0"])
    assert Choice(WEIGHT, "b", 0.0) in found.hinges(0)
    assert Choice(WEIGHT, "b", 0.0) not in found.hinges(1)


def test_weightings_are_drawn_evenly() -> None:
    """With two criteria the first weight is uniform on 0 to 1: w · 100 + (1 − w) · 20 ≥ 50 exactly when w ≥ 3/8."""
    found = sensitivity(None, CASE)  # type: ignore[arg-type]
    # 50 ≤ score < 70: 0.375 ≤ w < 0.625.
    assert found.kept[0] == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / DRAWS))
    assert found.weighted[0, 0] == pytest.approx(1 / 8, abs=4 * np.sqrt(1 / 8 * 7 / 8 / DRAWS))
    assert found.kept[1] == 1
    assert found.weighted[0].sum() == pytest.approx(1)


def test_what_has_no_score_keeps_none() -> None:
    found = sensitivity(None, standing(TWO, [[(0, 0), (0, 0)]]))  # type: ignore[arg-type]
    assert np.isnan(found.kept).all()
    assert not found.changed.any()


@pytest.mark.parametrize("name", ["giam-doc-so", "chu-tich-huyen", "chu-tich-huyen-chong-hinh-thuc"])
def test_each_reading_is_scored_on_its_own_counts(evidence: Evidence, name: str) -> None:
    drafted = standing_of(evidence, evidence.report.reference.criteria[name])
    found = sensitivity(evidence, drafted)
    tried = {(choice.of, choice.to) for choice in found.choices if choice.kind == READING}
    hardened = drafted.criteria.is_hardened
    assert ("dossiers_online", "no_post") in tried  # where others ask for substance, those between agencies do not
    assert (("procedures_online", "pairs") in tried) == (name == "chu-tich-huyen")
    assert (("procedures_online", "any_channel") in tried) == (not hardened)
    assert ("dossiers_online", "default") not in tried
    for place, choice in enumerate(found.choices):
        if choice.kind == READING:
            other = standing_of(evidence, under_reading(drafted.criteria, choice.of, str(choice.to)))
            plain = scores(other.criteria, other.numerators, other.denominators).total
            assert found.places[place].tolist() == drafted.rebanded(plain).tolist()
