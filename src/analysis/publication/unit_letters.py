"""The letters to units (``thu/``): a page and a document each."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from analysis.documents.unit_letter import write_letter
from analysis.findings.report import Report
from analysis.pages.letter_page import publish_letter
from analysis.presentation.letter import letters
from analysis.publication.fingerprints import common_digest
from analysis.reference.groups import is_group
from analysis.storage.places import letter_document, letter_page
from analysis.storage.shelf import Shelf


def write_letters(folder: Path, report: Report, codes: Iterable[str], shelf: Shelf) -> list[str]:
    """Write those to the units among ``codes`` into the month's folder; returns their names relative to it.

    The same report gives the same bytes; a letter that says what it said is the one of the ``shelf``.
    """
    written = []
    common = common_digest(report)
    for letter in letters(report, [code for code in codes if not is_group(code)]):
        page, document = letter_page(letter.code), letter_document(letter.code)
        shelf.put(folder / page, (common, letter), partial(publish_letter, letter=letter, report=report))
        shelf.put(folder / document, (common, letter), partial(write_letter, letter=letter, report=report))
        written += [page, document]
    return written
