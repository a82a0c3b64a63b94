"""The pages of the evaluation criteria, one per draft, and the documents that Home Affairs takes away."""

import hashlib
from pathlib import Path

import pandas as pd

from analysis.criteria.annex import write_criteria_annex
from analysis.criteria.rating import Evidence, rated_units, standing
from analysis.criteria.workbook.workbook import write_scoring_workbook
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.notebooks.batch import Piece
from analysis.publication.fingerprints import common_digest
from analysis.reference.criteria import Criteria
from analysis.storage.places import criteria_documents, criteria_page

KEY = "criteria:"  # before the id of a draft, as the key of its page


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
    # The dossiers by their counts: the file has its rows in another order after each run.
    for table in (report.attainment, evidence.history.table):
        digest.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
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


def write_criteria_documents(folder: Path, evidence: Evidence) -> list[str]:
    """Write the draft annex and the scoring workbook of every set of criteria; returns their names in ``folder``."""
    names: list[str] = []
    for criteria in criteria_in_force(evidence.report):
        annex, workbook = criteria_documents(criteria.id, evidence.report.month)
        (folder / annex).parent.mkdir(parents=True, exist_ok=True)
        rated = standing(evidence, criteria)
        write_criteria_annex(folder / annex, evidence, rated)
        write_scoring_workbook(folder / workbook, evidence, rated)
        names += [annex, workbook]
    return names


def _title(report: Report, draft: Criteria) -> str:
    month = report.language.month(report.month)
    title = draft.title[report.language.code]
    return report.language.text(N_("{title} – criteria, {month}"), title=title, month=month)
