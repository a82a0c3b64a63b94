"""Cleans the rows of one export: each becomes a dossier or a reject with its reason (contract §4).

Works on Arrow columns, whose texts are looked up once per distinct value. Imports nothing heavy, because every worker
does.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.dossiers.catalogued import catalogue_levels, not_there, procedures_of
from analysis.dossiers.filed import filed, handled
from analysis.dossiers.knowledge import Lookups
from analysis.dossiers.sights import CHECKS, NOT_THERE, REASONS, SIGHTS_SCHEMA
from analysis.exports.distinct import mapped
from analysis.exports.glances import is_ink, rows_of
from analysis.exports.masks import filled, matches, true
from analysis.exports.moments import moments, real_days
from analysis.exports.sheets import Export
from analysis.exports.tables import Table, Tables, read_tables
from analysis.reference.keys import unit_key
from analysis.reference.vocabulary import CODED_COLUMNS, DATE_COLUMNS, code_of

_KEY_BYTES = 16
# What a spreadsheet leaves of a long number: 3.52E+11, or sixteen digits and more, of which it knows fifteen.
_CUT = r"^(?:\d(?:[.,]\d+)?E\+\d+|[1-9]\d{15,}(?:\.0)?)$"


def tables_of(export: Export, lookups: Lookups) -> Tables:
    """The tables of an export as the reference data name columns and units; raises ExportProblem as ``read_tables``."""
    return read_tables(export, lookups.vocabulary, lookups.group_unit, lookups.words, lookups.title_unit)


Reject = tuple[str, int, str, str, str, str]


@dataclass(frozen=True)
class Cleaned:
    """``dossiers`` in ``SIGHTS_SCHEMA``; ``rejects`` as (sheet, row, reason, column, value, unit); ``read`` data rows.

    The unit of a reject is its code, "" where it is not known. ``handling``: of each of the columns in which the table
    tells how dossiers were handled, how many cells are understood and how many are not.
    """

    dossiers: pa.Table
    rejects: list[Reject]
    read: int
    handling: dict[str, tuple[int, int]]


def clean_table(table: Table, sheet_index: int, lookups: Lookups, key: bytes) -> Cleaned:
    """The dossiers and rejects of one table; ``key`` is the secret of the dossier keys."""
    cells = {name: table.cells.column(name).combine_chunks() for name in table.cells.column_names}
    count = table.cells.num_rows
    blank = pa.nulls(count, pa.string())
    coded = {name: _coded(cells.get(name, blank), lookups.vocabulary.values[name]) for name in CODED_COLUMNS}
    days = {name: moments(cells.get(name, blank)) for name in DATE_COLUMNS}
    for name in set(DATE_COLUMNS) & set(cells):
        cells[name], days[name] = real_days(cells[name], days[name], lookups.vocabulary)
    units = mapped(cells["unit"], lambda text: lookups.units.get(unit_key(text)))
    ids = _canonical_ids(cells["dossier_id"])
    procedures = procedures_of(cells, units, coded["level"], lookups, count)

    def given(name: str) -> np.ndarray:
        return filled(cells.get(name, blank))

    received, completed = (pc.cast(days[name], pa.date32()) for name in ("received_at", "completed_at"))
    unreadable = {name: given(name) & ~filled(days[name]) for name in DATE_COLUMNS}
    unknown = {name: given(name) & ~filled(coded[name]) for name in CODED_COLUMNS}
    never_accepted = true(pc.equal(coded["status"], "not_accepted"))
    failures = {
        "missing_dossier_id": ~filled(ids),
        "cut_dossier_id": matches(ids, _CUT),
        "unknown_procedure": ~filled(procedures),
        "unknown_unit": ~filled(units),
        "unknown_channel": unknown["channel"],
        "bad_received_date": ~filled(days["received_at"]) & (given("received_at") | ~never_accepted),
        "bad_date": unreadable["due_at"] | unreadable["completed_at"],
        "completed_before_received": true(pc.less(completed, received)),
        "unknown_value": unknown["status"] | unknown["level"] | unknown["applicant"] | unknown["source"],
    }
    reason = np.select([failures[name] for name in REASONS], range(len(REASONS)), default=-1)
    good = np.flatnonzero(reason < 0)

    def kept(column: pa.Array) -> pa.Array:
        return rows_of(column, good)

    dossiers = _dossiers(
        {name: kept(column) for name, column in coded.items()},
        {name: kept(column) for name, column in days.items()},
        kept(units),
        kept(procedures),
        lookups,
    )
    dossiers |= {
        **_hashed(kept(ids), key),
        "sheet_index": pa.array(np.full(len(good), sheet_index, np.int16)),
        "row": pa.array(table.rows[reason < 0]),
        **{name: kept(column) for name, column in filed(table, ids, units, lookups.vocabulary).items()},
    }
    further, told = handled({name: kept(column) for name, column in table.filing.items()}, len(good), lookups)
    dossiers |= further
    bad, codes = np.flatnonzero(reason >= 0), list(REASONS)
    rejects = [
        (table.sheet, int(table.rows[line]), *_explain(codes[reason[line]], cells, unreadable, unknown, line), unit)
        for line, unit in zip(bad.tolist(), pc.fill_null(units.take(pa.array(bad)), "").to_pylist(), strict=True)
    ]
    return Cleaned(pa.table(dossiers).select(SIGHTS_SCHEMA.names).cast(SIGHTS_SCHEMA), rejects, count, told)


def _dossiers(
    coded: dict[str, pa.Array],
    days: dict[str, pa.Array],
    units: pa.Array,
    procedures: pa.Array,
    lookups: Lookups,
) -> dict[str, pa.Array]:
    """The columns of valid rows: the catalogue's level wins, a blank channel is the counter's."""
    catalogued, codes = catalogue_levels(procedures, units, days["received_at"], lookups)
    own = pc.cast(coded["level"], pa.int8())
    level = pc.coalesce(catalogued, own)
    resolved = pc.is_in(coded["status"], value_set=pa.array(["resolved", "refused"]))
    online_low = pc.and_(pc.equal(coded["channel"], "online"), pc.less(level, 3))
    flags = {
        "blank_channel": pc.is_null(coded["channel"]),
        "level_disagreement": pc.not_equal(catalogued, own),
        "level_unknown": pc.is_null(level),
        "procedure_not_in_catalogue": pc.invert(
            pc.is_in(procedures, value_set=pa.array(list(lookups.offers), pa.string()))
        ),
        "applicant_unknown": pc.is_null(coded["applicant"]),
        "source_unknown": pc.is_null(coded["source"]),
        "resolved_without_date": pc.and_(resolved, pc.is_null(days["completed_at"])),
        "online_below_level_3": online_low,
        NOT_THERE: not_there(units, days["received_at"], lookups),
    }
    bits = sum(
        (true(flags[check]).astype(np.int16) << bit for bit, check in enumerate(CHECKS)),
        np.zeros(len(units), np.int16),
    )
    source = pc.if_else(pc.is_valid(catalogued), "catalogue", pc.if_else(pc.is_valid(own), "export", None))
    return {
        **coded,
        **days,
        "channel": pc.fill_null(coded["channel"], "counter"),
        "procedure_code": codes,
        "unit_code": units,
        "tier": mapped(units, lookups.tiers.get),
        "level": level,
        "level_source": source,
        "flags": pa.array(bits),
    }


def _explain(
    reason: str,
    cells: dict[str, pa.Array],
    unreadable: dict[str, np.ndarray],
    unknown: dict[str, np.ndarray],
    line: int,
) -> tuple[str, str, str]:
    """Reason, column and value of a reject; the value only of columns that may be quoted."""
    columns: Iterable[str] = {
        "missing_dossier_id": ("dossier_id",),
        "cut_dossier_id": ("dossier_id",),
        "unknown_procedure": ("procedure_code", "procedure_name"),
        "unknown_unit": ("unit",),
        "unknown_channel": ("channel",),
        "bad_received_date": ("received_at",),
        "bad_date": [name for name in ("due_at", "completed_at") if unreadable[name][line]],
        "completed_before_received": ("completed_at",),
        "unknown_value": [name for name in ("status", "level", "applicant", "source") if unknown[name][line]],
    }[reason]
    present = [name for name in columns if name in cells and cells[name][line].is_valid and name != "dossier_id"]
    column = present[0] if present else next(iter(columns))
    return reason, column, " ".join(cells[column][line].as_py().split())[:80] if present else ""


def _coded(column: pa.Array, codes: dict[str, str]) -> pa.Array:
    return mapped(column, lambda text: code_of(text, codes))


def _canonical_ids(column: pa.Array) -> pa.Array:
    """Dossier codes without white space, in upper case; null where nothing is left."""
    if is_ink(column):
        upper = pc.ascii_upper(column)
    else:
        bare = pc.replace_substring_regex(column, r"[\s\pZ\x{200B}-\x{200D}\x{2060}\x{FEFF}]+", "")
        upper = pc.utf8_upper(pc.utf8_normalize(bare, "NFC"))
    return pc.if_else(pc.equal(upper, ""), pa.scalar(None, pa.string()), upper)


def _hashed(ids: pa.Array, key: bytes) -> dict[str, pa.Array]:
    """Keyed hashes: a dossier code opens the dossier on the public look-up, its hash opens nothing."""
    keyed = hashlib.blake2b(key=key, digest_size=_KEY_BYTES)

    def hashed(code: bytes) -> bytes:
        mine = keyed.copy()  # the key is taken in once
        mine.update(code)
        return mine.digest()

    digests = b"".join([hashed(code) for code in pc.cast(ids, pa.binary()).to_pylist()])
    ends = np.arange(len(ids) + 1, dtype=np.int32) * (2 * _KEY_BYTES)
    texts = pa.StringArray.from_buffers(len(ids), pa.py_buffer(ends), pa.py_buffer(digests.hex().encode()))
    return {"dossier_key": texts, "key_number": pa.array(np.frombuffer(digests, "<i8")[::2])}
