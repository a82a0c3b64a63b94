"""Whose list a sheet holds: the portal's own, with its day, or a decision's of publication, with its number and day.

The lines above the headings say so, else the file's name, else the columns: levels make it the portal's, a decision's
number a publication's, a state alone the portal's. What says nothing is told, and its lines are not used.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analysis.dossiers.export_dates import MODIFIED, export_date
from analysis.dossiers.further_files import Further
from analysis.dossiers.knowledge import Lookups
from analysis.exports.moments import day_within
from analysis.exports.periods import title_days
from analysis.exports.reading import read_unchanged
from analysis.language.folding import fold, plain
from analysis.preparation.catalogue_lists import ListedSheet, listed_sheets
from analysis.reference.catalogue_words import CatalogueWords
from analysis.reference.vocabulary import Vocabulary

PORTAL, PUBLICATION = "portal", "publication"
_LEVELS = frozenset({"level", "2", "3", "4"})


@dataclass(frozen=True)
class Source:
    """One sheet: its ``role`` ("" where nothing tells it), its ``day``, and the decision that its title names."""

    sheet: ListedSheet
    role: str
    day: date | None
    decision: str
    decided_at: date | None


@dataclass(frozen=True)
class ReadSources:
    """A list to read, as a task for a process apart."""

    file: Further
    words: CatalogueWords

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.file.path

    def __call__(self, lookups: Lookups, key: bytes) -> list[Source]:
        export = read_unchanged(self.path, self.file.sha256, self.words.headings)
        sheets = listed_sheets(export, self.file.name, lookups, self.words)
        return [source_of(sheet, self.path, self.words, lookups.vocabulary) for sheet in sheets]


def source_of(sheet: ListedSheet, path: Path, words: CatalogueWords, vocabulary: Vocabulary) -> Source:
    """What a sheet says of itself; ``path`` is its file's."""
    number, decided = decision_in(" ".join(sheet.title), words)
    role = _role(sheet, path.stem, words)
    return Source(sheet, role, _day(sheet, path, vocabulary) if role == PORTAL else None, number, decided)


def decision_in(text: str, words: CatalogueWords) -> tuple[str, date | None]:
    """A decision's number (``1234/QĐ-UBND``) in a text and the day behind it; "" and None where there is none."""
    letters = "|".join(map(re.escape, words.number))
    found = re.search(rf"\d+(?:/\d{{4}})?/(?:{letters})\b[\w–-]*", text) if letters else None
    if not found:
        return "", None
    day = re.match(r"[\s,(]*ngày\s*", text[found.end() :], re.IGNORECASE)
    return found[0], day_within(text[found.end() + day.end() :]) if day else None


def _role(sheet: ListedSheet, stem: str, words: CatalogueWords) -> str:
    """By the title, the file's name, the columns."""
    for text in (" ".join(sheet.title), re.sub(r"[-_.]+", " ", stem)):
        for role, said in ((PUBLICATION, words.publication), (PORTAL, words.portal)):
            if any(plain(word) in plain(text) for word in said):
                return role
    if sheet.columns & _LEVELS:
        return PORTAL
    if "decision" in sheet.columns or (sheet.lists.ended and "state" not in sheet.columns):
        return PUBLICATION
    return PORTAL if "state" in sheet.columns else ""


def _day(sheet: ListedSheet, path: Path, vocabulary: Vocabulary) -> date | None:
    """Of the portal's list: by a line above it, the file's name, the end of a period; a file's own date tells none."""
    day, by = export_date(title_days([fold(line) for line in sheet.title], vocabulary), path)
    return None if by == MODIFIED else day
