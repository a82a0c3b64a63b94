"""DataTables inside a page: the bundle that itables carries and our few lines, as one script that a hash admits."""

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from analysis.language.problems import RunProblem
from analysis.language.texts import N_

_EXPORTS = re.compile(r"\bexport\s*\{([^{}]*)\}\s*;?")
# What would end or change the reading of an inline script (HTML Living Standard, 4.12.1.3); in strings and
# regular expressions, the only places where a minified module has it, the escape means the same.
_READ_BY_HTML = re.compile(r"<(?=!--|/?script)", re.IGNORECASE)


@cache
def table_script() -> str:
    """The text of the module that makes the overview's table searchable and sortable; needs no request."""
    carried = files("itables") / "html" / "dt_bundle.js"
    return inlined(carried.read_text(encoding="utf-8"), searching("site/overview.js"))


@cache
def searching(name: str) -> str:
    """The lines of a template's script, before them how what is typed is made plain."""
    templates = files("analysis.pages") / "templates"
    return "".join(templates.joinpath(part).read_text(encoding="utf-8") for part in ("plain.js", name))


def inlined(bundle: str, lines: str) -> str:
    """``lines`` after the module ``bundle``, where they see what it exports as the constant ``DataTable``.

    Raises RunProblem for a bundle that exports neither DataTable nor the jQuery that carries it.
    """
    exports = list(_EXPORTS.finditer(bundle))
    names = _names(exports[-1][1].split(",")) if exports else {}
    if "DataTable" in names:
        found = names["DataTable"]
    elif "jQuery" in names:  # as itables' own pages take it: DataTables hangs itself there
        found = f"{names['jQuery']}.fn.dataTable"
    else:
        raise RunProblem(N_("The installed itables carries no DataTables that we know. Install the pinned version."))
    body = bundle[: exports[-1].start()] + bundle[exports[-1].end() :]
    whole = f"{body}\n{{\nconst DataTable = {found};\n{lines}}}\n"
    return _READ_BY_HTML.sub(r"\\x3C", whole.replace("\r", "\n"))


def policy(script: str = "") -> str:
    """The Content-Security-Policy of a page: nothing from anywhere, and of scripts this one alone."""
    parts = [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
        parts.append(f"script-src 'sha256-{digest}'")
    return "; ".join(parts)


def _names(exports: Iterable[str]) -> dict[str, str]:
    """Local name by exported name, of ``a as b`` or ``a``."""
    pairs = [re.split(r"\s+as\s+", export.strip()) for export in exports if export.strip()]
    return {pair[-1]: pair[0] for pair in pairs}
