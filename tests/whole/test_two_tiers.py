"""A province that lost its districts in mid-year, to the last page: no sentence speaks of what it has no more."""

import json
import re
from pathlib import Path

import pytest
from docx import Document
from lxml import html
from support.folders import read_csv
from support.small_run import call_here

pytestmark = pytest.mark.slow

MONTH = "2025-12"
# What is said of a province with districts and numbered levels; the names of ended units stand apart.
WRONG = re.compile(r"huyện|mức độ [34]|mức [34]\b", re.IGNORECASE)
WRONG_IN_ENGLISH = re.compile(r"district|level [34]", re.IGNORECASE)
ENDED = "(đến ngày 30/06/2025)"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample and its reports, without those of units."""
    home = tmp_path_factory.mktemp("two-tiers")
    for words in (
        "sample --scheme 2025 --out made --dossiers 500 --seed 7",
        "run --raw made/raw --reference made/reference --processed processed --reports reports --units none",
    ):
        done = call_here(words.split(), home)
        assert done.returncode == 0, done.stderr
    return home


def lines_of(page: Path) -> list[str]:
    """What a reader of the page reads, line by line."""
    (body,) = html.parse(page).getroot().iter("body")
    for part in [*body.iter("script", "style")]:
        part.getparent().remove(part)
    return [text for line in body.text_content().split("\n") if (text := " ".join(line.split()))]


def test_no_page_speaks_of_districts_or_numbered_levels(home: Path) -> None:
    reports = home / "reports"
    pages = [reports / "index.html", reports / "cong-dan/index.html"]
    pages += [*reports.glob(f"{MONTH}/*.html"), *reports.glob(f"{MONTH}/targets/*.html")]
    assert len(pages) > 20
    told = [(page.name, line) for page in pages for line in lines_of(page)]
    assert [one for one in told if WRONG.search(one[1]) and ENDED not in one[1]] == []
    summary = json.loads((reports / MONTH / "report.json").read_text(encoding="utf-8"))
    assert summary["map"] == {"vi": [], "en": []}
    assert WRONG_IN_ENGLISH.search(json.dumps([summary["lead"]["en"], summary["headline"]["en"]])) is None


def test_who_answers_to_the_province_is_listed(home: Path) -> None:
    reports = home / "reports"
    front = lines_of(reports / "index.html")
    assert any("Tìm sở, xã hoặc phường của bạn" in line for line in front)
    of_citizens = html.parse(reports / "cong-dan/index.html").getroot()
    assert len(of_citizens.xpath("//div[@class='places']//li")) == 34
    assert [head.text_content() for head in of_citizens.xpath("//div[@class='places']//h2")] == [
        "Tất cả các xã, phường"
    ]
    place = " ".join(lines_of(reports / "cong-dan/H45.51.html"))
    assert "Nộp tại Cổng Dịch vụ công quốc gia." in place
    who = " ".join(lines_of(reports / MONTH / "who.html"))
    assert "Những giá trị thấp nhất trong các sở, ngành và xã, phường, lũy kế" in who
    assert f"Huyện Đồng Xuân {ENDED}" in who
    heads = html.parse(reports / MONTH / "overview.html").getroot().xpath("//table[@class='heatmap']/caption")
    assert [head.text_content() for head in heads] == ["Cấp tỉnh", "Cấp xã"]


def test_ranks_of_the_index_are_among_the_units_of_the_day(home: Path) -> None:
    rows = [row for row in read_csv(home / "processed/index.csv") if row["group_id"] == "" and row["rank"]]
    assert {row["tier"] for row in rows} == {"province", "commune"}
    assert {int(float(row["ranked_units"])) for row in rows} <= {12, 34}
    shown = (
        html.parse(home / "reports" / MONTH / "index.html").getroot().xpath("//details//table[@class='inline']//th/a")
    )
    assert len(shown) == 12 + 34


def test_the_draft_report_has_no_part_for_districts(home: Path) -> None:
    draft = Document(str(home / "reports" / MONTH / f"bao-cao-{MONTH}.docx"))
    cells = [cell.text for table in draft.tables for row in table.rows for cell in row.cells]
    told = [*(paragraph.text for paragraph in draft.paragraphs), *cells]
    assert [text for text in told if WRONG.search(text)] == []
    assert {"I. Cấp tỉnh", "II. Cấp xã"} <= set(cells)
    assert any("Quyết định giả định" in text for text in told), "what is made up is called so"
    assert any("không kể đơn vị đã thôi hoạt động" in text for text in told)
