"""A notebook that is given what it does not know, or something else than it wants, says so in its first cell."""

from types import SimpleNamespace
from typing import Any

import IPython
import pytest

from analysis.language.problems import UsageProblem
from analysis.notebooks.notebook import code_cells, load, parameter_names
from analysis.notebooks.parameters import _OF_ANY, check_parameters
from analysis.storage.places import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
GOOD = {"raw": "a", "lang": "en", "engine": "spark", "jobs": 0, "as_of": "2020-09-30", "decision": ""}


def injected(monkeypatch: pytest.MonkeyPatch, *cells: str) -> None:
    """As if these cells had run in this process's IPython."""
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(user_ns={"In": ["", *cells]}))


def test_what_fits_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    check_parameters(**GOOD)
    injected(monkeypatch, 'lang = "vi"', '# Parameters\nlang = "en"\nas_of = "2020-09-30"\n', "own = 1")
    check_parameters(lang="en")  # as_of is another stage's


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("lang", value) for value in ("fr", "", 1, None, ["vi"])),
        *(("engine", value) for value in ("dukdb", "", None)),
        *(("jobs", value) for value in ("many", -1, 1.5, True, None)),
        *(("as_of", value) for value in ("30/9/2020", "2020-9-30", 20200930, None)),
        *(("raw", value) for value in (1, None, "a\0b", ["a"])),
    ],
)
def test_what_does_not_fit_is_told(name: str, value: Any) -> None:
    with pytest.raises(UsageProblem, match=f"^{name} = "):
        check_parameters(**GOOD | {name: value})


def test_what_no_notebook_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    injected(monkeypatch, '# Parameters\nas_off = "2020-09-30"\n')
    with pytest.raises(UsageProblem, match=r"no parameter as_off. Known: as_of, "):
        check_parameters(**GOOD)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_has_all_its_parameters_checked_first(path: Any) -> None:
    notebook = load(path)
    _, first, *_ = code_cells(notebook)
    source = "".join(first["source"])
    names = parameter_names(notebook)
    assert set(names) <= set(_OF_ANY)
    assert "check_parameters(" in source
    assert [name for name in names if f"{name}={name}" not in source] == []
