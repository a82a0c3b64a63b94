"""What is wrong procedure by procedure, for the letter to each unit (``catalogue_lines.csv``).

``missing``: assigned and not open; ``repealed_assigned``: assigned and not open, but a decision repealed it, so the
catalogue is to be mended; ``wrong_level``: open below its level; ``repealed_open``; ``extra``: open and not assigned;
``filed``: not assigned on the day on which dossiers came.
"""

import pandas as pd

from analysis.reference.tables import Reference

MISSING, REPEALED_ASSIGNED, WRONG_LEVEL, REPEALED_OPEN = "missing", "repealed_assigned", "wrong_level", "repealed_open"
EXTRA, FILED, ASIDE = "extra", "filed", "aside"
PROBLEMS = (MISSING, WRONG_LEVEL, REPEALED_OPEN, EXTRA, REPEALED_ASSIGNED, FILED, ASIDE)
CATALOGUE_LINES_COLUMNS = [
    *("unit_code", "procedure_code", "procedure_name", "problem", "level_assigned", "level_portal"),
    *("decision", "dossiers"),
]
_PAIR = ["unit_code", "procedure_key"]


def catalogue_lines(found: pd.DataFrame, filed: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """One row per unit, procedure and problem, sorted so; ``found`` of ``pairs``, ``filed`` of ``filed_not_offered``.

    unit_code is "" where nobody is known to whom a procedure belongs.
    """
    rows = [_of(found, problem, holds) for problem, holds in _problems(found).items()]
    late = filed.merge(found[[*_PAIR, "procedure_name", "procedure_code", "decision"]], "left", _PAIR)
    whole = pd.concat([*rows, late.assign(problem=FILED)], ignore_index=True)
    names = reference.catalogue.drop_duplicates("procedure_key", keep="last").set_index("procedure_key")
    for name in ("procedure_code", "procedure_name"):
        whole[name] = whole["procedure_key"].map(names[name]).fillna(whole[name]).fillna("")
    whole.loc[whole["procedure_code"] == "", "procedure_code"] = whole["procedure_key"]
    whole = whole.assign(decision=whole["decision"].fillna(""), order=whole["problem"].map(PROBLEMS.index))
    whole = whole.sort_values(["unit_code", "order", "procedure_code"], ignore_index=True)
    counted = whole.reindex(columns=CATALOGUE_LINES_COLUMNS)
    texts = ("unit_code", "procedure_code", "procedure_name", "problem", "decision")
    return counted.astype(
        dict.fromkeys(("level_assigned", "level_portal", "dossiers"), "Int64") | dict.fromkeys(texts, "str")
    )


def _problems(found: pd.DataFrame) -> dict[str, pd.Series]:
    """Which rows have which problem; what a decision repealed is asked for by nobody."""
    repealed = found["repealed"]
    return {
        MISSING: found["missing"] & ~repealed,
        REPEALED_ASSIGNED: found["missing"] & repealed,
        WRONG_LEVEL: found["wrong_level"] & ~repealed,
        REPEALED_OPEN: found["repealed_open"],
        EXTRA: found["extra"] & ~repealed,
        ASIDE: found["aside"],
    }


def _of(found: pd.DataFrame, problem: str, holds: pd.Series) -> pd.DataFrame:
    columns = [*_PAIR, "procedure_code", "procedure_name", "decision", "level_assigned", "level_portal"]
    return found.loc[holds, columns].assign(problem=problem)
