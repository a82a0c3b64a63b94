"""What a run depends on, as digests: the bytes of all that it looks at, the code, the libraries."""

import sys
from dataclasses import dataclass
from pathlib import Path

from analysis.exports.reading import list_exports
from analysis.language.clock import local_day
from analysis.publication.order import Order
from analysis.storage.contents import digests, joined

_PACKAGE = Path(__file__).parents[1]
_INSTALLED = (".dist-info", ".egg-info")


@dataclass(frozen=True)
class Ingredients:
    """Digests by name: of the exports and what lies beside them (with the day on which a file was changed, which may
    be that of the export), the files of the reference data, the notebooks, and our packages; ``libraries`` are the
    installed ones with their versions.
    """

    raw: dict[str, str]
    reference: dict[str, str]
    notebooks: dict[str, str]
    code: dict[str, str]
    libraries: str


def ingredients(order: Order) -> Ingredients:
    """Those of a run, as they are now; raises OSError where one cannot be read."""
    reference, raw = _below(order.reference), list_exports(order.raw)
    names = [*(stage.name for stage in order.stages), *order.further]
    notebooks = [order.notebook(name) for name in names]
    code = [path for path in _below(_PACKAGE) if "__pycache__" not in path.parts]
    found = iter(digests([*raw, *reference, *notebooks, *code]))
    return Ingredients(
        {path.relative_to(order.raw).as_posix(): f"{next(found)} {_day_of(path)}" for path in raw},
        {path.relative_to(order.reference).as_posix(): next(found) for path in reference},
        {name: next(found) for name in names},
        _by_package({path.relative_to(_PACKAGE).as_posix(): next(found) for path in code}),
        _libraries(),
    )


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _day_of(path: Path) -> str:
    return local_day(path.stat().st_mtime).isoformat()


def _by_package(modules: dict[str, str]) -> dict[str, str]:
    packages: dict[str, dict[str, str]] = {}
    for name, digest in modules.items():
        packages.setdefault(name.partition("/")[0], {})[name] = digest
    return {package: joined(parts) for package, parts in packages.items()}


def _libraries() -> str:
    """Python and every distribution that it finds, by the names of their folders: these hold the versions."""
    places = [Path(place) for place in sys.path if Path(place).is_dir()]
    names = {entry.name for place in places for entry in place.iterdir() if entry.name.endswith(_INSTALLED)}
    return joined({**dict.fromkeys(names, ""), "python": sys.version})
