"""How the projection fared on synthetic years (``backtest.csv``, made by ``python -m benchmarks.backtest``)."""

import ast
from hashlib import sha256
from pathlib import Path

import pandas as pd

EVIDENCE = Path(__file__).with_name("backtest.csv")
BANDS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)  # of the reliability table
_MODEL = ("arrivals.py", "projection.py", "uptake.py")


def backtest() -> pd.DataFrame:
    """Rows of table ``score`` (group, forecasts, coverage, brier_…) and ``reliability`` (foretold, attained)."""
    return pd.read_csv(EVIDENCE, dtype={"digest": str})


def model_digest() -> str:
    """A digest of what the projection's source does, its imports and layout aside: the evidence is about this code and
    no other.
    """
    folder = Path(__file__).parent
    trees = [ast.parse((folder / name).read_bytes()) for name in _MODEL]
    said = [ast.dump(node) for tree in trees for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return sha256("\n".join(said).encode()).hexdigest()[:16]
