"""Makes pages of executed notebooks by nbconvert with our own template: no code, no prompts, one file, no network."""

import html
import json
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
from analysis.sections import headline, stylesheet
from analysis.writing import write_whole

SUMMARY = "report.json"  # beside each month's page: what the index says of it
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
    """Links to the page's second-level headings, whose ids nbconvert makes of their words."""
    headings = [
        line[3:].strip()
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
        for line in cell["source"].splitlines()
        if line.startswith("## ")
    ]
    links = "".join(
        f'<li><a href="#{html.escape(text.replace(" ", "-"))}">{html.escape(text)}</a></li>' for text in headings
    )
    label = html.escape(language.text(N_("Contents")))
    return f'<nav class="contents" aria-label="{label}"><ul>{links}</ul></nav>'
