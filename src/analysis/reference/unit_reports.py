"""The forms in which units report, as data (``unit-reports.toml``): headings to cells, rows, what adds up."""

from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from analysis.language.folding import fold
from analysis.language.texts import N_
from analysis.reference.toml_files import Frozen, Unfit, Words, read_definitions

Cell = Literal[
    "received_total",
    "received_new",
    "received_online",
    "received_offline",
    "received_counter",
    "received_post",
    "carried_over",
    "settled_total",
    "settled_early",
    "settled_on_time",
    "settled_in_time",
    "settled_late",
    "open_total",
    "open_in_time",
    "open_late",
]
CELLS: tuple[Cell, ...] = get_args(Cell)
Label = Literal["row", "period", "first", "last"]
Block = Literal["received", "settled", "open", "plain"]
_Texts = tuple[str, ...]


class Titles(Frozen):
    """What stands above a table before the first day of its period, and before its unit's name."""

    first: _Texts
    unit: _Texts


class Rows(Frozen):
    """Labels of rows of no unit: the whole ``province``, heads of ``groups``, ``parts`` of the row above."""

    province: _Texts
    groups: _Texts
    parts: _Texts


class CellWords(Frozen):
    """A cell's headings: those ``within`` its block, and those that say it ``alone``."""

    cell: Cell
    title: Words
    block: Block
    within: _Texts
    alone: _Texts


class Instead(Frozen):
    """In a form ``without`` the one cell, the heading of ``cell`` is of what is ``meant``."""

    cell: Cell
    without: Cell
    meant: Cell


class Sum(Frozen):
    """``whole`` is what the ``parts`` add up to."""

    whole: Cell
    parts: Annotated[tuple[Cell, ...], Field(min_length=1)]


class UnitReportForm(Frozen):
    """The file as it is written; ``heading`` and its like ask it in folded words."""

    labels: dict[Label, _Texts]
    titles: Titles
    rows: Rows
    blocks: dict[Block, _Texts]
    cells: tuple[CellWords, ...]
    instead: tuple[Instead, ...] = ()
    sums: tuple[Sum, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> "UnitReportForm":
        found = [words.cell for words in self.cells]
        if len(found) != len(CELLS) or set(found) != set(CELLS):
            raise Unfit(
                N_("{file}, line {line}: {key}: each of {known} must stand there once. Mend the list."),
                "cells",
                known=", ".join(CELLS),
            )
        return self

    def label(self, text: str) -> tuple[Label, int] | None:
        """Which label a heading is of, and its rank among that label's headings."""
        ranked = ((name, list(map(fold, words))) for name, words in self.labels.items())
        return next(((name, words.index(fold(text))) for name, words in ranked if fold(text) in words), None)

    def cell(self, own: str, above: list[str]) -> Cell | None:
        """The cell that a heading with the headings ``above`` it, the nearest first, is of."""
        folded = [fold(text) for text in above]
        blocks = {name for name, words in self.blocks.items() if set(map(fold, words)) & set(folded)} - {"plain"}
        within = (one.cell for one in self.cells if one.block in blocks and fold(own) in map(fold, one.within))
        if found := next(within, None):
            return found
        if fold(own) in map(fold, self.blocks.get("plain", ())):
            nearest = next(filter(None, above), "")
            return self.cell(nearest, above[1:]) if nearest else None
        return next((one.cell for one in self.cells if fold(own) in map(fold, one.alone)), None)

    @property
    def headings(self) -> dict[str, tuple[str, int]]:
        """Every heading of a cell, folded, to the cell and its rank: by which a file is told from others."""
        return {
            fold(word): (one.cell, rank) for one in self.cells for rank, word in enumerate((*one.within, *one.alone))
        }


def load_unit_reports(folder: Path) -> UnitReportForm:
    """Read ``unit-reports.toml``; raises ReferenceProblem that says which key to mend."""
    return read_definitions(folder, "unit-reports.toml", UnitReportForm)
