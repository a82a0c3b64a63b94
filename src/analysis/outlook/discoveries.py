"""Which of many findings stand when all are looked at together: false discoveries are one in twenty at most.

Benjamini and Hochberg, 1995, Journal of the Royal Statistical Society B 57:289–300. Where intervals are drawn beside
what is found, they hold so much that they say the same (Benjamini and Yekutieli, 2005, Journal of the American
Statistical Association 100:71–81).
"""

import numpy as np
from scipy import stats

FALSE_SHARE = 0.05  # of what is found


def discovered(p_values: np.ndarray) -> np.ndarray:
    """Which of the tests find something; NaN is no test."""
    known = ~np.isnan(p_values)
    found = np.zeros(len(p_values), dtype=bool)
    if known.any():
        found[known] = adjusted(p_values[known]) <= FALSE_SHARE
    return found


def adjusted(p_values: np.ndarray) -> np.ndarray:
    """The share of false discoveries among those with no larger p."""
    return np.asarray(stats.false_discovery_control(p_values, method="bh"))


def tail_of(p_values: np.ndarray) -> float:
    """The two-sided chance outside intervals that exclude the tested value just where something is found."""
    known = ~np.isnan(p_values)
    count = max(int(discovered(p_values).sum()), 1)
    return FALSE_SHARE * count / max(int(known.sum()), 1)
