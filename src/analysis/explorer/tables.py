"""Tables that know the run they come from, show themselves with Vietnamese headings, and stay DataFrames."""

import html
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.attainment import ATTAINED, NOT_ATTAINED
from analysis.definitions import Columns, ColumnWords, load_columns
from analysis.errors import N_
from analysis.figures import Report
from analysis.language import Language
from analysis.sections import ICONS, VERDICTS, stylesheet
from analysis.writing import undirected

MOST_ROWS = 20  # that a table shows of itself
_CHANNELS = {"online": N_("online"), "counter": N_("at the counter"), "post": N_("by post")}
_APPLICANTS = {
    **{"citizen": N_("citizen"), "business": N_("business")},
    **{"organisation": N_("organisation"), "agency": N_("state agency")},
}
_TIERS = {"province": N_("Department"), "district": N_("District"), "commune": N_("Commune")}
_WINDOWS = {"month": N_("month"), "quarter": N_("quarter"), "to_date": N_("to date")}
WORDS = {"channel": _CHANNELS, "applicant": _APPLICANTS, "tier": _TIERS, "window": _WINDOWS, "status": VERDICTS}


@dataclass(frozen=True, eq=False, repr=False)
class Context:
    """The run that a table comes from; carried along when rows are chosen."""

    report: Report
    month: str

    def __deepcopy__(self, memo: Any) -> "Context":
        return self

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self.report.language


class Table(pd.DataFrame):  # type: ignore[misc]  # pandas is looked at without types here
    """A DataFrame of a run; ``context`` is the run, kept by whatever chooses rows or columns of it or joins them."""

    _metadata = ["context"]  # noqa: RUF012  # as pandas wants it
    context: Context | None = None

    @property
    def _constructor(self) -> type["Table"]:
        return Table

    def __finalize__(self, other: Any, method: str | None = None, **kwargs: Any) -> "Table":
        """As pandas has it, and tables that are joined keep the run of the first that has one."""
        made: Table = super().__finalize__(other, method=method, **kwargs)
        joined = (getattr(one, "context", None) for one in getattr(other, "input_objs", ()))
        made.context = made.context or next((context for context in joined if context), None)
        return made

    def _repr_html_(self) -> str:
        """The first rows with headings, numbers and dates in the reader's language; attained or not in colour."""
        language = self.context.language if self.context else Language()
        shown = _with_index(self.head(MOST_ROWS))
        heads = "".join(f"<th scope='col'>{escaped(_heading(name, self.context))}</th>" for name in shown.columns)
        rows = "".join(
            _row(values, list(shown.columns), self.context) for values in shown.itertuples(index=False, name=None)
        )
        more = len(self) - len(shown)
        note = (
            f"<p class='note'>{language.text(N_('… and {count} more rows'), count=language.number(more))}</p>"
            if more
            else ""
        )
        style = f"<style>{stylesheet()}</style>"
        return (
            f"{style}<div class='dvctt'><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{note}</div>"
        )


def table(frame: pd.DataFrame, context: Context | None) -> Table:
    """``frame`` as a table of the run."""
    made = Table(frame)
    made.context = context
    return made


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """A plain DataFrame with headings and codes in the reader's words, for Excel, say."""
    context = getattr(frame, "context", None)
    language = context.language if context else Language()
    words = {
        name: {code: language.text(word) for code, word in WORDS[name].items()}
        for name in frame.columns
        if name in WORDS
    }
    told = pd.DataFrame(frame).astype(dict.fromkeys(words, "object"))
    told = told.assign(**{name: told[name].map(lambda code, of=of: of.get(code, code)) for name, of in words.items()})
    return told.rename(columns={name: _heading(name, context) for name in frame.columns})


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """The index as columns where it says something: grouped, counted, named; row numbers say nothing."""
    index = frame.index
    numbers = index.nlevels == 1 and pd.api.types.is_integer_dtype(index.dtype)
    if numbers and index.name is None:
        return frame
    names = ["" if name is None else name for name in index.names]
    columns = [*names, *frame.columns]
    parts = [pd.Series(index.get_level_values(at)) for at in range(index.nlevels)]
    whole = pd.concat([*parts, pd.DataFrame(frame).reset_index(drop=True)], axis=1)
    whole.columns = pd.Index(columns, tupleize_cols=False)
    return whole


def _row(values: tuple[Any, ...], names: list[str], context: Context | None) -> str:
    cells = "".join(_cell(name, value, context) for name, value in zip(names, values, strict=True))
    return f"<tr>{cells}</tr>"


def _cell(name: str, value: Any, context: Context | None) -> str:
    language = context.language if context else Language()
    kind = _words(name, context)
    text, numeric = shown(value, kind.type if kind else "", name, language)
    look = "count" if numeric else ""
    if name == "status" and value in (ATTAINED, NOT_ATTAINED):
        look, text = str(value), f"{ICONS[value]} {text}"
    return f"<td class='{look}'>{escaped(text)}</td>"


def shown(value: Any, kind: str, name: str, language: Language) -> tuple[str, bool]:
    """What a reader sees of a value of a column, and whether it is a number."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "–", False
    if isinstance(value, datetime):
        return (language.moment(value) if (value.hour or value.minute) else language.date(value)), False
    if isinstance(value, date):
        return language.date(value), False
    if isinstance(value, str):
        return language.text(WORDS[name][value]) if value in WORDS.get(name, {}) else value, False
    if pd.api.types.is_bool(value):
        return language.text(N_("Yes") if value else N_("No")), False
    if not isinstance(value, Real):
        return str(value), False
    if kind == "share":
        return language.percent(float(value)), True
    if kind == "points" or name == "gap":
        return language.points(float(value)), True
    return language.number(round(float(value), 3)), True


def _heading(name: Any, context: Context | None) -> str:
    words = _words(name, context)
    if words and context:
        return words.title[context.language.code]
    return " · ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)


def _words(name: Any, context: Context | None) -> ColumnWords | None:
    return _columns(str(context.report.reference.folder)).columns.get(str(name)) if context else None


@cache
def _columns(folder: str) -> Columns:
    return load_columns(Path(folder))


def escaped(text: str) -> str:
    """Text from data as HTML that turns no direction."""
    return html.escape(undirected(text))
