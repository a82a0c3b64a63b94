"""Where a unit stands in its tier: its share with its interval, its rank from the top, and who really differs."""

from dataclasses import dataclass
from typing import Any

from analysis.findings.figures import Figure, tiles
from analysis.findings.report import Report
from analysis.outlook.comparison import LEAST_RANKED

MORE, FEWER, AS_MANY = "more", "fewer", "as_many"


@dataclass(frozen=True)
class Rank:
    """``place`` from the top (1 is the highest share), its 95 % interval, and ``of`` how many are ranked."""

    place: int
    lower: int
    upper: int
    of: int


@dataclass(frozen=True)
class Standing:
    """One target: ``row`` of comparison.csv; no ``rank`` below ten; ``mix`` against the same procedures elsewhere."""

    figure: Figure
    row: Any
    rank: Rank | None
    mix: str


def standings(report: Report, code: str) -> list[Standing]:
    """A unit's standing for each target that has something to count, in the decision's order."""
    whole = report.outlook["comparison"]
    own = {row.target_id: row for row in whole[whole["unit_code"] == code].itertuples(index=False)}
    return [
        Standing(figure, row, rank_of(row), _mix(row))
        for figure in tiles(report, code)
        if figure.denominator and (row := own.get(figure.target.id)) is not None
    ]


def rank_of(row: Any) -> Rank | None:
    """That of a row of comparison.csv; None for one that is not ranked."""
    if not row.ranked:
        return None
    return Rank(int(row.rank), int(row.rank_lower), int(row.rank_upper), int(row.ranked_units))


def _mix(row: Any) -> str:
    """Against what the tier reaches for the same procedures; "" where nothing compares, or too few dossiers do."""
    if row.ratio != row.ratio or row.denominator < LEAST_RANKED:
        return ""
    return MORE if row.ratio_lower > 1 else FEWER if row.ratio_upper < 1 else AS_MANY
