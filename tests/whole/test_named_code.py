"""What the documentation names exists: files, modules, functions, classes, words of the data, targets of make.

Read are code in backticks and the lines of code blocks. What stands in angle brackets or is cut by an ellipsis is the
reader's to fill in, and what a run makes is there after a run.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import analysis as dv

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *(ROOT / folder / "README.md" for folder in ("benchmarks", "notebooks", "data/reference")),
    *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts),
]
# Where a path of the documentation may begin, besides the page's own folder.
PLACES = (ROOT, ROOT / "src/analysis", ROOT / "src/analysis/language/locale/vi/LC_MESSAGES", DOCS)
CODE = ("src/analysis", "tests", "benchmarks", "docs/extensions")
OF_A_RUN = re.compile(r"(data/(processed|den-30-9|\.processed\.work)|reports|docs/_build|benchmarks/\.data)\b")
_FILE = re.compile(r"[\w./*~-]+\.(py|md|toml|lock|yml|ipynb|po|j2|css|csv|json|parquet|png|docx|xlsx)")
_FOLDER = re.compile(r"(src|tests|docs|data|benchmarks|notebooks)/[\w./*-]*")
_DOTTED = re.compile(r"([a-z_]\w*(?:\.\w+)+)(?:\(.*\))?", re.DOTALL)
_NAME = re.compile(r"(_?[A-Za-z]+_\w+|[A-Z][a-z]+[A-Z]\w+|[A-Z][a-z]{3,}|[a-z]\w+(?=\())(?:\(.*\))?", re.DOTALL)
_FENCE = re.compile(r"^ *```.*?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def claims(text: str) -> Iterator[str]:
    """What a page names: files by links, code in backticks; in code blocks targets, paths, imports, ``dv.…``."""
    yield from re.findall(r"\]\(([\w./-]+\.\w+)", text)
    for block in _FENCE.findall(text):
        yield from re.findall(r"\bmake [a-z]+|\bdv\.\w+|(?:tests|src|benchmarks)/[\w/]+\.py", block)
        for module, names in re.findall(r"from (analysis[\w.]*) import ([\w, ]+)", block):
            yield from (f"{module}.{name.strip()}" for name in names.split(","))
    for code in re.findall(r"`([^`\n]+)`", _FENCE.sub("", text)):
        yield from [code] if not code.startswith("make ") else re.findall(r"^make [a-z]+", code)


def exists(claim: str, page: Path) -> bool:
    """Whether what a page names is there; what is no name of ours is not asked for."""
    if any(sign in claim for sign in "<>…") or OF_A_RUN.match(claim):
        return True
    if claim.startswith("make "):
        return bool(re.search(rf"^{claim[5:]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    if _FILE.fullmatch(claim) or _FOLDER.fullmatch(claim):
        return _is_file(claim, page)
    if dotted := _DOTTED.fullmatch(claim):
        return _is_in_a_module(dotted[1].split("."))
    name = _NAME.fullmatch(claim)
    return not name or _is_written(name[1])


def _is_file(claim: str, page: Path) -> bool:
    """In a place of the project; a bare name anywhere in it, or one that the code writes."""
    if any(next(place.glob(claim), None) for place in (*PLACES, page.parent)):
        return True
    return "/" not in claim and (any(path.name == claim for path in _sources()) or _is_written(claim))


def _is_in_a_module(parts: list[str]) -> bool:
    """``analysis.pages.page``, ``sections.quality``, ``dv.load``; True where the first part is no module of ours."""
    if parts[0] == "dv":
        return parts[1] in dv.__all__
    modules = {tuple(path.relative_to(ROOT).with_suffix("").parts): path for path in _sources() if path.suffix == ".py"}
    ours = {part for module in modules for part in module}
    tails = [
        (module, cut) for module in modules for cut in range(1, len(parts) + 1) if module[-cut:] == tuple(parts[:cut])
    ]
    if not tails:  # a package, or nothing of ours
        return parts[0] not in ours or any("/".join(parts) in "/".join(module) for module in modules)
    return any(cut == len(parts) or parts[cut] in _defined(modules[module]) for module, cut in tails)


@cache
def _defined(path: Path) -> set[str]:
    """Every name that a module defines or assigns, attributes of its classes among them."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    named = {node.name for node in nodes if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    return named | {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


@cache
def _sources() -> list[Path]:
    folders = (*CODE, "data/reference", "notebooks")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.*") if path.is_file()]
    return [path for path in found if path != Path(__file__)]  # whose wrong names are wrong on purpose


def _is_written(word: str) -> bool:
    """In the code or the definitions; what analysts call of pandas counts too."""
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", _text()))


@cache
def _text() -> str:
    kept = [path for path in _sources() if path.suffix in (".py", ".toml", ".ipynb", ".j2")]
    texts = [path.read_text(encoding="utf-8") for path in [*kept, ROOT / "pyproject.toml", ROOT / "Makefile"]]
    return "\n".join([*texts, *dir(pd.DataFrame), *dir(pd.errors)])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_names_is_there(page: Path) -> None:
    assert [claim for claim in claims(page.read_text(encoding="utf-8")) if not exists(claim, page)] == []


def test_what_is_not_there_is_found() -> None:
    """The checker itself: a wrong name of each kind, beside a right one."""
    right = ["make report", "storage/backends.py", "sections.quality", "clean_table", "dv.load", "analysis.pages.page"]
    wrong = ["make coffee", "storage/engines.py", "sections.pace", "clean_tables", "dv.lode", "analysis.pages.site.x_y"]
    text = (
        "[x](docs/no.md)"
        + "".join(f"`{claim}` " for claim in right + wrong)
        + "\n```sh\nmake tea\nfrom analysis.measures import pace\n```\n"
    )
    found = [claim for claim in claims(text) if not exists(claim, ROOT / "README.md")]
    assert found == ["docs/no.md", "make tea", "analysis.measures.pace", *wrong]
