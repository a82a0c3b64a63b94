"""What an export is once it is read: sheets of text cells, and how large one may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.language.problems import ExportProblem
from analysis.language.texts import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

MIB = 2**20


@dataclass(frozen=True)
class Sheet:
    """One sheet: ``cells`` has the text columns c0 … cN; its row i is spreadsheet row i + 1; null where empty.

    ``merges`` are columns with the first and last row of cells merged over several rows, from 0. ``from_1904``: days
    that are mere numbers are counted from 1904, as on old Macintoshes.
    """

    name: str
    cells: pa.Table
    merges: tuple[tuple[int, int, int], ...] = ()
    from_1904: bool = False


@dataclass(frozen=True)
class Layout:
    """What a workbook says beside its cells: each sheet's ``merges`` by its name, and whether days count from 1904."""

    merges: dict[str, tuple[tuple[int, int, int], ...]]
    from_1904: bool


@dataclass(frozen=True)
class Export:
    """A file that was read: ``format`` xlsx, xls, html or csv; ``encoding`` is "" for workbooks.

    ``sha256`` is that of the bytes that were read.
    """

    format: str
    encoding: str
    sheets: tuple[Sheet, ...]
    sha256: str = ""


@dataclass(frozen=True)
class Limits:
    """How large an export may be. A workbook of 100.000 dossiers × 15 columns takes a twentieth of each.

    ``ratio`` is unpacked to packed size: honest workbooks stay under 30, bombs reach 1.000.
    """

    file_bytes: int = 256 * MIB
    html_bytes: int = 96 * MIB  # the parsed page takes twelve times its size in memory
    unpacked_bytes: int = 1024 * MIB
    ratio: int = 100
    cells: int = 30_000_000  # rows × columns of a sheet, blank ones included
    columns: int = 2_000


LIMITS = Limits()


def check_extent(rows: int, columns: int, limits: Limits) -> None:
    """Raise ExportProblem when a sheet of ``rows`` × ``columns`` would be too large, before it is built."""
    if columns > limits.columns or rows * columns > limits.cells:
        raise ExportProblem(
            N_(
                "too large: the filled cells span {rows} rows and {columns} columns. Delete stray cells far to the "
                "right or far below, or split the export, and save it again."
            ),
            rows=rows,
            columns=columns,
        )


def cells_of(rows: Sequence[Sequence[str | None]], limits: Limits) -> pa.Table:
    """Rows of unequal length as ``Sheet.cells``."""
    import pyarrow as pa

    width = max(map(len, rows), default=0)
    check_extent(len(rows), width, limits)
    columns = ([row[n] if n < len(row) else None for row in rows] for n in range(width))
    return pa.table(
        {f"c{n}": pa.array([cell or None for cell in column], pa.string()) for n, column in enumerate(columns)}
    )
