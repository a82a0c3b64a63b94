"""One file of counts (``counts.toml``): dossiers by unit and month, and by procedure, level, channel, applicant, source
where it has such columns, instead of dossiers one by one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from analysis.dossiers.count_lines import CountsTable, LinesRead
from analysis.dossiers.further_files import Further
from analysis.dossiers.knowledge import Lookups
from analysis.exports.lists import find_head, lines_of
from analysis.exports.periods import TitleDays, title_days
from analysis.exports.reading import read_unchanged
from analysis.exports.sheets import Sheet
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.reference.counts_words import REQUIRED, CountsWords
from analysis.reference.vocabulary import Vocabulary

_NO_COUNTS = N_("no heading row with unit, month and dossiers arisen. Add headings to counts.toml.")


@dataclass
class CountsRead(LinesRead):
    """What one file counts; days as its titles have them."""

    days: TitleDays = field(default_factory=TitleDays)
    synthetic: bool = False


@dataclass(frozen=True)
class CountsFile:
    """The file to read, as a task for a process apart."""

    file: Further
    words: CountsWords

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.file.path

    def __call__(self, lookups: Lookups, key: bytes) -> CountsRead:
        export = read_unchanged(self.path, self.file.sha256, self.words.headings)
        return read_counts(export.sheets, self.words, lookups)


def read_counts(sheets: Iterable[Sheet], words: CountsWords, lookups: Lookups) -> CountsRead:
    """The counts of every sheet that has the headings; raises ExportProblem where none has."""
    found, none = CountsRead(), True
    for index, sheet in enumerate(sheets):
        lines = lines_of(sheet)
        head, columns = find_head(lines, words.headings, REQUIRED)
        if head >= 0:
            none = False
            _title(lines[:head], lookups.vocabulary, found)
            CountsTable(sheet.name, index, lines, head, columns, words, lookups).into(found)
    if none:
        raise ExportProblem(_NO_COUNTS)
    return found


def _title(lines: list[list[str]], vocabulary: Vocabulary, found: CountsRead) -> None:
    """What stands above a table of the file as a whole."""
    folded = [fold(" ".join(filter(None, line))) for line in lines]
    told = title_days(folded, vocabulary)
    found.days = TitleDays(told.exported or found.days.exported, told.period_end or found.days.period_end)
    found.synthetic |= any(word in line for line in folded for word in vocabulary.synthetic)
