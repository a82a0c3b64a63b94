"""What files and sheets are called where others read it: a person's name or number in it is told by its shape alone.

Names of files are needed to find them again, so they are not masked as cells are: what looks like a number of a
telephone or an identity card, or a surname and what follows it, unless they stand together in the reference data, as
in ``so-tai-nguyen-moi-truong``. Days stay. A name that was masked ends with the first digits of the file's own digest.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from analysis.dossiers.masking import masked
from analysis.exports.quoting import shape
from analysis.language.folding import fold, plain
from analysis.reference.tables import Reference
from analysis.storage.writing import printable

_SIGN = r"[-_. ]?"
_TIME = rf"(?:{_SIGN}[0-2]\d{_SIGN}[0-5]\d(?:{_SIGN}[0-5]\d)?)?"
_DAY = re.compile(
    rf"((?<!\d)(?:(?:19|20)\d\d{_SIGN}[01]\d{_SIGN}[0-3]\d"
    rf"|(?:[0-3]\d[01]\d|[0-3]?\d[-_. ][01]?\d[-_. ])(?:19|20)\d\d){_TIME}(?!\d))"
)


class FileNames:
    """How the files below a folder are called; ``raw`` and ``paths`` are theirs, ``digest`` gives a file's SHA-256."""

    def __init__(self, reference: Reference) -> None:
        self._surnames = frozenset(reference.vocabulary.surnames)
        units, catalogue, vocabulary = reference.units, reference.catalogue, reference.vocabulary
        names = [*units["unit_name"], *units["aliases"].str.split("|").explode()]
        names += [*catalogue["procedure_name"].unique(), *catalogue["field"].unique()]
        # Wards bear names of persons: three words tell them apart, where there are three. Headings bear none.
        self._together = _runs(names, 2, 3)
        self._headings = _runs([*vocabulary.headings, *vocabulary.unread], 2)

    def told(self, text: str) -> str:
        """The name as it may be told."""
        parts = _DAY.split(text)
        parts[::2] = [masked(part, lambda found: shape(found[0]))[0] for part in parts[::2]]
        return "".join([self._without_people(part) if place % 2 == 0 else part for place, part in enumerate(parts)])

    def of(self, raw: Path, paths: Iterable[Path], digest: Callable[[Path], str]) -> list[str]:
        """Each path below ``raw`` in one printable line; no two are the same."""
        names: list[str] = []
        for path in paths:
            name = printable(path.relative_to(raw).as_posix())
            if (told := self.told(name)) != name:
                told = f"{told}~{digest(path)[:8]}"
                told += "~" * names.count(told)
            names.append(told)
        return names

    def _without_people(self, text: str) -> str:
        """The shape of a surname and of the words after it, up to the end of a folder's or the file's name."""
        spans = list(_words(text))
        hidden = False
        for place, (start, end) in enumerate(spans):
            word, before = text[start:end], text[spans[place - 1][1] : start] if place else ""
            if before.endswith(".") and place == len(spans) - 1:
                break  # the ending
            hidden = hidden and "/" not in before
            name = [word]
            for last, following in pairwise(spans[place : place + 3]):
                if {"/", "."} & set(text[last[1] : following[0]]):
                    break
                name.append(text[slice(*following)])
            is_name = fold(word) in self._surnames and len(name) > 1
            run = tuple(map(plain, name))
            hidden |= is_name and run not in self._together and run[:2] not in self._headings
            if hidden:
                text = text[:start] + shape(word) + text[end:]  # of the same length
        return text


def _runs(texts: Iterable[str], *sizes: int) -> frozenset[tuple[str, ...]]:
    """So many words that stand together in one of the texts, without marks."""
    words = [re.findall(r"\w+", plain(text)) for text in texts]
    return frozenset(
        tuple(one[place : place + size]) for one in words for size in sizes for place in range(len(one) - size + 1)
    )


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Where words begin and end, those of ``DanhSachHoSo`` too."""
    start = None
    for place, letter in enumerate(f"{text} "):
        begins = letter.isupper() and place > 0 and text[place - 1].islower()
        if start is not None and (begins or not letter.isalpha()):
            yield start, place
            start = None
        if start is None and letter.isalpha():
            start = place
