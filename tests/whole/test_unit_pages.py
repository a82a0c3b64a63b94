"""Units' pages in a real browser: they ask for nothing, fit the screen, and lead to where they say."""

from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from support.browsing import Opener
from support.published import KINDS, Province, Publication

from analysis.storage.places import unit_page

pytestmark = pytest.mark.slow
MOST = 400 * 1024  # bytes of a page


@pytest.fixture(scope="module")
def month(september: Publication) -> Path:
    """A month's folder with one unit page of each kind, in the middle of the year."""
    return september.month


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("code", KINDS)
def test_fits_the_screen_without_requests(month: Path, open_page: Opener, code: str, width: int) -> None:
    page = open_page(month / unit_page(code), width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
    assert page.locator("h1").is_visible()
    panels = page.locator(".panel svg")
    assert all(panels.nth(number).bounding_box()["width"] >= 300 for number in range(panels.count()))


@pytest.mark.parametrize("code", KINDS)
def test_is_light(month: Path, code: str) -> None:
    size = (month / unit_page(code)).stat().st_size
    assert size < MOST
    assert size < MOST / 2 or code == "TIER:commune", "110 communes beside seven targets"


@pytest.mark.parametrize("code", KINDS)
def test_its_contents_are_its_headings_in_order(month: Path, open_page: Opener, code: str) -> None:
    page = open_page(month / unit_page(code))
    listed = [entry.strip() for entry in page.locator(".contents a").all_inner_texts()]
    assert listed == [heading.strip() for heading in page.locator("h2").all_inner_texts()]
    for link in page.locator(".contents a").all():
        assert page.locator(f'[id="{(link.get_attribute("href") or "")[1:]}"]').count() == 1


@pytest.mark.parametrize("code", KINDS)
def test_links_stay_in_the_publication(month: Path, open_page: Opener, code: str) -> None:
    page = open_page(month / unit_page(code))
    here = (month / unit_page(code)).as_uri()
    links = {urldefrag(urljoin(here, link.get_attribute("href") or "")).url for link in page.locator("a").all()}
    inside = {link for link in links if link.startswith(month.as_uri() + "/")}
    assert links - inside == {(month.parent / "index.html").as_uri()}, "besides the month, the index of all months"
    assert (month / "index.html").as_uri() in inside
    assert (month / "overview.html").as_uri() in inside
    folders = {link.removeprefix(month.as_uri() + "/").rpartition("/")[0] for link in inside}
    assert folders == {"", "targets", "units"}


def test_the_province_gathers_difficulties(month: Path, open_page: Opener) -> None:
    words = open_page(month / "index.html").inner_text("main")
    assert "Khó khăn, vướng mắc" in words
    assert "Hồ sơ trễ hạn" in words or "Không nơi nào trễ hạn" in words


def test_every_table_has_a_caption_and_every_chart_its_words(month: Path, open_page: Opener) -> None:
    page = open_page(month / unit_page("H45.18"))
    tables = page.locator("table").count()
    assert page.locator("table > caption").count() == tables > 4
    assert "%" in (page.locator("figure.chart figcaption").text_content() or "")


def test_print_shows_everything(month: Path, open_page: Opener) -> None:
    page = open_page(month / unit_page("H45.18"))
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator("table.files").is_visible()


@pytest.mark.parametrize("code", KINDS)
def test_english_speaks_english(province: Province, open_page: Opener, code: str) -> None:
    words = open_page(province.year("en").month / unit_page(code)).inner_text("main")
    for vietnamese in ("Chưa đạt", "DỰ THẢO", "Còn thiếu", "Khó khăn, vướng mắc", "Cấp xã", "không nêu", "Phải làm"):
        assert vietnamese not in words
    assert "What is missing" in words
