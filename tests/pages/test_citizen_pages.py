"""Pages for citizens in a real browser and on paper: they fit, they are for everybody, and say the facts plainly."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest
import segno
from lxml import html
from playwright.sync_api import expect
from support.browsing import Opener, faults
from support.folders import REFERENCE
from support.links import broken_links, links_of
from support.province import HOSTILE
from support.published import Province, Publication
from support.small_report import HIDDEN, small_report

from analysis.findings.citizens import TOO_FEW, Facts, Waiting, facts_of, of_ten
from analysis.findings.report import read_report
from analysis.language.problems import ReferenceProblem
from analysis.language.texts import LANGUAGES, Language
from analysis.pages.citizen_pages import citizen_pages, publish_citizens
from analysis.reference.forms import load_province

pytestmark = pytest.mark.slow
PAGES = ("index", "H45.22", "H45.22.04")
ADDRESSES = 'portal = "https://dichvucong.example.vn"\nsite = "https://thongke.example.vn/a/"\n'
SHEET = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture(scope="module", params=LANGUAGES)
def published(province: Province, request: pytest.FixtureRequest) -> Publication:
    return province.year(request.param)


@pytest.fixture(scope="module")
def posters(year: Publication, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages as they are where the addresses of portal and site are known."""
    folder = tmp_path_factory.mktemp("posters")
    reference = folder / "reference"
    copytree(REFERENCE, reference)
    with (reference / "province.toml").open("a", encoding="utf-8") as file:
        file.write(ADDRESSES)
    publish_citizens(folder, year.processed, read_report(year.processed, reference))
    return folder / "cong-dan"


def words_of(page: Path) -> str:
    return " ".join(html.fromstring(page.read_text(encoding="utf-8")).find("body").text_content().split())


def test_every_district_and_commune_has_its_page_and_is_listed(published: Publication) -> None:
    report = read_report(published.processed, REFERENCE)
    units = report.reference.units
    wanted = {f"{code}.html" for code in units.loc[units["tier"] != "province", "unit_code"]}
    assert {path.name for path in (published.reports / "cong-dan").iterdir()} == wanted | {"index.html"}
    assert wanted < set(links_of(published.reports / "cong-dan/index.html"))
    assert broken_links(published.reports) == []


def test_a_search_engine_may_find_a_page_and_what_is_made_up_says_so(published: Publication) -> None:
    marks = {"vi": ("Dữ liệu mô phỏng.", "DỰ THẢO"), "en": ("Synthetic data.", "DRAFT")}[published.lang]
    for path in (published.reports / "cong-dan").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "noindex" not in text
        assert all(mark in words_of(path) for mark in marks), path
        assert marks[0] in html.fromstring(text).findtext(".//title")
        assert len(path.read_bytes()) <= 60_000


@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_fits_and_is_fit_for_everybody(published: Publication, open_page: Opener, width: int) -> None:
    for name in PAGES:
        page = open_page(published.reports / f"cong-dan/{name}.html", width)
        assert page.evaluate("document.documentElement.lang") == published.lang
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert faults(page) == []


@pytest.mark.parametrize("typed", ["xuan lanh", "Xuân Lãnh", "XUÂN  LÃNH "])
def test_the_list_finds_a_place_without_its_marks(year: Publication, open_page: Opener, typed: str) -> None:
    page = open_page(year.reports / "cong-dan/index.html")
    page.fill("#place", typed)
    shown = page.locator(".places a:visible").all_inner_texts()
    assert shown == ["Huyện Đồng Xuân", "Xã Xuân Lãnh"], "a commune below its district"
    expect(page.locator(".matches")).to_have_text("Tìm thấy 1 nơi.")
    page.fill("#place", "khong co noi nay")
    assert page.locator(".places a:visible").count() == 0
    expect(page.locator(".matches")).to_contain_text("Không có nơi nào tên như vậy.")
    page.fill("#place", "")
    assert page.locator(".places a:visible").count() == 119


def test_without_scripts_the_list_is_there_and_no_box_that_does_nothing(year: Publication, open_page: Opener) -> None:
    page = open_page(year.reports / "cong-dan/index.html", 360, scripts=False)
    assert page.locator(".places a:visible").count() == 119
    assert not page.locator("#place").is_visible()


@pytest.mark.parametrize("name", PAGES[1:])
def test_printed_it_is_a_poster_of_one_sheet(posters: Path, year: Publication, open_page: Opener, name: str) -> None:
    for folder in (posters, year.reports / "cong-dan"):
        sheets = open_page(folder / f"{name}.html").pdf(prefer_css_page_size=True)
        assert len(SHEET.findall(sheets)) == 1
        assert b"/MediaBox [0 0 594.95996 841.91998]" in sheets


def test_a_code_leads_to_the_page_itself_where_the_address_is_known(posters: Path, year: Publication) -> None:

    text = (posters / "H45.22.04.html").read_text(encoding="utf-8")
    wanted = segno.make("https://thongke.example.vn/a/cong-dan/H45.22.04.html", micro=False)
    drawn = html.fromstring(text).xpath("//figure//svg/*[local-name()='path'][last()]/@d")
    assert drawn == html.fromstring(wanted.svg_inline(omitsize=True, border=2)).xpath("//path[last()]/@d")
    assert "https://dichvucong.example.vn" in links_of(posters / "H45.22.04.html")
    without = year.reports / "cong-dan/H45.22.04.html"
    assert "<svg" not in without.read_text(encoding="utf-8")
    assert "Quét mã" not in words_of(without)
    assert "Trên mạng: cổng dịch vụ công của tỉnh Phú Yên." in words_of(without)


def test_an_address_is_one_of_the_web(tmp_path: Path) -> None:
    for wrong in ("javascript:alert(1)", "thongke.vn", "https://a b"):
        (tmp_path / "province.toml").write_text(
            f'name = {{ vi = "tỉnh A", en = "A" }}\nplace = "A"\nsite = {json.dumps(wrong)}\n', encoding="utf-8"
        )
        with pytest.raises(ReferenceProblem, match="site"):
            load_province(tmp_path)


def test_hostile_names_stay_text_and_leave_the_sheet_whole(
    year: Publication, tmp_path: Path, open_page: Opener
) -> None:
    report = read_report(year.processed, REFERENCE)
    names = ["</script><script>alert(1)</script>", HOSTILE, "\u202eđảo", "'\"><svg onload=alert(1)>", "x" * 3_000]
    units = report.reference.units.copy()
    units["unit_name"] = [f"{names[place % len(names)]} {code}" for place, code in enumerate(units["unit_code"])]
    procedures = report.outlook["procedures"].copy()
    procedures["procedure_name"] = [names[place % len(names)] for place in range(len(procedures))]
    outlook = report.outlook | {"procedures": procedures}
    hostile = replace(report, reference=replace(report.reference, units=units), outlook=outlook)
    publish_citizens(tmp_path, year.processed, hostile)
    for name in ("index", "H45.22", *(f"H45.22.0{number}" for number in range(1, 6))):
        page = open_page(tmp_path / f"cong-dan/{name}.html", 360)
        assert page.locator("img, svg[onload]").count() == 0
        assert page.locator("script").count() == (name == "index")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        assert "\u202e" not in page.content()
        if name != "index":
            assert len(SHEET.findall(page.pdf(prefer_css_page_size=True))) == 1


def test_a_newer_months_pages_stand_and_those_of_places_that_are_no_more_are_not_made(
    year: Publication, september: Publication, tmp_path: Path
) -> None:
    report = read_report(year.processed, REFERENCE)
    earlier = read_report(september.processed, REFERENCE)
    (tmp_path / report.month).mkdir()
    (tmp_path / report.month / "report.json").write_text(json.dumps({"month": report.month}), encoding="utf-8")
    publish_citizens(tmp_path, september.processed, earlier)
    assert not (tmp_path / "cong-dan").exists(), "of an older month nothing is written"
    publish_citizens(tmp_path, year.processed, report)
    assert "31/12/2020" in words_of(tmp_path / "cong-dan/index.html")


def test_the_same_report_gives_the_same_bytes(year: Publication) -> None:
    report = read_report(year.processed, REFERENCE)
    once, again = (dict(citizen_pages(report, facts_of(report, year.processed))) for _ in range(2))
    assert once == again


def test_procedures_are_named_and_what_is_hidden_is_not_told() -> None:
    report = small_report()
    unknown = Facts(of_ten(0, 0), Waiting(TOO_FEW, 0, 0), None)
    pages = dict(citizen_pages(report, dict.fromkeys(["ALL", *report.reference.units["unit_code"]], unknown)))
    names = ["index", "H45.22", "H45.22.02", "H45.22.01", "H45.23"]  # communes by name, a hostile one first
    assert list(pages) == [f"cong-dan/{name}.html" for name in names]
    for name in ("Khai sinh", "Đất đai", "Chứng thực"):
        assert f">{name}<" in pages["cong-dan/H45.22.01.html"], "of the commune and of its district"
    assert "Chứng thực" not in pages["cong-dan/H45.22.html"]
    assert all(str(HIDDEN) not in text for text in pages.values())


# --- Easy to read -----------------------------------------------------------------------------------------------------

TERMS = tomllib.loads((REFERENCE / "terms.toml").read_text(encoding="utf-8"))["citizens"]
NAMES = ("services", "places")  # what is from data


def sentences(page: Path, names: list[str]) -> Iterator[str]:
    """Of a page's own words: each block of text, cut where a sentence ends; names from data are one word."""
    tree = html.fromstring(page.read_text(encoding="utf-8"))
    for part in tree.xpath(
        "//style | //script | //*[@aria-hidden='true'] | //nav | "
        + " | ".join(f"//*[@class='{name}']" for name in NAMES)
    ):
        part.drop_tree()
    for block in tree.xpath("//title | //p | //h1 | //h2 | //h3 | //label | //summary | //figcaption"):
        text = " ".join(block.text_content().split())
        for name in names:
            text = re.sub(re.escape(name), "X", text, flags=re.IGNORECASE)
        yield from filter(None, (part.strip() for part in re.split(r"(?<=[.?!:–])\s", text)))


@pytest.fixture(scope="module")
def read(published: Publication) -> set[str]:
    """Every sentence of all the pages in a language."""
    report = read_report(published.processed, REFERENCE, Language(published.lang))
    names = sorted(report.reference.units["unit_name"], key=len, reverse=True)
    names += list(vars(load_province(REFERENCE).name).values())
    return {one for path in (published.reports / "cong-dan").iterdir() for one in sentences(path, names)}


def test_sentences_are_short(published: Publication, read: set[str]) -> None:
    assert len(read) > 50
    longest = TERMS["longest"][published.lang]
    assert [one for one in read if len(one.split()) > longest] == []


def test_no_term_of_the_trade_is_used(published: Publication, read: set[str]) -> None:
    avoided = TERMS["avoided"][published.lang]
    assert len(avoided) > 20
    found = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in avoided), re.IGNORECASE)
    assert [one for one in read if found.search(one)] == []
    assert found.search(f"x {avoided[0]}."), "the search finds what is there"


def test_english_pages_have_no_vietnamese_words_of_ours(
    province: Province, read: set[str], published: Publication
) -> None:
    if published.lang == "en":
        assert [one for one in read if re.search("[àáảãạăâđèéẻẽẹêìíỉĩịòóỏõọôơùúủũụưỳýỷỹỵ]", one, re.IGNORECASE)] == []
    else:
        assert any("ợ" in one for one in read)
