"""Where the scoring workbook's cells stand: one place that knows rows and columns, so that formulas name them alike."""

from dataclasses import dataclass
from functools import cached_property

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from analysis.criteria.workbook.formulas import Parameters, Ranked
from analysis.reference.criteria import Criteria
from analysis.reference.criteria_form import Bonus, Steps

TOP = 3  # rows of what is said first on every sheet: notice, period, title
SPARE_STEPS = 2  # blank rows for steps that a reader adds
_MAXIMUM_ROW = TOP + 1
_COMPONENTS_ROW = TOP + 3
FIRST_UNIT = TOP + 3  # the first unit's row on the sheets of scores and counts
UNIT, GROUP, TOTAL, RANK, BAND, DRAFTED, POINTS = range(7)  # columns of the scores
CODE, NAME, OF_GROUP, AS_DRAFTED, NUMBERS = range(5)  # columns of the counts


@dataclass(frozen=True)
class Layout:
    """``scores``, ``parameters`` and ``counts`` are the sheets' names."""

    criteria: Criteria
    units: int
    scores: str
    parameters: str
    counts: str

    @cached_property
    def rows(self) -> dict[str, int]:
        """The rows of the components' parameters by their names, ``from:1`` and ``earns:1`` being the first step's."""
        scorings = [component.scoring for component in self.criteria.components]
        names = ["minimum", "weight", "least", "instead", "instead_words", "kind"]
        if any(isinstance(scoring, Bonus) for scoring in scorings):
            names += ["at_target", "full_at"]
        names += [f"from:{number}" for number in range(1, self.steps + 1)]
        names += [f"earns:{number}" for number in range(1, self.steps + 1)]
        if self.criteria.is_hardened:
            names.append("substance")
        return {name: _COMPONENTS_ROW + 1 + number for number, name in enumerate([*names, "check"])}

    @cached_property
    def steps(self) -> int:
        """How many rows there are for steps; 0 where nothing is scored by steps."""
        most = [len(part.scoring.steps) for part in self.criteria.components if isinstance(part.scoring, Steps)]
        return max(most) + SPARE_STEPS if most else 0

    @property
    def components(self) -> int:
        """How many components there are."""
        return len(self.criteria.components)

    @property
    def maximum_row(self) -> int:
        """The row of the maximum of points."""
        return _MAXIMUM_ROW

    @property
    def heads_row(self) -> int:
        """The headings of the components' parameters."""
        return _COMPONENTS_ROW

    @property
    def sum_column(self) -> int:
        """Beside the last component, where the sum of the weights stands."""
        return self.components + 1

    @property
    def bands_row(self) -> int:
        """The headings of the table of bands."""
        return self.rows["check"] + 3

    @property
    def unbanded_row(self) -> int:
        """The row below the bands, for units without a score."""
        return self.bands_row + 1 + len(self.criteria.bands)

    @property
    def earned_column(self) -> int:
        """The first column of the working on the sheet of scores."""
        return POINTS + self.components

    @property
    def counted_column(self) -> int:
        """The sum of the weights of what is scored; then the band by points, the units ahead, the band's place."""
        return self.earned_column + self.components

    def of_component(self, number: int) -> Parameters:
        """The addresses of a component's parameters, for the formulas of other sheets."""

        def one(name: str) -> str:
            return self._parameter(self.rows[name], number + 1) if name in self.rows else ""

        def steps(name: str) -> str:
            if not self.steps:
                return ""
            first, last = self.rows[f"{name}:1"], self.rows[f"{name}:{self.steps}"]
            return _on(self.parameters) + xl_range_abs(first, number + 1, last, number + 1)

        names = ("weight", "minimum", "least", "instead", "at_target", "full_at")
        return Parameters(*map(one, names), *map(steps, ("from", "earns")))

    @property
    def weights(self) -> str:
        """The weights of all components, beside each other."""
        row = self.rows["weight"]
        return _on(self.parameters) + xl_range_abs(row, 1, row, self.components)

    @property
    def maximum(self) -> str:
        """The maximum of points."""
        return self._parameter(_MAXIMUM_ROW, 1)

    @property
    def weights_check(self) -> str:
        """The words that say whether the weights sum to the maximum."""
        return self._parameter(self.rows["weight"], self.sum_column + 1)

    @property
    def cap(self) -> str:
        """The best band's cap."""
        return self._parameter(self.bands_row + 1, 2)

    @property
    def titles(self) -> str:
        """The bands' titles, the best first."""
        return self._bands(0)

    @property
    def thresholds(self) -> str:
        """The points from which the bands begin, the best first."""
        return self._bands(1)

    @property
    def unbanded(self) -> str:
        """The words for a unit without a score."""
        return self._parameter(self.unbanded_row, 0)

    def band_title(self, number: int) -> str:
        """One band's title."""
        return self._parameter(self.bands_row + 1 + number, 0)

    def band_count(self, number: int) -> str:
        """How many units have a band now."""
        return self._parameter(self.bands_row + 1 + number, 3)

    def ranked(self, row: int) -> Ranked:
        """The addresses that compare the unit of a row on the sheet of scores with its group."""
        own = (xl_rowcol_to_cell(row, column, col_abs=True) for column in (TOTAL, GROUP))
        return Ranked(*own, *(self._all_units(column) for column in (TOTAL, GROUP)))

    @property
    def places(self) -> str:
        """The places of all units' bands, for the formulas of other sheets."""
        return _on(self.scores) + self._all_units(self.counted_column + 3)

    @property
    def groups(self) -> str:
        """The groups of all units, for the formulas of other sheets."""
        return _on(self.scores) + self._all_units(GROUP)

    def count(self, row: int, column: int) -> str:
        """A cell of the sheet of counts, for the formulas of other sheets."""
        return _on(self.counts) + xl_rowcol_to_cell(row, column, col_abs=True)

    def _parameter(self, row: int, column: int) -> str:
        return _on(self.parameters) + xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)

    def _bands(self, column: int) -> str:
        return _on(self.parameters) + xl_range_abs(self.bands_row + 1, column, self.unbanded_row - 1, column)

    def _all_units(self, column: int) -> str:
        return xl_range_abs(FIRST_UNIT, column, FIRST_UNIT + max(self.units, 1) - 1, column)


def _on(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'!"
