"""Which cells of an export a message may quote: rows shift, so under any heading a name or a telephone may stand.

Quoted is what cannot be personal (contract §3): what has the shape of that which its column holds, what consists of
words of the reference data, what stands in five rows of the file and has no digits. Of all else the shape is told.
"""

import re
from collections.abc import Container

from analysis.language.folding import fold
from analysis.reference.keys import UNIT_CODE
from analysis.reference.vocabulary import DATE_COLUMNS

OFTEN = 5  # rows of one file that hold the same text
_CLOCK = r"(?:[ ,T-]+\d{1,2}[:hg]\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?: ?[AaPp][Mm]| ?CH| ?SA|Z|[+-]\d{2}:?\d{2})?)?"
_DAY = re.compile(rf"(?:\d{{1,2}}([/.-])\d{{1,2}}\1(?:\d{{2}}){{1,2}}|\d{{4}}([/.-])\d{{1,2}}\2\d{{1,2}}){_CLOCK}")
_PROCEDURE = re.compile(r"\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?")
_UNIT = re.compile(rf"[A-Z]\d{{2}}|{UNIT_CODE}")
_SHAPES = {**dict.fromkeys(DATE_COLUMNS, _DAY), "procedure_code": _PROCEDURE, "unit": _UNIT}


def quoted(column: str, text: str, words: Container[str], rows: int = 1, surnames: Container[str] = ()) -> str:
    """The text where a message may quote it, else its shape; ``words`` are those of the reference data, folded.

    ``rows`` of the file hold it at least; what begins with one of the ``surnames`` is an officer's name, however often
    it stands there. A dossier's code is never quoted.
    """
    return text if may_be_quoted(column, text, words, rows, surnames) else shape(text)


def may_be_quoted(column: str, text: str, words: Container[str], rows: int = 1, surnames: Container[str] = ()) -> bool:
    """Whether it cannot be personal."""
    if column == "dossier_id":
        return False
    if (pattern := _SHAPES.get(column)) and pattern.fullmatch(text):
        return True
    if re.search(r"[\d@]", text):
        return False
    if all(word in words for word in words_of(text)):
        return True
    return rows >= OFTEN and not is_a_persons(text, surnames, column)


def is_a_persons(text: str, surnames: Container[str], column: str = "") -> bool:
    """Whether it looks like a person's name: it begins with a surname, or has two to five words of which each begins
    with a capital and goes on without, as agencies may be written but no state or channel is.
    """
    words = re.findall(r"\w+", text)
    named = column != "unit" and 2 <= len(words) <= 5 and all(map(str.istitle, words))
    return named or fold(words[0] if words else "") in surnames


def words_of(text: str) -> list[str]:
    """The folded words of a text, without the punctuation between them."""
    return re.findall(r"\w+", fold(text))


def shape(text: str) -> str:
    """Each letter as x, each digit as 9: ``Nguyễn Văn A, 0905 123`` → ``xxxxxx xxx x, 9999 999``."""
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", text))


def is_shape(text: str) -> bool:
    """Whether a text is a ``shape`` of another: nobody can take it into a vocabulary."""
    return bool(text) and not re.search(r"[^\Wx9_]", text)


def is_procedure_code(key: str) -> bool:
    """Whether the first two groups of a code are a procedure's, as the national database gives them: ``1.009994``."""
    return bool(_PROCEDURE.fullmatch(key))
