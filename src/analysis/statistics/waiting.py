"""How long things take when some are not done yet."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

_ROUNDING = 1e-9  # a product of fractions that is nine tenths exactly may be a little less


def days_until(share: float, days: ArrayLike, done: ArrayLike, counts: ArrayLike) -> int | None:
    """The fewest whole days within which ``share`` of all are done; None where so many never were.

    ``days``, ``done`` and ``counts`` are arrays of one length: so many waited that long, and were ``done`` then, or
    were still waiting when last seen. The estimate is that of Kaplan and Meier (1958), Journal of the American
    Statistical Association 53:457–481: who still waits counts for as long as is known.
    """
    return days_within([share], days, done, counts)[0]


def days_within(shares: Iterable[float], days: ArrayLike, done: ArrayLike, counts: ArrayLike) -> list[int | None]:
    """``days_until`` of several shares by one estimate."""
    from statsmodels.duration.survfunc import SurvfuncRight  # not every process needs it

    found = SurvfuncRight(np.asarray(days, float), np.asarray(done, int), freq_weights=np.asarray(counts, float))
    reached = [np.flatnonzero(found.surv_prob <= 1 - share + _ROUNDING) for share in shares]
    return [int(found.surv_times[places[0]]) if len(places) else None for places in reached]
