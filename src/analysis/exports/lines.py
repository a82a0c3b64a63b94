"""What kind of line stands below the headings: a total, the headings again, one text alone, one that is damaged."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.exports.encodings import UNREADABLE
from analysis.exports.glances import has_byte
from analysis.exports.masks import filled, matches, true
from analysis.language.folding import fold
from analysis.reference.keys import UNIT_CODE
from analysis.reference.vocabulary import Vocabulary

DATA_CELLS = 3  # a data row fills at least three of the named columns (contract §4)
# A cell of a line that numbers the columns: (1), [1], 1.0, II, A, Cột 1, 3=1+2.
_NUMBERING = re.compile(r"(?:cột|c)?-?\d{1,3}[a-z]?(?:=[\dx+*%=]+)?|[ivx]{1,5}|[a-z]|[\u2460-\u2473]", re.IGNORECASE)
_DECORATION = re.compile(r"[\s()\[\]{}/#.,:–-]")
_SHORT = r"^(?i:cột )?[^\pL\pN]{0,3}[0-9A-Za-z\x{2460}-\x{2473}]{1,5}(?:[.,]0+)?[^\pL\pN]{0,3}(?:=.*)?$"
_NUMERAL = re.compile(r"[(\[]?(?:[IVXLC]+|\d{1,3}(?:\.\d{1,3})*|[A-Za-z])[.)\]/:-]?")
_COUNTED = re.compile(r"\(?\d[\d.,]*(?: ?(?:hồ sơ|HS|%))?\)?", re.IGNORECASE)
_UNIT_CODE = re.compile(UNIT_CODE)


def broken_rows(body: pa.Table) -> np.ndarray:
    """Which lines have a byte somewhere that is no letter."""
    broken = np.zeros(len(body), bool)
    for column in body.columns:
        texts = column.combine_chunks()
        if has_byte(texts, UNREADABLE.encode()[0]):  # which few letters begin with
            broken |= true(pc.match_substring(texts, UNREADABLE))
    return broken


def total_lines(first: pa.Array, ids: pa.Array, vocabulary: Vocabulary) -> np.ndarray:
    """Lines whose first filled cell is a total word, or begins with one where no dossier code stands.

    ``Cộng Sở Xây dựng`` ends a group, but an applicant may be called ``Tổng công ty …``. Only cells with a fitting
    first letter are folded.
    """
    if not vocabulary.total:
        return np.zeros(len(first), dtype=bool)
    initials = "".join(sorted({word[0] + word[0].upper() for word in vocabulary.total if word}))
    likely = pc.fill_null(pc.match_substring_regex(first, f"^[^\\pL\\d]*[{re.escape(initials)}]"), False)
    words = re.compile("|".join(rf"{re.escape(word)}(?!\w)" for word in vocabulary.total))
    totals = np.zeros(len(first), dtype=bool)
    for line in np.flatnonzero(likely.to_numpy(zero_copy_only=False)):
        text = first[line].as_py()
        without_code = ids[line].as_py() in (None, text) and not fold(text).startswith(vocabulary.no_total)
        totals[line] = fold(text) in vocabulary.total or (without_code and bool(words.match(fold(text))))
    return totals


def repeated_heads(named: dict[str, pa.Array], is_data: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """Lines that hold the headings again, or the numbers of the columns: ``(1) (2) (3)``."""
    repeated = np.zeros(len(is_data), dtype=bool)
    no_digits = ~matches(named["received_at"], r"\d")
    short = ~filled(named["dossier_id"]) | matches(named["dossier_id"], _SHORT)
    for line in np.flatnonzero(is_data & (no_digits | short)):
        cells = {name: text for name, column in named.items() if (text := column[line].as_py())}
        headings = sum(vocabulary.headings.get(fold(text), ("",))[0] == name for name, text in cells.items())
        bare = [_DECORATION.sub("", text) for text in cells.values()]
        numbers = 2 * len(set(bare)) > len(bare) and all(map(_NUMBERING.fullmatch, bare))
        repeated[line] = headings >= DATA_CELLS or numbers
    return repeated


def lone_texts(
    first_columns: list[pa.Array], everything: list[pa.Array], named: dict[str, pa.Array], other: np.ndarray
) -> dict[int, str]:
    """The lines that hold one text alone, in a cell or repeated across the row, be it behind a numeral, a label or a
    code in a cell, or before a count. It stands in one of the ``first_columns``, up to the dossier's code: what is
    alone further right is the rest of a row.
    """
    repeated = true(pc.equal(named["dossier_id"], named["received_at"]))
    begun = np.any([filled(column) for column in first_columns], axis=0)
    found = {}
    for line in np.flatnonzero(begun & (~other | repeated)).tolist():
        cells = [text for column in everything if (text := column[line].as_py())]
        if len(cells) > 1 and _NUMERAL.fullmatch(cells[0]):
            cells = cells[1:]
        texts = list(dict.fromkeys(cell for cell in cells if not _COUNTED.fullmatch(cell))) or cells
        if len(texts) == 2 and texts[0].endswith(":"):
            texts = [" ".join(texts)]
        if len(texts) == 2 and _UNIT_CODE.fullmatch(texts[0]):
            texts = texts[:1]
        if len(texts) == 1 and re.search(r"[^\W\d_]", texts[0]):
            found[line] = texts[0]
    return found
