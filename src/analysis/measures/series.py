"""Dossiers as those of the series that they belong to, where units were renamed, merged or divided."""

from datetime import datetime

import ibis
from ibis.expr.types import Table

from analysis.reference.succession import FIRST, LAST
from analysis.reference.tables import Reference


def followed(dossiers: Table, reference: Reference) -> Table:
    """The dossiers with the code of their series in ``unit_code``; each is there once, as before.

    ``reference`` as it was on the as-of day. Where no unit has a successor the expression is the one that was given.
    """
    if not reference.succession or reference.succession.series.empty:
        return dossiers
    series = reference.succession.series
    spans, tests = ibis.memtable(series), []
    if not ((series["since"] == FIRST) & (series["until"] == LAST)).all():  # else no day need be looked at
        # What has no day of receipt is the first unit's.
        received = dossiers.received_at.fill_null(ibis.literal(datetime(FIRST.year, FIRST.month, FIRST.day)))
        tests = [received >= spans.since, received < spans.until]
    joined = dossiers.left_join(spans, [dossiers.unit_code == spans.old_code, *tests])
    return joined.mutate(unit_code=ibis.coalesce(joined.series, joined.unit_code)).select(dossiers.columns)
