"""Any question is answered by the official definition: without a filter the official rows, with one their recount."""

import warnings
from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from support.explorer import AS_OF
from support.folders import REFERENCE
from support.independent import count_attainment

import analysis as dv
from analysis.language.problems import UsageProblem

pytestmark = pytest.mark.slow


def test_without_a_filter_every_row_is_the_official_one(data: dv.Data, official: list[dict[str, str]]) -> None:
    found = dv.attain(data.dossiers)
    names = ["target_id", "reading", "unit_code", "window", "month", "numerator", "denominator", "shortfall", "status"]
    rows = found[names].astype(str).to_dict("records")
    assert rows == [{name: row[name] for name in names} for row in official]


def test_up_to_an_earlier_month_too(processed: Path, official: list[dict[str, str]]) -> None:
    june = dv.load("2020-06", processed, REFERENCE)
    found = dv.attain(june.dossiers, "l3-dossiers", reading="default")
    wanted = [
        (row["unit_code"], row["window"], row["month"], int(row["numerator"]), int(row["denominator"]))
        for row in official
        if (row["target_id"], row["reading"]) == ("l3-dossiers", "default") and row["month"] <= "2020-06"
    ]
    columns = ["unit_code", "window", "month", "numerator", "denominator"]
    assert [tuple(row) for row in found[columns].itertuples(index=False)] == wanted


filters = st.fixed_dictionaries(
    {},
    optional={
        "channel": st.sampled_from(["online", "counter", "post"]),
        "applicant": st.sampled_from(["citizen", "business", "agency"]),
        "tier": st.sampled_from(["province", "district", "commune"]),
        "level": st.sampled_from([3, 4]),
        "source": st.sampled_from(["provincial_portal", "paper"]),
    },
)

NONE_LEFT = {"source": "provincial_portal", "tier": "province", "level": 3, "channel": "post"}
# Each example counts a whole year: the first that fails is told as it is, not made smaller for minutes.
unshrunk = settings(deadline=None, max_examples=5, phases=(Phase.explicit, Phase.generate))


@settings(unshrunk, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(chosen={}, after=date(2020, 1, 1))
@example(chosen=NONE_LEFT, after=date(2020, 8, 1))
@given(chosen=filters, after=st.dates(date(2020, 1, 1), date(2020, 8, 1)))
def test_any_filter_is_an_independent_count(data: dv.Data, chosen: dict[str, object], after: date) -> None:
    rows = data.dossiers[data.dossiers["received_at"] >= pd.Timestamp(after)]
    for name, value in chosen.items():
        rows = rows[rows[name] == value]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no row is a choice too
        found = dv.attain(rows)
    reference = data.report.reference
    plain = pd.DataFrame(rows).astype("object").where(pd.DataFrame(rows).notna(), None)
    units = reference.units.to_dict("records")
    catalogue = pd.read_csv(REFERENCE / "catalogue.csv", dtype=str, keep_default_na=False).to_dict("records")
    targets = [
        {"id": t.id, "measure": t.measure, "level": t.level, "scope": t.scope, "minimum": str(t.minimum)}
        for t in data.report.decision.targets
    ]
    counted = count_attainment(
        plain.to_dict("records"), units, catalogue, targets, (date(2020, 1, 1), date(2020, 12, 31)), AS_OF
    )
    keys = ["target_id", "reading", "unit_code", "window", "month"]
    figures = ["numerator", "denominator", "shortfall", "status"]
    mine = {
        tuple(map(str, row[:5])): tuple(row[5:]) for row in found[keys + figures].itertuples(index=False, name=None)
    }
    assert mine == counted


def test_groups_of_ones_own_sum_to_the_whole(data: dv.Data) -> None:
    by = dv.attain(
        data.dossiers, "l3-dossiers", reading="default", unit="ALL", window="to_date", month="2020-09", by="applicant"
    )
    whole = dv.attain(data.dossiers, "l3-dossiers", reading="default", unit="ALL", window="to_date", month="2020-09")
    assert by.columns[0] == "applicant"
    assert data.dossiers["applicant"].isna().any()
    assert by["applicant"].isna().any()
    for side in ("numerator", "denominator"):
        assert by[side].sum() == whole[side].sum() > 0


def test_groups_by_a_column_that_figures_have_too_leave_the_figures_alone(data: dv.Data) -> None:
    found = dv.attain(data.dossiers, "portal", reading="default", unit="ALL", window="to_date", by="status")
    assert found.columns[0] == "dossier_status"
    assert set(found["status"]) <= {"attained", "not_attained", "not_applicable"}
    assert "resolved" in set(found["dossier_status"])


def test_columns_of_ones_own_do_not_matter(data: dv.Data) -> None:
    odd = data.dossiers.head(50).assign(kept=[[1]] * 50, week=pd.Period("2020-01"), source=None)
    chosen = {"target": "portal", "reading": "default", "unit": "ALL", "window": "to_date", "month": "2020-09"}
    assert dv.attain(odd, **chosen)["denominator"].tolist() == [0], "no source is known"
    empty = odd.assign(level=None, completed_at=None)
    assert dv.attain(empty, "l3-dossiers")["denominator"].sum() == 0
    assert dv.attain(odd.astype({"level": "float"}), "l3-dossiers")["denominator"].sum() > 0


def test_dossiers_without_post_are_the_reading_without_post(data: dv.Data) -> None:
    """As notebooks/explore.ipynb says."""
    without = data.dossiers[data.dossiers["channel"] != "post"]
    found = dv.attain(without, ["l3-dossiers", "l4-dossiers"], reading="default")
    rows = data.attainment
    rows = rows[rows["target_id"].isin(["l3-dossiers", "l4-dossiers"]) & (rows["reading"] == "no_post")]
    for side in ("numerator", "denominator", "status"):
        assert found[side].tolist() == rows[side].tolist()
    assert (
        found["denominator"].sum()
        < dv.attain(data.dossiers, ["l3-dossiers", "l4-dossiers"], reading="default")["denominator"].sum()
    )


def test_a_target_of_ones_own(data: dv.Data) -> None:
    own = dv.new_target("cao", "dossiers_online", "0.999", level=3, title="Gần như tất cả")
    found = dv.attain(data.dossiers, own, reading="default", unit="ALL", window="to_date", month="2020-09").iloc[0]
    official = dv.attain(
        data.dossiers, "l3-dossiers", reading="default", unit="ALL", window="to_date", month="2020-09"
    ).iloc[0]
    assert (found["numerator"], found["denominator"]) == (official["numerator"], official["denominator"])
    assert found["minimum"] == 0.999
    assert found["shortfall"] == -(-Fraction("0.999") * found["denominator"] // 1) - found["numerator"]


def test_a_code_that_nothing_counts_is_refused_not_passed_over(data: dv.Data) -> None:
    """A what-if with a code misspelt would leave every figure as it is, without a word."""
    changed = data.dossiers.assign(channel=data.dossiers["channel"].astype(str).replace("post", "Online"))
    with pytest.raises(UsageProblem, match=r"channel = «Online» is not known\. Nearest: online"):
        dv.attain(changed, "portal")
    before = dv.attain(data.dossiers, "l3-dossiers", reading="received", unit="ALL", window="to_date")
    changed = data.dossiers.assign(channel=data.dossiers["channel"].replace("post", "online"))
    after = dv.attain(changed, "l3-dossiers", reading="received", unit="ALL", window="to_date")
    assert (after["numerator"] >= before["numerator"]).all()
    assert after["numerator"].sum() > before["numerator"].sum()


def test_a_filter_that_leaves_nothing_is_told(data: dv.Data) -> None:
    nobody = data.dossiers[data.dossiers["applicant"] == "doanh nghiệp"]
    with pytest.warns(UserWarning, match="Không hồ sơ nào được chọn"):
        assert dv.attain(nobody, "portal", window="to_date")["denominator"].sum() == 0
