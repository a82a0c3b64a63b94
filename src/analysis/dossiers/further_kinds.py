"""Files of other kinds beside the exports, told apart by their headings: lists of procedures, counts, units' reports,
tables on how content people were.

A kind is an entry of ``WORDS``: its name, the file of its words and how they are read. Imports nothing heavy, because
every worker does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.exports.delimited import HEADING_ROWS
from analysis.exports.lists import Headings, find_head, lines_of
from analysis.exports.sheets import Export, Sheet
from analysis.language.folding import fold
from analysis.reference.catalogue_words import load_catalogue_words
from analysis.reference.counts_words import REQUIRED, load_counts_words
from analysis.reference.satisfaction_words import load_satisfaction_words
from analysis.reference.unit_reports import load_unit_reports
from analysis.reference.vocabulary import DATE_COLUMNS, Vocabulary

CATALOGUE_LIST, COUNTS, UNIT_REPORT, SATISFACTION = "catalogue_list", "counts", "unit_report", "satisfaction"
_SHARE = 0.9  # of the lines that differ in what no two lines share: a hand's slips may repeat some
_CELLS = 3  # of a line that is one of the list, not one above others


@dataclass(frozen=True)
class Kind:
    """What a file of the kind has: headings that are all ``required`` and ``further`` others at least.

    ``denied`` are columns of exports that it never has, by the names of vocabulary.toml; ``once`` the columns in which
    its lines differ (none: nothing is asked), so that rows of an export under unknown headings are no list; with
    ``figures`` its columns hold whole numbers, one at least.
    """

    name: str
    headings: Headings
    required: tuple[str, ...]
    further: int
    denied: frozenset[str] = frozenset()
    once: tuple[str, ...] = ()
    figures: bool = False


def _catalogue_list(folder: Path) -> Kind:
    return Kind(
        CATALOGUE_LIST,
        load_catalogue_words(folder).headings,
        required=("procedure_code",),
        further=1,
        denied=frozenset({"dossier_id", "channel", *DATE_COLUMNS}),
        once=("procedure_code", "tier", "unit"),
    )


def _counts(folder: Path) -> Kind:
    denied = frozenset({"dossier_id", *DATE_COLUMNS})
    return Kind(COUNTS, load_counts_words(folder).headings, REQUIRED, further=0, denied=denied)


def _satisfaction(folder: Path) -> Kind:
    denied = frozenset({"dossier_id", "procedure_code", "channel", *DATE_COLUMNS})
    required = ("unit", "month", "asked", "satisfied")
    headings = load_satisfaction_words(folder).headings
    return Kind(SATISFACTION, headings, required, further=0, denied=denied, figures=True)


def _unit_report(folder: Path) -> Kind:
    denied = frozenset({"dossier_id", "procedure_code", "channel", *DATE_COLUMNS})
    return Kind(UNIT_REPORT, load_unit_reports(folder).headings, required=(), further=3, denied=denied, figures=True)


# Each kind by the file of its words, in the order in which they are tried.
WORDS: dict[str, Callable[[Path], Kind]] = {
    "counts.toml": _counts,
    "catalogue-lists.toml": _catalogue_list,
    "satisfaction.toml": _satisfaction,
    "unit-reports.toml": _unit_report,
}


def load_kinds(folder: Path) -> tuple[Kind, ...]:
    """The kinds in the words of a reference folder; raises ReferenceProblem that says which key to mend."""
    return tuple(load(folder) for load in WORDS.values())


def kind_of(export: Export, vocabulary: Vocabulary, kinds: tuple[Kind, ...]) -> str:
    """The kind of a file that is no export of dossiers: the first of which a sheet has the headings; "" for none."""
    return next((kind.name for kind in kinds if any(_has(sheet, kind, vocabulary) for sheet in export.sheets)), "")


def _has(sheet: Sheet, kind: Kind, vocabulary: Vocabulary) -> bool:
    beginning = lines_of(_first(sheet))
    at, columns = find_head(beginning, kind.headings, kind.required)
    if at < 0 or len(columns) < len(kind.required) + kind.further:
        return False
    # Of all lines: a row of dossiers whose headings are damaged may look like the headings of a report.
    words = {fold(cell) for line in beginning for cell in line}
    named = {vocabulary.headings[word][0] for word in words if word in vocabulary.headings}
    return named.isdisjoint(kind.denied) and _differ(sheet, kind, at, columns)


def _first(sheet: Sheet) -> Sheet:
    """The lines of a sheet in which its headings may stand."""
    merges = tuple(merge for merge in sheet.merges if merge[1] < HEADING_ROWS)
    return replace(sheet, cells=sheet.cells.slice(0, HEADING_ROWS), merges=merges)


def _differ(sheet: Sheet, kind: Kind, head: int, columns: dict[str, int]) -> bool:
    """Whether there are lines under the headings, with figures where the kind has them, and they differ; those below
    another line above others do. What is left of an export that was cut short is no list.
    """
    below, part, seen = lines_of(sheet)[head + 1 :], 0, []
    if not any(any(line) for line in below):
        return False
    if kind.figures and not any(line[columns[name]].isdecimal() for line in below for name in columns):
        return False
    for line in below:
        if len(set(filter(None, line))) < _CELLS:
            part += 1
        else:
            seen.append((part, *(line[columns[name]] for name in kind.once if name in columns)))
    return not kind.once or len(set(seen)) >= _SHARE * len(seen)
