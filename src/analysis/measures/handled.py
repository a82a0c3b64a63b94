"""Dossiers with what the decision asks of them beside the columns of ``dossiers.parquet``: how they were paid for,
whether their papers were digitised. Where it asks for nothing the table is the one that it was.
"""

from pathlib import Path
from typing import Any

from ibis.expr.types import Table

from analysis.measures.expressions import HANDLED, asked
from analysis.reference.decision import Decision
from analysis.storage.backends import read_dossiers


def read_measured(backend: Any, processed: Path, *decisions: Decision) -> Table:
    """The dossiers in a run's folder, with those of ``HANDLED`` that a reading of the decisions asks for."""
    dossiers = read_dossiers(backend, processed / "dossiers.parquet")
    names = [name for name in HANDLED if any(name in asked(decision) for decision in decisions)]
    if not names:
        return dossiers
    handling = read_dossiers(backend, processed / "handling.parquet").select("dossier_key", *names)
    return dossiers.left_join(handling, "dossier_key").drop("dossier_key_right")
