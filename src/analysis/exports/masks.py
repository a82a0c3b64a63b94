"""Columns as masks of numpy: a null is nowhere true."""

from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def filled(column: pa.Array) -> np.ndarray:
    """Where a column is not null (bool, one per row)."""
    return cast(np.ndarray, pc.is_valid(column).to_numpy(zero_copy_only=False))


def true(column: pa.Array) -> np.ndarray:
    """Where a column of booleans is true (bool, one per row)."""
    return cast(np.ndarray, pc.fill_null(column, False).to_numpy(zero_copy_only=False))


def matches(column: pa.Array, pattern: str) -> np.ndarray:
    """Where the text of a column has a match of an RE2 ``pattern`` (bool, one per row)."""
    return true(pc.match_substring_regex(column, pattern))
