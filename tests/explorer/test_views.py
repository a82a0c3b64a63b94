"""Comparisons and courses are the official rows."""

import pytest

import analysis as dv

pytestmark = pytest.mark.slow


def test_views_are_the_official_rows(data: dv.Data, official: list[dict[str, str]]) -> None:
    of = {
        (row["target_id"], row["unit_code"], row["window"], row["month"]): row
        for row in official
        if row["reading"] == "default"
    }
    for row in dv.trend(data, "portal", "H45.22").itertuples(index=False):
        assert str(row.numerator) == of["portal", "H45.22", "month", row.month]["numerator"]
    compared = dv.compare(data, "l3-dossiers", "district")
    assert len(compared) == 9
    values = compared["value"].dropna().tolist()
    assert values == sorted(values, reverse=True)
    for row in compared.itertuples(index=False):
        assert str(row.numerator) == of["l3-dossiers", row.unit_code, "to_date", "2020-09"]["numerator"]
    gaps = dv.closers(data, "l3-dossiers", "H45.22")
    assert set(gaps["unit_code"]) <= {"H45.22"}
