"""What cannot be measured (không đo được, ``unmeasured.csv``): a target where no export of a unit has a column that its
definition names, or counts that stand for the unit's dossiers in some month do not tell what it asks.

That is no 0: nothing of the unit is counted there, for itself or for its groups, and the table tells which column it
would take. A column that is there and blank is another matter: it is counted as it stands.
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import ibis
import numpy as np
import pandas as pd

from analysis.dossiers.count_lines import DUE as IN_TIME
from analysis.dossiers.count_lines import RESULT
from analysis.language.texts import Language
from analysis.measures.expressions import HANDLED
from analysis.reference.columns import read_table
from analysis.reference.decision import DUE, ON_TIME, PROCEDURES, SATISFACTION, Conditions, Decision, Reading, Target
from analysis.reference.groups import group_members, group_names, is_group
from analysis.reference.tables import Reference
from analysis.storage.backends import execute

UNMEASURED_COLUMNS = ["decision", "target_id", "reading", "unit_code", "unit_name", "tier", "lacking"]
ANY_OF = "|"  # between columns of which one would be enough
Without = Mapping[tuple[str, str], tuple[str, ...]]  # by target and reading: the units of which nothing is counted
NOBODY: Without = MappingProxyType({})
# What a count must tell for a condition to be asked of it, in the words of counts.parquet.
_TOLD_BY = {"resolved": RESULT, ON_TIME: IN_TIME}


def unmeasured(
    dossiers: ibis.Table,
    files: pd.DataFrame,
    counts: pd.DataFrame,
    reference: Reference,
    decision: Decision,
    content: Collection[str] = (),
) -> pd.DataFrame:
    """One row per target, reading and unit whose exports, or ``counts``, lack a column of its, or group all of whose
    units with dossiers do, in ``UNMEASURED_COLUMNS``.

    ``files`` are the rows of ``columns_of_files``, ``counts`` as ``lacking_counts`` gives them, ``content`` the units
    of which it is told how content people were. ``lacking`` are the columns, in the words of dossiers.parquet and
    handling.parquet. No dossier is looked at where the decision names no column, or every file has all.
    """
    asked = [(target, reading) for target in decision.targets for reading in decision.readings_of(target)]
    missing = files.assign(missing=files["missing"].fillna("").str.split(", ")).explode("missing")
    named = {one for target, reading in asked for needed in needs(target, reading) for one in needed}
    missing = missing.loc[missing["missing"].isin(named), ["file", "missing"]]
    if missing.empty and counts.empty and SATISFACTION not in named:
        return pd.DataFrame(columns=UNMEASURED_COLUMNS)
    seen = execute(dossiers.select("unit_code", "file").distinct())
    of_column = {column: _lacking(seen, rows["file"]) for column, rows in missing.groupby("missing")}
    of_column[SATISFACTION] = set(seen["unit_code"]) - set(content)
    rows = [
        (target.id, reading.id, unit, ANY_OF.join(needed))
        for target, reading in asked
        for needed in needs(target, reading)
        for unit in sorted(set.intersection(*(of_column.get(column, set()) for column in needed)))
    ]
    rows += [
        (target.id, reading.id, unit, column)
        for target, reading in asked
        for unit, lacking in counts.itertuples(index=False)
        for column in asked_of_counts(target, reading)
        # No count is by the due day, nor of what is told beside dossiers.
        if column in (*lacking.split(", "), *HANDLED) or (column, reading.day) == (IN_TIME, DUE)
    ]
    found = _with_groups(pd.DataFrame(rows, columns=["target_id", "reading", "unit_code", "lacking"]), seen, reference)
    named_units = found.merge(group_names(reference, Language("vi")), on="unit_code").assign(decision=decision.id)
    keys = ["target_id", "reading", "unit_code"]
    return named_units.sort_values(keys, ignore_index=True)[UNMEASURED_COLUMNS]


def columns_of_files(processed: Path) -> pd.DataFrame:
    """``file`` and ``missing`` of a run's exports: as in files.csv, and what of ``HANDLED`` it does not tell."""
    files, told = (read_table(processed / f"{name}.csv") for name in ("files", "handling_files"))
    column = told["column"].replace({"paid_online": "payment"})
    for name in HANDLED:
        lacking = ~files["file"].isin(told.loc[column == name, "file"])
        files["missing"] = files["missing"].fillna("").str.cat(np.where(lacking, f", {name}", ""))
    return files[["file", "missing"]]


def needs(target: Target, reading: Reading) -> list[tuple[str, ...]]:
    """The columns that a target's figure needs under a reading, of each group any one."""
    own = (SATISFACTION,) if target.measure == SATISFACTION else ()
    columns = dict.fromkeys((*own, *target.columns, *reading.columns))
    return [(one,) if isinstance(one, str) else one for one in columns]


def asked_of_counts(target: Target, reading: Reading) -> list[str]:
    """What counts must tell for a target's figure under a reading, in the words of their ``lacking``."""
    if target.measure == SATISFACTION:
        return []
    sides = (side for side in (reading.numerator, reading.denominator) if isinstance(side, Conditions))
    conditions = dict.fromkeys(name for side in sides for name, _ in side.items())
    columns = [_TOLD_BY.get(name, name) for name in conditions]
    if target.measure == PROCEDURES:
        return ["procedure_code", *columns]
    columns += ["level"] if target.admitted is not None else []
    columns += ["applicant"] if target.scope == "agency" else []
    return columns


def without(table: pd.DataFrame) -> Without:
    """The units of which nothing is counted, from the rows of ``unmeasured``."""
    if table.empty:
        return NOBODY
    units = table[~table["unit_code"].map(is_group).astype(bool)]
    found = units.groupby(["target_id", "reading"])["unit_code"]
    return {(str(target), str(reading)): tuple(sorted(set(codes))) for (target, reading), codes in found}


def _lacking(seen: pd.DataFrame, files: Iterable[str]) -> set[str]:
    """The units all of whose dossiers come from these files."""
    return set(seen["unit_code"]) - set(seen.loc[~seen["file"].isin(set(files)), "unit_code"])


def _with_groups(rows: pd.DataFrame, seen: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The rows, the columns of each unit together, and those of groups that have no other unit with dossiers."""
    keys = ["target_id", "reading", "unit_code"]
    of_units = rows.groupby(keys, as_index=False)["lacking"].agg(_together)
    members = group_members(reference)
    members = members[members["group_code"].map(is_group) & members["unit_code"].isin(seen["unit_code"])]
    wanted = members.groupby("group_code").size()
    joined = of_units.merge(members, on="unit_code").groupby(["target_id", "reading", "group_code"])
    of_groups = joined.agg(units=("unit_code", "size"), lacking=("lacking", _together)).reset_index()
    whole = of_groups[of_groups["units"] == of_groups["group_code"].map(wanted)]
    return pd.concat([of_units, whole.rename(columns={"group_code": "unit_code"})[[*keys, "lacking"]]])


def _together(lacking: pd.Series) -> str:
    return ", ".join(dict.fromkeys(", ".join(lacking).split(", ")))
