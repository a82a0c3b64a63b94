"""What the folder of the exports holds: exports, files of difficulties, and what watched the portal."""

from pathlib import Path

from analysis.dossiers.difficulties import difficulty_files
from analysis.exports.reading import list_exports
from analysis.exports.watching import watched
from analysis.language.problems import RunProblem
from analysis.language.texts import N_
from analysis.reference.availability import load_service
from analysis.reference.tables import Reference


def exports_beside(raw: Path, reference: Reference) -> list[Path]:
    """Every file below ``raw`` but those of difficulties and what watched the portal; raises RunProblem where there is
    none.
    """
    logs, monitors = watching_files(raw, reference)
    others = {*difficulty_files(raw), *logs, *monitors}
    paths = [path for path in list_exports(raw) if path not in others]
    if not paths:
        raise no_export(raw)
    return paths


def no_export(raw: Path) -> RunProblem:
    """That the folder holds none."""
    return RunProblem(N_("{folder} holds no export. Put .xlsx, .xls or .csv files of the portal there."), folder=raw)


def watching_files(raw: Path, reference: Reference) -> tuple[list[Path], list[Path]]:
    """The access logs and the monitors' lists below ``raw``; none where there is no such folder."""
    return watched(list_exports(raw), load_service(reference.folder), reference.vocabulary.headings)
