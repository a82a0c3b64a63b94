"""Fair comparison of units (``comparison.csv``): which differ from the target or their tier by more than chance.

Each unit is tested against the target exactly (mid-p binomial), and against its tier's share: exactly where the tier's
units scatter no more than chance, else on the arcsine scale with the variance between them added (Spiegelhalter, 2005,
Statistics in Medicine 24:1185–1202, section 4.3). Of what is found over all units and targets at most one in twenty is
false (``discoveries``), and the interval that is drawn is the one that decides. Ranks count from the highest share,
with their interval by draws from each unit's Beta posterior (Goldstein and Spiegelhalter, 1996, Journal of the Royal
Statistical Society A 159:385–443); an indirectly standardised ratio blames no unit for its mix of procedures.
"""

import numpy as np
import pandas as pd
from scipy import special, stats

from analysis.measures.history import History
from analysis.outlook.discoveries import discovered, tail_of
from analysis.reference.decision import DEFAULT, PROCEDURES, Target
from analysis.statistics.control import exact_limits, normal_scores
from analysis.statistics.shares import Interval, midp_interval, overdispersion, wilson_interval

_CERTAIN = 0.99  # that units scatter more than by chance, before their scatter is allowed for
LEAST_RANKED = 10  # of a denominator: below, a unit is shown and has no rank
_LEAST_OF_A_LIST = 2  # units; one alone is neither first nor last
DRAWS, SEED = 1000, 766
ABOVE, BELOW, AS_EXPECTED = "above", "below", "as_expected"
COMPARISON_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "unit_code", "unit_name", "tier", "as_of", "minimum"),
    *("numerator", "denominator", "value", "confidence", "interval_lower", "interval_upper", "against_target"),
    *("tier_share", "phi", "tau2", "tier_confidence", "tier_lower", "tier_upper", "against_tier"),
    *("ranked", "rank", "rank_lower", "rank_upper", "ranked_units", "worst_probability"),
    *("comparable", "expected", "ratio", "ratio_lower", "ratio_upper"),
]


def comparison(standing: pd.DataFrame, history: History) -> pd.DataFrame:
    """One row per unit and target, under the default reading, in ``COMPARISON_COLUMNS``; shares of one.

    ``standing`` are the rows of attainment.csv to date. ``interval_*`` hold the unit's share with ``confidence``, so
    much that they exclude the target just where ``against_target`` says above or below; a target of 100 % is not
    tested, and neither is a share under a denominator of ten against its tier. ``tier_lower`` and ``tier_upper`` are
    the limits around the tier's share, with ``tau2`` between its units, outside of which ``against_tier`` is above or
    below. Rank 1 is the highest; its interval holds 95 %. ``ratio`` is the unit's online dossiers over those
    ``expected`` at the tier's rates for the same procedures; ``comparable`` is the share of its dossiers in procedures
    that another unit of its tier has too.
    """
    units = history.reference.units["unit_code"]
    rows = standing[(standing["reading"] == DEFAULT) & standing["unit_code"].isin(units)]
    rng = np.random.default_rng(SEED)
    parts = []
    for target in history.decision.targets:
        of_target = rows[rows["target_id"] == target.id]
        mixed = _standardised(target, history) if target.measure != PROCEDURES and target.foretold else None
        for _, of_tier in of_target.groupby("tier"):
            compared = _ranks(_beside_tier(of_tier), rng)
            parts.append(compared if mixed is None else compared.merge(mixed, "left", "unit_code"))
    whole = _decided(pd.concat(parts, ignore_index=True))
    return whole.sort_values(["target_id", "unit_code"], ignore_index=True).reindex(columns=COMPARISON_COLUMNS)


def beside(centre: float, numerator: np.ndarray, denominator: np.ndarray, tau2: float) -> np.ndarray:
    """How far each share lies from ``centre``, in standard deviations; NaN without a denominator or room for chance.

    ``tau2`` is the variance between units on the arcsine scale; without any the binomial distribution itself judges.
    """
    known = (denominator > 0) & (0 < centre < 1)
    whole = np.where(known, denominator, 1)
    count = np.where(known, numerator, 0)
    if tau2 > 0:
        error = np.sqrt(1 / (4 * whole) + tau2)
        scores = (np.arcsin(np.sqrt(count / whole)) - np.arcsin(np.sqrt(centre))) / error
    else:
        scores = normal_scores(count, whole, centre)
    return np.where(known, scores, np.nan)


def limits_beside(centre: float, denominator: np.ndarray, tau2: float, tail: float) -> Interval:
    """The shares between which ``beside`` finds nothing at the two-sided chance ``tail``; NaN without a denominator."""
    known = denominator > 0
    whole, reach = np.where(known, denominator, 1).astype(np.int64), -float(special.ndtri(tail / 2))
    if tau2 > 0:
        width = reach * np.sqrt(1 / (4 * whole) + tau2)
        angle = np.arcsin(np.sqrt(centre))
        limits = [np.sin(np.clip(angle + side * width, 0, np.pi / 2)) ** 2 for side in (-1, 1)]
    else:
        limits = [*exact_limits(centre, whole, reach)]
    return Interval(*(np.where(known, limit, np.nan) for limit in limits))


def scatter(centre: float, value: np.ndarray, denominator: np.ndarray) -> tuple[float, float]:
    """How many times more than by chance units scatter around ``centre``, and tau² on the arcsine scale: 0 unless the
    scatter is more than chance makes once in a hundred times.
    """
    known = denominator > 0
    angles = np.arcsin(np.sqrt(np.where(known, value, centre))) - np.arcsin(np.sqrt(centre))
    errors = np.where(known, 0.5 / np.sqrt(np.maximum(denominator, 1)), np.nan)
    found = overdispersion(np.where(known, angles, np.nan), errors)
    freedom = max(int(known.sum()) - 1, 1)
    more_than_chance = found.phi * (freedom + 1) > stats.chi2.ppf(_CERTAIN, freedom)
    return found.phi, found.tau2 if more_than_chance else 0.0


def verdicts(scores: np.ndarray) -> tuple[np.ndarray, float]:
    """``above``, ``below`` or ``as_expected`` for each of all scores together, "" for none; and the chance that it
    leaves outside.
    """
    p_values = 2 * special.ndtr(-np.abs(scores))
    found = discovered(p_values)
    sides = np.select([np.isnan(scores), found & (scores > 0), found], ["", ABOVE, BELOW], AS_EXPECTED)
    return sides, tail_of(p_values)


def tier_limits(rows: pd.DataFrame, tail: float) -> Interval:
    """``limits_beside`` the ``tier_share`` of each row, with its ``tau2``; NaN where that leaves no room for chance."""
    denominator = rows["denominator"].to_numpy()
    limits = Interval(np.full(len(rows), np.nan), np.full(len(rows), np.nan))
    for (centre, tau2), at in rows.groupby(["tier_share", "tau2"]).indices.items():
        if 0 < centre < 1:
            sizes, place = np.unique(denominator[at], return_inverse=True)
            lower, upper = limits_beside(float(centre), sizes, float(tau2), tail)
            limits.lower[at], limits.upper[at] = lower[place], upper[place]
    return limits


def pooled(rows: pd.DataFrame) -> float:
    """The share of all rows together; NaN without a denominator."""
    whole = rows["denominator"].sum()
    return float(rows["numerator"].sum() / whole) if whole else float("nan")


def _decided(rows: pd.DataFrame) -> pd.DataFrame:
    """The verdicts on all units and targets together, with the intervals that say the same."""
    numerator, denominator = (rows[name].to_numpy() for name in ("numerator", "denominator"))
    minimum = rows["minimum"].to_numpy(float)
    scores = np.full(len(rows), np.nan)
    for aim in np.unique(minimum[minimum < 1]):
        at = minimum == aim
        scores[at] = beside(float(aim), numerator[at], denominator[at], 0.0)
    against, tail = verdicts(scores)
    interval = midp_interval(numerator, denominator, 1 - tail)
    of_tier = np.where(denominator >= LEAST_RANKED, rows["tier_score"].to_numpy(float), np.nan)
    against_tier, tier_tail = verdicts(of_tier)
    limits = tier_limits(rows, tier_tail)
    return rows.assign(
        confidence=1 - tail,
        interval_lower=interval.lower,
        interval_upper=interval.upper,
        against_target=against,
        tier_confidence=1 - tier_tail,
        tier_lower=limits.lower,
        tier_upper=limits.upper,
        against_tier=against_tier,
    )


def _beside_tier(rows: pd.DataFrame) -> pd.DataFrame:
    """How far from the share of all the tier's units together, with the scatter between them allowed for."""
    numerator, denominator = (rows[name].to_numpy() for name in ("numerator", "denominator"))
    centre = pooled(rows)
    if not 0 < centre < 1:
        return rows.assign(tier_share=centre, phi=np.nan, tau2=np.nan, tier_score=np.nan)
    phi, tau2 = scatter(centre, rows["value"].to_numpy(float), denominator)
    tau2 = 0.0 if np.isnan(tau2) else tau2
    return rows.assign(tier_share=centre, phi=phi, tau2=tau2, tier_score=beside(centre, numerator, denominator, tau2))


def _ranks(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Rank 1 is the highest share; Jeffreys' prior. Units below ``LEAST_RANKED`` have none."""
    ranked = (rows["denominator"] >= LEAST_RANKED).to_numpy()
    found = {name: np.full(len(rows), np.nan) for name in ("rank", "rank_lower", "rank_upper", "worst_probability")}
    if ranked.sum() < _LEAST_OF_A_LIST:
        ranked = np.zeros(len(rows), dtype=bool)
    count = int(ranked.sum())
    if count:
        some = rows[ranked]
        hit, whole = some["numerator"].to_numpy(), some["denominator"].to_numpy()
        drawn = rng.beta(hit[:, None] + 0.5, (whole - hit)[:, None] + 0.5, (count, DRAWS))
        drawn = np.ascontiguousarray(drawn.T)
        places, from_the_lowest = np.empty((DRAWS, count), np.int32), np.arange(count, 0, -1)
        for draw, shares in zip(places, drawn, strict=True):
            draw[shares.argsort()] = from_the_lowest
        places = np.ascontiguousarray(places.T)
        own = some["value"].rank(method="min", ascending=False).to_numpy()
        lower, upper = np.quantile(places, [0.025, 0.975], axis=1, method="nearest")
        found["rank"][ranked] = own
        found["rank_lower"][ranked], found["rank_upper"][ranked] = np.minimum(lower, own), np.maximum(upper, own)
        found["worst_probability"][ranked] = (places == count).mean(axis=1)
    return rows.assign(ranked=ranked, ranked_units=count, **found)


def _standardised(target: Target, history: History) -> pd.DataFrame:
    """unit_code, comparable, expected, ratio and its Wilson limits; blank where no procedure is comparable."""
    names = {f"{target.id}:resolved": "observed", f"{target.id}:arising": "whole"}
    counted = history.to_date([*names]).rename(columns=names)
    counted = counted[counted["whole"] > 0].merge(history.reference.units[["unit_code", "tier"]], on="unit_code")
    sums = standardised(counted.rename(columns={"tier": "peers"}))
    known = (sums["expected"] > 0).to_numpy()
    scale = np.where(known, sums["compared"] / np.where(known, sums["expected"], 1), np.nan)
    lower, upper = wilson_interval(sums["observed"], sums["compared"])
    return pd.DataFrame(
        {
            "unit_code": sums.index,
            "comparable": sums["compared"].to_numpy() / sums["whole"].to_numpy(),
            "expected": np.where(known, sums["expected"], np.nan),
            "ratio": np.where(known, sums["observed"] / np.where(known, sums["expected"], 1), np.nan),
            "ratio_lower": lower * scale,
            "ratio_upper": upper * scale,
        }
    )


def standardised(counted: pd.DataFrame) -> pd.DataFrame:
    """Indirect standardisation, by unit_code: ``expected``, what the peers' rates for the same procedures would give,
    ``observed`` and ``compared``, dossiers in procedures that a peer has too, and ``whole``, all of them.

    ``counted``: unit_code, peers (a label; with oneself among them), procedure_key, observed, whole (above 0).
    """
    of_peers = counted.groupby(["peers", "procedure_key"])[["observed", "whole"]].transform("sum")
    shared = of_peers["whole"] > counted["whole"]
    expected = counted["whole"] * of_peers["observed"] / of_peers["whole"]
    all_ = counted.groupby("unit_code")["whole"].sum()
    some = counted.assign(expected=expected, compared=counted["whole"])[shared]
    sums = some.groupby("unit_code")[["observed", "compared", "expected"]].sum().reindex(all_.index, fill_value=0)
    return sums.assign(whole=all_)
