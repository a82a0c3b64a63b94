"""Made-up courses of online filing, none of them as the projection supposes: what a forecast is tried on."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from analysis.sample.province import DAYS, Province, read_province
from analysis.sample.year import Course, Year, live

REFERENCE = Path(__file__).parents[1] / "data/reference"
END = date(2020, 12, 31)
_YEAR = np.arange(DAYS)
Moves = Callable[[np.ndarray, np.ndarray], np.ndarray]


def quiet(province: Province, rng: np.random.Generator) -> Course:
    """Nothing moves."""
    return Course(growth=0, jump=0, decline=0)


def steady_growth(province: Province, rng: np.random.Generator) -> Course:
    """Online filing grows all year, each tier and unit at its own pace."""
    return _course(_paces(province, rng.uniform(0.3, 1.8), 0.3, rng)[:, None] * _YEAR / DAYS)


def season(province: Province, rng: np.random.Generator) -> Course:
    """A wave over the year."""
    wave = np.cos(2 * np.pi * (_YEAR - rng.integers(DAYS)) / DAYS)
    return _course(_paces(province, rng.uniform(0.2, 0.6), 0.1, rng)[:, None] * wave)


def unit_steps(province: Province, rng: np.random.Generator) -> Course:
    """Each unit changes once, up or down, on a day of its own."""
    steps = rng.normal(0.3, 0.7, len(province.units))
    return _course(steps[:, None] * (rng.integers(0, DAYS, len(steps))[:, None] <= _YEAR))


def province_step(province: Province, rng: np.random.Generator) -> Course:
    """All change on one day, up or down, each tier by its own measure."""
    steps = _paces(province, rng.choice([-1, 1], p=[0.3, 0.7]) * rng.uniform(0.3, 1.5), 0.2, rng)
    return _course(steps[:, None] * (rng.integers(40, 330) <= _YEAR))


def late_start(province: Province, rng: np.random.Generator) -> Course:
    """Hardly anything is filed online before the portal opens; units follow one after another."""
    starts = rng.integers(40, 160) + rng.exponential(25, len(province.units))
    return _course(-3.5 * (starts[:, None] > _YEAR))


def catch_up(province: Province, rng: np.random.Generator) -> Course:
    """In the last months everybody hurries."""
    hurry = np.clip((_YEAR - rng.integers(255, 305)) / 45, 0, 1)
    return _course(_paces(province, rng.uniform(0.3, 1.2), 0.3, rng)[:, None] * hurry)


KINDS: dict[str, Callable[[Province, np.random.Generator], Course]] = {
    made.__name__: made for made in (quiet, steady_growth, season, unit_steps, province_step, late_start, catch_up)
}


def year_of(kind: str, seed: int, dossiers: int) -> tuple[Year, np.random.Generator]:
    """A made-up year of a kind, with about so many dossiers, and the generator that goes on from there."""
    rng = np.random.default_rng([20_20, seed, list(KINDS).index(kind)])
    province = read_province(REFERENCE)
    return live(province, int(dossiers * rng.uniform(0.5, 1.5)), rng, KINDS[kind](province, rng)), rng


def _paces(province: Province, usual: float, spread: float, rng: np.random.Generator) -> np.ndarray:
    """By unit, about ``usual``: tiers differ by up to half of it, units by ``spread``."""
    tiers = {tier: rng.uniform(0.5, 1.5) for tier in ("province", "district", "commune")}
    return usual * province.units["tier"].map(tiers).to_numpy(dtype=float) + rng.normal(0, spread, len(province.units))


def _course(moved: np.ndarray) -> Course:
    """Of the logit by unit and day; nothing else moves."""
    return Course(growth=0, jump=0, decline=0, moves=lambda unit, day: moved[unit, day])
