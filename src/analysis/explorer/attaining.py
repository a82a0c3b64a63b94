"""Any measure of any dossiers (``dv.attain``): the official definition over what the analyst has chosen."""

import warnings
from collections.abc import Sequence
from typing import Any, get_args

import pandas as pd
from pydantic import ValidationError

from analysis.explorer.data import Data, relation, typed
from analysis.explorer.names import column_named, one_of, units_named
from analysis.explorer.tables import Context, Table
from analysis.language.problems import UsageProblem
from analysis.language.texts import N_
from analysis.measures.attainment import attain as official
from analysis.measures.expressions import WINDOWS
from analysis.measures.unmeasured import without
from analysis.reference.decision import DEFAULT, SATISFACTION, Decision, Measure, Target
from analysis.reference.toml_files import Words

ALL = "all"
_NOBODY = N_(
    "No dossier was chosen, so every figure is 0 of 0. Filters ask for codes: point at a word in a table to see it."
)


def attain(
    dossiers: pd.DataFrame,
    target: str | Target | Sequence[str | Target] = ALL,
    *,
    reading: str = ALL,
    unit: str | Sequence[str] = ALL,
    window: str = ALL,
    month: str = ALL,
    by: str = "",
    data: Data | None = None,
) -> Table:
    """Every figure of the chosen dossiers, in the columns of ``attainment.csv``.

    ``dossiers`` are rows of ``data.dossiers``, chosen as one likes. ``target``, ``reading``, ``unit`` (codes or names,
    diacritics may be left out, or a tier such as ``district`` for all its units without groups), ``window`` and
    ``month`` choose what is computed, ``all`` by default; a ``target`` may be one of your own (``dv.new_target``).
    ``by`` names a column of the dossiers: each of its values is counted by itself, dossiers without a value too, and
    stands in the first column. ``data`` is needed where the table has lost its run.

    Raises UsageProblem for a name that is not known, with the nearest right one.

    >>> import analysis as dv
    >>> data = dv.load()  # doctest: +SKIP
    >>> post = data.dossiers[data.dossiers.channel != "post"]  # doctest: +SKIP
    >>> dv.attain(post, "l3-dossiers", reading="default", unit="so xay dung", window="to_date")  # doctest: +SKIP
    """
    context = _context(dossiers, data)
    decision = _decision(context, target, reading)
    if dossiers.empty:
        warnings.warn(context.language.text(_NOBODY), stacklevel=2)
    if window != ALL:
        one_of("window", window, WINDOWS)
    codes = None if unit == ALL else units_named(unit, context.names)
    found = _figures_by(by, dossiers, context, decision) if by else _figures(dossiers, context, decision)
    if codes is not None:
        found = found[found["unit_code"].isin(codes)]
    if window != ALL:
        found = found[found["window"] == window]
    if month != ALL:
        found = found[found["month"] == one_of("month", month, sorted(found["month"].unique()))]
    return typed(found, "attainment", context)


def new_target(
    name: str,
    measure: str,
    minimum: float | str,
    *,
    level: int | None = None,
    levels: Sequence[int] | str | None = None,
    scope: str = "all",
    title: str = "",
) -> Target:
    """A target of your own for ``dv.attain``: ``measure`` is ``dossiers_online``, ``procedures_online``,
    ``dossiers_via_portal``, ``on_time``, ``paid_online`` or ``digitised``, as far as the decision has readings of it;
    ``minimum`` a share of one; ``scope`` is ``all`` or ``agency``. ``level`` (3 or 4), or ``levels`` (``[3, 4]``,
    ``"any"``), goes with the first two and may with the last three. Raises UsageProblem that says what does not fit.

    >>> import analysis as dv
    >>> float(dv.new_target("l4-business", "dossiers_online", 0.8, level=4).minimum)
    0.8
    """
    measures = [one for one in get_args(Measure) if one != SATISFACTION]  # which counts no dossiers
    choices = {
        "measure": one_of("measure", measure, measures),
        "scope": one_of("scope", scope, ("all", "agency")),
    }
    try:
        words = Words(vi=title or name, en=title or name)
        texts = dict.fromkeys(("title", "clause", "definition"), words)
        return Target.model_validate(
            {"id": name, "level": level, "levels": levels, "minimum": minimum, **choices, **texts}
        )
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UsageProblem(
            N_("The target «{name}» cannot be used: {reason}. See help(dv.new_target)."), name=name, reason=reason
        ) from None


def _context(dossiers: pd.DataFrame, data: Data | None) -> Context:
    context = data.context if data else getattr(dossiers, "context", None)
    if context is None:
        raise UsageProblem(N_("This table has lost the run that it comes from. Add data=data."))
    return context


def _decision(context: Context, target: Any, reading: str) -> Decision:
    """The run's decision with the wanted targets and readings alone."""
    decision = context.report.decision
    known = {one.id: one for one in decision.targets}
    if target == ALL:
        targets = decision.targets
    else:
        targets = tuple(
            one if isinstance(one, Target) else known[one_of("target", one, known)] for one in _several(target)
        )
    unread = next((one for one in targets if not decision.readings_of(one)), None)
    if unread is not None:
        raise UsageProblem(
            N_("The decision has no reading of {measure}. Add [[readings]] of it to the decision's file."),
            measure=unread.measure,
        )
    readings = decision.readings
    if reading != ALL:
        one_of("reading", reading, dict.fromkeys(one.id for one in readings))
        readings = tuple(one for one in readings if one.id == reading)
        touched = {one.measure for one in readings}
        targets = tuple(one for one in targets if one.measure in touched)
        if not targets:
            raise UsageProblem(
                N_("The reading {reading} touches none of these targets. Leave out reading, or take {default}."),
                reading=reading,
                default=DEFAULT,
            )
    return decision.model_copy(update={"targets": targets, "readings": readings})


def _figures_by(by: str, dossiers: pd.DataFrame, context: Context, decision: Decision) -> pd.DataFrame:
    """The figures of each value of a column of dossiers; where figures have one of that name, ``dossier_<by>``."""
    column_named(by, dossiers)
    parts = [
        (value, _figures(rows, context, decision))
        for value, rows in dossiers.groupby(by, observed=True, sort=True, dropna=False)
    ] or [(None, _figures(dossiers, context, decision))]
    name = f"dossier_{by}" if by in parts[0][1] else by
    for value, part in parts:
        part.insert(0, name, value)
    return pd.concat([part for _, part in parts], ignore_index=True)


def _figures(dossiers: pd.DataFrame, context: Context, decision: Decision) -> pd.DataFrame:
    report = context.report
    found = official(relation(dossiers), report.reference, decision, report.as_of, without(report.lacking))
    return found[found["month"] <= context.month]


def _several(wanted: Any) -> list[Any]:
    return [wanted] if isinstance(wanted, str | Target) else list(wanted)
