"""The analysts' way in: typed tables, any question by the official definition, every figure explained."""

import csv
import re
import sys
import warnings
from datetime import date
from fractions import Fraction
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from support.folders import REFERENCE
from support.independent import count_attainment
from support.small_run import DVCTT, call

import analysis as dv
from analysis.explorer import explaining
from analysis.explorer.names import bare, find, unit_named
from analysis.explorer.widgets import view
from analysis.language.problems import Problem, UsageProblem
from analysis.language.texts import Language
from analysis.notebooks.notebook import code_cells, has_tag, load
from analysis.sample import write_sample

pytestmark = pytest.mark.slow
mpl.use("agg")
AS_OF = date(2020, 9, 20)


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("explorer")
    write_sample(home / "raw", REFERENCE, 1_500, 11)
    folders = ["--raw", home / "raw", "--processed", home / "processed", "--reports", home / "reports"]
    options = ["--reference", REFERENCE, "--as-of", AS_OF.isoformat(), "--until", "trends_and_gap"]
    done = call([*DVCTT, "run", *map(str, [*folders, *options])], home)
    assert done.returncode in (0, 3), done.stderr
    return home / "processed"


@pytest.fixture(scope="module")
def data(processed: Path) -> dv.Data:
    return dv.load(processed=processed, reference=REFERENCE)


@pytest.fixture(scope="module")
def official(processed: Path) -> list[dict[str, str]]:
    with (processed / "attainment.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(problem: Problem) -> str:
    return problem.told(Language("vi")) + problem.told(Language("en"))


def test_what_is_public_is_there() -> None:
    assert set(dv.__all__) >= {"load", "attain", "explain", "compare", "trend", "closers"}
    assert all(callable(getattr(dv, name)) for name in dv.__all__)
    assert set(dv.__all__) <= set(dir(dv))
    with pytest.raises(AttributeError, match=r"Nearest: load.*All: .*load"):
        dv.lod  # noqa: B018


def test_tables_are_typed_and_in_their_natural_order(data: dv.Data) -> None:
    dossiers = data.dossiers
    for name in ("received_at", "due_at", "completed_at"):
        assert pd.api.types.is_datetime64_any_dtype(dossiers[name])
    assert list(dossiers["tier"].cat.categories) == ["province", "district", "commune"]
    assert dossiers["tier"].cat.ordered
    assert list(data.attainment["target_id"].cat.categories) == list(data.targets["target_id"])
    assert list(data.attainment["month"].cat.categories) == [f"2020-{month:02d}" for month in range(1, 10)]
    assert len(data.units) == 138
    assert data.files["read"].sum() > 1_500


def test_choosing_rows_keeps_the_run(data: dv.Data) -> None:
    some = data.dossiers[data.dossiers["channel"] == "online"]
    assert isinstance(some, dv.Table)
    assert some.context is data.context
    assert some.sort_values("received_at").head(3).context is data.context


def test_a_month_ends_the_tables(processed: Path) -> None:
    june = dv.load("2020-06", processed, REFERENCE)
    assert june.attainment["month"].max() == "2020-06"
    assert june.dossiers["received_at"].max() < pd.Timestamp("2020-07-01")
    with pytest.raises(UsageProblem):
        dv.explain(target="portal", month="2020-07", data=june)
    with pytest.raises(UsageProblem) as caught:
        dv.load("2020-13", processed, REFERENCE)
    assert "2020-03" in told(caught.value) or "2020-09" in told(caught.value)


def test_a_script_that_loads_ends_without_a_word(processed: Path, tmp_path: Path) -> None:
    folders = f"processed={str(processed)!r}, reference={str(REFERENCE)!r}"
    script = f"import analysis as dv; print(len(dv.load({folders}).dossiers))"
    done = call([sys.executable, "-c", script], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 0


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
unshrunk = settings(deadline=None, max_examples=8, phases=(Phase.explicit, Phase.generate))


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


@pytest.mark.parametrize(
    ("call_it", "near"),
    [
        (lambda d: dv.attain(d.dossiers, "l3-dosiers"), "l3-dossiers"),
        (lambda d: dv.attain(d.dossiers, reading="defalt"), "default"),
        (lambda d: dv.attain(d.dossiers, window="todate"), "to_date"),
        (lambda d: dv.attain(d.dossiers, unit="so xay dugn"), "Sở Xây dựng"),
        (lambda d: dv.attain(d.dossiers, unit="xa hoa"), "H45."),
        (lambda d: dv.attain(d.dossiers, by="applicnt"), "applicant"),
        (lambda d: dv.attain(d.dossiers, "l3-dossiers", reading="pairs"), "default"),
        (lambda d: dv.new_target("x", "dossier_online", 0.5), "dossiers_online"),
        (lambda d: dv.trend(d, "portl"), "portal"),
        (lambda d: dv.compare(d, "portal", ["Dong Xuan", "khong co"]), "khong co"),
        (lambda d: dv.explain(target="l4-dosiers", data=d), "l4-dossiers"),
        (lambda d: dv.explain(target="portal", month="thang 9", data=d), "2020-09"),
        (lambda d: dv.explain(target="portal", window="todate", data=d), "to_date"),
        (lambda d: dv.plot_lowest(d, "portal", "provinc"), "province"),
        (lambda d: d.dossiers.groupby(["tier", "chanel"]), "channel"),
        (lambda d: d.dossiers.sort_values("recieved_at"), "received_at"),
        (lambda d: dv.attain(pd.DataFrame(d.dossiers)), "data=data"),
        (lambda d: dv.attain(d.dossiers[["unit_code", "level"]]), "received_at"),
        (lambda d: dv.new_target("x", "dossiers_online", 0.5), "level"),
        (lambda d: dv.new_target("x", "dossiers_via_portal", 80), "0"),
        (lambda d: dv.new_target("", "dossiers_via_portal", "80%"), "help(dv.new_target)"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest_right_one(data: dv.Data, call_it, near: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        call_it(data)
    assert near in told(caught.value)


@pytest.mark.parametrize("typed", ["Sở Xây dựng", "so xay dung", "SỞ XÂY DỰNG", "H45.18", "h45.18", "xay dung"])
def test_units_are_found_as_people_type_them(data: dv.Data, typed: str) -> None:
    assert unit_named(typed, data.names) == "H45.18"
    assert "H45.18" in find(typed, data.names)
    assert bare("Đồng  Xuân") == "dong xuan"
    assert unit_named("dong xuan", data.names) == "H45.22", "Xã Hòa Xuân Đông has the words apart"


def test_every_figure_of_a_unit_is_explained_by_its_dossiers(data: dv.Data) -> None:
    """The lists are as long as the official numbers: every target, reading and window of a department and an area."""
    rows = data.attainment
    rows = rows[rows["unit_code"].isin(["H45.18", "AREA:H45.22"]) & rows["month"].isin(["2020-03", "2020-09"])]
    rows = rows[rows["reading"] != "pairs"]
    assert len(rows) > 100
    for _, row in rows.iterrows():
        found = dv.explain(row, data=data)
        if row["measure"] == "procedures_online":
            assert found.procedures is not None
            assert (found.procedures["counts"].sum(), len(found.procedures)) == (row["numerator"], row["denominator"])
        else:
            assert (len(found.numerator), len(found.denominator)) == (row["numerator"], row["denominator"])
        assert set(found.numerator["dossier_key"]) <= set(data.dossiers["dossier_key"])
        assert str(row["numerator"]) in found.sentence.replace(".", "")


def test_an_explanation_says_what_is_missing(data: dv.Data) -> None:
    row = data.attainment[
        (data.attainment["status"] == "not_attained") & (data.attainment["window"] == "to_date")
    ].iloc[0]
    assert f"{row['shortfall']}" in dv.explain(row, data=data).sentence.replace(".", "")
    with pytest.raises(UsageProblem):
        dv.explain(data.attainment.head(2), data=data)


def test_views_are_the_official_rows(data: dv.Data, official: list[dict[str, str]]) -> None:
    of = {
        (row["target_id"], row["unit_code"], row["window"], row["month"]): row
        for row in official
        if row["reading"] == "default"
    }
    for row in dv.trend(data, "portal", "H45.22").itertuples(index=False):
        assert str(row.numerator) == of["portal", "H45.22", "month", row.month]["numerator"]
    compared = dv.compare(data, "l3-dossiers", "district")
    assert len(compared) == 9
    values = compared["value"].dropna().tolist()
    assert values == sorted(values, reverse=True)
    for row in compared.itertuples(index=False):
        assert str(row.numerator) == of["l3-dossiers", row.unit_code, "to_date", "2020-09"]["numerator"]
    gaps = dv.closers(data, "l3-dossiers", "H45.22")
    assert set(gaps["unit_code"]) <= {"H45.22"}


def test_charts_are_axes_with_the_target_in_them(data: dv.Data) -> None:
    for axes in (
        dv.plot_trend(data, "l3-dossiers", "so xay dung"),
        dv.plot_lowest(data, "l3-dossiers"),
        dv.plot_compare(data, "l3-dossiers", ["H45.22", "H45.24"]),
    ):
        assert isinstance(axes, Axes)
        heights = [y for line in axes.lines for y in list(line.get_ydata()) + list(line.get_xdata())]
        assert 50.0 in heights, "the target line is always drawn"
        mpl.pyplot.close(axes.figure)


def test_the_lowest_are_those_of_the_month(processed: Path) -> None:
    june = dv.load("2020-06", processed, REFERENCE)
    of_june = dv.compare(june, "portal", "district")["value"].dropna().sort_values().head(3) * 100
    axes = dv.plot_lowest(june, "portal", "district", 3)
    drawn = {float(value) for dots in axes.collections for value in dots.get_offsets()[:, 0]}
    drawn |= {float(bar.get_width()) for bar in axes.patches}
    drawn |= {float(x) for line in axes.lines for x in line.get_xdata()}
    assert all(any(abs(value - one) < 1e-6 for one in drawn) for value in of_june)
    mpl.pyplot.close(axes.figure)


def test_tables_show_headings_numbers_and_verdicts_in_words(data: dv.Data) -> None:
    judged = data.attainment[data.attainment["unit_code"] == "ALL"]
    shown = pd.concat([judged[judged["status"] == status].head(1) for status in ("attained", "not_attained")])
    told = shown._repr_html_()
    for words in ("Tử số", "Mẫu số", "Kết luận", " %", "'attained'>✓ Đạt", "'not_attained'>✗ Chưa đạt"):
        assert words in told
    words = dv.labelled(data.attainment.head(3))
    assert type(words) is pd.DataFrame
    assert "Tử số" in words.columns
    assert "dòng nữa" not in data.attainment.head(20)._repr_html_()
    rest = Language("vi").number(len(data.attainment) - 20)
    assert f"… và {rest} dòng nữa" in data.attainment._repr_html_()


def test_a_cell_cannot_become_markup_or_turn_what_follows(data: dv.Data) -> None:
    hostile = data.units.assign(unit_name="<script>alert(1)</script>\u202e").head(1)
    hostile = hostile.rename(columns={"tier": "<b>tier</b>"})._repr_html_()
    assert "<script>" not in hostile
    assert "<b>" not in hostile
    assert "\u202e" not in hostile


@pytest.mark.parametrize("name", ["dossiers", "catalogue", "units", "attainment", "files", "rejects", "targets"])
def test_every_table_shows_itself_and_none_of_its_rows_too(data: dv.Data, name: str) -> None:
    """Whether columns.toml describes its columns or not."""
    whole = getattr(data, name)
    assert whole._repr_html_().count("<tr>") == min(len(whole), 20) + 1
    assert whole.head(0)._repr_html_().count("<tr>") == 1
    assert len(dv.labelled(whole)) == len(whole)


ODD_CELLS = [[1, 2], {"x": 1}, pd.Timedelta("1D"), pd.Period("2020-01"), float("inf"), True, None, pd.NA, "<i>"]
MADE = {
    "grouped": (lambda d: d.attainment.groupby("tier", observed=True)[["numerator"]].sum(), ["Cấp", "Cấp xã"]),
    "two headings": (
        lambda d: d.dossiers.groupby("channel", observed=True).agg({"level": ["mean", "size"]}),
        ["Mức độ · trung bình", "Mức độ · số dòng", "trực tuyến"],
    ),
    "side by side": (lambda d: pd.concat([d.units.head(2), d.units.head(2)], axis=1), ["H45"]),
    "turned": (lambda d: d.units.head(2).T, ["unit_name"]),
    "described": (lambda d: d.attainment.describe(), ["mean", "Tử số"]),
    "counted": (lambda d: d.dossiers["channel"].value_counts(), ["Hình thức nộp", "số lượng", "trực tuyến"]),
    "grouped and counted": (
        lambda d: d.dossiers.groupby("unit_code").size(),
        ["Mã cơ quan", " title='H45.18'>Sở Xây dựng (H45.18)"],
    ),
    "laid out": (
        lambda d: d.dossiers.groupby(["channel", "status"]).size().unstack(fill_value=0),
        [
            "<th scope='col' title='channel'>Hình thức nộp",
            "<th scope='col' class='count' title='resolved'>đã giải quyết",
        ],
    ),
    "named counts": (lambda d: d.dossiers.groupby("channel").agg(n=("row", "size")), ["trực tuyến"]),
    "pivoted": (
        lambda d: d.dossiers.pivot_table("row", "unit_code", "channel", "count", observed=True),
        ["Sở Xây dựng", "trực tuyến"],
    ),
    "a share of each": (lambda d: d.attainment.groupby("tier", observed=True)["value"].mean(), ["Cấp xã", " %<"]),
    "shares in two places": (
        lambda d: d.attainment.groupby("tier", observed=True)[["value", "gap"]].agg(["mean", "max"]),
        ["Tỷ lệ · trung bình", "100,0 %</td>", "+50,0</td>"],
    ),
    "per cent, not shares": (
        lambda d: dv.trend(d, "portal", window="to_date").assign(value=lambda t: t["value"] * 0 + 40.25),
        [">40,25</td>", ">100,0 %</td>"],
    ),
    "of sums": (
        lambda d: d.attainment.groupby("window", observed=True)[["value"]].sum().mul(0).add(8.77),
        ["Tỷ lệ", ">8,77</td>"],
    ),
    "small": (lambda d: d.units.head(2).assign(x=[0.0004, -0.00021]), [">0,0004</td>", ">−0,00021</td>"]),
    "years": (lambda d: d.dossiers.groupby(d.dossiers["received_at"].dt.year).size(), [">2020</td>"]),
    "described by groups": (
        lambda d: d.dossiers.groupby("channel", observed=True)["level"].describe(),
        ["trung bình", "trực tuyến", "độ lệch chuẩn"],
    ),
    "described column": (lambda d: d.dossiers["level"].describe(), ["Mức độ"]),
    "counted by two": (lambda d: d.dossiers[["channel", "level"]].value_counts(), ["trực tuyến", "Mức độ"]),
    "filtered by words": (
        lambda d: d.dossiers[d.dossiers["channel"] == "trực tuyến"],
        ["Không có dòng nào. Bộ lọc dùng mã"],
    ),
    "verdicts laid out": (
        lambda d: d.attainment.pivot_table("status", "unit_name", "reading", "first", observed=True),
        ["<td class='not_attained'>✗ Chưa đạt</td>"],
    ),
    "without a kind": (
        lambda d: d.dossiers.groupby(["channel", "applicant"], dropna=False).size().unstack(),
        ["<th scope='col' class='count'>–</th>"],
    ),
    "a gap of one's own": (
        lambda d: d.dossiers.assign(gap=-0.6).groupby("channel", observed=True)["gap"].max(),
        ["<th scope='col' class='count'>gap</th>", ">−0,6</td>"],
    ),
    "a column": (lambda d: d.dossiers["channel"], ["Hình thức nộp", "trực tuyến"]),
    "a row": (lambda d: d.attainment.iloc[0], ["Tử số", "Toàn tỉnh", "50,0 %", "20/09/2020"]),
    "one figure": (
        lambda d: dv.attain(d.dossiers, "l3-dossiers", reading="default", unit="ALL", window="to_date", month=d.month),
        ["Toàn tỉnh", "<th scope='col' class='count' title='numerator'>Tử số", "20/09/2020", "Chưa đạt</td>"],
    ),
    "twice": (lambda d: d.attainment[["status", "status"]], ["Kết luận"]),
    "unknown category": (lambda d: d.dossiers[d.dossiers["applicant"].isna()], ["<td class=''>–</td>"]),
    "other things in known columns": (lambda d: d.attainment.head(1).assign(value="x", gap="y", status=1), ["x", "y"]),
    "no run": (lambda _: dv.Table({"a": ODD_CELLS}), ["&lt;i&gt;", "Có", "–"]),
    "no rows, no columns": (lambda _: dv.Table(), ["<table>"]),
}


@pytest.mark.parametrize(("make", "words"), MADE.values(), ids=MADE)
def test_what_pandas_makes_of_a_table_shows_itself_too(data: dv.Data, make, words: list[str]) -> None:
    shown = make(data)._repr_html_()
    assert 'class="dataframe"' not in shown, "a Table"
    for word in words:
        assert word in shown


def test_in_excel_and_in_tables_to_search_what_was_counted_is_in_words_too(data: dv.Data) -> None:
    counts = data.dossiers.groupby(["tier", "channel"], observed=True).size()
    told = dv.labelled(counts.unstack(fill_value=0))
    assert type(told) is pd.DataFrame
    assert (told.index.name, list(told.index)) == ("Cấp", ["Sở, ban, ngành", "Cấp huyện", "Cấp xã"])
    assert list(told.columns) == ["trực tuyến", "trực tiếp", "bưu chính"]
    assert told.to_numpy().tolist() == counts.unstack(fill_value=0).to_numpy().tolist()
    assert list(dv.labelled(counts).index[0]) == ["Sở, ban, ngành", "trực tuyến"]
    assert "Cấp huyện" in dv.show(counts).html


def test_columns_and_counts_are_still_series(data: dv.Data) -> None:
    plain = pd.DataFrame(data.dossiers)
    for ask in (
        lambda d: d["channel"].value_counts(),
        lambda d: d.groupby("channel", observed=True)["level"].mean(),
        lambda d: d["received_at"].dt.month.rename("month"),
        lambda d: d["unit_code"].astype("object").str.upper(),
        lambda d: d.iloc[0],
        lambda d: d["level"].describe(),
    ):
        pd.testing.assert_series_equal(pd.Series(ask(data.dossiers)), ask(plain))
        assert isinstance(ask(data.dossiers), pd.Series)


@pytest.mark.parametrize("name", ["share", "rank", "gain", "online", "tau", "Tăng"])
def test_a_column_of_ones_own_is_shown_under_its_own_name(data: dv.Data, name: str) -> None:
    """Whatever another table of the run means by that name."""
    shown = data.units.head(1).assign(**{name: 0.5})._repr_html_()
    assert f"<th scope='col' class='count'>{name}</th>" in shown
    assert "<td class='count'>0,5</td>" in shown
    assert "0,5" not in dv.compare(data, "portal", ["dong xuan"]).assign(value=0.5)[["value"]]._repr_html_()


def test_dossiers_are_of_units_never_of_groups(data: dv.Data) -> None:
    counts = data.dossiers["unit_code"].value_counts()
    assert set(counts.index) == set(data.units["unit_code"])


def test_joined_tables_keep_the_run(data: dv.Data) -> None:
    plain = pd.DataFrame(data.units)[["unit_code", "parent_code"]]
    for joined in (data.attainment.merge(plain, on="unit_code"), pd.concat([data.dossiers.head(2), plain])):
        assert isinstance(joined, dv.Table)
        assert joined.context is data.context
    more = data.dossiers.merge(plain, on="unit_code")
    assert dv.attain(more, "portal").equals(dv.attain(data.dossiers, "portal"))


class Explorer:
    """The explorer by the names of its widgets."""

    def __init__(self, data: dv.Data) -> None:
        self.target, self.reading, self.typed, self.unit, self.window, self.month, self.shown = dv.explore(
            data
        ).children

    def choose(self, name: str, value: str) -> tuple[str, str]:
        """What is shown before and after a choice."""
        before = self.shown.value
        getattr(self, name).value = value
        return before, self.shown.value


def figures(row: pd.Series) -> str:
    language = Language("vi")
    return f"{language.number(row['numerator'])}/{language.number(row['denominator'])}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target", "portal"),
        ("reading", "any_channel"),
        ("unit", "AREA:H45.22"),
        ("typed", "so xay dung"),
        ("window", "month"),
        ("window", "quarter"),
        ("month", "2020-03"),
    ],
)
def test_each_choice_changes_the_chart_or_the_table(data: dv.Data, name: str, value: str) -> None:
    """What is shown is the official figure of what is chosen, and a chart of it."""
    explorer = Explorer(data)
    before, after = explorer.choose(name, value)
    assert before != after
    keys = {"target_id": "target", "reading": "reading", "unit_code": "unit", "window": "window", "month": "month"}
    rows = data.attainment
    for column, widget in keys.items():
        rows = rows[rows[column] == getattr(explorer, widget).value]
    assert len(rows) == 1
    assert figures(rows.iloc[0]) in after
    assert data.names[explorer.unit.value] in after
    assert after.count("<svg") == 1
    listed = int(explorer.month.value[5:])
    assert after.count("<tr>") == 1 + listed, "a row for each month up to the chosen"
    charts = [shown[shown.index("<svg") : shown.index("</svg>")] for shown in (before, after)]
    assert charts[0] != charts[1]
    numerator, denominator = (int(rows.iloc[0][name]) for name in ("numerator", "denominator"))
    assert f">{Language('vi').percent(Fraction(numerator, denominator))}</text>" in charts[1]


def test_a_month_with_nothing_has_no_figure_beside_it_in_the_chart(data: dv.Data) -> None:
    """A figure of an earlier month would be taken for that of the chosen one."""
    of_month = data.attainment.query("reading == 'default' and window == 'month' and measure == 'dossiers_online'")
    wide = of_month.pivot_table("denominator", ["target_id", "unit_code"], "month", "sum", observed=True)
    target, unit = wide[(wide["2020-08"] > 0) & (wide["2020-09"] == 0)].index[0]
    told = {month: view(data, target, "default", unit, "month", month) for month in ("2020-08", "2020-09")}
    assert told["2020-08"].count(" %</text>") == told["2020-09"].count(" %</text>") + 1


def test_the_explorer_finds_units_as_they_are_typed(data: dv.Data) -> None:
    explorer = Explorer(data)
    for typed, code in (("dong xuan", "H45.22"), ("H45.18", "H45.18"), ("SỞ XÂY", "H45.18")):
        explorer.choose("typed", typed)
        assert code in [value for _, value in explorer.unit.options]
        explorer.choose("unit", code)
        assert data.names[code] in explorer.shown.value
    explorer.choose("typed", "xay dung")
    assert explorer.unit.value == "H45.18", "what was chosen stays chosen while it is listed"


def test_a_search_without_a_match_empties_the_list_and_says_so(data: dv.Data) -> None:
    explorer = Explorer(data)
    first = explorer.shown.value
    _, after = explorer.choose("typed", "khong co <b>")
    assert explorer.unit.options == ()
    assert explorer.unit.value is None
    assert "Không cơ quan nào" in after
    assert "<b>" not in after
    assert "<svg" not in after
    explorer.choose("target", "portal")
    explorer.choose("month", "2020-02")
    explorer.choose("target", explorer.target.options[0][1])
    explorer.choose("month", data.month)
    explorer.choose("typed", "")
    assert explorer.shown.value == first


def test_a_reading_that_does_not_touch_a_unit_says_so(data: dv.Data) -> None:
    explorer = Explorer(data)
    explorer.choose("reading", "pairs")
    assert "<svg" in explorer.shown.value, "the province has its pairs"
    explorer.choose("typed", "H45.18")
    assert "chỉ dùng cho nhóm" in explorer.shown.value
    assert "<svg" not in explorer.shown.value
    explorer.choose("target", "portal")
    assert explorer.reading.value == "default", "which has no pairs"
    assert "<svg" in explorer.shown.value


def test_every_choice_of_target_and_reading_shows_something(data: dv.Data) -> None:
    explorer = Explorer(data)
    explorer.choose("typed", "H45.18")
    for _, target in explorer.target.options:
        explorer.choose("target", target)
        assert explorer.reading.options[0][1] == "default"
        for _, reading in explorer.reading.options:
            explorer.choose("reading", reading)
            assert ("<svg" in explorer.shown.value) == (reading != "pairs")


def test_hostile_names_are_shown_as_they_are_written(data: dv.Data, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "<img src=x onerror=alert(1)>\u202e&amp;"
    monkeypatch.setitem(data.names, "H45.18", name)
    explorer = Explorer(data)
    explorer.choose("typed", "H45.18")
    assert "<img" not in explorer.shown.value
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;amp;" in explorer.shown.value
    assert "\u202e" not in explorer.shown.value + explorer.unit.options[0][0]


def test_the_notebook_runs_alone_on_a_run(processed: Path, tmp_path: Path) -> None:
    """``papermill notebooks/explore.ipynb out.ipynb -p processed …``: charts and tables, and nothing goes wrong."""
    source = Path(__file__).parents[2] / "notebooks/explore.ipynb"
    papermill = [sys.executable, "-m", "papermill", "--no-progress-bar", str(source), "out.ipynb"]
    done = call([*papermill, "-p", "processed", str(processed), "-p", "reference", str(REFERENCE)], tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    executed = [cell for cell in code_cells(load(tmp_path / "out.ipynb")) if not has_tag(cell, "injected-parameters")]
    cells = {cell["id"]: cell["outputs"] for cell in executed}
    kinds = {name: {kind for output in outputs for kind in output.get("data", {})} for name, outputs in cells.items()}
    assert not [
        output for outputs in cells.values() for output in outputs if output["output_type"] in ("error", "stream")
    ]
    assert "application/vnd.jupyter.widget-view+json" in kinds["explorer"]
    assert "image/png" in kinds["courses"]
    tables = set(cells) - {"parameters", "explorer", "courses"}
    assert {name for name in tables if "text/html" in kinds[name]} == tables
    assert "Sở Xây dựng" in "".join(cells["why"][0]["data"]["text/html"])
    assert len("".join(cells["two"][0]["data"]["text/html"]).split("<tr>")) == 4, "headings and two districts"


def test_a_row_is_told_as_its_dossiers_explain_it(data: dv.Data) -> None:
    rows = data.attainment[data.attainment["reading"] != "pairs"]
    for _, row in rows.sample(12, random_state=3).iterrows():
        assert explaining.told(row, data) == dv.explain(row, data=data).sentence


def test_a_wide_table_says_once_what_all_rows_share(data: dv.Data) -> None:
    rows = data.attainment[(data.attainment["target_id"] == "portal") & (data.attainment["window"] == "to_date")]
    words = rows._repr_html_()
    assert "Chung cho mọi dòng: Quyết định: 766-qd-ubnd-2020; Mã chỉ tiêu: portal; " in words
    assert words.count("<th scope='col' class='count' title='numerator'>Tử số</th>") == 1
    assert "<th scope='col'>Mã chỉ tiêu</th>" not in words
    alone = rows.head(1)._repr_html_()
    assert "<p class='note'>Quyết định: 766-qd-ubnd-2020; Mã chỉ tiêu: portal; " in alone, (
        "nothing is shared by one row"
    )
    assert "Chưa đạt</td>" in alone, "the verdict stays among the figures"
    same = rows.assign(numerator=1, value=0.5)
    moved = "a figure is never moved, even if all are the same"
    assert "<th scope='col' class='count' title='numerator'>Tử số</th>" in same._repr_html_(), moved


def test_dossiers_show_their_own_headings_and_words(data: dv.Data) -> None:
    words = data.dossiers[data.dossiers["status"] == "withdrawn"].head(2)._repr_html_()
    assert "Trạng thái" in words
    assert "đã rút" in words
    assert "Kết luận" not in words
    beside = data.dossiers.groupby(["unit_code", "channel"], observed=True).size().unstack()
    assert "<th scope='col' class='count' title='online'>trực tuyến</th>" in beside._repr_html_()


def test_a_table_to_search_brings_all_that_it_needs(data: dv.Data) -> None:
    shown = dv.show(dv.compare(data, "l3-dossiers", "district"))._repr_html_()
    assert not re.search(r"src=.?https?:|<link|import [^;]* from .https?:", shown)
    written = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), shown)
    for words in ("Tên cơ quan hoặc nhóm", "Tìm:", "_MENU_ dòng mỗi trang", "Huyện Đồng Xuân"):
        assert words in written
    hostile = data.units.head(1).assign(unit_name="</script><script>alert(1)</script>\u202e")
    drawn = dv.show(hostile)._repr_html_()
    assert "<script>alert" not in drawn
    assert "\u202e" not in drawn


def test_a_long_table_says_that_it_was_cut(data: dv.Data) -> None:
    assert "5.000 dòng đầu" in dv.show(data.attainment)._repr_html_()
    assert "dòng đầu" not in dv.show(data.attainment.head(30))._repr_html_()


def test_more_lines_than_can_be_told_apart_are_refused(data: dv.Data) -> None:
    with pytest.raises(UsageProblem, match="at most 5"):
        dv.plot_compare(data, "l3-dossiers", "district")


def test_a_wrong_name_brings_the_nearest_right_one(data: dv.Data) -> None:
    for wrong in (lambda: data.dossiers["chanel"], lambda: data.dossiers[["level", "chanel"]]):
        with pytest.raises(KeyError, match=r"There is no column «chanel»\. Nearest: channel") as caught:
            wrong()
        assert "Gần nhất: channel" in caught.value._render_traceback_()[0]
    with pytest.raises(AttributeError, match=r"Nearest: dossiers"):
        data.dosiers  # noqa: B018
    with pytest.raises(AttributeError, match=r"Nearest: explain"):
        dv.explane  # noqa: B018
    assert not hasattr(data, "_repr_mimebundle_")
    assert data.dossiers.get("chanel") is None, "pandas asks too, and goes on without"
    with pytest.raises(KeyError):
        data.dossiers[("level", 3)]


def test_a_column_is_known_by_its_heading_too(data: dv.Data) -> None:
    with pytest.raises(KeyError, match=r"«Hình thức nộp»\. Nearest: channel\."):
        data.dossiers["Hình thức nộp"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Sở TTTT", "H45.10"), ("so tttt", "H45.10"), ("TP Tuy Hòa", "H45.21"), ("UBND huyện Tuy An", "H45.24")],
)
def test_units_are_known_by_their_other_names(data: dv.Data, typed: str, code: str) -> None:
    assert unit_named(typed, data.names) == code
    assert find(typed, data.names)[0] == code


def test_a_district_is_found_before_the_commune_of_its_name(data: dv.Data) -> None:
    assert find("song hinh", data.names)[:2] == ["H45.26", "H45.26.10"]
    with pytest.raises(UsageProblem, match=r"No one unit"):
        unit_named("song hinh", data.names)
    assert "H45.21" not in find("tuy an", data.names), "«an» begins no word of Thành phố Tuy Hòa"
    assert all("phường 1" in data.names[code].lower() for code in find("phuong 1", data.names))


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
