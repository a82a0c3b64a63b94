"""What a sheet of the workbook is before any cell is written: tables with their kinds of columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from analysis.findings.figures import Figure
from analysis.presentation.numbers import minimum_digits
from analysis.reference.decision import Target

Kind = Literal["text", "long", "count", "share", "points", "verdict"]


@dataclass(frozen=True)
class Rounded:
    """A share of one or a difference of shares with the decimals at which a reader should see it."""

    value: float
    digits: int


@dataclass(frozen=True)
class Column:
    """A column's heading, what its cells are, its width in letters; ``over`` several columns of the sheet if it shares
    one with a table above.
    """

    title: str
    kind: Kind
    width: int = 11
    over: int = 1


@dataclass(frozen=True)
class Table:
    """Rows under headings; ``spans`` are further headings above them, each over a number of columns."""

    title: str
    columns: list[Column]
    rows: list[list[Any]]
    spans: Sequence[tuple[str, int]] = ()
    names: int = 1  # columns that stay in sight when one scrolls sideways


@dataclass(frozen=True)
class Sheet:
    """A sheet's name and its tables, one below the other; the first says its ``headline`` and prints on one page."""

    name: str
    tables: list[Table]
    headline: str = ""


def share(figure: Figure) -> Rounded | None:
    """A figure's share; None where there is nothing to count."""
    return None if figure.value is None else Rounded(float(figure.value), figure.digits())


def aim(target: Target) -> Rounded:
    """A target's minimum."""
    return Rounded(float(target.minimum), minimum_digits(target))
