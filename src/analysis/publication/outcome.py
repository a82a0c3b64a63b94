"""What a run came to, read from what it published. Imports nothing heavy."""

import csv
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from analysis.dossiers.doubts import REJECTED_LIMIT
from analysis.measures.basis import basis_of
from analysis.notebooks.batch import Made
from analysis.publication.order import Order


@dataclass(frozen=True)
class Outcome:
    """Sums over ``files.csv``, decision and as-of day, the report's page if any, the reports of units and of criteria;
    ``doubts`` are what must be known of files that were used, ``left_out`` days after an as-of day that was found, with
    file, row and column. ``anew``: whether anything had to be done.
    """

    files: int
    quarantined: int
    read: int
    accepted: int
    rejected: int
    superseded: int
    decision: str
    as_of: date | None
    report: Path | None
    units: Made
    criteria: Made
    seconds: float
    left_out: list[dict[str, str]]
    doubts: list[dict[str, Any]]
    anew: bool

    @property
    def doubtful(self) -> bool:
        """Whether files were quarantined or too many rows rejected (exit 3)."""
        return self.quarantined > 0 or self.rejected > REJECTED_LIMIT * self.read


def outcome_of(order: Order, month: str, units: Made, criteria: Made, seconds: float, anew: bool = True) -> Outcome:
    """The outcome of the run that published into the order's folders; ``month`` is that of its report, "" for none."""
    rows = rows_of(order.processed / "files.csv")
    sums = {name: sum(int(row[name]) for row in rows) for name in ("read", "accepted", "rejected", "superseded")}
    quarantined = sum(row["status"] == "quarantined" for row in rows)
    report = order.reports / month / "index.html" if month else None
    attainment = order.processed / "attainment.csv"
    decision, as_of = basis_of(attainment) if attainment.is_file() else ("", None)  # None: it ended before
    facts = json.loads((order.processed / "clean.json").read_text(encoding="utf-8"))
    known: dict[str, Any] = {
        **{"decision": decision, "as_of": as_of, "report": report},
        **{"units": units, "criteria": criteria, "seconds": seconds, "anew": anew},
        "left_out": [] if order.as_of else facts.get("left_out", []),
        "doubts": facts.get("doubts", []),
    }
    return Outcome(**{"files": len(rows), "quarantined": quarantined, **sums, **known})


def rows_of(table: Path) -> list[dict[str, str]]:
    """The rows of a published table."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
