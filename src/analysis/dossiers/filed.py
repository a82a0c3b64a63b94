"""How dossiers were filed and handled, of those exports that tell it: nothing here costs a row."""

import pyarrow as pa
import pyarrow.compute as pc

from analysis.dossiers.knowledge import Lookups
from analysis.exports.distinct import mapped
from analysis.exports.filing import BY_PROXY, SUBMITTED_AT, code_gaps
from analysis.exports.handling import DIGITISED, NOT_KNOWN, PAID_ONLINE, PAYMENT, RECEIVED_BY
from analysis.exports.masks import filled
from analysis.exports.moments import moments, real_days
from analysis.exports.tables import Table
from analysis.reference.keys import unit_key
from analysis.reference.vocabulary import Vocabulary


def filed(table: Table, ids: pa.Array, units: pa.Array, vocabulary: Vocabulary) -> dict[str, pa.Array]:
    """How each dossier was filed; a moment that cannot be read is told, and costs no row."""
    count = table.cells.num_rows
    texts = table.filing.get(SUBMITTED_AT, pa.nulls(count, pa.string()))
    texts, days = real_days(texts, moments(texts), vocabulary)
    return {
        "submitted_at": days,
        "submitted_unread": pa.array(filled(texts) & ~filled(days)),
        "by_proxy": table.filing.get(BY_PROXY, pa.nulls(count, pa.bool_())),
        "code_gap": code_gaps(ids, units, days),
    }


def handled(
    told: dict[str, pa.Array], count: int, lookups: Lookups
) -> tuple[dict[str, pa.Array], dict[str, tuple[int, int]]]:
    """How each dossier was handled, and how many cells of each column tell it or are not understood; no row is lost."""
    blank = pa.nulls(count, pa.string())
    named = {name: told[name] for name in (RECEIVED_BY, PAYMENT, PAID_ONLINE, DIGITISED) if name in told}
    known = {name: pc.if_else(pc.equal(column, NOT_KNOWN), None, column) for name, column in named.items()}
    if RECEIVED_BY in named:
        known[RECEIVED_BY] = mapped(named[RECEIVED_BY], lambda text: lookups.units.get(unit_key(text)))
    counts = {
        name: (int(filled(column).sum()), int((filled(named[name]) & ~filled(column)).sum()))
        for name, column in known.items()
    }
    return {
        RECEIVED_BY: known.get(RECEIVED_BY, blank),
        PAYMENT: pc.coalesce(known.get(PAYMENT, blank), known.get(PAID_ONLINE, blank)),
        DIGITISED: pc.equal(known.get(DIGITISED, blank), "yes"),
    }, counts
