"""Reads the days and periods that the title lines of an export name (contract §3)."""

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

import pyarrow as pa

from analysis.exports.moments import day_within, moments
from analysis.language.folding import fold
from analysis.reference.vocabulary import Vocabulary

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_MONTH = re.compile(r"(?P<month>\d{1,2})\s*[-/.]\s*(?P<year>\d{4})|(?P<year_>\d{4})\s*[-/.]\s*(?P<month_>\d{1,2})")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})")
_RANGE = re.compile(r"(?<!\w)từ (?:ngày )?\d[\d/.-]+\s*[–-]\s*(?:ngày )?(?=\d)")


class TitleDays(NamedTuple):
    """What the lines above a table say of its days: when it was exported, and the last day that it is about."""

    exported: date | None = None
    period_end: date | None = None


def title_days(lines: list[str], vocabulary: Vocabulary) -> TitleDays:
    """Of the folded lines above a table: the last day of export, the end of the period."""
    exported = next(reversed(days_after(lines, vocabulary.export_date)), None)
    return TitleDays(exported, period_end(lines, vocabulary))


def month_end(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_named(texts: list[str], vocabulary: Vocabulary) -> dict[str, date]:
    """The first day of the month that each text of a column names: 2020-06, 06/2020, Tháng 6/2020, a day of it.

    Days that are all of January have their month first, as Americans write it: they name none.
    """
    named = {text: month for text in texts if (month := _month_of(" ".join(text.split()), vocabulary))}
    others = [text for text in texts if text not in named]
    days = dict(zip(others, moments(pa.array(others, pa.string())).to_pylist(), strict=True))
    found = {text: day.date() for text, day in days.items() if day}
    swapped = {day.month for day in found.values()} == {1} and len(set(found.values())) > 1
    return named | {text: day.replace(day=1) for text, day in found.items() if not swapped}


def days_after(lines: list[str], labels: tuple[str, ...]) -> list[date]:
    """The days that follow one of the labels, a time or a weekday between at most."""
    if not labels:
        return []
    longest = tuple(sorted(labels, key=len, reverse=True))
    label = re.compile(rf"(?<!\w)(?<!văn ){_any_of(longest)}(?!\w)\s*[:–-]?\s*")
    found = [day_within(line[match.end() :]) for line in lines for match in label.finditer(line)]
    return [day for day in found if day]


def period_end(lines: list[str], vocabulary: Vocabulary) -> date | None:
    """The last day of the period that the lines name: by its days, else by months or quarters, else by a year alone."""
    days = days_after(lines, vocabulary.period_end)
    ranges = [day_within(line[match.end() :]) for line in lines for match in _RANGE.finditer(line)]
    if days or any(ranges):
        return max(day for day in [*days, *ranges] if day)
    whole = re.sub(r"ngày\b.*?năm \d{4}", "", " ".join(lines))  # of a document, or yet to be filled in
    found = [*_months_named(whole, vocabulary.periods), *_quarters_named(whole, vocabulary.periods)]
    found = found or _years_named(lines, vocabulary.periods)
    ends = [date(year, last, monthrange(year, last)[1]) for year, last in found if 1 <= last <= 12 and year >= 1900]
    return max(ends, default=None)


def period_named(lines: list[str], vocabulary: Vocabulary, starts: tuple[str, ...]) -> tuple[date, date] | None:
    """First and last day of the one period that the folded lines name; None where they name none, or several.

    ``starts`` are the words before a period's first day. ``9 tháng năm 2020`` begins with the year.
    """
    firsts, lasts = days_after(lines, starts), days_after(lines, vocabulary.period_end)
    if firsts or lasts:
        return (firsts[0], lasts[0]) if firsts and lasts and firsts[0] <= lasts[0] else None
    words, whole = vocabulary.periods, re.sub(r"ngày\b.*?năm \d{4}", "", " ".join(lines))
    months = [(year, 1 if counted else month, month) for year, month, counted in _named_months(whole, words)]
    quarters = [(year, last - 2, last) for year, last in _quarters_named(whole, words, before="")]
    found = set(months + quarters) or {(year, 1, 12) for year, _ in _years_named(lines, words)}
    if len(found) != 1:
        return None
    year, first, last = found.pop()
    is_month = 1 <= first <= last <= 12 and year >= 1900
    return (date(year, first, 1), date(year, last, monthrange(year, last)[1])) if is_month else None


def _month_of(text: str, vocabulary: Vocabulary) -> date | None:
    if written := _MONTH.fullmatch(text):
        year, month = (int(written[name] or written[f"{name}_"]) for name in ("year", "month"))
    elif compact := _COMPACT.fullmatch(text):
        year, month = int(compact[1]), int(compact[2])
    else:
        period = period_named([fold(text)], vocabulary, ())
        year, month = (period[0].year, period[0].month) if period and period[1] == month_end(period[0]) else (0, 0)
    return date(year, month, 1) if 1 <= month <= 12 and year >= 1900 else None


def _months_named(text: str, periods: dict[str, tuple[str, ...]]) -> list[tuple[int, int]]:
    """Year and month: ``Tháng 9 năm 2020``, ``tháng 09/2020``, ``9 tháng năm 2020``, ``6 tháng đầu năm 2020``."""
    return [(year, month) for year, month, _ in _named_months(text, periods)]


def _named_months(text: str, periods: dict[str, tuple[str, ...]]) -> list[tuple[int, int, bool]]:
    """With whether so many months are meant, not the one of that number."""
    month = _any_of(periods["month"])
    counted = rf"(?<!\w)(?P<month>\d{{1,2}}) {month}(?: đầu)? năm (?P<year>\d{{4}})(?!\d)"
    named = rf"(?<!\w){month}:? (?P<month>\d{{1,2}})(?: ?[/-] ?|,? năm:? | )(?P<year>\d{{4}})(?!\d)"
    return [
        (int(one["year"]), int(one["month"]), form is counted)
        for form in (counted, named)
        for one in re.finditer(form, text)
    ]


def _quarters_named(
    text: str, periods: dict[str, tuple[str, ...]], before: str = r"(?:[1-4ivx]{1,3}(?:, ?| và | ?- ?))*"
) -> list[tuple[int, int]]:
    """Year and last month: ``Quý III năm 2020``, ``Quý 1/2020``, ``Quý I, II năm 2020`` unless none may stand
    ``before`` the last.
    """
    form = (
        rf"(?<!\w){_any_of(periods['quarter'])} (?:thứ )?{before}([1-4]|[ivx]{{1,3}})(?: ?/ ?|,? năm )(\d{{4}})(?!\d)"
    )
    found = [(int(year), _ROMAN.get(which) or int(which, 36)) for which, year in re.findall(form, text)]
    return [(year, 3 * which) for year, which in found]


def _years_named(lines: list[str], periods: dict[str, tuple[str, ...]]) -> list[tuple[int, int]]:
    """Year and December where a line names a year alone, or a list of it: ``Năm 2020``, ``Danh sách năm 2020``."""
    form = re.compile(rf"(?:{_any_of(periods['title'])}\b\D*)?{_any_of(periods['year'])} (\d{{4}})")
    return [(int(one[1]), 12) for line in lines if (one := form.fullmatch(line))]


def _any_of(words: tuple[str, ...]) -> str:
    """A pattern for any of the words; for none where there are none."""
    return f"(?:{'|'.join(map(re.escape, words))})" if words else r"(?!)"
