"""How the projection fared on synthetic years (``backtest.csv``, made by ``python -m benchmarks.backtest``)."""

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
    """A digest of the projection's source: the evidence is about this code and no other."""
    folder = Path(__file__).parents[1]
    return sha256(b"".join((folder / name).read_bytes() for name in _MODEL)).hexdigest()[:16]
