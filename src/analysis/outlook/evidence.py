"""How the projection fared on years whose end is known: ``backtest.csv``, made by ``python -m benchmarks.backtest``."""

import ast
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pandas as pd

from analysis.measures.expressions import month_number
from analysis.reference.decision import Decision
from analysis.reference.groups import PROVINCE, is_group, is_tier

EVIDENCE = Path(__file__).with_name("backtest.csv")
TRIED_MONTHS = 11  # of a year
BANDS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)  # of the reliability table
_MODEL = ("arrivals.py", "projection.py", "uptake.py")


def backtest() -> pd.DataFrame:
    """``table``, ``group`` and what it is ``within``, then forecasts, intervals, coverage, brier_….

    Tables: ``score`` (all, by measure, by month), ``level`` (by level and month), ``generator`` (by kind of made-up
    year and level), ``generator_month``, ``real`` (real series, by month), ``reliability`` (foretold, attained).
    """
    return pd.read_csv(EVIDENCE, dtype={"digest": str, "within": str}, keep_default_na=False, na_values=[""])


def level_of(code: str, tier: str) -> str:
    """The level at which forecasts are judged: the whole (``ALL``), a tier's sum, another group, a unit's tier."""
    return code if code == PROVINCE else "TIER" if is_tier(code) else "GROUP" if is_group(code) else tier


def tried_month(decision: Decision, as_of: date) -> int:
    """The month of the period from whose end it was tried to foretell as on this day: the last one that is whole."""
    months = month_number(as_of + timedelta(days=1)) - month_number(decision.valid_from)
    return min(max(months, 1), TRIED_MONTHS)


def held(level: str, month: int) -> float:
    """How often the 80 % intervals of a level held that were foretold from the end of a month of the period."""
    table = backtest()
    (found,) = table[(table["table"] == "level") & (table["group"] == level) & (table["within"] == str(month))][
        "coverage"
    ]
    return float(found)


def model_digest() -> str:
    """A digest of what the projection's source does, its imports and layout aside: the evidence is about this code and
    no other.
    """
    folder = Path(__file__).parent
    trees = [ast.parse((folder / name).read_bytes()) for name in _MODEL]
    said = [ast.dump(node) for tree in trees for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return sha256("\n".join(said).encode()).hexdigest()[:16]


def excess(bands: pd.DataFrame) -> float:
    """By how much probabilities between 0.2 and 0.9 were too high on average, a share of one; ``bands`` as
    ``backtest`` has them: foretold, attained, forecasts.
    """
    middle = bands[bands["foretold"].between(0.2, 0.9)]
    return float(((middle["foretold"] - middle["attained"]) * middle["forecasts"]).sum() / middle["forecasts"].sum())
