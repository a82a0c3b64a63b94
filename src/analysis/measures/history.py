"""What arose by unit, procedure and month up to the as-of day: where the outlook of every target starts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import ibis
import numpy as np
import pandas as pd

from analysis.language.texts import Language
from analysis.measures.expressions import Count, arisen, month_number, procedure_months
from analysis.measures.offers import offers_by_month, procedure_keys
from analysis.measures.series import followed
from analysis.measures.unmeasured import NOBODY, Without
from analysis.reference.decision import DEFAULT, PROCEDURES, Conditions, Decision, Reading, Target
from analysis.reference.groups import group_members, group_names
from analysis.reference.tables import Reference
from analysis.storage.backends import execute

UNNAMED = ""  # in place of a procedure: of dossiers that are only counted, without it
_OWN = ["unit_code", "procedure_key"]
YEARS_BEFORE = 3  # whose seasons are looked at, where there are dossiers of them


class Counts(NamedTuple):
    """Dossiers of a target by series (rows, in the order of ``History.names``) and month (columns).

    ``resolved`` is the default reading's numerator and ``arising`` its denominator; ``filed`` is the
    numerator without asking for a result: what will count once it has one.
    """

    resolved: np.ndarray
    filed: np.ndarray
    arising: np.ndarray


@dataclass(frozen=True)
class History:
    """``table``, sorted by: unit_code, procedure_key, month (number), then ``<target id>:resolved``, ``:filed`` and
    ``:arising`` for each target that counts how dossiers are filed, and ``hits`` and ``dossiers`` for those that count
    procedures; of the decision's months and of up to ``YEARS_BEFORE`` earlier years. ``nothing_of`` are units of which
    no procedure is counted.
    """

    table: pd.DataFrame
    reference: Reference
    decision: Decision
    as_of: date
    nothing_of: tuple[str, ...] = ()

    @cached_property
    def months(self) -> list[int]:
        """Month numbers from the decision's first to that of the as-of day or of its end."""
        last = min(self.as_of, self.decision.valid_to)
        return list(range(month_number(self.decision.valid_from), month_number(last) + 1))

    @cached_property
    def names(self) -> pd.DataFrame:
        """unit_code, unit_name, tier of every unit and group of the as-of day, sorted by code."""
        return group_names(self.reference, Language("vi"))

    @cached_property
    def members(self) -> pd.DataFrame:
        """group_code, unit_code: every unit by itself, and the groups."""
        return group_members(self.reference)

    @property
    def of_dossiers(self) -> list[Target]:
        """The targets that count dossiers."""
        return [target for target in self.decision.targets if target.measure != PROCEDURES]

    @property
    def of_procedures(self) -> list[Target]:
        """The targets that count procedures."""
        return [target for target in self.decision.targets if target.measure == PROCEDURES]

    @property
    def ended(self) -> bool:
        """Whether the decision's period is over: nothing more can arise in it."""
        return self.as_of >= self.decision.valid_to

    def counts(self, target: Target) -> Counts:
        """A target's dossiers by series and month."""
        return self._counts(target, self._in_period)

    def earlier(self, target: Target) -> Counts:
        """A target's dossiers by series and month in the whole years before the decision's first month, as far as there
        are dossiers in each month.
        """
        first = self.months[0]
        arose = set(self.table.loc[self.table[f"{target.id}:arising"] > 0, "month"])
        years = 0
        while all(first - 12 * years - back in arose for back in range(1, 13)):
            years += 1
        return self._counts(target, self._laid_out(range(first - 12 * years, first)))

    def _counts(self, target: Target, summed: pd.DataFrame) -> Counts:
        shape = (len(self.names), len(summed) // len(self.names))
        return Counts(*(summed[f"{target.id}:{part}"].to_numpy().reshape(shape) for part in Counts._fields))

    @cached_property
    def _in_period(self) -> pd.DataFrame:
        return self._laid_out(self.months)

    def _laid_out(self, months: Iterable[int]) -> pd.DataFrame:
        """The sums for every series and each of these months, zeros included."""
        return self._by_series.reindex(pd.MultiIndex.from_product([self.names["unit_code"], months]), fill_value=0)

    @cached_property
    def _by_series(self) -> pd.DataFrame:
        """The table's sums for every series and month that has any."""
        by_unit = self.table.drop(columns="procedure_key").groupby(["unit_code", "month"], as_index=False).sum()
        grouped = self.members.merge(by_unit, on="unit_code").drop(columns="unit_code")
        return grouped.groupby(["group_code", "month"]).sum()

    def to_date(self, columns: Sequence[str]) -> pd.DataFrame:
        """Some columns of the table summed over the period's months: one row per unit and procedure."""
        rows, inside, starts = self._runs
        sums = {name: np.add.reduceat(self.table[name].to_numpy()[inside], starts) for name in columns}
        return rows.assign(**sums)

    @cached_property
    def _runs(self) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
        """unit_code and procedure_key of what has rows in the period; these rows of the table; where each begins."""
        inside = np.flatnonzero(self.table["month"].isin(self.months))
        rows = self.table[_OWN].iloc[inside]
        starts = np.flatnonzero(~rows.duplicated())
        return rows.iloc[starts].reset_index(drop=True), inside, starts

    def offered(self, target: Target) -> pd.DataFrame:
        """What the catalogue gives to each unit or group for a target on the period's last day, and whether it was hit.

        group_code, procedure_key, then to date ``hits``, ``dossiers`` and ``first``, the number of the first month with
        a hit (0 for none). A group has a procedure once, at however many levels.
        """
        if target.id not in self._offered:
            self._offered[target.id] = self._offers(target)
        return self._offered[target.id]

    @cached_property
    def _offered(self) -> dict[str, pd.DataFrame]:
        """What was asked of ``offered``, by target."""
        return {}

    def _offers(self, target: Target) -> pd.DataFrame:
        given = self._given[target.admits(self._given["level"])].drop(columns="level").drop_duplicates(_OWN)
        members = self.members.astype({"unit_code": given["unit_code"].dtype, "group_code": "category"})
        by_group = given.merge(members, on="unit_code").groupby(["group_code", "procedure_key"], as_index=False)
        found = by_group.agg(hits=("hits", "sum"), dossiers=("dossiers", "sum"), first=("first", "min"))
        return found.fillna({"first": 0}).astype({"hits": "int64", "dossiers": "int64", "first": "int64"})

    @cached_property
    def _given(self) -> pd.DataFrame:
        """What the catalogue gives to each unit on the period's last day, with what it had to date."""
        spans = pd.DataFrame({"month": [0], "last_day": [self.decision.valid_to]})
        offers = offers_by_month(self.reference, spans).drop(columns="month")
        offers = offers[~offers["unit_code"].isin(self.nothing_of)]
        counted = self.to_date(["hits", "dossiers"])
        inside = self.table.loc[self.table["month"].isin(self.months), [*_OWN, "month", "hits"]]
        firsts = inside[inside["hits"] > 0].drop_duplicates(_OWN).rename(columns={"month": "first"})
        counted = counted.merge(firsts.drop(columns="hits"), "left", _OWN)
        return offers.astype(counted[_OWN].dtypes.to_dict()).merge(counted, "left", _OWN)


def history(
    dossiers: ibis.Table, reference: Reference, decision: Decision, as_of: date, none_of: Without = NOBODY
) -> History:
    """Count the dossiers (as in ``dossiers.parquet``) that arose up to ``as_of``, as was known on that day.

    ``none_of`` are units of which a target cannot be measured.
    """
    targets = [target for target in decision.targets if target.measure != PROCEDURES and target.foretold]
    counts: list[Count] = []
    columns = {}
    for target in targets:
        default = next(reading for reading in decision.readings_of(target) if reading.id == DEFAULT)
        for part, reading in (("resolved", default), ("filed", _filed(default))):
            columns[f"n{len(counts)}"] = f"{target.id}:{part}"
            columns[f"d{len(counts)}"] = f"{target.id}:arising" if part == "resolved" else ""
            counts.append(Count(target, reading, none_of.get((target.id, DEFAULT), ())))
    of_procedures = next((r for r in decision.readings if r.measure == PROCEDURES and r.id == DEFAULT), _ANY)
    # A code that the catalogue lacks is stored by the groups that make its key.
    reference = reference.on_day(decision, as_of)
    found = arisen(followed(dossiers, reference), decision, as_of, YEARS_BEFORE)
    keyed = found.left_join(procedure_keys(reference), "procedure_code")
    keyed = keyed.mutate(procedure_key=keyed.procedure_key.fill_null(keyed.procedure_code).fill_null(UNNAMED))
    table = procedure_months(keyed, counts, of_procedures)
    numbers = {name: table[column] for column, name in columns.items() if name}
    numbers |= {name: table[name] for name in ("hits", "dossiers")}
    sums = {name: number.fill_null(0).cast("int64") for name, number in numbers.items()}
    kept = execute(table.select(*_OWN, "month", **sums))
    # A nation's texts would fill the memory.
    known = {"unit_code": group_members(reference)["unit_code"], "procedure_key": reference.catalogue["procedure_key"]}
    for name, texts in known.items():
        kept[name] = pd.Categorical(kept[name], pd.Index(kept[name].unique()).union(texts.unique()))
    kept = kept.sort_values([*_OWN, "month"], ignore_index=True)
    on_procedures = [target.id for target in decision.targets if target.measure == PROCEDURES]
    nothing_of = none_of.get((on_procedures[0], DEFAULT), ()) if on_procedures else ()
    return History(kept, reference, decision, as_of, nothing_of)


def _filed(reading: Reading) -> Reading:
    """A reading that does not ask whether there is a result yet."""
    asked = {name: values for name, values in reading.numerator.items() if name != "resolved"}
    return reading.model_copy(update={"numerator": Conditions.model_validate(asked)})


# A decision without a target on procedures has no reading of them; nothing will ask for the hits then.
_ANY = Reading.model_construct(id=DEFAULT, measure=PROCEDURES, numerator=Conditions())
