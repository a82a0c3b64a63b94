"""The parts of a change sum to it exactly, and its cause is the largest part that goes its way."""

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.outlook.changes import CATALOGUE, KINDS, LATE, READING, REAL, ROWS, STEPS, cause, parts
from analysis.reference.decision import PORTAL, PROCEDURES

DOSSIERS = "dossiers_online"
MEASURES = st.sampled_from([DOSSIERS, PROCEDURES, PORTAL])
FIGURE = st.integers(0, 500).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
JOURNEY = st.lists(FIGURE, min_size=len(STEPS) + 1, max_size=len(STEPS) + 1)


@given(JOURNEY, MEASURES)
def test_the_parts_sum_to_the_change(steps: list[tuple[int, int]], measure: str) -> None:
    contributed = parts(steps, measure)
    if not steps[0][1] or not steps[-1][1]:
        assert contributed == {}
        return
    assert contributed.keys() == {*KINDS}
    assert sum(contributed.values()) == Fraction(*steps[-1]) - Fraction(*steps[0])


@given(JOURNEY, MEASURES)
def test_the_cause_goes_the_way_of_the_change_and_no_other_goes_it_further(
    steps: list[tuple[int, int]], measure: str
) -> None:
    contributed = parts(steps, measure)
    assume(contributed)
    change = sum(contributed.values())
    named = cause(contributed)
    if not change:
        assert named == ""
        return
    along = {kind: part * (1 if change > 0 else -1) for kind, part in contributed.items()}
    assert along[named] == max(along.values()) > 0


@given(FIGURE, MEASURES)
def test_where_nothing_changes_nothing_speaks(figure: tuple[int, int], measure: str) -> None:
    contributed = parts([figure] * (len(STEPS) + 1), measure)
    assert not any(contributed.values())
    assert cause(contributed) == "" if contributed else True


def _alone(step: int, measure: str, before: tuple[int, int] = (2, 10), after: tuple[int, int] = (4, 12)) -> str:
    """The cause where the figure changes at one step alone."""
    return cause(parts([before] * step + [after] * (len(STEPS) + 1 - step), measure))


def test_each_step_has_its_cause() -> None:
    assert [_alone(step, DOSSIERS) for step in range(1, 6)] == [ROWS, CATALOGUE, READING, LATE, REAL]
    assert [_alone(step, PROCEDURES) for step in range(1, 6)] == [ROWS, CATALOGUE, READING, CATALOGUE, REAL]


def test_results_that_bear_a_day_of_then_are_late_and_not_rows() -> None:
    assert _alone(1, DOSSIERS, (2, 10), (5, 10)) == LATE
    assert _alone(1, DOSSIERS, (5, 10), (2, 10)) == ROWS, "a result that was taken back was corrected"
    assert _alone(1, PROCEDURES, (2, 10), (5, 10)) == ROWS, "a procedure counts without a result"


def test_a_step_on_which_nothing_is_left_adds_nothing() -> None:
    gone = [(5, 10), (0, 0), (0, 0), (0, 0), (0, 0), (8, 10)]
    assert parts(gone, DOSSIERS) == dict.fromkeys(KINDS, 0) | {REAL: Fraction(3, 10)}
