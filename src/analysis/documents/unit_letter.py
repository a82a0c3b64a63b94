"""A unit's letter (``thu/<unit>.docx``) in the form of an official letter, filled from what ``letters`` say."""

from pathlib import Path
from typing import Any

from docx.shared import Pt

from analysis.documents.official_document import OfficialDocument
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.presentation.letter import FAULTS, RESULTS, Letter

_RESULT_WIDTHS = (64, 17, 35, 30.5, 16)
_FAULT_WIDTHS = (18, 142)
_ANSWER_WIDTHS = (24, 18, 28, 96)


class _LetterDocument(OfficialDocument):
    """A letter has no title and no rule below one: what it is about stands below its number, the mark of a draft across
    from it. Its lines are single.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        body, notice, addressee = (
            self._document.styles[name].paragraph_format for name in ("Body Text", "Notice", "Addressee")
        )
        body.line_spacing = 1
        notice.space_before = notice.space_after = addressee.space_after = Pt(4)
        for rule in [one for one in self._document.paragraphs if one.style.name == "Rule"]:
            rule._p.getparent().remove(rule._p)
        letterhead = self._document.tables[0]
        for mark in [one for one in letterhead.cell(0, 0).paragraphs if one.style.name == "Draft Mark"]:
            letterhead.cell(0, 1)._tc.append(mark._p)

    def _words(self, subject: str) -> dict[str, str]:
        words = super()._words(subject)
        return words | {"kind": "", "subject": "", "number": f"{words['number']}\n{subject}"}


def write_letter(path: Path, letter: Letter, report: Report) -> None:
    """Write the letter, whole or not at all; the same report gives the same bytes."""
    text = report.language.text
    document = _LetterDocument(report.reference.folder, letter.form, report.language, report.as_of, letter.about)
    if letter.notice:
        document.notice(letter.notice)
    document.paragraph(letter.opening)
    document.item(letter.headline, text(N_("Result.")), "1.")
    document.plain_table(text(N_("Result")), [text(head) for head in RESULTS], letter.results, _RESULT_WIDTHS)
    document.item(letter.ask, text(N_("What to do.")), "2.")
    document.item(letter.records, text(N_("What the records lack.")), "3.")
    if letter.faults:
        rows = [[severity, "\n".join(faults)] for severity, faults in letter.faults]
        document.plain_table(text(N_("What is wrong")), [text(head) for head in FAULTS], rows, _FAULT_WIDTHS, (0, 1))
    document.note(letter.lists)
    document.item(letter.answer, text(N_("Difficulties.")), "4.")
    document.plain_table(text(N_("Difficulties")), letter.heads, letter.answers, _ANSWER_WIDTHS, (0, 1, 2, 3))
    document.closing()
    document.save(path)
