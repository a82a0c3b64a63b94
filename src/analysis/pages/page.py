"""Makes pages of executed notebooks by nbconvert with our own template: no code, no prompts, one file, no network."""

import html
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter, TemplateExporter
from traitlets.config import Config

from analysis.language.texts import LANGUAGES, N_, Language
from analysis.notebooks.notebook import has_tag
from analysis.pages.rendering import stylesheet
from analysis.presentation.words import QUESTIONS
from analysis.storage.places import PROVINCE_PAGE
from analysis.storage.writing import undirected, write_text

EVERY_PAGE = "page-every"  # the tag of a cell that stands on all pages of a notebook
_SECTION_HEADING = re.compile(r'<h2 id="([a-z-]+)">([^<]*)</h2>')
_TEMPLATES = files("analysis.pages") / "templates"


def publish_province(executed: Any, folder: Path, language: Language, criteria: bool) -> None:
    """Write the province's page into the month's ``folder``, and beside it a page for each further question: the cells
    of the executed notebook that are tagged with its name. ``criteria``: whether the month has evaluation criteria.
    """
    title = language.text(N_("Online public services against their targets"))
    publish_report(executed, folder / PROVINCE_PAGE, language, title, criteria=criteria)
    for page, words in QUESTIONS.items():
        heading = language.text(words)
        publish_report(executed, folder / page, language, f"{heading} – {title}", criteria=criteria, heading=heading)


def publish_report(
    executed: Any,
    page: Path,
    language: Language,
    title: str,
    base: str = "",
    criteria: bool = False,
    heading: str = "",
) -> None:
    """Write the page of an executed notebook; ``title`` is the browser's, ``base`` leads to the month's folder;
    ``criteria``: whether the month has evaluation criteria to lead to; ``heading`` that of a page which answers one
    question of the notebook's.
    """
    tag = f"page-{page.stem}" if heading else ""
    shown = nbformat.from_dict({**executed, "cells": _cells(executed, language, tag)})
    body, _ = _exporter().from_notebook_node(
        shown,
        resources={
            "language": language,
            "page_title": undirected(title),
            "base": base,
            "criteria": criteria,
            "heading": heading,
            "questions": {name: language.text(words) for name, words in QUESTIONS.items()},
            "here": base + page.name,
            "css": page_css(),
            "contents": _contents(shown, language),
            "first_heading": next((number for number, cell in enumerate(shown["cells"]) if _headings(cell)), None),
        },
    )
    page.parent.mkdir(parents=True, exist_ok=True)
    write_text(page, body)


def _cells(notebook: Any, language: Language, tag: str) -> list[Any]:
    """The cells that a page shows: the language's prose, and code whose output is not for notebooks alone; of those
    that belong to a page its own, and what stands on every page.
    """
    others = [f"lang-{code}" for code in LANGUAGES if code != language.code]
    hidden = [*others, "parameters", "injected-parameters", "notebook-only"]
    shown = [cell for cell in notebook["cells"] if not any(has_tag(cell, name) for name in hidden)]
    return [cell for cell in shown if has_tag(cell, EVERY_PAGE) or _page_of(cell) == tag]


def _page_of(cell: Any) -> str:
    """The tag of the page that a cell belongs to, "" for the notebook's first."""
    return next((name for name in cell["metadata"].get("tags", []) if name.startswith("page-")), "")


class _PageExporter(HTMLExporter):  # type: ignore[misc]  # nbconvert ships no types
    """nbconvert's exporter of HTML but for its last step, which parses every page anew to describe images: of a
    second that a report takes, it is a good part, and our pages have no images.
    """

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> tuple[str, Any]:
        """The page by our template."""
        return TemplateExporter.from_notebook_node(self, nb, resources, **options)


@cache
def _exporter() -> _PageExporter:
    """Kept: its template takes longer to load than a page to be made."""
    settings = {
        "template_file": str(_TEMPLATES / "page.html.j2"),
        "exclude_anchor_links": True,
        "default_preprocessors": [],  # they work on what our template does not show, and each checks the whole notebook
    }
    return _PageExporter(config=Config({"HTMLExporter": settings}))


def page_css() -> str:
    """The look of every page."""
    return stylesheet() + (_TEMPLATES / "page.css").read_text(encoding="utf-8")


def _contents(notebook: Any, language: Language) -> str:
    """Links to the page's second-level headings; nothing for one alone."""
    headings = [heading for cell in notebook["cells"] for heading in _headings(cell)]
    if len(headings) < 2:
        return ""
    links = "".join(f'<li><a href="#{anchor}">{words}</a></li>' for anchor, words in headings)
    label = html.escape(language.text(N_("Contents")))
    return f'<nav class="contents" aria-label="{label}"><ul>{links}</ul></nav>'


def _headings(cell: Any) -> list[tuple[str, str]]:
    """(anchor, words) of a cell's second-level headings, escaped; prose is found by its cell's id, and a section that
    brings its heading by that heading's.
    """
    if cell["cell_type"] == "markdown":
        texts = [line[3:].strip() for line in cell["source"].splitlines() if line.startswith("## ")]
        return [(html.escape(cell["id"]), html.escape(text)) for text in texts]
    shown = (str(output.get("data", {}).get("text/html", "")) for output in cell["outputs"])
    return [heading for text in shown for heading in _SECTION_HEADING.findall(text)]
