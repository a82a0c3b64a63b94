"""Tables, and what pandas makes of them, show themselves in words, and nothing in them becomes markup."""

import pandas as pd
import pytest

import analysis as dv
from analysis.language.texts import Language

pytestmark = pytest.mark.slow


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
    "unknown category": (
        lambda d: d.dossiers[d.dossiers["applicant"].isna()].sort_values("source", na_position="first"),
        ["<td class=''>–</td>"],
    ),
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
