"""Tables that know the run they come from, show themselves with Vietnamese headings, and stay DataFrames."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import pandas as pd

from analysis.dossiers.superseding import DOSSIERS_SCHEMA
from analysis.explorer.names import Names, bare
from analysis.explorer.words import OF_ONE, Column, column, escaped, language_of
from analysis.findings.report import Report
from analysis.language.problems import ColumnProblem
from analysis.language.texts import N_, Language
from analysis.presentation.words import verdict
from analysis.reference.decision import ATTAINED, NOT_ATTAINED

MOST_ROWS = 20  # that a table shows of itself
_WIDEST = 100  # columns; what has more labels is no row
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

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The run's months up to the context's."""
        return tuple(sorted(month for month in self.report.attainment["month"].unique() if month <= self.month))

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns of all tables of ``dv.Data``: a table that is joined with another has them, too."""
        report = self.report
        tables = [report.attainment, report.files, report.rejects, report.reference.units, report.reference.catalogue]
        every = frozenset(DOSSIERS_SCHEMA.names).union(*(one.columns for one in tables))
        return every - {*OF_ONE}  # elsewhere an analyst's value or gap is anything but a share

    @cached_property
    def called(self) -> dict[str, str]:
        """Units and groups by code as they are shown where their name does not stand beside the code."""
        return {code: f"{name} ({code})" for code, name in self.names.items()}


class _OfARun:
    """What tables and their columns have in common: whatever pandas makes of one knows its run, too."""

    _metadata = ["context", "about", "own"]  # noqa: RUF012  # as pandas wants it
    context: Context | None = None
    about: str = ""
    own: frozenset[str] = frozenset()  # the columns that it was made with

    @property
    def _marks(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _OfARun._metadata}

    def _kept(self, kind: type[Any]) -> Callable[..., Any]:
        kept = self._marks

        def make(*content: Any, **options: Any) -> Any:
            made = kind(*content, **options)
            return made if made.context else _marked(made, **kept)

        return make

    def describe(self, *args: Any, **kwargs: Any) -> Any:
        """As pandas has it, which forgets what it describes."""
        return self._kept(type(self))(super().describe(*args, **kwargs))  # type: ignore[misc]

    def value_counts(self, *args: Any, **kwargs: Any) -> "Values":
        """As pandas has it, which forgets what it counts."""
        return self._kept(Values)(super().value_counts(*args, **kwargs))  # type: ignore[misc]


class Values(_OfARun, pd.Series):  # type: ignore[misc]  # pandas is looked at without types here
    """A column or a row of a table, or what was counted of one: a Series that shows itself in the reader's words."""

    _metadata = [*pd.Series._metadata, *_OfARun._metadata]  # noqa: RUF012  # else it would lose its name

    @property
    def _constructor(self) -> Callable[..., "Values"]:
        return self._kept(Values)

    @property
    def _constructor_expanddim(self) -> Callable[..., "Table"]:
        return self._kept(Table)

    def _repr_html_(self) -> str:
        index = self.index
        may_be_row = index.nlevels == 1 and index.name is None and says_something(index) and len(index) <= _WIDEST
        columns = described(self, index) if may_be_row else []
        if sum(bool(one.kind) for one in columns) <= len(columns) / 2:
            return str(framed(self)._repr_html_())
        told = [one.shown(value)[0] for one, value in zip(columns, self, strict=True)]
        return table(pd.DataFrame({"": told}, [one.heading for one in columns]), self.context)._repr_html_()


class Table(_OfARun, pd.DataFrame):  # type: ignore[misc]  # pandas is looked at without types here
    """A DataFrame of a run that shows headings, codes, numbers and dates in the reader's words; so do its columns and
    whatever pandas chooses, joins, groups or counts of it. ``context`` is the run and ``about`` what its rows are (a
    table of ``columns.toml``).
    """

    @property
    def _constructor(self) -> Callable[..., "Table"]:
        return self._kept(Table)

    @property
    def _constructor_sliced(self) -> Callable[..., Values]:
        return self._kept(Values)

    def __finalize__(self, other: Any, method: str | None = None, **kwargs: Any) -> "Table":
        """As pandas has it, and tables that are joined keep the run of the first that has one."""
        made: Table = super().__finalize__(other, method=method, **kwargs)
        joined = [one for one in getattr(other, "input_objs", ()) if getattr(one, "context", None)]
        if joined and made.context is None:
            return _marked(made, **joined[0]._marks)
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

    def groupby(self, by: Any = None, *args: Any, **kwargs: Any) -> Any:
        """As pandas has it; a wrong column brings the nearest."""
        self._look_for(by)
        return super().groupby(by, *args, **kwargs)

    def sort_values(self, by: Any, *args: Any, **kwargs: Any) -> Any:
        """As pandas has it; a wrong column brings the nearest."""
        self._look_for(by)
        return super().sort_values(by, *args, **kwargs)

    def _look_for(self, by: Any) -> None:
        known = [*self.columns, *self.index.names]
        for name in by if isinstance(by, list) else [by]:
            if isinstance(name, str) and name not in known:
                raise self._unknown(name)

    def _unknown(self, wanted: str) -> ColumnProblem:
        """About a column that is not there: those that are called so in a reader's words, else the nearest names."""
        known = [str(name) for name in self.columns]
        called = [str(one.name) for one in described(self) if bare(one.heading) == bare(wanted)]
        near = called or get_close_matches(wanted, known, 3, 0.4)
        return ColumnProblem(
            N_("There is no column «{wanted}». Nearest: {near}. All: {known}."),
            wanted=wanted,
            near=", ".join(near) or "–",
            known=", ".join(known),
        )

    def _repr_html_(self) -> str:
        """The first rows with headings, numbers and dates in the reader's language; attained or not in colour."""
        language = language_of(report_of(self))
        common = self._common()
        rest = self.loc[:, [name not in common for name in self.columns]] if common else self
        rows = _with_index(rest.head(MOST_ROWS))
        cells = list(rows.itertuples(index=False, name=None))
        columns = [one.suited(line[place] for line in cells) for place, one in enumerate(described(self, rows.columns))]
        above = "; ".join(f"{name.heading}: {name.shown(value)[0]}" for name, value in common.values())
        more = len(self) - len(rows)
        notes = [
            language.text(N_("In every row: {what}."), what=above) if above and len(self) > 1 else above,
            language.text(N_("… and {count} more rows"), count=language.number(more))
            if more
            else self._nothing(language),
        ]
        before, after = (f"<p class='note'>{escaped(note)}</p>" if note else "" for note in notes)
        told = zip(columns, headings(self, columns), strict=True)
        parts = [_drawn(one, heading, [line[at] for line in cells]) for at, (one, heading) in enumerate(told)]
        head, *body = ["".join(line) for line in zip(*parts, strict=True)] or [""]
        lines = "".join(f"<tr>{line}</tr>" for line in body)
        drawn = f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
        return f"<style>{table_css()}</style><div class='dv-table'>{before}{drawn}{after}</div>"

    def _nothing(self, language: Language) -> str:
        """What a table without rows says: a filter that asks for words instead of codes finds none."""
        if len(self) or not self.context:
            return ""
        filtered = self.about in ("dossiers", "attainment")
        hint = N_("No rows. Filters ask for codes: point at a word in a table to see it.")
        return language.text(hint if filtered else N_("No rows"))

    def _common(self) -> dict[Any, tuple[Column, Any]]:
        """Of a wide table, the columns that name and have one value in all rows, with it; no verdict, which judges."""
        if len(self.columns) <= _MANY or self.empty or not self.columns.is_unique:
            return {}
        naming = [one for one in described(self) if one.naming and one.name != "status"]
        naming = [one for one in naming if self[one.name].dtype != "object"]
        return {one.name: (one, self[one.name].iloc[0]) for one in naming if self[one.name].nunique(dropna=False) == 1}


def table(frame: pd.DataFrame, context: Context | None, about: str = "") -> Table:
    """``frame`` as a table of the run, about something that ``columns.toml`` describes."""
    return _marked(Table(frame), context=context, about=about, own=frozenset(map(str, frame.columns)))


def _marked(made: Any, **marks: Any) -> Any:
    for name, value in marks.items():
        setattr(made, name, value)
    return made


def described(frame: pd.DataFrame | pd.Series, names: Iterable[Any] | None = None) -> list[Column]:
    """The columns of a table of a run as a reader sees them, or those of the names. A unit's code has its name with it
    where no column has it.
    """
    wanted = list(frame.columns if names is None else names)
    context = getattr(frame, "context", None)
    if context is None:
        return [column(name, "", None) for name in wanted]
    known = context.columns | frame.own
    columns = [column(name, frame.about, context.report, known) for name in wanted]
    if "unit_name" in wanted:
        return columns
    return [replace(one, codes=context.called) if one.name == "unit_code" else one for one in columns]


def report_of(frame: pd.DataFrame | pd.Series) -> Report | None:
    """The run that a table or column comes from; None of a plain one."""
    context: Context | None = getattr(frame, "context", None)
    return context.report if context else None


def headings(frame: pd.DataFrame, columns: list[Column]) -> list[str]:
    """What stands above each of the columns; where they are the values of another, such as channels side by side,
    those in words.
    """
    codes = described(frame, [frame.columns.name])[0].codes if frame.columns.name else {}
    return [codes.get(one.name, one.heading) for one in columns]


def framed(frame: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """A column as a table of that column alone."""
    if isinstance(frame, pd.Series):
        return frame.to_frame("" if frame.name is None else frame.name)
    return frame


def labelled(frame: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """A plain DataFrame with headings and codes in the reader's words, for Excel, say."""
    frame = framed(frame)
    columns, told = described(frame), pd.DataFrame(frame).copy()
    for place, one in enumerate(columns):
        if one.codes:
            told.isetitem(place, told.iloc[:, place].astype("object").map(one.word))
    told.columns = pd.Index(headings(frame, columns))
    return told.set_axis(_told_index(frame)) if says_something(frame.index) else told


def _told_index(frame: pd.DataFrame) -> pd.Index:
    columns = described(frame, frame.index.names)
    levels = [frame.index.get_level_values(at) for at in range(len(columns))]
    told = [
        pd.Index([one.word(code) for code in level]) if one.codes else level
        for one, level in zip(columns, levels, strict=True)
    ]
    names = [one.heading or None for one in columns]
    return told[0].rename(names[0]) if len(told) == 1 else pd.MultiIndex.from_arrays(told, names=names)


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


def _drawn(one: Column, heading: str, values: list[Any]) -> list[str]:
    """A column's heading and cells; numbers stand at the right, and so does what stands for one that is not there."""
    shown = [one.shown(value) for value in values]
    counts = any(numeric for _, numeric in shown)
    look = " class='count'" if counts else ""
    return [
        f"<th scope='col'{look}{_typed(one.name, heading)}>{escaped(heading)}</th>",
        *(_cell(one, value, *told, counts) for value, told in zip(values, shown, strict=True)),
    ]


def _cell(one: Column, value: Any, text: str, numeric: bool, counts: bool) -> str:
    look = "count" if numeric or (counts and text == "–") else "long" if len(text) > _LONG else ""
    if isinstance(value, str) and value in (ATTAINED, NOT_ATTAINED):  # also laid out under other headings
        look, text = value, verdict(value, one.language)
    return f"<td class='{look}'{_typed(value, text) if one.codes else ''}>{escaped(text)}</td>"


def _typed(name: Any, shown: str) -> str:
    """What one types for that which is shown, seen by whoever points at it."""
    return f" title='{escaped(name)}'" if isinstance(name, str) and name not in ("", shown) else ""


@cache
def table_css() -> str:
    """The CSS of tables and views in a notebook, light or dark."""
    return (files("analysis.explorer") / "table.css").read_text(encoding="utf-8")
