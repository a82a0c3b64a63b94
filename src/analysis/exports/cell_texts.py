"""What stands in the cells of a table's columns, without what is not the value's own."""

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from analysis.exports.distinct import mapped
from analysis.exports.encodings import UNREADABLE
from analysis.exports.glances import is_plain
from analysis.exports.headings import INVISIBLE, bare
from analysis.exports.masks import filled, matches
from analysis.exports.moments import is_no_day
from analysis.language.folding import fold
from analysis.reference.vocabulary import Vocabulary

_BLANKS = " \t\r\n\f\v\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_DAYS_TO_1904 = 1462
_INVISIBLE_RE2 = re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", INVISIBLE)


def cleared(column: pa.ChunkedArray, vocabulary: Vocabulary) -> pa.Array:
    """What is the value's own; null where nothing, white space or a placeholder for nothing stands."""
    longest = max((len(word.encode()) for word in vocabulary.blank), default=0)

    def own(texts: pa.Array) -> pa.Array:
        each = texts.dictionary_encode()
        return _own(each.dictionary, vocabulary).take(each.indices)

    return _but_for_plain(column.combine_chunks(), longest, own)


def trimmed(column: pa.ChunkedArray) -> pa.Array:
    """Of a column that is not read: whether something stands in a cell, and what, should it be alone in its line."""
    return _but_for_plain(column.combine_chunks(), 0, _without_blanks)


def ticked(body: pa.Table, values: dict[int, str], vocabulary: Vocabulary) -> pa.Array:
    """The value whose column is ticked in each row, all where several are, null where none is."""
    ticks = [
        [text if cell and fold(bare(cell)) in vocabulary.mark else None for cell in body.column(column).to_pylist()]
        for column, text in values.items()
    ]
    told = (" + ".join(filter(None, row)) for row in zip(*ticks, strict=True))
    return pa.array([text or None for text in told], pa.string())


def from_1900(days: pa.Array) -> pa.Array:
    """Days that are mere numbers counted from 1904 as those counted from 1900."""
    counted = matches(days, r"^\d{5}(?:\.\d+)?$")
    if not counted.any():
        return days
    texts = [
        str(float(text) + _DAYS_TO_1904) if is_number else text
        for text, is_number in zip(days.to_pylist(), counted, strict=True)
    ]
    return pa.array(texts, pa.string())


def without_empty(days: pa.Array, vocabulary: Vocabulary) -> pa.Array:
    """A column of days without what stands for none."""
    return mapped(days, lambda text: None if is_no_day(text, vocabulary) else text)


def _own(text: pa.Array, vocabulary: Vocabulary) -> pa.Array:
    if pc.any(pc.match_substring(text, UNREADABLE)).as_py():
        text = pc.if_else(pc.match_substring(text, UNREADABLE), pa.scalar(None, pa.string()), text)
    if pc.any(pc.match_substring_regex(text, _INVISIBLE_RE2)).as_py():
        text = pc.replace_substring_regex(text, _INVISIBLE_RE2, "")
    text = pc.utf8_trim(text, _BLANKS)
    if pc.any(pc.match_substring_regex(text, r"^[='’]")).as_py():
        text = pa.array([None if cell is None else bare(cell) for cell in text.to_pylist()], pa.string())
    nothing = pc.invert(pc.match_substring_regex(text, r"[\pL\pN]"))
    if vocabulary.blank:
        nothing = pc.or_(nothing, pc.is_in(pc.utf8_lower(text), value_set=pa.array(sorted(vocabulary.blank))))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), text)


def _without_blanks(texts: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim(texts, _BLANKS)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _but_for_plain(texts: pa.Array, longer_than: int, cleaned: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """The texts, those ``cleaned`` that are not plain: of most columns none, and cell by cell it takes longest."""
    odd = pa.array(filled(texts) & ~is_plain(texts, longer_than))
    found = texts.filter(odd)
    if not len(found) or (own := cleaned(found)).equals(found):
        return texts
    return pc.replace_with_mask(texts, odd, own)
