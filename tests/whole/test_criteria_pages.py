"""The criteria pages of a finished run: every score is recounted from attainment.csv, every document is there."""

import csv
import tomllib
from fractions import Fraction

import pytest
from support.browsing import Opener
from support.folders import REFERENCE
from support.published import Province, Publication

pytestmark = pytest.mark.slow
FOLDER = REFERENCE / "criteria"
DRAFTS = sorted(path.stem for path in FOLDER.glob("*.toml") if "rival_of" not in path.read_text(encoding="utf-8"))
WINDOWS = {"quarter": "quarter", "year": "to_date", "to_date": "to_date"}


def _recounted(year: Publication, draft: str) -> dict[str, str]:
    """Scores by unit's name of criteria in proportion, as they are shown, from their file and attainment.csv."""
    content = tomllib.loads((FOLDER / f"{draft}.toml").read_text(encoding="utf-8"))
    with (year.processed / "attainment.csv").open(encoding="utf-8", newline="") as file:
        rows = {
            (row["target_id"], row["unit_code"]): row
            for row in csv.DictReader(file)
            if (row["reading"], row["window"], row["month"]) == ("default", WINDOWS[content["period"]], year.name)
        }
    wanted = {
        "province": lambda code, tier: tier == "province" and ":" not in code,
        "areas": lambda code, tier: code.startswith("AREA:"),
    }
    found = {}
    for code, row in {key[1]: row for key, row in rows.items()}.items():
        if any(wanted[group](code, row["tier"]) for group in content["rates"]):
            earned = possible = Fraction(0)
            for part in content["components"]:
                own = rows[part["target"], code]
                if int(own["denominator"]) >= part["least"]:
                    share = Fraction(int(own["numerator"]), int(own["denominator"])) / Fraction(own["minimum"])
                    earned += Fraction(part["weight"]) * min(share, Fraction(1))
                    possible += Fraction(part["weight"])
            found[row["unit_name"]] = "–" if not possible else f"{float(100 * earned / possible):.1f}".replace(".", ",")
    return found


@pytest.mark.parametrize("draft", ["giam-doc-so", "chu-tich-huyen"])
def test_every_score_is_recounted(year: Publication, open_page: Opener, draft: str) -> None:
    page = open_page(year.month / f"criteria/{draft}.html")
    table = page.locator("table", has=page.locator("th", has_text="Vì sao")).first
    shown = {
        row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in table.locator("tbody tr").all()
    }
    assert shown == _recounted(year, draft)


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_each_draft_has_its_page_with_its_documents(
    province: Province, open_page: Opener, draft: str, lang: str
) -> None:
    published = province.year(lang)
    page = open_page(published.month / f"criteria/{draft}.html")
    rivals = [path.stem for path in FOLDER.glob(f"{draft}*.toml")]
    links = [link.get_attribute("href") or "" for link in page.locator(".ways a").all()]
    assert sorted(links) == sorted(
        name
        for rival in rivals
        for name in (
            f"../criteria/tieu-chi-{rival}-{published.name}.docx",
            f"../criteria/cham-diem-{rival}-{published.name}.xlsx",
        )
    )
    for link in links:
        assert (published.month / "units" / link).resolve().stat().st_size > 5_000
    listed = [entry.strip() for entry in page.locator(".contents a").all_inner_texts()]
    assert listed == [heading.strip() for heading in page.locator("h2").all_inner_texts()]
    words = page.inner_text("main")
    assert "đề xuất" in words
    assert "766/QĐ-UBND" in words
    assert page.locator("table > caption").count() == page.locator("table").count() > 6
    assert "slider" not in page.content(), "the page is static"


def test_the_overview_leads_to_the_criteria(year: Publication, open_page: Opener) -> None:
    page = open_page(year.month / "overview.html")
    links = {link.get_attribute("href") for link in page.locator("a").all()}
    assert {f"criteria/{draft}.html" for draft in DRAFTS} <= links


def test_charts_can_be_read_on_a_phone_and_in_print(year: Publication, open_page: Opener) -> None:
    page = open_page(year.month / "criteria/thi-dua.html", 360)
    assert all(box.bounding_box()["width"] >= 500 for box in page.locator(".chart.wide svg").all())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.emulate_media(media="print")
    wide = page.evaluate(
        "Math.max(...[...document.querySelectorAll('svg')].map(part => part.getBoundingClientRect().width))"
    )
    assert wide <= 360
