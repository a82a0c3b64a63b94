"""Fairness: scores against size, idle procedures and the mix of procedures."""

from dataclasses import replace

import numpy as np
import pytest
from support.small_evidence import small_evidence
from support.small_report import AREA, DEPARTMENT, DISTRICT, OTHER, Rows

from analysis.criteria.fairness import FENCE, _outliers, basis, correlation, expected_scores, fairness
from analysis.criteria.rating import Evidence, Standing, standing

# Two districts with the same two procedures; one has mostly the easy one.
ROWS: Rows = (
    (DISTRICT, 4, 3, 8, 60, 20),
    (DISTRICT, 5, 3, 8, 2, 18),
    (OTHER, 4, 3, 8, 12, 8),
    (OTHER, 5, 3, 8, 10, 70),
)
OTHER_AREA = "AREA:H45.23"


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return small_evidence(ROWS)


@pytest.fixture(scope="module")
def drafted(evidence: Evidence) -> Standing:
    """Level 3 dossiers alone: 100 points at 50 %."""
    found = evidence.report.reference.criteria["chu-tich-huyen"]
    [part] = [part for part in found.components if part.target.id == "l3-dossiers"]
    return standing(evidence, replace(found, components=(replace(part, weight=found.maximum),)))


def test_what_peers_would_score_with_the_same_procedures(evidence: Evidence, drafted: Standing) -> None:
    # Both districts together: procedure 4 72/100 online, procedure 5 12/100.
    # Đồng Xuân: (80 × 0.72 + 20 × 0.12) / 100 = 60 % → 100 points.
    # The other: (20 × 0.72 + 80 × 0.12) / 100 = 24 % → 48 points.
    found = dict(zip(drafted.codes, expected_scores(evidence, drafted), strict=True))
    assert found == {AREA: pytest.approx(100), OTHER_AREA: pytest.approx(48)}
    own = dict(zip(drafted.codes, drafted.scores.total, strict=True))
    assert own == {AREA: pytest.approx(100), OTHER_AREA: pytest.approx(44)}  # 62 % and 22 %
    units = fairness(evidence, drafted).units.set_index("unit_code")
    assert units["difference"].to_dict() == {AREA: pytest.approx(0), OTHER_AREA: pytest.approx(-4)}
    assert units["size"].to_dict() == {AREA: 100, OTHER_AREA: 100}


def test_where_nobody_shares_a_procedure_nothing_is_expected(evidence: Evidence) -> None:
    department = standing(evidence, evidence.report.reference.criteria["giam-doc-so"])
    assert np.isnan(expected_scores(evidence, department)).all()


def test_the_share_of_procedures_that_hardly_anybody_asks_for(evidence: Evidence, drafted: Standing) -> None:
    # Districts offer procedures 4 and 5 (level 3) and their communes 6 (level 4, not asked for here).
    assert fairness(evidence, drafted).units["rare"].tolist() == [0, 0]
    whole = standing(evidence, evidence.report.reference.criteria["chu-tich-huyen"])
    found = fairness(evidence, whole).units.set_index("unit_code")["rare"]
    assert found[AREA] == pytest.approx(1 / 3)


def test_the_part_of_the_points_that_is_scored(evidence: Evidence) -> None:
    whole = standing(evidence, evidence.report.reference.criteria["chu-tich-huyen"])
    weights = dict(zip([part.target.id for part in whole.criteria.components], whole.criteria.weights, strict=True))
    # 3 procedures of levels 3 and 4 are too few to score those of level 4; no dossiers of level 4 or between agencies.
    scored = [part for part, share in zip(weights, whole.scores.earned[0], strict=True) if not np.isnan(share)]
    assert basis(whole)[0] == pytest.approx(sum(weights[name] for name in scored) / 100)
    assert set(scored) == {"l3-dossiers", "portal"}


def test_correlations_are_spearmans() -> None:
    """Published example: IQ against hours of television (Spearman's rho −29/165, Wikipedia after Zar)."""
    iq = np.array([106, 100, 86, 101, 99, 103, 97, 113, 112, 110], dtype=float)
    hours = np.array([7, 27, 2, 50, 28, 29, 20, 12, 6, 17], dtype=float)
    found = correlation(iq, hours)
    assert found.rho == pytest.approx(-29 / 165)
    assert found.p_value == pytest.approx(0.627188, abs=1e-4)
    assert found.units == 10


def test_a_correlation_asks_for_three_units_that_differ() -> None:
    nothing = np.array([1.0, 1.0, 1.0])
    assert np.isnan(correlation(nothing, np.array([1.0, 2.0, 3.0])).rho)
    assert np.isnan(correlation(np.array([1.0, 2.0, np.nan]), np.array([1.0, 2.0, 3.0])).rho)


def test_outliers_lie_beyond_tukeys_fences() -> None:
    values = np.array([0.0, 1.0, 2.0, 3.0, 4.0, np.nan])
    reach = FENCE * 2  # quartiles 1 and 3
    assert not _outliers(values).any()
    far = np.array([*values, 3 + reach + 3])
    assert _outliers(far).tolist() == [False] * 6 + [True]
    assert not _outliers(np.array([0.0, 0.0, 99.0])).any(), "of three nobody is odd"


def test_groups_have_their_own_means() -> None:
    evidence = small_evidence((*ROWS, (DEPARTMENT, 1, 3, 5, 20, 20)))
    drafted = standing(evidence, evidence.report.reference.criteria["thi-dua"])
    groups = fairness(evidence, drafted).groups.set_index("group")
    for group in ("province", "areas"):
        own = [place for place, label in enumerate(drafted.groups) if label == group]
        assert groups.loc[group, "mean"] == pytest.approx(np.nanmean(drafted.scores.total[own]))
