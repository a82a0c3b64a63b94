"""The published pages in a real browser: no request leaves, nothing is cut off, every figure is the table's."""

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest
from support.browsing import Opener
from support.province import HOSTILE
from support.published import Province, Publication

pytestmark = pytest.mark.slow
TARGETS = (
    *("l3-procedures", "l3-dossiers", "l4-procedures", "l4-dossiers"),
    *("l3-interagency", "l4-interagency", "portal"),
)


def _report(published: Publication) -> Path:
    return published.month / "index.html"


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_opens_without_requests_and_fits_the_screen(
    province: Province, open_page: Opener, width: int, lang: str
) -> None:
    published = province.year(lang)
    for path in (_report(published), published.reports / "index.html"):
        page = open_page(path, width)
        assert page.evaluate("document.documentElement.lang") == lang
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").is_visible()


def test_every_tile_shows_the_figures_of_the_table(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year))
    with (year.processed / "attainment.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if (row["unit_code"], row["reading"], row["window"], row["month"])
            == ("ALL", "default", "to_date", year.name)
        ]
    assert len(rows) == 7
    for row in rows:
        tile = page.locator(f'.tile[data-target="{row["target_id"]}"]')
        words = tile.inner_text()
        share = Decimal(row["numerator"]) / Decimal(row["denominator"]) * 100
        assert f"{_one_decimal(share)} %" in words
        assert f"{_grouped(row['numerator'])} trên {_grouped(row['denominator'])}" in words
        assert ("Chưa đạt" in words) == (row["status"] == "not_attained")
        assert (f"Còn thiếu: {_grouped(row['shortfall'])} " in words) == (row["shortfall"] != "0")


def _one_decimal(share: Decimal) -> str:
    return str(share.quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")


def _grouped(number: str) -> str:
    return f"{int(number):,}".replace(",", ".")


def test_says_what_must_be_known_first(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year))
    first = page.locator(".heading").inner_text()
    for words in ("DỰ THẢO", "766/QĐ-UBND", "14/05/2020", "31/12/2020", "Dữ liệu mô phỏng", "Danh mục minh họa"):
        assert words in first
    with (year.processed / "files.csv").open(encoding="utf-8", newline="") as file:
        quarantined = sum(row["status"] == "quarantined" for row in csv.DictReader(file))
    assert quarantined > 9
    assert f"Số tệp bị cách ly: {quarantined}." in first
    index = open_page(year.reports / "index.html").inner_text("main")
    assert "DỰ THẢO" in index
    assert "Dữ liệu mô phỏng" in index


def test_the_ledger_adds_up(year: Publication, open_page: Opener) -> None:
    ledger = open_page(_report(year)).locator(".ledger").inner_text().replace(".", "")
    numbers = [int(word) for word in ledger.replace("=", " ").split() if word.isdigit()]
    _, read, accepted, rejected, superseded, _ = numbers
    assert read == accepted + rejected + superseded > 2_000


def test_hostile_names_are_shown_as_text(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year))
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 0
    assert HOSTILE in page.locator("table", has_text="bị cách ly").first.inner_text()


def test_everything_can_be_read_without_seeing_colour_or_pictures(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year))
    tables = page.locator("table").count()
    assert tables > 10
    assert page.locator("table > caption").count() == tables
    charts = page.locator("figure.chart")
    assert charts.count() == 3
    for number in range(3):
        words = charts.nth(number).locator("figcaption").text_content() or ""
        assert "%" in words, "the chart's figures in words"
        assert "lũy kế" in words.lower() or "nơi thấp hơn mức ngẫu nhiên" in words.lower()
    assert page.locator(".tile .verdict").count() == 7


def test_says_whom_to_call_and_what_to_ask(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year))
    calls = page.locator(".call")
    assert calls.count() == 3
    assert page.locator(".call .ask").count() >= 3
    with (year.processed / "priorities.csv").open(encoding="utf-8", newline="") as file:
        first = [row["unit_name"] for row in csv.DictReader(file)][:3]
    for number, name in enumerate(first):
        words = calls.nth(number).inner_text()
        assert calls.nth(number).locator("h3").inner_text().split(". ")[-1] == name
        assert "còn thiếu" in words.lower()
        assert "vẫn trong ba nơi đầu" in words


def test_what_is_missing_is_told_in_the_order_of_who_comes_first(year: Publication, open_page: Opener) -> None:
    """Of each place the sum over its units, where a unit has ten or more to count."""
    priorities, figures = (pd.read_csv(year.processed / f"{name}.csv") for name in ("priorities", "attainment"))
    first = priorities.sort_values("rank").head(10)
    figures = figures[(figures["reading"] == "default") & (figures["window"] == "to_date")]
    figures = figures[(figures["month"] == year.name) & (figures["denominator"] >= 10)]
    table = open_page(_report(year)).locator("table", has_text="Phần mà các cơ quan ở mỗi nơi").first
    rows = table.locator("tbody tr").all()
    assert [row.locator("th").inner_text() for row in rows] == first["unit_name"].tolist()
    for row, code in zip(rows, first["unit_code"], strict=True):
        district = code.removeprefix("AREA:")
        own = [unit for unit in figures["unit_code"].unique() if unit == district or unit.startswith(f"{district}.")]
        missing = figures[figures["unit_code"].isin(own)].groupby("target_id", sort=False)["shortfall"].sum()
        shown = [cell.inner_text().replace(".", "").replace("–", "0") for cell in row.locator("td").all()]
        assert [int(number) for number in shown] == [missing.get(target, 0) for target in TARGETS]


def test_the_contents_lead_to_headings(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year))
    links = page.locator(".contents a").all()
    assert len(links) == page.locator("h2").count() > 10
    for link in links:
        place = page.locator(f'[id="{(link.get_attribute("href") or "")[1:]}"]')
        assert (link.inner_text() or "") == place.locator("h2").first.inner_text()


def test_an_ended_period_is_not_foretold(year: Publication, open_page: Opener) -> None:
    table = open_page(_report(year)).locator("table.outlook")
    assert "Xác suất đạt" not in table.inner_text()
    assert table.locator("tbody tr").count() == 7


def test_procedures_with_few_dossiers_are_not_named(year: Publication, open_page: Opener) -> None:
    """Nobody who filed one of a handful of dossiers is to be found through the report."""
    text = open_page(_report(year)).content()
    with (year.processed / "closers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = [row for row in rows if row["procedure_name"]]
    often = {row["procedure_name"] for row in rows if float(row["denominator"]) >= 5}
    seldom = {row["procedure_name"] for row in rows} - often
    assert seldom
    assert not [name for name in seldom if f"“{name}”" in text]
    assert any(f"“{name}”" in text for name in often)


@pytest.mark.parametrize(("width", "side_by_side"), [(1280, 2), (360, 1)])
def test_charts_suit_the_screen(year: Publication, open_page: Opener, width: int, side_by_side: int) -> None:
    panels = open_page(_report(year), width).locator(".chart").first.locator(".panel")
    boxes = [panels.nth(number).bounding_box() for number in range(7)]
    assert [box["y"] for box in boxes].count(boxes[0]["y"]) == side_by_side
    assert all(300 <= box["width"] <= width for box in boxes)


def test_the_printed_form_has_everything(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year))
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator(".contents:visible").count() == 0


def test_english_speaks_english(province: Province, open_page: Opener) -> None:
    words = open_page(_report(province.year("en"))).inner_text("main")
    assert "Not attained" in words
    assert "DRAFT" in words
    for vietnamese in ("Chưa đạt", "DỰ THẢO", "Còn thiếu", "Toàn tỉnh", "Cấp xã"):
        assert vietnamese not in words
