"""A finished run as typed tables (``dv.load``)."""

import atexit
import gc
from calendar import monthrange
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa

from analysis.dossiers.sights import SIGHTS_SCHEMA
from analysis.dossiers.superseding import DOSSIERS_SCHEMA, HANDLING
from analysis.explorer.names import Names, one_of
from analysis.explorer.tables import Context, Table, table
from analysis.findings.report import Report, read_report
from analysis.language.problems import AttributeProblem, UsageProblem
from analysis.language.texts import N_, Language
from analysis.measures.expressions import HANDLED, asked
from analysis.notebooks.notebook import place
from analysis.presentation.words import VERDICTS

# In the order in which people name them.
_ORDERS: dict[str, tuple[Any, ...]] = {
    "channel": ("online", "counter", "post"),
    "applicant": ("citizen", "business", "organisation", "agency"),
    "source": ("provincial_portal", "national_portal", "one_stop", "ministry_system", "paper"),
    "window": ("month", "quarter", "to_date"),
}
_STATUS = ("not_accepted", "processing", "supplement", "resolved", "refused", "withdrawn")
_CODES = {**{name: _ORDERS[name] for name in ("channel", "applicant", "source")}, "status": _STATUS}
_STATUSES = {"dossiers": _STATUS, "attainment": tuple(VERDICTS)}
# What counting needs of a dossier.
_COUNTED = (
    *("unit_code", "procedure_code", "channel", "applicant", "source", "status"),
    *("level", "received_at", "completed_at"),
)
_TABLES = ["dossiers", "catalogue", "units", "attainment", "files", "rejects"]
_TRACED = ("dossier_key", "file", "row")
_FIELDS = {field.name: field for field in (*DOSSIERS_SCHEMA, *SIGHTS_SCHEMA)}
_FURTHER = ("due_at", *HANDLED)  # which some measures ask for


@dataclass(frozen=True, eq=False)
class Data:
    """A run's tables: each is a DataFrame with dates as dates and codes as categories in their natural order.

    ``dossiers``: one row per dossier, its code hashed. ``attainment``: every target × reading × unit or group ×
    window × month. ``catalogue``, ``units``: the reference data. ``files``, ``rejects``: the ledger.
    """

    dossiers: Table
    catalogue: Table
    units: Table
    attainment: Table
    files: Table
    rejects: Table
    context: Context

    def __getattr__(self, name: str) -> Any:
        """Only for names that are not there: the nearest that is."""
        if name.startswith("_"):  # Python and IPython try many
            raise AttributeError(name)
        return one_of("data", name, [one for one in dir(type(self)) if one[0] != "_"] + _TABLES, AttributeProblem)

    @property
    def report(self) -> Report:
        """The run with everything that reports are made of."""
        return self.context.report

    @property
    def month(self) -> str:
        """The last month of the tables, ``yyyy-mm``."""
        return self.context.month

    @property
    def names(self) -> Names:
        """Units and groups by code."""
        return self.context.names

    @property
    def targets(self) -> Table:
        """The decision's targets: id, title, measure, level, scope, minimum."""
        lang = self.report.language.code
        rows = [
            (t.id, t.title[lang], t.measure, t.level, t.scope, float(t.minimum)) for t in self.report.decision.targets
        ]
        names = ["target_id", "title", "measure", "level", "scope", "minimum"]
        return table(pd.DataFrame(rows, columns=names).astype({"level": "Int64"}), self.context, "targets")

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {len(getattr(self, name))}" for name in _TABLES)
        return f"<Data {self.report.decision.id}, {self.month}: {sizes}>"


def load(
    month: str | None = None,
    processed: Path | str = "data/processed",
    reference: Path | str = "data/reference",
    lang: str = "vi",
) -> Data:
    """The tables of the last run, up to ``month`` (``2020-09``; the last one by default).

    Raises RunProblem without a finished run and UsageProblem for a month that it does not have.

    >>> import analysis as dv
    >>> data = dv.load()  # doctest: +SKIP
    >>> data.attainment.query("unit_code == 'H45.18' and window == 'to_date'")  # doctest: +SKIP
    """
    _spare_libraries()
    folder = place(str(processed))
    report = read_report(folder, place(str(reference)), Language(lang))
    months = sorted(report.attainment["month"].unique())
    last = one_of("month", month, months) if month else months[-1]
    context = Context(report, last)
    dossiers = pd.read_parquet(folder / "dossiers.parquet", read_dictionary=[*_CODES, "unit_code", "tier"])
    if names := [name for name in asked(report.decision) if name in HANDLED]:
        told = pd.read_parquet(folder / HANDLING, columns=["dossier_key", *names])
        dossiers = dossiers.merge(told, how="left", on="dossier_key")
    year, number = (int(part) for part in last.split("-"))
    end = pd.Timestamp(year, number, monthrange(year, number)[1]) + pd.Timedelta(days=1)
    attainment = report.attainment
    if last != months[-1]:
        dossiers = dossiers[dossiers["received_at"] < end]
        attainment = attainment[attainment["month"] <= last]
    return Data(
        dossiers=typed(dossiers, "dossiers", context),
        catalogue=table(report.reference.catalogue, context, "catalogue"),
        units=typed(report.reference.units, "units", context),
        attainment=typed(attainment, "attainment", context),
        files=table(report.files, context, "files"),
        rejects=table(report.rejects, context, "rejects"),
        context=context,
    )


def _spare_libraries() -> None:
    """Looking for garbage among what the libraries hold takes up to half a second, again and again in the midst of a
    choice in the explorer. They stay until the end anyway.
    """
    if not gc.get_freeze_count():
        gc.freeze()
        atexit.register(gc.unfreeze)  # else nanobind, which DuckDB rests on, tells of leaks that are none


def relation(dossiers: pd.DataFrame) -> ibis.Table:
    """Dossiers to count: codes as text, no columns of the analyst's own; UsageProblem where a needed one is gone or
    holds a code that nothing counts.
    """
    missing = [name for name in _COUNTED if name not in dossiers]
    if missing:
        raise UsageProblem(
            N_("The table lacks {columns}, which counting needs. Choose rows, and keep the columns of data.dossiers."),
            columns=", ".join(missing),
        )
    for name, known in _CODES.items():
        for code in dossiers[name].dropna().unique():
            one_of(name, code, known)
    names = [*_COUNTED, *(name for name in (*_FURTHER, *_TRACED) if name in dossiers)]
    # As they are stored: a column keeps its type where nothing is in it, for a choice may be empty.
    schema = pa.schema([_FIELDS[name] for name in names])
    texts = dict.fromkeys((field.name for field in schema if pa.types.is_string(field.type)), "str")
    return ibis.memtable(pd.DataFrame(dossiers)[names].astype(texts), schema=ibis.Schema.from_pyarrow(schema))


def typed(frame: pd.DataFrame, about: str, context: Context) -> Table:
    """Codes as categories: ordered where there is an order, units as in units.csv, targets as in the decision."""
    report = context.report
    orders = dict(_ORDERS) | {"target_id": tuple(target.id for target in report.decision.targets)}
    orders["tier"] = tuple(report.reference.tiers)
    orders["status"] = _STATUSES.get(about, ())
    groups = [] if about in ("dossiers", "units") else report.names
    orders["unit_code"] = tuple(dict.fromkeys([*report.reference.units["unit_code"], *groups]))
    orders["month"] = context.months
    categories = {}
    for name, values in orders.items():
        if name in frame and values:
            found = frame[name].astype("category").cat  # Arrow finds the values far sooner than pandas would
            known = [*values, *sorted(set(found.categories) - set(values))]
            categories[name] = found.set_categories(known, ordered=name in ("tier", "month"))
    return table(frame.assign(**categories).reset_index(drop=True), context, about)
