"""Reads the dates of exports: text, ISO or Excel serials, with or without a time of day (contract §3)."""

import re
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_YEAR = 1900
# The forms that fill whole columns; DuckDB reads them one at a time ten times as fast as from a list.
_FORMATS = ("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-.](\d{1,2})[-.](\d{4})(?!\d)")


def moments(texts: pa.Array) -> pa.Array:
    """Local moments (timestamp, µs) from text; null where blank or unreadable.

    ``dd/mm/yyyy`` with or without ``HH:MM[:SS]``, ISO, Excel serials. A day that the calendar does
    not have is unreadable, and so is a year before 1900. A time that states its zone is brought to
    Asia/Ho_Chi_Minh: ``2020-06-09T17:00:00Z`` is the midnight in which 10 June begins.
    """
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), pa.timestamp("us"))
    encoded = texts.dictionary_encode()  # many columns hold days alone, a few hundred distinct texts
    attempts = ", ".join(f"try_strptime(text, '{form}')" for form in _FORMATS)
    distinct_texts = pa.table({"text": encoded.dictionary})  # noqa: F841 - DuckDB finds it by its name
    parsed = _connection().sql(f"SELECT coalesce({attempts}) AS moment FROM distinct_texts").to_arrow_table()
    found = parsed.column("moment").combine_chunks().cast(pa.timestamp("us"))
    odd = [odd_moment(text) for text in encoded.dictionary.filter(pc.is_null(found)).to_pylist()]
    if odd:
        found = pc.replace_with_mask(found, pc.is_null(found), pa.array(odd, pa.timestamp("us")))
    real = pc.if_else(pc.greater_equal(pc.year(found), FIRST_YEAR), found, pa.scalar(None, pa.timestamp("us")))
    return real.take(encoded.indices)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One connection for a process, made on first use: it costs as much as reading a column."""
    return duckdb.connect(config={"threads": 1})


def odd_moment(text: str) -> datetime | None:
    """One moment in a rarer form: ``10-06-2020``, ``10.06.2020 08:30``, ISO with zone, an Excel serial."""
    words = " ".join(text.split())
    if _SERIAL.fullmatch(words):
        # Day 1 is 1 January 1900, and Excel believes in 29 February 1900.
        seconds = round(float(words.replace(",", ".")) * 86400)
        return datetime(1899, 12, 30) + timedelta(seconds=seconds)
    if day_first := _DAY_FIRST.match(words):
        day, month, year = day_first.groups()
        words = f"{year}-{month:0>2}-{day:0>2}{words[day_first.end() :]}"
    if not re.match(r"\d{4}-\d{2}-\d{2}", words):
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(?<=[T ])(\d):", r"0\1:", words))
        local = moment.astimezone(LOCAL).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):  # the last evening of 9999 has no morning after it
        return None
    return local if local.year >= FIRST_YEAR else None
