"""The documentation's example with real figures, England's emergency departments: as a plain count has them."""

import sys
from pathlib import Path

import pandas as pd
import pytest
from support.in_process import cleaning_in_this_process

from analysis.dossiers.stage import clean_exports
from analysis.measures.attainment import make_attainment
from analysis.reference.tables import load_reference

sys.path[:0] = [str(Path(__file__).parents[2] / "docs")]
import build  # noqa: E402

pytestmark = pytest.mark.slow
STARTS = {"month": lambda month: month, "quarter": lambda month: month.asfreq("Q").asfreq("M", "start")}
STARTS["to_date"] = lambda month: pd.Period("2016-04", "M")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The measured figures under the default reading, and the file as it is."""
    folder = tmp_path_factory.mktemp("example")
    build.add_example(folder)
    home = folder / "data/vi-du/cap-cuu-anh"
    reference = load_reference(home / "reference")
    with cleaning_in_this_process():
        cleaning = clean_exports(home / "raw", reference, home / "processed", home / "work", jobs=1)
    plain = pd.read_csv(home / "raw/nhs-ae-attendances.csv")
    assert cleaning.counts[["accepted", "refused", "dossiers"]].values.tolist() == [
        [len(plain), 0, plain["attendances"].sum()]
    ]
    return make_attainment(home / "processed", reference), plain


@pytest.mark.parametrize("window", list(STARTS))
def test_every_figure_is_what_plain_pandas_counts(window: str, example: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    measured, plain = example
    months = pd.PeriodIndex(plain["period"], freq="M")
    counts = plain.assign(month=months, numerator=plain["attendances"] - plain["breaches"])
    everybody = counts.assign(org_code="ALL")
    found = []
    for month in months.unique():
        inside = pd.concat([counts, everybody])
        inside = inside[inside["month"].between(STARTS[window](month), month)]
        sums = inside.groupby("org_code")[["numerator", "attendances"]].sum()
        found.append(sums.assign(month=str(month)).set_index("month", append=True))
    told = pd.concat(found).sort_index()
    rows = measured[(measured["window"] == window) & (measured["denominator"] > 0)]
    rows = rows[~rows["unit_code"].str.startswith("TIER:")].set_index(["unit_code", "month"]).sort_index()
    assert rows.index.tolist() == told[told["attendances"] > 0].index.tolist()
    assert rows[["numerator", "denominator"]].to_numpy().tolist() == told[told["attendances"] > 0].to_numpy().tolist()


def test_the_share_of_england_is_as_published(example: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """By month one less the share of breaches; so many digits as NHS England's monthly notes have."""
    measured, plain = example
    england = measured[(measured["unit_code"] == "ALL") & (measured["window"] == "month")].set_index("month")["value"]
    sums = plain.groupby("period")[["attendances", "breaches"]].sum()
    assert (england - (1 - sums["breaches"] / sums["attendances"])).abs().max() < 1e-9
    assert england.max() < 0.95
    assert england.round(3)[["2016-04", "2019-03"]].tolist() == [0.900, 0.866]
