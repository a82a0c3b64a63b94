"""Every text that a user may see has its Vietnamese, with the same details in it."""

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parents[2] / "src/analysis"
CATALOGUE = PACKAGE / "language/locale/vi/LC_MESSAGES/analysis.po"


@cache
def translated() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


@cache
def used() -> set[str]:
    """The message ids in the code (``N_("…")``, ``….text("…")``) and in the templates (``t("…")``)."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _is_text(node):
                found.add(ast.literal_eval(node.args[0]))
    for path in PACKAGE.rglob("*.j2"):
        found |= set(re.findall(r'\b(?:t|text)\("([^"]+)"', path.read_text(encoding="utf-8")))
    return found


def _is_text(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    of_axes = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "axes"
    return name in ("N_", "text") and not of_axes and isinstance(call.args[0], ast.Constant)


def test_every_text_is_translated_and_no_translation_is_left_over() -> None:
    assert used() - translated().keys() == set()
    assert translated().keys() - used() == set()
    assert len(used()) > 150


def details(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_translation_says_something() -> None:
    assert [text for text, words in translated().items() if not words.strip()] == []


def test_every_translation_has_the_same_details() -> None:
    told = translated().items()
    assert len(told) > 150
    assert [text for text, words in told if details(words) != details(text)] == []
