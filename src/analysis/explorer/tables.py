"""Tables that know the run they come from, show themselves with Vietnamese headings, and stay DataFrames."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import pandas as pd

from analysis.attainment import ATTAINED, NOT_ATTAINED
from analysis.errors import N_, ColumnProblem
from analysis.explorer.names import Names, bare
from analysis.explorer.words import Column, column, escaped
from analysis.figures import Report
from analysis.language import Language
from analysis.sections import ICONS

MOST_ROWS = 20  # that a table shows of itself
_MANY = 8  # columns; with more, what is the same in every row is said once, above the table
_LONG = 40  # letters; a longer text is broken into lines


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

    @cached_property
    def names(self) -> Names:
        """Units and groups by code, and how else they are called."""
        return Names(self.report)


class Table(pd.DataFrame):  # type: ignore[misc]  # pandas is looked at without types here
    """A DataFrame of a run. ``context`` is the run and ``about`` what its rows are (a table of ``columns.toml``); both
    are kept by whatever chooses rows or columns of it or joins them.
    """

    _metadata = ["context", "about"]  # noqa: RUF012  # as pandas wants it
    context: Context | None = None
    about: str = ""

    @property
    def _constructor(self) -> type["Table"]:
        return Table

    def __finalize__(self, other: Any, method: str | None = None, **kwargs: Any) -> "Table":
        """As pandas has it, and tables that are joined keep the run of the first that has one."""
        made: Table = super().__finalize__(other, method=method, **kwargs)
        joined = [one for one in getattr(other, "input_objs", ()) if getattr(one, "context", None)]
        if joined and made.context is None:
            made.context, made.about = joined[0].context, joined[0].about
        return made

    def __getitem__(self, key: Any) -> Any:
        """As pandas has it; a column that is not there brings the nearest that is."""
        try:
            return super().__getitem__(key)
        except KeyError:
            wanted = [key] if isinstance(key, str) else key if isinstance(key, list) else []
            for name in [one for one in wanted if one not in self.columns]:
                raise self._unknown(str(name)) from None
            raise

    def _unknown(self, wanted: str) -> ColumnProblem:
        """About a column that is not there: those that are called so in a reader's words, else the nearest names."""
        known = [str(name) for name in self.columns]
        called = [str(name) for name in self.columns if bare(self._column(name).heading) == bare(wanted)]
        near = called or get_close_matches(wanted, known, 3, 0.4)
        return ColumnProblem(
            N_("There is no column «{wanted}». Nearest: {near}. All: {known}."),
            wanted=wanted,
            near=", ".join(near) or "–",
            known=", ".join(known),
        )

    def _repr_html_(self) -> str:
        """The first rows with headings, numbers and dates in the reader's language; attained or not in colour."""
        language = self.context.language if self.context else Language()
        common = self._common()
        rest = self.loc[:, [name not in common for name in self.columns]] if common else self
        rows = _with_index(rest.head(MOST_ROWS))
        columns = [self._column(name) for name in rows.columns]
        above = [f"{name.heading}: {name.shown(value)[0]}" for name, value in common.values()]
        more = len(self) - len(rows)
        notes = [
            language.text(N_("In every row: {what}."), what="; ".join(above)) if above else "",
            language.text(N_("… and {count} more rows"), count=language.number(more)) if more else "",
        ]
        before, after = (f"<p class='note'>{escaped(note)}</p>" if note else "" for note in notes)
        heads = "".join(f"<th scope='col'>{escaped(self._head(name))}</th>" for name in columns)
        body = "".join(_row(columns, values) for values in rows.itertuples(index=False, name=None))
        drawn = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        return f"<style>{table_css()}</style><div class='dv-table'>{before}{drawn}{after}</div>"

    def _column(self, name: Any) -> Column:
        return column(name, self.about, self.context.report if self.context else None)

    def _head(self, shown: Column) -> str:
        """Its heading; where the columns are the values of another, such as channels side by side, those in words."""
        if not self.columns.name or shown.heading != shown.name:
            return shown.heading
        return str(self._column(self.columns.name).word(shown.name))

    def _common(self) -> dict[Any, tuple[Column, Any]]:
        """Of a wide table, the columns that name and have one value in all rows, with it."""
        if len(self.columns) <= _MANY or len(self) < 2 or not self.columns.is_unique:
            return {}
        naming = [one for one in map(self._column, self.columns) if one.naming and self[one.name].dtype != "object"]
        return {one.name: (one, self[one.name].iloc[0]) for one in naming if self[one.name].nunique(dropna=False) == 1}


def table(frame: pd.DataFrame, context: Context | None, about: str = "") -> Table:
    """``frame`` as a table of the run, about something that ``columns.toml`` describes."""
    made = Table(frame)
    made.context, made.about = context, about
    return made


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """A plain DataFrame with headings and codes in the reader's words, for Excel, say."""
    context, about = getattr(frame, "context", None), getattr(frame, "about", "")
    columns = [column(name, about, context.report if context else None) for name in frame.columns]
    words = [one for one in columns if one.codes]
    told = pd.DataFrame(frame).astype(dict.fromkeys((one.name for one in words), "object"))
    told = told.assign(**{one.name: told[one.name].map(one.word) for one in words})
    return told.rename(columns={one.name: one.heading for one in columns})


def says_something(index: pd.Index) -> bool:
    """Whether an index tells what its rows are: grouped, counted, named; row numbers say nothing."""
    return index.nlevels > 1 or index.name is not None or not pd.api.types.is_integer_dtype(index.dtype)


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """The index as columns where it says something."""
    index = frame.index
    if not says_something(index):
        return frame
    names = ["" if name is None else name for name in index.names]
    columns = [*names, *frame.columns]
    parts = [pd.Series(index.get_level_values(at)) for at in range(index.nlevels)]
    whole = pd.concat([*parts, pd.DataFrame(frame).reset_index(drop=True)], axis=1)
    whole.columns = pd.Index(columns, tupleize_cols=False)
    return whole


def _row(columns: list[Column], values: tuple[Any, ...]) -> str:
    cells = "".join(_cell(one, value) for one, value in zip(columns, values, strict=True))
    return f"<tr>{cells}</tr>"


def _cell(one: Column, value: Any) -> str:
    text, numeric = one.shown(value)
    look = "count" if numeric else "long" if len(text) > _LONG else ""
    if one.name == "status" and value in (ATTAINED, NOT_ATTAINED):
        look, text = str(value), f"{ICONS[value]} {text}"
    return f"<td class='{look}'>{escaped(text)}</td>"


@cache
def table_css() -> str:
    """The CSS of tables and views in a notebook, light or dark."""
    return (files("analysis") / "templates" / "table.css").read_text(encoding="utf-8")
