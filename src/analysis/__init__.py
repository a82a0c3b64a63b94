"""Measures online public services (dịch vụ công trực tuyến) of a province against their targets.

``import analysis as dv`` is the way in for analysts: what ``__all__`` names is made for them and stays. It is loaded
when it is first asked for, so that the programs that import parts of the package load nothing else.
"""

from difflib import get_close_matches
from importlib import import_module
from typing import Any

__version__ = "0.2.0"

_PUBLIC = {
    **dict.fromkeys(("Data", "load"), "data"),
    **dict.fromkeys(("attain", "new_target"), "attaining"),
    **dict.fromkeys(("Explanation", "explain"), "explaining"),
    **dict.fromkeys(("closers", "compare", "trend"), "views"),
    **dict.fromkeys(("plot_compare", "plot_lowest", "plot_trend"), "plots"),
    **dict.fromkeys(("Table", "labelled"), "tables"),
    "explore": "widgets",
    "show": "interactive",
    "find": "names",
}
__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    """A public name from the module that has it."""
    if name in _PUBLIC:
        return getattr(import_module(f"analysis.explorer.{_PUBLIC[name]}"), name)
    near = ", ".join(get_close_matches(name, __all__, 3, 0.4)) or "–"
    raise AttributeError(f"module 'analysis' has no attribute {name!r}. Nearest: {near}. All: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
