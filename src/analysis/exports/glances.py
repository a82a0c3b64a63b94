"""What a glance at all bytes of a column tells of its cells: those that need no cleaning are not cleaned one by one."""

import numpy as np
import pyarrow as pa

_DELETE = 0x7F  # the first byte behind printable ASCII
_FEW = 16  # in so many bytes one that is none of it
_IS_WORD = np.array([chr(byte).isalnum() and byte < 0x80 for byte in range(256)])


def text_bytes(column: pa.Array) -> np.ndarray:
    """All bytes of a column of texts, its cells one behind the other (uint8)."""
    ends = _ends(column)
    data = column.buffers()[2]
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]] if data and len(column) else np.zeros(0, np.uint8)


def has_byte(column: pa.Array, byte: int) -> bool:
    """Whether a byte stands anywhere in a column of texts."""
    return bool((text_bytes(column) == byte).any())


def is_ink(column: pa.Array) -> bool:
    """Whether a column of texts is printable ASCII without a blank."""
    data = text_bytes(column)
    return not ((data <= ord(" ")) | (data >= _DELETE)).any()


def is_plain(texts: pa.Array, longer_than: int) -> np.ndarray:
    """Which texts are printable ASCII, begin and end with a letter or digit, and have more bytes than ``longer_than``:
    no null is. In a column of many other letters none is taken for plain.
    """
    data, ends = text_bytes(texts), _ends(texts)
    strange = np.flatnonzero((data < ord(" ")) | (data >= _DELETE))
    if _FEW * len(strange) >= len(data):
        return np.zeros(len(texts), bool)
    starts, ends = ends[:-1] - ends[0], ends[1:] - ends[0]
    plain = ends - starts > longer_than
    plain &= _IS_WORD[data[np.minimum(starts, len(data) - 1)]] & _IS_WORD[data[ends - 1]]
    plain[np.searchsorted(ends, strange, side="right")] = False
    return plain


def rows_of(column: pa.Array, rows: np.ndarray) -> pa.Array:
    """The cells of these rows, in order; rows one behind the other, as most are, are copied nowhere."""
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return column.slice(rows[0], len(rows))
    return column.take(pa.array(rows))


def _ends(column: pa.Array) -> np.ndarray:
    """Where each cell ends within the column's bytes, behind the place where the first begins."""
    offsets = column.buffers()[1]
    if not len(column) or offsets is None:
        return np.zeros(1, np.int32)
    return np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
