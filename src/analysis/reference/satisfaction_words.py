"""The words of tables on how content people were (``satisfaction.toml``)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from analysis.language.folding import fold
from analysis.reference.toml_files import Frozen, read_definitions

_Words = Annotated[tuple[str, ...], Field(min_length=1)]


class _Columns(Frozen):
    unit: _Words
    month: _Words
    asked: _Words
    satisfied: _Words


class _File(Frozen):
    columns: _Columns


@dataclass(frozen=True)
class SatisfactionWords:
    """Folded ``headings`` to (column, rank); ``spelled`` is how people write that of those satisfied."""

    headings: dict[str, tuple[str, int]]
    spelled: str


def load_satisfaction_words(folder: Path) -> SatisfactionWords:
    """Read ``satisfaction.toml``; raises ReferenceProblem that says which key to mend."""
    columns = read_definitions(folder, "satisfaction.toml", _File).columns
    listed = columns.model_dump()
    headings = {fold(word): (name, rank) for name, words in listed.items() for rank, word in enumerate(words)}
    return SatisfactionWords(headings, columns.satisfied[0])
