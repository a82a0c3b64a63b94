"""The published pages in a real browser: no request leaves, nothing is cut off, every figure is the table's."""

import csv
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from support.browsing import Opener, overflowing
from support.province import HOSTILE
from support.published import Province, Publication

pytestmark = pytest.mark.slow
TARGETS = (
    *("l3-procedures", "l3-dossiers", "l4-procedures", "l4-dossiers"),
    *("l3-interagency", "l4-interagency", "portal"),
)


QUESTIONS = (
    "who",
    "changes",
    "waiting",
    "service",
    "catalogue",
    "substance",
    "reconciliation",
    "course",
    "readings",
    "certainty",
    "quality",
    "method",
)


def _report(published: Publication, page: str = "index") -> Path:
    return published.month / f"{page}.html"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_opens_without_requests_and_fits_the_screen(province: Province, open_page: Opener, lang: str) -> None:
    published = province.year(lang)
    for path in (*(_report(published, name) for name in ("index", *QUESTIONS)), published.reports / "index.html"):
        page = open_page(path, 360)
        assert page.evaluate("document.documentElement.lang") == lang
        assert overflowing(page) == [], path.name
        assert page.locator("h1").count() == 1
        assert page.locator("h1").is_visible()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 740)])
@pytest.mark.parametrize("page", ["../index", "index", "units/H45.18", "units/H45.22", "units/AREA-H45.22"])
def test_the_first_screen_decides(
    year: Publication, september: Publication, open_page: Opener, page: str, width: int, height: int
) -> None:
    """Verdict, cause, certainty and ask stand on it, whole."""
    for published in (year, september):
        shown = open_page(_report(published, page), width)
        shown.set_viewport_size({"width": width, "height": height})
        for part in (".headline", ".why", ".sure", ".ask"):
            box = shown.locator(f".lead {part}").bounding_box()
            assert box, part
            assert box["y"] + box["height"] <= height, part


@pytest.mark.parametrize(("page", "screens"), [("index", 2.5), ("units/H45.18", 3), ("units/H45.22", 3)])
def test_a_page_is_no_longer_than_it_must_be(year: Publication, open_page: Opener, page: str, screens: float) -> None:
    assert open_page(_report(year, page)).evaluate("document.documentElement.scrollHeight") <= screens * 800


def test_sizes_suit_a_slow_line(year: Publication) -> None:
    assert max(_report(year, page).stat().st_size for page in ("index", *QUESTIONS)) <= 300_000
    assert max(page.stat().st_size for page in (year.month / "units").glob("*.html")) <= 150_000


def test_the_search_is_near(year: Publication, open_page: Opener) -> None:
    page = open_page(year.reports / "index.html")
    for stops in range(1, 6):  # noqa: B007
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "place":
            break
    assert page.evaluate("document.activeElement.id") == "place", f"{stops} stops"
    page.keyboard.type("xay dung")
    shown = page.locator(".places li:visible")
    assert shown.all_inner_texts() == ["Sở Xây dựng"]
    page.keyboard.type("zzz")
    assert page.locator(".matches").inner_text() == "Không có cơ quan nào khớp."


def test_the_map_has_each_district_in_its_place(year: Publication, open_page: Opener) -> None:
    page = open_page(year.reports / "index.html")
    tiles = page.locator(".atlas .tiles li")
    assert tiles.count() == 9
    boxes = {tile.locator("strong").inner_text(): tile.bounding_box() for tile in tiles.all()}
    north, south = boxes["Địa bàn thị xã Sông Cầu"], boxes["Địa bàn thị xã Đông Hòa"]
    assert north
    assert south
    assert north["y"] < south["y"]
    west = boxes["Địa bàn huyện Sông Hinh"]
    assert west
    assert west["x"] < south["x"]
    rows = [row for row in _to_date(year, "AREA:H45.22") if int(row["denominator"]) >= 10]
    worst = min(rows, key=lambda row: Decimal(row["gap"]))
    told = page.locator(".atlas .tiles li", has_text="Đồng Xuân").inner_text()
    assert f"{_one_decimal(Decimal(worst['numerator']) / Decimal(worst['denominator']) * 100)} %" in told
    assert f"(−{_one_decimal(-Decimal(worst['gap']) * 100)})" in told


def test_every_row_shows_the_figures_of_the_table(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year))
    rows = _to_date(year, "ALL")
    assert len(rows) == 7
    for row in rows:
        words = page.locator(f'tr[data-target="{row["target_id"]}"] .result').inner_text()
        share = Decimal(row["numerator"]) / Decimal(row["denominator"]) * 100
        assert f"{_one_decimal(share)} %" in words
        assert f"{_grouped(row['numerator'])} trên {_grouped(row['denominator'])}" in words
        assert ("Chưa đạt" in words) == (row["status"] == "not_attained")
        assert (f"Còn thiếu: {_grouped(row['shortfall'])} " in words) == (row["shortfall"] != "0")


def _to_date(published: Publication, code: str) -> list[dict[str, str]]:
    """The rows of attainment.csv that the pages show of a unit or group."""
    wanted = (code, "default", "to_date", published.name)
    with (published.processed / "attainment.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if (row["unit_code"], row["reading"], row["window"], row["month"]) == wanted]


def _one_decimal(share: Decimal) -> str:
    return str(share.quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")


def _grouped(number: str) -> str:
    return f"{int(number):,}".replace(",", ".")


def test_says_what_must_be_known_first(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year))
    assert "Dữ liệu mô phỏng" in page.locator(".strip summary").inner_text()
    page.locator(".strip summary").click()
    first = page.locator(".strip").inner_text()
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
    ledger = open_page(_report(year, "quality")).locator(".ledger").inner_text().replace(".", "")
    numbers = [int(word) for word in ledger.replace("=", " ").split() if word.isdigit()]
    _, read, accepted, rejected, superseded, _ = numbers
    assert read == accepted + rejected + superseded > 2_000


def test_hostile_names_are_shown_as_text(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year, "quality"))
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 0
    assert HOSTILE in page.locator("table", has_text="bị cách ly").first.inner_text()


@pytest.mark.parametrize("name", ["index", *QUESTIONS])
def test_everything_can_be_read_without_seeing_colour_or_pictures(
    year: Publication, open_page: Opener, name: str
) -> None:
    page = open_page(_report(year, name))
    tables = page.locator("table").count()
    without = ("changes", "service", "reconciliation", "substance")
    assert tables > 0 or name in without, "nothing before, no monitor, no unit's report, no sign"
    assert page.locator("table > caption").count() == tables
    for plot in page.locator("figure.plot").all():
        said = plot.locator("svg").get_attribute("aria-label") or ""
        assert plot.locator("figcaption strong").inner_text() in said, "the finding, in words"
        assert plot.locator("table").count() == 1


def test_a_chart_its_table_and_its_file_say_the_same(year: Publication, open_page: Opener) -> None:
    """And what attainment.csv says of the single months."""
    with (year.processed / "attainment.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["reading"], row["window"]) == ("default", "month")]
    for name, code in (("course", "ALL"), ("units/H45.22", "H45.22")):
        page = open_page(_report(year, name))
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        plots = page.locator("figure.plot").all()
        assert plots
        for plot in plots:
            link = plot.locator("a[download]")
            target = (link.get_attribute("download") or "").removeprefix(f"{code}-").removesuffix(".csv")
            own = [row for row in rows if (row["unit_code"], row["target_id"]) == (code, target)]
            held = list(csv.DictReader(unquote(link.get_attribute("href") or "").partition(",")[2].splitlines()))
            assert [one["\ufeffmonth"] for one in held] == [row["month"] for row in own]
            shown = plot.locator("tbody tr").evaluate_all("rows => rows.map(row => row.cells[1].textContent)")
            marks = plot.locator(".mark title").all_text_contents()
            some = [row for row in own if row["denominator"] != "0"]
            for row, one, cell in zip(own, held, shown, strict=True):
                assert (one["numerator"], one["denominator"]) == (row["numerator"], row["denominator"])
                assert cell == f"{_grouped(row['numerator'])}/{_grouped(row['denominator'])}"
            for row, words in zip(some, marks, strict=True):
                share = _one_decimal(Decimal(row["numerator"]) / Decimal(row["denominator"]) * 100)
                assert f"{share} % ({_grouped(row['numerator'])}/{_grouped(row['denominator'])})" in words


def test_no_chart_s_finding_has_more_than_a_dozen_words(year: Publication, open_page: Opener) -> None:
    for name in ("course", "certainty", "units/H45.18"):
        for words in open_page(_report(year, name)).locator("figure.plot figcaption strong").all_text_contents():
            assert 3 <= len(words.split()) <= 16  # syllables, of which a Vietnamese word has often two


def test_says_whom_to_call_and_what_to_ask(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year, "who"))
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
    table = open_page(_report(year, "who")).locator("table", has_text="Phần mà các cơ quan ở mỗi nơi").first
    rows = table.locator("tbody tr").all()
    assert [row.locator("th").inner_text() for row in rows] == first["unit_name"].tolist()
    for row, code in zip(rows, first["unit_code"], strict=True):
        district = code.removeprefix("AREA:")
        own = [unit for unit in figures["unit_code"].unique() if unit == district or unit.startswith(f"{district}.")]
        missing = figures[figures["unit_code"].isin(own)].groupby("target_id", sort=False)["shortfall"].sum()
        shown = [cell.inner_text().replace(".", "").replace("–", "0") for cell in row.locator("td").all()]
        assert [int(number) for number in shown] == [missing.get(target, 0) for target in TARGETS]


@pytest.mark.parametrize("name", ["who", "waiting", "course", "certainty", "quality", "method"])
def test_the_contents_lead_to_headings(year: Publication, open_page: Opener, name: str) -> None:
    page = open_page(_report(year, name))
    links = page.locator(".contents a").all()
    assert len(links) == page.locator("h2").count() > 1
    for link in links:
        place = page.locator(f'[id="{(link.get_attribute("href") or "")[1:]}"]')
        assert (link.inner_text() or "") == place.locator("h2").first.inner_text()


def test_an_ended_period_is_not_foretold(year: Publication, open_page: Opener) -> None:
    assert "Xác suất đạt" not in open_page(_report(year)).inner_text("main")
    table = open_page(_report(year, "course")).locator("table.outlook")
    assert "Xác suất đạt" not in table.inner_text()
    assert table.locator("tbody tr").count() == 7


def test_procedures_with_few_dossiers_are_not_named(year: Publication, open_page: Opener) -> None:
    """Nobody who filed one of a handful of dossiers is to be found through the report."""
    text = "".join(_report(year, name).read_text(encoding="utf-8") for name in ("index", *QUESTIONS))
    with (year.processed / "closers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = [row for row in rows if row["procedure_name"]]
    often = {row["procedure_name"] for row in rows if float(row["denominator"]) >= 5}
    seldom = {row["procedure_name"] for row in rows} - often
    assert seldom
    assert not [name for name in seldom if f"“{name}”" in text]
    assert any(f"“{name}”" in text for name in often)


@pytest.mark.parametrize(("width", "side_by_side"), [(1280, 3), (360, 1)])
def test_charts_suit_the_screen(year: Publication, open_page: Opener, width: int, side_by_side: int) -> None:
    """Their letters are never smaller than the text's."""
    page = open_page(_report(year, "course"), width)
    plots = page.locator("figure.plot")
    boxes = [plots.nth(number).bounding_box() for number in range(7)]
    assert [box["y"] for box in boxes].count(boxes[0]["y"]) == side_by_side
    assert all(300 <= box["width"] <= width for box in boxes)
    scale = page.locator("figure.plot svg").evaluate_all("drawn => drawn.map(one => one.getScreenCTM().a)")
    assert min(scale) >= 1


def test_the_province_prints_on_one_sheet(year: Publication, open_page: Opener) -> None:
    page = open_page(_report(year))
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    page.emulate_media(media="print")
    assert page.locator(".contents:visible, .further:visible").count() == 0


def test_english_speaks_english(province: Province, open_page: Opener) -> None:
    pages = [open_page(_report(province.year("en"), name)).inner_text("main") for name in ("index", *QUESTIONS)]
    words = "\n".join(pages)
    assert "Not attained" in pages[0]
    assert all("DRAFT" in page for page in pages)
    for vietnamese in ("Chưa đạt", "DỰ THẢO", "Còn thiếu", "Toàn tỉnh", "Cấp xã"):
        assert vietnamese not in words
