"""The difficulties that units state, as tables (``difficulties.csv``), and the ledger of the files that state them."""

from pathlib import Path

import pandas as pd

from analysis.dossiers.difficulties import DIFFICULTIES_COLUMNS, Stated, Statement, difficulty_files
from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.worker import apart
from analysis.language.problems import ExportProblem
from analysis.language.texts import Language
from analysis.storage.writing import spreadsheet_safe

STATEMENTS_LEDGER = ["file", "read", "used", "refused", "masked", "cut", "problem"]


def read_statements(raw: Path, lookups: Lookups) -> dict[str, Stated]:
    """By name, what the files of difficulties in ``raw`` state, each read in a process apart."""
    return {path.name: _stated(path, lookups) for path in difficulty_files(raw)}


def difficulties(stated: dict[str, Stated]) -> pd.DataFrame:
    """What all files state, by unit and month; nothing in it can run in a spreadsheet."""
    rows = [tuple(map(spreadsheet_safe, row)) for one in stated.values() for row in one.rows]
    return pd.DataFrame(rows, columns=DIFFICULTIES_COLUMNS).sort_values(
        ["unit_code", "month"], kind="stable", ignore_index=True
    )


def statements(stated: dict[str, Stated], language: Language) -> pd.DataFrame:
    """The ledger of the files that state difficulties: of each, read = used + refused, and what was masked."""
    return pd.DataFrame(
        [
            {
                "file": name,
                "read": one.read,
                "used": len(one.rows),
                "refused": one.refused,
                "masked": one.masked,
                "cut": one.cut,
                "problem": language.text(one.problem[0], **one.problem[1]) if one.problem else "",
            }
            for name, one in stated.items()
        ],
        columns=STATEMENTS_LEDGER,
    )


def _stated(path: Path, lookups: Lookups) -> Stated:
    """What units state in a file; one that cannot be read is no reason to stop."""
    try:
        return apart(Statement(path), lookups)
    except ExportProblem as problem:
        return Stated(problem=(problem.template, problem.details))
