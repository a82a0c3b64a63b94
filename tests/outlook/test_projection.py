"""The projection: certain where nothing can change, reproducible, and backed by evidence about this very code."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit
from support.small_history import ONE, Batch, attained, known, row, standing

from analysis.measures.history import Counts
from analysis.outlook.arrivals import Calendar
from analysis.outlook.evidence import backtest, model_digest
from analysis.outlook.projection import drifts, follow, foretell, projections, seasons
from analysis.presentation.words import FORECAST_LEVELS

OTHER = "H45.23"


def test_nothing_is_uncertain_when_the_year_has_ended(tmp_path: Path) -> None:
    rows, known = attained(tmp_path, [Batch(ONE, 1, 3, 6, 4), Batch(OTHER, 1, 3, 4, 6)], date(2020, 12, 31))
    table = projections(standing(rows), known)
    for unit, value in ((ONE, 0.6), (OTHER, 0.4)):
        found = row(table, "l3-dossiers", unit)
        assert (found.lower, found.median, found.upper) == (value, value, value)
        assert found.probability == (value >= 0.5)
    procedures = row(table, "l3-procedures")
    assert (procedures.lower, procedures.upper, procedures.probability) == (0.125, 0.125, 0)
    assert np.isnan(row(table, "l3-dossiers", "H45.24").probability)


def test_a_steady_share_goes_on_and_is_surer_late_than_early(tmp_path: Path) -> None:
    widths = []
    for month, day in ((5, date(2020, 5, 31)), (11, date(2020, 11, 30))):
        folder = tmp_path / str(month)
        folder.mkdir()
        batches = [Batch(unit, 1, m, 70, 30) for unit in (ONE, OTHER) for m in range(1, month + 1)]
        rows, known = attained(folder, batches, day)
        found = row(projections(standing(rows), known), "l3-dossiers")
        assert found.lower < 0.7 < found.upper + 0.01
        assert found.median == pytest.approx(0.7, abs=0.03)
        assert found.probability > 0.9
        widths.append(found.upper - found.lower)
    assert widths[1] < widths[0] / 2


def test_the_same_data_give_the_same_figures(tmp_path: Path) -> None:
    batches = [Batch(ONE, 1, month, 5, 6, waiting=1) for month in range(1, 7)]
    rows, known = attained(tmp_path, batches, date(2020, 6, 30))
    assert projections(standing(rows), known).equals(projections(standing(rows), known))


def test_quantiles_and_probabilities_lie_where_they_must(tmp_path: Path) -> None:
    batches = [Batch(unit, p, m, m % 3, p) for unit in (ONE, OTHER) for p in (1, 2, 3) for m in range(1, 8)]
    rows, known = attained(tmp_path, batches, date(2020, 7, 31))
    found = projections(standing(rows), known).dropna(subset=["probability"])
    assert len(found)
    assert (found["lower"] <= found["median"]).all()
    assert (found["median"] <= found["upper"]).all()
    assert found[["lower", "median", "upper", "probability"]].stack().between(0, 1).all()


def test_an_untouched_procedure_that_receives_many_dossiers_is_likelier_to_be_hit(tmp_path: Path) -> None:
    """Both units lack one procedure of five hit ones; in one of them the untouched ones are busy."""
    hit = [Batch(unit, p, m, 3, 3) for unit in (ONE, OTHER) for p in (1, 2, 3, 4) for m in range(1, 7)]
    busy = [Batch(ONE, p, m, 0, 6) for p in (5, 6) for m in range(1, 7)]
    idle = [Batch(OTHER, p, 1, 0, 1) for p in (5, 6)]
    rows, known = attained(tmp_path, hit + busy + idle, date(2020, 6, 30))
    table = projections(standing(rows), known)
    assert row(table, "l3-procedures").probability > row(table, "l3-procedures", OTHER).probability + 0.1


def test_the_level_follows_the_data_and_its_variance_shrinks() -> None:
    """A thousand dossiers a month, 30 % online: the logit is that of 0.3 in every supposition."""
    filed, arising = np.full((1, 8), 300), np.full((1, 8), 1000)
    counts, kinds = Counts(filed, filed, arising), np.array(["district"])
    drift, error = drifts(counts, kinds, np.zeros((1, 8)))
    level = follow(counts, kinds, drift, np.zeros((1, 8)))
    assert level.mean == pytest.approx(np.log(3 / 7), abs=0.01)
    assert (level.variance < 0.2).all()
    assert level.weight.sum(axis=0) == pytest.approx(1)
    assert level.weight[:, 0].argmax() % 3 == 0, "the slowest movement foretold best"
    assert abs(drift[0, -1]) < 0.001
    assert 0 < error[0] < 0.1


def _half_years(*shares: float) -> Counts:
    """A thousand dossiers a month, filed online by these shares in the halves of years."""
    filed = np.repeat(np.round(np.array([shares]) * 1000).astype(int), 6, axis=1)
    return Counts(filed, filed, np.full_like(filed, 1000))


def test_earlier_years_tell_what_the_rest_of_this_one_is_like() -> None:
    """Two years lost in their second half what they had in their first; so may this one."""
    now, kinds, when = _half_years(0.7), np.array(["district"]), Calendar(np.full(6, 21.0), 126)
    draw = np.random.default_rng
    plain, _ = foretell(now, kinds, when, draw(1))
    warned, _ = foretell(now, kinds, when, draw(1), _half_years(0.7, 0.4, 0.7, 0.4))
    assert expit(np.median(plain)) == pytest.approx(0.7, abs=0.02)
    assert 0.4 < expit(np.median(warned)) < 0.53


def test_a_season_is_what_is_left_when_the_years_growth_is_taken_off() -> None:
    kinds = np.array(["district", "district", "commune"])
    growing = np.repeat(np.round(1000 * expit(np.arange(24) / 12 - 1)).astype(int)[None], 3, axis=0)
    found = seasons(Counts(growing, growing, np.full_like(growing, 1000)), kinds)
    assert found == pytest.approx(np.zeros((3, 12)), abs=0.02)
    assert not seasons(None, kinds).any()


def test_years_before_the_period_are_looked_at_as_far_as_they_are_whole(tmp_path: Path) -> None:
    months = [Batch(ONE, 1, month, 3, 2, year=year) for year in (2019, 2020) for month in range(1, 13)]
    found = known(tmp_path, [Batch(ONE, 1, 12, 9, 9, year=2018), *months], date(2020, 6, 30))
    (target,) = [target for target in found.of_dossiers if target.id == "l3-dossiers"]
    earlier = found.earlier(target)
    assert earlier.arising.shape == (len(found.names), 12)
    assert earlier.arising.sum() == 60 * len(found.members[found.members["unit_code"] == ONE])
    assert found.counts(target).arising.shape[1] == 6


def test_where_hardly_anything_is_filed_online_much_may_still_come() -> None:
    """The portal may open: the tenth of the draws that is highest is far above."""
    idle = _half_years(0.01)
    logit, _ = foretell(idle, np.array(["district"]), Calendar(np.full(6, 21.0), 126), np.random.default_rng(1))
    assert expit(np.quantile(logit, 0.9)) > 0.08
    assert expit(np.median(logit)) < 0.02


def test_a_course_is_less_sure_the_longer_it_is(tmp_path: Path) -> None:
    counts, kinds = _half_years(0.5, 0.5), np.array(["group"])
    spreads = []
    for left in (21, 63, 189):
        logit, _ = foretell(counts, kinds, Calendar(np.full(12, 21.0), left), np.random.default_rng(1))
        spreads.append(np.subtract(*np.quantile(logit, [0.9, 0.1])))
    assert spreads[0] < spreads[1] < spreads[2]


def test_what_nobody_files_online_anywhere_stays_so_in_a_group(tmp_path: Path) -> None:
    """Ten districts; four procedures had 960 dossiers in half a year and not one online: not all are hit by the end."""
    units = [f"H45.{22 + number}" for number in range(10)]
    hit = [Batch(unit, p, m, 2, 2) for unit in units for p in (1, 2, 3, 4) for m in range(1, 7)]
    shunned = [Batch(unit, p, m, 0, 4) for unit in units for p in (5, 6, 7, 8) for m in range(1, 7)]
    rows, found = attained(tmp_path, hit + shunned, date(2020, 6, 30), units=10)
    whole = row(projections(standing(rows), found), "l3-procedures", "ALL")
    assert whole.lower == 0.5
    assert whole.median < 1


def test_the_evidence_is_about_this_code_and_holds() -> None:
    """``python -m benchmarks.backtest`` makes it anew whenever the model's source changes."""
    table = backtest()
    assert set(table["digest"]) == {model_digest()}, "run python -m benchmarks.backtest"
    scores = table[table["table"] == "score"].set_index("group")
    assert scores.loc[["all", "dossiers", "procedures"], "coverage"].between(0.75, 0.88).all()
    levels = table[table["table"] == "level"]
    levels = levels[levels["within"].astype(int) >= 3]
    assert set(levels["group"]) == set(FORECAST_LEVELS)
    assert levels["coverage"].between(0.75, 0.88).all()
    kinds = table[table["table"] == "generator"]
    assert (kinds["coverage"] > 0.65).all(), "no kind of year breaks it"
    real = table[table["table"] == "real"]
    assert list(real["group"]) == ["3", "6", "9"]
    assert real["coverage"].between(0.75, 0.88).all()
    for tried in (scores, real):
        assert (tried["brier_projection"] < tried["brier_run_rate"]).all()
        assert (tried["brier_projection"] < tried["brier_beta_binomial"]).all()
    reliability = table[table["table"] == "reliability"]
    assert reliability["attained"].is_monotonic_increasing
    assert (reliability["foretold"] - reliability["attained"]).abs().max() < 0.1
