"""Hostile names of units and procedures, and hostile difficulties: everywhere they stay text."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import html
from support.browsing import Opener
from support.folders import write_export, write_reference
from support.links import broken_links
from support.small_run import call_here

pytestmark = pytest.mark.slow
AS_OF = "2020-09-30"
PIECES = (
    *(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</style><script>alert(1)</script>",
        "<svg/onload=alert(1)>",
    ),
    *(
        "</title></textarea></script><script>alert(1)</script>",
        "<!--",
        "-->",
        "]]>",
        "<![CDATA[",
        "&lt;b&gt;",
        "&#x3C;i&#x3E;",
    ),
    *(
        "javascript:alert(1)",
        "' onmouseover='alert(1)",
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("http://x";"y")',
        "+1+1",
        "-1+1",
    ),
    *(
        "@SUM(1;2)",
        "{=1+1}",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "${7*7}",
        "$x_{$",
        "%s %d {0} {name}",
        "{unit}",
        "\\u003cscript\\u003e",
    ),
    *(
        "\u202eđảo ngược",
        "\u2066cô lập\u2069",
        "\u200bvô hình\ufeff",
        "a\u0301\u0302\u0303\u0304",
        "🏛️👩🏽‍💼",
        "\u2028dòng mới",
    ),
    *("`code` **đậm** [liên kết](javascript:alert(1))", "# tiêu đề", "| a | b |", "~~~", "\\frac{1}{2}", "_gạch_ ^mũ^"),
)
UNITS = ["H45.50", *(f"H45.{number:02}" for number in range(2, 7)), *(f"H45.50.{number:02}" for number in range(1, 7))]
TIERS = ["district"] + ["province"] * 5 + ["commune"] * 6
FORMULAS = [piece for piece in PIECES if piece.startswith(("=", "+", "-", "@", "{="))]


def hostile_texts(count: int) -> list[str]:
    """``count`` texts with all the pieces in them, some very long; what a spreadsheet takes for formulas comes first.

    What a spreadsheet or a page makes of a text depends on how it begins and ends.
    """
    pieces = [*FORMULAS, *(piece for piece in PIECES if piece not in FORMULAS)]
    texts = [f" {number} ".join([*pieces[number::count], ""]) for number in range(count)]
    texts = [f"{text}{PIECES[number]}" + " rất dài" * 600 * (number % 6 == 0) for number, text in enumerate(texts)]
    assert len({" ".join(text.split()) for text in texts}) == count
    return texts


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication of a province whose every name is hostile: twelve units, 24 procedures, 24 difficulties."""
    home = tmp_path_factory.mktemp("hostile")
    rows = [
        {
            "unit_code": code,
            "unit_name": name,
            "tier": tier,
            "parent_code": "H45.50" * (tier == "commune"),
            "aliases": "",
        }
        for code, tier, name in zip(UNITS, TIERS, hostile_texts(len(UNITS)), strict=True)
    ]
    catalogue = [_procedure(number, name) for number, name in enumerate(hostile_texts(24))]
    write_reference(home / "reference", rows, catalogue)
    write_export(home / "raw/xuat-20200930.csv", list(_dossiers(catalogue)))
    _write_difficulties(home / "raw/kho-khan.csv", hostile_texts(24))
    folders = {"--raw": "raw", "--processed": "processed", "--reports": "reports", "--reference": "reference"}
    options = [word for option, name in folders.items() for word in (option, str(home / name))]
    done = call_here(["run", *options, "--as-of", AS_OF], home)
    assert done.returncode == 0, done.stderr
    return home / "reports"


def _procedure(number: int, name: str) -> dict[str, str]:
    turn, tier = number // 3, ("province", "district", "commune")[number % 3]
    return {
        **{"procedure_code": f"1.{number:06}.000.00.00.H45", "procedure_name": name, "field": name, "tier": tier},
        **{
            "unit_code": f"H45.{2 + turn % 5:02}" if tier == "province" else "",
            "level": str(3 + turn % 2),
        },
        **{"valid_from": "2019-01-01", "valid_to": ""},
    }


def _dossiers(catalogue: list[dict[str, str]]) -> Any:
    """Enough for each procedure to be named: six to ten by each unit that may offer it, some online."""
    number = 0
    for procedure in catalogue:
        tier = procedure["tier"]
        offering = {"province": [procedure["unit_code"]], "district": ["H45.50"], "commune": UNITS[6::2]}[tier]
        for unit in offering:
            for turn in range(6 + number % 5):
                number += 1
                yield {
                    **{"unit_code": unit, "procedure_code": procedure["procedure_code"], "dossier_id": f"H-{number}"},
                    **{"channel": "online" if turn % 3 == 0 else "counter", "applicant": "citizen"},
                    **{"source": "one_stop", "status": "resolved"},
                    "received_at": datetime(2020, 1 + number % 9, 1 + number % 28),
                    "completed_at": datetime(2020, 9, 29),
                }


def _write_difficulties(path: Path, texts: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["unit", "month", "category", "text"])
        for number, text in enumerate(texts):
            writer.writerow([UNITS[number % len(UNITS)], "2020-08", text[:40], text])


def test_no_script_runs_and_no_page_breaks(site: Path, open_page: Opener) -> None:
    """``open_page`` fails for any dialog, complaint or request."""
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > len(UNITS) + 4 + 7
    for path in pages:
        page = open_page(path)
        assert page.locator("main").count() == 1, path.name
        assert not set(page.inner_text("main")) & set("\u202e\u2066\u2069"), path.name
        assert page.locator("img, iframe, object, embed, link, base, form").count() == 0, path.name
        searched = path.name == "overview.html" or path in (site / "index.html", site / "cong-dan/index.html")
        assert page.locator("script").count() == (1 if searched else 0), path.name
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path.name


def test_no_tag_or_attribute_comes_from_a_name(site: Path) -> None:
    for path in site.rglob("*.html"):
        tree = html.parse(str(path), html.HTMLParser(encoding="utf-8", huge_tree=True)).getroot()
        attributes = {str(name) for name in tree.xpath("//@*[starts-with(name(), 'on')]")}
        assert attributes == set(), path.name
        assert [href for href in tree.xpath("//@href") if "script:" in href.lower()] == [], path.name


def test_names_are_shown_as_they_are(site: Path) -> None:
    page = html.parse(str(site / "2020-09/overview.html"), html.HTMLParser(encoding="utf-8", huge_tree=True)).getroot()
    shown = {" ".join(cell.text_content().split()) for cell in page.xpath("//table//th[@scope='row']//a")}
    for name in hostile_texts(len(UNITS)):
        assert " ".join(_without_directions(name).split()) in shown, name[:80]


def _without_directions(text: str) -> str:
    """Names must not turn the direction of the figures after them."""
    return text.translate(dict.fromkeys(map(ord, "\u202e\u2066\u2069")))


def test_every_link_leads_somewhere(site: Path) -> None:
    assert broken_links(site) == []


def test_the_workbook_has_no_formula(site: Path) -> None:
    book = openpyxl.load_workbook(site / "2020-09/phu-luc-2020-09.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > len(UNITS) * 7
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_no_cell_of_a_table_begins_as_a_formula(site: Path) -> None:
    tables = [*(site / "2020-09/open-data").glob("*.csv"), *(site.parent / "processed").glob("*.csv")]
    assert len(tables) > 15
    for path in tables:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                texts = {name: value for name, value in row.items() if name.endswith(("name", "title", "reason"))}
                assert [value[:40] for value in texts.values() if value.startswith(("=", "+", "-", "@"))] == []


def test_file_names_are_made_of_codes_alone(site: Path) -> None:
    names = {path.name for path in (site / "2020-09").rglob("*") if path.is_file()}
    assert all(
        name.isascii() and set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")
        for name in names
    )
