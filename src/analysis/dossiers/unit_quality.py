"""Data quality unit by unit (``unit_quality.csv``), so that each unit can mend its own records."""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from analysis.dossiers.superseding import ALL_CHECKS
from analysis.dossiers.worker import FileResult

ACCEPTED, REJECTED, CHECK = "accepted", "rejected", "check"
UNIT_QUALITY_COLUMNS = ["unit_code", "kind", "code", "count"]


def unit_quality(results: Iterable[FileResult], checks: pd.DataFrame) -> pd.DataFrame:
    """One row per unit, kind and code that was counted at least once, in ``UNIT_QUALITY_COLUMNS``.

    ``rejected`` counts rejected rows by reason, under unit "" where a row's unit is not known; ``check`` the accepted
    rows that a quality check found doubtful; ``accepted`` the unit's dossiers. ``checks`` as ``settle`` gives them.
    """
    rejected = Counter((unit, reason) for result in results for *_, reason, _, _, unit in result.rejects)
    rows = [(unit, REJECTED, reason, count) for (unit, reason), count in rejected.items()]
    rows += [(unit, ACCEPTED, "dossiers", count) for unit, count in checks["dossiers"].items()]
    rows += [(unit, CHECK, check, count) for check in ALL_CHECKS for unit, count in checks[check].items() if count]
    table = pd.DataFrame(rows, columns=UNIT_QUALITY_COLUMNS)
    return table.sort_values(["unit_code", "kind", "code"], ignore_index=True)
