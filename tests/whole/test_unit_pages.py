"""Units' pages in a real browser: they ask for nothing, fit the screen, and lead to where they say."""

import csv
import re
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from support.browsing import Opener, overflowing
from support.published import KINDS, Province, Publication

from analysis.storage.places import unit_page

pytestmark = pytest.mark.slow
MOST = 150_000  # bytes of a page


@pytest.fixture(scope="module")
def month(september: Publication) -> Path:
    """A month's folder with one unit page of each kind, in the middle of the year."""
    return september.month


@pytest.mark.parametrize("code", KINDS)
def test_fits_the_screen_without_requests(month: Path, open_page: Opener, code: str) -> None:
    page = open_page(month / unit_page(code), 360)
    assert overflowing(page) == []
    assert page.locator("h1").count() == 1
    assert page.locator("h1").is_visible()
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    for width in (360, 1280):
        assert overflowing(page, (width,)) == []
        boxes = [plot.bounding_box() for plot in page.locator(".plot svg").all()]
        assert len(boxes) > 1
        assert all(box["width"] >= 300 for box in boxes)


@pytest.mark.parametrize("code", KINDS)
def test_is_light(month: Path, code: str) -> None:
    assert (month / unit_page(code)).stat().st_size <= MOST


@pytest.mark.parametrize("code", KINDS)
def test_its_parts_are_folded_but_for_what_decides(month: Path, open_page: Opener, code: str) -> None:
    """And each opens by keyboard."""
    page = open_page(month / unit_page(code))
    parts = page.locator("details.part")
    assert parts.count() >= 2
    assert page.locator("details[open]").count() == 0
    for part in parts.all():
        assert part.locator("summary h2").is_visible()
        part.locator("summary").first.press("Enter")
        assert part.get_attribute("open") is not None
        assert part.locator("> *:not(summary)").first.is_visible()


@pytest.mark.parametrize("code", KINDS)
def test_links_stay_in_the_publication(month: Path, open_page: Opener, code: str) -> None:
    page = open_page(month / unit_page(code))
    here = (month / unit_page(code)).as_uri()
    links = page.locator("a:not([download])").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    links = {urldefrag(urljoin(here, link)).url for link in links}
    inside = {link for link in links if link.startswith(month.as_uri() + "/")}
    assert links - inside == {(month.parent / "index.html").as_uri()}, "besides the month, the index of all months"
    assert (month / "index.html").as_uri() in inside
    assert (month / "overview.html").as_uri() in inside
    folders = {link.removeprefix(month.as_uri() + "/").rpartition("/")[0] for link in inside}
    assert folders == {"", "targets", "units", *(["thu"] if ":" not in code else [])}, "groups get no letter"


def test_the_province_gathers_difficulties(month: Path, open_page: Opener) -> None:
    words = open_page(month / "quality.html").inner_text("main")
    assert "Khó khăn, vướng mắc" in words
    assert "Hồ sơ trễ hạn" in words or "Không nơi nào trễ hạn" in words


def test_every_table_has_a_caption_and_every_chart_its_words(month: Path, open_page: Opener) -> None:
    page = open_page(month / unit_page("H45.18"))
    tables = page.locator("table").count()
    assert page.locator("table > caption").count() == tables > 4
    assert "%" in (page.locator("figure.plot figcaption").first.text_content() or "")


def test_what_is_open_is_printed(month: Path, open_page: Opener) -> None:
    page = open_page(month / unit_page("H45.18"))
    short = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")
    assert not page.locator("table.files").is_visible()
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.locator("table.files").is_visible()
    page.emulate_media(media="null")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) > len(
        re.findall(rb"/Type\s*/Page\b", short)
    )


@pytest.mark.parametrize("code", KINDS)
def test_english_speaks_english(province: Province, open_page: Opener, code: str) -> None:
    words = open_page(province.year("en").month / unit_page(code)).inner_text("main")
    for vietnamese in ("Chưa đạt", "DỰ THẢO", "Còn thiếu", "Khó khăn, vướng mắc", "Cấp xã", "không nêu", "Phải làm"):
        assert vietnamese not in words
    assert "How sure that is" in words


def test_a_district_shows_its_communes_side_by_side(year: Publication, open_page: Opener) -> None:
    """Every commune with the figure of attainment.csv, the lowest of those with ten or more to count first."""
    page = open_page(year.month / "units/H45.22.html")
    shown = page.locator("#communes .multiples li").all()
    target = page.locator("#communes a[download]").get_attribute("download") or ""
    with (year.processed / "attainment.csv").open(encoding="utf-8", newline="") as file:
        rows = {
            row["unit_code"]: row
            for row in csv.DictReader(file)
            if (row["reading"], row["window"], row["month"]) == ("default", "to_date", year.name)
            and row["tier"] == "commune"
            and row["unit_code"].startswith("H45.22.")
            and target == f"H45.22-communes-{row['target_id']}.csv"
        }
    assert len(shown) == len(rows) > 1
    shares = []
    for one in shown:
        code = Path(one.locator("a").get_attribute("href") or "").stem
        row = rows[code]
        assert one.locator(".fraction").inner_text() == f"{row['numerator']}/{row['denominator']}"
        assert one.get_attribute("class") == row["status"]
        if int(row["denominator"]) >= 10:
            shares.append(int(row["numerator"]) / int(row["denominator"]))
    assert shares == sorted(shares)
    assert open_page(year.month / "units/H45.18.html").locator("#communes").count() == 0
