"""The parameters of notebooks: their names, types and choices, checked in the first cell whatever executes them."""

import ast
from collections.abc import Callable
from datetime import date
from typing import Any

from analysis.language.problems import UsageProblem
from analysis.language.texts import LANGUAGES, N_
from analysis.storage.backends import ENGINES

_INJECTED = "# Parameters\n"  # how papermill begins the cell that it adds


def check_parameters(**given: Any) -> None:
    """Raise UsageProblem unless each parameter is what it may be, and papermill gave none that no notebook has.

    ``given`` are all that the notebook has, by name. papermill itself only warns of a misspelt one, and the notebook
    would run on its default. What other stages have may be given to all of them alike.
    """
    for name in _injected_names():
        if name not in {*given, *_OF_ANY}:
            raise UsageProblem(
                N_("There is no parameter {name}. Known: {known}."), name=name, known=", ".join(sorted(given))
            )
    for name, value in given.items():
        fits, wanted = _RULES.get(name, _TEXT)
        if not fits(value):
            raise UsageProblem(wanted, name=name, value=repr(value)[:60])


def is_day(value: Any) -> bool:
    """Whether it is "" or a day as ISO writes it."""
    try:
        return isinstance(value, str) and (not value or date.fromisoformat(value).isoformat() == value)
    except ValueError:
        return False


def _is_choice(known: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in known


# What the notebooks of the run have between them.
_OF_ANY = (
    *("raw", "reference", "processed", "work", "published", "decision", "as_of", "lang", "jobs", "engine", "master"),
    *("unit", "criteria", "period"),
)
_TEXT = (
    lambda value: isinstance(value, str) and "\0" not in value,
    N_("{name} = {value}: a text is wanted. Write it in quotation marks (papermill: -r instead of -p)."),
)
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "lang": (_is_choice(LANGUAGES), N_("{name} = {value}: choose one of vi, en.")),
    "engine": (_is_choice(ENGINES), N_("{name} = {value}: choose one of duckdb, spark.")),
    "jobs": (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        N_("{name} = {value}: a whole number from 0 is wanted. Mend it."),
    ),
    "period": (lambda value: isinstance(value, str | int), _TEXT[1]),  # papermill makes a number of 2020
    "as_of": (is_day, N_("{name} = {value} is no day. Write it yyyy-mm-dd, such as 2020-09-30.")),
}


def _injected_names() -> list[str]:
    """What the cell that papermill added assigns; nothing where no notebook runs."""
    try:
        from IPython import get_ipython
    except ImportError:
        return []
    shell = get_ipython()  # type: ignore[no-untyped-call]
    cells = shell.user_ns.get("In", []) if shell else []
    trees = [ast.parse(cell) for cell in cells if str(cell).startswith(_INJECTED)]
    return [
        target.id
        for tree in trees
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]
