"""By which decision and of which day the figures are, read from ``attainment.csv``; the rest of it, which is long, is
not read. Imports nothing heavy.
"""

import csv
from datetime import date
from pathlib import Path


def basis_of(attainment: Path) -> tuple[str, date]:
    """The decision's id and the as-of day of the figures in ``attainment``."""
    with attainment.open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    return first.get("decision", ""), date.fromisoformat(first["as_of"])
