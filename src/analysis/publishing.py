"""Makes pages of executed notebooks by nbconvert with our own template: no code, no prompts, one file, no network."""

import html
import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, PackageLoader
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from analysis.errors import N_
from analysis.figures import Report
from analysis.language import LANGUAGES, Language
from analysis.notebook import has_tag
from analysis.places import way_back
from analysis.sections import headline, stylesheet
from analysis.writing import write_whole

SUMMARY = "report.json"  # beside each month's page: what the index says of it
_SECTION_HEADING = re.compile(r'<h2 id="([a-z-]+)">([^<]*)</h2>')
_TEMPLATES = files("analysis") / "templates"


def publish_report(executed: Any, page: Path, language: Language, title: str = "") -> None:
    """Write the page of an executed notebook; ``title`` is the browser's."""
    shown = nbformat.from_dict({**executed, "cells": _cells(executed, language)})
    title = title or language.text(N_("Online public services against their targets"))
    body, _ = _exporter().from_notebook_node(
        shown,
        resources={
            "language": language,
            "page_title": title,
            "css": _css(),
            "contents": _contents(shown, language),
            "first_heading": next((number for number, cell in enumerate(shown["cells"]) if _headings(cell)), None),
            "base": way_back(page),
        },
    )
    page.parent.mkdir(parents=True, exist_ok=True)
    write_whole(page, lambda path: path.write_text(body, encoding="utf-8"))


def publish_index(reports: Path, language: Language) -> None:
    """Write ``index.html`` in ``reports``: every month that has a report, the newest first."""
    entries = []
    for summary in sorted(reports.glob(f"*/{SUMMARY}"), reverse=True):
        known = json.loads(summary.read_text(encoding="utf-8"))
        name = language.month(known["month"])
        entries.append(
            {
                "month": known["month"],
                "name": name[0].upper() + name[1:],
                "headline": known["headline"][language.code],
                "synthetic": known["synthetic"],
                "illustrative": known["illustrative"],
            }
        )
    environment = Environment(loader=PackageLoader("analysis", "templates"), autoescape=True, trim_blocks=True)
    page = environment.get_template("index.html.j2").render(
        entries=entries, language=language, t=language.text, css=_css()
    )
    write_whole(reports / "index.html", lambda path: path.write_text(page, encoding="utf-8"))


def publish_summary(folder: Path, report: Report) -> None:
    """Keep beside a month's page what the index says of it, in each language."""
    summary = {
        "month": report.month,
        "headline": {code: headline(replace(report, language=Language(code))) for code in LANGUAGES},
        "synthetic": report.synthetic,
        "illustrative": report.reference.illustrative,
    }
    content = json.dumps(summary, ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / SUMMARY, lambda path: path.write_text(content, encoding="utf-8"))


def _cells(notebook: Any, language: Language) -> list[Any]:
    """The cells that a page shows: the language's prose, and code whose output is not for notebooks alone."""
    others = [f"lang-{code}" for code in LANGUAGES if code != language.code]
    hidden = [*others, "parameters", "injected-parameters", "notebook-only"]
    return [cell for cell in notebook["cells"] if not any(has_tag(cell, tag) for tag in hidden)]


def _exporter() -> HTMLExporter:
    settings = Config(
        {"HTMLExporter": {"template_file": str(_TEMPLATES / "page.html.j2"), "exclude_anchor_links": True}}
    )
    return HTMLExporter(config=settings)


def _css() -> str:
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
