"""Who keeps every month's publication of a unit, knows its catalogue, and reasons with an integer programme.

Independent of what it attacks: it knows the published figures alone, and asks of each count of 1 to 4 dossiers whether
any other number would fit them.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, lil_array

Counts = NDArray[np.int64]
MONTHS = 12
FEW = range(1, 5)
_INFEASIBLE = 2  # scipy's milp


class Told(NamedTuple):
    """A published line: a procedure's dossiers up to the end of a month, and of these online, None where not told."""

    procedure: int
    month: int
    dossiers: int
    online: int | None


class Cell(NamedTuple):
    """Dossiers of a procedure from the first month to the last; ``kind`` 0 online, 1 otherwise, 2 both."""

    procedure: int
    first: int
    last: int
    kind: int


def recovered(counts: Counts, lines: Sequence[Told], possible: NDArray[np.bool_] | None = None) -> set[Cell]:
    """The counts of 1 to 4 that the ``lines`` give away, beyond what the unit's totals give away by themselves.

    ``counts``: procedures × months × (online, otherwise), of one level. ``possible``, procedures × months: whether the
    catalogue, which is public too, gives the procedure that level then.
    """
    possible = np.ones(counts.shape[:2], bool) if possible is None else possible
    certain = _certain(counts, lines, possible, set(_small(counts)))
    return certain - _certain(counts, [], possible, certain)


def _certain(counts: Counts, lines: Sequence[Told], possible: NDArray[np.bool_], cells: set[Cell]) -> set[Cell]:
    """Those of the ``cells`` with but one possible value: of each another is looked for, more or less; what a solution
    has otherwise is done.
    """
    known = _Published(counts, lines, possible)
    open_, certain = set(cells), set()
    while open_:
        cell = min(open_)
        for sign in (1, -1):
            other = known.other(cell, _value(counts, cell), sign)
            if other is not None:
                open_ -= {one for one in open_ if _value(other, one) != _value(counts, one)}
                break
        else:
            open_.discard(cell)
            certain.add(cell)
    return certain


def _small(counts: Counts) -> Iterator[Cell]:
    """Months, quarters, the year to date, and every other run of months."""
    for procedure in range(len(counts)):
        for first in range(counts.shape[1]):
            for last in range(first, counts.shape[1]):
                for kind in range(3):
                    cell = Cell(procedure, first, last, kind)
                    if _value(counts, cell) in FEW:
                        yield cell


def _value(counts: Counts, cell: Cell) -> int:
    part = counts[cell.procedure, cell.first : cell.last + 1]
    return int(part.sum() if cell.kind == 2 else part[:, cell.kind].sum())


class _Published:
    """What is published, as equations between the counts of procedures (x) and whether there are any (y)."""

    def __init__(self, counts: Counts, lines: Sequence[Told], possible: NDArray[np.bool_]) -> None:
        self.shape = counts.shape
        procedures, months, _ = counts.shape
        self.size = counts.size
        windows = list(_windows(months))
        rows: list[tuple[dict[int, float], float, float]] = []
        for month in range(months):
            for kind in (0, 1):  # the unit's totals of the month
                total = float(counts[:, month, kind].sum())
                rows.append(({self._x(p, month, kind): 1.0 for p in range(procedures)}, total, total))
        for line in lines:
            span = [self._x(line.procedure, month, kind) for month in range(line.month + 1) for kind in (0, 1)]
            rows.append((dict.fromkeys(span, 1.0), line.dossiers, line.dossiers))
            if line.online is not None:
                rows.append((dict.fromkeys(span[::2], 1.0), line.online, line.online))
        flags = self.size
        for window in windows:
            for kinds in ((0,), (0, 1)):  # how many procedures have any online, any at all
                part = counts[:, window][:, :, list(kinds)].sum(axis=(1, 2))
                most = float(part.sum())
                for p in range(procedures):
                    own = {self._x(p, month, kind): 1.0 for month in window for kind in kinds}
                    rows.append(({**own, flags + p: -1.0}, 0.0, np.inf))  # some where it says so
                    rows.append(({**own, flags + p: -most}, -np.inf, 0.0))  # none where it says not
                number = float((part > 0).sum())
                rows.append(({flags + p: 1.0 for p in range(procedures)}, number, number))
                flags += procedures
        matrix = lil_array((len(rows), flags))
        for place, (terms, _, _) in enumerate(rows):
            for column, factor in terms.items():
                matrix[place, column] = factor
        self.constraint = LinearConstraint(csr_array(matrix), [low for _, low, _ in rows], [high for *_, high in rows])
        most = np.where(np.repeat(possible, 2), float(counts.sum()), 0.0)
        self.bounds = Bounds(np.zeros(flags), np.r_[most, np.ones(flags - self.size)])
        self.flags = flags

    def _x(self, procedure: int, month: int, kind: int) -> int:
        return int(np.ravel_multi_index((procedure, month, kind), self.shape))

    def other(self, cell: Cell, value: int, sign: int) -> Counts | None:
        """Counts that fit everything and have more (sign 1) or fewer (-1) than ``value`` in a cell; None: there are
        none.
        """
        own = np.zeros((1, self.flags))
        for month in range(cell.first, cell.last + 1):
            for kind in (0, 1) if cell.kind == 2 else (cell.kind,):
                own[0, self._x(cell.procedure, month, kind)] = sign
        beyond = LinearConstraint(csr_array(own), sign * value + 1, np.inf)
        found = milp(
            np.zeros(self.flags),
            constraints=[self.constraint, beyond],
            bounds=self.bounds,
            integrality=np.ones(self.flags),
        )
        if found.status == _INFEASIBLE:
            return None
        assert found.success, found.message
        return np.round(found.x[: self.size]).astype(np.int64).reshape(self.shape)


def _windows(months: int) -> Iterator[list[int]]:
    """Each month, each quarter and the year, up to each month."""
    for month in range(months):
        firsts = {month, month - month % 3, 0}
        yield from (list(range(first, month + 1)) for first in sorted(firsts))
