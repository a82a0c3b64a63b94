"""The projection: certain where nothing can change, reproducible, and backed by evidence about this very code."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from support.small_history import ONE, Batch, attained, row, standing

from analysis.measures.history import Counts
from analysis.outlook.evidence import backtest, model_digest
from analysis.outlook.projection import drifts, follow, projections

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
    drift, error = drifts(counts, kinds)
    level = follow(counts, kinds, drift)
    assert level.mean == pytest.approx(np.log(3 / 7), abs=0.01)
    assert (level.variance < 0.2).all()
    assert level.weight.sum(axis=0) == pytest.approx(1)
    assert level.weight[:, 0].argmax() % 3 == 0, "the slowest movement foretold best"
    assert abs(drift[0, -1]) < 0.001
    assert 0 < error[0] < 0.14


def test_the_evidence_is_about_this_code_and_holds() -> None:
    """``python -m benchmarks.backtest`` makes it anew whenever the model's source changes."""
    table = backtest()
    assert set(table["digest"]) == {model_digest()}, "run python -m benchmarks.backtest"
    scores = table[table["table"] == "score"].set_index("group")
    assert 0.75 <= scores.loc["all", "coverage"] <= 0.85
    assert scores.loc[["dossiers", "procedures"], "coverage"].between(0.75, 0.85).all()
    ours = scores["brier_projection"]
    assert (ours < scores["brier_run_rate"]).all()
    assert (ours < scores["brier_last_month"]).all()
    reliability = table[table["table"] == "reliability"]
    assert reliability["attained"].is_monotonic_increasing
    assert (reliability["foretold"] - reliability["attained"]).abs().max() < 0.1
