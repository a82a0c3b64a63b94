"""Verdicts against the truth: the generator knows who improves, who worsens, and where nothing changes."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.measures.attainment import attain
from analysis.measures.history import history
from analysis.outlook.comparison import comparison
from analysis.outlook.trends import trends
from analysis.reference.tables import load_reference
from analysis.sample.known import known_on
from analysis.sample.province import read_province
from analysis.sample.year import Course, Year, live
from analysis.statistics.control import IMPROVING, WORSENING, control_chart
from analysis.statistics.control import outside as outside_of

REFERENCE = Path(__file__).parents[2] / "data/reference"
YEAR_END = date(2020, 12, 31)
LARGE = 300  # dossiers of level 3 in the year, enough for a trend to show
NOTHING_CHANGES = Course(growth=0, jump=0, decline=0)


@dataclass(frozen=True)
class Known:
    """A year with its truth, and what the analysis says: ``units`` are the trends of units on level 3 dossiers."""

    year: Year
    attainment: pd.DataFrame
    trends: pd.DataFrame
    comparison: pd.DataFrame

    @property
    def large(self) -> pd.DataFrame:
        """The trends of the large units on level 3 dossiers."""
        rows = self.comparison[
            (self.comparison["target_id"] == "l3-dossiers") & (self.comparison["denominator"] >= LARGE)
        ]
        found = self.trends[self.trends["target_id"] == "l3-dossiers"]
        return found[found["unit_code"].isin(rows["unit_code"])].set_index("unit_code")


def _known(seed: int, course: Course) -> Known:
    year = live(read_province(REFERENCE), 56_000, np.random.default_rng(seed), course)
    reference = load_reference(REFERENCE)
    decision = reference.decision("", YEAR_END)
    dossiers = ibis.memtable(known_on(year, YEAR_END))
    attainment = attain(dossiers, reference, decision, YEAR_END)
    past = history(dossiers, reference, decision, YEAR_END)
    rows = attainment[(attainment["window"] == "to_date") & (attainment["month"] == "2020-12")].drop(columns="month")
    return Known(year, attainment, trends(attainment, past), comparison(rows, past))


@pytest.fixture(scope="module")
def shipped() -> Known:
    """The year of the shipped exports: seed and number as the README's command has them."""
    return _known(766, Course())


@pytest.fixture(scope="module", params=[1, 2])
def unchanged(request: pytest.FixtureRequest) -> Known:
    return _known(request.param, NOTHING_CHANGES)


def test_the_verdicts_agree_with_who_improves_and_who_worsens(shipped: Known) -> None:
    """Online filing grows everywhere but at the one agency that gets worse."""
    worse = shipped.year.roles["worsening"]
    others, large = shipped.large.drop(index=worse), shipped.large
    assert len(others) >= 15
    # Most grew in a step at the decision, and slowly since: six months say little of that.
    assert (others["slope"] > 0).mean() >= 0.9
    assert (others["slope_upper"] > 0).all()
    assert (large.loc[worse, "slope"] <= 0).all()
    rising = (others["p_value"] < 0.05) & (others["tau"] > 0)
    assert (rising | (others["mean"] > others["before"])).mean() >= 0.75
    assert (large.loc[worse, "p_value"] > 0.05).all(), "it rose before it fell: no monotonic trend"
    assert not (others["variation"] == WORSENING).any()
    assert not (large.loc[worse, "variation"] == IMPROVING).any()
    groups = shipped.trends[shipped.trends["unit_code"].str.match("ALL|TIER:")]
    groups = groups[groups["target_id"] == "l3-dossiers"]
    stepped = (groups["since"] == "2020-06") & (groups["mean"] > groups["before"] + 0.05)
    plain = (groups["variation"] == IMPROVING) | stepped
    assert plain.sum() >= 3, "the whole province and its tiers: they rose at the decision, if not since"


def test_who_just_misses_is_not_called_different(shipped: Known) -> None:
    """A hair below the target: not attained, yet no further from it than chance allows."""
    (near,) = shipped.year.roles["near_miss"]
    rows = shipped.comparison[shipped.comparison["target_id"] == "l3-dossiers"].set_index("unit_code")
    assert rows.loc[near, "value"] < 0.5
    assert rows.loc[near, "against_target"] == "as_expected"


def test_false_alarms_are_as_rare_as_theory_says_where_nothing_changes(unchanged: Known) -> None:
    """A month's dossiers are not quite alike (procedures differ, levels change), so the rates may lie a little above
    those of pure chance: at most five points, with three standard errors.
    """
    rows = unchanged.trends[~unchanged.trends["unit_code"].str.contains("ALL|:") & (unchanged.trends["since"] != "")]
    for target in ("l3-dossiers", "portal"):
        some = rows[rows["target_id"] == target]
        assert len(some) > 100
        room = 3 * np.sqrt(0.05 * 0.95 / len(some)) + 0.01
        assert (some["p_value"] < 0.05).mean() <= 0.05 + room, "Mann–Kendall at 5 %"
        alarms = some["variation"].isin([IMPROVING, WORSENING]).sum()
        assert alarms <= 1, "of all series together hardly one"


def test_limits_hold_three_sigma_on_steady_large_series() -> None:
    """Of pure chance, points leave the limits of a long p′-chart about as often as normal deviates leave 3 sigma."""
    rng = np.random.default_rng(766)
    totals = rng.integers(300, 900, (40, 200))
    outside = []
    for whole in totals:
        chart = control_chart(rng.binomial(whole, 0.4), whole)
        outside.append((outside_of(chart.deviates, 3) != 0).mean())
    assert np.mean(outside) == pytest.approx(2 * stats.norm.sf(3), abs=0.0015)
