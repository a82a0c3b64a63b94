"""The form of official documents (``form.docx``): page, headers, letterhead, signature block and styles, kept in Word.

What stands in it between braces, as ``{issuer}``, is a mark for words; ``{content}`` alone is where the text goes.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.parts.story import StoryPart
from docx.text.paragraph import Paragraph
from lxml.etree import XMLSyntaxError

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_
from analysis.reference.toml_files import definitions_of

FORM = "form.docx"
GRID = "Table Grid"
# The styles that the text is written in; those of letterhead and signature block are the form's own affair.
_PARAGRAPHS = (
    *("Heading 1", "Heading 2", "Body Text", "Notice", "Caption", "Picture", "Figure Caption"),
    *("Table Head", "Table Text", "Table Figure", "Table Group", "Table Note"),
)
_CONTENT = "content"
_MARK = re.compile(r"\{([a-z_]+)\}")


def open_form(folder: Path) -> Any:
    """The form of a reference folder, or else the project's own; raises ReferenceProblem for one that cannot serve."""
    path = definitions_of(folder, FORM)
    try:
        document = Document(str(path))
    except (PackageNotFoundError, BadZipFile, XMLSyntaxError, KeyError, ValueError):
        raise ReferenceProblem(
            N_("{file} is no Word document. Save it in Word as .docx, or copy the project's own."), file=FORM
        ) from None
    known = {(style.type, style.name) for style in document.styles}
    wanted = [*((WD_STYLE_TYPE.PARAGRAPH, name) for name in _PARAGRAPHS), (WD_STYLE_TYPE.TABLE, GRID)]
    for kind, name in wanted:
        if (kind, name) not in known:
            raise ReferenceProblem(
                N_("{file}: the style “{style}” is missing. Add it in Word, or begin from the project's own form."),
                file=FORM,
                style=name,
            )
    return document


def fill(document: Any, words: Mapping[str, str]) -> None:
    """Put words in the place of their marks; a paragraph whose marks stand for nothing is left out."""
    for paragraph in _paragraphs(document):
        _join_marks(paragraph.runs)
        names = _MARK.findall(paragraph.text)
        for name in names:
            if name not in words and name != _CONTENT:
                raise ReferenceProblem(
                    N_("{file}: {mark} is none of the marks, which are {marks}. Mend it in Word."),
                    file=FORM,
                    mark=f"{{{name}}}",
                    marks=", ".join(f"{{{known}}}" for known in sorted([*words, _CONTENT])),
                )
        if names and not any(words.get(name, name) for name in names):
            paragraph._p.getparent().remove(paragraph._p)
            continue
        for run in paragraph.runs:
            if _MARK.search(run.text):
                run.text = _MARK.sub(lambda mark: words.get(mark[1], mark[0]), run.text)


def cut_below(document: Any) -> list[Any]:
    """Take the place of the content out of a form with all that stands below it, which is returned."""
    for place in document.element.body.iterchildren(qn("w:p")):
        if Paragraph(place, document).text.strip() == f"{{{_CONTENT}}}":
            below = [node for node in place.itersiblings() if node.tag != qn("w:sectPr")]
            for node in (place, *below):
                node.getparent().remove(node)
            return below
    raise ReferenceProblem(
        N_("{file}: no paragraph is {mark} alone, where the text goes. Add it in Word below the letterhead."),
        file=FORM,
        mark=f"{{{_CONTENT}}}",
    )


def _paragraphs(document: Any) -> list[Paragraph]:
    """All of them, also in tables, headers and footers."""
    parts = [part for part in document.part.package.iter_parts() if isinstance(part, StoryPart)]
    return [Paragraph(node, document) for part in parts for node in part.element.iter(qn("w:p"))]


def _join_marks(runs: Sequence[Any]) -> None:
    """Word cuts a mark into several runs when one edits it: the first of them gets the whole."""
    open_run = None
    for run in runs:
        if open_run is None:
            open_run = run
        else:
            open_run.text, run.text = open_run.text + run.text, ""
        if open_run.text.count("{") <= open_run.text.count("}"):
            open_run = None
