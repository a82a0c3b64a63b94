"""A document in the form of Nghị định 30/2020/NĐ-CP: headings, tables, pictures, filled into ``form.docx``.

The look is the form's: every paragraph has one of its styles, so that Word's navigation, its table of contents and
screen readers find their way.
"""

import io
from collections.abc import Collection, Sequence
from copy import deepcopy
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm

from analysis.documents.form import GRID, cut_below, fill, open_form
from analysis.documents.office import noon, plain, settle_dates
from analysis.language.texts import N_, Language
from analysis.reference.forms import AnnexForm, DocumentForm, ReportForm
from analysis.storage.writing import write_whole

_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}
# Of ReportForm: what stands in letterhead and signature block as it is.
_WORDS = ("superior", "issuer", "number", "motto", "creed", "place_and_date", "signatory")
_MARKS = (*_WORDS, "addressee", "copies_to", "copies")


class OfficialDocument:
    """A draft that is written from top to bottom, below its letterhead; tables and pictures number themselves."""

    def __init__(self, folder: Path, form: DocumentForm, language: Language, day: date, subject: str) -> None:
        """``folder`` is the reference folder, which may have a ``form.docx`` of its own."""
        self.form, self.language, self._day = form, language, day
        self._document = open_form(folder)
        self._styles = {style.name: style.style_id for style in self._document.styles}
        page = self._document.sections[0]
        self._width = page.page_width - page.left_margin - page.right_margin
        self._tables, self._pictures = count(1), count(1)
        fill(self._document, {name: _lines(words) for name, words in self._words(subject).items()})
        self._below = cut_below(self._document)
        if isinstance(form, AnnexForm):
            self._annex_to(form.annexed_to[language.code])
        self._set_properties(subject)

    def heading(self, text: str, level: int = 1) -> None:
        """A heading of Word's outline."""
        self._add(f"Heading {level}", text)

    def paragraph(self, text: str) -> None:
        """A paragraph of the body."""
        self._add("Body Text", text)

    def item(self, text: str, lead: str = "", sign: str = "-") -> None:
        """One line of a list, which an official text begins with a dash, a list within it with a plus; ``lead`` stands
        before it in bold.
        """
        paragraph = self._add("Body Text", f"{sign} ")
        if lead:
            paragraph.add_run(_tied(lead) + " ").bold = True
        paragraph.add_run(_tied(text))

    def notice(self, text: str) -> None:
        """A boxed paragraph that nobody overlooks."""
        self._add("Notice", text)

    def note(self, text: str) -> None:
        """A small line under a table or picture."""
        self._add("Table Note", text)

    def table(
        self,
        title: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        left: Collection[int] = (0,),
        below: str = "",
    ) -> None:
        """A numbered table, as wide as the text, whose heading row repeats on each page and whose rows are never split.

        ``widths`` are parts of the whole; ``left`` are the columns aligned left, the others are centred. A row of one
        cell is a group's heading; a row whose first cell begins with ``**`` is bold: a sum. ``below`` is a note.
        """
        self._add("Caption", self.language.text(N_("Table {number}. {title}"), number=next(self._tables), title=title))
        self.plain_table(title, heads, rows, widths, left)
        self.note(below)

    def plain_table(
        self,
        title: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        left: Collection[int] = (0,),
    ) -> None:
        """The same without number, caption and room below: ``title`` is for screen readers alone."""
        table = self._document.add_table(rows=0, cols=len(heads), style=GRID)
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        _describe(table, title)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Emu(round(self._width * width / sum(widths)))
        styles = ["Table Text" if place in left else "Table Figure" for place in range(len(heads))]
        head = self._blank_row(table, ["Table Head"] * len(heads))
        _fill_row(head, heads)
        _mark_row(head, "w:tblHeader")
        table._tbl.append(head)
        blank = self._blank_row(table, styles)
        for cells in rows:
            if len(cells) == 1:
                self._group(table, cells[0])
            else:
                row = deepcopy(blank)
                bold = cells[0].startswith("**")
                _fill_row(row, [cells[0].removeprefix("**"), *cells[1:]], bold)
                table._tbl.append(row)

    def picture(self, content: bytes, title: str, words: str, width: float) -> None:
        """A numbered picture so many millimetres wide; ``words`` say to a screen reader what it shows."""
        shape = self._add("Picture").add_run().add_picture(io.BytesIO(content), width=Mm(width))
        shape._inline.docPr.set("descr", _tied(words))
        shape._inline.docPr.set("title", _tied(title))
        caption = self.language.text(N_("Figure {number}. {title}"), number=next(self._pictures), title=title)
        self._add("Figure Caption", caption)

    def closing(self) -> None:
        """What the form has below the text: who gets a copy, the blank signature block."""
        self.note("")
        for paragraph in self._document.paragraphs[-2:]:  # no signature alone on a page
            paragraph.paragraph_format.keep_with_next = True
        for node in self._below:
            self._document.element.body.sectPr.addprevious(node)

    def annex(self, title: str) -> None:
        """Begin the annex on a page of its own: its name, its title, the text that it goes with."""
        heading = self._add("Heading 1")
        heading.add_run(_lines(f"{self.language.text(N_('Annex'))}\n{title}"))
        heading.alignment, heading.paragraph_format.page_break_before = WD_ALIGN_PARAGRAPH.CENTER, True
        if self.form.annexed_to:
            self._goes_with(self.form.annexed_to[self.language.code])

    def save(self, path: Path) -> None:
        """Write the document, whole or not at all; the same content gives the same bytes."""

        def write(temporary: Path) -> None:
            self._document.save(str(temporary))
            settle_dates(temporary, self._day)

        write_whole(path, write)

    def _words(self, subject: str) -> dict[str, str]:
        """What the marks of the form stand for; those of letterhead and signatures for nothing in an annex."""
        form, lang, text = self.form, self.language.code, self.language.text
        found = {
            **dict.fromkeys(_MARKS, ""),
            "kind": form.kind[lang],
            "draft": text(N_("DRAFT")),
            "subject": plain(subject),
        }
        if not isinstance(form, ReportForm):
            return found
        to = text(N_("To: {addressee}"), addressee=form.addressee[lang]) if form.addressee else ""
        copies = "\n".join(f"- {words[lang]}" for words in form.copies)
        around = {"addressee": to, "copies_to": text(N_("Copies to:")), "copies": copies}
        return found | {name: getattr(form, name)[lang] for name in _WORDS} | around

    def _annex_to(self, words: str) -> None:
        """Leave letterhead and signatures to the text that it is annexed to, which it names below its title."""
        for table in self._document.tables:
            table._tbl.getparent().remove(table._tbl)
        self._below = []
        self._goes_with(words)

    def _goes_with(self, words: str) -> None:
        paragraph = self._add("Body Text")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.first_line_indent = Mm(0)
        paragraph.add_run(_tied(words)).italic = True

    def _set_properties(self, subject: str) -> None:
        known, spoken = self._document.core_properties, _LANGUAGES[self.language.code]
        known.author = known.last_modified_by = self.form.issuer_name[self.language.code]
        known.title, known.language, known.comments = _tied(subject)[:255], spoken, ""  # Word's limit
        known.created = known.modified = noon(self._day)
        for language in self._document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), spoken)

    def _add(self, style: str, text: str = "") -> Any:
        """A paragraph at the end, of one of the form's styles."""
        paragraph = self._document.add_paragraph(_tied(text))
        paragraph._p.style = self._styles[style]  # by its id: a look-up by name each time would take seconds
        return paragraph

    def _blank_row(self, table: Any, styles: Sequence[str]) -> Any:
        """A row as wide as the columns that stands in no table yet, its cells in these styles."""
        row = table.add_row()._tr
        _mark_row(row, "w:cantSplit")
        for cell, style in zip(row.tc_lst, styles, strict=True):
            cell.p_lst[0].style = self._styles[style]
        row.getparent().remove(row)
        return row

    def _group(self, table: Any, name: str) -> None:
        row = table.add_row()
        _mark_row(row._tr, "w:cantSplit")
        paragraph = row.cells[0].merge(row.cells[-1]).paragraphs[0]
        paragraph._p.style = self._styles["Table Group"]
        paragraph.add_run(_lines(name))


def _tied(text: str) -> str:
    """Printable text whose signs stay on the line of their numbers."""
    return (
        plain(text).replace(" %", "\u00a0%").replace("≥ ", "≥\u00a0").replace("✓ ", "✓\u00a0").replace("✗ ", "✗\u00a0")
    )


def _lines(text: str) -> str:
    """The same of a text that breaks where it has a line end."""
    return "\n".join(_tied(line) for line in text.split("\n"))


def _fill_row(row: Any, cells: Sequence[str], bold: bool = False) -> None:
    """Write into the cells of a blank row."""
    for cell, words in zip(row.tc_lst, cells, strict=True):
        run = cell.p_lst[0].add_r()
        run.text = _lines(words)
        if bold:
            run.get_or_add_rPr()._add_b()


def _mark_row(row: Any, name: str) -> None:
    row.get_or_add_trPr().append(OxmlElement(name))


def _describe(table: Any, words: str) -> None:
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), _tied(words)[:250])
    table._tbl.tblPr.append(caption)
