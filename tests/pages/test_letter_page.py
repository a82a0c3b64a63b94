"""A letter's page says the same as its document, on one sheet, without a sideways scroll on a phone."""

import re
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from support.browsing import Opener
from support.published import Publication

pytestmark = pytest.mark.slow
SHOWN = ("H45.18", "H45.22", "H45.22.01")


def words_of(text: str) -> str:
    """In plain spaces."""
    return " ".join(text.replace("\u00a0", " ").split())


def lines_of(path: Path) -> list[str]:
    """The lines of a document's paragraphs, in tables too."""
    document = docx.Document(str(path))
    nodes = document.element.body.iter(qn("w:p"))
    return [line for node in nodes for line in Paragraph(node, document).text.split("\n")]


@pytest.mark.parametrize("code", SHOWN)
def test_page_and_document_say_the_same(september: Publication, open_page: Opener, code: str) -> None:
    page = open_page(september.month / f"thu/{code}.html", width=360)
    said = words_of(page.inner_text("main"))
    for line in lines_of(september.month / f"thu/{code}.docx"):
        text = words_of(re.sub(r"^\d\. [^.]*\. ", "", line))
        assert text in said, text
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert len(page.query_selector_all("h1")) == 1
    links = [link.get_attribute("href") for link in page.query_selector_all(".pages a")]
    assert links == [f"../units/{code}.html", f"../thu/{code}.docx"]
    assert all(Path(september.month / "thu" / link).is_file() for link in links)


def test_it_is_printed_on_one_sheet(year: Publication, open_page: Opener) -> None:
    for path in sorted((year.month / "thu").glob("*.html")):
        printed = open_page(path).pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, path.name
