"""One notebook by papermill and the engine ``dvctt``."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis.notebooks.forks import Nursery

_START_LIMIT = 600  # seconds, of a kernel where the system cannot fork; papermill's 60 are too few on a busy machine


def spare_grammar() -> None:
    """jsonschema compiles a grammar of international addresses for nearly a second when it finds this package of
    JupyterLab's; notebooks' schemas have no addresses, and without the package that check is left out. To be called
    before anybody loads papermill, which loads jsonschema.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def execute(
    path: Path,
    parameters: dict[str, Any],
    nursery: Nursery | None,
    seconds: float,
    advance: Callable[[], Any] = lambda: None,
) -> Any:
    """The notebook at ``path``, executed with ``parameters`` in a fork of the ``nursery``, or of one of its own.

    ``seconds`` limit it; ``advance`` is called before each code cell. Raises PapermillExecutionError when a cell fails,
    and what the engine raises.
    """
    spare_grammar()
    from papermill import execute_notebook  # loaded while the nursery loads

    return execute_notebook(
        str(path).replace("{", "{{").replace("}", "}}"),  # papermill fills braces in paths
        None,  # written when the run succeeds, whole
        parameters,
        engine_name="dvctt",
        progress_bar=False,
        request_save_on_cell_execute=False,
        start_timeout=_START_LIMIT,
        nursery=nursery,
        seconds=seconds,
        advance=advance,
    )
