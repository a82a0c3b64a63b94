"""A document in the form of Nghị định 30/2020/NĐ-CP: letterhead, headings, tables, pictures, signature block.

Real styles throughout, so that Word's navigation, its table of contents and screen readers find their way.
"""

import io
from collections.abc import Collection, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from analysis.documents.office import noon, plain, settle_dates
from analysis.language.texts import N_, Language
from analysis.reference.forms import ReportForm
from analysis.storage.writing import write_whole

FONT = "Times New Roman"
WIDTH = 160  # millimetres between the margins: A4 with 30 at the left and 20 at the right
_BODY, _SMALL = 13, 10
_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


class OfficialDocument:
    """A draft that is written from top to bottom; tables and pictures number themselves."""

    def __init__(self, form: ReportForm, language: Language, day: date, title: str) -> None:
        self.form, self.language, self._day = form, language, day
        self._document = Document()
        self._tables, self._pictures = count(1), count(1)
        self._set_page()
        self._set_styles()
        self._set_headers()
        self._cell_style = self._document.styles["Table Text"].style_id
        known = self._document.core_properties
        known.author = known.last_modified_by = form.issuer_name[language.code]
        known.title, known.language, known.comments = (
            _tied(title)[:255],
            _LANGUAGES[language.code],
            "",
        )  # Word's limit
        known.created = known.modified = noon(day)

    def letterhead(self, subject: str) -> None:
        """The two columns of the head, the kind of document, its subject and whom it is for, if anybody."""
        form, lang = self.form, self.language.code
        left, right = self._columns(71, 93)
        _add(left, form.superior[lang], size=12)
        _add(left, form.issuer[lang], bold=True, size=12)
        _rule(left, 20)
        _add(left, form.number[lang], size=_BODY)
        _box(_add(left, self.language.text(N_("DRAFT")), bold=True, size=_BODY), 14)
        _add(right, form.motto[lang], bold=True, size=12)
        _add(right, form.creed[lang], bold=True, size=_BODY)
        _rule(right, 18)
        _add(right, form.place_and_date[lang], italic=True, size=_BODY)
        self._document.add_paragraph(form.kind[lang], style="Title")
        self._document.add_paragraph(_tied(subject), style="Subtitle")
        _rule(self._document, 60)
        if form.addressee:
            to = self.language.text(N_("To: {addressee}"), addressee=form.addressee[lang])
            _add(self._document, to, size=_BODY).paragraph_format.space_after = Pt(12)

    def heading(self, text: str, level: int = 1) -> None:
        """A heading of Word's outline."""
        self._document.add_heading(_tied(text), level)

    def paragraph(self, text: str, lead: str = "") -> None:
        """A paragraph of the body; ``lead`` stands before it in bold."""
        paragraph = self._document.add_paragraph(style="Body Text")
        if lead:
            paragraph.add_run(_tied(lead) + " ").bold = True
        paragraph.add_run(_tied(text))

    def item(self, text: str, lead: str = "", sign: str = "-") -> None:
        """One line of a list, which an official text begins with a dash, a list within it with a plus."""
        paragraph = self._document.add_paragraph(f"{sign} ", style="Body Text")
        if lead:
            paragraph.add_run(_tied(lead) + " ").bold = True
        paragraph.add_run(_tied(text))

    def notice(self, text: str) -> None:
        """A boxed paragraph that nobody overlooks."""
        _box(_add(self._document, text, bold=True, size=12), 0)

    def note(self, text: str) -> None:
        """A small line under a table or picture."""
        self._document.add_paragraph(_tied(text), style="Table Note")

    def table(
        self,
        title: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        left: Collection[int] = (0,),
    ) -> None:
        """A numbered table whose heading row repeats on each page and whose rows are never split.

        ``widths`` in millimetres; ``left`` are the columns aligned left, the others are centred. A row of one
        cell is a group's heading; a row whose first cell begins with ``**`` is bold: a sum.
        """
        number = next(self._tables)
        caption = self.language.text(N_("Table {number}. {title}"), number=number, title=title)
        self._document.add_paragraph(_tied(caption), style="Caption").paragraph_format.keep_with_next = True
        table = self._document.add_table(rows=0, cols=len(heads), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        _describe(table, title)
        _narrow_cells(table, 57)
        for place, width in enumerate(widths):
            table.columns[place].width = Mm(width)
        self._row(table, heads, widths, (), bold=True, head=True)
        for cells in rows:
            if len(cells) == 1:
                row = self._row(table, [*cells, *[""] * (len(heads) - 1)], widths, (0,), bold=True)
                row.cells[0].merge(row.cells[-1])
                row.cells[0].paragraphs[0].paragraph_format.keep_with_next = True
                _drop_empty(row.cells[0])
            else:
                bold = cells[0].startswith("**")
                self._row(table, [cells[0].removeprefix("**"), *cells[1:]], widths, left, bold=bold)
        self._document.add_paragraph(style="Table Note")

    def picture(self, content: bytes, title: str, words: str, width: float) -> None:
        """A numbered picture; ``words`` say to a screen reader what it shows."""
        paragraph = self._document.add_paragraph()
        paragraph.alignment = _CENTRE
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(content), width=Mm(width))
        shape._inline.docPr.set("descr", _tied(words))
        shape._inline.docPr.set("title", _tied(title))
        caption = self.language.text(N_("Figure {number}. {title}"), number=next(self._pictures), title=title)
        self._document.add_paragraph(_tied(caption), style="Caption").alignment = _CENTRE

    def closing(self) -> None:
        """Who gets a copy, at the left; the blank signature block, at the right."""
        form, lang = self.form, self.language.code
        self.note("")
        for paragraph in self._document.paragraphs[-2:]:  # no signature alone on a page
            paragraph.paragraph_format.keep_with_next = True
        left, right = self._columns(80, 80)
        copies = _add(left, self.language.text(N_("Copies to:")), bold=True, italic=True, size=12)
        copies.alignment = WD_ALIGN_PARAGRAPH.LEFT
        for words in form.copies:
            _add(left, f"- {words[lang]}", size=11).alignment = WD_ALIGN_PARAGRAPH.LEFT
        _add(right, form.signatory[lang], bold=True, size=_BODY)
        for _ in range(4):
            _add(right, "", size=_BODY)

    def annex(self, title: str) -> None:
        """Begin the annex on a page of its own."""
        self._document.add_heading(_tied(title), 1).paragraph_format.page_break_before = True

    def save(self, path: Path) -> None:
        """Write the document, whole or not at all; the same content gives the same bytes."""

        def write(temporary: Path) -> None:
            self._document.save(str(temporary))
            settle_dates(temporary, self._day)

        write_whole(path, write)

    def _set_page(self) -> None:
        section = self._document.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin = section.bottom_margin = Mm(20)
        section.left_margin, section.right_margin = Mm(30), Mm(20)
        section.header_distance = section.footer_distance = Mm(10)

    def _set_styles(self) -> None:
        styles = self._document.styles
        for name in ("Table Text", "Table Note"):
            styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
        for name, size, bold, before, after in (
            ("Normal", _BODY, False, 0, 0),
            ("Body Text", _BODY, False, 3, 3),
            ("Title", 14, True, 14, 0),
            ("Subtitle", 14, True, 0, 0),
            ("Heading 1", _BODY, True, 10, 4),
            ("Heading 2", _BODY, True, 8, 3),
            ("Caption", 12, True, 6, 3),
            ("Table Text", _SMALL, False, 1, 1),
            ("Table Note", 10, False, 2, 6),
        ):
            style = styles[name]
            _set_font(style, size, bold)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
            style.paragraph_format.line_spacing = 1.15 if name == "Body Text" else 1.0
        styles["Body Text"].paragraph_format.first_line_indent = Mm(10)
        styles["Body Text"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        for name in ("Title", "Subtitle"):
            styles[name].paragraph_format.alignment = _CENTRE
            _remove(styles[name].element.pPr, "w:pBdr")
            _remove(styles[name].element.rPr, "w:spacing")
        for language in styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), _LANGUAGES[self.language.code])

    def _set_headers(self) -> None:
        """DỰ THẢO on every page; from the second page on the number, centred (the first has none)."""
        section = self._document.sections[0]
        section.different_first_page_header_footer = True
        draft = self.language.text(N_("DRAFT"))
        first = section.first_page_header.paragraphs[0]
        first.alignment = _RIGHT
        first.add_run(draft).bold = True
        others = section.header.paragraphs[0]
        stops = self._document.styles["Header"].paragraph_format.tab_stops
        stops.clear_all()
        stops.add_tab_stop(Mm(WIDTH / 2), WD_TAB_ALIGNMENT.CENTER)
        stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
        others.add_run("\t")
        _add_page_number(others)
        others.add_run(f"\t{draft}").bold = True

    def _columns(self, *widths: float) -> list[Any]:
        """Cells side by side without borders, each with no paragraph of its own yet."""
        table = self._document.add_table(rows=1, cols=len(widths))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        _narrow_cells(table, 0)
        row = table.rows[0]
        _mark_row(row, "w:cantSplit")
        for column, cell, width in zip(table.columns, row.cells, widths, strict=True):
            column.width = cell.width = Mm(width)
        return list(row.cells)

    def _row(
        self,
        table: Any,
        cells: Sequence[str],
        widths: Sequence[float],
        left: Collection[int],
        bold: bool,
        head: bool = False,
    ) -> Any:
        row = table.add_row()
        _mark_row(row, "w:cantSplit")
        if head:
            _mark_row(row, "w:tblHeader")
        for place, (cell, words, width) in enumerate(zip(row.cells, cells, widths, strict=True)):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph._p.style = self._cell_style  # by its id: a look-up by name for each cell would take seconds
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if place in left else _CENTRE
            paragraph.paragraph_format.keep_with_next = head
            _add_lines(paragraph, words).bold = bold
            if head:
                _shade(cell, "E4E7EB")
        return row


def _tied(text: str) -> str:
    """Printable text whose signs stay on the line of their numbers."""
    return (
        plain(text).replace(" %", "\u00a0%").replace("≥ ", "≥\u00a0").replace("✓ ", "✓\u00a0").replace("✗ ", "✗\u00a0")
    )


def _add(place: Any, text: str, size: float, bold: bool = False, italic: bool = False) -> Any:
    """A centred paragraph at the end of the document or a cell, whose first empty one is used up."""
    empty = hasattr(place, "_tc") and len(place.paragraphs) == 1 and not place.paragraphs[0].runs
    paragraph = place.paragraphs[0] if empty and not place.paragraphs[0].text else place.add_paragraph()
    paragraph.alignment = _CENTRE
    run = _add_lines(paragraph, text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _add_lines(paragraph: Any, text: str) -> Any:
    """A run of text that breaks where it has a line end."""
    run = paragraph.add_run()
    for number, line in enumerate(text.split("\n")):
        if number:
            run.add_break()
        run.add_text(_tied(line))
    return run


def _rule(place: Any, indent: float) -> None:
    """A short line under what stands above, as long as the width less twice the indent."""
    paragraph = place.add_paragraph()
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Mm(indent)
    shape.space_before, shape.space_after = Pt(3), Pt(4)
    shape.line_spacing = Pt(4)
    _border(paragraph, ("top",))


def _box(paragraph: Any, indent: float) -> None:
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(indent)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(6)
    _border(paragraph, ("top", "left", "bottom", "right"))


def _border(paragraph: Any, sides: Sequence[str]) -> None:
    borders = OxmlElement("w:pBdr")
    for side in sides:
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _set_font(style: Any, size: float, bold: bool) -> None:
    """Black Times New Roman; the template's theme would give headings another face and colour."""
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for part in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{part}"), FONT)
        fonts.attrib.pop(qn(f"w:{part}Theme"), None)
    fonts.attrib.pop(qn("w:cstheme"), None)


def _add_page_number(paragraph: Any) -> None:
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _mark_row(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _describe(table: Any, words: str) -> None:
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), _tied(words)[:250])
    table._tbl.tblPr.append(caption)


def _narrow_cells(table: Any, margin: int) -> None:
    """Room beside the text of cells, in twentieths of a point: eight columns must fit beside names."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), str(margin))
        element.set(qn("w:type"), "dxa")
        margins.append(element)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _drop_empty(cell: Any) -> None:
    """Merging leaves an empty paragraph for each cell that was."""
    for paragraph in cell.paragraphs[1:]:
        if not paragraph.text:
            paragraph._p.getparent().remove(paragraph._p)


def _remove(parent: Any, name: str) -> None:
    for child in parent.findall(qn(name)):
        parent.remove(child)
