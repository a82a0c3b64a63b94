"""The scoring workbook reckons in a spreadsheet as the program does, also after its parameters were changed."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.workbook import Workbook
from support.folders import REFERENCE
from support.libreoffice import convert_all
from support.small_report import small_report

from analysis.criteria.rating import Evidence, Standing
from analysis.criteria.scoring import NO_BAND
from analysis.criteria.workbook.layout import (
    BAND,
    DRAFTED,
    FIRST_UNIT,
    GROUP,
    NAME,
    NUMBERS,
    POINTS,
    TOTAL,
    UNIT,
    Layout,
)
from analysis.criteria.workbook.workbook import write_scoring_workbook
from analysis.documents.office import plain
from analysis.language.texts import Language
from analysis.measures.history import History
from analysis.reference.criteria import Component, Criteria
from analysis.reference.criteria_form import Bonus, PassFail, Proportional, Step, Steps
from analysis.reference.tables import load_reference

pytestmark = pytest.mark.slow
HOSTILE = ["=1+1", "@SUM(A1)", "+x", "-2+3", "\u202eSở ngược", "Sở \x07đỏ\tmột\ndòng", "http://example.org/", "x" * 400]
FUNCTIONS = {"IF", "SUMPRODUCT", "ISNUMBER", "MAX", "MIN", "AND", "ROUND", "INT", "SUM", "INDEX", "LEFT"}
PARAMETERS, COUNTS = 1, 2  # places of the sheets
UNITS, MANY = 24, 50
Change = Callable[[Workbook, Layout], None]


@dataclass(frozen=True)
class Case:
    """What the program makes of counts, in a workbook that was written of ``drafted`` and then changed to be alike."""

    standing: Standing
    drafted: Standing
    change: Change | None = None


def standing_of(criteria: Criteria, seed: int = 1) -> Standing:
    """Made-up counts: much too few to score, some on the very minimum, some nothing at all, and equals at the top."""
    random = np.random.default_rng(seed)
    shape = (UNITS, len(criteria.components))
    under = random.integers(0, 40, shape).astype(float)
    over = np.floor(under * random.uniform(0.2, 1.0, shape))
    under[:8], over[:8] = 20, 20  # all points
    under[8:12], over[8:12] = 20, [12, 10, 12, 10, 20, 18, 20][: shape[1]]
    under[12:14], over[12:14] = 0, 0
    under[14], over[14] = 1, 1
    groups = tuple(criteria.rates[number % len(criteria.rates)] for number in range(UNITS))
    return Standing(criteria, tuple(f"H45.{100 + number}" for number in range(UNITS)), groups, over, under)


def ladder(criteria: Criteria) -> Standing:
    """Many units of one group, each a little better than the one before it."""
    over = np.repeat(np.arange(MANY, dtype=float)[:, None] + 50, len(criteria.components), axis=1)
    codes = tuple(f"H45.{100 + number}" for number in range(MANY))
    return Standing(criteria, codes, ("province",) * MANY, over, np.full(over.shape, 100.0))


def with_components(criteria: Criteria, **changes: Callable[[Component], object]) -> Criteria:
    """The criteria with something replaced in each component."""
    parts = (replace(part, **{name: make(part) for name, make in changes.items()}) for part in criteria.components)
    return replace(criteria, components=tuple(parts))


def mixed(criteria: Criteria) -> Criteria:
    """Every way of scoring, a minimum of 0, each thing that may stand instead of a score."""
    steps = Steps(
        kind="steps",
        steps=tuple(Step(at_least=Fraction(at), earns=Fraction(earns)) for at, earns in (("0.3", "0.4"), ("0.6", "1"))),
    )
    bonus = Bonus(kind="bonus", at_target=Fraction("0.8"), full_at=Fraction("0.95"))
    first, second, third, fourth, fifth, *others = criteria.components
    minimum = {"minimum": Fraction(0)}
    parts = (
        replace(first, scoring=PassFail(kind="pass_fail"), without="neutral", neutral=Fraction(1, 3)),
        replace(second, scoring=steps, without="full"),
        replace(third, scoring=bonus),
        replace(fourth, scoring=Proportional(kind="proportional"), target=fourth.target.model_copy(update=minimum)),
        replace(fifth, scoring=bonus, target=fifth.target.model_copy(update=minimum), least=1),
    )
    return replace(criteria, components=(*parts, *(replace(part, without="reweight") for part in others)))


def cell(book: Workbook, sheet: int, row: int, column: int) -> openpyxl.cell.Cell:
    """A cell by its place from 0."""
    return book.worksheets[sheet].cell(row + 1, column + 1)


def enter(name: str, *values: object) -> Change:
    """A change of a parameter of the components, one after the other; None leaves it as it is."""

    def change(book: Workbook, layout: Layout) -> None:
        for column, value in enumerate(values, start=1):
            if value is not None:
                cell(book, PARAMETERS, layout.rows[name], column).value = value

    return change


def enter_band(offset: int, column: int, value: object) -> Change:
    """A change in the table of bands: 0 the best; column 1 the threshold, 2 the cap."""

    def change(book: Workbook, layout: Layout) -> None:
        cell(book, PARAMETERS, layout.bands_row + 1 + offset, column).value = value

    return change


def with_band(criteria: Criteria, place: int, **changes: object) -> Criteria:
    bands = list(criteria.bands)
    bands[place] = replace(bands[place], **changes)  # type: ignore[arg-type]
    return replace(criteria, bands=tuple(bands))


def changed_cases(drafts: dict[str, Standing]) -> dict[str, Case]:
    """Drafts whose parameters a reader changed, and the criteria that say the same."""
    base = drafts["thi-dua"].criteria
    drafted, of_steps = drafts["thi-dua"], drafts["giam-doc-so-bac-thang"]
    weights = [7, 1.5, 30, 0, 12, 5, 90]
    numbers = iter(weights)
    weighed = with_components(base, weight=lambda _: Fraction(str(next(numbers))))
    least = with_components(base, least=lambda part: part.least + 9)
    lower = with_components(
        base, target=lambda part: part.target.model_copy(update={"minimum": part.minimum * Fraction(3, 4)})
    )
    neutral = with_components(base, without=lambda _: "neutral", neutral=lambda _: Fraction("0.4"))
    full = with_components(base, without=lambda _: "full")
    more_steps = Step(at_least=Fraction("0.9"), earns=Fraction(1))
    stepped = with_components(of_steps.criteria, scoring=lambda part: added(part.scoring, more_steps))
    easy = with_band(
        with_band(with_band(base, 0, at_least=Fraction(50)), 1, at_least=Fraction(40)), 2, at_least=Fraction(30)
    )
    up = ladder(easy)
    recounted = drafted.numerators.copy()
    recounted[10, 1] = drafted.denominators[10, 1]

    def count(book: Workbook, layout: Layout) -> None:
        cell(book, COUNTS, FIRST_UNIT + 10, NUMBERS + 3).value = int(recounted[10, 1])

    def maximum(book: Workbook, layout: Layout) -> None:
        cell(book, PARAMETERS, layout.maximum_row, 1).value = 120

    def case(criteria: Criteria, change: Change, before: Standing = drafted) -> Case:
        return Case(replace(before, criteria=criteria), before, change)

    return {
        "weights": case(weighed, enter("weight", *weights)),
        "least": case(least, enter("least", *(part.least + 9 for part in base.components))),
        "minimum": case(lower, enter("minimum", *(float(part.minimum * Fraction(3, 4)) for part in base.components))),
        "neutral": case(neutral, enter("instead", *[0.4] * 7)),
        "full": case(full, enter("instead", *[1] * 7)),
        "threshold": case(with_band(base, 1, at_least=Fraction("81.25")), enter_band(1, 1, 81.25)),
        "cap": case(with_band(base, 0, cap=Fraction("0.45")), enter_band(0, 2, 0.45)),
        "cap-0": case(with_band(easy, 0, cap=Fraction(0)), enter_band(0, 2, 0), up),
        "no-cap": case(with_band(base, 0, cap=None), enter_band(0, 2, None)),
        "new-cap": case(with_band(easy, 0, cap=Fraction("0.58")), enter_band(0, 2, 0.58), up),
        "steps": case(
            stepped, lambda *of: (enter("from:4", *[0.9] * 7)(*of), enter("earns:4", *[1] * 7)(*of))[0], of_steps
        ),
        "count": Case(replace(drafted, numerators=recounted), drafted, count),
        "maximum": case(replace(base, maximum=Fraction(120)), maximum),
    }


def added(scoring: object, step: Step) -> Steps:
    """The steps with their last one taken down a little, and one above."""
    assert isinstance(scoring, Steps)
    return Steps(kind="steps", steps=(*scoring.steps, step))


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """A report on many units, some with names that mean harm; the table of dossiers is not looked at."""
    report = small_report(language=Language("en"))
    units = report.reference.units
    codes = [f"H45.{100 + number}" for number in range(MANY)]
    names = HOSTILE + [f"Sở số {number}" for number in range(MANY - len(HOSTILE))]
    many = units.iloc[[0] * MANY].assign(unit_code=codes, unit_name=names, tier="province", parent_code="")
    known = replace(report, reference=replace(report.reference, units=many.reset_index(drop=True)))
    return Evidence(known, History(units, known.reference, known.decision, known.as_of), "2020-09")


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    """All drafts of the project, made-up ones, and changed ones."""
    every = load_reference(REFERENCE).criteria
    drafts = {name: standing_of(criteria) for name, criteria in every.items()}
    drafts["mixed"] = standing_of(mixed(every["thi-dua"]))
    return {name: Case(standing, standing) for name, standing in drafts.items()} | changed_cases(drafts)


@pytest.fixture(scope="module")
def written(evidence: Evidence, cases: dict[str, Case], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the workbooks as the program writes them."""
    folder = tmp_path_factory.mktemp("written")
    for name, case in cases.items():
        first = next(name for name in cases if cases[name].drafted is case.drafted)
        if name == first:
            write_scoring_workbook(folder / f"{name}.xlsx", evidence, case.drafted)
        else:
            shutil.copy(folder / f"{first}.xlsx", folder / f"{name}.xlsx")
    return folder


@pytest.fixture(scope="module")
def reckoned(cases: dict[str, Case], written: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Workbook]:
    """What LibreOffice makes of the workbooks after all values of formulas were taken out and parameters changed."""
    bare, done = tmp_path_factory.mktemp("bare"), tmp_path_factory.mktemp("reckoned")
    for name, case in cases.items():
        book = openpyxl.load_workbook(written / f"{name}.xlsx")
        if case.change:
            case.change(book, layout_of(case, book))
        book.save(bare / f"{name}.xlsx")
    assert cell(openpyxl.load_workbook(bare / "mixed.xlsx", data_only=True), 0, FIRST_UNIT, TOTAL).value is None
    convert_all([bare / f"{name}.xlsx" for name in cases], "xlsx", done)
    return {name: openpyxl.load_workbook(done / f"{name}.xlsx", data_only=True) for name in cases}


def layout_of(case: Case, book: Workbook) -> Layout:
    return Layout(case.drafted.criteria, len(case.drafted.codes), *book.sheetnames[:3])


def check_scores(book: Workbook, standing: Standing, layout: Layout, tolerance: float) -> None:
    """Totals, points, shares and bands of all units, and the numbers of units, are the program's."""

    def column(number: int) -> list[object]:
        return [cell(book, 0, FIRST_UNIT + row, number).value for row in range(len(standing.codes))]

    def numbers(first: int) -> np.ndarray:
        found = [column(first + number) for number in range(layout.components)]
        return np.array([[np.nan if value in (None, "") else value for value in one] for one in found], float).T

    found = np.array([np.nan if value in (None, "") else value for value in column(TOTAL)], float)
    np.testing.assert_allclose(found, standing.scores.total, rtol=0, atol=tolerance)
    np.testing.assert_allclose(numbers(POINTS), standing.scores.points, rtol=0, atol=tolerance)
    np.testing.assert_allclose(numbers(layout.earned_column), standing.scores.earned, rtol=0, atol=tolerance)
    titles = [*(band.title["en"] for band in standing.criteria.bands), "Not scored"]
    assert column(BAND) == [titles[band] for band in standing.bands]
    rows = range(layout.bands_row + 1, layout.unbanded_row + 1)
    bands = [*range(len(standing.criteria.bands)), NO_BAND]
    assert [cell(book, PARAMETERS, row, 3).value for row in rows] == [(standing.bands == band).sum() for band in bands]


def test_the_first_values_are_those_of_the_program(cases: dict[str, Case], written: Path) -> None:
    for name, case in cases.items():
        if case.change is None:
            book = openpyxl.load_workbook(written / f"{name}.xlsx", data_only=True)
            check_scores(book, case.drafted, layout_of(case, book), 0)


def test_the_spreadsheet_reckons_as_the_program_does(cases: dict[str, Case], reckoned: dict[str, Workbook]) -> None:
    for name, case in cases.items():
        try:
            check_scores(reckoned[name], case.standing, layout_of(case, reckoned[name]), 1e-9)
        except AssertionError as error:
            raise AssertionError(name) from error


def test_the_cases_ask_for_something(cases: dict[str, Case]) -> None:
    """Every change changes scores or bands; there are units without a score and equals whom the cap moves together."""
    for name, case in cases.items():
        same = np.array_equal(case.standing.scores.total, case.drafted.scores.total, equal_nan=True)
        assert (same and np.array_equal(case.standing.bands, case.drafted.bands)) == (case.change is None), name
    base = cases["thi-dua"].standing
    assert (~base.scored).sum() >= 2
    assert set(base.bands[:8]) == {1}, "eight equals are more than the cap admits of each group"
    assert (base.scores.total[:8] == 100).all()
    ladder = cases["new-cap"].standing
    assert float(Fraction("0.58")) * MANY < 29 == Fraction("0.58") * MANY, "floating numbers would lose a unit"
    assert (ladder.bands == 0).sum() == 29


def test_what_was_drafted_stands_beside_what_holds_now(cases: dict[str, Case], reckoned: dict[str, Workbook]) -> None:
    case, book = cases["threshold"], reckoned["threshold"]
    titles = [*(band.title["en"] for band in case.drafted.criteria.bands), "Not scored"]
    assert [cell(book, 0, FIRST_UNIT + row, DRAFTED).value for row in range(UNITS)] == [
        titles[band] for band in case.drafted.bands
    ]


def test_the_check_complains_when_the_weights_do_not_sum(cases: dict[str, Case], reckoned: dict[str, Workbook]) -> None:
    for name, words in (("thi-dua", "✓ the weights sum"), ("weights", "✗ the weights sum to 145.5, not to 100")):
        layout = layout_of(cases[name], reckoned[name])
        said = cell(reckoned[name], PARAMETERS, layout.rows["weight"], layout.sum_column + 1).value
        assert said.startswith(words)
        loud = cell(reckoned[name], 0, FIRST_UNIT - 3, POINTS).value
        assert (loud or "") == ("" if name == "thi-dua" else said)


def test_hostile_names_stay_text(written: Path, reckoned: dict[str, Workbook]) -> None:
    book = openpyxl.load_workbook(written / "thi-dua.xlsx")
    for row, name in enumerate(HOSTILE, start=FIRST_UNIT):
        held = cell(book, COUNTS, row, NAME)
        assert (held.value, held.data_type, held.hyperlink) == (plain(name), "s", None)
        assert cell(reckoned["thi-dua"], 0, row, UNIT).value == plain(name)


def test_formulas_are_such_as_every_spreadsheet_knows_and_ask_for_no_other_file(written: Path) -> None:
    for name in ("thi-dua", "giam-doc-so-bac-thang", "mixed"):  # every way of scoring
        book = openpyxl.load_workbook(written / f"{name}.xlsx")
        cells = [one for sheet in book.worksheets for row in sheet.iter_rows() for one in row if one.data_type == "f"]
        assert len(cells) > UNITS * 10
        for one in cells:
            assert isinstance(one.value, str), "entered as an array"
            bare = re.sub(r'"[^"]*"', '""', one.value)
            assert set(re.findall(r"([A-Z.]+)\(", bare)) <= FUNCTIONS
            assert "[" not in bare
            assert len(one.value) < 1_000


def test_every_sheet_says_first_what_it_is(written: Path) -> None:
    book = openpyxl.load_workbook(written / "thi-dua.xlsx")
    assert book.sheetnames == ["Scores", "Parameters", "Counts", "Read me"]
    for sheet in book.worksheets:
        for words in ("DRAFT", "766/QĐ-UBND", "30 Sep 2020", "Synthetic data"):
            assert words in sheet["A1"].value
        assert sheet["A2"].value.startswith("Period scored: 1 Jan 2020 to 30 Sep 2020 · The period is not over")
        assert "propos" in sheet["A3"].value
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.protection.sheet is False
    labels = [str(row[0].value) for row in book["Parameters"].iter_rows(min_row=5)]
    for words in ("Weight", "Least denominator", "Maximum of points", "All points from"):
        assert [label for label in labels if label.startswith(words) and "(proposal)" in label]


def test_the_same_standing_gives_the_same_bytes(
    evidence: Evidence, cases: dict[str, Case], written: Path, tmp_path: Path
) -> None:
    write_scoring_workbook(tmp_path / "again.xlsx", evidence, cases["mixed"].drafted)
    assert (tmp_path / "again.xlsx").read_bytes() == (written / "mixed.xlsx").read_bytes()


def test_addresses_keep_a_sheet_s_name_together() -> None:
    layout = Layout(load_reference(REFERENCE).criteria["thi-dua"], 3, "Điểm", "Tham số", "Số liệu năm '20")
    assert layout.weights.startswith("'Tham số'!$B$")
    assert layout.count(6, GROUP) == "'Số liệu năm ''20'!$B7"
