"""The words of files of counts (``counts.toml``): which headings they have, and what is meant where one is absent."""

from dataclasses import dataclass
from pathlib import Path

from analysis.language.folding import fold
from analysis.reference.toml_files import Frozen, definitions_of, read_definitions
from analysis.reference.vocabulary import load_vocabulary

REQUIRED = ("unit", "month", "received")  # columns by which a file of counts is told
FIGURES = ("received", "resolved", "on_time", "late")
PROCEDURE = ("procedure_code", "procedure_name")
PARTS = ("level", "channel", "applicant", "source")  # by which dossiers may be counted apart, beside procedures


class _Columns(Frozen):
    unit: tuple[str, ...]
    procedure_code: tuple[str, ...] = ()
    procedure_name: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    applicant: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    month: tuple[str, ...]
    received: tuple[str, ...]
    resolved: tuple[str, ...] = ()
    on_time: tuple[str, ...] = ()
    late: tuple[str, ...] = ()


class _Meaning(Frozen):
    all_resolved: bool = False


class _File(Frozen):
    columns: _Columns
    meaning: _Meaning = _Meaning()


@dataclass(frozen=True)
class CountsWords:
    """Folded ``headings`` to (column, rank); ``all_resolved``: where no column tells of those resolved, all are."""

    headings: dict[str, tuple[str, int]]
    all_resolved: bool


def load_counts_words(folder: Path) -> CountsWords:
    """Read ``counts.toml`` and, for the columns that exports have too, the headings of ``vocabulary.toml``.

    Raises ReferenceProblem that says which key to mend.
    """
    content = read_definitions(folder, "counts.toml", _File)
    own: dict[str, tuple[str, ...]] = content.columns.model_dump()
    headings = {fold(word): (name, rank) for name, words in own.items() for rank, word in enumerate(words)}
    of_exports = load_vocabulary(definitions_of(folder, "vocabulary.toml")).headings
    further = {word: (name, len(own[name]) + rank) for word, (name, rank) in of_exports.items() if name in own}
    return CountsWords(further | headings, content.meaning.all_resolved)
