"""Tables to search and sort (``dv.show``): DataTables by itables, with nothing fetched from the internet."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.explorer.tables import described, framed, labelled, report_of, says_something
from analysis.explorer.words import Column, language_of
from analysis.language.texts import N_, Language
from analysis.storage.writing import undirected

MOST = 5_000  # rows that a browser is given
# In the middle of a wide table the caption would not be seen.
_STYLE = "<style>table.dataTable caption { text-align: left; padding-top: .4em; }</style>"
_PAGE = 10  # rows on a page of the table
# What is searched also has no marks, so that one may leave them out as everywhere else.
_FOUND_BARE = """function (data, type) {
  if (type !== "filter" || typeof data !== "string") return data;
  return data + " " + data.normalize("NFD").replace(/\\p{M}/gu, "").replaceAll("đ", "d").replaceAll("Đ", "D");
}"""
_NUMBER = """function (data, type) {
  if (type !== "display" || typeof data !== "number") return data;
  const [sign, shown] = [SIGN, Math.abs(data * TIMES)];
  return sign + shown.toLocaleString("LOCALE", { minimumFractionDigits: LEAST, maximumFractionDigits: MOST }) + "UNIT";
}"""


@dataclass(frozen=True, eq=False)
class Shown:
    """A table as a notebook shows it: to search, to sort, to leaf through."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def show(table: pd.DataFrame | pd.Series) -> Shown:
    """A table that one can search (marks may be left out), sort by any column and leaf through, in a notebook.

    Headings and codes in words as ``dv.labelled`` has them; of more than 5 000 rows the first 5 000 are shown, and
    said so. The table itself does not change. Each brings the program that it needs, about one megabyte.

    >>> import analysis as dv
    >>> data = dv.load()  # doctest: +SKIP
    >>> dv.show(dv.compare(data, "l4-dossiers", "district"))  # doctest: +SKIP
    """
    import itables  # a notebook alone needs it
    from itables.javascript import generate_init_offline_itables_html

    table = framed(table)
    language = language_of(report_of(table))
    shown = table.head(MOST)
    columns = [one.suited(shown.iloc[:, place]) for place, one in enumerate(described(shown))]
    named = says_something(table.index)
    # init_notebook_mode would ask for the program before it is there; and shown once for the whole notebook, the
    # tables of other cells would be lost when its cell is run again.
    program = generate_init_offline_itables_html(itables.options.dt_bundle)
    drawn = itables.to_html_datatable(
        _told(shown),
        caption=_caption(len(table), language),
        connected=False,
        display_logo_when_loading=False,
        showIndex=named,
        maxBytes=0,
        pageLength=_PAGE,
        lengthMenu=[_PAGE, 25, 100],
        autoWidth=False,
        scrollX=True,
        columnDefs=_definitions(columns, table.index.nlevels if named else 0),
        language=_texts(language),
        format_floats_in_python=False,
    )
    return Shown(_STYLE + program + drawn)


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """Rows to show, in the reader's words; days as they are sorted, text without turned directions."""
    words = labelled(table)
    for place in range(words.shape[1]):
        values = words.iloc[:, place]
        if pd.api.types.is_datetime64_any_dtype(values):
            words.isetitem(place, values.dt.strftime("%Y-%m-%d %H:%M").str.removesuffix(" 00:00").fillna("–"))
        elif not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            words.isetitem(place, [undirected(str(value)) if pd.notna(value) else "–" for value in values])
    return words.rename(columns=lambda name: undirected(str(name)))


def _definitions(columns: list[Column], before: int) -> list[Any]:
    """How DataTables writes each column, of which ``before`` are the index; the value below stays what is sorted."""
    from itables import JavascriptFunction

    numbers = {place: script for place, one in enumerate(columns, before) if (script := _number(one))}
    texts = [place for place in range(before + len(columns)) if place not in numbers]
    return [
        {"targets": texts, "className": "dt-left", "render": JavascriptFunction(_FOUND_BARE)},
        *({"targets": place, "render": JavascriptFunction(script)} for place, script in numbers.items()),
    ]


def _number(one: Column) -> str:
    """The script that writes a column's numbers as ``Column.shown`` does; "" for a column that has none."""
    if one.naming or one.codes:
        return ""
    signed, share = one.kind == "points", one.kind == "share"
    spaced = "\\u00a0%" if one.language.code == "vi" else "%"
    parts = {
        "SIGN": 'data < 0 ? "−" : "+"' if signed else 'data < 0 ? "-" : ""',
        "TIMES": "100" if signed or share else "1",
        "LOCALE": one.language.code,
        "LEAST": "1" if signed or share else "0",
        "MOST": "1" if signed or share else "3",
        "UNIT": spaced if share and not signed else "",
    }
    script = _NUMBER
    for name, value in parts.items():
        script = script.replace(name, value)
    return script


def _caption(rows: int, language: Language) -> str:
    if rows <= MOST:
        return ""
    said = N_("The first {shown} of {all} rows. Choose fewer rows to see others.")
    return language.text(said, shown=language.number(MOST), all=language.number(rows))


def _texts(language: Language) -> dict[str, Any]:
    """DataTables' own texts in the reader's language."""
    text = language.text
    return {
        "search": text(N_("Search:")),
        "lengthMenu": text(N_("{count} rows a page"), count="_MENU_"),
        "info": text(N_("Rows {first} to {last} of {all}"), first="_START_", last="_END_", all="_TOTAL_"),
        "infoEmpty": text(N_("No rows")),
        "infoFiltered": text(N_("(chosen from {all})"), all="_MAX_"),
        "emptyTable": text(N_("No rows")),
        "zeroRecords": text(N_("No row matches")),
        "decimal": "," if language.code == "vi" else ".",
        "thousands": "." if language.code == "vi" else ",",
    }
