"""The site in a real browser: it finds, sorts and filters by keyboard, and every figure is the table's."""

import csv
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from shutil import copytree

import duckdb
import pytest
from playwright.sync_api import Page, expect
from support.browsing import Opener, faults, overflowing
from support.folders import REFERENCE
from support.links import broken_links, links_of
from support.province import HOSTILE
from support.published import Province, Publication

from analysis.findings.provenance import dossiers_by_file
from analysis.findings.report import read_report
from analysis.pages.site import publish_site

pytestmark = pytest.mark.slow
MONTH = "2020-12"
# Pages of the month beside its questions, which tests/whole/test_pages.py opens.
BESIDE = (
    *("2020-12/overview.html", "2020-12/targets/l3-dossiers.html"),
    *("2020-12/units/H45.18.html", "2020-12/units/H45.22.html"),
    *("2020-12/criteria/thi-dua.html", "2020-12/criteria/chu-tich-huyen.html"),
)
PAGES = (
    *("index.html", "2020-12/index.html", *BESIDE),
    *(f"2020-12/{name}.html" for name in ("who", "changes", "course", "readings", "certainty", "quality", "method")),
)
KINDS = [name for name in PAGES if not name.endswith(("H45.22.html", "chu-tich-huyen.html"))]
CARDS = ("2020-12/index.html", "2020-12/units/H45.18.html")
ATTAINED = {"attained": "Đạt", "not_attained": "Chưa đạt", "not_applicable": "Không có số liệu"}


@pytest.fixture
def overview(year: Publication, open_page: Opener) -> Page:
    return open_page(year.month / "overview.html")


@pytest.fixture(scope="module")
def attained(year: Publication) -> dict[tuple[str, str], dict[str, str]]:
    """The rows of attainment.csv to date under the default reading, by target and unit or group."""
    with (year.processed / "attainment.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if (row["reading"], row["window"], row["month"]) == ("default", "to_date", MONTH)
        ]
    return {(row["target_id"], row["unit_code"]): row for row in rows}


def _units(attained: dict[tuple[str, str], dict[str, str]], target: str) -> list[dict[str, str]]:
    return [row for (of, code), row in attained.items() if of == target and code != "ALL" and ":" not in code]


def _value(row: dict[str, str]) -> Fraction:
    """The exact value; what has none comes before every other."""
    return Fraction(int(row["numerator"]), int(row["denominator"])) if row["denominator"] != "0" else Fraction(-1)


def _shown(page: Page) -> list[str]:
    """The codes of the rows that the table shows, in order; a row is found by its code too."""
    names = page.locator("table.standings tbody tr th").evaluate_all("cells => cells.map(cell => cell.dataset.search)")
    return [next(part for part in name.split(" ; ") if part.startswith("h45.")).upper() for name in names]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_opens_without_requests_and_fits_the_screen(
    province: Province, open_page: Opener, lang: str
) -> None:
    for name in BESIDE:
        page = open_page(province.year(lang).reports / name, 360)
        assert page.evaluate("document.documentElement.lang") == lang
        assert overflowing(page) == [], name
        assert page.locator("h1").is_visible()


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_page_is_fit_for_everybody(year: Publication, open_page: Opener, name: str) -> None:
    """Also at 200 % and 400 %, where 1280 pixels have room for half and a quarter; of rows that look alike two are left
    there. Colours are the same: they are looked at once, but on the pages whose tables become cards.
    """
    page = open_page(year.reports / name)
    widths = (1280, 640, 320)
    assert overflowing(page, widths) == []
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page, colours=width == 1280 or name in CARDS) == [], width


def test_axe_would_see_a_fault(year: Publication, open_page: Opener) -> None:
    for spoil, rule in (
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
        ("document.querySelector('tbody tr:last-child td.result').style.color = '#ddd'", "color-contrast"),
        ("document.querySelector('h1').style.color = '#ddd'", "color-contrast"),
    ):
        page = open_page(year.reports / "index.html")
        page.evaluate(spoil)
        assert [broken for broken, _ in faults(page)] == [rule]


@pytest.mark.parametrize("typed", ["dong xuan", "Đồng Xuân", "ĐÔNG  XUÂN "])
def test_search_forgives_missing_marks(overview: Page, typed: str) -> None:
    overview.locator("#name").focus()
    overview.keyboard.type(typed)
    codes = _shown(overview)
    assert codes[0] == "H45.22"
    assert len(codes) == 12
    assert all(code.startswith("H45.22") for code in codes), "the district and its communes alone"
    assert overview.locator(".matches").inner_text() == "Đang hiện 12 trên 138 cơ quan."


def test_a_search_without_match_says_so_and_is_undone(overview: Page) -> None:
    overview.fill("#name", "khong co noi nay")
    assert "Không có cơ quan nào khớp" in overview.locator("table.standings tbody").inner_text()
    overview.get_by_role("button", name="Hiện lại tất cả").press("Enter")
    assert len(_shown(overview)) == 138
    assert overview.evaluate("document.activeElement.id") == "name"


def test_a_unit_is_found_by_its_abbreviation(overview: Page) -> None:
    overview.fill("#name", "so tt&tt")
    assert _shown(overview) == ["H45.10"]


@pytest.mark.parametrize(("column", "target"), [(1, "l3-procedures"), (2, "l3-dossiers"), (6, "l4-interagency")])
def test_sorting_by_keyboard_follows_the_exact_values(
    overview: Page, attained: dict[tuple[str, str], dict[str, str]], column: int, target: str
) -> None:
    heading = overview.locator("table.standings thead th").nth(column)
    heading.locator(".dt-column-order").focus()
    assert heading.get_attribute("aria-sort") is None
    overview.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")  # DataTables sorts when it has time
    rising = [_value(attained[target, code]) for code in _shown(overview)]
    assert rising == sorted(_value(row) for row in _units(attained, target))
    assert len(set(rising)) > 1
    overview.keyboard.press("Space")
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert [_value(attained[target, code]) for code in _shown(overview)] == rising[::-1]


def test_tier_and_verdict_are_filtered_by_keyboard(
    overview: Page, attained: dict[tuple[str, str], dict[str, str]]
) -> None:
    overview.locator("#tier").focus()
    overview.keyboard.press("ArrowDown")  # departments
    overview.locator("#target").focus()
    overview.keyboard.press("ArrowDown")  # l3-dossiers
    overview.locator("#verdict").focus()
    for status in ("attained", "not_attained", "not_applicable"):
        overview.keyboard.press("ArrowDown")
        of_tier = [row for row in _units(attained, "l3-dossiers") if row["tier"] == "province"]
        expected = {row["unit_code"] for row in of_tier if row["status"] == status}
        if expected:
            assert set(_shown(overview)) == expected
        assert overview.locator(".matches").inner_text() == f"Đang hiện {len(expected)} trên 138 cơ quan."
    assert overview.locator("#target").evaluate("chosen => chosen.selectedOptions[0].text").startswith("Hồ sơ mức độ 3")


def test_focus_can_be_seen_and_every_control_has_its_name(overview: Page) -> None:
    for control in ("#name", "#tier", "#target", "#verdict"):
        assert overview.locator(f"label[for={control[1:]}]").inner_text()
    overview.locator("#name").focus()
    overview.keyboard.press("Tab")
    assert overview.evaluate("document.activeElement.id") == "tier"
    assert overview.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_map_and_table_say_what_attainment_says(
    overview: Page, attained: dict[tuple[str, str], dict[str, str]]
) -> None:
    linked = (
        "cells => cells.filter(cell => cell.querySelector('a'))"
        ".map(cell => [cell.querySelector('a').getAttribute('href'), cell.textContent])"
    )
    told = overview.locator("td.heat").evaluate_all(linked)
    assert len(told) == 7 * (3 + 19 + 9 + 9)
    for href, words in told:
        _check(words, attained[_key(href)])
    rows = overview.locator("table.standings tbody td").evaluate_all(linked)
    units = [row for target in {target for target, _ in attained} for row in _units(attained, target)]
    assert len(rows) == sum(row["denominator"] != "0" for row in units)
    for href, words in rows:
        row = attained[_key(href)]
        assert _fraction(row) in words
        assert ("✓" in words) == (row["status"] == "attained")


def _key(href: str) -> tuple[str, str]:
    """``targets/portal.html#AREA-H45.22`` → portal, AREA:H45.22."""
    target, code = href.removeprefix("targets/").split(".html#")
    return target, code.replace("-", ":", 1)


def _check(words: str, row: dict[str, str]) -> None:
    assert ATTAINED[row["status"]] in words
    if row["denominator"] != "0":
        assert _fraction(row) in words
        assert ("✓" in words) == (row["status"] == "attained")


def _fraction(row: dict[str, str]) -> str:
    return "/".join(f"{int(row[side]):,}".replace(",", ".") for side in ("numerator", "denominator"))


def test_every_unit_and_group_has_its_row_on_the_target_page(
    year: Publication, open_page: Opener, attained: dict[tuple[str, str], dict[str, str]]
) -> None:
    page = open_page(year.month / "targets/l3-dossiers.html")
    rows = page.locator("table.computed tr[id]").evaluate_all(
        "rows => rows.map(row => [row.id, ...[...row.cells].map(cell => cell.textContent)])"
    )
    expected = {code: row for (target, code), row in attained.items() if target == "l3-dossiers"}
    assert {row[0] for row in rows} == {code.replace(":", "-") for code in expected}
    for code, _, numerator, denominator, _, minimum, _, missing, verdict, files in rows:
        row = expected[code.replace("-", ":", 1)]
        assert f"{numerator}/{denominator}" == _fraction(row)
        assert missing.replace(".", "") == row["shortfall"]
        assert minimum == "50 %"
        assert verdict.split(" ", 1)[1] == ATTAINED[row["status"]]
        assert files


def test_a_link_to_a_row_marks_it(year: Publication, open_page: Opener) -> None:
    page = open_page(year.month / "targets/portal.html")
    page.evaluate("location.hash = 'AREA-H45.22'")
    row = page.locator("[id='AREA-H45.22'] td").first
    assert row.evaluate("cell => getComputedStyle(cell).backgroundColor") == "rgb(255, 243, 191)"


def test_the_files_of_a_unit_are_those_of_its_dossiers(year: Publication) -> None:
    found = dossiers_by_file(year.processed)
    rows = duckdb.sql(
        f"select unit_code, file, count(*) from '{year.processed / 'dossiers.parquet'}' group by all order by all"
    ).fetchall()
    assert list(found.itertuples(index=False, name=None)) == rows
    assert len(rows) > 138


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_link_leads_somewhere(province: Province, lang: str) -> None:
    published = province.year(lang)
    assert broken_links(published.reports) == []
    assert len(links_of(published.month / "overview.html")) > 500


def test_without_scripts_everything_is_still_there(year: Publication, open_page: Opener) -> None:
    page = open_page(year.month / "overview.html", scripts=False)
    assert page.locator("table.standings tbody tr").count() == 138
    assert not page.locator(".controls").is_visible()
    assert page.locator("table.standings tbody tr").last.is_visible()


@pytest.mark.parametrize("name", PAGES)
def test_printing_gives_a4_without_a_cut_table(year: Publication, open_page: Opener, name: str) -> None:
    page = open_page(year.reports / name)
    assert b"/MediaBox [0 0 594.95996 841.91998]" in page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")
    width = 688  # 210 mm without the margins of 14 mm
    page.set_viewport_size({"width": width, "height": 1000})
    wide = page.locator("table").evaluate_all(
        "(tables, width) => tables.map(table => [table.caption.textContent, table.getBoundingClientRect().right])"
        ".filter(([, right]) => right > width + 1)",
        width,
    )
    assert wide == []


def test_months_lead_to_one_another(year: Publication, tmp_path: Path, open_page: Opener) -> None:
    reports = tmp_path / "reports"
    copytree(year.reports, reports)
    earlier = reports / "2020-11"
    earlier.mkdir()
    known = json.loads((reports / MONTH / "report.json").read_text(encoding="utf-8"))
    (earlier / "report.json").write_text(json.dumps(known | {"month": "2020-11"}), encoding="utf-8")
    for name in ("overview.html", "index.html"):
        (earlier / name).write_text("<!doctype html><title>x</title>", encoding="utf-8")
    (reports / MONTH / f"phu-luc-{MONTH}.xlsx").touch()
    report = read_report(year.processed, REFERENCE)
    publish_site(reports, reports / MONTH, year.processed, report, (), {})
    assert "../2020-11/overview.html" in links_of(reports / MONTH / "overview.html")
    front = open_page(reports / "index.html")
    months = front.locator(".months li").all_inner_texts()
    assert [words.split(" ·")[0] for words in months] == ["Tháng 12/2020", "Tháng 11/2020"]
    assert front.locator("tr[data-target]").count() == 7
    assert f"{MONTH}/phu-luc-{MONTH}.xlsx" in links_of(reports / "index.html")
    assert broken_links(reports) == []


def test_hostile_names_stay_text_and_a_failed_report_says_so(
    year: Publication, tmp_path: Path, open_page: Opener
) -> None:
    report = read_report(year.processed, REFERENCE)
    names = ["</script><script>alert(1)</script>", HOSTILE, "\u202eđảo", "'\"><svg onload=alert(1)>", "x" * 3_000]
    units = report.reference.units.copy()
    units["unit_name"] = [f"{names[place % len(names)]} {code}" for place, code in enumerate(units["unit_code"])]
    hostile = replace(report, reference=replace(report.reference, units=units))
    folder = tmp_path / "reports" / MONTH
    copytree(year.month, folder)
    (folder / "units").mkdir(exist_ok=True)
    (folder / "units/H45.22.html").write_text("<!doctype html><title>x</title>", encoding="utf-8")
    publish_site(folder.parent, folder, year.processed, hostile, ["H45.22"], {"H45.18": HOSTILE})
    for name in ("overview.html", "targets/portal.html", "units/H45.18.html"):
        page = open_page(folder / name, 360)
        assert page.locator("img, svg[onload]").count() == 0
        assert page.locator("script").count() == (name == "overview.html"), name
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    failed = open_page(folder / "units/H45.18.html").inner_text("main")
    assert HOSTILE in failed
    assert "Các báo cáo khác của tháng đã lập xong" in failed
    linked = links_of(folder / "overview.html")
    assert {"units/H45.22.html", "units/H45.18.html"} <= set(linked)
    assert "units/H45.19.html" not in linked
    assert broken_links(folder.parent) == []
