"""Looks into exports as a run would read them, without running: what is understood, what is not, what would mend it.

Nothing is written. Of cells and headings only what may be quoted is shown (contract §3), of all else the shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.dossiers.doubts import REJECTED_LIMIT
from analysis.dossiers.export_dates import LINE, MODIFIED, NAME, PERIOD, export_date
from analysis.dossiers.file_names import FileNames
from analysis.dossiers.further_kinds import CATALOGUE_LIST, COUNTS, SATISFACTION, UNIT_REPORT
from analysis.dossiers.guessing import Guess, guess
from analysis.dossiers.looking import FileLook, Look, Strange, Task, Word
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.raw_files import exports_beside
from analysis.dossiers.sights import REASONS
from analysis.dossiers.worker import asked
from analysis.exports.quoting import is_shape
from analysis.exports.reading import sha256
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_, Language
from analysis.reference.additions import HEADING, LETTERHEAD, PROCEDURE, UNIT, Addition
from analysis.reference.tables import Reference
from analysis.reference.vocabulary import CODED_COLUMNS

FILES_COLUMNS = [
    *("file", "status", "reason", "format", "encoding", "export_date", "export_date_from", "sheet", "heading_row"),
    *("read", "accepted", "rejected", "reasons", "missing", "unread"),
]
_OF_PROCEDURES = ("procedure_code", "procedure_name")  # one is enough
UNKNOWN_COLUMNS = ["kind", "text", "rows", "files", "file", "column", "nearest", "meanings", "proposal"]


class Proposal(NamedTuple):
    """An unknown word, how it is shown and where it stands first, and what it may mean: one, or some; of a unit that is
    like none, nothing.
    """

    kind: str
    text: str
    meanings: list[str]
    file: str
    column: str
    own: str

    @property
    def shown(self) -> str:
        """The word, with its place where it may not be quoted."""
        return f"{self.text} ({self.file}: {self.column})" if is_shape(self.text) else self.text

    def meaning(self, chosen: str) -> Addition:
        """What goes into the reference data if it means that."""
        return self.kind, self.own, chosen


@dataclass(frozen=True)
class Inspection:
    """``files`` in ``FILES_COLUMNS``, with ``reasons`` of rejection; ``columns``: file, sheet, column, heading;
    ``rows``: up to five of each sheet, masked; ``unknown`` in ``UNKNOWN_COLUMNS``: ``file`` is the first that has the
    word, in the ``column`` with that letter if it is a heading, in the row of that number if it is a value that may not
    be quoted, ``nearest`` are known words like it, ``meanings`` what it may be, ``proposal`` what it seems to mean.
    ``own`` are the true texts, by row of ``unknown``: they are for the reference data, when somebody who has looked at
    the file says what they mean.
    """

    files: pd.DataFrame
    columns: pd.DataFrame
    rows: pd.DataFrame
    unknown: pd.DataFrame
    own: list[str] = field(repr=False)

    @property
    def understood(self) -> bool:
        """Whether every file is read and every word in it known."""
        read, rejected = (self.files[name].fillna(0).astype(int) for name in ("read", "rejected"))
        return bool(
            self.files["status"].isin(["accepted", FURTHER]).all()
            and (self.unknown["kind"] == HEADING).all()
            and rejected.sum() <= REJECTED_LIMIT * read.sum()
        )

    @property
    def proposals(self) -> list[Proposal]:
        """Each unknown word that may mean something: what it seems to, else all that it may; and every unit."""
        found = []
        for row, own in zip(self.unknown.itertuples(index=False), self.own, strict=True):
            meanings = [row.proposal] if row.proposal else [*filter(None, row.meanings.split(", "))]
            if meanings or (row.kind in (UNIT, PROCEDURE) and (own != row.text or not is_shape(row.text))):
                found.append(Proposal(row.kind, row.text, meanings, row.file, row.column, own))
        return found

    def told(self, language: Language) -> list[str]:
        """The findings in lines, file by file, then the unknown words."""
        files = (line for row in self.files.to_dict("records") for line in self._file_told(row, language))
        # A heading that seems to mean nothing is named with its file, as one that is not read.
        rows = self.unknown[
            (self.unknown["kind"] != HEADING) | (self.unknown[["meanings", "proposal", "nearest"]] != "").any(axis=1)
        ]
        words = (line for row in rows.to_dict("records") for line in _word_told(row, language))
        return [*files, *words]

    def _file_told(self, row: dict[str, Any], language: Language) -> Iterator[str]:
        if row["status"] == FURTHER:
            yield f"· {row['file']}: {row['reason']}"
            return
        if row["status"] != "accepted":
            yield language.text(N_("✗ {file}: {reason}"), **row)
            return
        fine = int(row["rejected"]) <= REJECTED_LIMIT * int(row["read"])
        whole = N_("{sign} {place}: {format} {encoding}, heading row {heading_row}; {read} rows, {accepted} accepted.")
        counts = {name: language.number(int(row[name])) for name in ("read", "accepted", "heading_row")}
        place = f"{row['file']} ({row['sheet']})" if row["sheet"] else row["file"]
        told = language.text(whole, **{**row, **counts, "place": place, "sign": "✓" if fine else "!"})
        yield told.replace(" ,", ",")  # a workbook has no encoding
        day = language.date(date.fromisoformat(row["export_date"]))
        yield "  " + language.text(DAYS[row["export_date_from"]], day=day)
        own = self.columns[(self.columns["file"] == row["file"]) & (self.columns["sheet"] == row["sheet"])]
        pairs = "; ".join(
            f"{heading} → {column}" for column, heading in zip(own["column"], own["heading"], strict=True)
        )
        yield "  " + language.text(N_("Columns: {pairs}."), pairs=pairs)
        for words, name in (
            (N_("Rejected: {names}."), "reasons"),
            (N_("Not there: {names}."), "missing"),
            (N_("Not read: {names}."), "unread"),
        ):
            if row[name]:
                yield "  " + language.text(words, names=row[name])
        if "status" in row["missing"].split(", "):
            yield "  " + language.text(N_("Without states, withdrawn dossiers count."))


def inspect(raw: Path, reference: Reference, jobs: int, language: Language) -> Inspection:
    """Look into every export below ``raw``; raises RunProblem where there is none."""
    paths = exports_beside(raw, reference)
    lookups = make_lookups(reference)
    namer = FileNames(reference)
    names = namer.of(raw, paths, sha256)
    looks = asked([Task(path) for path in paths], lookups, jobs)
    found = _Found()
    for name, path, look in zip(names, paths, looks, strict=True):
        if isinstance(look, ExportProblem):
            found.quarantined(name, look.told(language))
        elif look.result.kind:
            found.further(name, look.result.kind, language)
        elif look.problem:
            found.quarantined(name, look.problem.told(language))
            found.headings(name, look.strange, look.missing, look.needed)
            for sheet in look.sheets:
                found.words(name, sheet)
            found.letterheads(name, look)
        else:
            found.read(name, path, look, namer, language)
            found.letterheads(name, look)
    guesses = {
        word: Guess("", (one.own,), one.own)
        if one and word.kind == LETTERHEAD
        else guess(
            word.kind,
            one.own if one and word.kind != HEADING else word.text,
            lookups,
            found.lacking.get(word, set()),
            one.content if one else (),
        )
        for word, one in found.first.items()
    }
    listed = []
    for word, rows in found.rows_of.items():
        one, files, known = found.first[word], found.within[word], guesses[word]
        if word.kind == HEADING and not known.nearest and found.claimed(word, guesses) & {known.proposal}:
            known = Guess("", (), "")  # another heading of the file says by its own words that it is that
        meanings = known.meanings
        if one and word.kind == HEADING and not meanings and not known.proposal:
            required = found.unclaimed(word, guesses) if word in found.blocking else ()
            lacking = found.lacking.get(word, set()) if one.coded else set()
            meanings = tuple(dict.fromkeys([*required, *(column for column in CODED_COLUMNS if column in lacking)]))
        facts = (word.kind, word.text, rows, len(set(files)), files[0], word.place or (one.letter if one else ""))
        guessed = (known.nearest, ", ".join(meanings), known.proposal)
        own = one.own if one and word.kind != LETTERHEAD else word.text
        # What keeps a whole file out stands first, headings that nobody misses last.
        order = 0 if word in found.blocking else 2 if word.kind == HEADING else 1
        listed.append((*facts, *guessed, own, order))
    table = pd.DataFrame(listed, columns=[*UNKNOWN_COLUMNS, "own", "order"])
    keys = {"order": True, "rows": False, "kind": True, "text": True, "column": True}
    table = table.sort_values([*keys], ascending=[*keys.values()], ignore_index=True)
    return Inspection(
        pd.DataFrame([{**_NO_WORDS, **row} for row in found.files], columns=FILES_COLUMNS),
        pd.DataFrame(found.columns, columns=["file", "sheet", "column", "heading"]),
        pd.DataFrame(found.masked).fillna(""),
        table[UNKNOWN_COLUMNS],
        table["own"].tolist(),
    )


class _Found:
    """What was found in the files so far."""

    def __init__(self) -> None:
        self.files: list[dict[str, Any]] = []
        self.columns: list[dict[str, Any]] = []
        self.masked: list[dict[str, Any]] = []
        self.rows_of: dict[Word, int] = {}  # an unknown word, to the rows that it concerns
        self.within: dict[Word, list[str]] = {}
        self.first: dict[Word, Strange | None] = {}
        self.lacking: dict[Word, set[str]] = {}  # which columns the files lack that have a heading
        self.needed: dict[Word, list[str]] = {}  # without which of these a file of theirs cannot be used
        self.blocking: set[Word] = set()  # what keeps whole files out

    def further(self, name: str, kind: str, language: Language) -> None:
        self.files.append({"file": name, "status": FURTHER, "reason": language.text(FURTHER_KINDS[kind])})

    def quarantined(self, name: str, reason: str) -> None:
        self.files.append({"file": name, "status": "quarantined", "reason": reason})

    def read(self, name: str, path: Path, look: FileLook, namer: FileNames, language: Language) -> None:
        day, told = export_date(look.result.days, path)
        known = {"file": name, "format": look.result.format, "encoding": look.result.encoding}
        known |= {"export_date": day.isoformat(), "export_date_from": told, "status": "accepted"}
        for sheet in look.sheets:
            counts = {"read": sheet.read, "accepted": sheet.accepted, "rejected": sheet.read - sheet.accepted}
            words = {"missing": ", ".join(sheet.missing), "unread": "; ".join(sheet.unread)}
            words["reasons"] = "; ".join(
                f"{language.text(REASONS[reason])} {language.number(count)}" + (f" («{value}»)" if value else "")
                for reason, (count, value) in sheet.rejected.items()
            )
            place = {"file": name, "sheet": namer.told(sheet.sheet)}
            self.files.append({**known, **place, "heading_row": sheet.heading_row, **counts, **words})
            self.columns += [{**place, "column": column, "heading": text} for column, text in sheet.headings.items()]
            self.masked += [{**place, **row} for row in sheet.rows]
            self.headings(name, sheet.strange, tuple(sheet.missing))
            self.words(name, sheet)

    def headings(
        self, name: str, strange: list[Strange], missing: tuple[str, ...], needed: tuple[str, ...] = ()
    ) -> None:
        for one in strange:
            self._add(one.word, 0, name, one)
            self.lacking.setdefault(one.word, set()).update({*missing} - one.impossible)
            self.needed.setdefault(one.word, []).extend(column for column in needed if column not in one.impossible)
            self.blocking |= {one.word} if needed else set()

    def letterheads(self, name: str, look: FileLook) -> None:
        """What says above the headings whose dossiers these are, where no column seems to."""
        if not any("unit" in (one.proposal, *one.content) for one in look.strange):
            for text, code in look.letterheads:
                word = Word(LETTERHEAD, text)
                self._add(word, 0, name, Strange(word, "", code, (), ""))
                self.blocking.add(word)

    def words(self, name: str, sheet: Look) -> None:
        for word, rows in sheet.unknown.items():
            text = sheet.own.get(word)
            self._add(word, rows, name, Strange(word, "", text, (), "") if text else self.first.get(word))

    def claimed(self, word: Word, guesses: dict[Word, Guess]) -> set[str]:
        """What the words of other headings of the word's files say that these are."""
        files = set(self.within[word])
        others = (other for other in guesses if other.kind == HEADING and files & set(self.within[other]))
        return {guesses[other].proposal for other in others if guesses[other].nearest} - {""}

    def unclaimed(self, word: Word, guesses: dict[Word, Guess]) -> tuple[str, ...]:
        """The required columns that the word's files lack and that no other heading of theirs seems to be: one of them
        it must be, if it is any.
        """
        files = set(self.within[word])
        others = (other for other in self.blocking if files & set(self.within[other]))
        claimed = {
            "unit" if other.kind == LETTERHEAD else meaning
            for other in others
            for meaning in (guesses[other].proposal, *guesses[other].meanings)
        }
        if not claimed.isdisjoint(_OF_PROCEDURES):
            claimed.update(_OF_PROCEDURES)
        return tuple(column for column in dict.fromkeys(self.needed[word]) if column not in claimed)

    def _add(self, word: Word, rows: int, name: str, strange: Strange | None) -> None:
        self.rows_of[word] = self.rows_of.get(word, 0) + rows
        self.within.setdefault(word, []).append(name)
        self.first.setdefault(word, strange)


def _word_told(row: dict[str, Any], language: Language) -> Iterator[str]:
    counts = {name: language.number(int(row[name])) for name in ("rows", "files")}
    place = N_("? {kind} «{text}»: {rows} rows in {files} files, first in {file}.")
    if row["column"]:
        place = N_("? {kind} «{text}»: {rows} rows in {files} files, first in {file}, column {column}.")
        if row["kind"] != HEADING:
            place = N_("? {kind} «{text}»: {rows} rows in {files} files, first in {file}, row {column}.")
        elif not row["rows"]:
            place = N_("? {kind} «{text}»: first in {file}, column {column}.")
    if row["kind"] == LETTERHEAD:
        place = N_("? «{text}» stands above the headings of {file}, which has no column of agencies.")
    yield language.text(place, **{**row, **counts, "kind": kind_in_words(row["kind"], language)})
    if row["kind"] == "procedure_code":
        yield "  " + language.text(N_("Not in the catalogue: see dvctt catalogue import, or draft."))
    if is_shape(row["text"]):
        yield "  " + language.text(N_("It may be a person's: look at it in the file."))
    if row["nearest"]:
        yield "  " + language.text(N_("Like it: {nearest}."), **row)
    elif row["proposal"] and row["kind"] == HEADING:
        yield "  " + language.text(N_("By what stands under it: {proposal}."), **row)
    elif row["meanings"] and row["kind"] != LETTERHEAD:
        yield "  " + language.text(N_("It may mean one of these: {meanings}."), **row)


def kind_in_words(kind: str, language: Language) -> str:
    """What an unknown word is: a heading, a unit, a value of a column."""
    return language.text(KINDS[kind])


KINDS = {
    HEADING: N_("heading"),
    UNIT: N_("unit"),
    LETTERHEAD: N_("letterhead"),
    PROCEDURE: N_("procedure's name"),
    "channel": N_("filing channel"),
    "status": N_("state"),
    "level": N_("level"),
    "applicant": N_("applicant"),
    "source": N_("source"),
    "procedure_code": N_("procedure"),
}
FURTHER = "further"  # a file of another kind, which a run reads for a duty beside the targets
FURTHER_KINDS = {
    CATALOGUE_LIST: N_("a list of procedures, no export."),
    COUNTS: N_("counts of dossiers, no export."),
    UNIT_REPORT: N_("a unit's report, no export."),
    SATISFACTION: N_("a table on how content people were, no export."),
}
DAYS = {
    LINE: N_("Export of {day}, by a line above the table."),
    NAME: N_("Export of {day}, by the file's name."),
    PERIOD: N_("Export of {day}, the end of the period above the table."),
    MODIFIED: N_("Export of {day}, by the file's modification date alone: write the day into its name."),
}
_NO_WORDS = dict.fromkeys(set(FILES_COLUMNS) - {"heading_row", "read", "accepted", "rejected"}, "")
