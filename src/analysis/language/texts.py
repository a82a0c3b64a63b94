"""Words, numbers and dates in the reader's language: Vietnamese by default, English on request."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern, parse_pattern
from babel.support import Translations

LANGUAGES = ("vi", "en")


def N_(template: str) -> str:
    """Mark a template for the translation catalogue without translating it yet."""
    return template


@dataclass(frozen=True)
class Language:
    """One of ``LANGUAGES``; every text, number and date that a reader sees passes through here."""

    code: str = "vi"

    def text(self, template: str, **details: Any) -> str:
        """Translate a message id and fill its ``{named}`` details."""
        return _catalogue(self.code).gettext(template).format(**details)

    def number(self, value: float) -> str:
        """A count or quantity: ``1598`` → ``1.598`` (vi), ``1,598`` (en)."""
        locale = _locale(self.code)
        return locale.decimal_formats[None].apply(value, locale)

    def percent(self, value: Fraction | float | None, digits: int = 1) -> str:
        """A share of one as per cent: ``0.189`` → ``18,9 %``; ``None`` or NaN → ``–``."""
        if value is None or value != value:
            return "–"
        return f"{self.share(value, digits)} %" if self.code == "vi" else f"{self.share(value, digits)}%"

    def share(self, value: Fraction | float, digits: int = 1) -> str:
        """As ``percent`` without its sign, for a table that has it in its head: ``18,9``."""
        return self._rounded(value, digits)

    def points(self, value: Fraction | float | None, digits: int = 1) -> str:
        """A difference of shares in percentage points, with its sign: ``+3,2`` or ``−10,0``."""
        if value is None or value != value:
            return "–"
        sign = "−" if value < 0 else "+"
        return sign + self._rounded(-value if value < 0 else value, digits)

    def decimal(self, value: float, digits: int = 3) -> str:
        """A number with decimals: ``0,049`` (vi), ``0.049`` (en)."""
        return _pattern("0." + "0" * digits).apply(Decimal(f"{value:.{digits}f}"), _locale(self.code))

    def _rounded(self, share: Fraction | float, digits: int) -> str:
        exact = (
            Decimal(share.numerator) / Decimal(share.denominator)
            if isinstance(share, Fraction)
            else Decimal(repr(float(share)))
        )
        hundred = (exact * 100).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
        return _pattern("#,##0" + ("." + "0" * digits if digits else "")).apply(hundred, _locale(self.code))

    def written_date(self, day: date) -> str:
        """As an official text writes it in a sentence: ``05 tháng 02 năm 2020`` (vi; a day under ten and January and
        February have a 0 before them: Nghị định 30/2020/NĐ-CP, annex I), ``5 February 2020`` (en).
        """
        if self.code == "vi":
            return f"{day:%d} tháng {day.month:0{2 if day.month < 3 else 1}} năm {day:%Y}"
        return format_date(day, "d MMMM yyyy", locale=self.code)

    def date(self, day: date) -> str:
        """``29/09/2020`` (vi), ``29 Sep 2020`` (en)."""
        return format_date(day, "dd/MM/yyyy" if self.code == "vi" else "d MMM yyyy", locale=self.code)

    def moment(self, moment: datetime) -> str:
        """A date with hours and minutes."""
        return format_datetime(
            moment, "HH:mm dd/MM/yyyy" if self.code == "vi" else "d MMM yyyy, HH:mm", locale=self.code
        )

    def size(self, count: int) -> str:
        """A file's size: ``824 KB``, ``1,2 MB``."""
        kilobytes = count / 1_000
        if kilobytes < 1_000:
            return f"{self.number(max(round(kilobytes), 1))} KB"
        return f"{self.decimal(kilobytes / 1_000, 1)} MB"

    def within(self, name: str) -> str:
        """A place's name inside a sentence: in Vietnamese its generic noun is lower case (Nghị định 30/2020/NĐ-CP,
        annex II), in English it stands as it is; so does an abbreviation.
        """
        return name[:1].lower() + name[1:] if self.code == "vi" and name[1:2].islower() else name

    def listed(self, items: list[str]) -> str:
        """Items in a sentence: ``A, B và C`` (vi), ``A, B, and C`` (en)."""
        return format_list(items, locale=self.code)

    def month(self, month: str) -> str:
        """``yyyy-mm`` as a month in words: ``tháng 9/2020`` (vi), ``September 2020`` (en)."""
        year, number = (int(part) for part in month.split("-"))
        if self.code == "vi":
            return f"tháng {number}/{year}"
        return format_skeleton("yMMMM", datetime(year, number, 1), locale=self.code)


class OfficialLanguage(Language):
    """A language as official texts write it: a day in a sentence is in words."""

    def date(self, day: date) -> str:
        """As ``written_date``."""
        return self.written_date(day)


@cache
def _catalogue(code: str) -> NullTranslations:
    """The gettext catalogue, compiled in memory so that the ``.po`` file is its only source."""
    source = files("analysis.language") / "locale" / code / "LC_MESSAGES" / "analysis.po"
    if not source.is_file():
        return NullTranslations()  # message ids are English already
    compiled = io.BytesIO()
    with source.open("rb") as handle:
        write_mo(compiled, read_po(handle, locale=code))
    compiled.seek(0)
    return Translations(compiled, domain="analysis")


@cache
def _locale(code: str) -> Locale:
    """Kept, as patterns are: ``format_decimal`` looks both up for each of the thousands of numbers on a page."""
    return Locale.parse(code)


@cache
def _pattern(form: str) -> NumberPattern:
    return parse_pattern(form)
