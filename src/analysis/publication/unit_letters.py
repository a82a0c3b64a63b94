"""The letters to units (``thu/``): a page and a document each."""

from collections.abc import Iterable
from pathlib import Path

from analysis.documents.unit_letter import write_letter
from analysis.findings.report import Report
from analysis.pages.letter_page import publish_letter
from analysis.presentation.letter import letters
from analysis.reference.groups import is_group
from analysis.storage.places import letter_document, letter_page


def write_letters(folder: Path, report: Report, codes: Iterable[str]) -> list[str]:
    """Write those to the units among ``codes`` into the month's folder; returns their names relative to it.

    The same report gives the same bytes.
    """
    written = []
    for letter in letters(report, [code for code in codes if not is_group(code)]):
        page, document = letter_page(letter.code), letter_document(letter.code)
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        publish_letter(folder / page, letter, report)
        write_letter(folder / document, letter, report)
        written += [page, document]
    return written
