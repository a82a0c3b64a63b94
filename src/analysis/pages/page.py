"""Makes pages of executed notebooks by nbconvert with our own template: no code, no prompts, one file, no network."""

import html
import json
import re
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter, TemplateExporter
from traitlets.config import Config

from analysis.findings.figures import Figure, tiles
from analysis.findings.ledger import origin
from analysis.findings.report import Report
from analysis.language.texts import LANGUAGES, N_, Language
from analysis.notebooks.notebook import has_tag
from analysis.pages.rendering import stylesheet
from analysis.presentation.narrative import headline
from analysis.presentation.numbers import fraction, minimum, percent
from analysis.storage.writing import undirected, write_whole

SUMMARY = "report.json"  # beside each month's page: what the index says of it
_SECTION_HEADING = re.compile(r'<h2 id="([a-z-]+)">([^<]*)</h2>')
_TEMPLATES = files("analysis.pages") / "templates"


def publish_report(
    executed: Any, page: Path, language: Language, title: str = "", base: str = "", criteria: bool = False
) -> None:
    """Write the page of an executed notebook; ``title`` is the browser's, ``base`` leads to the month's folder;
    ``criteria``: whether the month has evaluation criteria to lead to.
    """
    shown = nbformat.from_dict({**executed, "cells": _cells(executed, language)})
    title = title or language.text(N_("Online public services against their targets"))
    body, _ = _exporter().from_notebook_node(
        shown,
        resources={
            "language": language,
            "page_title": undirected(title),
            "base": base,
            "criteria": criteria,
            "css": page_css(),
            "contents": _contents(shown, language),
            "first_heading": next((number for number, cell in enumerate(shown["cells"]) if _headings(cell)), None),
        },
    )
    page.parent.mkdir(parents=True, exist_ok=True)
    write_whole(page, lambda path: path.write_text(body, encoding="utf-8"))


def publish_summary(folder: Path, report: Report) -> None:
    """Keep beside a month's page what the front page says of it, in each language."""
    summary = {
        "month": report.month,
        "headline": {code: headline(replace(report, language=Language(code))) for code in LANGUAGES},
        **origin(report),
        "targets": [_known_of(figure) for figure in tiles(report)],
    }
    content = json.dumps(summary, ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / SUMMARY, lambda path: path.write_text(content, encoding="utf-8"))


def _known_of(figure: Figure) -> dict[str, Any]:
    """The province's figure for a target, in the words of each language."""
    languages = [Language(code) for code in LANGUAGES]
    return {
        "id": figure.target.id,
        "status": figure.status,
        "title": {language.code: figure.target.title[language.code] for language in languages},
        "value": {language.code: percent(figure, language) for language in languages},
        "minimum": {language.code: minimum(figure.target, language) for language in languages},
        "fraction": {language.code: fraction(figure, language) for language in languages},
    }


def _cells(notebook: Any, language: Language) -> list[Any]:
    """The cells that a page shows: the language's prose, and code whose output is not for notebooks alone."""
    others = [f"lang-{code}" for code in LANGUAGES if code != language.code]
    hidden = [*others, "parameters", "injected-parameters", "notebook-only"]
    return [cell for cell in notebook["cells"] if not any(has_tag(cell, tag) for tag in hidden)]


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
    settings = {"template_file": str(_TEMPLATES / "page.html.j2"), "exclude_anchor_links": True}
    return _PageExporter(config=Config({"HTMLExporter": settings}))


def page_css() -> str:
    """The look of every page."""
    return stylesheet() + (_TEMPLATES / "page.css").read_text(encoding="utf-8")


def _contents(notebook: Any, language: Language) -> str:
    """Links to the page's second-level headings."""
    headings = [heading for cell in notebook["cells"] for heading in _headings(cell)]
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
