"""Looks into exports as a run would read them, without running: what is understood, what is not, what would mend it.

Nothing is written. Of cells and headings only what may be quoted is shown (contract §3), of all else the shape.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.dossiers.cleaning import REJECTED_LIMIT, Lookups, clean_table, tables_of
from analysis.dossiers.difficulties import exports_beside
from analysis.dossiers.export_dates import LINE, MODIFIED, NAME, PERIOD, export_date
from analysis.dossiers.file_names import FileNames
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.worker import FileResult, asked
from analysis.exports.quoting import is_shape, may_be_quoted, shape
from analysis.exports.reading import read_export, sha256
from analysis.exports.tables import Table, headings_found
from analysis.language.folding import fold, plain
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_, Language
from analysis.reference.additions import HEADING, UNIT
from analysis.reference.keys import unit_key
from analysis.reference.tables import Reference
from analysis.reference.vocabulary import CODED_COLUMNS, EXPORT_COLUMNS

LIKE, NEAREST = 0.72, 3  # how like a proposal is at least (difflib's ratio); how many are shown
_MANY = 50  # spellings that are looked at
_SHOWN_ROWS = 5
FILES_COLUMNS = [
    *("file", "status", "reason", "format", "encoding", "export_date", "export_date_from", "sheet", "heading_row"),
    *("read", "accepted", "rejected", "reasons", "missing", "unread"),
]
UNKNOWN_COLUMNS = ["kind", "text", "rows", "files", "file", "nearest", "meanings", "proposal"]


@dataclass
class Look:
    """One sheet of a file: its headings by column, and words that nothing knows with the rows that they cost."""

    sheet: str
    heading_row: int
    headings: dict[str, str]
    missing: list[str]
    unread: list[str]
    read: int
    accepted: int
    unknown: Counter[tuple[str, str]]
    rows: list[dict[str, str]]
    rejected: dict[str, tuple[int, str]]


@dataclass
class FileLook:
    """What a file is; ``result`` as far as the day of export asks for it; with a ``problem``, its ``unknown`` headings
    and the columns that are ``missing``.
    """

    result: FileResult
    sheets: list[Look] = field(default_factory=list)
    problem: ExportProblem | None = None
    unknown: list[str] = field(default_factory=list)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """One file to look into, in a process apart."""

    path: Path

    def __call__(self, lookups: Lookups, key: bytes) -> FileLook:
        export = read_export(self.path, headings=lookups.vocabulary.headings)
        try:
            tables = tables_of(export, lookups)
        except ExportProblem as problem:
            seen, missing, known = headings_found(export, lookups.vocabulary)
            missing += tuple(name for name in EXPORT_COLUMNS if name not in {*missing, *known})
            unknown = [text for text in seen if _is_strange(text, lookups)]
            told = [_quotable(HEADING, " ".join(text.split())[:60], lookups) for text in unknown]
            return FileLook(FileResult(export.format, export.encoding), [], problem, told, missing)
        day, period = (day.isoformat() if day else None for day in (tables.export_date, tables.period_end))
        result = FileResult(export.format, export.encoding, day, period)
        return FileLook(result, [_look(table, lookups) for table in tables.tables])


@dataclass(frozen=True)
class Inspection:
    """``files`` in ``FILES_COLUMNS``, with ``reasons`` of rejection; ``columns``: file, sheet, column, heading;
    ``rows``: up to five of each sheet, masked; ``unknown`` in ``UNKNOWN_COLUMNS``: ``file`` is the first that has the
    word, ``nearest`` are known words like it, ``meanings`` what it may be, ``proposal`` what the nearest means.
    """

    files: pd.DataFrame
    columns: pd.DataFrame
    rows: pd.DataFrame
    unknown: pd.DataFrame

    @property
    def understood(self) -> bool:
        """Whether every file is read and every word in it known."""
        read, rejected = (self.files[name].fillna(0).astype(int) for name in ("read", "rejected"))
        return bool(
            (self.files["status"] == "accepted").all()
            and (self.unknown["kind"] == HEADING).all()
            and rejected.sum() <= REJECTED_LIMIT * read.sum()
        )

    @property
    def proposals(self) -> list[tuple[str, str, list[str]]]:
        """Kind, text and meanings of each unknown word: one by likeness to a known word, else all that there are."""
        rows = self.unknown[(self.unknown["proposal"] != "") | (self.unknown["meanings"] != "")]
        return [
            (row.kind, row.text, [row.proposal] if row.proposal else row.meanings.split(", "))
            for row in rows.itertuples(index=False)
        ]

    def told(self, language: Language) -> list[str]:
        """The findings in lines, file by file, then the unknown words."""
        lines = []
        for row in self.files.to_dict("records"):
            if row["status"] != "accepted":
                lines.append(language.text(N_("✗ {file}: {reason}"), **row))
                continue
            fine = int(row["rejected"]) <= REJECTED_LIMIT * int(row["read"])
            whole = N_(
                "{sign} {place}: {format} {encoding}, heading row {heading_row}; {read} rows, {accepted} accepted."
            )
            counts = {name: language.number(int(row[name])) for name in ("read", "accepted", "heading_row")}
            place = f"{row['file']} ({row['sheet']})" if row["sheet"] else row["file"]
            told = language.text(whole, **{**row, **counts, "place": place, "sign": "✓" if fine else "!"})
            lines.append(told.replace(" ,", ","))  # a workbook has no encoding
            day = language.date(date.fromisoformat(row["export_date"]))
            lines.append("  " + language.text(DAYS[row["export_date_from"]], day=day))
            own = self.columns[(self.columns["file"] == row["file"]) & (self.columns["sheet"] == row["sheet"])]
            pairs = "; ".join(
                f"{heading} → {column}" for column, heading in zip(own["column"], own["heading"], strict=True)
            )
            lines.append("  " + language.text(N_("Columns: {pairs}."), pairs=pairs))
            for words, name in (
                (N_("Rejected: {names}."), "reasons"),
                (N_("Not there: {names}."), "missing"),
                (N_("Not read: {names}."), "unread"),
            ):
                lines += ["  " + language.text(words, names=row[name])] if row[name] else []
            if "status" in row["missing"].split(", "):
                lines.append("  " + language.text(N_("Without states, withdrawn dossiers count.")))
        for row in self.unknown.to_dict("records"):
            counts = {name: language.number(int(row[name])) for name in ("rows", "files")}
            place = N_("? {kind} «{text}»: {rows} rows in {files} files, first in {file}.")
            lines.append(language.text(place, **{**row, **counts, "kind": kind_in_words(row["kind"], language)}))
            if row["kind"] == "procedure_code":
                lines.append("  " + language.text(N_("Not in the catalogue: see dvctt catalogue import, or draft.")))
            if is_shape(row["text"]):
                lines.append("  " + language.text(N_("It may be a person's: look at it in the file.")))
                continue
            near = N_("Like it: {nearest}.") if row["nearest"] else N_("It may mean one of these: {meanings}.")
            lines += ["  " + language.text(near, **row)] if row["nearest"] or row["meanings"] else []
        return lines


def inspect(raw: Path, reference: Reference, jobs: int, language: Language) -> Inspection:
    """Look into every export below ``raw``; raises RunProblem where there is none."""
    paths = exports_beside(raw)
    lookups = make_lookups(reference)
    namer = FileNames(reference)
    names = namer.of(raw, paths, sha256)
    looks = asked([Task(path) for path in paths], lookups, jobs)
    files: list[dict[str, Any]] = []
    columns, rows = [], []
    unknown: Counter[tuple[str, str]] = Counter()
    within: dict[tuple[str, str], list[str]] = {}
    # Which columns the files lack that have a heading, and the headings of files that lack a required one.
    lacking: dict[tuple[str, str], set[str]] = {}
    blocking: set[tuple[str, str]] = set()
    for name, path, look in zip(names, paths, looks, strict=True):
        problem = look if isinstance(look, ExportProblem) else look.problem
        if problem or isinstance(look, ExportProblem):
            files.append({"file": name, "status": "quarantined", "reason": problem.told(language) if problem else ""})
            if not isinstance(look, ExportProblem):
                for word in ((HEADING, heading) for heading in look.unknown):
                    unknown[word] += 0
                    within.setdefault(word, []).append(name)
                    lacking.setdefault(word, set()).update(look.missing)
                    blocking.add(word)
            continue
        day, told = export_date(look.result, path)
        known = {"file": name, "format": look.result.format, "encoding": look.result.encoding}
        known |= {"export_date": day.isoformat(), "export_date_from": told, "status": "accepted"}
        for sheet in look.sheets:
            counts = {"read": sheet.read, "accepted": sheet.accepted, "rejected": sheet.read - sheet.accepted}
            words = {"missing": ", ".join(sheet.missing), "unread": "; ".join(sheet.unread)}
            words["reasons"] = "; ".join(
                f"{reason} {language.number(count)}" + (f" («{value}»)" if value else "")
                for reason, (count, value) in sheet.rejected.items()
            )
            files.append(
                {**known, "sheet": namer.told(sheet.sheet), "heading_row": sheet.heading_row, **counts, **words}
            )
            place = {"file": name, "sheet": namer.told(sheet.sheet)}
            columns += [{**place, "column": column, "heading": text} for column, text in sheet.headings.items()]
            rows += [{**place, **row} for row in sheet.rows]
            unknown.update(sheet.unknown)
            for word in sheet.unknown:
                within.setdefault(word, []).append(name)
                lacking.setdefault(word, set()).update(sheet.missing)
    found = [_unknown(*word, count, within[word], lookups, lacking[word]) for word, count in unknown.items()]
    # What keeps a whole file out stands first, headings that nobody misses last.
    order = {word: 0 if word in blocking else 2 if word[0] == HEADING else 1 for word in unknown}
    table = pd.DataFrame(found, columns=UNKNOWN_COLUMNS).assign(order=[*order.values()])
    return Inspection(
        pd.DataFrame([{**_NO_WORDS, **row} for row in files], columns=FILES_COLUMNS),
        pd.DataFrame(columns, columns=["file", "sheet", "column", "heading"]),
        pd.DataFrame(rows).fillna(""),
        table.sort_values(
            ["order", "rows", "kind", "text"], ascending=[True, False, True, True], ignore_index=True
        ).drop(columns="order"),
    )


def kind_in_words(kind: str, language: Language) -> str:
    """What an unknown word is: a heading, a unit, a value of a column."""
    return language.text(KINDS[kind])


KINDS = {
    HEADING: N_("heading"),
    UNIT: N_("unit"),
    "channel": N_("filing channel"),
    "status": N_("state"),
    "level": N_("level"),
    "applicant": N_("applicant"),
    "source": N_("source"),
    "procedure_code": N_("procedure"),
}
DAYS = {
    LINE: N_("Export of {day}, by a line above the table."),
    NAME: N_("Export of {day}, by the file's name."),
    PERIOD: N_("Export of {day}, the end of the period above the table."),
    MODIFIED: N_("Export of {day}, by the file's modification date alone: write the day into its name."),
}
_NO_WORDS = dict.fromkeys(set(FILES_COLUMNS) - {"heading_row", "read", "accepted", "rejected"}, "")


def _look(table: Table, lookups: Lookups) -> Look:
    cleaned = clean_table(table, 0, lookups, b"")
    unread = [heading for heading in table.unread if _is_strange(heading, lookups)]
    unknown = Counter({(HEADING, heading): cleaned.read for heading in unread})
    for column in (*CODED_COLUMNS, "unit"):
        for text, count in _distinct(table, column):
            if not _is_known(column, text, lookups):
                unknown[column, _quotable(column, text, lookups, count)] += count
    procedures = Counter(value for _, _, reason, _, value, _ in cleaned.rejects if reason == "unknown_procedure")
    for text, count in procedures.items():
        unknown["procedure_code", _quotable("procedure_code", text, lookups, count)] += count
    cells = {name: table.cells.column(name) for name in table.cells.column_names}
    masked = [
        {name: _quotable(name, column[line].as_py() or "", lookups) for name, column in cells.items()}
        for line in range(min(_SHOWN_ROWS, cleaned.read))
    ]
    accepted = cleaned.dossiers.num_rows
    rejected: dict[str, tuple[int, str]] = {}
    for _, _, reason, column, value, _ in cleaned.rejects:
        count, first = rejected.get(reason, (0, _quotable(column, value, lookups)))
        rejected[reason] = count + 1, first
    headings = {name: " ".join(text.split()) for name, text in table.headings.items()}
    missing, unread = list(table.missing), list(table.unread)
    return Look(
        table.sheet, table.heading_row, headings, missing, unread, cleaned.read, accepted, unknown, masked, rejected
    )


def _distinct(table: Table, column: str) -> list[tuple[str, int]]:
    """The different texts of a column with how many rows have them."""
    if column not in table.cells.column_names:
        return []
    counted = pc.value_counts(table.cells.column(column).combine_chunks().cast(pa.string())).to_pylist()
    return [(one["values"], one["counts"]) for one in counted if one["values"] is not None]


def _is_strange(heading: str, lookups: Lookups) -> bool:
    """Whether nothing says what a heading is, nor that it is not read."""
    return bool(fold(heading)) and fold(heading) not in {*lookups.vocabulary.headings, *lookups.vocabulary.unread}


def _is_known(column: str, text: str, lookups: Lookups) -> bool:
    if column == "unit":
        return unit_key(text) in lookups.units
    return fold(text) in lookups.vocabulary.values[column]


def _quotable(column: str, text: str, lookups: Lookups, rows: int = 1) -> str:
    known = column in CODED_COLUMNS and _is_known(column, text, lookups)
    return (
        text
        if not text or known or may_be_quoted(column, text, lookups.words, rows, lookups.vocabulary.surnames)
        else shape(text)
    )


def _unknown(kind: str, text: str, rows: int, files: list[str], lookups: Lookups, lacking: set[str]) -> dict[str, Any]:
    """A word that nothing knows, with the known ones that are like it and what it would mean if it were the first.

    A heading is like those of columns alone that its files are ``lacking``, a unit like those whose own name is.
    """
    known = {} if is_shape(text) else _known(kind, lookups)
    if kind == HEADING:
        known = {word: column for word, column in known.items() if column in lacking}
    near = _units_like(text, known, lookups) if kind == UNIT else get_close_matches(fold(text), known, NEAREST, LIKE)
    proposal = known[near[0]] if near else ""
    told = ", ".join(f"{word} → {known[word]}" for word in near)
    meanings = ", ".join(dict.fromkeys(known.values())) if kind in CODED_COLUMNS else ""
    facts = (kind, text, rows, len(set(files)), files[0], told, meanings, proposal)
    return dict(zip(UNKNOWN_COLUMNS, facts, strict=True))


def _units_like(text: str, known: dict[str, str], lookups: Lookups) -> list[str]:
    """Spellings of units each word of whose own name is like one of the text: «thị xã An Nhơn» is not «Hoài Nhơn»."""
    kinds = "|".join(sorted((re.escape(plain(kind)) for kind in lookups.vocabulary.unit_kind), key=len, reverse=True))
    before = re.compile(rf"(?:(?:{kinds}|[^aeiouy\d\W]+)\W+)*")  # TP, TX and P stand for such a kind, too

    def own(spelling: str) -> list[str]:
        """The words behind the kind of unit."""
        return re.findall(r"\w+", before.sub("", plain(spelling), count=1))

    wanted = own(text)
    near: dict[str, str] = {}
    for spelling in get_close_matches(fold(text), known, _MANY, LIKE):
        name = own(spelling)
        if name and all(get_close_matches(word, wanted, 1, LIKE) for word in name):
            near.setdefault(known[spelling], spelling)
    return list(near.values())[:NEAREST]


def _known(kind: str, lookups: Lookups) -> dict[str, str]:
    """The folded words that are known of a kind, and what each means."""
    if kind == HEADING:
        return {word: column for word, (column, _) in lookups.vocabulary.headings.items()}
    if kind == "unit":
        return lookups.units
    return lookups.vocabulary.values.get(kind, {})
