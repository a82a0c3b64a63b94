"""The pages of the evaluation criteria, one per draft, and the documents that Home Affairs takes away."""

import hashlib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pandas as pd

from analysis.criteria.annex import write_criteria_annex
from analysis.criteria.rating import Evidence, Standing, rated_units, standing
from analysis.criteria.workbook.workbook import write_scoring_workbook
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.notebooks.batch import Piece
from analysis.publication.fingerprints import common_digest
from analysis.reference.criteria import Criteria
from analysis.storage.places import criteria_documents, criteria_page
from analysis.storage.shelf import Shelf

KEY = "criteria:"  # before the id of a draft, as the key of its page
Writer = Callable[[Path, Evidence, Standing], object]


def criteria_in_force(report: Report) -> list[Criteria]:
    """The criteria of the run's decision, each draft before its rivals, that apply in the report's month to anybody."""
    return [criteria for criteria in _applying(report) if rated_units(report, criteria)]


def criteria_for_nobody(report: Report) -> list[str]:
    """The ids of those that would apply, but rate no unit of ``units.csv``: there is nothing to make of them."""
    return [criteria.id for criteria in _applying(report) if not rated_units(report, criteria)]


def _applying(report: Report) -> list[Criteria]:
    first = report.decision.valid_from
    last = min(report.as_of, report.decision.valid_to)
    found = [criteria for criteria in report.reference.criteria.values() if criteria.decision.id == report.decision.id]
    return [criteria for criteria in found if criteria.applies_from <= last and criteria.applies_to >= first]


def criteria_pieces(notebook: Path, evidence: Evidence) -> list[Piece]:
    """The page of each draft beside its rivals."""
    report = evidence.report
    digest = hashlib.sha256(common_digest(report, notebook))
    digest.update(pd.util.hash_pandas_object(report.attainment, index=False).to_numpy().tobytes())
    digest.update(_counted(evidence))
    return [
        Piece(
            KEY + draft.id,
            hashlib.sha256(digest.digest() + draft.id.encode()).hexdigest(),
            notebook,
            {"criteria": draft.id},
            _title(report, draft),
            criteria_page(draft.id),
        )
        for draft in criteria_in_force(report)
        if not draft.is_rival
    ]


def write_criteria_documents(folder: Path, evidence: Evidence, shelf: Shelf, digest: str) -> list[str]:
    """Write the draft annex and the scoring workbook of every set of criteria; returns their names in ``folder``.

    Those that say what they said are the ones of the ``shelf``; ``digest`` is the report's, of ``documents_digest``.
    """
    names: list[str] = []
    counts = hashlib.sha256(_counted(evidence)).hexdigest()
    for criteria in criteria_in_force(evidence.report):
        annex, workbook = criteria_documents(criteria.id, evidence.report.month)
        rated = cache(partial(standing, evidence, criteria))
        for name, write in ((annex, write_criteria_annex), (workbook, write_scoring_workbook)):
            shelf.put(folder / name, (digest, counts, criteria.id), partial(_written, write, evidence, rated))
        names += [annex, workbook]
    return names


def _written(write: Writer, evidence: Evidence, rated: Callable[[], Standing], path: Path) -> None:
    write(path, evidence, rated())


def _counted(evidence: Evidence) -> bytes:
    """The dossiers by their counts: the file has its rows in another order after each run."""
    return pd.util.hash_pandas_object(evidence.history.table, index=False).to_numpy().tobytes()


def _title(report: Report, draft: Criteria) -> str:
    month = report.language.month(report.month)
    title = draft.title[report.language.code]
    return report.language.text(N_("{title} – criteria, {month}"), title=title, month=month)
