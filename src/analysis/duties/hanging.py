"""Hanging dossiers as a run has them: from its dossiers to the three tables of those that wait."""

from datetime import date

import ibis
import pandas as pd

from analysis.duties.opened import open_dossiers
from analysis.duties.waiting import waiting
from analysis.duties.waiting_ages import waiting_ages
from analysis.duties.waiting_procedures import waiting_procedures
from analysis.measures.series import followed
from analysis.reference.decision import Decision
from analysis.reference.tables import Reference
from analysis.reference.waiting import load_waiting


def hanging(
    dossiers: ibis.Table, files: pd.DataFrame, reference: Reference, decision: Decision, as_of: date
) -> dict[str, pd.DataFrame]:
    """The tables of dossiers that wait; ``files`` are the rows of files.csv."""
    rules, reference = load_waiting(reference.folder), reference.on_day(decision, as_of)
    dossiers = followed(dossiers, reference)
    opened = open_dossiers(dossiers, files, as_of, rules.unseen_after)
    return {
        "waiting": waiting(dossiers, opened, reference, decision, as_of),
        "waiting_ages": waiting_ages(opened, reference, rules, as_of),
        "waiting_procedures": waiting_procedures(dossiers, opened, reference, decision, as_of),
    }
