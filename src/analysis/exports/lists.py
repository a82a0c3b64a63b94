"""A small list in a sheet, found by its headings: for files that are no exports of dossiers."""

from collections.abc import Collection, Mapping

from analysis.exports.delimited import HEADING_ROWS
from analysis.exports.sheets import Sheet
from analysis.language.folding import fold

Headings = Mapping[str, tuple[str, int]]  # a folded heading, to its column and its rank among the column's headings


def lines_of(sheet: Sheet) -> list[list[str]]:
    """The sheet's rows, "" where blank; a cell merged over several rows stands in each."""
    columns = [[(cell or "").strip() for cell in column.to_pylist()] for column in sheet.cells.columns]
    for column, first, last in sheet.merges:
        if column < len(columns):
            last = min(last, len(columns[column]) - 1)
            columns[column][first : last + 1] = [columns[column][first]] * (last + 1 - first)
    return [list(line) for line in zip(*columns, strict=True)]


def find_head(lines: list[list[str]], headings: Headings, required: Collection[str]) -> tuple[int, dict[str, int]]:
    """The line that names most columns, and where each stands; (-1, {}) where none names all that is required.

    A heading may stand in the line above, over a block of others.
    """
    best: tuple[int, dict[str, int]] = (-1, {})
    for number, line in enumerate(lines[:HEADING_ROWS]):
        above = lines[number - 1] if number else [""] * len(line)
        ranked: dict[str, tuple[int, int]] = {}
        for column, cells in enumerate(zip(line, above, strict=True)):
            named = next((headings[fold(cell)] for cell in cells if fold(cell) in headings), None)
            if named:
                name, rank = named
                ranked[name] = min(ranked.get(name, (rank, column)), (rank, column))
        if set(required) <= set(ranked) and len(ranked) > len(best[1]):
            best = number, {name: column for name, (_, column) in ranked.items()}
    return best
