"""Evidence for criteria: on the small report's dossiers, written out by hand, and on the sample's year."""

from dataclasses import replace
from datetime import date

import ibis
import numpy as np

from analysis.criteria.rating import Evidence
from analysis.measures.attainment import attain
from analysis.measures.history import history
from analysis.reference.tables import load_reference
from analysis.sample.known import known_on
from analysis.sample.province import read_province
from analysis.sample.year import Course, live
from support.folders import REFERENCE
from support.small_report import DOSSIERS, Rows, dossiers, small_report


def small_evidence(rows: Rows = DOSSIERS) -> Evidence:
    """The evidence on these dossiers of the small report's province: of the report the figures alone are theirs."""
    report, table = small_report(), ibis.memtable(dossiers(rows))
    of_dossiers = table, report.reference, report.decision, report.as_of
    return Evidence(replace(report, attainment=attain(*of_dossiers)), history(*of_dossiers), report.month)


def sample_evidence(seed: int = 766, many: int = 56_000) -> Evidence:
    """The evidence on a synthetic year as the shipped sample's, read without its exports."""
    year = live(read_province(REFERENCE), many, np.random.default_rng(seed), Course())
    reference, end = load_reference(REFERENCE), date(2020, 12, 31)
    decision = reference.decision("", end)
    table = ibis.memtable(known_on(year, end))
    report = replace(
        small_report(),
        attainment=attain(table, reference, decision, end),
        reference=reference,
        decision=decision,
        as_of=end,
    )
    return Evidence(report, history(table, reference, decision, end), "2020-12")
