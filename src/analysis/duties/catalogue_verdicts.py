"""What another base would make of the targets on procedures (``catalogue_verdicts.csv``).

``assigned`` is the catalogue on the last day of the window, as the targets are counted; ``portal`` what the portal has
open, at the portal's level (the catalogue's where the list tells none); ``both`` what the catalogue gives and the
portal has open. Of units that the portal's lists name alone; the measure is that of ``attainment.csv``.
"""

from datetime import date

import pandas as pd
from ibis.expr.types import Table

from analysis.duties.catalogue_placing import assigned
from analysis.measures.attainment import procedures_on
from analysis.reference.decision import Decision
from analysis.reference.tables import Reference

BASES = ("assigned", "portal", "both")
CATALOGUE_VERDICTS_COLUMNS = [
    *("target_id", "level", "base", "unit_code", "unit_name", "tier", "as_of"),
    *("numerator", "denominator", "value", "minimum", "shortfall", "status"),
]
_PAIR = ["unit_code", "procedure_key"]


def catalogue_verdicts(
    found: pd.DataFrame, dossiers: Table, reference: Reference, decision: Decision, as_of: date
) -> pd.DataFrame:
    """One row per target on procedures, base and unit or group; ``found`` of ``pairs``."""
    units = found.loc[found["unit_code"] != "", ["unit_code"]].drop_duplicates()
    day = pd.Timestamp(min(as_of, decision.valid_to))
    given = assigned(reference, units.assign(day=day))
    open_ = found[found["on_portal"] & (found["unit_code"] != "")]
    of_portal = open_.assign(level=open_["level_portal"].fillna(open_["level_assigned"]))[[*_PAIR, "level"]].dropna()
    bases = (given, of_portal.astype({"level": "int64"}), given.merge(open_[_PAIR], on=_PAIR))
    whole = procedures_on(dict(zip(BASES, bases, strict=True)), dossiers, reference, decision, as_of)
    order = ["target_id", "unit_code", "base"]
    return whole[CATALOGUE_VERDICTS_COLUMNS].sort_values(order, ignore_index=True)
