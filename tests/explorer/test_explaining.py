"""Every figure is explained by its dossiers."""

import pytest

import analysis as dv
from analysis.explorer import explaining
from analysis.language.problems import UsageProblem

pytestmark = pytest.mark.slow


def test_every_figure_of_a_unit_is_explained_by_its_dossiers(data: dv.Data) -> None:
    """The lists are as long as the official numbers of a department and an area: every target and reading to date, and
    in each window every target's default reading, for a window is no more than its days.
    """
    rows = data.attainment
    rows = rows[rows["unit_code"].isin(["H45.18", "AREA:H45.22"]) & (rows["month"] == "2020-09")]
    rows = rows[(rows["reading"] != "pairs") & ((rows["window"] == "to_date") | (rows["reading"] == "default"))]
    assert len(rows) > 50
    for _, row in rows.iterrows():
        found = dv.explain(row, data=data)
        if row["measure"] == "procedures_online":
            assert found.procedures is not None
            assert (found.procedures["counts"].sum(), len(found.procedures)) == (row["numerator"], row["denominator"])
        else:
            assert (len(found.numerator), len(found.denominator)) == (row["numerator"], row["denominator"])
        assert set(found.numerator["dossier_key"]) <= set(data.dossiers["dossier_key"])
        assert str(row["numerator"]) in found.sentence.replace(".", "")


def test_an_explanation_says_what_is_missing(data: dv.Data) -> None:
    row = data.attainment[
        (data.attainment["status"] == "not_attained") & (data.attainment["window"] == "to_date")
    ].iloc[0]
    assert f"{row['shortfall']}" in dv.explain(row, data=data).sentence.replace(".", "")
    with pytest.raises(UsageProblem):
        dv.explain(data.attainment.head(2), data=data)


def test_a_row_is_told_as_its_dossiers_explain_it(data: dv.Data) -> None:
    rows = data.attainment[data.attainment["reading"] != "pairs"]
    for _, row in rows.sample(12, random_state=3).iterrows():
        assert explaining.told(row, data) == dv.explain(row, data=data).sentence
