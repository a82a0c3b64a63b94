"""What a reader sees of a table: headings from ``columns.toml``, codes in words, numbers as Vietnamese readers do."""

import html
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.comparison import ABOVE, AS_EXPECTED, BELOW
from analysis.definitions import Columns, load_columns
from analysis.errors import N_
from analysis.figures import Report
from analysis.language import Language
from analysis.sections import REASONS, TIER_WORDS, VERDICTS
from analysis.writing import undirected

_NAMING = ("code", "text", "date", "month")  # types of columns that name a row rather than measure it
_CHANNELS = {"online": N_("online"), "counter": N_("at the counter"), "post": N_("by post")}
_APPLICANTS = {
    **{"citizen": N_("citizen"), "business": N_("business")},
    **{"organisation": N_("organisation"), "agency": N_("state agency")},
}
_SOURCES = {
    **{"provincial_portal": N_("provincial portal"), "national_portal": N_("national portal")},
    **{"one_stop": N_("one-stop system"), "ministry_system": N_("a ministry's system"), "paper": N_("on paper")},
}
_STATES = {
    **{"not_accepted": N_("not accepted"), "processing": N_("in progress"), "supplement": N_("awaits a supplement")},
    **{"resolved": N_("resolved"), "refused": N_("refused"), "withdrawn": N_("withdrawn")},
}
_AGAINST = {ABOVE: N_("clearly higher"), BELOW: N_("clearly lower"), AS_EXPECTED: N_("not clearly different")}
_WINDOWS = {"month": N_("month"), "quarter": N_("quarter"), "to_date": N_("to date")}
# What codes are in words; ``<table>.<column>`` goes before ``<column>``, as in columns.toml.
_CODES: dict[str, dict[str, str]] = {
    **{"channel": _CHANNELS, "applicant": _APPLICANTS, "source": _SOURCES, "dossiers.status": _STATES},
    **{"against_target": _AGAINST, "against_tier": _AGAINST},
    **{"tier": TIER_WORDS, "window": _WINDOWS, "status": VERDICTS, "rejects.reason": REASONS},
}


@dataclass(frozen=True)
class Column:
    """A column as a reader sees it: its ``heading``; its type and ``codes`` are those of ``columns.toml``."""

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
            return self.word(value), False
        if pd.api.types.is_bool(value):
            return language.text(N_("Yes") if value else N_("No")), False
        if not isinstance(value, Real):
            return str(value), False
        if self.kind == "points" or self.name == "gap":
            return language.points(float(value)), True
        if self.kind == "share":
            return language.percent(float(value)), True
        return language.number(round(float(value), 3)), True

    def word(self, code: Any) -> Any:
        """A code in words; another value as it is."""
        return self.language.text(self.codes[code]) if isinstance(code, str) and code in self.codes else code


def column(name: Any, about: str, report: Report | None) -> Column:
    """A column of a table that is ``about`` something; without a run its name is its heading."""
    language = report.language if report else Language()
    keys = [f"{about}.{name}", str(name)]
    known = _columns(str(report.reference.folder)).columns if report else {}
    words = next((known[key] for key in keys if key in known), None)
    plain = " · ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)
    return Column(
        name=name,
        heading=words.title[language.code] if words else plain,
        kind=words.type if words else "",
        counts=bool(words and words.unit),
        codes=next((_CODES[key] for key in keys if key in _CODES), {}),
        language=language,
    )


@cache
def _columns(folder: str) -> Columns:
    return load_columns(Path(folder))


def escaped(text: str) -> str:
    """Text from data as HTML that turns no direction."""
    return html.escape(undirected(text))
