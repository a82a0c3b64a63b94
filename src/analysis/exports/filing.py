"""How a dossier was filed, as far as an export tells: when, apart from its receipt; whether by somebody else; which
dossier was filed just before it.

Whoever filed it for another is a person: of that column a mere yes or no leaves this module. Dossier codes are
forgotten when they have been hashed, so what their order tells is measured here, in seconds.
"""

from collections.abc import Container

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.exports.masks import filled
from analysis.language.folding import fold

SUBMITTED_AT, BY_PROXY = "submitted_at", "by_proxy"
_NUMBERED = r"^(?P<series>.*?)(?P<number>[0-9]{1,9})$"
_NUMBERS = 10**9


def by_proxy(cells: pa.Array, no: Container[str]) -> pa.Array:
    """Yes for whatever stands in a cell but the folded words of ``no``; a blank one is no."""
    encoded = cells.dictionary_encode()
    told = pa.array([fold(text) not in no for text in encoded.dictionary.to_pylist()], pa.bool_())
    return pc.fill_null(told.take(encoded.indices), False)


def code_gaps(codes: pa.Array, units: pa.Array, filed: pa.Array) -> pa.Array:
    """Seconds between a dossier's filing and that of the one whose code has the number before, of its unit and series;
    null where no such code is given, or one of the two has no time of day. Midnight to the second is a day alone.
    """
    timed = filled(filed) & ~np.asarray(pc.fill_null(pc.equal(filed, pc.floor_temporal(filed, unit="day")), True))
    count = len(codes)
    if not timed.any():
        return pa.nulls(count, pa.int32())
    parts = pc.extract_regex(codes, _NUMBERED)
    known = np.flatnonzero(timed & filled(parts) & filled(units))
    series, number = (pc.struct_field(parts, name).take(pa.array(known)) for name in ("series", "number"))
    group = pc.binary_join_element_wise(units.take(pa.array(known)), series, "|").dictionary_encode().indices
    place = group.to_numpy().astype(np.int64) * _NUMBERS + pc.cast(number, pa.int64()).to_numpy()
    order = np.argsort(place, kind="stable")
    # Of a code that is listed twice the later row is taken, as everywhere.
    before = np.searchsorted(place[order], place - 1, side="right") - 1
    found = (before >= 0) & (place[order][before] == place - 1)
    found &= place % _NUMBERS > 0  # else the last of the series before
    seconds = pc.cast(pc.cast(filed, pa.timestamp("s"), safe=False), pa.int64()).take(pa.array(known)).to_numpy()
    gaps = np.zeros(count, np.int64)
    gaps[known] = np.abs(seconds - seconds[order][before])
    told = np.zeros(count, bool)
    told[known] = found
    return pa.array(np.minimum(gaps, 2**31 - 1).astype(np.int32), mask=~told)
