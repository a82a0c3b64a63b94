"""The words of other people's lists of procedures (``catalogue-lists.toml``)."""

from dataclasses import dataclass
from pathlib import Path

from analysis.language.folding import fold
from analysis.reference.toml_files import Frozen, read_definitions

COLUMNS = (
    *("procedure_code", "procedure_name", "field", "tier", "unit", "level", "valid_from", "valid_to", "state"),
    *("decision", "decided_at", "published_at"),
)
OTHER = "other"  # a tier that is not the province's


class _Sentences(Frozen):
    mark: tuple[str, ...]
    ended: tuple[str, ...]
    field: tuple[str, ...]
    publication: tuple[str, ...]
    portal: tuple[str, ...]
    repealed: tuple[str, ...]
    standing: tuple[str, ...]
    number: tuple[str, ...]


class _File(Frozen):
    columns: dict[str, list[str]]
    marked: dict[str, list[str]]
    levels: dict[str, list[str]]
    tiers: dict[str, list[str]]
    words: _Sentences


@dataclass(frozen=True)
class CatalogueWords:
    """Folded words: ``headings`` to (column, rank), a level's own column being the level's digit; the rest to codes.

    ``number`` are the letters of a decision's number, as they are written.
    """

    headings: dict[str, tuple[str, int]]
    levels: dict[str, str]
    tiers: dict[str, str]
    mark: frozenset[str]
    ended: tuple[str, ...]
    field: tuple[str, ...]
    publication: tuple[str, ...]
    portal: tuple[str, ...]
    repealed: tuple[str, ...]
    standing: tuple[str, ...]
    number: tuple[str, ...]


def load_catalogue_words(folder: Path) -> CatalogueWords:
    """Read ``catalogue-lists.toml``; raises ReferenceProblem that says which key to mend."""
    content = read_definitions(folder, "catalogue-lists.toml", _File)
    columns = {name: content.columns.get(name, []) for name in COLUMNS} | content.marked
    return CatalogueWords(
        headings={fold(word): (name, rank) for name, words in columns.items() for rank, word in enumerate(words)},
        levels=_codes(content.levels),
        tiers=_codes(content.tiers),
        mark=frozenset(map(fold, content.words.mark)),
        ended=tuple(map(fold, content.words.ended)),
        field=tuple(map(fold, content.words.field)),
        publication=tuple(map(fold, content.words.publication)),
        portal=tuple(map(fold, content.words.portal)),
        repealed=tuple(map(fold, content.words.repealed)),
        standing=tuple(map(fold, content.words.standing)),
        number=content.words.number,
    )


def _codes(words: dict[str, list[str]]) -> dict[str, str]:
    return {fold(word): code for code, spellings in words.items() for word in spellings}
