"""What the reference data say of a row: its procedure, the level at which its unit offers that on the day of receipt
(contract §4), whether the unit was there.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.dossiers.knowledge import OPEN_END, Lookups, Offer
from analysis.exports.distinct import distinct_pairs, mapped, mapped_pairs
from analysis.exports.quoting import is_procedure_code
from analysis.language.folding import fold
from analysis.reference.keys import code_and_name, procedure_key

_NEVER = -(2**31)


def procedures_of(
    cells: dict[str, pa.Array], units: pa.Array, own_level: pa.Array, lookups: Lookups, count: int
) -> pa.Array:
    """The procedure key of each row, null where the procedure is not known (contract §4).

    Known: a code of the catalogue; or, with no code, a name that belongs to exactly one procedure
    of the unit's tier; or a code not in the catalogue, but of a code's shape, on a row that carries a level.
    """
    blank = pa.nulls(count, pa.string())
    codes = cells.get("procedure_code", blank)
    if "procedure_name" in cells and codes.null_count:  # a code may stand before the name
        alone = pc.if_else(pc.is_null(codes), cells["procedure_name"], pa.scalar(None, pa.string()))
        codes = pc.coalesce(codes, mapped(alone, lambda text: code_and_name(text)[0] or None))

    def catalogued(text: str) -> str | None:
        return key if (key := procedure_key(text)) in lookups.offers else None

    def coded(text: str) -> str | None:
        return key if is_procedure_code(key := procedure_key(text)) else None

    by_code = mapped(codes, catalogued)
    if by_code.null_count:
        with_level = pc.if_else(pc.is_valid(own_level), codes, pa.scalar(None, pa.string()))
        by_code = pc.coalesce(by_code, mapped(with_level, coded))
    without_code = pc.is_null(codes)
    if not codes.null_count or "procedure_name" not in cells:
        return by_code
    names = pc.if_else(without_code, cells["procedure_name"], pa.scalar(None, pa.string()))
    by_name = mapped_pairs(
        mapped(units, lookups.tiers.get), names, lambda tier, name: lookups.names.get((tier, fold(name)))
    )
    return pc.coalesce(by_code, by_name)


def catalogue_levels(
    procedures: pa.Array, units: pa.Array, received_at: pa.Array, lookups: Lookups
) -> tuple[pa.Array, pa.Array]:
    """Per row the catalogue's level on the day of receipt (null where it has none), and the full code."""
    pairs, index = distinct_pairs(procedures, units)
    received = pc.fill_null(pc.cast(pc.cast(received_at, pa.date32()), pa.int32()), _NEVER)
    day = received.to_numpy(zero_copy_only=False).astype(np.int64)
    levels = np.zeros(len(day), dtype=np.int8)
    offered = [_offers_to(key, unit, lookups) for key, unit in pairs]
    for turn in range(max((len(offers) for offers in offered), default=0)):
        nth = [offers[turn] if turn < len(offers) else None for offers in offered]
        first = np.array([offer.first_day if offer else OPEN_END for offer in nth], dtype=np.int64)[index]
        end = np.array([offer.end_day if offer else 0 for offer in nth], dtype=np.int64)[index]
        level = np.array([offer.level if offer else 0 for offer in nth], dtype=np.int8)[index]
        levels = np.where((levels == 0) & (first <= day) & (day < end), level, levels)
    codes = pa.array(
        [o[0].procedure_code if o else key for o, (key, _) in zip(offered, pairs, strict=True)], pa.string()
    )
    return pa.array(levels, mask=levels == 0), codes.take(pa.array(index))


def not_there(units: pa.Array, received_at: pa.Array, lookups: Lookups) -> pa.Array:
    """Whether the unit was not there yet, or no more, on the day of receipt."""
    if not lookups.days:
        return pa.array(np.zeros(len(units), bool))
    each, ever = units.dictionary_encode(), (-OPEN_END, OPEN_END)
    spans = np.array([lookups.days.get(unit, ever) for unit in each.dictionary.to_pylist()], np.int64).reshape(-1, 2)
    first, end = (pa.array(spans[each.indices.to_numpy(), side]) for side in (0, 1))
    day = pc.cast(pc.cast(pc.cast(received_at, pa.date32()), pa.int32()), pa.int64())
    return pc.or_(pc.less(day, first), pc.greater_equal(day, end))


def _offers_to(key: str, unit: str, lookups: Lookups) -> tuple[Offer, ...]:
    """The catalogue rows of a procedure that concern a unit; all of them when none does (a misfiled dossier)."""
    offers = lookups.offers.get(key, ())
    tier = lookups.tiers[unit]
    own = tuple(offer for offer in offers if offer.tier == tier and offer.unit_code in ("", unit))
    return own or offers
