"""From a folder of exports to one row per dossier, with a ledger of every row and file (contract §4)."""

import hashlib
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import compress
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from analysis.dossiers.asking import Answers, known_answers, would_say_the_same
from analysis.dossiers.counted import clean_counts
from analysis.dossiers.difficulties import Stated
from analysis.dossiers.doubts import doubts
from analysis.dossiers.export_dates import export_date
from analysis.dossiers.file_names import FileNames
from analysis.dossiers.further_files import Further, further
from analysis.dossiers.further_kinds import COUNTS, SATISFACTION, WORDS
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.on_spark import clean_on_executors
from analysis.dossiers.raw_files import exports_beside, no_export
from analysis.dossiers.satisfaction import not_used, satisfaction
from analysis.dossiers.secret import dossier_secret
from analysis.dossiers.sights import NOT_THERE
from analysis.dossiers.statements import difficulties, read_statements, statements
from analysis.dossiers.superseding import ALL_CHECKS, Settled, settle
from analysis.dossiers.unit_quality import unit_quality
from analysis.dossiers.worker import FileResult, Job, cached, clean_files, size_of, start_early
from analysis.exports.reading import sha256
from analysis.language.texts import N_, Language
from analysis.reference.columns import read_table
from analysis.reference.digests import without_aliases
from analysis.reference.satisfaction_words import load_satisfaction_words
from analysis.reference.tables import Reference
from analysis.reference.toml_files import definitions_of
from analysis.storage.backends import DUCKDB, Engine, computed_once, connect, execute, read_dossiers
from analysis.storage.generations import published_folder
from analysis.storage.version import code_version, library_versions
from analysis.storage.writing import safe_names, spreadsheet_safe, write_csv, write_text

FILES_COLUMNS = [
    *("file", "sha256", "format", "encoding", "export_date", "export_date_from", "status", "reason"),
    *("missing", "unread"),
    *("read", "accepted", "rejected", "superseded", "skipped_lines"),
]
REJECTS_COLUMNS = ["file", "sheet", "row", "reason", "detail"]
HANDLING_FILES_COLUMNS = ["file", "column", "told", "unread"]
FLAWS_COLUMNS = ["unit_code", "code", "file", "sheet", "row"]
# What a cleaned file depends on beside its bytes: a comment in a chart cleans nothing anew.
_CODE = ("language", "storage", "reference", "exports", "dossiers")
_LIBRARIES = ("fastexcel", "lxml", "numpy", "pyarrow", "tzdata", "viparse")


@dataclass(frozen=True)
class Cleaning:
    """The ledger of a run: ``files`` and ``rejects`` as in the contract's §4, ``quality`` (check, count).

    ``quality_by_unit``: unit_code, kind, code, count, as ``unit_quality`` describes it; ``flaws``: where the rejected
    rows of known units stand and the first doubtful ones, in ``FLAWS_COLUMNS``. ``difficulties``: unit_code,
    month, category, text, as units state them; ``stated`` is the ledger of the files in which they do. ``latest_day``
    and ``left_out`` as ``Settled`` has them, the day also of counts, whose files ``counts`` lists.
    """

    files: pd.DataFrame
    rejects: pd.DataFrame
    quality: pd.DataFrame
    quality_by_unit: pd.DataFrame
    flaws: pd.DataFrame
    difficulties: pd.DataFrame
    stated: pd.DataFrame
    synthetic: bool
    latest_day: date | None
    left_out: pd.DataFrame
    counts: pd.DataFrame = field(default_factory=pd.DataFrame)

    def notice(self, language: Language) -> str:
        """What a reader of these figures must know first; "" when there is nothing."""
        if not self.synthetic:
            return ""
        return language.text(
            N_("Synthetic data: these exports were made up; no figure says anything about a real unit.")
        )

    @property
    def totals(self) -> pd.Series:
        """Sums over all files: read, accepted, rejected, superseded, skipped_lines."""
        return self.files[["read", "accepted", "rejected", "superseded", "skipped_lines"]].sum()


def clean_exports(
    raw: Path | str,
    reference: Reference,
    processed: Path | str,
    work: Path | str | None = None,
    jobs: int = 0,
    language: Language = Language(),
    engine: Engine = Engine(),
) -> Cleaning:
    """Clean every export under ``raw`` and write dossiers, the ledger and stated difficulties to ``processed``.

    ``work`` keeps what an unchanged file need not be asked twice; ``jobs`` is the number of files read at once (0: one
    per core, with Spark one per core of its executors). A bad file is quarantined, never an error; one of
    another kind stands in ``further_files.csv``. Raises RunProblem when there is no export at all.
    """
    raw, processed = Path(raw), Path(processed)
    work = Path(work) if work else processed.absolute().with_name(f".{processed.absolute().name}.work")
    paths = exports_beside(raw, reference)
    if engine.name == DUCKDB:
        start_early()
    for folder in (processed, work / "cache"):
        folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:  # hashing lets other threads run
        digests = list(pool.map(sha256, paths))
    namer = FileNames(reference)
    found = namer.of(raw, paths, dict(zip(paths, digests, strict=True)).__getitem__)
    key = dossier_secret(work)
    kept = _stems(work / "cache", paths, digests, reference, key)
    lookups = make_lookups(reference)
    known = known_answers(lookups, key)
    with connect(engine) as backend:

        def clean(todo: list[Job]) -> list[FileResult]:
            if engine.name == DUCKDB:
                return clean_files(todo, lookups, key, jobs or os.cpu_count() or 1)
            return clean_on_executors(backend, todo, lookups, key)

        results = _results(paths, digests, kept, clean, known)
        others = further(found, digests, results)
        of_kind = {
            kind: [
                Further(path, spreadsheet_safe(name), digest)
                for path, name, digest, result in zip(paths, found, digests, results, strict=True)
                if result.kind == kind
            ]
            for kind in (SATISFACTION, COUNTS)
        }
        contented = satisfaction(of_kind[SATISFACTION], load_satisfaction_words(reference.folder), lookups, language)
        exports = [not result.kind for result in results]
        if not any(exports) and not of_kind[COUNTS]:
            raise no_export(raw)
        names, stems, digests = [*compress(found, exports)], [*compress(kept, exports)], [*compress(digests, exports)]
        paths, results = [*compress(paths, exports)], [*compress(results, exports)]
        stated = read_statements(raw, lookups)
        export_dates = [export_date(result.days, path) for result, path in zip(results, paths, strict=True)]
        before = _before(backend, published_folder(work), processed)
        settled = settle(backend, names, stems, results, export_dates, processed / "dossiers.parquet")
        rows = partial(read_dossiers, backend, processed / "dossiers.parquet")
        counted = clean_counts(of_kind[COUNTS], rows, reference, lookups, namer.told, language)
        gone = _gone(backend, before, found, processed / "dossiers.parquet")
        del before  # its table is the connection's
    cleaning = _ledger(names, namer, digests, results, export_dates, settled, stated, reference, language)
    latest = max(filter(None, (cleaning.latest_day, counted.latest_day)), default=None)
    synthetic = cleaning.synthetic or counted.synthetic
    cleaning = replace(cleaning, latest_day=latest, synthetic=synthetic, counts=counted.tables["counts_files"])
    _forget_others(work / "cache", set(kept))
    write_csv(cleaning.files, processed / "files.csv")
    write_csv(others, processed / "further_files.csv")
    write_csv(contented, processed / "satisfaction.csv")
    write_csv(_handling_files(names, results), processed / "handling_files.csv")
    write_csv(cleaning.rejects, processed / "rejects.csv")
    write_csv(cleaning.quality, processed / "quality.csv")
    write_csv(cleaning.quality_by_unit, processed / "unit_quality.csv")
    write_csv(cleaning.flaws, processed / "flaws.csv")
    write_csv(cleaning.difficulties, processed / "difficulties.csv")
    counted.write(processed)
    facts = {
        "synthetic": cleaning.synthetic,
        "latest_day": cleaning.latest_day and cleaning.latest_day.isoformat(),
        "left_out": cleaning.left_out.astype(str).to_dict("records"),
        "doubts": [*doubts(names, results, settled.modified_alone, gone), *counted.doubts, *not_used(contented)],
        "difficulties": cleaning.stated.to_dict("records"),
    }
    write_text(processed / "clean.json", json.dumps(facts, ensure_ascii=False))
    return cleaning


@ibis.udf.agg.builtin(signature=(("int64",), "int64"))  # type: ignore[untyped-decorator]  # Ibis ships no types
def bit_xor(bits: int) -> int:  # type: ignore[empty-body]  # the engine has it
    """Of a set of numbers. By its name in SQL: Ibis has no translation of its own ``bit_xor`` for Spark."""


def _before(backend: Any, folder: Path | None, processed: Path) -> tuple[set[str], ibis.Table] | None:
    """The files of the run before and the keys of its dossiers by file, as they were before this one writes
    ``processed``.
    """
    if not folder or not (folder / "files.csv").is_file() or not (folder / "dossiers.parquet").exists():
        return None
    keys = read_dossiers(backend, folder / "dossiers.parquet").select("dossier_key", "file")
    keys = computed_once(keys) if folder.samefile(processed) else keys  # a million are no little to be held
    return set(read_table(folder / "files.csv")["file"]), keys


def _gone(
    backend: Any, before: tuple[set[str], ibis.Table] | None, names: list[str], dossiers: Path
) -> tuple[list[str], int]:
    """The files and the number of dossiers that the run ``before`` had and this one no longer finds."""
    if not before:
        return [], 0
    files, had = before
    now = read_dossiers(backend, dossiers)
    then, there = (_keys_by_file(table) for table in (had, now))
    # Of files that have the keys that they had nothing is gone: a million keys need not be held to tell that of each.
    others = sorted({*then["file"]} - {*then.merge(there)["file"]})
    missing = had.filter(had.file.isin(others)).anti_join(now, "dossier_key")
    lost = int(execute(missing.aggregate(rows=missing.count()))["rows"].item()) if others else 0
    # Where not one is in common the keys are another user's.
    return sorted(files - {spreadsheet_safe(name) for name in names}), 0 if lost == then["rows"].sum() else lost


def _keys_by_file(dossiers: ibis.Table) -> pd.DataFrame:
    """How many dossiers stand in each file, and a digest of their keys."""
    keys = dossiers.dossier_key.hash()
    return execute(dossiers.group_by("file").aggregate(rows=dossiers.count(), keys=bit_xor(keys)))


def _results(
    paths: list[Path],
    digests: list[str],
    stems: list[Path],
    clean: Callable[[list[Job]], list[FileResult]],
    known: Answers,
) -> list[FileResult]:
    """One result per file: kept ones where nothing changed that they asked for, the others cleaned now, the largest
    first.
    """
    kept = {stem: cached(stem) for stem in stems}
    results = {
        stem: found if found and would_say_the_same(found.asked, known) else None for stem, found in kept.items()
    }
    wanted = {
        stem: Job(path, stem, digest)
        for path, digest, stem in zip(paths, digests, stems, strict=True)
        if results[stem] is None
    }
    todo = sorted(wanted.values(), key=lambda job: -size_of(job.path))
    if todo:
        results |= dict(zip((job.stem for job in todo), clean(todo), strict=True))
    return [result for stem in stems if (result := results[stem])]


def _stems(cache: Path, paths: list[Path], digests: list[str], reference: Reference, key: bytes) -> list[Path]:
    """Where each file's result is kept: names made of all that a result depends on, the code that reads among it."""
    own = [reference.folder / name for name in ("catalogue.csv", "vocabulary.toml")]
    own += [path for path in (reference.folder / "successors.csv",) if path.exists()]
    tables = [sha256(path) for path in (*own, *(definitions_of(reference.folder, name) for name in WORDS))]
    tables.append(without_aliases(reference.folder / "units.csv"))  # for these a result says what it asked
    common = "\n".join([*tables, code_version(*_CODE), *library_versions(_LIBRARIES), hashlib.sha256(key).hexdigest()])
    return [
        cache / hashlib.sha256(f"{digest}\n{path.suffix.lower()}\n{common}".encode()).hexdigest()[:32]
        for path, digest in zip(paths, digests, strict=True)
    ]


def _forget_others(cache: Path, stems: set[Path]) -> None:
    for entry in cache.iterdir():
        if entry.with_suffix("") not in stems:
            entry.unlink(missing_ok=True)


def _ledger(
    names: list[str],
    namer: FileNames,
    digests: list[str],
    results: list[FileResult],
    export_dates: list[tuple[date, str]],
    settled: Settled,
    stated: dict[str, Stated],
    reference: Reference,
    language: Language,
) -> Cleaning:
    """``files`` and ``rejects`` in the contract's columns, in the order of the files."""
    files = pd.DataFrame(
        [
            {
                "file": spreadsheet_safe(name),
                "sha256": digest,
                "format": result.format,
                "encoding": result.encoding,
                "export_date": day.isoformat(),
                "export_date_from": told,
                "status": "quarantined" if result.problem else "accepted",
                "reason": language.text(result.problem[0], **result.problem[1]) if result.problem else "",
                "missing": ", ".join(result.missing),
                "unread": spreadsheet_safe("; ".join(result.unread)),
                "read": result.read,
                "accepted": result.rows - settled.lost.get(number, 0),
                "rejected": len(result.rejects),
                "superseded": settled.lost.get(number, 0),
                "skipped_lines": result.skipped_lines,
            }
            for number, (name, digest, result, (day, told)) in enumerate(
                zip(names, digests, results, export_dates, strict=True)
            )
        ],
        columns=FILES_COLUMNS,
    )
    rejects = pd.DataFrame(
        [
            (
                spreadsheet_safe(name),
                spreadsheet_safe(namer.told(sheet)),
                row,
                reason,
                _detail(column, value, result, reference),
                unit,
            )
            for name, result in zip(names, results, strict=True)
            for sheet, row, reason, column, value, unit in result.rejects
        ],
        columns=[*REJECTS_COLUMNS, "unit_code"],
    )
    made = [check for check in ALL_CHECKS if reference.succession or check != NOT_THERE]
    quality = settled.checks[made].sum().rename_axis("check").rename("count").reset_index()
    by_unit = unit_quality(results, settled.checks)
    synthetic = any(result.synthetic for result in results) or any(one.synthetic for one in stated.values())
    doubtful = settled.doubtful.assign(file=safe_names(settled.doubtful["file"]), sheet="")
    of_units = rejects[rejects["unit_code"] != ""].rename(columns={"reason": "code"})
    flaws = pd.concat([of_units, doubtful.rename(columns={"check": "code"})], ignore_index=True)[FLAWS_COLUMNS]
    tables = (
        files,
        rejects[REJECTS_COLUMNS],
        quality,
        by_unit,
        flaws,
        difficulties(stated),
        statements(stated, language),
    )
    return Cleaning(*tables, synthetic, settled.latest_day, settled.left_out)


def _handling_files(names: list[str], results: list[FileResult]) -> pd.DataFrame:
    """Of each file the columns that tell how dossiers were handled, with how many cells are understood and are not."""
    rows = [
        (spreadsheet_safe(name), column, *told)
        for name, result in zip(names, results, strict=True)
        for column, told in sorted(result.handling.items())
    ]
    return pd.DataFrame(rows, columns=HANDLING_FILES_COLUMNS)


def _detail(column: str, value: str, result: FileResult, reference: Reference) -> str:
    """``Hình thức tiếp nhận: «Fax»``: the column as the export calls it, and what stands there."""
    heading = result.headings.get(column, reference.vocabulary.spelled[column])
    return spreadsheet_safe(f"{' '.join(heading.split())}: «{value}»" if value else " ".join(heading.split()))
