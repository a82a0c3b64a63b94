"""Kinds of difficulties as data (``difficulties.toml``): the words that tell one, and the indicators that show it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from analysis.language.folding import fold
from analysis.reference.toml_files import Frozen, Words, read_definitions

Indicator = Literal[
    "late", "past_due", "supplement", "refused", "not_online", "rejected", "slow", "missing", "differing", "outages"
]
UNKNOWN_KIND = "other"  # of a statement in which no word of any kind stands


class Kind(Frozen):
    """One kind: ``evidence`` are the indicators that would show it, none where no file can."""

    id: str = Field(pattern=r"^[a-z_]+$")
    title: Words
    words: tuple[str, ...] = Field(min_length=1)
    evidence: tuple[Indicator, ...]


class _File(Frozen):
    kinds: tuple[Kind, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Kinds:
    """The kinds in the file's order, which decides where a text has words of two."""

    kinds: tuple[Kind, ...]

    def of(self, category: str, text: str) -> str:
        """The ``id`` of a statement's kind: by its category, else by its text; ``UNKNOWN_KIND`` where neither tells."""
        for words in (fold(category), fold(text)):
            for kind in self.kinds:
                if any(re.search(rf"\b{re.escape(fold(word))}\b", words) for word in kind.words):
                    return kind.id
        return UNKNOWN_KIND


def load_kinds(folder: Path) -> Kinds:
    """Read ``difficulties.toml``; raises ReferenceProblem that says which key to mend."""
    return Kinds(read_definitions(folder, "difficulties.toml", _File).kinds)
