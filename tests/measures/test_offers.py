"""What the catalogue gives in a month is what is in force on the month's last day; the day of valid_to is without."""

from datetime import date
from pathlib import Path

import pytest
from support.folders import write_reference
from support.worked_example import CATALOGUE, UNITS

from analysis.measures.expressions import month_bits, month_number, windows
from analysis.measures.offers import offered, offers_by_month
from analysis.reference.tables import load_reference
from analysis.storage.backends import execute

JULY = month_number(date(2020, 7, 1))


@pytest.mark.parametrize(
    ("first", "end", "given"),
    [
        ("2020-01-01", "2020-07-31", False),
        ("2020-01-01", "2020-08-01", True),
        ("2020-07-31", "", True),
        ("2020-08-01", "", False),
    ],
)
def test_the_last_day_of_a_month_decides(tmp_path: Path, first: str, end: str, given: bool) -> None:
    line = {**CATALOGUE[-1], "valid_from": first, "valid_to": end}
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, [line]))
    decision = reference.decision("766-qd-ubnd-2020")
    spans = windows(decision, date(2020, 12, 31))
    assert (JULY in set(offers_by_month(reference, spans)["month"])) == given
    targets = [
        target for target in reference.decision("766-qd-ubnd-2020").targets if target.level == int(line["level"])
    ]
    bits = execute(offered(reference, spans, targets))["months"]
    assert bool((bits & month_bits([JULY])).any()) == given, "a nation's expression says the same"
