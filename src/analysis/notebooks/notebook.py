"""What a stage's notebook says of itself: its parameters, its imports, its code cells.

Works on plain JSON as on nbformat's nodes and loads no Jupyter library, so that a run can learn what
to load before it does.
"""

import ast
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_OWN = __name__.split(".")[0]


def place(path: str) -> Path:
    """A folder that a notebook's parameters name from the project's root, wherever the notebook runs.

    Papermill runs it in the folder that one stands in, JupyterLab in ``notebooks``.
    """
    here = Path(path)
    inside = Path.cwd().name == "notebooks" and not here.is_absolute() and ".." not in here.parts
    return Path("..") / here if inside and not here.exists() else here


def load(path: Path) -> dict[str, Any]:
    """A notebook as plain JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def code_cells(notebook: Any) -> list[Any]:
    """The cells that run, in order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def has_tag(cell: Any, tag: str) -> bool:
    """Whether a cell carries a tag, such as ``parameters``."""
    return tag in cell["metadata"].get("tags", [])


def parameter_names(notebook: Any) -> list[str]:
    """The names that the cell tagged ``parameters`` assigns."""
    return [
        target.id
        for cell in code_cells(notebook)
        if has_tag(cell, "parameters")
        for node in _statements(cell)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    ]


def used_parameters(notebook: Any) -> set[str]:
    """The parameters on which what the notebook makes may depend: those that a cell does anything with but check them.
    All of them where a cell is no plain Python.
    """
    names, used = set(parameter_names(notebook)), set()
    for cell in code_cells(notebook):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        statements = _statements(cell)
        if source.strip() and not statements:
            return names
        if not any(has_tag(cell, tag) for tag in ("parameters", "injected-parameters")):
            nodes = (node for one in statements if not _is_check(one) for node in ast.walk(one))
            used |= {node.id for node in nodes if isinstance(node, ast.Name)}
    return names & used


def imported_modules(notebook: Any) -> list[str]:
    """The modules that the code imports, each once, in order."""
    return list(dict.fromkeys(name for cell in code_cells(notebook) for name in _imports(cell)))


def _is_check(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check_parameters"


def _imports(cell: Any) -> Iterator[str]:
    for node in _statements(cell):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from _modules_of(node.module, [alias.name for alias in node.names])


def _modules_of(source: str, names: list[str]) -> list[str]:
    """``from analysis.pages import sections`` loads that module; deeper than the top, others' are not looked into."""
    own = source.split(".")[0] == _OWN
    submodules = [f"{source}.{name}" for name in names] if own or "." not in source else []
    return [name for name in submodules if _is_module(name)] or [source]


def _is_module(name: str) -> bool:
    """Whether there is such a module, found without loading the packages around it."""
    top, *below = name.split(".")
    found = find_spec(top)
    places = [Path(place, *below) for place in (found.submodule_search_locations or [] if found else [])]
    return any((place / "__init__.py").is_file() or any(place.parent.glob(f"{place.name}.*")) for place in places)


def _statements(cell: Any) -> list[ast.stmt]:
    source = cell["source"]
    try:
        return ast.parse(source if isinstance(source, str) else "".join(source)).body
    except SyntaxError:  # a cell with IPython's magics
        return []
