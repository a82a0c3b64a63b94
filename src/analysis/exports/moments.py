"""Reads the dates of exports: text, ISO or Excel serials, with or without a time of day (contract §3)."""

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from analysis.exports.distinct import mapped
from analysis.language.clock import LOCAL
from analysis.language.folding import fold
from analysis.reference.vocabulary import Vocabulary

FIRST_YEAR = 1900
# The forms that fill whole columns; DuckDB reads them one at a time ten times as fast as from a list.
_FORMATS = ("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}) ?(?::|giờ|[hg])(?: ?(?P<minute>\d{1,2})(?: ?(?:phút|['p](?![a-z])))?"
    r"(?: ?: ?(?P<second>\d{1,2})(?:[.,]\d+)?)?)?"
    r"(?: ?(?P<half>sa|ch|sáng|chiều|tối|am|pm|a\.m\.|p\.m\.))?"
    r"(?: ?\(?(?P<zone>z|(?:gmt ?|utc ?)?[+-]\d{1,2}(?::?\d{2})?)\)?(?: ?\([^()]*\))?)?(?![\w:])"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = re.compile(
    r"\(?\b(?:thứ|t) ?(?:[2-7]|hai|ba|tư|năm|sáu|bảy|bẩy)\b,?\)?|\(?\b(?:chủ nhật|cn)\b,?\)?"
    r"|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b[.,]?|\bngày\b:?|\b(?:vào )?lúc\b"
)
# A day in each order that is told by its form.
_DAYS = [
    re.compile(form)
    for form in (
        r"(?P<day>\d{1,2}) ?(?P<sign>[-/.\\]) ?(?P<month>\d{1,2}) ?(?P=sign) ?(?P<year>\d{4})(?!\d)",
        r"(?P<year>\d{4}) ?(?P<sign>[-/.]) ?(?P<month>\d{1,2}) ?(?P=sign) ?(?P<day>\d{1,2})(?!\d)",
        r"(?P<day>\d{1,2})[- ]?(?:tháng|thg|th)[ .]*(?P<month>\d{1,2})[-, ]*(?:năm)? ?(?P<year>\d{4})(?!\d)",
        rf"(?P<day>\d{{1,2}})[-/ ](?P<name>{'|'.join(_MONTHS)})[a-z]*[-/, ]+(?P<year>\d{{4}}|\d{{2}})(?!\d)",
        rf"(?P<name>{'|'.join(_MONTHS)})[a-z]* (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})(?!\d)",
        r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)",
    )
]
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[t ]?(\d{2})(\d{2})(\d{2})?)?")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_AFTERNOON = ("ch", "chiều", "tối", "pm")
_SECOND_OF = r"/\d{1,2}/\d{4}(?:\D|$)"  # what follows the first part of a day with slashes
_SEVERAL = 3  # different days that no typing error makes
_ENGLISH = ("am", "pm", "a.m.", "p.m.")
_BETWEEN = " ,-–t().:"
_MILLISECONDS = re.compile(r"1\d{12}")  # since 1970, as JavaScript writes them
_SHORT_YEAR = re.compile(r"(?P<first>\d{1,2})([/.-])(?P<second>\d{1,2})\2(?P<year>\d{2})(?P<rest>(?:\D.*)?)", re.DOTALL)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}\b.*\d ?[ap]\.?m\.?$", re.IGNORECASE)


def moments(texts: pa.Array) -> pa.Array:
    """Local moments (timestamp, µs) from text; null where blank or unreadable.

    Every form of contract §3. A day that the calendar does not have is unreadable, and so is a year before 1900. A time
    that states its zone is brought to Asia/Ho_Chi_Minh: ``2020-06-09T17:00:00Z`` is the midnight in which 10 June
    begins. Where ``AM`` and ``PM``, or a year of two digits (``27/7/20``), make day and month doubtful, the column
    tells which comes first, or none is read. A column whose second parts exceed 12 several times, and its first ones
    never, has the month first.
    """
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), pa.timestamp("us"))
    encoded = texts.dictionary_encode()  # many columns hold days alone, a few hundred distinct texts
    attempts = ", ".join(f"try_strptime(text, '{form}')" for form in _FORMATS)
    distinct_texts = pa.table({"text": encoded.dictionary})  # noqa: F841 - DuckDB finds it by its name
    parsed = _connection().sql(f"SELECT coalesce({attempts}) AS moment FROM distinct_texts").to_arrow_table()
    found = parsed.column("moment").combine_chunks().cast(pa.timestamp("us"))
    if american := _is_american(encoded.dictionary):
        slashed = pc.match_substring_regex(encoded.dictionary, rf"^ *\d{{1,2}}{_SECOND_OF}")
        found = pc.if_else(slashed, pa.scalar(None, pa.timestamp("us")), found)
    # DuckDB would read such a year as one of the first century.
    found = pc.if_else(pc.less(pc.year(found), FIRST_YEAR), pa.scalar(None, pa.timestamp("us")), found)
    strange = encoded.dictionary.filter(pc.is_null(found)).to_pylist()
    first = "month" if american else _first_of(strange)
    odd = [odd_moment(text, first) for text in _whole_years(strange)]
    if odd:
        found = pc.replace_with_mask(found, pc.is_null(found), pa.array(odd, pa.timestamp("us")))
    return found.take(encoded.indices)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One connection for a process, made on first use: it costs as much as reading a column."""
    return duckdb.connect(config={"threads": 1})


def day_parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a text as they are written, whether or not the calendar has them: ``00/00/0000``."""
    words = _plain(text)
    if compact := _COMPACT.fullmatch(words):
        return int(compact[1]), int(compact[2]), int(compact[3])
    found = next((found for form in _DAYS[:2] if (found := form.search(words))), None)
    return (int(found["year"]), int(found["month"]), int(found["day"])) if found else None


def is_no_day(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text stands for no day: a word, or a day with which systems fill an empty field."""
    return fold(text) in vocabulary.no_day or day_parts(text) in vocabulary.empty_days


def real_days(texts: pa.Array, days: pa.Array, vocabulary: Vocabulary) -> tuple[pa.Array, pa.Array]:
    """Both without what stands for no day: words, and the days with which systems fill an empty field."""
    never = pc.is_in(pc.cast(days, pa.date32()), value_set=_calendar_days(vocabulary.empty_days))
    unread = pc.if_else(pc.is_null(days), texts, pa.scalar(None, pa.string()))

    def nothing(text: str) -> str | None:
        return text if is_no_day(text, vocabulary) else None

    empty = pc.or_(never, pc.is_valid(mapped(unread, nothing)))
    return tuple(pc.if_else(empty, pa.scalar(None, column.type), column) for column in (texts, days))


def _calendar_days(days: Iterable[tuple[int, int, int]]) -> pa.Array:
    """Those of the days that the calendar has."""
    found = []
    for day in days:
        with suppress(ValueError):
            found.append(date(*day))
    return pa.array(found, pa.date32())


def day_within(text: str) -> date | None:
    """The day at the beginning of a text, behind a time or a weekday at most; none where AM or PM make it doubtful."""
    words = _plain(text)[:60]
    clock = _CLOCK.match(words)
    words = words[clock.end() :] if clock else words
    day = next((found for form in _DAYS if (found := form.match(words.lstrip(" ,:–-")))), None)
    if not day or (day.re is _DAYS[0] and re.search(r"\d ?[ap]\.?m\b", text[:60], re.IGNORECASE)):
        return None
    with suppress(ValueError):
        return _moment(day, None, False).date()
    return None


def odd_moment(text: str, first: str = "") -> datetime | None:
    """One moment in a rarer form; ``first`` is what comes first beside AM and PM: ``day``, ``month`` or unknown."""
    words = _plain(text)
    try:
        local = _counted(words) or _written(words, first)
    except (ValueError, OverflowError):  # the last evening of 9999 has no morning after it
        return None
    return local if local and local.year >= FIRST_YEAR else None


def _plain(text: str) -> str:
    """Lower case, white space collapsed, no weekday."""
    words = " ".join(unicodedata.normalize("NFC", text).lower().split())
    return " ".join(_WEEKDAY.sub(" ", words).split()) if not words.isdecimal() else words


def _counted(words: str) -> datetime | None:
    """A number: days in Excel's reckoning, milliseconds since 1970, or the digits of a day and a time."""
    if _SERIAL.fullmatch(words):
        # Day 1 is 1 January 1900, and Excel believes in 29 February 1900.
        seconds = round(float(words.replace(",", ".")) * 86400)
        return datetime(1899, 12, 30) + timedelta(seconds=seconds)
    if _MILLISECONDS.fullmatch(words):
        return datetime.fromtimestamp(int(words) / 1000, LOCAL).replace(tzinfo=None)
    compact = _COMPACT.fullmatch(words)
    return datetime(*(int(part or 0) for part in compact.groups())) if compact else None  # type: ignore[arg-type]


def _written(words: str, first: str) -> datetime | None:
    """A day with a time before or behind it, and nothing else."""
    day = next((found for form in _DAYS if (found := form.search(words))), None)
    if not day:
        return None
    rest = words[: day.start()], words[day.end() :]
    clock = next((found for part in rest if (found := _CLOCK.search(part))), None)
    left = " ".join(part.replace(clock[0], " ", 1) if clock and clock[0] in part else part for part in rest)
    if left.strip(_BETWEEN) or (clock and clock["half"] in _ENGLISH and not (first and day.re is _DAYS[0])):
        return _named_month(day, clock, left)
    return _moment(day, clock, first == "month")


def _named_month(day: re.Match[str], clock: re.Match[str] | None, left: str) -> datetime | None:
    """With AM or PM, where the day's form tells which part is the month."""
    told = day.re is not _DAYS[0] and not left.strip(_BETWEEN)
    return _moment(day, clock, False) if told else None


def _moment(day: re.Match[str], clock: re.Match[str] | None, month_first: bool) -> datetime:
    parts = day.groupdict()
    month = _MONTHS.index(parts["name"]) + 1 if parts.get("name") else int(parts["month"])
    number, year = int(parts["day"]), int(parts["year"])
    if month_first:
        number, month = month, number
    moment = datetime(year + 2000 * (len(parts["year"]) == 2), month, number)
    if not clock:
        return moment
    hour, minute, second = (int(clock[name] or 0) for name in ("hour", "minute", "second"))
    half = (clock["half"] or "").replace(".", "")
    later = half in _AFTERNOON
    if half and (hour > 23 or (hour > 12 and not later)):
        raise ValueError
    hour = hour % 12 + 12 * later if half and hour <= 12 else hour
    if (hour, minute, second) == (24, 0, 0):  # the end of the day
        return moment.replace(hour=23, minute=59, second=59)
    moment = moment.replace(hour=hour, minute=minute, second=second)
    zone = (clock["zone"] or "").removeprefix("gmt").removeprefix("utc").strip()
    return moment.replace(tzinfo=_zone(zone)).astimezone(LOCAL).replace(tzinfo=None) if zone else moment


def _zone(text: str) -> timezone:
    if text == "z":
        return UTC
    hours, minutes = re.fullmatch(r"[+-](\d{1,2}):?(\d{2})?", text).groups()  # type: ignore[union-attr]
    shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-shift if text[0] == "-" else shift)


def _is_american(texts: pa.Array) -> bool:
    """Whether a column's days have the month first: what else than a day is above 12?"""
    later = texts.filter(pc.match_substring_regex(texts, r"^ *\d{1,2}/(?:1[3-9]|[2-9]\d)/\d{4}(?:\D|$)"))
    if len({text.split()[0] for text in later.to_pylist()}) < _SEVERAL:
        return False
    return not pc.any(pc.match_substring_regex(texts, rf"^ *(?:1[3-9]|[2-9]\d){_SECOND_OF}")).as_py()


def _whole_years(texts: list[str]) -> list[str]:
    """With years of two digits as those of this century, where several days above 12 in one place, and none in the
    other, say that they are days: 20/07/01 has a year there, which is one or two.
    """
    short = {text: found for text in texts if (found := _SHORT_YEAR.fullmatch(text.strip()))}
    firsts, seconds = ({int(found[name]) for found in short.values()} for name in ("first", "second"))
    days_first, months_first = (sum(part > 12 for part in parts) >= _SEVERAL for parts in (firsts, seconds))
    if days_first == months_first or max(seconds if days_first else firsts) > 12:
        return texts
    order = "{first}/{second}" if days_first else "{second}/{first}"
    return [
        f"{order.format(**short[text].groupdict())}/20{short[text]['year']}{short[text]['rest']}"
        if text in short
        else text
        for text in texts
    ]


def _first_of(texts: list[str]) -> str:
    """What stands first in a column's days beside AM and PM: told where one part exceeds 12, and never the other."""
    pairs = [(int(found[1]), int(found[2])) for text in texts if (found := _AMERICAN.match(" ".join(text.split())))]
    days_first, months_first = any(first > 12 for first, _ in pairs), any(second > 12 for _, second in pairs)
    if days_first == months_first:
        return ""
    return "day" if days_first else "month"
