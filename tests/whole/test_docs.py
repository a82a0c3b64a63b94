"""The documentation: it builds without a warning, its examples run, its links lead somewhere, and it cannot drift."""

import doctest
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from babel.messages.pofile import read_po
from lxml import html
from playwright.sync_api import Browser, Page
from support.browsing import faults, new_page
from support.folders import REFERENCE
from support.links import broken_links
from support.published import Publication

import analysis as dv
from analysis.documents.open_data import published_tables
from analysis.reference.tables import load_reference

DOCS = Path(__file__).parents[2] / "docs"
sys.path[:0] = [str(DOCS), str(DOCS / "extensions")]
import build  # noqa: E402
import generated_pages  # noqa: E402

pytestmark = pytest.mark.slow
REAL = Path("vi-du/cap-cuu-anh.md")
PAGES = sorted(path.relative_to(DOCS) for path in DOCS.rglob("*.md") if "_build" not in path.parts)


@pytest.fixture(scope="module")
def project(year: Publication, september: Publication, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As ``build.make_project`` leaves it, with a smaller province's runs, which other tests have made already."""
    folder = tmp_path_factory.mktemp("docs") / "project"
    shutil.copytree(REFERENCE, folder / "data/reference")
    shutil.copytree(year.processed, folder / "data/processed")
    shutil.copytree(september.processed, folder / "data/den-30-9")
    (folder / "notebooks").mkdir()
    build.add_example(folder)
    return folder


@pytest.fixture(scope="module")
def site(project: Path) -> Path:
    """The built site; building it runs every example of its pages, and any warning is an error."""
    folder = project.with_name("html")
    assert build.build(project, folder, "--quiet").returncode == 0, "see what Sphinx printed"
    return folder


def _tree(page: Path) -> html.HtmlElement:
    return html.parse(str(page), html.HTMLParser(encoding="utf-8", huge_tree=True)).getroot()


def test_every_page_is_there_with_a_title_and_in_vietnamese(site: Path) -> None:
    for page in PAGES:
        tree = _tree(site / page.with_suffix(".html"))
        assert tree.get("lang") == "vi", page
        assert len(tree.xpath("//article//h1")) == 1, page
        assert tree.findtext(".//title"), page


def test_every_link_and_every_place_that_one_leads_to_is_there(site: Path) -> None:
    """A link out of the site, or anything that a page would load from elsewhere, counts as broken."""
    assert broken_links(site) == []
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(?:https?:)?//|@import", sheet.read_text(encoding="utf-8")), sheet.name


def test_pages_with_results_say_that_the_data_are_made_up(site: Path) -> None:
    with_results = [
        page
        for page in PAGES
        if _tree(site / page.with_suffix(".html")).xpath("//*[@class='cell_output docutils container']")
    ]
    assert len(with_results) > 10
    for page in with_results:
        word = "Số liệu thật" if page == REAL else "ô phỏng"
        assert word in _tree(site / page.with_suffix(".html")).xpath("string(//article)"), page


def test_code_cells_have_shown_what_they_were_to_show(site: Path) -> None:
    """Tables, charts and the helpful errors stand in the tutorial; nothing else went wrong anywhere."""
    tutorial = _tree(site / "bat-dau/gio-dau-tien.html")
    assert len(tutorial.xpath("//div[contains(@class, 'cell_output')]//table")) > 8
    assert len(tutorial.xpath("//img[contains(@src, '.svg')][@alt != '']")) == 2
    assert "Gần nhất: l3-dossiers" in tutorial.xpath("string(//article)")
    for page in PAGES:
        words = _tree(site / page.with_suffix(".html")).xpath("string(//article)")
        assert "Traceback" not in words, page
    for name in ("bat-dau/gio-dau-tien", "bat-dau/cau-hoi-cua-minh"):  # the reader's own checks come out true
        printed = _tree(site / f"{name}.html").xpath("//div[contains(@class, 'cell_output')]//pre")
        assert {one.text_content().strip() for one in printed} & {"True", "False"} == {"True"}, name


@pytest.fixture(params=["light", "dark"])
def small_screen(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A telephone's screen; on the way out, nothing was asked of another machine."""
    page = new_page(browser, offline=True, viewport={"width": 380, "height": 800}, color_scheme=request.param)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    page.close()
    assert all(url.startswith(("file://", "data:")) for url in asked)


@pytest.mark.parametrize("small_screen", ["light"], indirect=True)
def test_search_finds_pages_from_disk_by_the_words_that_people_use(site: Path, small_screen: Page) -> None:
    """With marks or without."""
    for words, page in {
        "bưu chính": "Các cách hiểu",
        "buu chinh": "Các cách hiểu",
        "liên thông": "Các cách hiểu",
        "pdf": "Chia sẻ kết quả",
        "nguong": "Có quyết định mới",
        "nguoi ky": "Tỉnh khác",
        "Doi ten co quan": "Đổi tên cơ quan",
        "danh muc": "Danh mục thủ tục",
    }.items():
        small_screen.goto(f"{(site / 'search.html').as_uri()}?q={quote(words)}")
        small_screen.wait_for_selector(f"#search-results li a:has-text('{page}')")  # they appear one by one


@pytest.mark.parametrize("small_screen", ["light"], indirect=True)
def test_pages_fit_a_small_screen(site: Path, small_screen: Page) -> None:
    for name in PAGES:
        small_screen.goto((site / name.with_suffix(".html")).as_uri())
        assert small_screen.evaluate("document.documentElement.scrollWidth") <= 380, name


def test_each_kind_of_page_is_fit_for_everybody(site: Path, small_screen: Page) -> None:
    kinds = [name for name in PAGES if name.stem in ("gio-dau-tien", "cach-do", "api", "so-sanh")]
    assert len(kinds) == 4
    for name in kinds:
        small_screen.goto((site / name.with_suffix(".html")).as_uri())
        assert faults(small_screen) == [], name


def test_every_public_name_is_documented(site: Path) -> None:
    known = set(_tree(site / "tham-chieu/api.html").xpath("//dt/@id"))
    assert {f"analysis.{name}" for name in dv.__all__} <= known


def test_docstrings_are_translated_and_no_translation_is_left_over(site: Path) -> None:
    """An English paragraph would stand on the page alone; a translation that is left over, in the catalogue alone."""
    told = _tree(site / "tham-chieu/api.html").xpath("//dl[starts-with(@class, 'py ')]/dd/p")
    shown = {paragraph.text_content() for paragraph in told}
    with (DOCS / "locale/vi/LC_MESSAGES/tham-chieu/api.po").open("rb") as file:
        translated = {str(one.string).replace("``", "") for one in read_po(file) if one.id}
    assert len(translated) > 15
    assert shown == translated


@pytest.mark.parametrize("name", dv.__all__)
def test_the_examples_of_a_public_name_run(name: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "notebooks")
    names: dict[str, object] = {}
    for example in doctest.DocTestParser().get_examples(getattr(dv, name).__doc__ or ""):
        exec(compile(example.source, f"dv.{name}", "single"), names)


def test_every_reading_of_every_target_is_told_with_its_formula() -> None:
    decision = load_reference(REFERENCE).decisions["766-qd-ubnd-2020"]
    told = {
        (target.id, reading.id): generated_pages.fraction(target, reading)
        for target in decision.targets
        for reading in decision.readings_of(target)
    }
    assert len(set(told.values())) == len(told), "two formulas read alike"
    assert told["l3-interagency", "no_post"] == (
        "hồ sơ mức độ 3 phát sinh trong kỳ, người nộp là cơ quan nhà nước, nộp trực tuyến, đã giải quyết",
        "hồ sơ mức độ 3 phát sinh trong kỳ, người nộp là cơ quan nhà nước, nộp trực tuyến hoặc trực tiếp",
    )
    assert told["portal", "provincial_only"][0] == "hồ sơ phát sinh trong kỳ, tiếp nhận qua Cổng tỉnh"
    assert told["l4-procedures", "any_channel"][0].endswith("có ít nhất một hồ sơ phát sinh trong kỳ")


def test_every_table_of_a_run_is_in_the_dictionary(project: Path, site: Path) -> None:
    data = dv.load(processed=project / "data/processed", reference=project / "data/reference")
    published = {f"{name}.csv" for name in published_tables(data.report)}
    written = {path.name for path in (project / "data/processed").iterdir() if path.suffix in (".csv", ".parquet")}
    words = _tree(site / "tham-chieu/tu-dien.html").xpath("string(//article)")
    assert [name for name in sorted(written | published) if name not in words] == []


def test_the_documentations_project_is_what_two_runs_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(folder: Path, *options: str) -> None:
        asked.append(options)
        (folder / "data/processed").mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(build, "_run", run)
    build.make_project(tmp_path / "project")
    assert asked == [("--as-of", "2020-09-30"), ()]
    assert {path.name for path in (tmp_path / "project/data").iterdir()} == {
        "reference",
        "processed",
        "den-30-9",
        "vi-du",
    }
