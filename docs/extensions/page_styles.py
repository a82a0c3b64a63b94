"""Tables in pages: one stylesheet for all (``_static/docs.css``) instead of the one that each brings along."""

from typing import Any

from sphinx.application import Sphinx

from analysis.sections import stylesheet


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("html-page-context", _without_styles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _without_styles(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """A table made for notebooks styles itself there; on a page its rules would reach beyond it."""
    if "body" in context:
        context["body"] = context["body"].replace(f"<style>{stylesheet()}</style>", "")
