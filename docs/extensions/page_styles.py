"""Tables in pages: one stylesheet for all (``_static/docs.css``) instead of the one that each brings along."""

import re
from typing import Any

from sphinx.application import Sphinx

# What a table made for notebooks begins with: its rules would reach beyond it on a page.
_OF_TABLES = re.compile(r"<style>[^<]*</style>(?=<div class=['\"](?:dvctt|dv-))")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("html-page-context", _without_styles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _without_styles(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    if "body" in context:
        context["body"] = _OF_TABLES.sub("", context["body"])
