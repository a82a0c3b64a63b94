"""Fair comparison of units (``comparison.csv``): which differ from the target or their tier by more than chance.

Funnel limits (Spiegelhalter, 2005) around the target and around the tier's share; ranks with their interval by
draws from each unit's Beta posterior (Goldstein and Spiegelhalter, 1996, Journal of the Royal Statistical
Society A 159:385–443); and an indirectly standardised ratio, so that no unit is blamed for its mix of procedures.
"""

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.history import History
from analysis.reference.decision import DEFAULT, PROCEDURES, Target
from analysis.statistics.shares import Interval, funnel_limits, overdispersion, wilson_interval

CONFIDENCES = (0.95, 0.998)
LEAST_RANKED = 10  # of a denominator: below, a unit is shown and has no rank
DRAWS, SEED = 1000, 766
ABOVE, BELOW, AS_EXPECTED = "above", "below", "as_expected"
COMPARISON_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "unit_code", "unit_name", "tier", "as_of", "minimum"),
    *("numerator", "denominator", "value", "wilson_lower", "wilson_upper"),
    *("target_lower_95", "target_upper_95", "target_lower_998", "target_upper_998", "against_target"),
    *("tier_share", "tier_lower_95", "tier_upper_95", "tier_lower_998", "tier_upper_998"),
    *("phi", "tau2", "adjusted_lower", "adjusted_upper", "against_tier"),
    *("ranked", "rank", "rank_lower", "rank_upper", "ranked_units", "worst_probability"),
    *("comparable", "expected", "ratio", "ratio_lower", "ratio_upper"),
]


def comparison(standing: pd.DataFrame, history: History) -> pd.DataFrame:
    """One row per unit and target, under the default reading, in ``COMPARISON_COLUMNS``; shares of one.

    ``standing`` are the rows of attainment.csv to date. ``adjusted_*`` are the 99.8 % limits around the tier's
    share with the variance between its units added (tau², additive model); ``against_tier`` is judged by them,
    ``against_target`` by the exact 99.8 % limits. Rank 1 is the lowest; its interval holds 95 %. ``ratio`` is the
    unit's online dossiers over those ``expected`` at the tier's rates for the same procedures; ``comparable`` is
    the share of its dossiers in procedures that another unit of its tier has too.
    """
    units = history.reference.units["unit_code"]
    rows = standing[(standing["reading"] == DEFAULT) & standing["unit_code"].isin(units)]
    rng = np.random.default_rng(SEED)
    parts = []
    for target in history.decision.targets:
        of_target = rows[rows["target_id"] == target.id]
        mixed = None if target.measure == PROCEDURES else _standardised(target, history)
        for _, of_tier in of_target.groupby("tier"):
            compared = _ranks(_against_tier(_against_target(of_tier, target)), rng)
            parts.append(compared if mixed is None else compared.merge(mixed, "left", "unit_code"))
    whole = pd.concat(parts, ignore_index=True)
    return whole.sort_values(["target_id", "unit_code"], ignore_index=True).reindex(columns=COMPARISON_COLUMNS)


def _against_target(rows: pd.DataFrame, target: Target) -> pd.DataFrame:
    numerator, denominator = rows["numerator"].to_numpy(), rows["denominator"].to_numpy()
    lower, upper = wilson_interval(numerator, denominator)
    limits = {"wilson_lower": lower, "wilson_upper": upper}
    for confidence, name in zip(CONFIDENCES, ("95", "998"), strict=True):
        limits[f"target_lower_{name}"], limits[f"target_upper_{name}"] = funnel_limits(
            float(target.minimum), denominator, confidence
        )
    verdict = verdicts(
        rows["value"], limits["target_lower_998"], mirrored_upper(float(1 - target.minimum), denominator)
    )
    return rows.assign(**limits, against_target=verdict)


def _against_tier(rows: pd.DataFrame) -> pd.DataFrame:
    """Against the share of all the tier's units together, with the scatter between them allowed for."""
    denominator = rows["denominator"].to_numpy()
    centre = rows["numerator"].sum() / denominator.sum() if denominator.sum() else np.nan
    limits = {}
    for confidence, name in zip(CONFIDENCES, ("95", "998"), strict=True):
        limits[f"tier_lower_{name}"], limits[f"tier_upper_{name}"] = funnel_limits(centre, denominator, confidence)
    found = rows.assign(tier_share=centre, **limits)
    if not 0 < centre < 1:
        return found.assign(phi=np.nan, tau2=np.nan, adjusted_lower=np.nan, adjusted_upper=np.nan, against_tier="")
    errors = np.where(denominator > 0, np.sqrt(centre * (1 - centre) / np.maximum(denominator, 1)), np.nan)
    phi, tau2 = overdispersion(rows["value"].to_numpy() - centre, errors)
    lower, upper = adjusted_limits(centre, denominator, tau2)
    verdict = verdicts(rows["value"], lower, upper)
    return found.assign(phi=phi, tau2=tau2, adjusted_lower=lower, adjusted_upper=upper, against_tier=verdict)


def mirrored_upper(rest: float, totals: np.ndarray) -> np.ndarray:
    """The upper 99.8 % limit as the mirrored lower one of what is left of one, ``rest``: for verdicts.

    Spiegelhalter's own upper limit lies up to a dossier low: a small unit with all online would be "above" by chance.
    This one leaves no more than its tail outside.
    """
    return 1 - funnel_limits(rest, totals, CONFIDENCES[-1]).lower


def adjusted_limits(centre: float, totals: np.ndarray, tau2: float) -> Interval:
    """The 99.8 % limits around ``centre`` with the variance between units added: the additive random effects
    model of Spiegelhalter (2005), section 4.3. NaN where a total is 0.
    """
    error = np.where(totals > 0, centre * (1 - centre) / np.maximum(totals, 1), np.nan)
    reach = stats.norm.ppf(0.5 + CONFIDENCES[-1] / 2) * np.sqrt(error + np.nan_to_num(tau2))
    return Interval(np.clip(centre - reach, 0, 1), np.clip(centre + reach, 0, 1))


def verdicts(values: pd.Series, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """``below`` or ``above`` the limits, else ``as_expected``; "" where there is no value."""
    return np.select([values.isna(), values < lower, values > upper], ["", BELOW, ABOVE], AS_EXPECTED)


def _ranks(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Rank 1 is the lowest share; Jeffreys' prior. Units below ``LEAST_RANKED`` have none."""
    ranked = (rows["denominator"] >= LEAST_RANKED).to_numpy()
    found = {name: np.full(len(rows), np.nan) for name in ("rank", "rank_lower", "rank_upper", "worst_probability")}
    count = int(ranked.sum())
    if count:
        some = rows[ranked]
        hit, whole = some["numerator"].to_numpy(), some["denominator"].to_numpy()
        drawn = rng.beta(hit[:, None] + 0.5, (whole - hit)[:, None] + 0.5, (count, DRAWS))
        places = drawn.argsort(axis=0).argsort(axis=0) + 1
        found["rank"][ranked] = some["value"].rank(method="min")
        found["rank_lower"][ranked], found["rank_upper"][ranked] = np.quantile(
            places, [0.025, 0.975], axis=1, method="nearest"
        )
        found["worst_probability"][ranked] = (places == 1).mean(axis=1)
    return rows.assign(ranked=ranked, ranked_units=count, **found)


def _standardised(target: Target, history: History) -> pd.DataFrame:
    """unit_code, comparable, expected, ratio and its Wilson limits; blank where no procedure is comparable."""
    names = {f"{target.id}:resolved": "observed", f"{target.id}:arising": "whole"}
    counted = history.to_date[["unit_code", "procedure_key", *names]].rename(columns=names)
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
