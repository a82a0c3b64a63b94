"""How one sender's tables are written, and the rows of one with what they truly say."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.sample.words import Hand

DATES = ("received_at", "due_at", "completed_at")


@dataclass(frozen=True)
class Style:
    """How one sender writes its tables: columns, words, dates and codes; ``numbers``: cells hold numbers."""

    columns: tuple[str, ...]
    hand: Hand = field(default_factory=Hand)
    dates: dict[str, str] = field(default_factory=dict)
    units: tuple[str, ...] = ("name",)
    codes: tuple[str, ...] = ("full",)
    channel_numbers: bool = False
    numbers: bool = True
    grouped: bool = False


@dataclass
class Rows:
    """``cells`` per column (object arrays, None where blank); ``truth`` a frame of what the rows say; ``groups`` the
    text of the group line above each row."""

    cells: dict[str, np.ndarray]
    truth: pd.DataFrame
    groups: np.ndarray
