"""Cleans the rows of one export: each becomes a dossier or a reject with its reason (contract §4).

Works on Arrow columns: texts are looked up once per distinct value, so a hundred thousand rows
cost little more than their distinct words. Imports nothing heavy, because every worker does.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.dossiers.further_kinds import Kind
from analysis.exports.filing import BY_PROXY, SUBMITTED_AT, code_gaps
from analysis.exports.glances import is_ink, rows_of
from analysis.exports.handling import DIGITISED, NOT_KNOWN, PAID_ONLINE, PAYMENT, RECEIVED_BY
from analysis.exports.masks import filled, matches, true
from analysis.exports.moments import is_no_day, moments
from analysis.exports.quoting import is_procedure_code
from analysis.exports.sheets import Export
from analysis.exports.tables import Table, Tables, read_tables
from analysis.language.folding import fold
from analysis.language.texts import N_
from analysis.reference.keys import UNIT_CODE, code_and_name, procedure_key, unit_key
from analysis.reference.vocabulary import CODED_COLUMNS, DATE_COLUMNS, Vocabulary

# The reasons for rejection with their words, in the order in which they are tried.
REASONS = {
    "missing_dossier_id": N_("no dossier code"),
    "cut_dossier_id": N_("dossier code cut by a spreadsheet"),
    "unknown_procedure": N_("procedure not known"),
    "unknown_unit": N_("unit not known"),
    "unknown_channel": N_("channel not known"),
    "bad_received_date": N_("day of receipt absent or unreadable"),
    "bad_date": N_("another date unreadable"),
    "completed_before_received": N_("result before receipt"),
    "unknown_value": N_("a value that the vocabulary does not know"),
}
NOT_THERE = "unit_not_there"  # told where units have days
# What the data-quality section counts; one bit each in ``flags``.
CHECKS = (
    "blank_channel",
    "level_disagreement",
    "level_unknown",
    "procedure_not_in_catalogue",
    "applicant_unknown",
    "source_unknown",
    "resolved_without_date",
    "online_below_level_3",
    NOT_THERE,
)
# A row of an export that is valid: a sight of its dossier, which others may supersede.
SIGHTS_SCHEMA = pa.schema(
    [
        ("dossier_key", pa.string()),
        ("key_number", pa.int64()),  # its first half, by which equal keys are found sooner
        ("procedure_code", pa.string()),
        ("unit_code", pa.string()),
        ("tier", pa.string()),
        ("level", pa.int8()),
        ("level_source", pa.string()),
        ("channel", pa.string()),
        ("applicant", pa.string()),
        ("source", pa.string()),
        ("status", pa.string()),
        ("received_at", pa.timestamp("us")),
        ("due_at", pa.timestamp("us")),
        ("completed_at", pa.timestamp("us")),
        ("sheet_index", pa.int16()),
        ("row", pa.int32()),
        ("flags", pa.int16()),
        ("submitted_at", pa.timestamp("us")),
        ("submitted_unread", pa.bool_()),
        ("by_proxy", pa.bool_()),
        ("code_gap", pa.int32()),
        ("received_by", pa.string()),
        ("payment", pa.string()),
        ("digitised", pa.bool_()),
    ]
)
_KEY_BYTES = 16
_OPEN_END, _NEVER = 2**31 - 1, -(2**31)
# What a spreadsheet leaves of a long number: 3.52E+11, or sixteen digits and more, of which it knows fifteen.
_CUT = r"^(?:\d(?:[.,]\d+)?E\+\d+|[1-9]\d{15,}(?:\.0)?)$"
_NUMERAL = re.compile(
    r"^\s*(?:[(\[]?(?:[IVXLC]+|\d{1,3}(?:\.\d{1,3})*|[A-Z])(?:[.)\]/:-]+\s*|\s+[-–]?\s*)|[+*•▪-]\s*)(?=\S)"
)
_COUNT = re.compile(
    r"\s*[(\[:-]\s*(?:có|tổng số|số lượng|tổng)?\s*:?\s*\d[\d.,]*\s*(?:hồ sơ|HS)?\s*[)\]]?\s*:?\s*$"
    r"|\s+\d[\d.,]*\s*(?:hồ sơ|HS)\s*:?\s*$",
    re.IGNORECASE,
)
_CODE_FIRST = re.compile(rf"({UNIT_CODE})\s*[-–:)]?\s+\S", re.IGNORECASE)


@dataclass(frozen=True)
class Offer:
    """One catalogue row: who offers the procedure at which level on which days (days since 1970)."""

    procedure_code: str
    tier: str
    unit_code: str
    level: int
    first_day: int
    end_day: int


@dataclass(frozen=True)
class Lookups:
    """What cleaning needs of the reference data, as plain dictionaries that travel to workers."""

    vocabulary: Vocabulary
    units: dict[str, str]  # folded code, name or alias -> unit_code; ambiguous names are absent
    tiers: dict[str, str]  # unit_code -> tier
    days: dict[str, tuple[int, int]]  # unit_code -> first day, first without it (since 1970)
    offers: dict[str, tuple[Offer, ...]]  # procedure key -> catalogue rows
    names: dict[tuple[str, str], str]  # (tier, folded name) -> procedure key; ambiguous names are absent
    matters: frozenset[str]  # folded names of procedures and fields: lines that begin with them name no unit
    words: frozenset[str]  # the folded words of names, aliases, headings and values: none of them is a person's alone
    kinds: tuple[Kind, ...]  # of files that are no exports

    def title_unit(self, line: str) -> str | None:
        """The unit that a title line names and nothing else, if it is known; None for any other line."""
        return line if unit_key(line) in self.units else None

    def group_unit(self, line: str) -> str | None:
        """The unit's name in a group line, without numeral, label and count; None for a line that names none.

        What begins as agencies do is taken for one, too: the rows below an unknown one are not the unit's above it.
        """
        line = " ".join(line[:1000].split())
        if whole := next((text for text in (line, _COUNT.sub("", line)) if unit_key(text) in self.units), None):
            return whole  # «X. Hòa Thắng» has no numeral before it
        for text in (line, _NUMERAL.sub("", line)):
            if (code := _CODE_FIRST.match(text)) and unit_key(code[1]) in self.units:
                return code[1]
        name = _COUNT.sub("", _NUMERAL.sub("", line))
        label, colon, rest = name.partition(":")
        if colon and rest.strip() and self._is_unit_label(label):
            return rest.strip()
        words = fold(name)
        for label in self.vocabulary.unit_title:  # «Đơn vị - Sở Xây dựng»
            if (
                words.startswith(f"{label} ")
                and unit_key(after := words.removeprefix(label).strip(" -–")) in self.units
            ):
                return after
        if unit_key(name) in self.units:
            return name
        kinds = tuple(f"{kind} " for kind in self.vocabulary.unit_kind)
        agency = words.startswith(kinds) and not words.startswith(self.vocabulary.no_unit) and words not in self.matters
        return name if agency else None

    def _is_unit_label(self, label: str) -> bool:
        words = fold(label)
        return words in self.vocabulary.unit_title or self.vocabulary.headings.get(words, ("",))[0] == "unit"


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
        cells[name], days[name] = _real_days(cells[name], days[name], lookups.vocabulary)
    units = _mapped(cells["unit"], lambda text: lookups.units.get(unit_key(text)))
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
        **{name: kept(column) for name, column in _filed(table, ids, units, lookups.vocabulary).items()},
    }
    handled, told = _handled({name: kept(column) for name, column in table.filing.items()}, len(good), lookups)
    dossiers |= handled
    bad, codes = np.flatnonzero(reason >= 0), list(REASONS)
    rejects = [
        (table.sheet, int(table.rows[line]), *_explain(codes[reason[line]], cells, unreadable, unknown, line), unit)
        for line, unit in zip(bad.tolist(), pc.fill_null(units.take(pa.array(bad)), "").to_pylist(), strict=True)
    ]
    return Cleaned(pa.table(dossiers).select(SIGHTS_SCHEMA.names).cast(SIGHTS_SCHEMA), rejects, count, told)


def code_of(text: str, codes: dict[str, str]) -> str | None:
    """The code that a cell's text stands for, as a spreadsheet may have it (``2.0``)."""
    return codes.get(fold(text)) or codes.get(fold(text).removesuffix(".0"))


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
        NOT_THERE: _not_there(units, days["received_at"], lookups),
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
        "tier": _mapped(units, lookups.tiers.get),
        "level": level,
        "level_source": source,
        "flags": pa.array(bits),
    }


def _filed(table: Table, ids: pa.Array, units: pa.Array, vocabulary: Vocabulary) -> dict[str, pa.Array]:
    """How each dossier was filed; a moment that cannot be read is told, and costs no row."""
    count = table.cells.num_rows
    texts = table.filing.get(SUBMITTED_AT, pa.nulls(count, pa.string()))
    texts, days = _real_days(texts, moments(texts), vocabulary)
    return {
        "submitted_at": days,
        "submitted_unread": pa.array(filled(texts) & ~filled(days)),
        "by_proxy": table.filing.get(BY_PROXY, pa.nulls(count, pa.bool_())),
        "code_gap": code_gaps(ids, units, days),
    }


def _handled(
    told: dict[str, pa.Array], count: int, lookups: Lookups
) -> tuple[dict[str, pa.Array], dict[str, tuple[int, int]]]:
    """How each dossier was handled, and how many cells of each column tell it or are not understood; no row is lost."""
    blank = pa.nulls(count, pa.string())
    named = {name: told[name] for name in (RECEIVED_BY, PAYMENT, PAID_ONLINE, DIGITISED) if name in told}
    known = {name: pc.if_else(pc.equal(column, NOT_KNOWN), None, column) for name, column in named.items()}
    if RECEIVED_BY in named:
        known[RECEIVED_BY] = _mapped(named[RECEIVED_BY], lambda text: lookups.units.get(unit_key(text)))
    counts = {
        name: (int(filled(column).sum()), int((filled(named[name]) & ~filled(column)).sum()))
        for name, column in known.items()
    }
    return {
        RECEIVED_BY: known.get(RECEIVED_BY, blank),
        PAYMENT: pc.coalesce(known.get(PAYMENT, blank), known.get(PAID_ONLINE, blank)),
        DIGITISED: pc.equal(known.get(DIGITISED, blank), "yes"),
    }, counts


def _not_there(units: pa.Array, received_at: pa.Array, lookups: Lookups) -> pa.Array:
    """Whether the unit was not there yet, or no more, on the day of receipt."""
    if not lookups.days:
        return pa.array(np.zeros(len(units), bool))
    each, ever = units.dictionary_encode(), (-_OPEN_END, _OPEN_END)
    spans = np.array([lookups.days.get(unit, ever) for unit in each.dictionary.to_pylist()], np.int64).reshape(-1, 2)
    first, end = (pa.array(spans[each.indices.to_numpy(), side]) for side in (0, 1))
    day = pc.cast(pc.cast(pc.cast(received_at, pa.date32()), pa.int32()), pa.int64())
    return pc.or_(pc.less(day, first), pc.greater_equal(day, end))


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
        codes = pc.coalesce(codes, _mapped(alone, lambda text: code_and_name(text)[0] or None))

    def catalogued(text: str) -> str | None:
        return key if (key := procedure_key(text)) in lookups.offers else None

    def coded(text: str) -> str | None:
        return key if is_procedure_code(key := procedure_key(text)) else None

    by_code = _mapped(codes, catalogued)
    if by_code.null_count:
        with_level = pc.if_else(pc.is_valid(own_level), codes, pa.scalar(None, pa.string()))
        by_code = pc.coalesce(by_code, _mapped(with_level, coded))
    without_code = pc.is_null(codes)
    if not codes.null_count or "procedure_name" not in cells:
        return by_code
    names = pc.if_else(without_code, cells["procedure_name"], pa.scalar(None, pa.string()))
    by_name = _mapped_pairs(
        _mapped(units, lookups.tiers.get), names, lambda tier, name: lookups.names.get((tier, fold(name)))
    )
    return pc.coalesce(by_code, by_name)


def catalogue_levels(
    procedures: pa.Array, units: pa.Array, received_at: pa.Array, lookups: Lookups
) -> tuple[pa.Array, pa.Array]:
    """Per row the catalogue's level on the day of receipt (null where it has none), and the full code."""
    pairs, index = _distinct_pairs(procedures, units)
    received = pc.fill_null(pc.cast(pc.cast(received_at, pa.date32()), pa.int32()), _NEVER)
    day = received.to_numpy(zero_copy_only=False).astype(np.int64)
    levels = np.zeros(len(day), dtype=np.int8)
    offered = [_offers_to(key, unit, lookups) for key, unit in pairs]
    for turn in range(max((len(offers) for offers in offered), default=0)):
        nth = [offers[turn] if turn < len(offers) else None for offers in offered]
        first = np.array([offer.first_day if offer else _OPEN_END for offer in nth], dtype=np.int64)[index]
        end = np.array([offer.end_day if offer else 0 for offer in nth], dtype=np.int64)[index]
        level = np.array([offer.level if offer else 0 for offer in nth], dtype=np.int8)[index]
        levels = np.where((levels == 0) & (first <= day) & (day < end), level, levels)
    codes = pa.array(
        [o[0].procedure_code if o else key for o, (key, _) in zip(offered, pairs, strict=True)], pa.string()
    )
    return pa.array(levels, mask=levels == 0), codes.take(pa.array(index))


def _offers_to(key: str, unit: str, lookups: Lookups) -> tuple[Offer, ...]:
    """The catalogue rows of a procedure that concern a unit; all of them when none does (a misfiled dossier)."""
    offers = lookups.offers.get(key, ())
    tier = lookups.tiers[unit]
    own = tuple(offer for offer in offers if offer.tier == tier and offer.unit_code in ("", unit))
    return own or offers


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


def _real_days(texts: pa.Array, days: pa.Array, vocabulary: Vocabulary) -> tuple[pa.Array, pa.Array]:
    """Both without what stands for no day: words, and the days with which systems fill an empty field."""
    never = pc.is_in(pc.cast(days, pa.date32()), value_set=_calendar_days(vocabulary.empty_days))
    unread = pc.if_else(pc.is_null(days), texts, pa.scalar(None, pa.string()))

    def nothing(text: str) -> str | None:
        return text if is_no_day(text, vocabulary) else None

    empty = pc.or_(never, pc.is_valid(_mapped(unread, nothing)))
    return tuple(pc.if_else(empty, pa.scalar(None, column.type), column) for column in (texts, days))


def _calendar_days(days: Iterable[tuple[int, int, int]]) -> pa.Array:
    """Those of the days that the calendar has."""
    found = []
    for day in days:
        with suppress(ValueError):
            found.append(date(*day))
    return pa.array(found, pa.date32())


def _coded(column: pa.Array, codes: dict[str, str]) -> pa.Array:
    return _mapped(column, lambda text: code_of(text, codes))


def _mapped(column: pa.Array, meaning: Callable[[str], str | None]) -> pa.Array:
    """Each distinct text through ``meaning`` once; null stays null."""
    encoded = column.dictionary_encode()
    values = pa.array([meaning(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return values.take(encoded.indices)


def _mapped_pairs(left: pa.Array, right: pa.Array, meaning: Callable[[str, str], str | None]) -> pa.Array:
    pairs, index = _distinct_pairs(left, right)
    values = pa.array([meaning(a, b) if a is not None and b is not None else None for a, b in pairs], pa.string())
    return values.take(pa.array(index))


def _distinct_pairs(left: pa.Array, right: pa.Array) -> tuple[list[tuple[Any, Any]], np.ndarray]:
    """The distinct pairs of two columns and, per row, the number of its pair."""
    a, b = (column.dictionary_encode(null_encoding="encode") for column in (left, right))
    width = max(len(b.dictionary), 1)
    combined = a.indices.to_numpy().astype(np.int64) * width + b.indices.to_numpy()
    distinct, index = np.unique(combined, return_inverse=True)
    lefts, rights = a.dictionary.to_pylist(), b.dictionary.to_pylist()
    return [(lefts[code // width], rights[code % width]) for code in distinct.tolist()], index


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
