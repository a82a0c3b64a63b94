"""What the ledger says beside figures that know too little."""

from support.small_report import DEPARTMENT, small_report

from analysis.findings.ledger import rejected_of_units
from analysis.pages import sections


def test_a_unit_that_lost_many_of_its_rows_has_them_beside_its_name() -> None:
    """Its share of nothing would else be read as its doing; rows whose unit nobody knows are no unit's."""
    report = small_report()
    assert rejected_of_units(report) == {DEPARTMENT: 10}
    assert sections.units(report).html.count("10 dòng bị loại") == 1
