"""Executes a notebook's cells in the test's own process and keeps what they show: no kernel to wait for."""

import ast
from pathlib import Path
from typing import Any

from analysis.notebooks.notebook import code_cells, has_tag, load


def executed(notebook: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """The notebook with the HTML that the last expression of each cell shows."""
    content = load(notebook)
    names: dict[str, Any] = {}
    for cell in code_cells(content):
        source = "".join(cell["source"])
        shown = _run(source, names)
        if has_tag(cell, "parameters"):
            assert set(parameters) <= set(names), "an unknown parameter"
            names |= parameters
        if shown is not None:
            cell["outputs"] = [_output(shown)]
    return content


def _run(source: str, names: dict[str, Any]) -> Any:
    """The value of a cell's last expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if isinstance(last, ast.Expr) else None


def _output(shown: Any) -> dict[str, Any]:
    data = {"text/html": shown._repr_html_(), "text/plain": repr(shown)[:80]}
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}
