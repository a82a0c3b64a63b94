"""The files beside the exports that are of another kind: the ledger that cleaning keeps of them, and where they lie."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.dossiers.file_names import FileNames
from analysis.dossiers.worker import FileResult
from analysis.exports.reading import list_exports, sha256
from analysis.reference.columns import read_table
from analysis.reference.tables import Reference
from analysis.storage.writing import spreadsheet_safe

FURTHER_FILES_COLUMNS = ["file", "sha256", "kind"]


@dataclass(frozen=True)
class Further:
    """One of them: where it lies, how it may be called, and what it was when it was told apart."""

    path: Path
    name: str
    sha256: str


def further(names: list[str], digests: list[str], results: list[FileResult]) -> pd.DataFrame:
    """The rows of ``further_files.csv``: of the files, those that are no exports."""
    rows = [
        (spreadsheet_safe(name), digest, result.kind)
        for name, digest, result in zip(names, digests, results, strict=True)
        if result.kind
    ]
    return pd.DataFrame(rows, columns=FURTHER_FILES_COLUMNS)


def further_files(raw: Path | None, processed: Path, reference: Reference, kind: str) -> list[Further]:
    """Those of a kind that cleaning found below ``raw``; none where it found none, or the folder is not given."""
    ledger = processed / "further_files.csv"
    known = read_table(ledger) if raw and ledger.is_file() else pd.DataFrame(columns=FURTHER_FILES_COLUMNS)
    digests = known.loc[known["kind"] == kind].set_index("file")["sha256"].to_dict()
    if not raw or not digests:
        return []
    paths = list_exports(raw)
    names = map(spreadsheet_safe, FileNames(reference).of(raw, paths, sha256))
    found = dict(zip(names, paths, strict=True))
    return [Further(found[name], name, digest) for name, digest in digests.items() if name in found]
