"""The stage ``duties``: what the decision asks of Sở TT&TT beside the targets, from a run's dossiers.

It goes by the decision and the as-of day of ``attainment.csv``.
"""

import csv
from datetime import date
from pathlib import Path

import ibis
import pandas as pd

from analysis.dossiers.superseding import FILINGS
from analysis.duties.filings import blocks, by_month, by_procedure, every_channel, filed_online, with_filings
from analysis.duties.opened import open_dossiers
from analysis.duties.service import portal_service
from analysis.duties.signals import Filed, bursts, counted
from analysis.duties.substance import substance
from analysis.duties.substance_effect import by_basis, flagged_dossiers, substance_effect
from analysis.duties.substance_files import substance_files
from analysis.duties.waiting import waiting
from analysis.duties.waiting_ages import waiting_ages
from analysis.duties.waiting_procedures import waiting_procedures
from analysis.language.problems import RunProblem
from analysis.language.texts import N_, Language
from analysis.outlook.stage import write_outlook
from analysis.reference.availability import load_service
from analysis.reference.columns import read_table
from analysis.reference.decision import Decision
from analysis.reference.substance import load_substance
from analysis.reference.tables import Reference
from analysis.reference.waiting import load_waiting
from analysis.storage.backends import Engine, connect, read_dossiers

_NEEDED = ("attainment.csv", "files.csv", "dossiers.parquet", FILINGS)


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
                N_("{folder} has no {file}. Run the notebooks clean and attainment first."), folder=processed, file=name
            )
    files, (decision, as_of) = read_table(processed / "files.csv"), _basis(processed, reference)
    with connect(engine) as backend:
        dossiers = read_dossiers(backend, processed / "dossiers.parquet")
        filed = with_filings(dossiers, read_dossiers(backend, processed / FILINGS))
        tables = hanging(dossiers, files, reference, decision, as_of)
        tables |= real_use(filed, reference, decision, as_of)
        timed = bool(tables["substance_files"]["submitted_timed"].any())
        tables |= portal_service(filed if timed else dossiers, Path(raw) if raw else None, reference, language)
    write_outlook(tables, processed)
    return tables


def hanging(
    dossiers: ibis.Table, files: pd.DataFrame, reference: Reference, decision: Decision, as_of: date
) -> dict[str, pd.DataFrame]:
    """The tables of dossiers that wait; ``files`` are the rows of files.csv."""
    rules = load_waiting(reference.folder)
    opened = open_dossiers(dossiers, files, as_of, rules.unseen_after)
    return {
        "waiting": waiting(dossiers, opened, reference, decision, as_of),
        "waiting_ages": waiting_ages(opened, reference, rules, as_of),
        "waiting_procedures": waiting_procedures(dossiers, opened, reference, decision, as_of),
    }


def real_use(dossiers: ibis.Table, reference: Reference, decision: Decision, as_of: date) -> dict[str, pd.DataFrame]:
    """The tables of how dossiers were filed online; ``dossiers`` of ``with_filings``."""
    rules, office = load_substance(reference.folder), load_service(reference.folder).office
    online = filed_online(dossiers, rules, office, decision, as_of)
    stretches, every = bursts(blocks(online), rules), every_channel(dossiers, decision, as_of)
    filed = Filed(by_month(online), stretches, by_procedure(online), every)
    table = substance(counted(filed, rules, min(as_of, decision.valid_to)), reference, rules)
    files = substance_files(online)
    counted_so = by_basis(dossiers, flagged_dossiers(online, stretches, table), files)
    effect = substance_effect(counted_so, reference, decision, as_of)
    return {"substance": table, "substance_effect": effect, "substance_files": files}


def _basis(processed: Path, reference: Reference) -> tuple[Decision, date]:
    """The decision and the as-of day of the figures; the rest of them, which is long, is not read."""
    with (processed / "attainment.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    return reference.decision(first["decision"]), date.fromisoformat(first["as_of"])
