"""Words of the trade in plain words (``glossary.toml``)."""

from pathlib import Path

from analysis.reference.toml_files import Frozen, Words, read_definitions


class Term(Frozen):
    """A ``name`` as texts have it, and what it ``means``."""

    name: Words
    means: Words


class Glossary(Frozen):
    """The terms in the order in which they are listed."""

    terms: tuple[Term, ...] = ()


def load_glossary(folder: Path) -> Glossary:
    """Read ``glossary.toml``; raises ReferenceProblem that says which key to mend."""
    return read_definitions(folder, "glossary.toml", Glossary)
