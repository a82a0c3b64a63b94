"""The stage ``duties``: what the decision asks of Sở TT&TT beside the targets, from a run's dossiers.

It goes by the decision and the as-of day of ``attainment.csv``.
"""

from pathlib import Path

import pandas as pd

from analysis.dossiers.counted import BESIDE_ROWS
from analysis.dossiers.further_files import further_files
from analysis.dossiers.further_kinds import UNIT_REPORT
from analysis.dossiers.superseding import FILINGS, HANDLING
from analysis.duties import DUTIES
from analysis.duties.catalogue import full_catalogue
from analysis.duties.difficulty_evidence import difficulty_evidence
from analysis.duties.filings import with_filings
from analysis.duties.hanging import hanging
from analysis.duties.real_use import real_use
from analysis.duties.receiving import receiving
from analysis.duties.reconciliation import reports_against_rows
from analysis.duties.service import portal_service
from analysis.language.problems import RunProblem
from analysis.language.texts import N_, Language
from analysis.measures.basis import basis_of
from analysis.measures.series import followed
from analysis.outlook.stage import write_outlook
from analysis.reference.columns import read_table
from analysis.reference.difficulties import load_kinds
from analysis.reference.tables import Reference
from analysis.reference.waiting import load_waiting
from analysis.storage.backends import Engine, connect, read_dossiers

_READ = ("difficulties", "delays", "comparison", "unit_quality", "procedures")
_NEEDED = (
    *("attainment.csv", "files.csv", "dossiers.parquet", FILINGS, HANDLING),
    *(f"{name}.csv" for name in (*_READ, BESIDE_ROWS)),
)


def make_duties(
    processed: Path | str,
    reference: Reference,
    engine: Engine = Engine(),
    raw: Path | str | None = None,
    language: Language = Language(),
) -> dict[str, pd.DataFrame]:
    """Write the tables of ``DUTIES`` into ``processed``, each as ``<name>.csv``; returns them by name.

    ``raw`` is the folder of the exports, beside which what watched the portal, lists of procedures and units' reports
    may stand; None: nothing did. Raises RunProblem where a file of the stages before is missing.
    """
    processed = Path(processed)
    for name in _NEEDED:
        if not (processed / name).exists():
            raise RunProblem(
                N_("{folder} has no {file}. Run the notebooks clean, attainment and trends_and_gap first."),
                folder=processed,
                file=name,
            )
    name, as_of = basis_of(processed / "attainment.csv")
    decision, beside = reference.decision(name), Path(raw) if raw else None
    reference = reference.on_day(decision, as_of)
    with connect(engine) as backend:
        dossiers = read_dossiers(backend, processed / "dossiers.parquet")
        tables = hanging(dossiers, read_table(processed / "files.csv"), reference, decision, as_of)
        dossiers = followed(dossiers, reference)
        filed = with_filings(dossiers, read_dossiers(backend, processed / FILINGS))
        tables |= real_use(filed, reference, decision, as_of)
        tables |= receiving(dossiers, read_dossiers(backend, processed / HANDLING), reference, decision, as_of)
        timed = bool(tables["substance_files"]["submitted_timed"].any())
        tables |= portal_service(filed if timed else dossiers, beside, reference, language)
        tables |= full_catalogue(dossiers, (beside, processed), reference, decision, as_of, language)
        reports = further_files(beside, processed, reference, UNIT_REPORT)
        beside = reference.by_holder(read_table(processed / f"{BESIDE_ROWS}.csv"))
        tables |= reports_against_rows(filed, reports, reference, as_of, language, beside)
    tables |= {name: read_table(processed / f"{name}.csv") for name in _READ}
    tables |= {name: reference.by_holder(tables[name]) for name in ("difficulties", "unit_quality")}
    kinds, rules = load_kinds(reference.folder), load_waiting(reference.folder)
    tables["difficulty_evidence"] = difficulty_evidence(tables, reference, kinds, rules, f"{as_of:%Y-%m}")
    tables = {name: tables[name] for name in DUTIES}
    write_outlook(tables, processed)
    return tables
