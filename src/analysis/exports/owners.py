"""Whose dossiers a table without a column of units has, by the lines above the headings and between the rows."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pyarrow as pa

from analysis.exports.periods import title_days
from analysis.language.folding import fold
from analysis.reference.vocabulary import Vocabulary


def labelled_unit(title: list[list[str]], vocabulary: Vocabulary) -> str | None:
    """The unit of a title line ``Đơn vị: …``, also where label and name stand in two cells."""
    for line in title:
        for cell, following in pairwise([*filter(None, line), ""]):
            label, colon, name = cell.partition(":")
            if colon and fold(label) in vocabulary.unit_title and (unit := name.strip() or following):
                return unit
    return None


def letterhead(title: list[list[str]], vocabulary: Vocabulary, title_unit: Callable[[str], str | None]) -> str | None:
    """The unit of a letterhead that is known to say whose dossiers the list has."""
    texts = (text for line in title for text in line if fold(text) in vocabulary.letterhead)
    return next((unit for text in texts if (unit := title_unit(text))), None)


def lone_title(title: list[list[str]], vocabulary: Vocabulary, title_unit: Callable[[str], str | None]) -> str | None:
    """The unit that the last line above the headings names alone; lines of days and periods are passed over.

    A letterhead, which the list's own title follows, says who made the list and not whose dossiers they are.
    """
    for line in reversed(title):
        texts = list(dict.fromkeys(filter(None, line)))
        told = fold(" ".join(texts))
        if not told or any(title_days([told], vocabulary)):
            continue
        return title_unit(texts[0]) if len(texts) == 1 else None
    return None


def spread(groups: dict[int, str], count: int, titled: str | None) -> pa.Array:
    """The unit of the nearest group line above each line, else the title's."""
    marks = np.zeros(count, np.int64)
    marks[[*groups]] = range(1, len(groups) + 1)
    return pa.array([titled, *groups.values()], pa.string()).take(pa.array(np.maximum.accumulate(marks)))
