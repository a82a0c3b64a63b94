"""How a figure came about (``dv.explain``): in a sentence, and the dossiers of its numerator and denominator."""

import html
from dataclasses import dataclass, replace
from datetime import date

import ibis
import pandas as pd

from analysis.explorer.data import Data, relation
from analysis.explorer.names import one_of, unit_named
from analysis.explorer.tables import Context, Table, table
from analysis.language.problems import UsageProblem
from analysis.language.texts import N_
from analysis.measures.expressions import Count, arising, behind, between, hits, month_number, windows
from analysis.measures.figures import shortfall
from analysis.measures.offers import offers_by_month
from analysis.measures.series import followed
from analysis.measures.unmeasured import without
from analysis.presentation.numbers import minimum
from analysis.reference.decision import DUE, PROCEDURES, SATISFACTION, Reading, Target
from analysis.storage.backends import execute

_NAMES = ("target_id", "unit_code", "reading", "window", "month")  # what names a figure
_SHOWN = ["dossier_key", "unit_code", "procedure_code", "level", "channel", "applicant", "source", "status"]
_SHOWN += ["received_at", "completed_at", "file", "row"]


@dataclass(frozen=True, eq=False)
class Explanation:
    """``sentence`` says how the figure came about; ``numerator`` and ``denominator`` are its dossiers, keys hashed.

    For a target on procedures, ``procedures`` lists those in question with their dossiers and whether they count; the
    numerator's dossiers are those that make them count, the denominator's all of theirs.
    """

    sentence: str
    numerator: Table
    denominator: Table
    procedures: Table | None = None

    def __str__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        listed = self.denominator if self.procedures is None else self.procedures
        return f"<p>{html.escape(self.sentence)}</p>{listed._repr_html_()}"


def explain(
    row: pd.Series | pd.DataFrame | None = None,
    *,
    target: str = "",
    unit: str = "ALL",
    reading: str = "default",
    window: str = "to_date",
    month: str = "",
    data: Data,
) -> Explanation:
    """Explain a row of ``data.attainment``, or the figure that ``target``, ``unit`` and the rest name.

    >>> import analysis as dv
    >>> data = dv.load()  # doctest: +SKIP
    >>> dv.explain(target="l3-dossiers", unit="so xay dung", data=data)  # doctest: +SKIP
    """
    if row is not None:
        one = _one(row)
        target, unit, reading, window, month = (str(one[name]) for name in _NAMES)
    asked = _asked(target, unit, reading, window, month, data)
    if asked.target.measure == SATISFACTION:
        raise UsageProblem(
            N_(
                "The target {target} counts people who were asked, not dossiers. satisfaction.csv has the lines that "
                "it counts."
            ),
            target=target,
        )
    explained = _listed(asked, data)
    counted = _counted(asked, window, month or data.month, data)
    return replace(explained, sentence=counted) if counted else explained


def _listed(asked: "_Asked", data: Data) -> Explanation:
    """By the dossiers of exports."""
    rows = asked.rows(followed(relation(data.dossiers), data.report.reference), data.report.as_of)
    rows = rows.filter(rows.unit_code.isin(list(asked.units)))
    if asked.target.measure == PROCEDURES:
        return _of_procedures(rows, asked, data)
    none_of = without(data.report.lacking).get((asked.target.id, asked.reading.id), ())
    count = Count(asked.target, asked.reading, none_of)
    over, under = (_table(side, data.context) for side in behind(rows, count, data.report.as_of))
    return Explanation(_sentence(len(over), len(under), asked, data), over, under)


def _counted(asked: "_Asked", window: str, month: str, data: Data) -> str:
    """What is said of a figure where there are dossiers that are only counted; "" where there are none."""
    if not data.report.counts["dossiers"].sum():
        return ""
    rows = data.attainment
    own = (
        rows["target_id"].eq(asked.target.id) & rows["reading"].eq(asked.reading.id) & rows["unit_code"].eq(asked.code)
    )
    (row,) = rows[own & rows["window"].eq(window) & rows["month"].eq(month)].to_dict("records")
    words = data.report.language.text(N_("Dossiers that were counted and not seen one by one are not listed."))
    return f"{_sentence(int(row['numerator']), int(row['denominator']), asked, data)} {words}"


def told(row: pd.Series, data: Data) -> str:
    """The sentence about a row of ``data.attainment``, from its own figures: the dossiers are not looked at."""
    target, unit, reading, window, month = (str(row[name]) for name in _NAMES)
    asked = _asked(target, unit, reading, window, month, data)
    return _sentence(int(row["numerator"]), int(row["denominator"]), asked, data)


@dataclass(frozen=True)
class _Asked:
    """A figure's coordinates; ``span`` are its first and last day, ``units`` those that it is about."""

    target: Target
    reading: Reading
    code: str
    units: tuple[str, ...]
    span: tuple[date, date]

    def rows(self, dossiers: ibis.Table, as_of: date) -> ibis.Table:
        """The dossiers that arise in the span, by the day that the reading goes by."""
        if self.reading.day == DUE:
            return between(arising(dossiers, date.min, as_of), "due_at", *self.span)
        return arising(dossiers, *self.span)


def _asked(target: str, unit: str, reading: str, window: str, month: str, data: Data) -> _Asked:
    decision = data.report.decision
    targets = {known.id: known for known in decision.targets}
    chosen = targets[one_of("target", target, targets)]
    readings = {known.id: known for known in decision.readings_of(chosen)}
    how = readings[one_of("reading", reading, readings)]
    code = unit_named(unit, data.names)
    spans = windows(decision, data.report.as_of)
    one_of("window", window, sorted(set(spans["window"])))
    spans = spans.assign(name=[f"{at // 12}-{at % 12 + 1:02d}" for at in spans["month"]])
    known = sorted(set(spans.loc[spans["name"] <= data.month, "name"]))  # later dossiers are not in the tables
    found = spans[(spans["window"] == window) & (spans["name"] == one_of("month", month or data.month, known))]
    first = date(found["first"].iloc[0] // 12, found["first"].iloc[0] % 12 + 1, 1)
    span = (max(first, decision.valid_from), found["last_day"].iloc[0])
    return _Asked(chosen, how, code, data.report.members.get(code, (code,)), span)


def _one(row: pd.Series | pd.DataFrame) -> pd.Series:
    if isinstance(row, pd.DataFrame):
        if len(row) != 1:
            raise UsageProblem(
                N_("One row can be explained at a time, not {count}. Choose one, say with .iloc[0]."), count=len(row)
            )
        return row.iloc[0]
    return row


def _of_procedures(rows: ibis.Table, asked: _Asked, data: Data) -> Explanation:
    target, reading, span = asked.target, asked.reading, asked.span
    if reading.count == "pairs":
        raise UsageProblem(N_("Pairs of units and procedures are not listed. Explain the default reading, or a unit."))
    reference = data.report.reference
    spans = pd.DataFrame({"month": [month_number(span[1])], "last_day": [span[1]]})
    offers = offers_by_month(reference, spans)
    counting = offers["unit_code"].isin(asked.units) & target.admits(offers["level"])
    offered = set(offers.loc[counting, "procedure_key"])
    catalogue = reference.catalogue.drop_duplicates("procedure_code")
    keys = catalogue.set_index("procedure_code")["procedure_key"]
    whole, made = _table(rows, data.context), _table(hits(rows, reading), data.context)
    whole, made = (part[part["procedure_code"].map(keys).isin(offered)] for part in (whole, made))
    names = catalogue.drop_duplicates("procedure_key").set_index("procedure_key")["procedure_name"]
    listed = pd.DataFrame({"procedure_key": sorted(offered)})
    listed["procedure_name"] = listed["procedure_key"].map(names)
    for name, part in (("dossiers", whole), ("online", made)):
        counts = part["procedure_code"].map(keys).value_counts()
        listed[name] = listed["procedure_key"].map(counts).fillna(0).astype("int64")
    if reading.denominator == "active":
        listed = listed[listed["dossiers"] > 0]
    listed = listed.assign(counts=listed["online"] > 0).reset_index(drop=True)
    sentence = _sentence(int(listed["counts"].sum()), len(listed), asked, data)
    return Explanation(sentence, made, whole, table(listed, data.context, "counted_procedures"))


def _sentence(over: int, under: int, asked: _Asked, data: Data) -> str:
    target, reading, code, span = asked.target, asked.reading, asked.code, asked.span
    language = data.report.language
    lang = language.code
    parts = [
        language.text(
            N_(
                "{unit}, {target}, dossiers received from {first} to {last}: {over} of {under}{share}; "
                "target {minimum}."
            ),
            unit=data.names[code],
            target=target.title[lang],
            first=language.date(span[0]),
            last=language.date(span[1]),
            over=language.number(over),
            under=language.number(under),
            share=f" = {language.percent(over / under)}" if under else "",
            minimum=minimum(target, language),
        ),
        reading.definition[lang],
    ]
    missing = int(shortfall(pd.Series([over]).to_numpy(), pd.Series([under]).to_numpy(), target)[0])
    if missing:
        parts.append(language.text(N_("{count} more would be enough."), count=language.number(missing)))
    return " ".join(parts)


def _table(rows: ibis.Table, context: Context) -> Table:
    return table(execute(rows.select(*_SHOWN)), context, "dossiers")
