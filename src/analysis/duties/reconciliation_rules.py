"""Which way of counting explains how much of what units report otherwise (``reconciliation_rules.csv``)."""

import pandas as pd

from analysis.duties.explaining import EQUAL
from analysis.reference.groups import PROVINCE

RULES_COLUMNS = ["unit_code", "unit_name", "rule", "units", "reports", "cells", "share"]
_REPORT = ["unit_code", "period_start", "period_end", "file"]


def reconciliation_rules(compared: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """One row per unit and rule, and for all units together (``ALL``), in ``RULES_COLUMNS``; an empty rule is what
    nothing explains.

    ``compared`` as ``reconciliation.csv`` has it, ``names`` by unit code. ``cells`` differ and are explained by the
    rule, ``share`` is theirs of the unit's differing cells.
    """
    rows = compared[compared["status"] != EQUAL]
    report = rows[_REPORT].astype("str").agg("|".join, axis=1) if len(rows) else ""
    whole = rows.assign(report=report, unit=rows["unit_code"])
    both = pd.concat([whole[whole["unit_code"] != PROVINCE], whole.assign(unit_code=PROVINCE)])
    found = both.groupby(["unit_code", "rule"], as_index=False).agg(
        units=("unit", "nunique"), reports=("report", "nunique"), cells=("cell", "size")
    )
    share = found["cells"] / found.groupby("unit_code")["cells"].transform("sum")
    name = found["unit_code"].map(names).fillna("").astype("str")
    found = found.assign(share=share.astype("float64"), unit_name=name)
    order = {"unit_code": True, "units": False, "cells": False, "rule": True}
    found = found.sort_values([*order], ascending=[*order.values()], ignore_index=True)
    return found.astype(dict.fromkeys(("units", "reports", "cells"), "int64"))[RULES_COLUMNS]
