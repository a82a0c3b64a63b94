"""What a run says of itself in ``run.json``, for other programs: inputs, versions, seconds, warnings, reports."""

import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

from analysis import __version__
from analysis.dossiers.doubts import REJECTED_LIMIT
from analysis.notebooks.batch import Made
from analysis.publication.order import Order
from analysis.publication.outcome import rows_of

_LIBRARIES = ("duckdb", "ibis-framework", "matplotlib", "nbconvert", "pandas", "papermill", "scipy", "statsmodels")


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
    files, further = rows_of(processed / "files.csv"), rows_of(processed / "further_files.csv")
    return {
        "version": __version__,
        "begun": clock.begun.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": {**clock.seconds, "total": clock.total},
        "order": {
            **{"decision": order.decision, "as_of": order.as_of, "until": order.until},
            **{"units": list(order.units), "lang": order.language.code, "jobs": order.jobs},
        },
        "inputs": [
            *({"file": row["file"], "sha256": row["sha256"], "status": row["status"]} for row in files),
            *({"file": row["file"], "sha256": row["sha256"], "status": row["kind"]} for row in further),
        ],
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "warnings": _warnings(files),
        "doubts": json.loads((processed / "clean.json").read_text(encoding="utf-8")).get("doubts", []),
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
