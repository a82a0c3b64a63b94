"""A model of the year 2020: which dossiers arose, how they were filed, and what became of them.

Everything is drawn from one random generator, so a seed fixes the year. Which unit plays which
part (the agency that gets worse, the one that only just misses) is drawn too, never named here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analysis.sample.province import DAYS, FIRST_DAY, TIERS, Province, day_number

# Codes of the coded columns; a cell's code is its place in the tuple, -1 where nothing is known.
CHANNELS = ("online", "counter", "post")
APPLICANTS = ("citizen", "business", "organisation", "agency")
SOURCES = ("provincial_portal", "national_portal", "one_stop", "ministry_system", "paper")
STATUSES = ("not_accepted", "processing", "supplement", "resolved", "refused", "withdrawn")

DECISION_DAY = day_number(date(2020, 5, 14))
SHORT_CODES_FROM = day_number(date(2020, 9, 15))  # Quyết định 20/2020/QĐ-TTg comes into force
_TIER_SHARES = np.array([0.38, 0.27, 0.35])
_HOLIDAYS = [(1, 1), *[(1, day) for day in range(23, 30)], (4, 2), (4, 30), (5, 1), (9, 2)]
_NEVER = -1


@dataclass(frozen=True)
class Course:
    """How online filing moves: growth of its logit over the year, and a jump around one day."""

    growth: float = 0.9
    jump: float = 0.9
    jump_day: int = DECISION_DAY + 12
    decline: float = 3.2  # of the unit that gets worse, from mid July on
    moves: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda unit, day: np.zeros(len(day))  # whatever else moves


@dataclass(frozen=True)
class Year:
    """``dossiers``, in order of receipt: dossier_id, unit, procedure, day, minute (received), level (that day),
    channel, applicant, source (codes), due (day), done, done_minute (day of the result, -1 never), final (status).
    ``roles`` says which units and procedures play a part: name of the part to codes.
    """

    province: Province
    dossiers: pd.DataFrame
    roles: dict[str, list[str]]


def live(province: Province, count: int, rng: np.random.Generator, course: Course = Course()) -> Year:
    """Let ``count`` dossiers arise in 2020."""
    cast = _cast(province, rng)
    procedure_size = rng.lognormal(0.0, 1.9, len(province.procedures)) * np.where(province.levels[:, -1] >= 3, 3.0, 1.0)
    chosen = _choose_pairs(province, procedure_size, count, rng)
    dossiers = province.pairs.iloc[chosen].reset_index(drop=True)
    dossiers["day"] = _days(dossiers["procedure"].to_numpy(), cast["seasonal"], rng)
    dossiers = dossiers.sort_values("day", kind="stable", ignore_index=True)
    dossiers["level"] = province.levels[dossiers["procedure"], dossiers["day"]]
    tiers = province.units["tier"].map({tier: number for number, tier in enumerate(TIERS)}).to_numpy()
    dossiers["tier"] = tiers[dossiers["unit"]]
    dossiers["applicant"] = _applicants(dossiers, rng)
    dossiers["channel"] = _channels(province, dossiers, cast, rng, course)
    _add_results(province, dossiers, rng)
    _just_miss(dossiers, cast["near_miss"], rng)
    dossiers["minute"] = _minutes(dossiers["channel"].to_numpy(), rng)
    dossiers["source"] = _sources(dossiers, rng)
    dossiers = dossiers.sort_values(["day", "minute"], kind="stable", ignore_index=True)
    dossiers["dossier_id"] = _codes(province, dossiers, cast["own_numbers"])
    return Year(province, dossiers, _roles(province, cast))


def _cast(province: Province, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Who plays which part, as unit or procedure numbers."""
    units, procedures = province.units, province.procedures
    at_level_3 = np.bincount(
        province.pairs["unit"], weights=(province.levels[province.pairs["procedure"], -1] == 3), minlength=len(units)
    )
    departments = np.flatnonzero(units["tier"] == "province")
    leading = departments[np.argsort(-at_level_3[departments], kind="stable")][:6]
    leading = rng.permutation(leading)
    communes = np.flatnonzero(units["tier"] == "commune")
    weak = rng.permutation(communes)[: round(len(communes) * 0.22)]
    seasonal = rng.permutation(len(procedures))[: round(len(procedures) * 0.03)]
    without = np.setdiff1d(
        np.arange(len(units)),
        province.pairs["unit"][province.levels[province.pairs["procedure"]].max(axis=1) >= 3],
    )
    rest = np.setdiff1d(departments, leading)
    return {
        "worsening": leading[:1],
        "near_miss": leading[1:2],
        "leading": leading[2:4],
        "own_numbers": rng.permutation(rest)[:1],
        "weak_communes": np.sort(weak),
        "seasonal": np.sort(seasonal),
        "without_level_3_4": without,
    }


def _roles(province: Province, cast: dict[str, np.ndarray]) -> dict[str, list[str]]:
    units, procedures = province.units["unit_code"], province.procedures["procedure_code"]
    return {part: list((procedures if part == "seasonal" else units).iloc[who]) for part, who in cast.items()}


def _choose_pairs(province: Province, size: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Tiers have fixed shares, units of a tier differ in size, procedures have a heavy tail."""
    pairs, tiers = province.pairs, province.units["tier"]
    unit_size = rng.lognormal(0.0, np.where(tiers == "province", 0.8, 0.35))
    # Each commune and district has favourites of its own.
    weight = size[pairs["procedure"]] * rng.lognormal(0.0, 0.5, len(pairs))
    per_unit = np.bincount(pairs["unit"], weights=weight, minlength=len(province.units))
    weight *= (unit_size / np.maximum(per_unit, 1e-12))[pairs["unit"]]
    tier_of_pair = tiers.map({tier: number for number, tier in enumerate(TIERS)}).to_numpy()[pairs["unit"]]
    per_tier = np.bincount(tier_of_pair, weights=weight, minlength=len(TIERS))
    weight *= (_TIER_SHARES / np.maximum(per_tier, 1e-12))[tier_of_pair]
    cumulated = np.cumsum(weight)
    return np.searchsorted(cumulated / cumulated[-1], rng.random(count), side="right")


def _days(procedures: np.ndarray, seasonal: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Working days, fewer during the distancing of April, a seasonal procedure around its own peak."""
    year = np.arange(DAYS)
    weekday = (year + FIRST_DAY.weekday()) % 7
    busy = np.choose(weekday, [1.1, 1, 1, 1, 0.95, 0.10, 0.015]) * (0.95 + 0.2 * year / DAYS)
    distancing = (year >= day_number(date(2020, 4, 1))) & (year <= day_number(date(2020, 4, 22)))
    busy = np.where(distancing, busy * 0.42, busy)
    busy[[day_number(date(2020, month, day)) for month, day in _HOLIDAYS]] *= 0.01
    days = _draw(busy, rng.random(len(procedures)))
    peaks = rng.choice([18, 165, 222, 300], len(seasonal))
    peak_of = np.full(procedures.max(initial=0) + 1, _NEVER)
    known = seasonal < len(peak_of)
    peak_of[seasonal[known]] = peaks[known]
    for peak in np.unique(peaks):
        here = peak_of[procedures] == peak
        season = busy * (0.1 + 9 * np.exp(-(((year - peak) / 17) ** 2)))
        days[here] = _draw(season, rng.random(int(here.sum())))
    return days


def _draw(weights: np.ndarray, chances: np.ndarray) -> np.ndarray:
    cumulated = np.cumsum(weights)
    return np.searchsorted(cumulated / cumulated[-1], chances, side="right")


def _applicants(dossiers: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    shares = np.array([[0.56, 0.33, 0.07, 0.04], [0.90, 0.06, 0.02, 0.02], [0.96, 0.015, 0.01, 0.015]])
    return _draw_rows(shares[dossiers["tier"]], rng)


def _channels(
    province: Province, dossiers: pd.DataFrame, cast: dict[str, np.ndarray], rng: np.random.Generator, course: Course
) -> np.ndarray:
    """The online share grows through the year and jumps after the decision; below level 3 hardly anything is online."""
    day, unit = dossiers["day"].to_numpy(), dossiers["unit"].to_numpy()
    habit = rng.normal(0, 0.6, len(province.units))
    habit[cast["weak_communes"]] -= 2.0
    habit[cast["leading"]] += 1.1
    habit[cast["worsening"]] += 1.1
    habit[cast["near_miss"]] += 0.5
    procedure_habit = rng.normal(0, 0.8, len(province.procedures))
    leaning = np.array([-1.35, -1.6, -2.05])[dossiers["tier"]] + habit[unit] + procedure_habit[dossiers["procedure"]]
    leaning += course.growth * day / DAYS + course.jump / (1 + np.exp(-(day - course.jump_day) / 5.0))
    leaning += np.array([0.0, 0.35, 0.0, 2.1])[dossiers["applicant"]]
    leaning += np.where(dossiers["level"] == 4, 0.35, 0.0)
    decline = np.clip((day - 196) / (DAYS - 196), 0, 1)
    leaning += course.moves(unit, day)
    leaning = np.where(np.isin(unit, cast["worsening"]), leaning - course.decline * decline, leaning)
    online = rng.random(len(day)) < np.where(dossiers["level"] >= 3, 1 / (1 + np.exp(-leaning)), 0.003)
    distancing = (day >= 91) & (day <= 112)
    by_post = rng.random(len(day)) < np.where(distancing, 0.16, 0.05)
    return np.where(online, 0, np.where(by_post, 2, 1))


def _add_results(province: Province, dossiers: pd.DataFrame, rng: np.random.Generator) -> None:
    """Adds ``due``, ``done``, ``done_minute``, ``final``: days promised by procedure, most results a little early."""
    count = len(dossiers)
    promises = np.array([[3, 5, 5, 7, 10, 15, 20, 30], [1, 3, 3, 5, 5, 7, 10, 15], [0, 0, 1, 1, 2, 3, 3, 5]])
    promise_of = rng.integers(0, 8, len(province.procedures))
    promised = promises[dossiers["tier"], promise_of[dossiers["procedure"]]]
    day = dossiers["day"].to_numpy()
    dossiers["due"] = _working_day(day + promised + promised // 5 * 2)
    taken = np.floor((promised + promised // 5 * 2) * rng.lognormal(np.log(0.78), 0.3, count)).astype(np.int64)
    online = dossiers["channel"].to_numpy() == 0
    turned_away = np.where(online, 0.022, 0.002)
    shares = np.column_stack(
        [
            turned_away,
            np.zeros(count),
            np.full(count, 0.010),
            np.zeros(count),
            np.full(count, 0.02),
            np.full(count, 0.012),
        ]
    )
    shares[:, 3] = 1 - shares.sum(axis=1)
    dossiers["final"] = final = _draw_rows(shares, rng)
    finished = np.isin(final, [3, 4]) | ((final == 5) & (rng.random(count) < 0.5))
    dossiers["done"] = np.where(finished, _working_day(day + taken), _NEVER)
    dossiers["done_minute"] = rng.integers(14, 34, count) * 30


def _just_miss(dossiers: pd.DataFrame, units: np.ndarray, rng: np.random.Generator) -> None:
    """Refile some level 3 dossiers so that online and resolved ones fall a hair short of half, at the year's end."""
    for unit in units:
        base = ((dossiers["unit"] == unit) & (dossiers["level"] == 3) & ~dossiers["final"].isin([0, 5])).to_numpy()
        done = (dossiers["done"].between(0, DAYS - 1)).to_numpy()
        channel = dossiers["channel"].to_numpy(copy=True)
        wanted = max(0, -(-int(base.sum()) // 2) - 1 - int(base.sum()) // 400)
        numerator = base & done & (channel == 0)
        spare = np.flatnonzero(base & done & (channel != 0)) if numerator.sum() < wanted else np.flatnonzero(numerator)
        moved = rng.permutation(spare)[: abs(int(numerator.sum()) - wanted)]
        channel[moved] = np.where(channel[moved] == 0, 1, 0)
        dossiers["channel"] = channel


def _working_day(days: np.ndarray) -> np.ndarray:
    weekday = (days + FIRST_DAY.weekday()) % 7
    return days + np.select([weekday == 5, weekday == 6], [2, 1], 0)


def _minutes(channel: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    hour = rng.choice([7, 8, 8, 9, 9, 10, 13, 14, 14, 15, 16], len(channel))
    hour = np.where(channel == 0, rng.integers(6, 23, len(channel)), hour)
    return hour * 60 + rng.integers(0, 12, len(channel)) * 5


def _sources(dossiers: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Mostly the provincial portal; counters also use the one-stop system, ministries' programs and paper books."""
    shares = np.array(
        [
            [
                [0.83, 0.08, 0.02, 0.04, 0.0, 0.03],
                [0.89, 0.06, 0.02, 0.0, 0.0, 0.03],
                [0.93, 0.03, 0.01, 0.0, 0.0, 0.03],
            ],
            [
                [0.55, 0.0, 0.26, 0.12, 0.04, 0.03],
                [0.55, 0.0, 0.32, 0.03, 0.07, 0.03],
                [0.52, 0.0, 0.24, 0.02, 0.18, 0.04],
            ],
        ]
    )
    at_desk = (dossiers["channel"] != 0).astype(int)
    drawn = _draw_rows(shares[at_desk, dossiers["tier"]], rng)
    return np.where(drawn == len(SOURCES), -1, drawn)


def _draw_rows(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One column number per row of ``shares``."""
    return (np.cumsum(shares, axis=1) < rng.random(len(shares))[:, None]).sum(axis=1).clip(max=shares.shape[1] - 1)


def _codes(province: Province, dossiers: pd.DataFrame, own_numbers: np.ndarray) -> np.ndarray:
    """``000.00.18.H45-200115-0001``, from 15/9/2020 ``H45.18-201105-0003``; one agency numbers in its own way."""
    unit, day = dossiers["unit"].to_numpy(), dossiers["day"].to_numpy()
    serial = (dossiers.groupby(["unit", "day"]).cumcount() + 1).to_numpy()
    short = province.units["unit_code"].to_numpy(dtype=object)
    long = np.array([old_form(code) for code in short], dtype=object)
    dates = (np.datetime64(FIRST_DAY) + np.arange(DAYS)).astype(object)
    stamps = np.array([f"-{day:%y%m%d}-" for day in dates], dtype=object)
    serials = np.array([f"{number:04d}" for number in range(serial.max(initial=0) + 1)], dtype=object)
    codes = np.where(day < SHORT_CODES_FROM, long[unit], short[unit]) + stamps[day] + serials[serial]
    for number in own_numbers:
        here = np.flatnonzero(unit == number)
        codes[here] = [f"45{dates[day[i]]:%y%m%d}{number % 100:02d}{serial[i]:05d}" for i in here]
    return codes


def old_form(code: str) -> str:
    """The older national form of a unit's code: ``H45.12`` → ``000.00.12.H45``, ``H45.20.01`` → ``000.01.20.H45``."""
    province, *rest = code.split(".")
    if len(rest) not in (1, 2) or not all(len(part) == 2 for part in rest):
        return code
    return f"000.{rest[1] if len(rest) == 2 else '00'}.{rest[0]}.{province}"
