"""Gaming: what strategies bring is what the dossiers that they make would bring; who knows the rule does no worse."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from support.small_evidence import sample_evidence, small_evidence
from support.small_report import AREA, COMMUNE, DEPARTMENT, DISTRICT, DOSSIERS, LEVELS, OTHER, OWNERS, Rows

from analysis.criteria.gaming import CUNNING, SPLITTING, STEERING, STRATEGIES, TOKENS, gains, play, token_worth
from analysis.criteria.rating import Evidence, Standing, chosen, standing
from analysis.reference.criteria import Criteria

pytestmark = pytest.mark.slow

# More of level 4, and procedures that are used without a single online dossier.
ROWS: Rows = (
    *(row for row in DOSSIERS if row[:2] != (DEPARTMENT, 2)),
    *((DEPARTMENT, 2, 3, 6, 0, 10), (DEPARTMENT, 3, 4, 8, 0, 14), (OTHER, 5, 3, 7, 0, 40)),
)
NAMES = ["giam-doc-so", "giam-doc-so-chong-hinh-thuc", "chu-tich-huyen", "chu-tich-huyen-chong-hinh-thuc"]
OF = {"giam-doc-so": DEPARTMENT, "chu-tich-huyen": AREA}
MONTH = 9


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return small_evidence(ROWS)


@pytest.fixture(scope="module")
def sample() -> Evidence:
    return sample_evidence()


def criteria_of(evidence: Evidence, name: str) -> Criteria:
    """The shipped criteria, scored whatever there is: the small province has few dossiers."""
    found = evidence.report.reference.criteria[name]
    return replace(found, components=tuple(replace(part, least=1) for part in found.components))


def unit_of(drafted: Standing, name: str) -> int:
    return drafted.codes.index(next(code for start, code in OF.items() if name.startswith(start)))


def in_period(row: tuple[str, int, int, int, int, int], drafted: Standing) -> bool:
    return drafted.criteria.period == "year" or 7 <= row[3] <= MONTH


def own_rows(drafted: Standing, unit: int) -> Rows:
    members = {DEPARTMENT} if drafted.codes[unit] == DEPARTMENT else {DISTRICT, COMMUNE, "H45.22.02"}
    return tuple(row for row in ROWS if row[0] in members and in_period(row, drafted))


def tokens_of(drafted: Standing, unit: int) -> Rows:
    """One online dossier of each procedure on offer that has none online in the period."""
    online: dict[int, int] = defaultdict(int)
    for row in own_rows(drafted, unit):
        online[row[1]] += row[4]
    of_department = drafted.codes[unit] == DEPARTMENT
    offered = [
        number
        for number, owner in OWNERS.items()
        if (owner == DEPARTMENT) == of_department and owner in ("", DEPARTMENT)
    ]
    doer = {number: DEPARTMENT if of_department else COMMUNE if number == 6 else DISTRICT for number in offered}
    return tuple((doer[n], n, int(LEVELS.get(n, "3")), MONTH, 1, 0) for n in offered if not online[n])


@pytest.mark.parametrize("name", NAMES)
def test_tokens_bring_what_their_dossiers_would(evidence: Evidence, name: str) -> None:
    drafted = standing(evidence, criteria_of(evidence, name))
    unit = unit_of(drafted, name)
    tokens = tokens_of(drafted, unit)
    assert tokens, "there is something to play"
    played = play(evidence, drafted, TOKENS)
    after = standing(small_evidence((*ROWS, *tokens)), drafted.criteria)
    assert played.effort[unit] == len(tokens)
    assert played.score[unit] == pytest.approx(after.scores.total[unit], abs=1e-9)
    assert played.band[unit] == after.bands[unit]


@pytest.mark.parametrize("name", NAMES)
def test_splitting_brings_what_twice_the_online_dossiers_would(evidence: Evidence, name: str) -> None:
    drafted = standing(evidence, criteria_of(evidence, name))
    unit = unit_of(drafted, name)
    doubled = tuple((*row[:4], row[4], 0) for row in own_rows(drafted, unit) if row[4])
    if drafted.criteria.is_hardened:  # only what is counted is worth splitting
        doubled = tuple(
            row for row in doubled if sum(r[4] + r[5] for r in own_rows(drafted, unit) if r[1] == row[1]) >= 5
        )
    after = standing(small_evidence((*ROWS, *doubled)), drafted.criteria)
    played = play(evidence, drafted, SPLITTING)
    assert played.score[unit] == pytest.approx(after.scores.total[unit], abs=1e-9)
    assert played.effort[unit] == sum(row[4] for row in doubled)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("strategy", [CUNNING, STEERING])
def test_who_knows_the_rule_keeps_to_the_budget_and_never_does_worse(
    evidence: Evidence, name: str, strategy: str
) -> None:
    drafted = standing(evidence, criteria_of(evidence, name))
    naive, played = play(evidence, drafted, TOKENS), play(evidence, drafted, strategy)
    known = drafted.scored
    least = np.fmax(drafted.scores.total, naive.score) if strategy == CUNNING else drafted.scores.total
    assert (played.score[known] >= least[known] - 1e-9).all()
    assert (played.score[known] <= 100).all()
    if strategy == CUNNING:
        assert (played.effort <= naive.effort).all()
    unit = unit_of(drafted, name)
    own = own_rows(drafted, unit)
    idle = {row[1] for row in own if row[5]} - {row[1] for row in own if row[4]}
    if strategy == STEERING:
        assert played.effort[unit] <= len(idle)


def test_steering_brings_what_moving_the_dossiers_would(evidence: Evidence) -> None:
    """Other districts' procedure 5 has 40 dossiers and none online: the one that is steered makes it count."""
    drafted = standing(evidence, replace(criteria_of(evidence, "chu-tich-huyen"), period="year"))
    unit = drafted.codes.index("AREA:H45.23")
    moved = tuple((*row[:4], 1, 39) if row == (OTHER, 5, 3, 7, 0, 40) else row for row in ROWS)
    after = standing(small_evidence(moved), drafted.criteria)
    played = play(evidence, drafted, STEERING)
    assert played.effort[unit] == 1
    assert played.score[unit] == pytest.approx(after.scores.total[unit], abs=1e-9)


def test_nobody_without_a_score_plays_and_nobody_plays_to_lose(evidence: Evidence) -> None:
    drafted = standing(evidence, evidence.report.reference.criteria["giam-doc-so"])
    silent = np.where(~drafted.scored)[0]
    assert len(silent)
    for strategy in STRATEGIES:
        played = play(evidence, drafted, strategy)
        assert (played.effort[silent] == 0).all()
        assert np.isnan(gains(drafted, played)[silent]).all()
        assert (gains(drafted, played)[drafted.scored] >= 0).all()


def test_what_tokens_alone_could_fetch(evidence: Evidence) -> None:
    """The same unit with everything at the counter, then with its tokens: recounted from such dossiers."""
    name = "giam-doc-so"
    drafted = standing(evidence, criteria_of(evidence, name))
    unit = unit_of(drafted, name)
    idle = tuple((*row[:4], 0, row[4] + row[5]) if row[0] == DEPARTMENT else row for row in ROWS)
    offered = [number for number, owner in OWNERS.items() if owner == DEPARTMENT]
    tokens = tuple((DEPARTMENT, number, int(LEVELS.get(number, "3")), MONTH, 1, 0) for number in offered)
    before = standing(small_evidence(idle), drafted.criteria).scores.total[unit]
    after = standing(small_evidence((*idle, *tokens)), drafted.criteria).scores.total[unit]
    worth = token_worth(evidence, drafted)[unit]
    assert worth == pytest.approx((after - before) / drafted.scores.total[unit], abs=1e-9)
    assert worth > 0.1


@pytest.mark.parametrize("draft", ["giam-doc-so", "chu-tich-huyen", "thi-dua"])
def test_on_the_sample_the_hardened_rival_cuts_what_tokens_bring_by_more_than_half(
    sample: Evidence, draft: str
) -> None:
    brought = {}
    for criteria in chosen(sample.report, draft):
        drafted = standing(sample, criteria)
        brought[criteria.id] = np.nanmean(gains(drafted, play(sample, drafted, TOKENS)))
    hardened = next(found for name, found in brought.items() if name.endswith("chong-hinh-thuc"))
    assert brought[draft] > 2, "tokens pay under the draft"
    assert hardened <= brought[draft] / 2
    for name, found in brought.items():
        if not name.endswith("chong-hinh-thuc"):
            assert hardened <= found / 2
