"""The projection (``projection.csv``): what each target may come to by the period's end, and how probably.

The share of dossiers filed online moves on from its recent level as its tier moves, and as the same months of earlier
years lay; beta-binomial counts on the logit scale (West, Harrison and Migon, 1985, Journal of the American Statistical
Association 80:73–83). Two uncertainties grow with the time left: the course that a tier takes together, by how far its
months lay from what was foretold, with the tails of a Student's t distribution; and each series' own. How fast shares
move and how much more than chance they scatter is weighed by how well each supposition foretold the months that are
known (Bayesian model averaging), with weights by tier. What is still to arise is ``arrivals``'; how many will have a
result by the end is read from how many of the older months' have one. The draws are seeded: the same data give the same
figures.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special
from scipy.optimize import isotonic_regression

from analysis.measures.expressions import month_number
from analysis.measures.history import Counts, History
from analysis.outlook.arrivals import MONTH, Calendar, calendar, month_end, series_kinds, still_to_come, working_days
from analysis.outlook.uptake import newly_hit
from analysis.reference.decision import DEFAULT, PROCEDURES, Target

LOWER, UPPER = 0.1, 0.9  # the quantiles that bound the 80 % interval
DRAWS = 1000
SEED = 766
PROJECTION_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "unit_code", "unit_name", "tier", "as_of", "minimum"),
    *("value", "lower", "median", "upper", "coming", "probability"),
]
# Suppositions that are weighed against each other: the variance by which a share's logit moves in a month, and
# the correlation between dossiers of one month beyond what the share explains.
MOVES = np.array([0.002, 0.02, 0.07])
TOGETHER = np.array([0.0, 0.004, 0.03])
_MOVES, _TOGETHER = (grid.ravel() for grid in np.meshgrid(MOVES, TOGETHER))
_LEAST_SPREAD = 0.3  # variance between units' logits before anything is known of them
_NOISY = 0.05  # variance of a month's change by chance alone at which it counts by half
_DAMPING = 0.8  # of a tier's drift, by month
_DRIFT_MEMORY = 0.7  # weight of a month's change beside the next one's
_DRIFT_PRIOR = 2.0  # months' worth of no drift
_DRIFT_ERROR = 0.1**2  # squared error of a drift that is assumed before any is seen, with the weight of the prior
# Where hardly anything is filed online (below _BEGUN), the portal may still open: what no course to date foretells.
_BEGUN, _OPENING = 0.05, 1.5
_TAILS = 2  # degrees of freedom of a course, beside one for each month that is known
_SETTLED = 0.985  # share of online dossiers with a result after _SETTLED_AFTER days, until older months tell
_SETTLED_AFTER = 75
_ROUNDS = 10  # of fitting the suppositions' weights


class Outlook(NamedTuple):
    """By series: the quantiles of the value at the period's end (share of one), what is still ``coming`` to count by
    then (online and with a result, or newly hit procedures) in the mean, the probability of attaining.
    """

    lower: np.ndarray
    median: np.ndarray
    upper: np.ndarray
    coming: np.ndarray
    probability: np.ndarray


@dataclass(frozen=True)
class Course:
    """What may still come of a target that counts dossiers: series × draws of the share's ``logit`` and of ``more``
    dossiers; by series the chance of a result by the period's end of a dossier that waits (``late``) and of one yet to
    be filed (``soon``).
    """

    target: Target
    counts: Counts
    logit: np.ndarray
    more: np.ndarray
    late: np.ndarray
    soon: np.ndarray

    def outlook(self) -> Outlook:
        """If all goes on as it does."""
        numerator, denominator, coming = self._drawn(0.0, self.late)
        whole = self.counts.arising.sum(axis=1)
        values = numerator / np.maximum(denominator, 1)
        lower, median, upper = np.quantile(values, [LOWER, 0.5, UPPER], axis=1, method="nearest")
        parts = (lower, median, upper, coming.mean(axis=1), self._attained(numerator, denominator))
        return Outlook(*(np.where(whole > 0, part, np.nan) for part in parts))

    def probability_if(self, lift: np.ndarray, *, finished: bool = False) -> np.ndarray:
        """By series, of attaining if so much more of what comes (a share of it) is filed online, and, if ``finished``,
        all that waits gets its result.
        """
        numerator, denominator, _ = self._drawn(lift[:, None], np.ones_like(self.late) if finished else self.late)
        return self._attained(numerator, denominator)

    def _drawn(self, lift: Any, late: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rng = np.random.default_rng(SEED)  # the same draws whatever is supposed
        share = np.clip(special.expit(self.logit) + lift, 0, 1)
        coming = rng.binomial(self.more, share * self.soon[:, None])
        counted, whole = self.counts.resolved.sum(axis=1), self.counts.arising.sum(axis=1)
        waiting = self.counts.filed.sum(axis=1) - counted
        pending = rng.binomial(waiting[:, None], late[:, None], self.more.shape)
        return counted[:, None] + pending + coming, whole[:, None] + self.more, coming

    def _attained(self, numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
        p, q = self.target.minimum.numerator, self.target.minimum.denominator
        return np.asarray((numerator * q >= p * denominator).mean(axis=1))


class Level(NamedTuple):
    """The logit of the share filed online as it is known on the as-of day: suppositions × series."""

    mean: np.ndarray
    variance: np.ndarray
    weight: np.ndarray


def courses(history: History) -> dict[str, Course]:
    """By id of the targets that count dossiers."""
    numbered = enumerate(history.decision.targets)
    return {
        target.id: _course(target, history, np.random.default_rng([SEED, number]))
        for number, target in numbered
        if target.measure != PROCEDURES and target.foretold
    }


def projections(standing: pd.DataFrame, history: History, known: dict[str, Course] | None = None) -> pd.DataFrame:
    """One row per target and unit or group, under the default reading, in ``PROJECTION_COLUMNS``.

    ``standing`` are the rows of attainment.csv to date, ``known`` the ``courses``. ``lower`` and ``upper`` bound the
    central 80 % of what the value may be on the period's last day; ``probability`` is that of attaining the target
    then. Series with nothing to count have none.
    """
    parts = []
    found = outlooks(history, known)
    for target in history.decision.targets:
        rows = standing[(standing["target_id"] == target.id) & (standing["reading"] == DEFAULT)]
        table = pd.DataFrame(found[target.id]._asdict()).assign(unit_code=history.names["unit_code"])
        parts.append(rows.merge(table, on="unit_code", validate="one_to_one"))
    return pd.concat(parts, ignore_index=True)[PROJECTION_COLUMNS]


def outlooks(history: History, known: dict[str, Course] | None = None) -> dict[str, Outlook]:
    """By id of every target, its series in the order of ``history.names``; ``known`` are the ``courses``."""
    known = courses(history) if known is None else known
    none = Outlook(*(np.full(len(history.names), np.nan) for _ in Outlook._fields))
    of_dossiers = {target.id: known[target.id].outlook() if target.foretold else none for target in history.of_dossiers}
    of_procedures = {target.id: _of_procedures(target, history) for target in history.of_procedures}
    return {target.id: (of_dossiers | of_procedures)[target.id] for target in history.decision.targets}


def _course(target: Target, history: History, rng: np.random.Generator) -> Course:
    """Simulate what is still to arise, how it is filed and what has a result at the end."""
    counts, kinds = history.counts(target), series_kinds(history)
    if history.ended:  # nothing comes, in whatever draw
        logit, more = np.zeros((len(kinds), 1)), np.zeros((len(kinds), 1), np.int64)
        return Course(target, counts, logit, more, *resolved_by_end(counts, kinds, history))
    logit, more = foretell(counts, kinds, calendar(history), rng, history.earlier(target))
    return Course(target, counts, logit, more, *resolved_by_end(counts, kinds, history))


def foretell(
    counts: Counts,
    kinds: np.ndarray,
    when: Calendar,
    rng: np.random.Generator,
    earlier: Counts | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """(logit, more) of the days left, series × draws: of the share filed online, and how many dossiers arise.

    ``earlier`` are whole years before the first column's month.
    """
    months = when.left / MONTH
    known, left = counts.filed.shape[1], int(np.ceil(months))
    season = seasons(earlier, kinds)[:, np.arange(known + left) % 12]
    drift, error = drifts(counts, kinds, season)
    level = follow(counts, kinds, drift, season)
    pick = _picks(level.weight, rng)
    series = np.arange(len(kinds))[:, None]
    spread = np.sqrt(level.variance[pick, series] + _MOVES[pick] * (months / 3 + 0.5))
    ahead = _ahead(months)
    course = (error * ahead)[:, None] * rng.standard_t(_TAILS + known, (len(kinds), DRAWS))
    turn = season[:, known:].mean(axis=1) - season[:, known - 1] if left else np.zeros(len(kinds))
    mean = level.mean[pick, series] + (drift[:, -1] * ahead + turn)[:, None]
    logit = mean + course + spread * rng.standard_normal((len(kinds), DRAWS))
    return logit, still_to_come(counts.arising, kinds, when).draw(rng, DRAWS)


def seasons(earlier: Counts | None, kinds: np.ndarray) -> np.ndarray:
    """By how much each month of a year, from the period's first on, lies off it: logit by series, pooled in its kind.

    Months of earlier years about their year's mean, less what moved from year to year; one year counts by half.
    """
    found = np.zeros((len(kinds), 12))
    if earlier is None or not earlier.arising.size:
        return found
    for kind in np.unique(kinds):
        of_kind = kinds == kind
        filed, whole = (part[of_kind].sum(axis=0).reshape(-1, 12) for part in (earlier.filed, earlier.arising))
        logits = special.logit((filed + 0.5) / (whole + 1))
        off = logits - logits.mean(axis=1, keepdims=True)
        if len(logits) > 1:
            off -= np.diff(logits.mean(axis=1)).mean() / 12 * (np.arange(12) - 5.5)
        found[of_kind] = off.mean(axis=0) * len(logits) / (len(logits) + 1)
    return found


def drifts(counts: Counts, kinds: np.ndarray, season: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How fast the logit of the share moves in each series' tier, by month, and the standard error of that at the end.

    Series × months, as known at each month's end: the mean of the tier's changes from month to month beside the
    ``season``'s, recent ones first. The error is how far the changes lay from what the drift before them foretold.
    """
    found, error = np.zeros(counts.filed.shape), np.zeros(len(kinds))
    for kind in np.unique(kinds):
        of_kind = kinds == kind
        filed, whole = (part[of_kind].sum(axis=0) for part in (counts.filed, counts.arising))
        noise = 1 / (filed + 0.5) + 1 / (whole - filed + 0.5)
        changes = np.diff(special.logit((filed + 0.5) / (whole + 1)) - season[of_kind][0, : len(filed)])
        trusts = 1 / (1 + (noise[1:] + noise[:-1]) / _NOISY)
        moved = weight = missed = before = 0.0
        for month, (change, trust) in enumerate(zip(changes, trusts, strict=True), start=1):
            missed = _DRIFT_MEMORY * missed + trust * max((change - before) ** 2 - noise[month] - noise[month - 1], 0)
            moved, weight = _DRIFT_MEMORY * moved + trust * change, _DRIFT_MEMORY * weight + trust
            before = moved / (weight + _DRIFT_PRIOR)
            found[of_kind, month] = before
        begun = min(filed.sum() / max(whole.sum(), 1) / _BEGUN, 1)
        unknown = _DRIFT_ERROR + (1 - begun) * _OPENING
        error[of_kind] = np.sqrt((missed + _DRIFT_PRIOR * unknown) / (weight + _DRIFT_PRIOR))
    return found, error


def follow(counts: Counts, kinds: np.ndarray, drift: np.ndarray, season: np.ndarray) -> Level:
    """Follow each series' share month by month under every supposition, and weigh the suppositions.

    A Beta distribution with (α, β) stands for a logit of mean log(α/β) and variance 1/α + 1/β; n dossiers that
    belong together by the correlation ρ tell as much as n / (1 + (n − 1)ρ).
    """
    moves, together = _MOVES[:, None], _TOGETHER[:, None]
    kind_of = {kind: kinds == kind for kind in np.unique(kinds)}
    turns = np.diff(season, axis=1)
    start, spread = np.empty(len(kinds)), np.empty(len(kinds))
    for of_kind in kind_of.values():
        start[of_kind], spread[of_kind] = _first_guess(counts.filed[of_kind, :2], counts.arising[of_kind, :2])
    mean, variance = (np.broadcast_to(guess, (len(moves), len(kinds))).copy() for guess in (start, spread))
    likelihood = np.zeros_like(mean)
    for month in range(counts.filed.shape[1]):
        if month:
            mean, variance = mean + drift[:, month - 1] + turns[:, month - 1], variance + moves
        whole = counts.arising[:, month]
        told = np.where(whole > 0, 1 / (1 + (whole - 1) * together), 0.0)
        online, other = counts.filed[:, month] * told, (whole - counts.filed[:, month]) * told
        alpha, beta = (1 + np.exp(mean)) / variance, (1 + np.exp(-mean)) / variance
        likelihood += _foretold(alpha, beta, together, counts.filed[:, month], whole)
        alpha, beta = alpha + online, beta + other
        mean, variance = np.log(alpha / beta), 1 / alpha + 1 / beta
    return Level(mean, variance, _weights(likelihood, kind_of))


def _first_guess(filed: np.ndarray, whole: np.ndarray) -> tuple[float, float]:
    """The mean of alike series' logits and the variance between them, by moments, from their first months."""
    filed, whole = filed.sum(axis=1), whole.sum(axis=1)
    usual = float(special.logit((filed.sum() + 0.5) / (whole.sum() + 1)))
    noise = 1 / (filed + 0.5) + 1 / (whole - filed + 0.5)
    off = special.logit((filed + 0.5) / (whole + 1)) - usual
    weight = np.where(whole > 0, 1 / (1 + noise), 0)
    between = float((weight * (off**2 - noise)).sum() / max(weight.sum(), 1e-9))
    return usual, max(between, _LEAST_SPREAD)


def resolved_by_end(counts: Counts, kinds: np.ndarray, history: History) -> tuple[np.ndarray, np.ndarray]:
    """By series: the chance of a result by the period's end of a dossier that waits, and of one yet to be filed.

    Read from what share of each month's online dossiers has a result, by the days since the month's end. The
    share never falls with age; pooled over a tier.
    """
    left = (history.decision.valid_to - history.as_of).days
    ages = np.array([(history.as_of - month_end(month)).days for month in history.months], dtype=float)[::-1]
    ahead = [(length, (history.decision.valid_to - month_end(month)).days) for month, length in _months_ahead(history)]
    late, soon = np.ones(len(kinds)), np.ones(len(kinds))
    for kind in np.unique(kinds):
        of_kind = kinds == kind
        filed, resolved = (part[of_kind].sum(axis=0)[::-1] for part in (counts.filed, counts.resolved))
        if not (filed > resolved).any():
            continue
        shares = isotonic_regression(resolved / np.maximum(filed, 1), weights=np.maximum(filed, 0.01)).x
        days = ages
        if ages[-1] < _SETTLED_AFTER:
            days, shares = np.append(ages, _SETTLED_AFTER), np.append(shares, max(_SETTLED, shares[-1]))
        now, then = np.interp(days[: len(ages)], days, shares), np.interp(ages + left, days, shares)
        waiting = (filed - resolved) / max((filed - resolved).sum(), 1)
        late[of_kind] = float((waiting * np.clip((then - now) / np.maximum(1 - now, 1e-9), 0, 1)).sum())
        if ahead:
            lengths, ends = np.array(ahead, dtype=float).T
            soon[of_kind] = float(np.average(np.interp(ends, days, shares), weights=lengths))
    return late.clip(0, 1), soon.clip(0, 1)  # a sum of weights may be a hair above one


def _months_ahead(history: History) -> list[tuple[int, int]]:
    """Number and working days of each month that is still to come, or to end."""
    months = range(history.months[-1], month_number(history.decision.valid_to) + 1)
    all_days = [(month, working_days(history, month, history.decision.valid_to)) for month in months]
    ahead = [(month, days - working_days(history, month, history.as_of)) for month, days in all_days]
    return [(month, days) for month, days in ahead if days > 0]


def _foretold(alpha: np.ndarray, beta: np.ndarray, together: np.ndarray, filed: np.ndarray, whole: np.ndarray) -> Any:
    """Log probability, up to what all suppositions share, of ``filed`` of ``whole`` dossiers: beta-binomial."""
    share, scatter = alpha / (alpha + beta), 1 / (1 / (1 + alpha + beta) + together).clip(max=0.99) - 1
    ours, theirs = share * scatter, (1 - share) * scatter
    return special.betaln(ours + filed, theirs + whole - filed) - special.betaln(ours, theirs)


def _weights(likelihood: np.ndarray, kind_of: dict[str, np.ndarray]) -> np.ndarray:
    """The suppositions' weights in each series: a mixture by tier, fitted by expectation and maximisation."""
    weights = np.empty_like(likelihood)
    chances = np.exp(likelihood - likelihood.max(axis=0))
    for of_kind in kind_of.values():
        prior = np.full((len(likelihood), 1), 1 / len(likelihood))
        for _ in range(_ROUNDS):
            joint = prior * chances[:, of_kind]
            given = joint / joint.sum(axis=0)
            prior = (given.sum(axis=1, keepdims=True) + 1) / (given.sum() + len(likelihood))
        weights[:, of_kind] = given
    return weights


def _picks(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which supposition each draw follows: series × draws."""
    edges = np.cumsum(weights, axis=0)[:-1]
    chances = rng.random((weights.shape[1], DRAWS))
    picked = np.zeros(chances.shape, dtype=np.int64)
    for edge in edges:
        picked += chances > edge[:, None]
    return picked


def _ahead(months: float) -> float:
    """By how many months of drift the logit moves from now to the mean of the months left; a drift fades."""
    steps = np.arange(1, int(np.ceil(months)) + 1)
    return float((_DAMPING * (1 - _DAMPING**steps) / (1 - _DAMPING)).mean()) if len(steps) else 0.0


def _of_procedures(target: Target, history: History) -> Outlook:
    """The catalogue of the period's last day is known; ``uptake`` says how many more of it are hit by then."""
    touched, chances = newly_hit(target, history)
    offered = history.offered(target)
    whole = offered.groupby("group_code").size().reindex(history.names["unit_code"], fill_value=0).to_numpy()
    p, q = target.minimum.numerator, target.minimum.denominator
    more = np.arange(chances.shape[1])
    enough = (touched[:, None] + more) * q >= p * whole[:, None]
    # A count's own probability lies half below it (mid-p): else intervals of few procedures would hold too much.
    middle = chances.cumsum(axis=1) - chances / 2
    lower, median = ((middle < share).sum(axis=1) for share in (LOWER, 0.5))
    upper = np.maximum((middle <= UPPER).sum(axis=1) - 1, lower)
    counts = [touched + count for count in (lower, np.clip(median, lower, upper), upper)]
    values = [count / np.maximum(whole, 1) for count in counts]
    probability = np.clip((chances * enough).sum(axis=1), 0, 1)
    return Outlook(*(np.where(whole > 0, part, np.nan) for part in (*values, chances @ more, probability)))
