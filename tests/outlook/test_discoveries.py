"""Of many findings those stand that Benjamini and Hochberg's procedure leaves."""

import numpy as np
import pytest

from analysis.outlook.discoveries import FALSE_SHARE, discovered, tail_of

# Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57:289–300, section 3.2: of fifteen
# hypotheses on myocardial infarction the first four are rejected at 5 %.
PUBLISHED = np.array(
    [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]
)


def test_the_published_example_leaves_four() -> None:
    assert FALSE_SHARE == 0.05
    assert discovered(PUBLISHED).tolist() == [True] * 4 + [False] * 11
    assert discovered(PUBLISHED[::-1]).tolist() == [False] * 11 + [True] * 4


def test_what_was_not_tested_is_no_finding_and_counts_for_none() -> None:
    with_gaps = np.insert(PUBLISHED, [0, 4, 15], np.nan)
    assert discovered(with_gaps).sum() == 4
    assert not discovered(with_gaps)[np.isnan(with_gaps)].any()
    assert not discovered(np.array([])).any()


def test_the_tail_is_the_share_of_all_that_the_last_finding_was_held_to() -> None:
    assert tail_of(PUBLISHED) == pytest.approx(4 / 15 * 0.05)
