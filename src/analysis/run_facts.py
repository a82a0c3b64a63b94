"""What a run says of itself in ``run.json``, for other programs: inputs, versions, seconds, warnings, reports."""

import csv
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

from analysis import __version__
from analysis.order import Order

REJECTED_LIMIT = 0.02  # share of the rows read above which a run ends with a warning (contract §6)
_LIBRARIES = ("duckdb", "ibis-framework", "matplotlib", "nbconvert", "pandas", "papermill", "scipy", "statsmodels")


@dataclass(frozen=True)
class Made:
    """What became of reports, by code: made now, kept from an earlier run, or failed with the reason."""

    made: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def published(self) -> list[str]:
        """The codes whose report is there."""
        return sorted([*self.made, *self.kept])

    def part(self, wanted: Callable[[str], bool]) -> "Made":
        """Of the codes that are ``wanted`` alone."""
        made, kept = ([code for code in codes if wanted(code)] for codes in (self.made, self.kept))
        return Made(made, kept, {code: reason for code, reason in self.failed.items() if wanted(code)})


class Clock:
    """The seconds that the parts of a run took, by name."""

    def __init__(self) -> None:
        self.begun = datetime.now(UTC)
        self.seconds: dict[str, float] = {}
        self._start = monotonic()

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Note how long the block takes."""
        start = monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(monotonic() - start, 2)

    @property
    def total(self) -> float:
        """Seconds since the run began."""
        return round(monotonic() - self._start, 2)


def run_facts(order: Order, processed: Path, units: Made, criteria: Made, clock: Clock) -> dict[str, Any]:
    """The facts that stand in run.json beside the digests of the published files."""
    with (processed / "files.csv").open(encoding="utf-8", newline="") as file:
        files = list(csv.DictReader(file))
    return {
        "version": __version__,
        "begun": clock.begun.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": {**clock.seconds, "total": clock.total},
        "order": {
            **{"decision": order.decision, "as_of": order.as_of, "until": order.until},
            **{"units": list(order.units), "lang": order.language.code, "jobs": order.jobs},
        },
        "inputs": [{"file": row["file"], "sha256": row["sha256"], "status": row["status"]} for row in files],
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "warnings": _warnings(files),
        "reports": dict(vars(units)),
        "criteria": dict(vars(criteria)),
    }


def _warnings(files: list[dict[str, str]]) -> list[dict[str, Any]]:
    """What makes a run end with 3, as kind and number."""
    read, rejected = (sum(int(row[name]) for row in files) for name in ("read", "rejected"))
    quarantined = [row["file"] for row in files if row["status"] == "quarantined"]
    found: list[dict[str, Any]] = []
    if quarantined:
        found.append({"kind": "quarantined", "files": quarantined})
    if rejected > REJECTED_LIMIT * read:
        found.append({"kind": "rejected", "rows": rejected, "of": read})
    return found
