"""The communes of a district side by side: each where its figure says, in the order that the report keeps."""

from csv import DictReader
from io import StringIO
from urllib.parse import unquote

import pandas as pd
import pytest
from support.small_report import small_report

from analysis.findings.course import to_date_of
from analysis.findings.figures import Figure
from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.presentation.multiples import EDGE, HEIGHT, WIDTH, multiples
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED

VI = Language("vi")
MONTHS = ["2020-01", "2020-02", "2020-03"]


@pytest.fixture(scope="module")
def report() -> Report:
    return small_report()


def _figure(report: Report, code: str, part: int, whole: int) -> Figure:
    target = report.decision.targets[1]
    status = NOT_APPLICABLE if not whole else ATTAINED if part >= target.minimum * whole else NOT_ATTAINED
    return Figure(target, code, f"Xã {code}", part, whole, 0, status)


def _months(of_unit: dict[str, list[tuple[int, int]]]) -> pd.DataFrame:
    rows = [
        (code, f"Xã {code}", month, part, whole, part / whole if whole else float("nan"))
        for code, counts in of_unit.items()
        for month, (part, whole) in zip(MONTHS, counts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["unit_code", "unit_name", "month", "numerator", "denominator", "value"])


COUNTS = {
    "A": [(0, 0), (5, 10), (30, 40)],  # attained
    "B": [(0, 0), (0, 0), (0, 0)],  # nothing to count
    "C": [(0, 3), (0, 6), (2, 20)],  # the lowest
    "D": [(0, 1), (0, 2), (0, 9)],  # too few to be called lowest
}


def test_the_lowest_comes_first_and_nobody_with_few_is_called_lowest(report: Report) -> None:
    figures = [_figure(report, code, *counts[-1]) for code, counts in COUNTS.items()]
    drawn = multiples("H45.22", figures, _months(COUNTS), VI)
    assert [small.figure.unit_code for small in drawn.smalls] == ["C", "A", "B", "D"]
    assert drawn.title == "1 trên 3 nơi đạt; thấp nhất: xã C, 10,0 %"
    few = [_figure(report, "D", 0, 9), _figure(report, "B", 0, 0)]
    assert multiples("H45.22", few, _months(COUNTS), VI).title == "0 trên 1 nơi đạt"


def test_a_course_stands_at_its_shares_on_one_scale(report: Report) -> None:
    figures = [_figure(report, code, *counts[-1]) for code, counts in COUNTS.items()]
    drawn = multiples("H45.22", figures, _months(COUNTS), VI)
    of_code = {small.figure.unit_code: small for small in drawn.smalls}
    height = HEIGHT - 2 * EDGE
    assert of_code["A"].line == f"60,{EDGE + height / 2} {WIDTH - EDGE},{EDGE + height / 4}"
    assert of_code["A"].end == (WIDTH - EDGE, EDGE + height / 4)
    assert (of_code["B"].line, of_code["B"].end) == ("", None)
    assert of_code["D"].line.startswith(f"{EDGE},{HEIGHT - EDGE}")
    assert drawn.aim == EDGE + height / 2


def test_table_and_file_say_what_is_drawn(report: Report) -> None:
    figures = [_figure(report, code, *counts[-1]) for code, counts in COUNTS.items()]
    drawn = multiples("H45.22", figures, _months(COUNTS), VI)
    assert drawn.head[1:-1] == [VI.month(month) for month in MONTHS]
    assert drawn.rows[1] == ["Xã A", "–", "50,0 %", "75,0 %", "30/40"]
    held = list(DictReader(StringIO(unquote(drawn.data).partition(",")[2][1:])))
    assert [(row["unit_code"], row["numerator"], row["denominator"]) for row in held[:3]] == [
        ("A", "0", "0"),
        ("A", "5", "10"),
        ("A", "30", "40"),
    ]
    assert drawn.name == "H45.22-communes-l3-dossiers.csv"


def test_the_course_to_date_is_the_tables(report: Report) -> None:
    codes = sorted(set(report.attainment["unit_code"]))[:2]
    found = to_date_of(report, "l3-dossiers", codes)
    rows = report.attainment
    rows = rows[rows["unit_code"].isin(codes) & (rows["target_id"] == "l3-dossiers")]
    rows = rows[(rows["reading"] == "default") & (rows["window"] == "to_date")]
    assert len(found) == len(rows) > 0
    assert found["numerator"].tolist() == rows["numerator"].tolist()
