"""How many dossiers are still to arise in the decision's period: a rate by working day, recent months first.

The rate of each unit and group follows a Gamma distribution whose memory fades by the month; what arises is
then negative binomial (Harvey and Fernandes, 1989, Journal of Business & Economic Statistics 7:407–417). What
the calendar and chance do not explain, season above all, is measured: by how much the same rule missed the
months that are known, over all units of a tier.
"""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from scipy import stats

from analysis.measures.history import History
from analysis.reference.groups import is_group

MEMORY = 0.8  # weight of a month beside the month after it
MONTH = 21  # working days of a month, to turn a pace by day into one by month
_START = 0.5  # shape of the Gamma prior: half a dossier at the tier's average rate
_USUAL_MISS = 0.15**2  # squared relative error of a month's forecast that is assumed before any is known,
_MISS_MONTHS = 2  # with the weight of so many months
Numbers = np.ndarray


class Remaining(NamedTuple):
    """By series: the mean of what is still to arise and the shape of its negative binomial distribution."""

    mean: Numbers
    shape: Numbers

    def quantile(self, share: float) -> Numbers:
        """The smallest count that what arises does not exceed with probability ``share``."""
        likely = stats.nbinom.ppf(share, self.shape, self.shape / (self.shape + self.mean))
        return np.where(self.mean > 0, likely, 0).astype(np.int64)

    def draw(self, rng: np.random.Generator, draws: int) -> Numbers:
        """Random counts, series × draws."""
        rates = rng.standard_gamma(self.shape[:, None], (len(self.mean), draws)) * (self.mean / self.shape)[:, None]
        return rng.poisson(rates)


class Calendar(NamedTuple):
    """Working days of each month to date, and of what is left of the period."""

    days: Numbers
    left: int


def calendar(history: History) -> Calendar:
    """The working days of the history's months, and those after its as-of day."""
    days = [working_days(history, month, history.as_of) for month in history.months]
    return Calendar(np.array(days, dtype=float), working_days_left(history))


def remaining(history: History, arising: Numbers) -> Remaining:
    """What will arise after the as-of day, up to the period's end; ``arising`` is series × months to date."""
    return still_to_come(arising, series_kinds(history), calendar(history))


def still_to_come(arising: Numbers, kinds: Numbers, when: Calendar) -> Remaining:
    """What will arise in the days left, of what arose by series and month; ``kinds`` say what is alike."""
    days, left = when
    counted, exposed = np.zeros(len(arising)), 0.0
    excess, scale = np.zeros(len(arising)), np.zeros(len(arising))
    whole = np.maximum(days.sum(), 1)
    alike = [kinds == kind for kind in np.unique(kinds)]
    usual, missed = np.empty(len(kinds)), np.empty(len(kinds))
    for of_kind in alike:
        usual[of_kind] = max(arising[of_kind].sum() / of_kind.sum() / whole, 1e-9)
    for month, length in enumerate(days):
        shape = _START + counted
        if month and length:
            forecast = shape / (_START / usual + exposed) * length
            chance = forecast + forecast**2 / shape
            excess += (arising[:, month] - forecast) ** 2 - chance
            scale += forecast**2
        counted, exposed = MEMORY * counted + arising[:, month], MEMORY * exposed + length
    shape = _START + counted
    for of_kind in alike:
        missed[of_kind] = _miss(excess[of_kind], scale[of_kind], len(days) - 1)
    mean = shape / (_START / usual + exposed) * left
    return Remaining(mean, 1 / (1 / shape + missed))


def series_kinds(history: History) -> Numbers:
    """What each series is pooled with: the units of its tier, or the groups."""
    names = history.names
    return np.where(names["unit_code"].map(is_group), "group", names["tier"])


def working_days(history: History, month: int, last: date) -> int:
    """Mondays to Fridays of a month that lie in the period and not after ``last``."""
    first = max(_first_day(month), history.decision.valid_from)
    after = min(_first_day(month + 1), _day_after(last), _day_after(history.decision.valid_to))
    return int(np.busday_count(first, after)) if after > first else 0


def working_days_left(history: History) -> int:
    """Mondays to Fridays after the as-of day, up to the period's last."""
    first, after = _day_after(history.as_of), _day_after(history.decision.valid_to)
    return int(np.busday_count(first, after)) if after > first else 0


def month_end(month: int) -> date:
    """The last day of a month by its number."""
    return _first_day(month + 1) - timedelta(days=1)


def _miss(excess: Numbers, scale: Numbers, months: int) -> float:
    """The squared relative error beyond chance, by moments, drawn to the usual one while few months are known."""
    seen = max(float(excess.sum() / scale.sum()), 0.0) if scale.sum() > 0 else 0.0
    months = max(months, 0)
    return (months * seen + _MISS_MONTHS * _USUAL_MISS) / (months + _MISS_MONTHS)


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _day_after(day: date) -> date:
    return day + timedelta(days=1)
