"""What a reader sees of a table: headings from ``columns.toml``, codes in words, numbers as Vietnamese readers do."""

import html
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from math import floor, isfinite, log10
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd
from babel.numbers import format_decimal

from analysis.dossiers.sights import REASONS
from analysis.findings.report import Report
from analysis.language.texts import N_, Language
from analysis.presentation import words as told
from analysis.reference.columns import Columns, load_columns
from analysis.storage.writing import undirected

_NAMING = ("code", "text", "date", "month")  # types of columns that name a row rather than measure it
# What codes are in words; ``<table>.<column>`` goes before ``<column>``, as in columns.toml.
_CODES: dict[str, dict[str, str]] = {
    **{"channel": told.CHANNELS, "applicant": told.APPLICANTS, "source": told.SOURCES},
    **{"dossiers.status": told.STATES, "level_source": told.LEVEL_SOURCES, "scope": told.SCOPES},
    **{
        "measure": told.MEASURES,
        "files.status": told.FILES_ALONE,
        "method": told.METHODS,
        "tier": told.TIER_WORDS,
        "ask": told.METHODS,
    },
    **{"against_target": told.AGAINST_IN_TABLES, "against_tier": told.AGAINST_IN_TABLES, "window": told.WINDOWS},
    **{"status": told.VERDICTS, "rejects.reason": REASONS},
}
OF_ONE = ("value", "minimum", "gap")  # in official tables at most one
_MIDDLES = ("mean", "median", "min", "max")
_SMALL = 0.0005  # what is smaller would be rounded to nothing
# What pandas calls that which it counts and sums.
_SUMMARIES = {
    **{"count": N_("count"), "size": N_("number of rows")},
    **{"sum": N_("sum"), "mean": N_("mean"), "median": N_("median"), "min": N_("minimum"), "max": N_("maximum")},
    **{"std": N_("standard deviation"), "proportion": N_("share")},
}


@dataclass(frozen=True)
class Column:
    """A column as a reader sees it: its ``heading``, its type (as in ``columns.toml``), its codes in words."""

    name: Any
    heading: str
    kind: str
    counts: bool
    codes: dict[str, str]
    language: Language

    @property
    def naming(self) -> bool:
        """Whether its values name a row rather than measure it."""
        return self.kind in _NAMING or (self.kind == "integer" and not self.counts)

    def shown(self, value: Any) -> tuple[str, bool]:
        """What a reader sees of a value, and whether it is a number."""
        language = self.language
        if pd.api.types.is_scalar(value) and pd.isna(value):
            return "–", False
        if isinstance(value, datetime):
            return (language.moment(value) if (value.hour or value.minute) else language.date(value)), False
        if isinstance(value, date):
            return language.date(value), False
        if isinstance(value, str):
            return self._day(value) or self.word(value) or "–", False
        if pd.api.types.is_bool(value):
            return language.text(N_("Yes") if value else N_("No")), False
        if not isinstance(value, Real):
            return str(value), False
        if self.kind == "points":
            return language.points(float(value)), True
        if self.kind == "share":
            return language.percent(float(value)), True
        if self.kind in ("date", "month") or self.name in ("year", "row"):
            return str(value), True  # a part of days, a place in a file: 2020 is no count of two thousand
        return _plain_number(float(value), language), True

    def suited(self, values: Iterable[Any]) -> "Column":
        """As it is; as plain numbers where these cannot be shares of one: an analyst may have made per cent of them."""
        name = self.name[0] if isinstance(self.name, tuple) else self.name
        numbers = (float(one) for one in values if isinstance(one, Real) and not pd.isna(one))
        return replace(self, kind="number") if name in OF_ONE and any(abs(one) > 1 for one in numbers) else self

    def _day(self, text: str) -> str:
        """A day as tables write it in the reader's order; "" for another text."""
        if self.kind != "date":
            return ""
        try:
            return self.language.date(date.fromisoformat(text))
        except ValueError:
            return ""

    def word(self, code: Any) -> Any:
        """A code in words; another value as it is."""
        return self.codes.get(code, code) if isinstance(code, str) else code


def language_of(report: Report | None) -> Language:
    """The reader's language; Vietnamese where a table is of no run."""
    return report.language if report else Language()


def column(name: Any, about: str, report: Report | None, known: Collection[str] | None = None) -> Column:
    """A column of a table that is ``about`` something; without a run its name is its heading, nor is a column described
    that is not among the ``known``: an analyst may call one ``share`` or ``rank`` and mean another thing by it.
    """
    language = language_of(report)
    keys = [f"{about}.{name}", str(name)] if known is None or name in known else []
    of_shares = isinstance(name, tuple) and name[-1] in _MIDDLES  # these are shares, too
    kind = column(name[0], about, report, known).kind if of_shares else ""
    definitions = _columns(str(report.reference.folder)).columns if report else {}
    words = next((definitions[key] for key in keys if key in definitions), None)
    codes = next((_CODES[key] for key in keys if key in _CODES), {})
    return Column(
        name=name,
        heading=words.title[language.code] if words else _plain_heading(name, about, report, known),
        kind="points" if words and name == "gap" else words.type if words else kind,
        counts=bool(words and words.unit),
        codes={code: language.text(word) for code, word in codes.items()},
        language=language,
    )


def _plain_heading(name: Any, about: str, report: Report | None, known: Collection[str] | None) -> str:
    """Of a column that nothing describes: what pandas counted, the parts of a name, or nothing for no name."""
    if isinstance(name, tuple):
        return " · ".join(part for part in (column(one, about, report, known).heading for one in name) if part)
    if name in _SUMMARIES:
        return language_of(report).text(_SUMMARIES[name])
    return "" if name is None else "–" if pd.isna(name) else str(name)


def _plain_number(value: float, language: Language) -> str:
    """With three decimals, or three digits of a number that is smaller: what is there is never shown as nothing."""
    if not isfinite(value):
        return "∞" if value > 0 else "−∞"
    digits = 3 if abs(value) >= _SMALL or not value else 2 - floor(log10(abs(value)))
    shown = format_decimal(Decimal(repr(round(value, digits))), "#,##0." + "#" * digits, language.code)
    return shown.replace("-", "−")


@cache
def _columns(folder: str) -> Columns:
    return load_columns(Path(folder))


def escaped(text: str) -> str:
    """Text from data as HTML that turns no direction."""
    return html.escape(undirected(text))
