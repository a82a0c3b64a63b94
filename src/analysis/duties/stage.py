"""The stage ``duties``: what the decision asks of Sở TT&TT beside the targets, from a run's dossiers.

It goes by the decision and the as-of day of ``attainment.csv``.
"""

from datetime import date
from pathlib import Path

import ibis
import pandas as pd

from analysis.duties.difficulty_evidence import difficulty_evidence
from analysis.duties.opened import open_dossiers
from analysis.duties.service import portal_service
from analysis.duties.waiting import waiting
from analysis.duties.waiting_ages import waiting_ages
from analysis.duties.waiting_procedures import waiting_procedures
from analysis.language.problems import RunProblem
from analysis.language.texts import N_, Language
from analysis.measures.basis import basis_of
from analysis.measures.series import followed
from analysis.outlook.stage import write_outlook
from analysis.reference.columns import read_table
from analysis.reference.decision import Decision
from analysis.reference.difficulties import load_kinds
from analysis.reference.tables import Reference
from analysis.reference.waiting import load_waiting
from analysis.storage.backends import Engine, connect, read_dossiers

_READ = ("difficulties", "delays", "comparison", "unit_quality")
_NEEDED = ("attainment.csv", "files.csv", "dossiers.parquet", *(f"{name}.csv" for name in _READ))


def make_duties(
    processed: Path | str,
    reference: Reference,
    engine: Engine = Engine(),
    raw: Path | str | None = None,
    language: Language = Language(),
) -> dict[str, pd.DataFrame]:
    """Write the tables of ``DUTIES`` into ``processed``, each as ``<name>.csv``; returns them by name.

    ``raw`` is the folder of the exports, beside which what watched the portal may stand; None: nothing did. Raises
    RunProblem where a file of the stages before is missing.
    """
    processed = Path(processed)
    for name in _NEEDED:
        if not (processed / name).exists():
            raise RunProblem(
                N_("{folder} has no {file}. Run the notebooks clean, attainment and trends_and_gap first."),
                folder=processed,
                file=name,
            )
    files, (name, as_of) = read_table(processed / "files.csv"), basis_of(processed / "attainment.csv")
    decision = reference.decision(name)
    reference = reference.on_day(decision, as_of)
    with connect(engine) as backend:
        dossiers = read_dossiers(backend, processed / "dossiers.parquet")
        tables = hanging(dossiers, files, reference, decision, as_of)
        tables |= portal_service(dossiers, Path(raw) if raw else None, reference, language)
    known = {name: read_table(processed / f"{name}.csv") for name in _READ}
    known |= {name: reference.by_holder(known[name]) for name in ("difficulties", "unit_quality")}
    kinds, rules = load_kinds(reference.folder), load_waiting(reference.folder)
    tables["difficulty_evidence"] = difficulty_evidence(known | tables, reference, kinds, rules, f"{as_of:%Y-%m}")
    write_outlook(tables, processed)
    return tables


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
