"""A unit's letter (``thu/<unit>.html``), one sheet in print, filled from what ``letters`` say."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from analysis.findings.report import Report
from analysis.pages.bundle import policy
from analysis.pages.page import page_css
from analysis.pages.rendering import render
from analysis.presentation.letter import FAULTS, RESULTS, Letter
from analysis.storage.places import letter_document
from analysis.storage.writing import write_text

BASE = "../"  # from a letter to the month's folder
_HEADS = {"results": RESULTS, "faults": FAULTS}


def publish_letter(page: Path, letter: Letter, report: Report) -> None:
    """Write the page, whole or not at all."""
    heads = {name: [report.language.text(head) for head in of] for name, of in _HEADS.items()}
    values = {"letter": letter, "document": letter_document(letter.code), **heads}
    html = render("letter_page", report, BASE, css=_css(), policy=policy(), **values).html
    write_text(page, html)


@cache
def _css() -> str:
    return page_css() + (files("analysis.pages") / "templates/site/letter.css").read_text(encoding="utf-8")
