"""What a file asked of the spellings in the reference data while it was cleaned: another alias of a unit changes
nothing of a file that never asked for it.

Questions are kept as keyed digests: rows shift, so that under any heading a person's name may have been asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b

from analysis.dossiers.knowledge import Lookups

Answers = dict[str, str]  # by question: the unit's code, or that it is a word; "" for none
_UNIT, _WORD = "unit", "word"


class Asked:
    """``lookups`` that note in ``answers`` what is asked of them; ``key`` is the dossiers' secret."""

    def __init__(self, lookups: Lookups, key: bytes) -> None:
        self.answers: Answers = {}

        def note(kind: str, text: str, answer: str) -> None:
            self.answers[_question(kind, text, key)] = answer

        self.lookups = replace(lookups, units=_Units(lookups.units, note), words=_Words(lookups.words, note))


def known_answers(lookups: Lookups, key: bytes) -> Answers:
    """All questions to which the reference data know an answer."""
    units = {_question(_UNIT, text, key): code for text, code in lookups.units.items()}
    return units | {_question(_WORD, text, key): _WORD for text in lookups.words}


def would_say_the_same(answers: Mapping[str, str], known: Answers) -> bool:
    """Whether whoever got these answers would get them again."""
    return all(known.get(question, "") == answer for question, answer in answers.items())


def _question(kind: str, text: str, key: bytes) -> str:
    return blake2b(f"{kind}\0{text}".encode("utf-8", "surrogatepass"), key=key, digest_size=8).hexdigest()


class _Units(dict[str, str]):
    """Units by spelling."""

    def __init__(self, units: Mapping[str, str], note: Callable[[str, str, str], None]) -> None:
        super().__init__(units)
        self._note = note

    def __contains__(self, text: object) -> bool:
        return bool(self.get(str(text)))

    def get(self, text: str, default: str | None = None) -> str | None:  # type: ignore[override]
        found = super().get(text)
        self._note(_UNIT, text, found or "")
        return found or default

    def __getitem__(self, text: str) -> str:
        self._note(_UNIT, text, super().get(text) or "")
        return super().__getitem__(text)


class _Words(frozenset[str]):
    """Words, of which nothing is asked but whether one is among them."""

    _note: Callable[[str, str, str], None]

    def __new__(cls, words: Iterable[str], note: Callable[[str, str, str], None]) -> "_Words":
        made = super().__new__(cls, words)  # type: ignore[call-overload]
        made._note = note
        return made

    def __contains__(self, text: object) -> bool:
        found = super().__contains__(text)
        self._note(_WORD, str(text), _WORD if found else "")
        return found
