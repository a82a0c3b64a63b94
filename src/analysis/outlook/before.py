"""What the last published month said, as it was said then: what a month is compared with."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.language.problems import Problem, RunProblem
from analysis.language.texts import N_
from analysis.reference.columns import read_published
from analysis.reference.decision import Decision
from analysis.reference.tables import read_catalogue
from analysis.storage.places import CATALOGUE, DECISION, OPEN_DATA, STANDING, TOLD

_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class Before:
    """A published ``month``: its ``standing`` and the counts by procedure that were ``told``, as in the open data, and
    the ``decision`` and ``catalogue`` (``Reference.catalogue``) by which it was counted.
    """

    month: str
    as_of: date
    standing: pd.DataFrame
    told: pd.DataFrame
    decision: Decision
    catalogue: pd.DataFrame


def read_before(published: Path, month: str, decision: Decision) -> Before | None:
    """The last month before ``month`` in the folder of publications; None where there is none, where it is of another
    decision or period, where a version published it that kept nothing to compare with, or where its catalogue was too
    large for one file.

    Raises RunProblem for files that are not as a run leaves them.
    """
    earlier = [path for path in published.glob(f"*/{OPEN_DATA}") if _MONTH.fullmatch(path.parent.name)]
    earlier = [path for path in earlier if path.parent.name < month]
    folder = max(earlier, default=None)
    if folder is None or not any((folder / f"{STANDING}.{kind}").is_file() for kind in ("csv", "parquet")):
        return None
    if (folder / f"{CATALOGUE}.parquet").is_file():  # cut into files of 5 MB, each no catalogue by itself
        return None
    try:
        standing = read_published(folder, STANDING)
        then = Decision.model_validate_json((folder / DECISION).read_bytes())
        if (then.id, then.valid_from, then.valid_to) != (decision.id, decision.valid_from, decision.valid_to):
            return None
        told = read_published(folder, TOLD)
        catalogue = read_catalogue(folder / f"{CATALOGUE}.csv")
        as_of = date.fromisoformat(standing["as_of"].iloc[0])
    except (KeyError, ValueError, IndexError, StopIteration, OSError, Problem) as error:
        words = N_("{path} is not as the run left it: nothing can be compared with it. Restore it.")
        raise RunProblem(words, path=folder) from error
    return Before(folder.parent.name, as_of, standing, told, then, catalogue)
