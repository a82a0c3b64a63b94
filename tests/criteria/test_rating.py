"""Ratings: criteria score the counts of attainment.csv, or of the dossiers where they ask for substance."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from support.small_evidence import small_evidence
from support.small_report import (
    AREA,
    COMMUNE,
    DEPARTMENT,
    DOSSIERS,
    IDLE,
    LEVELS,
    OWNERS,
    UNITS,
    Rows,
    code_of,
    dossiers,
)

from analysis.criteria.rating import Evidence, chosen, gather, last_month, standing, under_reading
from analysis.findings.report import Report
from analysis.language.problems import Problem, UsageProblem
from analysis.language.texts import LANGUAGES, Language
from analysis.reference.criteria import Criteria
from analysis.reference.criteria_form import Substance
from analysis.reference.decision import DEFAULT

MONTHS = [f"2020-{month:02d}" for month in range(1, 10)]
AREA_OTHER, SECOND_COMMUNE = "AREA:H45.23", "H45.22.02"
FIRSTS = {"quarter": 7, "year": 1, "to_date": 1}
# A procedure that both communes of an area have, each with too little of it: the area has it once, with enough.
SHARED = ((SECOND_COMMUNE, 6, 4, 8, 3, 0), (COMMUNE, 6, 4, 1, 1, 0))


@pytest.fixture(scope="module")
def rows() -> Rows:
    return (*DOSSIERS, *SHARED)


@pytest.fixture(scope="module")
def evidence(rows: Rows) -> Evidence:
    return small_evidence(rows)


@pytest.fixture(scope="module")
def report(evidence: Evidence) -> Report:
    return evidence.report


@pytest.fixture(scope="module")
def criteria(report: Report) -> dict[str, Criteria]:
    return report.reference.criteria


def said(problem: Problem) -> list[str]:
    """A message in each language; the two differ."""
    words = [problem.told(Language(code)) for code in LANGUAGES]
    assert len(set(words)) == len(words)
    return words


# Periods


@pytest.mark.parametrize(
    ("period", "month"),
    [("", "2020-09"), ("2020", "2020-09"), ("2020-Q3", "2020-09"), ("2020-q1", "2020-03"), ("2020-05", "2020-05")],
)
def test_a_period_ends_with_its_last_month(period: str, month: str) -> None:
    assert last_month(period, MONTHS) == month


def test_a_period_that_has_begun_ends_with_the_last_month_there_is() -> None:
    assert last_month("2020-Q3", MONTHS[:8]) == "2020-08"
    assert last_month("2020", ["2020-11", "2020-12", "2021-01"]) == "2020-12"


@pytest.mark.parametrize("period", ["2020-10", "2020-Q4", "2019", "2021-Q1", "2020-Q5", "2020-9", "tháng 9"])
def test_a_period_without_figures_is_refused_with_what_there_is(period: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        last_month(period, MONTHS[2:])
    for words in said(caught.value):
        assert f"«{period}»" in words
        assert "2020-03" in words  # the first month
        assert "2020-09" in words


@pytest.mark.parametrize(
    ("month", "period", "first", "last", "provisional"),
    [
        ("2020-09", "quarter", date(2020, 7, 1), date(2020, 9, 30), False),
        ("2020-08", "quarter", date(2020, 7, 1), date(2020, 8, 31), True),
        ("2020-06", "quarter", date(2020, 4, 1), date(2020, 6, 30), False),
        ("2020-09", "year", date(2020, 1, 1), date(2020, 9, 30), True),
        ("2020-09", "to_date", date(2020, 1, 1), date(2020, 9, 30), False),
    ],
)
def test_the_span_of_a_period_and_whether_it_is_over(
    evidence: Evidence, month: str, period: str, first: date, last: date, provisional: bool
) -> None:
    own = replace(evidence, month=month)
    assert own.span(period) == (first, last)
    assert own.provisional(period) == provisional


@pytest.mark.parametrize(
    ("as_of", "period", "last", "provisional"),
    [
        (date(2020, 9, 29), "quarter", date(2020, 9, 29), True),
        (date(2020, 10, 1), "quarter", date(2020, 10, 1), True),
        (date(2020, 12, 31), "year", date(2020, 12, 31), False),
        (date(2020, 12, 30), "year", date(2020, 12, 30), True),
        (date(2021, 2, 15), "year", date(2020, 12, 31), False),
        (date(2021, 2, 15), "quarter", date(2020, 12, 31), False),
    ],
)
def test_a_period_ends_with_the_as_of_day_at_the_latest(
    evidence: Evidence, as_of: date, period: str, last: date, provisional: bool
) -> None:
    month = f"{min(as_of, date(2020, 12, 31)):%Y-%m}"
    own = replace(evidence, history=replace(evidence.history, as_of=as_of), month=month)
    assert own.span(period)[1] == last
    assert own.provisional(period) == provisional


# What stands side by side


def names(found: Sequence[Criteria]) -> list[str]:
    return [each.id for each in found]


def test_a_draft_brings_its_rivals_and_leads_them(report: Report, criteria: dict[str, Criteria]) -> None:
    for draft in (name for name, found in criteria.items() if not found.is_rival):
        together = names(chosen(report, draft))
        assert together[0] == draft
        assert set(together) == {name for name, found in criteria.items() if found.regulation == draft}


def test_without_a_wish_the_first_draft_is_taken(report: Report, criteria: dict[str, Criteria]) -> None:
    assert chosen(report, "") == chosen(report, next(iter(criteria)))


def test_what_is_named_is_taken_the_draft_first(report: Report) -> None:
    assert names(chosen(report, "giam-doc-so-bac-thang")) == ["giam-doc-so-bac-thang"]
    assert names(chosen(report, " giam-doc-so-bac-thang , giam-doc-so,")) == ["giam-doc-so", "giam-doc-so-bac-thang"]


def test_an_unknown_name_is_refused_with_the_known_ones(report: Report, criteria: dict[str, Criteria]) -> None:
    with pytest.raises(UsageProblem) as caught:
        chosen(report, "giam-doc-so,giam-doc")
    for words in said(caught.value):
        assert " giam-doc." in words
        assert all(name in words for name in criteria)
        assert str(report.reference.folder / "criteria") in words


def test_criteria_of_another_decision_are_not_there(report: Report) -> None:
    other = replace(report, decision=report.decision.model_copy(update={"id": "1-qd-ubnd-2021"}))
    with pytest.raises(UsageProblem, match="thi-dua"):
        chosen(other, "thi-dua")


def test_drafts_that_rate_different_units_do_not_stand_side_by_side(report: Report) -> None:
    with pytest.raises(UsageProblem) as caught:
        chosen(report, "giam-doc-so,chu-tich-huyen")
    for words in said(caught.value):
        assert "giam-doc-so, chu-tich-huyen" in words


# Counts


@pytest.mark.parametrize("month", ["2020-06", "2020-09"])
@pytest.mark.parametrize(
    ("name", "window"), [("chu-tich-huyen", "quarter"), ("giam-doc-so", "to_date"), ("thi-dua", "to_date")]
)
def test_the_counts_are_those_of_attainment(
    evidence: Evidence, criteria: dict[str, Criteria], name: str, window: str, month: str
) -> None:
    found = standing(replace(evidence, month=month), criteria[name])
    table = evidence.report.attainment
    table = table[(table["window"] == window) & (table["month"] == month) & (table["reading"] == DEFAULT)]
    counts = {(row.unit_code, row.target_id): (row.numerator, row.denominator) for row in table.itertuples()}
    for at, code in enumerate(found.codes):
        for of, part in enumerate(found.criteria.components):
            assert (found.numerators[at, of], found.denominators[at, of]) == counts[code, part.target.id]
    assert found.denominators.sum() > 0


def test_the_units_are_those_that_the_criteria_rate(evidence: Evidence, criteria: dict[str, Criteria]) -> None:
    found = standing(evidence, criteria["thi-dua"])
    assert found.codes == (DEPARTMENT, IDLE, AREA, AREA_OTHER)
    assert found.groups == ("province", "province", "areas", "areas")
    assert standing(evidence, replace(criteria["thi-dua"], rates=("commune",))).codes == (COMMUNE, SECOND_COMMUNE)


def test_counts_by_hand(evidence: Evidence, criteria: dict[str, Criteria]) -> None:
    found = standing(evidence, criteria["chu-tich-huyen"])
    at = [part.target.id for part in found.criteria.components].index
    area = found.codes.index(AREA)
    # July to September: the district's 9 of procedure 5 at the counter, the second commune's 3 of procedure 6 online.
    assert (found.numerators[area, at("l3-dossiers")], found.denominators[area, at("l3-dossiers")]) == (0, 9)
    assert (found.numerators[area, at("l4-dossiers")], found.denominators[area, at("l4-dossiers")]) == (3, 3)
    assert (found.numerators[area, at("l4-procedures")], found.denominators[area, at("l4-procedures")]) == (1, 1)
    assert (found.numerators[area, at("portal")], found.denominators[area, at("portal")]) == (12, 12)


def test_a_unit_to_which_nothing_came_has_no_score(evidence: Evidence, criteria: dict[str, Criteria]) -> None:
    found = standing(evidence, criteria["giam-doc-so"])
    assert found.codes == (DEPARTMENT, IDLE)
    assert found.scored.tolist() == [True, False]  # one procedure on offer is below the least of three
    assert np.isnan(found.scores.total[1])
    assert np.isnan(found.values[1, 1])
    assert found.values[0, 1] == 24 / 75
    assert found.rebanded(np.array([100.0, 0.0])).tolist() == [0, len(found.criteria.bands) - 1]


# Substance


def members(code: str) -> set[str]:
    """The units of an area, or the unit itself."""
    if not code.startswith("AREA:"):
        return {code}
    district = code.removeprefix("AREA:")
    return {unit["unit_code"] for unit in UNITS if district in (unit["unit_code"], unit["parent_code"])}


def offered(code: str) -> set[int]:
    """The procedures that the units offer; a group has each once."""
    tiers = {unit["unit_code"]: unit["tier"] for unit in UNITS}
    own = members(code)
    district = {4, 5} if any(tiers[unit] == "district" for unit in own) else set()
    commune = {6} if any(tiers[unit] == "commune" for unit in own) else set()
    return {number for number, owner in OWNERS.items() if owner in own} | district | commune


def plain_procedures(rows: Rows, code: str, level: int, first: int, least: int, share: Fraction) -> tuple[int, int]:
    """Of the procedures with enough dossiers, those of which enough came online; all that arose is resolved here."""
    hits = total = 0
    for number in offered(code):
        own = [row for row in rows if row[0] in members(code) and row[1] == number and first <= row[3] <= 9]
        online, counter = sum(row[4] for row in own), sum(row[5] for row in own)
        if int(LEVELS.get(number, "3")) == level and online + counter >= least:
            total += 1
            hits += Fraction(online, online + counter) >= share
    return hits, total


def plain_dossiers(rows: Rows, code: str, level: int, first: int, least: int) -> tuple[int, int]:
    """The level's dossiers, online and all, of the procedures with enough dossiers."""
    over = under = 0
    for number in OWNERS:
        own = [row for row in rows if row[0] in members(code) and row[1] == number and first <= row[3] <= 9]
        if sum(row[4] + row[5] for row in own) >= least:
            over += sum(row[4] for row in own if row[2] == level)
            under += sum(row[4] + row[5] for row in own if row[2] == level)
    return over, under


def hardened(criteria: Criteria, target: str, least: int, share: Fraction | None, period: str) -> Criteria:
    """The criteria with one component alone, which asks for substance."""
    part = next(part for part in criteria.components if part.target.id == target)
    rule = Substance(least_dossiers=least, online_share=share)
    return replace(criteria, components=(replace(part, substance=rule),), period=period)  # type: ignore[arg-type]


@pytest.mark.parametrize("period", FIRSTS)
@pytest.mark.parametrize("level", [3, 4])
@pytest.mark.parametrize("least", [1, 4, 9, 10, 13, 60])
def test_substance_counts_are_those_of_a_plain_count(
    evidence: Evidence, criteria: dict[str, Criteria], rows: Rows, period: str, level: int, least: int
) -> None:
    for share in (Fraction(0), Fraction(3, 13), Fraction(3, 10), Fraction(9, 10), Fraction(1)):
        own = hardened(criteria["thi-dua"], f"l{level}-procedures", least, share, period)
        found = standing(evidence, own)
        plain = [plain_procedures(rows, code, level, FIRSTS[period], least, share) for code in found.codes]
        assert list(zip(found.numerators[:, 0], found.denominators[:, 0], strict=True)) == plain
    found = standing(evidence, hardened(criteria["thi-dua"], f"l{level}-dossiers", least, None, period))
    plain = [plain_dossiers(rows, code, level, FIRSTS[period], least) for code in found.codes]
    assert list(zip(found.numerators[:, 0], found.denominators[:, 0], strict=True)) == plain


def test_substance_by_hand(evidence: Evidence, criteria: dict[str, Criteria]) -> None:
    """Of at least 5 dossiers 3 in 10 online: tokens do not count, what hardly arises is left out of both sides."""
    found = standing(evidence, criteria["thi-dua-chong-hinh-thuc"])
    at = [part.target.id for part in found.criteria.components].index
    counts = {
        code: [
            (found.numerators[row, at(t)], found.denominators[row, at(t)]) for t in ("l3-procedures", "l4-procedures")
        ]
        for row, code in enumerate(found.codes)
    }
    assert counts == {
        DEPARTMENT: [(1, 2), (1, 1)],  # 15 of 65 is a token, 9 of 10 is not; 8 of 8
        IDLE: [(0, 0), (0, 0)],  # nothing arose
        AREA: [(1, 2), (1, 1)],  # 30 of 40, 0 of 9; 11 of 16 in two communes, once
        AREA_OTHER: [(0, 1), (0, 0)],  # 2 of 28
    }


def test_an_area_has_a_procedure_of_its_units_once_and_with_all_its_dossiers(
    evidence: Evidence, criteria: dict[str, Criteria]
) -> None:
    """13 dossiers of procedure 6 in the first commune and 3 in the second are 16 in the area, 11 of them online."""
    table = evidence.procedures("year").set_index(["unit_code", "procedure_key"])
    key = code_of(6)[:8]
    assert table.index.is_unique
    assert table.loc[(AREA, key), ["level", "online", "dossiers"]].tolist() == [4, 11, 16]
    for least, expected in ((16, (1, 1)), (17, (0, 0))):
        own = hardened(criteria["chu-tich-huyen"], "l4-procedures", least, Fraction(11, 16), "year")
        found = standing(evidence, own)
        area = found.codes.index(AREA)
        assert (found.numerators[area, 0], found.denominators[area, 0]) == expected


def test_another_reading_is_for_what_does_not_ask_for_substance(
    evidence: Evidence, criteria: dict[str, Criteria]
) -> None:
    def read(name: str) -> dict[str, str]:
        read_otherwise = under_reading(criteria[name], "procedures_online", "active_base")
        return {part.target.id: part.reading.id for part in read_otherwise.components}

    procedures = ("l3-procedures", "l4-procedures")
    assert {target for target, reading in read("thi-dua").items() if reading == "active_base"} == set(procedures)
    assert set(read("thi-dua-chong-hinh-thuc").values()) == {DEFAULT}
    found = standing(evidence, under_reading(criteria["thi-dua"], "procedures_online", "active_base"))
    assert found.denominators[found.codes.index(IDLE), 0] == 0  # it offers one, to which nothing came


# When they apply


@pytest.mark.parametrize(
    ("name", "first", "last", "applies"),
    [
        ("giam-doc-so", date(2020, 10, 1), date(2020, 12, 31), False),
        ("giam-doc-so", date(2020, 9, 30), date(2020, 12, 31), True),  # the last day that is counted
        ("chu-tich-huyen", date(2020, 1, 1), date(2020, 6, 30), False),
        ("chu-tich-huyen", date(2020, 1, 1), date(2020, 7, 1), True),  # the quarter's first day
        ("giam-doc-so", date(2020, 1, 1), date(2020, 6, 30), True),  # the year began before
    ],
)
def test_criteria_are_refused_outside_their_time(
    evidence: Evidence, criteria: dict[str, Criteria], name: str, first: date, last: date, applies: bool
) -> None:
    own = replace(criteria[name], applies_from=first, applies_to=last)
    if applies:
        assert standing(evidence, own).codes
        return
    with pytest.raises(UsageProblem) as caught:
        standing(evidence, own)
    for words in said(caught.value):
        assert all(part in words for part in (name, first.isoformat(), last.isoformat(), "2020-09"))


# From a run's folder


def test_the_evidence_of_a_run_is_read_from_its_dossiers(
    tmp_path: Path, evidence: Evidence, criteria: dict[str, Criteria], rows: Rows
) -> None:
    dossiers(rows).to_parquet(tmp_path / "dossiers.parquet")
    found = gather(evidence.report, tmp_path)
    assert found.month == "2020-09"
    assert found.procedures("quarter").equals(evidence.procedures("quarter"))
    assert gather(evidence.report, tmp_path, "2020-Q2").month == "2020-06"
    with pytest.raises(UsageProblem, match="2021"):
        gather(evidence.report, tmp_path, "2021")
    own, same = standing(found, criteria["thi-dua"]), standing(evidence, criteria["thi-dua"])
    assert (own.numerators == same.numerators).all()
    assert own.bands.tolist() == same.bands.tolist()
