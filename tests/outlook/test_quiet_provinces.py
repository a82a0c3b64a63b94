"""In a province where nothing happens hardly anything is said: how often each kind of statement is false.

All units have one chance that never changes. A few provinces run with the other tests; as many as two hundred with
``DVCTT_CAMPAIGN=50 pytest tests/outlook/test_quiet_provinces.py``.
"""

import os

import numpy as np
import pytest
from scipy import special

from analysis.outlook.comparison import LEAST_RANKED, beside, scatter, verdicts
from analysis.outlook.discoveries import FALSE_SHARE, discovered
from analysis.statistics.control import assurance, control_chart, variation

PROVINCES = 4 * int(os.environ.get("DVCTT_CAMPAIGN", "1"))
UNITS, MONTHS = 138, 12
SHARES = (0.03, 0.3, 0.5, 0.62, 0.9, 0.97)  # one for each target


def _counts(rng: np.random.Generator, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Units × months: dossiers online and in all, from a few a month to hundreds, as communes and departments have."""
    usual = np.exp(rng.normal(1.5, 1.3, UNITS))
    totals = rng.poisson(usual[:, None], (UNITS, MONTHS))
    return rng.binomial(totals, share), totals


def _told(rng: np.random.Generator) -> dict[str, int]:
    """How many statements of each kind a month's publication makes of such a province, and of how many records."""
    signals, against, beside_tier, never = [], [], [], 0
    for share in SHARES:
        online, totals = _counts(rng, share)
        for hit, whole in zip(online, totals, strict=True):
            some = whole > 0
            if some.sum() >= 6:
                chart = control_chart(hit[some], whole[some])
                signals.append(variation(chart).p_value)
                never += assurance(chart, 1.0) == "meets"
        hit, whole = online.sum(axis=1), totals.sum(axis=1)
        against.append(beside(share, hit, whole, 0.0))
        centre = hit.sum() / whole.sum()
        tau2 = scatter(centre, hit / np.maximum(whole, 1), whole)[1]
        beside_tier.append(np.where(whole >= LEAST_RANKED, beside(centre, hit, whole, tau2), np.nan))
    return {
        "signals": int(discovered(np.array(signals)).sum()),
        "series": len(signals),
        "target": int(np.isin(verdicts(np.concatenate(against))[0], ["above", "below"]).sum()),
        "tier": int(np.isin(verdicts(np.concatenate(beside_tier))[0], ["above", "below"]).sum()),
        "records": UNITS * len(SHARES),
        "never": never,
    }


@pytest.fixture(scope="module")
def told() -> list[dict[str, int]]:
    rng = np.random.default_rng(766)
    return [_told(rng) for _ in range(PROVINCES)]


@pytest.mark.parametrize("kind", ["signals", "target", "tier"])
def test_hardly_a_publication_says_anything(told: list[dict[str, int]], kind: str) -> None:
    """At most one publication in twenty has a statement where there is nothing to find, by what is controlled; with as
    few provinces as are tried, at most so many more as chance makes once in a thousand.
    """
    with_any = sum(one[kind] > 0 for one in told)
    allowed = FALSE_SHARE * 1.1 * PROVINCES
    assert with_any <= allowed + 3.1 * np.sqrt(allowed) + 1
    assert sum(one["records"] for one in told) > 800 * PROVINCES


def test_nobody_is_told_that_all_will_always_be_met(told: list[dict[str, int]]) -> None:
    """No series of months proves a share of 100 %."""
    assert sum(one["never"] for one in told) == 0


def test_by_limits_of_each_unit_alone_dozens_would_be_called_out() -> None:
    """What the control is for: at 95 % two in forty units, of eight hundred records about forty."""
    rng = np.random.default_rng(766)
    alone = 0
    for share in SHARES:
        online, totals = _counts(rng, share)
        scores = beside(share, online.sum(axis=1), totals.sum(axis=1), 0.0)
        alone += int((2 * special.ndtr(-np.abs(scores[~np.isnan(scores)])) <= FALSE_SHARE).sum())
    assert 20 < alone < 60
