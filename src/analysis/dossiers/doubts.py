"""What a reader must know of the files behind the figures, though each could be read: what they lack, what was guessed.

Each doubt is a kind with its files and details; ``words`` says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.language.texts import N_, Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.dossiers.worker import FileResult

NO_STATUS, SWAPPED, UNREADABLE, MODIFIED_ALONE = "no_status", "swapped", "unreadable", "modified_alone"
NOT_UNDERSTOOD, REFUSED = "handling_not_understood", "satisfaction_refused"
GONE_FILES, GONE_DOSSIERS = "gone_files", "gone_dossiers"
COUNTED, NOT_COUNTED, UNREAD = "counted", "not_counted", "unread_counts"
REJECTED_LIMIT = 0.02  # share of the rows read above which a run ends with a warning (contract §6)
_MOST_NAMED = 5
_WORDS = {
    NO_STATUS: N_(
        "Without a column of states, dossiers that were withdrawn or never accepted count like all others: {files}."
    ),
    SWAPPED: N_(
        "A spreadsheet with American settings swapped day and month of some days ({details}): {files}. Export again, "
        "and do not save in Excel. These days do not move the as-of day."
    ),
    UNREADABLE: N_("A byte that is no letter left its cell blank: {files}, row {details}."),
    MODIFIED_ALONE: N_(
        "Which of these exports is the later was told by their modification dates alone: {files}. Write the day of "
        "export into their names."
    ),
    NOT_UNDERSTOOD: N_(
        "Cells of the column {details} that are not understood tell nothing: {files}. Add the words to the section "
        "handling_values of vocabulary.toml, the names of units to units.csv."
    ),
    REFUSED: N_(
        "Tables on how content people were: {details} lines cannot be used ({files}). satisfaction.csv says why."
    ),
    GONE_FILES: N_("The run before had files that are no longer there: {files}."),
    GONE_DOSSIERS: N_("Dossiers that the run before had and no file has any more: {details}."),
    COUNTED: N_(
        "Dossiers that were counted and cannot be looked at one by one: {details}, by {files}. Results are as they "
        "stood when they were counted."
    ),
    NOT_COUNTED: N_("Lines of counts that could not be used: {details}, of {files}. See counts_refused.csv."),
    UNREAD: N_("{files}: {details}"),
}


def doubts(
    names: Sequence[str], results: Sequence[FileResult], modified_alone: Sequence[str], gone: tuple[Sequence[str], int]
) -> list[dict[str, Any]]:
    """Kind, ``files`` and ``details`` (columns, rows) of each doubt; ``names`` are the files' in the results' order,
    ``gone`` the files and the number of dossiers that the run before had.
    """
    used = [(name, result) for name, result in zip(names, results, strict=True) if not result.problem]
    lacking = [name for name, result in used if "status" in result.missing]
    found: list[dict[str, Any]] = [{"kind": NO_STATUS, "files": lacking, "details": []}] if lacking else []
    for kind in (SWAPPED, UNREADABLE):
        for name, result in used:
            if details := [result.headings.get(one, one) for one in getattr(result, kind)]:
                found.append({"kind": kind, "files": [name], "details": details})
    for column in sorted({column for _, result in used for column in result.handling}):
        files = [name for name, result in used if result.handling.get(column, (0, 0))[1]]
        found += [{"kind": NOT_UNDERSTOOD, "files": files, "details": [column]}] if files else []
    if modified_alone:
        found.append({"kind": MODIFIED_ALONE, "files": [*modified_alone], "details": []})
    if gone[0]:
        found.append({"kind": GONE_FILES, "files": [*gone[0]], "details": []})
    if gone[1]:
        found.append({"kind": GONE_DOSSIERS, "files": [], "details": [gone[1]]})
    return found


def words(doubt: dict[str, Any], language: Language) -> str:
    """The doubt in a sentence or two; of many files the first."""
    listed = {name: [str(one) for one in doubt[name]] for name in ("files", "details")}
    told = {
        name: ", ".join(texts[:_MOST_NAMED]) + (f" (+{len(texts) - _MOST_NAMED})" if len(texts) > _MOST_NAMED else "")
        for name, texts in listed.items()
    }
    return language.text(_WORDS[doubt["kind"]], **told)
