"""Evidence for criteria: on the small report's dossiers, written out by hand, and on the sample's year."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pytest

from analysis.criteria.rating import Evidence
from analysis.findings.report import Report
from analysis.measures.attainment import attain
from analysis.measures.history import history
from analysis.reference.tables import load_reference
from analysis.sample.known import known_on
from analysis.sample.province import read_province
from analysis.sample.year import Course, live
from support import small_report
from support.folders import REFERENCE

Rows = tuple[tuple[str, int, int, int, int, int], ...]  # unit, procedure, level, month, online, counter


def evidence_of(report: Report) -> Evidence:
    """The evidence on the dossiers that the small report is made of."""
    known = history(ibis.memtable(small_report.dossiers()), report.reference, report.decision, report.as_of)
    return Evidence(report, known, report.month)


def small_evidence(folder: Path, rows: Rows) -> Evidence:
    """The evidence on other dossiers of the small report's province."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small_report, "DOSSIERS", rows)
        return evidence_of(small_report.small_report(folder))


def sample_evidence(folder: Path, seed: int = 766, dossiers: int = 56_000) -> Evidence:
    """The evidence on a synthetic year as the shipped sample's, read without its exports."""
    year = live(read_province(REFERENCE), dossiers, np.random.default_rng(seed), Course())
    reference, end = load_reference(REFERENCE), date(2020, 12, 31)
    decision = reference.decision("", end)
    table = ibis.memtable(known_on(year, end))
    report = replace(
        small_report.small_report(folder),
        attainment=attain(table, reference, decision, end),
        reference=reference,
        decision=decision,
        as_of=end,
    )
    return Evidence(report, history(table, reference, decision, end), "2020-12")
